//! Builds and applies fixes: edits of the source that remove a finding.
//!
//! A rule that knows the right code describes it with a [`Remedy`]: set an argument, remove an argument or a field
//! selector, add a selector. The rule knows no syntax and no file. Three steps turn this into edits:
//!
//! - The **place** is where the value is decided, the end of its path through references ([`remedy_edits`]): the literal in
//!   the trail, the default of a variable or a parameter, the line in a file of values, the argument of a call, the arm
//!   of a condition; if nothing sets the value, the block that lacks it. A place that isn't a plain literal is replaced
//!   only in the trail itself, and a conditional is replaced as a whole.
//! - An **editor** for each family of languages makes the edits ([`blocks`] and [`objects`] for HCL; [`nodes`] for YAML
//!   and JSON, also Terraform's). It inserts code in the style of the neighbouring code and leaves every other byte
//!   unchanged, except for the alignment of `terraform fmt`.
//! - **Safety** ([`safety`]): a fix is safe if it can change only the trails of its finding. It is unsafe if other code
//!   reads the place, too, if it replaces logic by a value, or if it may increase the number of billed events.
//!
//! A value that fails in several worlds is fixed by the edits of all these worlds. Before anything is written, the
//! edits are tried in memory and the result is checked again; [`edit`](crate::edit) chooses edits that don't overlap.

mod apply;
mod blocks;
mod comments;
mod list;
mod nodes;
mod objects;
mod parsed_files;
mod regression;
mod rejected;
mod remedy_edits;
mod rows;
mod safety;
mod within;

use std::collections::{HashMap, HashSet};

pub use apply::{ChangedFile, FixResult, apply_fixes, drop_rejected, is_allowed};
pub use parsed_files::{ParsedFiles, ParsedTrees};
pub use rejected::drop_rejected_values;

use crate::edit::{Edit, Fix};
use crate::finding::FindingTarget;
use crate::model::{Remedy, RemedyKind};
use crate::report::{Diagnostic, Outcome, Report};
use crate::scan::ScanInputs;
use crate::source::{FileId, Fs, PathKind, SourceFile, Span, is_generated, is_known_interface};
use crate::syntax::Problem;
use crate::syntax::placeholders;
use crate::value::StepRole;
use safety::Trails;

/// Sets the fix of each finding of one deployment, as if there were no other deployment.
///
/// There is no fix for a file that a tool generates, since its next run would undo the fix. A plan is such a file:
/// `is_output` is true if it is checked on its own.
pub fn propose(findings: &mut [Diagnostic], texts: &ParsedFiles<'_>, is_output: bool) {
    for diagnostic in findings {
        if !is_output && is_decided_by_default(diagnostic, texts) {
            // The variable can be set outside of the interface, but there is no place yet that does so.
            diagnostic.finding.remedies.clear();
        } else if is_output || is_decided_in_output(diagnostic, texts) {
            refer_to_source(diagnostic);
        }
        diagnostic.fix = fix(diagnostic, texts);
    }
}

/// Removes the fixes in files that can't be parsed completely: the part that isn't understood may contain what a fix adds.
pub fn drop_fixes_of_invalid_files(findings: &mut [Diagnostic], problems: &[Problem]) {
    let invalid: HashSet<FileId> =
        problems.iter().filter(|problem| problem.kind.loses_text()).map(|problem| problem.span.file).collect();
    if invalid.is_empty() {
        return;
    }
    for diagnostic in findings {
        let changes_invalid = |fix: &mut Fix| fix.edits.iter().any(|edit| invalid.contains(&edit.span.file));
        diagnostic.fix = diagnostic.fix.take_if(|fix| !changes_invalid(fix));
    }
}

/// True if the place that decides a failing value is in a file that a tool generates.
fn is_decided_in_output(diagnostic: &Diagnostic, texts: &ParsedFiles<'_>) -> bool {
    let is_output = |span: Span| {
        let path = &texts.file(span.file).path;
        is_generated(path) || is_known_interface(path)
    };
    match &diagnostic.finding.place {
        FindingTarget::Text(label) if diagnostic.finding.remedies.is_empty() => is_output(label.span),
        _ => diagnostic.finding.remedies.iter().any(|remedy| is_output(remedy.target())),
    }
}

/// True if the default of a variable in the known interface of a module decides.
fn is_decided_by_default(diagnostic: &Diagnostic, texts: &ParsedFiles<'_>) -> bool {
    diagnostic.finding.remedies.iter().any(|remedy| {
        let role = remedy.steps().last().and_then(|hop| hop.step.role());
        role == Some(StepRole::Default) && is_known_interface(&texts.file(remedy.target().file).path)
    })
}

/// Refers to the source of a generated file instead of fixing it.
fn refer_to_source(diagnostic: &mut Diagnostic) {
    diagnostic.finding.remedies.clear();
    /// The first words of advice to change the code.
    const CHANGES: [&str; 8] = ["declare ", "fix ", "rename ", "replace ", "set ", "simplify ", "split ", "use "];
    let asks_for_text = |help: &String| CHANGES.iter().any(|word| help.starts_with(word)) && !help.contains("`--");
    let help = diagnostic.finding.help.take();
    diagnostic.finding.help = match (diagnostic.outcome, help) {
        (Outcome::Fail, Some(help)) => Some(format!("in the source: {help}")),
        (Outcome::Unknown, Some(help)) if asks_for_text(&help) => Some(format!("in the source: {help}")),
        (_, help) => help,
    };
}

/// Updates the safety of the fixes with regard to all deployments, and removes those that would change other files than
/// allowed.
pub fn update_safety(report: &mut Report, fs: &dyn Fs, may_change: impl Fn(&SourceFile) -> bool) {
    let Report { findings, deployments, sources, .. } = &mut *report;
    let (trails, texts) = (Trails::new(deployments, sources), ParsedFiles::new(sources, fs, &|_| None));
    for diagnostic in findings {
        // Unused suppressions are known only after all deployments have been evaluated.
        if diagnostic.finding.remedies.iter().any(concerns_suppression) {
            diagnostic.fix = fix(diagnostic, &texts);
        }
        let sharing = diagnostic
            .finding
            .remedies
            .iter()
            .filter(|remedy| !concerns_suppression(remedy))
            .filter_map(|remedy| trails.risk(diagnostic, remedy))
            .max();
        if let Some(fix) = &mut diagnostic.fix {
            fix.risk = fix.risk.max(sharing);
        }
        diagnostic.fix = diagnostic.fix.take_if(|fix| fix.is_within(sources, &may_change));
    }
    spare_refused_elsewhere(report);
    drop_fixes_of_suppressed(report);
}

/// Removes the fixes that make the changes of one that another deployment rejects.
fn spare_refused_elsewhere(report: &mut Report) {
    let refused: Vec<Fix> = report.findings.iter().filter_map(|diagnostic| diagnostic.rejected_fix.clone()).collect();
    drop_including(report, refused);
}

/// True if a change is about a suppression and so changes no trail.
fn concerns_suppression(remedy: &Remedy) -> bool {
    matches!(remedy.change, RemedyKind::RemoveIgnore { .. })
}

/// Removes the fixes of suppressed findings, and the fixes that include one of these.
pub fn drop_fixes_of_suppressed(report: &mut Report) {
    let suppressed = report.findings.iter_mut().filter(|diagnostic| diagnostic.suppressed.is_some());
    let accepted = suppressed.filter_map(|diagnostic| diagnostic.fix.take()).collect();
    drop_including(report, accepted);
}

/// Removes the fixes that make all edits of another one.
fn drop_including(report: &mut Report, others: Vec<Fix>) {
    let mut by_first: HashMap<Edit, Vec<Fix>> = HashMap::new();
    for fix in others {
        if let Some(first) = fix.edits.first().cloned() {
            by_first.entry(first).or_default().push(fix);
        }
    }
    let holds = |fix: &Fix, other: &Fix| other.edits.iter().all(|edit| fix.edits.binary_search(edit).is_ok());
    let includes_one = |fix: &mut Fix| {
        let mut beginning_here = fix.edits.iter().filter_map(|edit| by_first.get(edit)).flatten();
        beginning_here.any(|other| holds(fix, other))
    };
    report.findings.iter_mut().for_each(|diagnostic| drop(diagnostic.fix.take_if(includes_one)));
}

/// True if an edit replaces a mark of a templating tool, or inserts text into a part that depends on a statement and that
/// doesn't contain the place of the finding.
fn touches_marks(edit: &Edit, remedy: &Remedy, texts: &ParsedFiles<'_>) -> bool {
    if edit.text.is_empty() || !edit.span.is_empty() {
        return !placeholders::marks(&texts.slice(edit.span)).is_empty();
    }
    let marks = texts.marks(edit.span.file);
    let place = remedy.origin.span();
    let outer = placeholders::depth(&marks, place.start as usize);
    place.file == edit.span.file && placeholders::depth(&marks, edit.span.start as usize) != outer
}

fn fix(diagnostic: &Diagnostic, texts: &ParsedFiles<'_>) -> Option<Fix> {
    let is_mendable = diagnostic.outcome == Outcome::Fail && !texts.is_exhausted();
    let first = diagnostic.finding.remedies.first().filter(|_| is_mendable)?;
    let mut edits = Vec::new();
    let mut risk = None;
    let remedies = without_redundant(&diagnostic.finding.remedies);
    for remedy in &remedies {
        let own = remedy_edits::edits(remedy, &remedies, texts)?;
        if own.iter().any(|edit| touches_marks(edit, remedy, texts)) {
            return None;
        }
        if !concerns_suppression(remedy) {
            risk = risk.max(safety::risk_of(remedy, &own, texts));
        }
        for edit in own {
            edits.push(texts.in_file(edit)?);
        }
    }
    edits.sort_unstable();
    edits.dedup();
    let is_clear = edits.windows(2).all(|pair| match pair {
        [one, other] => one.span.file != other.span.file || one.span.end <= other.span.start,
        _ => true,
    });
    is_clear.then(|| Fix { title: title(first, remedies.len()), risk, edits })
}

/// Returns the changes, except for values that pass through a conditional which another change replaces.
fn without_redundant(remedies: &[Remedy]) -> Vec<&Remedy> {
    let replaced: Vec<(usize, Span)> =
        remedies.iter().enumerate().filter_map(|(at, remedy)| Some((at, remedy.replaced()?))).collect();
    let is_needed = |(at, remedy): &(usize, &Remedy)| {
        let replaces = |(by, span): &(usize, Span)| by != at && remedy.passes_through(*span);
        // If several changes replace the same conditional, the first is kept.
        !replaced.iter().any(|one| replaces(one) && (remedy.replaced() != Some(one.1) || one.0 < *at))
    };
    remedies.iter().enumerate().filter(is_needed).map(|(_, remedy)| remedy).collect()
}

/// Describes the first change and the number of further ones.
fn title(first: &Remedy, remedies: usize) -> String {
    match remedies.saturating_sub(1) {
        0 => first.advise(),
        1 => format!("{}, and one more change", first.advise()),
        others => format!("{}, and {others} more changes", first.advise()),
    }
}

/// True if a file is standard input, was named by the user, or lies below a named directory, if it can be written
/// exactly as it was read, and if it is neither generated nor embedded in another file.
pub fn is_checked(file: &SourceFile, inputs: &ScanInputs, fs: &dyn Fs) -> bool {
    let is_typed = inputs.text.as_ref().is_some_and(|(path, _)| *path == file.path);
    let is_named = || {
        let is_below = inputs.paths.iter().any(|input| file.path.starts_with(&input.path));
        is_below && fs.kind(&file.path) == Ok(PathKind::File)
    };
    !is_generated(&file.path) && file.replaced.is_empty() && (is_typed || is_named())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::edit::Safety;
    use crate::engine::{self, EngineSettings};
    use crate::scan::Input;
    use crate::source::{Memory, Sources};

    fn inputs() -> ScanInputs {
        ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() }
    }

    /// Returns the number of bytes that are searched, and of items that are parsed, for the fixes of a file.
    fn work(name: &str, text: &str) -> (usize, usize) {
        let fs = Memory::new([(Path::new(name), text)]);
        let report = engine::check(&fs, &inputs(), Sources::new("/".into()), &EngineSettings::default()).unwrap();
        let texts = ParsedFiles::new(&report.sources, &fs, &|_| None);
        let fixes = report.findings.iter().filter_map(|diagnostic| fix(diagnostic, &texts)).count();
        assert!(fixes > 1, "{name}");
        (texts.searched(), texts.parsed())
    }

    fn searched(name: &str, text: &str) -> usize {
        work(name, text).0
    }

    #[test]
    fn rows_that_move_with_a_fix_are_no_more_work_than_they_are_text() {
        let rows = |count| format!("resource \"aws_cloudtrail\" \"t\" {{\n{}}}\n", "  a = 1\n".repeat(count));
        let (few, many) = (rows(50), rows(500));
        assert!(searched("main.tf", &many) < searched("main.tf", &few) * 20);
    }

    #[test]
    fn a_trail_among_many_is_no_more_work_than_alone() {
        let trail = |n| format!("  T{n}:\n    Type: AWS::CloudTrail::Trail\n    Properties: {{IsLogging: false}}\n");
        let template = |count| format!("Resources:\n{}", (0..count).map(trail).collect::<String>());
        let (few, many) = (template(20), template(200));
        assert!((1..searched("t.yaml", &few) * 20).contains(&searched("t.yaml", &many)));
        let trail = |n| format!("\"t{n}\": {{\"is_multi_region_trail\": false}}");
        let configuration = |count| {
            let trails = (0..count).map(trail).collect::<Vec<_>>().join(", ");
            format!("{{\"resource\": {{\"aws_cloudtrail\": {{{trails}}}}}}}")
        };
        let (few, many) = (configuration(20), configuration(200));
        assert!((1..searched("main.tf.json", &few) * 20).contains(&searched("main.tf.json", &many)));
    }

    #[test]
    fn data_events_of_another_trail_do_not_matter() {
        let region = "\"is_multi_region_trail\": false";
        let data =
            "\"event_selector\": {\"data_resource\": {\"type\": \"AWS::S3::Object\", \"values\": [\"arn:aws:s3\"]}}";
        let trails = format!("\"a\": {{{region}}}, \"b\": [{{{region}, {data}}}]");
        for (open, close) in [("{", "}"), ("[{", "}]")] {
            let text = format!("{{\"resource\": {open}\"aws_cloudtrail\": {open}{trails}{close}{close}}}");
            let fs = Memory::new([(Path::new("main.tf.json"), text.as_str())]);
            let report = engine::check(&fs, &inputs(), Sources::new("/".into()), &EngineSettings::default()).unwrap();
            let regions = report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == "single-region-trail");
            let safeties: Vec<Safety> = regions.map(|diagnostic| diagnostic.fix.as_ref().unwrap().safety()).collect();
            assert_eq!(safeties, [Safety::Safe, Safety::Unsafe], "{text}");
        }
    }

    #[test]
    fn a_replaced_literal_needs_no_parse() {
        let arguments = "  is_multi_region_trail = false\n  enable_log_file_validation = true\n";
        let trail = |header| format!("resource {header} {{\n{arguments}}}\n");
        let file = |header: &str, other: &str| trail(format!("{header} \"t\"")) + &trail(format!("{other} \"u\""));
        let plain = "\"aws_cloudtrail\"";
        let parsed = |other| work("main.tf", &file(plain, other)).1;
        assert_eq!(parsed(plain), 0);
        assert_eq!(parsed("/* a \"b\" */ \"aws_cloudtrail\""), 1);
        assert_eq!(parsed("\"aws_cl\\u006fudtrail\""), 1);
    }
}
