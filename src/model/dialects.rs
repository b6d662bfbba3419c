//! The three resource types that declare a trail, and all differences between them.
//!
//! Sources: the schemas of `aws_cloudtrail` in hashicorp/terraform-provider-aws, of `awscc_cloudtrail_trail` in
//! hashicorp/terraform-provider-awscc, and of `AWS::CloudTrail::Trail` in the CloudFormation registry.

mod read;
mod tables;

pub(crate) use read::of_region;
pub use read::{read, region};
pub use tables::{AWS, AWSCC, CLOUDFORMATION};

use super::selectors::FieldOperator;
use super::{ArgumentShape, SelectorNames};

/// The argument names and defaults of a resource type that declares a trail.
#[derive(Debug)]
pub struct Dialect {
    /// The resource type.
    pub kind: &'static str,
    /// True if CloudFormation's resource handler creates the trail.
    pub uses_cloudformation_handler: bool,
    /// The arguments to evaluate.
    pub shape: ArgumentShape,
    /// The strings that are converted to booleans.
    pub booleans: Booleans,
    is_multi_region: Flag,
    is_logging: Flag,
    includes_global_events: Flag,
    validates_log_files: Flag,
    is_organization_trail: Flag,
    kms_key: &'static str,
    basic: BasicNames,
    advanced: AdvancedNames,
}

impl Dialect {
    /// Describes the default of a switch; `None` for other arguments.
    pub fn absent(&self, name: &str) -> Option<&'static str> {
        let switches =
            [&self.is_multi_region, &self.is_logging, &self.includes_global_events, &self.validates_log_files];
        let switch = switches.into_iter().find(|switch| switch.name == name)?;
        Some(match switch.absent {
            Some(true) => "`true`",
            Some(false) => "`false`",
            None => "an error, because it is required",
        })
    }
}

/// True if a name is an argument of a trail in Terraform; modules often use these names for variables.
pub fn names_setting(name: &str) -> bool {
    let shapes = [AWS.shape, AWSCC.shape];
    name != tables::REGION && shapes.iter().any(|shape| shape.iter().any(|argument| argument.name == name))
}

/// The strings that a language converts to booleans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booleans {
    /// `"true"`, `"1"`, `"false"`, `"0"`: go-cty's conversion.
    Terraform,
    /// `true`, `True`, `TRUE`, and the same for false, also in strings.
    CloudFormation,
}

/// A boolean argument.
#[derive(Debug)]
struct Flag {
    name: &'static str,
    /// The default; `None` if the argument is required.
    absent: Option<bool>,
}

/// The argument names of a basic event selector.
#[derive(Debug)]
struct BasicNames {
    list: &'static str,
    read_write_type: &'static str,
    include_management_events: &'static str,
    excluded_sources: &'static str,
    data_resources: &'static str,
}

/// The argument names of an advanced event selector.
#[derive(Debug)]
struct AdvancedNames {
    list: &'static str,
    fields: &'static str,
    field: &'static str,
    operators: [(FieldOperator, &'static str); 6],
}

impl AdvancedNames {
    /// The names needed to write a selector of management events.
    fn of_management(&self) -> SelectorNames {
        let [(_, equals), ..] = self.operators;
        SelectorNames { list: self.list, fields: self.fields, field: self.field, equals }
    }
}
