//! A generated history: code is renamed, moved, wrapped, called, copied, merged, accepted by comments and made worse at random,
//! and a model that knows only what was done says which findings are new, and which deployments have lost their trails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use trailint::internal::engine::{self, EngineSettings, Selection};
use trailint::internal::formats::BaseFiles;
use trailint::internal::gate::baseline::Baseline;
use trailint::internal::gate::comparison::{Base, BaseReport};
use trailint::internal::gate::{self, CheckedFiles};
use trailint::internal::report::Report;
use trailint::internal::rules::{self, Strictness};
use trailint::internal::scan::ScanInputs;
use trailint::internal::source::{Memory, Sources};

use super::super::random::Random;
use super::super::support::{everything, quick_or_long};
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
    /// Whether a comment accepts what it loses.
    is_accepted: bool,
}

/// The root modules by their directories.
#[derive(Debug, Clone, Default)]
struct Code {
    roots: BTreeMap<String, Root>,
}

/// A root module, which stays the same one wherever its directory goes.
#[derive(Debug, Clone, Default)]
struct Root {
    id: usize,
    units: Vec<Unit>,
    calls: Vec<Call>,
    moved: Vec<(String, String)>,
}

/// A call of what is a root module without it.
#[derive(Debug, Clone)]
struct Call {
    name: String,
    directory: String,
    /// What tells its trails from those of other calls; nothing for the first call, whose trails are those of the root.
    number: usize,
}

/// A trail in its place.
#[derive(Debug, Clone)]
struct Trail {
    place: String,
    lost: BTreeSet<&'static str>,
    is_accepted: bool,
}

type Lost = BTreeMap<Id, Trail>;

impl Unit {
    fn lost(&self) -> BTreeSet<&'static str> {
        STATES[self.state].1.iter().copied().collect()
    }

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
        if self.is_accepted {
            *text += &format!("# trailint: ignore[{RULES}] for now\n");
        }
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

impl Root {
    /// True if a declaration has no address in common with others, now or by what moves.
    fn has_room_for(&self, unit: &Unit) -> bool {
        let is_taken = |other: &Unit| other.label == unit.label;
        let was = |address: &String| address.split('.').next_back() == Some(unit.label.as_str());
        !self.units.iter().any(is_taken) && !self.moved.iter().any(|(from, to)| was(from) || was(to))
    }
}

impl Code {
    fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (directory, root) in &self.roots {
            let mut text = String::new();
            root.units.iter().for_each(|unit| unit.write(directory, &mut text, &mut files));
            for Call { name, directory: called, .. } in &root.calls {
                let up = "../".repeat(directory.split('/').count());
                text += &format!("module \"{name}\" {{\n  source = \"{up}{called}\"\n}}\n");
            }
            for (from, to) in &root.moved {
                text += &format!("moved {{\n  from = {from}\n  to   = {to}\n}}\n");
            }
            files.push((format!("{directory}/main.tf"), text));
        }
        files
    }

    /// The calls of a directory.
    fn calls_of<'c>(&'c self, directory: &'c str) -> impl Iterator<Item = &'c Call> {
        self.roots.values().flat_map(|root| &root.calls).filter(move |call| call.directory == directory)
    }

    /// The directories that nothing calls.
    fn uncalled(&self) -> Vec<String> {
        self.roots.keys().filter(|directory| self.calls_of(directory).next().is_none()).cloned().collect()
    }

    /// The trails of a root, each with its address.
    fn trails(&self, directory: &str) -> Vec<(Id, String, &Unit)> {
        let mut trails = Vec::new();
        let root = &self.roots[directory];
        for unit in &root.units {
            trails.extend(unit.instances.iter().map(|(key, id)| (*id, unit.address(key), unit)));
        }
        for call in &root.calls {
            let called = self.trails(&call.directory).into_iter();
            trails.extend(
                called.map(|(id, address, unit)| (call.id(id), format!("module.{}.{address}", call.name), unit)),
            );
        }
        trails
    }

    fn lost(&self) -> Lost {
        let mut lost = Lost::new();
        for directory in self.uncalled() {
            for (id, address, unit) in self.trails(&directory) {
                let place = format!("{directory} {address}");
                let trail = Trail { place, lost: unit.lost(), is_accepted: unit.is_accepted };
                assert!(lost.insert(id, trail).is_none());
            }
        }
        lost
    }

    /// The deployments that satisfy the control, with the numbers of their roots and their trails.
    fn passing(&self) -> Vec<(String, usize, BTreeSet<Id>)> {
        let mut passing = Vec::new();
        for directory in self.uncalled() {
            let trails = self.trails(&directory);
            if trails.iter().any(|(.., unit)| unit.lost().is_empty()) {
                let ids = trails.iter().map(|(id, ..)| *id).collect();
                passing.push((directory.clone(), self.roots[&directory].id, ids));
            }
        }
        passing
    }

    /// The deployments that satisfied the control, have no trail any more, and whose trails are in none that satisfies it now and
    /// didn't before.
    fn gone(before: &Self, after: &Self) -> BTreeSet<String> {
        let was_passing: BTreeSet<usize> = before.passing().into_iter().map(|(_, id, _)| id).collect();
        let passing = after.passing();
        let arrived: BTreeSet<Id> =
            passing.into_iter().filter(|(_, id, _)| !was_passing.contains(id)).flat_map(|(.., ids)| ids).collect();
        let mut gone = BTreeSet::new();
        for (directory, id, ids) in before.passing() {
            let now = after.roots.iter().find(|(_, root)| root.id == id);
            let has_trails = now.is_some_and(|(directory, _)| !after.trails(directory).is_empty());
            if !has_trails && ids.is_disjoint(&arrived) {
                gone.insert(format!("gone {directory} "));
            }
        }
        gone
    }

    /// Removes a root that nothing calls, or that is called by nothing that is compared any more.
    fn remove(&mut self, directory: &str) {
        self.roots.remove(directory);
        self.roots.values_mut().for_each(|root| root.calls.retain(|call| call.directory != directory));
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        for call in self.roots.values().flat_map(|root| &root.calls) {
            let number = first.entry(call.directory.clone()).or_insert(call.number);
            *number = call.number.min(*number);
        }
        for call in self.roots.values_mut().flat_map(|root| &mut root.calls) {
            call.number = if first[&call.directory] == call.number { 0 } else { call.number };
        }
    }
}

impl Call {
    /// The trail that the call makes of one.
    fn id(&self, id: Id) -> Id {
        match self.number {
            0 => id,
            number => {
                id.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(number.wrapping_mul(1_442_695_040_888_963_407))
            }
        }
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
        let is_accepted = self.random.chance(15);
        Unit { label, state: self.state(), call, instances, is_accepted }
    }

    /// A state of a trail, which often lacks nothing.
    fn state(&mut self) -> usize {
        if self.random.chance(30) { 0 } else { self.random.below(STATES.len()) }
    }

    /// A declaration that has no address in common with others of its root, now or by what moves.
    fn add_unit(&mut self, root: &mut Root) {
        let unit = self.unit();
        if root.has_room_for(&unit) {
            root.units.push(unit);
        }
    }

    fn root(&mut self) -> Root {
        let mut root = Root { id: self.fresh(), ..Root::default() };
        self.add_unit(&mut root);
        root
    }

    fn change(&mut self, code: &mut Code) {
        let directories: Vec<String> = code.roots.keys().cloned().collect();
        let kind = self.random.below(16);
        if directories.is_empty() || (kind == 0 && directories.len() < 5) {
            let root = self.root();
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
            code.roots.insert(name.clone(), root);
            let calls = code.roots.values_mut().flat_map(|root| &mut root.calls);
            calls.filter(|call| call.directory == directory).for_each(|call| call.directory.clone_from(&name));
            return;
        }
        if kind == 2 && directories.len() < 5 {
            let mut copy = code.roots[&directory].clone();
            let ids = copy.units.iter_mut().flat_map(|unit| unit.instances.values_mut());
            ids.for_each(|id| *id = self.fresh());
            copy.calls.iter_mut().for_each(|call| call.number = self.fresh());
            copy.id = self.fresh();
            code.roots.insert(format!("r{}", self.fresh()), copy);
            return;
        }
        // Of several calls, the first is the one whose trails are those of the root without them.
        let is_needed = |call: &Call| call.number == 0 && code.calls_of(&call.directory).count() > 1;
        if kind == 3 {
            let is_free =
                code.calls_of(&directory).next().is_none() && !code.roots[&directory].calls.iter().any(is_needed);
            if directories.len() > 2 && is_free {
                code.remove(&directory);
            }
            return;
        }
        if kind == 12 {
            return self.call(code, &directory);
        }
        if kind == 13 {
            let last = code.roots[&directory].calls.last();
            if last.is_some_and(|call| !is_needed(call)) {
                code.roots.get_mut(&directory).unwrap().calls.pop();
            }
            return;
        }
        if kind == 14 {
            return self.hand_over(code, &directory);
        }
        let root = code.roots.get_mut(&directory).unwrap();
        let count = root.units.len();
        if count == 0 || kind == 4 {
            return self.add_unit(root);
        }
        let at = self.random.below(count);
        match kind {
            5 if count > 1 => drop(root.units.remove(at)),
            6 | 7 => root.units[at].state = self.state(),
            15 => root.units[at].is_accepted ^= true,
            8 => self.rename(root, at),
            9 => self.wrap(root, at),
            _ => self.repeat(root, at),
        }
    }

    /// Calls a root from another one, or from a new one.
    fn call(&mut self, code: &mut Code, directory: &str) {
        let mut callers = code.uncalled();
        callers.retain(|caller| caller != directory);
        let name = format!("c{}", self.fresh());
        let number = if code.calls_of(directory).next().is_some() { self.fresh() } else { 0 };
        let call = Call { name, directory: directory.to_owned(), number };
        // Each trail has few calls on its way, so that their number stays small.
        if code.trails(directory).len() > 6 {
            return;
        }
        let id = self.fresh();
        let caller = match self.random.below(callers.len() + 1) {
            0 => code.roots.entry(format!("r{id}")).or_insert(Root { id, ..Root::default() }),
            at => code.roots.get_mut(&callers[at - 1]).unwrap(),
        };
        caller.calls.push(call);
    }

    /// Moves a declaration into another root.
    fn hand_over(&mut self, code: &mut Code, directory: &str) {
        let others: Vec<String> = code.uncalled().into_iter().filter(|other| other != directory).collect();
        let is_called = code.calls_of(directory).next().is_some();
        let count = code.roots[directory].units.len();
        if others.is_empty() || is_called || count == 0 {
            return;
        }
        let (at, other) = (self.random.below(count), &others[self.random.below(others.len())]);
        let unit = code.roots[directory].units[at].clone();
        if code.roots[other].has_room_for(&unit) {
            code.roots.get_mut(directory).unwrap().units.remove(at);
            code.roots.get_mut(other).unwrap().units.push(unit);
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

fn settings(base: Option<&Arc<BaseFiles>>) -> EngineSettings {
    let selected = RULES.split(',').map(|id| rules::find(id).unwrap().id()).collect();
    let mut settings = EngineSettings {
        policy: Strictness { every_trail: true, ..Strictness::default() },
        selection: Selection { selected: Some(selected), ..Selection::default() },
        ..EngineSettings::default()
    };
    settings.evaluation.base = base.map(Arc::clone);
    settings
}

fn check(code: &Code) -> (Report, BaseFiles) {
    let inputs = ScanInputs { records_paths: true, ..everything() };
    engine::check_base(&Memory::new(code.files()), &inputs, Sources::new("/".into()), &settings(None)).unwrap()
}

fn check_after(code: &Code, base: &Arc<BaseFiles>) -> Report {
    engine::check(&Memory::new(code.files()), &everything(), Sources::new("/".into()), &settings(Some(base))).unwrap()
}

/// The settings of a comparison, which also tells of trails that are gone.
fn comparing(is_locked: bool) -> EngineSettings {
    let mut settings = settings(None);
    settings.selection.selected.iter_mut().for_each(|selected| selected.push("no-compliant-trail"));
    settings.suppress.is_locked = is_locked;
    settings
}

/// The base of a comparison.
fn base_of<const N: usize>(reports: [Report; N]) -> Base {
    Base { reports: reports.map(BaseReport::new).into(), name: "HEAD".to_owned() }
}

/// All files.
fn checked(files: &Memory) -> CheckedFiles<'_> {
    static EVERYTHING: LazyLock<ScanInputs> = LazyLock::new(everything);
    CheckedFiles { fs: files, inputs: &EVERYTHING }
}

/// The places with errors that count, each with what it loses.
fn counted(report: &Report) -> BTreeSet<String> {
    let counted = report.findings.iter().filter(|diagnostic| diagnostic.suppressed.is_none());
    let of_finding = |diagnostic: &trailint::internal::report::Diagnostic| {
        let what = match diagnostic.rule.id() {
            "single-region-trail" => "region",
            "stopped-trail" => "logging",
            "no-compliant-trail" => "gone",
            _ => "events",
        };
        let root = diagnostic.deployment.clone().unwrap();
        diagnostic
            .instances()
            .into_iter()
            .map(move |one| format!("{what} {root} {}", one.address.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    counted.flat_map(of_finding).collect()
}

/// What the model expects, with what all of the states before knew. If comments are locked, they accept what they accepted and
/// no more.
fn expected(before: &[&Lost], after: &Lost, is_locked: bool) -> BTreeSet<String> {
    let mut new = BTreeSet::new();
    for (id, now) in after {
        let was: Vec<&Trail> = before.iter().filter_map(|before| before.get(id)).collect();
        for kind in ["region", "logging", "events"] {
            let of_kind = |what: &&&str| **what == kind || kind == "events" && what.contains(':');
            let lost: BTreeSet<&str> = now.lost.iter().filter(of_kind).copied().collect();
            let known = |is_accepted: bool| -> BTreeSet<&str> {
                was.iter()
                    .filter(|was| was.is_accepted == is_accepted)
                    .flat_map(|was| was.lost.iter().copied())
                    .collect()
            };
            let is_suppressed = now.is_accepted && (!is_locked || lost.is_subset(&known(true)));
            if !lost.is_empty() && !is_suppressed && !lost.is_subset(&known(false)) {
                new.insert(format!("{kind} {}", now.place));
            }
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
    let (mut told_new, mut told_known, mut told_gone) = (0, 0, 0);
    let steps = quick_or_long(60, 300);
    for step in 0..steps {
        let (before, base) = check(&code);
        let baseline = Baseline::of(&before, &[]);
        let mut next = code.clone();
        // Moves that were made long ago say nothing about this step.
        next.roots.values_mut().for_each(|root| root.moved.clear());
        author.change(&mut next);
        let (was, is) = (code.lost(), next.lost());
        let new = expected(&[&was], &is, false);
        let gone = Code::gone(&code, &next);
        told_new += new.len();
        told_known += expected(&[], &is, false).len() - new.len();
        told_gone += gone.len();
        let told = || format!("step {step}\n{}\n=>\n{}", describe(&code), describe(&next));

        let (mut before, base) = (base_of([before]), Arc::new(base));
        for is_locked in [false, true] {
            let mut report = check_after(&next, &base);
            let files = Memory::new(next.files());
            gate::apply(&mut report, Some(&mut before), None, &comparing(is_locked), checked(&files));
            let mut expected = expected(&[&was], &is, is_locked);
            expected.extend(gone.iter().cloned());
            assert_eq!(counted(&report), expected, "by comparison, locked: {is_locked}: {}", told());
        }

        let (mut report, _) = check(&next);
        let files = Memory::new(next.files());
        gate::apply(&mut report, None, Some(&baseline), &settings(None), checked(&files));
        assert_eq!(counted(&report), new, "by the baseline: {}", told());
        code = next;
    }
    // No trail goes in so few steps as a quick run has.
    let least = quick_or_long([10, 50, 0], [50, 1000, 5]);
    let told = [told_new, told_known, told_gone];
    assert!(told.iter().zip(least).all(|(told, least)| *told >= least), "{told:?}");
}

#[test]
fn a_merge_brings_what_neither_parent_has() {
    let mut author = Author { random: Random::new(11), next: 0 };
    let mut code = Code::default();
    (0..8).for_each(|_| author.change(&mut code));
    for step in 0..quick_or_long(20, 100) {
        code.roots.values_mut().for_each(|root| root.moved.clear());
        // Each side adds roots and changes states, which never conflict.
        let (mut ours, mut theirs, mut merged) = (code.clone(), code.clone(), code.clone());
        for side in [&mut ours, &mut theirs] {
            let root = author.root();
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
        let new = expected(&[&ours.lost(), &theirs.lost()], &merged.lost(), false);
        let (first, base) = check(&ours);
        let (second, _) = check(&theirs);
        let mut report = check_after(&merged, &Arc::new(base));
        let files = Memory::new(merged.files());
        gate::apply(&mut report, Some(&mut base_of([first, second])), None, &settings(None), checked(&files));
        assert_eq!(counted(&report), new, "step {step}: {}", describe(&merged));
        while code.roots.len() > 4 {
            let first = code.roots.keys().next().unwrap().clone();
            code.remove(&first);
        }
        author.change(&mut code);
        if code.roots.is_empty() {
            author.change(&mut code);
        }
    }
}
