use std::collections::BTreeSet;

use super::stubs::STUBS;
use super::*;

/// The selected versions, or the reason why there are none.
fn selected(source: &str, version: Option<&str>, arguments: &[&str]) -> String {
    match look_up(source, version, arguments) {
        Lookup::Known(code) => code.shown_versions(),
        Lookup::NoVersion { reason, .. } => reason,
        Lookup::NoModule => "no module".to_owned(),
        Lookup::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn the_table_and_the_stubs_belong_together() {
    assert_eq!(date().len(), "2026-11-30".len());
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut versions = 0;
    for module in &TABLE.modules {
        let all: Vec<&String> = module.ranges.iter().flat_map(|range| &range.versions).collect();
        versions += all.len();
        assert!(all.windows(2).all(|pair| Version::parse(pair[0]) < Version::parse(pair[1])), "{}", module.module);
        assert!(all.iter().all(|version| Version::parse(version).is_some_and(|own| own.to_string() == **version)));
        for range in &module.ranges {
            assert!(text(&range.stub).is_some(), "{}", range.stub);
            used.insert(&range.stub);
        }
        for (argument, ranges) in &module.arguments {
            assert!(all.iter().any(|version| module.accepts(argument, version)), "{argument} {ranges}");
        }
        assert!(module.git.iter().all(|git| git.starts_with("github.com/")));
    }
    assert_eq!(used.len(), STUBS.len());
    assert!(versions > 300);
}

#[test]
fn every_variable_of_a_stub_is_an_argument() {
    for (path, stub) in STUBS {
        let uses = |module: &&KnownModule| module.ranges.iter().any(|range| range.stub == *path);
        for name in stub.lines().filter_map(|line| line.strip_prefix("variable \"")?.strip_suffix("\" {")) {
            let mut modules = TABLE.modules.iter().filter(uses);
            assert!(modules.any(|module| module.arguments.contains_key(name)), "{path} {name}");
        }
    }
}

#[test]
fn equivalent_sources_are_the_same_module() {
    for source in [
        "cloudposse/cloudtrail/aws",
        "registry.terraform.io/cloudposse/cloudtrail/aws",
        "registry.opentofu.org/CloudPosse/cloudtrail/aws",
        "github.com/cloudposse/terraform-aws-cloudtrail",
        "github.com/CloudPosse/Terraform-AWS-CloudTrail",
        "git::https://github.com/cloudposse/terraform-aws-cloudtrail.git",
        "git::https://user@GitHub.com/cloudposse/terraform-aws-cloudtrail",
        "git::ssh://git@github.com/cloudposse/terraform-aws-cloudtrail.git",
        "git@github.com:cloudposse/terraform-aws-cloudtrail.git",
        "git::git@github.com:cloudposse/terraform-aws-cloudtrail.git?ref=main",
        "github.com/cloudposse/tf_cloudtrail",
        "https://github.com/cloudposse/terraform-aws-cloudtrail/archive/refs/heads/main.zip//terraform-aws-cloudtrail-main",
    ] {
        assert_eq!(selected(source, None, &[]), "0.1.0–0.24.0", "{source}");
    }
    for source in [
        "app.terraform.io/cloudposse/cloudtrail/aws",
        "github.com/binbashar/terraform-aws-cloudtrail",
        "gitlab.com/cloudposse/terraform-aws-cloudtrail",
        "cloudposse/cloudtrail/aws//examples/complete",
        "github.com/cloudposse/terraform-aws-cloudtrail//modules/x",
        "cloudposse/cloudtrail/google",
        "./cloudposse/cloudtrail/aws",
        "",
    ] {
        assert_eq!(selected(source, None, &[]), "unknown", "{source}");
    }
    assert_eq!(selected("terraform-aws-modules/cloudtrail/aws", Some("~> 3.0"), &[]), "no module");
    let nested = "nozaq/secure-baseline/aws//modules/cloudtrail-baseline";
    assert_eq!(selected(nested, Some("0.15.0"), &[]), "0.15.0");
    let nested = "github.com/nozaq/terraform-aws-secure-baseline//modules/cloudtrail-baseline?ref=1.0.0";
    assert_eq!(selected(nested, None, &[]), "1.0.0");
}

#[test]
fn references_select_released_versions() {
    let of = |reference: &str| {
        let source = format!("github.com/cloudposse/terraform-aws-cloudtrail?ref={reference}");
        selected(&source, Some("0.1.0"), &[])
    };
    for reference in ["0.14.0", "v0.14.0", "tags/0.14.0", "refs/tags/0.14.0", "refs%2Ftags%2Fv0.14.0"] {
        assert_eq!(of(reference), "0.14.0", "{reference}");
    }
    for reference in ["master", "0.11/master", "v0", "refs/heads/0.14", "8d3c2f1", "tags/latest"] {
        assert_eq!(of(reference), "0.1.0–0.24.0", "{reference}");
    }
    assert_eq!(of("9.9.9"), "no known version of cloudposse/cloudtrail/aws is 9.9.9 (the newest is 0.24.0)");
    assert_eq!(of("0.24.0-rc1"), "no known version of cloudposse/cloudtrail/aws is 0.24.0-rc1 (the newest is 0.24.0)");
    let archive = "https://github.com/cloudposse/terraform-aws-cloudtrail/archive/refs/tags/0.24.0.tar.gz//x-0.24.0";
    assert_eq!(selected(archive, None, &[]), "0.24.0");
}

#[test]
fn constraints_follow_the_rules_of_go_version() {
    let of = |constraint: &str| selected("trussworks/cloudtrail/aws", Some(constraint), &[]);
    for (constraint, expected) in [
        ("4.4.0", "4.4.0"),
        ("v4.4.0", "4.4.0"),
        ("= 4.4", "4.4.0"),
        ("~> 4", "4.0.0–5.3.0"),
        ("~> 4.0", "4.0.0–4.5.0"),
        ("~> 4.1.0", "4.1.0"),
        ("~>4.3 , < 4.5.0", "4.3.0–4.4.0"),
        (">= 1.1, < 2", "1.1.0"),
        ("> 5.0.0-beta, < 5.1", "5.0.0"),
        ("!= 5.3.0, >= 5.3", "no known version of trussworks/cloudtrail/aws is != 5.3.0, >= 5.3 (the newest is 5.3.0)"),
        ("~> 4.0-beta", "no known version of trussworks/cloudtrail/aws is ~> 4.0-beta (the newest is 5.3.0)"),
        ("~> 4.0.0.0", "no known version of trussworks/cloudtrail/aws is ~> 4.0.0.0 (the newest is 5.3.0)"),
        ("latest", "`latest` isn't a version constraint"),
        ("", "`` isn't a version constraint"),
        (">= 1,", "`>= 1,` isn't a version constraint"),
        ("99999999999999999999", "`99999999999999999999` isn't a version constraint"),
    ] {
        assert_eq!(of(constraint), expected, "{constraint}");
    }
    let long = "1.".repeat(1 << 20);
    assert!(of(&long).ends_with("…` isn't a version constraint"));
}

#[test]
fn arguments_exclude_versions() {
    let of = |version, arguments: &[&str]| selected("trussworks/cloudtrail/aws", version, arguments);
    assert_eq!(of(None, &["s3_bucket_name"]), "1.0.0–5.3.0");
    assert_eq!(of(None, &["enabled"]), "3.0.0–5.3.0");
    assert_eq!(
        of(Some("4.4.0"), &["advanced_event_selectors"]),
        "trussworks/cloudtrail/aws 4.4.0 has no argument advanced_event_selectors (it came with 5.3.0)"
    );
    assert_eq!(of(None, &["nothing"]), "trussworks/cloudtrail/aws 5.3.0 has no argument nothing");
    assert_eq!(
        selected("cloudposse/cloudtrail/aws", None, &["kms_key_id", "advanced_event_selector"]),
        "no known version of cloudposse/cloudtrail/aws has all arguments of this call"
    );
    let many: Vec<String> = (0..10_000).map(|number| format!("argument_{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(of(None, &many).contains("has no argument argument_0"));
}
