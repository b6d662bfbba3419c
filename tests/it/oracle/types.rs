//! Every value for every type: what variables make of their defaults.

use std::collections::BTreeSet;

use serde_json::Value;

use super::terraform::Project;
use super::{FAILS, Said, ask};

const TYPES: [&str; 26] = [
    "any",
    "bool",
    "number",
    "string",
    "list(any)",
    "list(string)",
    "list(number)",
    "list(list(any))",
    "list(map(any))",
    "list(object({ a = string }))",
    "set(any)",
    "set(string)",
    "map(any)",
    "map(string)",
    "map(list(string))",
    "tuple([])",
    "tuple([string])",
    "tuple([any, bool])",
    "object({})",
    "object({ a = any })",
    "object({ a = bool, b = optional(string) })",
    "object({ a = optional(number, 7), b = optional(string, \"x\") })",
    "object({ a = optional(list(string), [\"d\"]) })",
    "object({ a = optional(object({ c = optional(bool, true) }), {}) })",
    "map(object({ c = optional(bool, false) }))",
    "list(object({ a = optional(any), b = optional(list(any), []) }))",
];

const VALUES: [&str; 28] = [
    "null",
    "true",
    "1.50",
    "\"true\"",
    "\"1\"",
    "\"x\"",
    "[]",
    "[1, \"a\"]",
    "[true, \"1\"]",
    "[1, 1]",
    "[null, \"b\", \"a\"]",
    "[[1], [\"a\", \"b\"]]",
    "[[], [1]]",
    "[{ a = 1 }, { a = \"x\" }]",
    "[{ a = 1 }, { b = \"x\" }]",
    "[{}]",
    "[null]",
    "[\"b\"]",
    "{}",
    "{ a = 1 }",
    "{ a = \"true\", b = 2 }",
    "{ a = null, b = null }",
    "{ a = [1, 2], b = [\"c\"] }",
    "{ a = {}, b = { c = \"0\" } }",
    "{ a = { c = null } }",
    "{ a = null }",
    "{ a = 1, b = true, z = [] }",
    "{ \"a\" = [{ c = 1 }] }",
];

#[test]
fn variables_convert_as_terraform_says() {
    let pairs: Vec<(&str, &str)> = TYPES.iter().flat_map(|ty| VALUES.iter().map(move |value| (*ty, *value))).collect();
    let Some(answers) = answers(&pairs) else { return };
    assert!(answers.iter().any(|answer| answer == FAILS), "nothing fails");
    let (mut different, mut unknown) = (Vec::new(), 0);
    for ((ty, value), answer) in pairs.iter().zip(&answers) {
        match ask(&variable("v", ty, value), "var.v", answer) {
            Said::Same => {}
            Said::Unknown => unknown += 1,
            Said::Other => different.push(format!("{value} as {ty} ⇒ {answer}\n")),
        }
    }
    assert!(different.is_empty(), "we claim something else than Terraform about\n{}", different.concat());
    assert!(unknown * 20 <= pairs.len(), "we don't know {unknown} of {}", pairs.len());
}

/// What Terraform makes of each value.
fn answers(pairs: &[(&str, &str)]) -> Option<Vec<String>> {
    let file = |index: usize| {
        let (ty, value) = pairs[index];
        let output = format!("output \"o{index}\" {{\n  value = jsonencode(var.v{index})\n}}\n");
        (format!("v{index}.tf"), variable(&format!("v{index}"), ty, value) + &output)
    };
    let all = Project::new("types", &(0..pairs.len()).map(file).collect::<Vec<_>>())?;
    let checked: Value = serde_json::from_slice(&all.run(&["validate", "-json"]).stdout).unwrap();
    let diagnostics = checked["diagnostics"].as_array().unwrap();
    let failing: BTreeSet<&str> =
        diagnostics.iter().filter_map(|diagnostic| diagnostic["range"]["filename"].as_str()).collect();
    let sound = (0..pairs.len()).map(file).filter(|(path, _)| !failing.contains(path.as_str()));
    let state = Project::new("sound-types", &sound.collect::<Vec<_>>())?.apply().unwrap();
    let answer = |index: usize| match failing.contains(format!("v{index}.tf").as_str()) {
        true => FAILS.to_owned(),
        false => state["outputs"][format!("o{index}")]["value"].as_str().unwrap().to_owned(),
    };
    Some((0..pairs.len()).map(answer).collect())
}

fn variable(name: &str, ty: &str, default: &str) -> String {
    format!("variable \"{name}\" {{\n  type    = {ty}\n  default = {default}\n}}\n")
}
