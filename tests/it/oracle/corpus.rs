//! Written expressions with Terraform's answers, which are compared also where there is no Terraform.

use super::terraform::answers;
use super::{FAILS, compare};
use crate::support::{check, expect_file, package, verdict};

#[test]
fn recorded_answers_are_what_we_say() {
    let corpus = corpus();
    assert!(corpus.len() >= 200, "the corpus is gone");
    assert!(corpus.iter().filter(|(_, answer)| answer == FAILS).count() >= 40, "what fails is gone");
    compare(&corpus, 97);
}

#[test]
fn what_fails_is_no_value() {
    for (expression, _) in corpus().iter().filter(|(_, answer)| answer == FAILS) {
        let text = format!(
            "resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = jsonencode({expression}) == \"\"\n}}\n"
        );
        assert_ne!(verdict(&check([("main.tf", text)]), "single-region-trail"), "pass", "{expression}");
    }
}

#[test]
fn recorded_answers_are_what_terraform_says() {
    let expressions: Vec<String> = corpus().into_iter().map(|(expression, _)| expression).collect();
    let Some(answered) = answers("corpus", &expressions) else { return };
    let text: String = answered.iter().map(|(expression, answer)| format!("{expression} ⇒ {answer}\n")).collect();
    expect_file(&package("testdata/oracle/expressions.txt"), &text);
}

/// The expressions with their answers; one that has none yet gets it from `UPDATE=1`.
pub(super) fn corpus() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(package("testdata/oracle/expressions.txt")).unwrap();
    let pair = |line: &str| {
        let (expression, answer) = line.split_once(" ⇒ ").unwrap_or((line, ""));
        (expression.to_owned(), answer.to_owned())
    };
    text.lines().map(pair).collect()
}
