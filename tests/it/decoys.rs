//! A file that a change adds takes no failing finding away from the files that were there, unless a call with an instance
//! takes their trail over.

use std::collections::BTreeSet;

use trailint::internal::finding::FindingTarget;
use trailint::internal::report::{Outcome, Report};

use super::support::check;

type Files = Vec<(&'static str, &'static str)>;

/// A module and a template whose trails fail.
const TREE: [(&str, &str); 2] = [
    (
        "prod/main.tf",
        "variable \"multi\" {\n  default = false\n}\n\
         resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.multi\n}\n",
    ),
    (
        "prod.yaml",
        "Parameters:\n  Multi: { Type: String, Default: 'false' }\nResources:\n  Audit:\n    Type: AWS::CloudTrail::Trail\n    \
         Properties: { S3BucketName: logs, IsLogging: true, IsMultiRegionTrail: !Ref Multi }\n",
    ),
];

/// Files that call these and create nothing, alone or through each other.
const DECOYS: [(&str, &str); 13] = [
    ("a/main.tf", "module \"m\" {\n  source = \"../prod\"\n  count  = 0\n  multi  = true\n}\n"),
    ("b/main.tf", "module \"m\" {\n  source   = \"../prod\"\n  for_each = {}\n}\n"),
    (
        "c/main.tf",
        "variable \"on\" {\n  default = false\n}\nmodule \"m\" {\n  source = \"../prod\"\n  count  = var.on ? 1 : 0\n}\n",
    ),
    ("d/main.tf", "module \"a\" {\n  source = \"../a\"\n}\nmodule \"e\" {\n  source = \"../e\"\n  count  = 0\n}\n"),
    ("e/main.tf", "module \"d\" {\n  source = \"../d\"\n}\nmodule \"b\" {\n  source = \"../b\"\n}\n"),
    (".hidden/main.tf", "module \"m\" {\n  source = \"../prod\"\n  count  = 1 - 1\n}\n"),
    (
        "a.yaml",
        "Conditions:\n  Never: !Equals [a, b]\nResources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    \
         Condition: Never\n    Properties: { TemplateURL: prod.yaml, Parameters: { Multi: 'true' } }\n",
    ),
    (
        "b.yaml",
        "Conditions:\n  Never: !Equals [a, b]\nResources:\n  Child:\n    Type: AWS::CloudFormation::StackSet\n    \
         Condition: Never\n    Properties: { StackSetName: s, PermissionModel: SELF_MANAGED, TemplateURL: ./prod.yaml }\n",
    ),
    (
        "c.yaml",
        "Transform: AWS::Serverless-2016-10-31\nConditions:\n  Never: !Equals [a, b]\nResources:\n  Child:\n    \
         Type: AWS::Serverless::Application\n    Condition: Never\n    Properties: { Location: prod.yaml }\n",
    ),
    ("d.yaml", "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: a.yaml }\n"),
    (
        "e.yaml",
        "Conditions:\n  Never: !Equals [a, b]\nResources:\n  Round:\n    Type: AWS::CloudFormation::Stack\n    \
         Condition: Never\n    Properties: { TemplateURL: f.yaml }\n",
    ),
    (
        "f.yaml",
        "Resources:\n  Round:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: e.yaml }\n  Child:\n    \
         Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: d.yaml }\n",
    ),
    (
        "g.yaml",
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: !Sub '${X}/prod.yaml' }\n",
    ),
];

/// The failures that count, by rule and file.
fn failures(report: &Report) -> BTreeSet<(&'static str, String)> {
    let failing = report.findings.iter().filter(|diagnostic| diagnostic.outcome == Outcome::Fail);
    let named = failing.map(|diagnostic| {
        let name = match &diagnostic.finding.place {
            FindingTarget::Text(label) => report.sources.file(label.span.file).name.clone(),
            FindingTarget::File(name) => name.clone(),
            FindingTarget::Run => String::new(),
        };
        (diagnostic.rule.id(), name)
    });
    named.collect()
}

fn with(more: impl IntoIterator<Item = (&'static str, &'static str)>) -> Files {
    TREE.into_iter().chain(more).collect()
}

#[test]
fn a_call_without_an_instance_takes_no_finding_away() {
    let before = failures(&check(with([])));
    assert_eq!(before.iter().filter(|(rule, _)| *rule == "single-region-trail").count(), 2);
    for (index, decoy) in DECOYS.into_iter().enumerate() {
        let lost = |files: Files| before.difference(&failures(&check(files))).cloned().collect::<Vec<_>>();
        assert_eq!(lost(with([decoy])), [], "{}", decoy.0);
        assert_eq!(lost(with(DECOYS.into_iter().take(index + 1))), [], "up to {}", decoy.0);
        assert_eq!(lost(with(DECOYS.into_iter().skip(index))), [], "from {}", decoy.0);
    }
}

#[test]
fn a_call_with_an_instance_takes_a_trail_over() {
    let calls = [
        ("main.tf", "module \"m\" {\n  source = \"./prod\"\n  multi  = true\n}\n"),
        (
            "main.yaml",
            "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    \
             Properties: { TemplateURL: prod.yaml, Parameters: { Multi: 'true' } }\n",
        ),
    ];
    let report = check(with(calls.into_iter().chain(DECOYS)));
    let is_alone = |root: &&str| root.starts_with("prod");
    let alone: Vec<&str> = report.deployments.iter().map(|own| &*own.root).filter(is_alone).collect();
    assert_eq!(alone, [""; 0]);
}

#[test]
fn the_outermost_module_that_nothing_creates_is_judged_for_all_below() {
    let wrapper = "module \"m\" {\n  source = \"../prod\"\n  multi  = true\n}\n";
    let caller = "module \"w\" {\n  source = \"./wrapper\"\n  count  = 0\n}\n";
    let files = [TREE[0], ("wrapper/main.tf", wrapper), ("main.tf", caller)];
    let report = check(files);
    let judged: Vec<_> = report.deployments.iter().filter_map(|own| Some((&*own.root, own.verdict?))).collect();
    assert_eq!(judged, [("wrapper", Outcome::Pass)]);
}
