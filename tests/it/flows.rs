//! Where the flow of a finding in CloudFormation ends, its value is decided: another value there is another verdict.
//!
//! The value goes through functions within each other, parameters, mappings, conditions, nested stacks and exports. The
//! generator makes each program of one value, so that the verdicts before and after the change follow from how it is made.
//! `TRAILINT_FLOWS=10000` makes more programs.

use serde_json::{Map, Value as Json, json};
use trailint::internal::finding::FindingTarget;
use trailint::internal::report::{Diagnostic, Outcome, Report};

use super::random::Random;
use super::support::{check, quick_or_long};
use super::yaml::block;

#[test]
fn a_change_where_the_flow_ends_changes_the_verdict() {
    let programs =
        std::env::var("TRAILINT_FLOWS").map_or(quick_or_long(100, 300), |count| count.parse::<u64>().unwrap());
    for seed in 0..programs {
        let program = Program::generate(seed);
        for is_json in [true, false] {
            let before = program.write(is_json);
            let report = report(&before);
            let [diagnostic] = failing(&report)[..] else { panic!("{seed}: {}\n{before:#?}", failing(&report).len()) };
            let FindingTarget::Text(primary) = &diagnostic.finding.place else { panic!("{seed}") };
            let last = diagnostic.finding.related.last().unwrap_or(primary);
            let file = report.sources.file(last.span.file);
            let found = file.slice(last.span);
            // An item of a text is changed within that.
            assert!(found.matches("false").count() == 1, "{seed}: the flow ends at `{found}`\n{before:#?}");
            assert!(!found.contains(['[', '{', '!']), "{seed}: the flow ends at `{found}`\n{before:#?}");
            let mut after = before.clone();
            let (_, text) = after.iter_mut().find(|(name, _)| file.path.ends_with(name)).unwrap();
            text.replace_range(last.span.range(), &found.replace("false", "true"));
            assert!(failing(&self::report(&after)).is_empty(), "{seed}, after the change of `{found}`\n{before:#?}");
            check_fix(seed, diagnostic, &report, &before);
        }
    }
}

/// A fix changes the only text that decides.
fn check_fix(seed: u64, diagnostic: &Diagnostic, report: &Report, files: &Files) {
    let Some(fix) = &diagnostic.fix else { return };
    for edit in &fix.edits {
        let found = report.sources.file(edit.span.file).slice(edit.span).to_owned();
        assert!(found.contains("false"), "{seed}: the fix replaces `{found}`\n{files:#?}");
    }
}

type Files = Vec<(String, String)>;

fn report(files: &Files) -> Report {
    check(files.iter().map(|(name, text)| (name, text.as_str())))
}

fn failing(report: &Report) -> Vec<&Diagnostic> {
    let is_about =
        |diagnostic: &&Diagnostic| diagnostic.outcome != Outcome::Pass && diagnostic.rule.id() == "single-region-trail";
    report.findings.iter().filter(is_about).collect()
}

/// Templates, the first of which has the trail.
struct Program {
    random: Random,
    templates: Vec<Sections>,
}

#[derive(Default)]
struct Sections {
    parameters: Map<String, Json>,
    mappings: Map<String, Json>,
    conditions: Map<String, Json>,
    resources: Map<String, Json>,
    outputs: Map<String, Json>,
    names: usize,
}

impl Sections {
    fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}{}", self.names)
    }

    fn parameter(&mut self, default: &str) -> Json {
        let name = self.name("P");
        self.parameters.insert(name.clone(), json!({"Type": "String", "Default": default}));
        json!({"Ref": name})
    }
}

impl Program {
    fn generate(seed: u64) -> Self {
        let mut program = Self { random: Random::new(seed), templates: vec![Sections::default()] };
        let depth = 1 + program.random.below(5);
        let value = program.value(0, "false", depth);
        let properties = json!({"S3BucketName": "example-logs", "IsLogging": true, "IsMultiRegionTrail": value});
        let trail = json!({"Type": "AWS::CloudTrail::Trail", "Properties": properties});
        program.templates[0].resources.insert("Trail".to_owned(), trail);
        program
    }

    fn write(&self, is_json: bool) -> Files {
        let templates = self.templates.iter().enumerate();
        let file = |(index, sections): (usize, &Sections)| {
            let mut template = json!({"Resources": sections.resources});
            let more = [
                ("Parameters", &sections.parameters),
                ("Mappings", &sections.mappings),
                ("Conditions", &sections.conditions),
                ("Outputs", &sections.outputs),
            ];
            for (name, section) in more.into_iter().filter(|(_, section)| !section.is_empty()) {
                template[name] = Json::Object(section.clone());
            }
            let text = if is_json { serde_json::to_string_pretty(&template).unwrap() } else { block(&template) };
            // Nested stacks name the file as JSON, which YAML holds, too.
            (format!("t{index}.template"), text)
        };
        templates.map(file).collect()
    }

    /// A new template with nothing but an output.
    fn template(&mut self) -> usize {
        let mut sections = Sections::default();
        sections.resources.insert("Bucket".to_owned(), json!({"Type": "AWS::S3::Bucket"}));
        self.templates.push(sections);
        self.templates.len() - 1
    }

    /// What has a value that is something else.
    fn noise(&mut self, at: usize) -> Json {
        match self.random.below(3) {
            0 => json!("other"),
            1 => self.templates[at].parameter("noise"),
            _ => json!({"Fn::Join": ["", ["no", "ise"]]}),
        }
    }

    /// What is the empty text.
    fn empty(&mut self, at: usize) -> Json {
        match self.random.below(3) {
            0 => json!(""),
            1 => self.templates[at].parameter(""),
            _ => json!({"Fn::Join": ["", []]}),
        }
    }

    /// Something with the value of `text`, of which the failing value is a part.
    fn value(&mut self, at: usize, text: &str, depth: usize) -> Json {
        if depth == 0 {
            return if self.random.chance(50) { json!(text) } else { self.templates[at].parameter(text) };
        }
        let depth = depth - 1;
        match self.random.below(12) {
            0 => self.templates[at].parameter(text),
            1 => {
                let mut items = vec![self.empty(at), self.empty(at)];
                let value = self.value(at, text, depth);
                items.insert(self.random.below(3), value);
                json!({"Fn::Join": ["", items]})
            }
            2 | 3 => self.cut(at, text, depth),
            4 => {
                let mut items = vec![self.noise(at), self.noise(at)];
                let (index, value) = (self.random.below(3), self.value(at, text, depth));
                items.insert(index, value);
                json!({"Fn::Select": [index, items]})
            }
            5 => {
                let (value, empty) = (self.value(at, text, depth), self.empty(at));
                let written = if self.random.chance(50) { "${Empty}${Value}" } else { "${Value}${Empty}" };
                json!({"Fn::Sub": [written, {"Value": value, "Empty": empty}]})
            }
            6 => {
                let name = self.templates[at].name("M");
                let mapping = json!({"row": {"cell": text, "other": "noise"}});
                self.templates[at].mappings.insert(name.clone(), mapping);
                json!({"Fn::FindInMap": [name, "row", "cell"]})
            }
            7 => {
                let name = self.templates[at].name("C");
                let holds = self.random.chance(50);
                let condition = json!({"Fn::Equals": ["a", if holds { "a" } else { "b" }]});
                self.templates[at].conditions.insert(name.clone(), condition);
                let (value, noise) = (self.value(at, text, depth), self.noise(at));
                if holds { json!({"Fn::If": [name, value, noise]}) } else { json!({"Fn::If": [name, noise, value]}) }
            }
            8 => {
                let inner = self.template();
                let value = self.value(inner, text, depth);
                self.stack(at, inner, value, json!({}))
            }
            9 => {
                let inner = self.template();
                let passed = self.value(at, text, depth);
                self.templates[inner].parameters.insert("Given".to_owned(), json!({"Type": "String"}));
                let name =
                    if self.random.chance(50) { json!({"Ref": "Given"}) } else { json!({"Fn::Sub": "${Given}"}) };
                self.stack(at, inner, name, json!({"Given": passed}))
            }
            10 => {
                let inner = self.template();
                let value = self.value(inner, text, depth);
                let name = format!("export-{inner}");
                self.templates[inner]
                    .outputs
                    .insert("Exported".to_owned(), json!({"Value": value, "Export": {"Name": name}}));
                json!({"Fn::ImportValue": name})
            }
            _ => self.listed(at, text, depth),
        }
    }

    /// A nested stack that returns a value.
    fn stack(&mut self, at: usize, inner: usize, value: Json, parameters: Json) -> Json {
        self.templates[inner].outputs.insert("Returned".to_owned(), json!({"Value": value}));
        let name = self.templates[at].name("S");
        let properties = json!({"TemplateURL": format!("t{inner}.template"), "Parameters": parameters});
        let stack = json!({"Type": "AWS::CloudFormation::Stack", "Properties": properties});
        self.templates[at].resources.insert(name.clone(), stack);
        match self.random.below(3) {
            0 => json!({"Fn::GetAtt": [name, "Outputs.Returned"]}),
            1 => json!({"Fn::GetAtt": format!("{name}.Outputs.Returned")}),
            _ => json!({"Fn::Sub": format!("${{{name}.Outputs.Returned}}")}),
        }
    }

    /// An item of a text that is put together with others and cut again.
    fn cut(&mut self, at: usize, text: &str, depth: usize) -> Json {
        let Some(delimiter) = [",", "-", ";", "|"].into_iter().find(|delimiter| !text.contains(delimiter)) else {
            return json!(text);
        };
        let whole = match self.random.below(4) {
            0 => self.value(at, &format!("one{delimiter}{text}{delimiter}two"), depth),
            1 => {
                let value = self.value(at, text, depth);
                json!({"Fn::Join": [delimiter, ["one", value, self.noise(at)]]})
            }
            2 => {
                let value = self.value(at, text, depth);
                json!({"Fn::Join": [delimiter, ["one", {"Fn::Join": [delimiter, [value, "two"]]}]]})
            }
            _ => {
                let value = self.value(at, text, depth);
                json!({"Fn::Sub": [format!("one{delimiter}${{Value}}{delimiter}two"), {"Value": value}]})
            }
        };
        json!({"Fn::Select": [1, {"Fn::Split": [delimiter, whole]}]})
    }

    /// An item of a list of texts.
    fn listed(&mut self, at: usize, text: &str, depth: usize) -> Json {
        if text.contains(',') {
            return self.value(at, text, depth);
        }
        let name = self.templates[at].name("L");
        let parameter = json!({"Type": "CommaDelimitedList", "Default": format!("one,{text}")});
        self.templates[at].parameters.insert(name.clone(), parameter);
        let list = json!({"Ref": name});
        match self.random.below(2) {
            0 => json!({"Fn::Select": [1, list]}),
            _ => json!({"Fn::Select": ["1", {"Fn::Split": [";", {"Fn::Join": [";", list]}]}]}),
        }
    }
}
