//! The resource types that matter: trails, and the resources on which the delivery of their logs depends.
//!
//! Sources: the schemas of hashicorp/terraform-provider-aws and -awscc, and of the CloudFormation registry.

mod tables;

pub use tables::{ACCOUNT_TRAIL, CLOUDFORMATION_TRAIL, ORGANIZATION_TRAIL};

use super::ArgumentShape;
use super::dialects::{Booleans, Dialect, LandingZone};

/// A resource type and its role.
#[derive(Debug)]
pub struct ResourceKind {
    /// The type's name in code.
    pub name: &'static str,
    /// The arguments to evaluate.
    pub shape: ArgumentShape,
    pub role: ResourceRole,
}

/// The resources that a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchSubject {
    /// Trails, with the arguments that the control is about.
    Trails,
    /// The log delivery of trails, and the buckets, keys and policies on which it depends.
    Related,
    /// The delivery of trails to CloudWatch Logs, and the roles and policies on which it depends.
    LogGroups,
}

/// The role of a resource type.
#[derive(Debug)]
pub enum ResourceRole {
    Trail(&'static Dialect),
    /// A landing zone of AWS Control Tower, for which that service creates a trail.
    LandingZone(&'static LandingZone),
    /// A trail, with the arguments for its log delivery.
    Delivery {
        dialect: &'static Dialect,
        names: &'static DeliveryNames,
    },
    /// A bucket, with the settings in its own body.
    Bucket {
        /// The argument for the bucket's name.
        name: &'static str,
        /// The settings in its body.
        parts: &'static [BucketSetting],
        /// The resources or arguments that improve it, in its language.
        advice: BucketAdvice,
    },
    /// A resource with settings of a bucket, such as a bucket policy.
    OfBucket {
        /// The argument that refers to the bucket.
        bucket: &'static str,
        parts: &'static [BucketSetting],
    },
    /// A resource of a bucket without relevant settings, but with attributes that contain the bucket's name.
    NamesBucket {
        /// The argument that refers to the bucket.
        bucket: &'static str,
        /// The attributes that contain the bucket's name.
        attributes: &'static [&'static str],
    },
    /// A resource with settings for all buckets of the account.
    OfAccount {
        parts: &'static [BucketSetting],
    },
    Key {
        /// The argument for its policy.
        policy: &'static str,
        /// The switch that enables the key.
        enabled: &'static str,
    },
    /// A resource with the policy of a key.
    OfKey {
        /// The argument that refers to the key.
        key: &'static str,
        /// The argument for the policy.
        policy: &'static str,
    },
    /// An alias of a key.
    Alias {
        /// The argument for the alias's name.
        name: &'static str,
        /// The argument that refers to the key.
        key: &'static str,
    },
    /// A log group in CloudWatch Logs.
    LogGroup {
        /// The argument for its name.
        name: &'static str,
    },
    /// An IAM role.
    Role {
        /// The argument for its name.
        name: &'static str,
        /// The argument for its trust policy.
        trust: &'static str,
        /// The argument for its inline policies, and the argument for the document in each of them.
        inline: [&'static str; 2],
        /// The argument for the ARNs of managed policies.
        managed: &'static str,
    },
    /// A resource with an inline policy of roles.
    OfRole {
        /// The argument for one role, or for a list of roles.
        role: &'static str,
        /// The argument for the policy.
        policy: &'static str,
    },
    /// A managed policy, and the roles to which it is attached.
    ManagedPolicy {
        /// The argument for the policy.
        policy: &'static str,
        /// The argument for a list of roles; empty if there is none.
        roles: &'static str,
    },
    /// A resource that attaches a managed policy to roles.
    RoleAttachment {
        /// The argument for one role, or for a list of roles.
        role: &'static str,
        /// The argument for the policy's ARN.
        policy: &'static str,
    },
    /// A part of the deployment that isn't read. It may attach settings to any resource that is passed to it.
    Unread {
        /// How to make it readable, as one imperative sentence.
        help: &'static str,
    },
}

/// The argument names of a trail's log delivery.
#[derive(Debug)]
pub struct DeliveryNames {
    /// The bucket's name.
    pub bucket: &'static str,
    /// The prefix of the log files' keys.
    pub prefix: &'static str,
    /// The trail's name.
    pub name: &'static str,
    /// The ARN of the log group.
    pub log_group: &'static str,
    /// The ARN of the role with which CloudTrail delivers to the log group.
    pub log_role: &'static str,
}

/// A setting of a bucket, and the argument that contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketSetting {
    /// A canned access control list (ACL).
    Acl(&'static str),
    /// The grantees of an access control list, by the path to their URIs.
    Grants(&'static [&'static str]),
    Policy(&'static str),
    /// Access logging: an argument that is set only if it is enabled.
    Logging(&'static str),
    /// Access logging, which the resource always enables.
    IsLogged,
    /// Object ownership, by the path to it: with `BucketOwnerEnforced`, access control lists are disabled.
    Ownership(&'static [&'static str]),
    Lifecycle(LifecycleNames),
    /// Versioning or object lock, by the path to the switch.
    Protection(&'static [&'static str]),
    /// Object lock, which the resource always enables.
    IsLocked,
    /// A public access block: the argument that contains the flags, or `None` if the resource itself has them.
    AccessBlock(Option<&'static str>, AccessBlockNames),
}

/// The argument names of a lifecycle rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifecycleNames {
    /// The path to the rules.
    pub rules: &'static [&'static str],
    /// The switch that enables a rule.
    pub switch: &'static str,
    /// The path within a rule to the age at which it deletes objects, in days.
    pub days: &'static [&'static str],
    /// The path within a rule to the date from which it deletes objects.
    pub date: &'static [&'static str],
    /// The paths within a rule to the prefix of its objects' keys.
    pub prefixes: &'static [&'static [&'static str]],
    /// The paths within a rule to its objects' tags. Log files have no tags.
    pub tags: &'static [&'static [&'static str]],
}

/// The argument names of a public access block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessBlockNames {
    /// Rejects requests that make an access control list public.
    pub block_acls: &'static str,
    /// Ignores public access control lists.
    pub ignore_acls: &'static str,
    /// Rejects requests that attach a public policy.
    pub block_policy: &'static str,
    /// Restricts a bucket with a public policy to the account and AWS services.
    pub restrict: &'static str,
}

/// The resources or arguments that improve a bucket, as the ends of imperative sentences.
#[derive(Debug, Clone, Copy)]
pub struct BucketAdvice {
    /// Enables access logging.
    pub logging: &'static str,
    /// Adds a lifecycle rule.
    pub lifecycle: &'static str,
    /// Blocks public access.
    pub access_block: &'static str,
    /// Attaches a policy.
    pub policy: &'static str,
    /// Enables versioning.
    pub protection: &'static str,
}

impl SearchSubject {
    /// Returns the type of this name, if the search is for it.
    pub fn kind(self, name: &str) -> Option<&'static ResourceKind> {
        let kinds: &[ResourceKind] = match self {
            SearchSubject::Trails => tables::TRAILS,
            SearchSubject::Related => tables::RELATED_ROLES,
            SearchSubject::LogGroups => tables::LOG_GROUP_ROLES,
        };
        kinds.iter().find(|kind| kind.name == name)
    }

    /// True for resources on which trails depend, and not the trails themselves.
    pub fn is_related(self) -> bool {
        match self {
            SearchSubject::Trails => false,
            SearchSubject::Related | SearchSubject::LogGroups => true,
        }
    }

    /// The prefixes of the types that the search is for, in addition to the trails themselves.
    pub fn prefixes(self) -> &'static [&'static str] {
        match self {
            SearchSubject::Trails => &[],
            SearchSubject::Related => tables::RELATED_RESOURCES,
            SearchSubject::LogGroups => tables::ROLE_RESOURCES,
        }
    }
}

impl ResourceKind {
    /// The dialect, if it is a trail.
    pub fn dialect(&self) -> Option<&'static Dialect> {
        match self.role {
            ResourceRole::Trail(dialect) => Some(dialect),
            _ => None,
        }
    }

    /// The advice, if it is a bucket.
    pub fn advice(&self) -> Option<BucketAdvice> {
        match self.role {
            ResourceRole::Bucket { advice, .. } => Some(advice),
            _ => None,
        }
    }

    /// True for a type of CloudFormation.
    pub fn is_cloudformation(&self) -> bool {
        self.name.contains("::")
    }

    /// The strings that its language converts to booleans.
    pub(super) fn booleans(&self) -> Booleans {
        if self.is_cloudformation() { Booleans::CloudFormation } else { Booleans::Terraform }
    }
}
