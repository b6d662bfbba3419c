//! The plan of a project beside its files: what the files decide it leaves alone, and the rest it decides as it does by itself.
//!
//! A folder of `testdata/planned` holds a project, its plan as Terraform wrote it, and in `given.txt` the variables' values
//! that it was made with. Where `TRAILINT_PLUGINS` names a directory with the provider, for `terraform init -plugin-dir`,
//! the plans are made again, and those of the projects that Terraform is asked about elsewhere, too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trailint::internal::report::{Report, TrailExistence};

use super::oracle;
use super::oracle::terraform::Project;
use super::support::{cases_in, check, expect_file, files_below, word};

/// The name under which a plan is given with `--plan`.
const PLAN: &str = "given.plan.json";

/// The values that a plan was made with.
const VALUES: &str = "given.txt";

/// What only those need who make plans: nothing leaves the machine.
const PROVIDER: &str = r#"
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}
"#;

/// The files of a project with their paths.
type Files = Vec<(String, String)>;

/// What was said about each rule of each trail, about whether each exists, and about the deployment.
type Said = BTreeMap<(String, &'static str), &'static str>;

#[test]
fn a_plan_fills_what_its_project_leaves_open() {
    let cases = cases_in("testdata/planned");
    for case in cases {
        let files = project(&case);
        let plan = std::fs::read_to_string(case.join(PLAN)).unwrap();
        expect_file(&case.join("expected.txt"), &compare(&case.display().to_string(), &files, &plan));
    }
}

#[test]
fn the_plans_are_what_terraform_writes() {
    let Some(plugins) = std::env::var_os("TRAILINT_PLUGINS") else { return };
    for case in cases_in("testdata/planned") {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let values = std::fs::read_to_string(case.join(VALUES)).unwrap_or_default();
        let planned =
            plan(&name, &project(&case), &values, Path::new(&plugins)).unwrap_or_else(|error| panic!("{error}"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(case.join(PLAN), planned).unwrap();
        } else {
            let own = std::fs::read_to_string(case.join(PLAN)).unwrap();
            assert!(lasting(&own) == lasting(&planned), "the plan of `{name}` changed; look at it with UPDATE=1");
        }
    }
}

#[test]
fn other_projects_agree_with_their_plans() {
    let Some(plugins) = std::env::var_os("TRAILINT_PLUGINS") else { return };
    let (mut planned, mut refused) = (0, Vec::new());
    for (name, files) in oracle::projects() {
        let files: Files = files.into_iter().map(|(path, text)| (path, complete(&text))).collect();
        match plan(&name, &files, "", Path::new(&plugins)) {
            Ok(plan) => {
                compare(&name, &files, &plan);
                planned += 1;
            }
            Err(error) => refused.push((name, error)),
        }
    }
    refused.retain(|(name, _)| !name.ends_with("fails"));
    assert!(planned >= 30, "only {planned} projects have a plan; {refused:#?}");
}

/// Compares what is said about the files, the plan, and both; returns what the plan adds.
fn compare(name: &str, files: &Files, plan: &str) -> String {
    let by_files = said(&check(files.iter().map(|(path, text)| (path, text.as_str()))));
    let by_plan = said(&check([("plan.json", plan)]));
    let both = check(files.iter().map(|(path, text)| (path.as_str(), text.as_str())).chain([(PLAN, plan)]));
    let trails = both.deployments.iter().flat_map(|deployment| &deployment.trails);
    let advisories: Vec<_> = trails.flat_map(|trail| &trail.advisories).map(|rule| rule.id()).collect();
    assert!(!advisories.contains(&"stale-plan"), "{name}: the plan is a new one");
    let both = said(&both);
    for (about, verdict) in &by_files {
        let is_same = both.get(about) == Some(verdict);
        assert!(is_same || is_open(verdict) || is_open_instance(&by_files, about), "{name}: {about:?} was {verdict}");
    }
    for (about, verdict) in &by_plan {
        let is_same = both.get(about) == Some(verdict);
        assert!(is_same || is_open(verdict), "{name}: {about:?} is {verdict} in the plan, not {:?}", both.get(about));
    }
    let new = both.keys().find(|about| about.1 != "deployment" && !by_plan.contains_key(about));
    assert_eq!(new, None, "{name}: there is no such trail in the plan");
    added(&by_files, &both)
}

fn is_open(verdict: &str) -> bool {
    matches!(verdict, "unknown" | "sometimes")
}

/// Whether the files don't say that there is such an instance.
fn is_open_instance(said: &Said, (address, _): &(String, &'static str)) -> bool {
    said.get(&(address.clone(), "exists")) == Some(&"sometimes")
}

/// The verdicts that the plan changes.
fn added(by_files: &Said, both: &Said) -> String {
    let changed = both.iter().filter(|(about, verdict)| by_files.get(about) != Some(verdict));
    let line = |(about, verdict): (&(String, &'static str), &&'static str)| match by_files.get(about) {
        Some(before) => Some(format!("{} {}: {before}, with the plan {verdict}\n", about.0, about.1)),
        // Of an instance that only the plan knows, what fails says enough.
        None => {
            matches!(*verdict, "fail" | "always").then(|| format!("{} {}: with the plan {verdict}\n", about.0, about.1))
        }
    };
    changed.filter_map(line).collect()
}

fn said(report: &Report) -> Said {
    let mut said = Said::new();
    for deployment in &report.deployments {
        said.insert(("the".to_owned(), "deployment"), deployment.verdict.map_or("nothing", word));
        for trail in deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
            let exists = if trail.exists == TrailExistence::Always { "always" } else { "sometimes" };
            said.insert((trail.address.clone(), "exists"), exists);
            said.extend(trail.rules.iter().map(|(rule, outcome)| ((trail.address.clone(), rule.id()), word(*outcome))));
        }
    }
    said
}

/// The files of a case that are Terraform's.
fn project(case: &Path) -> Files {
    let files = files_below(case).into_iter().filter(|(path, _)| path.extension().is_some_and(|kind| kind == "tf"));
    files.map(|(path, bytes)| (path.display().to_string(), String::from_utf8(bytes).unwrap())).collect()
}

/// The plan of a project, as text.
fn plan(name: &str, files: &Files, values: &str, plugins: &Path) -> Result<String, String> {
    let extra = [("provider.tf".to_owned(), PROVIDER.to_owned()), ("given.tfvars".to_owned(), values.to_owned())];
    let files: Files = files.iter().cloned().chain(extra).collect();
    let project = Project::new(&format!("plan-{name}"), &files).ok_or("there is no Terraform")?;
    let plugins = format!("-plugin-dir={}", PathBuf::from(plugins).display());
    let mut text = String::new();
    for arguments in [
        &["init", "-input=false", "-no-color", &plugins][..],
        &["plan", "-input=false", "-no-color", "-lock=false", "-var-file=given.tfvars", "-out=planned"],
        &["show", "-json", "planned"],
    ] {
        let output = project.run(arguments);
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        text = String::from_utf8(output.stdout).unwrap();
    }
    Ok(text)
}

/// A text whose trails have the arguments that the provider asks for.
fn complete(text: &str) -> String {
    const REQUIRED: &str = "  name = \"audit\"\n  s3_bucket_name = \"example-logs\"\n";
    let complete = |line: &str| match line.starts_with("resource \"aws_cloudtrail\"") && line.ends_with('{') {
        true => format!("{line}\n{REQUIRED}"),
        false => format!("{line}\n"),
    };
    text.lines().map(complete).collect()
}

/// A plan without what differs each time that it is made.
fn lasting(plan: &str) -> String {
    let mut plan: serde_json::Value = serde_json::from_str(plan).unwrap();
    for key in ["timestamp", "relevant_attributes", "terraform_version"] {
        plan.as_object_mut().unwrap().remove(key);
    }
    plan.to_string()
}
