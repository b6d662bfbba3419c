//! The three resource types that declare a trail, the form in which the AWS CLI prints one, and all differences between
//! them.
//!
//! Sources: the schemas of `aws_cloudtrail` in hashicorp/terraform-provider-aws, of `awscc_cloudtrail_trail` in
//! hashicorp/terraform-provider-awscc, and of `AWS::CloudTrail::Trail` in the CloudFormation registry.

mod attributes;
mod landing_zone;
mod read;
mod tables;
mod zones;

pub(crate) use attributes::AttributeNames;
pub use attributes::Attributes;
pub(crate) use read::of_region;
pub use read::{read, region};
pub use tables::{ACCOUNT_TRAIL, AWS, AWSCC, CLOUDFORMATION, DIALECTS, LIVE, ORGANIZATION_TRAIL};
pub use zones::{AWS_LANDING_ZONE, AWSCC_LANDING_ZONE, CLOUDFORMATION_LANDING_ZONE, LandingZone};

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
    /// The names and defaults of its arguments, except for the selectors.
    pub(super) attributes: &'static AttributeNames,
    basic: BasicNames,
    advanced: AdvancedNames,
}

impl Dialect {
    /// Describes the default of a switch; `None` for other arguments.
    pub fn absent(&self, name: &str) -> Option<&'static str> {
        self.attributes.describe_default(name)
    }
}

/// True for the type of a trail.
pub fn is_trail(kind: &str) -> bool {
    DIALECTS.iter().any(|dialect| dialect.kind == kind)
}

/// True for the type of a landing zone of AWS Control Tower.
pub fn is_landing_zone(kind: &str) -> bool {
    [&AWS_LANDING_ZONE, &AWSCC_LANDING_ZONE, &CLOUDFORMATION_LANDING_ZONE].iter().any(|zone| zone.kind == kind)
}

/// True if an argument makes a trail record more of the events that its selectors select.
pub fn widens_recording(name: &str) -> bool {
    DIALECTS
        .iter()
        .any(|dialect| [dialect.attributes.is_multi_region.name, dialect.attributes.is_logging.name].contains(&name))
}

/// True if a name is an argument of a trail in Terraform; modules often use these names for variables.
pub fn names_setting(name: &str) -> bool {
    let shapes = [AWS.shape, AWSCC.shape];
    name != attributes::REGION && shapes.iter().any(|shape| shape.iter().any(|argument| argument.name == name))
}

/// The strings that a language converts to booleans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booleans {
    /// `"true"`, `"1"`, `"false"`, `"0"`: go-cty's conversion.
    Terraform,
    /// `true`, `True`, `TRUE`, and the same for false, also in strings.
    CloudFormation,
}

/// The argument names of a basic event selector.
#[derive(Debug)]
struct BasicNames {
    list: &'static str,
    read_write_type: &'static str,
    include_management_events: &'static str,
    excluded_sources: &'static str,
    data_resources: &'static str,
    /// The argument of a data resource for its type.
    data_type: &'static str,
    /// The argument of a data resource for the ARNs.
    data_values: &'static str,
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
