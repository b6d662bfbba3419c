//! Where a value was written, and the way it came.

use super::{Known, Maybe};
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
    /// An arm of a conditional.
    Arm,
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

impl Origin {
    /// The place that a finding about the value points at.
    pub fn span(self) -> Span {
        match self {
            Origin::Written(span) | Origin::Null(span) | Origin::Absent(span) => span,
        }
    }
}

impl Step {
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
            Step::Arm => "chosen here".to_owned(),
            Step::Anchor => format!("{verb} here, and used through an alias"),
            Step::Parameter(name) => format!("parameter `{name}` is declared here"),
            Step::ParameterDefault(name) => format!("{verb} here, as the default of parameter `{name}`"),
            Step::ParameterValue(name) => format!("{verb} here, for parameter `{name}`"),
            Step::StackParameter { stack, name } => format!("{verb} here, as `{name}` of stack `{stack}`"),
            Step::MappingValue => "found here".to_owned(),
            Step::Misspelt(name) => format!("did you mean `{name}`?"),
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
            Step::Arm => format!("make it `{value}` in this arm"),
            Step::Anchor => format!("make it `{value}` where the anchor stands"),
            Step::Parameter(name) | Step::ParameterDefault(name) | Step::ParameterValue(name) => {
                format!("give parameter `{name}` the value `{value}`")
            }
            Step::StackParameter { stack, name } => format!("make `{name}` of stack `{stack}` `{value}`"),
            Step::MappingValue => format!("make it `{value}` in this mapping"),
            Step::Misspelt(name) => format!("write it as `{name}`, with the value `{value}`"),
        }
    }
}
