//! The steps through CloudFormation's declarations to the expression that decides a value, and their texts.

use crate::value::{StepKind, StepRole};

const SET_PARAMETER: &str = "set parameter `{name}` to `{value}`";

/// The declaration of a parameter.
pub(super) static PARAMETER: StepKind = StepKind::declaration("parameter `{name}` is declared here", SET_PARAMETER);

/// The default of a parameter.
pub(super) static PARAMETER_DEFAULT: StepKind = StepKind::new(
    StepRole::Default,
    ["set here, as the default of parameter `{name}`", "the default of parameter `{name}`"],
    SET_PARAMETER,
)
.referred_to_as("{name}")
.of_text();

/// A value for a parameter from a parameter file or the command line.
pub(super) static PARAMETER_VALUE: StepKind = StepKind::new(
    StepRole::Value,
    ["set here, for parameter `{name}`", "assigned to parameter `{name}` here"],
    SET_PARAMETER,
)
.referred_to_as("{name}")
.of_text();

/// A value that a stack passes to a parameter of its template.
pub(super) static STACK_PARAMETER: StepKind = StepKind::new(
    StepRole::Argument,
    ["set here, as `{name}` of stack `{call}`", "passed as `{name}` to stack `{call}` here"],
    "set `{name}` of stack `{call}` to `{value}`",
)
.referred_to_as("{name}")
.of_text();

/// A value that a variable `${self:…}` of the Serverless Framework refers to.
pub(super) static SELF_VARIABLE: StepKind = StepKind::new(
    StepRole::Named,
    ["set here, as `self:{name}`", "assigned to `self:{name}` here"],
    "set `self:{name}` to `{value}`",
)
.referred_to_as("self:{name}");

/// A value that a variable `${file(…)}` of the Serverless Framework refers to. Its name begins with the path.
pub(super) static FILE_VARIABLE: StepKind = StepKind::new(
    StepRole::Named,
    ["set here, in the file of `file({name}`", "read by `file({name}` here"],
    "set it to `{value}` in this file",
)
.referred_to_as("file({name}");

/// A value in a file that an org-formation template includes.
pub(super) static INCLUDED_FILE: StepKind = StepKind::new(
    StepRole::Named,
    ["set here, in the file of `!Include {name}`", "included by `!Include {name}` here"],
    "set it to `{value}` in this file",
)
.referred_to_as("!Include {name}");

/// A parameter of the Serverless Framework.
pub(super) static SERVICE_PARAM: StepKind = StepKind::new(
    StepRole::Named,
    ["set here, as `param:{name}`", "assigned to `param:{name}` here"],
    "set `param:{name}` to `{value}`",
)
.referred_to_as("param:{name}");

/// A parameter of the template that a service of the Serverless Framework sets.
pub(super) static SERVICE_PARAMETER: StepKind = StepKind::new(
    StepRole::Value,
    ["set here, for parameter `{name}`", "assigned to parameter `{name}` here"],
    SET_PARAMETER,
)
.referred_to_as("{name}")
.of_text();

const FOUND: &str = "found in this mapping";

/// A value in a mapping of the template's `Mappings`.
pub(super) static MAPPING_VALUE: StepKind =
    StepKind::new(StepRole::Named, [FOUND, FOUND], "set it to `{value}` in this mapping").of_text();
