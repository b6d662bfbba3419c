//! Where a value was written, and the way it came.

use std::borrow::Cow;

use super::data::cut;
use super::{Choice, Data, Field, Known, List, Maybe, Object, Unknown};
use crate::source::Span;

/// A value that may be unknown, its place, and the steps that lead from there to where it was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced<T> {
    /// The value.
    pub value: Maybe<T>,
    /// Its place in the resource that uses it.
    pub origin: Origin,
    /// The way it came, from the resource outwards; empty when it stands there itself.
    pub hops: Vec<Hop>,
}

/// Whether and where a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The whole expression.
    Written(Span),
    /// Written as `null` or `AWS::NoValue`, which means the same as not writing it.
    Null(Span),
    /// It isn't written; the header of the block or mapping that would hold it.
    Absent(Span),
}

/// One step on the way of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The expression or declaration that the step leads to.
    pub span: Span,
    /// What it is.
    pub step: Step,
}

/// The kinds of [`Hop`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// The expression of a local.
    Local(String),
    /// The default of a variable.
    VariableDefault(String),
    /// The block of a variable to which nothing gives a value.
    Variable(String),
    /// A value for a variable in a file of values, or on the command line.
    VariableValue(String),
    /// The block of a variable to which the plan gives a value.
    PlannedVariable(String),
    /// The block of a resource or a module call of whose instances the plan says more, by its address.
    Planned(String),
    /// An argument of a module call.
    ModuleArgument {
        /// The module's name.
        module: String,
        /// The variable that it sets.
        name: String,
    },
    /// A module call that leaves a variable at its default.
    ModuleCall {
        /// The module's name.
        module: String,
        /// The variable that it doesn't set.
        name: String,
    },
    /// The configuration of a provider that a resource names.
    Provider(String),
    /// The configuration of a provider that a module call passes.
    PassedProvider {
        /// The module's name.
        module: String,
        /// The provider as the module refers to it.
        name: String,
    },
    /// The Region in the configuration of a provider.
    ProviderRegion(String),
    /// The configuration of a provider that says no Region.
    NoProviderRegion(String),
    /// An output of a module.
    Output(String),
    /// An arm of a conditional, and the reason for it, as far as that is known.
    Arm(Option<Choice>),
    /// The node that a YAML alias stands for.
    Anchor,
    /// The declaration of a parameter.
    Parameter(String),
    /// The default of a parameter.
    ParameterDefault(String),
    /// A value for a parameter in a file of values, or on the command line.
    ParameterValue(String),
    /// A value that a stack passes to a parameter of its template.
    StackParameter {
        /// The stack's logical id.
        stack: String,
        /// The parameter that it sets.
        name: String,
    },
    /// A value of a mapping.
    MappingValue,
    /// A key that is most like the one that isn't written.
    Misspelt(&'static str),
    /// The value of an attribute of an object, or of a key of a map.
    Member(String),
    /// An element of a list, tuple or set.
    Element(usize),
    /// A part of a text that is read as a list.
    Part(usize),
    /// The default of an attribute in the type of a variable.
    MemberDefault(String),
    /// An object that doesn't set an attribute.
    NoMember(String),
    /// A key of a map.
    Key,
    /// The expression of `for_each` or `count`, of which `each`, `count.index` or an iterator is a part.
    Repetition(&'static str),
    /// One of several arguments, which a function chooses.
    Argument,
    /// A file that is read as text.
    File,
}

impl<T> Traced<T> {
    /// A known value that stands where it is used.
    pub fn written(value: T, span: Span) -> Self {
        Self { value: Known(value), origin: Origin::Written(span), hops: Vec::new() }
    }

    /// Changes the value and keeps its place.
    pub fn map<U>(self, change: impl FnOnce(Maybe<T>) -> Maybe<U>) -> Traced<U> {
        Traced { value: change(self.value), origin: self.origin, hops: self.hops }
    }
}

impl Traced<Data> {
    /// The value with its members as this one leads to them.
    pub fn spread(&self) -> Cow<'_, Self> {
        let value = match &self.value {
            _ if self.hops.is_empty() => return Cow::Borrowed(self),
            Known(Data::List(list)) => {
                let items = list.items.iter().enumerate();
                let items = items.map(|(index, item)| self.member(item, Step::Element(index))).collect();
                Data::List(List { kind: list.kind, items })
            }
            Known(Data::Object(object)) => {
                let field = |field: &Field| Field {
                    value: self.member(&field.value, Step::to(field, object.header)),
                    ..field.clone()
                };
                Data::Object(Object { fields: object.fields.iter().map(field).collect(), ..object.clone() })
            }
            Known(_) | Unknown(_) => return Cow::Borrowed(self),
        };
        Cow::Owned(Traced { value: Known(value), ..self.clone() })
    }

    /// A member of a collection as an element of another one: it is written here, or this collection leads to it.
    pub fn member(&self, member: &Traced<Data>, step: Step) -> Traced<Data> {
        let is_here = self.hops.is_empty() || self.origin.span().holds(member.origin.span());
        if is_here { member.clone() } else { self.taken(member, step) }
    }

    /// A member of a collection where another expression uses it: its way begins with that of the collection.
    pub fn taken(&self, member: &Traced<Data>, step: Step) -> Traced<Data> {
        // Collections of many members are kept, so no more room is taken than these need.
        let length = self.hops.len().saturating_add(member.hops.len()).saturating_add(1);
        let mut hops = Vec::with_capacity(length);
        hops.extend(self.hops.iter().cloned());
        lead(&mut hops, member, step);
        Traced { value: member.value.clone(), origin: self.origin, hops }
    }

    /// The value of a field as [`taken`](Self::taken).
    pub fn taken_field(&self, field: &Field, header: Span) -> Traced<Data> {
        self.taken(&field.value, Step::to(field, header))
    }
}

/// Adds the step to a member, and the member's own way.
pub fn lead(hops: &mut Vec<Hop>, member: &Traced<Data>, step: Step) {
    let span = member.origin.span();
    // The call that leaves a variable at its default is the last step in any case.
    let call = hops.pop_if(|last| matches!(last.step, Step::ModuleCall { .. }));
    if hops.last().is_none_or(|last| last.span != span) {
        hops.push(Hop { span, step });
    }
    hops.extend(member.hops.iter().cloned());
    hops.extend(call);
}

impl Hop {
    /// The steps that are shown: each place once, and of members within members the innermost.
    pub fn shown(hops: &[Hop]) -> Vec<&Hop> {
        let placed = || hops.iter().filter(|hop| !matches!(hop.step, Step::Part(_)));
        let next = placed().skip(1).map(Some).chain([None]);
        let is_shown = |(hop, next): &(&Hop, Option<&Hop>)| {
            let is_member = matches!(hop.step, Step::Member(_) | Step::Element(_));
            !(is_member && next.is_some_and(|next| hop.span.holds(next.span)))
        };
        placed().zip(next).filter(is_shown).map(|(hop, _)| hop).collect()
    }

    /// The labels of a way.
    pub fn labels(hops: &[Hop]) -> impl Iterator<Item = (Span, String)> {
        let shown = Self::shown(hops);
        let last = shown.len().saturating_sub(1);
        shown.into_iter().enumerate().map(move |(index, hop)| (hop.span, hop.step.describe(index == last)))
    }
}

impl Origin {
    /// The place that a finding about the value points at.
    pub fn span(self) -> Span {
        match self {
            Origin::Written(span) | Origin::Null(span) | Origin::Absent(span) => span,
        }
    }
}

impl Step {
    /// The step to a field of the object with this header.
    pub fn to(field: &Field, header: Span) -> Self {
        let key = field.key.clone();
        match field.value.origin {
            Origin::Absent(_) => Step::NoMember(key),
            // A default stands for a key that is written nowhere.
            Origin::Written(span) | Origin::Null(span) if span == field.key_span && span != header => {
                Step::MemberDefault(key)
            }
            Origin::Written(_) | Origin::Null(_) => Step::Member(key),
        }
    }

    /// What has its value at this step, as the code refers to it.
    pub fn reference(&self) -> Option<String> {
        match self {
            Step::Local(name) => Some(format!("local.{name}")),
            Step::VariableDefault(name) | Step::VariableValue(name) | Step::ModuleArgument { name, .. } => {
                Some(format!("var.{name}"))
            }
            Step::ParameterDefault(name) | Step::ParameterValue(name) | Step::StackParameter { name, .. } => {
                Some(name.clone())
            }
            _ => None,
        }
    }

    /// What the step's place is, as the text of a label; the last step is where the value was decided.
    pub fn describe(&self, is_last: bool) -> String {
        let verb = if is_last { "set" } else { "passed on" };
        match self {
            Step::Local(name) => format!("{verb} here, in local `{name}`"),
            Step::VariableDefault(name) => format!("{verb} here, as the default of variable `{name}`"),
            Step::Variable(name) => format!("nothing gives variable `{name}` a value"),
            Step::VariableValue(name) => format!("{verb} here, for variable `{name}`"),
            Step::PlannedVariable(name) => format!("the plan gives variable `{name}` this value"),
            Step::Planned(address) => format!("the plan says so of `{address}`"),
            Step::ModuleArgument { module, name } => format!("{verb} here, as `{name}` of module `{module}`"),
            Step::ModuleCall { module, name } => format!("this call of module `{module}` doesn't set `{name}`"),
            Step::Provider(name) => format!("taken from provider `{name}`"),
            Step::PassedProvider { module, name } => {
                format!("passed on here, as provider `{name}` of module `{module}`")
            }
            Step::ProviderRegion(name) => format!("{verb} here, for provider `{name}`"),
            Step::NoProviderRegion(name) => format!("provider `{name}` says no Region"),
            Step::Output(name) => format!("{verb} here, in output `{name}`"),
            Step::Arm(None) | Step::Argument => "chosen here".to_owned(),
            Step::Arm(Some(choice)) => format!("chosen here, because {choice}"),
            Step::Anchor => format!("{verb} here, and used through an alias"),
            Step::Parameter(name) => format!("parameter `{name}` is declared here"),
            Step::ParameterDefault(name) => format!("{verb} here, as the default of parameter `{name}`"),
            Step::ParameterValue(name) => format!("{verb} here, for parameter `{name}`"),
            Step::StackParameter { stack, name } => format!("{verb} here, as `{name}` of stack `{stack}`"),
            Step::MappingValue => "found here".to_owned(),
            Step::Misspelt(name) => format!("did you mean `{name}`?"),
            Step::Member(key) => format!("{verb} here, as `{}`", cut(key)),
            Step::Element(index) => format!("{verb} here, as element {index}"),
            Step::Part(index) => format!("element {index} of this list"),
            Step::MemberDefault(key) => format!("{verb} here, as the default of attribute `{}`", cut(key)),
            Step::NoMember(key) => format!("this object doesn't set `{}`", cut(key)),
            Step::Key => format!("{verb} here, as a key"),
            Step::Repetition(argument) => format!("{verb} here, in `{argument}`"),
            Step::File => format!("{verb} here, in this file"),
        }
    }

    /// How the value is changed at this step, as one imperative sentence.
    pub fn advise(&self, value: &str) -> String {
        match self {
            Step::Local(name) => format!("make local `{name}` `{value}`"),
            Step::VariableDefault(name)
            | Step::Variable(name)
            | Step::VariableValue(name)
            | Step::PlannedVariable(name) => format!("give variable `{name}` the value `{value}`"),
            Step::Planned(_) => format!("make it `{value}`, and plan again"),
            Step::ModuleArgument { module, name } => format!("set `{name} = {value}` in the call of module `{module}`"),
            Step::ModuleCall { module, name } => format!("add `{name} = {value}` to the call of module `{module}`"),
            Step::Provider(name) | Step::ProviderRegion(name) | Step::NoProviderRegion(name) => {
                format!("set `region = \"{value}\"` for provider `{name}`")
            }
            Step::PassedProvider { module, name } => {
                format!("pass a provider of Region `{value}` as `{name}` to module `{module}`")
            }
            Step::Output(name) => format!("make output `{name}` `{value}`"),
            Step::Arm(_) => format!("make it `{value}` in this arm"),
            Step::Anchor => format!("make it `{value}` where the anchor stands"),
            Step::Parameter(name) | Step::ParameterDefault(name) | Step::ParameterValue(name) => {
                format!("give parameter `{name}` the value `{value}`")
            }
            Step::StackParameter { stack, name } => format!("make `{name}` of stack `{stack}` `{value}`"),
            Step::MappingValue => format!("make it `{value}` in this mapping"),
            Step::Misspelt(name) => format!("write it as `{name}`, with the value `{value}`"),
            Step::Member(key) => format!("set `{}` to `{value}`", cut(key)),
            Step::Element(index) => format!("set element {index} to `{value}`"),
            Step::Part(index) => format!("make element {index} of the list `{value}`"),
            Step::MemberDefault(key) => format!("set the default of attribute `{}` to `{value}`", cut(key)),
            Step::NoMember(key) => format!("add `{} = {value}` to the object", cut(key)),
            Step::Key => format!("use the key `{value}`"),
            Step::Repetition(argument) => format!("make it `{value}` in `{argument}`"),
            Step::Argument => format!("make it `{value}` in this argument"),
            Step::File => format!("make it `{value}` in the file"),
        }
    }
}
