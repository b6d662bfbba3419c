//! The settings that hold.

use super::inert::inert;
use crate::config::EffectiveSetting;

/// One line of TOML for each setting, with its origin as a comment.
pub fn settings(shown: &[EffectiveSetting]) -> String {
    let line = |shown: &EffectiveSetting| {
        format!("{} = {} # {}\n", inert(&shown.key), inert(&shown.value), inert(&shown.origin))
    };
    shown.iter().map(line).collect()
}
