//! Suppressions in the metadata of a template or a resource: `Metadata: { trailint: { ignore: […] } }`.

use super::ignores::{Ignores, SuppressionSource};
use super::{OtherTool, expiry, other_tools};
use crate::named::closest;
use crate::report::{Date, SuppressedBy, Suppression};
use crate::rules;
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// The key of trailint's metadata.
const NAME: &str = "trailint";

/// Adds the suppressions in the metadata of a template and of its resources.
pub(super) fn read(document: &Node, honored: &[OtherTool], ignores: &mut Ignores) {
    let Some(template) = document.as_mapping() else { return };
    add(template, document.span, honored, ignores);
    let resources = template.get("Resources").and_then(|entry| entry.value.as_mapping());
    for entry in resources.iter().flat_map(|mapping| &mapping.entries) {
        if let Some(resource) = entry.value.as_mapping() {
            add(resource, entry.key.span.to(entry.value.whole()), honored, ignores);
        }
    }
}

/// Adds the suppressions in the metadata of one owner. They apply to all of it.
fn add(owner: &Mapping, region: Span, honored: &[OtherTool], ignores: &mut Ignores) {
    let metadata = owner.get("Metadata").and_then(|entry| entry.value.as_mapping());
    let Some(metadata) = metadata else { return };
    for tool in honored {
        ignores.extend(other_tools::of_metadata(*tool, metadata, region));
    }
    for entry in &metadata.entries {
        match entry.key.as_text() {
            Some(NAME) => add_own(entry, region, ignores),
            Some(name) if is_almost_name(name) => {
                ignores.misread(entry.key.span, format!("unknown key `{name}`; did you mean `{NAME}`?"));
            }
            _ => {}
        }
    }
}

/// True for a misspelt key such as `TrailLint` or `trailint.ignore`.
fn is_almost_name(key: &str) -> bool {
    let letters: String = key.to_ascii_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let name = ["ignores", "ignore"].iter().find_map(|verb| letters.strip_suffix(verb)).unwrap_or(&letters);
    // A key `Trail` has nothing to do with trailint.
    let is_start = NAME.starts_with(name) && name != NAME;
    !is_start && closest(name, std::iter::once(NAME)).is_some()
}

/// Adds the suppressions of the entry `trailint`.
fn add_own(entry: &Entry, region: Span, ignores: &mut Ignores) {
    let Some(own) = entry.value.as_mapping() else {
        return ignores.misread(entry.value.whole(), "write it as `ignore` with a list of `{ rule: RULE }`".to_owned());
    };
    for other in own.entries.iter().filter(|entry| entry.key.as_text() != Some("ignore")) {
        let name = other.key.as_text().unwrap_or_default();
        ignores.misread(other.key.span, format!("unknown key `{name}`: expected `ignore`"));
    }
    let Some(entry) = own.get("ignore") else { return };
    match entry.value.as_sequence() {
        Some(items) => items.iter().for_each(|item| match parse_entry(item, region) {
            Ok(ignore) => ignores.extend([ignore]),
            Err(message) => ignores.misread(item.span, message),
        }),
        None => ignores.misread(entry.value.span, "write it as a list of `{ rule: RULE }`".to_owned()),
    }
}

/// Parses `{ rule, reason, until }`, or the name of a rule alone.
fn parse_entry(item: &Node, region: Span) -> Result<SuppressionSource, String> {
    match &item.target().kind {
        NodeKind::Scalar(_) => ignore(item, None, None, region),
        NodeKind::Mapping(mapping) => {
            if let Some(other) = mapping.entries.iter().find(|entry| !is_known(entry)) {
                let name = other.key.as_text().unwrap_or_default();
                return Err(format!("unknown key `{name}`: expected `rule`, `reason` or `until`"));
            }
            let (reason, until) = (string(mapping, "reason")?, string(mapping, "until")?.map(str::parse).transpose()?);
            if reason.is_some_and(expiry::is_in) {
                return Err("write the date as a separate key: `until: 2027-01-31`".to_owned());
            }
            let rule = &mapping.get("rule").ok_or_else(wanted)?.value;
            ignore(rule, reason.map(str::to_owned), until, region)
        }
        NodeKind::Sequence(_) | NodeKind::Alias(_) => Err(wanted()),
    }
}

fn ignore(name: &Node, reason: Option<String>, until: Option<Date>, region: Span) -> Result<SuppressionSource, String> {
    let id = name.as_text().ok_or_else(wanted)?;
    let rule = rules::evaluating(id);
    let old_ids = rules::renamed(id).map(|_| id.to_owned()).into_iter().collect();
    let suppression = Suppression { reason, until, ..Suppression::new(SuppressedBy::Metadata, Some(name.span)) };
    Ok(SuppressionSource { rules: vec![rule], old_ids, region: Some(region), suppression, is_own: true })
}

fn string<'a>(mapping: &'a Mapping, key: &str) -> Result<Option<&'a str>, String> {
    match mapping.get(key).map(|entry| entry.value.as_text()) {
        Some(None) => Err(format!("`{key}` must be a string")),
        Some(text) => Ok(text),
        None => Ok(None),
    }
}

fn wanted() -> String {
    "write it as `{ rule: RULE, reason: REASON }`".to_owned()
}

fn is_known(entry: &Entry) -> bool {
    entry.key.as_text().is_some_and(|key| ["rule", "reason", "until"].contains(&key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// Returns the number of valid suppressions, and the messages about invalid ones.
    fn read(metadata: &str) -> (usize, Vec<String>) {
        let text = format!("Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Metadata:\n      {metadata}\n");
        let sources = Sources::default();
        let id = sources.add("/t.yaml".as_ref(), text.into_bytes());
        let ignores = Ignores::read(id, &sources.file(id), &[]);
        (ignores.all.len(), ignores.misread.into_iter().map(|(_, message)| message).collect())
    }

    #[test]
    fn keys_that_are_almost_the_name_are_told() {
        let entry = "{ ignore: [stopped-trail] }";
        assert_eq!(read(&format!("trailint: {entry}")), (1, Vec::new()));
        for key in [
            "TrailLint",
            "Trailint",
            "trail-int",
            "trailint.ignore",
            "\"trailint: ignore\"",
            "trailint/ignore",
            "TRAILINT_IGNORE",
        ] {
            let (counted, messages) = read(&format!("{key}: {entry}"));
            assert_eq!(counted, 0, "{key}");
            assert!(messages.len() == 1 && messages[0].starts_with("unknown key `"), "{key} {messages:?}");
        }
        for key in ["Trail", "cfn-lint", "aws:cdk:path", "cfn_nag", "ignore", "TrailOwner"] {
            assert_eq!(read(&format!("{key}: {entry}")), (0, Vec::new()), "{key}");
        }
    }

    #[test]
    fn a_last_day_within_a_reason_is_told() {
        let reason =
            |text: &str| read(&format!("trailint: {{ ignore: [{{ rule: stopped-trail, reason: \"{text}\" }}] }}"));
        for text in ["until 2020-01-31", "until=2020-01-31", "exp:2020-01-31", "valid until: 31 Jan 2020"] {
            assert_eq!(reason(text).1, ["write the date as a separate key: `until: 2027-01-31`"], "{text}");
        }
        assert_eq!(reason("accepted since 2020-01-31"), (1, Vec::new()));
    }
}
