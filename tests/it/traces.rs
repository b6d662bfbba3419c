//! Questions about values, and the text that answers them.

use std::path::Path;

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::output;

use super::support::{cases_in, everything, expect_file, files_below, given};

#[test]
fn values_are_followed_to_where_they_are_decided() {
    let cases = cases_in("testdata/traces");
    for case in cases {
        let question = std::fs::read_to_string(case.join("question.txt")).unwrap();
        let answer = ask(&case, question.trim());
        expect_file(&case.join("expected.txt"), &answer);
    }
}

fn ask(case: &Path, question: &str) -> String {
    let files = files_below(case).into_iter().filter(|(name, _)| name.extension().is_none_or(|kind| kind != "txt"));
    let (fs, sources, settings) = given(files, EngineSettings::default());
    let trace = engine::trace(&fs, &everything(), sources, &settings, question).unwrap();
    anstream::adapter::strip_str(&output::trace(&trace, 80)).to_string()
}
