//! Renders the parts of the page for auditors: the origin of the report, the status of each control in each deployment,
//! the controls that aren't judged, and the suppressed findings.

use super::deployment::{anchor, reason};
use super::grid::{heads, table};
use super::markup::{Html, block, code, inline, join, path, prose, section};
use super::page::{HtmlPage, TOOL};
use super::selection::ShownDeployment;
use super::verdict;
use crate::formats::{ACCOUNT, STATE};
use crate::output::citation::cis_version;
use crate::output::compliance::{ComplianceStatement, ControlOutcome, ControlStatus};
use crate::output::full::{PathBase, rooted_place_of};
use crate::output::rule_list::benchmark_title;
use crate::output::summary::count;
use crate::report::{DeploymentResult, Diagnostic, Provenance, ProvenanceInput, Revision, SuppressedBy};

/// The limit of suppressed findings, and of input files, that are listed.
const MAX_ROWS: usize = 1_000;

/// The origin of the report; nothing without a requested benchmark.
pub(super) fn provenance(page: &HtmlPage<'_>) -> Html {
    let (Some(origin), Some(benchmark)) = (&page.view.provenance, &page.view.benchmark) else { return Html::default() };
    let mut rows = vec![("Report", Html::from(TOOL)), ("Benchmark", full_title(benchmark).into())];
    rows.extend(page.view.date.map(|date| ("Date", date.to_string().into())));
    rows.extend(subject(origin));
    rows.push(("Command", code(&origin.command)));
    if !origin.settings.is_empty() {
        let settings = origin.settings.iter().map(|own| {
            let setting = code(&format!("{} = {}", own.key, own.value));
            block("li", &[], setting.then(inline("span", &[("class", "place")], format!(" {}", own.origin))))
        });
        rows.push(("Settings", section("ul", &[], settings)));
    }
    if !origin.environment.is_empty() {
        let variables = origin.environment.iter().map(|own| block("li", &[], code(own)));
        rows.push(("Environment", section("ul", &[], variables)));
    }
    let files = count(page.report.files, "searched file");
    let others = count(origin.inputs.len(), "file");
    rows.push(("Input", format!("{files}, and {others} with evidence or values").into()));
    let rows = rows.into_iter().flat_map(|(name, value)| [block("dt", &[], name), block("dd", &[], value)]);
    let head = block("h2", &[("id", "origin")], "Origin of this report");
    let list = section("dl", &[("class", "origin")], rows);
    section("section", &[("class", "part"), ("aria-labelledby", "origin")], [head, list, inputs(&origin.inputs)])
}

fn subject(origin: &Provenance) -> Vec<(&'static str, Html)> {
    let Some(Revision { origin: address, commit, changed }) = &origin.revision else {
        return vec![("Revision", "no revision (the files are in no git repository)".into())];
    };
    let changed = match changed {
        Some(0) => String::new(),
        Some(changed) => format!(" + uncommitted changes in {}", count(*changed, "file")),
        None => " (git couldn’t compare the files with it)".to_owned(),
    };
    let commit = commit.as_ref().map_or_else(|| "no commit yet".into(), |commit| code(commit));
    let address = address.as_ref().map(|address| ("Repository", code(address)));
    let base = origin.base.as_ref().map(|base| ("Compared with", code(base)));
    address.into_iter().chain([("Revision", commit.then(changed))]).chain(base).collect()
}

fn inputs(inputs: &[ProvenanceInput]) -> Html {
    if inputs.is_empty() {
        return Html::default();
    }
    let head = heads(["File", "Bytes", "SHA-256"]);
    let rows = inputs.iter().take(MAX_ROWS).map(|input| {
        let (sha256, size) = input
            .digest
            .as_ref()
            .map_or(("not read again", String::new()), |(sha256, size)| (sha256.as_str(), size.to_string()));
        let kind = inline("span", &[("class", "about")], input.kind);
        let name = block("th", &[("scope", "row")], path(&input.path).then(kind));
        section("tr", &[], [name, block("td", &[], size), block("td", &[], code(sha256))])
    });
    table("inputs", "Files with evidence and values", head, rows).then(more(inputs.len(), "file"))
}

/// The status of each judged control in each deployment.
pub(super) fn matrix(
    shown: &[ShownDeployment<'_>],
    statements: &[ComplianceStatement<'_>],
    page: &HtmlPage<'_>,
) -> Html {
    let Some(first) = statements.first().filter(|_| !shown.is_empty()) else { return Html::default() };
    let is_judged = |control: &&ControlOutcome| control.status != ControlStatus::NotJudged;
    let names = first.controls.iter().filter(is_judged).map(|control| control.id);
    let names: Vec<&str> = std::iter::once("Deployment").chain(names).collect();
    let head = heads(names);
    let rows = shown.iter().filter_map(|shown| {
        let statement = statements.get(shown.index)?;
        let cells = statement.controls.iter().filter(is_judged).map(|control| {
            let name = inline("span", &[("class", "control")], format!("{} ", control.id));
            block("td", &[], name.then(verdict::of_control(control)))
        });
        Some(section("tr", &[], std::iter::once(row_head(shown.index, shown.deployment, page)).chain(cells)))
    });
    let caption = format!("Controls of {}, in each deployment", benchmark_title(first.benchmark));
    let basis = first.basis.map(|basis| block("p", &[("class", "also")], format!("The list has {basis}.")));
    let nav = section(
        "nav",
        &[("aria-label", "Deployments"), ("class", "wide")],
        [table("matrix", &caption, head, rows)].into_iter().chain(basis),
    );
    section("section", &[], [nav])
}

fn row_head<'a>(index: usize, deployment: &'a DeploymentResult, page: &HtmlPage<'a>) -> Html {
    let link = inline("a", &[("href", &format!("#{}", anchor(index)))], path(&deployment.root));
    let name = deployment.name.iter().map(|name| format!("{name}, ")).collect::<String>();
    let about = format!("{name}{}, {}", count(deployment.trails.len(), "trail"), judged_from(deployment));
    let about = inline("span", &[("class", "about")], about);
    block("th", &[("scope", "row")], link.then(about).then(reason(deployment, page)))
}

/// The kind of input from which a deployment is judged.
pub(super) fn judged_from(deployment: &DeploymentResult) -> String {
    if deployment.format == STATE {
        return "judged from a Terraform state".to_owned();
    }
    if deployment.format != ACCOUNT {
        return format!("judged from code ({})", deployment.format);
    }
    let documents = deployment.trails.iter().filter_map(|trail| trail.documents.as_ref());
    let spans = documents.flat_map(|own| [own.description, own.status, own.selectors]).flatten();
    let mut files: Vec<_> = spans.map(|span| span.file).collect();
    files.sort_unstable();
    files.dedup();
    match files.len() {
        0 => "judged from the account’s output".to_owned(),
        files => format!("judged from the account’s output of {}", count(files, "file")),
    }
}

/// The controls that aren't judged, with the reasons.
pub(super) fn not_judged(statements: &[ComplianceStatement<'_>]) -> Html {
    let Some(first) = statements.first() else { return Html::default() };
    let controls: Vec<&ControlOutcome> =
        first.controls.iter().filter(|control| control.status == ControlStatus::NotJudged).collect();
    if controls.is_empty() {
        return Html::default();
    }
    let rows = controls.into_iter().map(|control| {
        let reason = control.explanation().unwrap_or_default();
        let cells = [block("td", &[], prose(control.title)), block("td", &[], prose(&reason))];
        section("tr", &[], std::iter::once(block("th", &[("scope", "row")], control.id)).chain(cells))
    });
    let caption = "They are neither met nor failed: nothing here is evidence for them";
    let list = table("listing", caption, heads(["Control", "Subject", "Reason"]), rows);
    let head = block("h2", &[("id", "not-judged")], "Controls that aren’t judged");
    section("section", &[("class", "part"), ("aria-labelledby", "not-judged")], [head, list])
}

/// The findings that a comment, the configuration, the baseline or the base of a comparison suppresses.
pub(super) fn suppressed(page: &HtmlPage<'_>) -> Html {
    let findings: Vec<&Diagnostic> = page.report.findings.iter().filter(|own| own.suppressed.is_some()).collect();
    if findings.is_empty() {
        return Html::default();
    }
    let total = findings.len();
    let rows = findings.into_iter().take(MAX_ROWS).map(|diagnostic| suppressed_row(diagnostic, page));
    let head = heads(["Finding", "Accepted by", "Until"]);
    let list = table("listing suppressed", "They don’t count, but controls that they fail aren’t met", head, rows);
    let head = block("h2", &[("id", "suppressed")], "Suppressed findings");
    let attributes = [("class", "part"), ("aria-labelledby", "suppressed")];
    section("section", &attributes, [head, list, more(total, "finding")])
}

fn suppressed_row(diagnostic: &Diagnostic, page: &HtmlPage<'_>) -> Html {
    let place = inline("span", &[("class", "about place")], rooted_place_of(diagnostic, page.report));
    let message = prose(&diagnostic.finding.message);
    let finding = join([code(diagnostic.rule.id()), " ".into(), message, place]);
    let Some(suppression) = &diagnostic.suppressed else { return Html::default() };
    let by = match suppression.by {
        SuppressedBy::Comment => "a comment",
        SuppressedBy::Metadata => "metadata",
        SuppressedBy::Configuration => "the configuration",
        SuppressedBy::Baseline => "the baseline",
        SuppressedBy::Base => "the base of the comparison, which has it, too",
    };
    let place = suppression
        .span
        .map(|span| inline("span", &[("class", "about place")], PathBase::Root.place(span, &page.report.sources)));
    let reason =
        suppression.reason.as_ref().map_or_else(|| Html::from("no reason given"), |reason| reason.as_str().into());
    let reason = inline("span", &[("class", "about")], reason);
    let until = suppression.until.map_or_else(|| "no end".to_owned(), |until| until.to_string());
    let by = Html::from(by).then(reason).then(place.unwrap_or_default());
    let cells = [block("td", &[], by), block("td", &[], until)];
    section("tr", &[], std::iter::once(block("th", &[("scope", "row")], finding)).chain(cells))
}

/// The benchmark with its full title and version.
fn full_title(benchmark: &str) -> String {
    match cis_version(benchmark) {
        Some(version) => format!("CIS Amazon Web Services Foundations Benchmark v{version}"),
        None => benchmark_title(benchmark),
    }
}

/// The line that counts the rows beyond the limit.
fn more(total: usize, noun: &str) -> Html {
    match total.saturating_sub(MAX_ROWS) {
        0 => Html::default(),
        more => block(
            "p",
            &[("class", "also")],
            format!("and {} (see the format json)", count(more, &format!("more {noun}"))),
        ),
    }
}
