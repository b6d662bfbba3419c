//! The same trail in every spelling gets the same verdicts.

use super::support::{check, directories_in, files_below, package, verdict};

#[test]
fn every_spelling_gets_the_same_verdicts() {
    let twins = directories_in(&package("testdata/twins"));
    assert!(twins.len() >= 20, "the twins are gone");
    let mut plans = 0;
    for twin in twins {
        let expected = std::fs::read_to_string(twin.join("expected.txt")).unwrap();
        let spellings: Vec<_> =
            files_below(&twin).into_iter().filter(|(name, _)| name.to_str() != Some("expected.txt")).collect();
        // What the provider rejects has no plan.
        let is_planned = spellings.iter().any(|(name, _)| name.to_str() == Some("plan.json"));
        plans += usize::from(is_planned);
        assert_eq!(spellings.len(), 5 + usize::from(is_planned), "{} has too few or too many", twin.display());
        for (name, bytes) in spellings {
            let report = check([(&name, bytes)]);
            let line = |line: &str| {
                let (rule, _) = line.split_once(' ').unwrap();
                format!("{rule} {}\n", verdict(&report, rule))
            };
            let actual: String = expected.lines().map(line).collect();
            assert_eq!(actual, expected, "{}", twin.join(name).display());
        }
    }
    assert!(plans >= 18, "the plans are gone");
}
