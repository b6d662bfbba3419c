//! How to make unknown values known: a sentence for readers, and the steps that do it.

use crate::value::Reason;

/// The unknown values on which a finding depends.
#[derive(Debug, Clone, Copy)]
pub struct UnknownValues<'a> {
    /// The reason why a value is unknown, if it is one value.
    pub cause: Option<&'a Reason>,
    /// References, conditions and names of parts that aren't known, as they appear in code.
    pub subjects: &'a [String],
    /// References, each with a value with which the rule passes, as it appears in code.
    pub passing: &'a [(String, String)],
}

/// How to make unknown values known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// One imperative sentence; `None` if neither an option nor a small change of the code makes the values known.
    pub help: Option<String>,
    /// The steps that make the values known; empty if only a change of the code does.
    pub steps: Vec<ResolvingStep>,
}

/// A part of the command that makes unknown values known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ResolvingStep {
    /// A command for a shell that runs before the check.
    Before(String),
    /// An option of the check.
    Option {
        name: &'static str,
        /// The value, or several of which each is sufficient.
        values: Vec<String>,
    },
}

impl<'a> UnknownValues<'a> {
    /// One value, for this reason.
    pub fn of_value(why: &'a Reason) -> Self {
        Self { cause: Some(why), subjects: &[], passing: &[] }
    }

    /// The value of a reference with which the rule passes.
    pub fn passing_value(&self, reference: &str) -> Option<&str> {
        let mut passing = self.passing.iter();
        passing.find(|(own, _)| own == reference).map(|(_, value)| value.as_str())
    }
}

impl ResolvingStep {
    /// An option with one value.
    pub fn option(name: &'static str, value: impl Into<String>) -> Self {
        Self::Option { name, values: vec![value.into()] }
    }
}

/// Quotes an argument for a POSIX shell, if it needs quotes.
pub fn shell_quoted(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=@_".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', "'\\''"))
}

/// An option with its value, as it is written in a shell. A value that looks like an option follows `=`.
pub fn shown_option(name: &str, value: &str) -> String {
    let separator = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{separator}{}", shell_quoted(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_special_characters_need_quotes() {
        let cases = [
            ("multi=true", "multi=true"),
            ("envs/prod.tfvars", "envs/prod.tfvars"),
            ("", "''"),
            ("a b", "'a b'"),
            ("x=[\"a\"]", "'x=[\"a\"]'"),
            ("it's", "'it'\\''s'"),
            ("$HOME", "'$HOME'"),
            ("~/x", "'~/x'"),
        ];
        for (argument, quoted) in cases {
            assert_eq!(shell_quoted(argument), quoted);
        }
    }
}
