//! The program as a user runs it: arguments, streams, exit status.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const BAD: &str =
    "resource \"aws_cloudtrail\" \"t\" {\n  kms_key_id = \"k\"\n  enable_log_file_validation = true\n}\n";
const OPEN: &str = "variable \"m\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n";
pub(crate) const GOOD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n}\n";

/// The formats that need no options; `outputs/asff.rs` has the tests of `asff`.
#[rustfmt::skip]
pub(crate) const FORMATS: [&str; 14] = [
    "full", "concise", "json", "json-lines", "sarif", "sarif-alerts", "github", "gitlab", "junit", "checkstyle",
    "rdjson", "azure", "markdown", "html",
];

/// A directory of its own that goes away with the test.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let directory = std::env::temp_dir().join(format!("trailint-{process}-{number}-{name}"));
        std::fs::create_dir(&directory).unwrap();
        for (path, text) in files {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(directory.canonicalize().unwrap())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The program without an environment and without wrapped lines.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailint"));
        command.args(arguments).current_dir(&self.0).env_clear().env("COLUMNS", UNWRAPPED);
        command
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A width at which no text is wrapped.
pub(crate) const UNWRAPPED: &str = "10000";

pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn exit_status_by_what_was_found() {
    let spare = format!("{GOOD}{}", BAD.replace("\"t\"", "\"spare\""));
    let regional =
        BAD.replace("  kms", "  for_each = toset([\"us-east-1\", \"eu-west-1\"])\n  region = each.key\n  kms");
    let files = [
        ("regional/a.tf", regional.as_str()),
        ("bad/a.tf", BAD),
        ("open/a.tf", OPEN),
        ("good/a.tf", GOOD),
        ("none/a.tf", ""),
        ("spare/a.tf", &spare),
    ];
    let scratch = Scratch::new("status", &files);
    #[rustfmt::skip]
    let cases: &[(&[&str], i32)] = &[
        (&["good"], 0),
        (&["good", "--fail-on", "warning"], 1),
        (&["bad"], 1),
        (&["bad", "--fail-on", "never"], 0),
        (&["bad", "--ignore", "single-region-trail"], 1),
        (&["bad", "--ignore", "single-region-trail,no-compliant-trail"], 0),
        (&["bad", "--select", "stopped-trail"], 0),
        (&["bad", "--select", "all"], 1),
        (&["open"], 0),
        (&["open", "--unknown", "fail"], 1),
        (&["none"], 0),
        (&["none", "--require-trail"], 1),
        (&["none", "--require-inputs"], 0),
        (&["missing"], 2),
        (&["good", "missing"], 2),
        (&["--select", "nonsense"], 2),
        (&["--ignore", "syntax-error"], 2),
        (&["good", "--config", "selector-policy=literal"], 0),
        (&["good", "--compliance", "cis-aws-5.0"], 0),
        (&["good", "--compliance", "cis-aws"], 2),
        (&["spare"], 0),
        (&["spare", "--config", "every-trail=true"], 1),
        (&["good", "good", "--stdin-filename", "a.tf"], 2),
        (&["-", "-"], 2),
        (&["regional"], 1),
        (&["regional", "--regions", "us-east-1,eu-west-1"], 0),
        (&["regional", "--regions", "us-east-1, eu-west-1 "], 0),
        (&["regional", "--regions", " "], 2),
        (&["regional", "--regions", "us-east-1", "--regions", "eu-west-1"], 0),
        (&["regional", "--config", "regions=[\"us-east-1\", \"eu-west-1\"]"], 0),
        (&["regional", "--config", "regions=[]"], 1),
        (&["regional", "--config", "regions=[\"us-east-1\"]", "--regions", "ap-south-1"], 1),
        (&["regional", "--regions", "us-east-1,eu-west-1", "--config", "every-trail=true"], 1),
        (&["bad", "--regions", "us-east-1"], 0),
        (&["bad", "--regions", "us-east-1", "--unknown", "fail"], 1),
        (&["bad", "--regions", "us-east-1", "--region", "us-east-1", "--unknown", "fail"], 0),
        (&["bad", "--regions", "us-east-1,eu-west-1"], 1),
        (&["--config", "selector-policy"], 2),
        (&["--config", "selector-policy=loose"], 2),
        (&["--config", "selector-policy=\"loose\""], 2),
        (&["--config", "selector-polcy=\"literal\""], 2),
        (&["--no-such-flag"], 2),
        (&["--format", "poem"], 2),
        (&["bad", "-o", "json=missing/report.json"], 2),
        (&["bad", "--min-level", "error", "--fail-on", "warning", "--ignore", "single-region-trail"], 1),
    ];
    for (arguments, expected) in cases {
        let output = scratch.run(&[&["check"], *arguments].concat());
        assert_eq!(status(&output), *expected, "{arguments:?}\n{}{}", out(&output), err(&output));
    }
}

#[test]
fn exit_status_is_the_same_for_every_format() {
    let files =
        [("bad/a.tf", BAD), ("open/a.tf", OPEN), ("good/a.tf", GOOD), ("none/a.tf", ""), ("torn/a.tf", &BAD[..50])];
    let scratch = Scratch::new("formats", &files);
    let cases: &[(&[&str], i32)] = &[
        (&["good"], 0),
        (&["bad", "--fail-on", "never"], 0),
        (&["open"], 0),
        (&["none"], 0),
        (&["bad"], 1),
        (&["good", "--fail-on", "warning"], 1),
        (&["open", "--unknown", "fail", "--min-level", "error"], 1),
        (&["torn"], 1),
        (&["none", "--require-trail"], 1),
        (&["bad", "missing"], 2),
        (&["bad", "--select", "nonsense"], 2),
        (&["bad", "-o", "json=missing/report.json"], 2),
    ];
    for format in FORMATS {
        for (arguments, expected) in cases {
            let output = scratch.run(&[&["check", "--format", format], *arguments].concat());
            assert_eq!(status(&output), *expected, "{format}, {arguments:?}\n{}{}", out(&output), err(&output));
            assert!(*expected != 2 || output.stdout.is_empty(), "{format}, {arguments:?}\n{}", out(&output));
        }
    }
}

#[test]
fn what_stands_for_a_text_is_told() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    let scratch = Scratch::new("pointer", &[("a.tf", pointer), ("b.txt", pointer)]);
    let said =
        "a.tf: error[unreadable-file] `a.tf` can't be read: a Git LFS pointer; run `git lfs pull` to get the file\n";
    let output = scratch.run(&["check", "-q", "-f", "concise"]);
    assert_eq!((status(&output), out(&output).as_str()), (1, said));
}

#[test]
fn nothing_checked_is_said_in_words() {
    let scratch = Scratch::new("nothing", &[("a.tf", ""), ("b.yaml", "a: 1\n"), ("empty/c.txt", "")]);
    let output = scratch.run(&["check"]);
    assert_eq!((out(&output).as_str(), status(&output)), ("", 0));
    assert_eq!(err(&output), "No CloudTrail trail found in 2 files; nothing was checked.\n");
    assert_eq!(
        err(&scratch.run(&["check", "empty"])),
        "No Terraform or CloudFormation file found; nothing was checked.\n"
    );
    let output = scratch.run(&["check", "empty", "--require-inputs"]);
    assert_eq!(status(&output), 2);
    assert_eq!(
        err(&output),
        "error: no Terraform or CloudFormation file found in empty (required by `--require-inputs`)\n"
    );
    assert_eq!(err(&scratch.run(&["check", "-q"])), "");
}

#[test]
fn what_ignore_files_hide_is_named() {
    let template = r#"{"Resources": {"T": {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": false}}}}"#;
    let files =
        [(".ignore", "cdk.out\nold\n"), ("cdk.out/a.template.json", template), ("old/a.tf", GOOD), ("old/b.txt", "")];
    let scratch = Scratch::new("ignored", &files);
    let output = scratch.run(&["check"]);
    assert_eq!(status(&output), 0);
    assert_eq!(
        err(&output),
        "Nothing was checked. 2 files are ignored (`--no-respect-gitignore`).\n\
         `cdk.out/a.template.json` mentions a trail and is ignored (`--no-respect-gitignore`).\n\
         1 ignored file mentions a trail (`--no-respect-gitignore`).\n"
    );
    let output = scratch.run(&["check", "--no-respect-gitignore", "cdk.out"]);
    assert_eq!(status(&output), 1);
    assert!(out(&output).contains("in the source: "), "{}", out(&output));
    assert!(!err(&output).contains("--fix"), "{}", err(&output));
}

#[test]
fn a_run_that_judges_nothing_has_no_required_trail() {
    let scratch = Scratch::new(
        "nothing-required",
        &[("empty/c.txt", ""), ("a.json", r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}"#)],
    );
    let output = scratch.run(&["check", "--require-trail", "-f", "concise", "empty"]);
    assert_eq!(status(&output), 1);
    assert!(out(&output).starts_with(".: error[no-compliant-trail] nothing was checked"), "{}", out(&output));
    assert_eq!(status(&scratch.run(&["check", "--require-trail", "a.json"])), 1);
    assert_eq!(status(&scratch.run(&["check", "empty"])), 0);
}

#[test]
fn a_required_trail_may_be_declared_and_never_created() {
    let template = "Conditions: {C: !Equals [a, b]}\nResources: {T: {Type: AWS::CloudTrail::Trail, Condition: C}}\n";
    let never = "resource \"aws_cloudtrail\" \"t\" {\n  count = 0\n}\n";
    let scratch = Scratch::new("never-created", &[("t.yaml", template), ("a.tf", never)]);
    for name in ["t.yaml", "a.tf"] {
        let said = out(&scratch.run(&["check", "--require-trail", "-f", "concise", name]));
        assert!(said.contains("creates no trail") && !said.contains("declares no trail"), "{said}");
    }
    let call = "module \"m\" {\n  source = \"./mod\"\n  count  = 0\n}\n";
    let module =
        "resource \"aws_cloudtrail\" \"t\" {\n  count = var.on ? 1 : 0\n}\nvariable \"on\" {\n  default = false\n}\n";
    let scratch = Scratch::new("never-called", &[("main.tf", call), ("mod/a.tf", module)]);
    let output = scratch.run(&["check", "--require-trail", "-f", "concise"]);
    assert_eq!(out(&output), "main.tf:3:12: error[no-compliant-trail] deployment `.` creates no trail\n");
}

#[test]
fn the_summary_tells_why_nothing_is_said() {
    let conditional = "Parameters: {Env: {Type: String, Default: dev}}\nConditions: {C: !Equals [!Ref Env, prod]}\n\
                       Resources:\n  T: {Type: AWS::CloudTrail::Trail, Condition: C}\n";
    let child = "Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./audit.yaml}}\n";
    let counted = "variable \"bucket\" {\n  default = \"\"\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
                   count = var.bucket == \"\" ? 0 : 1\n}\n";
    let cases = [
        (
            "t.yaml",
            conditional,
            "1 trail is declared, none is created with these values (`Env` is \"dev\").\n".to_owned(),
        ),
        (
            "a.tf",
            counted,
            "1 trail is declared, none is created with these values (`var.bucket` is \"\").\n".to_owned(),
        ),
        ("t.yaml", child, "No CloudTrail trail found in 1 file, and 1 part isn't read (`stack S`).\n".to_owned()),
        (
            "a.tf",
            "module \"vpc\" {\n  source = \"x/vpc/aws\"\n}\n",
            "No CloudTrail trail found in 1 file, and 1 module isn't installed (`module.vpc`): run `terraform init`.\n"
                .to_owned(),
        ),
        (
            "app.yaml",
            "kind: AWS::CloudTrail::Trail\n",
            "No CloudTrail trail was checked in 1 file.\n`app.yaml` mentions a trail but is no template.\n".to_owned(),
        ),
    ];
    for (name, text, expected) in cases {
        let scratch = Scratch::new("silence", &[(name, text)]);
        let output = scratch.run(&["check"]);
        assert_eq!((out(&output).as_str(), status(&output)), ("", 0), "{text}");
        assert_eq!(err(&output), expected, "{text}");
    }
}

/// A page is found by another tool's id and by a control's number, too.
#[test]
fn rules_are_explained_by_the_names_that_others_give_them() {
    let scratch = Scratch::new("explained", &[]);
    let first = |name: &str| out(&scratch.run(&["explain", name])).lines().next().unwrap_or_default().to_owned();
    for (name, expected) in [
        ("stopped-trail", "stopped-trail (error)"),
        ("CKV_AWS_67", "single-region-trail (error)"),
        ("AVD-AWS-0015", "logs-without-kms (warning)"),
        ("3.1", "no-compliant-trail (error)"),
        ("cloudtrail.4", "unvalidated-logs (warning)"),
        ("CloudTrail.3", "stopped-trail (error)"),
        ("AC-2(4)", "no-compliant-trail (error)"),
        ("10.2.1.7", "no-compliant-trail (error)"),
        ("CloudTrail.5", "logs-without-cloudwatch (warning)"),
        ("S3.22", "unrecorded-object-writes (warning)"),
        ("AVD-AWS-0171", "unrecorded-object-writes (warning)"),
        ("AWS-0172", "unrecorded-object-reads (warning)"),
        ("CKV2_AWS_10", "logs-without-cloudwatch (warning)"),
        ("65d07da5-9af5-44df-8983-52d2e6f24c44", "logs-without-cloudwatch (warning)"),
        ("FG_R00029", "logs-without-cloudwatch (warning)"),
        ("cloudtrail_s3_dataevents_read_enabled", "unrecorded-object-reads (warning)"),
        ("3.9", "unrecorded-object-reads (warning)"),
        ("cloudtrail.9", "No rule evaluates CloudTrail.9 (tags of trails): tags don't decide what a trail records."),
        (
            "CloudTrail.10",
            "No rule evaluates CloudTrail.10 (event data stores with customer managed keys): event data stores are no trails.",
        ),
        ("4.10", "No rule evaluates 4.10 (access logs of web front ends): about another service."),
    ] {
        assert_eq!(first(name), expected, "{name}");
    }
    let json = scratch.run(&["explain", "--format", "json", "CloudTrail.9"]);
    assert_eq!((status(&json), out(&json).trim()), (0, "[]"));
    assert_eq!(
        err(&scratch.run(&["explain", "9.9"])),
        "error: unknown rule `9.9`\n\n  tip: `trailint rules` lists all rules\n"
    );
}

/// A group stands for its rules; `all` excludes what is asked on request only.
#[test]
fn groups_of_rules_are_selected_by_name() {
    let text = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\nresource \"aws_cloudtrail\" \"t\" {\n  s3_bucket_name = aws_s3_bucket.b.id\n}\n";
    let scratch = Scratch::new("groups", &[("a.tf", text)]);
    let said = |select: &str| {
        let text = out(&scratch.run(&["check", "--format", "concise", "--quiet", "--select", select]));
        let rules = text.lines().filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned()));
        rules.collect::<std::collections::BTreeSet<_>>()
    };
    let (all, control, companions) = (said("all"), said("cis-3.1"), said("companions"));
    let (advisories, audit) = (said("advisories"), said("audit"));
    assert!(control.contains("single-region-trail") && companions.contains("unvalidated-logs"), "{control:?}");
    assert!(advisories.contains("implicit-public-access-block"), "{advisories:?}");
    assert_eq!(
        audit.iter().map(String::as_str).collect::<Vec<_>>(),
        ["logs-without-cloudwatch", "unprotected-log-objects", "unrecorded-object-reads", "unrecorded-object-writes",]
    );
    // Advice about a place where another rule found something isn't repeated.
    let together = [control, companions].into_iter().flatten().collect();
    assert_eq!(all, together);
    assert_eq!(said("all,audit").len(), all.len() + 4);
}

#[test]
fn mistakes_are_named_with_the_next_step() {
    let scratch = Scratch::new("mistakes", &[("a.tf", GOOD)]);
    let said = |arguments: &[&str]| err(&scratch.run(arguments));
    assert_eq!(said(&["check", "nowhere"]), "error: can't read `nowhere`: no such file or directory\n");
    assert_eq!(
        said(&["check", "--select", "single-region"]),
        "error: unknown rule or group `single-region`\n\n  tip: did you mean `single-region-trail`?\n"
    );
    assert_eq!(
        said(&["check", "--select", "8173d5eb-96b5-4aa6-a71b-ecfa153c123d"]),
        "error: `8173d5eb-96b5-4aa6-a71b-ecfa153c123d` is `single-region-trail` and `missing-global-events` here\n"
    );
    assert_eq!(
        said(&["trace", "aws_cloudtrail.tt"]),
        "error: no trail `aws_cloudtrail.tt` in 1 file\n\n  tip: did you mean `aws_cloudtrail.t`?\n"
    );
    assert_eq!(
        said(&["trace", "aws_cloudtrail.t.is_logging"]),
        "error: `trace` doesn't show attribute `is_logging` of `aws_cloudtrail.t`\n\n  tip: it shows \
         `is_multi_region_trail`, `enable_logging`, `include_global_service_events`, `enable_log_file_validation`, \
         `is_organization_trail`, `kms_key_id`, `region`, `event_selector` and `advanced_event_selector`\n"
    );
    assert_eq!(
        said(&["trace", "x.y"]),
        "error: no trail `x.y` in 1 file\n\n  tip: the only trail is `aws_cloudtrail.t`\n"
    );
    assert_eq!(
        said(&["check", "--select", "cis-3.9"]),
        "error: unknown rule or group `cis-3.9`\n\n  tip: `trailint rules` lists all rules; the groups are `all`, \
         `cis-3.1`, `companions`, `advisories` and `audit`\n"
    );
    assert!(said(&["check", "--compliance", "iso"]).contains("tip: expected `cis-aws-1.2`, "));
    let unknown = "error: invalid `selector-polcy=1`: \
        unknown key `selector-polcy`; did you mean `selector-policy`?\n";
    assert_eq!(said(&["trace", "aws_cloudtrail.t", "-c", "selector-polcy=1"]), unknown);
    assert_eq!(said(&["check", "--config", "selector-polcy=1"]), unknown);
}

#[test]
fn an_address_without_its_modules_is_completed() {
    let files = [
        ("main.tf", "module \"audit\" {\n  source = \"./trail\"\n}\n"),
        ("trail/main.tf", "resource \"aws_cloudtrail\" \"this\" {\n  s3_bucket_name = \"logs\"\n}\n"),
    ];
    let scratch = Scratch::new("without-modules", &files);
    let tip = |question: &str| err(&scratch.run(&["trace", question])).lines().last().unwrap().to_owned();
    assert_eq!(tip("aws_cloudtrail.this"), "  tip: did you mean `module.audit.aws_cloudtrail.this`?");
    let attribute = "module.audit.aws_cloudtrail.this.enable_logging";
    assert_eq!(tip("aws_cloudtrail.this.enable_logging"), format!("  tip: did you mean `{attribute}`?"));
    let unset = out(&scratch.run(&["trace", "module.audit.aws_cloudtrail.this.kms_key_id"]));
    assert!(unset.starts_with("module.audit.aws_cloudtrail.this.kms_key_id is not set\n"), "{unset}");
}

#[test]
fn a_named_file_is_read_whatever_its_name() {
    let template = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n";
    let indented = format!("\u{feff}  {}", BAD.replace('\n', "\n  "));
    let json = r#"{"resource": {"aws_cloudtrail": {"t": {}}}}"#;
    let files = [
        ("trail.txt", BAD),
        ("indented.txt", &indented),
        ("json.txt", json),
        ("stack.txt", template),
        ("node_modules/x.tf", BAD),
    ];
    let scratch = Scratch::new("named", &files);
    assert_eq!(status(&scratch.run(&["check"])), 0);
    for (name, _) in files {
        let output = scratch.run(&["check", "-f", "concise", name]);
        assert_eq!(status(&output), 1, "{name}");
        assert!(out(&output).contains(&format!("{name}:")), "{}", out(&output));
    }
}

#[test]
fn standard_input_stands_for_a_file() {
    let scratch = Scratch::new("stdin", &[("variables.tf", "variable \"m\" {\n  default = true\n}\n")]);
    let run = |arguments: &[&str]| {
        let mut child = scratch
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let text =
            "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n  enable_logging = false\n}\n";
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = run(&[
        "check",
        "-f",
        "concise",
        "--select",
        "stopped-trail,single-region-trail",
        "-",
        "--stdin-filename",
        "main.tf",
    ]);
    assert_eq!(out(&output), "main.tf:3:20: error[stopped-trail] trail `aws_cloudtrail.t` is stopped\n");
    let output = run(&["check", "-f", "concise", "--select", "stopped-trail", "-"]);
    assert_eq!(out(&output), "<stdin>:3:20: error[stopped-trail] trail `aws_cloudtrail.t` is stopped\n");
}

#[test]
fn hidden_verdicts_are_counted() {
    let scratch = Scratch::new("hidden", &[("a.tf", OPEN)]);
    let output = scratch.run(&["check", "--unknown", "ignore", "-f", "concise"]);
    assert!(!out(&output).contains("single-region-trail"), "{}", out(&output));
    assert!(err(&output).contains("in 1 trail (1 file): 1 unknown"), "{}", err(&output));
}

#[test]
fn a_file_is_judged_and_counted_once() {
    let scratch = Scratch::new("twice", &[("a/main.tf", BAD), ("a/b/main.tf", BAD)]);
    for paths in [&["a", "a/b"][..], &["a/b", "a"], &["a", "a/main.tf", "./a"]] {
        let output = scratch.run(&[&["check", "--select", "single-region-trail"], paths].concat());
        assert!(err(&output).contains("Found 2 errors in 2 trails (2 files)."), "{paths:?}: {}", err(&output));
    }
}

#[test]
fn paths_elsewhere_keep_their_modules() {
    let call = "module \"a\" {\n  source = \"./trail\"\n}\n";
    let files = [("here/x.txt", ""), ("one/main.tf", BAD), ("two/main.tf", call), ("two/trail/main.tf", BAD)];
    let scratch = Scratch::new("elsewhere", &files);
    let run = |paths: &[&str]| {
        let arguments = [&["check", "--select", "single-region-trail", "-f", "concise"], paths].concat();
        out(&scratch.command(&arguments).current_dir(scratch.0.join("here")).output().unwrap())
    };
    assert_eq!(
        run(&["../one/main.tf"]),
        "../one/main.tf:1:1: error[single-region-trail] trail `aws_cloudtrail.t` records one Region only\n"
    );
    let both = run(&["../one", "../two"]);
    assert!(both.contains("../one/main.tf:1:1: error[single-region-trail] trail `aws_cloudtrail.t` "), "{both}");
    assert!(
        both.contains("\n../two/trail/main.tf:1:1: error[single-region-trail] trail `module.a.aws_cloudtrail.t` "),
        "{both}"
    );
}

#[test]
fn escapes_hide_no_trail() {
    let files = [
        ("hcl/main.tf", r#"resource "aws_\u0063loudtrail" "t" {}"#),
        ("json/a.json", r#"{"Resources": {"T": {"Type": "AWS::CloudTrail::Tr\u0061il"}}}"#),
        ("yaml/a.yaml", "Resources:\n  T:\n    Type: \"AWS::CloudTrail::\\\n      Tr\\x61il\"\n"),
    ];
    let scratch = Scratch::new("escapes", &files);
    for (path, _) in files {
        let output = scratch.run(&["check", path, "-f", "concise"]);
        assert!(out(&output).contains("single-region-trail"), "{path}: {}{}", out(&output), err(&output));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new("bytes", &[]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.tf");
    std::fs::write(scratch.0.join(name), BAD).unwrap();
    for arguments in [&["check", "-f", "concise"][..], &["check", "-f", "json"]] {
        let walked = scratch.run(arguments);
        assert_eq!(status(&walked), 1);
        assert!(out(&walked).contains("caf%E9.tf"), "{}", out(&walked));
        let named = scratch.command(arguments).arg(name).output().unwrap();
        assert_eq!(out(&named), out(&walked));
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let scratch = Scratch::new("pipe", &[("a.tf", BAD)]);
    let mut child = scratch.command(&["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(status(&output), 1);
    assert!(!err(&output).contains("panic") && !err(&output).contains("ipe"), "{}", err(&output));
}

#[test]
fn a_broken_file_does_not_hide_the_others() {
    let broken = "resource \"aws_cloudtrail\" \"t\" {\n  name = = \"t\"\n";
    let template = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n  - oops\n";
    let files = [
        ("a/main.tf", broken),
        ("b.yaml", template),
        ("c.json", "{\"Resources\": \"AWS::CloudTrail::Trail\""),
        ("d/main.tf", BAD),
    ];
    let scratch = Scratch::new("broken", &files);
    let output = scratch.run(&["check", "-f", "concise"]);
    assert_eq!(status(&output), 1);
    for (name, _) in files {
        assert!(out(&output).contains(name), "{name} isn't in\n{}", out(&output));
    }
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_are_reported() {
    let scratch = Scratch::new("unreadable", &[("good.tf", GOOD), ("outside.tf", BAD)]);
    let inside = scratch.0.join("tree");
    std::fs::create_dir(&inside).unwrap();
    std::os::unix::fs::symlink("../outside.tf", inside.join("linked.tf")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(inside.join("socket.tf")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_trailint"))
        .args(["check", "-f", "concise"])
        .current_dir(&inside)
        .env("COLUMNS", UNWRAPPED)
        .output()
        .unwrap();
    assert_eq!(status(&output), 1);
    assert!(out(&output).contains("linked.tf: error[unreadable-file]"), "{}", out(&output));
    std::os::unix::fs::symlink("../outside.tf", inside.join("terraform.tfvars")).unwrap();
    std::fs::write(inside.join("open.tf"), OPEN).unwrap();
    let named = scratch.command(&["check", "open.tf"]).current_dir(&inside).output().unwrap();
    assert!(out(&named).contains("`var.m` may be set by `terraform.tfvars`, which can't be read"), "{}", out(&named));
    assert!(out(&output).contains("socket.tf: error[unreadable-file]"), "{}", out(&output));
}

#[test]
#[cfg(unix)]
fn links_lead_nowhere_outside_of_the_tree() {
    let trail = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = PROBE\n}\n";
    let probe = |value: &str| trail.replace("PROBE", value);
    let scratch = Scratch::new(
        "links",
        &[
            ("secret.txt", "true"),
            ("elsewhere/main.tf", &probe("false")),
            ("values.tfvars", "everywhere = false\n"),
            ("in/.git/HEAD", ""),
            ("in/read/main.tf", &probe("file(\"link.txt\")")),
            ("in/call/main.tf", "module \"cloudtrail\" {\n  source = \"./link\"\n}\n"),
            (
                "in/values/main.tf",
                &format!("variable \"everywhere\" {{ default = true }}\n{}", probe("var.everywhere")),
            ),
        ],
    );
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, scratch.0.join(name)).unwrap();
    link("../../secret.txt", "in/read/link.txt");
    link("../../elsewhere", "in/call/link");
    link("../../values.tfvars", "in/values/terraform.tfvars");
    let said = |file: &str| out(&scratch.run(&["check", "--format", "concise", file]));
    assert!(said("in/read/main.tf").contains("unknown[single-region-trail]"), "{}", said("in/read/main.tf"));
    assert!(said("in/call").contains("unknown[no-compliant-trail]"), "{}", said("in/call"));
    assert!(said("in/values").contains("unknown[single-region-trail]"), "{}", said("in/values"));
}

#[test]
fn hostile_names_reach_no_terminal() {
    let text = "resource \"aws_cloudtrail\" \"t\\u001b[31m\" {\n  # \u{1b}]0;x\u{7}\u{202e}\n  enable_logging = false # \u{1b}[2J\n}\n";
    let scratch = Scratch::new("hostile", &[("a\u{1b}[31m.tf", text)]);
    for format in FORMATS {
        let output = scratch.run(&["check", "--format", format, "--color", "never"]);
        let printed = out(&output) + &err(&output);
        assert!(printed.contains("stopped-trail"), "{printed}");
        assert!(!printed.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{printed:?}");
    }
}

#[test]
fn colors_are_chosen() {
    let scratch = Scratch::new("colors", &[("a.tf", BAD)]);
    let colored = |arguments: &[&str], variable: Option<&str>| {
        let mut command = scratch.command(&[&["check"], arguments].concat());
        command.envs(variable.map(|name| (name, "1")));
        out(&command.output().unwrap()).contains('\u{1b}')
    };
    assert!(!colored(&[], None));
    assert!(colored(&["--color", "always"], None));
    assert!(colored(&["--color", "always"], Some("NO_COLOR")));
    assert!(colored(&[], Some("FORCE_COLOR")));
    assert!(colored(&[], Some("CLICOLOR_FORCE")));
    assert!(!colored(&["--color", "never"], Some("FORCE_COLOR")));
}

#[test]
fn options_come_from_the_environment() {
    let scratch = Scratch::new("environment", &[("a.tf", BAD)]);
    let output = scratch
        .command(&["check"])
        .env("TRAILINT_FORMAT", "concise")
        .env("TRAILINT_FAIL_ON", "never")
        .output()
        .unwrap();
    assert_eq!(status(&output), 0);
    assert!(out(&output).starts_with("a.tf:1:1: error["), "{}", out(&output));
}

#[test]
fn rules_are_listed_and_explained() {
    let scratch = Scratch::new("rules", &[]);
    let listed = out(&scratch.run(&["rules"]));
    assert_eq!(listed.lines().next().unwrap().split_whitespace().next(), Some("RULE"));
    for rule in trailint::internal::rules::RULES.iter().copied() {
        assert!(listed.contains(rule.id()));
        let page = out(&scratch.run(&["explain", rule.id(), "--format", "markdown"]));
        assert!(page.contains(rule.page.text), "{page}");
        let page = out(&scratch.run(&["explain", rule.id()]));
        assert!(page.starts_with(rule.id()) && !page.contains("]("), "{page}");
    }
    let json: serde_json::Value = serde_json::from_str(&out(&scratch.run(&["rules", "--format", "json"]))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), trailint::internal::rules::RULES.len());
    let json: serde_json::Value =
        serde_json::from_str(&out(&scratch.run(&["explain", "--all", "--format", "json"]))).unwrap();
    assert!(json[0]["page"].as_str().unwrap().starts_with("# "));
    assert!(out(&scratch.run(&["rules", "--format", "markdown"])).starts_with("| rule |"));
    assert_eq!(status(&scratch.run(&["explain", "nonsense"])), 2);
}

#[test]
fn verbose_names_the_deployments() {
    let scratch = Scratch::new("verbose", &[("app/a.tf", BAD)]);
    assert!(err(&scratch.run(&["check", "-v"])).contains("app (terraform, 1 trail): fail\n"));
}

#[test]
fn regions_are_named_as_aws_names_them() {
    let scratch = Scratch::new("regions", &[("a.tf", GOOD)]);
    for (arguments, expected) in [
        (&["--regions", ""][..], "invalid `--regions`: expected at least one Region"),
        (&["--regions", ","], "invalid `--regions`: expected at least one Region"),
        (&["--regions", "us-east-1,"], "invalid `--regions`: `` isn't a Region name such as `eu-west-1`"),
        (&["--regions", "eu-west"], "invalid `--regions`: `eu-west` isn't a Region name such as `eu-west-1`"),
        (&["--regions", "eu-west-1,us-east-1,eu-west-1"], "invalid `--regions`: `eu-west-1` is named twice"),
        (
            &["--regions", "eu-west-1,cn-north-1"],
            "invalid `--regions`: `eu-west-1` and `cn-north-1` aren't Regions of one account",
        ),
        (
            &["--config", "regions=[\"nowhere\"]"],
            "invalid `regions=[\"nowhere\"]`: `nowhere` isn't a Region name such as `eu-west-1`",
        ),
        (&["--region", "Ireland"], "invalid `--region`: `Ireland` isn't a Region name such as `eu-west-1`"),
    ] {
        let output = scratch.run(&[&["check"], arguments].concat());
        assert_eq!((status(&output), err(&output)), (2, format!("error: {expected}\n")), "{arguments:?}");
        assert_eq!(out(&output), "");
    }
}

/// A plan of one trail, with what its root module declares beside it.
fn plan(declared: &str, after: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "complete": true, "planned_values": {{}},
        "configuration": {{"root_module": {{"variables": {{{declared}}}, "resources": [
            {{"address": "aws_cloudtrail.t", "mode": "managed"}}]}}}},
        "resource_changes": [{{"address": "aws_cloudtrail.t", "mode": "managed", "type": "aws_cloudtrail",
            "change": {{"actions": ["create"], "after": {after}}}}}]}}"#
    )
}

#[test]
fn a_plan_finds_its_root() {
    let other = format!("{OPEN}variable \"other\" {{}}\n");
    let files = [
        ("one/a.tf", OPEN),
        ("two/a.tf", OPEN),
        ("three/a.tf", &other),
        ("none/a.tf", ""),
        ("p.json", &plan(r#""m": {}"#, r#"{"is_multi_region_trail": true}"#)),
        ("three.json", &plan(r#""m": {}, "other": {}"#, r#"{"is_multi_region_trail": true}"#)),
    ];
    let scratch = Scratch::new("roots", &files);
    let strict = |arguments: &[&str]| {
        let output = scratch.run(&[&["check", "--unknown", "fail", "-q", "-f", "concise"], arguments].concat());
        (status(&output), format!("{}{}", out(&output), err(&output)))
    };
    assert_eq!(strict(&["--plan", "p.json", "one"]), (0, notes("one")));
    assert_eq!(strict(&["--plan", "p.json", "two", "three"]).0, 1, "the plan is of one root only");
    assert_eq!(strict(&["--plan", "three.json", "three"]), (0, notes("three")));
    assert_eq!(
        strict(&["--plan", "p.json", "one", "two"]),
        (2, "error: can't use the plan `p.json`: it matches `one` and `two`; check only the directory in which it was made\n".into())
    );
    assert_eq!(
        strict(&["--plan", "p.json", "three"]),
        (2, "error: can't use the plan `p.json`: it matches no checked root module: `three` declares `var.other`, and the plan doesn't; check the directory in which it was made, or create the plan again\n".into())
    );
    let (code, said) = strict(&["--plan", "three.json", "one"]);
    assert!(code == 2 && said.contains("`one` doesn't declare `var.other`"), "{said}");
    let (code, said) = strict(&["--plan", "p.json", "none"]);
    assert!(code == 2 && said.contains("it has trails, but no checked root module declares any"), "{said}");
    let traced = scratch.run(&["trace", "aws_cloudtrail.t.is_multi_region_trail", "one", "--plan", "p.json"]);
    assert!(out(&traced).starts_with("aws_cloudtrail.t.is_multi_region_trail is `true`\n"), "{}", out(&traced));
    let by_environment =
        scratch.command(&["check", "one", "--unknown", "fail"]).env("TRAILINT_PLAN", "p.json").output();
    assert_eq!(status(&by_environment.unwrap()), 0);
}

/// What is said of a trail that passes all conditions.
fn notes(root: &str) -> String {
    let line = |rule, what| format!("{root}/a.tf:2:1: warning[{rule}] trail `aws_cloudtrail.t` {what}\n");
    line("unvalidated-logs", "doesn't validate its log files")
        + &line("logs-without-kms", "doesn't encrypt its log files with a KMS key")
}

#[test]
fn a_file_that_is_no_plan_is_refused_with_the_next_step() {
    let whole = plan(r#""m": {}"#, r#"{"is_multi_region_trail": true}"#);
    let deep = whole.replace("true}", &format!("{}1{}}}", "[".repeat(300), "]".repeat(300)));
    let change = "{\"address\": \"aws_cloudtrail.t\", \"mode\": \"managed\", \"type\": \"aws_cloudtrail\",\n            \"change\": {\"actions\": [\"create\"], \"after\": {\"is_multi_region_trail\": true}}}";
    assert!(whole.contains(change));
    let twice = whole.replace(change, &format!("{change}, {change}"));
    #[rustfmt::skip]
    let cases: [(&str, &str, &str); 12] = [
        ("binary", "PK\u{3}\u{4}\u{0}", "it isn't JSON"),
        ("empty", "", "it isn't JSON"),
        ("lines", "{\"@level\": \"info\"}\n{\"@level\": \"info\"}\n", "it isn't JSON"),
        ("list", "[]", "it isn't a plan"),
        ("other", "{\"Resources\": {}}", "it isn't a plan"),
        ("state", r#"{"format_version": "1.0", "values": {"root_module": {}}}"#, "it is a state and not a plan"),
        ("version", &whole.replace("1.2", "2.0"), "unsupported plan format version 2.0: supported are 0.x and 1.x"),
        ("changes", &whole.replace("resource_changes\": [", "resource_changes\": 1, \"x\": ["), "unexpected value of `resource_changes`"),
        ("change", &whole.replace("{\"address\": \"aws_cloudtrail.t\", \"mode\": \"managed\", \"type\"", "{\"type\""), "unexpected value of `resource_changes[0]`"),
        ("address", &whole.replace("\"aws_cloudtrail.t\", \"mode\": \"managed\", \"type\"", "\"aws_cloudtrail.t[\", \"mode\": \"managed\", \"type\""), "`aws_cloudtrail.t[` isn't an address"),
        ("twice", &twice, "it plans `aws_cloudtrail.t` twice"),
        ("deep", &deep, "collections are nested more than 200 levels deep"),
    ];
    let scratch = Scratch::new("no-plan", &[("a.tf", OPEN)]);
    for (name, text, expected) in cases {
        std::fs::write(scratch.0.join("plan.json"), text).unwrap();
        let output = scratch.run(&["check", "--plan", "plan.json", "a.tf"]);
        let said = err(&output);
        assert_eq!(status(&output), 2, "{name}: {said}");
        assert!(
            said.starts_with("error: can't use the plan `plan.json`: ") && said.contains(expected),
            "{name}: {said}"
        );
    }
    std::fs::write(scratch.0.join("plan.json"), b"\xff\xfe{\x00}\x00").unwrap();
    assert!(err(&scratch.run(&["check", "--plan", "plan.json"])).contains("it isn't encoded in UTF-8"));
    assert_eq!(
        err(&scratch.run(&["check", "--plan", "missing.json"])),
        "error: can't read `missing.json`, named by `--plan`: no such file or directory\n"
    );
}

#[test]
fn what_the_command_line_says_wins_over_a_plan() {
    let text = "variable \"m\" {\n  type = bool\n}\ndata \"aws_region\" \"d\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  \
                is_multi_region_trail = var.m\n  enable_logging = data.aws_region.d.name\n}\n";
    let variables = r#""variables": {"m": {"value": "true"}}, "planned_values""#;
    let planned = plan(r#""m": {}"#, r#"{"is_multi_region_trail": true, "enable_logging": true}"#);
    let files = [("a.tf", text), ("p.json", &planned.replace("\"planned_values\"", variables))];
    let scratch = Scratch::new("overruled", &files);
    let said = |arguments: &[&str]| {
        let rules = "single-region-trail,stopped-trail,stale-plan";
        out(&scratch.run(&[&["check", "--plan", "p.json", "--select", rules, "-f", "concise"], arguments].concat()))
    };
    assert_eq!(said(&[]), "");
    assert_eq!(said(&["--var", "m=true"]), "");
    assert_eq!(
        said(&["--var", "m=false"]),
        "a.tf:1:1: note[stale-plan] trail `aws_cloudtrail.t` differs from the plan\n\
         a.tf:6:27: error[single-region-trail] trail `aws_cloudtrail.t` records one Region only\n\
         a.tf:7:20: unknown[stopped-trail] trail `aws_cloudtrail.t` may be stopped\n"
    );
}

#[test]
fn values_on_the_command_line_are_texts_for_primitive_and_untyped_variables_only() {
    let text = |ty: &str, argument: &str| {
        format!(
            "variable \"v\" {{\n{ty}}}\nresource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = {argument}\n}}\n"
        )
    };
    let cases = [
        ("", "var.v == \"true\"", "true", true),
        ("", "var.v == true", "true", false),
        ("  type = any\n", "var.v == true", "true", true),
        ("  type = any\n", "try(var.v[\"prod\"].everywhere, false)", "{prod={everywhere=\"true\"}}", true),
        ("  type = string\n", "var.v == \"[true]\"", "[true]", true),
        ("  type = bool\n", "var.v", "true", true),
        ("  type = list(bool)\n", "var.v[0]", "[true]", true),
        ("  type = object({ a = bool })\n", "var.v.a", "{ a = true }", true),
    ];
    for (ty, argument, value, passes) in cases {
        let scratch = Scratch::new("values", &[("a.tf", &text(ty, argument))]);
        let given = format!("v={value}");
        let options = ["check", "--select", "single-region-trail", "-f", "concise"];
        let by_option = out(&scratch.run(&[&options[..], &["--var", &given]].concat()));
        assert_eq!(by_option.is_empty(), passes, "{ty}{argument} {value}: {by_option}");
        if !passes {
            assert!(by_option.contains("error[single-region-trail]"), "{by_option}");
        }
    }
}

/// The status and what is said on standard error, of a check whose findings are left out.
fn checked(scratch: &Scratch, arguments: &[&str]) -> (i32, String) {
    let options = ["check", "--select", "single-region-trail", "--fail-on", "never", "-f", "concise"];
    let output = scratch.run(&[&options[..], arguments].concat());
    (status(&output), err(&output))
}

#[test]
fn a_value_that_every_root_refuses_ends_the_run() {
    let list = "variable \"l\" {\n  type = list(string)\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
                is_multi_region_trail = length(var.l) == 0\n}\n";
    let text = list.replace("list(string)", "string");
    let files = [("a/a.tf", list), ("b/b.tf", &text), ("bad.tfvars", "l = { a = 1 }\n"), ("good.tfvars", "l = []\n")];
    let scratch = Scratch::new("refused-values", &files);
    let cases = [
        ("l={", "invalid expression"),
        ("l=kms.amazonaws.com", "it can't refer to `kms`"),
        ("l=tolist([])", "it can't call the function `tolist`"),
        ("l=\"a\"", "a list is required"),
    ];
    for (value, reason) in cases {
        let (status, said) = checked(&scratch, &["a", "--var", value]);
        assert_eq!(status, 2, "{value}: {said}");
        let start = "error: `--var` sets an invalid value for `l`: ";
        assert!(said.starts_with(start) && said.contains(reason) && said.contains("`a`"), "{value}: {said}");
        // The other root accepts it as a text.
        assert_eq!(checked(&scratch, &["--var", value]).0, 0);
    }
    for value in ["l=[]", "l=[\"a\"]", "l=[for x in [1] : x]"] {
        assert_eq!(checked(&scratch, &["a", "--var", value]).0, 0, "{value}");
    }
    let file = "error: `--var-file bad.tfvars` sets an invalid value for `l`: ";
    assert!(checked(&scratch, &["a", "--var-file", "bad.tfvars"]).1.starts_with(file));
    assert_eq!(checked(&scratch, &["a", "--var-file", "bad.tfvars", "--var", "l=[]"]).0, 0);
    assert_eq!(checked(&scratch, &["a", "--var-file", "bad.tfvars", "--var-file", "good.tfvars"]).0, 0);
    let output = scratch.run(&["trace", "aws_cloudtrail.t", "a", "--var", "l={"]);
    assert_eq!(status(&output), 2, "{}", err(&output));
    let output = scratch.command(&["check", "--use-env", "a"]).env("TF_VAR_l", "{").output().unwrap();
    assert!(status(&output) == 2 && err(&output).contains("`TF_VAR_l`"), "{}", err(&output));
    let text =
        "variable \"m\" {\n  type = bool\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n";
    let scratch = Scratch::new("refused-by-one", &[("a/a.tf", text), ("b/b.tf", &text.replace("bool", "string"))]);
    let unknown = out(&scratch.run(&["check", "--var", "m=x", "--select", "single-region-trail"]));
    assert!(unknown.contains("`var.m` may be set by `--var`, whose value is invalid here"), "{unknown}");
}

#[test]
fn a_parameter_that_every_template_refuses_ends_the_run() {
    let text = "Parameters:\n  Multi: {Type: String, AllowedValues: ['true', 'false']}\n  \
                Days: {Type: Number, Default: 3, MaxValue: 10}\n  \
                Name: {Type: String, Default: abc, MinLength: 3, AllowedPattern: '[a-z]+'}\n  \
                Ports: {Type: List<Number>, Default: '1'}\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    \
                Properties: {IsLogging: true, S3BucketName: b, IsMultiRegionTrail: !Ref Multi}\n";
    let other = text.replace("MaxValue: 10", "MaxValue: 20");
    let file = r#"[{"ParameterKey": "Days", "ParameterValue": "30"}]"#;
    let scratch = Scratch::new("refused-parameters", &[("a.yaml", text), ("b.yaml", &other), ("p.json", file)]);
    let cases = [
        ("Multi=TRUE", "isn't among the allowed values"),
        ("Days=x", "isn't a number"),
        ("Days=11", "`MaxValue`"),
        ("Name=Abc", "`AllowedPattern`"),
        ("Name=ab", "`MinLength`"),
        ("Ports=1,x", "\"x\" isn't a number"),
    ];
    for (value, reason) in cases {
        let (status, said) = checked(&scratch, &["a.yaml", "--parameter", value]);
        assert_eq!(status, 2, "{value}: {said}");
        assert!(
            said.starts_with("error: `--parameter` sets an invalid value for ") && said.contains(reason),
            "{value}: {said}"
        );
    }
    for value in ["Multi=true", "Days=10", "Name=abc", "Ports=1, 2"] {
        assert_eq!(checked(&scratch, &["a.yaml", "--parameter", value]).0, 0, "{value}");
    }
    assert_eq!(checked(&scratch, &["--parameter", "Days=11"]).0, 0);
    let (status, said) = checked(&scratch, &["--parameter-file", "p.json"]);
    assert!(status == 2 && said.contains("`--parameter-file p.json` sets an invalid value for `Days`"), "{said}");
}

#[test]
fn errors_in_options_name_the_option() {
    let scratch = Scratch::new("options", &[]);
    #[rustfmt::skip]
    let cases: &[(&[&str], &str)] = &[
        (&["--var", "foo"], "invalid `--var foo`: expected NAME=VALUE"),
        (&["--var", "=true"], "invalid `--var =true`: expected NAME=VALUE"),
        (&["--parameter", " =true"], "invalid `--parameter  =true`: expected NAME=VALUE"),
        (&["--var-file", "x.tfvars"], "can't read `x.tfvars`, named by `--var-file`: no such file or directory"),
        (&["-j", "0"], "invalid value '0' for '--jobs <N>': expected a number of threads, at least 1"),
        (&["-j", "x"], "invalid value 'x' for '--jobs <N>': expected a number of threads, at least 1"),
        (&["--select", "CKV_AWS_67"], "`CKV_AWS_67` is `single-region-trail` here"),
        (&["--level", "CKV_AWS_67=note"], "invalid `--level CKV_AWS_67=note`: `CKV_AWS_67` is `single-region-trail` here"),
        (&["--level", "cis-3.1=note"], "invalid `--level cis-3.1=note`: `cis-3.1` is a group; name each rule"),
    ];
    for (arguments, expected) in cases {
        let output = scratch.run(&[&["check"], *arguments].concat());
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert!(err(&output).starts_with(&format!("error: {expected}\n")), "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn names_that_no_root_declares_are_warned_about() {
    let text = "variable \"multi\" {\n  type = bool\n}\nvariable \"regions\" {\n  default = []\n}\n\
                resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.multi\n}\n";
    let template = "Parameters:\n  Multi: {Type: String}\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    \
                    Properties: {IsMultiRegionTrail: !Ref Multi}\n";
    let values = "multi = true\nregion = 1\nc = 2\n";
    let files = [("a.tf", text), ("terraform.tfvars", "x = 1\n"), ("v.tfvars", values), ("t.yaml", template)];
    let scratch = Scratch::new("undeclared-values", &files);
    let warned = |arguments: &[&str]| {
        let (status, said) = checked(&scratch, arguments);
        assert_eq!(status, 0, "{said}");
        said.lines().filter(|line| line.starts_with("warning: ")).map(|line| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(warned(&["--var", "multi=true", "--parameter", "Multi=true"]), "");
    assert_eq!(
        warned(&["--var", "mutli=true"]),
        "warning: no checked root declares `mutli`, set by `--var`; did you mean `multi`?\n"
    );
    assert_eq!(
        warned(&["--parameter", "Mult=true"]),
        "warning: no checked root declares `Mult`, set by `--parameter`; did you mean `Multi`?\n"
    );
    assert_eq!(
        warned(&["--var-file", "v.tfvars"]),
        "warning: no checked root declares `region` (did you mean `regions`?) and `c`, set by `--var-file v.tfvars`\n"
    );
    for (option, value, meant) in
        [("--var", "var.multi=true", "multi"), ("--var", "MULTI=true", "multi"), ("--parameter", "multi=true", "Multi")]
    {
        assert!(warned(&[option, value]).ends_with(&format!("did you mean `{meant}`?\n")), "{value}");
    }
    let output = scratch.command(&["check", "--use-env"]).env("TF_VAR_other", "1").output().unwrap();
    assert!(!err(&output).contains("other"), "{}", err(&output));
}

#[test]
fn a_value_in_a_file_of_rows_is_traced_to_its_place() {
    let text = "locals {\n  rows = { for row in csvdecode(file(\"t.csv\")) : row.env => row }\n}\n\
                resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = local.rows[\"prod\"].multi\n  \
                enable_logging = local.rows[\"dev\"].on\n}\n";
    let rows = "env,note,multi,on\r\nprod,\"a \"\"b\"\",\nc\",false,true\r\ndev,,true,\"false\"\r\n";
    let scratch = Scratch::new("rows", &[("a.tf", text), ("t.csv", rows)]);
    let trace = |argument: &str| out(&scratch.run(&["trace", &format!("aws_cloudtrail.t.{argument}")]));
    for (argument, place) in [("is_multi_region_trail", "t.csv:3:4"), ("enable_logging", "t.csv:4:11")] {
        assert!(trace(argument).contains(place), "{}", trace(argument));
    }
    let output = scratch.run(&["check", "--fix", "--unsafe-fixes", "--select", "single-region-trail,stopped-trail"]);
    assert_eq!(status(&output), 0, "{}", out(&output));
    let fixed = rows.replace("c\",false", "c\",true").replace("true,\"false\"", "true,\"true\"");
    assert_eq!(std::fs::read_to_string(scratch.0.join("t.csv")).unwrap(), fixed);
}

/// The statuses of controls, and that a benchmark adds its rules to the others.
#[test]
fn a_benchmark_states_what_is_certain_and_runs_beside_the_other_rules() {
    let good = "is_multi_region_trail = true\n  enable_log_file_validation = true\n";
    let trail = |name: &str, arguments: &str| {
        format!("resource \"aws_cloudtrail\" \"{name}\" {{\n  s3_bucket_name = \"b\"\n  {arguments}\n}}\n")
    };
    let sometimes = format!(
        "variable \"x\" {{\n  type = bool\n}}\n{}{}",
        trail("a", good),
        trail("b", "count = var.x ? 1 : 0\n  is_multi_region_trail = true")
    );
    let unread = format!(
        "module \"x\" {{\n  source = \"terraform-x/cloudtrail/aws\"\n}}\n{}",
        trail("a", "enable_logging = false\n  enable_log_file_validation = true")
    );
    let public = format!(
        "resource \"aws_s3_bucket\" \"b\" {{\n  bucket = \"b\"\n}}\nresource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = \
         aws_s3_bucket.b.id\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Principal = \"*\", Action = \
         \"s3:*\", Resource = \"*\" }}] }})\n}}\n{}",
        trail("a", good)
    );
    let cases = [
        // A trail that isn't created in every case fails in some cases only.
        ("sometimes", &sometimes, "cis-aws-3.0", ["3.2 unknown", "3.1 compliant"], 0),
        // Code that isn't read may declare a trail.
        ("unread", &unread, "cis-aws-3.0", ["3.2 unknown", "3.8 unknown"], 1),
        ("public", &public, "cis-aws-3.0", ["3.2 compliant", "3.1 compliant"], 1),
        ("stopped", &trail("a", "enable_logging = false"), "pci-dss-4.0.1", ["CloudTrail.3 not compliant"; 2], 1),
    ];
    for (name, text, benchmark, statuses, expected) in cases {
        let scratch = Scratch::new(&format!("benchmark-{name}"), &[("main.tf", text)]);
        let output = scratch.run(&["check", "--compliance", benchmark]);
        for listed in statuses {
            assert!(out(&output).contains(&format!("  {listed}: ")), "{name}: {listed}\n{}", out(&output));
        }
        assert_eq!(status(&output), expected, "{name}: {}", out(&output));
    }
}
