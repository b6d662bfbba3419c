//! All controls of benchmarks about CloudTrail, including those that no rule checks: the only list of them.
//!
//! The pages of the rules repeat the numbers for their readers; tests compare them with this list.
//!
//! Sources: the compliance files of Prowler for CIS 1.4 to 7.0, those of Steampipe for 1.2 and 1.3, and Security Hub's
//! page about its CloudTrail controls for the others.

use super::Rule;
use Listing::{Absent, Automated, Manual};

/// A control as its benchmark lists it.
#[derive(Debug, Clone, Copy)]
pub struct ListedControl {
    /// Its number in the benchmark.
    pub id: &'static str,
    /// The subject of the control.
    pub title: &'static str,
    /// The profile of CIS to which it belongs.
    pub profile: Option<&'static str>,
    /// `automated` or `manual`, as the benchmark assesses it.
    pub assessment: &'static str,
    /// The part of the code that is evaluated for it.
    pub evaluates: EvaluatedPart,
}

/// The part of the code that is evaluated for a control.
#[derive(Debug, Clone, Copy)]
pub enum EvaluatedPart {
    /// These rules, if they exist: on the deployment, or on each of its trails.
    Rules(&'static [&'static str]),
    /// This rule, if it exists: one trail that passes it is enough.
    AnyTrail(&'static str),
    /// No part of the code, for this reason.
    Nothing(&'static str),
}

/// The number of a control in a version of CIS, and its assessment.
#[derive(Debug, Clone, Copy)]
enum Listing {
    Absent,
    Automated(&'static str),
    Manual(&'static str),
}

/// A control of CIS: its subject, its numbers in the [`VERSIONS`], the profile, and the rules.
type CisRow = (&'static str, [Listing; 6], &'static str, EvaluatedPart);

/// A control of Security Hub: its number, its subject, the standards to which Security Hub maps it, and the rules.
type HubRow = (&'static str, &'static str, &'static [&'static str], EvaluatedPart);

/// The versions of CIS with the same numbers and assessments.
const VERSIONS: [&[&str]; 6] = [
    &["cis-aws-1.2"],
    &["cis-aws-1.3", "cis-aws-1.4", "cis-aws-1.5", "cis-aws-2.0"],
    &["cis-aws-3.0", "cis-aws-4.0", "cis-aws-4.0.1"],
    &["cis-aws-5.0"],
    &["cis-aws-6.0"],
    &["cis-aws-7.0"],
];

/// The standards of which Security Hub lists the controls.
const STANDARDS: [&str; 3] = [FSBP, NIST, PCI];

const FSBP: &str = "fsbp";
const NIST: &str = "nist-800-53-r5";
const PCI: &str = "pci-dss-4.0.1";

const ALL_REGIONS: EvaluatedPart = EvaluatedPart::Rules(&[
    "no-compliant-trail",
    "single-region-trail",
    "stopped-trail",
    "missing-management-events",
    "excluded-event-sources",
    "missing-global-events",
]);
const ONE_ENABLED: EvaluatedPart = EvaluatedPart::AnyTrail("stopped-trail");
const VALIDATION: EvaluatedPart = EvaluatedPart::Rules(&["unvalidated-logs"]);
const ENCRYPTION: EvaluatedPart = EvaluatedPart::Rules(&["logs-without-kms"]);
const PUBLIC_BUCKET: EvaluatedPart = EvaluatedPart::Rules(&["public-log-bucket"]);
const ACCESS_LOGGING: EvaluatedPart = EvaluatedPart::Rules(&["unlogged-log-bucket"]);
const CLOUDWATCH: EvaluatedPart = EvaluatedPart::Rules(&["logs-without-cloudwatch"]);
const OBJECT_WRITES: EvaluatedPart = EvaluatedPart::AnyTrail("unrecorded-object-writes");
const OBJECT_READS: EvaluatedPart = EvaluatedPart::AnyTrail("unrecorded-object-reads");
const ANOTHER_SERVICE: EvaluatedPart = EvaluatedPart::Nothing("about another service");
const EVERY_KEY: EvaluatedPart = EvaluatedPart::Nothing("about every key of the account, not only the trail's");
const ALARMS: EvaluatedPart =
    EvaluatedPart::Nothing("about metric filters and alarms, in the section about monitoring");
const STORES: EvaluatedPart = EvaluatedPart::Nothing("event data stores are no trails");
const TAGS: EvaluatedPart = EvaluatedPart::Nothing("tags don't decide what a trail records");

#[rustfmt::skip]
const CIS: &[CisRow] = &[
    // 1.2, 1.3 to 2.0, 3.0 and 4.0, 5.0, 6.0, 7.0
    ("enabled in all Regions", [Automated("2.1"), Automated("3.1"), Automated("3.1"), Manual("3.1"), Manual("4.1"), Manual("4.1")], "L1", ALL_REGIONS),
    ("log file validation", [Automated("2.2"), Automated("3.2"), Automated("3.2"), Automated("3.2"), Automated("4.2"), Automated("4.2")], "L2", VALIDATION),
    ("the log bucket isn't public", [Automated("2.3"), Automated("3.3"), Absent, Absent, Absent, Absent], "L1", PUBLIC_BUCKET),
    ("integrated with CloudWatch Logs", [Automated("2.4"), Automated("3.4"), Absent, Absent, Absent, Absent], "L1", CLOUDWATCH),
    ("AWS Config in all Regions", [Automated("2.5"), Absent, Absent, Absent, Absent, Absent], "L1", ANOTHER_SERVICE),
    ("AWS Config in all Regions", [Absent, Automated("3.5"), Automated("3.3"), Automated("3.3"), Automated("4.3"), Automated("4.3")], "L2", ANOTHER_SERVICE),
    ("access logging of the log bucket", [Automated("2.6"), Automated("3.6"), Automated("3.4"), Manual("3.4"), Manual("4.4"), Manual("4.4")], "L1", ACCESS_LOGGING),
    ("logs encrypted with customer managed KMS keys", [Automated("2.7"), Automated("3.7"), Automated("3.5"), Automated("3.5"), Automated("4.5"), Automated("4.5")], "L2", ENCRYPTION),
    ("rotation of customer managed KMS keys", [Automated("2.8"), Automated("3.8"), Automated("3.6"), Automated("3.6"), Automated("4.6"), Automated("4.6")], "L2", EVERY_KEY),
    ("VPC flow logs in all VPCs", [Automated("2.9"), Automated("3.9"), Automated("3.7"), Automated("3.7"), Automated("4.7"), Automated("4.7")], "L2", ANOTHER_SERVICE),
    ("object-level writes are recorded", [Absent, Automated("3.10"), Automated("3.8"), Automated("3.8"), Automated("4.8"), Automated("4.8")], "L2", OBJECT_WRITES),
    ("object-level reads are recorded", [Absent, Automated("3.11"), Automated("3.9"), Automated("3.9"), Automated("4.9"), Automated("4.9")], "L2", OBJECT_READS),
    ("access logs of web front ends", [Absent, Absent, Absent, Absent, Absent, Manual("4.10")], "L1", ANOTHER_SERVICE),
    ("changes of trails are alarmed", [Automated("3.5"), Automated("4.5"), Automated("4.5"), Automated("4.5"), Automated("5.5"), Automated("5.5")], "L1", ALARMS),
];

#[rustfmt::skip]
const SECURITY_HUB: &[HubRow] = &[
    ("CloudTrail.1", "one multi-Region trail with read and write management events", &[FSBP, NIST], ALL_REGIONS),
    ("CloudTrail.2", "encryption at rest", &[FSBP, NIST, PCI], ENCRYPTION),
    ("CloudTrail.3", "one trail is enabled", &[PCI], ONE_ENABLED),
    ("CloudTrail.4", "log file validation", &[FSBP, NIST, PCI], VALIDATION),
    ("CloudTrail.5", "integrated with CloudWatch Logs", &[FSBP, NIST], CLOUDWATCH),
    ("CloudTrail.6", "the log bucket isn't public", &[PCI], PUBLIC_BUCKET),
    ("CloudTrail.7", "access logging of the log bucket", &[PCI], ACCESS_LOGGING),
    ("CloudTrail.9", "tags of trails", &[], TAGS),
    ("CloudTrail.10", "event data stores with customer managed keys", &[NIST], STORES),
    ("S3.22", "object-level writes are recorded", &[PCI], OBJECT_WRITES),
    ("S3.23", "object-level reads are recorded", &[PCI], OBJECT_READS),
];

impl ListedControl {
    /// Returns the existing rules that evaluate the control.
    pub fn rules(&self) -> Vec<&'static Rule> {
        match self.evaluates {
            EvaluatedPart::Rules(ids) => ids.iter().filter_map(|id| super::find(id)).collect(),
            EvaluatedPart::AnyTrail(id) => super::find(id).into_iter().collect(),
            EvaluatedPart::Nothing(_) => Vec::new(),
        }
    }

    /// True if the rule evaluates the control.
    pub fn is_evaluated_by(&self, rule: &Rule) -> bool {
        self.rules().into_iter().any(|own| std::ptr::eq(own, rule))
    }

    /// Returns the reason why no rule evaluates the control, if none does.
    pub fn not_evaluated(&self) -> Option<&'static str> {
        match self.evaluates {
            EvaluatedPart::Nothing(reason) => Some(reason),
            EvaluatedPart::Rules(_) | EvaluatedPart::AnyTrail(_) => {
                self.rules().is_empty().then_some("no rule checks this control")
            }
        }
    }
}

/// The benchmarks that have a list here, in the order of the versions.
pub fn stated_benchmarks() -> impl Iterator<Item = &'static str> {
    VERSIONS.into_iter().flatten().copied().chain(STANDARDS)
}

/// Returns the controls of a benchmark about CloudTrail, in its order; `None` if its section isn't listed here.
pub fn section(benchmark: &str) -> Option<Vec<ListedControl>> {
    let version = VERSIONS.iter().position(|versions| versions.contains(&benchmark));
    match version {
        Some(version) => Some(CIS.iter().filter_map(|row| of_cis(row, version)).collect()),
        None if STANDARDS.contains(&benchmark) => {
            Some(SECURITY_HUB.iter().filter(|row| row.2.contains(&benchmark)).map(of_security_hub).collect())
        }
        None => None,
    }
}

/// The number of a rule's control in a benchmark: that of the benchmark itself if the rule's page has it, else that of
/// the list.
pub fn number_of(rule: &'static Rule, benchmark: &str) -> Option<&'static str> {
    let listed = || section(benchmark)?.into_iter().find(|listed| listed.is_evaluated_by(rule));
    rule.page.control(benchmark).or_else(|| Some(listed()?.id))
}

/// Returns the controls with this number in any benchmark, without duplicate subjects.
pub fn of_number(id: &str) -> Vec<ListedControl> {
    let cis = stated_benchmarks().filter_map(section).flatten();
    let mut found: Vec<ListedControl> = Vec::new();
    for listed in cis.chain(SECURITY_HUB.iter().map(of_security_hub)) {
        if listed.id.eq_ignore_ascii_case(id) && !found.iter().any(|other| other.title == listed.title) {
            found.push(listed);
        }
    }
    found
}

/// A note for a list that isn't the benchmark's own.
pub fn basis(benchmark: &str) -> Option<&'static str> {
    [PCI, NIST].contains(&benchmark).then_some("the controls of Security Hub that it maps to this standard")
}

fn of_cis((title, listings, profile, evaluates): &CisRow, version: usize) -> Option<ListedControl> {
    let (id, assessment) = match listings.get(version)? {
        Absent => return None,
        Automated(id) => (id, "automated"),
        Manual(id) => (id, "manual"),
    };
    Some(ListedControl { id, title, profile: Some(profile), assessment, evaluates: *evaluates })
}

fn of_security_hub((id, title, _, evaluates): &HubRow) -> ListedControl {
    ListedControl { id, title, profile: None, assessment: "automated", evaluates: *evaluates }
}
