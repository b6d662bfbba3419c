//! Converts resources to the related resources of trails: log deliveries, buckets, keys, and their settings.

use std::rc::Rc;

use super::roles::{self, ManagedLink};
use super::target_names::{NamedTarget, TargetName, of_value, symbols};
use super::target_settings::{AccessBlock, Acl, AttachedPolicy, Expiration, Presence, TargetSetting};
use super::{Attached, DeclaredTarget, DeliverySettings, ObservedDelivery, SourceId, UnreadCompanion};
use crate::model::dialects::region;
use crate::model::kinds::{AccessBlockNames, BucketSetting, LifecycleNames, ResourceRole};
use crate::model::policy::{PartialText, PolicyDocument};
use crate::model::reader::{ArgumentReader, text};
use crate::model::{Resource, SettingRead, TrailSetting, part_name};
use crate::value::{Data, Known, List, Maybe, Reason, Traced, Unknown};

/// A resource on which the log delivery of trails may depend.
#[derive(Debug)]
pub enum RelatedResource {
    /// The log delivery of a trail.
    Delivery(Rc<DeliverySettings>),
    Bucket(LogTarget),
    Key(LogTarget),
    /// Settings that another resource attaches to a bucket.
    OfBucket(Attachment),
    /// Settings that another resource attaches to a key.
    OfKey(Attachment),
    /// A log group in CloudWatch Logs.
    LogGroup(LogTarget),
    /// A role, and the managed policies that its own resource attaches to it.
    Role(LogTarget, Vec<ManagedLink>),
    /// A managed policy, and the roles to which its own resource attaches it.
    ManagedPolicy(LogTarget, Vec<ManagedLink>),
    /// Inline policies, and managed policies that another resource attaches to roles.
    OfRoles(Vec<Attachment>, Vec<ManagedLink>),
    /// A public access block for all buckets of the account.
    OfAccount(Vec<Attached>),
    /// A part of the deployment that isn't read, and the texts that are passed to it.
    Unread(UnreadCompanion, Vec<String>),
    /// A resource that exceeds a limit, and may be any of these.
    OverLimit(UnreadCompanion),
}

/// A bucket or key with the settings of its own resource.
#[derive(Debug)]
pub struct LogTarget {
    pub(super) declared: Rc<DeclaredTarget>,
    /// True if it is certain to be created.
    pub(super) is_certain: bool,
    /// The name that the code sets; `None` if it is generated at deployment.
    pub(super) own_name: Option<TargetName>,
    /// The symbols of references to its name or id.
    pub(super) references: Vec<TargetName>,
    /// The symbols of references to its ARN.
    pub(super) arns: Vec<TargetName>,
    pub(super) settings: Vec<Attached>,
}

/// Settings that another resource attaches to a bucket, key or role, and further names of it.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub(super) target: NamedTarget,
    /// Further names of the bucket or key.
    pub(super) names: Vec<TargetName>,
    pub(super) settings: Vec<Attached>,
}

impl RelatedResource {
    /// The ids of the bucket or key and of the settings that this resource declares.
    pub fn sources(&self) -> Vec<SourceId> {
        match self {
            RelatedResource::Bucket(thing) | RelatedResource::Key(thing) | RelatedResource::LogGroup(thing) => {
                std::iter::once(SourceId::of(&thing.declared)).chain(SourceId::of_settings(&thing.settings)).collect()
            }
            RelatedResource::Role(thing, links) | RelatedResource::ManagedPolicy(thing, links) => {
                let own = std::iter::once(SourceId::of(&thing.declared)).chain(SourceId::of_settings(&thing.settings));
                own.chain(sources_of_links(links)).collect()
            }
            RelatedResource::OfRoles(attachments, links) => {
                let settings = attachments.iter().flat_map(|attachment| SourceId::of_settings(&attachment.settings));
                settings.chain(sources_of_links(links)).collect()
            }
            RelatedResource::OfBucket(attachment) | RelatedResource::OfKey(attachment) => {
                SourceId::of_settings(&attachment.settings).collect()
            }
            RelatedResource::OfAccount(said) => SourceId::of_settings(said).collect(),
            RelatedResource::Delivery(_) | RelatedResource::Unread(..) | RelatedResource::OverLimit(_) => Vec::new(),
        }
    }

    /// The total length of its policies' source texts, in bytes.
    pub fn length(&self) -> usize {
        let said = match self {
            RelatedResource::Bucket(thing)
            | RelatedResource::Key(thing)
            | RelatedResource::LogGroup(thing)
            | RelatedResource::Role(thing, _)
            | RelatedResource::ManagedPolicy(thing, _) => &thing.settings,
            RelatedResource::OfRoles(attachments, _) => match attachments.first() {
                Some(attachment) => &attachment.settings,
                None => return 0,
            },
            RelatedResource::OfBucket(attachment) | RelatedResource::OfKey(attachment) => &attachment.settings,
            RelatedResource::OfAccount(said) => said,
            RelatedResource::Delivery(_) | RelatedResource::Unread(..) | RelatedResource::OverLimit(_) => return 0,
        };
        said.iter().filter_map(|attached| attached.setting.any_policy()).map(|policy| policy.length).sum()
    }
}

fn sources_of_links(links: &[ManagedLink]) -> impl Iterator<Item = SourceId> {
    links.iter().map(|link| SourceId::Setting(Rc::as_ptr(&link.attached.setting)))
}

/// Converts a resource; `None` if it isn't created, unless it is a lifecycle configuration.
pub fn read(resource: Resource) -> Option<RelatedResource> {
    let reader = ArgumentReader {
        booleans: resource.kind.booleans(),
        notation: resource.notation,
        header: resource.header,
        body: resource.body.clone(),
        is_strict: false,
    };
    if resource.exists.value == Known(false) {
        return absent(&resource, &reader);
    }
    if let Some(doubt) = over_limit(&resource) {
        return Some(RelatedResource::OverLimit(doubt));
    }
    let exists = &resource.exists.value;
    Some(match resource.kind.role {
        ResourceRole::Trail(_) | ResourceRole::LandingZone(_) => return None,
        ResourceRole::Delivery { dialect, names: own } => {
            let names = dialect.attributes;
            RelatedResource::Delivery(Rc::new(DeliverySettings {
                trail: resource.address.clone(),
                bucket: named(&reader, own.bucket),
                prefix: named(&reader, own.prefix),
                key: named(&reader, names.kms_key.name),
                name: trail_name(&resource, named(&reader, own.name).value()),
                arns: arns_of(&resource),
                region: region(&resource).value,
                is_multi_region: switch(&reader, names.is_multi_region.name),
                is_organization_trail: switch(&reader, names.is_organization_trail.name),
                writes_digests: switch(&reader, names.validates_log_files.name),
                log_group: log_setting(&resource, &reader, own.log_group),
                log_role: log_setting(&resource, &reader, own.log_role),
                observed: observed(&reader, "LatestDeliveryError", "LatestDeliveryTime"),
                observed_by_logs: observed(
                    &reader,
                    "LatestCloudWatchLogsDeliveryError",
                    "LatestCloudWatchLogsDeliveryTime",
                ),
            }))
        }
        ResourceRole::Bucket { name, parts, .. } => RelatedResource::Bucket(LogTarget {
            declared: declared(&resource),
            is_certain: *exists == Known(true),
            own_name: of_value(named(&reader, name).value()),
            references: with_names(symbols(&resource, &["id", name]), &resource),
            arns: symbols(&resource, &["arn", "Arn"]),
            settings: own_settings(settings(&reader, parts, true)),
        }),
        ResourceRole::Key { policy, enabled } => RelatedResource::Key(LogTarget {
            declared: declared(&resource),
            is_certain: *exists == Known(true),
            own_name: None,
            references: with_names(symbols(&resource, &["id", "arn", "Arn", "key_id", "KeyId"]), &resource),
            arns: with_names(symbols(&resource, &["arn", "Arn"]), &resource),
            settings: {
                let enabled = TargetSetting::Enabled(Box::new(reader.flag(enabled, Ok(true))));
                own_settings(self::policy(&reader, policy).into_iter().chain([enabled]).collect())
            },
        }),
        ResourceRole::NamesBucket { bucket, attributes } => RelatedResource::OfBucket(Attachment {
            target: NamedTarget::from_setting(&named(&reader, bucket)),
            names: symbols(&resource, attributes),
            settings: Vec::new(),
        }),
        ResourceRole::OfBucket { bucket, parts } => RelatedResource::OfBucket(Attachment {
            target: NamedTarget::from_setting(&named(&reader, bucket)),
            names: if resource.kind.is_cloudformation() { Vec::new() } else { symbols(&resource, &["id", bucket]) },
            settings: separate_settings(settings(&reader, parts, true), exists),
        }),
        ResourceRole::OfAccount { parts } => {
            let mut attached = separate_settings(settings(&reader, parts, false), exists);
            // Another provider may belong to another account.
            if reader.field("provider").is_some() {
                let why = Reason::NotEvaluated { construct: "the account of another provider".to_owned() };
                attached.iter_mut().for_each(|one| one.applies = Unknown(why.clone()));
            }
            RelatedResource::OfAccount(attached)
        }
        ResourceRole::OfKey { key, policy } => RelatedResource::OfKey(Attachment {
            target: NamedTarget::from_setting(&named(&reader, key)),
            names: Vec::new(),
            settings: separate_settings(self::policy(&reader, policy).into_iter().collect(), exists),
        }),
        ResourceRole::Alias { name, key } => {
            let own = of_value(named(&reader, name).value());
            let references = symbols(&resource, &["id", "arn", name, "target_key_arn", "target_key_id"]);
            let names = references.into_iter().chain(own).collect();
            RelatedResource::OfKey(Attachment {
                target: NamedTarget::from_setting(&named(&reader, key)),
                names,
                settings: Vec::new(),
            })
        }
        ResourceRole::LogGroup { name } => RelatedResource::LogGroup(LogTarget {
            declared: declared(&resource),
            is_certain: *exists == Known(true),
            own_name: of_value(named(&reader, name).value()),
            references: with_names(symbols(&resource, &["arn", "Arn"]), &resource),
            arns: Vec::new(),
            settings: Vec::new(),
        }),
        ResourceRole::Role { name, trust, inline, managed } => {
            roles::role(&resource, &reader, name, trust, inline, managed)
        }
        ResourceRole::OfRole { role, policy } => roles::of_roles(&reader, role, policy, exists),
        ResourceRole::ManagedPolicy { policy, roles } => roles::managed_policy(&resource, &reader, policy, roles),
        ResourceRole::RoleAttachment { role, policy } => roles::role_attachment(&reader, role, policy, exists),
        ResourceRole::Unread { help } => unread(&resource, help),
    })
}

/// Adds the literal names of a deployed resource.
fn with_names(symbols: Vec<TargetName>, resource: &Resource) -> Vec<TargetName> {
    let names = resource.names.iter().cloned().map(TargetName::Literal);
    // The names are precise, and a symbol of the same resource isn't.
    if resource.names.is_empty() { symbols } else { names.collect() }
}

/// The result of the last delivery, in these fields of a trail's status.
fn observed(reader: &ArgumentReader, error: &'static str, time: &'static str) -> Option<ObservedDelivery> {
    let is_known = reader.field(error).is_some() || reader.field(time).is_some();
    let time = named(reader, time);
    let has_delivered = matches!(time.value(), Known(Ok(time)) if !time.is_empty());
    is_known.then(|| ObservedDelivery { error: named(reader, error), has_delivered })
}

/// Settings of the resource itself.
pub(super) fn own_settings(setting: Vec<TargetSetting>) -> Vec<Attached> {
    let setting = setting.into_iter().map(Rc::new);
    setting.map(|setting| Attached { applies: Known(true), is_separate: false, setting }).collect()
}

/// Settings of a separate resource, which apply if it exists.
pub(super) fn separate_settings(setting: Vec<TargetSetting>, exists: &Maybe<bool>) -> Vec<Attached> {
    let setting = setting.into_iter().map(Rc::new);
    setting.map(|setting| Attached { applies: exists.clone(), is_separate: true, setting }).collect()
}

/// Returns the limit that a resource exceeds. A log delivery isn't included, since that affects only its own trail.
fn over_limit(resource: &Resource) -> Option<UnreadCompanion> {
    let why = match (&resource.body, &resource.exists.value) {
        (Unknown(why @ Reason::OverLimit { .. }), _) | (_, Unknown(why @ Reason::OverLimit { .. })) => why.clone(),
        _ => return None,
    };
    let is_apart = !matches!(resource.kind.role, ResourceRole::Trail(_) | ResourceRole::Delivery { .. });
    is_apart.then_some(UnreadCompanion { span: resource.header, why })
}

/// Reads a switch whose default is off.
fn switch(reader: &ArgumentReader, name: &'static str) -> Maybe<bool> {
    reader.flag(name, Ok(false)).value().as_ref().map(|read| *read == Ok(true))
}

/// The name of a trail: CloudFormation generates one if it is not set.
fn trail_name(resource: &Resource, name: &Maybe<SettingRead<String>>) -> PartialText {
    match name {
        Known(Ok(name)) if !name.is_empty() => PartialText::exactly(name),
        Known(_) => symbols(resource, &["id"]).first().map(TargetName::text).unwrap_or_default(),
        Unknown(why) => PartialText::unknown(why),
    }
}

/// The symbols of references to a resource's ARN.
fn arns_of(resource: &Resource) -> Vec<String> {
    let arns = symbols(resource, &["arn", "Arn"]).into_iter().filter_map(|name| match name {
        TargetName::Symbol(symbol) => Some(symbol),
        TargetName::Literal(_) => None,
    });
    arns.collect()
}

/// A lifecycle configuration that isn't created, located at the condition that prevents it. It has no effect, but
/// explains why a bucket has no lifecycle rules.
fn absent(resource: &Resource, reader: &ArgumentReader) -> Option<RelatedResource> {
    let ResourceRole::OfBucket { bucket, parts } = resource.kind.role else { return None };
    let is_lifecycle = parts.iter().any(|part| matches!(part, BucketSetting::Lifecycle(_)));
    let presence = Presence { is_enabled: Known(false), span: resource.exists.origin.span() };
    let attached =
        Attached { applies: Known(false), is_separate: true, setting: Rc::new(TargetSetting::Lifecycle(presence)) };
    let target = NamedTarget::from_setting(&named(reader, bucket));
    is_lifecycle.then(|| RelatedResource::OfBucket(Attachment { target, names: Vec::new(), settings: vec![attached] }))
}

pub(super) fn declared(resource: &Resource) -> Rc<DeclaredTarget> {
    let Resource { address, kind, header, call, .. } = resource;
    Rc::new(DeclaredTarget { address: address.clone(), kind, header: *header, call: *call })
}

/// An argument of the delivery to CloudWatch Logs; it is unknown if the trail's module has a known interface without it.
fn log_setting(resource: &Resource, reader: &ArgumentReader, name: &'static str) -> TrailSetting<String> {
    let mut setting = named(reader, name);
    let lacks = resource.known.as_ref().filter(|known| !known.has_log_group && reader.field(name).is_none());
    if let Some(known) = lacks {
        setting.read.value = Unknown(known.lacks("the delivery to CloudWatch Logs"));
    }
    setting
}

pub(super) fn named(reader: &ArgumentReader, name: &'static str) -> TrailSetting<String> {
    reader.setting(name, Ok(String::new()), text)
}

fn settings(reader: &ArgumentReader, parts: &'static [BucketSetting], is_of_bucket: bool) -> Vec<TargetSetting> {
    let mut all = Vec::new();
    for part in parts {
        if let BucketSetting::Lifecycle(names) = part {
            all.extend(reader.objects(names.rules).iter().filter_map(|rule| expiration(rule, names)));
        }
        all.extend(target_setting(reader, part, is_of_bucket));
    }
    all
}

fn target_setting(reader: &ArgumentReader, part: &BucketSetting, is_of_bucket: bool) -> Option<TargetSetting> {
    match *part {
        BucketSetting::Acl(name) => acl(reader, name),
        BucketSetting::Grants(path) => grants(reader, path),
        BucketSetting::Policy(name) => policy(reader, name),
        BucketSetting::Logging(name) => presence(reader, name).map(TargetSetting::Logging),
        BucketSetting::IsLogged => {
            Some(TargetSetting::Logging(Presence { is_enabled: Known(true), span: reader.header }))
        }
        BucketSetting::Ownership(path) => ownership(reader, path).map(TargetSetting::DisablesAcls),
        BucketSetting::Lifecycle(LifecycleNames { rules, switch, .. }) => {
            enabled(reader, &[rules, &[switch]].concat()).map(TargetSetting::Lifecycle)
        }
        BucketSetting::Protection(path) => enabled(reader, path).map(TargetSetting::Protection),
        BucketSetting::IsLocked => {
            Some(TargetSetting::Protection(Presence { is_enabled: Known(true), span: reader.header }))
        }
        BucketSetting::AccessBlock(name, names) => {
            access_block(reader, name, names, is_of_bucket).map(|block| TargetSetting::AccessBlock(Box::new(block)))
        }
    }
}

/// The canned ACLs that grant access to everyone, or to everyone with an AWS account, as each language spells them.
const PUBLIC_ACLS: [&str; 6] =
    ["public-read", "public-read-write", "authenticated-read", "PublicRead", "PublicReadWrite", "AuthenticatedRead"];

fn acl(reader: &ArgumentReader, name: &'static str) -> Option<TargetSetting> {
    let setting = named(reader, name);
    let is_public = match setting.value() {
        Known(Ok(text)) if text.is_empty() => return None,
        Known(Ok(text)) => Known(PUBLIC_ACLS.contains(&text.as_str())),
        Known(Err(_)) => return None,
        Unknown(why) => Unknown(why.clone()),
    };
    let display_value = match setting.value() {
        Known(Ok(text)) => text.clone(),
        Known(Err(_)) | Unknown(_) => name.to_owned(),
    };
    Some(TargetSetting::Acl(Acl { is_public, display_value, span: setting.span(), hops: setting.read.hops }))
}

/// The groups of everyone, and of everyone with an AWS account.
const PUBLIC_GROUPS: [&str; 2] = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];

fn grants(reader: &ArgumentReader, path: &[&str]) -> Option<TargetSetting> {
    let leaves = reader.leaves(path);
    let worst = leaves.iter().max_by_key(|leaf| match is_public_group(&leaf.value) {
        Known(true) => 2,
        Unknown(_) => 1,
        Known(false) => 0,
    })?;
    let display_value = match &worst.value {
        Known(data) => data.shown(),
        Unknown(why) => why.symbol(),
    };
    Some(TargetSetting::Acl(Acl {
        is_public: is_public_group(&worst.value),
        display_value,
        span: worst.origin.span(),
        hops: worst.hops.clone(),
    }))
}

fn is_public_group(grantee: &Maybe<Data>) -> Maybe<bool> {
    grantee.as_ref().map(|data| match data {
        Data::String(text) => PUBLIC_GROUPS.iter().any(|group| text.ends_with(group)),
        _ => false,
    })
}

/// True if the bucket's owner owns all objects, which disables access control lists.
fn ownership(reader: &ArgumentReader, path: &[&str]) -> Option<Presence> {
    let leaves = reader.leaves(path);
    let values = leaves.iter().map(|leaf| leaf.value.as_ref());
    let answers =
        values.map(|value| value.map(|data| matches!(data, Data::String(text) if text == "BucketOwnerEnforced")));
    let span = leaves.first()?.origin.span();
    Some(Presence { is_enabled: answers.fold(Known(false), Maybe::or), span })
}

pub(super) fn policy(reader: &ArgumentReader, name: &str) -> Option<TargetSetting> {
    policy_as(reader, name, TargetSetting::Policy)
}

/// Reads a policy as one of the settings that are policies.
pub(super) fn policy_as(
    reader: &ArgumentReader,
    name: &str,
    setting: fn(AttachedPolicy) -> TargetSetting,
) -> Option<TargetSetting> {
    let (document, span, hops) = match (reader.field(name), reader.unknown_arguments()) {
        (Some(field), _) if field.value.value == Known(Data::Null) => return None,
        (Some(field), _) => (PolicyDocument::read(&field.value), field.value.origin.span(), field.value.hops.clone()),
        (None, Some(why)) => (Err(why.clone()), reader.header, Vec::new()),
        (None, None) => return None,
    };
    let weight = document.as_ref().map_or(0, PolicyDocument::weight);
    let written = match reader.field(name).map(|field| &field.value.value) {
        Some(Known(Data::String(text))) => text.len(),
        Some(Unknown(why)) => why.symbol().len(),
        Some(Known(_)) | None => 0,
    };
    Some(setting(AttachedPolicy { document, span, hops, weight, length: written.max(weight) }))
}

/// True if an argument is set and isn't an empty list of blocks.
fn presence(reader: &ArgumentReader, name: &'static str) -> Option<Presence> {
    let (is_enabled, span) = match (reader.field(name), reader.unknown_arguments()) {
        (Some(field), _) => {
            let is_enabled = match &field.value.value {
                Known(data) => Known(!matches!(data, Data::Null) && !is_empty(data)),
                Unknown(why) if why.is_set() => Known(true),
                Unknown(why) => Unknown(why.clone()),
            };
            (is_enabled, field.value.origin.span())
        }
        (None, Some(why)) => (Unknown(why.clone()), reader.header),
        (None, None) => return None,
    };
    Some(Presence { is_enabled, span })
}

fn is_empty(data: &Data) -> bool {
    matches!(data, Data::List(List { items, .. }) if items.is_empty())
}

/// True if one of the switches at the end of a path is on.
fn enabled(reader: &ArgumentReader, path: &[&str]) -> Option<Presence> {
    let leaves = reader.leaves(path);
    let values = leaves.iter().map(|leaf| leaf.value.as_ref());
    let answers = values.map(|value| {
        value.map(|data| match data {
            Data::Bool(value) => *value,
            Data::String(text) => matches!(text.as_str(), "Enabled" | "true"),
            _ => false,
        })
    });
    let span = leaves.first()?.origin.span();
    Some(Presence { is_enabled: answers.fold(Known(false), Maybe::or), span })
}

/// The age at which a rule deletes objects, if it does.
fn expiration(rule: &ArgumentReader, names: &LifecycleNames) -> Option<TargetSetting> {
    let age = rule.leaves(names.days).into_iter().find(|age| !matches!(age.value, Known(Data::Number(0.0))));
    let age = age.map(|age| {
        let days = age.value.as_ref().and_then(days);
        (days, age)
    });
    let (days, place) = age.or_else(|| {
        // An expiration date deletes objects of any age, so no number of days is known.
        let date = rule.leaves(names.date).into_iter().next()?;
        Some((Unknown(Reason::NotEvaluated { construct: "an expiration on a day".to_owned() }), date))
    })?;
    let mut is_effective = match enabled(rule, &[names.switch]) {
        Some(switch) => switch.is_enabled,
        None => rule.unknown_arguments().map_or(Known(false), |why| Unknown(why.clone())),
    };
    for path in names.tags {
        for tag in rule.leaves(path) {
            is_effective = is_effective.and(tag.value.map(|_| false));
        }
    }
    let prefixes = names.prefixes.iter().flat_map(|path| rule.leaves(path));
    let prefix = prefixes.filter_map(|prefix| PartialText::of(&prefix.value)).find(|prefix| !prefix.pieces.is_empty());
    let prefix = prefix.unwrap_or_default();
    Some(TargetSetting::Expiration(Box::new(Expiration {
        is_effective,
        days,
        prefix,
        span: place.origin.span(),
        hops: place.hops,
    })))
}

/// Converts a number or a string to a number of days.
fn days(data: &Data) -> Maybe<u32> {
    let number = match data {
        Data::Number(number) => number.to_string(),
        Data::String(text) => text.clone(),
        Data::Null | Data::Bool(_) | Data::List(_) | Data::Object(_) => String::new(),
    };
    number.parse().map_or(Unknown(Reason::Unreadable), Known)
}

fn access_block(
    reader: &ArgumentReader,
    name: Option<&'static str>,
    names: AccessBlockNames,
    is_of_bucket: bool,
) -> Option<AccessBlock> {
    let nested;
    let reader = match name {
        None => reader,
        Some(name) => {
            nested = match (reader.field(name), reader.unknown_arguments()) {
                (Some(field), _) if field.value.value == Known(Data::Null) => return None,
                (Some(field), _) => reader.item(&field.value).ok()?,
                (None, Some(why)) => ArgumentReader { body: Unknown(why.clone()), ..reader.empty() },
                (None, None) => return None,
            };
            &nested
        }
    };
    Some(AccessBlock {
        block_acls: reader.flag(names.block_acls, Ok(false)),
        ignore_acls: reader.flag(names.ignore_acls, Ok(false)),
        block_policy: reader.flag(names.block_policy, Ok(false)),
        restrict: reader.flag(names.restrict, Ok(false)),
        is_of_bucket,
    })
}

/// Creates the representation of a part that isn't read, with all values that are passed to it.
fn unread(resource: &Resource, help: &str) -> RelatedResource {
    let part = format!("{} `{}`", resource.kind.name, resource.address);
    let why = Reason::NotHere { name: part_name(&part), part, help: help.to_owned() };
    let doubt = UnreadCompanion { span: resource.header, why };
    let mut given = Vec::new();
    match &resource.body {
        Known(body) => body.fields.iter().for_each(|field| collect(&field.value, &mut given)),
        Unknown(why) => given.push(why.symbol()),
    }
    RelatedResource::Unread(doubt, given)
}

/// Collects the strings in a value, and the symbols of unknown values. The recursion is limited by the depth of
/// evaluated values.
fn collect(value: &Traced<Data>, texts: &mut Vec<String>) {
    match &value.value {
        Unknown(why) => texts.push(why.symbol()),
        Known(Data::String(text)) => texts.push(text.clone()),
        Known(Data::List(list)) => list.items.iter().for_each(|item| collect(item, texts)),
        Known(Data::Object(object)) => object.fields.iter().for_each(|field| collect(&field.value, texts)),
        Known(Data::Null | Data::Bool(_) | Data::Number(_)) => {}
    }
}
