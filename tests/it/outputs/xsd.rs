//! Reports in XML are valid by their schemas. No validator in Rust is kept up, so Python's lxml does it, for all at once.

use std::process::Command;

use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};

use super::hostile;
use crate::cli::{Scratch, err, out};
use crate::html;
use crate::support::{package, skipped};

/// What a schema doesn't allow in documents, each with a name; nothing where there is no lxml.
fn invalid(schema: &str, documents: &[(String, String)]) -> Option<String> {
    let files: Vec<(&str, &str)> = documents.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let scratch = Scratch::new(&format!("valid-{schema}"), &files);
    let has_lxml = Command::new("python3").args(["-c", "import lxml.etree"]).output();
    has_lxml.is_ok_and(|output| output.status.success()).then_some(())?;
    let schema = package("testdata/schemas").join(schema);
    let script = package("tests/it/outputs/valid.py");
    let output = Command::new("python3").args([&script, &schema, &scratch.path("")]).output().unwrap();
    assert!(output.status.success(), "{}", err(&output));
    Some(out(&output))
}

/// The reports on all scenarios, and those whose texts mean harm.
fn rendered(format: OutputFormat) -> Vec<(String, String)> {
    let scenarios = html::reports().into_iter().map(|(_, report)| report);
    let reports: Vec<Report> = scenarios.chain(hostile::reports().map(|(_, report)| report)).collect();
    let numbered = reports.iter().enumerate();
    numbered.map(|(number, report)| (format!("{number:03}.xml"), format.render(report, &View::default()))).collect()
}

fn is_valid(test: &str, format: OutputFormat, schema: &str, wrong: &str) {
    let mut documents = rendered(format);
    assert!(documents.len() > 60);
    documents.push(("wrong.xml".to_owned(), wrong.to_owned()));
    let Some(said) = invalid(schema, &documents) else { return skipped(test, "there is no lxml for python3") };
    assert!(said.starts_with("wrong.xml: ") && said.lines().count() == 1, "the schema allows anything, or: {said}");
}

#[test]
fn junit_is_valid() {
    is_valid("junit_is_valid", OutputFormat::Junit, "junit-10.xsd", "<testsuites><testcase name=\"a\"/></testsuites>");
}

#[test]
fn checkstyle_is_valid() {
    let wrong = "<checkstyle version=\"1\"><file name=\"a\"><error line=\"0\"/></file></checkstyle>";
    is_valid("checkstyle_is_valid", OutputFormat::Checkstyle, "checkstyle.xsd", wrong);
}
