//! Renders the results of a trail in sections: failures, unknowns, advice and passes.

use super::markup::{Html, block, code, inline, join, prose, section};
use super::page::{HtmlPage, NumberedFinding};
use super::{finding, lines, verdict};
use crate::finding::Label;
use crate::report::{DeploymentResult, Outcome, TrailResult};
use crate::rules::Rule;

/// A heading and the filter for its findings.
type SectionFilter = (&'static str, fn(&NumberedFinding<'_>) -> bool);

/// The sections with findings, the most severe first.
const PARTS: [SectionFilter; 4] = [
    ("Failed", fails),
    ("Unknown", is_unknown),
    ("Not evaluated (declared elsewhere)", is_declared_elsewhere),
    ("Advice", is_advice),
];

/// All sections about a trail, with its own findings.
pub(super) fn show<'a>(
    trail: &'a TrailResult,
    own: &[&NumberedFinding<'_>],
    deployment: &'a DeploymentResult,
    page: &HtmlPage<'a>,
) -> Html {
    let told = PARTS.map(|(title, belongs)| {
        let findings = own.iter().filter(|numbered| belongs(numbered));
        titled(title, findings.map(|numbered| finding::show(numbered, "h5", page)).collect())
    });
    join(told).then(shared_results(trail, own, deployment, page)).then(passes(trail, page))
}

fn fails(numbered: &NumberedFinding<'_>) -> bool {
    !is_advice(numbered) && numbered.diagnostic.outcome == Outcome::Fail
}

fn is_unknown(numbered: &NumberedFinding<'_>) -> bool {
    let is_about_trail = !is_advice(numbered) && !is_declared_elsewhere(numbered);
    is_about_trail && numbered.diagnostic.outcome == Outcome::Unknown
}

fn is_declared_elsewhere(numbered: &NumberedFinding<'_>) -> bool {
    !is_advice(numbered) && numbered.diagnostic.finding.is_declared_elsewhere
}

fn is_advice(numbered: &NumberedFinding<'_>) -> bool {
    numbered.diagnostic.rule.check.is_advice()
}

/// Results whose finding is shown with another instance, or not shown.
fn shared_results<'a>(
    trail: &'a TrailResult,
    own: &[&NumberedFinding<'_>],
    deployment: &'a DeploymentResult,
    page: &HtmlPage<'a>,
) -> Html {
    let rest = trail.rules.iter().filter(|(rule, outcome)| {
        *outcome != Outcome::Pass && !own.iter().any(|numbered| std::ptr::eq(numbered.diagnostic.rule, *rule))
    });
    let items = rest.map(|(rule, outcome)| {
        let link = shared(trail, rule, deployment, page).map(|numbered| {
            let target = format!("#{}", numbered.id);
            inline("a", &[("href", &target)], prose(&numbered.diagnostic.finding.message))
        });
        let is_elsewhere = trail.declared_elsewhere.iter().any(|other| std::ptr::eq(*other, *rule));
        let badge = if is_elsewhere { verdict::not_evaluated() } else { verdict::of_outcome(*outcome) };
        let words = [badge, " ".into(), code(rule.id()), " ".into()];
        let reason = if link.is_none() { reason_of_hidden(trail, rule, deployment, page) } else { None };
        block("li", &[], join(words.into_iter().chain(link).chain(reason)))
    });
    listed("Other verdicts", items.collect())
}

/// The values that block an unknown result whose finding isn't on the page.
fn reason_of_hidden<'a>(
    trail: &'a TrailResult,
    rule: &Rule,
    deployment: &'a DeploymentResult,
    page: &HtmlPage<'a>,
) -> Option<Html> {
    let blockers = &page.hidden(deployment, &trail.address, rule)?.finding.blocked_by;
    let names = blockers.iter().map(|name| code(name)).reduce(|list, name| list.then(", ").then(name))?;
    Some(Html::from("blocked by ").then(names))
}

/// The finding of another instance of the same resource, or of another resource with the same name.
fn shared<'p, 'a>(
    trail: &'a TrailResult,
    rule: &Rule,
    deployment: &'a DeploymentResult,
    page: &'p HtmlPage<'a>,
) -> Option<&'p NumberedFinding<'a>> {
    let instances = deployment
        .trails
        .iter()
        .filter(|other| other.header == trail.header && other.address != trail.address)
        .flat_map(|other| page.about(Some(deployment), Some(&other.address)));
    let own = page.about(Some(deployment), Some(&trail.address));
    let shared: Vec<_> =
        own.iter().chain(instances).filter(|numbered| std::ptr::eq(numbered.diagnostic.rule, rule)).collect();
    let own = shared.iter().find(|numbered| numbered.diagnostic.addresses().any(|address| address == trail.address));
    own.or(shared.first()).copied()
}

/// The passed rules, with the lines on which they are based.
fn passes(trail: &TrailResult, page: &HtmlPage<'_>) -> Html {
    let passed = trail.rules.iter().filter(|(_, outcome)| *outcome == Outcome::Pass);
    let items = passed.map(|(rule, outcome)| {
        let labels = trail.evidence.iter().filter(|(own, _)| std::ptr::eq(*own, *rule)).flat_map(|(_, labels)| labels);
        let labels: Vec<&Label> = labels.collect();
        let required = rule.page.requires.iter().flat_map(|what| [": ".into(), prose(what)]);
        let is_elsewhere = trail.declared_elsewhere.iter().any(|other| std::ptr::eq(*other, *rule));
        let badge = if is_elsewhere { verdict::not_evaluated() } else { verdict::of_outcome(*outcome) };
        let words = [badge, " ".into(), code(rule.id())];
        let head = block("p", &[], join(words.into_iter().chain(required)));
        section("li", &[], [head, lines::list(labels, &page.report.sources)])
    });
    listed("Passed", items.collect())
}

/// A list under a heading, if there is something to list.
fn listed(title: &str, items: Vec<Html>) -> Html {
    let list = (!items.is_empty()).then(|| section("ul", &[("class", "verdicts")], items));
    titled(title, list.into_iter().collect())
}

/// Parts under a heading, if there are any.
fn titled(title: &str, parts: Vec<Html>) -> Html {
    if parts.is_empty() {
        return Html::default();
    }
    section("section", &[], std::iter::once(block("h4", &[], title)).chain(parts))
}
