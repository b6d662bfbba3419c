//! The reason for an arm of a conditional.

use std::fmt;

/// A condition with its value, which chooses an arm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The condition as a message names it.
    pub condition: String,
    /// Its value.
    pub holds: bool,
    /// What decides the condition, as the code refers to it, and its value as a message shows it.
    pub part: Option<(String, String)>,
}

impl Choice {
    /// The value that decides, as a sentence.
    pub fn decider(&self) -> String {
        match &self.part {
            Some((part, value)) => format!("`{part}` is {value}"),
            None => format!("{} is {}", self.condition, self.holds),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.condition, self.holds)?;
        match &self.part {
            Some((part, value)) => write!(f, ", with `{part}` = {value}"),
            None => Ok(()),
        }
    }
}
