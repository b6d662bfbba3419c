//! Lists the passed rules for `--show-passed`.

use anstyle::{AnsiColor, Style};

use super::sanitize::sanitize;
use super::{full, snippet};
use crate::report::{DeploymentResult, Outcome, Report, TrailResult, View};
use crate::rules::Rule;

/// A rule that a trail passes.
pub(super) struct PassedRule<'a> {
    pub(super) rule: &'static Rule,
    pub(super) trail: &'a TrailResult,
    pub(super) deployment: &'a DeploymentResult,
}

/// The passed rules, if the view shows them.
pub(super) fn all<'r>(report: &'r Report, view: &View) -> impl Iterator<Item = PassedRule<'r>> {
    let deployments: &[DeploymentResult] = if view.shows_passed { &report.deployments } else { &[] };
    let trails =
        deployments.iter().flat_map(|deployment| deployment.trails.iter().map(move |trail| (deployment, trail)));
    trails.flat_map(|(deployment, trail)| {
        let passed = trail.rules.iter().filter(|(_, outcome)| *outcome == Outcome::Pass);
        passed.map(move |(rule, _)| PassedRule { rule, trail, deployment })
    })
}

impl PassedRule<'_> {
    pub(super) fn message(&self) -> String {
        format!("trail `{}` passes", self.trail.address)
    }

    /// The trail's location as `path:line:column`.
    pub(super) fn place(&self, report: &Report) -> String {
        full::place(self.trail.header, &report.sources)
    }

    /// With the lines on which it rests.
    pub(super) fn full(&self, report: &Report) -> String {
        let bold = Style::new().bold();
        let grounds = self.trail.evidence.iter().filter(|(rule, _)| std::ptr::eq(*rule, self.rule));
        let lines = grounds.flat_map(|(_, labels)| labels).map(|label| snippet::draw(label, &report.sources));
        format!("{}{bold}: {}{bold:#}\n{}\n", self.tag(), sanitize(&self.message()), lines.collect::<String>())
    }

    /// One line for a passed rule.
    pub(super) fn line(&self, report: &Report) -> String {
        let place = full::linked_place(self.trail.header, &report.sources);
        format!("{place}: {} {}\n", self.tag(), sanitize(&self.message()))
    }

    fn tag(&self) -> String {
        let style = AnsiColor::Green.on_default().bold();
        format!("{style}pass[{}]{style:#}", self.rule.id())
    }
}
