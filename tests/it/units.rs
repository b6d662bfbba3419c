//! Small trees of other deployment tools, such as Terragrunt, and the verdicts that follow from their semantics, written
//! by hand.

use std::collections::BTreeSet;

use trailint::internal::report::{Diagnostic, Report};
use trailint::internal::source::Span;

use super::cli::{Scratch, err, out, status};
use super::support::{check, projects_in, word};

/// The module that units deploy, in each tree that has no file of this name.
const MODULE: &str = r#"variable "everywhere" {
  type    = bool
  default = false
}

resource "aws_cloudtrail" "audit" {
  s3_bucket_name        = "logs"
  is_multi_region_trail = var.everywhere
}
"#;

/// The rules whose findings are listed, because the trails decide them alone.
const RULES: [&str; 2] = ["single-region-trail", "stopped-trail"];

#[test]
fn units_get_the_verdicts_that_are_written_for_them() {
    check_all("testdata/units.txt", &[("modules/trail/main.tf", MODULE)]);
}

#[test]
fn services_get_the_verdicts_that_are_written_for_them() {
    check_all("testdata/services.txt", &[]);
}

#[test]
fn templates_of_organizations_get_the_verdicts_that_are_written_for_them() {
    check_all("testdata/org-formation.txt", &[]);
}

#[test]
fn templates_with_placeholders_get_the_verdicts_that_are_written_for_them() {
    check_all("testdata/placeholders.txt", &[]);
}

#[test]
fn accelerators_get_the_verdicts_that_are_written_for_them() {
    check_all("testdata/accelerator.txt", &[]);
}

/// Compares the verdicts on the trees in a file, to each of which the files are added that it doesn't have.
fn check_all(name: &str, added: &[(&str, &str)]) {
    let mut different = String::new();
    for (name, mut files) in projects_in(name) {
        let (_, expected) = files.pop().unwrap();
        for (path, text) in added {
            if !files.iter().any(|(own, _)| own == path) {
                files.push(((*path).to_owned(), (*text).to_owned()));
            }
        }
        let said = said(&check(files));
        if said != expected.trim_end() {
            different.push_str(&format!("=== {name}\n--- expected\n{expected}--- said\n{said}\n"));
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// The verdicts on the deployments, then the findings: the rule, its location, and the location that decides.
fn said(report: &Report) -> String {
    let judged = report.deployments.iter();
    let verdicts = judged.filter_map(|deployment| Some(format!("{} {}", deployment.root, word(deployment.verdict?))));
    let mut lines: Vec<String> = verdicts.collect();
    lines.sort();
    let found: BTreeSet<String> = report.findings.iter().filter_map(|finding| line(finding, report)).collect();
    lines.extend(found);
    lines.join("\n")
}

fn line(diagnostic: &Diagnostic, report: &Report) -> Option<String> {
    let rule = diagnostic.rule.id();
    let place = diagnostic.finding.place.label().filter(|_| RULES.contains(&rule))?;
    let decider = diagnostic.finding.related.last().map_or(place.span, |label| label.span);
    let place_of = |span: Span| {
        let file = report.sources.file(span.file);
        format!("{}:{}", file.name, file.line(span.start))
    };
    Some(format!("{rule} {} <- {}", place_of(place.span), place_of(decider)))
}

#[test]
fn parts_without_effect_are_noted_on_request() {
    let unit = "terraform {\n  source = \"../../modules/trail\"\n  before_hook \"copy\" {\n    commands = [\"apply\"]\n    \
                execute  = [\"cp\", \"a\", \"b\"]\n  }\n  extra_arguments \"bootstrap\" {\n    commands  = [\"init\"]\n    \
                arguments = [\"-upgrade\"]\n  }\n}\n";
    let old = format!("{unit}exclude {{\n  if = true\n  actions = [\"all\"]\n}}\n");
    let remote = "terraform {\n  source = \"git::https://git.example.com/m.git//network?ref=v3\"\n}\n";
    let files = [
        ("modules/trail/main.tf", MODULE),
        ("live/audit/terragrunt.hcl", unit),
        ("live/old/terragrunt.hcl", &old),
        ("live/network/terragrunt.hcl", remote),
    ];
    let scratch = Scratch::new("unit-notes", &files);
    let shown = err(&scratch.run(&["check", "-v"]));
    for line in [
        "live/audit (terragrunt, modules/trail, 1 trail): fail\n",
        "live/audit: `before_hook.copy` may change files\n",
        "live/audit: `extra_arguments.bootstrap` is for init only\n",
        "live/old: excluded\n",
        "not read: source `git::https://git.example.com/m.git//network?ref=v3`\n",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
    let required = scratch.run(&["check", "--require-trail", "live/old"]);
    assert!(!err(&scratch.run(&["check"])).contains("hook"));
    assert_eq!(status(&required), 0, "{}{}", out(&required), err(&required));
}

#[test]
fn defaults_that_a_deployment_can_override_count_unless_the_configuration_says_otherwise() {
    const UNIT: &str = "terraform {\n  source = \"../../modules/trail\"\n}\n";
    let by_variable = format!("{UNIT}inputs = {{\n  everywhere = get_env(\"EVERYWHERE\", \"true\")\n}}\n");
    let by_feature = format!(
        "{UNIT}feature \"everywhere\" {{\n  default = true\n}}\ninputs = {{\n  everywhere = feature.everywhere.value\n}}\n"
    );
    // Only the code of a module sets the default of its variable.
    let by_module = "module \"trail\" {\n  source = \"../../modules/all\"\n}\n";
    let service = "service: audit\nprovider: {name: aws}\nresources:\n  Resources:\n    Audit:\n      Type: \
                   AWS::CloudTrail::Trail\n      Properties: {S3BucketName: logs, IsLogging: true, IsMultiRegionTrail: \
                   \"${opt:everywhere, true}\"}\n";
    let files = [
        ("modules/trail/main.tf", MODULE),
        ("modules/all/main.tf", &MODULE.replace("false", "true")),
        ("live/a/terragrunt.hcl", &by_variable),
        ("live/b/terragrunt.hcl", &by_feature),
        ("live/c/main.tf", by_module),
        ("service/serverless.yml", service),
    ];
    let scratch = Scratch::new("overridable-defaults", &files);
    let verdicts = |options: &[&str]| {
        let shown = err(&scratch.run(&[&["check", "-v"], options].concat()));
        let lines = shown.lines().filter(|line| line.contains("1 trail"));
        let mut words: Vec<String> = lines
            .filter_map(|line| Some(format!("{} {}", line.split_once(' ')?.0, line.rsplit_once(' ')?.1)))
            .collect();
        words.sort();
        words.join(", ")
    };
    assert_eq!(verdicts(&[]), "live/a pass, live/b pass, live/c pass, service/serverless.yml pass");
    assert_eq!(
        verdicts(&["--config", "parameter-policy = \"any\""]),
        "live/a unknown, live/b unknown, live/c pass, service/serverless.yml unknown"
    );
}

#[test]
fn bindings_of_trails_are_noted_on_request() {
    let template = "AWSTemplateFormatVersion: '2010-09-09-OC'\nDefaultOrganizationBinding: {Account: '*'}\nResources:\n  \
                    Own:\n    Type: AWS::CloudTrail::Trail\n    OrganizationBinding: !Ref Audit\n    Properties: \
                    {S3BucketName: logs}\n  Other: !Include other.yml\n";
    let other = "Type: AWS::CloudTrail::Trail\nProperties: {S3BucketName: logs}\n";
    let scratch = Scratch::new("binding-notes", &[("org.yml", template), ("other.yml", other)]);
    let shown = err(&scratch.run(&["check", "-v"]));
    for line in [
        "org.yml: `Own.OrganizationBinding` selects the accounts and Regions of the trail\n",
        "org.yml: `DefaultOrganizationBinding` selects the accounts and Regions of `Other`\n",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
    assert!(!err(&scratch.run(&["check"])).contains("Binding"));
}

#[test]
fn the_help_for_a_landing_zone_without_settings_names_the_setting() {
    let text = "homeRegion: eu-west-1\nenabledRegions: [eu-west-1]\ncontrolTower: {enable: true}\nlogging: {account: \
                LogArchive, cloudtrail: {enable: false}}\n";
    let scratch = Scratch::new("landing-zone-help", &[("global-config.yaml", text)]);
    let shown = out(&scratch.run(&["check", "-f", "full"]));
    assert!(shown.contains("help: set `controlTower.landingZone.logging.organizationTrail`"), "{shown}");
    assert!(!shown.contains("the only trail"), "{shown}");
}

#[test]
fn includes_in_many_levels_are_unknown() {
    let template = "AWSTemplateFormatVersion: '2010-09-09-OC'\nResources:\n  Audit:\n    Type: AWS::CloudTrail::Trail\n    \
                    Properties: {S3BucketName: logs, IsLogging: true, IsMultiRegionTrail: !Include 0.yml}\n";
    let mut files = vec![("org.yml".to_owned(), template.to_owned())];
    for level in 0..1_000 {
        files.push((format!("{level}.yml"), format!("!Include {}.yml\n", level + 1)));
    }
    files.push(("1000.yml".to_owned(), "true\n".to_owned()));
    let report = check(files);
    let verdicts: Vec<_> = report.deployments.iter().filter_map(|own| Some(word(own.verdict?))).collect();
    assert_eq!(verdicts, ["unknown"]);
}

#[test]
fn configurations_that_lead_to_themselves_are_unknown() {
    let source = "terraform {\n  source = \"../../modules/trail\"\n}\n";
    let deep = |open: &str, close: &str| format!("{}true{}", open.repeat(5_000), close.repeat(5_000));
    let reading = |path: &str| format!("inputs = {{\n  everywhere = read_terragrunt_config(\"{path}\").locals.x\n}}\n");
    let cases = [
        ("a cycle of configurations", reading("../a.hcl")),
        ("itself", reading("terragrunt.hcl")),
        ("its directory", reading(".")),
        (
            "a cycle of locals",
            "locals {\n  x = local.y\n  y = local.x\n}\ninputs = { everywhere = local.x }\n".to_owned(),
        ),
        ("an include of itself", "include {\n  path = \"terragrunt.hcl\"\n}\n".to_owned()),
        ("an include that reads the unit", "include \"a\" {\n  path = \"../including.hcl\"\n}\n".to_owned()),
        ("deep lists", format!("inputs = {{\n  everywhere = {}\n}}\n", deep("[", "]"))),
        ("deep parentheses", format!("inputs = {{\n  everywhere = {}\n}}\n", deep("(", ")"))),
        ("deep calls", format!("inputs = {{\n  everywhere = {}\n}}\n", deep("deep_merge(", ")"))),
        (
            "a source that grows",
            "locals {\n  a = \"${local.b}${local.b}\"\n  b = local.a\n}\ninputs = local.a\n".to_owned(),
        ),
    ];
    for (name, text) in cases {
        let files = [
            ("modules/trail/main.tf", MODULE.to_owned()),
            ("live/audit/terragrunt.hcl", format!("{source}{text}")),
            ("live/a.hcl", "locals {\n  x = read_terragrunt_config(\"b.hcl\").locals.x\n}\n".to_owned()),
            ("live/b.hcl", "locals {\n  x = read_terragrunt_config(\"a.hcl\").locals.x\n}\n".to_owned()),
            ("live/including.hcl", "inputs = read_terragrunt_config(\"audit/terragrunt.hcl\").inputs\n".to_owned()),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text));
        let report = check(files.to_vec());
        let verdicts: Vec<_> = report.deployments.iter().filter_map(|own| Some(word(own.verdict?))).collect();
        assert_eq!(verdicts, ["unknown"], "{name}");
    }
}
