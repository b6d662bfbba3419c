//! The requests that CloudTrail makes to deliver logs, with their condition keys.
//!
//! Sources: the CloudTrail user guide on the bucket's policy and on the key's policy; the IAM user guide on condition
//! keys in requests of a service principal.

use std::rc::Rc;

use super::assumption::Assumption;
use super::{PartialText, Work};

/// The service principal of CloudTrail, which is the same in all partitions.
pub(super) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// One request of CloudTrail.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRequest {
    pub action: &'static str,
    /// The names of the resource, at least one; all are of the same resource. The partition in ARNs doesn't matter.
    pub(super) resource: Vec<PartialText>,
    /// The condition keys that are known, by their names in lower case.
    keys: Vec<(String, ConditionKey)>,
    /// The comparisons so far.
    pub(super) work: Rc<Work>,
}

/// The state of a condition key in a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ConditionKey {
    /// The request doesn't contain the key.
    Absent,
    /// The key has this value.
    Is(PartialText),
    /// The key has one of these values.
    OneOf(&'static [&'static str]),
}

/// The kinds of files that CloudTrail writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// Log files, which contain the events.
    Log,
    /// Digest files, which reveal changed log files.
    Digest,
}

/// The folder in a bucket in which CloudTrail writes the files of an account and a Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPrefix {
    /// The organization, for the files of an organization trail.
    pub organization: Option<String>,
    /// The account of the events.
    pub account: String,
    /// The Region of the events.
    pub region: String,
}

/// The keys that are absent from CloudTrail's requests; a name that ends with `*` includes all names with that prefix.
const ABSENT: [&str; 4] = ["aws:principalorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:multifactorauth*"];

/// The condition key for the ACL of an object.
const ACL: &str = "s3:x-amz-acl";

/// The condition key for the trail's ARN in the encryption context.
pub(super) const CONTEXT_ARN: &str = "kms:encryptioncontext:aws:cloudtrail:arn";

/// The condition keys for the encryption context.
const CONTEXT: [&str; 2] = ["kms:encryptioncontext:*", "kms:encryptioncontextkeys"];

/// The condition key for the TLS version. AWS services use no older ones than these.
const TLS: (&str, ConditionKey) = ("s3:tlsversion", ConditionKey::OneOf(&["1.2", "1.3"]));

impl ServiceRequest {
    /// The request to read the ACL of a bucket with these ARNs.
    pub fn bucket_acl(bucket: &[PartialText], assumption: &Assumption) -> Self {
        Self::new("s3:GetBucketAcl", bucket, assumption).with([(ACL, ConditionKey::Absent), TLS])
    }

    /// The request to write a file to a bucket with these ARNs, in a folder that ends with `/` or is empty.
    pub fn write(
        bucket: &[PartialText],
        folder: &PartialText,
        file: File,
        place: &LogPrefix,
        assumption: &Assumption,
    ) -> Self {
        let path = assumption.bound(folder).then(&PartialText::exactly(&place.path(file, assumption)));
        let path = PartialText::exactly("/").then(&path);
        let objects: Vec<PartialText> = bucket.iter().map(|arn| assumption.bound(arn).then(&path)).collect();
        // CloudTrail gives the bucket's owner full control of each file.
        let acl = ConditionKey::exactly("bucket-owner-full-control");
        Self::new("s3:PutObject", &objects, assumption).with([(ACL, acl), TLS])
    }

    /// The request to generate a data key with a KMS key with these ARNs.
    pub fn data_key(key: &[PartialText], assumption: &Assumption) -> Self {
        let trail = ConditionKey::Is(assumption.trail());
        Self::new("kms:GenerateDataKey", key, assumption).with([(ACL, ConditionKey::Absent), (CONTEXT_ARN, trail)])
    }

    /// The request to describe a KMS key with these ARNs.
    pub fn describe_key(key: &[PartialText], assumption: &Assumption) -> Self {
        let context = CONTEXT.map(|name| (name, ConditionKey::Absent));
        Self::new("kms:DescribeKey", key, assumption).with([(ACL, ConditionKey::Absent)]).with(context)
    }

    fn new(action: &'static str, resource: &[PartialText], assumption: &Assumption) -> Self {
        let resource = resource.iter().map(|name| assumption.bound(name)).collect();
        let request = Self { action, resource, keys: Vec::new(), work: Rc::clone(&assumption.work) };
        request.with(ABSENT.map(|name| (name, ConditionKey::Absent))).with([
            ("aws:sourcearn", ConditionKey::Is(assumption.trail())),
            ("aws:sourceaccount", ConditionKey::exactly(&assumption.account)),
            ("aws:sourceorgid", ConditionKey::exactly(&assumption.organization)),
            ("aws:principalisawsservice", ConditionKey::exactly("true")),
            ("aws:principalservicename", ConditionKey::exactly(CLOUDTRAIL)),
            ("aws:securetransport", ConditionKey::exactly("true")),
        ])
    }

    fn with<const N: usize>(mut self, keys: [(&str, ConditionKey); N]) -> Self {
        self.keys.extend(keys.map(|(name, key)| (name.to_owned(), key)));
        self
    }

    /// True if a condition key is absent from the request.
    pub fn lacks(&self, name: &str) -> bool {
        self.key(&name.to_ascii_lowercase()) == Some(&ConditionKey::Absent)
    }

    /// Returns a condition key by its name in lower case; `None` if its state is unknown.
    pub(super) fn key(&self, name: &str) -> Option<&ConditionKey> {
        let found = self.keys.iter().find(|(known, _)| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => *known == name,
        });
        found.map(|(_, key)| key)
    }
}

impl ConditionKey {
    fn exactly(text: &str) -> Self {
        Self::Is(PartialText::exactly(text))
    }
}

impl LogPrefix {
    /// The path of a file, with an arbitrary date and an arbitrary unique part of its name.
    fn path(&self, file: File, assumption: &Assumption) -> String {
        let Self { organization, account, region } = self;
        let folder = organization.iter().map(|organization| format!("{organization}/")).collect::<String>();
        let (kind, home) = match file {
            File::Log => ("CloudTrail", String::new()),
            File::Digest => ("CloudTrail-Digest", format!("_trail_{}", assumption.region)),
        };
        format!(
            "AWSLogs/{folder}{account}/{kind}/{region}/2031/07/23/\
             {account}_{kind}_{region}{home}_20310723T0455Z_nYqBkTvwHxEr8sJm.json.gz"
        )
    }
}
