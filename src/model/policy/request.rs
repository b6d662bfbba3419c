//! The requests that CloudTrail sends when it delivers logs, with their condition keys.
//!
//! Sources: the CloudTrail user guide on the bucket's policy and on the key's policy; the IAM user guide on condition
//! keys of requests of a service principal.

use std::rc::Rc;

use super::assumption::Assumption;
use super::{Text, Work};

/// The service principal of CloudTrail, the same in all partitions.
pub(super) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// One request of CloudTrail.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The action.
    pub action: &'static str,
    /// The names of the resource, at least one: all stand for the same one. The partition in ARNs doesn't matter.
    pub(super) resource: Vec<Text>,
    /// The condition keys of which it is known what they are, by their names in lower case.
    keys: Vec<(String, Key)>,
    /// What was compared so far.
    pub(super) work: Rc<Work>,
}

/// A condition key in a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// The request doesn't have it.
    Absent,
    /// It has this value.
    Is(Text),
    /// It has one of these values.
    OneOf(&'static [&'static str]),
}

/// The kinds of files that CloudTrail writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// Events.
    Log,
    /// Digests, by which a changed log file is noticed.
    Digest,
}

/// The place in a bucket below which CloudTrail writes the files of an account and a Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The organization, for the files of an organization trail.
    pub organization: Option<String>,
    /// The account whose events are written.
    pub account: String,
    /// The Region whose events are written.
    pub region: String,
}

/// The keys that CloudTrail's requests lack, with `*` at the end of a name for all that begin so.
const ABSENT: [&str; 4] = ["aws:principalorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:multifactorauth*"];

/// The key that names the ACL of an object.
const ACL: &str = "s3:x-amz-acl";

/// The key for the trail's ARN in the encryption context.
pub(super) const CONTEXT_ARN: &str = "kms:encryptioncontext:aws:cloudtrail:arn";

/// The keys of the encryption context.
const CONTEXT: [&str; 2] = ["kms:encryptioncontext:*", "kms:encryptioncontextkeys"];

/// The key for the version of TLS. AWS's services use no older ones than these.
const TLS: (&str, Key) = ("s3:tlsversion", Key::OneOf(&["1.2", "1.3"]));

impl Request {
    /// Reads the ACL of a bucket that has these ARNs.
    pub fn bucket_acl(bucket: &[Text], assumption: &Assumption) -> Self {
        Self::new("s3:GetBucketAcl", bucket, assumption).with([(ACL, Key::Absent), TLS])
    }

    /// Writes a file into a bucket that has these ARNs, below a folder that ends with `/` or is empty.
    pub fn write(bucket: &[Text], folder: &Text, file: File, place: &Place, assumption: &Assumption) -> Self {
        let path = assumption.bound(folder).then(&Text::exactly(&place.path(file, assumption)));
        let object = |arn: &Text| assumption.bound(arn).then(&Text::exactly("/")).then(&path);
        let objects: Vec<Text> = bucket.iter().map(object).collect();
        // CloudTrail gives the owner of the bucket full control of each file.
        let acl = Key::Is(Text::exactly("bucket-owner-full-control"));
        Self::new("s3:PutObject", &objects, assumption).with([(ACL, acl), TLS])
    }

    /// Makes a data key with a key that has these ARNs.
    pub fn data_key(key: &[Text], assumption: &Assumption) -> Self {
        let trail = Key::Is(assumption.trail());
        Self::new("kms:GenerateDataKey", key, assumption).with([(ACL, Key::Absent), (CONTEXT_ARN, trail)])
    }

    /// Describes a key that has these ARNs.
    pub fn describe_key(key: &[Text], assumption: &Assumption) -> Self {
        let context = CONTEXT.map(|name| (name, Key::Absent));
        Self::new("kms:DescribeKey", key, assumption).with([(ACL, Key::Absent)]).with(context)
    }

    fn new(action: &'static str, resource: &[Text], assumption: &Assumption) -> Self {
        let is = |text: &str| Key::Is(Text::exactly(text));
        let resource = resource.iter().map(|name| assumption.bound(name)).collect();
        let request = Self { action, resource, keys: Vec::new(), work: Rc::clone(&assumption.work) };
        request.with(ABSENT.map(|name| (name, Key::Absent))).with([
            ("aws:sourcearn", Key::Is(assumption.trail())),
            ("aws:sourceaccount", is(&assumption.account)),
            ("aws:sourceorgid", is(&assumption.organization)),
            ("aws:principalisawsservice", is("true")),
            ("aws:principalservicename", is(CLOUDTRAIL)),
            ("aws:securetransport", is("true")),
        ])
    }

    fn with<const N: usize>(mut self, keys: [(&str, Key); N]) -> Self {
        self.keys.extend(keys.map(|(name, key)| (name.to_owned(), key)));
        self
    }

    /// True if it doesn't have a condition key.
    pub fn lacks(&self, name: &str) -> bool {
        self.key(&name.to_ascii_lowercase()) == Some(&Key::Absent)
    }

    /// A condition key by its name in lower case; nothing for one of which nothing is known.
    pub(super) fn key(&self, name: &str) -> Option<&Key> {
        let is_it = |known: &str| known.strip_suffix('*').map_or(known == name, |start| name.starts_with(start));
        self.keys.iter().find(|(known, _)| is_it(known)).map(|(_, key)| key)
    }
}

impl Place {
    /// The path of a file: the date and the unique part of its name are as good as any.
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
