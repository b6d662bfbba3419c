//! The steps of a value's path that only one language has, each with its texts.
//!
//! A format declares its own: variables and modules, or parameters and stacks.

use super::HopKind;

/// A kind of step through a declaration of one language.
///
/// In its texts, `{name}` is the name of the declaration or the argument, `{call}` that of the module call or the stack
/// that passes the value, and `{value}` the value to set.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct StepKind {
    pub role: StepRole,
    /// The labels of a place that sets the value, and of one through which it passes.
    labels: [&'static str; 2],
    /// How to change the value at this place, as one imperative sentence.
    advice: &'static str,
    /// The reference to the value as it appears in code; empty if there is none.
    reference: &'static str,
    /// The value, as advice about one of its members names it; empty if it has no members.
    whole: &'static str,
    /// True if the value is a string in any case, and converted where it is used.
    pub is_text: bool,
}

/// The role of a step in passing a value, which is the same in all languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepRole {
    /// An expression with a name.
    Named,
    /// The default of a variable or parameter.
    Default,
    /// A value for a variable or parameter from a file or the command line.
    Value,
    /// An argument for a variable or parameter of the code that is called.
    Argument,
    /// A call that has no such argument.
    Call,
    /// A declaration that doesn't contain the value.
    Declaration,
}

impl StepKind {
    pub const fn new(role: StepRole, labels: [&'static str; 2], advice: &'static str) -> Self {
        Self { role, labels, advice, reference: "", whole: "", is_text: false }
    }

    /// Creates a step to a declaration that doesn't contain the value.
    pub const fn declaration(label: &'static str, advice: &'static str) -> Self {
        Self::new(StepRole::Declaration, [label, label], advice)
    }

    /// Adds the reference to the value as it appears in code.
    pub const fn referred_to_as(self, reference: &'static str) -> Self {
        Self { reference, ..self }
    }

    /// Adds the name of the value in advice about one of its members.
    pub const fn with_members_in(self, whole: &'static str) -> Self {
        Self { whole, ..self }
    }

    /// Marks the value as a string that is converted where it is used.
    pub const fn of_text(self) -> Self {
        Self { is_text: true, ..self }
    }

    /// Creates the step through the declaration with this name.
    pub fn of(&'static self, name: impl Into<String>) -> HopKind {
        HopKind::Declared { kind: self, name: name.into(), call: String::new() }
    }

    /// Creates the step through an argument, or the lack of one, in a call with this name.
    pub fn in_call(&'static self, name: impl Into<String>, call: String) -> HopKind {
        HopKind::Declared { kind: self, name: name.into(), call }
    }

    /// Returns the label; the last step is where the value is decided.
    pub(super) fn label(&self, is_last: bool, name: &str, call: &str) -> String {
        let [set, passed] = self.labels;
        fill(if is_last { set } else { passed }, name, call, "")
    }

    pub(super) fn advise(&self, name: &str, call: &str, value: &str) -> String {
        fill(self.advice, name, call, value)
    }

    /// Returns the reference as it appears in code, if there is one.
    pub fn reference(&self, name: &str) -> Option<String> {
        (!self.reference.is_empty()).then(|| fill(self.reference, name, "", ""))
    }

    /// Returns the name of the value in advice about one of its members, if it has any.
    pub fn whole(&self, name: &str, call: &str) -> Option<String> {
        (!self.whole.is_empty()).then(|| fill(self.whole, name, call, ""))
    }
}

/// Replaces the names in braces.
fn fill(template: &str, name: &str, call: &str, value: &str) -> String {
    let mut text = String::new();
    for part in template.split('}') {
        let (before, slot) = part.split_once('{').unwrap_or((part, ""));
        text.push_str(before);
        text.push_str(match slot {
            "name" => name,
            "call" => call,
            "value" => value,
            _ => "",
        });
    }
    text
}
