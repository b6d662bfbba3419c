//! How much a check does, counted and never timed: files read and parsed, directories listed, steps of evaluation.
//!
//! Twice the input is at most 2.2 times the work. What happens within a parser isn't counted here:
//! `benches/growth.sh` counts instructions.

mod steps;

#[path = "../../benches/corpus/mod.rs"]
pub(crate) mod corpus;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::formats::{Caches, Context, FORMATS, LinkedFile, Options};
use trailint::internal::model::SearchSubject;
use trailint::internal::progress::Progress;
use trailint::internal::report::{Outcome, Report};
use trailint::internal::scan;
use trailint::internal::source::{FileVisitor, Fs, Memory, PathFilter, PathKind, ReadError, Sources};
use trailint::internal::value::Budget;

use super::fuzzing::properties::evaluation::steps;
use super::support::{everything, word};

/// Files in memory that note how often each is read, and each directory listed.
struct Counting {
    files: Memory,
    walked: Mutex<usize>,
    read: Mutex<BTreeMap<PathBuf, usize>>,
    listed: Mutex<BTreeMap<PathBuf, usize>>,
}

impl Counting {
    fn new(files: Memory) -> Self {
        Self { files, walked: Mutex::default(), read: Mutex::default(), listed: Mutex::default() }
    }

    fn most(counts: &Mutex<BTreeMap<PathBuf, usize>>) -> (usize, Option<PathBuf>) {
        let counts = counts.lock().unwrap();
        counts.iter().max_by_key(|(_, count)| **count).map_or((0, None), |(path, count)| (*count, Some(path.clone())))
    }

    fn total(&self) -> usize {
        let sum = |counts: &Mutex<BTreeMap<PathBuf, usize>>| counts.lock().unwrap().values().sum::<usize>();
        *self.walked.lock().unwrap() + sum(&self.read) + sum(&self.listed)
    }
}

fn count(counts: &Mutex<BTreeMap<PathBuf, usize>>, path: &Path) {
    *counts.lock().unwrap().entry(path.to_owned()).or_default() += 1;
}

impl Fs for Counting {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        self.files.kind(path)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        count(&self.read, path);
        self.files.read(path)
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        count(&self.read, path);
        self.files.read_inside(path)
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        count(&self.listed, directory);
        self.files.list(directory)
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        count(&self.listed, directory);
        self.files.directories(directory)
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        self.files.walk(directory, wanted, &|path, bytes| {
            *self.walked.lock().unwrap() += 1;
            visit(path, bytes);
        });
    }
}

/// A repository and what is expected of its trails.
fn repository(files: usize) -> (Memory, Vec<String>) {
    let mut written: Vec<(String, String)> = Vec::new();
    let expected = corpus::make(files, 1, &mut |name, text| written.push((name.to_owned(), text.to_owned())));
    assert_eq!(written.len(), files);
    (Memory::new(written), expected)
}

fn verdicts(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for deployment in &report.deployments {
        for trail in &deployment.trails {
            let of_rule = |id: &str| trail.rules.iter().find(|(rule, _)| rule.id() == id).map(|(_, outcome)| *outcome);
            let words =
                corpus::CONDITIONS.map(|rule| of_rule(rule).map_or("nothing", |outcome: Outcome| word(outcome)));
            lines.push(format!("{} {} {}", deployment.root, trail.address, words.join(" ")));
        }
    }
    lines.sort();
    lines
}

/// Each of the numbers is at most 2.2 times the one before.
#[track_caller]
fn assert_growth(name: &str, counts: [usize; 3]) {
    for (small, large) in counts.iter().zip(counts.iter().skip(1)) {
        assert!(*small > 0 && large * 10 <= small * 22, "{name}: {counts:?}");
    }
}

#[test]
fn a_repository_is_read_once_and_its_modules_once_more() {
    let counts = [1000, 2000, 4000].map(|size| {
        let (files, expected) = repository(size);
        let fs = Counting::new(files);
        // Two threads may both look for a module before either has found it.
        let settings = EngineSettings { jobs: NonZeroUsize::new(1), ..EngineSettings::default() };
        let report = engine::check(&fs, &everything(), Sources::new("/".into()), &settings).unwrap();
        assert_eq!(verdicts(&report), expected);
        // A called module is looked for, searched for trails, and read, each of them once for all its callers.
        assert!(Counting::most(&fs.read).0 <= 2, "{:?}", Counting::most(&fs.read));
        // A project with an unknown value also searches the directories around it for files of values.
        assert!(Counting::most(&fs.listed).0 <= 8, "{:?}", Counting::most(&fs.listed));
        fs.total()
    });
    assert_growth("files and directories", counts);
}

#[test]
fn what_is_installed_is_read_once_for_all_roots() {
    let entry = |n| format!("{{\"Key\": \"m{n}\", \"Source\": \"m\", \"Dir\": \"../.terraform/m\"}}");
    let manifest = format!("{{\"Modules\": [{}]}}", (0..100).map(entry).collect::<Vec<_>>().join(","));
    let root = |n| {
        let call = "module \"m0\" {\n  source = \"m\"\n}\n".to_owned();
        [(format!("{n}/main.tf"), call), (format!("{n}/.terraform/modules/modules.json"), manifest.clone())]
    };
    let installed = [(".terraform/m/main.tf".to_owned(), "locals {}\n".to_owned())];
    let fs = Counting::new(Memory::new((0..10).flat_map(root).chain(installed)));
    let report = engine::check(&fs, &everything(), Sources::new("/".into()), &EngineSettings::default()).unwrap();
    assert!(report.deployments.is_empty());
    // It is looked into, and then read.
    assert_eq!((Counting::most(&fs.read).0, Counting::most(&fs.listed).0), (1, 2));
}

/// Files of a size.
type Shape = fn(usize) -> Memory;

/// A file in which `write` is repeated, and a trail that depends on all of it.
fn repeated(count: usize, write: impl Fn(&mut String, usize), argument: String) -> Memory {
    let mut text = String::new();
    (1..=count).for_each(|index| write(&mut text, index));
    writeln!(text, "resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = {argument}\n}}").unwrap();
    Memory::new([("main.tf", text)])
}

fn chain_of_locals(length: usize) -> Memory {
    let next = |text: &mut String, n| {
        writeln!(text, "locals {{\n  l{n} = lower(upper(local.l{}))\n}}", n - 1).unwrap();
    };
    let fs = |text: &mut String, n| {
        if n == 1 {
            writeln!(text, "locals {{\n  l0 = \"true\"\n}}").unwrap();
        }
        next(text, n);
    };
    repeated(length, fs, format!("local.l{length}"))
}

fn wide_conditionals(width: usize) -> Memory {
    let all: Vec<String> = (1..=width).map(|n| format!("local.l{n} ? {n} > 0 : false")).collect();
    let local = |text: &mut String, n| writeln!(text, "locals {{\n  l{n} = {n} < 0 ? false : true\n}}").unwrap();
    repeated(width, local, format!("alltrue([{}])", all.join(", ")))
}

fn selectors(count: usize) -> Memory {
    let selector =
        "  event_selector {\n    read_write_type = lower(\"ALL\") == \"all\" ? \"All\" : \"ReadOnly\"\n  }\n";
    let text = format!("resource \"aws_cloudtrail\" \"t\" {{\n{}}}\n", selector.repeat(count));
    Memory::new([("main.tf", text)])
}

/// So many calls of five modules within each other, and a trail in the innermost.
fn nested_modules(calls: usize) -> Memory {
    let call = |name: String, source: &str| format!("module \"{name}\" {{\n  source = \"{source}\"\n  n = var.n\n}}\n");
    let variable = "variable \"n\" {\n  default = true\n}\n";
    let outer: String = (0..calls).map(|n| call(format!("m{n}"), "./l0")).collect();
    let mut files = vec![("main.tf".to_owned(), format!("{variable}{outer}"))];
    for level in 0..5 {
        let inner = call("next".to_owned(), &format!("../l{}", level + 1));
        files.push((format!("l{level}/main.tf"), format!("{variable}{inner}")));
    }
    let trail = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.n\n}\n";
    files.push(("l5/main.tf".to_owned(), format!("{variable}{trail}")));
    Memory::new(files)
}

#[test]
fn evaluation_grows_with_what_is_written() {
    let shapes: [(&str, Shape); 5] = [
        ("a repository", |size| repository(size * 20).0),
        ("a chain of locals", chain_of_locals),
        ("wide conditionals", wide_conditionals),
        ("selectors", selectors),
        ("nested modules", nested_modules),
    ];
    for (name, shape) in shapes {
        assert_growth(name, [50, 100, 200].map(|size| steps(&shape(size))));
    }
}

#[test]
fn what_no_trail_asks_for_is_not_evaluated() {
    let with = |others: usize| {
        let others: String = (0..others).map(|n| format!("locals {{\n  o{n} = lower(\"A\")\n}}\n")).collect();
        repeated(1, |text, _| text.push_str(&others), "lower(\"TRUE\") == \"true\"".to_owned())
    };
    assert_eq!(steps(&with(1)), steps(&with(1000)));
}

/// How many times files are parsed while all that is declared in them is looked at.
fn parses(fs: &Memory) -> usize {
    let (sources, caches, options) = (Sources::new("/".into()), Caches::default(), Options::default());
    let context = Context { fs, sources: &sources, caches: &caches, options: &options, plan: None, tried: &[] };
    let scan = scan::scan(fs, &everything(), &sources, &Progress::default()).unwrap();
    for (format, kept) in FORMATS.iter().zip(&scan.candidates) {
        let linked = kept.iter().map(|kept| LinkedFile { candidate: *kept, links: format.links(*kept, context) });
        for project in format.projects(&linked.collect::<Vec<_>>(), context) {
            let opened = project.open(context, &Budget::new(Budget::steps_for(0)));
            assert_eq!(opened.sites(SearchSubject::Trails), 1);
        }
    }
    caches.cloudformation.parsed()
}

const STACKS: &str =
    "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: shared.yaml}\n";
const INCLUDE: &str = "Transform: {Name: AWS::Include, Parameters: {Location: shared.yaml}}\n";
const SHARED: &str = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n";

#[test]
fn what_many_templates_bring_in_is_not_parsed_for_each() {
    for template in [STACKS, INCLUDE] {
        let files = (0..100).map(|number| (format!("{number}.yaml"), template.to_owned()));
        let shared = [("shared.yaml".to_owned(), SHARED.to_owned())];
        // Each for what it brings in, and for its deployment.
        assert_eq!(parses(&Memory::new(files.chain(shared))), 203, "{template}");
        let documents = format!("---\n{template}").repeat(100);
        let files = [("t.yaml".to_owned(), documents), ("shared.yaml".to_owned(), SHARED.to_owned())];
        assert!(parses(&Memory::new(files)) <= 6, "{template}");
    }
}
