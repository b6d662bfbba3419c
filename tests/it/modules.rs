//! Modules that aren't installed: directories of the configuration, and known interfaces.

use serde_json::Value;
use trailint::internal::report::TrailExistence;

use super::cli::{Scratch, err, out, status};
use super::support::{check, word};

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

/// A trail by its address, with `+` (pass), `-` (fail) or `?` (unknown) for the rules of multi-Region, logging, excluded
/// events, global events, validation and encryption.
fn judged(source: &str, version: &str, arguments: &str) -> String {
    let version = if version.is_empty() { String::new() } else { format!("  version = \"{version}\"\n") };
    let call = format!("module \"x\" {{\n  source = \"{source}\"\n{version}{arguments}}}\n");
    let report = check(vec![("main.tf".to_owned(), call)]);
    let [deployment] = report.deployments.as_slice() else { return "no deployment".to_owned() };
    let [trail] = deployment.trails.as_slice() else { return "no trail".to_owned() };
    if trail.exists == TrailExistence::Never {
        return "not created".to_owned();
    }
    let rules = [
        "single-region-trail",
        "stopped-trail",
        "excluded-event-sources",
        "missing-global-events",
        "unvalidated-logs",
        "logs-without-kms",
    ];
    let signs = rules
        .map(|id| trail.rules.iter().find(|(rule, _)| rule.id() == id).map(|(_, outcome)| word(*outcome)))
        .map(|outcome| match outcome {
            Some("pass") => '+',
            Some("fail") => '-',
            _ => '?',
        });
    format!(
        "{} {}",
        signs.iter().collect::<String>(),
        trail.address.strip_prefix("module.x.").unwrap_or(&trail.address)
    )
}

#[test]
fn each_boundary_between_versions_of_a_known_module_is_where_its_interface_changes() {
    const EXCLUDING: &str = "  event_selector = [{\n    read_write_type = \"All\"\n    include_management_events = true\n    \
                             exclude_management_event_sources = [\"kms.amazonaws.com\"]\n    \
                             data_resource = []\n  }]\n";
    let cases = [
        ("cloudposse/cloudtrail/aws", "0.6.0", "", "-++-+- aws_cloudtrail.default"),
        ("cloudposse/cloudtrail/aws", "0.7.0", "", "-++-+- aws_cloudtrail.default[0]"),
        ("cloudposse/cloudtrail/aws", "0.7.1", "  enabled = true\n", "not created"),
        ("cloudposse/cloudtrail/aws", "0.8.0", "  enabled = true\n", "-++-+- aws_cloudtrail.default[0]"),
        ("cloudposse/cloudtrail/aws", "0.16.0", "", "-++-+- aws_cloudtrail.default[0]"),
        ("cloudposse/cloudtrail/aws", "0.17.0", "", "+++-+- aws_cloudtrail.default[0]"),
        ("cloudposse/cloudtrail/aws", "0.23.0", EXCLUDING, "+++-+- aws_cloudtrail.default[0]"),
        ("cloudposse/cloudtrail/aws", "0.24.0", EXCLUDING, "++--+- aws_cloudtrail.default[0]"),
        ("trussworks/cloudtrail/aws", "2.0.4", "", "+++++- aws_cloudtrail.main"),
        ("trussworks/cloudtrail/aws", "3.0.0", "", "++++++ aws_cloudtrail.main"),
        ("nozaq/secure-baseline/aws", "0.14.0", "", "++++++ module.cloudtrail_baseline.aws_cloudtrail.global"),
        ("nozaq/secure-baseline/aws", "0.15.0", "", "++++++ module.cloudtrail_baseline.aws_cloudtrail.global[0]"),
        ("nozaq/secure-baseline/aws", "0.30.0", "", "++++++ module.cloudtrail_baseline.aws_cloudtrail.global[0]"),
        ("nozaq/secure-baseline/aws", "0.31.0", "", "++++++ module.cloudtrail_baseline[0].aws_cloudtrail.global"),
        ("nozaq/secure-baseline/aws//modules/cloudtrail-baseline", "0.14.0", "", "++++++ aws_cloudtrail.global"),
        ("nozaq/secure-baseline/aws//modules/cloudtrail-baseline", "0.15.0", "", "++++++ aws_cloudtrail.global[0]"),
        ("nozaq/secure-baseline/aws//modules/cloudtrail-baseline", "0.30.0", "", "++++++ aws_cloudtrail.global[0]"),
        ("nozaq/secure-baseline/aws//modules/cloudtrail-baseline", "0.31.0", "", "++++++ aws_cloudtrail.global"),
        ("lacework/cloudtrail/aws", "0.5.0", "", "++++-- aws_cloudtrail.lacework_cloudtrail[0]"),
        ("lacework/cloudtrail/aws", "1.0.0", "", "++++++ aws_cloudtrail.lacework_cloudtrail[0]"),
        ("plus3it/tardigrade-cloudtrail/aws", "2.1.0", "", "+++++- aws_cloudtrail.this[0]"),
        ("plus3it/tardigrade-cloudtrail/aws", "2.2.0", "", "++++++ aws_cloudtrail.this[0]"),
        ("plus3it/tardigrade-cloudtrail/aws", "4.1.1", "", "++++++ aws_cloudtrail.this[0]"),
        ("plus3it/tardigrade-cloudtrail/aws", "5.0.0", "", "++++++ aws_cloudtrail.this"),
        ("clouddrove/cloudtrail/aws", "0.13.0", "", "-++-+- aws_cloudtrail.default[0]"),
        ("clouddrove/cloudtrail/aws", "0.14.0", "", "+++++- aws_cloudtrail.default[0]"),
        ("clouddrove/cloudtrail/aws", "0.15.0", "", "++++++ aws_cloudtrail.default[0]"),
        ("clouddrove/cloudtrail/aws", "1.3.0", "", "++++++ aws_cloudtrail.default[0]"),
        ("clouddrove/cloudtrail/aws", "1.4.0", "", "-++++- aws_cloudtrail.default[0]"),
        ("boldlink/cloudtrail/aws", "1.0.0", "", "++++-+ aws_cloudtrail.main"),
        ("boldlink/cloudtrail/aws", "1.1.0", "", "++++++ aws_cloudtrail.main"),
        ("boldlink/cloudtrail/aws", "1.2.4", "", "++++++ aws_cloudtrail.main"),
        ("boldlink/cloudtrail/aws", "1.3.0", "", "+++++- aws_cloudtrail.main"),
        // The ends of the tables.
        ("QuiNovas/cloudtrail/aws", "4.0.2", "", "++++++ aws_cloudtrail.cloudtrail"),
        ("StratusGrid/cloudtrail/aws", "1.0.16", "", "++++++ aws_cloudtrail.cloudtrail"),
        ("rhythmictech/cloudtrail-logging/aws", "1.3.0", "  kms_key_id = \"k\"\n", "++++++ aws_cloudtrail.trail"),
        ("tmknom/cloudtrail/aws", "1.2.0", "", "+++++- aws_cloudtrail.default"),
        ("cloudposse/cloudtrail/aws", "0.25.0", "", "no trail"),
        ("terraform-aws-modules/cloudtrail/aws", "~> 3.0", "", "no trail"),
        // Several versions, with the address of the newest.
        ("cloudposse/cloudtrail/aws", "", "", "?++-+- aws_cloudtrail.default[0]"),
        ("cloudposse/cloudtrail/aws", "< 0.17", "", "-++-+- aws_cloudtrail.default[0]"),
        ("cloudposse/cloudtrail/aws", "", "  is_multi_region_trail = false\n", "-++-+- aws_cloudtrail.default[0]"),
        ("trussworks/cloudtrail/aws", "", "", "+++++? aws_cloudtrail.main"),
        ("plus3it/tardigrade-cloudtrail/aws", ">= 4.0", "", "++++++ aws_cloudtrail.this"),
        ("nozaq/secure-baseline/aws", "", "", "++++++ module.cloudtrail_baseline[0].aws_cloudtrail.global"),
    ];
    let mut different = String::new();
    for (source, version, arguments, expected) in cases {
        let found = judged(source, version, &format!("{arguments}{}", required(source)));
        if found != expected {
            different.push_str(&format!("{source} {version}: {found}, not {expected}\n"));
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// Arguments without which a trail has no bucket.
fn required(source: &str) -> &'static str {
    match source.split('/').next() {
        Some("plus3it" | "rhythmictech") => "  cloudtrail_bucket = \"logs\"\n",
        Some("lacework" | "boldlink" | "QuiNovas" | "StratusGrid") => "",
        Some("nozaq") if !source.contains("//") => "",
        Some("cloudposse") => "",
        _ => "  s3_bucket_name = \"logs\"\n",
    }
}

const KNOWN: &str = "module \"trail\" {\n  source = \"cloudposse/cloudtrail/aws\"\n  name   = \"x\"\n\n  \
                     s3_bucket_name                = \"logs\"\n  include_global_service_events = true\n}\n";

#[test]
fn a_verdict_states_the_versions_on_which_it_depends() {
    let scratch = Scratch::new("known", &[("main.tf", KNOWN)]);
    let found = report(&scratch, &["."]);
    let unknown =
        found["findings"].as_array().unwrap().iter().find(|own| own["rule"] == "single-region-trail").unwrap();
    assert_eq!(unknown["worlds"]["fails_when"][0], "version of module trail < 0.17.0");
    assert_eq!(unknown["worlds"]["passes_when"][0], "version of module trail >= 0.17.0");
    assert_eq!(unknown["worlds"]["blocked_by"][0], "module.trail");
    assert_eq!(places(&found, "single-region-trail"), ["main.tf:1"]);
    let known = &found["deployments"][0]["trails"][0]["known"];
    assert_eq!(known["module"], "cloudposse/cloudtrail/aws");
    assert_eq!(known["versions"][0], "0.3.0");
    let output = scratch.run(&["check"]);
    let note = "judged by the known interface of cloudposse/cloudtrail/aws 0.3.0–0.24.0: its code isn't installed (run \
                `terraform init`)";
    assert!(out(&output).contains(note), "{}", out(&output));
    assert!(out(&output).contains("help: pin `version`, or run `terraform init`"), "{}", out(&output));
    assert!(!out(&output).contains("known-interface"), "{}", out(&output));
    assert!(err(&output).contains("1 module is judged by its known interface (`module.trail`).\n"), "{}", err(&output));
    let local = report(&scratch, &["--modules", "local", "."]);
    assert_eq!(deployments(&local), [". unknown "]);
}

#[test]
fn no_location_is_in_a_known_interface() {
    let call = KNOWN.replace("\"cloudposse/cloudtrail/aws\"", "\"cloudposse/cloudtrail/aws\"\n  version = \"0.16.0\"");
    let scratch = Scratch::new("known-places", &[("main.tf", &call)]);
    for format in ["full", "json", "sarif", "html", "markdown", "github", "rdjson", "concise"] {
        let output = scratch.run(&["check", "-v", "--show-passed", "-f", format]);
        let output = if status(&output) == 2 { scratch.run(&["check", "-v", "-f", format]) } else { output };
        assert_ne!(status(&output), 2, "{format}: {}", err(&output));
        assert!(!out(&output).contains("known-interface"), "{format}: {}", out(&output));
    }
    let trace = scratch.run(&["trace", "module.trail.aws_cloudtrail.default[0]"]);
    let text = out(&trace);
    assert!(!text.contains("known-interface") && status(&trace) == 0, "{text}{}", err(&trace));
    assert!(text.contains("passed on by cloudposse/cloudtrail/aws 0.16.0 to include_global_service_events"), "{text}");
}

#[test]
fn the_command_that_resolves_a_version_installs_the_module() {
    let scratch = Scratch::new("known-resolve", &[("main.tf", KNOWN)]);
    let found = report(&scratch, &["."]);
    let unknown =
        found["findings"].as_array().unwrap().iter().find(|own| own["rule"] == "single-region-trail").unwrap();
    assert_eq!(unknown["help"], "pin `version`, or run `terraform init`");
    assert!(out(&scratch.run(&["check"])).contains("To resolve: terraform init && trailint check ."));
    // No version of the module is known, so only its code resolves it.
    let newer = KNOWN.replace("  name", "  version = \"0.99.0\"\n  name");
    let shown = out(&Scratch::new("known-newer", &[("main.tf", &newer)]).run(&["check"]));
    assert!(shown.contains("no known version of cloudposse/cloudtrail/aws is 0.99.0"), "{shown}");
    assert!(shown.contains("To resolve: terraform init && trailint check ."), "{shown}");
}

#[test]
fn a_unit_of_terragrunt_has_the_code_of_the_configuration() {
    let unit = |source: &str| {
        format!(
            "terraform {{\n  source = \"{source}\"\n}}\ninputs = {{\n  multi_region          = false\n  \
             is_multi_region_trail = false\n}}\n"
        )
    };
    let registry = unit("tfr://app.terraform.io/acme/cloudtrail/aws?version=2.3.1");
    let git = unit("git::https://github.com/cloudposse/terraform-aws-cloudtrail.git//?ref=0.24.0");
    let entries = format!(
        "{ENTRY}[[module]]\nsource = \"github.com/cloudposse/terraform-aws-cloudtrail\"\npath = \"vendor/trail\"\n"
    );
    let files = [
        ("trailint.toml", &*entries),
        ("live/git/terragrunt.hcl", &git),
        ("live/registry/terragrunt.hcl", &registry),
        ("vendor/trail/main.tf", MODULE),
    ];
    let scratch = Scratch::new("mapped-units", &files);
    let found = report(&scratch, &["."]);
    let trail = "aws_cloudtrail.this";
    assert_eq!(deployments(&found), [format!("live/git fail {trail}"), format!("live/registry fail {trail}")]);
    assert_eq!(places(&found, "single-region-trail"), ["vendor/trail/main.tf:5"; 2]);
    // The reason for an unknown value is at the input, since its own label would be in the interface.
    let unknown = git.replace("is_multi_region_trail = false", "is_multi_region_trail = dependency.a.outputs.b")
        + "dependency \"a\" {\n  config_path = \"../a\"\n}\n";
    let shown = out(&Scratch::new("known-reason", &[("live/git/terragrunt.hcl", &unknown)]).run(&["check"]));
    assert!(
        shown.contains("for variable `is_multi_region_trail`; `dependency.a.outputs.b` is known only at deployment"),
        "{shown}"
    );
    // Without the entries, one of the modules has a known interface.
    let without = report(&scratch, &["--no-config", "live"]);
    assert_eq!(deployments(&without), ["live/git fail aws_cloudtrail.default[0]", "live/registry unknown "]);
    let shown = out(&scratch.run(&["check", "--no-config", "-f", "checkstyle", "live"]));
    assert!(shown.contains("the inputs set `is_multi_region_trail = false`"), "{shown}");
    let help =
        without["findings"].as_array().unwrap().iter().find(|own| own["rule"] == "missing-global-events").unwrap();
    assert_eq!(help["help"], "set variable `include_global_service_events` to `true`");
    let none = report(&scratch, &["--modules", "none", "live"]);
    assert_eq!(deployments(&none), ["live/git unknown ", "live/registry unknown "]);
}

#[test]
fn a_unit_states_the_versions_of_its_source() {
    let unit = "terraform {\n  source = \"git::https://github.com/cloudposse/terraform-aws-cloudtrail.git\"\n}\n\
                inputs = {\n  s3_bucket_name = \"logs\"\n  include_global_service_events = true\n}\n";
    let scratch = Scratch::new("known-unit", &[("live/audit/terragrunt.hcl", unit)]);
    let found = report(&scratch, &["."]);
    let unknown =
        found["findings"].as_array().unwrap().iter().find(|own| own["rule"] == "single-region-trail").unwrap();
    assert_eq!(unknown["worlds"]["fails_when"][0], "version of source < 0.17.0");
    assert_eq!(unknown["worlds"]["blocked_by"][0], "source");
    assert_eq!(
        unknown["help"],
        "pin the version in `source`, or set `[[module]]` in the configuration to a copy of the code"
    );
    let known = &found["deployments"][0]["trails"][0]["known"];
    assert_eq!(known["versions"][0], "0.1.0");
    let output = scratch.run(&["check"]);
    assert!(err(&output).contains("1 module is judged by its known interface (`live/audit`).\n"), "{}", err(&output));
    assert!(!out(&output).contains("To resolve"), "{}", out(&output));
    let fixable = unit.replace("include_global_service_events", "is_multi_region_trail");
    let fixed = Scratch::new("known-unit-fix", &[("live/audit/terragrunt.hcl", &fixable.replace("true", "false"))]);
    let failing = report(&fixed, &["."]);
    let finding = failing["findings"].as_array().unwrap().iter().find(|own| own["rule"] == "single-region-trail");
    assert_eq!(finding.unwrap()["fix"]["safety"], "safe", "{finding:?}");
}
