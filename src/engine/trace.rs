//! Queries to a check about the steps that lead to a trail's values: `trailint trace`, and the values at a place of a
//! text.

mod paths;

use std::collections::HashSet;

use super::assemble::clip_to_line;
use super::assign::{Assignment, assignments};
use super::evaluation_order::{CreatedTrails, evaluate_in_order};
use super::incremental::{DeploymentKey, IncrementalCheck, Setup, key};
use super::option_use::{self, RootOptionUse};
use super::trail_instance;
use crate::error::Error;
use crate::finding::Label;
use crate::formats::LoadedProject;
use crate::model::{Resource, SearchSubject};
use crate::named::closest;
use crate::source::{FileId, SourceFile, Sources, is_known_interface};
use crate::value::{Budget, Data, Known, Traced, Unknown, World};

/// The answer to `trace`: the paths of values.
#[derive(Debug)]
pub struct Trace {
    /// The files that spans point into.
    pub sources: Sources,
    /// The arguments that match the query.
    pub arguments: Vec<TracedArgument>,
}

/// An argument of a trail, or the existence of the trail.
#[derive(Debug)]
pub struct TracedArgument {
    /// The address of the trail with the path of the argument.
    pub name: String,
    /// The ways in which its value may come about; one if nothing is undecided.
    pub paths: Vec<TracePath>,
    /// The argument's own name, and the module and versions of the known interface that sets it.
    known: Option<(String, String)>,
}

/// One way in which a value comes about.
#[derive(Debug, PartialEq, Eq)]
pub struct TracePath {
    /// The result, which follows the name: "is `true`".
    pub outcome: String,
    /// The decisions that lead this way.
    pub decisions: Vec<String>,
    /// The hops, from the trail to the place that decides the value.
    pub steps: Vec<Label>,
    /// The command or option that makes the value known.
    pub help: Option<String>,
}

impl TracePath {
    /// The decisions that lead this way, worded to follow the outcome: " when `var.a = 1`". Empty without decisions.
    pub fn condition(&self) -> String {
        let decisions: Vec<String> = self.decisions.iter().map(|decision| format!("`{decision}`")).collect();
        if decisions.is_empty() { String::new() } else { format!(" when {}", decisions.join(" and ")) }
    }
}

/// The name under which a trail's Region is shown, also if no argument sets it.
const REGION: &str = "region";

/// The query: an address, optionally followed by the path of an argument.
#[derive(Debug)]
struct TraceQuery<'a> {
    /// `None` matches everything.
    text: Option<&'a str>,
}

/// A run of the evaluation: the instances in a world.
type TraceRun = (Vec<Resource>, World);

/// An instance in each world in which there is one.
type InstanceByWorld<'a> = Vec<(&'a Resource, &'a World)>;

impl IncrementalCheck {
    /// Follows the values of all trails that `question` names: `ADDRESS` or `ADDRESS.ATTRIBUTE`.
    pub(super) fn trace(self, question: &str, setup: Setup<'_>) -> Result<Trace, Error> {
        let settings = setup.settings;
        let question = TraceQuery { text: Some(question) };
        let answers: Vec<TraceAnswers> = evaluate_in_order(
            &self.projects,
            setup.context(&self.sources, &self.caches),
            settings,
            |assignments: Vec<Assignment<'_>>| assignments.iter().map(|one| question.results(one)).collect(),
            |answers| &answers.created,
        );
        let (mut trails, mut arguments, mut takes) = (Vec::new(), Vec::new(), Vec::new());
        for answers in answers {
            takes.push(answers.option_use);
            trails.extend(answers.trails);
            arguments.extend(answers.arguments);
        }
        if let Some(refused) = option_use::refusal(&takes, &settings.evaluation, &self.sources) {
            return Err(refused);
        }
        clip_steps(&mut arguments, &self.sources);
        if arguments.is_empty() {
            return Err(question.not_found(&trails, self.scan.files));
        }
        Ok(Trace { arguments, sources: self.sources })
    }

    /// The arguments of all trails to whose value the text at the offset contributes: as the place where it is set, or
    /// as the value of the name before it on the line.
    pub fn arguments_at(&self, file: FileId, offset: u32, setup: Setup<'_>) -> Vec<TracedArgument> {
        let context = setup.context(&self.sources, &self.caches);
        let text = self.sources.file(file);
        let all = self.projects.iter().flat_map(|candidate| assignments(candidate, context, setup.settings));
        let reaching: HashSet<&DeploymentKey> = self
            .deployments
            .iter()
            .filter(|(_, paid)| paid.outcome.dependencies.has_file(file))
            .map(|(key, _)| key)
            .collect();
        let reached = all.filter(|assignment| reaching.contains(&key(assignment)));
        let mut arguments: Vec<TracedArgument> =
            reached.flat_map(|assignment| TraceQuery { text: None }.results(&assignment).arguments).collect();
        clip_steps(&mut arguments, &self.sources);
        let distances =
            arguments.iter().flat_map(|argument| &argument.paths).filter_map(|way| distance(way, file, offset, &text));
        let Some(nearest) = distances.min() else { return Vec::new() };
        for argument in &mut arguments {
            argument.paths.retain(|way| distance(way, file, offset, &text) == Some(nearest));
        }
        arguments.retain(|argument| !argument.paths.is_empty());
        arguments
    }
}

/// Shortens the labels of the steps to one line.
fn clip_steps(arguments: &mut [TracedArgument], sources: &Sources) {
    for argument in arguments {
        for way in &mut argument.paths {
            if let Some((name, module)) = &argument.known {
                summarize_known(&mut way.steps, name, module, sources);
            }
            for label in &mut way.steps {
                label.span = sources.outermost(label.span);
                clip_to_line(label, sources);
            }
        }
    }
}

/// Replaces the steps within a known interface, which is no code of the user, by one step at the call.
fn summarize_known(steps: &mut Vec<Label>, name: &str, module: &str, sources: &Sources) {
    let is_known = |label: &Label| is_known_interface(&sources.file(label.span.file).path);
    let Some((place, first)) = steps.iter().enumerate().find(|(_, label)| is_known(label)) else { return };
    let span = sources.outermost(first.span);
    steps.retain(|label| !is_known(label));
    let text = match steps.is_empty() {
        true => format!("{name} is set by {module}"),
        false => format!("passed on by {module} to {name}"),
    };
    steps.insert(place.min(steps.len()), Label { span, text });
}

/// The distance of the nearest step of a value's path from an offset; `None` if no step is at the offset or behind it
/// on its line.
fn distance(way: &TracePath, id: FileId, offset: u32, file: &SourceFile) -> Option<u32> {
    let line = file.position(offset).line;
    way.steps
        .iter()
        .filter_map(|label| {
            let span = label.span;
            let is_near = span.file == id && offset <= span.end && file.position(span.start).line == line;
            is_near.then(|| span.start.saturating_sub(offset))
        })
        .min()
}

/// A trail that a query may name.
struct TracedTrail {
    address: String,
    /// The attributes that are shown if the query names them.
    shown: Vec<String>,
}

/// The results of a query about one deployment.
#[derive(Default)]
struct TraceAnswers {
    trails: Vec<TracedTrail>,
    arguments: Vec<TracedArgument>,
    created: CreatedTrails,
    option_use: RootOptionUse,
}

impl TraceQuery<'_> {
    /// Returns the results for the trails of a deployment.
    fn results(&self, assignment: &Assignment<'_>) -> TraceAnswers {
        let budget = Budget::new(Budget::steps_for(0));
        let (opened, project) = (assignment.open(&budget), assignment.candidate.project.as_ref());
        let created = CreatedTrails::of_project(opened.as_ref(), &budget, project, assignment.context.sources);
        let mut answers = TraceAnswers { created, ..TraceAnswers::default() };
        if project.called().is_none() || !answers.created.is_empty() {
            answers.option_use = RootOptionUse::of(project.root(), opened.as_ref());
        }
        for site in 0..opened.sites(SearchSubject::Trails) {
            let runs = trail_instance::runs(&budget, |world| opened.resources(SearchSubject::Trails, site, world));
            self.add_arguments(opened.as_ref(), &runs, &mut answers);
        }
        if let Some(name) = assignment.name {
            answers.arguments.iter_mut().for_each(|argument| argument.name.push_str(&format!(" in `{name}`")));
        }
        answers
    }

    /// Adds the queried arguments of the instances that one declaration creates.
    fn add_arguments(&self, project: &dyn LoadedProject, runs: &[TraceRun], answers: &mut TraceAnswers) {
        let TraceAnswers { trails, arguments, .. } = answers;
        for instance in instances(runs) {
            let Some((first, _)) = instance.first() else { continue };
            let names = first.kind.shape.iter().map(|argument| argument.name.to_owned());
            trails.push(TracedTrail { address: first.address.clone(), shown: names.collect() });
            let Some(attribute) = self.attribute_of(&first.address) else { continue };
            if attribute.is_empty() {
                arguments.extend(paths::existence(first, runs, project));
            }
            for path in paths(&instance, attribute).into_iter().filter(|path| is_part(path, attribute)) {
                arguments.push(paths::argument(&instance, &path, project));
            }
            if is_part(REGION, attribute) {
                arguments.push(paths::region(&instance, first, project));
            }
        }
    }

    /// Returns the path of the queried argument, if the query matches this address. The query may omit the keys of
    /// instances.
    fn attribute_of(&self, address: &str) -> Option<&str> {
        let Some(text) = self.text else { return Some("") };
        [address.to_owned(), without_keys(address)].iter().find_map(|address| {
            let rest = text.strip_prefix(address.as_str())?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
        })
    }

    fn not_found(&self, trails: &[TracedTrail], files: usize) -> Error {
        for TracedTrail { address, shown } in trails {
            if let Some(attribute) = self.attribute_of(address) {
                let (address, attribute) = (address.clone(), attribute.to_owned());
                return Error::NoArgument { address, attribute, shown: shown.clone() };
            }
        }
        let text = self.text.unwrap_or_default();
        let mut addresses: Vec<String> = Vec::new();
        for trail in trails {
            if !addresses.contains(&trail.address) {
                addresses.push(trail.address.clone());
            }
        }
        let similar = || closest(text, addresses.iter().map(String::as_str)).map(str::to_owned);
        let suggestion = addresses.iter().find_map(|address| with_modules(text, address)).or_else(similar);
        Error::NoTrail { address: text.to_owned(), files, suggestion, addresses }
    }
}

/// Returns the query with the modules or stacks of an address, if the query is about this address without them.
fn with_modules(text: &str, address: &str) -> Option<String> {
    let whole = without_keys(address);
    let module_end =
        whole.strip_prefix("module.").and_then(|_| whole.rfind(".module.")).map_or(0, |at| at.saturating_add(1));
    let local = match whole.get(module_end..)?.strip_prefix("module.") {
        Some(rest) => rest.split_once('.')?.1,
        None => whole.rsplit_once('/')?.1,
    };
    let attribute = without_keys(text).strip_prefix(local)?.to_owned();
    (attribute.is_empty() || attribute.starts_with('.')).then(|| format!("{address}{attribute}"))
}

/// The resources of the runs by address, without the entry for a resource that isn't created unless it is the only one.
fn instances(runs: &[TraceRun]) -> Vec<InstanceByWorld<'_>> {
    let mut instances: Vec<InstanceByWorld<'_>> = Vec::new();
    let is_any_created =
        runs.iter().any(|(resources, _)| resources.iter().any(|resource| resource.exists.value != Known(false)));
    for (resources, world) in runs {
        for resource in resources.iter().filter(|resource| !is_any_created || resource.exists.value != Known(false)) {
            match instances.iter_mut().find(|seen| seen.first().is_some_and(|(own, _)| own.address == resource.address))
            {
                Some(seen) => seen.push((resource, world)),
                None => instances.push(vec![(resource, world)]),
            }
        }
    }
    instances
}

/// An address without the keys of instances.
fn without_keys(address: &str) -> String {
    let mut depth = 0_usize;
    let mut outside = String::new();
    for c in address.chars() {
        match c {
            '[' => depth = depth.saturating_add(1),
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    outside
}

/// Returns the paths of an instance's arguments in the order of its shape: all that are set in some world, and the
/// boolean switches and the queried argument even if they aren't set.
fn paths(instance: &InstanceByWorld<'_>, queried: &str) -> Vec<String> {
    let Some((first, _)) = instance.first() else { return Vec::new() };
    let mut paths = Vec::new();
    for argument in first.kind.shape.iter().filter(|argument| argument.name != REGION) {
        let values = instance.iter().filter_map(|(resource, _)| match &resource.body {
            Known(body) => body.field(argument.name),
            Unknown(_) => None,
        });
        let mut own = Vec::new();
        values.for_each(|field| leaves(argument.name.to_owned(), &field.value, &mut own));
        let is_switch = first.kind.dialect().is_some_and(|dialect| dialect.absent(argument.name).is_some());
        if own.is_empty() && (is_switch || argument.name == queried) {
            own.push(argument.name.to_owned());
        }
        paths.extend(own);
    }
    let mut is_new = HashSet::new();
    paths.retain(|path| is_new.insert(path.clone()));
    paths
}

/// Adds the paths of values without nested objects. The depth is limited by the shape or the value.
fn leaves(path: String, value: &Traced<Data>, paths: &mut Vec<String>) {
    match &value.value {
        Known(Data::List(list)) if list.items.iter().any(|item| matches!(item.value, Known(Data::Object(_)))) => {
            for (index, item) in list.items.iter().enumerate() {
                leaves(format!("{path}[{index}]"), item, paths);
            }
        }
        Known(Data::Object(object)) => {
            for field in &object.fields {
                leaves(format!("{path}.{}", field.key), &field.value, paths);
            }
        }
        Known(_) | Unknown(_) => paths.push(path),
    }
}

/// True if `path` equals the queried path or lies in it.
fn is_part(path: &str, asked: &str) -> bool {
    asked.is_empty() || path.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
