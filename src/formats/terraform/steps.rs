//! The steps through Terraform's declarations to the expression that decides a value, and their texts.

use crate::value::{StepKind, StepRole};

/// The expression of a local.
pub(super) static LOCAL: StepKind = StepKind::new(
    StepRole::Named,
    ["set here, in local `{name}`", "assigned to local `{name}` here"],
    "set local `{name}` to `{value}`",
)
.referred_to_as("local.{name}")
.with_members_in("local `{name}`");

const SET_VARIABLE: &str = "set variable `{name}` to `{value}`";

/// The default of a variable.
pub(super) static VARIABLE_DEFAULT: StepKind = StepKind::new(
    StepRole::Default,
    ["set here, as the default of variable `{name}`", "the default of variable `{name}`"],
    SET_VARIABLE,
)
.referred_to_as("var.{name}")
.with_members_in("the default of variable `{name}`");

/// A value for a variable from a variable file or the command line.
pub(super) static VARIABLE_VALUE: StepKind = StepKind::new(
    StepRole::Value,
    ["set here, for variable `{name}`", "assigned to variable `{name}` here"],
    SET_VARIABLE,
)
.referred_to_as("var.{name}")
.with_members_in("the value of variable `{name}`");

/// The block of a variable that has no value.
pub(super) static VARIABLE: StepKind = StepKind::declaration("variable `{name}` has no value", SET_VARIABLE);

/// The block of a variable whose value comes from the plan.
pub(super) static PLANNED_VARIABLE: StepKind =
    StepKind::declaration("the plan sets variable `{name}` to this value", SET_VARIABLE);

/// The block of a resource or module call, by its address, whose value comes from the plan.
pub(super) static PLANNED: StepKind =
    StepKind::declaration("the planned value of `{name}`", "set it to `{value}`, and create the plan again");

/// An argument of a module call.
pub(super) static MODULE_ARGUMENT: StepKind = StepKind::new(
    StepRole::Argument,
    ["set here, as `{name}` of module `{call}`", "passed as `{name}` to module `{call}` here"],
    "set `{name} = {value}` in the call of module `{call}`",
)
.referred_to_as("var.{name}")
.with_members_in("`{name}` of the call of module `{call}`");

const UNSET_ARGUMENT: &str = "this call of module `{call}` doesn't set `{name}`";

/// A module call that leaves a variable at its default.
pub(super) static MODULE_CALL: StepKind = StepKind::new(
    StepRole::Call,
    [UNSET_ARGUMENT, UNSET_ARGUMENT],
    "add `{name} = {value}` to the call of module `{call}`",
)
.referred_to_as("var.{name}")
.with_members_in("`{name}` of the call of module `{call}`");

const SET_REGION: &str = "set `region = \"{value}\"` for provider `{name}`";

/// The configuration of a provider that a resource refers to.
pub(super) static PROVIDER: StepKind = StepKind::declaration("uses provider `{name}`", SET_REGION);

/// The configuration of a provider that a module call passes.
pub(super) static PASSED_PROVIDER: StepKind = StepKind::new(
    StepRole::Declaration,
    ["set here, as provider `{name}` of module `{call}`", "passed as provider `{name}` to module `{call}` here"],
    "pass a provider with Region `{value}` as `{name}` to module `{call}`",
);

/// The Region in a provider's configuration.
pub(super) static PROVIDER_REGION: StepKind = StepKind::new(
    StepRole::Declaration,
    ["set here, for provider `{name}`", "assigned to provider `{name}` here"],
    SET_REGION,
);

/// A provider's configuration that sets no Region.
pub(super) static NO_PROVIDER_REGION: StepKind =
    StepKind::declaration("provider `{name}` doesn't set `region`", SET_REGION);
