//! Decides if a fix may change anything except the trails of its finding.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::parsed_files::{Enclosing, ParsedFiles, before_empty, holds, last_before};
use super::{blocks, remedy_edits};
use crate::edit::{Edit, Risk};
use crate::formats::landing_zone_accelerator::is_setting_of_trail;
use crate::formats::terraform::is_configuration;
use crate::model::{Remedy, RemedyKind, dialects};
use crate::report::{DeploymentResult, Diagnostic, TrailExistence, TrailResult};
use crate::source::{FileId, SourceFile, Sources, Span, is_known_interface};
use crate::syntax::Language;
use crate::syntax::node::{Entry, Node};
use crate::value::{Hop, HopKind, Origin, StepRole};

/// Names that select data events, each of which is billed.
const DATA_EVENTS: [&str; 4] = ["data_resource", "data_resources", "DataResources", "resources.type"];

/// The beginning of a variable of the Serverless Framework that includes a file.
const VARIABLE: &str = "${file(";

/// The tag of org-formation that includes a file.
const INCLUDE_TAG: &str = "!Include";

/// The trails that are or may be created, each with its deployment.
pub(super) struct Trails<'r> {
    sources: &'r Sources,
    by_name: HashMap<(&'r str, Option<&'r str>, &'r str), TrailCreation<'r>>,
    by_header: HashMap<Span, Vec<TrailCreation<'r>>>,
    /// A cache of the owners of a trail's declaration, by its header and the number of calls outwards.
    owners: RefCell<HashMap<(Span, usize), DecidedTrails<'r>>>,
    /// A cache of the files that several services or org-formation templates may include.
    shared: RefCell<HashMap<FileId, bool>>,
    /// The files that include others.
    including: OnceCell<Vec<Arc<SourceFile>>>,
}

type TrailCreation<'r> = (&'r DeploymentResult, &'r TrailResult);

/// The calls and deployments whose trails depend on one declaration.
#[derive(Default)]
struct DecidedTrails<'r> {
    /// Calls, each with its deployment.
    calls: HashSet<(RootAndName<'r>, Vec<String>)>,
    /// Deployments that declare the trail in their root, by that root.
    roots: HashMap<&'r str, HashSet<RootAndName<'r>>>,
}

/// The root and the name of a deployment.
type RootAndName<'r> = (&'r str, Option<&'r str>);

impl<'r> Trails<'r> {
    pub(super) fn new(deployments: &'r [DeploymentResult], sources: &'r Sources) -> Self {
        let (by_name, by_header) = (HashMap::new(), HashMap::new());
        let (owners, shared, including) = (RefCell::default(), RefCell::default(), OnceCell::new());
        let mut trails = Self { sources, by_name, by_header, owners, shared, including };
        for judged in deployments {
            for trail in judged.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
                let name = (judged.root.as_str(), judged.name.as_deref(), trail.address.as_str());
                trails.by_name.insert(name, (judged, trail));
                trails.by_header.entry(trail.header).or_default().push((judged, trail));
            }
        }
        trails
    }

    /// Returns a risk if several calls or deployments share the code that is changed, or if that is unknown.
    pub(super) fn risk(&self, diagnostic: &Diagnostic, remedy: &Remedy) -> Option<Risk> {
        let Diagnostic { deployment, deployment_name, address, .. } = diagnostic;
        let name = (deployment.as_deref(), address.as_deref());
        let (Some(root), Some(address)) = name else { return Some(Risk::OtherResources) };
        let Some((own, trail)) = self.by_name.get(&(root, deployment_name.as_deref(), address)) else {
            return Some(Risk::OtherResources);
        };
        if own.format == "terragrunt" && self.is_shared_by_units(own, trail, remedy) {
            return Some(Risk::OtherTrails);
        }
        if own.format == "cloudformation" && self.is_shared_by_services(trail, remedy) {
            return Some(Risk::OtherTrails);
        }
        let outwards = calls_out(remedy);
        let mut known = self.owners.borrow_mut();
        let owners = known.entry((trail.header, outwards)).or_insert_with(|| self.owners(trail.header, outwards));
        // Code in a root module affects only the trails of that root.
        let roots = owners.roots.get(own.root.as_str()).map_or(0, HashSet::len);
        (owners.calls.len().saturating_add(roots) > 1).then_some(Risk::OtherTrails)
    }

    /// True if other units of Terragrunt may use the code that is changed: a file outside of the unit's directory that
    /// isn't part of a module, or a module that several units deploy.
    fn is_shared_by_units(&self, own: &DeploymentResult, trail: &TrailResult, remedy: &Remedy) -> bool {
        let span = remedy.hops.last().map_or(remedy.origin.span(), |hop| hop.span);
        let name = &self.sources.file(span.file).name;
        let (directory, file) = name.rsplit_once('/').unwrap_or((".", name));
        if directory == own.root {
            return false;
        }
        let users = self.by_header.get(&trail.header).map_or(0, Vec::len);
        !is_configuration(file) || users > 1
    }

    /// True if several services of the Serverless Framework, or several org-formation templates, may include a file on the
    /// way to the value.
    fn is_shared_by_services(&self, trail: &TrailResult, remedy: &Remedy) -> bool {
        let places = [trail.header, remedy.origin.span()].into_iter().chain(remedy.hops.iter().map(|hop| hop.span));
        let files: HashSet<FileId> = places.map(|span| span.file).collect();
        let mut shared = self.shared.borrow_mut();
        files.into_iter().any(|file| *shared.entry(file).or_insert_with(|| self.is_included_often(file)))
    }

    /// True if several files have a variable or a tag that includes a file of this name.
    fn is_included_often(&self, file: FileId) -> bool {
        let own = self.sources.file(file);
        let name = own.name.rsplit('/').next().unwrap_or_default();
        let variable_end = format!("{name})");
        let mut including = self.including_files().iter().filter(|other| {
            let has_variable = other.text.contains(VARIABLE) && other.text.contains(&variable_end);
            has_variable || other.text.contains(INCLUDE_TAG) && other.text.contains(name)
        });
        including.nth(1).is_some()
    }

    fn including_files(&self) -> &[Arc<SourceFile>] {
        self.including.get_or_init(|| {
            let files = self.sources.all().into_iter().map(|(_, file)| file);
            files.filter(|file| file.text.contains(VARIABLE) || file.text.contains(INCLUDE_TAG)).collect()
        })
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

/// Returns the number of module calls between the trail and the place that decides the value.
fn calls_out(remedy: &Remedy) -> usize {
    let is_call = |hop: &&Hop| matches!(hop.step.role(), Some(StepRole::Argument | StepRole::Call));
    remedy.hops.iter().filter(is_call).count()
}

/// Returns the calls that lead to the module that declares a trail, without the last `outwards` of them.
fn owner(address: &str, outwards: usize) -> Vec<String> {
    let address = without_keys(address);
    // The names of stacks follow the address of the first one.
    let mut names = address.split('/');
    let first = names.next().unwrap_or_default();
    let mut calls: Vec<String> = Vec::new();
    let mut rest = first;
    let call_in = |rest: &str| {
        ["module.", "component.", "stack."].iter().find_map(|keyword| rest.strip_prefix(keyword)).map(str::len)
    };
    while let Some(length) = call_in(rest) {
        let call = rest.get(rest.len().saturating_sub(length)..).unwrap_or_default();
        let (name, inner) = call.split_once('.').unwrap_or((call, ""));
        calls.push(name.to_owned());
        rest = inner;
    }
    calls.push(rest.to_owned());
    calls.extend(names.map(str::to_owned));
    // The last part is the trail itself.
    calls.pop();
    calls.truncate(calls.len().saturating_sub(outwards));
    calls
}

/// Returns the address without the keys of `count` and `for_each`.
fn without_keys(address: &str) -> String {
    address
        .split('[')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once(']').map_or("", |(_, rest)| rest) })
        .collect()
}

/// Returns the risk of a change that affects billed events, replaces logic, or edits a place that other code reads.
pub(super) fn risk_of(remedy: &Remedy, edits: &[Edit], texts: &ParsedFiles<'_>) -> Option<Risk> {
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
    let is_misspelt = remedy.hops.iter().any(|hop| matches!(hop.step, HopKind::Misspelt(_)));
    if remedy.may_increase_cost || selects_data_events(remedy, texts) || widens_data_events(remedy, texts) {
        return Some(Risk::Costs);
    }
    if remedy.replaced().is_some() || !is_misspelt && !edits.iter().all(|edit| is_simple(edit, texts)) {
        return Some(Risk::Expression);
    }
    let is_alone = is_in_trail(remedy, edits, texts) && remedy.hops.iter().all(is_own) || is_read_once(remedy, texts);
    (!is_alone).then_some(Risk::OtherResources)
}

/// True if a change of `read_write_type` also applies to the data events of a selector.
fn selects_data_events(remedy: &Remedy, texts: &ParsedFiles<'_>) -> bool {
    let RemedyKind::Set { value: "All", .. } = remedy.change else { return false };
    let place = before_empty(remedy.origin.span());
    let around = match texts.around(place) {
        Some(Enclosing::Block(outer)) => blocks::find(&outer, |block| holds(block.span, place)).map(|block| block.span),
        Some(Enclosing::Attribute(_) | Enclosing::Nothing) | None => None,
    };
    let mapping = texts.path(place).into_iter().rev().find(|node| node.as_mapping().is_some()).map(|node| node.span);
    // The selector may be declared where its value comes from.
    let passed = remedy.hops.iter().filter(|hop| hop.step.role() != Some(StepRole::Call)).map(|hop| hop.span);
    let names_data = |span| {
        let text = texts.slice(span);
        DATA_EVENTS.iter().any(|name| text.contains(name))
    };
    around.or(mapping).into_iter().chain(passed).any(names_data)
}

/// True if the trail records data events and would record more of them.
fn widens_data_events(remedy: &Remedy, texts: &ParsedFiles<'_>) -> bool {
    let is_widened = matches!(remedy.change, RemedyKind::Set { name, .. } if dialects::widens_recording(name));
    if !is_widened {
        return false;
    }
    let place = remedy.origin.span();
    let text = if is_known_interface(&texts.file(place.file).path) {
        // The interface of a module has the blocks for data events, and the code that uses it selects them.
        texts.file(remedy.target().file).text.clone()
    } else {
        trail_around(place, texts).map(|trail| texts.slice(trail)).unwrap_or_default()
    };
    DATA_EVENTS.iter().any(|name| text.contains(name))
}

/// True if an edit replaces only a literal or white space, or removes the code that the change is about.
fn is_simple(edit: &Edit, texts: &ParsedFiles<'_>) -> bool {
    let old = texts.slice(edit.span);
    let language = texts.language(edit.span.file);
    // A conditional with such an arm is logic.
    let is_no_value = language != Language::Hcl && old.contains("AWS::NoValue") && !old.contains("If");
    edit.text.is_empty() || old.trim().is_empty() || remedy_edits::is_literal(&old, language) || is_no_value
}

/// True if all edits are in the declaration of a trail.
///
/// An inserted text becomes part of the block or mapping that the change names. In block-style YAML its place may be
/// behind the end of that mapping.
fn is_in_trail(remedy: &Remedy, edits: &[Edit], texts: &ParsedFiles<'_>) -> bool {
    let mut trail: Option<Span> = None;
    edits.iter().all(|edit| {
        let place = if edit.span.is_empty() { remedy.origin.span() } else { edit.span };
        if !trail.is_some_and(|trail| holds(trail, place)) {
            trail = trail_around(place, texts);
        }
        trail.is_some()
    })
}

/// Returns the declaration of the trail around a place.
fn trail_around(place: Span, texts: &ParsedFiles<'_>) -> Option<Span> {
    let place = before_empty(place);
    if texts.language(place.file) != Language::Hcl {
        let path = texts.path(place);
        let declared = path.iter().skip(1).find(|node| is_template_trail(node, texts)).map(|node| node.span);
        let declared = declared.or_else(|| path.first().and_then(|root| resource_part(root, place)));
        let is_setting = path.first().is_some_and(|root| is_setting_of_trail(root, place));
        if is_setting {
            return Some(place);
        }
        return declared.or_else(|| named_trail(&path, place));
    }
    let (span, header) = texts.header(place)?;
    let is_trail = match header_kind(&header) {
        Some(kind) => dialects::is_trail(kind),
        // Comments and escapes are left to the parser.
        None => match texts.around(place)? {
            Enclosing::Block(block) => {
                let is_trail = block.labels.first().is_some_and(|label| dialects::is_trail(&label.text));
                block.kind.text == "resource" && is_trail
            }
            Enclosing::Attribute(_) | Enclosing::Nothing => false,
        },
    };
    is_trail.then_some(span)
}

/// Returns the type in the header of a resource block; `None` if it isn't a simple quoted string.
fn header_kind(header: &str) -> Option<&str> {
    let mut parts = header.split('"');
    let (keyword, kind) = (parts.next()?, parts.next()?);
    (keyword.trim() == "resource" && !kind.contains('\\')).then_some(kind)
}

/// True if a node is a resource of a template and contains the resource type of a trail.
fn is_template_trail(node: &Node, texts: &ParsedFiles<'_>) -> bool {
    let is_resource = || node.as_mapping().is_some_and(|mapping| mapping.get("Properties").is_some());
    let names_trail = || {
        let text = texts.slice(node.span);
        dialects::DIALECTS.iter().any(|dialect| text.contains(dialect.kind))
    };
    *texts.declares_trail.borrow_mut().entry(node.span).or_insert_with(|| is_resource() && names_trail())
}

/// Returns the part of a resource around a place that a service of the Serverless Framework merges into the template:
/// a resource without a type in `Resources` or `extensions`, or a resource in a file of its own.
fn resource_part(root: &Node, place: Span) -> Option<Span> {
    let mapping = root.as_mapping()?;
    if mapping.get("Properties").is_some() && mapping.get("Type").is_some() {
        return Some(root.span);
    }
    let resources = mapping.get("resources").map_or(root, |entry| &entry.value);
    let items = resources.as_sequence().map(|items| items.iter().map(|item| &**item).collect());
    for template in items.unwrap_or_else(|| vec![resources]) {
        let Some(section) = entry_around(template, place) else { continue };
        let is_merged = matches!(section.key.as_text(), Some("Resources" | "extensions"));
        let resource = entry_around(&section.value, place).filter(|_| is_merged)?;
        let is_part = resource.value.as_mapping().is_some_and(|resource| resource.get("Type").is_none());
        return is_part.then(|| resource.key.span.to(resource.value.whole()));
    }
    None
}

/// Returns the declaration of the trail around a place in Terraform's JSON: below the resource type, the name with its
/// value.
fn named_trail(path: &[Arc<Node>], place: Span) -> Option<Span> {
    let names_kind = |node: &Arc<Node>| {
        let entry = entry_around(node, place);
        entry.and_then(|entry| entry.key.as_text()).is_some_and(dialects::is_trail)
    };
    let kind = path.iter().position(names_kind)?;
    // The names may be in a list of objects.
    let entry = path.iter().skip(kind.saturating_add(1)).find_map(|node| entry_around(node, place))?;
    Some(entry.key.span.to(entry.value.whole()))
}

/// Returns the entry of a mapping that contains a place, in its key or in its value.
fn entry_around(node: &Node, place: Span) -> Option<&Entry> {
    let entry = last_before(&node.as_mapping()?.entries, place, |entry| entry.key.span)?;
    holds(entry.key.span.to(entry.value.whole()), place).then_some(entry)
}

/// True if this trail alone uses each step of the value's path, as far as the text shows.
fn is_read_once(remedy: &Remedy, texts: &ParsedFiles<'_>) -> bool {
    let places = std::iter::once(remedy.origin.span()).chain(remedy.hops.iter().map(|hop| hop.span));
    let is_absent = matches!(remedy.origin, Origin::Absent(_));
    let is_alone = |(from, (index, hop)): (Span, (usize, &Hop))| {
        let member = member(remedy.hops.get(index.saturating_add(1)..).unwrap_or_default());
        match &hop.step {
            HopKind::Arm(_) | HopKind::Argument | HopKind::Repetition(_) => true,
            // The change is in the object, not in the default.
            HopKind::MemberDefault(_) | HopKind::NoMember(_) => remedy.unset_member().is_some(),
            // Other code may decode a file, too.
            HopKind::Member(_) | HopKind::Element(_) => from.file == hop.span.file,
            HopKind::Declared { kind, name, .. } => kind.reference(name).is_some_and(|reference| {
                // A bare name occurs twice: in the declaration and in one reference.
                let uses = if reference == *name { 2 } else { 1 };
                readers(&reference, member, from, texts) == uses
            }),
            _ => false,
        }
    };
    let is_name = |hop: &Hop| !matches!(hop.step, HopKind::Member(_) | HopKind::Element(_) | HopKind::Repetition(_));
    !is_absent && remedy.hops.iter().any(is_name) && places.zip(remedy.hops.iter().enumerate()).all(is_alone)
}

/// Returns the key under which the value at the beginning of a path is read; `None` if it is read as a whole or by an
/// index.
fn member(hops: &[Hop]) -> Option<&str> {
    match &hops.iter().find(|hop| !hop.step.declares_value())?.step {
        HopKind::Member(key) | HopKind::MemberDefault(key) | HopKind::NoMember(key) => Some(key),
        _ => None,
    }
}

/// Counts the uses of a reference, or of one member of it, in the files of the module that contains a place.
fn readers(reference: &str, member: Option<&str>, place: Span, texts: &ParsedFiles<'_>) -> usize {
    texts.module_files(place.file).iter().map(|file| count_word(&file.text, reference, member, texts)).sum()
}

/// Counts the occurrences of a whole word in a text, except for those that are followed by another member than
/// `member`.
fn count_word(text: &str, word: &str, member: Option<&str>, texts: &ParsedFiles<'_>) -> usize {
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
