//! What the metadata of a template or of a resource suppresses: `Metadata: { trailint: { ignore: […] } }`.

use super::Tool;
use super::ignores::{Ignore, Ignores};
use super::{Suppression, foreign};
use crate::rules;
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// Adds what the metadata in a document says.
pub(super) fn read(document: &Node, honored: &[Tool], ignores: &mut Ignores) {
    let Some(template) = document.as_mapping() else { return };
    add(template, document.span, honored, ignores);
    let resources = template.get("Resources").and_then(|entry| entry.value.as_mapping());
    for entry in resources.iter().flat_map(|mapping| &mapping.entries) {
        if let Some(resource) = entry.value.as_mapping() {
            add(resource, entry.key.span.to(entry.value.whole()), honored, ignores);
        }
    }
}

/// Adds what the metadata of one thing says, which is about all of it.
fn add(owner: &Mapping, region: Span, honored: &[Tool], ignores: &mut Ignores) {
    let metadata = owner.get("Metadata").and_then(|entry| entry.value.as_mapping());
    let Some(metadata) = metadata else { return };
    for tool in honored {
        ignores.extend(foreign::of_metadata(*tool, metadata, region));
    }
    let own = metadata.get("trailint").and_then(|entry| entry.value.as_mapping());
    let Some(entry) = own.and_then(|own| own.get("ignore")) else { return };
    match entry.value.as_sequence() {
        Some(items) => items.iter().for_each(|item| match one(item, region) {
            Ok(ignore) => ignores.extend([ignore]),
            Err(message) => ignores.misread(item.span, message),
        }),
        None => ignores.misread(entry.value.span, "write it as a list of `{ rule: RULE }`".to_owned()),
    }
}

/// `{ rule, reason, until }`, or the name of a rule alone.
fn one(item: &Node, region: Span) -> Result<Ignore, String> {
    let wanted = || "write it as `{ rule: RULE, reason: REASON }`".to_owned();
    let ignore = |name: &Node, reason: Option<String>, until| {
        let rule = rules::judging(name.as_text().ok_or_else(wanted)?);
        let suppression = Suppression { span: Some(name.span), is_in_source: true, reason, until };
        Ok(Ignore { rules: vec![rule], region: Some(region), suppression, is_own: true })
    };
    match &item.target().kind {
        NodeKind::Scalar(_) => ignore(item, None, None),
        NodeKind::Mapping(mapping) => {
            if let Some(other) = mapping.entries.iter().find(|entry| !is_known(entry)) {
                let name = other.key.as_text().unwrap_or_default();
                return Err(format!("there is no key `{name}`, but `rule`, `reason` and `until`"));
            }
            let text = |key: &str| mapping.get(key).and_then(|entry| entry.value.as_text());
            let until = text("until").map(str::parse).transpose()?;
            let rule = &mapping.get("rule").ok_or_else(wanted)?.value;
            ignore(rule, text("reason").map(str::to_owned), until)
        }
        NodeKind::Sequence(_) | NodeKind::Alias(_) => Err(wanted()),
    }
}

fn is_known(entry: &Entry) -> bool {
    entry.key.as_text().is_some_and(|key| ["rule", "reason", "until"].contains(&key))
}
