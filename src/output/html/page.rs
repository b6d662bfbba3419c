//! The report as the page shows it: its findings by subject.

use std::collections::HashMap;

use crate::report::{DeploymentResult, Diagnostic, Report, View};

/// The report, and its findings by subject.
pub(super) struct HtmlPage<'a> {
    pub(super) report: &'a Report,
    pub(super) view: &'a View,
    pub(super) findings: HashMap<PageSubject<'a>, Vec<NumberedFinding<'a>>>,
}

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
        let mut findings: HashMap<_, Vec<_>> = HashMap::new();
        for (number, diagnostic) in report.findings.iter().filter(|diagnostic| view.is_reported(diagnostic)).enumerate()
        {
            let numbered = NumberedFinding { number, id: format!("finding-{}", diagnostic.fingerprint), diagnostic };
            let name = diagnostic.deployment_name.as_deref();
            let subject = (diagnostic.deployment.as_deref(), name, diagnostic.address.as_deref());
            findings.entry(subject).or_default().push(numbered);
        }
        Self { report, view, findings }
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
