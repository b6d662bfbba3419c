//! `json-lines`: the parts of `json`, with an object on each line, for programs that read a stream.

use serde::Serialize;

use super::compliance::{self, ComplianceStatement};
use super::full::PathBase;
use super::json::{self, DeploymentEntry, FindingEntry, JsonTool, Places, Summary};
use super::provenance::ProvenanceEntry;
use super::resolving::ResolvingCommands;
use crate::report::{Report, View};

/// A line of the report. The last one is the summary, so that a truncated report is recognizable.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsonLine<'a> {
    Run {
        version: u32,
        tool: JsonTool,
        #[serde(skip_serializing_if = "Option::is_none")]
        provenance: Option<ProvenanceEntry<'a>>,
    },
    Deployment(DeploymentEntry<'a>),
    Finding(Box<FindingEntry<'a>>),
    Compliance(ComplianceStatement<'a>),
    Summary(Summary),
}

pub(super) fn render(report: &Report, view: &View) -> String {
    let commands = ResolvingCommands::of(report, view, |own| view.is_reported(own));
    let deployments = report.deployments.iter();
    let places = Places::of(report, view);
    let deployments = deployments.map(|deployment| json::deployment(deployment, &places, &commands));
    let findings = view.reported(report).map(|diagnostic| Box::new(json::diagnostic(diagnostic, &places)));
    std::iter::once(JsonLine::Run { version: json::VERSION, tool: json::tool(), provenance: ProvenanceEntry::of(view) })
        .chain(deployments.map(JsonLine::Deployment))
        .chain(findings.map(JsonLine::Finding))
        .chain(compliance::statements(report, view, PathBase::Root).into_iter().map(JsonLine::Compliance))
        .chain(std::iter::once(JsonLine::Summary(json::summary(report, view))))
        .map(|line| json::line(&line))
        .collect()
}
