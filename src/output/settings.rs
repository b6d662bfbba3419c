//! The settings that hold, and the JSON Schema of a configuration file.

use super::inert::inert;
use crate::config::{self, Shown};

/// A line of TOML for each setting, with a comment that says where it comes from.
pub fn settings(shown: &[Shown]) -> String {
    let line = |shown: &Shown| format!("{} = {} # {}\n", inert(&shown.key), inert(&shown.value), inert(&shown.origin));
    shown.iter().map(line).collect()
}

/// The JSON Schema of a configuration file.
pub fn schema() -> String {
    let schema = serde_json::to_string_pretty(&config::schema()).expect("a schema of strings can be written");
    format!("{schema}\n")
}
