//! How long the parts take: `cargo bench`, or `cargo bench splitter` for one of them.

#![expect(clippy::unwrap_used, reason = "a benchmark of something unexpected measures nothing")]

use std::fmt::Write;
use std::sync::Arc;

use clap::ValueEnum;
use divan::Bencher;
use divan::counter::BytesCount;
use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{FileId, Memory, SourceFile, Sources};
use trailint::internal::syntax::{hcl, json, yaml};

/// How many blocks, entries or trails a text has where nothing else is said.
const MANY: usize = 1_000;

fn main() {
    divan::main();
}

fn repeat(count: usize, write: impl Fn(&mut String, usize)) -> String {
    let mut text = String::new();
    (0..count).for_each(|index| write(&mut text, index));
    text
}

fn source(name: &str, text: &str) -> (FileId, Arc<SourceFile>) {
    let sources = Sources::new("/".into());
    let id = sources.add(name.as_ref(), text.as_bytes().to_vec());
    (id, sources.file(id))
}

fn check(files: &[(&str, String)]) -> Report {
    let fs = Memory::new(files.iter().map(|(path, text)| (path, text.as_str())));
    let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
    engine::check(&fs, &inputs, Sources::new("/".into()), &EngineSettings::default()).unwrap()
}

fn blocks() -> String {
    repeat(MANY, |text, n| {
        let block = "  tags = { a = \"${var.b}-{}\", c = [1, 2] } # }\n  policy = <<EOT\n}\nEOT\n";
        writeln!(text, "resource \"aws_instance\" \"i{n}\" {{\n{block}}}").unwrap();
    })
}

#[divan::bench]
fn splitter(bencher: Bencher<'_, '_>) {
    let text = blocks();
    let (id, file) = source("/main.tf", &text);
    bencher.counter(BytesCount::of_str(&text)).bench(|| hcl::split(id, &file));
}

#[divan::bench]
fn hcl_parser(bencher: Bencher<'_, '_>) {
    let text = blocks();
    let (id, file) = source("/main.tf", &text);
    let items = hcl::split(id, &file).items;
    let parse = || items.iter().map(|item| hcl::parse(item, &file)).collect::<Vec<_>>();
    bencher.counter(BytesCount::of_str(&text)).bench(parse);
}

#[divan::bench]
fn yaml_parser(bencher: Bencher<'_, '_>) {
    let queue = |text: &mut String, n| {
        writeln!(text, "  Q{n}:\n    Type: AWS::SQS::Queue\n    Properties: {{ QueueName: !Sub \"${{A}}-{n}\" }}")
            .unwrap();
    };
    let text = format!("Resources:\n{}", repeat(MANY, queue));
    let (id, file) = source("/template.yaml", &text);
    bencher.counter(BytesCount::of_str(&text)).bench(|| yaml::parse(id, &file));
}

#[divan::bench]
fn json_parser(bencher: Bencher<'_, '_>) {
    let package =
        |text: &mut String, n| writeln!(text, "\"p{n}\": {{ \"version\": \"1.{n}\", \"dev\": true }},").unwrap();
    let text = format!("{{ \"packages\": {{ {} \"last\": null }} }}", repeat(MANY, package));
    let (id, file) = source("/package-lock.json", &text);
    bencher.counter(BytesCount::of_str(&text)).bench(|| json::parse(id, &file));
}

/// A chain of locals, each made from the one before.
#[divan::bench(args = [10, 100, 1000])]
fn evaluator(bencher: Bencher<'_, '_>, length: usize) {
    let local = |text: &mut String, n: usize| {
        let next = n.saturating_add(1);
        writeln!(text, "  l{next} = lower(format(\"%s\", upper(local.l{n}))) == \"true\" ? \"true\" : \"false\"")
            .unwrap();
    };
    let locals = format!("locals {{\n  l0 = \"true\"\n{}}}\n", repeat(length, local));
    let files = [("main.tf", locals + &trail(0, &format!("  is_multi_region_trail = local.l{length}\n")))];
    bencher.bench(|| check(&files));
}

/// So many variables that nobody knows, all of which matter.
#[divan::bench(args = [1, 5, 10])]
fn worlds(bencher: Bencher<'_, '_>, variables: usize) {
    let declared = repeat(variables, |text, n| writeln!(text, "variable \"v{n}\" {{ type = bool }}").unwrap());
    let all: Vec<String> = (0..variables).map(|n| format!("(var.v{n} ? true : false)")).collect();
    let argument = format!("  is_multi_region_trail = alltrue([{}])\n", all.join(", "));
    let files = [("main.tf", declared + &trail(0, &argument))];
    bencher.bench(|| check(&files));
}

/// A trail with so many selectors.
#[divan::bench(args = [5, 50, 500])]
fn coverage(bencher: Bencher<'_, '_>, selectors: usize) {
    let selector = |text: &mut String, n: usize| {
        let source = if n.is_multiple_of(2) { "kms" } else { "rdsdata" };
        let category = "field_selector {\n      field = \"eventCategory\"\n      equals = [\"Management\"]\n    }";
        let other = format!(
            "field_selector {{\n      field = \"eventSource\"\n      not_equals = [\"{source}.amazonaws.com\"]\n    }}"
        );
        writeln!(text, "  advanced_event_selector {{\n    {category}\n    {other}\n  }}").unwrap();
    };
    let files = [("main.tf", trail(0, &repeat(selectors, selector)))];
    bencher.bench(|| check(&files));
}

/// A report with 10,000 findings in each format.
#[divan::bench(args = OutputFormat::value_variants(), sample_count = 10)]
fn rendering(bencher: Bencher<'_, '_>, format: &OutputFormat) {
    let report =
        check(&[("main.tf", repeat(2 * MANY, |text, n| text.push_str(&trail(n, "  enable_logging = false\n"))))]);
    assert!(report.findings.len() >= 10 * MANY, "{}", report.findings.len());
    bencher.bench(|| format.render_plain(&report, &View::default()));
}

fn trail(number: usize, arguments: &str) -> String {
    format!("resource \"aws_cloudtrail\" \"t{number}\" {{\n  name = \"t\"\n  s3_bucket_name = \"b\"\n{arguments}}}\n\n")
}
