//! Renders a trail, or instances with equal results: its line, its table of events and the verdicts.

use super::markup::{Html, block, code, join, section};
use super::page::{HtmlPage, NumberedFinding};
use super::{compared, event_table, finding, lines, outcomes};
use crate::finding::Label;
use crate::report::{DeploymentResult, Outcome, TrailExistence, TrailResult};

/// Instances of a trail with the same results.
pub(super) type Instances<'a> = Vec<&'a TrailResult>;

/// Groups the trails of a deployment that differ only in their addresses.
pub(super) fn instances(deployment: &DeploymentResult) -> Vec<Instances<'_>> {
    let mut all: Vec<Instances<'_>> = Vec::new();
    for trail in &deployment.trails {
        match all.last_mut().filter(|last| last.first().is_some_and(|first| is_same(first, trail))) {
            Some(last) => last.push(trail),
            None => all.push(vec![trail]),
        }
    }
    all
}

fn is_same(one: &TrailResult, other: &TrailResult) -> bool {
    one.header == other.header
        && one.exists == other.exists
        && one.coverage == other.coverage
        && one.region == other.region
        && one.matched == other.matched
        && rules_of(one) == rules_of(other)
}

fn rules_of(trail: &TrailResult) -> Vec<(&'static str, Option<Outcome>)> {
    let rules = trail.rules.iter().map(|(rule, outcome)| (rule.id(), Some(*outcome)));
    rules.chain(trail.advisories.iter().map(|rule| (rule.id(), None))).collect()
}

/// The part of the page about a trail, with its own findings.
pub(super) fn show<'a>(
    instances: &Instances<'a>,
    own: &[&NumberedFinding<'_>],
    deployment: &'a DeploymentResult,
    page: &HtmlPage<'a>,
) -> Html {
    let Some((first, others)) = instances.split_first() else { return Html::default() };
    let header = Label { span: first.header, text: format!("`{}`, {}", first.kind, exists(first.exists)) };
    let place = lines::list([&header], &page.report.sources);
    let parts = [block("h3", &[], code(&first.address)), also(others), place];
    let verdicts = match first.exists {
        // A trail that isn't created can only have findings about a plan that contains it.
        TrailExistence::Never => join(own.iter().map(|numbered| finding::show(numbered, "h4", page))),
        TrailExistence::Always | TrailExistence::Sometimes => {
            event_table::draw(&first.coverage, first.region.as_deref())
                .then(event_table::draw_objects(&first.rules))
                .then(compared::draw(first, page))
                .then(outcomes::show(first, own, deployment, page))
        }
    };
    section("article", &[("class", "trail")], parts.into_iter().chain([verdicts]))
}

fn exists(exists: TrailExistence) -> &'static str {
    match exists {
        TrailExistence::Always => "always created",
        TrailExistence::Sometimes => "created or not, depending on unknown values",
        TrailExistence::Never => "never created",
    }
}

fn also(others: &[&TrailResult]) -> Html {
    if others.is_empty() {
        return Html::default();
    }
    let names = others.iter().flat_map(|trail| [" ".into(), code(&trail.address)]);
    block("p", &[("class", "also")], Html::from("The same applies to").then(join(names)))
}
