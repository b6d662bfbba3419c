//! Moves findings to a place that the user can edit, on one line.

use crate::finding::{Finding, Label};
use crate::model::Trail;
use crate::source::{Sources, is_installed};

/// Moves a finding in installed code, which can't be edited, to the call of the module: to the argument that decides
/// the value, or to the call's header if none does.
pub(super) fn move_out(mut finding: Finding, trail: &Trail, sources: &Sources) -> Finding {
    let Some(call) =
        finding.call.or(trail.call).filter(|_| is_installed(&sources.file(finding.primary.span.file).path))
    else {
        return finding;
    };
    let own = finding.related.iter().position(|label| !is_installed(&sources.file(label.span.file).path));
    let label = match own {
        Some(index) => finding.related.remove(innermost(&finding.related, index)),
        None => Label { span: call, text: "in the module that this calls".to_owned() },
    };
    let inside = std::mem::replace(&mut finding.primary, label);
    finding.related.insert(0, inside);
    finding
}

/// Returns the index of the last of consecutive labels that each contain the next, such as an object in an argument and
/// its attribute.
fn innermost(labels: &[Label], first: usize) -> usize {
    let rest = labels.get(first..).unwrap_or_default();
    let steps = rest.iter().zip(rest.iter().skip(1)).take_while(|(outer, inner)| outer.span.holds(inner.span));
    first.saturating_add(steps.count())
}

/// Shortens a label to its first line.
pub(super) fn clip(label: &mut Label, sources: &Sources) {
    let file = sources.file(label.span.file);
    let line = file.line(label.span.start);
    label.span.end = label.span.end.min(file.line_bounds(line).1).max(label.span.start);
}
