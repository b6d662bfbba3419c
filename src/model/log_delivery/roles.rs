//! Converts the resources on which the delivery to CloudWatch Logs depends: roles and their policies.

use std::rc::Rc;

use super::Attached;
use super::read::{
    Attachment, LogTarget, RelatedResource, declared, named, own_settings, policy, policy_as, separate_settings,
};
use super::target_names::{NamedTarget, TargetName, of_value, symbols};
use super::target_settings::TargetSetting;
use crate::model::Resource;
use crate::model::reader::{ArgumentReader, text};
use crate::value::{Data, Known, Maybe, Traced, Unknown};

/// A managed policy that is attached to a role.
#[derive(Debug)]
pub struct ManagedLink {
    pub(super) role: NamedTarget,
    pub(super) policy: NamedTarget,
    /// The attachment itself.
    pub(super) attached: Attached,
}

/// A role with the policies of its own resource.
pub(super) fn role(
    resource: &Resource,
    reader: &ArgumentReader,
    name: &'static str,
    trust: &'static str,
    inline: [&'static str; 2],
    managed: &'static str,
) -> RelatedResource {
    let references = symbols(resource, &["id", "arn", "Arn", name, "name", "unique_id"]);
    let mut settings: Vec<TargetSetting> = policy_as(reader, trust, TargetSetting::Trust).into_iter().collect();
    let [list, document] = inline;
    settings.extend(reader.objects(&[list]).iter().filter_map(|own| policy(own, document)));
    if has_unknown(reader, list) {
        settings.push(TargetSetting::UnreadPolicy);
    }
    let own = references.first().cloned();
    let links = texts(reader, managed).into_iter().filter_map(|arn| {
        let role = NamedTarget::Name(own.clone()?, Known(()));
        Some(ManagedLink { role, policy: arn, attached: attachment(&Known(true)) })
    });
    let links = links.collect();
    let exists = &resource.exists.value;
    let target = LogTarget {
        declared: declared(resource),
        is_certain: *exists == Known(true),
        own_name: of_value(named(reader, name).value()),
        references,
        arns: Vec::new(),
        settings: own_settings(settings),
    };
    RelatedResource::Role(target, links)
}

/// Inline policies of the roles that a resource names.
pub(super) fn of_roles(
    reader: &ArgumentReader,
    roles: &'static str,
    document: &'static str,
    exists: &Maybe<bool>,
) -> RelatedResource {
    let settings = separate_settings(policy(reader, document).into_iter().collect(), exists);
    let attachments = texts(reader, roles).into_iter();
    let attachments = attachments.map(|target| Attachment { target, names: Vec::new(), settings: settings.clone() });
    RelatedResource::OfRoles(attachments.collect(), Vec::new())
}

/// A managed policy with the roles that its own resource names.
pub(super) fn managed_policy(
    resource: &Resource,
    reader: &ArgumentReader,
    document: &'static str,
    roles: &'static str,
) -> RelatedResource {
    let exists = &resource.exists.value;
    let references = symbols(resource, &["arn", "id", "Arn", "PolicyArn", "policy_arn"]);
    let own = references.first().cloned();
    let policy_name = |own: &TargetName| NamedTarget::Name(own.clone(), Known(()));
    let links = texts(reader, roles).into_iter().filter_map(|role| {
        Some(ManagedLink { role, policy: policy_name(own.as_ref()?), attached: attachment(exists) })
    });
    let links = links.collect();
    let target = LogTarget {
        declared: declared(resource),
        is_certain: *exists == Known(true),
        own_name: None,
        references,
        arns: Vec::new(),
        settings: separate_settings(policy(reader, document).into_iter().collect(), exists),
    };
    RelatedResource::ManagedPolicy(target, links)
}

/// The attachments of a managed policy to the roles that a resource names.
pub(super) fn role_attachment(
    reader: &ArgumentReader,
    roles: &'static str,
    policy: &'static str,
    exists: &Maybe<bool>,
) -> RelatedResource {
    let policy = NamedTarget::from_setting(&named(reader, policy));
    let links = texts(reader, roles).into_iter();
    let links = links.map(|role| ManagedLink { role, policy: policy.clone(), attached: attachment(exists) });
    RelatedResource::OfRoles(Vec::new(), links.collect())
}

fn attachment(exists: &Maybe<bool>) -> Attached {
    Attached { applies: exists.clone(), is_separate: true, setting: Rc::new(TargetSetting::Managed) }
}

/// The names in an argument that has one of them, or a list.
fn texts(reader: &ArgumentReader, name: &str) -> Vec<NamedTarget> {
    let Some(field) = reader.field(name) else {
        let why = reader.unknown_arguments().filter(|_| !name.is_empty());
        return why.map(|why| NamedTarget::Anything(why.clone())).into_iter().collect();
    };
    let items = match &field.value {
        Traced { value: Known(Data::Null), .. } => return Vec::new(),
        Traced { value: Known(Data::List(list)), .. } => list.items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items.iter().map(|item| NamedTarget::of(&item.value.as_ref().map(text))).collect()
}

/// True if a list or an item of it is unknown.
fn has_unknown(reader: &ArgumentReader, name: &str) -> bool {
    match reader.field(name).map(|field| &field.value.value) {
        None => reader.unknown_arguments().is_some(),
        Some(Unknown(_)) => true,
        Some(Known(Data::List(list))) => list.items.iter().any(|item| matches!(item.value, Unknown(_))),
        Some(Known(_)) => false,
    }
}
