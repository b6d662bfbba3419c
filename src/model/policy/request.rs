//! What CloudTrail asks of a bucket and a key when it delivers logs.
//!
//! Sources: the CloudTrail user guide on the bucket's policy and on the key's policy.

use super::Text;
use super::glob::{Token, literal};

/// The service principal of CloudTrail, the same in all partitions.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// A question to policies: whether they let a service do something.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The service.
    pub service: &'static str,
    /// What it does; all of it is needed.
    pub actions: &'static [&'static str],
    /// What it does it with.
    pub resource: Resource,
    /// Condition keys whose values are certain in this request.
    pub facts: Vec<Fact>,
    /// Condition keys of which it is assumed that they compare as a statement that allows demands.
    /// A statement that denies is doubtful with them.
    pub assumed: &'static [&'static str],
}

/// What is asked for: one thing, perhaps under several names, at least one. The partition in ARNs doesn't matter.
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// Exactly this.
    Exactly(Vec<Text>),
    /// Logs whose names begin with this and go on with an account and `/CloudTrail/`. It suffices that some of
    /// them are allowed, since it isn't known which account it is; it needs all to be denied.
    Beginning(Vec<Text>),
}

/// A condition key with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// The key, in lower case.
    pub key: &'static str,
    /// The value.
    pub value: &'static str,
}

/// What is so for each request of CloudTrail.
const FACTS: [Fact; 3] = [
    Fact { key: "aws:securetransport", value: "true" },
    Fact { key: "aws:principalisawsservice", value: "true" },
    Fact { key: "aws:principalservicename", value: CLOUDTRAIL },
];

/// CloudTrail gives the owner of the bucket full control of what it writes.
const OWNER_CONTROLS: Fact = Fact { key: "s3:x-amz-acl", value: "bucket-owner-full-control" };

/// That the trail and its account are the right ones isn't for the shape of a policy to tell.
const SOURCES: &[&str] = &["aws:sourcearn", "aws:sourceaccount"];

impl Request {
    /// Reading the ACL of a bucket that has these ARNs.
    pub fn bucket_acl(bucket: Vec<Text>) -> Self {
        let mut request = Self::of_cloudtrail(&["s3:GetBucketAcl"], Resource::Exactly(bucket), SOURCES);
        // The recommended policy asks for the ACL of objects only, but the key in both statements is accepted.
        request.facts.push(OWNER_CONTROLS);
        request
    }

    /// Writing logs to a bucket that has these ARNs, below a prefix. One that may be empty counts as it may.
    pub fn write_logs(bucket: &[Text], prefix: Option<&Text>) -> Self {
        let folder = prefix.map(Text::as_folder).unwrap_or_default();
        let place = |arn: &Text| arn.clone().then(&Text::exactly("/")).then(&folder).then(&Text::exactly("AWSLogs/"));
        let resource = Resource::Beginning(bucket.iter().map(place).collect());
        let mut request = Self::of_cloudtrail(&["s3:PutObject"], resource, SOURCES);
        request.facts.push(OWNER_CONTROLS);
        request
    }

    /// Making data keys with a key that has these ARNs: all the actions of `kms:GenerateDataKey*`.
    pub fn data_keys(key: Vec<Text>) -> Self {
        const ACTIONS: &[&str] = &[
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyPair",
            "kms:GenerateDataKeyPairWithoutPlaintext",
            "kms:GenerateDataKeyWithoutPlaintext",
        ];
        Self::of_cloudtrail(ACTIONS, Resource::Exactly(key), KEY_CONTEXT)
    }

    /// Describing a key that has these ARNs.
    pub fn describe_key(key: Vec<Text>) -> Self {
        Self::of_cloudtrail(&["kms:DescribeKey"], Resource::Exactly(key), KEY_CONTEXT)
    }

    fn of_cloudtrail(actions: &'static [&'static str], resource: Resource, assumed: &'static [&'static str]) -> Self {
        Self { service: CLOUDTRAIL, actions, resource, facts: FACTS.to_vec(), assumed }
    }
}

/// CloudTrail names the trail in the encryption context.
const KEY_CONTEXT: &[&str] = &["aws:sourcearn", "aws:sourceaccount", "kms:encryptioncontext:aws:cloudtrail:arn"];

impl Resource {
    /// The names.
    pub(super) fn names(&self) -> &[Text] {
        match self {
            Resource::Exactly(names) | Resource::Beginning(names) => names,
        }
    }
    /// The texts that a name stands for here.
    pub(super) fn tokens<'a>(&self, name: &'a Text) -> Vec<Token<'a>> {
        let mut tokens = literal(name);
        if let Resource::Beginning(_) = self {
            // The account; either wildcard may stand for what comes before and after the one character.
            tokens.extend([Token::Any, Token::One, Token::Any]);
            tokens.extend("/CloudTrail/".chars().map(Token::Char));
            tokens.extend([Token::Any, Token::One, Token::Any]);
        }
        tokens
    }
}
