//! trailint finds CloudTrail trails that break CIS AWS Foundations 3.1 in Terraform and CloudFormation.
//!
//! This much of it turns files into resources, and resources into trails.

pub mod formats;
pub mod model;
pub mod source;
pub mod syntax;
pub mod value;
