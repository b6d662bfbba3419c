//! Modules that aren't installed: directories of the configuration, and known interfaces.

use serde_json::Value;

use super::cli::{Scratch, err, out, status};

/// A call of a module that the configuration maps.
const CALL: &str = "module \"audit\" {\n  source  = \"app.terraform.io/acme/cloudtrail/aws\"\n  version = \"2.3.1\"\n\n  \
                    multi_region = false\n}\n";

/// The code of the module.
const MODULE: &str = "variable \"multi_region\" {\n  default = true\n}\nresource \"aws_cloudtrail\" \"this\" {\n  \
                      is_multi_region_trail      = var.multi_region\n  enable_logging             = false\n}\n";

const ENTRY: &str = "[[module]]\nsource = \"app.terraform.io/acme/*/aws\"\npath = \"vendor/trail\"\n";

fn report(scratch: &Scratch, arguments: &[&str]) -> Value {
    let output = scratch.run(&[&["check", "-f", "json"], arguments].concat());
    assert_ne!(status(&output), 2, "{}", err(&output));
    serde_json::from_str(&out(&output)).unwrap()
}

/// The places of a rule's findings.
fn places(report: &Value, rule: &str) -> Vec<String> {
    let place = |location: &Value| {
        format!("{}:{}", location["path"].as_str().unwrap(), location["start"]["line"].as_u64().unwrap())
    };
    let all = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    all.map(|finding| place(&finding["location"])).collect()
}

/// The roots of the deployments, each with its verdict and the addresses of its trails.
fn deployments(report: &Value) -> Vec<String> {
    let all = report["deployments"].as_array().unwrap().iter();
    let line = |deployment: &Value| {
        let trails = deployment["trails"].as_array().unwrap().iter();
        let trails: Vec<&str> = trails.map(|trail| trail["address"].as_str().unwrap()).collect();
        let [root, verdict] = ["root", "verdict"].map(|key| deployment[key].as_str().unwrap());
        format!("{root} {verdict} {}", trails.join(" "))
    };
    all.map(line).collect()
}

#[test]
fn the_configuration_has_the_code_of_a_module() {
    let files = [("trailint.toml", ENTRY), ("prod/main.tf", CALL), ("vendor/trail/main.tf", MODULE)];
    let scratch = Scratch::new("mapped", &files);
    let found = report(&scratch, &["."]);
    assert_eq!(deployments(&found), ["prod fail module.audit.aws_cloudtrail.this"]);
    assert_eq!(places(&found, "single-region-trail"), ["vendor/trail/main.tf:5"]);
    // The call decides nothing about it.
    assert_eq!(places(&found, "stopped-trail"), ["prod/main.tf:1"]);
    // A directory outside of the checked paths is read as well.
    assert_eq!(places(&report(&scratch, &["prod"]), "stopped-trail"), ["prod/main.tf:1"]);
    let without = report(&scratch, &["--no-config"]);
    assert_eq!(deployments(&without), ["prod unknown ", "vendor/trail fail aws_cloudtrail.this"]);
    assert_eq!(deployments(&report(&scratch, &["--modules", "none", "prod"])), ["prod unknown "]);
    assert_eq!(deployments(&report(&scratch, &["--modules", "local", "prod"])).len(), 1);
}

#[test]
fn installed_code_takes_precedence_and_other_calls_are_unread() {
    let manifest = "{\"Modules\": [{\"Key\": \"audit\", \"Source\": \"app.terraform.io/acme/cloudtrail/aws\", \
                    \"Version\": \"2.3.1\", \"Dir\": \"../installed\"}]}";
    let other = "module \"trail\" {\n  source = \"app.terraform.io/other/cloudtrail/aws\"\n}\n";
    let installed = "resource \"aws_cloudtrail\" \"installed\" {\n}\n";
    let scratch = Scratch::new(
        "mapped-installed",
        &[
            ("trailint.toml", ENTRY),
            ("prod/main.tf", CALL),
            ("prod/.terraform/modules/modules.json", manifest),
            ("installed/main.tf", installed),
            ("other/main.tf", other),
            ("vendor/trail/main.tf", MODULE),
        ],
    );
    let found = deployments(&report(&scratch, &["prod", "other"]));
    assert_eq!(found, ["other unknown ", "prod fail module.audit.aws_cloudtrail.installed"]);
}

#[test]
fn a_mapped_module_is_found_at_any_depth() {
    let wrapper = "module \"inner\" {\n  source = \"github.com/acme/trail?ref=v1\"\n}\n";
    let entries = format!("{ENTRY}[[module]]\nsource = \"git::https://github.com/acme/trail.git\"\npath = \"inner\"\n");
    let files =
        [("trailint.toml", &*entries), ("main.tf", CALL), ("vendor/trail/main.tf", wrapper), ("inner/main.tf", MODULE)];
    let found = report(&Scratch::new("mapped-depth", &files), &["."]);
    assert_eq!(deployments(&found), [". fail module.audit.module.inner.aws_cloudtrail.this"]);
    assert_eq!(places(&found, "stopped-trail"), ["main.tf:1"]);
}

#[test]
fn an_entry_that_matches_no_call_is_mentioned_on_request() {
    let files = [("trailint.toml", ENTRY), ("vendor/trail/main.tf", MODULE)];
    let scratch = Scratch::new("mapped-unused", &files);
    let warning = "warning: `[[module]] \"app.terraform.io/acme/*/aws\"` matches no call\n";
    assert!(!err(&scratch.run(&["check"])).contains(warning));
    let shown = err(&scratch.run(&["check", "-v"]));
    assert!(shown.contains(warning), "{shown}");
    // Nothing calls it, so it is a root module.
    assert_eq!(deployments(&report(&scratch, &["."])), ["vendor/trail fail aws_cloudtrail.this"]);
}

#[test]
fn mistakes_in_modules_are_shown_at_their_place() {
    let entry = |source: &str, path: &str| format!("[[module]]\nsource = \"{source}\"\npath = \"{path}\"\n");
    let many = "[[module]]\nsource = \"a/b/aws\"\npath = \"code\"\n".repeat(65);
    let long = "*".to_owned() + &"a".repeat(127);
    for (text, expected) in [
        (entry("a/b/aws", "none"), "1:1: can't read `none` as the module `a/b/aws`: no such file or directory"),
        (entry("a/b/aws", "empty"), "1:1: can't read `empty` as the module `a/b/aws`: it has no Terraform file"),
        (entry("a/b/aws", "code/main.tf"), "can't read `code/main.tf` as the module `a/b/aws`: "),
        (entry("a/b/aws", "../../.."), "1:1: can't read `../../..` as the module `a/b/aws`: "),
        (entry("./code", "code"), "`./code` isn't the source of a module in a registry or a repository"),
        (entry(&long, "code"), "this pattern has 128 characters; the limit is 127"),
        (many, "1:3: more than 64 entries of `module`"),
        ("[[module]]\nsource = \"a/b/aws\"\n".to_owned(), "missing key `path`"),
    ] {
        let files = [("trailint.toml", &*text), ("empty/a.txt", ""), ("code/main.tf", "")];
        let output = Scratch::new("mapped-mistakes", &files).run(&["check"]);
        let shown = err(&output);
        assert!(status(&output) == 2 && shown.contains(expected), "{text}: {shown}");
    }
}
