//! The arguments of a trail, except for its selectors: one table of their names and defaults in the three types.

use crate::model::reader::{ArgumentReader, text};
use crate::model::{Argument, ArgumentShape, Booleans, Contradiction, Invalid, SettingRead, TrailSetting};
use crate::value::{Data, Known, Unknown};

/// The argument that places a resource of the AWS provider in another Region than the provider's, since version 6:
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support>.
pub(super) const REGION: &str = "region";

/// Defines each attribute by one row: its field with the documentation, and its names and defaults in
/// `aws_cloudtrail`, in `awscc_cloudtrail_trail`, in `AWS::CloudTrail::Trail` and in the output of the AWS CLI.
macro_rules! attributes {
    ($($(#[doc = $doc:literal])+ $field:ident: $value:ty = $aws:expr, $awscc:expr, $cloudformation:expr, $live:expr;)+) => {
        /// The arguments of a trail, except for its selectors.
        #[derive(Debug, Clone)]
        pub struct Attributes {
            $($(#[doc = $doc])+ pub $field: TrailSetting<$value>,)+
        }

        /// The names and defaults of the attributes in one resource type.
        #[derive(Debug)]
        pub(crate) struct AttributeNames {
            $(pub(crate) $field: Attribute<$value>,)+
        }

        pub(super) static AWS_ATTRIBUTES: AttributeNames = AttributeNames { $($field: $aws,)+ };
        pub(super) static AWSCC_ATTRIBUTES: AttributeNames = AttributeNames { $($field: $awscc,)+ };
        pub(super) static CLOUDFORMATION_ATTRIBUTES: AttributeNames = AttributeNames { $($field: $cloudformation,)+ };
        pub(super) static LIVE_ATTRIBUTES: AttributeNames = AttributeNames { $($field: $live,)+ };

        pub(super) static AWS_ARGUMENTS: ArgumentShape = &[
            $(Argument::value(AWS_ATTRIBUTES.$field.name),)+
            Argument::value(REGION),
            EVENT_SELECTOR,
            ADVANCED_EVENT_SELECTOR,
        ];
        pub(super) static AWSCC_ARGUMENTS: ArgumentShape = &[
            $(Argument::value(AWSCC_ATTRIBUTES.$field.name),)+
            Argument::value("event_selectors"),
            Argument::value("advanced_event_selectors"),
        ];
        pub(super) static CLOUDFORMATION_ARGUMENTS: ArgumentShape = &[
            $(Argument::value(CLOUDFORMATION_ATTRIBUTES.$field.name),)+
            Argument::value("EventSelectors"),
            Argument::value("AdvancedEventSelectors"),
        ];

        pub(super) static LIVE_ARGUMENTS: ArgumentShape = &[
            $(Argument::value(LIVE_ATTRIBUTES.$field.name),)+
            Argument::value("EventSelectors"),
            Argument::value("AdvancedEventSelectors"),
        ];

        impl Attributes {
            pub(super) fn read(reader: &ArgumentReader, names: &AttributeNames) -> Self {
                Self { $($field: names.$field.read(reader),)+ }
            }

            /// Returns the values that are known in both the code and a plan, and differ.
            pub(crate) fn contradictions(&self, planned: &Self) -> Vec<Contradiction> {
                let each = [$(contradiction(&self.$field, &planned.$field),)+];
                each.into_iter().flatten().collect()
            }
        }

        impl AttributeNames {
            /// Describes the default of a switch; `None` for other attributes.
            pub(super) fn describe_default(&self, name: &str) -> Option<&'static str> {
                $(if self.$field.name == name {
                    return <$value>::describe_default(self.$field.default.as_ref());
                })+
                None
            }
        }
    };
}

attributes! {
    /// True if the trail records the events of every Region, not only of its own.
    is_multi_region: bool =
        optional("is_multi_region_trail", false),
        optional("is_multi_region_trail", false),
        optional("IsMultiRegionTrail", false),
        required("IsMultiRegionTrail");
    /// True if logging is enabled.
    is_logging: bool =
        optional("enable_logging", true),
        required("is_logging"),
        required("IsLogging"),
        required("IsLogging");
    /// True if the trail records the events of global services such as IAM.
    includes_global_events: bool =
        optional("include_global_service_events", true),
        optional("include_global_service_events", true),
        optional("IncludeGlobalServiceEvents", true),
        required("IncludeGlobalServiceEvents");
    /// True if the trail writes digest files, which reveal changed log files.
    validates_log_files: bool =
        optional("enable_log_file_validation", false),
        optional("enable_log_file_validation", false),
        optional("EnableLogFileValidation", false),
        required("LogFileValidationEnabled");
    /// True if the trail records the events of every account of the organization.
    is_organization_trail: bool =
        optional("is_organization_trail", false),
        optional("is_organization_trail", false),
        optional("IsOrganizationTrail", false),
        optional("IsOrganizationTrail", false);
    /// The KMS key that encrypts the log files; empty if there is none.
    kms_key: String =
        optional("kms_key_id", String::new()),
        optional("kms_key_id", String::new()),
        optional("KMSKeyId", String::new()),
        optional("KmsKeyId", String::new());
}

/// The name and the default of an attribute in one resource type.
#[derive(Debug)]
pub(crate) struct Attribute<T> {
    pub(crate) name: &'static str,
    /// The default; `None` if the argument is required.
    default: Option<T>,
}

pub(super) const fn optional<T>(name: &'static str, default: T) -> Attribute<T> {
    Attribute { name, default: Some(default) }
}

const fn required<T>(name: &'static str) -> Attribute<T> {
    Attribute { name, default: None }
}

impl<T: AttributeValue> Attribute<T> {
    fn read(&self, reader: &ArgumentReader) -> TrailSetting<T> {
        let default = self.default.clone().ok_or(Invalid::Missing);
        reader.setting(self.name, default, |data| T::convert(data, reader.booleans))
    }
}

/// A type that attributes have.
pub(crate) trait AttributeValue: Clone + PartialEq {
    fn convert(data: &Data, booleans: Booleans) -> SettingRead<Self>;

    /// Describes the default of a switch.
    fn describe_default(default: Option<&Self>) -> Option<&'static str>;

    /// Describes a value that the code doesn't have.
    fn describe(&self) -> String;
}

impl AttributeValue for bool {
    fn convert(data: &Data, booleans: Booleans) -> SettingRead<Self> {
        booleans.convert(data)
    }

    fn describe_default(default: Option<&Self>) -> Option<&'static str> {
        Some(match default {
            Some(true) => "`true`",
            Some(false) => "`false`",
            None => "an error, because it is required",
        })
    }

    fn describe(&self) -> String {
        format!("`{self}`")
    }
}

impl AttributeValue for String {
    fn convert(data: &Data, _booleans: Booleans) -> SettingRead<Self> {
        text(data)
    }

    fn describe_default(_default: Option<&Self>) -> Option<&'static str> {
        None
    }

    fn describe(&self) -> String {
        "another value".to_owned()
    }
}

/// Returns the contradiction between an argument in the code and in a plan, if there is one.
fn contradiction<T: AttributeValue>(own: &TrailSetting<T>, planned: &TrailSetting<T>) -> Option<Contradiction> {
    if own.may_equal(planned, |own, planned| own == planned) {
        return None;
    }
    let value = match planned.value() {
        Known(Ok(value)) => value.describe(),
        Known(Err(_)) | Unknown(_) => "another value".to_owned(),
    };
    Some(own.contradiction(format!("sets `{}` to {value}", own.name)))
}

/// The blocks of basic selectors in `aws_cloudtrail`.
const EVENT_SELECTOR: Argument = Argument::blocks(
    "event_selector",
    &[
        Argument::value("read_write_type"),
        Argument::value("include_management_events"),
        Argument::texts("exclude_management_event_sources"),
        Argument::blocks("data_resource", &[Argument::value("type"), Argument::value("values")]),
    ],
);

/// The blocks of advanced selectors in `aws_cloudtrail`.
const ADVANCED_EVENT_SELECTOR: Argument = Argument::blocks(
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
);
