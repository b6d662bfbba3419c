//! Whole projects: which trails there are, under which addresses, and what their arguments are.
//!
//! Terraform gets the same text, in which each trail is a `terraform_data` that keeps the trail's arguments.

mod flow;
mod generated;
mod stand_in;
mod verdicts;

use std::collections::BTreeMap;

use serde_json::Value;

use super::terraform::Project;
use crate::support::{check, projects_in, word};
use trailint::internal::report::TrailExistence;

/// The files of a project with their paths.
type Files = Vec<(String, String)>;

/// The verdicts on each trail.
type Trails = BTreeMap<String, verdicts::Verdicts>;

#[test]
fn written_projects_deploy_as_terraform_says() {
    let projects = written();
    for (name, files) in projects {
        if compare(&name, &files).is_none() {
            return;
        }
    }
}

#[test]
fn generated_projects_deploy_as_terraform_says() {
    let seeds = match std::env::var("TRAILINT_SEED") {
        Ok(seed) => seed.parse().unwrap()..seed.parse::<u64>().unwrap() + 50,
        Err(_) => 1..16,
    };
    let mut trails = 0;
    for seed in seeds {
        match compare(&format!("project-{seed}"), &generated::project(seed)) {
            Some(count) => trails += count,
            None => return,
        }
    }
    assert!(trails > 0, "no project has a trail");
}

/// Compares what we say about a project with what Terraform deploys, and counts the trails; nothing without Terraform.
fn compare(name: &str, files: &Files) -> Option<usize> {
    let theirs = deployed(name, files)?;
    let ours = judged(files);
    match theirs {
        Ok(theirs) => {
            assert_eq!(ours, theirs, "`{name}`: left is ours, right is Terraform's\n{}", shown(files));
            Some(theirs.len())
        }
        Err(error) => {
            assert!(name.ends_with("fails"), "`{name}`: {error}\n{}", shown(files));
            let passes = |verdicts: &verdicts::Verdicts| verdicts.values().all(|verdict| *verdict == "pass");
            assert!(!ours.values().any(passes), "`{name}` can't be deployed, and we say {ours:#?}");
            Some(0)
        }
    }
}

/// The trails that Terraform deploys, or why it doesn't.
fn deployed(name: &str, files: &Files) -> Option<Result<Trails, String>> {
    let stand_ins: Files = files.iter().map(|(path, text)| (path.clone(), stand_in::rewrite(path, text))).collect();
    let project = Project::new(name, &stand_ins)?;
    let output = project.run(&["init", "-backend=false", "-input=false", "-no-color"]);
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Some(project.apply().map(|state| {
        let resources = state["resources"].as_array().unwrap();
        resources.iter().filter(|resource| resource["type"] == "terraform_data").flat_map(instances).collect()
    }))
}

fn instances(resource: &Value) -> Vec<(String, verdicts::Verdicts)> {
    let module = resource["module"].as_str().map(|module| format!("{module}.")).unwrap_or_default();
    let name = resource["name"].as_str().unwrap();
    let instance = |instance: &Value| {
        let key = instance.get("index_key").map(|key| format!("[{key}]")).unwrap_or_default();
        let arguments = &instance["attributes"]["input"]["value"];
        (format!("{module}aws_cloudtrail.{name}{key}"), verdicts::of(arguments))
    };
    resource["instances"].as_array().unwrap().iter().map(instance).collect()
}

/// The trails that we see, all of which must be certain to exist.
fn judged(files: &Files) -> Trails {
    let report = check(files.iter().map(|(path, text)| (path, text.as_str())));
    // Terraform deploys the root; a module whose trail no call creates is evaluated alone, too.
    let root = report.deployments.iter().filter(|deployment| deployment.root == ".");
    let trails = root.flat_map(|deployment| &deployment.trails).filter(|trail| trail.exists != TrailExistence::Never);
    let verdicts = |trail: &trailint::internal::report::TrailResult| {
        let asked = trail.rules.iter().filter(|(rule, _)| verdicts::RULES.contains(&rule.id()));
        let exists = (trail.exists != TrailExistence::Always).then_some(("exists", "sometimes"));
        asked.map(|(rule, outcome)| (rule.id(), word(*outcome))).chain(exists).collect()
    };
    trails.map(|trail| (trail.address.clone(), verdicts(trail))).collect()
}

/// All projects that Terraform is asked about.
pub(super) fn all() -> Vec<(String, Files)> {
    let generated = (1..16).map(|seed| (format!("project-{seed}"), generated::project(seed)));
    written().into_iter().chain(generated).collect()
}

/// The written projects; what Terraform refuses has a name that ends in `fails`.
fn written() -> Vec<(String, Files)> {
    projects_in("testdata/oracle/projects.txt")
}

fn shown(files: &Files) -> String {
    files.iter().map(|(path, text)| format!("--- {path}\n{text}")).collect()
}
