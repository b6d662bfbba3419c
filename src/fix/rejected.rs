//! Removes the fixes whose values a declaration rejects, such as the validation of a variable.

use super::Safety;
use crate::finding::Label;
use crate::formats::Rejection;
use crate::model::TriedValue;
use crate::report::Diagnostic;

/// Returns the declarations that reject some values.
type FindRejections<'a> = &'a dyn Fn(&[TriedValue]) -> Vec<Rejection>;

/// Removes the fixes of a deployment that can't be made, together with the others, because a declaration rejects a
/// value. The help states the reason.
pub fn drop_rejected_values(findings: &mut [Diagnostic], rejections: FindRejections<'_>) {
    let mut accepted = Vec::new();
    for safety in [Safety::Safe, Safety::Unsafe] {
        let of_safety = |finding: &Diagnostic| finding.fix.as_ref().is_some_and(|fix| fix.safety() == safety);
        let is_tried = |finding: &&mut Diagnostic| {
            of_safety(finding) && finding.suppressed.is_none() && !tried(finding).is_empty()
        };
        let all: Vec<&mut Diagnostic> = findings.iter_mut().filter(is_tried).collect();
        let mut groups = vec![all];
        while let Some(mut group) = groups.pop() {
            let mut values: Vec<TriedValue> = accepted.clone();
            values.extend(group.iter().flat_map(|finding| tried(finding)));
            let found = if group.is_empty() { Vec::new() } else { rejections(&values) };
            match (found.into_iter().next(), group.as_mut_slice()) {
                (None, _) => accepted = values,
                (Some(rejection), [finding]) => respond_error(finding, rejection),
                (Some(_), _) => {
                    let second = group.split_off(group.len().div_ceil(2));
                    groups.extend([second, group]);
                }
            }
        }
    }
}

/// Returns the values that a fix sets outside of the trail.
fn tried(finding: &Diagnostic) -> Vec<TriedValue> {
    finding.remedies.iter().filter_map(|wish| wish.tried()).collect()
}

fn respond_error(finding: &mut Diagnostic, rejection: Rejection) {
    finding.rejected_fix = finding.fix.take();
    let Rejection { span, name } = rejection;
    if let Some(help) = finding.help.take() {
        finding.help = Some(format!("{help}, once {name} accepts this value"));
    }
    finding.related.push(Label { span, text: "doesn't accept the new value".to_owned() });
}
