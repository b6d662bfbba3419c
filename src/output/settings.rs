//! The settings that hold.

use super::inert::inert;
use crate::config::EffectiveSetting;

/// One line of TOML for each setting, with its origin as a comment.
pub fn settings(shown: &[EffectiveSetting]) -> String {
    shown
        .iter()
        .map(|shown| format!("{} = {} # {}\n", inert(&shown.key), inert(&shown.value), inert(&shown.origin)))
        .collect()
}
