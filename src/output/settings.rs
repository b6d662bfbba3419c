//! The settings that hold.

use super::inert::inert;
use crate::config::Shown;

/// One line of TOML for each setting, with its origin as a comment.
pub fn settings(shown: &[Shown]) -> String {
    let line = |shown: &Shown| format!("{} = {} # {}\n", inert(&shown.key), inert(&shown.value), inert(&shown.origin));
    shown.iter().map(line).collect()
}
