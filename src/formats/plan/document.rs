//! A plan that the user passes together with its code: the values of variables, the instances, and the trails in it.
//!
//! The user passes the file explicitly, so an invalid plan is a usage error, not a finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use super::address::{InstanceKey, split_key, without_keys};
use super::changes::{Planned, variables};
use super::configuration::PlannedConfiguration;
use super::raw::{self, JsonPart, PlanText, RawChange, RawModule, RawPlan};
use crate::model::{Resource, SearchSubject, Trail, dialects};
use crate::source::{FileId, SourceFile};
use crate::syntax::Problem;
use crate::value::{Data, Traced};

/// The advice for a file that isn't a plan.
const HOW: &str = "create it with `terraform show -json PLANFILE`";

/// A plan in the JSON format of `terraform show -json`.
#[derive(Debug)]
pub struct Plan {
    pub file: FileId,
    /// The file's name as given by the user.
    pub name: String,
    /// The addresses of the root module's declarations: `aws_s3_bucket.logs`, `module.audit`, `var.region`.
    pub declared: BTreeSet<String>,
    /// True if resources that it doesn't mention won't exist. A plan made with `-target` isn't complete.
    pub is_complete: bool,
    variables: HashMap<String, Traced<Data>>,
    /// The addresses of all resources that will exist.
    addresses: BTreeSet<String>,
    trails: BTreeMap<String, PlannedTrail>,
    /// The addresses of the trails, by the address of their declaration.
    declarations: BTreeMap<String, Vec<String>>,
}

/// A trail that will exist after the plan is applied.
#[derive(Debug)]
pub struct PlannedTrail {
    pub resource: Resource,
    pub trail: Trail,
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// A sentence fragment, if the file isn't a plan or its version is unsupported.
    pub fn read(id: FileId, name: &str, file: &SourceFile) -> Result<Self, String> {
        if !file.replaced.is_empty() {
            return Err(format!("it isn't encoded in UTF-8; {HOW} and save it as UTF-8"));
        }
        let text = PlanText { id, file };
        let document = text.document().map_err(|problem| describe_problem(&problem, file))?;
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
            variables: match document.variables {
                Some(part) => variables(text, part).map_err(|problem| describe_problem(&problem, file))?,
                None => HashMap::new(),
            },
            addresses: BTreeSet::new(),
            trails: BTreeMap::new(),
            declarations: BTreeMap::new(),
        };
        let Some(changes) = document.resource_changes else {
            // It is missing if nothing is declared, and in a plan that only refreshes.
            plan.is_complete = false;
            return Ok(plan);
        };
        let configuration = PlannedConfiguration::of(text, Some(configuration), None);
        let changes: Vec<JsonPart<'_>> = text.read(changes).map_err(|_| wrong("resource_changes"))?;
        for (index, part) in changes.into_iter().enumerate() {
            let added = text.read(part).map_err(|_| None).and_then(|change| plan.add(text, &change, &configuration));
            added.map_err(|cause| cause.unwrap_or_else(|| wrong(&format!("resource_changes[{index}]"))))?;
        }
        Ok(plan)
    }

    /// The value of a variable of the root module.
    pub fn variable(&self, name: &str) -> Option<&Traced<Data>> {
        self.variables.get(name)
    }

    /// The trail at an address.
    pub fn trail(&self, address: &str) -> Option<&PlannedTrail> {
        self.trails.get(address)
    }

    /// The reason why the plan can't be used if it matches no checked root module; the difference is that from one of
    /// them. `None` if it has no trail, so that there is nothing to fill in.
    pub fn mismatch(&self, difference: Option<&str>) -> Option<String> {
        const UNDECLARED: &str = "it has trails, but no checked root module declares any; run `terraform init` and check the directory in which it was made, or check the plan by itself";
        match difference {
            Some(difference) => Some(format!(
                "it matches no checked root module: {difference}; check the directory in which it was made, or create the plan again"
            )),
            None if self.trails.is_empty() => None,
            None => Some(UNDECLARED.to_owned()),
        }
    }

    /// The addresses of the declarations of its trails, without instance keys.
    pub fn declarations(&self) -> impl Iterator<Item = &str> {
        self.declarations.keys().map(String::as_str)
    }

    /// The addresses of the trails of a declaration. `declaration` is an address without instance keys.
    pub fn trails_of(&self, declaration: &str) -> &[String] {
        self.declarations.get(declaration).map(Vec::as_slice).unwrap_or_default()
    }

    /// The instance keys of a resource, or of a module call in which a resource will exist. The key is `None` for a
    /// block without `count` or `for_each`.
    pub fn keys(&self, block: &str) -> BTreeSet<Option<InstanceKey>> {
        let keys = self.after(block).filter_map(|rest| match split_key(rest) {
            Some((key, _)) => Some(Some(key)),
            None => (rest.is_empty() || rest.starts_with('.')).then_some(None),
        });
        keys.collect()
    }

    /// True if a resource will exist in the module instance at this address.
    pub fn reaches(&self, module: &str) -> bool {
        module.is_empty() || self.after(module).any(|rest| rest.starts_with('.'))
    }

    /// The rests of the addresses that begin with a text.
    fn after<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.addresses
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .map_while(move |address| address.strip_prefix(start))
    }

    /// Adds a change.
    ///
    /// # Errors
    ///
    /// A sentence fragment; `None` if the change doesn't have the structure of a plan.
    fn add<'a>(
        &mut self,
        text: PlanText<'a>,
        change: &RawChange<'a>,
        configuration: &PlannedConfiguration<'_>,
    ) -> Result<(), Option<String>> {
        // A plan made with `-destroy` doesn't mean that the trails shouldn't exist.
        self.is_complete &= !change.is_destroyed();
        if change.mode != "managed" || change.change.after.is_none() {
            return Ok(());
        }
        let address = text.string(change.address).ok_or(None)?.into_owned();
        if !self.addresses.insert(address.clone()) {
            return Err(Some(format!("it plans `{address}` twice; {HOW}")));
        }
        let Some(kind) = SearchSubject::Trails.kind(&change.kind) else { return Ok(()) };
        let declaration = without_keys(&address).ok_or_else(|| Some(format!("`{address}` isn't an address; {HOW}")))?;
        let mut problems = Vec::new();
        let planned = Planned::of_change(text, change, None, &mut problems);
        if let Some(problem) = problems.first() {
            return Err(Some(describe_problem(problem, text.file)));
        }
        let resource = planned.and_then(|(_, planned)| planned.resource(kind, configuration, None)).ok_or(None)?;
        self.declarations.entry(declaration).or_default().push(address.clone());
        let read = dialects::read(resource.clone()).map(|trail| PlannedTrail { resource, trail });
        self.trails.extend(read.map(|trail| (address, trail)));
        Ok(())
    }
}

/// The message of a problem with its position, as a sentence fragment.
fn describe_problem(problem: &Problem, file: &SourceFile) -> String {
    let position = file.position(problem.span.start);
    let message = problem.message.strip_prefix("this ").map_or(problem.message.clone(), |rest| format!("it {rest}"));
    format!("{message} (line {}, column {}); {HOW}", position.line, position.column)
}

/// Checks that the document is a plan of a supported version, and returns its configuration.
fn check_kind<'d, 'a>(document: &'d RawPlan<'a>, text: PlanText<'a>) -> Result<&'d raw::RawConfiguration<'a>, String> {
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

/// The addresses of the module's declarations: module calls, variables and managed resources.
fn declared(module: &RawModule<'_>) -> BTreeSet<String> {
    let calls = module.module_calls.keys().map(|name| format!("module.{name}"));
    let variables = module.variables.keys().map(|name| format!("var.{name}"));
    let managed = module.resources.iter().filter(|resource| resource.mode.as_deref() == Some("managed"));
    let resources = managed.map(|resource| resource.address.to_string());
    calls.chain(variables).chain(resources).collect()
}

fn wrong(what: &str) -> String {
    format!("unexpected value of `{what}`; {HOW}")
}
