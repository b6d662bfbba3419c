//! The cost of evaluation: hostile text hits a limit early, and declarations that no trail depends on cost nothing.

use std::path::Path;
use std::rc::Rc;

use super::expand::CREATED;
use crate::formats::terraform::Terraform;
use crate::formats::terraform::language::unknowns::first_unknown;
use crate::formats::{Caches, CandidateFile, Context, InputFormat, LinkedFile, LoadedProject, Options, Relevance};
use crate::model::SearchSubject;
use crate::source::{Memory, Sources};
use crate::value::budget::MAX_STEPS;
use crate::value::{Budget, Known, Unknown, World};

/// More steps than real code takes.
const STEPS: usize = 250_000;

fn budget() -> Rc<Budget> {
    Budget::new(STEPS)
}

const TRAIL: &str = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = local.probe\n}\n";

/// The value of `local.probe` with these declarations, or the first reason why it is unknown, and the number of steps.
fn probe(declarations: &str) -> (String, usize) {
    probe_files(&[("/main.tf", &format!("{declarations}\n{TRAIL}"))])
}

fn probe_files(files: &[(&str, &str)]) -> (String, usize) {
    opened(files, |opened| {
        let world = World::open(&budget());
        let resources = opened.resources(SearchSubject::Trails, 0, &world);
        let Known(body) = &resources[0].body else { panic!("the body isn't known") };
        let value = &body.field("is_multi_region_trail").unwrap().value;
        let said = match (first_unknown(value), &value.value) {
            (Some(why), _) | (None, Unknown(why)) => why.describe(),
            (None, Known(data)) => data.shown(),
        };
        (said, world.steps())
    })
}

/// The number of instances of the first declaration, and true if all are known to exist.
fn resources_of(files: &[(&str, &str)]) -> (usize, bool) {
    opened(files, |opened| {
        let resources = opened.resources(SearchSubject::Trails, 0, &World::open(&budget()));
        (resources.len(), resources.iter().all(|resource| resource.exists.value == Known(true)))
    })
}

/// The only project among files.
fn opened<T>(files: &[(&str, &str)], ask: impl FnOnce(&dyn LoadedProject) -> T) -> T {
    let fs = Memory::new(files.iter().map(|(path, text)| (path, *text)));
    let sources = Sources::new("/".into());
    let (caches, options) = (Caches::default(), Options::default());
    let context = Context { fs: &fs, sources: &sources, caches: &caches, options: &options, plan: None, tried: &[] };
    let candidate = files
        .iter()
        .map(|(path, _)| sources.load(&fs, Path::new(path)).unwrap())
        .map(|file| CandidateFile { file, relevance: Relevance::Trail });
    let linked: Vec<LinkedFile> =
        candidate.map(|candidate| LinkedFile { candidate, links: Terraform.links(candidate, context) }).collect();
    let projects = Terraform.projects(&linked, context);
    ask(projects[0].open(context, &budget()).as_ref())
}

/// Locals of which `l0` is the base, and each further one is made from the previous one, denoted by `X`.
fn chain(length: usize, base: &str, next: &str) -> String {
    let mut text = format!("locals {{\n  l0 = {base}\n");
    for at in 1..=length {
        text.push_str(&format!("  l{at} = {}\n", next.replace('X', &format!("local.l{}", at - 1))));
    }
    text + "}\n"
}

#[test]
fn what_doubles_is_given_up() {
    let cases = [
        ("[1]", "[X, X]", "the size of a value"),
        ("{}", "{ a = X, b = X }", "the size of a value"),
        ("[1, 2]", "[for x in X : X]", "the size of a value"),
        ("\"ab\"", "\"${X}${X}\"", "the length of a string"),
        ("[1]", "concat(X, X)", "the size of a value"),
        ("[1]", "flatten([X, X])", "the size of a value"),
        ("[1, 2, 3]", "setproduct(X, X)", "the size of a value"),
        ("\"a\"", "join(\"\", [X, X])", "the length of strings"),
        ("[1]", "jsonencode([X, X])", "the length of strings"),
    ];
    for (base, next, limit) in cases {
        let (said, steps) = probe(&format!("{}locals {{\n  probe = local.l40\n}}\n", chain(40, base, next)));
        assert_eq!(said, format!("exceeds the limit for {limit}"), "{next}");
        assert!(steps < MAX_STEPS, "{next} takes {steps} steps");
    }
}

#[test]
fn what_is_too_large_is_given_up() {
    let cases = [
        (format!("[{}]", "1,".repeat(70_000)), "exceeds the limit for the elements of a collection"),
        (format!("\"{}\"", "a".repeat(1_100_000)), "this can't be parsed"),
        (format!("{}true{}", "(".repeat(300), ")".repeat(300)), "this can't be parsed"),
        (format!("{}true{}", "[".repeat(300), "]".repeat(300)), "this can't be parsed"),
        (format!("local.probe_of{}", ".a".repeat(5000)), "this can't be parsed"),
        ("format(\"%999999999d\", 1)".to_owned(), "exceeds the limit for the length of strings"),
        ("regex(\"((a{1000}){1000}){1000}\", \"aaa\")".to_owned(), "such a regular expression isn't evaluated"),
        ("range(1025)".to_owned(), "this can't be evaluated: `range`: the range has more than 1024 numbers"),
        ("local.probe".to_owned(), "`local.probe` depends on itself"),
        ("local.mirror\n  mirror = [local.probe]".to_owned(), "`local.probe` depends on itself"),
        (
            "[for a in range(1024) : [for b in range(1024) : a == b]]".to_owned(),
            "exceeds the limit for evaluation steps",
        ),
    ];
    for (value, expected) in cases {
        let (said, _) = probe(&format!("locals {{\n  probe = {value}\n}}\n"));
        assert_eq!(said, expected, "{}", value.chars().take(60).collect::<String>());
    }
}

#[test]
fn nesting_does_not_grow_from_trail_to_trail() {
    // Each probe stays below the limit of nested expressions, because it reaches values that the previous probe has
    // evaluated.
    let text = chain(400, "[]", "[X]");
    let probes: Vec<String> = (1..=10).map(|at| format!("local.l{} == []", at * 40)).collect();
    let (said, _) = probe(&format!("{text}locals {{\n  probe = [{}, local.l400]\n}}\n", probes.join(", ")));
    assert_eq!(said, "exceeds the limit for nested collections");
}

#[test]
fn outputs_are_evaluated_once() {
    let mut files = vec![(
        "/main.tf".to_owned(),
        format!("module \"m\" {{\n  source = \"./m0\"\n}}\nlocals {{\n  probe = length(module.m.o)\n}}\n{TRAIL}"),
    )];
    for at in 0..12 {
        let next = at + 1;
        let call = format!(
            "module \"m\" {{\n  source = \"../m{next}\"\n}}\noutput \"o\" {{\n  value = [module.m.o[0], module.m.o[0]]\n}}\n"
        );
        files.push((format!("/m{at}/main.tf"), call));
    }
    files.push(("/m12/main.tf".to_owned(), "output \"o\" {\n  value = [1]\n}\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (said, steps) = probe_files(&files);
    assert_eq!(said, "2");
    assert!(steps < 1000, "{steps} steps");
}

#[test]
fn too_many_instances_are_not_told_apart() {
    let call = "module \"m\" {\n  source = \"./m\"\n  count  = 1000\n}\n";
    let trail = "resource \"aws_cloudtrail\" \"t\" {\n  count = COUNT\n}\n";
    let counts = |count: &str| resources_of(&[("/main.tf", call), ("/m/main.tf", &trail.replace("COUNT", count))]);
    assert_eq!(counts("1"), (1000, true));
    assert_eq!(counts("2"), (1, false));
    // Each instance of the module has one instance, which represents all.
    assert_eq!(counts("1000000"), (1000, false));
}

#[test]
fn too_many_calls_are_not_followed() {
    let mut files: Vec<(String, String)> = (0..9)
        .map(|at| {
            let source = if at == 0 { "./m1".to_owned() } else { format!("../m{}", at + 1) };
            let path = if at == 0 { "/main.tf".to_owned() } else { format!("/m{at}/main.tf") };
            (path, (0..4).map(|name| format!("module \"c{name}\" {{\n  source = \"{source}\"\n}}\n")).collect())
        })
        .collect();
    files.push(("/m9/main.tf".to_owned(), "resource \"aws_cloudtrail\" \"t\" {\n}\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    opened(&files, |opened| {
        assert!(opened.sites(SearchSubject::Trails) < 8192);
        assert!(!opened.unread_parts(SearchSubject::Trails).is_empty());
    });
}

#[test]
fn many_trails_share_their_steps() {
    let lengths = vec!["length(local.l11)"; 40].join(" + ");
    let trails: String = (0..20)
        .map(|at| format!("resource \"aws_cloudtrail\" \"t{at}\" {{\n  is_multi_region_trail = {lengths} > 1\n}}\n"))
        .collect();
    let text = format!("{}{trails}", chain(11, "[1]", "concat(X, X)"));
    let budget = Budget::new(4 * STEPS);
    opened(&[("/main.tf", &text)], |opened| {
        let is_known = |site| {
            let resources = opened.resources(SearchSubject::Trails, site, &World::open(&budget));
            let Known(body) = &resources[0].body else { panic!("the body isn't known") };
            matches!(body.field("is_multi_region_trail").unwrap().value.value, Known(_))
        };
        assert!(is_known(0));
        assert!(!(1..20).all(is_known));
    });
}

#[test]
fn unrelated_declarations_cost_nothing() {
    let alone = "locals {\n  probe = true\n}\n".to_owned();
    let mut crowded = alone.clone();
    for at in 0..1000 {
        crowded.push_str(&format!("variable \"v{at}\" {{ default = {at} }}\nlocals {{\n  x{at} = var.v{at} + 1\n}}\n"));
        crowded.push_str(&format!("resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = local.x{at}\n}}\n"));
    }
    assert_eq!(probe(&alone), probe(&crowded));
}

#[test]
fn a_chain_twice_as_long_costs_little_more_than_twice_as_much() {
    let (short, long) = (steps_of_chain(20), steps_of_chain(40));
    // Each element keeps its hops, whose number is the length of the chain.
    assert!(long <= 3.0 * short, "{long} against {short}");
}

fn steps_of_chain(length: usize) -> f64 {
    let (said, steps) = probe(&format!(
        "{}locals {{\n  probe = length(local.l{length}) == 3\n}}\n",
        chain(length, "[1]", "[X[0], X[0], X[0]]")
    ));
    assert_eq!(said, "true");
    steps as f64
}

#[test]
fn instances_that_the_budget_excludes_are_not_created() {
    for repetition in ["count = 1000", "for_each = { for i in range(1000) : \"k${i}\" => i }"] {
        let text = format!("resource \"aws_cloudtrail\" \"t\" {{\n  {repetition}\n}}\n");
        opened(&[("/main.tf", &text)], |opened| {
            CREATED.set(0);
            let resources = opened.resources(SearchSubject::Trails, 0, &World::open(&Budget::new(15_000)));
            assert!((2..1000).contains(&resources.len()), "{repetition}: {}", resources.len());
            assert_eq!(CREATED.get(), resources.len(), "{repetition}");
        });
    }
}
