//! Changes of texts that make findings go away.
//!
//! A rule that knows what should be written says so with a [`Remedy`]: give an argument a value, take an
//! argument or a field selector away, add a selector. It knows no syntax and no file. Three steps make edits of it:
//!
//! - The **place** is where the value is decided, the end of the way that it came ([`deciding`]): the literal in the
//!   trail, the default of a variable or a parameter, the line in a file of values, the argument of a call, the arm of
//!   a condition; where nothing is written, the block that lacks it. A place that isn't a plain literal is replaced only
//!   in the trail itself, and a conditional is replaced as a whole.
//! - An **editor** for each family of languages makes the splices ([`blocks`] and [`objects`] for HCL; [`nodes`] for YAML and JSON, also
//!   that of Terraform). It inserts what looks like its neighbours and leaves every other byte as it is, but for the
//!   alignment that `terraform fmt` asks for.
//! - **Safety** ([`safety`]): a fix is safe if only the trails that the finding is about can change. It isn't where others
//!   read the place, too, where logic is replaced by a value, or where more events may be billed.
//!
//! What is known to be wrong in several worlds is mended by all the edits that its worlds ask for. Before anything is
//! written, the edits are tried in memory and judged again; [`splice`](mod@splice) chooses those that don't get in each other's way.

mod blocks;
mod comments;
mod deciding;
mod harm;
mod list;
mod nodes;
mod objects;
mod rounds;
mod rows;
mod safety;
mod splice;
mod texts;

use std::collections::{BTreeSet, HashMap};

pub use rounds::{ChangedFile, FixResult, forget, is_allowed, mend};
pub use splice::{EditedTexts, apply, splice};
pub use texts::{ParsedFiles, ParsedTrees};

use crate::model::{Remedy, RemedyKind};
use crate::report::{Diagnostic, FindingTarget, Outcome, Report};
use crate::scan::ScanInputs;
use crate::source::{FileId, Fs, PathKind, SourceFile, Sources, Span, is_generated};
use crate::value::WRITE_HERE;
use safety::Trails;

/// Edits that make a finding go away, all of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What they do, as one imperative sentence.
    pub title: String,
    /// What else they may do.
    pub safety: Safety,
    /// In the order of their places, without overlap.
    pub edits: Vec<Edit>,
}

/// Whether a fix may change more than it is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Only the trails of the finding change.
    Safe,
    /// Something else may change, or what is billed.
    Unsafe,
}

/// A text in the place of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// What is replaced; empty where something is inserted.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Fix {
    /// The files that change.
    fn files(&self) -> BTreeSet<FileId> {
        self.edits.iter().map(|edit| edit.span.file).collect()
    }

    /// True if it changes only files that may be changed.
    pub fn is_within(&self, sources: &Sources, may_change: impl Fn(&SourceFile) -> bool) -> bool {
        self.files().into_iter().all(|file| may_change(&sources.file(file)))
    }
}

impl Safety {
    /// As outputs name it.
    pub fn word(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// Works out the fix of each finding of one deployment that has one, as if there were no other deployment.
///
/// A file that a tool writes has none: the next run of the tool would undo it. Such is a plan, which is judged by itself if
/// `is_output`.
pub fn propose(findings: &mut [Diagnostic], texts: &ParsedFiles<'_>, is_output: bool) {
    for finding in findings {
        if is_output || is_decided_in_output(finding, texts) {
            refer_to_source(finding, is_output);
        }
        finding.fix = fix(finding, texts);
    }
}

/// True if what decides a failing value lies in the output of a tool.
fn is_decided_in_output(finding: &Diagnostic, texts: &ParsedFiles<'_>) -> bool {
    let is_output = |span: Span| is_generated(&texts.file(span.file).path);
    match &finding.place {
        FindingTarget::Text(label) if finding.wishes.is_empty() => is_output(label.span),
        _ => finding.wishes.iter().any(|wish| is_output(wish.decider())),
    }
}

/// Leaves the fix to the code from which a file is generated. A plan decides what can't be decided by itself beside that code.
fn refer_to_source(finding: &mut Diagnostic, is_plan: bool) {
    finding.wishes.clear();
    /// How advice begins that asks for another text.
    const CHANGES: [&str; 8] = ["declare ", "fix ", "rename ", "replace ", "set ", "simplify ", "split ", "use "];
    let asks_for_text = |help: &String| CHANGES.iter().any(|word| help.starts_with(word)) && !help.contains("`--");
    let help = finding.help.take();
    finding.help = match (finding.outcome, help) {
        (Outcome::Unknown, Some(help)) if help == WRITE_HERE && is_plan => {
            Some("check the code together with this plan (`--plan`), or set a literal value in the source".to_owned())
        }
        (Outcome::Unknown, Some(help)) if help == WRITE_HERE => {
            Some("in the source: set a literal value there so that it can be checked".to_owned())
        }
        (Outcome::Fail, Some(help)) => Some(format!("in the source: {help}")),
        (Outcome::Unknown, Some(help)) if asks_for_text(&help) => Some(format!("in the source: {help}")),
        (_, help) => help,
    };
}

/// Weighs what was proposed beside all that was judged, and keeps what changes only files that may be changed.
pub fn settle(report: &mut Report, fs: &dyn Fs, may_change: impl Fn(&SourceFile) -> bool) {
    let Report { findings, deployments, sources, .. } = &mut *report;
    let (trails, texts) = (Trails::new(deployments), ParsedFiles::new(sources, fs, &|_| None));
    for finding in findings {
        // That something accepts nothing shows only now.
        if finding.wishes.iter().any(accepts) {
            finding.fix = fix(finding, &texts);
        }
        let sharing =
            finding.wishes.iter().filter(|wish| !accepts(wish)).map(|wish| trails.safety(finding, wish)).max();
        if let (Some(fix), Some(sharing)) = (&mut finding.fix, sharing) {
            fix.safety = fix.safety.max(sharing);
        }
        finding.fix = finding.fix.take_if(|fix| fix.is_within(sources, &may_change));
    }
    spare_accepted(report);
}

/// Whether a wish is about what accepts findings, which changes no trail.
fn accepts(wish: &Remedy) -> bool {
    matches!(wish.change, RemedyKind::RemoveIgnore { .. })
}

/// Takes away the fixes of findings that are accepted, and those that would mend such a one, too.
pub fn spare_accepted(report: &mut Report) {
    let mut accepted: HashMap<Edit, Vec<Fix>> = HashMap::new();
    for finding in report.findings.iter_mut().filter(|finding| finding.suppressed.is_some()) {
        let fix = finding.fix.take();
        if let Some((first, fix)) = fix.and_then(|fix| Some((fix.edits.first()?.clone(), fix))) {
            accepted.entry(first).or_default().push(fix);
        }
    }
    let holds = |fix: &Fix, other: &Fix| other.edits.iter().all(|edit| fix.edits.binary_search(edit).is_ok());
    let mends_accepted = |fix: &mut Fix| {
        let mut beginning_here = fix.edits.iter().filter_map(|edit| accepted.get(edit)).flatten();
        beginning_here.any(|other| holds(fix, other))
    };
    report.findings.iter_mut().for_each(|finding| drop(finding.fix.take_if(mends_accepted)));
}

fn fix(finding: &Diagnostic, texts: &ParsedFiles<'_>) -> Option<Fix> {
    let is_mendable = finding.outcome == Outcome::Fail && !texts.is_exhausted();
    let first = finding.wishes.first().filter(|_| is_mendable)?;
    let mut edits = Vec::new();
    let mut safety = Safety::Safe;
    let wishes = needed(&finding.wishes);
    for wish in &wishes {
        let own = deciding::edits(wish, texts)?;
        if !accepts(wish) {
            safety = safety.max(safety::of_wish(wish, &own, texts));
        }
        edits.extend(own);
    }
    edits.sort_unstable();
    edits.dedup();
    let is_clear = edits.windows(2).all(|pair| match pair {
        [one, other] => one.span.file != other.span.file || one.span.end <= other.span.start,
        _ => true,
    });
    is_clear.then(|| Fix { title: title(first, wishes.len()), safety, edits })
}

/// The changes without those of values that come through a conditional which another change replaces.
fn needed(wishes: &[Remedy]) -> Vec<&Remedy> {
    let replaced: Vec<(usize, Span)> =
        wishes.iter().enumerate().filter_map(|(at, wish)| Some((at, wish.replaced()?))).collect();
    let is_needed = |(at, wish): &(usize, &Remedy)| {
        let replaces = |(by, span): &(usize, Span)| by != at && wish.comes_through(*span);
        // Of several that replace the same one, the first.
        !replaced.iter().any(|one| replaces(one) && (wish.replaced() != Some(one.1) || one.0 < *at))
    };
    wishes.iter().enumerate().filter(is_needed).map(|(_, wish)| wish).collect()
}

/// The first change, and how many others belong to it.
fn title(first: &Remedy, wishes: usize) -> String {
    match wishes.saturating_sub(1) {
        0 => first.advise(),
        1 => format!("{}, and one more change", first.advise()),
        others => format!("{}, and {others} more changes", first.advise()),
    }
}

/// Whether a file is standard input, or one that the user named or that lies below a named directory, can be written as it was read,
/// and is neither generated nor a text within another one.
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
    use crate::engine::{self, EngineSettings};
    use crate::scan::Input;
    use crate::source::{Memory, Sources};

    /// How much text is gone through for the fixes of a file.
    fn searched(name: &str, text: &str) -> usize {
        let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
        let fs = Memory::new([(Path::new(name), text)]);
        let report = engine::check(&fs, &inputs, Sources::new("/".into()), &EngineSettings::default()).unwrap();
        let texts = ParsedFiles::new(&report.sources, &fs, &|_| None);
        let fixes = report.findings.iter().filter_map(|finding| fix(finding, &texts)).count();
        assert!(fixes > 1, "{name}");
        texts.searched()
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
    }
}
