//! Tests the functions against `cases.txt`, whose results are those of Terraform 1.11.

use super::testing::{covers, evaluate, shown};
use super::{FUNCTIONS, FunctionFailure};
use crate::value::{Data, Traced};

/// Each line is `expression -> value`, with `?` for an unknown part of the value.
const CASES: &str = include_str!("cases.txt");

/// Values to substitute for `unknown`.
const VALUES: [&str; 16] = [
    "null",
    "\"\"",
    "\"a\"",
    "\"1\"",
    "1",
    "0",
    "true",
    "[]",
    "[\"a\"]",
    "[1, 2]",
    "{}",
    "{a = 1}",
    "toset([\"b\", \"a\"])",
    "tolist([1])",
    "tomap({a = \"q\"})",
    "[[], [\"b\"]]",
];

#[test]
fn expressions_evaluate_as_in_terraform() {
    let wrong: Vec<String> = cases()
        .filter_map(|(expression, expected)| {
            let found = outcome(evaluate(expression));
            (found != expected).then(|| format!("{expression} -> {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_claimed_holds_whatever_the_unknown_is() {
    for (expression, _) in cases().filter(|(expression, _)| expression.contains("unknown")) {
        let claimed = evaluate(expression);
        for value in VALUES {
            let found = evaluate(&expression.replace("unknown", value));
            assert!(is_covered(&claimed, &found), "{expression} is {} if the unknown is {value}", outcome(found));
        }
    }
}

/// A failure is compatible with any result, because nothing is deployed then.
fn is_covered(claimed: &Result<Traced<Data>, FunctionFailure>, found: &Result<Traced<Data>, FunctionFailure>) -> bool {
    match (claimed, found) {
        (Err(FunctionFailure::Unknown(_)), _) | (_, Err(_)) => true,
        (Err(FunctionFailure::Failed(_)), Ok(_)) => false,
        (Ok(claimed), Ok(found)) => covers(claimed, found),
    }
}

#[test]
fn functions_are_sorted_by_name() {
    assert!(FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn every_function_has_a_case() {
    for function in FUNCTIONS {
        let call = format!("{}(", function.name);
        assert!(cases().any(|(expression, _)| expression.contains(&call)), "`{}` has none", function.name);
    }
}

#[test]
fn results_have_limits() {
    for expression in [
        "setproduct(range(1000), range(1000))",
        "join(format(\"%1024s\", \"\"), range(1024), range(1024))",
        "replace(format(\"%1024s\", \"\"), \"\", format(\"%1024s\", \"\"))",
        "indent(2000, \"a\")",
        "format(\"%2000s\", \"a\")",
        "regex(\"(\\\\w{100}){100}\", \"a\")",
    ] {
        assert_eq!(outcome(evaluate(expression)), "unknown", "{expression}");
    }
}

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(" -> ").unwrap_or_else(|| panic!("{line}")))
}

fn outcome(result: Result<Traced<Data>, FunctionFailure>) -> String {
    match result {
        Ok(value) => shown(&value),
        Err(FunctionFailure::Failed(_)) => "fails".to_owned(),
        Err(FunctionFailure::Unknown(_)) => "unknown".to_owned(),
    }
}
