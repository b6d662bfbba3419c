//! Recognizes AWS managed KMS keys, which don't count as customer managed keys.

use super::policy::{PartialText, TextPiece};
use crate::value::{Known, Maybe, Reason, Unknown};

/// The prefix of the aliases of AWS managed keys; it is reserved for AWS.
const ALIAS: &str = "alias/aws/";

/// True for the alias of an AWS managed key, or the alias's ARN.
pub fn is_aws_key(id: &str) -> bool {
    id.starts_with(ALIAS) || (id.starts_with("arn:") && id.rsplit(':').next().is_some_and(|id| id.starts_with(ALIAS)))
}

/// True if a key that may be partly unknown is certain to be an AWS managed key.
pub fn names_aws_key(key: &Maybe<&str>) -> bool {
    match key {
        Known(id) => is_aws_key(id),
        Unknown(Reason::AwsKey { .. }) => true,
        Unknown(why @ Reason::Composed { .. }) => starts_as_aws_key(&PartialText::unknown(why)),
        Unknown(_) => false,
    }
}

/// True if the known pieces of a text make it an alias of an AWS managed key, or the alias's ARN.
fn starts_as_aws_key(text: &PartialText) -> bool {
    match (text.pieces.first(), text.pieces.last()) {
        (Some(TextPiece::Literal(start)), _) if is_aws_key(start) => true,
        (Some(TextPiece::Literal(start)), Some(TextPiece::Literal(end))) if start.starts_with("arn:") => {
            end.contains(":alias/aws/")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_of_aws_are_known_by_their_beginning() {
        for id in ["alias/aws/cloudtrail", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"] {
            assert!(is_aws_key(id), "{id}");
        }
        for id in ["alias/audit", "alias/aws", "my/alias/aws/s3", "arn:aws:kms:eu-west-1:111122223333:alias/my:alias/x"]
        {
            assert!(!is_aws_key(id), "{id}");
        }
    }
}
