//! Regions: where trails lie.

use trailint::engine::{self, Settings};
use trailint::scan::{Input, Inputs};
use trailint::source::{Memory, Sources};

use super::support::projects_in;

#[test]
fn trails_lie_where_their_providers_and_stacks_say() {
    let mut different = String::new();
    for (name, mut files) in projects_in("testdata/regions.txt") {
        let (_, expected) = files.pop().unwrap();
        for line in expected.lines() {
            let split = line.find(": ").map_or(line, |end| &line[..end]).rfind(' ').unwrap();
            let (address, expected) = (&line[..split], &line[split + 1..]);
            let said = ask(&files, &format!("{address}.region"));
            if said != expected {
                different.push_str(&format!("{name}: {address} {expected}, and we say {said}\n"));
            }
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// What a trace of a Region says: the Regions that it may be, or why it isn't known.
fn ask(files: &[(String, String)], question: &str) -> String {
    let files = files.iter().map(|(path, text)| (path, text.clone()));
    let inputs = Inputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..Inputs::default() };
    let (files, sources) = (Memory::new(files), Sources::new("/".into()));
    let trace = match engine::trace(&files, &inputs, sources, &Settings::default(), question) {
        Ok(trace) => trace,
        Err(error) => return error.to_string(),
    };
    let ways = trace.arguments.iter().flat_map(|argument| &argument.ways);
    let ways = ways.map(|way| match way.outcome.strip_prefix("is `\"").and_then(|rest| rest.strip_suffix("\"`")) {
        Some(region) => region.to_owned(),
        None => format!("unknown: {}", way.steps[0].text),
    });
    ways.collect::<Vec<_>>().join("|")
}
