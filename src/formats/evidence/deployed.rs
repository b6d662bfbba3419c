//! Converts the instances of a state to resources. All values are literals.

use std::collections::HashMap;

use super::state::{SUBJECTS, StateResource};
use super::values::{convert, first_line};
use crate::model::dialects::AWS;
use crate::model::{Notation, Resource, ResourceKind, SearchSubject};
use crate::source::Span;
use crate::value::{Data, Field, Known, Maybe, Object, Origin, Reason, Traced, Unknown};

/// The resources for each subject.
pub(super) fn resources(
    state: &[StateResource],
    selectors: &HashMap<String, Vec<Field>>,
) -> Vec<(SearchSubject, Resource)> {
    let mut resources = Vec::new();
    for instance in state {
        for subject in SUBJECTS {
            let Some(kind) = subject.kind(&instance.kind) else { continue };
            let mut resource = resource(instance, kind);
            let known = instance.text("arn").and_then(|arn| selectors.get(arn));
            if let (SearchSubject::Trails, Some(known), Known(body)) = (subject, known, &mut resource.body) {
                replace_selectors(body, known);
            }
            resources.push((subject, resource));
        }
    }
    resources
}

fn resource(instance: &StateResource, kind: &'static ResourceKind) -> Resource {
    let attributes = &instance.attributes;
    let header = first_line(attributes);
    let fields = kind.shape.iter().filter_map(|argument| {
        let entry = attributes.as_mapping()?.get(argument.name)?;
        let mut value = convert(&entry.value);
        if instance.sensitive.contains(argument.name) && !is_unset(&value.value) {
            let why =
                Reason::AtDeployment { reference: format!("{}.{}", instance.address, argument.name), is_set: true };
            value.value = Unknown(why);
        }
        tidy(&mut value.value);
        let field = Field { key: argument.name.to_owned(), key_span: entry.key.span, value };
        (!is_unset(&field.value.value)).then_some(field)
    });
    let body = Object::new(header, fields.collect());
    Resource {
        kind,
        address: instance.address.clone(),
        header,
        declaration: attributes.span,
        call: None,
        calls: Vec::new(),
        owners: vec![header.file],
        exists: Traced { value: Known(true), origin: Origin::Absent(header), hops: Vec::new() },
        region: Traced { value: region(instance), origin: region_origin(instance, header), hops: Vec::new() },
        account: None,
        body: Known(body),
        ignored_changes: Vec::new(),
        notation: Notation::Json,
        macros: Vec::new(),
        contradictions: Vec::new(),
        known: None,
        is_synthesized: false,
        is_deployed: true,
        names: names(instance),
    }
}

/// The Region, if the resource has no `region` of its own.
fn region(instance: &StateResource) -> Maybe<String> {
    let home = instance.text("home_region").filter(|region| !region.is_empty());
    let of_arn = || instance.text("arn").and_then(|arn| arn.split(':').nth(3));
    match home.or_else(of_arn).filter(|region| !region.is_empty()) {
        Some(region) => Known(region.to_owned()),
        None => Unknown(Reason::AtDeployment { reference: format!("{}.region", instance.address), is_set: true }),
    }
}

/// The location of the Region, or of the ARN that contains it.
fn region_origin(instance: &StateResource, header: Span) -> Origin {
    let entries = instance.attributes.as_mapping();
    let is_set = |name: &&str| instance.text(name).is_some_and(|text| !text.is_empty());
    let name = ["home_region", "arn"].into_iter().find(is_set);
    match name.and_then(|name| entries?.get(name)) {
        Some(entry) => Origin::Written(entry.value.span),
        None => Origin::Absent(header),
    }
}

/// The ids and ARNs by which other resources refer to the instance.
fn names(instance: &StateResource) -> Vec<String> {
    let names = ["arn", "id", "key_id"].into_iter().filter(|name| !instance.sensitive.contains(*name));
    let texts = names.filter_map(|name| instance.text(name));
    let mut names: Vec<String> = texts.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    names.dedup();
    names
}

/// Removes the fields of objects that aren't set.
fn tidy(value: &mut Maybe<Data>) {
    match value {
        Known(Data::List(list)) => list.items.iter_mut().for_each(|item| tidy(&mut item.value)),
        Known(Data::Object(object)) => {
            object.fields.retain(|field| !is_unset(&field.value.value));
            for field in &mut object.fields {
                tidy(&mut field.value.value);
            }
        }
        Known(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) | Unknown(_) => {}
    }
}

/// True for a value that is equivalent to an attribute that isn't set.
fn is_unset(value: &Maybe<Data>) -> bool {
    match value {
        Known(Data::Null) => true,
        Known(Data::String(text)) => text.is_empty(),
        Known(Data::List(list)) => list.items.is_empty(),
        Known(Data::Bool(_) | Data::Number(_) | Data::Object(_)) | Unknown(_) => false,
    }
}

/// The names of the API with those of Terraform's schema.
const RENAMED: [(&str, &str); 16] = [
    ("ReadWriteType", "read_write_type"),
    ("IncludeManagementEvents", "include_management_events"),
    ("ExcludeManagementEventSources", "exclude_management_event_sources"),
    ("DataResources", "data_resource"),
    ("FieldSelectors", "field_selector"),
    ("Field", "field"),
    ("Equals", "equals"),
    ("NotEquals", "not_equals"),
    ("StartsWith", "starts_with"),
    ("NotStartsWith", "not_starts_with"),
    ("EndsWith", "ends_with"),
    ("NotEndsWith", "not_ends_with"),
    ("Name", "name"),
    ("Type", "type"),
    ("Values", "values"),
    ("EventSelectors", "event_selector"),
];

/// Replaces the selectors of a state by those that the account has, because the state may lack them.
fn replace_selectors(body: &mut Object, selectors: &[Field]) {
    const LISTS: [&str; 2] = ["event_selector", "advanced_event_selector"];
    if body.field(LISTS[1]).is_none() && body.field(LISTS[0]).is_none() {
        body.fields.retain(|field| !LISTS.contains(&field.key.as_str()));
        for field in selectors {
            let mut field = field.clone();
            rename(&mut field);
            body.fields.push(field);
        }
    }
}

fn rename(field: &mut Field) {
    let known = RENAMED.iter().find(|(api, _)| *api == field.key);
    field.key = match known {
        Some((_, name)) => (*name).to_owned(),
        None if field.key == "AdvancedEventSelectors" => "advanced_event_selector".to_owned(),
        None => field.key.clone(),
    };
    rename_inside(&mut field.value.value);
}

fn rename_inside(value: &mut Maybe<Data>) {
    match value {
        Known(Data::List(list)) => list.items.iter_mut().for_each(|item| rename_inside(&mut item.value)),
        Known(Data::Object(object)) => {
            let mut fields: Vec<Field> = object.fields.iter().cloned().collect();
            fields.iter_mut().for_each(rename);
            object.fields = fields.into();
        }
        Known(_) | Unknown(_) => {}
    }
}

/// True for a trail whose selectors the state may not show: the provider doesn't read them if there are only default
/// ones, and hides a single basic selector of all events.
pub(super) fn may_hide_selectors(instance: &StateResource) -> bool {
    instance.kind == AWS.kind
}

/// The default selectors, as a list that the account's output shows to be empty.
pub(super) fn no_selectors(place: Span) -> Field {
    let value = Traced::written(Data::tuple(Vec::new()), place);
    Field { key: "EventSelectors".to_owned(), key_span: place, value }
}
