//! The resources on which the delivery of a trail's logs depends: its bucket, its KMS key, and the settings attached to
//! them.
//!
//! They are found by reference or by literal name. A setting of a bucket that has a resource of its own counts as if
//! the bucket contained it: in the AWS provider, nearly all settings are separate resources.

mod index;
mod read;
mod roles;
mod target_names;
mod target_settings;

pub use index::{PolicyWork, RelatedIndex};
pub use read::{RelatedResource, read};
pub use roles::ManagedLink;
pub use target_settings::{AccessBlock, Acl, AttachedPolicy, Expiration, Presence, TargetSetting};

use std::rc::Rc;

use super::kinds::ResourceRole;
use super::policy::{PartialText, Work};
use super::{ResourceKind, SearchSubject, Trail, TrailSetting};
use crate::source::Span;
use crate::value::{Known, Maybe, Origin, Reason, Traced, Unknown};

/// The log delivery of a trail, and the related resources that are declared with it.
#[derive(Debug, Clone)]
pub struct LogDelivery {
    /// The trail's arguments for log delivery.
    pub settings: Rc<DeliverySettings>,
    /// The bucket; `None` if it is declared elsewhere or unknown.
    pub bucket: Option<Dependency>,
    /// The key; `None` if there is none, or if it is declared elsewhere or unknown.
    pub key: Option<Dependency>,
    /// The role with which CloudTrail delivers to CloudWatch Logs; `None` if it is declared elsewhere or unknown.
    pub role: Option<Dependency>,
    /// The name of the log group, if it is declared or a literal.
    pub log_group: Option<PartialText>,
    /// The limit that prevented reading some of the declarations.
    pub limit: Option<Reason>,
    /// The comparisons with policies so far, in the whole deployment.
    pub work: Rc<Work>,
}

/// The arguments of a trail that determine where and how it delivers its logs.
#[derive(Debug)]
pub struct DeliverySettings {
    pub trail: String,
    /// The bucket's name; empty if it is not set.
    pub bucket: TrailSetting<String>,
    /// The key prefix in the bucket; empty if it is not set.
    pub prefix: TrailSetting<String>,
    /// The key's id, ARN or alias; empty if it is not set.
    pub key: TrailSetting<String>,
    pub name: PartialText,
    /// The symbols of references to the trail's ARN.
    pub arns: Vec<String>,
    /// The trail's home Region.
    pub region: Maybe<String>,
    /// True if the trail writes files for each Region.
    pub is_multi_region: Maybe<bool>,
    /// True if the trail writes files for each account of the organization.
    pub is_organization_trail: Maybe<bool>,
    /// True if the trail writes digest files.
    pub writes_digests: Maybe<bool>,
    /// The ARN of the log group in CloudWatch Logs; empty if it is not set, and in searches that don't read it.
    pub log_group: TrailSetting<String>,
    /// The ARN of the role that delivers to the log group; empty if it is not set, and in searches that don't read it.
    pub log_role: TrailSetting<String>,
    /// The result of the last delivery, if the trail is deployed and its status is known.
    pub observed: Option<ObservedDelivery>,
    /// The result of the last delivery to CloudWatch Logs, if the trail is deployed and its status is known.
    pub observed_by_logs: Option<ObservedDelivery>,
}

/// The result of the last delivery of a deployed trail.
#[derive(Debug)]
pub struct ObservedDelivery {
    /// The error; empty if there was none.
    pub error: TrailSetting<String>,
    /// True if CloudTrail has delivered a log file.
    pub has_delivered: bool,
}

impl ObservedDelivery {
    /// The error of the last delivery, if there was one.
    pub fn error(&self) -> Option<&str> {
        match self.error.value() {
            Known(Ok(error)) if !error.is_empty() => Some(error),
            Known(_) | Unknown(_) => None,
        }
    }

    /// True if the error is about the KMS key.
    pub fn is_about_key(&self) -> bool {
        self.error().is_some_and(|error| error.contains("KMS"))
    }

    /// True if the last delivery was without an error.
    pub fn has_succeeded(&self) -> bool {
        let is_without_error = matches!(self.error.value(), Known(Ok(error)) if error.is_empty());
        is_without_error && self.has_delivered
    }
}

/// The declaration of a bucket or key.
#[derive(Debug)]
pub struct DeclaredTarget {
    /// The address as `terraform state list` prints it, or the logical id.
    pub address: String,
    pub kind: &'static ResourceKind,
    /// The one-line span that findings about it point at.
    pub header: Span,
    /// The call that includes the code of the declaration, if that code can't be edited.
    pub call: Option<Span>,
}

/// A bucket or key with all its settings.
#[derive(Debug, Clone)]
pub struct Dependency {
    pub declared: Rc<DeclaredTarget>,
    /// Its ARNs, which are different names of the same resource.
    pub arns: Vec<PartialText>,
    /// Its settings, from its own resource and from others.
    pub setting: Vec<Attached>,
    /// The first part that isn't read and may contain further settings.
    pub unread_companion: Option<UnreadCompanion>,
}

/// A setting of a bucket or key.
#[derive(Debug, Clone)]
pub struct Attached {
    /// True if the declaring resource is created and refers to this bucket or key.
    pub applies: Maybe<bool>,
    /// True if a separate resource declares it, not the bucket or key itself.
    pub is_separate: bool,
    pub setting: Rc<TargetSetting>,
}

/// A part of the deployment that isn't read and may affect a bucket or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadCompanion {
    /// The span that findings about the part point at.
    pub span: Span,
    /// The reason why its effect is unknown.
    pub why: Reason,
}

/// Identifies a declaration or setting by its address in memory: equal ids are the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceId {
    /// The bucket or key itself.
    Declared(*const DeclaredTarget),
    /// A setting of it.
    Setting(*const TargetSetting),
}

impl SourceId {
    fn of(declared: &Rc<DeclaredTarget>) -> Self {
        SourceId::Declared(Rc::as_ptr(declared))
    }

    fn of_settings(said: &[Attached]) -> impl Iterator<Item = Self> {
        said.iter().map(|attached| SourceId::Setting(Rc::as_ptr(&attached.setting)))
    }
}

impl LogDelivery {
    /// The ids of the bucket, the key and their settings.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> {
        let both = self.bucket.iter().chain(&self.key).chain(&self.role);
        both.flat_map(|thing| {
            std::iter::once(SourceId::of(&thing.declared)).chain(SourceId::of_settings(&thing.setting))
        })
    }

    /// Creates the surroundings of a trail whose related resources a limit prevents from being read: everything is
    /// unknown.
    pub fn over_limit(trail: &Trail, why: &Reason) -> Option<Self> {
        let ResourceRole::Delivery { dialect, names } = SearchSubject::Related.kind(trail.kind)?.role else {
            return None;
        };
        let delivery = DeliverySettings {
            trail: trail.address.clone(),
            bucket: unknown_setting(names.bucket, trail, why),
            prefix: unknown_setting(names.prefix, trail, why),
            key: unknown_setting(dialect.attributes.kms_key.name, trail, why),
            name: PartialText::unknown(why),
            arns: Vec::new(),
            region: Unknown(why.clone()),
            is_multi_region: Unknown(why.clone()),
            is_organization_trail: Unknown(why.clone()),
            writes_digests: Unknown(why.clone()),
            log_group: unknown_setting(names.log_group, trail, why),
            log_role: unknown_setting(names.log_role, trail, why),
            observed: None,
            observed_by_logs: None,
        };
        let limit = Some(why.clone());
        let settings = Rc::new(delivery);
        Some(Self { settings, bucket: None, key: None, role: None, log_group: None, limit, work: Rc::default() })
    }
}

fn unknown_setting(name: &'static str, trail: &Trail, why: &Reason) -> TrailSetting<String> {
    TrailSetting {
        name,
        notation: trail.attributes.kms_key.notation,
        read: Traced { value: Unknown(why.clone()), origin: Origin::Absent(trail.header), hops: Vec::new() },
    }
}

impl Dependency {
    /// Iterates over the settings of one kind.
    pub fn all<'d, T: 'd>(
        &'d self,
        pick: impl Fn(&'d TargetSetting) -> Option<&'d T>,
    ) -> impl Iterator<Item = (&'d Attached, &'d T)> {
        self.setting.iter().filter_map(move |attached| Some((attached, pick(&attached.setting)?)))
    }
}
