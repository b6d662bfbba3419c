//! What `SECURITY.md` promises has tests, and says the limits that there are.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{files_below, package};

fn page() -> String {
    std::fs::read_to_string(package("SECURITY.md")).unwrap()
}

#[test]
fn each_promise_names_tests_that_are_there() {
    let files = [files_below(&package("tests")), files_below(&package("src"))].concat();
    let code: String = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    let page = page();
    let promises: Vec<&str> = page.split("\n## ").filter(|section| section.starts_with(char::is_numeric)).collect();
    let numbers = promises.iter().map(|promise| promise.split_once('.').unwrap().0.parse::<usize>().unwrap());
    assert!(!promises.is_empty() && numbers.eq(1..=promises.len()), "the numbers of the promises have gaps");
    let mut names = BTreeSet::new();
    for promise in promises {
        let tests = promise.split_once("Tests: ").unwrap_or_else(|| panic!("{promise} names no test")).1;
        for name in tests.split('`').skip(1).step_by(2) {
            let declared = code.find(&format!("fn {name}()")).unwrap_or_else(|| panic!("there is no `{name}`"));
            let mut above = code[..declared].lines().rev().map(str::trim).skip_while(|line| line.is_empty());
            assert!(above.by_ref().take_while(|line| line.starts_with("#[")).any(|line| line == "#[test]"), "{name}");
            names.insert(name);
        }
    }
}

/// The limits that bound no input: how many threads, open directories and drafts there may be, how much is shown or kept to
/// be used again, what is like a name that is known, and what CloudTrail takes.
const OWN: &[&str] = &[
    "source::disk::MAX_WALKERS",
    "formats::terraform::language::json::MAX_PROBLEMS",
    "source::open::MAX_HELD",
    "formats::terraform::language::unknowns::MAX_SHOWN",
    "formats::terraform::language::operators::MAX_REASON",
    "formats::cloudformation::language::conditions::MAX_PARTS",
    "formats::cloudformation::language::conditions::MAX_LEVELS",
    "formats::cloudformation::language::pieces::MAX_PIECES",
    "formats::terraform::language::operators::MAX_LEVELS",
    "value::data::MAX_SHOWN",
    "value::reason::MAX_SHOWN",
    "model::argument::MAX_DIFFERENCE",
    "lsp::hover::MAX_SHOWN",
    "model::dialects::read::MAX_BASIC_SELECTORS",
    "engine::file_findings::MAX_SHOWN",
    "engine::witness::MAX_COMPARED",
    "engine::witness::MAX_TRIED",
    "output::markdown::MAX_ROWS",
    "output::summary::MAX_NAMED",
    "error::MAX_NAMED",
    "output::summary::MAX_SHOWN",
    "value::world::work::MAX_KEPT",
    "lsp::diagnostics::MAX_DEPLOYMENTS",
    "output::html::deployment::MAX_BLOCKERS",
    "cli::comments::MAX_ATTEMPTS",
    "output::file::MAX_LINKS",
    "output::html::selection::MAX_FINDINGS",
    // No name of a file has as many.
    "formats::evidence::paths::MAX_SEPARATORS",
    "output::html::selection::MAX_TRAILS",
    "output::html::audit::MAX_ROWS",
    "output::asff::MAX_ID",
    "output::asff::MAX_TITLE",
    "output::asff::MAX_DESCRIPTION",
    "output::asff::MAX_TEXT",
    "output::html::deployment::MAX_EVIDENCE",
    "output::markdown::MAX_BYTES",
    "report::instances::MAX_SHOWN",
    "report::merged::MAX_NAMED",
    "formats::values_files::MAX_NAMED",
    "formats::terraform::language::types::examples::MAX_DEPTH",
    "formats::cloudformation::language::limits::MAX_LENGTH",
    "output::full::MAX_NAMED",
    "cli::MAX_HELP_WIDTH",
];

/// The constants that are limits, in all layers, each with what it is set to.
fn constants() -> BTreeMap<String, String> {
    let mut constants = BTreeMap::new();
    for (path, bytes) in files_below(&package("src")) {
        let path = path.with_extension("").display().to_string();
        let module = path.trim_end_matches("/mod").replace('/', "::");
        let text = String::from_utf8(bytes).unwrap();
        for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
            let Some((name, value)) = line.split_once("const MAX_").and_then(|(_, rest)| rest.split_once(": ")) else {
                continue;
            };
            let value = value.split_once(" = ").unwrap().1.trim_end_matches(';').to_owned();
            constants.insert(format!("{module}::MAX_{name}"), value);
        }
    }
    constants.retain(|name, _| !OWN.contains(&name.as_str()));
    constants
}

/// What a product or a shift of numbers and other limits comes to.
fn number(value: &str, constants: &BTreeMap<String, String>) -> usize {
    if let Some((base, shift)) = value.split_once(" << ") {
        return base.parse::<usize>().unwrap() << shift.parse::<u32>().unwrap();
    }
    let factor = |factor: &str| match factor.replace('_', "").parse() {
        Ok(number) => number,
        Err(_) => {
            let is_it = |name: &&String| name.ends_with(&format!("::{factor}"));
            number(&constants[constants.keys().find(is_it).unwrap()], constants)
        }
    };
    value.split(" * ").map(factor).product()
}

#[test]
fn each_limit_is_told() {
    let constants = constants();
    let page = std::fs::read_to_string(package("LIMITS.md")).unwrap();
    let mut told = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| ") && line.contains("::MAX_")) {
        let limit = row[2..].split(" |").next().unwrap();
        let (digits, unit) = limit.split_once(' ').unwrap_or((limit, ""));
        let factor = ["", "KB", "MB"].iter().position(|known| *known == unit).unwrap();
        let limit = digits.replace(',', "").parse::<usize>().unwrap() << (10 * factor);
        for name in row.split('`').filter(|text| text.contains("::MAX_")) {
            let value = constants.get(name).unwrap_or_else(|| panic!("there is no limit `{name}`"));
            assert_eq!(number(value, &constants), limit, "{row}");
            told.insert(name.to_owned());
        }
    }
    let untold: Vec<_> = constants.keys().filter(|name| !told.contains(*name)).collect();
    assert!(untold.is_empty(), "{untold:?}");
}

#[test]
fn the_limits_are_those_that_are_promised() {
    let all = std::fs::read_to_string(package("LIMITS.md")).unwrap();
    let page = page();
    let promised: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(promised.len() > 10, "{promised:?}");
    for row in promised.into_iter().filter(|row| !row.starts_with("| --- ")) {
        assert!(all.lines().any(|known| known.starts_with(row)), "{row}");
    }
}
