//! `json-lines`: the parts of `json`, an object on each line, for programs that read as they go.

use serde::Serialize;

use super::compliance::{self, Statement};
use super::full::Base;
use super::json::{self, DeploymentEntry, FindingEntry, Summary, Tool};
use crate::report::Report;

/// A line of the report. The last one is the summary, so that a truncated report is recognizable.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Run { version: u32, tool: Tool },
    Deployment(DeploymentEntry<'a>),
    Finding(Box<FindingEntry<'a>>),
    Compliance(Statement<'a>),
    Summary(Summary),
}

pub(super) fn render(report: &Report) -> String {
    let deployments = report.deployments.iter().map(|judged| json::deployment(judged, &report.sources));
    let findings = report.shown().map(|finding| Box::new(json::finding(finding, &report.sources)));
    std::iter::once(Line::Run { version: json::VERSION, tool: json::tool() })
        .chain(deployments.map(Line::Deployment))
        .chain(findings.map(Line::Finding))
        .chain(compliance::statements(report, Base::Root).into_iter().map(Line::Compliance))
        .chain(std::iter::once(Line::Summary(json::summary(report))))
        .map(|line| json::line(&line))
        .collect()
}
