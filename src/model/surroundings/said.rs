//! The settings of buckets and keys that affect the delivery and protection of logs.

use crate::model::Setting;
use crate::model::policy::{Document, Text};
use crate::source::Span;
use crate::value::{Hop, Maybe, Why};

/// A setting of a bucket or key.
#[derive(Debug)]
pub enum Said {
    /// An access control list (ACL).
    Acl(Acl),
    Policy(Policy),
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
    Enabled(Box<Setting<bool>>),
    /// A public access block.
    AccessBlock(Box<AccessBlock>),
}

impl Said {
    pub fn acl(&self) -> Option<&Acl> {
        if let Said::Acl(acl) = self { Some(acl) } else { None }
    }

    pub fn policy(&self) -> Option<&Policy> {
        if let Said::Policy(policy) = self { Some(policy) } else { None }
    }

    pub fn logging(&self) -> Option<&Presence> {
        if let Said::Logging(presence) = self { Some(presence) } else { None }
    }

    pub fn lifecycle(&self) -> Option<&Presence> {
        if let Said::Lifecycle(presence) = self { Some(presence) } else { None }
    }

    pub fn expiration(&self) -> Option<&Expiration> {
        if let Said::Expiration(expiration) = self { Some(expiration) } else { None }
    }

    pub fn protection(&self) -> Option<&Presence> {
        if let Said::Protection(presence) = self { Some(presence) } else { None }
    }

    pub fn disables_acls(&self) -> Option<&Presence> {
        if let Said::DisablesAcls(presence) = self { Some(presence) } else { None }
    }

    pub fn enabled(&self) -> Option<&Setting<bool>> {
        if let Said::Enabled(setting) = self { Some(setting) } else { None }
    }

    pub fn access_block(&self) -> Option<&AccessBlock> {
        if let Said::AccessBlock(block) = self { Some(block) } else { None }
    }
}

/// An access control list.
#[derive(Debug)]
pub struct Acl {
    /// True if it grants access to everyone, or to everyone who has an AWS account.
    pub is_public: Maybe<bool>,
    /// The deciding value as messages show it.
    pub shown: String,
    pub span: Span,
    /// The steps to the expression that decides the value.
    pub hops: Vec<Hop>,
}

#[derive(Debug)]
pub struct Policy {
    /// The document, or the reason why it is unknown.
    pub document: Result<Document, Why>,
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
    pub is_there: Maybe<bool>,
    /// The location of the deciding value.
    pub span: Span,
}

/// A lifecycle rule that deletes objects at some age.
#[derive(Debug)]
pub struct Expiration {
    /// True if the rule is enabled and isn't limited to objects with certain tags.
    pub is_on: Maybe<bool>,
    /// The age, in days.
    pub days: Maybe<u32>,
    /// The prefix of its objects' keys; empty for all objects.
    pub prefix: Text,
    /// The location of the age.
    pub span: Span,
    /// The steps to the expression that decides the age.
    pub hops: Vec<Hop>,
}

/// The flags of a public access block.
#[derive(Debug)]
pub struct AccessBlock {
    /// Rejects requests that make an access control list public.
    pub block_acls: Setting<bool>,
    /// Ignores public access control lists.
    pub ignore_acls: Setting<bool>,
    /// Rejects requests that attach a public policy.
    pub block_policy: Setting<bool>,
    /// Restricts a bucket with a public policy to the account and AWS services.
    pub restrict: Setting<bool>,
    /// True for the block of a bucket, false for the block of the whole account.
    pub is_of_bucket: bool,
}

impl AccessBlock {
    pub fn flags(&self) -> [&Setting<bool>; 4] {
        [&self.block_acls, &self.ignore_acls, &self.block_policy, &self.restrict]
    }
}
