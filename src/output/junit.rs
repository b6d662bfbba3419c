//! `junit`: a suite for each deployment, with a test for each rule and trail.
//!
//! Errors and warnings fail a test. A suppressed or unknown finding skips it; notes are the output of a passing test; a
//! file that can't be read is an error. Locations are part of the text, since strict readers refuse attributes for
//! them.

use std::collections::HashMap;

use super::annotation;
use super::full::rooted_place_of;
use super::xml::{DECLARATION, XmlAttribute, element, escape};
use crate::finding::Level;
use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, TrailExistence, TrailResult, View};
use crate::rules::{Check, RULES, Rule};
use crate::source::Span;

/// A deployment: its root, and its name in the configuration.
type DeploymentName<'a> = (&'a str, Option<&'a str>);

/// The findings of a report, by subject.
struct FindingsBySubject<'a> {
    report: &'a Report,
    view: &'a View,
    by_address: HashMap<(DeploymentName<'a>, Option<&'a str>, &'static str), &'a Diagnostic>,
    /// Instances of one resource share their text, and so a finding.
    by_header: HashMap<(DeploymentName<'a>, Span, &'static str), &'a Diagnostic>,
}

/// A test and its result.
struct Test {
    text: String,
    status: TestStatus,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TestStatus {
    Passed,
    Failed,
    Skipped,
    Errored,
}

/// The subject of a test.
struct TestSubject<'a> {
    rule: &'static Rule,
    name: &'a str,
}

pub(super) fn render(report: &Report, view: &View) -> String {
    let findings = FindingsBySubject::of(report, view);
    let suites = report.deployments.iter().map(|deployment| (deployment.root.as_str(), findings.tests(deployment)));
    let unread = report.findings.iter().filter(|diagnostic| matches!(diagnostic.rule.check, Check::Reading));
    let unread: Vec<Test> = unread.map(|diagnostic| unreadable(diagnostic, report)).collect();
    let suites: Vec<(&str, Vec<Test>)> =
        suites.chain((!unread.is_empty()).then_some(("files that can't be read", unread))).collect();
    let all = suites.iter().flat_map(|(_, tests)| tests);
    // Strict readers expect the number of skipped tests with each suite only.
    let attributes: Vec<XmlAttribute> =
        attributes(env!("CARGO_PKG_NAME"), all).into_iter().filter(|(name, _)| *name != "skipped").collect();
    let suites = suites.iter().map(|(name, tests)| {
        element("testsuite", &self::attributes(name, tests), tests.iter().map(|test| test.text.clone()))
    });
    format!("{DECLARATION}{}", element("testsuites", &attributes, suites))
}

fn attributes<'a>(name: &str, tests: impl IntoIterator<Item = &'a Test>) -> Vec<XmlAttribute> {
    let statuses: Vec<TestStatus> = tests.into_iter().map(|test| test.status).collect();
    vec![
        ("name", name.to_owned()),
        ("tests", statuses.len().to_string()),
        ("failures", count(&statuses, TestStatus::Failed)),
        ("errors", count(&statuses, TestStatus::Errored)),
        ("skipped", count(&statuses, TestStatus::Skipped)),
    ]
}

fn count(statuses: &[TestStatus], status: TestStatus) -> String {
    statuses.iter().filter(|own| **own == status).count().to_string()
}

impl<'a> FindingsBySubject<'a> {
    fn of(report: &'a Report, view: &'a View) -> Self {
        let mut by_address = HashMap::new();
        for diagnostic in &report.findings {
            let Some(root) = diagnostic.deployment.as_deref() else { continue };
            let key = |address| ((root, diagnostic.deployment_name.as_deref()), address, diagnostic.rule.id());
            by_address.insert(key(diagnostic.address.as_deref()), diagnostic);
            let others = diagnostic.addresses().skip(1);
            by_address.extend(others.map(|address| (key(Some(address)), diagnostic)));
        }
        let mut by_header = HashMap::new();
        for deployment in &report.deployments {
            for (trail, rule) in deployment.trails.iter().flat_map(|trail| RULES.iter().map(move |rule| (trail, rule)))
            {
                if let Some(diagnostic) = by_address.get(&(named(deployment), Some(trail.address.as_str()), rule.id()))
                {
                    by_header.entry((named(deployment), trail.header, rule.id())).or_insert(*diagnostic);
                }
            }
        }
        Self { report, view, by_address, by_header }
    }

    fn tests(&self, deployment: &DeploymentResult) -> Vec<Test> {
        let trails = deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never);
        self.deployment_test(deployment)
            .into_iter()
            .chain(trails.flat_map(|trail| self.trail_tests(deployment, trail)))
            .collect()
    }

    /// The test of the deployment as a whole, unless it creates no trail.
    fn deployment_test(&self, deployment: &DeploymentResult) -> Option<Test> {
        let rule = self.report.rules.iter().find(|rule| matches!(rule.check, Check::Deployment(_)))?;
        let diagnostic = self.by_address.get(&(named(deployment), None, rule.id())).copied();
        let subject = TestSubject { rule, name: &deployment.root };
        Some(self.test(&subject, deployment.verdict?, diagnostic))
    }

    fn trail_tests(&self, deployment: &DeploymentResult, trail: &TrailResult) -> Vec<Test> {
        let advice = trail.advisories.iter().map(|rule| (*rule, Outcome::Fail));
        let mut tests = Vec::new();
        for (rule, outcome) in trail.rules.iter().copied().chain(advice) {
            let subject = TestSubject { rule, name: &trail.address };
            let own = self.by_address.get(&(named(deployment), Some(trail.address.as_str()), rule.id()));
            let diagnostic = own.or_else(|| self.by_header.get(&(named(deployment), trail.header, rule.id())));
            tests.push(self.test(&subject, outcome, diagnostic.copied()));
        }
        tests
    }

    fn test(&self, subject: &TestSubject<'_>, outcome: Outcome, diagnostic: Option<&Diagnostic>) -> Test {
        let words = || diagnostic.map_or_else(|| subject.other_text().to_owned(), annotation::text);
        let said = |tag| Some(result_element(tag, words(), diagnostic, self.report));
        let level = diagnostic.map_or(subject.rule.page.level, |diagnostic| diagnostic.level);
        let is_hidden = diagnostic.is_some_and(|diagnostic| !self.view.is_reported(diagnostic));
        let suppressed = diagnostic.and_then(|diagnostic| diagnostic.suppressed.as_ref());
        let (status, inside) = match (outcome, level) {
            (Outcome::Pass, _) => (TestStatus::Passed, None),
            (Outcome::Fail | Outcome::Unknown, _) if is_hidden => {
                (TestStatus::Skipped, Some(skipped("not shown".to_owned())))
            }
            (Outcome::Fail | Outcome::Unknown, _) if let Some(own) = suppressed => {
                (TestStatus::Skipped, Some(skipped(format!("suppressed: {}", own.describe()))))
            }
            (Outcome::Unknown, _) => (TestStatus::Skipped, said("skipped")),
            (Outcome::Fail, Level::Note) => (TestStatus::Passed, Some(element("system-out", &[], [escape(&words())]))),
            (Outcome::Fail, Level::Warning | Level::Error) => (TestStatus::Failed, said("failure")),
        };
        Test { text: element("testcase", &subject.attributes(), inside), status }
    }
}

fn unreadable(diagnostic: &Diagnostic, report: &Report) -> Test {
    let path = annotation::path(diagnostic, report);
    let subject = TestSubject { rule: diagnostic.rule, name: &path };
    let said = result_element("error", annotation::text(diagnostic), Some(diagnostic), report);
    Test { text: element("testcase", &subject.attributes(), [said]), status: TestStatus::Errored }
}

/// The result of a test with its location.
fn result_element(tag: &'static str, message: String, diagnostic: Option<&Diagnostic>, report: &Report) -> String {
    let place = diagnostic.map(|diagnostic| escape(&rooted_place_of(diagnostic, report)));
    element(tag, &[("message", message)], place)
}

fn skipped(message: String) -> String {
    element("skipped", &[("message", message)], [])
}

/// Identifies a deployment, which may share its code with others.
fn named(deployment: &DeploymentResult) -> DeploymentName<'_> {
    (&deployment.root, deployment.name.as_deref())
}

impl TestSubject<'_> {
    /// The text of a test whose finding adds nothing to the others.
    fn other_text(&self) -> &'static str {
        match self.rule.check {
            Check::Deployment(_) => "see the tests of its trails",
            Check::Trail(_)
            | Check::LogDelivery(_)
            | Check::LogGroup(_)
            | Check::Advice(_)
            | Check::LogDeliveryAdvice(_)
            | Check::Reading
            | Check::Evidence
            | Check::Ignoring
            | Check::Comparing => &self.rule.page.summary,
        }
    }

    fn attributes(&self) -> [XmlAttribute; 2] {
        [("name", self.rule.id().to_owned()), ("classname", self.name.to_owned())]
    }
}
