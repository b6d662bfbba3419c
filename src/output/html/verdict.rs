//! The words and signs for results.

use super::markup::{Html, inline};
use crate::finding::Level;
use crate::output::compliance::{ControlOutcome, ControlStatus};
use crate::report::{ComparisonResult, Diagnostic, Outcome};

/// A result as a word, with a sign that doesn't depend on colour.
fn badge(class: &str, sign: &str, word: &str) -> Html {
    let sign = inline("span", &[("aria-hidden", "true")], sign);
    inline("span", &[("class", &format!("badge {class}"))], sign.then(" ").then(word))
}

/// The verdict on a deployment.
pub(super) fn of_deployment(verdict: Option<Outcome>) -> Html {
    verdict.map_or_else(|| badge("none", "–", "not applicable (no trail is created)"), of_outcome)
}

/// The outcome of a rule whose resource is declared elsewhere.
pub(super) fn not_evaluated() -> Html {
    badge("none", "–", "not evaluated (declared elsewhere)")
}

/// The outcome of a rule.
pub(super) fn of_outcome(outcome: Outcome) -> Html {
    match outcome {
        Outcome::Pass => badge("pass", "✓", "passed"),
        Outcome::Fail => badge("error", "✗", "failed"),
        Outcome::Unknown => badge("unknown", "?", "unknown"),
    }
}

/// The level of a finding.
pub(super) fn of_finding(diagnostic: &Diagnostic) -> Html {
    match (diagnostic.outcome, diagnostic.level) {
        _ if diagnostic.suppressed.is_some() => badge("none", "–", "suppressed"),
        (Outcome::Unknown, _) if diagnostic.finding.is_declared_elsewhere => not_evaluated(),
        (Outcome::Unknown, _) => badge("unknown", "?", "unknown"),
        (Outcome::Pass | Outcome::Fail, Level::Error) => badge("error", "✗", "error"),
        (Outcome::Pass | Outcome::Fail, Level::Warning) => badge("warning", "!", "warning"),
        (Outcome::Pass | Outcome::Fail, Level::Note) => badge("note", "i", "note"),
    }
}

/// The result of comparing a declared setting with the deployed one.
pub(super) fn of_comparison(result: ComparisonResult) -> Html {
    match result {
        ComparisonResult::Same => badge("pass", "✓", "same"),
        ComparisonResult::Differs => badge("error", "✗", "differs"),
        ComparisonResult::Unknown => badge("unknown", "?", "not compared"),
    }
}

/// The status of a control.
pub(super) fn of_control(stated: &ControlOutcome) -> Html {
    let word = stated.word();
    match stated.status {
        ControlStatus::Unknown if stated.is_declared_elsewhere() => not_evaluated(),
        ControlStatus::Compliant => badge("pass", "✓", word),
        ControlStatus::NotCompliant => badge("error", "✗", word),
        ControlStatus::Unknown => badge("unknown", "?", word),
        ControlStatus::NotApplicable | ControlStatus::NotJudged => badge("none", "–", word),
    }
}
