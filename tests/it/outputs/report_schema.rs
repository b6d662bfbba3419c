//! The published schema describes `json` and `json-lines`: everything in them, and nothing else.

use std::path::Path;

use serde_json::{Map, Value, json};
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};

use super::hostile;
use crate::html::reports;
use crate::support::{check, files_below, package};

/// The schema, in which each object has only the described properties. The published one allows more, because fields may
/// be added.
fn strict() -> Value {
    let mut schema = serde_json::from_str(&std::fs::read_to_string(package("schemas/report-1.json")).unwrap()).unwrap();
    close(&mut schema);
    schema
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            if keys.contains_key("properties") && !keys.contains_key("additionalProperties") {
                keys.insert("additionalProperties".to_owned(), false.into());
            }
            keys.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The reports of all scenarios, with some of accounts.
fn all_reports() -> impl Iterator<Item = (String, Report)> {
    let evidence = files_below(&package("testdata/audit")).into_iter();
    let evidence = check(evidence.map(|(path, bytes)| (Path::new("evidence").join(path), bytes)));
    let scenarios = reports().into_iter().map(|(name, report)| (name.display().to_string(), report));
    let harmful = hostile::reports().map(|(seed, report)| (format!("seed {seed}"), report));
    scenarios.chain(harmful).chain([("evidence".to_owned(), evidence)])
}

#[test]
fn the_schema_describes_every_report() {
    let schema = strict();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&json!({"version": 1})), "the schema allows anything");
    let lines: Map<String, Value> = ["run", "deployment", "finding", "compliance", "summary"]
        .iter()
        .map(|kind| {
            let one = json!({"$ref": format!("#/$defs/{kind}"), "$defs": schema["$defs"]});
            ((*kind).to_owned(), one)
        })
        .collect();
    let lines: Vec<(String, jsonschema::Validator)> =
        lines.into_iter().map(|(kind, schema)| (kind, jsonschema::validator_for(&schema).unwrap())).collect();
    let views = [View::default(), View { benchmark: Some("cis-aws-3.0".to_owned()), ..View::default() }];
    let mut seen = std::collections::BTreeSet::new();
    for (name, report) in all_reports() {
        for view in &views {
            let document: Value = serde_json::from_str(&OutputFormat::Json.render(&report, view)).unwrap();
            no_errors(&validator, &document, &name);
            for line in OutputFormat::JsonLines.render(&report, view).lines() {
                let mut line: Value = serde_json::from_str(line).unwrap();
                let kind = line.as_object_mut().unwrap().remove("type").unwrap();
                let (_, validator) = lines.iter().find(|(known, _)| *known == kind).unwrap();
                no_errors(validator, &line, &name);
                seen.insert(kind.to_string());
            }
        }
    }
    assert_eq!(seen.len(), lines.len());
}

fn no_errors(validator: &jsonschema::Validator, document: &Value, name: &str) {
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new(), "{name}");
}
