//! What the delivery of a trail's logs depends on: its bucket, its key, and what is attached to them.
//!
//! They are found by reference or by a literal name. What is said of a bucket in a resource of its own counts
//! as if it stood in the bucket: in the AWS provider, nearly all of it does.

mod links;
mod neighbourhood;
mod read;
mod said;

pub use neighbourhood::{Neighbourhood, Spent};
pub use read::{Neighbour, read};
pub use said::{AccessBlock, Acl, Expiration, Policy, Presence, Said};

use std::rc::Rc;

use super::kinds::Role;
use super::policy::{Text, Work};
use super::{Kind, Setting, Subject, Trail};
use crate::source::Span;
use crate::value::{Maybe, Origin, Traced, Unknown, Why};

/// Where a trail delivers its logs, and what of that is declared beside it.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What the trail says.
    pub delivery: Rc<Delivery>,
    /// The bucket; nothing when it is declared somewhere else, or can't be told.
    pub bucket: Option<Dependency>,
    /// The key; nothing when there is none, when it is declared somewhere else, or can't be told.
    pub key: Option<Dependency>,
    /// The limit that kept some of what is declared from being read.
    pub cut: Option<Why>,
    /// What was compared with policies so far, in the whole deployment.
    pub work: Rc<Work>,
}

/// What a trail says of where it delivers its logs.
#[derive(Debug)]
pub struct Delivery {
    /// The trail's address.
    pub trail: String,
    /// The bucket's name; empty when it isn't written.
    pub bucket: Setting<String>,
    /// The folder in the bucket; empty when it isn't written.
    pub prefix: Setting<String>,
    /// The key's id, ARN or alias; empty when it isn't written.
    pub key: Setting<String>,
    /// The trail's name.
    pub name: Text,
    /// The symbols that stand for the trail's ARN.
    pub arns: Vec<String>,
    /// The trail's home Region.
    pub region: Maybe<String>,
    /// True if it writes files for each Region.
    pub is_multi_region: Maybe<bool>,
    /// True if it writes files for each account of the organization.
    pub is_organization_trail: Maybe<bool>,
    /// True if it writes digests.
    pub writes_digests: Maybe<bool>,
}

/// A declared bucket or key.
#[derive(Debug)]
pub struct Declared {
    /// As `terraform state list` prints it, or the logical id.
    pub address: String,
    /// Its type.
    pub kind: &'static Kind,
    /// The one-line place that stands for it.
    pub header: Span,
    /// The call that brings the code in which it is declared, when that code can't be edited.
    pub call: Option<Span>,
}

/// A bucket or a key with all that is said of it.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// What it is.
    pub declared: Rc<Declared>,
    /// Its ARNs: different names of one thing.
    pub arns: Vec<Text>,
    /// What is said of it, in its own resource and in others.
    pub said: Vec<Attached>,
    /// The first part that isn't read and may say more of it.
    pub doubt: Option<Doubt>,
}

/// Something that is said of a bucket or a key.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Whether it is: what says so is created, and means this one.
    pub applies: Maybe<bool>,
    /// Whether it stands in a resource of its own, and not in that of the bucket or the key.
    pub is_apart: bool,
    /// What is said.
    pub said: Rc<Said>,
}

/// A part of the deployment that isn't read and has to do with a bucket or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The place that stands for it.
    pub span: Span,
    /// Why it isn't known what it does.
    pub why: Why,
}

/// Where something that is known of a bucket or a key comes from: two of one declaration are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceId {
    /// The bucket or the key itself.
    Declared(*const Declared),
    /// Something that is said of it.
    Said(*const Said),
}

impl SourceId {
    fn of(declared: &Rc<Declared>) -> Self {
        SourceId::Declared(Rc::as_ptr(declared))
    }

    fn of_said(said: &[Attached]) -> impl Iterator<Item = Self> {
        said.iter().map(|attached| SourceId::Said(Rc::as_ptr(&attached.said)))
    }
}

impl Surroundings {
    /// Where all that is known of the bucket and the key comes from.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> {
        let both = self.bucket.iter().chain(&self.key);
        both.flat_map(|thing| std::iter::once(SourceId::of(&thing.declared)).chain(SourceId::of_said(&thing.said)))
    }

    /// Those of a trail that a limit keeps from being known.
    pub fn over_limit(trail: &Trail, why: &Why) -> Option<Self> {
        let Role::Delivery { bucket, prefix, key, .. } = Subject::Surroundings.kind(trail.kind)?.role else {
            return None;
        };
        let setting = |name| Setting {
            name,
            notation: trail.kms_key.notation,
            read: Traced { value: Unknown(why.clone()), origin: Origin::Absent(trail.header), hops: Vec::new() },
        };
        let switch = || Unknown(why.clone());
        let delivery = Delivery {
            trail: trail.address.clone(),
            bucket: setting(bucket),
            prefix: setting(prefix),
            key: setting(key),
            name: Text::unknown(why),
            arns: Vec::new(),
            region: Unknown(why.clone()),
            is_multi_region: switch(),
            is_organization_trail: switch(),
            writes_digests: switch(),
        };
        let cut = Some(why.clone());
        Some(Self { delivery: Rc::new(delivery), bucket: None, key: None, cut, work: Rc::default() })
    }
}

impl Dependency {
    /// What is said of one kind, each with whether it applies.
    pub fn all<'d, T: 'd>(
        &'d self,
        pick: impl Fn(&'d Said) -> Option<&'d T>,
    ) -> impl Iterator<Item = (&'d Attached, &'d T)> {
        self.said.iter().filter_map(move |attached| Some((attached, pick(&attached.said)?)))
    }
}
