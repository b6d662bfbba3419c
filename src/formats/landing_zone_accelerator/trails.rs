//! The trails that the solution creates. Sources: `organizations-stack.ts`, `security-resources-stack.ts` and
//! `models/global-config.ts` in awslabs/landing-zone-accelerator-on-aws.

use super::settings::{Settings, setting, switch, value};
use crate::model::dialects::CLOUDFORMATION_LANDING_ZONE;
use crate::model::kinds::{ACCOUNT_TRAIL, ORGANIZATION_TRAIL};
use crate::model::{Notation, Resource, ResourceKind, SearchSubject};
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node};
use crate::value::{Data, Field, Known, Maybe, Object, Origin, Reason, Traced, Unknown};

/// The organizational unit that has all accounts.
const ROOT: &str = "Root";

/// The trails of a configuration, including those that aren't created.
pub(super) fn trails(settings: &Settings) -> Vec<Resource> {
    let mut trails = Vec::new();
    if let Some(entry) = &settings.cloudtrail {
        trails.extend(organization_trail(settings, entry));
        trails.extend(account_trails(settings, entry));
    }
    let is_created = trails.iter().any(|trail| trail.exists.value != Known(false));
    trails.extend(settings.control_tower.as_ref().and_then(|entry| control_tower(settings, entry, is_created)));
    trails
}

/// The trail of the organization.
fn organization_trail(settings: &Settings, entry: &Entry) -> Option<Resource> {
    let (header, cloudtrail) = (entry.key.span, entry.value.as_mapping()?);
    let enabled = switch(Some(cloudtrail), "enable", false, header);
    let exists = both(enabled, switch(Some(cloudtrail), "organizationTrail", false, header));
    let own = cloudtrail.get("organizationTrailSettings").map(|entry| &entry.value);
    let mut fields = fields(own.map(|own| &**own), header);
    let management = setting(own.and_then(|own| own.as_mapping()), "managementEvents", header);
    let objects = setting(own.and_then(|own| own.as_mapping()), "s3DataEvents", header);
    let objects = data_resources(objects, true);
    // Only `false` disables them.
    match (&management.value, &objects) {
        (Known(Data::Null), None) => {}
        (Known(Data::Null), Some(_)) => {
            let management = Traced { value: Known(Data::Bool(true)), ..management };
            fields.push(selector(management, objects, header));
        }
        (Known(_) | Unknown(_), _) => fields.push(selector(management, objects, header)),
    }
    let place = (entry.key.span, entry.value.span);
    Some(resource(&ORGANIZATION_TRAIL, "OrganizationsCloudTrail".to_owned(), place, exists, fields, settings))
}

/// The trails of accounts, each in its deployment targets.
fn account_trails(settings: &Settings, entry: &Entry) -> Vec<Resource> {
    let mut trails = Vec::new();
    let Some(cloudtrail) = entry.value.as_mapping() else { return trails };
    let enabled = switch(Some(cloudtrail), "enable", false, entry.key.span);
    let list = cloudtrail.get("accountTrails").and_then(|entry| entry.value.as_sequence());
    for item in list.into_iter().flatten() {
        let Some(trail) = item.as_mapping() else { continue };
        let Some(first) = trail.entries.first() else { continue };
        let header = first.key.span;
        let name = trail.get("name").and_then(|entry| entry.value.as_text()).unwrap_or_default();
        let exists = both(enabled.clone(), is_everywhere(trail, header));
        let own = trail.get("settings").map(|entry| &entry.value);
        let mut fields = fields(own.map(|own| &**own), header);
        let management = setting(own.and_then(|own| own.as_mapping()), "managementEvents", header);
        let management = match management.value {
            Known(Data::Null) => Traced { value: Known(Data::Bool(false)), ..management },
            Known(_) | Unknown(_) => management,
        };
        let objects = setting(own.and_then(|own| own.as_mapping()), "s3DataEvents", header);
        fields.push(selector(management, data_resources(objects, false), header));
        let address = format!("AcceleratorCloudTrail-{name}");
        trails.push(resource(&ACCOUNT_TRAIL, address, (header, item.span), exists, fields, settings));
    }
    trails
}

/// True if the targets of a trail are all accounts; otherwise, some accounts have the trail.
fn is_everywhere(trail: &Mapping, header: Span) -> Traced<bool> {
    let targets = trail.get("deploymentTargets");
    let mapping = targets.and_then(|targets| targets.value.as_mapping());
    let list = |name: &str| {
        let entry = mapping.and_then(|mapping| mapping.get(name));
        entry.and_then(|entry| entry.value.as_sequence()).unwrap_or_default()
    };
    let has_root = list("organizationalUnits").iter().any(|unit| unit.as_text() == Some(ROOT));
    let is_everywhere = has_root && list("excludedAccounts").is_empty();
    let origin = Origin::Written(targets.map_or(header, |targets| targets.key.span));
    let construct = "the accounts outside its deployment targets".to_owned();
    let value = if is_everywhere { Known(true) } else { Unknown(Reason::NotEvaluated { construct }) };
    Traced { value, origin, hops: Vec::new() }
}

/// The landing zone of AWS Control Tower. If the configuration leaves it to Control Tower, it may have any settings,
/// which matter only if no other trail is created.
fn control_tower(settings: &Settings, entry: &Entry, is_other_created: bool) -> Option<Resource> {
    let kind = SearchSubject::Trails.kind(CLOUDFORMATION_LANDING_ZONE.kind)?;
    let (header, section) = (entry.key.span, entry.value.as_mapping()?);
    let exists = switch(Some(section), "enable", false, header);
    let zone = section.get("landingZone");
    if exists.value == Known(false) || zone.is_none() && is_other_created {
        return None;
    }
    let mut fields = Vec::new();
    if zone.is_none() {
        fields.push(field("Manifest", header, Unknown(kept_in_control_tower())));
    }
    if let Some(zone) = zone {
        let place = zone.key.span;
        let own = zone.value.as_mapping();
        let logging = own.and_then(|zone| zone.get("logging")).and_then(|entry| entry.value.as_mapping());
        let enabled = switch(logging, "organizationTrail", true, place).map(|value| value.map(Data::Bool));
        let key = field("kmsKeyArn", place, Known(Data::String("the key of the landing zone".to_owned())));
        let configurations = field("configurations", place, object(place, vec![key]));
        let enabled = Field { key: "enabled".to_owned(), key_span: place, value: enabled };
        let section = field("centralizedLogging", place, object(place, vec![enabled, configurations]));
        fields.push(field("Manifest", place, object(place, vec![section])));
        if let Some(version) = own.and_then(|zone| zone.get("version")) {
            let (key_span, value) = (version.key.span, value(&version.value));
            fields.push(Field { key: "Version".to_owned(), key_span, value });
        }
    }
    Some(resource(kind, "ControlTower".to_owned(), (header, entry.value.span), exists, fields, settings))
}

/// The reason if the settings of the landing zone are those that were chosen in AWS Control Tower.
fn kept_in_control_tower() -> Reason {
    Reason::Worded {
        subject: "controlTower.landingZone".to_owned(),
        text: "without `landingZone`, the settings in AWS Control Tower decide".to_owned(),
        advice: "set `controlTower.landingZone.logging.organizationTrail`, or enable the organization's trail in \
                 `logging.cloudtrail`"
            .into(),
    }
}

/// The settings that both kinds of trails have, and the key, which the solution creates.
fn fields(settings: Option<&Node>, header: Span) -> Vec<Field> {
    let mut fields =
        vec![field("encryptionKey", header, Known(Data::String("the key of the central bucket".to_owned())))];
    for name in ["multiRegionTrail", "globalServiceEvents"] {
        if let Some(entry) = settings.and_then(Node::as_mapping).and_then(|settings| settings.get(name)) {
            let value = value(&entry.value);
            if value.value != Known(Data::Null) {
                fields.push(Field { key: name.to_owned(), key_span: entry.key.span, value });
            }
        }
    }
    fields
}

/// The data resources of a trail: the objects of all buckets, if the setting is on.
fn data_resources(objects: Traced<Data>, default: bool) -> Option<Field> {
    let span = objects.origin.span();
    let is_on = match &objects.value {
        Known(Data::Null) => Known(default),
        Known(data) => Known(*data == Data::Bool(true)),
        Unknown(why) => Unknown(why.clone()),
    };
    let list = match is_on {
        Known(false) => return None,
        Known(true) => {
            let text = |text: &str| Known(Data::String(text.to_owned()));
            let partition = Reason::AtDeployment { reference: "AWS::Partition".to_owned(), is_set: true };
            let reference = "\"arn:${AWS::Partition}:s3:::\"".to_owned();
            let all = Unknown(Reason::Composed { reference, cause: Box::new(partition) });
            let values = Data::tuple(vec![Traced { value: all, ..objects.clone() }]);
            let fields = vec![field("type", span, text("AWS::S3::Object")), field("values", span, Known(values))];
            Known(Data::tuple(vec![Traced { value: object(span, fields), ..objects }]))
        }
        Unknown(why) => Unknown(why),
    };
    Some(field("dataResources", span, list))
}

/// A selector with the setting for management events, and with data resources.
fn selector(management: Traced<Data>, objects: Option<Field>, header: Span) -> Field {
    let key_span = management.origin.span();
    let own = Field { key: "managementEvents".to_owned(), key_span, value: management };
    let fields = std::iter::once(own).chain(objects).collect();
    let item = Traced { value: object(header, fields), origin: Origin::Written(header), hops: Vec::new() };
    field("eventSelectors", key_span, Known(Data::tuple(vec![item])))
}

fn field(key: &str, place: Span, value: Maybe<Data>) -> Field {
    let value = Traced { value, origin: Origin::Written(place), hops: Vec::new() };
    Field { key: key.to_owned(), key_span: place, value }
}

fn object(header: Span, fields: Vec<Field>) -> Maybe<Data> {
    Known(Data::Object(Object::new(header, fields)))
}

/// The existence of something that needs both.
fn both(one: Traced<bool>, other: Traced<bool>) -> Traced<bool> {
    match (&one.value, &other.value) {
        (Known(true), _) | (Unknown(_), Known(false)) => other,
        (Known(false) | Unknown(_), _) => one,
    }
}

fn resource(
    kind: &'static ResourceKind,
    address: String,
    (header, declaration): (Span, Span),
    exists: Traced<bool>,
    fields: Vec<Field>,
    settings: &Settings,
) -> Resource {
    let region = settings.home_region.clone().map(|region| match region {
        Known(Data::String(region)) => Known(region),
        Known(_) => Unknown(Reason::Unreadable),
        Unknown(why) => Unknown(why),
    });
    Resource {
        kind,
        address,
        header,
        declaration,
        call: None,
        calls: Vec::new(),
        known: None,
        owners: vec![header.file],
        exists,
        region,
        account: None,
        body: Known(Object::new(header, fields)),
        ignored_changes: Vec::new(),
        notation: Notation::Yaml,
        macros: Vec::new(),
        contradictions: Vec::new(),
        is_synthesized: false,
        is_deployed: false,
        names: Vec::new(),
    }
}
