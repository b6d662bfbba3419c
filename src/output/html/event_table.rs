//! Draws the table of the events that a trail records, by Region, direction and event source.

use super::markup::{Html, block, code, inline, join, section};
use crate::model::EventCoverage;
use crate::model::selectors::{Coverage, CoverageBounds};
use crate::report::Outcome;
use crate::rules::Rule;

/// The columns: the sources that selectors can exclude, and the others.
const SOURCES: [(&str, Coverage); 3] =
    [("KMS", Coverage::KMS), ("RDS Data API", Coverage::RDS_DATA), ("Other sources", Coverage::ORDINARY)];

/// The rows of each group.
const DIRECTIONS: [(&str, Coverage); 2] = [("Reads", Coverage::READS), ("Writes", Coverage::WRITES)];

/// The certainty with which a kind of events is recorded, as a sign, a shade and a word.
struct Certainty {
    class: &'static str,
    sign: &'static str,
    word: &'static str,
}

const RECORDED: Certainty = Certainty { class: "recorded", sign: "●", word: "recorded" };
const POSSIBLE: Certainty = Certainty { class: "possible", sign: "◐", word: "possibly" };
const MISSING: Certainty = Certainty { class: "missing", sign: "○", word: "missing" };

/// The table of a trail.
pub(super) fn draw(reach: &EventCoverage, region: Option<&str>) -> Html {
    let caption = block("caption", &[], "Management events that it records");
    let heads = SOURCES.map(|(name, _)| block("th", &[("scope", "col")], name));
    let corner = block("td", &[], "");
    let head = section("thead", &[], [section("tr", &[], std::iter::once(corner).chain(heads))]);
    let own = match region {
        Some(region) => join(["In its own Region, ".into(), code(region)]),
        None => "In its own Region".into(),
    };
    let groups = [(own, reach.own_region), ("In all other Regions".into(), reach.other_regions)];
    let groups = groups.map(|(name, bounds)| group(name, bounds));
    section("table", &[("class", "picture")], [caption, head].into_iter().chain(groups))
}

/// The table of the object-level events of S3 that a trail records, if the rules about them ran.
pub(super) fn draw_objects(rules: &[(&'static Rule, Outcome)]) -> Html {
    const KINDS: [(&str, &str); 2] = [("Reads", "unrecorded-object-reads"), ("Writes", "unrecorded-object-writes")];
    let outcome = |id: &str| rules.iter().find(|(rule, _)| rule.id() == id).map(|(_, outcome)| *outcome);
    let known: Vec<(&str, Outcome)> = KINDS.iter().filter_map(|(name, id)| Some((*name, outcome(id)?))).collect();
    if known.is_empty() {
        return Html::default();
    }
    let caption = block("caption", &[], "Data events that it records: objects of all S3 buckets, in all Regions");
    let heads = known.iter().map(|(name, _)| block("th", &[("scope", "col")], *name));
    let head = section("thead", &[], [section("tr", &[], heads)]);
    let cells = known.iter().map(|(_, outcome)| match outcome {
        Outcome::Pass => certainty_cell(&RECORDED),
        Outcome::Unknown => certainty_cell(&POSSIBLE),
        Outcome::Fail => certainty_cell(&Certainty { word: "not all", ..MISSING }),
    });
    let body = section("tbody", &[], [section("tr", &[], cells)]);
    section("table", &[("class", "picture")], [caption, head, body])
}

fn group(name: Html, bounds: CoverageBounds) -> Html {
    let head = block("th", &[("scope", "rowgroup"), ("colspan", "4")], name);
    let rows = DIRECTIONS.map(|(name, direction)| {
        let head = block("th", &[("scope", "row")], name);
        let cells = SOURCES.map(|(_, source)| cell(bounds, direction.intersection(source)));
        section("tr", &[], std::iter::once(head).chain(cells))
    });
    section("tbody", &[], std::iter::once(section("tr", &[], [head])).chain(rows))
}

fn cell(bounds: CoverageBounds, kind: Coverage) -> Html {
    certainty_cell(match (bounds.least.includes(kind), bounds.most.includes(kind)) {
        (true, _) => &RECORDED,
        (false, true) => &POSSIBLE,
        (false, false) => &MISSING,
    })
}

fn certainty_cell(Certainty { class, sign, word }: &Certainty) -> Html {
    let sign = inline("span", &[("class", "sign"), ("aria-hidden", "true")], *sign);
    block("td", &[("class", class)], sign.then(" ").then(inline("span", &[], *word)))
}
