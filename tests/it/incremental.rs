//! A check that is kept up to date says after each change what a new one would say.

use std::path::{Path, PathBuf};

use super::fuzzing::properties::incremental::{Files, Kept};
use super::support::{directories_in, files_below, package};

/// Only so many of the changes are made in each folder.
const EVERY: usize = 4;

#[test]
fn every_change_is_followed_in_every_scenario() {
    let groups = ["terraform", "cloudformation", "broken", "suppressing"].map(|name| package("testdata").join(name));
    let mut folders: Vec<PathBuf> = groups.iter().flat_map(|group| directories_in(group)).collect();
    folders.push(package("testdata/demo"));
    let mut updates = 0;
    // Each folder has its turn with some of the changes.
    for (turn, folder) in folders.into_iter().enumerate() {
        let files: Files =
            files_below(&folder).into_iter().filter(|(path, _)| !path.ends_with("expected.txt")).collect();
        let mut kept = Kept::new(files.clone());
        for (path, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            for changed in changes(&text).into_iter().skip(turn % EVERY).step_by(EVERY) {
                kept.put(path, Some(changed.into_bytes()));
            }
            kept.put(path, None);
            kept.put(path, Some(bytes.clone()));
        }
        updates += kept.updates;
    }
    assert!(updates > 200, "{updates}");
}

#[test]
fn a_directory_may_take_the_place_of_a_file_that_was_looked_for() {
    let trail =
        b"variable \"a\" {\n  default = true\n}\nresource \"aws_cloudtrail\" \"t\" {\n  enable_logging = var.a\n}\n";
    let mut kept = Kept::new(Files::from([("main.tf".into(), trail.to_vec())]));
    let below = Path::new("terraform.tfvars/a/notes");
    kept.put(below, Some(b"none".to_vec()));
    kept.put(below, None);
    assert_eq!(kept.updates, 2);
}

#[test]
fn what_is_called_where_no_scan_comes_by_is_followed() {
    let call = |source| format!("module \"m\" {{\n  source = \"{source}\"\n}}\n").into_bytes();
    let files = [("main.tf".into(), call("./node_modules/a")), ("node_modules/a/main.tf".into(), call("../b"))];
    let mut kept = Kept::new(Files::from(files));
    let trail = "resource \"aws_cloudtrail\" \"t\" {}\n";
    for text in ["# Nothing.\n", trail, "# Nothing.\n", trail] {
        kept.put(Path::new("node_modules/b/main.tf"), Some(text.into()));
    }
    // Only the first of them is news for the scan.
    assert_eq!(kept.updates, 3);
}

#[test]
fn what_feeds_the_source_of_a_call_decides_the_roots() {
    let call = "variable \"v\" {\n  default = \"a\"\n}\nmodule \"m\" {\n  source = \"./${var.v}\"\n}\n";
    let trail = b"resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = false\n}\n".to_vec();
    let files = [
        ("main.tf".into(), call.into()),
        ("a/main.tf".into(), trail.clone()),
        ("b/main.tf".into(), trail),
        ("terraform.tfvars".into(), b"v = \"a\"\n".to_vec()),
    ];
    let mut kept = Kept::new(Files::from(files));
    for value in ["b", "a", "c", "b"] {
        kept.put(Path::new("terraform.tfvars"), Some(format!("v = \"{value}\"\n").into()));
    }
    kept.put(Path::new("terraform.tfvars"), None);
    kept.put(Path::new("main.tf"), Some(call.replace("\"a\"", "\"b\"").into()));
    assert_eq!(kept.updates, 6);
}

#[test]
fn a_file_that_comes_back_or_changes_its_encoding_is_followed() {
    let trail = "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n";
    let path = Path::new("template.yaml");
    let mut kept = Kept::new(Files::from([(path.into(), trail.into())]));
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(trail.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for text in [Some(wide.clone()), None, Some(wide), Some(trail.into()), None, Some(trail.into())] {
        kept.put(path, text);
    }
}

#[test]
fn a_template_that_a_stack_deploys_is_followed() {
    let stack = "resource \"aws_cloudformation_stack\" \"a\" {\n  template_body = file(\"t.yaml\")\n}\n";
    let inline = |value: bool| {
        format!(
            "resource \"aws_cloudformation_stack\" \"a\" {{\n  template_body = <<-YAML\n    Resources:\n      Trail:\n        \
             Type: AWS::CloudTrail::Trail\n        Properties:\n          IsLogging: {value}\n  YAML\n}}\n"
        )
    };
    let template = |value: bool| {
        format!("Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: {value}\n")
    };
    let (code, file) = (Path::new("main.tf"), Path::new("t.yaml"));
    let mut kept = Kept::new(Files::from([(code.into(), stack.into()), (file.into(), template(true).into())]));
    for value in [false, true] {
        kept.put(file, Some(template(value).into()));
    }
    // The template is evaluated alone as long as no stack deploys it.
    for text in [inline(true), inline(false), stack.to_owned(), stack.replace("t.yaml", "u.yaml"), stack.to_owned()] {
        kept.put(code, Some(text.into_bytes()));
    }
    kept.put(file, None);
    kept.put(file, Some(template(true).into()));
    kept.put(code, None);
    assert!(kept.updates > 5, "{}", kept.updates);
}

#[test]
fn a_deployment_of_a_stack_is_followed() {
    let components = "variable \"on\" {\n  type = bool\n}\ncomponent \"audit\" {\n  source = \"./trail\"\n  inputs = { on = \
                      var.on }\n}\n";
    let module = "variable \"on\" {\n}\nresource \"aws_cloudtrail\" \"t\" {\n  enable_logging = var.on\n}\n";
    let deployment = |label: &str, on: bool| format!("deployment \"{label}\" {{\n  inputs = {{ on = {on} }}\n}}\n");
    let (of_components, of_deployments) = (Path::new("a.tfcomponent.hcl"), Path::new("a.tfdeploy.hcl"));
    let files = [
        (of_components.into(), components.into()),
        (of_deployments.into(), deployment("lab", true).into()),
        ("trail/main.tf".into(), module.into()),
    ];
    let mut kept = Kept::new(Files::from(files));
    let two = deployment("lab", true) + &deployment("prod", false);
    for text in [deployment("lab", false), two, deployment("prod", true), String::new()] {
        kept.put(of_deployments, Some(text.into_bytes()));
    }
    kept.put(of_deployments, None);
    kept.put(of_components, Some(components.replace("./trail", "./other").into_bytes()));
    kept.put(of_components, Some(components.into()));
    kept.put(of_components, None);
    assert!(kept.updates > 3, "{}", kept.updates);
}

/// Other truths, other names, calls of other modules, half of a text, and none.
fn changes(text: &str) -> Vec<String> {
    let half = text.floor_char_boundary(text.len() / 2);
    let all = [
        text.replace("true", "false"),
        text.replace("false", "true"),
        text.replace("source", "sauce"),
        text.replace("../", "./"),
        text.replace("Trail", "Tail"),
        text.replace("aws_cloudtrail", "aws_clouds"),
        format!("# trailint: ignore[unused] now\n{text}"),
        text[..half].to_owned(),
        String::new(),
    ];
    all.into_iter().filter(|changed| changed != text).collect()
}

#[test]
fn the_files_that_a_unit_reads_are_followed() {
    let module = "variable \"on\" {\n  type    = bool\n  default = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
                  enable_logging = var.on\n}\n";
    let unit = "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\nlocals {\n  env = \
                read_terragrunt_config(find_in_parent_folders(\"env.hcl\"))\n}\nterraform {\n  source = \
                \"../../modules/${local.env.locals.module}\"\n}\n";
    let root = |on: bool| format!("inputs = {{\n  on = {on}\n}}\n").into_bytes();
    let env = |module: &str| format!("locals {{\n  module = \"{module}\"\n}}\n").into_bytes();
    let stack = |source: &str, on: bool| {
        format!("unit \"u\" {{\n  source = \"{source}\"\n  path = \"u\"\n  values = {{ on = {on} }}\n}}\n").into_bytes()
    };
    let catalog = "terraform {\n  source = \"../../../modules/b\"\n}\ninputs = { on = values.on }\n";
    let files = [
        ("root.hcl".into(), root(false)),
        ("live/env.hcl".into(), env("a")),
        ("live/audit/terragrunt.hcl".into(), unit.into()),
        ("modules/a/main.tf".into(), module.into()),
        ("modules/b/main.tf".into(), module.into()),
        ("catalog/c/terragrunt.hcl".into(), catalog.into()),
        ("stack/terragrunt.stack.hcl".into(), stack("../catalog/c", false)),
    ];
    let mut kept = Kept::new(Files::from(files));
    let put = |kept: &mut Kept, path: &str, text: Option<Vec<u8>>| kept.put(Path::new(path), text);
    for on in [true, false, true] {
        put(&mut kept, "root.hcl", Some(root(on)));
    }
    for source in ["b", "missing", "a"] {
        put(&mut kept, "live/env.hcl", Some(env(source)));
    }
    for text in [Some(b"on = false\n".to_vec()), Some(b"on = true\n".to_vec()), None] {
        put(&mut kept, "live/audit/terraform.tfvars", text);
    }
    // A file that is nearer to the unit is found instead.
    for text in [Some(env("b")), None, Some(env("a"))] {
        put(&mut kept, "live/audit/../env.hcl", text);
    }
    for text in [Some(root(true)), None] {
        put(&mut kept, "live/root.hcl", text);
    }
    for text in [Some(stack("../catalog/c", true)), Some(stack("../catalog/none", true)), None] {
        put(&mut kept, "stack/terragrunt.stack.hcl", text);
    }
    put(&mut kept, "stack/terragrunt.stack.hcl", Some(stack("../catalog/c", false)));
    for on in ["true", "values.on", "false"] {
        put(&mut kept, "catalog/c/terragrunt.hcl", Some(catalog.replace("values.on", on).into()));
    }
    assert!(kept.updates > 6, "{}", kept.updates);
}
