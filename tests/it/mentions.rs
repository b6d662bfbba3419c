//! Each file that mentions a trail is judged, is reported, or is named in the summary with the reason.

use std::path::Path;

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::finding::FindingTarget;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};
use trailint::internal::source::{Disk, Fs, Memory, Overlay, Sources};

use super::support::everything;

const HCL: &str = "resource \"aws_cloudtrail\" \"t\" {\n  s3_bucket_name = \"b\"\n}\n";
const JSON: &str = r#"{"resource": {"aws_cloudtrail": {"t": {"s3_bucket_name": "b"}}}}"#;
const YAML: &str = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {IsLogging: false}\n";
const TEMPLATE: &str =
    r#"{"Resources": {"T": {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": false}}}}"#;
const CHANGE: &str = r#"{"address": "aws_cloudtrail.t", "mode": "managed", "type": "aws_cloudtrail",
    "change": {"actions": ["create"], "after": {"is_multi_region_trail": false}}}"#;

/// Texts that mention a trail, in the languages that are read and beside them.
fn texts() -> Vec<String> {
    let planned = r#"{"root_module": {"resources": [{"address": "aws_cloudtrail.t", "mode": "managed",
        "type": "aws_cloudtrail", "values": {"is_multi_region_trail": false}}]}}"#;
    let mut texts = vec![
        format!(r#"{{"format_version": "1.2", "resource_changes": [{CHANGE}]}}"#),
        format!(r#"{{"format_version": "0.2", "planned_values": {planned}}}"#),
        format!(r#"{{"format_version": "1.2", "deferred_changes": [{{"resource_change": {CHANGE}}}]}}"#),
        format!(r#"{{"format_version": "7.0", "resource_changes": [{CHANGE}]}}"#),
        format!(r#"{{"format_version": "1.2", "resource_changes": [{CHANGE}"#),
        format!(r#"{{"format_version": "1.2", "resource_changes": [{CHANGE}, 7]}}"#),
        format!(r#"{{"format_version": "1.0", "values": {planned}}}"#),
        r#"{"version": 4, "serial": 1, "lineage": "x", "resources": [{"type": "aws_cloudtrail"}]}"#.to_owned(),
        r#"{"TemplateBody": "Resources: {T: {Type: AWS::CloudTrail::Trail}}"}"#.to_owned(),
        format!(r#"{{"TemplateBody": {TEMPLATE}}}"#),
        TEMPLATE.replacen('{', "{\"Description\": \"\\\"resource_changes\\\" of aws_cloudtrail\", ", 1),
        TEMPLATE.replace("CloudTrail", "Cloud\\u0054rail"),
        r#"{"types": ["AWS::CloudTrail::Trail", "aws_cloudtrail"]}"#.to_owned(),
        r#"["aws_cloudtrail"]"#.to_owned(),
        "\"aws_cloudtrail\"".to_owned(),
        "kind: ConfigMap\ndata: {types: AWS::CloudTrail::Trail}\n".to_owned(),
        "about: awscc_cloudtrail_trail\n".to_owned(),
        "aws_cloudtrail: [\n".to_owned(),
        format!("{{% if audit %}}\n{YAML}{{% endif %}}\n"),
    ];
    texts.extend([HCL, JSON, YAML, TEMPLATE].map(str::to_owned));
    texts
}

const NAMES: [&str; 16] = [
    "main.tf",
    "main.tf.json",
    "plan.tf.json",
    "plan.json",
    "a.json",
    "a.yaml",
    "a.yml",
    "a.template",
    "a.cfn",
    "a.cform",
    "a.cft",
    "a.stack",
    "a.yaml.j2",
    "a.json.tpl",
    "a.tmpl",
    "cdk.out/a.template.json",
];

/// Whether something is said of a file.
fn tells_of(report: &Report, name: &str) -> bool {
    let names = |span: trailint::internal::source::Span| {
        let file = report.sources.file(span.file);
        file.name == name || file.within.is_some_and(|outer| report.sources.file(outer.file).name == name)
    };
    let is_judged =
        report.deployments.iter().flat_map(|deployment| &deployment.trails).any(|trail| names(trail.header));
    let is_reported = report.findings.iter().any(|diagnostic| match &diagnostic.finding.place {
        FindingTarget::Text(label) => names(label.span),
        FindingTarget::File(own) => own == name,
        FindingTarget::Run => false,
    });
    is_judged || is_reported || report.unread_files.iter().any(|file| file.name == name)
}

#[test]
fn no_file_that_mentions_a_trail_is_passed_over() {
    for name in NAMES {
        // All that stands in a file of code is read as code.
        for text in texts().into_iter().filter(|text| !name.contains(".tf") || text.contains("resource")) {
            for beside in [None, Some(("beside/main.tf", HCL))] {
                let files = beside.into_iter().chain([(name, text.as_str())]);
                let fs = Memory::new(files);
                let sources = Sources::new("/".into());
                let report = engine::check(&fs, &everything(), sources, &EngineSettings::default()).unwrap();
                assert!(tells_of(&report, name), "nothing is said of `{name}`:\n{text}");
            }
        }
    }
}

#[test]
fn a_large_plan_is_read_as_far_as_it_matters() {
    let plan = large_plan();
    assert!(plan.len() > 17 << 20);
    let mut open = Overlay::new(Disk::new(&[]));
    open.set_text(Path::new("/plan.json"), plan.as_str().into());
    assert_eq!(open.read(Path::new("/plan.json")).map(|bytes| bytes.len()), Ok(plan.len()));
    let fs = Memory::new([("plan.json", plan)]);
    let report = engine::check(&fs, &everything(), Sources::new("/".into()), &EngineSettings::default()).unwrap();
    let rules: Vec<&str> = report.findings.iter().map(|diagnostic| diagnostic.rule.id()).collect();
    assert!(rules.contains(&"single-region-trail"), "{rules:?}");
    assert!(report.findings.iter().all(|diagnostic| diagnostic.fix.is_none()), "a plan isn't changed");
}

/// A plan of 17 MB in which a trail breaks a rule.
pub(super) fn large_plan() -> String {
    let other = r#"{"address": "null_resource.n", "mode": "managed", "type": "null_resource", "change": {"actions": ["create"], "after": {"l": [1, 2, 3, 4, 5, 6, 7, 8, 9]}}}, "#;
    format!(r#"{{"format_version": "1.2", "resource_changes": [{}{CHANGE}]}}"#, other.repeat(130_000))
}

#[test]
fn a_repeated_key_of_a_plan_is_reported() {
    let values = r#"{"root_module": {"resources": []}}"#;
    let call = r#""m": {"module": {"resources": []}}"#;
    let provider = r#""aws": {"name": "aws"}"#;
    let repeated =
        CHANGE.replace(r#""is_multi_region_trail""#, r#""is_multi_region_trail": true, "is_multi_region_trail""#);
    let twice = CHANGE.replace(r#""after""#, r#""after": {"is_multi_region_trail": true}, "after""#);
    let texts = [
        format!(r#""resource_changes": [], "resource_changes": [{CHANGE}]"#),
        format!(r#""resource_changes": [{CHANGE}], "resource_changes": []"#),
        format!(r#""resource_changes": [{CHANGE}], "resource\u005fchanges": []"#),
        format!(r#""planned_values": {values}, "planned_values": {{"root_module": {{"resources": [{CHANGE}]}}}}"#),
        format!(r#""deferred_changes": [], "deferred_changes": [{{"resource_change": {CHANGE}}}]"#),
        format!(r#""resource_changes": [{repeated}]"#),
        format!(r#""resource_changes": [{twice}]"#),
        format!(
            r#""resource_changes": [{CHANGE}], "configuration": {{"root_module": {{"module_calls": {{{call}, {call}}}}}}}"#
        ),
        format!(
            r#""resource_changes": [{CHANGE}], "configuration": {{"provider_config": {{{provider}, {provider}}}}}"#
        ),
    ];
    for text in texts {
        let text = format!(r#"{{"format_version": "1.2", {text}}}"#);
        let fs = Memory::new([("plan.json", text.as_str())]);
        let report = engine::check(&fs, &everything(), Sources::new("/".into()), &EngineSettings::default()).unwrap();
        let said = OutputFormat::Full.render_plain(&report, &View::default());
        assert!(said.contains("error[syntax-error]") && said.contains("duplicate key"), "{text}:\n{said}");
    }
}
