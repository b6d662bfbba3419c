//! What is said to be recorded where, and the lines on which a pass rests.

use trailint::internal::model::selectors::{Coverage, CoverageBounds};
use trailint::internal::report::{Report, TrailResult};
use trailint::internal::source::Span;

use super::support::check;

fn judged(text: &str) -> (TrailResult, Report) {
    let mut report = check([("main.tf", text)]);
    (report.deployments.remove(0).trails.remove(0), report)
}

/// The kinds in the order reads (KMS, RDS Data API, others), writes: recorded for certain, maybe, or not.
fn draw(bounds: CoverageBounds) -> String {
    let rows = [Coverage::READS, Coverage::WRITES];
    let kinds = [Coverage::KMS, Coverage::RDS_DATA, Coverage::ORDINARY];
    let cells = rows.into_iter().flat_map(|row| kinds.map(|kind| row.intersection(kind)));
    cells
        .map(|cell| match (bounds.least.includes(cell), bounds.most.includes(cell)) {
            (true, _) => '#',
            (false, true) => '?',
            (false, false) => '.',
        })
        .collect()
}

#[test]
fn a_trail_reaches_what_it_records_in_every_world() {
    let cases = [
        ("", "###### ......"),
        ("is_multi_region_trail = true", "###### ######"),
        ("is_multi_region_trail = var.m", "###### ??????"),
        ("is_multi_region_trail = true\nenable_logging = false", "...... ......"),
        ("is_multi_region_trail = true\nenable_logging = var.m", "?????? ??????"),
        ("is_multi_region_trail = true\nenable_logging = \"perhaps\"", "...... ......"),
        ("count = 0\nis_multi_region_trail = true", "...... ......"),
        ("count = var.m ? 1 : 0", "?????? ......"),
        // In no world is it multi-Region and logging.
        ("is_multi_region_trail = var.m\nenable_logging = !var.m", "?????? ......"),
        ("event_selector {\nread_write_type = \"WriteOnly\"\n}", "...### ......"),
        ("event_selector {\nread_write_type = var.m ? \"WriteOnly\" : \"All\"\n}", "???### ......"),
        ("event_selector {\nexclude_management_event_sources = [\"kms.amazonaws.com\"]\n}", ".##.## ......"),
        (
            "event_selector {\n}\nadvanced_event_selector {\nfield_selector {\nfield = \"eventCategory\"\n\
             equals = [\"Management\"]\n}\n}",
            "...... ......",
        ),
    ];
    for (arguments, expected) in cases {
        let text =
            format!("variable \"m\" {{\n  type = bool\n}}\nresource \"aws_cloudtrail\" \"t\" {{\n{arguments}\n}}\n");
        let (trail, _) = judged(&text);
        let drawn = format!("{} {}", draw(trail.coverage.own_region), draw(trail.coverage.other_regions));
        assert_eq!(drawn, expected, "{arguments}");
    }
}

#[test]
fn a_pass_rests_on_lines() {
    let (trail, report) = judged(
        "locals {\n  everywhere = true\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
         is_multi_region_trail = local.everywhere\n  enable_logging = (\n    true ||\n    false\n  )\n  event_selector {\n    read_write_type = \"ReadOnly\"\n  }\n  \
         event_selector {\n    exclude_management_event_sources = [\n      \"kms.amazonaws.com\",\n    ]\n  }\n}\n",
    );
    let said: Vec<String> = trail
        .evidence
        .iter()
        .map(|(rule, labels)| {
            let place = |span: Span| report.sources.file(span.file).slice(span).to_owned();
            let texts = labels.iter().map(|label| format!(" | {}: {}", place(label.span), label.text));
            format!("{}{}", rule.id(), texts.collect::<String>())
        })
        .collect();
    assert_eq!(
        said,
        [
            "single-region-trail | local.everywhere: evaluates to `true` | true: set here, in local `everywhere`",
            "stopped-trail | true ||: set to `true`",
            "missing-management-events | event_selector: records read management events \
             | event_selector: records management events except AWS KMS events",
            "missing-global-events | resource \"aws_cloudtrail\" \"t\": `include_global_service_events` is not set; defaults to `true`",
        ]
    );
}
