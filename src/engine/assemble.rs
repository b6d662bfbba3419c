//! Assembles the report of a run: sorts its findings and sets their fingerprints.

use std::collections::HashSet;

use super::assign::is_part_of;
use super::deployment_check::DeploymentVerdicts;
use super::drift::Drift;
use super::file_findings;
use super::option_use::{self, RootOptionUse};
use super::settings::EngineSettings;
use crate::finding::{Finding, FindingTarget, Label};
use crate::formats::Pointers;
use crate::report::{Diagnostic, MergedFindings, Report, UnreadFile};
use crate::rules::{self, RULES};
use crate::scan::Scan;
use crate::source::{FileCount, FileId, Sources, Span, is_installed};
use crate::suppress::StaleSuppression;

/// Builds the report on all files and projects that a scan has found.
pub(super) fn report(
    scan: &Scan,
    judged: Vec<DeploymentVerdicts>,
    stale: Vec<StaleSuppression>,
    mut drift: Drift,
    settings: &EngineSettings,
    sources: Sources,
) -> Report {
    let mut report = Report {
        merged: MergedFindings::default(),
        files: scan.files,
        ignored: FileCount::default(),
        hidden: FileCount::default(),
        unread_files: Vec::new(),
        uncreated: Vec::new(),
        pointers: Pointers::new(scan.evidence().into_iter(), &sources),
        matches_nothing: drift.matches_nothing,
        skipped_evidence: scan.skipped_evidence.iter().map(|path| sources.name(path)).collect(),
        unnamed_evidence: scan.unnamed_evidence.iter().map(|path| sources.name(path)).collect(),
        deployments: Vec::new(),
        findings: Vec::new(),
        rules: RULES.iter().copied().filter(|rule| settings.selection.can_report(rule)).collect(),
        stale_entries: 0,
        undeclared: Vec::new(),
        base: None,
        renamed: Vec::new(),
        unused_configurations: Vec::new(),
        unmatched_roots: Vec::new(),
        unmatched_modules: Vec::new(),
        rejected_option: None,
        sources,
    };
    let takes: Vec<RootOptionUse> = judged.iter().map(|verdicts| verdicts.option_use.clone()).collect();
    report.undeclared = option_use::undeclared(&takes, &settings.evaluation, &report.sources);
    report.rejected_option = option_use::refusal(&takes, &settings.evaluation, &report.sources);
    report.findings.reserve(judged.iter().map(|verdicts| verdicts.findings.len()).sum());
    for mut verdicts in judged {
        verdicts.deployment.iter_mut().for_each(|deployment| drift.add_to(deployment));
        report.deployments.extend(verdicts.deployment);
        report.findings.extend(verdicts.findings);
        report.unread_files.extend(verdicts.unread);
        report.uncreated.extend(verdicts.uncreated);
    }
    report.findings.extend(drift.findings);
    drop_repeated_uncreated(&mut report);
    // Settings and baselines are read, but not as code.
    let left = scan.unread.iter().filter(|(path, _)| report.sources.known(path).is_none());
    report
        .unread_files
        .extend(left.map(|(path, why)| UnreadFile { name: report.sources.name(path), reason: (*why).to_owned() }));
    report.unread_files.sort_unstable();
    report.unread_files.dedup();
    drop_included_files(&mut report);
    let unreadable =
        scan.unreadable.iter().map(|(path, error)| file_findings::unreadable_file(report.sources.name(path), error));
    report.findings.extend(unreadable);
    report.findings.extend(stale.into_iter().filter_map(|stale| file_findings::stale_suppression(stale, settings)));
    report.unused_configurations = unused_configurations(scan, &report.sources);
    report.unmatched_roots = unmatched_roots(&report, settings);
    let mapped = settings.evaluation.terraform.mapped.iter();
    report.unmatched_modules = mapped.filter(|module| !module.is_used()).map(|module| module.source.clone()).collect();
    report.deployments.sort_by(|a, b| a.root.cmp(&b.root));
    clip_to_lines(&mut report);
    sort_findings(&mut report);
    drop_repeats(&mut report);
    report.name_findings();
    report
}

/// The configurations that were found but not used. Those of installed modules belong to other repositories.
fn unused_configurations(scan: &Scan, sources: &Sources) -> Vec<String> {
    let unused = scan.configurations.iter().filter(|path| sources.known(path).is_none() && !is_installed(path));
    unused.map(|path| sources.name(path)).collect()
}

/// The configured deployments that are checked but in which no trail is evaluated.
fn unmatched_roots(report: &Report, settings: &EngineSettings) -> Vec<String> {
    let names = settings
        .deployments
        .iter()
        .filter(|named| settings.suppress.checked.iter().any(|checked| named.path.starts_with(checked)))
        .map(|named| report.sources.name(&named.path));
    let mut unmatched: Vec<String> =
        names.filter(|name| !report.deployments.iter().any(|judged| is_part_of(&judged.root, name))).collect();
    unmatched.dedup();
    unmatched
}

/// Adds findings to a report, in the order of its other findings.
pub fn add(report: &mut Report, findings: Vec<Diagnostic>) {
    report.findings.extend(findings);
    sort_findings(report);
    report.name_findings();
}

/// Sorts findings by file, place and rule.
fn sort_findings(report: &mut Report) {
    let sources = &report.sources;
    report.findings.sort_by_cached_key(|diagnostic| {
        let Finding { place, message, .. } = &diagnostic.finding;
        let start = place.label().map_or(0, |label| label.span.start);
        (place.file_name(sources).unwrap_or_default(), start, rules::position(diagnostic.rule), message.clone())
    });
}

/// Keeps one of several equal findings about a file that several projects read.
fn drop_repeats(report: &mut Report) {
    report.findings.dedup_by(|later, earlier| {
        let (own, other) = (&later.finding, &earlier.finding);
        let is_in_text = later.deployment.is_none() && own.place.label().is_some();
        is_in_text && own.place == other.place && own.message == other.message
    });
}

/// Removes the files that are partly read together with other files, such as those that a template includes.
fn drop_included_files(report: &mut Report) {
    let trails = report.deployments.iter().flat_map(|deployment| &deployment.trails);
    let files: HashSet<FileId> = trails.map(|trail| report.sources.outermost(trail.header).file).collect();
    let names: HashSet<String> = files.into_iter().map(|file| report.sources.file(file).name.clone()).collect();
    report.unread_files.retain(|file| !names.contains(&file.name));
}

/// Removes the uncreated trails that also belong to a deployment or to other called code.
fn drop_repeated_uncreated(report: &mut Report) {
    let trails = report.deployments.iter().flat_map(|deployment| &deployment.trails);
    let mut met: HashSet<Span> = trails.map(|trail| trail.header).collect();
    report.uncreated.retain(|trail| met.insert(trail.header));
}

/// Limits each place to one line of a file on the disk, since reports and annotations of pull requests show one line.
/// For a template in a quoted string, this is the string.
fn clip_to_lines(report: &mut Report) {
    let sources = &report.sources;
    for diagnostic in &mut report.findings {
        if let FindingTarget::Text(label) = &mut diagnostic.finding.place {
            clip(label, sources);
        }
        diagnostic.finding.related.iter_mut().chain(&mut diagnostic.changed).for_each(|label| clip(label, sources));
    }
    for trail in report.deployments.iter_mut().flat_map(|deployment| &mut deployment.trails) {
        trail.header = sources.outermost(trail.header);
        trail.evidence.iter_mut().flat_map(|(_, labels)| labels).for_each(|label| clip(label, sources));
    }
}

fn clip(label: &mut Label, sources: &Sources) {
    label.span = sources.outermost(label.span);
    clip_to_line(label, sources);
}

/// Shortens a label to its first line.
pub(super) fn clip_to_line(label: &mut Label, sources: &Sources) {
    let file = sources.file(label.span.file);
    let line = file.line(label.span.start);
    label.span.end = label.span.end.min(file.line_bounds(line).1).max(label.span.start);
}
