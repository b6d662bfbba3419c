//! Values with their source location, and the steps through variables, locals and modules to the expression that
//! decides them.
//!
//! Findings point at that expression, and fixes change it.

use std::borrow::Cow;

use super::data::cut;
use super::{Choice, Data, Field, Known, List, Maybe, Unknown};
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
    /// The expression of a local.
    Local(String),
    /// The default of a variable.
    VariableDefault(String),
    /// The block of a variable that has no value.
    Variable(String),
    /// A value for a variable from a variable file or the command line.
    VariableValue(String),
    /// The block of a variable whose value comes from the plan.
    PlannedVariable(String),
    /// The block of a resource or module call, by its address, whose value comes from the plan.
    Planned(String),
    /// An argument of a module call.
    ModuleArgument {
        module: String,
        /// The variable that the argument sets.
        name: String,
    },
    /// A module call that leaves a variable at its default.
    ModuleCall {
        module: String,
        /// The variable that the call doesn't set.
        name: String,
    },
    /// The configuration of a provider that a resource refers to.
    Provider(String),
    /// The configuration of a provider that a module call passes.
    PassedProvider {
        module: String,
        /// The provider's name within the module.
        name: String,
    },
    /// The Region in a provider's configuration.
    ProviderRegion(String),
    /// A provider's configuration that sets no Region.
    NoProviderRegion(String),
    /// An output of a module.
    Output(String),
    /// An arm of a conditional, and the reason why it is taken, if that is known.
    Arm(Option<Choice>),
    /// The anchored node that a YAML alias refers to.
    Anchor,
    /// The declaration of a parameter.
    Parameter(String),
    /// The default of a parameter.
    ParameterDefault(String),
    /// A value for a parameter from a parameter file or the command line.
    ParameterValue(String),
    /// A value that a stack passes to a parameter of its template.
    StackParameter {
        stack: String,
        /// The parameter that the stack sets.
        name: String,
    },
    /// A value in a mapping of the template's `Mappings`.
    MappingValue,
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
    let call = hops.pop_if(|last| matches!(last.step, HopKind::ModuleCall { .. }));
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

    /// The reference whose value this step sets, as it appears in code: `local.x`, `var.x`.
    pub fn reference(&self) -> Option<String> {
        match self {
            HopKind::Local(name) => Some(format!("local.{name}")),
            HopKind::VariableDefault(name) | HopKind::VariableValue(name) | HopKind::ModuleArgument { name, .. } => {
                Some(format!("var.{name}"))
            }
            HopKind::ParameterDefault(name) | HopKind::ParameterValue(name) | HopKind::StackParameter { name, .. } => {
                Some(name.clone())
            }
            _ => None,
        }
    }

    /// Describes the step as the text of a label; the last step is where the value is decided.
    pub fn describe(&self, is_last: bool) -> String {
        if is_last { self.describe_last() } else { self.describe_passed() }
    }

    /// The label at a location where the value is set.
    fn describe_last(&self) -> String {
        match self {
            HopKind::Local(name) => format!("set here, in local `{name}`"),
            HopKind::VariableDefault(name) => format!("set here, as the default of variable `{name}`"),
            HopKind::VariableValue(name) => format!("set here, for variable `{name}`"),
            HopKind::ModuleArgument { module, name } => format!("set here, as `{name}` of module `{module}`"),
            HopKind::PassedProvider { module, name } => format!("set here, as provider `{name}` of module `{module}`"),
            HopKind::ProviderRegion(name) => format!("set here, for provider `{name}`"),
            HopKind::Output(name) => format!("set here, in output `{name}`"),
            HopKind::Anchor => "set here, and used through an alias".to_owned(),
            HopKind::ParameterDefault(name) => format!("set here, as the default of parameter `{name}`"),
            HopKind::ParameterValue(name) => format!("set here, for parameter `{name}`"),
            HopKind::StackParameter { stack, name } => format!("set here, as `{name}` of stack `{stack}`"),
            HopKind::Member(key) => format!("set here, as `{}`", cut(key)),
            HopKind::Element(index) => format!("set here, as element {index}"),
            HopKind::MemberDefault(key) => format!("set here, as the default of attribute `{}`", cut(key)),
            HopKind::Key => "set here, as a key".to_owned(),
            HopKind::Repetition(argument) => format!("set here, in `{argument}`"),
            HopKind::File => "set here, in this file".to_owned(),
            HopKind::Variable(_)
            | HopKind::PlannedVariable(_)
            | HopKind::Planned(_)
            | HopKind::ModuleCall { .. }
            | HopKind::Provider(_)
            | HopKind::NoProviderRegion(_)
            | HopKind::Arm(_)
            | HopKind::Argument
            | HopKind::Parameter(_)
            | HopKind::MappingValue
            | HopKind::Misspelt(_)
            | HopKind::Part(_)
            | HopKind::NoMember(_) => self.describe_passed(),
        }
    }

    /// The label at a location through which the value passes.
    fn describe_passed(&self) -> String {
        match self {
            HopKind::Local(name) => format!("assigned to local `{name}` here"),
            HopKind::VariableDefault(name) => format!("the default of variable `{name}`"),
            HopKind::Variable(name) => format!("variable `{name}` has no value"),
            HopKind::VariableValue(name) => format!("assigned to variable `{name}` here"),
            HopKind::PlannedVariable(name) => format!("the plan sets variable `{name}` to this value"),
            HopKind::Planned(address) => format!("the planned value of `{address}`"),
            HopKind::ModuleArgument { module, name } => format!("passed as `{name}` to module `{module}` here"),
            HopKind::ModuleCall { module, name } => format!("this call of module `{module}` doesn't set `{name}`"),
            HopKind::Provider(name) => format!("uses provider `{name}`"),
            HopKind::PassedProvider { module, name } => {
                format!("passed as provider `{name}` to module `{module}` here")
            }
            HopKind::ProviderRegion(name) => format!("assigned to provider `{name}` here"),
            HopKind::NoProviderRegion(name) => format!("provider `{name}` doesn't set `region`"),
            HopKind::Output(name) => format!("returned by output `{name}` here"),
            HopKind::Arm(None) | HopKind::Argument => "selected here".to_owned(),
            HopKind::Arm(Some(choice)) => format!("selected here, because {choice}"),
            HopKind::Anchor => "used through an alias".to_owned(),
            HopKind::Parameter(name) => format!("parameter `{name}` is declared here"),
            HopKind::ParameterDefault(name) => format!("the default of parameter `{name}`"),
            HopKind::ParameterValue(name) => format!("assigned to parameter `{name}` here"),
            HopKind::StackParameter { stack, name } => format!("passed as `{name}` to stack `{stack}` here"),
            HopKind::MappingValue => "found in this mapping".to_owned(),
            HopKind::Misspelt(name) => format!("did you mean `{name}`?"),
            HopKind::Member(key) => format!("assigned to `{}` here", cut(key)),
            HopKind::Element(index) => format!("assigned to element {index} here"),
            HopKind::Part(index) => format!("element {index} of this list"),
            HopKind::MemberDefault(key) => format!("the default of attribute `{}`", cut(key)),
            HopKind::NoMember(key) => format!("this object doesn't set `{}`", cut(key)),
            HopKind::Key => "used as a key here".to_owned(),
            HopKind::Repetition(argument) => format!("an element of `{argument}`"),
            HopKind::File => "read from this file".to_owned(),
        }
    }

    /// Describes how to change the value at this step, as one imperative sentence.
    pub fn advise(&self, value: &str) -> String {
        match self {
            HopKind::Local(name) => format!("set local `{name}` to `{value}`"),
            HopKind::VariableDefault(name)
            | HopKind::Variable(name)
            | HopKind::VariableValue(name)
            | HopKind::PlannedVariable(name) => format!("set variable `{name}` to `{value}`"),
            HopKind::Planned(_) => format!("set it to `{value}`, and create the plan again"),
            HopKind::ModuleArgument { module, name } => {
                format!("set `{name} = {value}` in the call of module `{module}`")
            }
            HopKind::ModuleCall { module, name } => format!("add `{name} = {value}` to the call of module `{module}`"),
            HopKind::Provider(name) | HopKind::ProviderRegion(name) | HopKind::NoProviderRegion(name) => {
                format!("set `region = \"{value}\"` for provider `{name}`")
            }
            HopKind::PassedProvider { module, name } => {
                format!("pass a provider with Region `{value}` as `{name}` to module `{module}`")
            }
            HopKind::Output(name) => format!("set output `{name}` to `{value}`"),
            HopKind::Arm(_) => format!("set it to `{value}` in this branch"),
            HopKind::Anchor => format!("set it to `{value}` at the anchor"),
            HopKind::Parameter(name) | HopKind::ParameterDefault(name) | HopKind::ParameterValue(name) => {
                format!("set parameter `{name}` to `{value}`")
            }
            HopKind::StackParameter { stack, name } => format!("set `{name}` of stack `{stack}` to `{value}`"),
            HopKind::MappingValue => format!("set it to `{value}` in this mapping"),
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
