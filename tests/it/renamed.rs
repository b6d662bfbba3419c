//! Former names of options, settings and rules are still accepted.

use super::cli::{Scratch, err, out, status};

const FORMER: &str = "bpa-implicit";
const PRESENT: &str = "implicit-public-access-block";

/// A trail whose bucket has no public access block.
const CODE: &str = "resource \"aws_s3_bucket\" \"logs\" {}\n\nresource \"aws_cloudtrail\" \"t\" {\n  \
                    s3_bucket_name = aws_s3_bucket.logs.id\n}\n";

/// A trail of which it is unknown if it is multi-Region.
const UNKNOWN: &str = "variable \"m\" {}\n\nresource \"aws_cloudtrail\" \"t\" {\n  \
                       is_multi_region_trail = var.m\n}\n";

fn write(scratch: &Scratch, name: &str, text: &str) {
    std::fs::write(scratch.path(name), text).unwrap();
}

#[test]
fn unresolved_is_the_former_name_of_unknown() {
    let scratch = Scratch::new("former-option", &[("main.tf", UNKNOWN)]);
    let run = |option: &str| status(&scratch.run(&["check", "--select", "single-region-trail", option, "fail"]));
    assert_eq!((run("--unknown"), run("--unresolved")), (1, 1));
    let with = |variables: &[(&str, &str)]| {
        let mut command = scratch.command(&["check", "--select", "single-region-trail"]);
        variables.iter().for_each(|(name, value)| {
            command.env(name, value);
        });
        status(&command.output().unwrap())
    };
    let (former, present) = ("TRAILINT_UNRESOLVED", "TRAILINT_UNKNOWN");
    assert_eq!((with(&[]), with(&[(former, "fail")]), with(&[(present, "fail")])), (0, 1, 1));
    assert_eq!(with(&[(former, "fail"), (present, "warn")]), 0);
    assert_eq!(with(&[(former, "fail"), (present, "")]), 1);
    let help = out(&scratch.run(&["check", "--help"]));
    assert!(help.contains("--unknown") && !help.contains("unresolved"), "{help}");
}

#[test]
fn unresolved_is_the_former_key_of_unknown() {
    let scratch = Scratch::new(
        "former-key",
        &[
            ("main.tf", UNKNOWN),
            ("base.toml", "unresolved = \"fail\"\n"),
            ("trailint.toml", "extend = \"base.toml\"\nselect = [\"single-region-trail\"]\n"),
        ],
    );
    assert_eq!(status(&scratch.run(&["check"])), 1);
    assert_eq!(status(&scratch.run(&["check", "--config", "unknown=\"warn\""])), 0);
    let shown = out(&scratch.run(&["config", "show"]));
    assert!(shown.contains("unknown = \"fail\" # base.toml:1:1"), "{shown}");
    // A layer with the new name replaces the value of one with the old name.
    write(
        &scratch,
        "trailint.toml",
        "extend = \"base.toml\"\nunknown = \"warn\"\nselect = [\"single-region-trail\"]\n",
    );
    assert_eq!(status(&scratch.run(&["check"])), 0);
    write(&scratch, "trailint.toml", "unknown = \"warn\"\nunresolved = \"warn\"\n");
    assert_eq!(status(&scratch.run(&["check"])), 2);
}

#[test]
fn options_accept_the_former_id_of_a_rule() {
    let scratch = Scratch::new("former-id", &[("main.tf", CODE)]);
    for (arguments, option) in [
        (&["--select", FORMER][..], "--select"),
        (&["--select", "stopped-trail", "--extend-select", FORMER], "--extend-select"),
        (&["--select", PRESENT, "--enforce", FORMER], "--enforce"),
    ] {
        let output = scratch.run(&[&["check", "-f", "concise"], arguments].concat());
        assert!(out(&output).contains(&format!("note[{PRESENT}]")), "{}", out(&output));
        let hint = format!("warning: `{FORMER}` in `{option}` is now `{PRESENT}`; use the new id\n");
        assert!(err(&output).contains(&hint), "{}", err(&output));
    }
    let both = format!("{PRESENT},stopped-trail");
    let ignored = scratch.run(&["check", "-f", "concise", "--select", &both, "--ignore", FORMER]);
    assert!(!out(&ignored).contains(PRESENT) && err(&ignored).contains("`--ignore`"), "{}", out(&ignored));
    let raised = scratch.run(&["check", "-f", "concise", "--select", PRESENT, "--level", "bpa-implicit=error"]);
    assert!(out(&raised).contains(&format!("error[{PRESENT}]")), "{}", out(&raised));
    let explained = scratch.run(&["explain", FORMER]);
    assert!(out(&explained).starts_with(PRESENT), "{}", out(&explained));
    assert_eq!(err(&explained), format!("warning: `{FORMER}` is now `{PRESENT}`; use the new id\n"));
    assert!(!err(&scratch.run(&["check", "--select", PRESENT])).contains("is now"));
}

#[test]
fn settings_accept_the_former_id_of_a_rule() {
    let scratch = Scratch::new("former-settings", &[("main.tf", CODE)]);
    let check = |settings: &str| {
        write(&scratch, "trailint.toml", settings);
        let output = scratch.run(&["check", "-f", "concise"]);
        let hint = format!("warning: `{FORMER}` in `trailint.toml` is now `{PRESENT}`; use the new id\n");
        assert!(err(&output).contains(&hint), "{}", err(&output));
        out(&output)
    };
    let both = "select = [\"implicit-public-access-block\", \"stopped-trail\", \"unused-ignore\"]\n";
    assert!(
        check("select = [\"implicit-public-access-block\"]\nlevels = { bpa-implicit = \"error\" }\n")
            .contains(&format!("error[{PRESENT}]"))
    );
    assert!(check("select = [\"bpa-implicit\"]\n").contains(&format!("note[{PRESENT}]")));
    assert!(!check(&format!("{both}ignore = [\"bpa-implicit\"]\n")).contains(PRESENT));
    let accepted = check(&format!("{both}[[ignore]]\nrule = \"bpa-implicit\"\nreason = \"the account blocks it\"\n"));
    assert!(!accepted.contains(PRESENT) && !accepted.contains("unused-ignore"), "{accepted}");
    // A later layer with the new id replaces the level that an earlier one gives the old id, and the other way round.
    write(
        &scratch,
        "base.toml",
        "select = [\"implicit-public-access-block\"]\nlevels = { implicit-public-access-block = \"error\" }\n",
    );
    let lowered = check("extend = \"base.toml\"\nlevels = { bpa-implicit = \"warning\" }\n");
    assert!(lowered.contains(&format!("warning[{PRESENT}]")), "{lowered}");
}

#[test]
fn comments_accept_the_former_id_of_a_rule() {
    let comment = format!("# trailint: ignore[{FORMER}] the account blocks it\n{CODE}");
    let template = "Resources:\n  Logs:\n    Type: AWS::S3::Bucket\n    Metadata:\n      trailint:\n        ignore:\n          \
                    - { rule: bpa-implicit, reason: the account blocks it }\n  Audit:\n    Type: AWS::CloudTrail::Trail\n    \
                    Properties:\n      S3BucketName: !Ref Logs\n      IsLogging: true\n";
    for (name, text) in [("main.tf", comment.as_str()), ("t.yaml", template)] {
        let scratch = Scratch::new("former-comment", &[(name, text)]);
        let rules = format!("{PRESENT},unknown-rule,unused-ignore");
        let output = out(&scratch.run(&["check", "-f", "concise", "--select", &rules]));
        assert!(!output.contains(&format!("[{PRESENT}]")) && !output.contains("unused-ignore"), "{output}");
        let hint = format!("note[unknown-rule] `{FORMER}` is the former id of `{PRESENT}`");
        assert!(output.contains(&hint), "{output}");
    }
    // The fix of an unused comment finds the former id in its list.
    let two = "resource \"aws_cloudtrail\" \"t\" {\n  # trailint: ignore[single-region-trail, bpa-implicit] pilot\n  \
               is_multi_region_trail = false\n}\n";
    let scratch = Scratch::new("former-unused", &[("main.tf", two)]);
    scratch.run(&["check", "--fix"]);
    let fixed = std::fs::read_to_string(scratch.path("main.tf")).unwrap();
    assert!(fixed.contains("ignore[single-region-trail] pilot"), "{fixed}");
}

#[test]
fn a_baseline_with_the_former_id_of_a_rule_matches() {
    let scratch = Scratch::new("former-baseline", &[("main.tf", CODE)]);
    scratch.run(&["baseline", "create", "--select", PRESENT]);
    let file = scratch.path(".trailint-baseline.json");
    let present = std::fs::read_to_string(&file).unwrap();
    assert!(present.contains(&format!("v1:{PRESENT}:")), "{present}");
    write(&scratch, ".trailint-baseline.json", &present.replace(PRESENT, FORMER));
    let output = scratch.run(&["check", "-f", "concise", "--select", PRESENT]);
    assert_eq!(out(&output), "");
    let hint = format!(
        "warning: `{FORMER}` in `.trailint-baseline.json` is now `{PRESENT}`; run `trailint baseline update`\n"
    );
    assert!(err(&output).contains(&hint) && err(&output).contains("1 suppressed"), "{}", err(&output));
    scratch.run(&["baseline", "update", "--select", PRESENT]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), present);
}
