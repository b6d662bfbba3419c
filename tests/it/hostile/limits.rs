//! Each limit of `LIMITS.md` is reached by an input or in a test, and what is over it is reported.

use std::collections::BTreeSet;

use trailint::internal::engine::{EngineSettings, Selection};
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Outcome, Report, View};

use super::on_small_stack;
use super::table::{Entry, Input, Kind, sections, tables};
use crate::support::{check, check_with, files_below, package, quick_or_long};

/// How a limit is reached.
enum Way {
    /// By files.
    Files(Vec<Entry>),
    /// By an input of the tables of hostile inputs.
    Input(String),
    /// In a test.
    Test(String),
}

/// A way to reach limits, and the report of it.
struct Reached {
    limits: Vec<String>,
    way: Way,
    /// Texts that are in the report.
    said: Vec<String>,
    /// Texts that aren't, as the input stays just below the limit.
    not_said: Vec<String>,
}

impl Reached {
    fn read(name: &str, body: &str) -> Self {
        let mut reached = Self {
            limits: name.split(' ').map(str::to_owned).collect(),
            way: Way::Files(Vec::new()),
            said: Vec::new(),
            not_said: Vec::new(),
        };
        let lines = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        for (head, text) in sections(body, "--- ") {
            let first = || text.trim_end().to_owned();
            match (head, &mut reached.way) {
                ("said", _) => reached.said = lines(text),
                ("not said", _) => reached.not_said = lines(text),
                ("input", way) => *way = Way::Input(first()),
                ("test", way) => *way = Way::Test(first()),
                (_, Way::Files(entries)) => entries.push(Entry::read(head, text)),
                (_, Way::Input(_) | Way::Test(_)) => panic!("{name}: there are files, too"),
            }
        }
        reached
    }

    /// What is wrong with it.
    fn fault(&self, inputs: &[Input], code: &str) -> Option<String> {
        let report = match &self.way {
            Way::Test(test) => {
                return (!code.contains(&format!("fn {test}()"))).then(|| format!("there is no test `{test}`"));
            }
            Way::Input(name) => match inputs.iter().find(|input| input.name == *name) {
                Some(input) => input.said.clone(),
                None => return Some(format!("there is no input `{name}`")),
            },
            Way::Files(entries) => on_small_stack(|| full_report(entries)).unwrap_or_else(|_| "a panic".to_owned()),
        };
        let missing: Vec<&String> = self.said.iter().filter(|text| !report.contains(text.as_str())).collect();
        let wrong: Vec<&String> = self.not_said.iter().filter(|text| report.contains(text.as_str())).collect();
        let is_silent = self.said.is_empty() && self.not_said.is_empty();
        (is_silent || !missing.is_empty() || !wrong.is_empty()).then(|| {
            let report: String = report.chars().take(3_000).collect();
            format!("{missing:?} isn't in the report, and {wrong:?} is:\n{report}")
        })
    }
}

/// All that is reported of files.
fn full_report(entries: &[Entry]) -> String {
    let files = entries.iter().filter_map(|entry| match &entry.kind {
        Kind::File(bytes) => Some((&entry.path, bytes.as_slice())),
        _ => None,
    });
    let view = View { is_verbose: true, shows_not_evaluated: true, width: 10_000, ..View::default() };
    OutputFormat::Full.render_plain(&check(files), &view)
}

/// The limits that `LIMITS.md` names.
fn limits() -> BTreeSet<String> {
    let page = std::fs::read_to_string(package("LIMITS.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let names = rows.flat_map(|row| row.split('`')).filter(|text| text.contains("::MAX_"));
    names.map(str::to_owned).collect()
}

#[test]
fn what_is_over_a_limit_is_reported() {
    let text = std::fs::read_to_string(package("testdata/reached.txt")).unwrap();
    let all: Vec<Reached> = sections(&text, "=== ").map(|(name, body)| Reached::read(name, body)).collect();
    let reached: BTreeSet<String> = all.iter().flat_map(|reached| reached.limits.iter().cloned()).collect();
    let limits = limits();
    let unreached: Vec<_> = limits.difference(&reached).collect();
    let unlisted: Vec<_> = reached.difference(&limits).collect();
    let inputs: Vec<Input> = tables().into_iter().flat_map(|(_, inputs)| inputs).collect();
    let files = [files_below(&package("tests")), files_below(&package("src"))].concat();
    let code: String = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    let chosen: Vec<&Reached> = all.iter().step_by(quick_or_long(4, 1)).collect();
    let faults: Vec<String> = std::thread::scope(|scope| {
        let check =
            |reached: &&Reached| Some(format!("=== {}\n{}", reached.limits.join(" "), reached.fault(&inputs, &code)?));
        let parts: Vec<_> = chosen.chunks(chosen.len().div_ceil(4)).collect();
        let threads: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || part.iter().filter_map(check).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let is_over = |limit: &&String| all.iter().any(|one| one.limits.contains(limit) && one.not_said.is_empty());
    assert_eq!(limits.iter().find(|limit| !is_over(limit)), None, "is never exceeded");
    assert!(
        unreached.is_empty() && unlisted.is_empty(),
        "not reached: {unreached:#?}, not in LIMITS.md: {unlisted:#?}"
    );
}

/// What one rule finds in files.
fn found(rule: &'static str, files: Vec<(String, String)>) -> Report {
    let selection = Selection { selected: Some(vec![rule]), ..Selection::default() };
    check_with(files, EngineSettings { selection, ..EngineSettings::default() })
}

fn count(report: &Report, outcome: Outcome) -> usize {
    report.findings.iter().filter(|diagnostic| diagnostic.outcome == outcome).count()
}

/// Only with `TRAILINT_LONG`, because it takes long.
#[test]
fn neighbours_over_the_limit_stay_open() {
    if quick_or_long(true, false) {
        return;
    }
    let policy = |prefix: &str| format!("\"arn:aws:s3:::logs/{prefix}/AWSLogs/*\"");
    let unknown = |trails: usize| {
        let trail = |n| {
            format!(
                "variable \"v{n}\" {{\n  type = bool\n  nullable = false\n}}\nresource \"aws_cloudtrail\" \"t{n}\" {{\n  \
                 name = \"t{n}\"\n  s3_bucket_name = \"logs\"\n  is_multi_region_trail = var.v{n}\n  \
                 s3_key_prefix = var.v{n} ? \"a\" : \"b\"\n}}\n"
            )
        };
        let bucket = |n| format!("resource \"aws_s3_bucket\" \"b{n}\" {{\n  bucket = \"logs{n}\"\n}}\n");
        let statement = |action: &str, resources: &str| {
            format!("{{ Effect = \"Allow\", Principal = \"*\", Action = \"{action}\", Resource = [{resources}] }}")
        };
        let statements = [
            statement("s3:GetBucketAcl", "\"arn:aws:s3:::logs\""),
            statement("s3:PutObject", &[policy("a"), policy("b")].join(", ")),
        ];
        let text = format!(
            "{}{}resource \"aws_s3_bucket\" \"b\" {{\n  bucket = \"logs\"\n}}\n\
             resource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = aws_s3_bucket.b.id\n  \
             policy = jsonencode({{ Statement = [{}] }})\n}}\n",
            (0..trails).map(trail).collect::<String>(),
            (0..900).map(bucket).collect::<String>(),
            statements.join(", "),
        );
        let report = found("bucket-policy-blocks-delivery", vec![("main.tf".to_owned(), text)]);
        assert_eq!(count(&report, Outcome::Fail), 0);
        count(&report, Outcome::Unknown)
    };
    assert_eq!(unknown(100), 0);
    assert!((1..320).contains(&unknown(320)));
}

#[test]
fn text_over_the_limit_may_name_anything() {
    let trail = |n| format!("resource \"aws_cloudtrail\" \"t{n}\" {{\n  s3_bucket_name = \"logs\"\n}}\n");
    let text = format!(
        "{}resource \"aws_s3_bucket\" \"b\" {{\n  bucket = \"logs\"\n}}\nmodule \"m\" {{\n  source = \"a/b/aws\"\n  \
         x      = \"{}\"\n}}\n",
        (0..70).map(trail).collect::<String>(),
        "a".repeat(1_000_000),
    );
    let report = found("bucket-policy-blocks-delivery", vec![("main.tf".to_owned(), text)]);
    assert_eq!([Outcome::Fail, Outcome::Unknown].map(|outcome| count(&report, outcome)), [67, 3]);
    assert!(
        OutputFormat::Full
            .render_plain(&report, &View { width: 10_000, ..View::default() })
            .contains("exceeds the limit for the text that is searched for names")
    );
}

#[test]
fn directories_over_the_limit_may_bring_a_trail() {
    let calls = |n| format!("module \"m{n}\" {{\n  source = \"./.terraform/modules/m{n}\"\n}}\n");
    let count = 4_100;
    let file = |n| {
        let text = if n + 1 == count { "resource \"aws_cloudtrail\" \"t\" {}\n" } else { "# Nothing.\n" };
        (format!(".terraform/modules/m{n}/main.tf"), text.to_owned())
    };
    let main = ("main.tf".to_owned(), (0..count).map(calls).collect());
    let report = found("single-region-trail", (0..count).map(file).chain([main]).collect());
    let addresses: Vec<_> = report.findings.iter().filter_map(|diagnostic| diagnostic.address.as_deref()).collect();
    assert_eq!(addresses, ["module.m4099.aws_cloudtrail.t"]);
}
