//! Small projects and the text that a person reads about them.

use trailint::internal::output::{OutputFormat, summary};

use super::support::{check, directories_in, expect_file, files_below, package};

#[test]
fn scenarios_read_as_expected() {
    for group in ["terraform", "cloudformation", "plan", "limits", "broken", "clean"] {
        let scenarios = directories_in(&package("testdata").join(group));
        assert!(!scenarios.is_empty(), "`{group}` has no scenario");
        for scenario in scenarios {
            let files = files_below(&scenario).into_iter().filter(|(name, _)| name.to_str() != Some("expected.txt"));
            let report = check(files);
            let text = OutputFormat::Full.render(&report);
            let text = anstream::adapter::strip_str(&text).to_string();
            let text = format!("{text}{}", summary(&report));
            expect_file(&scenario.join("expected.txt"), &text);
            if group == "clean" {
                assert_eq!(report.told().count(), 0, "{} isn't clean", scenario.display());
            }
        }
    }
}
