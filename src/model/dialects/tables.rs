//! The argument names and defaults of each resource type that declares a trail.

use super::{AdvancedNames, BasicNames, Booleans, Dialect, Flag};
use crate::model::Argument;
use crate::model::selectors::FieldOperator::{EndsWith, Equals, NotEndsWith, NotEquals, NotStartsWith, StartsWith};

/// The argument that places a resource of the AWS provider in another Region than the provider's, since version 6:
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support>.
pub(super) const REGION: &str = "region";

/// Terraform's `aws_cloudtrail`: selectors are blocks.
pub static AWS: Dialect = Dialect {
    kind: "aws_cloudtrail",
    uses_cloudformation_handler: false,
    shape: &[
        Argument::value("is_multi_region_trail"),
        Argument::value("enable_logging"),
        Argument::value("include_global_service_events"),
        Argument::value("enable_log_file_validation"),
        Argument::value("is_organization_trail"),
        Argument::value("kms_key_id"),
        Argument::value(REGION),
        Argument::blocks(
            "event_selector",
            &[
                Argument::value("read_write_type"),
                Argument::value("include_management_events"),
                Argument::texts("exclude_management_event_sources"),
                Argument::blocks("data_resource", &[]),
            ],
        ),
        Argument::blocks(
            "advanced_event_selector",
            &[Argument::blocks(
                "field_selector",
                &[
                    Argument::value("field"),
                    Argument::value("equals"),
                    Argument::texts("not_equals"),
                    Argument::value("starts_with"),
                    Argument::value("not_starts_with"),
                    Argument::value("ends_with"),
                    Argument::value("not_ends_with"),
                ],
            )],
        ),
    ],
    booleans: Booleans::Terraform,
    is_multi_region: Flag { name: "is_multi_region_trail", absent: Some(false) },
    is_logging: Flag { name: "enable_logging", absent: Some(true) },
    includes_global_events: Flag { name: "include_global_service_events", absent: Some(true) },
    validates_log_files: Flag { name: "enable_log_file_validation", absent: Some(false) },
    is_organization_trail: Flag { name: "is_organization_trail", absent: Some(false) },
    kms_key: "kms_key_id",
    basic: BasicNames { list: "event_selector", data_resources: "data_resource", ..SNAKE_BASIC },
    advanced: AdvancedNames { list: "advanced_event_selector", fields: "field_selector", ..SNAKE_ADVANCED },
};

/// Terraform's `awscc_cloudtrail_trail`: selectors are lists of objects, and the defaults are those of CloudFormation.
pub static AWSCC: Dialect = Dialect {
    kind: "awscc_cloudtrail_trail",
    uses_cloudformation_handler: true,
    shape: &[
        Argument::value("is_multi_region_trail"),
        Argument::value("is_logging"),
        Argument::value("include_global_service_events"),
        Argument::value("enable_log_file_validation"),
        Argument::value("is_organization_trail"),
        Argument::value("kms_key_id"),
        Argument::value("event_selectors"),
        Argument::value("advanced_event_selectors"),
    ],
    booleans: Booleans::Terraform,
    is_multi_region: Flag { name: "is_multi_region_trail", absent: Some(false) },
    is_logging: Flag { name: "is_logging", absent: None },
    includes_global_events: Flag { name: "include_global_service_events", absent: Some(true) },
    validates_log_files: Flag { name: "enable_log_file_validation", absent: Some(false) },
    is_organization_trail: Flag { name: "is_organization_trail", absent: Some(false) },
    kms_key: "kms_key_id",
    basic: SNAKE_BASIC,
    advanced: SNAKE_ADVANCED,
};

/// CloudFormation's `AWS::CloudTrail::Trail`.
pub static CLOUDFORMATION: Dialect = Dialect {
    kind: "AWS::CloudTrail::Trail",
    uses_cloudformation_handler: true,
    shape: &[
        Argument::value("IsMultiRegionTrail"),
        Argument::value("IsLogging"),
        Argument::value("IncludeGlobalServiceEvents"),
        Argument::value("EnableLogFileValidation"),
        Argument::value("IsOrganizationTrail"),
        Argument::value("KMSKeyId"),
        Argument::value("EventSelectors"),
        Argument::value("AdvancedEventSelectors"),
    ],
    booleans: Booleans::CloudFormation,
    is_multi_region: Flag { name: "IsMultiRegionTrail", absent: Some(false) },
    is_logging: Flag { name: "IsLogging", absent: None },
    includes_global_events: Flag { name: "IncludeGlobalServiceEvents", absent: Some(true) },
    validates_log_files: Flag { name: "EnableLogFileValidation", absent: Some(false) },
    is_organization_trail: Flag { name: "IsOrganizationTrail", absent: Some(false) },
    kms_key: "KMSKeyId",
    basic: BasicNames {
        list: "EventSelectors",
        read_write_type: "ReadWriteType",
        include_management_events: "IncludeManagementEvents",
        excluded_sources: "ExcludeManagementEventSources",
        data_resources: "DataResources",
    },
    advanced: AdvancedNames {
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
    },
};

const SNAKE_BASIC: BasicNames = BasicNames {
    list: "event_selectors",
    read_write_type: "read_write_type",
    include_management_events: "include_management_events",
    excluded_sources: "exclude_management_event_sources",
    data_resources: "data_resources",
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
