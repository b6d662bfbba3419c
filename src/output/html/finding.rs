//! Renders a finding: the problem, its source lines and the help.

use super::markup::{Html, block, code, inline, items, join, prose, section};
use super::page::{HtmlPage, NumberedFinding};
use super::{lines, verdict};
use crate::output::full::{footer_lines, rooted_place_of};
use crate::report::{Diagnostic, Outcome};
use crate::rules::{ADDRESSES, Rule};

/// A finding under a heading of its own.
pub(super) fn show(numbered: &NumberedFinding<'_>, heading: &'static str, page: &HtmlPage<'_>) -> Html {
    let NumberedFinding { id, diagnostic, .. } = numbered;
    let title = join([verdict::of_finding(diagnostic), " ".into(), rule_name(diagnostic.rule)]);
    let parts = [
        block(heading, &[], title),
        block("p", &[("class", "message")], prose(&diagnostic.finding.message)),
        places(diagnostic, page),
        worlds(diagnostic),
        advice(diagnostic, page),
    ];
    section("article", &[("class", "finding"), ("id", id)], parts)
}

/// The id of a rule, which leads to its page if the page has an address.
fn rule_name(rule: &Rule) -> Html {
    let name = code(rule.id());
    match ADDRESSES.rule(rule.id()) {
        Some(address) => inline("a", &[("href", &address)], name),
        None => name,
    }
}

fn places(diagnostic: &Diagnostic, page: &HtmlPage<'_>) -> Html {
    if diagnostic.finding.place.label().is_some() {
        return lines::list(diagnostic.finding.labels(), &page.report.sources);
    }
    let place = rooted_place_of(diagnostic, page.report);
    block("p", &[], inline("span", &[("class", "place")], place))
}

/// The unknown values of a verdict, and the decisions with which it fails or passes.
fn worlds(diagnostic: &Diagnostic) -> Html {
    if diagnostic.outcome != Outcome::Unknown {
        return Html::default();
    }
    let known = [
        ("Blocked by", &diagnostic.finding.blocked_by),
        ("Fails when", &diagnostic.fails_when),
        ("Passes when", &diagnostic.passes_when),
    ];
    let known = known.into_iter().filter(|(_, texts)| !texts.is_empty());
    let parts = known.flat_map(|(name, texts)| [block("dt", &[], name), section("dd", &[], [items(texts)])]);
    section("dl", &[("class", "worlds")], parts)
}

fn advice(diagnostic: &Diagnostic, page: &HtmlPage<'_>) -> Html {
    join(footer_lines(diagnostic, &page.view.cited).into_iter().map(|(word, sentence)| {
        let word = inline("strong", &[], format!("{word}:"));
        block("p", &[("class", "remark")], join([word, " ".into(), prose(&sentence)]))
    }))
}
