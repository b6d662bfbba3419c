//! The last words of a run, on standard error.

use super::inert::inert;
use crate::error::Error;
use crate::fix::Safety;
use crate::report::{Counts, Judged, Outcome, Report, Reported};

/// What was looked at and what was found, in one or two sentences.
pub fn summary(report: &Report) -> String {
    format!("{}{}", words(report, report.is_verbose), of_baseline(report.stale_entries))
}

/// What to do about a baseline that accepts more than there is.
fn of_baseline(stale: usize) -> String {
    match stale {
        0 => String::new(),
        _ => format!(
            "{} of the baseline {} nothing any more: `trailint baseline prune`.\n",
            entries(stale),
            if stale == 1 { "accepts" } else { "accept" }
        ),
    }
}

fn entries(number: usize) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}

/// The same in one sentence, for a page that shows everything.
pub(super) fn headline(report: &Report) -> String {
    words(report, true).lines().next().unwrap_or_default().to_owned()
}

fn words(report: &Report, tells_all: bool) -> String {
    let counts = report.counts();
    let (trails, files) = (count(report.trails(), "trail"), count(report.files, "file"));
    let found: Vec<String> = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| count(number, what))
        .collect();
    let counted = || report.findings.iter().filter(|finding| finding.suppressed.is_none());
    let asides = counted().filter(|finding| finding.is_aside).count();
    let is_minor = |finding: &&Reported| report.min_level.is_some_and(|level| finding.level < level);
    let minor = counted().filter(is_minor).count();
    let apart = apart(counts, report.known(), minor, if tells_all { 0 } else { asides });
    if report.trails() == 0 && found.is_empty() && counts.unresolved == 0 {
        return match report.files {
            0 => "No Terraform or CloudFormation file found; nothing was checked.\n".to_owned(),
            _ => format!("No CloudTrail trail found in {files}; nothing was checked{apart}.\n"),
        };
    }
    if found.is_empty() && counts.unresolved == asides {
        return format!("All checks passed for {trails} ({files}){apart}.\n");
    }
    let found = if found.is_empty() { "no error".to_owned() } else { enumerate(&found) };
    let place = if report.trails() == 0 { files } else { format!("{trails} ({files})") };
    // The first of the gravest is what a reader most likely wants to know more about.
    let gravest = counted().rev().max_by_key(|finding| (finding.outcome == Outcome::Fail, finding.level));
    let rule = gravest.map(|finding| finding.rule.id()).unwrap_or_default();
    format!("Found {found} in {place}{apart}.\n{}About a rule: `trailint explain {rule}`.\n", fixable(report))
}

/// How many findings can be mended, and how, to precede the last sentence.
fn fixable(report: &Report) -> String {
    match (report.fixable(Safety::Safe), report.fixable(Safety::Unsafe)) {
        (0, 0) => String::new(),
        (0, others) => format!("{others} fixable with `--fix --unsafe-fixes`. "),
        (number, 0) => format!("{number} fixable with `--fix`. "),
        (number, others) => format!("{number} fixable with `--fix` ({others} more with `--unsafe-fixes`). "),
    }
}

/// How much is accepted, isn't known or weighs too little to be shown, and how to see what can't be judged here.
fn apart(counts: Counts, known: usize, minor: usize, asides: usize) -> String {
    let told = [
        (counts.suppressed.saturating_sub(known), "suppressed"),
        (known, "known before"),
        (counts.unresolved.saturating_sub(asides), "unresolved"),
        (minor, "not shown"),
    ];
    let told: Vec<String> =
        told.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
    let asides = if asides > 0 { format!("; {asides} can't be judged here (`-v`)") } else { String::new() };
    format!("{told}{asides}")
}

/// Why a check wasn't done.
pub fn complaint(error: &Error) -> String {
    format!("trailint: {}\n", inert(&error.to_string()))
}

/// What was judged, a line for each deployment.
pub fn log(report: &Report) -> String {
    let line = |judged: &Judged| {
        let verdict = match judged.verdict {
            None => "not applicable",
            Some(Outcome::Pass) => "pass",
            Some(Outcome::Fail) => "fail",
            Some(Outcome::Unknown) => "unresolved",
        };
        let name = judged.name.iter().map(|name| format!("{}, ", inert(name))).collect::<String>();
        let about = format!("{name}{}, {}", judged.format, count(judged.trails.len(), "trail"));
        let unread: Vec<String> = judged.unread.iter().map(|part| inert(part).to_string()).collect();
        let unread = if unread.is_empty() { String::new() } else { format!("; not read: {}", enumerate(&unread)) };
        format!("{} ({about}): {verdict}{unread}\n", inert(&judged.root))
    };
    report.deployments.iter().map(line).collect()
}

/// `1 trail`, `2 trails`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// `a, b and c`.
pub(super) fn enumerate(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
