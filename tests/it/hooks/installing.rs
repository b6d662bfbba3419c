//! How the program comes to where it runs: the action's download, the image, the wheel.

use std::path::Path;
use std::process::{Command, Output};

use super::super::cli::{Scratch, err, out, status};
use super::super::support::{package, skipped};
use super::bash;

/// Stands in for `curl`: writes down what it was asked, and takes files from a directory.
const CURL: &str = "#!/bin/sh
echo \"$@\" >>\"$SERVED/asked\"
for last; do case $last in https://*) cp \"$SERVED/${last##*/}\" . || exit 22 ;; esac; done
";

const ARCHIVE: &str = "trailint-x86_64-unknown-linux-musl.tar.gz";

/// Where the action downloads a release from. What lies there says that it is version 9.9.9.
struct Release {
    scratch: Scratch,
}

impl Release {
    /// Nothing where a program is missing.
    fn new(name: &str) -> Option<Self> {
        let program = "#!/bin/sh\necho trailint 9.9.9\n";
        let scratch = Scratch::new(name, &[("bin/curl", CURL), ("served/trailint", program)]);
        let build = format!(
            "chmod +x bin/curl served/trailint && cd served && mkdir a && mv trailint a && tar -czf {ARCHIVE} a && sha256sum {ARCHIVE} >{ARCHIVE}.sha256"
        );
        let built = bash(&scratch, &["-ec", &build], &[])?;
        built.status.success().then_some(Self { scratch })
    }

    fn install(&self, variables: &[(&str, &str)]) -> Output {
        let path = |name: &str| self.scratch.path(name).to_str().unwrap().to_owned();
        let (programs, served) = (format!("{}:/usr/bin:/bin", path("bin")), path("served"));
        let (temporary, later) = (path("tmp"), path("later"));
        let usual = [
            ("PATH", programs.as_str()),
            ("SERVED", &served),
            ("RUNNER_TEMP", &temporary),
            ("GITHUB_PATH", &later),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", "X64"),
            ("GITHUB_SERVER_URL", "https://github.example.com"),
            ("ACTION_REPOSITORY", "owner/trailint"),
            ("VERSION", "9.9.9"),
        ];
        let script = package(".ci/action/install");
        bash(&self.scratch, &[script.to_str().unwrap()], &[&usual, variables].concat()).unwrap()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.scratch.path(name)).unwrap_or_default()
    }
}

#[test]
fn the_action_installs_nothing_over_a_program_that_is_there() {
    let scratch = Scratch::new("action-install", &[]);
    let script = package(".ci/action/install");
    let variables = [("VERSION", ""), ("RUNNER_TEMP", "/nowhere")];
    let Some(present) = bash(&scratch, &[script.to_str().unwrap()], &variables) else {
        return skipped("the_action_installs_nothing_over_a_program_that_is_there", "there is no bash");
    };
    assert_eq!((status(&present), out(&present)), (0, format!("trailint {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_action_downloads_a_version_that_is_asked_for() {
    let Some(release) = Release::new("action-download") else {
        return skipped("the_action_downloads_a_version_that_is_asked_for", "there is no bash, tar or sha256sum");
    };
    let installed = release.install(&[("VERSION", "v9.9.9")]);
    assert_eq!((status(&installed), out(&installed).as_str()), (0, "trailint 9.9.9\n"), "{}", err(&installed));
    let directory = release.read("later");
    assert!(Path::new(directory.trim_end()).join("trailint").exists(), "{directory}");
    let from = format!("https://github.example.com/owner/trailint/releases/download/v9.9.9/{ARCHIVE}");
    let asked = release.read("served/asked");
    assert!(asked.contains("--proto =https ") && asked.ends_with(&format!(" {from} {from}.sha256\n")), "{asked}");
    // Without a version, that of the tag by which the action is used.
    let by_tag = release.install(&[("VERSION", ""), ("ACTION_REF", "v9.9.9")]);
    assert_eq!((status(&by_tag), out(&by_tag).as_str()), (0, "trailint 9.9.9\n"), "{}", err(&by_tag));
}

#[test]
fn the_action_runs_nothing_that_is_not_what_was_released() {
    let test = "the_action_runs_nothing_that_is_not_what_was_released";
    let Some(release) = Release::new("action-refuse") else {
        return skipped(test, "there is no bash, tar or sha256sum");
    };
    let refused = |variables: &[(&str, &str)], expected: i32, words: &str| {
        let output = release.install(variables);
        assert_eq!(status(&output), expected, "{variables:?}: {}", err(&output));
        let said = out(&output) + &err(&output);
        assert!(said.contains(words) && !said.contains("trailint 9.9.9"), "{variables:?}: {said}");
        assert_eq!(release.read("later"), "", "{variables:?}");
    };
    refused(&[("VERSION", "1.0/../../x")], 2, "isn't a version");
    refused(&[("RUNNER_ARCH", "RISCV")], 2, "there is no release for Linux on RISCV");
    refused(&[("RUNNER_ARCH", "ARM64")], 22, "trailint-aarch64-unknown-linux-musl.tar.gz");
    let sums = release.scratch.path("served").join(format!("{ARCHIVE}.sha256"));
    std::fs::write(&sums, format!("{}  {ARCHIVE}\n", "0".repeat(64))).unwrap();
    refused(&[], 1, "FAILED");
}

#[test]
fn the_image_is_built_as_it_should_be() {
    let run = Command::new("hadolint").arg("--no-color").arg(package("Dockerfile")).output();
    let Ok(output) = run else { return skipped("the_image_is_built_as_it_should_be", "there is no hadolint") };
    assert!(output.status.success(), "{}{}", out(&output), err(&output));
}

/// What the image's build copies is all that the program is made of.
#[test]
fn the_image_gets_all_that_the_program_is_made_of() {
    let text = std::fs::read_to_string(package("Dockerfile")).unwrap();
    let copies = text.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from"));
    let copied: Vec<&str> = copies.flat_map(|line| line.split_whitespace()).collect();
    assert!(copied.iter().filter(|name| !name.starts_with('.')).all(|name| package(name).exists()), "{copied:?}");
    for (path, text) in super::super::support::files_below(&package("src")) {
        let text = String::from_utf8(text).unwrap();
        for named in text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let target = package("src").join(&path).parent().unwrap().join(named).canonicalize().unwrap();
            let target = target.strip_prefix(package("").canonicalize().unwrap()).unwrap().to_owned();
            let top = target.iter().next().unwrap().to_str().unwrap();
            assert!(copied.contains(&top), "{} includes {}", path.display(), target.display());
        }
    }
}
