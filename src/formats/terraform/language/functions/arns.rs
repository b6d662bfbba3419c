//! Functions of the AWS provider for ARNs.
//!
//! Source: `internal/function` in hashicorp/terraform-provider-aws, and `arn.Parse` of the AWS SDK for Go.

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::value::{Data, Object};

/// The parts of an ARN after `arn:`, in order.
const PARTS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

/// Evaluates `arn_parse`, which splits an ARN into its parts.
pub(super) fn arn_parse(call: &EvaluatedCall<'_>) -> FunctionResult {
    let arn = call.string(0)?;
    let parts = parts(&arn)?;
    let parts = PARTS.into_iter().zip(parts);
    let fields = parts.map(|(name, part)| call.field(name.to_owned(), call.computed(Data::String(part.to_owned()))));
    FunctionOutcome::object(Object::new(call.span, fields.collect()))
}

/// Evaluates `trim_iam_role_path`, which removes the path from the ARN of a role.
pub(super) fn trim_iam_role_path(call: &EvaluatedCall<'_>) -> FunctionResult {
    let arn = call.string(0)?;
    let [partition, service, region, account, resource] = parts(&arn)?;
    let role = resource.strip_prefix("role/").filter(|_| service == "iam" && region.is_empty());
    let Some(role) = role else { return Err(FunctionFailure::failed("this isn't the ARN of an IAM role")) };
    let name = role.rsplit('/').next().unwrap_or(role);
    FunctionOutcome::string(format!("arn:{partition}:iam::{account}:role/{name}"))
}

fn parts(arn: &str) -> Result<[&str; 5], FunctionFailure> {
    let parts = arn.strip_prefix("arn:").map(|rest| rest.splitn(PARTS.len(), ':').collect::<Vec<_>>());
    parts.and_then(|parts| parts.try_into().ok()).ok_or_else(|| FunctionFailure::failed("this isn't an ARN"))
}
