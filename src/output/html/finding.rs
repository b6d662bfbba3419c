//! Renders a finding: the problem, its source lines and the help.

use super::markup::{Html, block, code, inline, items, join, prose, section};
use super::page::{HtmlPage, NumberedFinding};
use super::{lines, verdict};
use crate::output::full::{footer_lines, rooted_place_of};
use crate::report::{Diagnostic, FindingTarget, Outcome};

/// A finding under a heading of its own.
pub(super) fn show(numbered: &NumberedFinding<'_>, heading: &'static str, page: &HtmlPage<'_>) -> Html {
    let NumberedFinding { id, finding, .. } = numbered;
    let title = join([verdict::of_finding(finding), " ".into(), code(finding.rule.id())]);
    let parts = [
        block(heading, &[], title),
        block("p", &[("class", "message")], prose(&finding.message)),
        places(finding, page),
        worlds(finding),
        advice(finding, page),
    ];
    section("article", &[("class", "finding"), ("id", id)], parts)
}

fn places(finding: &Diagnostic, page: &HtmlPage<'_>) -> Html {
    match &finding.place {
        FindingTarget::Text(label) => lines::list(std::iter::once(label).chain(&finding.related), &page.report.sources),
        FindingTarget::File(_) | FindingTarget::Run => {
            let place = rooted_place_of(finding, page.report);
            block("p", &[], inline("span", &[("class", "place")], place))
        }
    }
}

/// The unknown values of a verdict, and the decisions with which it fails or passes.
fn worlds(finding: &Diagnostic) -> Html {
    if finding.outcome != Outcome::Unknown {
        return Html::default();
    }
    let known = [
        ("Blocked by", &finding.blocked_by),
        ("Fails when", &finding.fails_when),
        ("Passes when", &finding.passes_when),
    ];
    let known = known.into_iter().filter(|(_, texts)| !texts.is_empty());
    let parts = known.flat_map(|(name, texts)| [block("dt", &[], name), section("dd", &[], [items(texts)])]);
    section("dl", &[("class", "worlds")], parts)
}

fn advice(finding: &Diagnostic, page: &HtmlPage<'_>) -> Html {
    join(footer_lines(finding, &page.view.cited).into_iter().map(|(word, sentence)| {
        let word = inline("strong", &[], format!("{word}:"));
        block("p", &[("class", "remark")], join([word, " ".into(), prose(&sentence)]))
    }))
}
