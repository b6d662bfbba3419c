//! What has to be written otherwise, so that what was found is gone.
//!
//! A wish says what, and of which value; it knows no syntax. Where the value is decided, and how a change is written
//! there, is for the module `fix` to find out. The sentence that tells people what to do is made of the same wish.

use super::{Notation, Setting};
use crate::source::Span;
use crate::value::{Hop, Origin, Step, cut};

/// A change to an argument or a selector of a trail.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wish {
    /// What is to change.
    pub change: Change,
    /// The place in the trail.
    pub origin: Origin,
    /// The way that the value came.
    pub hops: Vec<Hop>,
    /// How the trail is written.
    pub notation: Notation,
    /// Whether more events may be billed than before.
    pub is_billed: bool,
}

/// The kinds of change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// An argument gets a value.
    Set {
        /// The argument.
        name: &'static str,
        /// `true`, or a word that is a string.
        value: &'static str,
    },
    /// An argument goes.
    RemoveArgument {
        /// The argument.
        name: &'static str,
    },
    /// The field selector in which the place lies goes.
    RemoveField {
        /// The field that it compares.
        field: String,
    },
    /// The list gets one more selector, after the one at the place.
    AddSelector(SelectorNames),
    /// A key that is misspelt gets the name of the argument, whose value stays.
    Rename {
        /// The argument.
        name: &'static str,
    },
    /// What accepts the findings of a rule accepts those of others only, or goes.
    RemoveIgnore {
        /// The rule.
        rule: &'static str,
    },
}

/// How a dialect spells a selector of management events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SelectorNames {
    pub list: &'static str,
    pub fields: &'static str,
    pub field: &'static str,
    pub equals: &'static str,
}

impl Wish {
    /// The change to something that stands in the trail itself.
    pub fn at(span: Span, notation: Notation, change: Change) -> Self {
        Self { change, origin: Origin::Written(span), hops: Vec::new(), notation, is_billed: false }
    }

    /// The same where more events may be billed.
    pub fn billed(self) -> Self {
        Self { is_billed: true, ..self }
    }

    /// The steps up to the place that is changed: a conditional is replaced as a whole, not one of its arms.
    pub fn steps(&self) -> &[Hop] {
        let is_arm = |hop: &Hop| matches!(hop.step, Step::Arm(_));
        match self.change {
            Change::Set { .. } | Change::RemoveArgument { .. } => {
                let end = self.hops.iter().rposition(|hop| !is_arm(hop)).map_or(0, |last| last.saturating_add(1));
                self.hops.get(..end).unwrap_or_default()
            }
            _ => &self.hops,
        }
    }

    /// The place that is changed.
    pub fn decider(&self) -> Span {
        self.steps().last().map_or(self.origin.span(), |hop| hop.span)
    }

    /// The conditional that is replaced, if one is.
    pub fn replaced(&self) -> Option<Span> {
        (self.steps().len() < self.hops.len()).then(|| self.decider())
    }

    /// True if the value comes through the expression at this place.
    pub fn comes_through(&self, place: Span) -> bool {
        self.origin.span() == place || self.hops.iter().any(|hop| hop.span == place)
    }

    /// What to do, as one imperative sentence. A value that comes from elsewhere is better changed where it is set.
    pub fn advise(&self) -> String {
        match (&self.change, self.steps().last()) {
            (Change::Set { value, .. }, Some(last)) => {
                let value = self.notation.value(value);
                self.advise_call(&value).unwrap_or_else(|| last.step.advise(&value))
            }
            (Change::RemoveArgument { .. }, Some(last)) => {
                self.advise_call("[]").unwrap_or_else(|| last.step.advise("[]"))
            }
            (Change::Rename { name }, _) => format!("write it as `{name}`"),
            (Change::RemoveIgnore { rule }, _) => format!("remove what would accept `{rule}`"),
            (Change::Set { name, value }, None) => {
                let verb = match self.origin {
                    Origin::Written(_) | Origin::Null(_) => "set",
                    Origin::Absent(_) => "add",
                };
                format!("{verb} `{}`", self.notation.assign(name, &self.notation.value(value)))
            }
            (Change::RemoveArgument { name }, None) => format!("remove `{name}`"),
            (Change::RemoveField { field }, _) => format!("remove the `{field}` field selector"),
            (Change::AddSelector(SelectorNames { list, .. }), _) => {
                format!("add one to `{list}` with only `eventCategory` equal to `Management`")
            }
        }
    }
}

impl Wish {
    /// How a call changes a member of an object that it passes, or leaves at its default.
    fn advise_call(&self, value: &str) -> Option<String> {
        let key = self.hops.iter().rev().find_map(|hop| match &hop.step {
            Step::Member(key) | Step::MemberDefault(key) => Some(cut(key)),
            _ => None,
        })?;
        let of_call = |(module, name): (&str, &str)| {
            format!("set `{key} = {value}` in `{name}` of the call of module `{module}`")
        };
        let last = &self.hops.last()?.step;
        let call = self.hops.iter().rev().find_map(|hop| match (&hop.step, last) {
            (Step::ModuleCall { module, name }, Step::ModuleCall { .. })
            | (Step::ModuleArgument { module, name }, Step::MemberDefault(_)) => Some((module.as_str(), name.as_str())),
            _ => None,
        });
        call.map(of_call)
    }
}

impl<T> Setting<T> {
    /// What makes it `value`.
    pub fn wish(&self, value: &'static str) -> Wish {
        self.wishing(Change::Set { name: self.name, value })
    }

    /// What gives it the key that is misspelt, if there is one.
    pub fn wish_renamed(&self) -> Option<Wish> {
        let is_misspelt = self.read.hops.iter().any(|hop| matches!(hop.step, Step::Misspelt(_)));
        is_misspelt.then(|| self.wishing(Change::Rename { name: self.name }))
    }

    /// What takes it away.
    pub fn wish_away(&self) -> Wish {
        self.wishing(Change::RemoveArgument { name: self.name })
    }

    fn wishing(&self, change: Change) -> Wish {
        let (origin, hops) = (self.read.origin, self.read.hops.clone());
        Wish { change, origin, hops, notation: self.notation, is_billed: false }
    }
}
