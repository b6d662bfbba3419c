//! Changes to projects that mustn't change what is said about them, or only from something to "unknown".

mod forget;
mod json;
mod order;
mod quantifier;
mod spell;
mod syntax;

use std::collections::BTreeMap;

use trailint::internal::report::{Outcome, TrailExistence};

use super::oracle;
use super::support::{cases_in, check, files_below, package, projects_in, quick_or_long, word};

/// The files of a project with their paths.
type Files = Vec<(String, String)>;

/// The verdicts of the rules on each trail, and on deployments under their roots.
type Verdicts = BTreeMap<(String, &'static str), &'static str>;

/// Projects with their names: those of the test data, and generated ones; in quick runs, a part of them.
fn corpus() -> Vec<(String, Files)> {
    let groups = ["terraform", "demo/terraform", "equivalent"].map(|group| cases_in(&format!("testdata/{group}")));
    let mut corpus: Vec<(String, Files)> = Vec::new();
    for directory in groups.into_iter().flatten() {
        let files: Files = files_below(&directory)
            .into_iter()
            .filter(|(path, _)| !path.ends_with("expected.txt") && !path.to_str().unwrap().contains("template."))
            .map(|(path, bytes)| (path.to_str().unwrap().to_owned(), String::from_utf8(bytes).unwrap()))
            .collect();
        let name = directory.strip_prefix(package("testdata")).unwrap().display().to_string();
        corpus.push((name, files));
    }
    corpus.extend(oracle::projects().into_iter().filter(|(name, _)| !name.ends_with("fails")));
    let written = projects_in("testdata/verdicts.txt").into_iter().map(|(name, mut files)| {
        files.retain(|(path, _)| path != "verdicts");
        (name, files)
    });
    corpus.extend(written);
    corpus.into_iter().step_by(quick_or_long(4, 1)).collect()
}

/// What is said about a project, but for trails that are never created.
fn verdicts(files: &Files) -> Verdicts {
    let report = check(files.iter().map(|(path, text)| (path, text.as_str())));
    let mut verdicts = Verdicts::new();
    for deployment in &report.deployments {
        if let Some(verdict) = deployment.verdict {
            verdicts.insert((deployment.root.clone(), "no-compliant-trail"), word(verdict));
        }
        for trail in deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
            let say = |(rule, outcome): &(&'static trailint::internal::rules::Rule, Outcome)| {
                ((trail.address.clone(), rule.id()), word(*outcome))
            };
            verdicts.extend(trail.rules.iter().map(say));
        }
    }
    verdicts
}

/// Changes each file that is written in Terraform's own syntax.
fn change_texts(files: &Files, change: impl Fn(&str) -> String) -> Files {
    let is_native = |path: &str| path.ends_with(".tf") || path.ends_with(".tfvars") || path.ends_with(".tofu");
    let changed = |(path, text): &(String, String)| {
        let text = if is_native(path) { change(text) } else { text.clone() };
        (path.clone(), text)
    };
    files.iter().map(changed).collect()
}
