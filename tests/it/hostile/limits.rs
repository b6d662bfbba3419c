//! Each limit of `LIMITS.md` is reached by an input or in a test, and what is over it is reported.

use std::collections::BTreeSet;

use trailint::output::Format;

use super::on_small_stack;
use super::table::{Entry, Input, Kind, sections, tables};
use crate::support::{check, files_below, package};

/// How a limit is reached.
enum Way {
    /// By files.
    Files(Vec<Entry>),
    /// By an input of the tables of hostile inputs.
    Input(String),
    /// In a test.
    Test(String),
    /// By none, with the reason why nothing is lost.
    Because,
}

/// A way to reach limits, and the report of it.
struct Reached {
    limits: Vec<String>,
    way: Way,
    /// Texts that are in the report.
    said: Vec<String>,
}

impl Reached {
    fn read(name: &str, body: &str) -> Self {
        let mut reached = Self {
            limits: name.split(' ').map(str::to_owned).collect(),
            way: Way::Files(Vec::new()),
            said: Vec::new(),
        };
        for (head, text) in sections(body, "--- ") {
            let first = || text.trim_end().to_owned();
            match (head, &mut reached.way) {
                ("said", _) => reached.said = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(),
                ("input", way) => *way = Way::Input(first()),
                ("test", way) => *way = Way::Test(first()),
                ("because", way) => *way = Way::Because,
                (_, Way::Files(entries)) => entries.push(Entry::read(head, text)),
                (_, Way::Input(_) | Way::Test(_) | Way::Because) => panic!("{name}: there are files, too"),
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
            Way::Because => return None,
            Way::Input(name) => match inputs.iter().find(|input| input.name == *name) {
                Some(input) => input.said.clone(),
                None => return Some(format!("there is no input `{name}`")),
            },
            Way::Files(entries) => on_small_stack(|| full_report(entries)).unwrap_or_else(|_| "a panic".to_owned()),
        };
        let missing: Vec<&String> = self.said.iter().filter(|text| !report.contains(text.as_str())).collect();
        let is_silent = self.said.is_empty() || !missing.is_empty();
        is_silent
            .then(|| format!("{missing:?} isn't in the report:\n{}", report.chars().take(3_000).collect::<String>()))
    }
}

/// All that is reported of files.
fn full_report(entries: &[Entry]) -> String {
    let files = entries.iter().filter_map(|entry| match &entry.kind {
        Kind::File(bytes) => Some((&entry.path, bytes.as_slice())),
        _ => None,
    });
    let mut report = check(files);
    report.is_verbose = true;
    Format::Full.render_plain(&report)
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
    let faults: Vec<String> = std::thread::scope(|scope| {
        let check =
            |reached: &Reached| Some(format!("=== {}\n{}", reached.limits.join(" "), reached.fault(&inputs, &code)?));
        let parts: Vec<_> = all.chunks(all.len().div_ceil(4)).collect();
        let threads: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || part.iter().filter_map(check).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(all.iter().filter(|reached| matches!(reached.way, Way::Because)).count() <= 7);
    assert!(
        unreached.is_empty() && unlisted.is_empty(),
        "not reached: {unreached:#?}, not in LIMITS.md: {unlisted:#?}"
    );
}
