//! Accepted and known findings: what stays one when code changes, and what is new.

mod history;
mod repository_states;

use std::collections::BTreeSet;

use super::cli::{err, status};
use super::repository::Repository;

const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n}\n";

/// The conditions of the control, without what is said of deployments as a whole.
const RULES: &str = "single-region-trail,stopped-trail,missing-management-events,excluded-event-sources";

/// The errors that count, each as `rule root address`.
fn new_findings(repository: &Repository, arguments: &[&str]) -> BTreeSet<String> {
    let all = [&["check", "-f", "json", "--select", RULES, "--config", "every-trail=true"], arguments].concat();
    let output = repository.run(&all);
    assert_ne!(status(&output), 2, "{}", err(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings =
        report["findings"].as_array().unwrap().iter().filter(|diagnostic| diagnostic["suppressed"].is_null());
    let each = findings.flat_map(|diagnostic| {
        let instances = diagnostic["deployments"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        instances
            .map(|one| format!("{} {} {}", text(&diagnostic["rule"]), text(&one["root"]), text(&one["address"])))
            .collect::<Vec<_>>()
    });
    each.collect()
}

/// A commit with its accepted findings, and what a change of it brings: by the baseline, and by comparison.
#[track_caller]
fn assert_new(repository: &Repository, change: impl Fn(&Repository), expected: &[&str]) {
    repository.commit();
    let _ = std::fs::remove_file(repository.root.join("accepted.json"));
    let created =
        ["baseline", "create", "--baseline", "accepted.json", "--select", RULES, "--config", "every-trail=true"];
    assert_eq!(status(&repository.run(&created)), 0);
    change(repository);
    repository.git(["add", "--all", "--force"]);
    repository.git(["reset", "--quiet", "accepted.json"]);
    let expected: BTreeSet<String> = expected.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(new_findings(repository, &["--diff-base", "HEAD", "--no-baseline"]), expected, "by comparison");
    assert_eq!(new_findings(repository, &["--scope", "staged", "--no-baseline"]), expected, "by what is staged");
    assert_eq!(new_findings(repository, &["--baseline", "accepted.json"]), expected, "by the baseline");
}

/// Trails of one module for each of these calls.
fn calls(names: &[&str]) -> String {
    names.iter().map(|name| format!("module \"{name}\" {{\n  source = \"./trail\"\n}}\n")).collect()
}

#[test]
fn each_caller_and_each_instance_is_accepted_by_itself() {
    let Some(repository) = Repository::new("each") else { return };
    repository.write("trail/main.tf", BAD).write("main.tf", calls(&["dev"]));
    let add = |repository: &Repository| {
        repository.write("main.tf", calls(&["dev", "prod"]));
    };
    assert_new(&repository, add, &["single-region-trail . module.prod.aws_cloudtrail.t"]);
    // The first of two goes, in whichever order they are written.
    for left in ["dev", "prod"] {
        repository.write("main.tf", calls(&["dev", "prod"]));
        assert_new(
            &repository,
            |repository| {
                repository.write("main.tf", calls(&[left]));
            },
            &[],
        );
    }
    repository.write("main.tf", calls(&["dev"]));
    let replace = |repository: &Repository| {
        repository.write("main.tf", calls(&["prod"]));
    };
    assert_new(&repository, replace, &["single-region-trail . module.prod.aws_cloudtrail.t"]);

    let each = |keys: &str| BAD.replace("{\n", &format!("{{\n  for_each = toset([{keys}])\n"));
    let Some(repository) = Repository::new("keys") else { return };
    repository.write("main.tf", each("\"b\""));
    let add = |repository: &Repository| {
        repository.write("main.tf", each("\"a\", \"b\""));
    };
    assert_new(&repository, add, &["single-region-trail . aws_cloudtrail.t[\"a\"]"]);
    assert_new(
        &repository,
        |repository| {
            repository.write("main.tf", each("\"b\""));
        },
        &[],
    );
    // A block without a key and its first instance are the same to Terraform.
    let count = |count: &str| BAD.replace("{\n", &format!("{{\n{count}"));
    repository.write("main.tf", count(""));
    let change = |repository: &Repository| {
        repository.write("main.tf", count("  count = 2\n"));
    };
    assert_new(&repository, change, &["single-region-trail . aws_cloudtrail.t[1]"]);
}

#[test]
fn each_deployment_is_accepted_by_itself() {
    let Some(repository) = Repository::new("deployments") else { return };
    let root = "module \"trail\" {\n  source = \"../trail\"\n}\n";
    repository.write("trail/main.tf", BAD).write("dev/main.tf", root);
    let add = |repository: &Repository| {
        repository.write("prod/main.tf", root);
    };
    assert_new(&repository, add, &["single-region-trail prod module.trail.aws_cloudtrail.t"]);
    let stack = |logging: bool| {
        format!(
            "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: {logging}\n      \
             S3BucketName: logs\n      IsMultiRegionTrail: true\n      IncludeGlobalServiceEvents: true\n"
        )
    };
    repository.write("one.yaml", stack(false));
    let copy = |repository: &Repository| {
        repository.write("two.yaml", stack(false));
    };
    assert_new(&repository, copy, &["stopped-trail two.yaml Trail"]);
}

#[test]
fn a_worse_result_is_new() {
    let basic = |body: &str| {
        format!(
            "resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = true\n  event_selector {{\n{body}  }}\n}}\n"
        )
    };
    let exclude = |sources: &str| basic(&format!("    exclude_management_event_sources = [{sources}]\n"));
    let (kms, rds) = (exclude("\"kms.amazonaws.com\""), exclude("\"rdsdata.amazonaws.com\""));
    let both = exclude("\"kms.amazonaws.com\", \"rdsdata.amazonaws.com\"");
    let (writes, reads) =
        (basic("    read_write_type = \"WriteOnly\"\n"), basic("    read_write_type = \"ReadOnly\"\n"));
    let nothing = basic("    include_management_events = false\n");
    let advanced = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n  advanced_event_selector {\n    \
         field_selector {\n      field  = \"eventCategory\"\n      equals = [\"Management\"]\n    }\n    field_selector {\n      \
         field      = \"eventSource\"\n      not_equals = [\"kms.amazonaws.com\"]\n    }\n  }\n}\n";
    let (ordinary, excluded) =
        ("missing-management-events . aws_cloudtrail.t", "excluded-event-sources . aws_cloudtrail.t");
    for (before, after, expected) in [
        (&kms, &both, vec![excluded]),
        (&both, &kms, vec![]),
        (&kms, &rds, vec![excluded]),
        (&writes, &reads, vec![ordinary]),
        (&reads, &nothing, vec![ordinary]),
        (&nothing, &reads, vec![]),
        // Other words for the same loss, and another rule for a part of it.
        (&kms, &advanced.to_owned(), vec![]),
        (&nothing, &both, vec![]),
        (&writes, &kms, vec![excluded]),
        (&both, &writes, vec![ordinary]),
    ] {
        let Some(repository) = Repository::new("worse") else { return };
        repository.write("main.tf", before);
        assert_new(
            &repository,
            |repository| {
                repository.write("main.tf", after);
            },
            &expected,
        );
    }
}

#[test]
fn a_baseline_of_an_older_version_accepts_by_name() {
    let Some(repository) = Repository::new("older") else { return };
    let trail = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n  event_selector {\n    \
         exclude_management_event_sources = [\"kms.amazonaws.com\"]\n  }\n}\n";
    repository.write("main.tf", trail).commit();
    let entry = "{\"fingerprint\": \"v1:excluded-event-sources:.:aws_cloudtrail.t:\
         event_selector%5B0%5D.exclude_management_event_sources\", \"subject\": \".\", \"level\": \"error\", \
         \"outcome\": \"fail\", \"message\": \"\"}";
    repository.write("accepted.json", format!("{{\"version\": 1, \"findings\": [{entry}]}}"));
    assert!(new_findings(&repository, &["--no-baseline"]).len() == 1);
    assert!(new_findings(&repository, &["--baseline", "accepted.json"]).is_empty());
    let wrong = entry.replace("\"message\"", "\"lost\": [\"kms\"], \"message\"");
    repository.write("accepted.json", format!("{{\"version\": 1, \"findings\": [{wrong}]}}"));
    let output = repository.run(&["check", "--baseline", "accepted.json"]);
    assert!(status(&output) == 2 && err(&output).contains("`kms:read`"), "{}", err(&output));
}

#[test]
fn a_moved_block_takes_findings_along() {
    let moved = |from: &str, to: &str| format!("moved {{\n  from = {from}\n  to   = {to}\n}}\n");
    let renamed = BAD.replace("\"t\" {", "\"renamed\" {");
    let Some(repository) = Repository::new("blocks") else { return };
    repository.write("main.tf", BAD);
    let rename = |repository: &Repository| {
        repository.write("main.tf", &renamed);
    };
    assert_new(&repository, rename, &["single-region-trail . aws_cloudtrail.renamed"]);
    repository.write("main.tf", BAD);
    let rename = |repository: &Repository| {
        let blocks = moved("aws_cloudtrail.t", "aws_cloudtrail.middle")
            + &moved("aws_cloudtrail.middle", "aws_cloudtrail.renamed");
        repository.write("main.tf", format!("{renamed}{blocks}"));
    };
    assert_new(&repository, rename, &[]);
    // In the JSON syntax, in a module, and of a call with keys.
    let json = "{\"moved\": {\"from\": \"aws_cloudtrail.t\", \"to\": \"aws_cloudtrail.renamed\"}, \
                \"resource\": {\"aws_cloudtrail\": {\"renamed\": {}}}}";
    repository.write("trail/main.tf", BAD).write("main.tf", calls(&["dev", "prod"]));
    let rename = |repository: &Repository| {
        repository.write("trail/main.tf", "").write("trail/main.tf.json", json);
    };
    assert_new(&repository, rename, &[]);
    let rename = |repository: &Repository| {
        let call = "module \"all\" {\n  source = \"./trail\"\n  for_each = toset([\"dev\", \"prod\"])\n}\n";
        let blocks = moved("module.dev", "module.all[\"dev\"]");
        repository.write("main.tf", format!("{call}{blocks}"));
    };
    assert_new(&repository, rename, &["single-region-trail . module.all[\"prod\"].aws_cloudtrail.renamed"]);
    // What a block says to have moved is still there, so the other one is new.
    let Some(repository) = Repository::new("copied") else { return };
    repository.write("main.tf", BAD);
    let copy = |repository: &Repository| {
        let blocks = moved("aws_cloudtrail.t", "aws_cloudtrail.renamed");
        repository.write("main.tf", format!("{BAD}{renamed}{blocks}"));
    };
    assert_new(&repository, copy, &["single-region-trail . aws_cloudtrail.renamed"]);
}

#[test]
fn what_is_wrapped_into_a_module_stays_what_it_was() {
    let Some(repository) = Repository::new("wrapped") else { return };
    let trail = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.wide\n}\nvariable \"wide\" {}\n";
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./trail\"\n  wide   = false\n}}\n");
    repository.write("main.tf", BAD.replace("name = \"t\"", "is_multi_region_trail = false"));
    let wrap = |repository: &Repository| {
        repository.write("trail/main.tf", trail).write("main.tf", call("audit"));
    };
    assert_new(&repository, wrap, &[]);
    let unwrap = |repository: &Repository| {
        repository.remove("trail/main.tf").write("main.tf", BAD);
    };
    assert_new(&repository, unwrap, &[]);
    // One of two calls takes its place.
    let twice = |repository: &Repository| {
        repository.write("trail/main.tf", trail).write("main.tf", call("audit") + &call("other"));
    };
    assert_new(&repository, twice, &["single-region-trail . module.other.aws_cloudtrail.t"]);
    // It is still where it was, too.
    repository.remove("trail/main.tf").write("main.tf", BAD);
    let copy = |repository: &Repository| {
        repository.write("trail/main.tf", trail).write("main.tf", call("audit") + BAD);
    };
    assert_new(&repository, copy, &["single-region-trail . module.audit.aws_cloudtrail.t"]);
    // A template becomes a nested one.
    let Some(repository) = Repository::new("nested") else { return };
    let template = "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: false\n      \
                    S3BucketName: logs\n      IsMultiRegionTrail: true\n      IncludeGlobalServiceEvents: true\n";
    let parent =
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: child.yaml }\n";
    repository.write("main.yaml", template);
    let nest = |repository: &Repository| {
        repository.write("child.yaml", template).write("main.yaml", parent);
    };
    assert_new(&repository, nest, &[]);
}

#[test]
fn renamed_directories_and_templates_stay_what_they_were() {
    let Some(repository) = Repository::new("directories") else { return };
    let root = "module \"trail\" {\n  source = \"../../modules/trail\"\n}\n";
    let template = "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: false\n      \
                    S3BucketName: logs\n      IsMultiRegionTrail: true\n      IncludeGlobalServiceEvents: true\n";
    repository.write("modules/trail/main.tf", BAD).write("envs/dev/main.tf", root).write("envs/prod/main.tf", root);
    repository.write("stacks/trail.yaml", template).write("app/main.tf", BAD);
    let rename = |repository: &Repository| {
        repository.git(["mv", "envs", "live"]);
        repository.git(["mv", "stacks/trail.yaml", "audit.yaml"]);
        repository.git(["mv", "app", "application"]);
        // The file of a trail changes elsewhere at the same time.
        repository.write("application/main.tf", format!("# moved\n{BAD}output \"x\" {{ value = 1 }}\n"));
    };
    assert_new(&repository, rename, &[]);
    // A rename and a copy: one of them is new.
    let copy = |repository: &Repository| {
        repository.git(["mv", "application", "last"]);
        repository.write("more/main.tf", BAD);
    };
    assert_new(&repository, copy, &["single-region-trail more aws_cloudtrail.t"]);
    // The deployment is still there, so the other one is new.
    let copy = |repository: &Repository| {
        repository.write("copy/main.tf", BAD);
    };
    assert_new(&repository, copy, &["single-region-trail copy aws_cloudtrail.t"]);
    let shown = repository.run(&["check", "copy", "--baseline", "accepted.json"]);
    assert_eq!(status(&shown), 1, "what isn't checked is there all the same");
    // It gets worse on the way.
    let worse = BAD.replace("name", "enable_logging = false\n  name");
    let rename = |repository: &Repository| {
        repository.git(["mv", "last", "least"]);
        repository.write("least/main.tf", &worse);
    };
    let new = ["single-region-trail least aws_cloudtrail.t", "stopped-trail least aws_cloudtrail.t"];
    assert_new(&repository, rename, &new);
}

#[test]
fn a_directory_whose_name_has_a_mark_is_still_there() {
    let Some(repository) = Repository::new("marks") else { return };
    repository.write("last#1/main.tf", BAD).commit();
    assert_eq!(status(&repository.run(&["baseline", "create", "--baseline", "accepted.json"])), 0);
    repository.write("copy/main.tf", BAD);
    let shown = repository.run(&["check", "copy", "--baseline", "accepted.json"]);
    assert_eq!(status(&shown), 1, "{}", err(&shown));
}

#[test]
fn what_is_said_of_a_file_follows_its_name() {
    let Some(repository) = Repository::new("files") else { return };
    let misspelt = format!("# trailint: ignore[stopped-trial] soon\n{BAD}");
    repository.write("old/main.tf", &misspelt).commit();
    repository.git(["mv", "old", "new"]);
    let check = ["check", "--diff-base", "HEAD", "-f", "concise"];
    assert_eq!(super::cli::out(&repository.run(&check)), "");
    repository.write("next/main.tf", &misspelt);
    let said = super::cli::out(&repository.run(&check));
    assert!(said.starts_with("next/main.tf:1:1: warning[unknown-rule]"), "{said}");
}

#[test]
fn the_first_caller_of_what_was_a_deployment_takes_its_findings_over() {
    let Some(repository) = Repository::new("first-caller") else { return };
    repository.write("trail/main.tf", BAD);
    for (caller, source) in [("main.tf", "./trail"), ("envs/p/main.tf", "../../trail")] {
        let call = |names: &[&str]| calls(names).replace("./trail", source);
        let one = |repository: &Repository| {
            repository.write(caller, call(&["dev"]));
        };
        assert_new(&repository, one, &[]);
        let stale = repository.run(&["check", "--baseline", "accepted.json", "--select", RULES]);
        assert!(!err(&stale).contains("prune"), "{}", err(&stale));
        repository.remove(caller);
        // Another one is new.
        let two = |repository: &Repository| {
            repository.write(caller, call(&["dev", "prod"]));
        };
        let root = caller.strip_suffix("/main.tf").unwrap_or(".");
        assert_new(&repository, two, &[&format!("single-region-trail {root} module.prod.aws_cloudtrail.t")]);
        repository.remove(caller);
    }
    // A root that the settings name stays one, so its caller is new.
    repository.write("trailint.toml", "[[root]]\npath = \"trail\"\n");
    let call = |repository: &Repository| {
        repository.write("main.tf", calls(&["dev"]));
    };
    assert_new(&repository, call, &["single-region-trail . module.dev.aws_cloudtrail.t"]);
    // The caller has trails of its own, and is called by another one in its turn.
    let Some(repository) = Repository::new("caller-of-caller") else { return };
    let own = BAD.replace("\"t\" {", "\"own\" {");
    repository.write("trail/main.tf", BAD).write("app/main.tf", &own);
    let call = |repository: &Repository| {
        repository.write("app/main.tf", format!("{own}{}", calls(&["dev"]).replace("./trail", "../trail")));
    };
    assert_new(&repository, call, &[]);
    let call = |repository: &Repository| {
        repository.write("main.tf", calls(&["all"]).replace("./trail", "./app"));
    };
    assert_new(&repository, call, &[]);
    let take_back = |repository: &Repository| {
        repository.write("main.tf", "locals {}").write("app/main.tf", &own);
    };
    assert_new(&repository, take_back, &[]);
}

#[test]
fn the_first_stack_of_a_template_takes_its_findings_over() {
    let template = "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: false\n      \
                    S3BucketName: logs\n      IsMultiRegionTrail: true\n      IncludeGlobalServiceEvents: true\n";
    let stack = "Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: child.yaml }\n";
    let set = "Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: s\n      \
               PermissionModel: SELF_MANAGED\n      TemplateURL: child.yaml\n      StackInstancesGroup:\n        \
               - { Regions: [eu-west-1], DeploymentTargets: { Accounts: ['111122223333'] } }\n";
    for child in [stack, set] {
        let Some(repository) = Repository::new("first-stack") else { return };
        repository.write("child.yaml", template);
        let one = |repository: &Repository| {
            repository.write("parent.yaml", format!("Resources:\n  One:\n    {child}"));
        };
        assert_new(&repository, one, &[]);
        let two = |repository: &Repository| {
            repository.write("parent.yaml", format!("Resources:\n  One:\n    {child}  Two:\n    {child}"));
        };
        assert_new(&repository, two, &["stopped-trail parent.yaml Two/Trail"]);
    }
}

#[test]
fn a_trail_that_moves_to_another_deployment_stays_what_it_was() {
    let Some(repository) = Repository::new("handed-over") else { return };
    repository.write("a/main.tf", BAD).write("b/main.tf", BAD.replace("\"t\" {", "\"own\" {"));
    let move_on = |repository: &Repository| {
        repository.write("a/main.tf", "locals {}").write("c/main.tf", BAD);
    };
    assert_new(&repository, move_on, &[]);
    // Both deployments had trails, and one of them still has.
    let move_on = |repository: &Repository| {
        repository.write("c/main.tf", "locals {}").write("b/more.tf", BAD);
    };
    assert_new(&repository, move_on, &[]);
    let move_back = |repository: &Repository| {
        repository.remove("b/more.tf").write("a/main.tf", BAD);
    };
    assert_new(&repository, move_back, &[]);
    // One of two copies has moved, and the other is new.
    let twice = |repository: &Repository| {
        repository.write("a/main.tf", "locals {}").write("d/main.tf", BAD).write("e/main.tf", BAD);
    };
    assert_new(&repository, twice, &["single-region-trail e aws_cloudtrail.t"]);
    // What this run doesn't evaluate is there all the same.
    let Some(repository) = Repository::new("excluded") else { return };
    repository.write("a/main.tf", BAD);
    repository.commit();
    assert_eq!(status(&repository.run(&["baseline", "create", "--baseline", "accepted.json", "--select", RULES])), 0);
    repository.write("c/main.tf", BAD);
    for arguments in [&["--exclude", "a"][..], &["c"], &["c/main.tf"]] {
        let new = new_findings(&repository, &[&["--baseline", "accepted.json"], arguments].concat());
        assert_eq!(new, BTreeSet::from(["single-region-trail c aws_cloudtrail.t".to_owned()]), "{arguments:?}");
    }
    repository.write("a/main.tf", "locals {}");
    for arguments in [&[][..], &["a", "c"], &["a/main.tf", "c/main.tf"]] {
        let new = new_findings(&repository, &[&["--baseline", "accepted.json"], arguments].concat());
        assert_eq!(new, BTreeSet::new(), "{arguments:?}");
    }
}

#[test]
fn what_is_not_tracked_stays_behind() {
    // What isn't tracked stays behind when a directory gets another name.
    let Some(repository) = Repository::new("left-behind") else { return };
    repository.write("old/main.tf", BAD).write("old/apply.log", "");
    let rename = |repository: &Repository| {
        repository.remove("old/main.tf").write("new/main.tf", BAD);
    };
    assert_new(&repository, rename, &[]);
}

#[test]
fn a_second_caller_of_what_a_comment_accepts_weakens_nothing() {
    let Some(repository) = Repository::new("second") else { return };
    let accepted = format!("# trailint: ignore[single-region-trail] replaced soon\n{BAD}");
    repository.write("trail/main.tf", &accepted).write("main.tf", calls(&["dev"])).commit();
    repository.write("main.tf", calls(&["dev", "prod"]));
    let output = repository.run(&["check", "--diff-base", "HEAD"]);
    assert_eq!(status(&output), 0, "{}{}", String::from_utf8_lossy(&output.stdout), err(&output));
    // In a tree that nobody trusts, it accepts what it accepted.
    assert_eq!(
        new_findings(&repository, &["--diff-base", "HEAD", "--locked"]),
        BTreeSet::from(["single-region-trail . module.prod.aws_cloudtrail.t".to_owned()])
    );
    // A comment of its own is another one.
    let other = calls(&["prod"]).replace("module", "# trailint: ignore[single-region-trail] mine\nmodule");
    repository.write("trail/main.tf", BAD).write("main.tf", format!("{}{}", calls(&["dev"]), other)).commit();
    repository.write("main.tf", format!("{}{other}{}", calls(&["dev"]), other.replace("prod", "test")));
    let output = repository.run(&["check", "--diff-base", "HEAD", "-f", "concise"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches("weakened-gate").count(), 1);
}

#[test]
fn a_part_of_a_finding_is_told_without_the_other() {
    let Some(repository) = Repository::new("parts") else { return };
    repository.write("trail/main.tf", BAD).write("main.tf", calls(&["a", "b"])).commit();
    repository.write("main.tf", calls(&["a", "b", "c", "d"]));
    let output = repository.run(&["check", "--diff-base", "HEAD", "--min-level", "error"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("trail `module.c.aws_cloudtrail.t` (and 1 more) records one Region only"), "{text}");
    assert!(text.contains("the same applies to `module.d.aws_cloudtrail.t`"), "{text}");
    assert!(!text.contains("module.a.") && !text.contains("module.b."), "{text}");
    let junit = repository.run(&["check", "--diff-base", "HEAD", "-f", "junit", "--select", "single-region-trail"]);
    let junit = String::from_utf8_lossy(&junit.stdout).into_owned();
    assert_eq!((junit.matches("<failure").count(), junit.matches("<skipped").count()), (2, 2), "{junit}");
}
