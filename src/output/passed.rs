//! Lists the passed rules for `--show-passed`.

use std::collections::{HashMap, HashSet};

use anstyle::{AnsiColor, Style};

use super::full::TITLE_INDENT;
use super::sanitize::sanitize;
use super::wrap::wrap;
use super::{full, snippet};
use crate::report::{Deployment, DeploymentResult, Outcome, Report, TrailResult, View, in_deployments};
use crate::rules::Rule;
use crate::source::Span;

/// A rule that a trail passes, with the other deployments and instances in which it does.
pub(super) struct PassedRule<'a> {
    pub(super) rule: &'static Rule,
    pub(super) trail: &'a TrailResult,
    pub(super) deployment: &'a DeploymentResult,
    others: Vec<(&'a DeploymentResult, &'a TrailResult)>,
}

/// The passed rules, if the view shows them: one for each rule and declaration of a trail.
pub(super) fn all<'r>(report: &'r Report, view: &View) -> Vec<PassedRule<'r>> {
    let deployments: &[DeploymentResult] = if view.shows_passed { &report.deployments } else { &[] };
    let mut passed: Vec<PassedRule<'r>> = Vec::new();
    let mut indices: HashMap<(&str, Span), usize> = HashMap::new();
    let trails =
        deployments.iter().flat_map(|deployment| deployment.trails.iter().map(move |trail| (deployment, trail)));
    for (deployment, trail) in trails {
        for (rule, _) in trail.rules.iter().filter(|(_, outcome)| *outcome == Outcome::Pass) {
            let at = *indices.entry((rule.id(), trail.header)).or_insert(passed.len());
            match passed.get_mut(at) {
                Some(own) => own.others.push((deployment, trail)),
                None => passed.push(PassedRule { rule, trail, deployment, others: Vec::new() }),
            }
        }
    }
    passed
}

impl PassedRule<'_> {
    /// The deployments and the trails.
    fn instances(&self) -> impl Iterator<Item = (&DeploymentResult, &TrailResult)> {
        std::iter::once((self.deployment, self.trail)).chain(self.others.iter().copied())
    }

    pub(super) fn message(&self, shown: impl Fn(&str) -> String) -> String {
        format!("trail {} passes{}", self.trails(), self.deployments(shown))
    }

    /// The first trail, and the number of the others.
    pub(super) fn trails(&self) -> String {
        let addresses: HashSet<&str> = self.instances().map(|(_, trail)| trail.address.as_str()).collect();
        let others = match addresses.len().saturating_sub(1) {
            0 => String::new(),
            others => format!(" (and {others} more)"),
        };
        format!("`{}`{others}", self.trail.address)
    }

    /// The words that name the deployments, if there are several.
    pub(super) fn deployments(&self, shown: impl Fn(&str) -> String) -> String {
        let mut seen = HashSet::new();
        let all = self.instances().map(|(deployment, _)| (deployment.root.clone(), deployment.name.clone()));
        let all: Vec<Deployment> = all.filter(|deployment| seen.insert(deployment.clone())).collect();
        let named = if all.len() > 1 { in_deployments(&all, shown) } else { None };
        named.unwrap_or_default()
    }

    /// The trail's location as `path:line:column`.
    pub(super) fn place(&self, report: &Report) -> String {
        full::place(self.trail.header, &report.sources)
    }

    /// With the lines on which it rests.
    pub(super) fn full(&self, report: &Report, width: usize) -> String {
        let bold = Style::new().bold();
        let grounds = self.instances().flat_map(|(_, trail)| &trail.evidence);
        let labels = grounds.filter(|(rule, _)| std::ptr::eq(*rule, self.rule)).flat_map(|(_, labels)| labels);
        let mut drawn = HashSet::new();
        let lines =
            labels.filter(|label| drawn.insert(*label)).map(|label| snippet::draw(label, &report.sources, width));
        let title = format!(
            "{}{bold}: {}{bold:#}",
            self.tag(),
            sanitize(&self.message(|root| report.sources.display_name(root)))
        );
        format!("{}\n{}\n", wrap(&title, width, TITLE_INDENT), lines.collect::<String>())
    }

    /// One line for a passed rule.
    pub(super) fn line(&self, report: &Report) -> String {
        let place = full::linked_place(self.trail.header, &report.sources);
        format!("{place}: {} {}\n", self.tag(), sanitize(&self.message(|root| report.sources.display_name(root))))
    }

    fn tag(&self) -> String {
        let style = AnsiColor::Green.on_default().bold();
        format!("{style}pass[{}]{style:#}", self.rule.id())
    }
}
