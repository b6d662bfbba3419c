//! Runs Terraform in directories that go away.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::oracle::FAILS;

/// A project on the disk, for Terraform to work in.
pub(crate) struct Project(PathBuf);

impl Project {
    /// Writes the files of a project; nothing, with a message, where there is no Terraform.
    pub(crate) fn new(name: &str, files: &[(String, String)]) -> Option<Self> {
        if !is_installed() {
            announce("terraform isn't installed; only the recorded answers are checked");
            return None;
        }
        let directory = std::env::temp_dir().join(format!("trailint-oracle-{}-{name}", std::process::id()));
        let project = Self(directory);
        for (path, text) in files {
            let path = project.0.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Some(project)
    }

    /// Runs a command of Terraform's.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("terraform");
        // Neither the user's settings nor a question to the network.
        command.env("TF_CLI_CONFIG_FILE", "/dev/null").env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
        command.args(arguments).current_dir(&self.0).output().unwrap()
    }

    /// What Terraform keeps after it has deployed the project; nothing when it refuses to.
    pub(super) fn apply(&self) -> Result<Value, String> {
        let output = self.run(&["apply", "-auto-approve", "-no-color", "-input=false", "-compact-warnings"]);
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(serde_json::from_str(&std::fs::read_to_string(self.0.join("terraform.tfstate")).unwrap()).unwrap())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Expressions with Terraform's answers: their values in JSON, or that they fail.
///
/// Left out are the few for which Terraform has no answer either: some mistakes in a `format` make its result unknown.
pub(super) fn answers(name: &str, expressions: &[String]) -> Option<Vec<(String, String)>> {
    let output = |(index, expression): (usize, &String)| {
        format!("output \"e{index}\" {{\n  value = try(jsonencode({expression}), \"{FAILS}\")\n}}\n")
    };
    let text: String = expressions.iter().enumerate().map(output).collect();
    let project = Project::new(name, &[("main.tf".to_owned(), text)])?;
    let state = project.apply().unwrap_or_else(|error| panic!("{error}"));
    let answer = |(index, expression): (usize, &String)| {
        let value = state["outputs"][format!("e{index}")]["value"].as_str()?;
        Some((expression.clone(), value.to_owned()))
    };
    let answered: Vec<_> = expressions.iter().enumerate().filter_map(answer).collect();
    assert!(answered.len() * 100 >= expressions.len() * 98, "Terraform answers only {}", answered.len());
    Some(answered)
}

pub(super) fn is_installed() -> bool {
    Command::new("terraform").arg("version").output().is_ok_and(|output| output.status.success())
}

/// Says something to the person who runs the tests.
#[expect(clippy::print_stderr, reason = "a test that asks less than it could must not do so in silence")]
fn announce(message: &str) {
    eprintln!("{message}");
}
