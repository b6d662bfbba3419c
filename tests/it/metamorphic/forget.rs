//! Knowing less never changes a verdict to its contrary.

use super::syntax::{expressions, read};
use crate::oracle::expressions::Writer;
use crate::support::quick_or_long;

use super::{Files, Verdicts, corpus, verdicts};

#[test]
fn a_forgotten_value_leaves_a_verdict_or_makes_it_unknown() {
    check_forgetting(corpus(), quick_or_long(200, 1000));
}

#[test]
fn a_forgotten_part_of_an_expression_leaves_a_verdict_or_makes_it_unknown() {
    let seed = std::env::var("TRAILINT_SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut writer = Writer::new(seed);
    let project = |_| {
        let expression = writer.boolean(3);
        let trail = format!("resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = {expression}\n}}\n");
        // An expression that fails is as wrong as `false`, until the part is forgotten that makes it fail.
        (!fails(&expression)).then(|| (format!("generated from {seed}"), vec![("main.tf".to_owned(), trail)]))
    };
    check_forgetting((0..300).filter_map(project).collect(), 1000);
}

/// Checks every project without each of its values in turn, and that there are at least so many of them.
fn check_forgetting(projects: Vec<(String, Files)>, at_least: usize) {
    let (mut tried, mut contradictions) = (0, Vec::new());
    for (name, files) in projects {
        let before = verdicts(&files);
        for (changed, what) in forgetful(&files) {
            tried += 1;
            let contradicted = contradicted(&before, &verdicts(&changed));
            if contradicted.is_empty() || fails(&what) {
                continue;
            }
            for (about, was, is) in contradicted {
                contradictions.push(format!("{name}: {about:?} {was} → {is} without `{what}`\n{}", files[0].1));
            }
        }
    }
    assert!(tried >= at_least, "only {tried} values were forgotten");
    assert!(contradictions.is_empty(), "of {tried}:\n{}", contradictions.concat());
}

/// The project without the value of one expression, for each of its expressions.
fn forgetful(files: &Files) -> Vec<(Files, String)> {
    let mut changed = Vec::new();
    for (at, (path, text)) in files.iter().enumerate().filter(|(_, (path, _))| path.ends_with(".tf")) {
        for place in read(text).blocks.iter().flat_map(|(block, _)| expressions(block)) {
            let is_root = !path.contains('/');
            // In a module that is called, a variable without a value would be a mistake.
            let unset = if is_root { "(var.nobody_sets_this)" } else { "(data.external.outside.result)" };
            let mut files = files.clone();
            files[at].1 = format!("{}{unset}{}", &text[..place.start], &text[place.end..]);
            if is_root {
                files.push(("nobody.tf".to_owned(), "variable \"nobody_sets_this\" {\n}\n".to_owned()));
            }
            changed.push((files, text[place].to_owned()));
        }
    }
    changed
}

/// Whether an expression fails, which what isn't known doesn't: `can` may tell the difference.
fn fails(expression: &str) -> bool {
    let text = format!("resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = can({expression})\n}}\n");
    let verdicts = verdicts(&vec![("main.tf".to_owned(), text)]);
    verdicts.get(&("aws_cloudtrail.t".to_owned(), "single-region-trail")) == Some(&"fail")
}

/// What was certain before and is certainly otherwise now.
fn contradicted(before: &Verdicts, after: &Verdicts) -> Vec<((String, &'static str), &'static str, &'static str)> {
    let changed = before.iter().filter_map(|(about, was)| Some((about.clone(), *was, *after.get(about)?)));
    changed.filter(|(_, was, is)| was != is && *was != "unknown" && *is != "unknown").collect()
}
