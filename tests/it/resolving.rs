//! The commands that a report gives for unknown values. A shell runs each of them, and the values have to be known then.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::cli::{Scratch, err, out, status};
use super::support::{directories_in, package};

/// The options that give values, in the help of a finding that they would resolve.
const OPTIONS: [&str; 5] = ["--var", "--parameter", "--workspace", "--region", "--plan"];

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The roots of a report with their commands, in order.
fn commands(report: &Value) -> Vec<(String, String)> {
    let deployments = report["deployments"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    deployments.filter_map(|own| Some((text(&own["root"])?, text(&own["resolve"])?))).collect()
}

/// The unknown findings in a root that an option would resolve.
fn open<'r>(report: &'r Value, root: &str) -> Vec<&'r Value> {
    let is_open = |finding: &&Value| {
        let is_here = finding["deployments"].as_array().unwrap().iter().any(|own| own["root"] == root);
        let help = finding["help"].as_str().unwrap_or_default();
        finding["outcome"] == "unknown" && is_here && OPTIONS.iter().any(|option| help.contains(option))
    };
    report["findings"].as_array().unwrap().iter().filter(is_open).collect()
}

/// Runs a command of a report in a shell, and returns the report of the check.
fn run(command: &str, directory: &Path) -> Value {
    let script = format!("trailint() {{ \"$PROGRAM\" \"$@\"; }}\n{command} --format json");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(directory).env_clear();
    let output = shell.env("PROGRAM", env!("CARGO_BIN_EXE_trailint")).output().unwrap();
    assert!(status(&output) < 2, "{command}: {}", err(&output));
    report(&out(&output))
}

/// Runs all commands of a report on the current directory, and returns their number.
fn resolve_all(before: &Value, directory: &Path) -> usize {
    let commands = commands(before);
    for (root, command) in commands.iter().filter(|(_, command)| command.starts_with("trailint ")) {
        assert!(!open(before, root).is_empty(), "{root}: {command}");
        let after = run(command, directory);
        assert!(open(&after, root).is_empty(), "{root}: {command}: {:#?}", open(&after, root));
    }
    commands.len()
}

/// The declaration of a variable, and a condition that depends on it.
const VARIABLES: &[(&str, &str)] = &[
    ("type = bool", "var.x"),
    ("type = bool\n  nullable = false", "!var.x"),
    ("type = string", "var.x == \"on\""),
    ("type = string", "tobool(var.x)"),
    ("type = string", "var.x"),
    ("type = number", "var.x > 3"),
    ("type = list(string)", "contains(var.x, \"a\")"),
    ("type = set(string)", "length(var.x) > 0"),
    ("type = map(bool)", "var.x[\"home region\"]"),
    ("type = map(string)", "lookup(var.x, \"home\", false)"),
    (
        "type = object({ multi = bool, \"a-b\" = string, deep = object({ n = number }), e = optional(list(any)) })",
        "var.x.multi",
    ),
    ("type = object({ deep = object({ multi = string }) })", "var.x.deep.multi == \"$yes\""),
    ("type = tuple([bool, string])", "var.x[0]"),
    ("type = list(object({ multi = bool }))", "var.x[0].multi"),
    ("type = any", "var.x"),
    ("type = any", "var.x.multi"),
    ("", "var.x"),
    ("", "var.x == \"on\""),
    ("type = string", "var.x == \"say \\\"$${a}\\\" \\\\ b\""),
    (
        "type = string\n  validation {\n    condition = contains([\"it's\", \"b c\"], var.x)\n    error_message = \"No.\"\n  }",
        "var.x == \"it's\"",
    ),
    (
        "type = number\n  validation {\n    condition = contains([7, 8], var.x)\n    error_message = \"No.\"\n  }",
        "var.x == 8",
    ),
    (
        "type = string\n  validation {\n    condition = can(regex(\"^[a-z]+$\", var.x))\n    error_message = \"No.\"\n  }",
        "var.x == \"on\"",
    ),
];

fn trail(arguments: &str) -> String {
    format!(
        "resource \"aws_cloudtrail\" \"t\" {{\n  name = \"t\"\n  s3_bucket_name = \"example-logs\"\n{arguments}\n}}\n"
    )
}

/// The files of a root module in which a trail depends on a condition.
fn modules(declaration: &str, condition: &str) -> Vec<Vec<(&'static str, String)>> {
    let variable = format!("variable \"x\" {{\n  {declaration}\n}}\n");
    let multi = |value: &str| trail(&format!("  is_multi_region_trail = {value}"));
    let call = "module \"m\" {\n  source = \"./m\"\n  multi = ";
    let json = serde_json::json!({ "resource": { "aws_cloudtrail": { "t": {
        "name": "t", "s3_bucket_name": "example-logs", "is_multi_region_trail": format!("${{{condition}}}"),
    } } } });
    vec![
        vec![("main.tf", format!("{variable}{}", multi(condition)))],
        vec![("main.tf", format!("{variable}locals {{\n  a = {condition}\n}}\n{}", multi("local.a")))],
        vec![("main.tf", format!("{variable}{}", trail(&format!("  count = {condition} ? 1 : 0"))))],
        vec![("main.tf", format!("{variable}{}", trail(&format!("  kms_key_id = {condition} ? \"alias/a\" : null"))))],
        vec![("main.tf", variable.clone()), ("trail.tf.json", json.to_string())],
        vec![
            ("main.tf", format!("{variable}{call}{condition}\n}}\n")),
            ("m/main.tf", format!("variable \"multi\" {{\n  type = bool\n}}\n{}", multi("var.multi"))),
        ],
    ]
}

#[test]
fn commands_set_variables_of_each_type() {
    let mut files = Vec::new();
    for (number, (declaration, condition)) in VARIABLES.iter().enumerate() {
        for (form, module) in modules(declaration, condition).into_iter().enumerate() {
            let path = |name: &str| format!("r {number}/f{form}/{name}");
            files.extend(module.into_iter().map(|(name, text)| (path(name), text)));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let scratch = Scratch::new("resolving", &files);
    let before = report(&out(&scratch.run(&["check", "--format", "json"])));
    // An element of an unknown tuple or list, or a text as a condition, is an error or known with some of the forms.
    let resolved = resolve_all(&before, &scratch.0);
    assert!(resolved >= VARIABLES.len() * 5, "{resolved} roots have a command");
}

/// The declaration of a parameter, and a value that depends on it.
const PARAMETERS: &[(&str, &str)] = &[
    ("Type: String, AllowedValues: ['true', 'false']", "!Ref X"),
    ("Type: String", "!Ref X"),
    ("Type: String", "!If [C, true, false]"),
    ("Type: String, AllowedValues: [\"it's\", on]", "!If [C, true, false]"),
    ("Type: String, AllowedPattern: '[a-z]+'", "!If [C, true, false]"),
    ("Type: String, AllowedPattern: '\\d{12}'", "!If [C, true, false]"),
    ("Type: String, MinLength: 9", "!If [C, true, false]"),
    ("Type: String, MaxLength: 2", "!If [C, true, false]"),
    ("Type: Number, MinValue: 5", "!If [C, true, false]"),
    ("Type: CommaDelimitedList", "!Select [0, !Ref X]"),
    ("Type: 'AWS::EC2::VPC::Id'", "!If [C, true, false]"),
];

#[test]
fn commands_set_parameters_of_each_type() {
    let mut files = Vec::new();
    for (number, (declaration, value)) in PARAMETERS.iter().enumerate() {
        let condition =
            if value.contains('C') { "Conditions:\n  C: !Equals [!Ref X, !Ref AWS::StackName]\n" } else { "" };
        let text = format!(
            "Parameters:\n  X: {{{declaration}}}\n{condition}Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      S3BucketName: example-logs\n      IsLogging: true\n      IsMultiRegionTrail: {value}\n"
        );
        files.push((format!("t {number}.yaml"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let scratch = Scratch::new("resolving", &files);
    let before = report(&out(&scratch.run(&["check", "--format", "json"])));
    assert_eq!(resolve_all(&before, &scratch.0), PARAMETERS.len(), "{:#?}", commands(&before));
}

#[test]
fn commands_of_scenarios_work() {
    let mut resolved = 0;
    for kind in ["terraform", "cloudformation", "equivalent", "planned", "demo/terraform", "demo/cloudformation"] {
        for scenario in directories_in(&package("testdata").join(kind)) {
            let mut check = Command::new(env!("CARGO_BIN_EXE_trailint"));
            check.args(["check", "--no-config", "--format", "json"]).current_dir(&scenario).env_clear();
            let output = check.output().unwrap();
            if status(&output) < 2 {
                resolved += resolve_all(&report(&out(&output)), &scenario);
            }
        }
    }
    assert!(resolved >= 15, "{resolved} roots have a command");
}

const BOOL: &str = "variable \"multi\" {\n  type = bool\n}\nresource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n  s3_bucket_name = \"example-logs\"\n  is_multi_region_trail = var.multi\n}\n";

const TEMPLATE: &str = "Parameters:\n  Multi: {Type: String, AllowedValues: ['true', 'false']}\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      S3BucketName: example-logs\n      IsLogging: true\n      IsMultiRegionTrail: !Ref Multi\n";

/// The command for the root `a` in a directory with other files.
fn command(files: &[(&str, &str)], arguments: &[&str]) -> Option<String> {
    let scratch = Scratch::new("resolving", files);
    let output = scratch.run(&[&["check", "--format", "json"], arguments].concat());
    assert!(status(&output) < 2, "{}", err(&output));
    let before = report(&out(&output));
    resolve_all(&before, &scratch.0);
    let mut commands = commands(&before).into_iter().filter(|(root, _)| root.starts_with('a'));
    commands.next().map(|(_, command)| command)
}

#[test]
fn commands_name_files_of_values_in_the_tree() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "--var multi=true"),
        (&[("a/prod.tfvars", "multi = false\n")], "--var-file a/prod.tfvars"),
        (&[("a/env/it's prod.tfvars", "multi = false\n")], "--var-file 'a/env/it'\\''s prod.tfvars'"),
        (&[("a/prod.tfvars.json", "{\"multi\": false}")], "--var-file a/prod.tfvars.json"),
        (&[("a/env/terraform.tfvars", "multi = false\n")], "--var-file a/env/terraform.tfvars"),
        (&[("vars/a.tfvars", "multi = false\n")], "--var-file vars/a.tfvars"),
        (&[("vars/a.tfvars", "multi = false\n"), ("a/z.tfvars", "multi = false\n")], "--var-file a/z.tfvars"),
        (
            &[("vars/y.tfvars", "multi = false\nb = 1\n"), ("vars/z.tfvars", "multi = false\n")],
            "--var-file vars/z.tfvars",
        ),
        // The name of the file or of its directory is that of the root.
        (&[("vars/0.tfvars", "multi = false\n"), ("vars/a.tfvars", "multi = false\n")], "--var-file vars/a.tfvars"),
        (&[("0/b.tfvars", "multi = false\n"), ("vars/a/b.tfvars", "multi = false\n")], "--var-file vars/a/b.tfvars"),
        // The file doesn't set the variable, or the declaration rejects its value.
        (&[("a/prod.tfvars", "other = 1\n")], "--var multi=true"),
        (&[("a/prod.tfvars", "multi = \"treu\"\n")], "--var multi=true"),
        (&[("a/prod.tfvars", "multi = \n")], "--var multi=true"),
        // The file belongs to other code.
        (&[("b/main.tf", ""), ("b/prod.tfvars", "multi = false\n")], "--var multi=true"),
        (&[("a/.terraform/x/prod.tfvars", "multi = false\n")], "--var multi=true"),
    ];
    for (files, expected) in cases {
        let files = [&[("a/main.tf", BOOL)], *files].concat();
        assert_eq!(command(&files, &[]).unwrap(), format!("trailint check a {expected}"), "{files:?}");
    }
}

#[test]
fn commands_name_parameter_files_in_the_tree() {
    let list = "[{\"ParameterKey\": \"Multi\", \"ParameterValue\": \"false\"}]";
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "--parameter Multi=true"),
        (&[("prod.json", list)], "--parameter-file prod.json"),
        (&[("params/prod.json", "{\"Parameters\": {\"Multi\": \"false\"}}")], "--parameter-file params/prod.json"),
        (&[("prod.yaml", "parameters:\n  Multi: 'false'\n")], "--parameter-file prod.yaml"),
        // Not allowed, of another template, or no parameter file.
        (&[("prod.json", "[\"Multi=treu\"]")], "--parameter Multi=true"),
        (&[("prod.json", "[\"Multi=true\", \"Other=1\"]")], "--parameter Multi=true"),
        (&[("package.json", "{\"name\": \"x\", \"Multi\": \"true\"}")], "--parameter Multi=true"),
    ];
    for (files, expected) in cases {
        let files = [&[("a.yaml", TEMPLATE)], *files].concat();
        assert_eq!(command(&files, &[]).unwrap(), format!("trailint check a.yaml {expected}"), "{files:?}");
    }
}

#[test]
fn commands_name_the_source_of_each_value() {
    let of = |value: &str| trail(&format!("  is_multi_region_trail = {value}"));
    let plan = "terraform -chdir=a plan -out=planned && terraform -chdir=a show -json planned > planned.json && trailint check a --plan planned.json";
    let cases = [
        (of("terraform.workspace == \"prod\""), "trailint check a --workspace prod"),
        (of("data.aws_region.here.name == \"x\"") + "data \"aws_region\" \"here\" {}\n", plan),
        (of("aws_x.y.z == \"x\"") + "resource \"aws_x\" \"y\" {}\n", plan),
        (of("uuid() == \"x\""), plan),
        (
            "module \"cloudtrail\" {\n  source = \"example/cloudtrail/aws\"\n}\n".to_owned(),
            "terraform -chdir=a init && trailint check a",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(command(&[("a/main.tf", &text)], &[]).as_deref(), Some(expected), "{text}");
    }
    // Terragrunt plans with the inputs of the unit.
    let unit = "terraform {\n  source = \"../mod\"\n}\ninputs = {\n  multi = get_env(\"M\")\n}\n";
    let plan = "terragrunt --working-dir a plan -out=planned && terragrunt --working-dir a show -json planned > planned.json && trailint check a --plan planned.json";
    assert_eq!(command(&[("a/terragrunt.hcl", unit), ("mod/main.tf", BOOL)], &[]).as_deref(), Some(plan));
    let region = TEMPLATE.replace("!Ref Multi", "!If [Home, true, false]")
        + "Conditions:\n  Home: !Equals [!Ref AWS::Region, eu-west-1]\n";
    assert_eq!(command(&[("a.yaml", &region)], &[]).as_deref(), Some("trailint check a.yaml --region eu-west-1"));
    // A value that exists only in the account.
    let stored = TEMPLATE.replace("!Ref Multi", "'{{resolve:ssm:/audit/multi}}'");
    assert_eq!(command(&[("a.yaml", &stored)], &[]), None);
}

#[test]
fn commands_for_a_root_exclude_the_roots_below_it() {
    let other = BOOL.replace("multi", "other");
    let files =
        [("a/main.tf", BOOL), ("a/b c/main.tf", &other), ("a/b c/d/main.tf", &other), ("a/e[1]/main.tf", &other)];
    let expected = "trailint check a --exclude '/a/b\\ c' --exclude '/a/e\\[1\\]' --var multi=true";
    assert_eq!(command(&files, &[]).unwrap(), expected);
    // A module isn't a root, and only its caller reads its code.
    let caller =
        "module \"trail\" {\n  source = \"./b\"\n  multi = var.multi\n}\nvariable \"multi\" {\n  type = bool\n}\n";
    let command = command(&[("a/main.tf", caller), ("a/b/main.tf", BOOL)], &[]);
    assert_eq!(command.as_deref(), Some("trailint check a --var multi=true"));
}

#[test]
fn commands_repeat_the_options_of_the_run() {
    let two = "variable \"region\" {}\n".to_owned() + &BOOL.replace("= var.multi", "= var.multi && var.region != \"\"");
    let files = [("a/main.tf", two.as_str())];
    let options = ["--var", "region=it's", "--modules", "local", "--config", "select=[\"cis-3.1\"]"];
    let expected =
        "trailint check a --var 'region=it'\\''s' --modules local --config 'select=[\"cis-3.1\"]' --var multi=true";
    assert_eq!(command(&files, &options).unwrap(), expected);
    // The value of the option is meant for another root.
    let text = BOOL.replace("bool", "string").replace("= var.multi\n", "= var.multi == \"x\"\n");
    let files = [("a/main.tf", BOOL), ("b/main.tf", text.as_str())];
    let expected = "trailint check a --var multi=x --var multi=true";
    assert_eq!(command(&files, &["--var", "multi=x"]).unwrap(), expected);
    // Standard input has no file that a command could check.
    let scratch = Scratch::new("resolving", &[]);
    let mut check = scratch.command(&["check", "-", "--stdin-filename", "main.tf", "--format", "json"]);
    check.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = check.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), BOOL.as_bytes()).unwrap();
    assert_eq!(commands(&report(&out(&child.wait_with_output().unwrap()))), []);
}

#[test]
fn unknown_results_with_one_cause_are_shown_together() {
    let both = BOOL.replace("= var.multi\n", "= var.multi\n  enable_logging = var.multi\n");
    let scratch = Scratch::new("resolving", &[("a/main.tf", &both), ("b/main.tf", BOOL)]);
    let shown = |arguments: &[&str]| out(&scratch.run(&[&["check", "--select", "cis-3.1"], arguments].concat()));
    let text = shown(&[]);
    assert_eq!(text.matches("unknown[").count(), 3, "{text}");
    assert_eq!(text.matches("\nunknown[").count(), 2, "{text}");
    assert_eq!(text.matches("  help: ").count(), 2, "{text}");
    assert!(
        text.ends_with(
            "\nTo resolve: trailint check a --var multi=true\nTo resolve: trailint check b --var multi=true\n"
        )
    );
    assert_eq!(shown(&["-v"]).matches("\nunknown[").count(), 3);
    assert_eq!(shown(&["-f", "concise"]).matches("unknown[").count(), 3);
    assert!(!shown(&["-f", "concise"]).contains("To resolve"));
    assert_eq!(shown(&["--unknown", "ignore"]), "");
}

#[test]
fn commands_keep_the_options_that_change_verdicts() {
    let options = ["--regions", "us-east-1", "--select", "cis-3.1"];
    let with_options = command(&[("a/main.tf", BOOL)], &options);
    let expected = "trailint check a --regions us-east-1 --var multi=true --region us-east-1";
    assert_eq!(with_options.as_deref(), Some(expected));
}

#[test]
fn commands_work_with_unusual_names() {
    let scratch = Scratch::new("resolving", &[("main.tf", BOOL), ("-prod.tfvars", "multi = true\n")]);
    let before = report(&out(&scratch.run(&["check", "--format", "json"])));
    assert_eq!(commands(&before), [(".".to_owned(), "trailint check . --var-file=-prod.tfvars".to_owned())]);
    assert_eq!(resolve_all(&before, &scratch.0), 1);
    // A command that can't be run as it is shown isn't shown.
    assert_eq!(command(&[("a\nb/main.tf", BOOL)], &[]), None);
}

#[test]
fn files_of_values_over_the_limits_are_not_named() {
    let named = |files: &[(String, String)]| {
        let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let all: Vec<(&str, &str)> = std::iter::once(("a/main.tf", BOOL)).chain(files).collect();
        command(&all, &[]).unwrap().contains("--var-file")
    };
    let values = |comment: usize| format!("multi = true\n#{}\n", "x".repeat(comment));
    // With the directory `a`, and with the file itself.
    let other_files = |count: usize| (0..count).map(|number| (format!("a/{number:03}.tfvars"), "b = 1\n".to_owned()));
    let other_directories = |count: usize| (0..count).map(|number| (format!("a/{number:03}/b.txt"), String::new()));
    let last = |path: &str| std::iter::once((path.to_owned(), values(0)));
    assert!(named(&[("a/z.tfvars".to_owned(), values(200_000))]));
    assert!(!named(&[("a/z.tfvars".to_owned(), values(300_000))]));
    assert!(named(&other_files(255).chain(last("a/z.tfvars")).collect::<Vec<_>>()));
    assert!(!named(&other_files(256).chain(last("a/z.tfvars")).collect::<Vec<_>>()));
    assert!(named(&other_directories(62).chain(last("a/z/z.tfvars")).collect::<Vec<_>>()));
    assert!(!named(&other_directories(63).chain(last("a/z/z.tfvars")).collect::<Vec<_>>()));
}

#[test]
fn commands_over_the_limit_are_counted() {
    let files: Vec<(String, &str)> = (0..12).map(|number| (format!("r{number}/main.tf"), BOOL)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let scratch = Scratch::new("resolving", &files);
    let text = out(&scratch.run(&["check"]));
    assert_eq!(text.matches("\nTo resolve: ").count(), 10, "{text}");
    assert!(text.ends_with("To resolve 2 more deployments, see `-v`.\n"), "{text}");
    assert_eq!(out(&scratch.run(&["check", "-v"])).matches("\nTo resolve: ").count(), 12);
}
