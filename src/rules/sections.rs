//! All controls of benchmarks about CloudTrail, including those that no rule checks.
//!
//! Sources: the compliance files of Prowler for CIS 1.4 to 7.0, those of Steampipe for 1.2 and 1.3, and Security Hub's
//! page about its CloudTrail controls for the others.

use super::Rule;

/// A control as its benchmark lists it.
#[derive(Debug, Clone, Copy)]
pub struct ListedControl {
    /// Its number in the benchmark.
    pub id: &'static str,
    /// The subject of the control.
    pub title: &'static str,
    /// The profile of CIS to which it belongs.
    pub profile: Option<&'static str>,
    /// The part of the code that is evaluated for it.
    pub evaluates: EvaluatedPart,
}

/// The part of the code that is evaluated for a control.
#[derive(Debug, Clone, Copy)]
pub enum EvaluatedPart {
    /// These rules, if they exist.
    Rules(&'static [&'static str]),
    /// Any trail that is logging, in any Region.
    AnyTrail,
    /// No part of the code, for this reason.
    Nothing(&'static str),
}

/// A control of CIS's section about logging: its subject, its numbers in the [`VERSIONS`], the profile, and the rules.
type SectionRow = (&'static str, [Option<&'static str>; 4], &'static str, EvaluatedPart);

/// The versions of CIS that share their numbers.
const VERSIONS: &[&[&str]] = &[
    &["cis-aws-1.2"],
    &["cis-aws-1.3", "cis-aws-1.4", "cis-aws-1.5", "cis-aws-2.0"],
    &["cis-aws-3.0", "cis-aws-4.0", "cis-aws-5.0"],
    &["cis-aws-6.0", "cis-aws-7.0"],
];

const ALL_REGIONS: EvaluatedPart = EvaluatedPart::Rules(&[
    "no-compliant-trail",
    "single-region-trail",
    "stopped-trail",
    "missing-management-events",
    "excluded-event-sources",
    "missing-global-events",
]);
const VALIDATION: EvaluatedPart = EvaluatedPart::Rules(&["unvalidated-logs"]);
const ENCRYPTION: EvaluatedPart = EvaluatedPart::Rules(&["logs-without-kms"]);
const PUBLIC_BUCKET: EvaluatedPart = EvaluatedPart::Rules(&["public-log-bucket"]);
const ACCESS_LOGGING: EvaluatedPart = EvaluatedPart::Rules(&["unlogged-log-bucket"]);
const CLOUDWATCH: EvaluatedPart = EvaluatedPart::Rules(&["logs-without-cloudwatch"]);
const OBJECT_WRITES: EvaluatedPart = EvaluatedPart::Rules(&["unrecorded-object-writes"]);
const OBJECT_READS: EvaluatedPart = EvaluatedPart::Rules(&["unrecorded-object-reads"]);
const ANOTHER_SERVICE: EvaluatedPart = EvaluatedPart::Nothing("about another service");
const EVERY_KEY: EvaluatedPart = EvaluatedPart::Nothing("about every key of the account, not only the trail's");

#[rustfmt::skip]
const LOGGING: &[SectionRow] = &[
    ("enabled in all Regions", [Some("2.1"), Some("3.1"), Some("3.1"), Some("4.1")], "L1", ALL_REGIONS),
    ("log file validation", [Some("2.2"), Some("3.2"), Some("3.2"), Some("4.2")], "L2", VALIDATION),
    ("the log bucket isn't public", [Some("2.3"), Some("3.3"), None, None], "L1", PUBLIC_BUCKET),
    ("integrated with CloudWatch Logs", [Some("2.4"), Some("3.4"), None, None], "L1", CLOUDWATCH),
    ("AWS Config in all Regions", [Some("2.5"), Some("3.5"), Some("3.3"), Some("4.3")], "L2", ANOTHER_SERVICE),
    ("access logging of the log bucket", [Some("2.6"), Some("3.6"), Some("3.4"), Some("4.4")], "L1", ACCESS_LOGGING),
    ("logs encrypted with customer managed KMS keys", [Some("2.7"), Some("3.7"), Some("3.5"), Some("4.5")], "L2", ENCRYPTION),
    ("rotation of customer managed KMS keys", [Some("2.8"), Some("3.8"), Some("3.6"), Some("4.6")], "L2", EVERY_KEY),
    ("VPC flow logs in all VPCs", [Some("2.9"), Some("3.9"), Some("3.7"), Some("4.7")], "L2", ANOTHER_SERVICE),
    ("object-level writes are recorded", [None, Some("3.10"), Some("3.8"), Some("4.8")], "L2", OBJECT_WRITES),
    ("object-level reads are recorded", [None, Some("3.11"), Some("3.9"), Some("4.9")], "L2", OBJECT_READS),
];

/// Controls about CloudTrail that aren't part of any benchmark here.
const OTHERS: &[ListedControl] = &[ListedControl {
    id: "CloudTrail.9",
    title: "tags of trails",
    profile: None,
    evaluates: EvaluatedPart::Nothing("tags don't decide what a trail records"),
}];

impl ListedControl {
    /// Returns the existing rules that evaluate the control.
    pub fn rules(&self) -> Vec<&'static Rule> {
        match self.evaluates {
            EvaluatedPart::Rules(ids) => ids.iter().filter_map(|id| super::find(id)).collect(),
            EvaluatedPart::AnyTrail => super::find("stopped-trail").into_iter().collect(),
            EvaluatedPart::Nothing(_) => Vec::new(),
        }
    }

    /// Returns the reason why no rule evaluates the control, if none does.
    pub fn not_evaluated(&self) -> Option<&'static str> {
        match self.evaluates {
            EvaluatedPart::Nothing(reason) => Some(reason),
            EvaluatedPart::Rules(_) | EvaluatedPart::AnyTrail => {
                self.rules().is_empty().then_some("no rule checks this control")
            }
        }
    }
}

/// Returns the controls of a benchmark about CloudTrail, in its order; `None` if its section isn't listed here.
pub fn section(benchmark: &str) -> Option<Vec<ListedControl>> {
    match VERSIONS.iter().position(|versions| versions.contains(&benchmark)) {
        Some(version) => Some(cis(benchmark, version)),
        None => of_security_hub(benchmark).map(<[ListedControl]>::to_vec),
    }
}

/// Returns the controls with this number in any benchmark, without duplicate subjects.
pub fn of_number(id: &str) -> Vec<ListedControl> {
    let sections = super::stated_benchmarks().into_iter().filter_map(section).flatten().chain(OTHERS.iter().copied());
    let mut found: Vec<ListedControl> = Vec::new();
    for listed in sections.filter(|listed| listed.id.eq_ignore_ascii_case(id)) {
        if !found.iter().any(|other| other.title == listed.title) {
            found.push(listed);
        }
    }
    found
}

/// A note for a list that isn't the benchmark's own.
pub fn basis(benchmark: &str) -> Option<&'static str> {
    let is_mapped = ["pci-dss-4.0.1", "nist-800-53-r5"].contains(&benchmark);
    is_mapped.then_some("the controls of Security Hub that it maps to this standard")
}

fn cis(benchmark: &str, version: usize) -> Vec<ListedControl> {
    let mut controls: Vec<ListedControl> = LOGGING
        .iter()
        .filter_map(|(title, ids, profile, about)| {
            let id = (*ids.get(version)?)?;
            // Version 1.2 has one of them in the first profile.
            let profile = if id == "2.5" { "L1" } else { profile };
            Some(ListedControl { id, title, profile: Some(profile), evaluates: *about })
        })
        .collect();
    if benchmark == "cis-aws-7.0" {
        let title = "access logs of web front ends";
        controls.push(ListedControl { id: "4.10", title, profile: Some("L1"), evaluates: ANOTHER_SERVICE });
    }
    controls
}

fn of_security_hub(standard: &str) -> Option<&'static [ListedControl]> {
    const fn listed(id: &'static str, title: &'static str, evaluates: EvaluatedPart) -> ListedControl {
        ListedControl { id, title, profile: None, evaluates }
    }
    const FIRST: ListedControl =
        listed("CloudTrail.1", "one multi-Region trail with read and write management events", ALL_REGIONS);
    const SECOND: ListedControl = listed("CloudTrail.2", "encryption at rest", ENCRYPTION);
    const FOURTH: ListedControl = listed("CloudTrail.4", "log file validation", VALIDATION);
    const FIFTH: ListedControl = listed("CloudTrail.5", "integrated with CloudWatch Logs", CLOUDWATCH);
    const STORES: EvaluatedPart = EvaluatedPart::Nothing("event data stores are no trails");
    match standard {
        "fsbp" => Some(&[FIRST, SECOND, FOURTH, FIFTH]),
        "nist-800-53-r5" => Some(
            const {
                &[
                    FIRST,
                    SECOND,
                    FOURTH,
                    FIFTH,
                    listed("CloudTrail.10", "event data stores with customer managed keys", STORES),
                ]
            },
        ),
        "pci-dss-4.0.1" => Some(
            const {
                &[
                    SECOND,
                    listed("CloudTrail.3", "one trail is enabled", EvaluatedPart::AnyTrail),
                    FOURTH,
                    listed("CloudTrail.6", "the log bucket isn't public", PUBLIC_BUCKET),
                    listed("CloudTrail.7", "access logging of the log bucket", ACCESS_LOGGING),
                    listed("S3.22", "object-level writes are recorded", OBJECT_WRITES),
                    listed("S3.23", "object-level reads are recorded", OBJECT_READS),
                ]
            },
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers and whether a rule checks each.
    fn numbers(benchmark: &str) -> String {
        section(benchmark)
            .unwrap()
            .iter()
            .map(|listed: &ListedControl| match listed.evaluates {
                EvaluatedPart::Nothing(_) => format!("({})", listed.id),
                EvaluatedPart::Rules(_) | EvaluatedPart::AnyTrail => listed.id.to_owned(),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn sections_are_complete_and_in_their_order() {
        assert_eq!(numbers("cis-aws-1.2"), "2.1 2.2 2.3 2.4 (2.5) 2.6 2.7 (2.8) (2.9)");
        assert_eq!(numbers("cis-aws-1.4"), "3.1 3.2 3.3 3.4 (3.5) 3.6 3.7 (3.8) (3.9) 3.10 3.11");
        assert_eq!(numbers("cis-aws-5.0"), "3.1 3.2 (3.3) 3.4 3.5 (3.6) (3.7) 3.8 3.9");
        assert_eq!(numbers("cis-aws-7.0"), "4.1 4.2 (4.3) 4.4 4.5 (4.6) (4.7) 4.8 4.9 (4.10)");
        assert_eq!(numbers("fsbp"), "CloudTrail.1 CloudTrail.2 CloudTrail.4 CloudTrail.5");
        assert_eq!(numbers("nist-800-53-r5"), "CloudTrail.1 CloudTrail.2 CloudTrail.4 CloudTrail.5 (CloudTrail.10)");
        assert_eq!(
            numbers("pci-dss-4.0.1"),
            "CloudTrail.2 CloudTrail.3 CloudTrail.4 CloudTrail.6 CloudTrail.7 S3.22 S3.23"
        );
    }

    /// A page's numbers are those of the section.
    #[test]
    fn pages_agree_with_the_sections() {
        for benchmark in VERSIONS.iter().copied().flatten() {
            for rule in crate::rules::RULES.iter().copied() {
                let listed = section(benchmark).unwrap().into_iter().find(
                    |listed| matches!(listed.evaluates, EvaluatedPart::Rules(rules) if rules.contains(&rule.id())),
                );
                assert_eq!(rule.page.control(benchmark), listed.map(|listed| listed.id), "{benchmark} {}", rule.id());
            }
        }
    }
}
