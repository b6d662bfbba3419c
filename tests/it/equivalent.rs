//! The same trail in every spelling gets the same verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::pages::asking_all;
use super::support::{cases_in, check_with, files_below, verdict};

#[test]
fn every_spelling_gets_the_same_verdicts() {
    let twins = cases_in("testdata/equivalent");
    let mut formats = BTreeSet::new();
    for twin in &twins {
        formats.extend(files_of(twin).into_keys());
    }
    assert!(formats.remove(Path::new("plan.json")), "no twin has a plan");
    assert!(formats.remove(Path::new("global-config.yaml")), "no twin has a landing zone");
    for twin in twins {
        let expected = std::fs::read_to_string(twin.join("expected.txt")).unwrap();
        let spellings = files_of(&twin);
        let missing: Vec<_> = formats.iter().filter(|name| !spellings.contains_key(*name)).collect();
        assert!(missing.is_empty(), "{} has no {missing:?}", twin.display());
        for (name, bytes) in spellings {
            let file = (name.to_str().unwrap().to_owned(), String::from_utf8(bytes).unwrap());
            let report = check_with(vec![file], asking_all());
            let line = |line: &str| {
                let (rule, _) = line.split_once(' ').unwrap();
                format!("{rule} {}\n", verdict(&report, rule))
            };
            let actual: String = expected.lines().map(line).collect();
            assert_eq!(actual, expected, "{}", twin.join(name).display());
        }
    }
}

/// The files with a trail of the same meaning. What the provider rejects has no `plan.json`, and what the Landing Zone
/// Accelerator can't declare has no `global-config.yaml`.
fn files_of(twin: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files_below(twin).into_iter().filter(|(name, _)| name.to_str() != Some("expected.txt")).collect()
}
