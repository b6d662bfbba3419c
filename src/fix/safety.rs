//! Whether anything but the trails of a finding changes with a fix.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::texts::{Enclosing, ParsedFiles, before_empty, holds, last_before};
use super::{Edit, Safety, blocks, deciding};
use crate::model::{Remedy, RemedyKind, dialects};
use crate::report::{DeploymentResult, Diagnostic, TrailExistence, TrailResult};
use crate::source::Span;
use crate::syntax::Language;
use crate::syntax::node::Node;
use crate::value::{Hop, HopKind, Origin};

/// What selects data events, each of which is billed.
const DATA_EVENTS: [&str; 4] = ["data_resource", "data_resources", "DataResources", "resources.type"];

/// What makes a trail record more of the events that its selectors select.
const WIDENING: [&str; 5] =
    ["is_multi_region_trail", "IsMultiRegionTrail", "enable_logging", "is_logging", "IsLogging"];

/// The types of trails.
const KINDS: [&str; 3] = [dialects::AWS.kind, dialects::AWSCC.kind, dialects::CLOUDFORMATION.kind];

/// The trails that are created, or may be, each with its deployment.
pub(super) struct Trails<'r> {
    by_name: HashMap<(&'r str, Option<&'r str>, &'r str), TrailCreation<'r>>,
    by_header: HashMap<Span, Vec<TrailCreation<'r>>>,
    /// Whose trails are written at a header, by how many calls outwards that is asked, as far as somebody has.
    owners: RefCell<HashMap<(Span, usize), DecidedTrails<'r>>>,
}

type TrailCreation<'r> = (&'r DeploymentResult, &'r TrailResult);

/// Those for whose trails one text decides.
#[derive(Default)]
struct DecidedTrails<'r> {
    /// Calls, each in its deployment.
    calls: HashSet<(RootAndName<'r>, Vec<String>)>,
    /// Deployments that decide for themselves, by their roots.
    roots: HashMap<&'r str, HashSet<RootAndName<'r>>>,
}

/// The root and the name of one.
type RootAndName<'r> = (&'r str, Option<&'r str>);

impl<'r> Trails<'r> {
    pub(super) fn new(deployments: &'r [DeploymentResult]) -> Self {
        let mut trails = Self { by_name: HashMap::new(), by_header: HashMap::new(), owners: RefCell::default() };
        for judged in deployments {
            for trail in judged.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
                let name = (judged.root.as_str(), judged.name.as_deref(), trail.address.as_str());
                trails.by_name.insert(name, (judged, trail));
                trails.by_header.entry(trail.header).or_default().push((judged, trail));
            }
        }
        trails
    }

    /// What several calls or deployments bring changes for all of them.
    pub(super) fn safety(&self, finding: &Diagnostic, wish: &Remedy) -> Safety {
        let Diagnostic { deployment, deployment_name, address, .. } = finding;
        let name = (deployment.as_deref(), address.as_deref());
        let (Some(root), Some(address)) = name else { return Safety::Unsafe };
        let Some((own, trail)) = self.by_name.get(&(root, deployment_name.as_deref(), address)) else {
            return Safety::Unsafe;
        };
        let outwards = calls_out(wish);
        let mut known = self.owners.borrow_mut();
        let owners = known.entry((trail.header, outwards)).or_insert_with(|| self.owners(trail.header, outwards));
        // What a root decides is for its own trails.
        let roots = owners.roots.get(own.root.as_str()).map_or(0, HashSet::len);
        if owners.calls.len().saturating_add(roots) > 1 { Safety::Unsafe } else { Safety::Safe }
    }

    fn owners(&self, header: Span, outwards: usize) -> DecidedTrails<'r> {
        let mut owners = DecidedTrails::default();
        for (judged, trail) in self.by_header.get(&header).into_iter().flatten() {
            let deployment = (judged.root.as_str(), judged.name.as_deref());
            let calls = owner(&trail.address, outwards);
            if calls.is_empty() {
                owners.roots.entry(deployment.0).or_default().insert(deployment);
            } else {
                owners.calls.insert((deployment, calls));
            }
        }
        owners
    }
}

/// How many calls outwards of the trail the place lies that decides.
fn calls_out(wish: &Remedy) -> usize {
    let is_call = |hop: &&Hop| {
        matches!(hop.step, HopKind::ModuleArgument { .. } | HopKind::ModuleCall { .. } | HopKind::StackParameter { .. })
    };
    wish.hops.iter().filter(is_call).count()
}

/// The calls that lead to the module in which a trail, or the last but `outwards` of its calls, is written.
fn owner(address: &str, outwards: usize) -> Vec<String> {
    let address = without_keys(address);
    let mut calls: Vec<String> = match address.strip_prefix("module.") {
        Some(rest) => {
            rest.split(".module.").map(|call| call.split('.').next().unwrap_or_default().to_owned()).collect()
        }
        None => address.split('/').map(str::to_owned).collect(),
    };
    if !address.starts_with("module.") {
        // The last part is the trail.
        calls.pop();
    }
    calls.truncate(calls.len().saturating_sub(outwards));
    calls
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
pub(super) fn of_wish(wish: &Remedy, edits: &[Edit], texts: &ParsedFiles<'_>) -> Safety {
    let is_own = |hop: &Hop| {
        matches!(
            hop.step,
            HopKind::Arm(_)
                | HopKind::Misspelt(_)
                | HopKind::Member(_)
                | HopKind::Element(_)
                | HopKind::Argument
                | HopKind::Repetition(_)
        )
    };
    let is_misspelt = wish.hops.iter().any(|hop| matches!(hop.step, HopKind::Misspelt(_)));
    let is_safe = !wish.is_billed
        && wish.replaced().is_none()
        && !selects_data_events(wish, texts)
        && !widens_data_events(wish, texts)
        && (is_misspelt || edits.iter().all(|edit| is_simple(edit, texts)))
        && (is_in_trail(wish, edits, texts) && wish.hops.iter().all(is_own) || is_read_once(wish, texts));
    if is_safe { Safety::Safe } else { Safety::Unsafe }
}

/// A direction holds for the data events of a selector, too.
fn selects_data_events(wish: &Remedy, texts: &ParsedFiles<'_>) -> bool {
    let RemedyKind::Set { value: "All", .. } = wish.change else { return false };
    let place = before_empty(wish.origin.span());
    let around = match texts.around(place) {
        Some(Enclosing::Block(outer)) => blocks::find(&outer, |block| holds(block.span, place)).map(|block| block.span),
        Some(Enclosing::Attribute(_) | Enclosing::Nothing) | None => None,
    };
    let mapping = texts.path(place).into_iter().rev().find(|node| node.as_mapping().is_some()).map(|node| node.span);
    // The selector may be written where its value comes from.
    let passed = wish.hops.iter().filter(|hop| !matches!(hop.step, HopKind::ModuleCall { .. })).map(|hop| hop.span);
    let names_data = |span| {
        let text = texts.slice(span);
        DATA_EVENTS.iter().any(|name| text.contains(name))
    };
    around.or(mapping).into_iter().chain(passed).any(names_data)
}

/// True if the trail records data events, and then more of them.
fn widens_data_events(wish: &Remedy, texts: &ParsedFiles<'_>) -> bool {
    let is_widened = matches!(wish.change, RemedyKind::Set { name, .. } if WIDENING.contains(&name));
    let trail = trail_around(wish.origin.span(), texts).filter(|_| is_widened);
    let text = trail.map(|trail| texts.slice(trail)).unwrap_or_default();
    DATA_EVENTS.iter().any(|name| text.contains(name))
}

/// Whether nothing but a literal or white space is replaced, or something is taken away as was asked for.
fn is_simple(edit: &Edit, texts: &ParsedFiles<'_>) -> bool {
    let old = texts.slice(edit.span);
    let language = texts.language(edit.span.file);
    // A conditional with such an arm is more.
    let is_no_value = language != Language::Hcl && old.contains("AWS::NoValue") && !old.contains("If");
    edit.text.is_empty() || old.trim().is_empty() || deciding::is_literal(&old, language) || is_no_value
}

/// Whether all that changes lies in the declaration of a trail.
///
/// A text that is inserted becomes part of the block or mapping that the wish names. In block-style YAML its place may
/// be behind the end of that mapping.
fn is_in_trail(wish: &Remedy, edits: &[Edit], texts: &ParsedFiles<'_>) -> bool {
    let mut trail: Option<Span> = None;
    edits.iter().all(|edit| {
        let place = if edit.span.is_empty() { wish.origin.span() } else { edit.span };
        if !trail.is_some_and(|trail| holds(trail, place)) {
            trail = trail_around(place, texts);
        }
        trail.is_some()
    })
}

/// The declaration of a trail that holds a place.
fn trail_around(place: Span, texts: &ParsedFiles<'_>) -> Option<Span> {
    let place = before_empty(place);
    match texts.around(place) {
        Some(Enclosing::Block(block)) => {
            let is_trail = block.labels.first().is_some_and(|label| KINDS.contains(&label.text.as_str()));
            (block.kind.text == "resource" && is_trail).then_some(block.span)
        }
        Some(Enclosing::Attribute(_) | Enclosing::Nothing) => None,
        None => {
            let path = texts.path(place);
            let declared = path.iter().skip(1).find(|node| is_template_trail(node, texts)).map(|node| node.span);
            declared.or_else(|| path.iter().find_map(|node| below_kind(node, place)))
        }
    }
}

/// Whether a node is a resource of a template that names the type of a trail.
fn is_template_trail(node: &Node, texts: &ParsedFiles<'_>) -> bool {
    let is_resource = || node.as_mapping().is_some_and(|mapping| mapping.get("Properties").is_some());
    let names_trail = || {
        let text = texts.slice(node.span);
        KINDS.iter().any(|kind| text.contains(kind))
    };
    *texts.declares_trail.borrow_mut().entry(node.span).or_insert_with(|| is_resource() && names_trail())
}

/// What Terraform's JSON has below the type of a trail, if that holds a place.
fn below_kind(node: &Node, place: Span) -> Option<Span> {
    let entry = last_before(&node.as_mapping()?.entries, place, |entry| entry.key.span)?;
    let is_trail = entry.key.as_text().is_some_and(|key| KINDS.contains(&key));
    Some(entry.value.whole()).filter(|trail| is_trail && holds(*trail, place))
}

/// Whether each step of the way is taken by this trail alone, as far as the texts tell.
fn is_read_once(wish: &Remedy, texts: &ParsedFiles<'_>) -> bool {
    let places = std::iter::once(wish.origin.span()).chain(wish.hops.iter().map(|hop| hop.span));
    let is_absent = matches!(wish.origin, Origin::Absent(_));
    let is_alone = |(from, (index, hop)): (Span, (usize, &Hop))| {
        let member = member(wish.hops.get(index.saturating_add(1)..).unwrap_or_default());
        match &hop.step {
            HopKind::Arm(_) | HopKind::Argument | HopKind::Repetition(_) => true,
            // The object changes, and not the default.
            HopKind::MemberDefault(_) | HopKind::NoMember(_) => wish.unset_member().is_some(),
            // Who else decodes a file isn't known.
            HopKind::Member(_) | HopKind::Element(_) => from.file == hop.span.file,
            HopKind::Local(name) => readers(&format!("local.{name}"), member, from, texts) == 1,
            HopKind::VariableDefault(name)
            | HopKind::VariableValue(name)
            | HopKind::ModuleArgument { name, .. }
            | HopKind::ModuleCall { name, .. } => readers(&format!("var.{name}"), member, from, texts) == 1,
            // The declaration is one of the two places that name it.
            HopKind::ParameterDefault(name) | HopKind::ParameterValue(name) | HopKind::StackParameter { name, .. } => {
                words(&texts.file(from.file).text, name, None, texts) == 2
            }
            _ => false,
        }
    };
    let is_name = |hop: &Hop| !matches!(hop.step, HopKind::Member(_) | HopKind::Element(_) | HopKind::Repetition(_));
    !is_absent && wish.hops.iter().any(is_name) && places.zip(wish.hops.iter().enumerate()).all(is_alone)
}

/// The key under which the value at the beginning of a way is read; nothing if it is read as a whole, or by another key.
fn member(hops: &[Hop]) -> Option<&str> {
    let passes_whole = |hop: &&Hop| {
        matches!(
            hop.step,
            HopKind::Local(_)
                | HopKind::VariableDefault(_)
                | HopKind::VariableValue(_)
                | HopKind::ModuleArgument { .. }
        )
    };
    match &hops.iter().find(|hop| !passes_whole(hop))?.step {
        HopKind::Member(key) | HopKind::MemberDefault(key) | HopKind::NoMember(key) => Some(key),
        _ => None,
    }
}

/// How often a reference, or a member of what it refers to, is read in the files of the module in which a place lies.
fn readers(reference: &str, member: Option<&str>, place: Span, texts: &ParsedFiles<'_>) -> usize {
    texts.beside(place.file).iter().map(|file| words(&file.text, reference, member, texts)).sum()
}

/// How often a word stands in a text by itself, other members than the one that is looked for left aside.
fn words(text: &str, word: &str, member: Option<&str>, texts: &ParsedFiles<'_>) -> usize {
    texts.search(text.len());
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let is_other = |after: &str| {
        let next = after.strip_prefix('.').map(|after| after.split(|c| !is_part(c)).next().unwrap_or_default());
        let named = next.filter(|next| next.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        member.is_some() && named.is_some() && named != member
    };
    let is_whole = |(at, _): &(usize, &str)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at.saturating_add(word.len())..).unwrap_or_default();
        !before.is_some_and(is_part) && !after.starts_with(is_part) && !is_other(after)
    };
    text.match_indices(word).filter(is_whole).count()
}
