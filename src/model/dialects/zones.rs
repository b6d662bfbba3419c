//! The resource types that declare a landing zone of AWS Control Tower.

use super::Booleans;
use crate::model::{Argument, ArgumentShape};

/// A resource type that declares a landing zone.
#[derive(Debug)]
pub struct LandingZone {
    /// The resource type.
    pub kind: &'static str,
    /// The arguments to evaluate.
    pub shape: ArgumentShape,
    /// The argument with the manifest: an object, or JSON in a string.
    pub(super) manifest: &'static str,
    /// The argument with the version.
    pub(super) version: &'static str,
    /// The strings that are converted to booleans; `None` if the manifest is JSON.
    pub(super) booleans: Option<Booleans>,
}

/// Terraform's `aws_controltower_landing_zone`.
pub static AWS_LANDING_ZONE: LandingZone = LandingZone {
    kind: "aws_controltower_landing_zone",
    shape: &[Argument::json("manifest_json"), Argument::value("version")],
    manifest: "manifest_json",
    version: "version",
    booleans: None,
};

/// Terraform's `awscc_controltower_landing_zone`.
pub static AWSCC_LANDING_ZONE: LandingZone = LandingZone {
    kind: "awscc_controltower_landing_zone",
    shape: &[Argument::json("manifest"), Argument::value("version")],
    manifest: "manifest",
    version: "version",
    booleans: None,
};

/// CloudFormation's `AWS::ControlTower::LandingZone`.
pub static CLOUDFORMATION_LANDING_ZONE: LandingZone = LandingZone {
    kind: "AWS::ControlTower::LandingZone",
    shape: &[Argument::value("Manifest"), Argument::value("Version")],
    manifest: "Manifest",
    version: "Version",
    booleans: Some(Booleans::CloudFormation),
};
