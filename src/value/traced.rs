//! Values with their source location, and the steps through variables, locals and modules to the expression that
//! decides them.
//!
//! Findings point at that expression, and fixes change it.

use std::borrow::Cow;

use super::data::cut;
use super::{Choice, Data, Field, Known, List, Maybe, StepKind, StepRole, Unknown};
use crate::source::Span;

/// A value that may be unknown, its location in the resource, and the steps from there to the expression that decides
/// it.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced<T> {
    pub value: Maybe<T>,
    /// The location in the resource that uses the value.
    pub origin: Origin,
    /// The steps from the resource to the deciding expression, in this order; empty if the resource contains the value
    /// itself.
    pub hops: Vec<Hop>,
}

/// The location of a value in a resource, and whether it is set there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The value is set by this expression.
    Written(Span),
    /// The value is `null` or `AWS::NoValue`, which is equivalent to not setting it.
    Null(Span),
    /// The value is not set; the header of the block or mapping that would contain it.
    Absent(Span),
}

/// One step from a use of a value towards the expression that decides it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The expression or declaration that the step leads to.
    pub span: Span,
    pub step: HopKind,
}

/// The kinds of [`Hop`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HopKind {
    /// A step that only one language has.
    Declared {
        kind: &'static StepKind,
        /// The name of the declaration or the argument.
        name: String,
        /// The name of the module call or the stack that passes the value; empty for other steps.
        call: String,
    },
    /// An output of a module.
    Output(String),
    /// An arm of a conditional, and the reason why it is taken, if that is known.
    Arm(Option<Choice>),
    /// The anchored node that a YAML alias refers to.
    Anchor,
    /// A key that is similar to this argument, which is not set.
    Misspelt(&'static str),
    /// The value of an attribute of an object, or of a key of a map.
    Member(String),
    /// An element of a list, tuple or set.
    Element(usize),
    /// An element of the list that a text splits into.
    Part(usize),
    /// The default of an attribute in a variable's type.
    MemberDefault(String),
    /// An object that doesn't set an attribute.
    NoMember(String),
    /// A key of a map.
    Key,
    /// The expression of `for_each` or `count` from which `each`, `count.index` or an iterator takes its value.
    Repetition(&'static str),
    /// The argument that a function chose among several.
    Argument,
    /// A file that is read as text.
    File,
}

impl<T> Traced<T> {
    /// Creates a known value that is set where it is used.
    pub fn written(value: T, span: Span) -> Self {
        Self { value: Known(value), origin: Origin::Written(span), hops: Vec::new() }
    }

    /// Converts the value and keeps its location.
    pub fn map<U>(self, change: impl FnOnce(Maybe<T>) -> Maybe<U>) -> Traced<U> {
        Traced { value: change(self.value), origin: self.origin, hops: self.hops }
    }
}

impl Traced<Data> {
    /// Returns the value with the steps of the collection added to each of its members.
    pub fn with_hops_on_members(&self) -> Cow<'_, Self> {
        let value = match &self.value {
            _ if self.hops.is_empty() => return Cow::Borrowed(self),
            Known(Data::List(list)) => {
                let items = list.items.iter().enumerate();
                let items = items.map(|(index, item)| self.member(item, HopKind::Element(index))).collect();
                Data::List(List { kind: list.kind, items })
            }
            Known(Data::Object(object)) => {
                let mut object = object.clone();
                for field in &mut object.fields {
                    field.value = self.member(&field.value, HopKind::to(field, object.header));
                }
                Data::Object(object)
            }
            Known(_) | Unknown(_) => return Cow::Borrowed(self),
        };
        Cow::Owned(Traced { value: Known(value), ..self.clone() })
    }

    /// Returns a member of a collection for use as an element of another one. The steps of this collection are added,
    /// unless the collection contains the member itself.
    pub fn member(&self, member: &Traced<Data>, step: HopKind) -> Traced<Data> {
        let is_here = self.hops.is_empty() || self.origin.span().holds(member.origin.span());
        if is_here { member.clone() } else { self.member_value(member, step) }
    }

    /// Returns a member of a collection for use in another expression: the steps of the collection come first.
    pub fn member_value(&self, member: &Traced<Data>, step: HopKind) -> Traced<Data> {
        // Collections of many members are cached, so exactly the required capacity is allocated.
        let length = self.hops.len().saturating_add(member.hops.len()).saturating_add(1);
        let mut hops = Vec::with_capacity(length);
        hops.extend(self.hops.iter().cloned());
        append_hops(&mut hops, member, step);
        Traced { value: member.value.clone(), origin: self.origin, hops }
    }

    /// Returns the value of a field as [`member_value`](Self::member_value) does.
    pub fn taken_field(&self, field: &Field, header: Span) -> Traced<Data> {
        self.member_value(&field.value, HopKind::to(field, header))
    }
}

/// Appends the step to a member, and then the member's own steps.
pub fn append_hops(hops: &mut Vec<Hop>, member: &Traced<Data>, step: HopKind) {
    let span = member.origin.span();
    // A call that leaves a variable at its default stays the last step.
    let call = hops.pop_if(|last| last.step.role() == Some(StepRole::Call));
    // The place of the previous step may be an object that doesn't set the attribute.
    if matches!(step, HopKind::NoMember(_)) || hops.last().is_none_or(|last| last.span != span) {
        hops.push(Hop { span, step });
    }
    hops.extend(member.hops.iter().cloned());
    hops.extend(call);
}

impl Hop {
    /// Returns the steps to display: each location once, and of nested members only the innermost.
    pub fn displayed_hops(hops: &[Hop]) -> Vec<&Hop> {
        let mut shown = Vec::new();
        let mut placed = hops.iter().filter(|hop| !matches!(hop.step, HopKind::Part(_))).peekable();
        while let Some(hop) = placed.next() {
            let is_shown = placed.peek().is_none_or(|next| match (&hop.step, &next.step) {
                (_, HopKind::NoMember(_)) if next.span == hop.span => false,
                (HopKind::Member(_) | HopKind::Element(_), _) => !hop.span.holds(next.span),
                _ => true,
            });
            if is_shown {
                shown.push(hop);
            }
        }
        shown
    }

    /// Returns the labels of the displayed steps.
    pub fn labels(hops: &[Hop]) -> impl Iterator<Item = (Span, String)> {
        let shown = Self::displayed_hops(hops);
        let last = shown.len().saturating_sub(1);
        shown.into_iter().enumerate().map(move |(index, hop)| (hop.span, hop.step.describe(index == last)))
    }
}

impl Origin {
    /// The span that a finding about the value points at.
    pub fn span(self) -> Span {
        match self {
            Origin::Written(span) | Origin::Null(span) | Origin::Absent(span) => span,
        }
    }
}

impl HopKind {
    /// Returns the step to a field of the object with this header.
    pub fn to(field: &Field, header: Span) -> Self {
        let key = field.key.clone();
        match field.value.origin {
            Origin::Absent(_) => HopKind::NoMember(key),
            // A value whose span is its key is the default of an attribute that the object doesn't set.
            Origin::Written(span) | Origin::Null(span) if span == field.key_span && span != header => {
                HopKind::MemberDefault(key)
            }
            Origin::Written(_) | Origin::Null(_) => HopKind::Member(key),
        }
    }

    /// The role of a step that only one language has.
    pub fn role(&self) -> Option<StepRole> {
        match self {
            HopKind::Declared { kind, .. } => Some(kind.role),
            _ => None,
        }
    }

    /// True for a step that only one language has, to an expression with the value.
    pub fn declares_value(&self) -> bool {
        self.role().is_some_and(|role| !matches!(role, StepRole::Call | StepRole::Declaration))
    }

    /// The reference whose value this step sets, as it appears in code: `local.x`, `var.x`.
    pub fn reference(&self) -> Option<String> {
        match self {
            HopKind::Declared { kind, name, .. } if kind.role != StepRole::Call => kind.reference(name),
            _ => None,
        }
    }

    /// Describes the step as the text of a label; the last step is where the value is decided.
    pub fn describe(&self, is_last: bool) -> String {
        let [set, passed] = match self {
            HopKind::Declared { kind, name, call } => return kind.label(is_last, name, call),
            HopKind::Arm(Some(choice)) => return format!("selected here, because {choice}"),
            HopKind::Arm(None) | HopKind::Argument => return "selected here".to_owned(),
            HopKind::Misspelt(name) => return format!("did you mean `{name}`?"),
            HopKind::Part(index) => return format!("element {index} of this list"),
            HopKind::NoMember(key) => return format!("this object doesn't set `{}`", cut(key)),
            HopKind::Output(name) => [format!("in output `{name}`"), format!("returned by output `{name}` here")],
            HopKind::Anchor => ["and used through an alias".to_owned(), "used through an alias".to_owned()],
            HopKind::Member(key) => {
                let key = cut(key);
                [format!("as `{key}`"), format!("assigned to `{key}` here")]
            }
            HopKind::Element(index) => [format!("as element {index}"), format!("assigned to element {index} here")],
            HopKind::MemberDefault(key) => {
                let key = cut(key);
                [format!("as the default of attribute `{key}`"), format!("the default of attribute `{key}`")]
            }
            HopKind::Key => ["as a key".to_owned(), "used as a key here".to_owned()],
            HopKind::Repetition(argument) => [format!("in `{argument}`"), format!("an element of `{argument}`")],
            HopKind::File => ["in this file".to_owned(), "read from this file".to_owned()],
        };
        if is_last { format!("set here, {set}") } else { passed }
    }

    /// Describes how to change the value at this step, as one imperative sentence.
    pub fn advise(&self, value: &str) -> String {
        match self {
            HopKind::Declared { kind, name, call } => kind.advise(name, call, value),
            HopKind::Output(name) => format!("set output `{name}` to `{value}`"),
            HopKind::Arm(_) => format!("set it to `{value}` in this branch"),
            HopKind::Anchor => format!("set it to `{value}` at the anchor"),
            HopKind::Misspelt(name) => format!("rename it to `{name}`, and set it to `{value}`"),
            HopKind::Member(key) => format!("set `{}` to `{value}`", cut(key)),
            HopKind::Element(index) => format!("set element {index} to `{value}`"),
            HopKind::Part(index) => format!("set element {index} of the list to `{value}`"),
            HopKind::MemberDefault(key) => format!("set the default of attribute `{}` to `{value}`", cut(key)),
            HopKind::NoMember(key) => format!("add `{} = {value}` to the object", cut(key)),
            HopKind::Key => format!("change the key to `{value}`"),
            HopKind::Repetition(argument) => format!("set it to `{value}` in `{argument}`"),
            HopKind::Argument => format!("set it to `{value}` in this argument"),
            HopKind::File => format!("set it to `{value}` in the file"),
        }
    }
}
