//! What resources say of a bucket or a key.

use crate::model::Setting;
use crate::model::policy::{Document, Text};
use crate::source::Span;
use crate::value::{Hop, Maybe, Why};

/// Something that is said of a bucket or a key.
#[derive(Debug)]
pub enum Said {
    /// Who may use it, without a policy.
    Acl(Acl),
    /// Who may do what with it.
    Policy(Policy),
    /// That its access is logged.
    Logging(Presence),
    /// That its objects are moved or deleted after some time.
    Lifecycle(Presence),
    /// That its objects are deleted at some age.
    Expiration(Box<Expiration>),
    /// That old versions of its objects are kept, or that its objects are locked.
    Protection(Presence),
    /// That access control lists are disabled.
    DisablesAcls(Presence),
    /// The switch of a key.
    Enabled(Box<Setting<bool>>),
    /// That the public is kept out.
    AccessBlock(Box<AccessBlock>),
}

impl Said {
    /// The access control list that it is.
    pub fn acl(&self) -> Option<&Acl> {
        if let Said::Acl(acl) = self { Some(acl) } else { None }
    }

    /// The policy that it is.
    pub fn policy(&self) -> Option<&Policy> {
        if let Said::Policy(policy) = self { Some(policy) } else { None }
    }

    /// What it says of access logging.
    pub fn logging(&self) -> Option<&Presence> {
        if let Said::Logging(presence) = self { Some(presence) } else { None }
    }

    /// What it says of how long objects are kept.
    pub fn lifecycle(&self) -> Option<&Presence> {
        if let Said::Lifecycle(presence) = self { Some(presence) } else { None }
    }

    /// What it says of the age at which objects are deleted.
    pub fn expiration(&self) -> Option<&Expiration> {
        if let Said::Expiration(expiration) = self { Some(expiration) } else { None }
    }

    /// What it says of old versions and locks.
    pub fn protection(&self) -> Option<&Presence> {
        if let Said::Protection(presence) = self { Some(presence) } else { None }
    }

    /// What it says of access control lists as a whole.
    pub fn disables_acls(&self) -> Option<&Presence> {
        if let Said::DisablesAcls(presence) = self { Some(presence) } else { None }
    }

    /// The switch that it is.
    pub fn enabled(&self) -> Option<&Setting<bool>> {
        if let Said::Enabled(setting) = self { Some(setting) } else { None }
    }

    /// The flags that it is.
    pub fn access_block(&self) -> Option<&AccessBlock> {
        if let Said::AccessBlock(block) = self { Some(block) } else { None }
    }
}

/// An access control list.
#[derive(Debug)]
pub struct Acl {
    /// Whether it lets in everybody, or everybody who has an account of AWS.
    pub is_public: Maybe<bool>,
    /// What says so, as it is shown.
    pub shown: String,
    /// Where.
    pub span: Span,
    /// The way it came.
    pub hops: Vec<Hop>,
}

/// A policy.
#[derive(Debug)]
pub struct Policy {
    /// What it says, or why that isn't known.
    pub document: Result<Document, Why>,
    /// Where.
    pub span: Span,
    /// The way it came.
    pub hops: Vec<Hop>,
    /// How long its texts are together, in bytes.
    pub weight: usize,
    /// How long it was before it was read, in bytes.
    pub length: usize,
}

/// Something that is there or not.
#[derive(Debug)]
pub struct Presence {
    /// Whether it is.
    pub is_there: Maybe<bool>,
    /// Where that is said.
    pub span: Span,
}

/// A rule that deletes objects at some age.
#[derive(Debug)]
pub struct Expiration {
    /// Whether it is switched on, and isn't for objects with tags only.
    pub is_on: Maybe<bool>,
    /// The age, in days.
    pub days: Maybe<u32>,
    /// How the names of its objects begin; empty for all objects.
    pub prefix: Text,
    /// Where the age is written.
    pub span: Span,
    /// The way it came.
    pub hops: Vec<Hop>,
}

/// Flags that keep the public out.
#[derive(Debug)]
pub struct AccessBlock {
    /// Refuses to make an access control list public.
    pub block_acls: Setting<bool>,
    /// Takes no heed of public access control lists.
    pub ignore_acls: Setting<bool>,
    /// Refuses to attach a public policy.
    pub block_policy: Setting<bool>,
    /// Lets a public policy reach no further than the account.
    pub restrict: Setting<bool>,
    /// Whether it is of the bucket, and not of the whole account.
    pub is_of_bucket: bool,
}

impl AccessBlock {
    /// The flags.
    pub fn flags(&self) -> [&Setting<bool>; 4] {
        [&self.block_acls, &self.ignore_acls, &self.block_policy, &self.restrict]
    }
}
