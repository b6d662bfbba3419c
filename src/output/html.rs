//! `html`: a self-contained page for auditors.
//!
//! All text goes through [`markup`], which escapes it. The page has no script, and its policy allows no request and no
//! style but its own.

mod deployment;
mod event_table;
mod finding;
mod lines;
mod markup;
mod outcomes;
mod page;
mod selection;
mod trail;
mod verdict;

use std::collections::HashSet;

use self::markup::{Html, block, code, join, prose, section, verbatim, void};
use self::page::{HtmlPage, NumberedFinding};
use self::selection::ShownDeployment;
use super::full::PathBase;
use super::{compliance, summary};
use crate::report::{Report, View};
use crate::rules::Check;

const STYLE: &str = include_str!("html/style.css");

/// The style sheet is allowed by its SHA-256, so that injected markup couldn't add styles.
const POLICY: &str = "default-src 'none'; style-src 'sha256-DlNgHJQvf3uQOUKnD0dh6ZAj9vOGaLGOgheIhhbpj6A='; \
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
    let title = format!("CloudTrail coverage: {}", summary::verdict_sentence(page.report, page.view));
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

const TOOL: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

fn body<'a>(page: &HtmlPage<'a>, shown: &[ShownDeployment<'a>], left_out: Option<&str>) -> Html {
    let statements = compliance::statements(page.report, page.view, PathBase::Root);
    let deployments = shown.iter().map(|shown| deployment::show(shown, statements.get(shown.index), page));
    let main = [overview(shown)].into_iter().chain(deployments).chain([unread(page)]);
    section("body", &[], [header(page, left_out), section("main", &[], main), footer()])
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
        block("p", &[("class", "headline")], summary::verdict_sentence(page.report, page.view)),
        section("dl", &[("class", "counts")], counts),
    ];
    let left_out = left_out.map(|sentence| block("p", &[("class", "also")], prose(sentence)));
    section("header", &[], parts.into_iter().chain(left_out))
}

/// The verdict on each deployment, with links to its section.
fn overview(shown: &[ShownDeployment<'_>]) -> Html {
    if shown.is_empty() {
        return Html::default();
    }
    let caption = block("caption", &[], "Deployments and their verdicts");
    let heads = ["Deployment", "Verdict"].map(|name| block("th", &[("scope", "col")], name));
    let head = section("thead", &[], [section("tr", &[], heads)]);
    let rows = shown.iter().map(|shown| deployment::row(shown.index, shown.deployment));
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

fn footer() -> Html {
    let control = "A deployment passes when one of its trails is multi-Region, is logging, and records all management \
                   events: CIS AWS Foundations v3.0.0 3.1.";
    let unknown =
        "Unknown is neither a pass nor a failure: the value that decides the verdict isn’t in the checked files.";
    let explain = join(["For details about a rule, run ".into(), code("trailint explain RULE"), ".".into()]);
    let lines = [block("p", &[], control), block("p", &[], unknown), block("p", &[], explain)];
    section("footer", &[], lines)
}
