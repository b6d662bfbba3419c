//! The examples on the rules' pages give the verdicts that their headings say.

use trailint::internal::engine::{EngineSettings, Selection};
use trailint::internal::finding::FindingTarget;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};
use trailint::internal::rules::{self, Check, EvaluatedPart, RULES, Rule};
use trailint::internal::suppress;

use super::support::{check_with, file_name, verdict, word};

/// An example under a heading: one project.
struct Example<'a> {
    heading: &'a str,
    /// Path and text of each file.
    files: Vec<(String, String)>,
}

#[test]
fn examples_give_the_verdict_of_their_heading() {
    for rule in RULES.iter().copied() {
        for example in examples(rule.page.text) {
            let report = check_with(example.files.clone(), asking_all());
            let context = format!("{}: {}\n{:?}", rule.id(), example.heading, example.files);
            assert_eq!(said(rule, &report), expected(example.heading), "{context}");
            let problems = report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == "syntax-error").count();
            assert_eq!(problems, 0, "{context}");
            check_pins(rule, &report, &example, &context);
        }
    }
}

/// `--compliance` on the examples: each control of the benchmark is listed, and the rule's own control has the status of the
/// heading.
#[test]
fn examples_have_the_status_of_their_heading_in_each_benchmark() {
    let mut claimed = 0;
    for rule in RULES.iter().copied() {
        for example in examples(rule.page.text) {
            let report = check_with(example.files.clone(), asking_all());
            for benchmark in rules::stated_benchmarks() {
                let view = View { benchmark: Some(benchmark.to_owned()), ..View::default() };
                let context = format!("{benchmark}, {}: {}\n{:?}", rule.id(), example.heading, example.files);
                let json: serde_json::Value =
                    serde_json::from_str(&OutputFormat::Json.render_plain(&report, &view)).unwrap();
                let statements = json["compliance"].as_array().unwrap();
                assert_eq!(statements.len(), report.deployments.len(), "{context}");
                for statement in statements {
                    let controls = statement["controls"].as_array().unwrap();
                    let ids: Vec<&str> = controls.iter().map(|control| control["id"].as_str().unwrap()).collect();
                    let listed = rules::section(benchmark).unwrap();
                    assert_eq!(ids, listed.iter().map(|listed| listed.id).collect::<Vec<_>>(), "{context}");
                    for (listed, control) in listed.iter().zip(controls) {
                        let (status, is_judged) =
                            (control["status"].as_str().unwrap(), listed.not_evaluated().is_none());
                        assert_eq!(status != "not-judged", is_judged, "{} {context}", listed.id);
                        let evaluating = listed.rules();
                        if !evaluating.iter().any(|own| std::ptr::eq(*own, rule)) {
                            continue;
                        }
                        claimed += 1;
                        let is_only = evaluating.len() == 1 && matches!(listed.evaluates, EvaluatedPart::Rules(_));
                        let allowed: &[&str] = match expected(example.heading) {
                            "fail" => &["not-compliant"],
                            "unknown" if is_only => &["unknown"],
                            "unknown" => &["unknown", "not-compliant"],
                            _ if is_only || matches!(rule.check, Check::Deployment(_)) => {
                                &["compliant", "not-applicable"]
                            }
                            _ => &["compliant", "not-compliant", "unknown", "not-applicable"],
                        };
                        assert!(allowed.contains(&status), "{} {status} {context}", listed.id);
                    }
                }
            }
        }
    }
    assert!(claimed > 500, "{claimed}");
}

/// The printed list of each benchmark is the one in `testdata/benchmarks.txt`, and the pages of the rules have its
/// numbers.
#[test]
fn each_benchmark_is_listed_as_its_pages_say() {
    let example = &examples(rules::find("stopped-trail").unwrap().page.text)[0];
    let report = check_with(example.files.clone(), asking_all());
    let mut lists = String::new();
    for benchmark in rules::stated_benchmarks() {
        let view = View { benchmark: Some(benchmark.to_owned()), ..View::default() };
        let json: serde_json::Value = serde_json::from_str(&OutputFormat::Json.render_plain(&report, &view)).unwrap();
        let controls = json["compliance"][0]["controls"].as_array().unwrap();
        lists.push_str(&format!("{benchmark}\n"));
        for control in controls {
            lists.push_str(&list_line(control));
        }
        let concise = OutputFormat::Concise.render_plain(&report, &view);
        let printed = concise.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
        let printed: Vec<&str> = printed.filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(printed, controls.iter().map(|control| control["id"].as_str().unwrap()).collect::<Vec<_>>());
        check_pages(benchmark, controls);
    }
    super::support::expect_file(&super::support::package("testdata/benchmarks.txt"), &lists);
}

/// The number, the profile, the assessment, and the rules or the reason why none evaluates it.
fn list_line(control: &serde_json::Value) -> String {
    let word = |name: &str| control[name].as_str().unwrap_or("-").to_owned();
    let rules: Vec<&str> = control["rules"].as_array().unwrap().iter().map(|rule| rule.as_str().unwrap()).collect();
    let what = if rules.is_empty() { format!("({})", word("reason")) } else { rules.join(", ") };
    format!("  {} {} {} {}: {what}\n", word("id"), word("profile"), word("assessment"), word("title"))
}

/// Compares the listed numbers of each rule with those on its page.
fn check_pages(benchmark: &str, controls: &[serde_json::Value]) {
    for rule in RULES.iter().copied() {
        let has_rule = |control: &&serde_json::Value| {
            control["rules"].as_array().unwrap().iter().any(|own| own.as_str() == Some(rule.id()))
        };
        let listed = controls.iter().find(has_rule).map(|control| control["id"].as_str().unwrap());
        let stated = if benchmark.starts_with("cis-") || benchmark == "fsbp" {
            rule.page.control(benchmark)
        } else {
            let Some(listed) = listed else { continue };
            let all = rule.page.controls.iter().chain(rule.page.supports.iter());
            let own = all.filter(|control| control.benchmark == "security-hub").find(|own| own.id == listed);
            own.map(|own| own.id.as_str())
        };
        // The control has conditions that Security Hub's text doesn't name.
        let is_wider = !benchmark.starts_with("cis-") && listed == Some("CloudTrail.1") && stated.is_none();
        assert!(stated == listed || is_wider, "{benchmark}: {} {stated:?} {listed:?}", rule.id());
    }
}

/// Settings that ask also what is asked on request only.
pub(crate) fn asking_all() -> EngineSettings {
    EngineSettings {
        suppress: suppress::SuppressionPolicy {
            today: "2026-01-01".parse().unwrap(),
            ..suppress::SuppressionPolicy::default()
        },
        selection: Selection { selected: Some(RULES.iter().map(|rule| rule.id()).collect()), ..Selection::default() },
        ..EngineSettings::default()
    }
}

#[test]
fn every_rule_has_an_example_of_each_kind_in_both_languages() {
    for rule in RULES.iter().filter(|rule| !matches!(rule.check, Check::Reading | Check::Comparing)) {
        let examples = examples(rule.page.text);
        let has = |verdict: &str, extension: &str| {
            let files = examples.iter().filter(|example| expected(example.heading) == verdict).flat_map(|e| &e.files);
            files.map(|(name, _)| name).any(|name| name.ends_with(extension))
        };
        assert!(has("pass", ""), "{} has no example that passes", rule.id());
        let (terraform, cloudformation) = (has("fail", ".tf"), has("fail", ".yaml"));
        // Some advice is about what only one of the languages has.
        let is_advice = rule.check.is_advice();
        let mut names = examples.iter().flat_map(|example| &example.files).map(|(name, _)| name);
        if names.all(|name| name.starts_with("evidence/")) && !examples.is_empty() {
            assert!(has("fail", ""), "{} has no example that fails", rule.id());
            continue;
        }
        let may_lack_one = is_advice || matches!(rule.check, Check::Evidence);
        assert!(terraform && cloudformation || may_lack_one && (terraform || cloudformation), "{}", rule.id());
    }
}

#[test]
fn pages_are_named_after_their_rules() {
    let files = std::fs::read_dir(super::support::package("rules")).unwrap();
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "README.md").collect();
    let mut ids: Vec<String> = RULES.iter().map(|rule| format!("{}.md", rule.id())).collect();
    names.sort();
    ids.sort();
    assert_eq!(names, ids);
}

#[test]
fn references_cite_the_benchmark() {
    for rule in RULES.iter().copied() {
        let versions = ["3.0", "2.0"].map(|version| (version, rule.page.control(&format!("cis-aws-{version}"))));
        let Some((version, number)) = versions.into_iter().find_map(|(version, id)| Some((version, id?))) else {
            assert!(!rule.page.text.contains("[CIS AWS Foundations"), "{}", rule.id());
            continue;
        };
        let (_, references) = rule.page.text.split_once("\n## References\n").unwrap();
        let citation = format!("- [CIS AWS Foundations {version}: {number}](");
        assert!(references.contains(&citation), "{} doesn't cite {citation}", rule.id());
    }
}

fn expected(heading: &str) -> &'static str {
    match heading.split_whitespace().next() {
        Some("Passes") => "pass",
        Some("Fails" | "Advises") => "fail",
        Some("Unknown") => "unknown",
        _ => panic!("`{heading}` is no case"),
    }
}

fn said(rule: &Rule, report: &Report) -> &'static str {
    match rule.check {
        Check::Trail(_) | Check::LogDelivery(_) | Check::LogGroup(_) => verdict(report, rule.id()),
        Check::Deployment(_) => word(report.deployments[0].verdict.unwrap()),
        Check::Advice(_) | Check::LogDeliveryAdvice(_) => {
            let mut trails = report.deployments.iter().flat_map(|deployment| &deployment.trails);
            let advises = trails.any(|trail| trail.advisories.iter().any(|advised| advised.id() == rule.id()));
            if advises { "fail" } else { "pass" }
        }
        Check::Ignoring | Check::Evidence => {
            let is_found = report.findings.iter().any(|diagnostic| diagnostic.rule.id() == rule.id());
            if is_found { "fail" } else { "pass" }
        }
        Check::Reading | Check::Comparing => panic!("`{}` has an example and no check", rule.id()),
    }
}

/// A trailing `# fail` pins the line of the primary label.
fn check_pins(rule: &Rule, report: &Report, example: &Example<'_>, context: &str) {
    for (name, text) in &example.files {
        let is_pin = |line: &str| ["# fail", "# unknown", "# note"].iter().any(|pin| line.ends_with(pin));
        let Some(pinned) = text.lines().position(is_pin) else { continue };
        // Advice isn't repeated where a rule already found something.
        let is_advice = rule.check.is_advice();
        let found = report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == rule.id() || is_advice);
        let lines = found.filter_map(|diagnostic| match &diagnostic.finding.place {
            FindingTarget::Text(label) => {
                let file = report.sources.file(label.span.file);
                (file.name == *name).then(|| file.position(label.span.start).line as usize)
            }
            FindingTarget::File(_) | FindingTarget::Run => None,
        });
        let lines: Vec<usize> = lines.collect();
        let is_pinned = if is_advice { lines.contains(&(pinned + 1)) } else { lines == [pinned + 1] };
        assert!(is_pinned, "{lines:?} instead of {}: {context}", pinned + 1);
    }
}

/// Every example of every page, by its heading.
pub(crate) fn projects() -> Vec<(String, Vec<(String, String)>)> {
    let of_page = |rule: &&'static Rule| {
        let name = rule.id();
        examples(rule.page.text).into_iter().map(move |example| (format!("{name}: {}", example.heading), example.files))
    };
    RULES.iter().flat_map(of_page).collect()
}

/// The examples of a page. Blocks with paths make one project, others one each.
fn examples(page: &str) -> Vec<Example<'_>> {
    let mut examples: Vec<Example<'_>> = Vec::new();
    for section in page.split("\n## ").skip(1) {
        let (heading, body) = section.split_once('\n').unwrap();
        if !["Passes", "Fails", "Unknown", "Advises"].iter().any(|case| heading.starts_with(case)) {
            continue;
        }
        let mut project = Vec::new();
        for block in body.split("```").skip(1).step_by(2) {
            let (info, text) = block.split_once('\n').unwrap();
            match info.split_once(' ') {
                Some((_, path)) => project.push((path.to_owned(), text.to_owned())),
                None => {
                    let files = vec![(file_name(info, text).to_owned(), text.to_owned())];
                    examples.push(Example { heading, files });
                }
            }
        }
        if !project.is_empty() {
            examples.push(Example { heading, files: project });
        }
    }
    examples
}
