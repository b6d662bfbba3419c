//! A plan beside the files that it was made of: what it says of their variables, instances and trails.
//!
//! The user names it and mends it, so whatever is wrong with it is a sentence and no finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use super::address::{Key, split_key, without_keys};
use super::changes::{Planned, variables};
use super::configuration::Configuration;
use super::raw::{self, Change, Document, Module, Part, Text};
use crate::model::{Resource, Subject, Trail, dialects};
use crate::source::{FileId, SourceFile};
use crate::syntax::Problem;
use crate::value::{Data, Traced};

/// What makes a file that is a plan.
const HOW: &str = "write it with `terraform show -json PLANFILE`";

/// A plan, as `terraform show -json` prints it.
#[derive(Debug)]
pub struct Plan {
    /// The file.
    pub file: FileId,
    /// The file's name as the user gave it.
    pub name: String,
    /// What the root module declares: `aws_s3_bucket.logs`, `module.audit`, `var.region`.
    pub declared: BTreeSet<String>,
    /// Whether what it doesn't mention won't exist; not so for one with `-target`.
    pub is_complete: bool,
    variables: HashMap<String, Traced<Data>>,
    /// Of all resources that there will be.
    addresses: BTreeSet<String>,
    trails: BTreeMap<String, PlannedTrail>,
    /// The addresses of the trails by that of their declaration.
    declarations: BTreeMap<String, Vec<String>>,
}

/// A trail that there will be.
#[derive(Debug)]
pub struct PlannedTrail {
    /// Its arguments.
    pub resource: Resource,
    /// What they mean.
    pub trail: Trail,
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// A sentence fragment about a file that isn't a plan, or isn't one of a known version.
    pub fn read(id: FileId, name: &str, file: &SourceFile) -> Result<Self, String> {
        if !file.replaced.is_empty() {
            return Err(format!("it isn't written in UTF-8; {HOW} and save it as UTF-8"));
        }
        let text = Text { id, file };
        let told = |problem: Problem| told(&problem, file);
        let document = text.document().map_err(told)?;
        let configuration = check_kind(&document, text)?;
        let mut plan = Self {
            file: id,
            name: name.to_owned(),
            declared: configuration
                .root_module
                .as_ref()
                .map(declared)
                .ok_or_else(|| wrong("configuration.root_module"))?,
            is_complete: document.complete == Some(true) && document.deferred_changes.iter().flatten().next().is_none(),
            variables: document.variables.map_or(Ok(HashMap::new()), |part| variables(text, part)).map_err(told)?,
            addresses: BTreeSet::new(),
            trails: BTreeMap::new(),
            declarations: BTreeMap::new(),
        };
        let Some(changes) = document.resource_changes else {
            // There is none when nothing is declared, and in a plan that only refreshes.
            plan.is_complete = false;
            return Ok(plan);
        };
        let configuration = Configuration::of(text, Some(configuration), None);
        let changes: Vec<Part<'_>> = text.read(changes).map_err(|_| wrong("resource_changes"))?;
        for (index, part) in changes.into_iter().enumerate() {
            let wrong = || wrong(&format!("resource_changes[{index}]"));
            let change = text.read(part).map_err(|_| wrong())?;
            plan.add(text, &change, &configuration).map_err(|cause| cause.unwrap_or_else(wrong))?;
        }
        Ok(plan)
    }

    /// The value of a variable of the root module.
    pub fn variable(&self, name: &str) -> Option<&Traced<Data>> {
        self.variables.get(name)
    }

    /// The trail of an address.
    pub fn trail(&self, address: &str) -> Option<&PlannedTrail> {
        self.trails.get(address)
    }

    /// Whether there will be a trail.
    pub fn has_trails(&self) -> bool {
        !self.trails.is_empty()
    }

    /// The addresses without keys of what declares its trails.
    pub fn declarations(&self) -> impl Iterator<Item = &str> {
        self.declarations.keys().map(String::as_str)
    }

    /// The addresses of the trails of a declaration, by its own without keys.
    pub fn trails_of(&self, declaration: &str) -> &[String] {
        self.declarations.get(declaration).map(Vec::as_slice).unwrap_or_default()
    }

    /// The keys of the instances of a resource or a module call that hold a resource; nothing in
    /// place of a key for one that isn't repeated.
    pub fn keys(&self, block: &str) -> BTreeSet<Option<Key>> {
        let key = |rest: &str| match split_key(rest) {
            Some((key, _)) => Some(Some(key)),
            None => (rest.is_empty() || rest.starts_with('.')).then_some(None),
        };
        self.after(block).filter_map(key).collect()
    }

    /// Whether there will be a resource in the module's instance of this address.
    pub fn reaches(&self, module: &str) -> bool {
        module.is_empty() || self.after(module).any(|rest| rest.starts_with('.'))
    }

    /// What follows a text in the addresses that begin with it.
    fn after<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.addresses
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .map_while(move |address| address.strip_prefix(start))
    }

    /// Takes in a change.
    ///
    /// # Errors
    ///
    /// Why it can't be, as a sentence fragment; nothing if it isn't what a plan has there.
    fn add<'a>(
        &mut self,
        text: Text<'a>,
        change: &Change<'a>,
        configuration: &Configuration<'_>,
    ) -> Result<(), Option<String>> {
        // Nobody concludes from `terraform plan -destroy` that nothing is meant to be there.
        self.is_complete &= !change.is_destroyed();
        if change.mode != "managed" || change.change.after.is_none() {
            return Ok(());
        }
        let address = text.string(change.address).ok_or(None)?.into_owned();
        if !self.addresses.insert(address.clone()) {
            return Err(Some(format!("it plans `{address}` twice; {HOW}")));
        }
        let Some(kind) = Subject::Trails.kind(&change.kind) else { return Ok(()) };
        let declaration = without_keys(&address).ok_or_else(|| Some(format!("`{address}` isn't an address; {HOW}")))?;
        let mut problems = Vec::new();
        let planned = Planned::of_change(text, change, None, &mut problems);
        if let Some(problem) = problems.first() {
            return Err(Some(told(problem, text.file)));
        }
        let resource = planned.and_then(|(_, planned)| planned.resource(kind, configuration, None)).ok_or(None)?;
        self.declarations.entry(declaration).or_default().push(address.clone());
        let read = dialects::read(resource.clone()).map(|trail| PlannedTrail { resource, trail });
        self.trails.extend(read.map(|trail| (address, trail)));
        Ok(())
    }
}

/// What is wrong with a text, as a sentence fragment.
fn told(problem: &Problem, file: &SourceFile) -> String {
    let position = file.position(problem.span.start);
    let message = problem.message.strip_prefix("this ").map_or(problem.message.clone(), |rest| format!("it {rest}"));
    format!("{message} (line {}, column {}); {HOW}", position.line, position.column)
}

/// Whether it is a plan, and of a version that is known; the code that was planned.
fn check_kind<'d, 'a>(document: &'d Document<'a>, text: Text<'a>) -> Result<&'d raw::Configuration<'a>, String> {
    if document.format_version.is_none() {
        return Err(format!("it isn't a plan; {HOW}"));
    }
    document.check_version(text).map_err(|problem| problem.message)?;
    match (&document.planned_values, &document.configuration) {
        (Some(_), Some(configuration)) => Ok(configuration),
        _ => {
            let what = if document.is_state() { "a state" } else { "something else" };
            Err(format!("it is {what} and not a plan; {HOW}"))
        }
    }
}

/// What the root module declares.
fn declared(module: &Module<'_>) -> BTreeSet<String> {
    let calls = module.module_calls.keys().map(|name| format!("module.{name}"));
    let variables = module.variables.keys().map(|name| format!("var.{name}"));
    let is_managed = |resource: &&raw::Declared<'_>| resource.mode.as_deref() == Some("managed");
    let resources = module.resources.iter().filter(is_managed).map(|resource| resource.address.to_string());
    calls.chain(variables).chain(resources).collect()
}

fn wrong(what: &str) -> String {
    format!("`{what}` isn't what it is in a plan; {HOW}")
}
