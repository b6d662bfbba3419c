//! Fixes whose values a declaration rejects.

use super::super::support::check;
use super::{Files, fixed};
use trailint::internal::edit::Safety;

/// A trail whose only failing setting, the Regions, is a value of the variable `multi`.
const TRAIL: &str = "resource \"aws_cloudtrail\" \"t\" {
  name                       = \"audit\"
  s3_bucket_name             = \"logs\"
  enable_log_file_validation = true
  kms_key_id                 = \"arn:aws:kms:us-east-1:111122223333:key/a\"
  is_multi_region_trail      = ";

/// The same in a template, with the parameter `Multi`.
const TEMPLATE: &str = "Resources:
  T:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: logs
      IsLogging: true
      IncludeGlobalServiceEvents: true
      EnableLogFileValidation: true
      KMSKeyId: arn:aws:kms:us-east-1:111122223333:key/a
      IsMultiRegionTrail: !Ref Multi
";

fn trail(value: &str) -> String {
    format!("{TRAIL}{value}\n}}\n")
}

/// Returns the number of offered fixes, and the names of the declarations that reject a value.
fn offered(files: &[(&str, String)]) -> (usize, Vec<String>) {
    let files: Files = files.iter().map(|(path, text)| ((*path).into(), text.clone().into_bytes())).collect();
    let report = check(files.clone());
    let offered = report.findings.iter().filter(|diagnostic| diagnostic.fix.is_some()).count();
    let mended = fixed(&files, Safety::Unsafe);
    assert!(mended.rejected.is_empty(), "{:?}", mended.rejected);
    assert_eq!(mended.findings, offered);
    let helps = report.findings.iter().filter(|diagnostic| diagnostic.rejected_fix.is_some());
    let names = helps.map(|diagnostic| {
        let help = diagnostic.finding.help.as_deref().unwrap();
        let (_, name) = help.split_once(", once ").unwrap();
        name.strip_suffix(" accepts this value").unwrap().to_owned()
    });
    (offered, names.collect())
}

/// A variable with a type, a default and a validation.
fn variable(ty: &str, default: &str, condition: &str) -> String {
    let validation = format!("  validation {{\n    condition = {condition}\n    error_message = \"No.\"\n  }}\n");
    format!("variable \"multi\" {{\n  type = {ty}\n  default = {default}\n{validation}}}\n")
}

#[test]
fn a_value_that_a_validation_rejects_is_not_set() {
    let refused = [
        ("bool", "false", "!var.multi"),
        ("bool", "false", "var.multi == false"),
        ("bool", "false", "anytrue([!var.multi, false])"),
        ("string", "\"false\"", "contains([\"false\", \"no\"], var.multi)"),
        ("string", "\"false\"", "length(var.multi) > 4"),
        ("string", "\"false\"", "can(regex(\"^f\", var.multi))"),
        ("any", "false", "tostring(var.multi) != \"true\""),
    ];
    let accepted = [
        ("bool", "false", "var.multi || !var.multi"),
        ("string", "\"false\"", "contains([\"true\", \"false\"], var.multi)"),
        ("string", "\"false\"", "length(var.multi) < 9"),
    ];
    for (case, is_refused) in refused.map(|case| (case, true)).into_iter().chain(accepted.map(|case| (case, false))) {
        let (ty, default, condition) = case;
        let declared = variable(ty, default, condition);
        let expected =
            if is_refused { (0, vec!["the validation of variable `multi`".to_owned()]) } else { (1, Vec::new()) };
        let root = format!("{declared}{}", trail("var.multi"));
        assert_eq!(offered(&[("main.tf", root.clone())]), expected, "default: {case:?}");
        let values = format!("multi = {default}\n");
        assert_eq!(offered(&[("main.tf", root.clone()), ("terraform.tfvars", values.clone())]), expected, "{case:?}");
        let (module, local) = (("m/main.tf", root), format!("locals {{\n  multi = {default}\n}}\n"));
        for argument in ["", &values, "multi = local.multi\n"] {
            let call = format!("{local}module \"m\" {{\n  source = \"./m\"\n{argument}}}\n");
            assert_eq!(offered(&[("main.tf", call), module.clone()]), expected, "{argument}: {case:?}");
        }
    }
}

/// A boolean in quotes keeps them, so that it equals a text.
#[test]
fn a_quoted_value_is_compared_as_a_text() {
    let declared = variable("any", "\"false\"", "contains([\"true\", \"false\"], var.multi)");
    assert_eq!(offered(&[("main.tf", format!("{declared}{}", trail("var.multi")))]), (1, Vec::new()));
    let module = format!("{declared}{}", trail("var.multi"));
    let call = "module \"m\" {\n  source = \"./m\"\n}\n".to_owned();
    let refused = (0, vec!["the validation of variable `multi`".to_owned()]);
    assert_eq!(offered(&[("main.tf", call), ("m/main.tf", module)]), refused);
}

#[test]
fn a_value_that_another_declaration_rejects_is_not_set() {
    let passed = |other: &str| format!("variable \"multi\" {{\n  default = false\n}}\n{}{other}", trail("var.multi"));
    let call = "module \"other\" {\n  source = \"./other\"\n  single = !var.multi\n}\n";
    let single =
        "variable \"single\" {\n  validation {\n    condition     = var.single\n    error_message = \"No.\"\n  }\n}\n";
    let (count, names) = offered(&[("main.tf", passed(call)), ("other/main.tf", single.to_owned())]);
    assert_eq!((count, names), (0, vec!["the validation of variable `single`".to_owned()]));

    let typed = "variable \"single\" {\n  type = number\n}\n";
    let call = "module \"other\" {\n  source = \"./other\"\n  single = var.multi ? \"all\" : \"1\"\n}\n";
    let (count, names) = offered(&[("main.tf", passed(call)), ("other/main.tf", typed.to_owned())]);
    assert_eq!((count, names), (0, vec!["the type of variable `single`".to_owned()]));

    let output = "output \"o\" {\n  value = 1\n  precondition {\n    condition     = !var.multi\n    error_message = \"No.\"\n  }\n}\n";
    let (count, names) = offered(&[("main.tf", passed(output))]);
    assert_eq!((count, names), (0, vec!["the precondition of `output.o`".to_owned()]));

    let own = "  lifecycle {\n    precondition {\n      condition     = !var.multi\n      error_message = \"No.\"\n    }\n  }\n}\n";
    let (count, names) = offered(&[("main.tf", passed("").replace("var.multi\n}\n", &format!("var.multi\n{own}")))]);
    assert_eq!((count, names), (0, vec!["the precondition of `aws_cloudtrail.t`".to_owned()]));
}

#[test]
fn an_attribute_that_a_validation_rejects_is_not_set() {
    let declared = |condition: &str| {
        variable("object({ multi = optional(bool, false), org = optional(bool, false) })", "{}", condition)
    };
    let module = |condition| ("m/main.tf", format!("{}{}", declared(condition), trail("var.multi.multi")));
    for argument in ["multi = {}", "multi = { multi = false }"] {
        let call = format!("module \"m\" {{\n  source = \"./m\"\n  {argument}\n}}\n");
        let refused = offered(&[("main.tf", call.clone()), module("!var.multi.multi || var.multi.org")]);
        assert_eq!(refused, (0, vec!["the validation of variable `multi`".to_owned()]), "{argument}");
        assert_eq!(offered(&[("main.tf", call), module("!var.multi.org")]), (1, Vec::new()), "{argument}");
    }
}

/// A local of a shared module decides both trails; only one of the deployments rejects the value.
#[test]
fn a_value_that_another_deployment_rejects_is_not_set() {
    let shared = format!(
        "variable \"single\" {{}}\nlocals {{\n  multi = false\n}}\n{}module \"n\" {{\n  source = \"../n\"\n  a      = local.multi\n  b      = var.single\n}}\n",
        trail("local.multi")
    );
    let checks = "variable \"a\" {}\nvariable \"b\" {\n  validation {\n    condition     = !(var.a && var.b)\n    error_message = \"No.\"\n  }\n}\n";
    let call = |single| format!("module \"m\" {{\n  source = \"../m\"\n  single = {single}\n}}\n");
    let files = |other| {
        [
            ("a/main.tf", call("false")),
            ("b/main.tf", call(other)),
            ("m/main.tf", shared.clone()),
            ("n/main.tf", checks.to_owned()),
        ]
    };
    assert_eq!(offered(&files("false")), (2, Vec::new()));
    assert_eq!(offered(&files("true")), (0, vec!["the validation of variable `b`".to_owned()]));
}

#[test]
fn a_value_that_a_constraint_or_a_rule_rejects_is_not_set() {
    let constraints = [
        ("AllowedValues: [\"false\"]", Some("`AllowedValues` of parameter `Multi`")),
        ("AllowedPattern: \"f[a-z]+\"", Some("`AllowedPattern` of parameter `Multi`")),
        ("MinLength: 5", Some("`MinLength` of parameter `Multi`")),
        ("AllowedValues: [true, false]", None),
        ("MaxLength: 5", None),
    ];
    for (constraint, refused) in constraints {
        let expected = (usize::from(refused.is_none()), refused.map(str::to_owned).into_iter().collect());
        let declared = format!("Parameters:\n  Multi:\n    Type: String\n    Default: \"false\"\n    {constraint}\n");
        let template = format!("{declared}{TEMPLATE}");
        assert_eq!(offered(&[("t.yaml", template.clone())]), expected, "{constraint}");
        let parent = "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      Parameters:\n        Multi: \"false\"\n";
        assert_eq!(offered(&[("parent.yaml", parent.to_owned()), ("child.yaml", template)]), expected, "{constraint}");
    }
    let capitals =
        "Parameters:\n  Multi:\n    Type: String\n    Default: \"False\"\n    AllowedValues: [\"True\", \"False\"]\n";
    assert_eq!(offered(&[("t.yaml", format!("{capitals}{TEMPLATE}"))]), (1, Vec::new()));
    let rules = [
        "!Equals [!Ref Multi, \"false\"]",
        "!Not [!Equals [!Ref Multi, \"true\"]]",
        "!Contains [[\"false\", \"no\"], !Ref Multi]",
        "!Or [!Equals [!Ref Multi, \"false\"], !Equals [!Ref Org, \"true\"]]",
    ];
    for rule in rules {
        let parameters = "Parameters:\n  Org:\n    Type: String\n    Default: \"no\"\n  Multi:\n    Type: String\n    Default: \"false\"\n";
        let rules = format!("Rules:\n  Regions:\n    Assertions:\n      - Assert: {rule}\n");
        let expected = (0, vec!["rule `Regions`".to_owned()]);
        assert_eq!(offered(&[("t.yaml", format!("{parameters}{rules}{TEMPLATE}"))]), expected, "{rule}");
        let condition =
            rules.replace("    Assertions", "    RuleCondition: !Equals [!Ref Org, \"yes\"]\n    Assertions");
        assert_eq!(offered(&[("t.yaml", format!("{parameters}{condition}{TEMPLATE}"))]), (1, Vec::new()), "{rule}");
    }
}

/// Calls of a module, which all set `multi = false`.
fn calls(module: &str, number: usize) -> String {
    let call = |at| format!("module \"{module}{at}\" {{\n  source = \"./{module}\"\n  multi = false\n}}\n");
    (0..number).map(call).collect()
}

#[test]
fn one_trial_decides_the_values_of_many_calls() {
    let refusing = format!("{}{}", variable("bool", "false", "!var.multi"), trail("var.multi"));
    let accepting = format!("{}{}", variable("bool", "false", "var.multi || !var.multi"), trail("var.multi"));
    let main = format!("{}{}", calls("refusing", 150), calls("accepting", 100));
    let files = [("main.tf", main), ("refusing/main.tf", refusing), ("accepting/main.tf", accepting)];
    let (offered, names) = offered(&files);
    assert_eq!((offered, names.len()), (100, 150));
    assert!(names.iter().all(|name| name == "the validation of variable `multi`"));
}

#[test]
fn a_fix_that_is_not_tried_within_the_budget_is_not_offered() {
    // A precondition may depend on any value, so each of them is tried alone.
    let output = "output \"o\" {\n  value = 1\n  precondition {\n    condition = !var.multi\n    error_message = \"No.\"\n  }\n}\n";
    let module = format!("variable \"multi\" {{\n  type = bool\n}}\n{output}{}", trail("var.multi"));
    let files = [("main.tf", calls("m", 150)), ("m/main.tf", module)];
    let report = check(files);
    let findings = report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == "single-region-trail");
    let helps: Vec<&str> = findings.clone().filter_map(|diagnostic| diagnostic.finding.help.as_deref()).collect();
    let (untried, rejected): (Vec<&str>, Vec<&str>) =
        helps.iter().partition(|help| help.ends_with("trying it exceeds the limit for evaluation steps"));
    assert_eq!(untried.len() + rejected.len(), 150);
    assert!(!untried.is_empty() && rejected.iter().all(|help| help.ends_with("accepts this value")), "{helps:?}");
    assert!(findings.clone().all(|diagnostic| diagnostic.fix.is_none()));
}
