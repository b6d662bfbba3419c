//! The changes to the code that would resolve a finding.
//!
//! A change is described independently of syntax: an argument and its value. The module `fix` finds the expression that
//! decides the value and writes the change in the file's syntax. The help text of a finding is generated from the same
//! description.

use super::{Notation, TrailSetting};
use crate::source::Span;
use crate::value::{Hop, HopKind, Origin, StepRole, cut};

/// A change to an argument or a selector of a trail.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remedy {
    pub change: RemedyKind,
    /// The location in the trail.
    pub origin: Origin,
    /// The steps to the expression that decides the value.
    pub hops: Vec<Hop>,
    /// The syntax of the trail's file.
    pub notation: Notation,
    /// True if the change may increase the number of billed events.
    pub may_increase_cost: bool,
}

/// The kinds of change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RemedyKind {
    /// Sets an argument to a value.
    Set {
        name: &'static str,
        /// `true`, or the content of a string.
        value: &'static str,
    },
    /// Removes an argument.
    RemoveArgument { name: &'static str },
    /// Removes the field selector that contains the location.
    RemoveField {
        /// The field that it compares.
        field: String,
    },
    /// Adds a selector to the list, after the one at the location.
    AddSelector(SelectorNames),
    /// Renames a misspelt key to the argument, and keeps its value.
    Rename { name: &'static str },
    /// Removes a rule from the suppression at the location, or the whole suppression if it has no other rule.
    RemoveIgnore { rule: &'static str },
}

/// The names with which a resource type writes a selector of management events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SelectorNames {
    pub list: &'static str,
    pub fields: &'static str,
    pub field: &'static str,
    pub equals: &'static str,
}

impl Remedy {
    /// Creates a change at a location in the trail itself.
    pub fn at(span: Span, notation: Notation, change: RemedyKind) -> Self {
        Self { change, origin: Origin::Written(span), hops: Vec::new(), notation, may_increase_cost: false }
    }

    /// Marks the change as one that may increase the number of billed events.
    pub fn increases_cost(self) -> Self {
        Self { may_increase_cost: true, ..self }
    }

    /// The steps up to the expression to change: a conditional is replaced as a whole, not one of its arms.
    pub fn steps(&self) -> &[Hop] {
        match self.change {
            RemedyKind::Set { .. } | RemedyKind::RemoveArgument { .. } => {
                let last = self.hops.iter().rposition(|hop| !matches!(hop.step, HopKind::Arm(_)));
                self.hops.get(..last.map_or(0, |last| last.saturating_add(1))).unwrap_or_default()
            }
            _ => &self.hops,
        }
    }

    /// The span of the expression to change.
    pub fn target(&self) -> Span {
        match (self.unset_member(), self.steps().last()) {
            (Some((object, _)), _) => object,
            (None, Some(last)) => last.span,
            (None, None) => self.origin.span(),
        }
    }

    /// Returns the object that omits the attribute or sets it to null, and the attribute, if that decides the value:
    /// setting the attribute changes only this object. `None` if the value passes through two variables, since the type
    /// of the second may not have the attribute.
    pub fn unset_member(&self) -> Option<(Span, &str)> {
        let variables = self
            .steps()
            .iter()
            .filter(|hop| matches!(hop.step.role(), Some(StepRole::Argument | StepRole::Value | StepRole::Default)));
        if variables.count() > 1 {
            return None;
        }
        match self.steps() {
            [.., Hop { span, step: HopKind::NoMember(key) }] => Some((*span, key)),
            [.., object, Hop { step: HopKind::MemberDefault(key), .. }] if is_given(&object.step) => {
                Some((object.span, key))
            }
            _ => None,
        }
    }

    /// The span of the conditional that is replaced, if there is one.
    pub fn replaced(&self) -> Option<Span> {
        (self.steps().len() < self.hops.len()).then(|| self.target())
    }

    /// True if the value passes through the expression at this span.
    pub fn passes_through(&self, place: Span) -> bool {
        self.origin.span() == place || self.hops.iter().any(|hop| hop.span == place)
    }

    /// Describes the change as one imperative sentence; for a value from elsewhere, the change at the expression that
    /// sets it.
    pub fn advise(&self) -> String {
        match (&self.change, self.steps().last()) {
            (RemedyKind::Set { value, .. }, Some(last)) => {
                let value = self.notation.value(value);
                self.advise_member(&value).unwrap_or_else(|| last.step.advise(&value))
            }
            (RemedyKind::RemoveArgument { .. }, Some(last)) => {
                self.advise_member("[]").unwrap_or_else(|| last.step.advise("[]"))
            }
            (RemedyKind::Rename { name }, _) => format!("rename it to `{name}`"),
            (RemedyKind::RemoveIgnore { rule }, _) => format!("remove the suppression of `{rule}`"),
            (RemedyKind::Set { name, value }, None) => {
                let verb = match self.origin {
                    Origin::Written(_) | Origin::Null(_) => "set",
                    Origin::Absent(_) => "add",
                };
                format!("{verb} `{}`", self.notation.assign(name, &self.notation.value(value)))
            }
            (RemedyKind::RemoveArgument { name }, None) => format!("remove `{name}`"),
            (RemedyKind::RemoveField { field }, _) => format!("remove the `{field}` field selector"),
            (RemedyKind::AddSelector(SelectorNames { list, .. }), _) => {
                format!("add a selector to `{list}` with only `eventCategory` equal to `Management`")
            }
        }
    }
}

impl Remedy {
    /// Describes the change to an object that omits an attribute, or to a module call that omits such an object.
    fn advise_member(&self, value: &str) -> Option<String> {
        let Some((_, key)) = self.unset_member() else { return self.advise_call(value) };
        let mut place = None;
        let mut path = String::new();
        for hop in self.steps() {
            match &hop.step {
                HopKind::Member(key) if is_identifier(key) => path.push_str(&format!(".{key}")),
                HopKind::Member(key) => path.push_str(&format!("[{key:?}]")),
                HopKind::Element(index) => path.push_str(&format!("[{index}]")),
                step if is_given(step) => {
                    place = Some(step);
                    path.clear();
                }
                _ => {}
            }
        }
        let HopKind::Declared { kind, name, call } = place? else { return None };
        let place = kind.whole(&cut(&format!("{name}{path}")), call)?;
        Some(format!("set `{} = {value}` in {place}", cut(key)))
    }

    /// Describes the change to a module call, if the value is a member of an object that the call passes or leaves at
    /// its default.
    fn advise_call(&self, value: &str) -> Option<String> {
        let key = self.hops.iter().rev().find_map(|hop| match &hop.step {
            HopKind::Member(key) | HopKind::MemberDefault(key) => Some(cut(key)),
            _ => None,
        })?;
        let role = match &self.hops.last()?.step {
            HopKind::MemberDefault(_) => StepRole::Argument,
            step if step.role() == Some(StepRole::Call) => StepRole::Call,
            _ => return None,
        };
        let place = self.hops.iter().rev().find_map(|hop| match &hop.step {
            HopKind::Declared { kind, name, call } if kind.role == role => kind.whole(name, call),
            _ => None,
        })?;
        Some(format!("set `{key} = {value}` in {place}"))
    }
}

/// True if the place of a step has a value that the code sets for this use.
fn is_given(step: &HopKind) -> bool {
    step.declares_value() || matches!(step, HopKind::Member(_) | HopKind::Element(_))
}

fn is_identifier(key: &str) -> bool {
    key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        && key.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

impl<T> TrailSetting<T> {
    /// Returns the change that sets the argument to `value`.
    pub fn set_to(&self, value: &'static str) -> Remedy {
        self.remedy(RemedyKind::Set { name: self.name, value })
    }

    /// Returns the change that renames a misspelt key to this argument, if there is one.
    pub fn renaming(&self) -> Option<Remedy> {
        let is_misspelt = self.read.hops.iter().any(|hop| matches!(hop.step, HopKind::Misspelt(_)));
        is_misspelt.then(|| self.remedy(RemedyKind::Rename { name: self.name }))
    }

    /// Returns the change that removes the argument.
    pub fn removal(&self) -> Remedy {
        self.remedy(RemedyKind::RemoveArgument { name: self.name })
    }

    fn remedy(&self, change: RemedyKind) -> Remedy {
        let (origin, hops) = (self.read.origin, self.read.hops.clone());
        Remedy { change, origin, hops, notation: self.notation, may_increase_cost: false }
    }
}
