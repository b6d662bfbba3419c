//! Where the flow of a finding ends, its value is decided: another value there is another verdict.
//!
//! The value goes through objects, maps, lists, functions, files, `for_each`, `dynamic` blocks and modules. Terraform
//! must agree that it is false before the change, and true afterwards. A few hundred projects are written each time;
//! `TRAILINT_FLOWS=10000` writes more, and `TRAILINT_SEED` others.

use std::collections::BTreeMap;

use trailint::internal::finding::FindingTarget;
use trailint::internal::report::{Diagnostic, Outcome, Report};

use super::super::terraform::Project;
use super::{Files, Trails, instances, judged, shown, stand_in};
use crate::random::Random;
use crate::support::check;

/// How many projects Terraform deploys at once.
const BATCH: usize = 200;

#[test]
fn a_change_where_the_flow_ends_changes_the_verdict() {
    let number = |name| std::env::var(name).ok().map(|text: String| text.parse::<u64>().unwrap());
    let is_long = std::env::var_os("TRAILINT_LONG").is_some();
    let count = number("TRAILINT_FLOWS").unwrap_or(if is_long { 1_000 } else { 200 });
    let first = number("TRAILINT_SEED").unwrap_or(1);
    let seeds: Vec<u64> = (first..first + count).collect();
    let pairs: Vec<(u64, Files, Files)> = seeds.into_iter().map(changed).collect();
    for batch in pairs.chunks(BATCH) {
        compare(batch);
    }
}

/// A project before and after the change.
fn changed(seed: u64) -> (u64, Files, Files) {
    let before = Writer::new(seed).project();
    let report = report(&before);
    let failing: Vec<&Diagnostic> = report.findings.iter().filter(|diagnostic| is_about(diagnostic)).collect();
    let [diagnostic] = failing.as_slice() else {
        panic!("{seed}: {} findings\n{}", failing.len(), shown(&before));
    };
    let FindingTarget::Text(primary) = &diagnostic.finding.place else { panic!("{seed}") };
    let last = diagnostic.finding.related.last().unwrap_or(primary);
    let file = report.sources.file(last.span.file);
    let found = file.slice(last.span);
    let wanted = match found {
        "false" => "true",
        "\"false\"" => "\"true\"",
        "\"WriteOnly\"" => "\"All\"",
        other => panic!("{seed}: the flow ends at `{other}`, {}\n{}", last.text, shown(&before)),
    };
    let mut after = before.clone();
    let (_, text) = after.iter_mut().find(|(path, _)| file.path.ends_with(path)).unwrap();
    text.replace_range(last.span.range(), wanted);
    let rest = self::report(&after);
    let left: Vec<&str> =
        rest.findings.iter().filter(|diagnostic| is_about(diagnostic)).map(|it| it.finding.message.as_str()).collect();
    assert!(left.is_empty(), "{seed}: {left:?} after the change of `{found}`\n{}", shown(&before));
    (seed, before, after)
}

fn report(files: &Files) -> Report {
    check(files.iter().map(|(path, text)| (path, text.as_str())))
}

fn is_about(diagnostic: &Diagnostic) -> bool {
    let rules = ["single-region-trail", "missing-management-events"];
    diagnostic.outcome != Outcome::Pass && rules.contains(&diagnostic.rule.id())
}

/// Asks Terraform about all projects of a batch, each before and after its change.
fn compare(batch: &[(u64, Files, Files)]) {
    let mut root = String::new();
    let mut files = Files::new();
    for (seed, before, after) in batch {
        for (name, project) in [(format!("a{seed}"), before), (format!("b{seed}"), after)] {
            let given = project.iter().find(|(path, _)| path == "terraform.tfvars");
            let given = given.map(|(_, text)| text.as_str()).unwrap_or_default();
            root.push_str(&format!("module \"{name}\" {{\n  source = \"./{name}\"\n{given}}}\n"));
            let of_module = project.iter().filter(|(path, _)| path != "terraform.tfvars");
            files.extend(of_module.map(|(path, text)| (format!("{name}/{path}"), stand_in::rewrite(path, text))));
        }
    }
    files.push(("main.tf".to_owned(), root));
    let Some(project) = Project::new(&format!("flow-{}", batch[0].0), &files) else { return };
    let output = project.run(&["init", "-backend=false", "-input=false", "-no-color"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let state = project.apply().unwrap_or_else(|error| panic!("{error}"));
    let resources = state["resources"].as_array().unwrap();
    let trails = resources.iter().filter(|resource| resource["type"] == "terraform_data");
    let mut theirs: BTreeMap<String, Trails> = BTreeMap::new();
    for (address, verdicts) in trails.flat_map(instances) {
        let (project, address) = address.strip_prefix("module.").unwrap().split_once('.').unwrap();
        theirs.entry(project.to_owned()).or_default().insert(address.to_owned(), verdicts);
    }
    for (seed, before, after) in batch {
        assert_eq!(judged(before), theirs[&format!("a{seed}")], "{seed}\n{}", shown(before));
        assert_eq!(judged(after), theirs[&format!("b{seed}")], "{seed}, changed\n{}", shown(after));
    }
}

/// Writes a project in which one value makes a trail fail.
struct Writer {
    random: Random,
    /// The value, and the one that passes.
    bad: &'static str,
    good: &'static str,
    /// The blocks of the module that is being written.
    text: String,
    files: Files,
    /// How many names there are.
    names: usize,
    /// The file of values.
    given: String,
}

impl Writer {
    fn new(seed: u64) -> Self {
        let is_selector = seed.is_multiple_of(4);
        let (bad, good) = if is_selector { ("\"WriteOnly\"", "\"All\"") } else { ("false", "true") };
        Self {
            random: Random::new(seed),
            bad,
            good,
            text: String::new(),
            files: Files::new(),
            names: 0,
            given: String::new(),
        }
    }

    fn project(mut self) -> Files {
        let depth = self.random.below(4) + 1;
        match self.random.below(4) {
            0 => self.in_module(depth),
            _ => {
                let trail = self.trail(depth);
                self.text.push_str(&trail);
            }
        }
        self.files.push(("main.tf".to_owned(), std::mem::take(&mut self.text)));
        if !self.given.is_empty() {
            self.files.push(("terraform.tfvars".to_owned(), self.given));
        }
        self.files
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("n{}", self.names)
    }

    fn local(&mut self, value: &str) -> String {
        let name = self.name();
        self.text.push_str(&format!("locals {{\n  {name} = {value}\n}}\n"));
        format!("local.{name}")
    }

    /// A trail in a module that gets the value in an object, a map or a list.
    fn in_module(&mut self, depth: usize) {
        let value = self.value(depth);
        let good = self.good;
        let (shape, argument, path) = match self.random.below(5) {
            0 => ("any", format!("{{ x = {{ a = {value} }} }}"), "var.given.x.a"),
            1 => ("map(any)", format!("{{ x = {value}, y = {good} }}"), "var.given[\"x\"]"),
            2 => ("list(any)", format!("[{good}, {value}]"), "var.given[1]"),
            3 => ("object({ a = string, b = optional(string, \"x\") })", format!("{{ a = {value} }}"), "var.given.a"),
            _ => ("any", value, "var.given"),
        };
        let name = self.name();
        self.text.push_str(&format!("module \"{name}\" {{\n  source = \"./{name}\"\n  given  = {argument}\n}}\n"));
        let outer = std::mem::take(&mut self.text);
        self.text = format!("variable \"given\" {{\n  type = {shape}\n}}\n");
        let trail = self.trail_of(path);
        self.text.push_str(&trail);
        let inner = std::mem::replace(&mut self.text, outer);
        self.files.push((format!("{name}/main.tf"), inner));
    }

    fn trail(&mut self, depth: usize) -> String {
        let value = self.value(depth);
        self.trail_of(&value)
    }

    /// A trail whose argument is the value.
    fn trail_of(&mut self, value: &str) -> String {
        let good = self.good;
        let argument = if good == "true" { "is_multi_region_trail" } else { "read_write_type" };
        let map = format!("{{ x = {{ a = {value} }}, y = {{ a = {good} }} }}");
        let (each, value) = match self.random.below(3) {
            0 if good == "true" => {
                let map = if self.random.chance(50) { self.local(&map) } else { map };
                (format!("  for_each = {map}\n"), "each.value.a".to_owned())
            }
            1 if good == "true" => {
                let list = self.local(&format!("[{value}]"));
                ("  count = 1\n".to_owned(), format!("{list}[count.index]"))
            }
            _ => (String::new(), value.to_owned()),
        };
        if good == "true" {
            return format!("resource \"aws_cloudtrail\" \"t\" {{\n{each}  {argument} = {value}\n}}\n");
        }
        let selector = match self.random.below(3) {
            0 => format!("  event_selector {{\n    {argument} = {value}\n  }}\n"),
            1 => dynamic(&format!("[{{ kind = {value} }}]"), argument, "event_selector.value.kind"),
            _ => {
                let list = self.local(&format!("[{{ kind = {value} }}]"));
                dynamic(&list, argument, "event_selector.value.kind")
            }
        };
        format!("resource \"aws_cloudtrail\" \"t\" {{\n{each}  is_multi_region_trail = true\n{selector}}}\n")
    }

    /// An expression whose value is the bad one.
    fn value(&mut self, depth: usize) -> String {
        let (bad, good) = (self.bad, self.good);
        if depth == 0 {
            return self.constant();
        }
        let value = self.value(depth - 1);
        match self.random.below(22) {
            0 => self.local(&value),
            1 => {
                let object = self.local(&format!("{{ a = {value}, b = {good} }}"));
                format!("{object}.a")
            }
            2 => {
                let map = self.local(&format!("{{\n    x = {value}\n    y = {good}\n  }}"));
                let key = self.local("\"x\"");
                format!("{map}[{key}]")
            }
            3 => {
                let list = self.local(&format!("[{good}, {value}]"));
                let index = if self.random.chance(50) { "1".to_owned() } else { format!("length({list}) - 1") };
                format!("{list}[{index}]")
            }
            4 => {
                let list = self.local(&format!("[{good}, {value}]"));
                format!("element({list}, 3)")
            }
            5 => {
                let map = self.local(&format!("{{ x = {value} }}"));
                format!("lookup({map}, \"x\", {good})")
            }
            6 => format!("lookup({{ y = {good} }}, \"x\", {value})"),
            7 => {
                let (first, second) =
                    (self.local(&format!("{{ a = {good} }}")), self.local(&format!("{{ a = {value} }}")));
                format!("merge({first}, {second}, {{ b = {good} }}).a")
            }
            8 => {
                let list = self.local(&format!("[{{ on = {value}, name = \"x\" }}, {{ on = {good}, name = \"y\" }}]"));
                format!("[for item in {list} : item.on if item.name == \"x\"][0]")
            }
            9 => {
                let map = self.local(&format!("{{ x = {{ a = {value} }}, y = {{ a = {good} }} }}"));
                format!("{{ for key, item in {map} : upper(key) => item.a }}[\"X\"]")
            }
            10 => {
                let list = self.local(&format!("[{{ a = {value} }}]"));
                format!("({list}[*].a)[0]")
            }
            11 => {
                let chosen = self.local("true");
                format!("({chosen} ? {value} : {good})")
            }
            12 => format!("try({{ y = {good} }}.x, {value})"),
            13 => format!("coalesce(null, {value})"),
            14 => {
                let (first, second) = (self.local(&format!("[{good}]")), self.local(&format!("[{value}]")));
                format!("concat({first}, {second})[1]")
            }
            15 => {
                let list = self.local(&format!("[[{value}], [{good}]]"));
                format!("flatten({list})[0]")
            }
            16 => {
                let map = self.local(&format!("{{ x = {value} }}"));
                format!("values({map})[0]")
            }
            17 => format!("one([{value}])"),
            18 => {
                let object = self.local(&format!("{{ x = {{ y = [{{ z = {value} }}] }} }}"));
                format!("{object}.x.y[0].z")
            }
            19 => self.output(&value),
            20 => {
                let keyed = self.local(&format!("zipmap([\"x\", \"y\"], [{value}, {good}])"));
                format!("{keyed}.x")
            }
            _ => {
                let list = self.local(&format!("reverse([{value}, {bad}, {good}])"));
                format!("{list}[2]")
            }
        }
    }

    /// The value as an output of a module that gets it in an object.
    fn output(&mut self, value: &str) -> String {
        let name = self.name();
        let text = "variable \"given\" {\n  type = any\n}\noutput \"out\" {\n  value = var.given.deep.a\n}\n";
        self.files.push((format!("{name}/main.tf"), text.to_owned()));
        let argument = format!("{{ deep = {{ a = {value} }} }}");
        self.text.push_str(&format!("module \"{name}\" {{\n  source = \"./{name}\"\n  given  = {argument}\n}}\n"));
        format!("module.{name}.out")
    }

    /// The value as a literal somewhere.
    fn constant(&mut self) -> String {
        let (bad, good) = (self.bad, self.good);
        let name = self.name();
        let mut variable = |shape: &str, default: &str| {
            let default = if default.is_empty() { String::new() } else { format!("  default = {default}\n") };
            self.text.push_str(&format!("variable \"{name}\" {{\n  type = {shape}\n{default}}}\n"));
        };
        match self.random.below(9) {
            0 => {
                variable("any", &format!("{{ a = {bad} }}"));
                format!("var.{name}.a")
            }
            1 => {
                variable("map(string)", &format!("{{ x = {bad}, y = {good} }}"));
                format!("var.{name}[\"x\"]")
            }
            2 => {
                variable(&format!("object({{ a = optional(string, {bad}) }})"), "{}");
                format!("var.{name}.a")
            }
            3 => {
                variable(&format!("list(object({{ a = optional(string, {good}) }}))"), "");
                self.given.push_str(&format!("{name} = [\n  {{}},\n  {{ a = {bad} }},\n]\n"));
                format!("var.{name}[1].a")
            }
            4 => {
                variable("object({ a = any })", &format!("{{ a = {good} }}"));
                self.given.push_str(&format!("{name} = {{\n  a = {bad}\n}}\n"));
                format!("var.{name}.a")
            }
            5 => {
                let text = format!("x:\n  - a: {good}\n  - a: {bad}\n");
                self.files.push((format!("{name}.yaml"), text));
                format!("yamldecode(file(\"${{path.module}}/{name}.yaml\")).x[1].a")
            }
            6 => {
                self.files.push((format!("{name}.json"), format!("{{\"x\": {{\"a\": {bad}}}}}\n")));
                let decoded = self.local(&format!("jsondecode(file(\"${{path.module}}/{name}.json\"))"));
                format!("{decoded}.x.a")
            }
            7 => {
                variable("any", bad);
                format!("var.{name}")
            }
            _ => bad.to_owned(),
        }
    }
}

fn dynamic(list: &str, argument: &str, value: &str) -> String {
    format!(
        "  dynamic \"event_selector\" {{\n    for_each = {list}\n    content {{\n      {argument} = {value}\n    }}\n  }}\n"
    )
}
