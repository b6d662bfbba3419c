//! The reason why a conditional takes one of its arms.

use std::fmt;

/// The condition of a conditional, with the value that selects an arm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The condition as messages show it.
    pub condition: String,
    pub holds: bool,
    /// The reference that decides the condition, and its value as messages show it.
    pub part: Option<(String, String)>,
}

impl Choice {
    /// Describes the deciding value as a sentence: "`var.env` is "prod"".
    pub fn describe(&self) -> String {
        match &self.part {
            Some((part, value)) => format!("`{part}` is {value}"),
            None => format!("{} is {}", self.condition, self.holds),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}
