//! The last words of a run, on standard error.

use std::collections::BTreeSet;

use super::sanitize::sanitize;
use super::wrap::wrap_lines;
use crate::edit::{Fix, Safety};
use crate::error::Error;
use crate::formats::{ExpectedAccounts, LANGUAGES};
use crate::model::{dialects, part_name};
use crate::named::quoted;
use crate::report::{
    Absence, DeploymentResult, Diagnostic, FindingCounts, Outcome, Renamed, Report, TrailExistence, TrailResult,
    Undeclared, View,
};
use crate::source::FileCount;

/// The limit of unread files that are listed, unless all of them are requested.
const MAX_NAMED: usize = 5;

/// The indentation of the further lines of a message.
const HANG: usize = 2;

/// The summary: the evaluated files and the counts of findings, in a few sentences.
pub fn summary(report: &Report, view: &View) -> String {
    wrap_lines(&sentences(report, view), view.width, HANG)
}

/// The summary with a line for each sentence or warning.
pub(super) fn sentences(report: &Report, view: &View) -> String {
    let words = verdict_words(report, view, view.shows_not_evaluated);
    let settings = without_effect(report, view.is_verbose) + &renamed(&report.renamed);
    let (not_read, hidden) = (unread_files(report, view), hidden(report.hidden, view.is_verbose));
    let baseline = of_baseline(report.stale_entries);
    let files = [skipped_evidence(report, view), unnamed_evidence(report, view)].concat();
    let evidence = format!("{}{}{files}", of_evidence(report), missing_accounts(report));
    let managed = if view.is_verbose { managed_trails(report) } else { String::new() };
    format!(
        "{words}{}{evidence}{managed}{not_read}{hidden}{}{settings}{baseline}",
        known_interfaces(report),
        undeclared(report)
    )
}

/// The modules that aren't installed and have a known interface.
fn known_interfaces(report: &Report) -> String {
    let mut calls = BTreeSet::new();
    for deployment in &report.deployments {
        let known = deployment.trails.iter().filter_map(|trail| trail.known.as_ref());
        calls.extend(known.map(|known| (deployment.root.as_str(), known.call.as_str())));
    }
    let named: BTreeSet<&str> = calls.iter().map(|(_, call)| *call).collect();
    let named: Vec<String> = named.iter().take(MAX_NAMED).map(|call| format!("`{}`", sanitize(call))).collect();
    match calls.len() {
        0 => String::new(),
        1 => format!("1 module is judged by its known interface ({}).\n", named.join(", ")),
        number => format!("{number} modules are judged by their known interfaces ({}).\n", named.join(", ")),
    }
}

/// The trails that a service creates with its own settings, a line for each.
fn managed_trails(report: &Report) -> String {
    let mut names = Vec::new();
    for deployment in &report.deployments {
        let trails = deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never);
        let managed = trails.filter(|trail| dialects::is_landing_zone(trail.kind));
        names.extend(managed.map(|trail| format!("{}: {}", deployment.root, trail.address)));
    }
    lines(&names, |name| format!("{}: the trail rests on what AWS documents of AWS Control Tower.\n", sanitize(name)))
}

/// The active accounts of the organization without evidence.
fn missing_accounts(report: &Report) -> String {
    let expected = report.deployments.iter().find_map(|deployment| deployment.expected_accounts.as_ref());
    let Some(ExpectedAccounts { expected, missing }) = expected.filter(|own| !own.missing.is_empty()) else {
        return String::new();
    };
    let (count, verb) = (missing.len(), if missing.len() == 1 { "has" } else { "have" });
    let named: Vec<String> = missing.iter().take(MAX_NAMED).map(|id| sanitize(id).into_owned()).collect();
    let more = count.saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{count} of {expected} active accounts {verb} no evidence: {}{more}.\n", named.join(", "))
}

/// The result of the comparison with the evidence, if no trail could be compared.
fn of_evidence(report: &Report) -> &'static str {
    if report.matches_nothing { "No declared trail matches the evidence (their names differ).\n" } else { "" }
}

/// The files with evidence in searched directories, which aren't used. They are listed with `-v`.
fn unnamed_evidence(report: &Report, view: &View) -> String {
    if !view.is_verbose {
        return String::new();
    }
    let line = |name: &String| {
        let kind = if name.ends_with(".tfstate") { "is a state" } else { "is the output of AWS CLI commands" };
        format!("`{}` {kind}; to check it, name it with `--evidence`.\n", sanitize(&report.sources.display_name(name)))
    };
    report.unnamed_evidence.iter().map(line).collect()
}

/// The files in directories with evidence that have none. Their names are shown with `-v`.
fn skipped_evidence(report: &Report, view: &View) -> String {
    let skipped = &report.skipped_evidence;
    if view.is_verbose {
        let name = |name: &String| sanitize(&report.sources.display_name(name)).into_owned();
        return skipped.iter().map(|skipped| format!("`{}` holds no evidence.\n", name(skipped))).collect();
    }
    match skipped.len() {
        0 => String::new(),
        1 => "1 file holds no evidence (`-v` names it).\n".to_owned(),
        number => format!("{number} files hold no evidence (`-v` names them).\n"),
    }
}

/// The settings that have no effect, a line for each. A directory of a module may be meant for other code that shares
/// the configuration, so it is mentioned with `-v` only.
fn without_effect(report: &Report, is_verbose: bool) -> String {
    let modules = if is_verbose { lines(&report.unmatched_modules, unmatched_module) } else { String::new() };
    let roots = lines(&report.unmatched_roots, unmatched_root);
    roots + &modules + &lines(&report.unused_configurations, unused_configuration)
}

fn lines(names: &[String], line: fn(&str) -> String) -> String {
    let text: String = names.iter().take(MAX_NAMED).map(|name| line(name)).collect();
    match names.len().saturating_sub(MAX_NAMED) {
        0 => text,
        more => format!("{text}warning: {more} more like this\n"),
    }
}

fn unmatched_root(name: &str) -> String {
    format!("warning: no trail is evaluated in {}, the path of a `[[root]]`\n", sanitize(&quoted(name)))
}

fn unmatched_module(source: &str) -> String {
    format!("warning: `[[module]] \"{}\"` matches no call\n", sanitize(source))
}

fn unused_configuration(name: &str) -> String {
    let name = quoted(name);
    let name = sanitize(&name);
    format!(
        "warning: {name} isn't used, because it is below the checked path; check its directory, or pass it with `--config`\n"
    )
}

/// The former ids of rules, a line for each.
fn renamed(renamed: &[Renamed]) -> String {
    let mut text = String::new();
    for Renamed { old_id, new_id, place, help } in renamed {
        text.push_str(&format!("warning: `{old_id}` in `{}` is now `{new_id}`; {help}\n", sanitize(place)));
    }
    text
}

/// The names in options that no root declares, a line for each option.
fn undeclared(report: &Report) -> String {
    let mut lines = String::new();
    for Undeclared { option, names } in &report.undeclared {
        // Misspelt names come first.
        let (misspelt, others): (Vec<_>, Vec<_>) = names.iter().partition(|(_, suggestion)| suggestion.is_some());
        let ordered: Vec<&(String, Option<String>)> = misspelt.into_iter().chain(others).collect();
        let is_one = names.len() == 1;
        let mut named = Vec::new();
        let mut suggestion = String::new();
        for (name, meant) in ordered.into_iter().take(MAX_NAMED) {
            let meant = meant.as_ref().map(|meant| format!("did you mean `{}`?", sanitize(meant)));
            match meant {
                Some(meant) if is_one => suggestion = format!("; {meant}"),
                Some(meant) => {
                    named.push(format!("`{}` ({meant})", sanitize(name)));
                    continue;
                }
                None => {}
            }
            named.push(format!("`{}`", sanitize(name)));
        }
        let more = names.len().saturating_sub(MAX_NAMED);
        named.extend((more > 0).then(|| format!("{more} more")));
        let (named, option) = (enumerate(&named), sanitize(option));
        lines.push_str(&format!("warning: no checked root declares {named}, set by `{option}`{suggestion}\n"));
    }
    lines
}

/// The files that mention a trail and aren't read as code, a line for each.
fn unread_files(report: &Report, view: &View) -> String {
    let files = &report.unread_files;
    let named = if view.is_verbose { files.len() } else { MAX_NAMED };
    let lines = files
        .iter()
        .take(named)
        .map(|file| format!("`{}` {}.\n", sanitize(&report.sources.display_name(&file.name)), sanitize(&file.reason)));
    let text: String = lines.collect();
    match files.len().saturating_sub(named) {
        0 => text,
        1 => format!("{text}1 more file mentions a trail and isn't read (`-v` names it).\n"),
        more => format!("{text}{more} more files mention a trail and aren't read (`-v` names them).\n"),
    }
}

/// The number of ignored files that mention a trail. Without such a file, an incomplete search is mentioned with `-v`
/// only.
fn hidden(FileCount { files, is_cut }: FileCount, is_verbose: bool) -> String {
    let told = match (files, is_cut) {
        (0, false) => return String::new(),
        (0, true) if !is_verbose => return String::new(),
        (0, true) => "Many ignored files weren't searched",
        (1, false) => "1 ignored file mentions a trail",
        (files, false) => &format!("{files} ignored files mention a trail"),
        (files, true) => &format!("{files} ignored files or more mention a trail"),
    };
    format!("{told} (`--no-respect-gitignore`).\n")
}

/// The reason why a run without an existing trail has no results.
fn no_results(report: &Report, apart: &str) -> String {
    let files = count(report.files, "file");
    let declared = declared(report).count();
    if declared > 0 {
        let why = absence(report).map(|why| format!(" ({why})")).unwrap_or_default();
        let declared = if declared == 1 { "1 trail is".to_owned() } else { format!("{declared} trails are") };
        return format!("{declared} declared, none is created with these values{why}{apart}.\n");
    }
    let unread: Vec<String> =
        [not_installed(report), missing(report), not_read_parts(report)].into_iter().flatten().collect();
    if !unread.is_empty() {
        return format!("No CloudTrail trail found in {files}{apart}, and {}.\n", unread.join("; "));
    }
    let ignored = ignored(report.ignored);
    match (report.files, report.unread_files.is_empty()) {
        (0, true) => format!("No {LANGUAGES} file found; nothing was checked.{ignored}\n"),
        (0, false) => format!("Nothing was checked.{ignored}\n"),
        (_, true) => format!("No CloudTrail trail found in {files}; nothing was checked{apart}.{ignored}\n"),
        (_, false) => format!("No CloudTrail trail was checked in {files}{apart}.{ignored}\n"),
    }
}

/// How many files ignore files keep from being checked; at least so many where counting has ended.
fn ignored(FileCount { files, is_cut }: FileCount) -> String {
    match (files, is_cut) {
        (0, false) => String::new(),
        (1, false) => " 1 file is ignored (`--no-respect-gitignore`).".to_owned(),
        (files, false) => format!(" {files} files are ignored (`--no-respect-gitignore`)."),
        (0, true) => " Many ignored files weren't counted (`--no-respect-gitignore`).".to_owned(),
        (files, true) => format!(" {files} files or more are ignored (`--no-respect-gitignore`)."),
    }
}

/// The trails that are declared, created or not.
fn declared(report: &Report) -> impl Iterator<Item = &TrailResult> {
    report.deployments.iter().flat_map(|deployment| &deployment.trails).chain(&report.uncreated)
}

/// The modules whose code isn't here, and what makes it readable.
fn not_installed(report: &Report) -> Option<String> {
    let (number, named) = unread_parts(report, true)?;
    let modules = if number == 1 { "module isn't" } else { "modules aren't" };
    Some(format!("{number} {modules} installed ({named}): run `terraform init`"))
}

/// The other parts of deployments that aren't here, such as stacks.
fn not_read_parts(report: &Report) -> Option<String> {
    let (number, named) = unread_parts(report, false)?;
    let parts = if number == 1 { "part isn't" } else { "parts aren't" };
    Some(format!("{number} {parts} read ({named})"))
}

/// The modules whose directory doesn't exist or is outside of the read root.
fn missing(report: &Report) -> Option<String> {
    let parts: BTreeSet<&(String, String)> = missing_parts(report).collect();
    let named = parts.iter().take(MAX_NAMED);
    let named = named.map(|(part, directory)| format!("`{}`: `{}`", sanitize(&part_name(part)), sanitize(directory)));
    let named: Vec<String> = named.collect();
    let are = if parts.len() == 1 { "directory of 1 module isn't" } else { "directories of modules aren't" };
    (!parts.is_empty()).then(|| format!("the {are} in the checked directory ({})", named.join(", ")))
}

fn missing_parts(report: &Report) -> impl Iterator<Item = &(String, String)> {
    report.deployments.iter().flat_map(|deployment| &deployment.missing)
}

/// The number of parts that weren't read, modules or others, and the names of the first of them.
fn unread_parts(report: &Report, are_modules: bool) -> Option<(usize, String)> {
    let parts = report.deployments.iter().flat_map(|deployment| &deployment.unread);
    let missing: BTreeSet<&String> = missing_parts(report).map(|(part, _)| part).collect();
    let parts: BTreeSet<&String> =
        parts.filter(|part| part.starts_with("module ") == are_modules && !missing.contains(part)).collect();
    let named = parts.iter().take(MAX_NAMED).map(|part| format!("`{}`", sanitize(&part_name(part))));
    let named: Vec<String> = named.collect();
    (!parts.is_empty()).then(|| (parts.len(), named.join(", ")))
}

/// The one value that prevents the trails from being created, if there is one.
fn absence(report: &Report) -> Option<String> {
    const MAX_SHOWN: usize = 60;
    let (reference, span) = match declared(report).find_map(|trail| trail.absence.as_ref())? {
        Absence::Condition(sentence) => return Some(sanitize(sentence).into_owned()),
        Absence::Value { reference, span } => (reference, span),
    };
    let file = report.sources.file(span.file);
    let value = Some(file.slice(*span).trim()).filter(|value| value.len() <= MAX_SHOWN && !value.contains('\n'))?;
    Some(match reference {
        Some(reference) => format!("`{}` is {}", sanitize(reference), sanitize(value)),
        None => format!("`{}`", sanitize(value)),
    })
}

/// The command for a baseline with entries that match no finding.
fn of_baseline(stale: usize) -> String {
    match stale {
        0 => String::new(),
        _ => format!(
            "{} of the baseline {} no finding any more: run `trailint baseline prune`.\n",
            entries(stale),
            if stale == 1 { "matches" } else { "match" }
        ),
    }
}

fn entries(number: usize) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}

/// The same in one sentence, for a page that shows everything.
pub(super) fn verdict_sentence(report: &Report, view: &View) -> String {
    verdict_words(report, view, true).lines().next().unwrap_or_default().to_owned()
}

fn verdict_words(report: &Report, view: &View, tells_all: bool) -> String {
    let counts = report.counts();
    let (trails, files) = (count(report.trails(), "trail"), count(report.files, "file"));
    let found: Vec<String> = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| count(number, what))
        .collect();
    let counted: Vec<&Diagnostic> = report
        .shown()
        .filter(|diagnostic| diagnostic.suppressed.is_none() && !diagnostic.finding.is_declared_elsewhere)
        .collect();
    let minor =
        counted.iter().filter(|diagnostic| view.min_level.is_some_and(|level| diagnostic.level < level)).count();
    let only_counted = counted.iter().filter(|diagnostic| !tells_all && view.is_only_counted(diagnostic)).count();
    let unknown = unknown(counts.unknown, only_counted);
    let apart = declared_elsewhere(counts, existing(report).as_ref(), unknown, minor, tells_all);
    if report.trails() == 0 && found.is_empty() && counts.unknown == 0 && counts.declared_elsewhere == 0 {
        return no_results(report, &apart);
    }
    if found.is_empty() && counts.unknown == 0 {
        let verdict = match (existing(report), counts.suppressed) {
            (Some(_), _) => "No new findings in",
            (None, 1..) => "No findings in",
            (None, 0) if view.shows_not_evaluated && counts.declared_elsewhere > 0 => "No findings in",
            (None, 0) => "All checks passed for",
        };
        return format!("{verdict} {trails} ({files}){apart}.\n");
    }
    let found = if found.is_empty() { "no error".to_owned() } else { enumerate(&found) };
    let place = if report.trails() == 0 { files } else { format!("{trails} ({files})") };
    // The first of the gravest is what a reader most likely wants to know more about.
    let gravest = counted.iter().rev().max_by_key(|diagnostic| (diagnostic.outcome == Outcome::Fail, diagnostic.level));
    let rule = gravest.map(|diagnostic| diagnostic.rule.id()).unwrap_or_default();
    format!("Found {found} in {place}{apart}.\n{}For details, run `trailint explain {rule}`.\n", fixable(report, view))
}

/// The number of fixable findings and the option that fixes them, before the last sentence.
fn fixable(report: &Report, view: &View) -> String {
    let fixes = view.visible(report).filter_map(|diagnostic| diagnostic.fix.as_ref());
    let (safe, others): (Vec<&Fix>, Vec<&Fix>) = fixes.partition(|fix| fix.safety() == Safety::Safe);
    match (safe.len(), others.len()) {
        (0, 0) => String::new(),
        (0, others) => format!("{others} fixable with `--fix --unsafe-fixes`. "),
        (number, 0) => format!("{number} fixable with `--fix`. "),
        (number, others) => format!("{number} fixable with `--fix` ({others} more with `--unsafe-fixes`). "),
    }
}

/// The counts of findings that aren't errors, warnings or notes (suppressed, existing, unknown, below the level, not
/// evaluated) and the option that lists those that aren't shown.
fn declared_elsewhere(
    counts: FindingCounts,
    existing: Option<&(usize, String)>,
    unknown: Option<String>,
    minor: usize,
    tells_all: bool,
) -> String {
    let suppressed = counts.suppressed.saturating_sub(existing.map_or(0, |(number, _)| *number));
    let mut parts: Vec<String> = Vec::new();
    if suppressed > 0 {
        parts.push(format!("{suppressed} suppressed"));
    }
    if let Some((number, base)) = existing {
        parts.push(format!("{} (already at {base})", count(*number, "existing finding")));
    }
    parts.extend(unknown);
    if minor > 0 {
        parts.push(format!("{minor} below `--min-level`"));
    }
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let elsewhere = match (counts.declared_elsewhere, tells_all) {
        (0, _) => String::new(),
        (number, true) => format!("; {number} not evaluated (declared elsewhere)"),
        (1, false) => "; 1 not evaluated (declared elsewhere; `-v` lists it)".to_owned(),
        (number, false) => format!("; {number} not evaluated (declared elsewhere; `-v` lists them)"),
    };
    format!("{parts}{elsewhere}")
}

/// The number of unknown findings, and of those that are only counted because nothing resolves them.
fn unknown(unknown: usize, only_counted: usize) -> Option<String> {
    let which = match (only_counted, unknown.saturating_sub(only_counted)) {
        (0, _) => String::new(),
        (1, 0) => " (no option gives its value; `-v` lists it)".to_owned(),
        (_, 0) => " (no option gives their values; `-v` lists them)".to_owned(),
        (1, _) => " (for 1, no option gives the value; `-v` lists it)".to_owned(),
        (number, _) => format!(" (for {number}, no option gives the values; `-v` lists them)"),
    };
    (unknown > 0).then(|| format!("{unknown} unknown{which}"))
}

/// The number of findings that already exist at the base, and the name of the base. `None` if there are none.
fn existing(report: &Report) -> Option<(usize, String)> {
    let base = report.base.as_ref().map_or_else(|| "the base".to_owned(), |base| format!("`{}`", sanitize(base)));
    Some((report.existing(), base)).filter(|(number, _)| *number > 0)
}

/// Why a check wasn't done, wrapped at `width` columns.
pub fn error_message(error: &Error, width: usize) -> String {
    let tip = error.help().map(|tip| format!("\n  tip: {}\n", sanitize(&tip))).unwrap_or_default();
    wrap_lines(&format!("error: {}\n{tip}", sanitize(&error.to_string())), width, HANG)
}

/// The evaluated deployments, one line each unless it is longer than `width` columns.
pub fn log(report: &Report, width: usize) -> String {
    let lines: String = report.deployments.iter().map(|deployment| deployment_line(deployment, report)).collect();
    wrap_lines(&lines, width, HANG)
}

fn deployment_line(deployment: &DeploymentResult, report: &Report) -> String {
    let verdict = match deployment.verdict {
        None => "not applicable",
        Some(Outcome::Pass) => "pass",
        Some(Outcome::Fail) => "fail",
        Some(Outcome::Unknown) => "unknown",
    };
    let name = deployment.name.iter().map(|name| format!("{}, ", sanitize(name))).collect::<String>();
    let code = deployment.code.iter().map(|code| format!("{}, ", sanitize(code))).collect::<String>();
    let about = format!("{name}{}, {code}{}", deployment.format, count(deployment.trails.len(), "trail"));
    let unread: Vec<String> = deployment.unread.iter().map(|part| sanitize(part).to_string()).collect();
    let unread = if unread.is_empty() { String::new() } else { format!("; not read: {}", enumerate(&unread)) };
    let root = report.sources.display_name(&deployment.root);
    let notes = deployment.notes.iter().map(|note| format!("{}: {}\n", sanitize(&root), sanitize(note)));
    let notes: String = notes.collect();
    if deployment.verdict.is_none() && deployment.unread.is_empty() && !notes.is_empty() {
        return notes;
    }
    format!("{} ({about}): {verdict}{unread}\n{notes}", sanitize(&root))
}

/// A number with its noun: `1 trail`, `2 trails`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// The items as `a, b and c`.
pub(super) fn enumerate(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_files_that_were_not_counted_are_told() {
        let told = |files, is_cut| ignored(FileCount { files, is_cut });
        assert_eq!(told(0, false), "");
        assert_eq!(told(7, false), " 7 files are ignored (`--no-respect-gitignore`).");
        assert_eq!(told(7, true), " 7 files or more are ignored (`--no-respect-gitignore`).");
        let told_hidden = |files, is_cut, is_verbose| hidden(FileCount { files, is_cut }, is_verbose);
        assert_eq!(told_hidden(0, true, false), "");
        assert_eq!(told_hidden(0, true, true), "Many ignored files weren't searched (`--no-respect-gitignore`).\n");
        assert_eq!(
            told_hidden(1, true, false),
            "1 ignored files or more mention a trail (`--no-respect-gitignore`).\n"
        );
        assert_eq!(told_hidden(2, false, false), "2 ignored files mention a trail (`--no-respect-gitignore`).\n");
        assert_eq!(told(0, true), " Many ignored files weren't counted (`--no-respect-gitignore`).");
    }
}
