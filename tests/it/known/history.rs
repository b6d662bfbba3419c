//! A generated history: code is renamed, moved, wrapped, called, copied, merged and made worse at random, and a model that
//! knows only what was done says which findings are new.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use trailint::baseline::Baseline;
use trailint::changes::{self, Before};
use trailint::engine::{self, Selection, Settings};
use trailint::formats::BaseFiles;
use trailint::report::Report;
use trailint::rules::{self, Policy};
use trailint::scan::Inputs;
use trailint::source::{Fs, Memory, Sources};

use super::super::random::Random;
use super::super::support::everything;
use super::RULES;

/// What trails may lack: arguments, and the events or the conditions that are lost.
const STATES: [(&str, &[&str]); 8] = [
    ("is_multi_region_trail = true", &[]),
    ("is_multi_region_trail = false", &["region"]),
    ("is_multi_region_trail = true\n  enable_logging = false", &["logging"]),
    (
        "is_multi_region_trail = true\n  event_selector {\n    read_write_type = \"WriteOnly\"\n  }",
        &["kms:read", "other:read", "rdsdata:read"],
    ),
    (
        "is_multi_region_trail = true\n  event_selector {\n    read_write_type = \"ReadOnly\"\n  }",
        &["kms:write", "other:write", "rdsdata:write"],
    ),
    (
        "is_multi_region_trail = true\n  event_selector {\n    exclude_management_event_sources = [\"kms.amazonaws.com\"]\n  }",
        &["kms:read", "kms:write"],
    ),
    (
        "is_multi_region_trail = true\n  event_selector {\n    exclude_management_event_sources = [\"kms.amazonaws.com\", \
         \"rdsdata.amazonaws.com\"]\n  }",
        &["kms:read", "kms:write", "rdsdata:read", "rdsdata:write"],
    ),
    (
        "is_multi_region_trail = true\n  event_selector {\n    include_management_events = false\n  }",
        &["kms:read", "kms:write", "other:read", "other:write", "rdsdata:read", "rdsdata:write"],
    ),
];

/// A trail, which stays the same one wherever its code goes.
type Id = usize;

/// A declaration, with or without instances, in the root module or in a module of its own.
#[derive(Debug, Clone)]
struct Unit {
    label: String,
    state: usize,
    /// The call, if it is in a module.
    call: Option<String>,
    /// The instances by their keys, of the call or of the resource; one with an empty key where there are none.
    instances: BTreeMap<String, Id>,
}

/// The root modules by their directories.
#[derive(Debug, Clone, Default)]
struct Code {
    roots: BTreeMap<String, Root>,
}

#[derive(Debug, Clone, Default)]
struct Root {
    units: Vec<Unit>,
    moved: Vec<(String, String)>,
}

/// Where a trail is, and what it loses.
type Lost = BTreeMap<Id, (String, BTreeSet<&'static str>)>;

impl Unit {
    fn address(&self, key: &str) -> String {
        let index = if key.is_empty() { String::new() } else { format!("[\"{key}\"]") };
        match &self.call {
            Some(call) => format!("module.{call}{index}.aws_cloudtrail.{}", self.label),
            None => format!("aws_cloudtrail.{}{index}", self.label),
        }
    }

    /// The address of the whole block that has the instances.
    fn block(&self) -> String {
        match &self.call {
            Some(call) => format!("module.{call}"),
            None => format!("aws_cloudtrail.{}", self.label),
        }
    }

    fn repetition(&self) -> String {
        let keys: Vec<String> = self.instances.keys().map(|key| format!("\"{key}\"")).collect();
        if self.instances.contains_key("") {
            String::new()
        } else {
            format!("  for_each = toset([{}])\n", keys.join(", "))
        }
    }

    fn write(&self, directory: &str, text: &mut String, files: &mut Vec<(String, String)>) {
        let (arguments, _) = STATES[self.state];
        let declare = |repetition: &str| {
            format!("resource \"aws_cloudtrail\" \"{}\" {{\n{repetition}  {arguments}\n}}\n", self.label)
        };
        match &self.call {
            Some(call) => {
                let repetition = self.repetition();
                *text += &format!("module \"{call}\" {{\n  source = \"./{call}\"\n{repetition}}}\n");
                files.push((format!("{directory}/{call}/main.tf"), declare("")));
            }
            None => *text += &declare(&self.repetition()),
        }
    }
}

impl Code {
    fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (directory, root) in &self.roots {
            let mut text = String::new();
            root.units.iter().for_each(|unit| unit.write(directory, &mut text, &mut files));
            for (from, to) in &root.moved {
                text += &format!("moved {{\n  from = {from}\n  to   = {to}\n}}\n");
            }
            files.push((format!("{directory}/main.tf"), text));
        }
        files
    }

    fn lost(&self) -> Lost {
        let mut lost = Lost::new();
        for (directory, root) in &self.roots {
            for unit in &root.units {
                for (key, id) in &unit.instances {
                    let what = STATES[unit.state].1.iter().copied().collect();
                    lost.insert(*id, (format!("{directory} {}", unit.address(key)), what));
                }
            }
        }
        lost
    }
}

/// What makes changes, with the next number for names and trails.
struct Author {
    random: Random,
    next: usize,
}

impl Author {
    fn fresh(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    fn unit(&mut self) -> Unit {
        let number = self.fresh();
        let call = self.random.chance(40).then(|| format!("m{number}"));
        let instances = match self.random.below(3) {
            0 => BTreeMap::from([("a".to_owned(), self.fresh()), ("b".to_owned(), self.fresh())]),
            _ => BTreeMap::from([(String::new(), self.fresh())]),
        };
        // The same declaration may stand anywhere.
        let label = ["t".to_owned(), format!("t{number}")][self.random.below(2)].clone();
        Unit { label, state: self.random.below(STATES.len()), call, instances }
    }

    /// A declaration that has no address in common with others of its root, now or by what moves.
    fn add_unit(&mut self, root: &mut Root) {
        let unit = self.unit();
        let is_taken = |other: &Unit| other.label == unit.label;
        let was = |address: &String| address.split('.').next_back() == Some(unit.label.as_str());
        if !root.units.iter().any(is_taken) && !root.moved.iter().any(|(from, to)| was(from) || was(to)) {
            root.units.push(unit);
        }
    }

    fn change(&mut self, code: &mut Code) {
        let directories: Vec<String> = code.roots.keys().cloned().collect();
        let kind = self.random.below(12);
        if directories.is_empty() || (kind == 0 && directories.len() < 5) {
            let mut root = Root::default();
            self.add_unit(&mut root);
            code.roots.insert(format!("r{}", self.fresh()), root);
            return;
        }
        let directory = directories[self.random.below(directories.len())].clone();
        if kind == 1 {
            // The directory gets another name, or its parent does.
            let root = code.roots.remove(&directory).unwrap();
            let last = directory.rsplit('/').next().unwrap().to_owned();
            let number = self.fresh();
            let name = if self.random.chance(50) { format!("r{number}") } else { format!("p{number}/{last}") };
            code.roots.insert(name, root);
            return;
        }
        if kind == 2 && directories.len() < 5 {
            let mut copy = code.roots[&directory].clone();
            let ids = copy.units.iter_mut().flat_map(|unit| unit.instances.values_mut());
            ids.for_each(|id| *id = self.fresh());
            code.roots.insert(format!("r{}", self.fresh()), copy);
            return;
        }
        if kind == 3 && directories.len() > 2 {
            code.roots.remove(&directory);
            return;
        }
        let root = code.roots.get_mut(&directory).unwrap();
        let count = root.units.len();
        if count == 0 || kind == 4 {
            return self.add_unit(root);
        }
        let at = self.random.below(count);
        match kind {
            5 if count > 1 => drop(root.units.remove(at)),
            6 | 7 => root.units[at].state = self.random.below(STATES.len()),
            8 => self.rename(root, at),
            9 => self.wrap(root, at),
            _ => self.repeat(root, at),
        }
    }

    /// Gives a block another name, and says so.
    fn rename(&mut self, root: &mut Root, at: usize) {
        let number = self.fresh();
        let unit = &mut root.units[at];
        let from = unit.block();
        match &mut unit.call {
            Some(call) => *call = format!("m{number}"),
            None => unit.label = format!("t{number}"),
        }
        root.moved.push((from, root.units[at].block()));
    }

    /// Moves a resource into a module, or out of one.
    fn wrap(&mut self, root: &mut Root, at: usize) {
        let number = self.fresh();
        let unit = &mut root.units[at];
        // With keys, the instances of a resource become those of a call, which only blocks can say.
        let before = unit.clone();
        unit.call = if unit.call.is_some() { None } else { Some(format!("m{number}")) };
        let says_so = !before.instances.contains_key("") || self.random.chance(50);
        if says_so {
            let unit = root.units[at].clone();
            root.moved.extend(unit.instances.keys().map(|key| (before.address(key), unit.address(key))));
        }
    }

    /// Adds an instance, takes one away, or gives the only one a key.
    fn repeat(&mut self, root: &mut Root, at: usize) {
        let number = self.fresh();
        let unit = &mut root.units[at];
        if let Some(id) = unit.instances.get("").copied() {
            let from = unit.address("");
            unit.instances = BTreeMap::from([("k".to_owned(), id)]);
            let to = unit.address("k");
            let is_call = unit.call.is_some();
            let block = |address: &str| {
                if is_call { address.split(".aws_cloudtrail").next().unwrap().to_owned() } else { address.to_owned() }
            };
            root.moved.push((block(&from), block(&to)));
        } else if unit.instances.len() > 1 && self.random.chance(50) {
            let key = unit.instances.keys().nth(self.random.below(unit.instances.len())).unwrap().clone();
            unit.instances.remove(&key);
        } else {
            unit.instances.insert(format!("k{number}"), number + 1_000_000);
        }
    }
}

fn settings(base: Option<BaseFiles>) -> Settings {
    let selected = RULES.split(',').map(|id| rules::find(id).unwrap().id()).collect();
    let mut settings = Settings {
        policy: Policy { every_trail: true, ..Policy::default() },
        selection: Selection { selected: Some(selected), ..Selection::default() },
        ..Settings::default()
    };
    settings.evaluation.base = base.map(Arc::new);
    settings
}

fn check(code: &Code) -> (Report, BaseFiles) {
    let inputs = Inputs { remembers: true, ..everything() };
    engine::check_base(&Memory::new(code.files()), &inputs, Sources::new("/".into()), &settings(None)).unwrap()
}

fn check_after(code: &Code, base: BaseFiles) -> Report {
    engine::check(&Memory::new(code.files()), &everything(), Sources::new("/".into()), &settings(Some(base))).unwrap()
}

/// The places with errors that count, each with what it loses.
fn counted(report: &Report) -> BTreeSet<String> {
    let counted = report.findings.iter().filter(|finding| finding.suppressed.is_none());
    let of_finding = |finding: &trailint::report::Reported| {
        let what = match finding.rule.id() {
            "single-region-trail" => "region",
            "stopped-trail" => "logging",
            _ => "events",
        };
        let root = finding.deployment.clone().unwrap();
        finding.addresses().map(|address| format!("{what} {root} {address}")).collect::<Vec<_>>()
    };
    counted.flat_map(of_finding).collect()
}

/// What the model expects, with what all of the states before knew.
fn expected(before: &[&Lost], after: &Lost) -> BTreeSet<String> {
    let mut new = BTreeSet::new();
    for (id, (place, lost)) in after {
        let known: BTreeSet<&str> =
            before.iter().filter_map(|before| before.get(id)).flat_map(|(_, lost)| lost.iter().copied()).collect();
        for what in lost.iter().filter(|what| !known.contains(*what)) {
            let what = if what.contains(':') { "events" } else { what };
            new.insert(format!("{what} {place}"));
        }
    }
    new
}

fn describe(code: &Code) -> String {
    code.files().into_iter().map(|(path, text)| format!("--- {path}\n{text}")).collect()
}

#[test]
fn a_history_brings_what_a_model_says() {
    let mut author = Author { random: Random::new(7), next: 0 };
    let mut code = Code::default();
    let (mut told_new, mut told_known) = (0, 0);
    for step in 0..300 {
        let (before, base) = check(&code);
        let baseline = Baseline::of(&before, &[]);
        let mut next = code.clone();
        // Moves that were made long ago say nothing about this step.
        next.roots.values_mut().for_each(|root| root.moved.clear());
        author.change(&mut next);
        let new = expected(&[&code.lost()], &next.lost());
        told_new += new.len();
        told_known += expected(&[], &next.lost()).len() - new.len();
        let told = || format!("step {step}\n{}\n=>\n{}", describe(&code), describe(&next));

        let mut report = check_after(&next, base);
        changes::compare(&mut report, &mut [Before::new(before)], "HEAD", &settings(None));
        assert_eq!(counted(&report), new, "by comparison: {}", told());

        let (mut report, _) = check(&next);
        let files = Memory::new(next.files());
        let is_there = |subject: &str| files.kind(&Path::new("/").join(subject)).is_ok();
        baseline.accept(&mut report, &[], &is_there);
        assert_eq!(counted(&report), new, "by the baseline: {}", told());
        code = next;
    }
    assert!(told_new > 100 && told_known > 1000, "{told_new} {told_known}");
}

#[test]
fn a_merge_brings_what_neither_parent_has() {
    let mut author = Author { random: Random::new(11), next: 0 };
    let mut code = Code::default();
    (0..8).for_each(|_| author.change(&mut code));
    for step in 0..100 {
        code.roots.values_mut().for_each(|root| root.moved.clear());
        // Each side adds roots and changes states, which never conflict.
        let (mut ours, mut theirs, mut merged) = (code.clone(), code.clone(), code.clone());
        for side in [&mut ours, &mut theirs] {
            let mut root = Root::default();
            author.add_unit(&mut root);
            let name = format!("r{}", author.fresh());
            side.roots.insert(name.clone(), root.clone());
            merged.roots.insert(name, root);
            let directory = code.roots.keys().nth(author.random.below(code.roots.len())).unwrap();
            let state = author.random.below(STATES.len());
            for changed in [&mut *side, &mut merged] {
                changed.roots.get_mut(directory).unwrap().units.iter_mut().for_each(|unit| unit.state = state);
            }
        }
        // The merge itself may change more.
        if author.random.chance(50) {
            author.change(&mut merged);
        }
        let new = expected(&[&ours.lost(), &theirs.lost()], &merged.lost());
        let (first, base) = check(&ours);
        let (second, _) = check(&theirs);
        let mut report = check_after(&merged, base);
        changes::compare(&mut report, &mut [first, second].map(Before::new), "HEAD", &settings(None));
        assert_eq!(counted(&report), new, "step {step}: {}", describe(&merged));
        while code.roots.len() > 4 {
            code.roots.pop_first();
        }
        author.change(&mut code);
        if code.roots.is_empty() {
            author.change(&mut code);
        }
    }
}
