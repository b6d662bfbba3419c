//! The types of resources that matter: trails, and what the delivery of their logs depends on.
//!
//! Sources: the schemas of hashicorp/terraform-provider-aws and -awscc, and of the CloudFormation registry.

mod tables;

pub use tables::{CLOUDFORMATION_TRAIL, NEIGHBOURS, UNREAD_MODULE, UNREAD_STACK};

use super::Shape;
use super::dialects::{Booleans, Dialect};

/// A type of resource, and what it means here.
#[derive(Debug)]
pub struct Kind {
    /// As code spells it.
    pub name: &'static str,
    /// The arguments that are read.
    pub shape: Shape,
    /// What it is.
    pub role: Role,
}

/// What resources are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Trails, with what the control asks of them.
    Trails,
    /// Where trails deliver their logs, and the buckets, keys and policies on which that depends.
    Surroundings,
}

/// What a resource is.
#[derive(Debug)]
pub enum Role {
    /// A trail.
    Trail(&'static Dialect),
    /// Where a trail delivers its logs.
    Delivery {
        /// The argument that names the bucket.
        bucket: &'static str,
        /// The argument that says below which prefix.
        prefix: &'static str,
        /// The argument that names the key.
        key: &'static str,
        /// The argument that names the trail.
        name: &'static str,
        /// The switches: for each Region, for an organization, with digests.
        switches: [&'static str; 3],
    },
    /// A bucket; what is said of it in its own body.
    Bucket {
        /// The argument that names it.
        name: &'static str,
        /// What its body says.
        parts: &'static [Part],
        /// What makes it better, as its language has it.
        advice: Advice,
    },
    /// Something that is attached to a bucket.
    OfBucket {
        /// The argument that names the bucket.
        bucket: &'static str,
        /// What it says of the bucket.
        parts: &'static [Part],
    },
    /// Something of a bucket that says nothing here, but whose attributes name the bucket.
    NamesBucket {
        /// The argument that names the bucket.
        bucket: &'static str,
        /// The attributes that hold the name.
        attributes: &'static [&'static str],
    },
    /// Something that goes for all buckets of the account.
    OfAccount {
        /// What it says of them.
        parts: &'static [Part],
    },
    /// A KMS key.
    Key {
        /// The argument that holds its policy.
        policy: &'static str,
        /// The switch that disables it.
        enabled: &'static str,
    },
    /// A policy that is attached to a key.
    OfKey {
        /// The argument that names the key.
        key: &'static str,
        /// The argument that holds the policy.
        policy: &'static str,
    },
    /// Another name of a key.
    Alias {
        /// The argument that holds the name.
        name: &'static str,
        /// The argument that names the key.
        key: &'static str,
    },
    /// A part of the deployment that isn't read; it may attach anything to what it is given.
    Unread {
        /// What makes it readable, as one imperative sentence.
        help: &'static str,
    },
}

/// Something that is said of a bucket, and the argument that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A canned access control list.
    Acl(&'static str),
    /// Those whom an access control list names, by the path to their addresses.
    Grants(&'static [&'static str]),
    /// A policy document.
    Policy(&'static str),
    /// Where access logs go: an argument that is there only then.
    Logging(&'static str),
    /// Access logs, to any target.
    IsLogged,
    /// Who owns objects, by the path to it: with `BucketOwnerEnforced`, access control lists are disabled.
    Ownership(&'static [&'static str]),
    /// Rules on how long objects are kept.
    Lifecycle(LifecycleNames),
    /// That old versions of objects are kept, or that objects are locked, by the path to the switch.
    Protection(&'static [&'static str]),
    /// Locked objects.
    IsLocked,
    /// Flags that keep the public out: in an argument, or as the resource's own.
    AccessBlock(Option<&'static str>, AccessBlockNames),
}

/// The names of what a rule on how long objects are kept consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifecycleNames {
    /// The path to the rules.
    pub rules: &'static [&'static str],
    /// The switch of a rule.
    pub switch: &'static str,
    /// The path within a rule to the age at which it deletes objects, in days.
    pub days: &'static [&'static str],
    /// The path to the day from which it deletes objects.
    pub date: &'static [&'static str],
    /// The paths to the beginning of the names of its objects.
    pub prefixes: &'static [&'static [&'static str]],
    /// The paths to the tags of its objects. Logs have none.
    pub tags: &'static [&'static [&'static str]],
}

/// The names of the flags that keep the public out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessBlockNames {
    /// Refuses to make an access control list public.
    pub block_acls: &'static str,
    /// Takes no heed of public access control lists.
    pub ignore_acls: &'static str,
    /// Refuses to attach a public policy.
    pub block_policy: &'static str,
    /// Lets a public policy reach no further than the account.
    pub restrict: &'static str,
}

/// What makes a bucket better, as the ends of imperative sentences.
#[derive(Debug, Clone, Copy)]
pub struct Advice {
    /// Adds access logging.
    pub logging: &'static str,
    /// Adds a rule on how long objects are kept.
    pub lifecycle: &'static str,
    /// Keeps the public out.
    pub access_block: &'static str,
    /// Attaches a policy.
    pub policy: &'static str,
    /// Keeps old versions of objects.
    pub protection: &'static str,
}

impl Subject {
    /// The type of this name, if it is looked for.
    pub fn kind(self, name: &str) -> Option<&'static Kind> {
        let kinds: &[Kind] = match self {
            Subject::Trails => &tables::TRAILS,
            Subject::Surroundings => &tables::SURROUNDINGS,
        };
        kinds.iter().find(|kind| kind.name == name)
    }
}

impl Kind {
    /// The trail that it spells, if it is one.
    pub fn dialect(&self) -> Option<&'static Dialect> {
        match self.role {
            Role::Trail(dialect) => Some(dialect),
            _ => None,
        }
    }

    /// What makes it better, if it is a bucket.
    pub fn advice(&self) -> Option<Advice> {
        match self.role {
            Role::Bucket { advice, .. } => Some(advice),
            _ => None,
        }
    }

    /// Whether it is of CloudFormation's language.
    pub fn is_cloudformation(&self) -> bool {
        self.name.contains("::")
    }

    /// Which texts are booleans in its language.
    pub(super) fn booleans(&self) -> Booleans {
        if self.is_cloudformation() { Booleans::CloudFormation } else { Booleans::Terraform }
    }
}
