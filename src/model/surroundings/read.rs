//! Converts resources to the related resources of trails: log deliveries, buckets, keys, and their settings.

use std::rc::Rc;

use super::links::{Name, Named, of_value, symbols};
use super::said::{AccessBlock, Acl, Expiration, Policy, Presence, Said};
use super::{Attached, Declared, Delivery, Doubt, SourceId};
use crate::model::dialects::region;
use crate::model::kinds::{AccessBlockNames, LifecycleNames, Part, Role};
use crate::model::policy::{Document, Text};
use crate::model::reader::{Reader, text};
use crate::model::{Read, Resource, Setting};
use crate::value::{Data, Known, List, Maybe, Traced, Unknown, Why};

/// A resource on which the log delivery of trails may depend.
#[derive(Debug)]
pub enum Neighbour {
    /// The log delivery of a trail.
    Delivery(Rc<Delivery>),
    Bucket(Thing),
    Key(Thing),
    /// Settings that another resource attaches to a bucket.
    OfBucket(Attachment),
    /// Settings that another resource attaches to a key.
    OfKey(Attachment),
    /// A public access block for all buckets of the account.
    OfAccount(Vec<Attached>),
    /// A part of the deployment that isn't read, and the texts that are passed to it.
    Unread(Doubt, Vec<String>),
    /// A resource that exceeds a limit, and may be any of these.
    OverLimit(Doubt),
}

/// A bucket or key with the settings of its own resource.
#[derive(Debug)]
pub struct Thing {
    pub(super) declared: Rc<Declared>,
    /// True if it is certain to be created.
    pub(super) is_certain: bool,
    /// The name that the code sets; `None` if it is generated at deployment.
    pub(super) own: Option<Name>,
    /// The symbols of references to its name or id.
    pub(super) references: Vec<Name>,
    /// The symbols of references to its ARN.
    pub(super) arns: Vec<Name>,
    pub(super) said: Vec<Attached>,
}

/// Settings that another resource attaches to a bucket or key, and further names of it.
#[derive(Debug)]
pub struct Attachment {
    pub(super) to: Named,
    /// Further names of the bucket or key.
    pub(super) names: Vec<Name>,
    pub(super) said: Vec<Attached>,
}

impl Neighbour {
    /// The ids of the bucket or key and of the settings that this resource declares.
    pub fn sources(&self) -> Vec<SourceId> {
        match self {
            Neighbour::Bucket(thing) | Neighbour::Key(thing) => {
                std::iter::once(SourceId::of(&thing.declared)).chain(SourceId::of_said(&thing.said)).collect()
            }
            Neighbour::OfBucket(attachment) | Neighbour::OfKey(attachment) => {
                SourceId::of_said(&attachment.said).collect()
            }
            Neighbour::OfAccount(said) => SourceId::of_said(said).collect(),
            Neighbour::Delivery(_) | Neighbour::Unread(..) | Neighbour::OverLimit(_) => Vec::new(),
        }
    }

    /// The total length of its policies' source texts, in bytes.
    pub fn length(&self) -> usize {
        let said = match self {
            Neighbour::Bucket(thing) | Neighbour::Key(thing) => &thing.said,
            Neighbour::OfBucket(attachment) | Neighbour::OfKey(attachment) => &attachment.said,
            Neighbour::OfAccount(said) => said,
            Neighbour::Delivery(_) | Neighbour::Unread(..) | Neighbour::OverLimit(_) => return 0,
        };
        said.iter().filter_map(|attached| attached.said.policy()).map(|policy| policy.length).sum()
    }
}

/// Converts a resource; `None` if it isn't created, unless it is a lifecycle configuration.
pub fn read(resource: Resource) -> Option<Neighbour> {
    let reader = Reader {
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
        return Some(Neighbour::OverLimit(doubt));
    }
    let exists = &resource.exists.value;
    let attached = |said: Vec<Said>, is_apart| -> Vec<Attached> {
        let applies = if is_apart { exists.clone() } else { Known(true) };
        said.into_iter().map(|said| Attached { applies: applies.clone(), is_apart, said: Rc::new(said) }).collect()
    };
    Some(match resource.kind.role {
        Role::Trail(_) => return None,
        Role::Delivery { bucket, prefix, key, name, switches } => {
            let [is_multi_region, is_organization_trail, writes_digests] = switches.map(|name| switch(&reader, name));
            Neighbour::Delivery(Rc::new(Delivery {
                trail: resource.address.clone(),
                bucket: named(&reader, bucket),
                prefix: named(&reader, prefix),
                key: named(&reader, key),
                name: trail_name(&resource, named(&reader, name).value()),
                arns: arns_of(&resource),
                region: region(&resource).value,
                is_multi_region,
                is_organization_trail,
                writes_digests,
            }))
        }
        Role::Bucket { name, parts, .. } => Neighbour::Bucket(Thing {
            declared: declared(&resource),
            is_certain: *exists == Known(true),
            own: of_value(named(&reader, name).value()),
            references: symbols(&resource, &["id", name]),
            arns: symbols(&resource, &["arn", "Arn"]),
            said: attached(said(&reader, parts, true), false),
        }),
        Role::Key { policy, enabled } => Neighbour::Key(Thing {
            declared: declared(&resource),
            is_certain: *exists == Known(true),
            own: None,
            references: symbols(&resource, &["id", "arn", "Arn", "key_id", "KeyId"]),
            arns: symbols(&resource, &["arn", "Arn"]),
            said: {
                let enabled = Said::Enabled(Box::new(reader.flag(enabled, Ok(true))));
                attached(self::policy(&reader, policy).into_iter().chain([enabled]).collect(), false)
            },
        }),
        Role::NamesBucket { bucket, attributes } => Neighbour::OfBucket(Attachment {
            to: Named::by(&named(&reader, bucket)),
            names: symbols(&resource, attributes),
            said: Vec::new(),
        }),
        Role::OfBucket { bucket, parts } => Neighbour::OfBucket(Attachment {
            to: Named::by(&named(&reader, bucket)),
            names: if resource.kind.is_cloudformation() { Vec::new() } else { symbols(&resource, &["id", bucket]) },
            said: attached(said(&reader, parts, true), true),
        }),
        Role::OfAccount { parts } => {
            let mut attached = attached(said(&reader, parts, false), true);
            // Another provider may belong to another account.
            if reader.field("provider").is_some() {
                let why = Why::NotEvaluated { construct: "the account of another provider".to_owned() };
                attached.iter_mut().for_each(|one| one.applies = Unknown(why.clone()));
            }
            Neighbour::OfAccount(attached)
        }
        Role::OfKey { key, policy } => Neighbour::OfKey(Attachment {
            to: Named::by(&named(&reader, key)),
            names: Vec::new(),
            said: attached(self::policy(&reader, policy).into_iter().collect(), true),
        }),
        Role::Alias { name, key } => {
            let own = of_value(named(&reader, name).value());
            let references = symbols(&resource, &["id", "arn", name, "target_key_arn", "target_key_id"]);
            let names = references.into_iter().chain(own).collect();
            Neighbour::OfKey(Attachment { to: Named::by(&named(&reader, key)), names, said: Vec::new() })
        }
        Role::Unread { help } => unread(&resource, help),
    })
}

/// Returns the limit that a resource exceeds. A log delivery isn't included, since that affects only its own trail.
fn over_limit(resource: &Resource) -> Option<Doubt> {
    let why = match (&resource.body, &resource.exists.value) {
        (Unknown(why @ Why::OverLimit { .. }), _) | (_, Unknown(why @ Why::OverLimit { .. })) => why.clone(),
        _ => return None,
    };
    let is_apart = !matches!(resource.kind.role, Role::Trail(_) | Role::Delivery { .. });
    is_apart.then_some(Doubt { span: resource.header, why })
}

/// Reads a switch whose default is off.
fn switch(reader: &Reader, name: &'static str) -> Maybe<bool> {
    reader.flag(name, Ok(false)).value().as_ref().map(|read| *read == Ok(true))
}

/// The name of a trail: CloudFormation generates one if it is not set.
fn trail_name(resource: &Resource, name: &Maybe<Read<String>>) -> Text {
    let made = || symbols(resource, &["id"]).first().map(Name::text).unwrap_or_default();
    match name {
        Known(Ok(name)) if !name.is_empty() => Text::exactly(name),
        Known(_) => made(),
        Unknown(why) => Text::unknown(why),
    }
}

/// The symbols of references to a resource's ARN.
fn arns_of(resource: &Resource) -> Vec<String> {
    let symbol = |name| match name {
        Name::Symbol(symbol) => Some(symbol),
        Name::Literal(_) => None,
    };
    symbols(resource, &["arn", "Arn"]).into_iter().filter_map(symbol).collect()
}

/// A lifecycle configuration that isn't created, located at the condition that prevents it. It has no effect, but
/// explains why a bucket has no lifecycle rules.
fn absent(resource: &Resource, reader: &Reader) -> Option<Neighbour> {
    let Role::OfBucket { bucket, parts } = resource.kind.role else { return None };
    let is_lifecycle = parts.iter().any(|part| matches!(part, Part::Lifecycle(_)));
    let presence = Presence { is_there: Known(false), span: resource.exists.origin.span() };
    let attached = Attached { applies: Known(false), is_apart: true, said: Rc::new(Said::Lifecycle(presence)) };
    let to = Named::by(&named(reader, bucket));
    is_lifecycle.then(|| Neighbour::OfBucket(Attachment { to, names: Vec::new(), said: vec![attached] }))
}

fn declared(resource: &Resource) -> Rc<Declared> {
    let Resource { address, kind, header, call, .. } = resource;
    Rc::new(Declared { address: address.clone(), kind, header: *header, call: *call })
}

fn named(reader: &Reader, name: &'static str) -> Setting<String> {
    reader.setting(name, Ok(String::new()), text)
}

fn said(reader: &Reader, parts: &'static [Part], is_of_bucket: bool) -> Vec<Said> {
    let mut all = Vec::new();
    for part in parts {
        if let Part::Lifecycle(names) = part {
            all.extend(reader.objects(names.rules).iter().filter_map(|rule| expiration(rule, names)));
        }
        all.extend(said_by(reader, part, is_of_bucket));
    }
    all
}

fn said_by(reader: &Reader, part: &Part, is_of_bucket: bool) -> Option<Said> {
    match *part {
        Part::Acl(name) => acl(reader, name),
        Part::Grants(path) => grants(reader, path),
        Part::Policy(name) => policy(reader, name),
        Part::Logging(name) => presence(reader, name).map(Said::Logging),
        Part::IsLogged => Some(Said::Logging(Presence { is_there: Known(true), span: reader.header })),
        Part::Ownership(path) => ownership(reader, path).map(Said::DisablesAcls),
        Part::Lifecycle(LifecycleNames { rules, switch, .. }) => {
            enabled(reader, &[rules, &[switch]].concat()).map(Said::Lifecycle)
        }
        Part::Protection(path) => enabled(reader, path).map(Said::Protection),
        Part::IsLocked => Some(Said::Protection(Presence { is_there: Known(true), span: reader.header })),
        Part::AccessBlock(name, names) => {
            access_block(reader, name, names, is_of_bucket).map(|block| Said::AccessBlock(Box::new(block)))
        }
    }
}

/// The canned ACLs that grant access to everyone, or to everyone with an AWS account, as each language spells them.
const PUBLIC_ACLS: [&str; 6] =
    ["public-read", "public-read-write", "authenticated-read", "PublicRead", "PublicReadWrite", "AuthenticatedRead"];

fn acl(reader: &Reader, name: &'static str) -> Option<Said> {
    let setting = named(reader, name);
    let is_public = match setting.value() {
        Known(Ok(text)) if text.is_empty() => return None,
        Known(Ok(text)) => Known(PUBLIC_ACLS.contains(&text.as_str())),
        Known(Err(_)) => return None,
        Unknown(why) => Unknown(why.clone()),
    };
    let shown = match setting.value() {
        Known(Ok(text)) => text.clone(),
        Known(Err(_)) | Unknown(_) => name.to_owned(),
    };
    Some(Said::Acl(Acl { is_public, shown, span: setting.span(), hops: setting.read.hops }))
}

/// The groups of everyone, and of everyone with an AWS account.
const PUBLIC_GROUPS: [&str; 2] = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];

fn grants(reader: &Reader, path: &[&str]) -> Option<Said> {
    let leaves = reader.leaves(path);
    let is_public = |leaf: &Traced<Data>| {
        leaf.value.as_ref().map(|data| match data {
            Data::String(text) => PUBLIC_GROUPS.iter().any(|group| text.ends_with(group)),
            _ => false,
        })
    };
    let worst = leaves.iter().max_by_key(|leaf| match is_public(leaf) {
        Known(true) => 2,
        Unknown(_) => 1,
        Known(false) => 0,
    })?;
    let shown = match &worst.value {
        Known(data) => data.shown(),
        Unknown(why) => why.symbol(),
    };
    Some(Said::Acl(Acl { is_public: is_public(worst), shown, span: worst.origin.span(), hops: worst.hops.clone() }))
}

/// True if the bucket's owner owns all objects, which disables access control lists.
fn ownership(reader: &Reader, path: &[&str]) -> Option<Presence> {
    let leaves = reader.leaves(path);
    let is_enforced = |leaf: &Traced<Data>| {
        leaf.value.as_ref().map(|data| matches!(data, Data::String(text) if text == "BucketOwnerEnforced"))
    };
    let span = leaves.first()?.origin.span();
    Some(Presence { is_there: leaves.iter().map(is_enforced).fold(Known(false), Maybe::or), span })
}

fn policy(reader: &Reader, name: &str) -> Option<Said> {
    let (document, span, hops) = match (reader.field(name), reader.open()) {
        (Some(field), _) if field.value.value == Known(Data::Null) => return None,
        (Some(field), _) => (Document::read(&field.value), field.value.origin.span(), field.value.hops.clone()),
        (None, Some(why)) => (Err(why.clone()), reader.header, Vec::new()),
        (None, None) => return None,
    };
    let weight = document.as_ref().map_or(0, Document::weight);
    let written = match reader.field(name).map(|field| &field.value.value) {
        Some(Known(Data::String(text))) => text.len(),
        Some(Unknown(why)) => why.symbol().len(),
        Some(Known(_)) | None => 0,
    };
    Some(Said::Policy(Policy { document, span, hops, weight, length: written.max(weight) }))
}

/// True if an argument is set and isn't an empty list of blocks.
fn presence(reader: &Reader, name: &'static str) -> Option<Presence> {
    let (is_there, span) = match (reader.field(name), reader.open()) {
        (Some(field), _) => {
            let is_there = match &field.value.value {
                Known(data) => Known(!matches!(data, Data::Null) && !is_empty(data)),
                Unknown(why) if why.is_set() => Known(true),
                Unknown(why) => Unknown(why.clone()),
            };
            (is_there, field.value.origin.span())
        }
        (None, Some(why)) => (Unknown(why.clone()), reader.header),
        (None, None) => return None,
    };
    Some(Presence { is_there, span })
}

fn is_empty(data: &Data) -> bool {
    matches!(data, Data::List(List { items, .. }) if items.is_empty())
}

/// True if one of the switches at the end of a path is on.
fn enabled(reader: &Reader, path: &[&str]) -> Option<Presence> {
    let leaves = reader.leaves(path);
    let is_on = |leaf: &Traced<Data>| {
        leaf.value.as_ref().map(|data| match data {
            Data::Bool(value) => *value,
            Data::String(text) => matches!(text.as_str(), "Enabled" | "true"),
            _ => false,
        })
    };
    let span = leaves.first()?.origin.span();
    Some(Presence { is_there: leaves.iter().map(is_on).fold(Known(false), Maybe::or), span })
}

/// The age at which a rule deletes objects, if it does.
fn expiration(rule: &Reader, names: &LifecycleNames) -> Option<Said> {
    let age = rule.leaves(names.days).into_iter().find(|age| !matches!(age.value, Known(Data::Number(0.0))));
    let age = age.map(|age| {
        let days = age.value.as_ref().and_then(days);
        (days, age)
    });
    // An expiration date deletes objects of any age, so no number of days is known.
    let on_date = || {
        let date = rule.leaves(names.date).into_iter().next()?;
        Some((Unknown(Why::NotEvaluated { construct: "an expiration on a day".to_owned() }), date))
    };
    let (days, place) = age.or_else(on_date)?;
    let mut is_on = match enabled(rule, &[names.switch]) {
        Some(switch) => switch.is_there,
        None => rule.open().map_or(Known(false), |why| Unknown(why.clone())),
    };
    for path in names.tags {
        for tag in rule.leaves(path) {
            is_on = is_on.and(tag.value.map(|_| false));
        }
    }
    let prefixes = names.prefixes.iter().flat_map(|path| rule.leaves(path));
    let prefix = prefixes.filter_map(|prefix| Text::of(&prefix.value)).find(|prefix| !prefix.pieces.is_empty());
    let prefix = prefix.unwrap_or_default();
    Some(Said::Expiration(Box::new(Expiration { is_on, days, prefix, span: place.origin.span(), hops: place.hops })))
}

/// Converts a number or a string to a number of days.
fn days(data: &Data) -> Maybe<u32> {
    let number = match data {
        Data::Number(number) => number.to_string(),
        Data::String(text) => text.clone(),
        Data::Null | Data::Bool(_) | Data::List(_) | Data::Object(_) => String::new(),
    };
    number.parse().map_or(Unknown(Why::Unreadable), Known)
}

fn access_block(
    reader: &Reader,
    name: Option<&'static str>,
    names: AccessBlockNames,
    is_of_bucket: bool,
) -> Option<AccessBlock> {
    let nested;
    let reader = match name {
        None => reader,
        Some(name) => {
            nested = match (reader.field(name), reader.open()) {
                (Some(field), _) if field.value.value == Known(Data::Null) => return None,
                (Some(field), _) => reader.item(&field.value).ok()?,
                (None, Some(why)) => Reader { body: Unknown(why.clone()), ..reader.empty() },
                (None, None) => return None,
            };
            &nested
        }
    };
    let flag = |name| reader.flag(name, Ok(false));
    Some(AccessBlock {
        block_acls: flag(names.block_acls),
        ignore_acls: flag(names.ignore_acls),
        block_policy: flag(names.block_policy),
        restrict: flag(names.restrict),
        is_of_bucket,
    })
}

/// Creates the representation of a part that isn't read, with all values that are passed to it.
fn unread(resource: &Resource, help: &str) -> Neighbour {
    let part = format!("{} `{}`", resource.kind.name, resource.address);
    let doubt = Doubt { span: resource.header, why: Why::NotHere { part, help: help.to_owned() } };
    let mut given = Vec::new();
    match &resource.body {
        Known(body) => body.fields.iter().for_each(|field| collect(&field.value, &mut given)),
        Unknown(why) => given.push(why.symbol()),
    }
    Neighbour::Unread(doubt, given)
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
