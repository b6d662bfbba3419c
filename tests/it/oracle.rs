//! Terraform says what Terraform's text means: what we claim to know must be what it answers.
//!
//! The evaluator has no door of its own, so every question goes through a trail: its argument says
//! "the expression is what Terraform answered", which must be judged a pass, and the contrary a fail.
//! Terraform is asked when it is on the PATH, without a provider and without a network; the answers
//! in `testdata/oracle` are checked in any case.

mod calls;
mod corpus;
pub(crate) mod expressions;
mod generated;
mod projects;
pub(crate) mod terraform;
mod types;

use super::support::{check, verdict};

/// The written projects and some generated ones, with their names.
pub(crate) fn projects() -> Vec<(String, Vec<(String, String)>)> {
    projects::all()
}

/// The expressions of which Terraform's answers are recorded, but for those that fail.
pub(crate) fn recorded() -> Vec<String> {
    let known = corpus::corpus().into_iter().filter(|(_, answer)| answer != FAILS);
    known.map(|(expression, _)| expression).collect()
}

/// Compares what Terraform says of expressions with what we say, where there is a Terraform.
pub(crate) fn ask_all(name: &str, expressions: &[String]) {
    if let Some(questions) = terraform::answers(name, expressions) {
        compare(&questions, 90);
    }
}

/// What Terraform answers, or would, to an expression that it can't evaluate.
const FAILS: &str = "fails";

/// What we say about an expression and Terraform's answer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// We know the value, and it is the answer.
    Same,
    /// We claim something else.
    Other,
    /// We don't claim to know.
    Unknown,
}

/// Asks us whether an expression, evaluated in a module with these declarations, has this answer.
fn ask(declarations: &str, expression: &str, answer: &str) -> Said {
    let value = format!("try(jsonencode({expression}), \"{FAILS}\")");
    let answer = quoted(answer);
    let text = format!(
        "{declarations}\nresource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = {value} == {answer}\n  enable_logging = {value} != {answer}\n}}\n",
    );
    let report = check([("main.tf", text)]);
    match (verdict(&report, "single-region-trail"), verdict(&report, "stopped-trail")) {
        ("pass", "fail") => Said::Same,
        ("unknown", "unknown") => Said::Unknown,
        _ => Said::Other,
    }
}

/// Compares all answers with what we say, and wants a share of at least `known` percent that we know.
fn compare(questions: &[(String, String)], known: usize) {
    let said: Vec<Said> = questions.iter().map(|(expression, answer)| ask("", expression, answer)).collect();
    let pick = |wanted: Said| {
        let pairs = questions.iter().zip(&said).filter(move |(_, said)| **said == wanted);
        pairs.map(|((expression, answer), _)| format!("{expression} ⇒ {answer}\n")).collect::<Vec<_>>()
    };
    let (other, unknown) = (pick(Said::Other), pick(Said::Unknown));
    let (unnoticed, other): (Vec<_>, Vec<_>) = other.into_iter().partition(|pair| pair.ends_with("⇒ fails\n"));
    assert!(other.is_empty(), "we claim something else than Terraform about\n{}", other.concat());
    // We don't know the types of nulls, of the elements of empty collections, and of what isn't known.
    // So some that fail for a type alone get the value that they would have without the conflict.
    assert!(unnoticed.len() * 50 <= questions.len(), "we don't notice that these fail\n{}", unnoticed.concat());
    let share = 100 * (questions.len() - unknown.len()) / questions.len();
    assert!(share >= known, "we know only {share} % of {} and not\n{}", questions.len(), unknown.concat());
}

/// A string as it is written in Terraform.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}
