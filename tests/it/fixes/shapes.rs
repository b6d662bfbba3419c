//! Trails with several failing settings that come from one place, in every language: one fix may need another.

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::{Files, after, fixed};
use crate::support::quick_or_long;
use trailint::internal::edit::Safety;
use trailint::internal::report::Report;

type Settings = Vec<(&'static str, Value)>;

/// A generated project.
struct Project {
    name: String,
    files: Files,
}

/// After `--fix`, nothing is left to fix, also for the next check.
#[test]
fn what_is_left_after_a_fix_is_not_fixable() {
    let projects = projects();
    // In quick runs, each place has some of the settings only, other settings than its neighbours.
    let step = quick_or_long(5, 1);
    let chosen: Vec<&Project> = projects.iter().step_by(step).collect();
    let wrong: Vec<String> = chosen.into_par_iter().flat_map_iter(wrong).collect();
    assert!(wrong.is_empty(), "{} {:#?}", wrong.len(), wrong.iter().take(10).collect::<Vec<_>>());
}

fn wrong(project: &Project) -> Vec<String> {
    let mut wrong = Vec::new();
    for allowed in [Safety::Safe, Safety::Unsafe] {
        let mended = fixed(&project.files, allowed);
        let files = after(&project.files, &mended);
        let again = fixed(&files, allowed);
        let left = fixable(&again.report, allowed);
        if again.findings > 0 || !again.files.is_empty() || !left.is_empty() {
            let texts: Vec<String> =
                files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
            wrong.push(format!("{}, {}: {left:?}\n{}", project.name, allowed.word(), texts.join("\n---\n")));
        }
    }
    wrong
}

fn fixable(report: &Report, allowed: Safety) -> Vec<String> {
    let is_fixable = |diagnostic: &&trailint::internal::report::Diagnostic| {
        diagnostic.fix.as_ref().is_some_and(|fix| fix.safety() <= allowed)
    };
    report
        .findings
        .iter()
        .filter(is_fixable)
        .map(|diagnostic| format!("{}: {}", diagnostic.rule.id(), diagnostic.finding.message))
        .collect()
}

fn projects() -> Vec<Project> {
    let mut projects = Vec::new();
    for at in 0..16 {
        let [multi, mgmt, all, kms] = [1, 2, 4, 8].map(|bit| at & bit != 0);
        let basic = vec![
            ("multi", json!(multi)),
            ("mgmt", json!(mgmt)),
            ("rw", json!(if all { "All" } else { "WriteOnly" })),
            ("exclude", json!(if kms { vec![] } else { vec!["kms.amazonaws.com"] })),
        ];
        let advanced = vec![
            ("multi", json!(multi)),
            ("category", json!([if mgmt { "Management" } else { "Data" }])),
            ("ro", json!(if all { json!(["true", "false"]) } else { json!(["false"]) })),
            ("exclude", json!(if kms { vec!["rdsdata.amazonaws.com"] } else { vec!["kms.amazonaws.com"] })),
        ];
        for (kind, settings) in [("basic", basic), ("advanced", advanced)] {
            for (place, files) in terraform(&settings) {
                let name = format!("{kind} {at} {place}");
                let in_hcl = files
                    .iter()
                    .map(|(path, value)| (path.trim_end_matches(".json").into(), hcl(value, 0).into_bytes()));
                projects.push(Project { name: format!("{name}, HCL"), files: in_hcl.collect() });
                let in_json = files.iter().map(|(path, value)| ((*path).into(), pretty(value)));
                projects.push(Project { name: format!("{name}, JSON"), files: in_json.collect() });
            }
            for (place, files) in cloudformation(&settings) {
                let name = format!("{kind} {at} {place}");
                let in_yaml = files.iter().map(|(path, value)| {
                    (format!("{path}.yaml").into(), yaml(value, 0).replace("child.json", "child.yaml").into_bytes())
                });
                projects.push(Project { name: format!("{name}, YAML"), files: in_yaml.collect() });
                let in_json = files.iter().map(|(path, value)| (format!("{path}.json").into(), pretty(value)));
                projects.push(Project { name: format!("{name}, template in JSON"), files: in_json.collect() });
            }
        }
    }
    projects
}

/// A trail in Terraform, whose settings are what `refer` gives.
fn resource(settings: &Settings, refer: impl Fn(&'static str, &Value) -> Value) -> Value {
    let mut trail = json!({"name": "audit", "s3_bucket_name": "logs", "enable_log_file_validation": true});
    let mut selector = Map::new();
    let mut fields = Vec::new();
    for (name, value) in settings {
        let value = refer(name, value);
        match *name {
            "multi" => trail["is_multi_region_trail"] = value,
            "mgmt" => drop(selector.insert("include_management_events".to_owned(), value)),
            "rw" => drop(selector.insert("read_write_type".to_owned(), value)),
            "exclude" if settings.iter().any(|(name, _)| *name == "mgmt") => {
                drop(selector.insert("exclude_management_event_sources".to_owned(), value));
            }
            "category" => fields.push(json!({"field": "eventCategory", "equals": value})),
            "ro" => fields.push(json!({"field": "readOnly", "equals": value})),
            _ => fields.push(json!({"field": "eventSource", "not_equals": value})),
        }
    }
    match fields.is_empty() {
        true => trail["event_selector"] = json!([selector]),
        false => trail["advanced_event_selector"] = json!([{"field_selector": fields}]),
    }
    json!({"aws_cloudtrail": {"t": trail}})
}

fn terraform(settings: &Settings) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    const MAIN: &str = "main.tf.json";
    const CHILD: &str = "mod/main.tf.json";
    let through = |path: &'static str| resource(settings, move |name, _| json!(format!("${{{path}{name}}}")));
    let object: Map<String, Value> = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let typed = |value: &Value| match value {
        Value::Bool(_) => "bool",
        Value::Array(_) => "list(string)",
        _ => "string",
    };
    let types: Vec<String> = settings.iter().map(|(name, value)| format!("{name} = {}", typed(value))).collect();
    let object_type = format!("object({{ {} }})", types.join(", "));
    let optional: Vec<String> = settings
        .iter()
        .map(|(name, value)| format!("{name} = optional({}, {})", typed(value), serde_json::to_string(value).unwrap()))
        .collect();
    let optional_type = format!("object({{ {} }})", optional.join(", "));
    let variables: Map<String, Value> = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!({"type": typed(value), "default": value})))
        .collect();
    let declared: Map<String, Value> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), json!({"type": typed(value)}))).collect();
    let call = |arguments: Value| {
        let mut call = json!({"source": "./mod"});
        call.as_object_mut().unwrap().extend(arguments.as_object().unwrap().clone());
        json!({"module": {"a": call}})
    };
    let child = json!({"variable": {"cfg": {"type": object_type}}, "resource": through("var.cfg.")});
    let each = json!({"variable": {"cfg": {"type": format!("map({object_type})")}}, "resource": {"aws_cloudtrail": {"t": {
        "for_each": "${var.cfg}"
    }}}});
    let mut each = each;
    let trail = through("each.value.");
    each["resource"]["aws_cloudtrail"]["t"]
        .as_object_mut()
        .unwrap()
        .extend(trail["aws_cloudtrail"]["t"].as_object().unwrap().clone());
    vec![
        ("in the trail", vec![(MAIN, json!({"resource": resource(settings, |_, value| value.clone())}))]),
        ("in variables", vec![(MAIN, json!({"variable": variables, "resource": through("var.")}))]),
        ("in a local object", vec![(MAIN, json!({"locals": {"cfg": object}, "resource": through("local.cfg.")}))]),
        (
            "in a default object",
            vec![(
                MAIN,
                json!({"variable": {"cfg": {"type": object_type, "default": object}}, "resource": through("var.cfg.")}),
            )],
        ),
        (
            "in defaults of attributes",
            vec![(
                MAIN,
                json!({"variable": {"cfg": {"type": optional_type, "default": {}}}, "resource": through("var.cfg.")}),
            )],
        ),
        (
            "in arguments",
            vec![(MAIN, call(json!(object))), (CHILD, json!({"variable": declared, "resource": through("var.")}))],
        ),
        (
            "in defaults of a module",
            vec![(MAIN, call(json!({}))), (CHILD, json!({"variable": variables, "resource": through("var.")}))],
        ),
        ("in an object argument", vec![(MAIN, call(json!({"cfg": object}))), (CHILD, child.clone())]),
        ("in an object of many", vec![(MAIN, call(json!({"cfg": {"one": object}}))), (CHILD, each)]),
        ("in a local for a module", {
            let mut main = call(json!({"cfg": "${local.cfg}"}));
            main["locals"] = json!({"cfg": object});
            vec![(MAIN, main), (CHILD, child.clone())]
        }),
        (
            "in a left out object",
            vec![
                (MAIN, call(json!({"cfg": {}}))),
                (CHILD, json!({"variable": {"cfg": {"type": optional_type}}, "resource": through("var.cfg.")})),
            ],
        ),
        ("in two calls", {
            let mut main = call(json!({"cfg": object}));
            main["module"]["b"] = main["module"]["a"].clone();
            vec![(MAIN, main), (CHILD, child.clone())]
        }),
        ("in a local for two calls", {
            let mut main = call(json!({"cfg": "${local.cfg}"}));
            main["module"]["b"] = main["module"]["a"].clone();
            main["locals"] = json!({"cfg": object});
            vec![(MAIN, main), (CHILD, child)]
        }),
    ]
}

fn cloudformation(settings: &Settings) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let trail = |refer: &dyn Fn(&'static str, &Value) -> Value| {
        let mut properties = json!({"S3BucketName": "logs", "IsLogging": true, "EnableLogFileValidation": true, "IncludeGlobalServiceEvents": true});
        let mut selector = Map::new();
        let mut fields = Vec::new();
        for (name, value) in settings {
            let value = refer(name, value);
            match *name {
                "multi" => properties["IsMultiRegionTrail"] = value,
                "mgmt" => drop(selector.insert("IncludeManagementEvents".to_owned(), value)),
                "rw" => drop(selector.insert("ReadWriteType".to_owned(), value)),
                "exclude" if settings.iter().any(|(name, _)| *name == "mgmt") => {
                    drop(selector.insert("ExcludeManagementEventSources".to_owned(), value));
                }
                "category" => fields.push(json!({"Field": "eventCategory", "Equals": value})),
                "ro" => fields.push(json!({"Field": "readOnly", "Equals": value})),
                _ => fields.push(json!({"Field": "eventSource", "NotEquals": value})),
            }
        }
        match fields.is_empty() {
            true => properties["EventSelectors"] = json!([selector]),
            false => properties["AdvancedEventSelectors"] = json!([{"FieldSelectors": fields}]),
        }
        json!({"Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": properties}})
    };
    let text = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let parameters = |has_defaults: bool| -> Map<String, Value> {
        let declared = |value: &Value| {
            let ty = if value.is_array() { "CommaDelimitedList" } else { "String" };
            if has_defaults { json!({"Type": ty, "Default": text(value)}) } else { json!({"Type": ty}) }
        };
        settings.iter().map(|(name, value)| ((*name).to_owned(), declared(value))).collect()
    };
    let referring = trail(&|name, _| json!({"Ref": name}));
    let rows: Map<String, Value> = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let passed: Map<String, Value> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), json!(text(value)))).collect();
    let stack = json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "child.json", "Parameters": passed}});
    let no_value = trail(&|_, value| json!({"Fn::If": ["On", value, {"Ref": "AWS::NoValue"}]}));
    vec![
        ("in the trail", vec![("t", json!({"Resources": trail(&|_, value| value.clone())}))]),
        ("in parameters", vec![("t", json!({"Parameters": parameters(true), "Resources": referring}))]),
        (
            "in a mapping",
            vec![(
                "t",
                json!({"Mappings": {"Settings": {"all": rows}}, "Resources": trail(&|name, _| json!({"Fn::FindInMap": ["Settings", "all", name]}))}),
            )],
        ),
        ("in arms", vec![("t", json!({"Conditions": {"On": {"Fn::Equals": ["a", "a"]}}, "Resources": no_value}))]),
        (
            "in a stack",
            vec![
                ("t", json!({"Resources": {"Stack": stack}})),
                ("child", json!({"Parameters": parameters(false), "Resources": referring})),
            ],
        ),
        (
            "in two stacks",
            vec![
                ("t", json!({"Resources": {"One": stack, "Two": stack}})),
                ("child", json!({"Parameters": parameters(false), "Resources": referring})),
            ],
        ),
    ]
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap()
}

/// The blocks with labels, and those without.
fn labels(name: &str) -> Option<usize> {
    match name {
        "resource" => Some(2),
        "variable" | "module" => Some(1),
        "locals" | "event_selector" | "advanced_event_selector" | "field_selector" => Some(0),
        _ => None,
    }
}

/// The same as HCL.
fn hcl(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let mut text = String::new();
    for (name, value) in value.as_object().unwrap() {
        match labels(name) {
            Some(count) => {
                for (header, body) in blocks(name.clone(), value, count) {
                    text.push_str(&format!("{indent}{header} {{\n{}{indent}}}\n", hcl(body, depth + 1)));
                }
            }
            None if name == "type" => text.push_str(&format!("{indent}type = {}\n", value.as_str().unwrap())),
            None => text.push_str(&format!("{indent}{name} = {}\n", expression(value))),
        }
    }
    text
}

fn blocks(header: String, value: &Value, labels: usize) -> Vec<(String, &Value)> {
    match (labels, value) {
        (0, Value::Array(bodies)) => bodies.iter().map(|body| (header.clone(), body)).collect(),
        (0, body) => vec![(header, body)],
        (_, value) => {
            let below = value.as_object().unwrap().iter();
            below.flat_map(|(label, value)| blocks(format!("{header} \"{label}\""), value, labels - 1)).collect()
        }
    }
}

fn expression(value: &Value) -> String {
    match value {
        Value::String(text) => match text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
            Some(reference) => reference.to_owned(),
            None => format!("\"{text}\""),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key} = {}", expression(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// The same as YAML in block style.
fn yaml(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let field = |(key, value): (&String, &Value)| match value {
                Value::Object(_) => format!("{indent}{key}:\n{}", yaml(value, depth + 1)),
                Value::Array(items) if items.iter().any(Value::is_object) => {
                    let item = |item: &Value| {
                        let text = yaml(item, depth + 2);
                        format!("{indent}  - {}", if item.is_object() { text.trim_start() } else { &text })
                    };
                    format!("{indent}{key}:\n{}", items.iter().map(item).collect::<String>())
                }
                value => format!("{indent}{key}: {value}\n"),
            };
            fields.iter().map(field).collect()
        }
        value => format!("{value}\n"),
    }
}
