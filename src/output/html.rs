//! `html`: a self-contained page for auditors.
//!
//! All text goes through [`markup`], which escapes it. The page has no script, and its policy allows no request and no
//! style but its own.

mod audit;
mod compared;
mod deployment;
mod event_table;
mod finding;
mod grid;
mod lines;
mod markup;
mod outcomes;
mod page;
mod selection;
mod trail;
mod verdict;

use std::collections::HashSet;

use self::markup::{Html, block, code, join, prose, section, verbatim, void};
use self::page::{HtmlPage, NumberedFinding, TOOL};
use self::selection::ShownDeployment;
use super::full::PathBase;
use super::rule_list::benchmark_title;
use super::{compliance, summary};
use crate::report::{Outcome, Report, View};
use crate::rules::{Check, RULES};

const STYLE: &str = include_str!("html/style.css");

/// The style sheet is allowed by its SHA-256, so that injected markup couldn't add styles.
const POLICY: &str = "default-src 'none'; style-src 'sha256-SzrpyHfFaiLp/Dabt/ie1GtTt0cYml5S/HP5PYPE3Rs='; \
     base-uri 'none'; form-action 'none'";

pub(super) fn render(report: &Report, view: &View) -> String {
    let mut page = HtmlPage::new(report, view);
    let shown = selection::choose(&page);
    let findings = selection::keep_shown(&mut page, &shown);
    let left_out = selection::omission_note(&shown, findings, report);
    let root = section("html", &[("lang", "en")], [head(&page), body(&page, &shown, left_out.as_deref())]);
    format!("<!doctype html>\n{}", root.into_text())
}

fn head(page: &HtmlPage<'_>) -> Html {
    let title = format!("CloudTrail coverage: {}", headline(page));
    let parts = [
        void("meta", &[("charset", "utf-8")]),
        void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]),
        void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
        void("meta", &[("name", "color-scheme"), ("content", "light dark")]),
        void("meta", &[("name", "generator"), ("content", TOOL)]),
        block("title", &[], title),
        block("style", &[], verbatim(STYLE)),
    ];
    section("head", &[], parts)
}

fn body<'a>(page: &HtmlPage<'a>, shown: &[ShownDeployment<'a>], left_out: Option<&str>) -> Html {
    let statements = compliance::statements(page.report, page.view, PathBase::Root);
    let deployments = shown.iter().map(|shown| deployment::show(shown, statements.get(shown.index), page));
    let overview = if statements.is_empty() { overview(shown, page) } else { audit::matrix(shown, &statements, page) };
    let apart = [audit::provenance(page), overview, audit::not_judged(&statements), audit::suppressed(page)];
    let main = apart.into_iter().chain(deployments).chain([unread(page)]);
    section("body", &[], [header(page, left_out), section("main", &[], main), footer(page)])
}

fn header(page: &HtmlPage<'_>, left_out: Option<&str>) -> Html {
    let counts = page.report.counts();
    let counts = [
        ("errors", counts.errors),
        ("warnings", counts.warnings),
        ("notes", counts.notes),
        ("unknown", counts.unknown),
        ("not evaluated (declared elsewhere)", counts.declared_elsewhere),
        ("suppressed", counts.suppressed),
    ];
    let counts = counts
        .map(|(name, number)| section("div", &[], [block("dt", &[], name), block("dd", &[], number.to_string())]));
    let parts = [
        block("p", &[("class", "tool")], TOOL),
        block("h1", &[], "CloudTrail coverage"),
        block("p", &[("class", "headline")], headline(page)),
        section("dl", &[("class", "counts")], counts),
        block("p", &[("class", "also")], prose(&summary::verdict_sentence(page.report, page.view))),
    ];
    let left_out = left_out.map(|sentence| block("p", &[("class", "also")], prose(sentence)));
    section("header", &[], parts.into_iter().chain(left_out))
}

/// The number of deployments that meet the control, or the summary if no deployment creates a trail.
fn headline(page: &HtmlPage<'_>) -> String {
    if let Some(summary) = compliance::summary(page.report, page.view).filter(|summary| summary.deployments > 0)
        && let Some(main) = summary.main
    {
        let (met, all) = (summary.deployments_compliant, summary.deployments);
        return format!("{} {}, {main}", share(met, all), benchmark_title(&page.view.cited));
    }
    let verdicts: Vec<Outcome> = page.report.deployments.iter().filter_map(|deployment| deployment.verdict).collect();
    let passed = verdicts.iter().filter(|verdict| **verdict == Outcome::Pass).count();
    if verdicts.is_empty() {
        return summary::verdict_sentence(page.report, page.view);
    }
    format!("{} {}", share(passed, verdicts.len()), control(&page.view.cited))
}

/// "1 of 3 deployments meets".
fn share(met: usize, all: usize) -> String {
    let verb = if met == 1 || all == 1 { "meets" } else { "meet" };
    format!("{met} of {} {verb}", summary::count(all, "deployment"))
}

/// The control that a deployment has to meet, in a benchmark: "CIS AWS Foundations 3.0, 3.1". Without the number if the
/// benchmark has several for it.
fn control(benchmark: &str) -> String {
    let rule = RULES.iter().copied().find(|rule| matches!(rule.check, Check::Deployment(_)));
    let number = rule.and_then(|rule| rule.page.control(benchmark)).filter(|number| !number.contains(','));
    let number = number.map(|number| format!(", {number}")).unwrap_or_default();
    format!("{}{number}", benchmark_title(benchmark))
}

/// The verdict on each deployment, with links to its section.
fn overview(shown: &[ShownDeployment<'_>], page: &HtmlPage<'_>) -> Html {
    if shown.is_empty() {
        return Html::default();
    }
    let caption = format!("Verdicts of {}", control(&page.view.cited));
    let caption = block("caption", &[], caption);
    let heads = ["Deployment", "Verdict"].map(|name| block("th", &[("scope", "col")], name));
    let head = section("thead", &[], [section("tr", &[], heads)]);
    let rows = shown.iter().map(|shown| deployment::row(shown.index, shown.deployment, page));
    let table = section("table", &[("class", "overview")], [caption, head, section("tbody", &[], rows)]);
    let nav = section("nav", &[("aria-label", "Deployments"), ("class", "wide")], [table]);
    section("section", &[], [nav])
}

/// Findings about files that belong to no deployment, and about deployments that were removed.
fn unread(page: &HtmlPage<'_>) -> Html {
    let deployment = page.report.deployments.iter();
    let deployment: HashSet<_> =
        deployment.map(|deployment| (Some(deployment.root.as_str()), deployment.name.as_deref())).collect();
    let apart = page.findings.iter().filter(|((root, name, _), _)| !deployment.contains(&(*root, *name)));
    let mut findings: Vec<&NumberedFinding<'_>> = apart.flat_map(|(_, findings)| findings).collect();
    findings.sort_by_key(|numbered| numbered.number);
    if findings.is_empty() {
        return Html::default();
    }
    let are_unread = findings.iter().all(|numbered| matches!(numbered.diagnostic.rule.check, Check::Reading));
    let title = if are_unread { "Files that can’t be read" } else { "Files and comments" };
    let head = block("h2", &[("id", "files-title")], title);
    let findings = findings.into_iter().map(|numbered| finding::show(numbered, "h3", page));
    let attributes = [("class", "deployment"), ("aria-labelledby", "files-title")];
    section("section", &attributes, std::iter::once(head).chain(findings))
}

fn footer(page: &HtmlPage<'_>) -> Html {
    let control = format!(
        "A deployment passes when one of its trails is multi-Region, is logging, and records all management events: {}.",
        control(&page.view.cited)
    );
    let unknown =
        "Unknown is neither a pass nor a failure: the value that decides the verdict isn’t in the checked files.";
    let elsewhere = "Not evaluated (declared elsewhere) is neither of them: the log bucket or the key of a trail isn’t \
                     declared in its deployment.";
    let explain = join(["For details about a rule, run ".into(), code("trailint explain RULE"), ".".into()]);
    let lines =
        [block("p", &[], control), block("p", &[], unknown), block("p", &[], elsewhere), block("p", &[], explain)];
    section("footer", &[], lines)
}
