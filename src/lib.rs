//! trailint finds CloudTrail trails that break CIS AWS Foundations 3.1 in Terraform and CloudFormation.
//!
//! This is the ground it stands on: files, and trees with exact spans.

pub mod source;
pub mod syntax;
