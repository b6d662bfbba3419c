//! Renders a deployment: its verdict, its own findings, its controls and its trails.

use std::collections::HashSet;

use super::markup::{Html, block, code, inline, path, prose, section};
use super::page::HtmlPage;
use super::selection::ShownDeployment;
use super::{finding, trail, verdict};
use crate::output::compliance::{ComplianceStatement, ControlOutcome};
use crate::output::rule_list::benchmark_title;
use crate::output::summary;
use crate::report::{DeploymentResult, Outcome};

/// The limit of evidence that is listed for a control.
const MAX_EVIDENCE: usize = 100;

/// The limit of unknown values that are listed for a verdict.
const MAX_BLOCKERS: usize = 3;

/// The row about a deployment in the table at the top of the page.
pub(super) fn row<'a>(index: usize, deployment: &'a DeploymentResult, page: &HtmlPage<'a>) -> Html {
    let link = inline("a", &[("href", &format!("#{}", anchor(index)))], path(&deployment.root));
    let name = deployment.name.iter().map(|name| format!("{name}, ")).collect::<String>();
    let about = format!("{name}{}, {}", deployment.format, summary::count(deployment.trails.len(), "trail"));
    let cells = [
        block("th", &[("scope", "row")], link.then(inline("span", &[("class", "about")], about))),
        block("td", &[], verdict::of_deployment(deployment.verdict).then(reason(deployment, page))),
    ];
    section("tr", &[], cells)
}

/// The reason for an unknown verdict.
pub(super) fn reason<'a>(deployment: &'a DeploymentResult, page: &HtmlPage<'a>) -> Html {
    if deployment.verdict != Some(Outcome::Unknown) {
        return Html::default();
    }
    let unread = deployment.unread.iter().map(String::as_str);
    let blockers = page.blockers(deployment).iter().copied();
    let all: Vec<&str> = if blockers.len() == 0 { unread.collect() } else { blockers.collect() };
    let mut names: Vec<Html> = all.iter().take(MAX_BLOCKERS).map(|name| code(name)).collect();
    let more = all.len().saturating_sub(MAX_BLOCKERS);
    names.extend((more > 0).then(|| format!("{more} more").into()));
    if names.is_empty() {
        return Html::default();
    }
    let names = names.into_iter().reduce(|list, name| list.then(", ").then(name)).unwrap_or_default();
    inline("span", &[("class", "about")], Html::from("blocked by ").then(names))
}

/// The part of the page about a deployment.
pub(super) fn show<'a>(
    shown: &ShownDeployment<'a>,
    statement: Option<&ComplianceStatement<'_>>,
    page: &HtmlPage<'a>,
) -> Html {
    let ShownDeployment { index, deployment, trails } = shown;
    let deployment: &'a DeploymentResult = deployment;
    let id = anchor(*index);
    let title = format!("{id}-title");
    let head = block("h2", &[("id", &title)], path(&deployment.root));
    let name = deployment.name.iter().map(|name| format!(" · {name}")).collect::<String>();
    let words = format!("{name} · {}", deployment.format);
    let verdict = verdict::of_deployment(deployment.verdict).then(words).then(reason(deployment, page));
    let verdict = block("p", &[("class", "verdict")], verdict);
    let whole = page.about(Some(deployment), None).iter().map(|numbered| finding::show(numbered, "h3", page));
    // Invalid code may declare an address twice; its findings are shown once.
    let mut told = HashSet::new();
    let trails = trails.iter().map(|instances| {
        let untold = instances.iter().filter(|trail| told.insert(trail.address.as_str()));
        let own = untold.flat_map(|trail| page.about(Some(deployment), Some(&trail.address)));
        trail::show(instances, &own.collect::<Vec<_>>(), deployment, page)
    });
    let parts = [head, verdict].into_iter().chain(whole).chain(statement.map(controls)).chain(trails);
    section("section", &[("class", "deployment"), ("id", &id), ("aria-labelledby", &title)], parts)
}

pub(super) fn anchor(index: usize) -> String {
    format!("deployment-{}", index.saturating_add(1))
}

/// The controls of the requested benchmark.
fn controls(statement: &ComplianceStatement<'_>) -> Html {
    let caption = block("caption", &[], format!("Controls of {}", benchmark_title(statement.benchmark)));
    let heads = ["Control", "Status", "Subject and evidence"];
    let heads = heads.map(|name| block("th", &[("scope", "col")], name));
    let head = section("thead", &[], [section("tr", &[], heads)]);
    let rows = section("tbody", &[], statement.controls.iter().map(control));
    let table = section("table", &[("class", "controls")], [caption, head, rows]);
    section("div", &[("class", "wide")], [table])
}

fn control(stated: &ControlOutcome) -> Html {
    let explanation = stated.explanation();
    let evidence = stated.evidence.iter().take(MAX_EVIDENCE).map(|own| block("li", &[], prose(&own.line())));
    let evidence = explanation.iter().map(|line| block("li", &[], prose(line))).chain(evidence);
    let more = stated.evidence.len().saturating_sub(MAX_EVIDENCE);
    let more = (more > 0).then(|| block("li", &[], prose(&format!("and {more} more (see `--format json`)"))));
    let grounds = [block("p", &[], prose(stated.title)), section("ul", &[], evidence.chain(more))];
    let cells = [
        block("th", &[("scope", "row")], stated.id),
        block("td", &[], verdict::of_control(stated)),
        section("td", &[], grounds),
    ];
    section("tr", &[], cells)
}
