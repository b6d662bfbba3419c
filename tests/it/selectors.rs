//! What selectors record, against an enumeration of events.
//!
//! The model here knows events one by one, and none of the algebra that the rules use.

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::model::selectors::SelectorPolicy;
use trailint::internal::report::Outcome;
use trailint::internal::rules::Strictness;
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Memory, Sources};

const SOURCES: [&str; 3] = ["kms.amazonaws.com", "rdsdata.amazonaws.com", "ec2.amazonaws.com"];

/// A selector as text, and the events that it records: whether they only read, and an index into [`SOURCES`].
#[derive(Clone)]
struct Selector {
    text: String,
    events: Vec<(bool, usize)>,
}

fn events(keep: impl Fn(bool, usize) -> bool) -> Vec<(bool, usize)> {
    let all = [true, false].into_iter().flat_map(|reads| (0..SOURCES.len()).map(move |source| (reads, source)));
    all.filter(|&(reads, source)| keep(reads, source)).collect()
}

/// Lists of the sources that can be left out.
fn exclusions() -> Vec<Vec<usize>> {
    vec![vec![], vec![0], vec![1], vec![0, 1]]
}

fn list(excluded: &[usize]) -> String {
    let quoted: Vec<String> = excluded.iter().map(|&source| format!("\"{}\"", SOURCES[source])).collect();
    format!("[{}]", quoted.join(", "))
}

fn basic_selectors() -> Vec<Selector> {
    let mut selectors = Vec::new();
    for (direction, reads, writes) in [("All", true, true), ("ReadOnly", true, false), ("WriteOnly", false, true)] {
        for is_on in [true, false] {
            for excluded in exclusions() {
                let text = format!(
                    "event_selector {{\nread_write_type = \"{direction}\"\ninclude_management_events = {is_on}\n\
                     exclude_management_event_sources = {}\n}}\n",
                    list(&excluded)
                );
                let keep =
                    |is_read, source| is_on && (if is_read { reads } else { writes }) && !excluded.contains(&source);
                selectors.push(Selector { text, events: events(keep) });
            }
        }
    }
    selectors
}

fn advanced_selectors() -> Vec<Selector> {
    let field = |field: &str, operator: &str, values: &str| {
        format!("field_selector {{\nfield = \"{field}\"\n{operator} = {values}\n}}\n")
    };
    let mut selectors = Vec::new();
    for category in ["Management", "Data"] {
        for (read_only, reads, writes) in [
            ("", true, true),
            ("[\"true\"]", true, false),
            ("[\"false\"]", false, true),
            ("[\"true\", \"false\"]", true, true),
        ] {
            for excluded in exclusions() {
                let mut fields = field("eventCategory", "equals", &format!("[\"{category}\"]"));
                if !read_only.is_empty() {
                    fields.push_str(&field("readOnly", "equals", read_only));
                }
                if !excluded.is_empty() {
                    fields.push_str(&field("eventSource", "not_equals", &list(&excluded)));
                }
                let keep = |is_read, source| {
                    category == "Management" && (if is_read { reads } else { writes }) && !excluded.contains(&source)
                };
                let text = format!("advanced_event_selector {{\n{fields}}}\n");
                selectors.push(Selector { text, events: events(keep) });
            }
        }
    }
    selectors
}

/// Whether the rules on management events pass a trail, by what is recorded event by event.
fn expected(selectors: &[&Selector], policy: SelectorPolicy) -> bool {
    let everything = events(|_, _| true);
    match policy {
        SelectorPolicy::Coverage => {
            everything.iter().all(|event| selectors.iter().any(|selector| selector.events.contains(event)))
        }
        SelectorPolicy::Literal => {
            selectors.iter().any(|selector| everything.iter().all(|event| selector.events.contains(event)))
        }
    }
}

#[test]
fn pairs_of_selectors_record_what_their_events_say() {
    for kind in [basic_selectors(), advanced_selectors()] {
        let pairs: Vec<[&Selector; 2]> = kind.iter().flat_map(|a| kind.iter().map(move |b| [a, b])).collect();
        let trail = |(index, pair): (usize, &[&Selector; 2])| {
            format!("resource \"aws_cloudtrail\" \"t{index}\" {{\n{}{}}}\n", pair[0].text, pair[1].text)
        };
        let text: String = pairs.iter().enumerate().map(trail).collect();
        for policy in [SelectorPolicy::Coverage, SelectorPolicy::Literal] {
            let verdicts = judge(&text, policy);
            assert_eq!(verdicts.len(), pairs.len());
            for (address, verdict) in verdicts {
                let index: usize = address.trim_start_matches("aws_cloudtrail.t").parse().unwrap();
                let pair = pairs[index];
                let context = format!("{policy:?}\n{}{}", pair[0].text, pair[1].text);
                assert_eq!(verdict, expected(&pair, policy), "{context}");
            }
        }
    }
}

/// Each trail's address, and whether both rules on management events pass it.
fn judge(text: &str, policy: SelectorPolicy) -> Vec<(String, bool)> {
    let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
    let settings = EngineSettings {
        policy: Strictness { selectors: policy, ..Strictness::default() },
        ..EngineSettings::default()
    };
    let report =
        engine::check(&Memory::new([("main.tf", text)]), &inputs, Sources::new("/".into()), &settings).unwrap();
    let trails = report.deployments.iter().flat_map(|deployment| &deployment.trails);
    let is_complete = |rules: &[(&trailint::internal::rules::Rule, Outcome)]| {
        let events = rules
            .iter()
            .filter(|(rule, _)| ["missing-management-events", "excluded-event-sources"].contains(&rule.id()));
        let outcomes: Vec<Outcome> = events.map(|(_, outcome)| *outcome).collect();
        assert!(outcomes.len() == 2 && !outcomes.contains(&Outcome::Unknown));
        outcomes.iter().all(|outcome| *outcome == Outcome::Pass)
    };
    trails.map(|trail| (trail.address.clone(), is_complete(&trail.rules))).collect()
}
