//! Whether selectors record the events of all S3 objects, against an enumeration of ARNs.
//!
//! The model here knows each object by its ARN, and nothing of the representatives that the rules use. It enumerates all
//! paths of at most seven of five characters: two that the values of selectors have, one that they don't have, a slash,
//! and one that the name of a bucket can't have.

use std::collections::BTreeMap;

use trailint::internal::engine::{EngineSettings, Selection};
use trailint::internal::report::Outcome;
use trailint::internal::rules::Strictness;

use super::random::Random;
use super::support::{check_with, quick_or_long, word};

const PREFIX: &str = "arn:aws:s3:::";
const CHARACTERS: [char; 5] = ['a', 'b', 'z', '/', 'B'];
const LONGEST: usize = 7;

/// Values for the beginnings, the ends and the whole of an ARN.
const STARTS: [&str; 9] = ["", "a", "b", "a/", "b/", "ab/", "a/b", "a/a", "A"];
const ENDS: [&str; 6] = ["b", "bb", "/b", "a/b", "B", "bB"];
const WHOLES: [&str; 5] = ["a/b", "a/a", "b/ab", "ab/b", "a*/b"];

/// Trails in a file.
const TRAILS: usize = 40;

/// A set of objects, one bit for each.
type Objects = Vec<u64>;

/// All objects, and the sets of those that match a value.
struct Universe {
    all: Objects,
    paths: Vec<String>,
    matching: BTreeMap<(Place, &'static str), Objects>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Start,
    End,
    Whole,
}

/// The operators with their names in HCL, and whether they exclude.
const OPERATORS: [(&str, Place, bool); 6] = [
    ("equals", Place::Whole, false),
    ("not_equals", Place::Whole, true),
    ("starts_with", Place::Start, false),
    ("not_starts_with", Place::Start, true),
    ("ends_with", Place::End, false),
    ("not_ends_with", Place::End, true),
];

/// An operator with the values that it has if the variable is false, and if it is true.
#[derive(Debug, Clone)]
struct Operator {
    kind: usize,
    values: [Vec<&'static str>; 2],
}

#[derive(Debug, Clone)]
struct Selector {
    /// The values of `readOnly`; `None` without it.
    directions: Option<Vec<bool>>,
    has_event_name: bool,
    /// Field selectors of the ARN, all of which have to match.
    fields: Vec<Vec<Operator>>,
}

impl Universe {
    fn new() -> Self {
        let mut paths: Vec<String> = Vec::new();
        let mut longest = vec![String::new()];
        for _ in 0..LONGEST {
            longest =
                longest.iter().flat_map(|path| CHARACTERS.map(|character| format!("{path}{character}"))).collect();
            paths.extend(longest.iter().filter(|path| is_object(path)).cloned());
        }
        let all = vec![u64::MAX; paths.len().div_ceil(64)];
        let mut universe = Self { all, paths, matching: BTreeMap::new() };
        universe.all = universe.of(|_| true);
        let places = [(Place::Start, STARTS.as_slice()), (Place::End, &ENDS), (Place::Whole, &WHOLES)];
        for (place, values) in places {
            for value in values {
                let objects = universe.of(|path| match place {
                    Place::Start => path.starts_with(value),
                    Place::End => path.ends_with(value),
                    Place::Whole => path == *value,
                });
                universe.matching.insert((place, value), objects);
            }
        }
        universe
    }

    fn of(&self, is_in: impl Fn(&str) -> bool) -> Objects {
        let mut set = vec![0; self.all.len()];
        for (index, path) in self.paths.iter().enumerate() {
            if is_in(path) {
                set[index / 64] |= 1 << (index % 64);
            }
        }
        set
    }

    fn selected(&self, selector: &Selector, is_read: bool, variable: bool) -> Objects {
        let is_recorded = selector.directions.as_ref().is_none_or(|directions| directions.contains(&is_read));
        if !is_recorded || selector.has_event_name {
            return vec![0; self.all.len()];
        }
        let mut kept = self.all.clone();
        for field in &selector.fields {
            let (mut chosen, mut excluded) = (vec![0; kept.len()], vec![0; kept.len()]);
            let mut is_restricted = false;
            for operator in field {
                let (_, place, is_negative) = OPERATORS[operator.kind];
                let values = &operator.values[usize::from(variable)];
                is_restricted |= !is_negative && !values.is_empty();
                let set = if is_negative { &mut excluded } else { &mut chosen };
                for value in values {
                    let matching = &self.matching[&(place, *value)];
                    set.iter_mut().zip(matching).for_each(|(word, other)| *word |= other);
                }
            }
            for (index, word) in kept.iter_mut().enumerate() {
                *word &= if is_restricted { chosen[index] } else { u64::MAX } & !excluded[index];
            }
        }
        kept
    }

    fn is_whole(&self, selectors: &[Selector], is_read: bool, variable: bool) -> bool {
        let mut union = vec![0; self.all.len()];
        for selector in selectors {
            let own = self.selected(selector, is_read, variable);
            union.iter_mut().zip(own).for_each(|(word, other)| *word |= other);
        }
        union == self.all
    }

    fn expected(&self, selectors: &[Selector], is_read: bool) -> Outcome {
        match [false, true].map(|variable| self.is_whole(selectors, is_read, variable)) {
            [true, true] => Outcome::Pass,
            [false, false] => Outcome::Fail,
            _ => Outcome::Unknown,
        }
    }
}

/// True for the path of an object: a bucket, a slash and a key.
fn is_object(path: &str) -> bool {
    path.split_once('/').is_some_and(|(bucket, key)| !bucket.is_empty() && !bucket.contains('B') && !key.is_empty())
}

fn values(random: &mut Random, place: Place) -> Vec<&'static str> {
    let all: &[&'static str] = match place {
        Place::Start => &STARTS,
        Place::End => &ENDS,
        Place::Whole => &WHOLES,
    };
    (0..random.below(3)).map(|_| all[random.below(all.len())]).collect()
}

/// A field selector. A field that starts like another one and excludes what that one selects is likely, because only
/// these heal each other.
fn field(random: &mut Random, has_variable: bool) -> Vec<Operator> {
    let mut operators: Vec<Operator> = Vec::new();
    for _ in 0..=random.below(2) {
        let kind = if random.chance(60) { 2 + random.below(2) } else { random.below(OPERATORS.len()) };
        if operators.iter().any(|other| other.kind == kind) {
            continue;
        }
        let first = values(random, OPERATORS[kind].1);
        let second = if has_variable && random.chance(50) { values(random, OPERATORS[kind].1) } else { first.clone() };
        operators.push(Operator { kind, values: [first, second] });
    }
    operators
}

/// The same operators with the opposite effect, as far as they have one value.
fn opposite(field: &[Operator]) -> Vec<Operator> {
    field.iter().map(|own| Operator { kind: own.kind ^ 1, values: own.values.clone() }).collect()
}

fn selectors(random: &mut Random, has_variable: bool) -> Vec<Selector> {
    let mut all: Vec<Selector> = Vec::new();
    for _ in 0..=random.below(4) {
        let before = all.iter().find_map(|selector| selector.fields.first()).cloned();
        let fields = match before {
            Some(before) if random.chance(60) => vec![opposite(&before)],
            _ => (0..random.below(3)).map(|_| field(random, has_variable)).collect(),
        };
        let directions = match random.below(6) {
            0 => Some(vec![true]),
            1 => Some(vec![false]),
            2 => Some(vec![true, false]),
            _ => None,
        };
        all.push(Selector { directions, has_event_name: random.one_in(12), fields });
    }
    all
}

fn list(values: &[&str], prefix: &str) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{prefix}{value}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

fn field_selector(name: &str, operators: &str) -> String {
    format!("    field_selector {{\n      field = \"{name}\"\n{operators}    }}\n")
}

fn text(selector: &Selector) -> String {
    let mut fields = field_selector("eventCategory", "      equals = [\"Data\"]\n");
    fields.push_str(&field_selector("resources.type", "      equals = [\"AWS::S3::Object\"]\n"));
    if let Some(directions) = &selector.directions {
        let names: Vec<String> = directions.iter().map(bool::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        fields.push_str(&field_selector("readOnly", &format!("      equals = {}\n", list(&names, ""))));
    }
    if selector.has_event_name {
        fields.push_str(&field_selector("eventName", "      equals = [\"PutObject\"]\n"));
    }
    for field in &selector.fields {
        let mut operators = String::new();
        for own in field {
            let (name, place, _) = OPERATORS[own.kind];
            let prefix = if place == Place::End { "" } else { PREFIX };
            let [first, second] = own.values.each_ref().map(|values| list(values, prefix));
            let value = if first == second { first } else { format!("var.v ? {second} : {first}") };
            operators.push_str(&format!("      {name} = {value}\n"));
        }
        fields.push_str(&field_selector("resources.ARN", &operators));
    }
    format!("  advanced_event_selector {{\n{fields}  }}\n")
}

/// Compares the verdicts on random trails with the enumeration; returns the number of trails for each verdict.
fn compare(seed: u64, has_variable: bool, count: usize) -> BTreeMap<&'static str, usize> {
    let universe = Universe::new();
    let mut random = Random::new(seed);
    let rules = ["unrecorded-object-writes", "unrecorded-object-reads"];
    let mut counts = BTreeMap::new();
    for _ in 0..count.div_ceil(TRAILS) {
        let trails: Vec<Vec<Selector>> = (0..TRAILS).map(|_| selectors(&mut random, has_variable)).collect();
        let mut code = "variable \"v\" {\n  type = bool\n  nullable = false\n}\n".to_owned();
        for (index, trail) in trails.iter().enumerate() {
            let selectors: String = trail.iter().map(text).collect();
            code.push_str(&format!(
                "resource \"aws_cloudtrail\" \"t{index}\" {{\n  name = \"t\"\n  s3_bucket_name = \"logs\"\n  \
                 is_multi_region_trail = true\n{selectors}}}\n"
            ));
        }
        let selection = Selection { selected: Some(rules.to_vec()), ..Selection::default() };
        let settings = EngineSettings { selection, ..EngineSettings::default() };
        let report = check_with(vec![("main.tf".to_owned(), code)], settings);
        let deployment = report.deployments.first().unwrap();
        assert_eq!(deployment.trails.len(), TRAILS);
        for (index, trail) in trails.iter().enumerate() {
            let result =
                deployment.trails.iter().find(|own| own.address == format!("aws_cloudtrail.t{index}")).unwrap();
            for (rule, is_read) in rules.iter().zip([false, true]) {
                let said = result.rules.iter().find(|(own, _)| own.id() == *rule).unwrap().1;
                let expected = universe.expected(trail, is_read);
                let code: String = trail.iter().map(text).collect();
                assert_eq!(word(said), word(expected), "{rule} of\n{code}");
                *counts.entry(word(said)).or_default() += 1;
            }
        }
    }
    counts
}

#[test]
fn verdicts_on_object_events_agree_with_an_enumeration_of_objects() {
    let counts = compare(1, false, quick_or_long(1_000, 12_000));
    assert!(counts["pass"] > 100 && counts["fail"] > 100 && !counts.contains_key("unknown"), "{counts:?}");
}

/// A condition decides some of the values.
#[test]
fn verdicts_on_object_events_with_a_condition_agree_with_an_enumeration_of_objects() {
    let counts = compare(2, true, quick_or_long(400, 6_000));
    assert!(counts["pass"] > 20 && counts["fail"] > 100 && counts["unknown"] > 20, "{counts:?}");
}

/// The findings about object-level events: the rule, the trail's address, the level and the help.
fn findings(code: &str, settings: EngineSettings) -> Vec<String> {
    let rules = vec!["unrecorded-object-writes", "unrecorded-object-reads"];
    let settings =
        EngineSettings { selection: Selection { selected: Some(rules), ..Selection::default() }, ..settings };
    let report = check_with(vec![("main.tf".to_owned(), code.to_owned())], settings);
    let lines = report.findings.iter().map(|diagnostic| {
        let address = diagnostic.instances().first().and_then(|instance| instance.address.clone()).unwrap_or_default();
        let help = diagnostic.finding.help.as_deref().unwrap_or_default();
        assert!(diagnostic.finding.remedies.is_empty(), "a change that increases the cost: {help}");
        format!("{} {address} {:?} {}", diagnostic.rule.id(), diagnostic.level, help.split(';').next().unwrap())
    });
    lines.collect()
}

/// A trail in a module of worlds: `objects` is the direction that it records of all buckets, or `None`.
fn trail(name: &str, objects: Option<&str>, more: &str) -> String {
    let selector = objects.map(|direction| {
        format!(
            "  event_selector {{\n    read_write_type = {direction}\n    data_resource {{\n      type = \"AWS::S3::Object\"\n      \
             values = [\"arn:aws:s3\"]\n    }}\n  }}\n"
        )
    });
    format!(
        "resource \"aws_cloudtrail\" \"{name}\" {{\n  name = \"{name}\"\n  s3_bucket_name = \"logs\"\n  \
         is_multi_region_trail = true\n{more}{}}}\n",
        selector.unwrap_or_default()
    )
}

#[test]
fn findings_are_notes_where_another_trail_records_the_events() {
    let variable = "variable \"v\" {\n  type = bool\n  nullable = false\n}\n";
    let none = trail("none", None, "");
    let all = trail("all", Some("\"All\""), "");
    let note =
        ["writes", "reads"].map(|noun| format!("unrecorded-object-{noun} aws_cloudtrail.none Note no action needed"));
    assert_eq!(findings(&format!("{none}{all}"), EngineSettings::default()), note);
    // `every-trail` reports each trail.
    let policy = Strictness { every_trail: true, ..Strictness::default() };
    let each = findings(&format!("{none}{all}"), EngineSettings { policy, ..EngineSettings::default() });
    assert!(each.iter().all(|line| line.contains("Warning")), "{each:?}");
    // The other trail may not be created.
    let sometimes = trail("all", Some("\"All\""), "  count = var.v ? 1 : 0\n");
    let each = findings(&format!("{variable}{none}{sometimes}"), EngineSettings::default());
    assert!(each.len() == 2 && each.iter().all(|line| line.contains("Warning")), "{each:?}");
    // One of two trails is created and records everything.
    let otherwise = trail("other", Some("\"All\""), "  count = var.v ? 0 : 1\n");
    assert_eq!(findings(&format!("{variable}{none}{sometimes}{otherwise}"), EngineSettings::default()), note);
    // One or the other records writes, and none does in each world without the first.
    let one = trail("one", Some("var.v ? \"All\" : \"ReadOnly\""), "");
    let other = trail("other", Some("var.v ? \"ReadOnly\" : \"All\""), "");
    let each = findings(&format!("{variable}{one}{other}"), EngineSettings::default());
    assert!(each.len() == 2 && each.iter().all(|line| line.contains("writes") && line.contains("Note")), "{each:?}");
    let same = one.replace("\"one\"", "\"same\"");
    let each = findings(&format!("{variable}{one}{same}"), EngineSettings::default());
    assert!(each.len() == 2 && each.iter().all(|line| line.contains("Warning")), "{each:?}");
    // The coverage of trails isn't combined.
    let writes = trail("writes", Some("\"WriteOnly\""), "  is_multi_region_trail = false\n").replacen(
        "  is_multi_region_trail = true\n",
        "",
        1,
    );
    let each = findings(&format!("{none}{writes}"), EngineSettings::default());
    assert_eq!(each.iter().filter(|line| line.contains("Warning")).count(), 4, "{each:?}");
}
