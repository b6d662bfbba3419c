//! Whether anything but the trails of a finding changes with a fix.

use std::collections::BTreeSet;
use std::path::Path;

use super::texts::{Around, Texts, holds};
use super::{Edit, Safety, blocks, deciding};
use crate::model::{Change, Wish, dialects};
use crate::report::{Exists, Report, Reported};
use crate::source::Span;
use crate::syntax::Language;
use crate::value::{Origin, Step};

/// What selects data events, each of which is billed.
const DATA_EVENTS: [&str; 3] = ["data_resource", "data_resources", "DataResources"];

/// A trail that several calls or deployments bring changes for all of them.
pub(super) fn of_finding(finding: &Reported, report: &Report) -> Safety {
    let is_decided_outside = finding.wishes.iter().any(|wish| !wish.hops.is_empty());
    let trails = report.deployments.iter().flat_map(|judged| judged.trails.iter().map(move |trail| (judged, trail)));
    let created = trails.filter(|(_, trail)| trail.exists != Exists::Never);
    let created: Vec<_> = created.collect();
    let own = created.iter().find(|(_, trail)| Some(&trail.address) == finding.address.as_ref());
    let Some((_, own)) = own else { return Safety::Unsafe };
    let sharing = created.iter().filter(|(_, trail)| trail.header == own.header);
    let sharing: BTreeSet<(&str, Option<&str>, String)> = sharing
        .map(|(judged, trail)| (judged.root.as_str(), judged.name.as_deref(), without_keys(&trail.address)))
        .collect();
    if sharing.len() > 1 && !is_decided_outside { Safety::Unsafe } else { Safety::Safe }
}

/// The address of the declaration in its call.
fn without_keys(address: &str) -> String {
    address
        .split('[')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once(']').map_or("", |(_, rest)| rest) })
        .collect()
}

/// Logic that is replaced, events that are billed, and a place that others read.
pub(super) fn of_wish(wish: &Wish, edits: &[Edit], texts: &Texts<'_>) -> Safety {
    let is_safe = !wish.is_billed
        && !selects_data_events(wish, texts)
        && edits.iter().all(|edit| is_simple(edit, texts))
        && (is_in_trail(edits, texts) && wish.hops.iter().all(|hop| hop.step == Step::Arm)
            || is_read_once(wish, texts));
    if is_safe { Safety::Safe } else { Safety::Unsafe }
}

/// A direction holds for the data events of a selector, too.
fn selects_data_events(wish: &Wish, texts: &Texts<'_>) -> bool {
    let Change::Set { value: "All", .. } = wish.change else { return false };
    let place = wish.origin.span();
    let around = match texts.around(place) {
        Some(Around::Block(outer)) => blocks::find(&outer, |block| holds(block.span, place)).map(|block| block.span),
        Some(Around::Attribute) | None => None,
    };
    let mapping = texts.path(place).into_iter().rev().find(|node| node.as_mapping().is_some()).map(|node| node.span);
    let text = around.or(mapping).map(|span| texts.slice(span)).unwrap_or_default();
    DATA_EVENTS.iter().any(|name| text.contains(name))
}

/// Whether nothing but a literal or white space is replaced, or something is taken away as was asked for.
fn is_simple(edit: &Edit, texts: &Texts<'_>) -> bool {
    let old = texts.slice(edit.span);
    let language = texts.language(edit.span.file);
    let is_no_value = language != Language::Hcl && old.contains("AWS::NoValue");
    edit.text.is_empty() || old.trim().is_empty() || deciding::is_literal(&old, language) || is_no_value
}

/// Whether all that changes lies in the declaration of a trail.
fn is_in_trail(edits: &[Edit], texts: &Texts<'_>) -> bool {
    edits.iter().all(|edit| match texts.around(edit.span) {
        Some(Around::Block(block)) => {
            let kind = block.labels.first().map(|label| label.text.as_str());
            block.kind.text == "resource" && (kind == Some(dialects::AWS.kind) || kind == Some(dialects::AWSCC.kind))
        }
        Some(Around::Attribute) => false,
        None => texts.path(edit.span).iter().skip(1).any(|node| {
            let text = texts.slice(node.span);
            let kinds = [dialects::AWS.kind, dialects::AWSCC.kind, dialects::CLOUDFORMATION.kind];
            let is_resource = node.as_mapping().is_some_and(|mapping| mapping.get("Properties").is_some());
            is_resource && kinds.iter().any(|kind| text.contains(kind)) || is_below_kind(edit.span, &kinds, texts)
        }),
    })
}

/// Whether a place in Terraform's JSON lies below a type of trails.
fn is_below_kind(place: Span, kinds: &[&str], texts: &Texts<'_>) -> bool {
    let is_kind = |node: &crate::syntax::node::Node| {
        let Some(mapping) = node.as_mapping() else { return false };
        mapping.entries.iter().any(|entry| {
            entry.key.as_text().is_some_and(|key| kinds.contains(&key)) && holds(entry.value.whole(), place)
        })
    };
    texts.path(place).iter().any(|node| is_kind(node))
}

/// Whether each step of the way is taken by this trail alone, as far as the texts tell.
fn is_read_once(wish: &Wish, texts: &Texts<'_>) -> bool {
    let places = std::iter::once(wish.origin.span()).chain(wish.hops.iter().map(|hop| hop.span));
    let is_absent = matches!(wish.origin, Origin::Absent(_));
    !is_absent
        && !wish.hops.is_empty()
        && places.zip(&wish.hops).all(|(from, hop)| match &hop.step {
            Step::Arm => true,
            Step::Local(name) => readers(&format!("local.{name}"), from, texts) == 1,
            Step::VariableDefault(name)
            | Step::VariableValue(name)
            | Step::ModuleArgument { name, .. }
            | Step::ModuleCall { name, .. } => readers(&format!("var.{name}"), from, texts) == 1,
            // The declaration is one of the two places that name it.
            Step::ParameterDefault(name) | Step::ParameterValue(name) | Step::StackParameter { name, .. } => {
                words(&texts.file(from.file).text, name) == 2
            }
            _ => false,
        })
}

/// How often a reference stands in the files of the module in which a place lies.
fn readers(reference: &str, place: Span, texts: &Texts<'_>) -> usize {
    let directory = texts.file(place.file).directory().to_owned();
    let files = texts.sources.all();
    let is_beside = |path: &Path| path.parent() == Some(&directory);
    files.iter().filter(|(_, file)| is_beside(&file.path)).map(|(_, file)| words(&file.text, reference)).sum()
}

/// How often a word stands in a text by itself.
fn words(text: &str, word: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let is_whole = |(at, _): &(usize, &str)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at.saturating_add(word.len())..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    };
    text.match_indices(word).filter(is_whole).count()
}
