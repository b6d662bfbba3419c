//! Renders the settings of a declared trail beside those of its deployed trails.

use super::grid::{heads, table};
use super::markup::{Html, block, code, inline, path, prose, section};
use super::page::HtmlPage;
use super::verdict::of_comparison;
use crate::output::full::PathBase;
use crate::output::summary::count;
use crate::report::{ComparedSetting, ComparedValue, ComparisonResult, MatchedTrail, TrailResult};

/// A table for each deployed trail; nothing for a trail that isn't compared.
pub(super) fn draw(trail: &TrailResult, page: &HtmlPage<'_>) -> Html {
    let tables = trail.matched.iter().map(|matched| draw_one(matched, page));
    let tables: Vec<Html> = tables.collect();
    if tables.is_empty() {
        return Html::default();
    }
    section("section", &[], std::iter::once(block("h4", &[], "Declared and deployed")).chain(tables))
}

fn draw_one(matched: &MatchedTrail, page: &HtmlPage<'_>) -> Html {
    let differing = matched.compared.iter().filter(|setting| setting.result == ComparisonResult::Differs).count();
    let differences = match differing {
        0 => "no difference is known".to_owned(),
        _ => count(differing, "difference"),
    };
    let account = match &matched.account {
        Some(account) => format!("account {account}"),
        None => matched.root.clone(),
    };
    let caption = format!("The deployed trail `{}`: {differences}", matched.address);
    let head = heads(["Setting", "In the code", &format!("In {account}"), "Comparison"]);
    let rows = matched.compared.iter().map(|setting| row(setting, page));
    section("div", &[], [table("compared", &caption, head, rows)])
}

fn row(setting: &ComparedSetting, page: &HtmlPage<'_>) -> Html {
    let name = block("th", &[("scope", "row")], setting.kind.title());
    let note = setting.is_ignored.then(|| inline("span", &[("class", "about")], prose("`ignore_changes` keeps it")));
    let result = block("td", &[], of_comparison(setting.result).then(note.unwrap_or_default()));
    section("tr", &[], [name, value(&setting.declared, "code", page), value(&setting.live, "account", page), result])
}

fn value(own: &ComparedValue, side: &'static str, page: &HtmlPage<'_>) -> Html {
    let text = own.text.as_ref().map_or_else(|| Html::from("unknown"), |text| text.as_str().into());
    let place = PathBase::Root.place(own.span, &page.report.sources);
    let argument = inline("span", &[("class", "about")], code(own.argument));
    let place = inline("span", &[("class", "about")], path(&place));
    block("td", &[("class", side)], text.then(argument).then(place))
}
