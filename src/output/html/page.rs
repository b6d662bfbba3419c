//! The report as the page shows it: its findings by subject.

use std::collections::HashMap;

use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, View};
use crate::rules::{Check, Rule};

/// The program and its version.
pub(super) const TOOL: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// The report, and its findings by subject.
pub(super) struct HtmlPage<'a> {
    pub(super) report: &'a Report,
    pub(super) view: &'a View,
    pub(super) findings: HashMap<PageSubject<'a>, Vec<NumberedFinding<'a>>>,
    /// The findings that aren't on the page.
    hidden: HashMap<PageSubject<'a>, Vec<&'a Diagnostic>>,
    /// The unknown values and parts that the verdict on a deployment depends on.
    blockers: HashMap<DeploymentName<'a>, Vec<&'a str>>,
}

/// A deployment: its root, and its name in the configuration.
type DeploymentName<'a> = (Option<&'a str>, Option<&'a str>);

/// The subject of findings: the deployment, its name, and the address of the trail.
pub(super) type PageSubject<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// A finding, its number in the order of the report, and the id of its place on the page.
pub(super) struct NumberedFinding<'a> {
    pub(super) number: usize,
    pub(super) id: String,
    pub(super) diagnostic: &'a Diagnostic,
}

impl<'a> HtmlPage<'a> {
    pub(super) fn new(report: &'a Report, view: &'a View) -> Self {
        let mut page =
            Self { report, view, findings: HashMap::new(), hidden: HashMap::new(), blockers: HashMap::new() };
        for (number, diagnostic) in report.findings.iter().enumerate() {
            let deployment = (diagnostic.deployment.as_deref(), diagnostic.deployment_name.as_deref());
            let subject = (deployment.0, deployment.1, diagnostic.address.as_deref());
            if diagnostic.outcome == Outcome::Unknown && decides_verdict(diagnostic) {
                let blockers = page.blockers.entry(deployment).or_default();
                let new = diagnostic.finding.blocked_by.iter().map(String::as_str);
                new.for_each(|name| {
                    if !blockers.contains(&name) {
                        blockers.push(name)
                    }
                });
            }
            if view.is_reported(diagnostic) {
                let id = format!("finding-{}", diagnostic.fingerprint);
                page.findings.entry(subject).or_default().push(NumberedFinding { number, id, diagnostic });
            } else {
                page.hidden.entry(subject).or_default().push(diagnostic);
            }
        }
        page
    }

    /// The unknown values and parts that the verdict on a deployment depends on.
    pub(super) fn blockers(&self, deployment: &'a DeploymentResult) -> &[&'a str] {
        let name = (Some(deployment.root.as_str()), deployment.name.as_deref());
        self.blockers.get(&name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The finding about a trail that isn't on the page.
    pub(super) fn hidden(
        &self,
        deployment: &'a DeploymentResult,
        address: &'a str,
        rule: &Rule,
    ) -> Option<&'a Diagnostic> {
        let subject = (Some(deployment.root.as_str()), deployment.name.as_deref(), Some(address));
        self.hidden.get(&subject)?.iter().copied().find(|diagnostic| std::ptr::eq(diagnostic.rule, rule))
    }

    /// The findings about a trail, about a deployment as a whole, or about files that couldn't be read.
    pub(super) fn about(
        &self,
        deployment: Option<&'a DeploymentResult>,
        address: Option<&'a str>,
    ) -> &[NumberedFinding<'a>] {
        let root = deployment.map(|deployment| deployment.root.as_str());
        let name = deployment.and_then(|deployment| deployment.name.as_deref());
        self.findings.get(&(root, name, address)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// True for findings about the control or one of its conditions.
fn decides_verdict(diagnostic: &Diagnostic) -> bool {
    diagnostic.rule.is_condition || matches!(diagnostic.rule.check, Check::Deployment(_))
}
