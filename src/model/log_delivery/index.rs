//! An index by name of all resources of a deployment on which log delivery may depend.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::read::{Attachment, LogTarget, RelatedResource};
use super::roles::ManagedLink;
use super::target_names::{NamedTarget, TargetName};
use super::{Attached, DeclaredTarget, DeliverySettings, Dependency, LogDelivery, TargetSetting, UnreadCompanion};
use crate::model::policy::{PartialText, Work};
use crate::value::{Budget, Known, Reason, Unknown};

/// The prefix of bucket ARNs. The partition doesn't matter.
const BUCKET_ARN: &str = "arn:aws:s3:::";

/// The limit on the total length of the policies for all trails, in bytes: each policy counts once per trail that
/// depends on it. The settings of further buckets and keys are unknown.
const MAX_POLICY_BYTES: usize = 1 << 19;

/// The limit on the length of one policy, in bytes. AWS accepts 20 KB for a bucket and 32 KB for a key.
const MAX_POLICY: usize = 1 << 16;

/// The limit on the texts that are passed to unread parts and searched for the names of related resources, in bytes:
/// each text counts once per trail. Beyond it, an unread part may affect any resource.
const MAX_SEARCHED: usize = 1 << 26;

/// The limit on the resources that are indexed again for single trails in single worlds. Beyond it, the related
/// resources of those trails stay undecided.
const MAX_REINDEXED: usize = 1 << 19;

/// The limit on the settings with an unknown target per bucket or key. Further ones count as one unread part.
const MAX_UNKNOWN_TARGETS: usize = 64;

/// The related resources of a deployment's trails, by name.
#[derive(Debug, Default)]
pub struct RelatedIndex {
    deliveries: HashMap<String, Rc<DeliverySettings>>,
    buckets: Registry,
    keys: Registry,
    roles: Registry,
    log_groups: Registry,
    /// The settings of all buckets of the account.
    account: Vec<Attached>,
    /// The parts that aren't read.
    unread: Vec<UnreadReference>,
    /// The first part that isn't read and may affect any resource.
    unread_companion: Option<UnreadCompanion>,
    /// The results of earlier lookups, by the trail's address.
    known: RefCell<HashMap<String, Rc<LogDelivery>>>,
    work: Rc<PolicyWork>,
}

/// The work for the trails of a deployment, in all worlds.
#[derive(Debug, Default)]
pub struct PolicyWork {
    /// The total length of the policies, in bytes.
    policy_bytes: Cell<usize>,
    /// The total length of the texts that were searched for names, in bytes.
    searched_bytes: Cell<usize>,
    /// The number of resources that were indexed again.
    reindexed: Cell<usize>,
    /// The comparisons with policies.
    comparisons: Rc<Work>,
}

impl PolicyWork {
    /// Creates counters whose comparisons are charged to the budget of the deployment.
    pub fn new(budget: &Rc<Budget>) -> Self {
        Self { comparisons: Rc::new(Work::new(budget)), ..Self::default() }
    }

    /// Counts another index of all resources, of which `again` are evaluated again. Returns false if the limit is
    /// exceeded.
    pub fn may_reindex(&self, all: usize, again: usize) -> bool {
        /// The number of resources that can be indexed in the time that it takes to evaluate one.
        const READING: usize = 4;
        let all = all.saturating_add(again.saturating_mul(READING));
        self.reindexed.set(self.reindexed.get().saturating_add(all));
        self.reindexed.get() <= MAX_REINDEXED
    }

    fn may_search(&self, bytes: usize) -> bool {
        self.searched_bytes.set(self.searched_bytes.get().saturating_add(bytes));
        self.searched_bytes.get() <= MAX_SEARCHED
    }
}

/// A part that isn't read, and the texts that are passed to it.
#[derive(Debug)]
struct UnreadReference {
    unread_companion: UnreadCompanion,
    passed_texts: Vec<String>,
    /// The total length of the texts, in bytes; each counts as at least 64, because a short one takes time as well.
    length: usize,
}

/// Buckets or keys by their names, and the settings that are attached to them.
#[derive(Debug, Default)]
struct Registry {
    targets: Vec<Registered>,
    by_name: HashMap<TargetName, usize>,
    /// Names of several resources, of which only one can be created.
    ambiguous: HashSet<TargetName>,
    /// Settings whose target is unknown: they may be attached to any resource that their name allows.
    unknown_targets: Vec<(NamedTarget, Attached)>,
}

#[derive(Debug)]
struct Registered {
    declared: Rc<DeclaredTarget>,
    own_name: Option<TargetName>,
    names: Vec<TargetName>,
    arns: Vec<TargetName>,
    settings: Vec<Attached>,
}

impl RelatedIndex {
    /// Indexes resources; `doubt` is a part of the deployment that isn't read, and `work` counts the earlier work for
    /// its trails.
    pub fn new<'n>(
        related: impl Iterator<Item = &'n RelatedResource> + Clone,
        unread_companion: Option<UnreadCompanion>,
        work: Rc<PolicyWork>,
    ) -> Self {
        let mut new = Self { unread_companion, work, ..Self::default() };
        let mut managed = Registry::default();
        for resource in related.clone() {
            match resource {
                RelatedResource::Bucket(target) => new.buckets.add(target),
                RelatedResource::Key(target) => new.keys.add(target),
                RelatedResource::Delivery(delivery) => {
                    drop(new.deliveries.insert(delivery.trail.clone(), Rc::clone(delivery)))
                }
                RelatedResource::OfAccount(said) => new.account.extend(said.iter().cloned()),
                RelatedResource::Unread(unread_companion, given) => {
                    new.unread.push(UnreadReference::of(unread_companion, given))
                }
                RelatedResource::OverLimit(unread_companion) if new.limit().is_none() => {
                    new.unread_companion = Some(unread_companion.clone())
                }
                RelatedResource::LogGroup(target) => new.log_groups.add(target),
                RelatedResource::Role(target, _) => new.roles.add(target),
                RelatedResource::ManagedPolicy(target, _) => managed.add(target),
                RelatedResource::OverLimit(_)
                | RelatedResource::OfBucket(_)
                | RelatedResource::OfKey(_)
                | RelatedResource::OfRoles(..) => {}
            }
        }
        new.attach_policies(related.clone(), &managed);
        let of = |pick: fn(&'n RelatedResource) -> Option<&'n Attachment>| related.clone().filter_map(pick).collect();
        new.buckets.attach_all(of(|resource| match resource {
            RelatedResource::OfBucket(attachment) => Some(attachment),
            _ => None,
        }));
        new.keys.attach_all(of(|resource| match resource {
            RelatedResource::OfKey(attachment) => Some(attachment),
            _ => None,
        }));
        new
    }

    /// Returns the related resources of the trail at an address; repeated lookups return the same result.
    pub fn of(&self, trail: &str) -> Option<Rc<LogDelivery>> {
        if let Some(known) = self.known.borrow().get(trail) {
            return Some(Rc::clone(known));
        }
        let found = Rc::new(self.log_delivery(trail)?);
        self.known.borrow_mut().insert(trail.to_owned(), Rc::clone(&found));
        Some(found)
    }

    /// The limit that prevented reading some of the declarations.
    pub fn limit(&self) -> Option<&Reason> {
        self.unread_companion.as_ref().map(|doubt| &doubt.why).filter(|why| matches!(why, Reason::OverLimit { .. }))
    }

    fn log_delivery(&self, trail: &str) -> Option<LogDelivery> {
        let delivery = self.deliveries.get(trail)?;
        let limit = self.limit().cloned();
        let bucket = self.buckets.find(&NamedTarget::from_setting(&delivery.bucket)).map(|target| self.bucket(target));
        let key =
            self.keys.find(&NamedTarget::from_setting(&delivery.key)).map(|target| self.dependency(&self.keys, target));
        let role = self.roles.find(&NamedTarget::from_setting(&delivery.log_role));
        let role = role.map(|target| self.dependency(&self.roles, target));
        let log_group = self.log_group(delivery);
        let work = Rc::clone(&self.work.comparisons);
        Some(LogDelivery { settings: Rc::clone(delivery), bucket, key, role, log_group, limit, work })
    }

    /// Attaches the policies of roles.
    fn attach_policies<'n>(&mut self, related: impl Iterator<Item = &'n RelatedResource>, managed: &Registry) {
        let mut attachments: Vec<Attachment> = Vec::new();
        for resource in related {
            let links = match resource {
                RelatedResource::Role(_, links) | RelatedResource::ManagedPolicy(_, links) => links,
                RelatedResource::OfRoles(own, links) => {
                    attachments.extend(own.iter().cloned());
                    links
                }
                _ => continue,
            };
            attachments.extend(links.iter().map(|link| managed.attachment(link)));
        }
        self.roles.attach_all(attachments.iter().collect());
    }

    /// The name of the trail's log group, as far as it is known.
    fn log_group(&self, delivery: &DeliverySettings) -> Option<PartialText> {
        let group = &delivery.log_group;
        let arn = match group.value() {
            Known(Ok(arn)) => PartialText::exactly(arn),
            Known(Err(_)) => return None,
            Unknown(why) => PartialText::unknown(why),
        };
        let arn = arn.without_suffix(":*");
        if let Some((_, name)) = arn.known().and_then(|arn| arn.split_once(":log-group:")) {
            return Some(PartialText::exactly(name));
        }
        let symbol = arn.symbol()?;
        let target = NamedTarget::Name(TargetName::Symbol(symbol.to_owned()), Known(()));
        Some(self.log_groups.find(&target)?.own_name.as_ref()?.text())
    }

    fn bucket(&self, target: &Registered) -> Dependency {
        let mut bucket = self.dependency(&self.buckets, target);
        let names = target.own_name.iter().chain(&target.names);
        bucket.arns.extend(names.map(|name| PartialText::exactly(BUCKET_ARN).then(&name.text())));
        bucket.setting.extend(self.account.iter().cloned());
        bucket
    }

    fn dependency(&self, registry: &Registry, target: &Registered) -> Dependency {
        let mut open = registry.unknown_targets.iter().filter_map(|(to, attached)| target.if_name_allows(to, attached));
        let said: Vec<Attached> =
            target.settings.iter().cloned().chain(open.by_ref().take(MAX_UNKNOWN_TARGETS)).collect();
        let too_many = open.next().map(|_| target.over_limit("attachments to unknown resources"));
        let policies = said.iter().filter_map(|attached| attached.setting.any_policy());
        let weights: Vec<usize> = policies.map(|policy| policy.weight).collect();
        self.work.policy_bytes.set(self.work.policy_bytes.get().saturating_add(weights.iter().sum()));
        let is_light =
            self.work.policy_bytes.get() <= MAX_POLICY_BYTES && weights.iter().all(|weight| *weight <= MAX_POLICY);
        let too_heavy = (!is_light).then(|| target.over_limit("the length of policies"));
        let mut unread = None;
        for part in &self.unread {
            if !self.work.may_search(part.length) {
                unread = Some(target.over_limit("the text that is searched for names"));
                break;
            }
            if target.is_named_in(&part.passed_texts) {
                unread = Some(part.unread_companion.clone());
                break;
            }
        }
        Dependency {
            declared: Rc::clone(&target.declared),
            arns: target.arns.iter().map(TargetName::text).collect(),
            setting: if is_light { said } else { Vec::new() },
            unread_companion: unread.or_else(|| self.unread_companion.clone()).or(too_many).or(too_heavy),
        }
    }
}

impl UnreadReference {
    fn of(doubt: &UnreadCompanion, given: &[String]) -> Self {
        const AT_LEAST: usize = 64;
        let length = given.iter().fold(0, |length: usize, text| length.saturating_add(text.len().max(AT_LEAST)));
        Self { unread_companion: doubt.clone(), passed_texts: given.to_vec(), length }
    }
}

impl Registry {
    fn add(&mut self, target: &LogTarget) {
        let position = self.targets.len();
        let LogTarget { declared, is_certain, own_name, references, arns, settings } = target;
        // A reference works only if the resource is created, but a literal name may be that of another one.
        for name in references.iter().chain(own_name.iter().filter(|_| *is_certain)) {
            if *self.by_name.entry(name.clone()).or_insert(position) != position {
                self.ambiguous.insert(name.clone());
            }
        }
        self.targets.push(Registered {
            declared: Rc::clone(declared),
            own_name: own_name.clone(),
            names: references.clone(),
            arns: arns.clone(),
            settings: settings.clone(),
        });
    }

    /// Attaches all settings whose target is known. It repeats until nothing changes, because an attachment adds its
    /// own names to its target, and others may refer to those.
    fn attach_all(&mut self, mut pending: Vec<&Attachment>) {
        loop {
            let before = pending.len();
            pending.retain(|attachment| !self.attach(attachment));
            if pending.len() == before {
                break;
            }
        }
        let open = pending
            .iter()
            .flat_map(|Attachment { target, settings, .. }| settings.iter().map(|said| (target.clone(), said.clone())));
        self.unknown_targets.extend(open);
    }

    /// Attaches settings to their target. Returns false if the target is unknown.
    fn attach(&mut self, Attachment { target, names, settings }: &Attachment) -> bool {
        let name = target.name().filter(|name| !self.ambiguous.contains(name));
        let Some(position) = name.and_then(|name| self.by_name.get(name)).copied() else { return false };
        let target = self.targets.get_mut(position).expect("names have indices of the targets");
        target.settings.extend(settings.iter().cloned());
        for name in names {
            self.by_name.entry(name.clone()).or_insert(position);
        }
        true
    }

    /// Returns the settings that the attachment of a policy of this registry gives a role.
    fn attachment(&self, link: &ManagedLink) -> Attachment {
        let ManagedLink { role, policy, attached } = link;
        let mut settings = vec![attached.clone()];
        match self.find(policy) {
            Some(found) => settings.extend(found.settings.iter().map(|own| {
                let applies = own.applies.clone().and(attached.applies.clone());
                Attached { applies, ..own.clone() }
            })),
            None => settings.push(Attached { setting: Rc::new(TargetSetting::UnreadPolicy), ..attached.clone() }),
        }
        Attachment { target: role.clone(), names: Vec::new(), settings }
    }

    fn find(&self, named: &NamedTarget) -> Option<&Registered> {
        let name = named.name().filter(|name| !self.ambiguous.contains(name))?;
        let position = self.by_name.get(name).or_else(|| self.by_name.get(&alias_in(name)?))?;
        self.targets.get(*position)
    }
}

/// The alias in the ARN of a key's alias.
fn alias_in(name: &TargetName) -> Option<TargetName> {
    let TargetName::Literal(text) = name else { return None };
    let (_, alias) = text.split_once(":alias/")?;
    Some(TargetName::Literal(format!("alias/{alias}")))
}

impl Registered {
    /// Returns a setting with an unknown target if its name allows that it is attached to this resource.
    fn if_name_allows(&self, to: &NamedTarget, attached: &Attached) -> Option<Attached> {
        let why = match (to, &self.own_name) {
            (NamedTarget::Nothing, _) => return None,
            // A literal matches neither another literal nor a name that is generated at deployment.
            (NamedTarget::Name(TargetName::Literal(_), _), None | Some(TargetName::Literal(_))) => return None,
            (NamedTarget::Name(TargetName::Literal(_), _), Some(TargetName::Symbol(symbol))) => {
                Reason::AtDeployment { reference: symbol.clone(), is_set: true }
            }
            (NamedTarget::Name(TargetName::Symbol(_), value), _) => match value {
                Unknown(why) => why.clone(),
                Known(()) => return None,
            },
            (NamedTarget::Anything(why), _) => why.clone(),
        };
        let applies = attached.applies.clone().and(Unknown(why));
        (applies != Known(false)).then(|| Attached { applies, ..attached.clone() })
    }

    /// True if one of the texts refers to it.
    fn is_named_in(&self, texts: &[String]) -> bool {
        let resource = (!self.declared.kind.is_cloudformation()).then_some(self.declared.address.as_str());
        let names = self.own_name.iter().chain(&self.names).chain(&self.arns);
        texts.iter().any(|text| {
            names.clone().any(|name| is_named(text, name)) || resource.is_some_and(|address| text.contains(address))
        })
    }

    fn over_limit(&self, limit: &'static str) -> UnreadCompanion {
        UnreadCompanion { span: self.declared.header, why: Reason::OverLimit { limit } }
    }
}

fn is_named(text: &str, name: &TargetName) -> bool {
    match name {
        TargetName::Literal(name) => text == name,
        TargetName::Symbol(symbol) => text.contains(symbol),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log_delivery::{AttachedPolicy, TargetSetting};
    use crate::model::policy::PolicyDocument;
    use crate::model::{Notation, SearchSubject, TrailSetting};
    use crate::source::Span;
    use crate::value::{Maybe, Traced};

    fn span() -> Span {
        Span::new(crate::source::Sources::default().add(std::path::Path::new("x"), Vec::new()), 0, 0)
    }

    fn name(text: &str) -> TrailSetting<String> {
        TrailSetting { name: "bucket", notation: Notation::Hcl, read: Traced::written(Ok(text.to_owned()), span()) }
    }

    fn bucket() -> RelatedResource {
        let kind = SearchSubject::Related.kind("aws_s3_bucket").unwrap();
        let declared = DeclaredTarget { address: "aws_s3_bucket.x".to_owned(), kind, header: span(), call: None };
        let own_name = Some(TargetName::Literal("x".to_owned()));
        RelatedResource::Bucket(LogTarget {
            declared: Rc::new(declared),
            is_certain: true,
            own_name,
            references: Vec::new(),
            arns: Vec::new(),
            settings: Vec::new(),
        })
    }

    fn policy(bucket: NamedTarget, weight: usize) -> RelatedResource {
        let document = Ok(PolicyDocument { statements: Vec::new() });
        let settings =
            TargetSetting::Policy(AttachedPolicy { document, span: span(), hops: Vec::new(), weight, length: weight });
        let settings = vec![Attached { applies: Known(true), is_separate: true, setting: Rc::new(settings) }];
        RelatedResource::OfBucket(Attachment { target: bucket, names: Vec::new(), settings })
    }

    fn delivery(trail: &str) -> RelatedResource {
        let delivery = DeliverySettings {
            trail: trail.to_owned(),
            bucket: name("x"),
            prefix: name(""),
            key: name(""),
            name: PartialText::exactly(trail),
            arns: Vec::new(),
            region: Unknown(Reason::Unreadable),
            is_multi_region: Known(true),
            is_organization_trail: Known(false),
            writes_digests: Known(true),
            log_group: name(""),
            log_role: name(""),
            observed: None,
            observed_by_logs: None,
        };
        RelatedResource::Delivery(Rc::new(delivery))
    }

    fn bucket_of(neighbourhood: &RelatedIndex, trail: &str) -> Dependency {
        neighbourhood.of(trail).and_then(|around| around.bucket.clone()).unwrap()
    }

    /// True if the policy of the last trail's bucket is unknown, given its weight and the number of trails.
    fn is_open(weight: usize, trails: usize) -> bool {
        let names: Vec<String> = (0..trails).map(|number| number.to_string()).collect();
        let deliveries = names.iter().map(|name| delivery(name));
        let all: Vec<_> =
            [bucket(), policy(NamedTarget::from_setting(&name("x")), weight)].into_iter().chain(deliveries).collect();
        let neighbourhood = RelatedIndex::new(all.iter(), None, Rc::default());
        let buckets: Vec<_> = names.iter().map(|name| bucket_of(&neighbourhood, name)).collect();
        let last = buckets.last().unwrap();
        assert_eq!(last.setting.is_empty(), last.unread_companion.is_some());
        last.setting.is_empty()
    }

    #[test]
    fn more_policies_than_can_be_weighed_leave_it_open_what_they_say() {
        let most = MAX_POLICY_BYTES / MAX_POLICY;
        assert!(!is_open(MAX_POLICY, 1) && !is_open(MAX_POLICY, most));
        assert!(is_open(MAX_POLICY, most + 1) && is_open(MAX_POLICY + 1, 1));
    }

    #[test]
    fn more_attachments_to_what_is_not_known_than_are_told_apart_are_a_doubt() {
        for (number, is_open) in [(MAX_UNKNOWN_TARGETS, false), (MAX_UNKNOWN_TARGETS + 1, true)] {
            let policies = (0..number).map(|_| policy(NamedTarget::Anything(Reason::Unreadable), 1));
            let all: Vec<RelatedResource> = [bucket(), delivery("a")].into_iter().chain(policies).collect();
            let bucket = bucket_of(&RelatedIndex::new(all.iter(), None, Rc::default()), "a");
            assert_eq!((bucket.setting.len(), bucket.unread_companion.is_some()), (MAX_UNKNOWN_TARGETS, is_open));
            assert!(bucket.setting.iter().all(|attached| matches!(attached.applies, Maybe::Unknown(_))));
        }
    }
}
