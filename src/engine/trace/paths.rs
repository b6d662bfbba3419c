//! The ways in which one value comes about, with the worlds that lead there.

use super::{InstanceByWorld, TracePath, TraceRun, TracedArgument};
use crate::engine::witness;
use crate::finding::Label;
use crate::formats::{FormatArgs, LoadedProject};
use crate::model::{Resource, UnknownValues, dialects};
use crate::source::Span;
use crate::value::{Data, Hop, HopKind, Known, Maybe, Object, Origin, Traced, Unknown, World};

/// A value in a world.
type ValueInWorld<'a> = (Traced<Data>, &'a World);

/// When an instance is created; `None` if nothing decides that.
pub(super) fn existence(first: &Resource, runs: &[TraceRun], project: &dyn LoadedProject) -> Option<TracedArgument> {
    let mut distinct: Vec<Traced<Data>> = Vec::new();
    let mut seen: Vec<ValueInWorld<'_>> = Vec::new();
    for (resources, world) in runs {
        let exists = exists_in(resources, first);
        // Of several equal values, the path of the first is shown.
        let known = distinct.iter().find(|known| known.value == exists.value).cloned();
        distinct.extend(known.is_none().then(|| exists.clone()));
        seen.push((known.unwrap_or(exists), world));
    }
    let is_decided = seen.iter().any(|(exists, _)| {
        exists.value != Known(Data::Bool(true)) || !exists.hops.is_empty() || exists.origin.span() != first.header
    });
    is_decided.then(|| TracedArgument {
        known: known(first, "the trail"),
        ..group(first.address.clone(), &seen, project, |exists| match &exists.value {
            Known(Data::Bool(true)) => ("is created".to_owned(), "created here".to_owned()),
            Known(_) => ("isn't created".to_owned(), "not created here".to_owned()),
            Unknown(why) => ("may be created".to_owned(), why.describe()),
        })
    })
}

/// The existence of the instance in a world, with its path. If the instance is missing, the path of the resource's
/// other entry applies.
fn exists_in(resources: &[Resource], wanted: &Resource) -> Traced<Data> {
    match (resources.iter().find(|resource| resource.address == wanted.address), resources.first()) {
        (Some(own), _) => own.exists.clone().map(|exists| exists.map(Data::Bool)),
        (None, Some(other)) => other.exists.clone().map(|_| Known(Data::Bool(false))),
        (None, None) => {
            Traced { value: Known(Data::Bool(false)), origin: Origin::Absent(wanted.header), hops: Vec::new() }
        }
    }
}

/// An argument of an instance.
pub(super) fn argument(instance: &InstanceByWorld<'_>, path: &str, project: &dyn LoadedProject) -> TracedArgument {
    let seen: Vec<ValueInWorld<'_>> =
        instance.iter().map(|(resource, world)| (find(&resource.body, path, resource.header), *world)).collect();
    let first = instance.first().map(|(resource, _)| *resource);
    let absent = first.and_then(|resource| resource.kind.dialect()?.absent(path));
    let name = format!("{}.{path}", first.map(|resource| resource.address.as_str()).unwrap_or_default());
    let known = first.and_then(|resource| known(resource, path));
    TracedArgument { known, ..group(name, &seen, project, |value| describe(value, absent)) }
}

/// The name of an argument, with the module of the known interface that sets it.
fn known(resource: &Resource, name: &str) -> Option<(String, String)> {
    let known = resource.known.as_ref()?;
    Some((name.to_owned(), format!("{} {}", known.module, known.shown_versions)))
}

/// The Region in which an instance is created.
pub(super) fn region(instance: &InstanceByWorld<'_>, first: &Resource, project: &dyn LoadedProject) -> TracedArgument {
    let seen: Vec<ValueInWorld<'_>> = instance.iter().map(|(resource, world)| (region_of(resource), *world)).collect();
    let argument =
        group(format!("{}.region", first.address), &seen, project, |region| match (&region.value, region.origin) {
            (Known(data), Origin::Absent(_)) if region.hops.is_empty() => {
                (format!("is {}", describe_value(data)), format!("set by `{}`", FormatArgs::REGION))
            }
            (Known(data), Origin::Absent(_)) => {
                (format!("is {}", describe_value(data)), "the Region of its provider".to_owned())
            }
            (Known(_) | Unknown(_), _) => describe(region, None),
        });
    TracedArgument { known: known(first, "region"), ..argument }
}

fn region_of(resource: &Resource) -> Traced<Data> {
    dialects::region(resource).map(|region| region.map(Data::String))
}

/// The title for a value and its label.
fn describe(value: &Traced<Data>, absent: Option<&str>) -> (String, String) {
    let meaning = absent.map(|meaning| format!("; defaults to {meaning}")).unwrap_or_default();
    match (&value.value, value.origin) {
        (Unknown(why), _) => ("is unknown".to_owned(), why.describe()),
        (Known(_), Origin::Absent(_)) => (format!("is not set{meaning}"), "not set here".to_owned()),
        (Known(Data::Null), _) => (format!("is null{meaning}"), "the same as not set".to_owned()),
        (Known(data), _) if value.hops.is_empty() => (format!("is {}", describe_value(data)), "set here".to_owned()),
        (Known(data), _) => (format!("is {}", describe_value(data)), format!("evaluates to {}", describe_value(data))),
    }
}

fn describe_value(data: &Data) -> String {
    match data {
        Data::List(list) => {
            let items = list.items.iter().map(|item| match &item.value {
                Known(Data::List(_) | Data::Object(_)) => "…".to_owned(),
                Known(data) => data.shown(),
                Unknown(_) => "?".to_owned(),
            });
            format!("`[{}]`", items.collect::<Vec<_>>().join(", "))
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Object(_) => {
            format!("`{}`", data.shown())
        }
    }
}

/// Puts the worlds together in which a value comes about in the same way.
fn group(
    name: String,
    seen: &[ValueInWorld<'_>],
    project: &dyn LoadedProject,
    describe: impl Fn(&Traced<Data>) -> (String, String),
) -> TracedArgument {
    let mut paths: Vec<TracePath> = Vec::new();
    for (value, _) in seen {
        let way = path(value, describe(value), project);
        if !paths.contains(&way) {
            paths.push(way);
        }
    }
    if paths.len() > 1 {
        let all: Vec<(TracePath, &World)> =
            seen.iter().map(|(value, world)| (path(value, describe(value), project), *world)).collect();
        for way in &mut paths {
            let runs: Vec<(bool, &World)> = all.iter().map(|(own, world)| (own == way, *world)).collect();
            way.decisions = witness::minimal(&runs).iter().map(ToString::to_string).collect();
        }
    }
    TracedArgument { name, paths, known: None }
}

fn path(value: &Traced<Data>, (outcome, label): (String, String), project: &dyn LoadedProject) -> TracePath {
    let hops = Hop::labels(&value.hops).map(|(span, text)| Label { span, text });
    let help = match &value.value {
        Known(_) => None,
        Unknown(why) => project.resolution(&UnknownValues::of_value(why)).help,
    };
    let first = Label { span: value.origin.span(), text: label };
    TracePath { outcome, decisions: Vec::new(), steps: std::iter::once(first).chain(hops).collect(), help }
}

/// The value at a path.
fn find(body: &Maybe<Object>, path: &str, header: Span) -> Traced<Data> {
    let mut value = Traced { value: body.clone().map(Data::Object), origin: Origin::Absent(header), hops: Vec::new() };
    for segment in path.split(['.', '[']).map(|segment| segment.trim_end_matches(']')) {
        let next = match &value.value {
            Known(Data::Object(object)) => match object.field(segment) {
                Some(field) => value.member(&field.value, HopKind::to(field, object.header)),
                None => return absent(object.header),
            },
            Known(Data::List(list)) => {
                let index = segment.parse::<usize>().ok();
                match index.and_then(|index| Some((index, list.items.get(index)?))) {
                    Some((index, item)) => value.member(item, HopKind::Element(index)),
                    None => return absent(value.origin.span()),
                }
            }
            Known(_) => return absent(value.origin.span()),
            Unknown(_) => return value,
        };
        value = next;
    }
    value
}

fn absent(span: Span) -> Traced<Data> {
    Traced { value: Known(Data::Null), origin: Origin::Absent(span), hops: Vec::new() }
}
