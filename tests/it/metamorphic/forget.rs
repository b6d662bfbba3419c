//! Knowing less never changes a verdict to its contrary.

use super::syntax::{expressions, read};
use super::{Files, Verdicts, corpus, verdicts};

#[test]
fn a_forgotten_value_leaves_a_verdict_or_makes_it_unknown() {
    let (mut tried, mut contradictions) = (0, Vec::new());
    for (name, files) in corpus() {
        let before = verdicts(&files);
        for (changed, what) in forgetful(&files) {
            tried += 1;
            for (about, was, is) in contradicted(&before, &verdicts(&changed)) {
                contradictions.push(format!("{name}: {about:?} {was} → {is} without {what}\n"));
            }
        }
    }
    assert!(tried >= 500, "only {tried} values were forgotten");
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
            changed.push((files, format!("`{}` at {}..{} of {path}", &text[place.clone()], place.start, place.end)));
        }
    }
    changed
}

/// What was certain before and is certainly otherwise now.
fn contradicted(before: &Verdicts, after: &Verdicts) -> Vec<((String, &'static str), &'static str, &'static str)> {
    let changed = before.iter().filter_map(|(about, was)| Some((about.clone(), *was, *after.get(about)?)));
    changed.filter(|(_, was, is)| was != is && *was != "unknown" && *is != "unknown").collect()
}
