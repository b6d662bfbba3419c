//! Primary labels stand exactly where they should, whatever stands before them.
//!
//! In each case `‹…›` marks the primary label of the rule's finding.

use trailint::internal::finding::FindingTarget;

use super::support::check;

struct Case {
    rule: &'static str,
    file: &'static str,
    text: &'static str,
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { rule: "single-region-trail", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = ‹false›\n}\n" },
    Case { rule: "single-region-trail", file: "main.tf", text: "‹resource \"aws_cloudtrail\" \"t\"› {\n  name = \"t\"\n}\n" },
    Case { rule: "single-region-trail", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = ‹null› # why\n}\n" },
    Case { rule: "single-region-trail", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = ‹\"yes\"›\n}\n" },
    Case { rule: "single-region-trail", file: "main.tf.json", text: "{\"resource\": {\"aws_cloudtrail\": {\"t\": {\"is_multi_region_trail\": ‹false›}}}}\n" },
    Case { rule: "single-region-trail", file: "main.tf.json", text: "{\"resource\": {\"aws_cloudtrail\": {‹\"t\"›: {\"name\": \"t\"}}}}\n" },
    Case { rule: "single-region-trail", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsMultiRegionTrail: ‹no›\n" },
    Case { rule: "single-region-trail", file: "t.yaml", text: "Resources:\n  ‹T›:\n    Type: AWS::CloudTrail::Trail\n" },
    Case { rule: "single-region-trail", file: "t.yaml", text: "Resources: {‹T›: {Type: 'AWS::CloudTrail::Trail', Properties: {IsLogging: true}}}\n" },
    Case { rule: "single-region-trail", file: "t.json", text: "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"IsMultiRegionTrail\": ‹\"false\"›}}}}\n" },
    Case { rule: "single-region-trail", file: "t.json", text: "{\"Resources\": {‹\"T\"›: {\"Type\": \"AWS::CloudTrail::Trail\"}}}\n" },
    Case { rule: "stopped-trail", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = ‹\"0\"›\n}\n" },
    Case { rule: "stopped-trail", file: "main.tf", text: "‹resource \"awscc_cloudtrail_trail\" \"t\"› {\n  s3_bucket_name = \"b\"\n}\n" },
    Case { rule: "stopped-trail", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: ‹!Ref AWS::NoValue›\n" },
    Case { rule: "single-region-trail", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsMultiRegionTrail: ‹!Ref M›\nParameters: {M: {Type: String, Default: 'false'}}\n" },
    Case { rule: "single-region-trail", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsMultiRegionTrail:\n        ‹Fn::Sub: 'false'›\n" },
    Case { rule: "single-region-trail", file: "t.json", text: "{\"Parameters\": {\"M\": {\"Type\": \"String\"}}, \"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"IsMultiRegionTrail\": ‹{\"Ref\": \"M\"}›}}}}\n" },
    Case { rule: "stopped-trail", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: !If [C, true, ‹!Ref AWS::NoValue›]\nParameters: {E: {Type: String}}\nConditions: {C: !Equals [!Ref E, prod]}\n" },
    Case { rule: "stopped-trail", file: "t.yaml", text: "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: |\n        Resources:\n          T:\n            Type: AWS::CloudTrail::Trail\n            Properties:\n              IsLogging: ‹no›\n" },
    Case { rule: "missing-global-events", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  include_global_service_events = ‹false›\n}\n" },
    Case { rule: "missing-global-events", file: "t.json", text: "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"IncludeGlobalServiceEvents\": ‹false›}}}}\n" },
    Case { rule: "missing-management-events", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  event_selector {\n    read_write_type = ‹\"WriteOnly\"›\n  }\n}\n" },
    Case { rule: "missing-management-events", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  event_selector {\n    include_management_events = ‹false›\n  }\n}\n" },
    Case { rule: "missing-management-events", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  ‹advanced_event_selector› {\n    field_selector {\n      field = \"eventCategory\"\n      equals = [\"Data\"]\n    }\n  }\n}\n" },
    Case { rule: "missing-management-events", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  event_selector {}\n  ‹advanced_event_selector› {\n    field_selector {\n      field = \"eventCategory\"\n      equals = [\"Management\"]\n    }\n  }\n}\n" },
    Case { rule: "missing-management-events", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  advanced_event_selector {\n    field_selector {\n      field = \"eventCategory\"\n      equals = [\"Management\"]\n    }\n    field_selector {\n      field = ‹\"eventName\"›\n      equals = [\"CreateUser\"]\n    }\n  }\n}\n" },
    Case { rule: "missing-management-events", file: "main.tf", text: "resource \"awscc_cloudtrail_trail\" \"t\" {\n  is_logging = true\n  event_selectors = [{ read_write_type = ‹\"all\"› }]\n}\n" },
    Case { rule: "missing-management-events", file: "main.tf.json", text: "{\"resource\": {\"aws_cloudtrail\": {\"t\": {\"event_selector\": {\"read_write_type\": ‹\"ReadOnly\"›}}}}}\n" },
    Case { rule: "missing-management-events", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      EventSelectors: []\n      ‹AdvancedEventSelectors›: none\n" },
    Case { rule: "missing-management-events", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      AdvancedEventSelectors:\n        - ‹FieldSelectors:›\n            - {Field: eventCategory, Equals: [Data]}\n" },
    Case { rule: "missing-management-events", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      AdvancedEventSelectors:\n        - FieldSelectors:\n            - {Field: eventCategory, Equals: [Management]}\n            - {Field: readOnly, Equals: ‹[true]›}\n" },
    Case { rule: "missing-management-events", file: "t.yaml", text: "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      AdvancedEventSelectors: [{FieldSelectors: [{Field: eventCategory, Equals: [Management]}]}]\n      ‹EventSelectors›: [{ReadWriteType: All}]\n" },
    Case { rule: "excluded-event-sources", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  event_selector {\n    exclude_management_event_sources = ‹[\"kms.amazonaws.com\"]›\n  }\n}\n" },
    Case { rule: "excluded-event-sources", file: "t.json", text: "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"AdvancedEventSelectors\": [{\"FieldSelectors\": [{\"Field\": \"eventCategory\", \"Equals\": [\"Management\"]}, {\"Field\": \"eventSource\", \"NotEquals\": ‹[\"rdsdata.amazonaws.com\"]›}]}]}}}}\n" },
    Case { rule: "no-compliant-trail", file: "main.tf", text: "‹resource \"aws_cloudtrail\" \"a\"› {\n  enable_logging = false\n  is_multi_region_trail = true\n}\nresource \"aws_cloudtrail\" \"b\" {\n}\n" },
    Case { rule: "unvalidated-logs", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  enable_log_file_validation = ‹false›\n}\n" },
    Case { rule: "logs-without-kms", file: "main.tf", text: "resource \"aws_cloudtrail\" \"t\" {\n  kms_key_id = ‹\"\"›\n}\n" },
];

#[test]
fn plain_text() {
    check_cases("", |text| text.to_owned());
}

#[test]
fn carriage_returns() {
    check_cases("", |text| text.replace('\n', "\r\n"));
}

#[test]
fn a_byte_order_mark() {
    check_cases("\u{feff}", |text| text.to_owned());
}

#[test]
fn characters_of_several_bytes_before() {
    check_cases("", |text| {
        let text = text.replace("\"t\"", "\"tréß\"").replace("T:", "\"𝒯é\":");
        if text.starts_with('{') { text.replace(": {", ":\u{20}\n {") } else { format!("# ☂ é 𝒯\n{text}") }
    });
}

#[test]
fn tabs_before() {
    check_cases(
        "",
        |text| if text.starts_with("Resources:\n") { text.replace(": ", ":\t") } else { text.replace(' ', "\t") },
    );
}

/// Checks every case after a change to its text, with or without a prefix.
fn check_cases(prefix: &str, change: impl Fn(&str) -> String) {
    for Case { rule, file, text } in CASES {
        let marked = format!("{prefix}{}", change(text));
        let text = marked.replace(['‹', '›'], "");
        let start = marked.find('‹').unwrap();
        let end = marked.find('›').unwrap() - '‹'.len_utf8();
        let report = check([(file, text.clone())]);
        let found: Vec<_> = report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == *rule).collect();
        let [diagnostic] = found.as_slice() else { panic!("{} findings of `{rule}` in\n{marked}", found.len()) };
        let FindingTarget::Text(label) = &diagnostic.finding.place else { panic!("no place") };
        assert_eq!(&text[label.span.range()], &text[start..end], "`{rule}` in\n{marked}");
        assert_eq!(label.span.start as usize, start, "`{rule}` in\n{marked}");
        let before = text[..start].trim_start_matches('\u{feff}');
        let position = report.sources.file(label.span.file).position(label.span.start);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        assert_eq!((position.line as usize, position.column as usize), (line, column), "`{rule}` in\n{marked}");
    }
}
