//! The three spellings of a trail, and the one place that knows their differences.
//!
//! Sources: the schemas of `aws_cloudtrail` in hashicorp/terraform-provider-aws,
//! of `awscc_cloudtrail_trail` in hashicorp/terraform-provider-awscc, and of
//! `AWS::CloudTrail::Trail` in the CloudFormation registry.

mod read;
mod tables;

pub(crate) use read::of_region;
pub use read::{read, region};
pub use tables::{AWS, AWSCC, CLOUDFORMATION};

use super::selectors::Operator;
use super::{SelectorNames, Shape};

/// How a kind of resource spells a trail.
#[derive(Debug)]
pub struct Dialect {
    /// The type of the resource.
    pub kind: &'static str,
    /// Whether CloudFormation's handler creates it.
    pub is_made_by_cloudformation: bool,
    /// The arguments that are read.
    pub shape: Shape,
    /// Which texts are booleans.
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
    /// What it means not to write a switch, in words; nothing for other arguments.
    pub fn absent(&self, name: &str) -> Option<&'static str> {
        let switches =
            [&self.is_multi_region, &self.is_logging, &self.includes_global_events, &self.validates_log_files];
        let switch = switches.into_iter().find(|switch| switch.name == name)?;
        Some(match switch.absent {
            Some(true) => "`true`",
            Some(false) => "`false`",
            None => "an error: it is required",
        })
    }
}

/// True if a name is one of a trail's settings in Terraform, as modules often name their variables.
pub fn names_setting(name: &str) -> bool {
    let shapes = [AWS.shape, AWSCC.shape];
    name != tables::REGION && shapes.iter().any(|shape| shape.iter().any(|argument| argument.name == name))
}

/// Which texts a language converts to a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booleans {
    /// `"true"`, `"1"`, `"false"`, `"0"`: go-cty's conversion.
    Terraform,
    /// `true`, `True`, `TRUE` and the same of false, in strings too.
    CloudFormation,
}

/// A boolean argument.
#[derive(Debug)]
struct Flag {
    name: &'static str,
    /// What it means not to write it; nothing when it is required.
    absent: Option<bool>,
}

/// The names in a basic event selector.
#[derive(Debug)]
struct BasicNames {
    list: &'static str,
    read_write_type: &'static str,
    include_management_events: &'static str,
    excluded_sources: &'static str,
    data_resources: &'static str,
}

/// The names in an advanced event selector.
#[derive(Debug)]
struct AdvancedNames {
    list: &'static str,
    fields: &'static str,
    field: &'static str,
    operators: [(Operator, &'static str); 6],
}

impl AdvancedNames {
    /// What a selector of management events is written with.
    fn of_management(&self) -> SelectorNames {
        let [(_, equals), ..] = self.operators;
        SelectorNames { list: self.list, fields: self.fields, field: self.field, equals }
    }
}
