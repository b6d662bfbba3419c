//! The resource types that declare a trail, with the names of their selectors' arguments.

use super::attributes::{
    AWS_ARGUMENTS, AWS_ATTRIBUTES, AWSCC_ARGUMENTS, AWSCC_ATTRIBUTES, AttributeNames, CLOUDFORMATION_ARGUMENTS,
    CLOUDFORMATION_ATTRIBUTES, LIVE_ARGUMENTS, LIVE_ATTRIBUTES, optional,
};
use super::{AdvancedNames, BasicNames, Booleans, Dialect};
use crate::model::selectors::FieldOperator::{EndsWith, Equals, NotEndsWith, NotEquals, NotStartsWith, StartsWith};

/// All resource types that declare a trail.
pub static DIALECTS: &[&Dialect] = &[&AWS, &AWSCC, &CLOUDFORMATION];

/// Terraform's `aws_cloudtrail`: selectors are blocks.
pub static AWS: Dialect = Dialect {
    kind: "aws_cloudtrail",
    uses_cloudformation_handler: false,
    shape: AWS_ARGUMENTS,
    booleans: Booleans::Terraform,
    attributes: &AWS_ATTRIBUTES,
    basic: BasicNames { list: "event_selector", data_resources: "data_resource", ..SNAKE_BASIC },
    advanced: AdvancedNames { list: "advanced_event_selector", fields: "field_selector", ..SNAKE_ADVANCED },
};

/// Terraform's `awscc_cloudtrail_trail`: selectors are lists of objects, and the defaults are those of CloudFormation.
pub static AWSCC: Dialect = Dialect {
    kind: "awscc_cloudtrail_trail",
    uses_cloudformation_handler: true,
    shape: AWSCC_ARGUMENTS,
    booleans: Booleans::Terraform,
    attributes: &AWSCC_ATTRIBUTES,
    basic: SNAKE_BASIC,
    advanced: SNAKE_ADVANCED,
};

/// CloudFormation's `AWS::CloudTrail::Trail`.
pub static CLOUDFORMATION: Dialect = Dialect {
    kind: "AWS::CloudTrail::Trail",
    uses_cloudformation_handler: true,
    shape: CLOUDFORMATION_ARGUMENTS,
    booleans: Booleans::CloudFormation,
    attributes: &CLOUDFORMATION_ATTRIBUTES,
    basic: API_BASIC,
    advanced: API_ADVANCED,
};

/// A trail in the output of the AWS CLI, with the fields of its status and its selectors. Its values have the types of
/// the API, and a field that isn't known is [unknown](crate::value::Unknown).
pub static LIVE: Dialect = Dialect {
    kind: "cloudtrail-trail",
    uses_cloudformation_handler: false,
    shape: LIVE_ARGUMENTS,
    booleans: Booleans::Terraform,
    attributes: &LIVE_ATTRIBUTES,
    basic: API_BASIC,
    advanced: API_ADVANCED,
};

const API_BASIC: BasicNames = BasicNames {
    list: "EventSelectors",
    read_write_type: "ReadWriteType",
    include_management_events: "IncludeManagementEvents",
    excluded_sources: "ExcludeManagementEventSources",
    data_resources: "DataResources",
    data_type: "Type",
    data_values: "Values",
};

const API_ADVANCED: AdvancedNames = AdvancedNames {
    list: "AdvancedEventSelectors",
    fields: "FieldSelectors",
    field: "Field",
    operators: [
        (Equals, "Equals"),
        (NotEquals, "NotEquals"),
        (StartsWith, "StartsWith"),
        (NotStartsWith, "NotStartsWith"),
        (EndsWith, "EndsWith"),
        (NotEndsWith, "NotEndsWith"),
    ],
};

/// The organization's trail of the Landing Zone Accelerator, in its settings.
pub static ORGANIZATION_TRAIL: Dialect = Dialect {
    attributes: &AttributeNames {
        is_multi_region: optional("multiRegionTrail", true),
        is_logging: optional("enable", true),
        includes_global_events: optional("globalServiceEvents", true),
        validates_log_files: optional("enableFileValidation", true),
        is_organization_trail: optional("organizationTrail", true),
        kms_key: optional("encryptionKey", String::new()),
    },
    ..ACCOUNT_TRAIL
};

/// A trail in accounts of the Landing Zone Accelerator, in its settings.
pub const ACCOUNT_TRAIL: Dialect = Dialect {
    kind: CLOUDFORMATION.kind,
    uses_cloudformation_handler: false,
    shape: &[],
    booleans: Booleans::CloudFormation,
    attributes: &AttributeNames {
        is_multi_region: optional("multiRegionTrail", false),
        is_logging: optional("enable", true),
        includes_global_events: optional("globalServiceEvents", false),
        validates_log_files: optional("enableFileValidation", true),
        is_organization_trail: optional("organizationTrail", false),
        kms_key: optional("encryptionKey", String::new()),
    },
    basic: BasicNames {
        list: "eventSelectors",
        read_write_type: "readWriteType",
        include_management_events: "managementEvents",
        excluded_sources: "excludeManagementEventSources",
        data_resources: "dataResources",
        data_type: "type",
        data_values: "values",
    },
    advanced: AdvancedNames { list: "advancedEventSelectors", fields: "fieldSelectors", ..CLOUDFORMATION.advanced },
};

const SNAKE_BASIC: BasicNames = BasicNames {
    list: "event_selectors",
    read_write_type: "read_write_type",
    include_management_events: "include_management_events",
    excluded_sources: "exclude_management_event_sources",
    data_resources: "data_resources",
    data_type: "type",
    data_values: "values",
};

const SNAKE_ADVANCED: AdvancedNames = AdvancedNames {
    list: "advanced_event_selectors",
    fields: "field_selectors",
    field: "field",
    operators: [
        (Equals, "equals"),
        (NotEquals, "not_equals"),
        (StartsWith, "starts_with"),
        (NotStartsWith, "not_starts_with"),
        (EndsWith, "ends_with"),
        (NotEndsWith, "not_ends_with"),
    ],
};
