//! A plan beside the files that it was made of: what it says of their variables, instances and trails.
//!
//! The user names it and mends it, so whatever is wrong with it is a sentence and no finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use super::address::{Key, split_key, without_keys};
use super::changes::{Planned, is_true, value};
use super::region::Configuration;
use crate::model::{Resource, Subject, Trail, dialects};
use crate::source::{FileId, SourceFile};
use crate::syntax::json;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};
use crate::value::{Data, Traced};

/// The only major version of the format.
const VERSION: &str = "1";

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
        let tree = json::parse(id, file);
        if let Some(problem) = tree.problems.first() {
            let position = file.position(problem.span.start);
            let place = format!("line {}, column {}", position.line, position.column);
            return Err(format!("it isn't JSON, {} at {place}; {HOW}", problem.message));
        }
        let root = tree.documents.first().and_then(|document| document.as_mapping());
        let root = root.ok_or_else(|| format!("it isn't a plan; {HOW}"))?;
        check_kind(root)?;
        let mut plan = Self {
            file: id,
            name: name.to_owned(),
            declared: declared(root)?,
            is_complete: root.get("complete").is_some_and(|entry| is_true(&entry.value)),
            variables: variables(root)?,
            addresses: BTreeSet::new(),
            trails: BTreeMap::new(),
            declarations: BTreeMap::new(),
        };
        plan.add_changes(root, Configuration::of(&tree, None))?;
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

    fn add_changes(&mut self, root: &Mapping, configuration: Configuration<'_>) -> Result<(), String> {
        let Some(changes) = root.get("resource_changes") else {
            // There is none when nothing is declared, and in a plan that only refreshes.
            self.is_complete = false;
            return Ok(());
        };
        let changes = changes.value.as_sequence().ok_or_else(|| wrong("resource_changes"))?;
        for (index, node) in changes.iter().enumerate() {
            let change = Change::read(node).ok_or_else(|| wrong(&format!("resource_changes[{index}]")))?;
            // Nobody concludes from `terraform plan -destroy` that nothing is meant to be there.
            self.is_complete &= !change.is_destroyed;
            if change.exists {
                self.add(&change, node, configuration)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, change: &Change<'_>, node: &Node, configuration: Configuration<'_>) -> Result<(), String> {
        let address = change.address;
        if !self.addresses.insert(address.to_owned()) {
            return Err(format!("it plans `{address}` twice; {HOW}"));
        }
        if let Some(trail) = Planned::read(node, Subject::Trails) {
            let declaration = without_keys(address).ok_or_else(|| format!("`{address}` isn't an address; {HOW}"))?;
            self.declarations.entry(declaration).or_default().push(address.to_owned());
            let resource = trail.resource(configuration);
            let read = dialects::read(resource.clone()).map(|trail| PlannedTrail { resource, trail });
            self.trails.extend(read.map(|trail| (address.to_owned(), trail)));
        }
        Ok(())
    }
}

/// A change of a resource, as far as all of them have to be understood.
struct Change<'a> {
    address: &'a str,
    /// Whether it is a managed resource that will be there.
    exists: bool,
    /// Whether it is removed because somebody asked for that, and not by what the code says.
    is_destroyed: bool,
}

impl<'a> Change<'a> {
    fn read(node: &'a Node) -> Option<Self> {
        let entries = node.as_mapping()?;
        let details = entries.get("change")?.value.as_mapping()?;
        let is_managed = text(entries, "mode")? == "managed";
        let actions = details.get("actions")?.value.as_sequence()?;
        let is_removed = matches!(actions, [only] if only.as_text() == Some("delete"));
        let is_explained = ["action_reason", "deposed"].iter().any(|key| entries.get(key).is_some());
        let after = details.get("after").map(|entry| &*entry.value);
        let is_nothing = after.is_none_or(|after| matches!(after.kind, NodeKind::Scalar(_)));
        Some(Self {
            address: text(entries, "address")?,
            exists: is_managed && !is_nothing && after?.as_mapping().map(|_| true)?,
            is_destroyed: is_managed && is_removed && !is_explained,
        })
    }
}

/// Whether it is a plan, and of a version that is known.
fn check_kind(root: &Mapping) -> Result<(), String> {
    let Some(version) = text(root, "format_version") else { return Err(format!("it isn't a plan; {HOW}")) };
    if version.split('.').next() != Some(VERSION) {
        return Err(format!("its format has the version {version}, and only {VERSION}.x is known"));
    }
    if root.get("planned_values").is_none() || root.get("configuration").is_none() {
        let what = if root.get("values").is_some() { "a state" } else { "something else" };
        return Err(format!("it is {what} and not a plan; {HOW}"));
    }
    Ok(())
}

/// What the root module declares.
fn declared(root: &Mapping) -> Result<BTreeSet<String>, String> {
    let module = root.get("configuration").and_then(|entry| entry.value.as_mapping()?.get("root_module"));
    let module = module.and_then(|entry| entry.value.as_mapping());
    let module = module.ok_or_else(|| wrong("configuration.root_module"))?;
    let mut declared = BTreeSet::new();
    for (key, prefix) in [("module_calls", "module"), ("variables", "var")] {
        let names = entries(module, key)?.iter().filter_map(|entry| entry.key.as_text());
        declared.extend(names.map(|name| format!("{prefix}.{name}")));
    }
    let resources = module.get("resources").map(|entry| entry.value.as_sequence().ok_or_else(|| wrong("resources")));
    let resources = resources.transpose()?.unwrap_or_default();
    declared.extend(resources.iter().filter_map(|node| managed(node)).map(str::to_owned));
    Ok(declared)
}

/// The address of a managed resource of the configuration.
fn managed(node: &Node) -> Option<&str> {
    let resource = node.as_mapping()?;
    text(resource, "address").filter(|_| text(resource, "mode") == Some("managed"))
}

fn variables(root: &Mapping) -> Result<HashMap<String, Traced<Data>>, String> {
    let variable = |entry: &Entry| {
        let name = entry.key.as_text()?;
        let given = &entry.value.as_mapping()?.get("value")?.value;
        Some((name.to_owned(), value(given, None, name)))
    };
    Ok(entries(root, "variables")?.iter().filter_map(variable).collect())
}

/// The entries of a mapping within a mapping; none if it isn't there.
fn entries<'a>(mapping: &'a Mapping, key: &str) -> Result<&'a [Entry], String> {
    match mapping.get(key) {
        None => Ok(&[]),
        Some(entry) => entry.value.as_mapping().map(|own| own.entries.as_slice()).ok_or_else(|| wrong(key)),
    }
}

fn text<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a str> {
    mapping.get(key)?.value.as_text()
}

fn wrong(what: &str) -> String {
    format!("`{what}` isn't what it is in a plan; {HOW}")
}
