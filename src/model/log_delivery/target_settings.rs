//! The settings of buckets and keys that affect the delivery and protection of logs.

use crate::model::TrailSetting;
use crate::model::policy::{PartialText, PolicyDocument};
use crate::source::Span;
use crate::value::{Hop, Maybe, Reason};

/// A setting of a bucket or key.
#[derive(Debug)]
pub enum TargetSetting {
    /// An access control list (ACL).
    Acl(Acl),
    Policy(AttachedPolicy),
    /// The policy that determines who may assume a role.
    Trust(AttachedPolicy),
    /// The attachment of a managed policy to a role. A policy that is read is a setting of its own.
    Managed,
    /// A policy of a role that can't be read.
    UnreadPolicy,
    /// Access logging.
    Logging(Presence),
    /// Lifecycle rules, which move or delete objects after some time.
    Lifecycle(Presence),
    /// The part of a lifecycle rule that deletes objects at some age.
    Expiration(Box<Expiration>),
    /// Versioning or object lock.
    Protection(Presence),
    /// Object ownership that disables access control lists.
    DisablesAcls(Presence),
    /// The switch that enables a key.
    Enabled(Box<TrailSetting<bool>>),
    /// A public access block.
    AccessBlock(Box<AccessBlock>),
}

impl TargetSetting {
    pub fn acl(&self) -> Option<&Acl> {
        if let TargetSetting::Acl(acl) = self { Some(acl) } else { None }
    }

    pub fn policy(&self) -> Option<&AttachedPolicy> {
        if let TargetSetting::Policy(policy) = self { Some(policy) } else { None }
    }

    pub fn trust(&self) -> Option<&AttachedPolicy> {
        if let TargetSetting::Trust(policy) = self { Some(policy) } else { None }
    }

    /// The policy of either kind.
    pub fn any_policy(&self) -> Option<&AttachedPolicy> {
        self.policy().or_else(|| self.trust())
    }

    pub fn logging(&self) -> Option<&Presence> {
        if let TargetSetting::Logging(presence) = self { Some(presence) } else { None }
    }

    pub fn lifecycle(&self) -> Option<&Presence> {
        if let TargetSetting::Lifecycle(presence) = self { Some(presence) } else { None }
    }

    pub fn expiration(&self) -> Option<&Expiration> {
        if let TargetSetting::Expiration(expiration) = self { Some(expiration) } else { None }
    }

    pub fn protection(&self) -> Option<&Presence> {
        if let TargetSetting::Protection(presence) = self { Some(presence) } else { None }
    }

    pub fn disables_acls(&self) -> Option<&Presence> {
        if let TargetSetting::DisablesAcls(presence) = self { Some(presence) } else { None }
    }

    pub fn enabled(&self) -> Option<&TrailSetting<bool>> {
        if let TargetSetting::Enabled(setting) = self { Some(setting) } else { None }
    }

    pub fn access_block(&self) -> Option<&AccessBlock> {
        if let TargetSetting::AccessBlock(block) = self { Some(block) } else { None }
    }
}

/// An access control list.
#[derive(Debug)]
pub struct Acl {
    /// True if it grants access to everyone, or to everyone who has an AWS account.
    pub is_public: Maybe<bool>,
    /// The deciding value as messages show it.
    pub display_value: String,
    pub span: Span,
    /// The steps to the expression that decides the value.
    pub hops: Vec<Hop>,
}

#[derive(Debug)]
pub struct AttachedPolicy {
    /// The document, or the reason why it is unknown.
    pub document: Result<PolicyDocument, Reason>,
    pub span: Span,
    /// The steps to the expression that decides the document.
    pub hops: Vec<Hop>,
    /// The total length of the texts in its statements, in bytes.
    pub weight: usize,
    /// The length of the source text, in bytes.
    pub length: usize,
}

/// A feature that is enabled or not.
#[derive(Debug)]
pub struct Presence {
    /// True if the feature is enabled.
    pub is_enabled: Maybe<bool>,
    /// The location of the deciding value.
    pub span: Span,
}

/// A lifecycle rule that deletes objects at some age.
#[derive(Debug)]
pub struct Expiration {
    /// True if the rule is enabled and isn't limited to objects with certain tags.
    pub is_effective: Maybe<bool>,
    /// The age, in days.
    pub days: Maybe<u32>,
    /// The prefix of its objects' keys; empty for all objects.
    pub prefix: PartialText,
    /// The location of the age.
    pub span: Span,
    /// The steps to the expression that decides the age.
    pub hops: Vec<Hop>,
}

/// The flags of a public access block.
#[derive(Debug)]
pub struct AccessBlock {
    /// Rejects requests that make an access control list public.
    pub block_acls: TrailSetting<bool>,
    /// Ignores public access control lists.
    pub ignore_acls: TrailSetting<bool>,
    /// Rejects requests that attach a public policy.
    pub block_policy: TrailSetting<bool>,
    /// Restricts a bucket with a public policy to the account and AWS services.
    pub restrict: TrailSetting<bool>,
    /// True for the block of a bucket, false for the block of the whole account.
    pub is_of_bucket: bool,
}

impl AccessBlock {
    pub fn flags(&self) -> [&TrailSetting<bool>; 4] {
        [&self.block_acls, &self.ignore_acls, &self.block_policy, &self.restrict]
    }
}
