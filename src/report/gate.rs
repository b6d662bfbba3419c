//! The conditions under which the findings of a run cause a failing exit status.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::finding::Level;

/// The least level that fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    #[default]
    Error,
    Warning,
    Note,
    Never,
}

/// The treatment of unknown verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OnUnknown {
    /// Don't show them.
    Ignore,
    /// Show them, without an effect on the exit status.
    #[default]
    Warn,
    /// Show them and count them as failures.
    Fail,
}

/// The conditions under which a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it decides whether a run fails"]
pub struct Gate {
    /// The lowest level that fails the run; with `None`, no level does.
    pub fail_on: Option<Level>,
    /// True if unknown findings fail the run, too.
    pub unknown_fails: bool,
    /// True if findings about a change that relaxes the gate don't fail the run.
    pub allows_relaxed: bool,
}

impl Gate {
    /// The gate that fails only if both gates fail.
    pub fn laxer(self, other: Self) -> Self {
        let fail_on = self.fail_on.zip(other.fail_on).map(|(one, other)| one.max(other));
        Self {
            fail_on,
            unknown_fails: self.unknown_fails && other.unknown_fails,
            allows_relaxed: self.allows_relaxed || other.allows_relaxed,
        }
    }

    /// The gate that fails if one of the gates fails.
    pub fn stricter(self, other: Self) -> Self {
        let fail_on = match (self.fail_on, other.fail_on) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            fail_on,
            unknown_fails: self.unknown_fails || other.unknown_fails,
            allows_relaxed: self.allows_relaxed && other.allows_relaxed,
        }
    }
}

impl FailOn {
    /// The level; `None` if no finding fails the run.
    pub fn level(self) -> Option<Level> {
        match self {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Note => Some(Level::Note),
            FailOn::Never => None,
        }
    }
}
