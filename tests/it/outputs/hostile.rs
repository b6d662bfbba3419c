//! Whatever the texts of a report are, each format says them and nothing else.

use trailint::internal::finding::FindingTarget;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Diagnostic, Report, View};

use super::readers::{markdown, restored};
use crate::fuzzing::properties::rendering::{Choices, inspect, report};
use crate::fuzzing::properties::runners::{azure, github};
use crate::random::Random;

/// How many reports are made up.
const REPORTS: u64 = 60;

/// What texts are made of: parts of every syntax that a report passes through.
#[rustfmt::skip]
pub(crate) const PIECES: [&str; 62] = [
    "a", "Z", "0", " ", "  ", "é", "😀", "\u{301}", ".", ",", ";", ":", "::", "::add-mask::", "::error file=x::", "##[",
    "##[add-path]", "##vso[", "##VSO[task.setvariable variable=x]", "##teamcity[x]", "##TeamCity[", "#", "##", "%", "%0A", "%25", "%AZP25", "\n", "\r",
    "\r\n", "\t", "\0", "\u{1b}[31m", "\u{1b}]8;;http://x\u{1b}\\", "\u{9b}", "\u{202e}", "\u{2028}", "\u{feff}",
    "\u{e0041}", "\u{ad}", "\u{3164}", "\u{fffe}", "<", ">", "&", "\"", "'", "`", "</code><script>", "]]>", "-->", "&amp;", "|", "\\", "](http://x)",
    "[x]", "{0}", "{", "}", "www.x.org https://x.org @x", "*_~", "\\u{1b}",
];

struct Texts(Random);

impl Choices for Texts {
    fn below(&mut self, end: usize) -> usize {
        self.0.below(end)
    }

    fn text(&mut self) -> String {
        let count = self.0.below(8);
        (0..count).map(|_| self.0.pick(&PIECES)).collect()
    }
}

/// Reports whose texts mean harm, each with its seed.
pub(super) fn reports() -> impl Iterator<Item = (u64, Report)> {
    let seed = std::env::var("TRAILINT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    (0..REPORTS)
        .map(move |number| seed.wrapping_mul(REPORTS).wrapping_add(number))
        .map(|seed| (seed, report(&mut Texts(Random::new(seed)))))
}

/// What the formats with one text for each finding say of it.
fn told(diagnostic: &Diagnostic) -> String {
    let mark = match diagnostic.outcome {
        trailint::internal::report::Outcome::Unknown if diagnostic.finding.is_declared_elsewhere => {
            "not evaluated (declared elsewhere): "
        }
        trailint::internal::report::Outcome::Unknown => "unknown: ",
        _ => "",
    };
    let label = match &diagnostic.finding.place {
        FindingTarget::Text(label)
            if diagnostic.rule.id() != "syntax-error" && !diagnostic.finding.message.ends_with(&label.text) =>
        {
            format!(": {}", label.text)
        }
        FindingTarget::Text(_) | FindingTarget::File(_) | FindingTarget::Run => String::new(),
    };
    let help = diagnostic.finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{mark}{}{label}{help}", diagnostic.finding.message)
}

fn path(diagnostic: &Diagnostic, report: &Report) -> String {
    match &diagnostic.finding.place {
        FindingTarget::Text(label) => report.sources.file(label.span.file).name.clone(),
        FindingTarget::File(name) => name.clone(),
        FindingTarget::Run => ".".to_owned(),
    }
}

#[test]
fn nothing_acts_on_a_terminal_or_a_runner() {
    reports().for_each(|(_, report)| inspect(&report));
}

#[test]
fn json_says_what_was_found() {
    for (seed, report) in reports() {
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let json = parse(&OutputFormat::Json.render(&report, &View::default()));
        let lines = OutputFormat::JsonLines.render(&report, &View::default());
        let lines: Vec<_> = lines.lines().map(parse).filter(|line| line["type"] == "finding").collect();
        let gitlab = parse(&OutputFormat::Gitlab.render(&report, &View::default()));
        let rdjson = parse(&OutputFormat::Rdjson.render(&report, &View::default()));
        let sarif = parse(&OutputFormat::Sarif.render(&report, &View::default()));
        for (index, diagnostic) in report.findings.iter().enumerate() {
            for json in [&json["findings"][index], &lines[index]] {
                assert_eq!(json["message"], diagnostic.finding.message, "seed {seed}");
                assert_eq!(json["location"]["path"], path(diagnostic, &report), "seed {seed}");
                assert_eq!(json["address"].as_str(), diagnostic.address.as_deref(), "seed {seed}");
                assert_eq!(json["attribute"].as_str(), diagnostic.finding.attribute.as_deref(), "seed {seed}");
                assert_eq!(json["flow"].as_array().unwrap().len(), diagnostic.finding.related.len(), "seed {seed}");
            }
            assert_eq!(gitlab[index]["description"], told(diagnostic), "seed {seed}");
            assert_eq!(gitlab[index]["location"]["path"], path(diagnostic, &report), "seed {seed}");
            assert_eq!(rdjson["diagnostics"][index]["message"], told(diagnostic), "seed {seed}");
            let said = sarif["runs"][0]["results"][index]["message"]["text"].as_str().unwrap();
            let uri =
                &sarif["runs"][0]["results"][index]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            assert_eq!(decoded(uri.as_str().unwrap()), path(diagnostic, &report), "seed {seed}");
            assert!(!said.split("\\](").any(|part| part.contains("](")), "seed {seed}: a link in {said:?}");
            let said = said.replace("{{", "{").replace("}}", "}").replace('\\', "");
            assert_eq!(said, told(diagnostic).replace('\\', ""), "seed {seed}");
        }
    }
}

/// A relative URI as the path that it stands for.
fn decoded(uri: &str) -> String {
    let mut parts = uri.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn xml_says_what_was_found() {
    for (seed, report) in reports() {
        let checkstyle = OutputFormat::Checkstyle.render(&report, &View::default());
        let document = roxmltree::Document::parse(&checkstyle).unwrap_or_else(|error| panic!("{error}: {checkstyle}"));
        let errors: Vec<_> = document.descendants().filter(|node| node.has_tag_name("error")).collect();
        assert_eq!(errors.len(), report.findings.len(), "seed {seed}");
        for (error, diagnostic) in errors.iter().zip(&report.findings) {
            assert_eq!(restored(error.attribute("message").unwrap()), restored(&told(diagnostic)), "seed {seed}");
            let file = error.parent().unwrap().attribute("name").unwrap();
            assert_eq!(restored(file), restored(&path(diagnostic, &report)), "seed {seed}");
        }
        let junit = OutputFormat::Junit.render(&report, &View::default());
        let document = roxmltree::Document::parse(&junit).unwrap_or_else(|error| panic!("{error}: {junit}"));
        let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
        let names: Vec<String> = suites.map(|suite| restored(suite.attribute("name").unwrap())).collect();
        for judged in &report.deployments {
            assert!(names.contains(&restored(&judged.root)), "seed {seed}: {names:?}");
        }
    }
}

#[test]
fn commands_say_what_was_found() {
    for (seed, report) in reports() {
        let texts: Vec<String> = report.findings.iter().map(|diagnostic| restored(&told(diagnostic))).collect();
        let paths: Vec<String> =
            report.findings.iter().map(|diagnostic| restored(&path(diagnostic, &report))).collect();
        let annotations = OutputFormat::Github.render(&report, &View::default());
        let annotations: Vec<_> = annotations.lines().map(|line| github(line).unwrap()).collect();
        assert_eq!(annotations.len(), report.findings.len(), "seed {seed}");
        for command in &annotations {
            assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "seed {seed}: {command:?}");
            assert!(texts.contains(&restored(&command.text)), "seed {seed}: {command:?}\n{texts:?}");
            assert!(paths.contains(&restored(command.property("file").unwrap())), "seed {seed}: {command:?}");
            let names: Vec<&str> = command.properties.iter().map(|(name, _)| name.as_str()).collect();
            let expected = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(names == expected || names == ["file", "title"], "seed {seed}: {command:?}");
        }
        for line in OutputFormat::Azure
            .render_plain(&report, &View::default())
            .lines()
            .filter(|line| line.starts_with("##vso[task.logissue "))
        {
            let command = azure(line).unwrap();
            assert!(texts.contains(&restored(&command.text)), "seed {seed}: {command:?}");
            assert!(paths.contains(&restored(command.property("sourcepath").unwrap())), "seed {seed}: {command:?}");
            assert_eq!(command.properties.len(), 5, "seed {seed}: {command:?}");
        }
    }
}

#[test]
fn markdown_says_what_was_found() {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (seed, report) in reports() {
        let text = OutputFormat::Markdown.render(&report, &View::default());
        let read = markdown(&text).unwrap_or_else(|event| panic!("seed {seed}: {event} in\n{text}"));
        let read = squeezed(&restored(&read)).replace('`', "");
        for diagnostic in &report.findings {
            let wanted = squeezed(&restored(&diagnostic.finding.message)).replace('`', "");
            assert!(read.contains(&wanted), "seed {seed}: no {wanted:?} in\n{read}");
        }
    }
}
