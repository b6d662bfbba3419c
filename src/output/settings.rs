//! The settings that hold.

use super::sanitize::sanitize;
use crate::config::EffectiveSetting;

/// One line of TOML for each setting, with its origin as a comment.
pub fn settings(shown: &[EffectiveSetting]) -> String {
    shown
        .iter()
        .map(|shown| format!("{} = {} # {}\n", sanitize(&shown.key), sanitize(&shown.value), sanitize(&shown.origin)))
        .collect()
}
