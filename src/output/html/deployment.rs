//! Renders a deployment: its verdict, its own findings, its controls and its trails.

use std::collections::HashSet;

use super::markup::{Html, block, code, inline, join, prose, section};
use super::page::HtmlPage;
use super::selection::ShownDeployment;
use super::{finding, trail, verdict};
use crate::output::compliance::{ComplianceStatement, ControlOutcome};
use crate::output::summary;
use crate::report::DeploymentResult;

/// The limit of evidence that is listed for a control.
const MAX_EVIDENCE: usize = 100;

/// The row about a deployment in the table at the top of the page.
pub(super) fn row(index: usize, deployment: &DeploymentResult) -> Html {
    let link = inline("a", &[("href", &format!("#{}", anchor(index)))], code(&deployment.root));
    let name = deployment.name.iter().map(|name| format!("{name}, ")).collect::<String>();
    let about = format!("{name}{}, {}", deployment.format, summary::count(deployment.trails.len(), "trail"));
    let cells = [
        block("th", &[("scope", "row")], link.then(inline("span", &[("class", "about")], about))),
        block("td", &[], verdict::of_deployment(deployment.verdict)),
    ];
    section("tr", &[], cells)
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
    let head = block("h2", &[("id", &title)], code(&deployment.root));
    let name = deployment.name.iter().map(|name| format!(" · {name}")).collect::<String>();
    let words = format!("{name} · {}", deployment.format);
    let verdict = block("p", &[("class", "verdict")], verdict::of_deployment(deployment.verdict).then(words));
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

fn anchor(index: usize) -> String {
    format!("deployment-{}", index.saturating_add(1))
}

/// The controls of the requested benchmark.
fn controls(statement: &ComplianceStatement<'_>) -> Html {
    let caption = block("caption", &[], join(["Controls of ".into(), code(statement.benchmark)]));
    let heads = ["Control", "Status", "Subject and evidence"];
    let heads = heads.map(|name| block("th", &[("scope", "col")], name));
    let head = section("thead", &[], [section("tr", &[], heads)]);
    let rows = section("tbody", &[], statement.controls.iter().map(control));
    let table = section("table", &[("class", "controls")], [caption, head, rows]);
    section("div", &[("class", "wide"), ("tabindex", "0")], [table])
}

fn control(stated: &ControlOutcome) -> Html {
    let evidence = stated.evidence.iter().take(MAX_EVIDENCE).map(|line| block("li", &[], prose(line)));
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
