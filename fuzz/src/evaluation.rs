//! An expression, evaluated: it takes no more steps than it may, and what isn't known never decides.

use trailint::internal::formats::{Caches, CandidateFile, Context, FORMATS, LinkedFile, Options};
use trailint::internal::model::SearchSubject;
use trailint::internal::progress::Progress;
use trailint::internal::report::Outcome;
use trailint::internal::scan;
use trailint::internal::source::{Memory, Sources, Span};
use trailint::internal::syntax::hcl;
use trailint::internal::value::Budget;
use trailint::internal::value::budget::MAX_STEPS;
use trailint::internal::value::world::explore;

/// What a variable may turn out to be of which nothing is known.
const VALUES: [&str; 9] =
    ["true", "false", "null", "\"true\"", "\"All\"", "0", "[false]", "{ a = true }", "[\"a\", \"b\"]"];

/// The names that expressions may refer to; the rest of them is declared nowhere.
const NAMES: &str = "variable \"set\" {\n  default = \"true\"\n}\nlocals {\n  list = [1, \"a\", true]\n  map = { a = true, b = \"false\" }\n  self = local.self\n}\n";

/// Evaluates a text as an expression.
///
/// # Panics
///
/// When evaluation takes too many steps, or when a verdict without the value of a variable is another one than with it.
pub fn check(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let sources = Sources::new("/".into());
    let id = sources.add("/expression".as_ref(), text.as_bytes().to_vec());
    if hcl::parse_expr(text, |range| Span::new(id, range.start, range.end)).is_err() {
        return;
    }
    let steps = steps(&Memory::new([("main.tf", project("", text))]));
    // The last steps may be many at once.
    assert!(steps <= 2 * MAX_STEPS, "{steps} steps for\n{text}");
    let unset = verdict("", text);
    // The type of what isn't known isn't known either. So `true ? 1 : var.unset` is no boolean to us, although it is one
    // with a string, which makes a string of the number.
    if unset == Outcome::Unknown || fails("", text) {
        return;
    }
    for value in VALUES {
        let set = verdict(value, text);
        let holds = set == unset || set == Outcome::Unknown || fails(value, text);
        assert!(holds, "{unset:?} without, {set:?} with the value {value} in\n{text}");
    }
}

/// A trail that an expression makes multi-Region or not; `value` is that of `var.unset`, if it has one.
fn project(value: &str, expression: &str) -> String {
    let default = if value.is_empty() { String::new() } else { format!("  default = {value}\n") };
    let variable = format!("variable \"unset\" {{\n{default}}}\n");
    format!("{NAMES}{variable}resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = ({expression}\n  )\n}}\n")
}

fn verdict(value: &str, expression: &str) -> Outcome {
    let text = project(value, expression);
    let report = super::check([("main.tf", text.as_bytes())]);
    let trails = report.deployments.iter().flat_map(|deployment| &deployment.trails);
    let said = trails.flat_map(|trail| &trail.rules).find(|(rule, _)| rule.id() == "single-region-trail");
    said.map_or(Outcome::Unknown, |(_, outcome)| *outcome)
}

/// Whether an expression may fail with a value, so that nothing would be deployed.
fn fails(value: &str, expression: &str) -> bool {
    verdict(value, &format!("can(tobool({expression}\n))")) != Outcome::Pass
}

/// The steps that the evaluation of all declarations takes in all worlds.
///
/// # Panics
///
/// When files can't be searched that lie in memory.
pub fn steps(fs: &Memory) -> usize {
    let (sources, caches, options) = (Sources::new("/".into()), Caches::default(), Options::default());
    let context = Context { fs, sources: &sources, caches: &caches, options: &options, plan: None, tried: &[] };
    let scan = scan::scan(fs, &super::everything(), &sources, &Progress::default()).expect("`/` is there");
    let projects = FORMATS.iter().zip(&scan.candidates).flat_map(|(format, kept)| {
        let linked = |kept: &CandidateFile| LinkedFile { candidate: *kept, links: format.links(*kept, context) };
        format.projects(&kept.iter().map(linked).collect::<Vec<_>>(), context)
    });
    let mut steps = 0;
    for project in projects {
        let budget = Budget::new(MAX_STEPS);
        let opened = project.open(context, &budget);
        for subject in [SearchSubject::Trails, SearchSubject::Related] {
            for site in 0..opened.sites(subject) {
                explore(&budget, |world| drop(opened.resources(subject, site, world)));
            }
        }
        steps += budget.spent();
    }
    steps
}
