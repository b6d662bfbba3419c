//! The findings of a run that passes, as far as they fit on a screen with the summary.

use super::layout::{Layout, NOTE_RANK, severity_rank};
use crate::report::Diagnostic;

/// Shows as many source lines as fit in `screen` lines, those of the most severe findings first. Each finding has a line
/// at least, except for notes that don't fit. `lines` is the number of lines of a finding without source lines, and
/// `all_lines` that of the whole text.
pub(super) fn fit(
    layout: &mut Layout<'_>,
    screen: usize,
    lines: impl Fn(&Diagnostic) -> usize,
    all_lines: impl Fn(&Layout<'_>) -> usize,
) {
    layout.limit(0);
    hide_notes(layout, screen, lines);
    if all_lines(layout) > screen {
        return;
    }
    for group in 0..layout.groups.len() {
        for block in 0..layout.groups.get(group).map_or(0, |group| group.blocks.len()) {
            let source_lines = layout.show(group, block, 0);
            let is_shown = [source_lines, 1].into_iter().any(|lines| {
                layout.show(group, block, lines);
                all_lines(layout) <= screen
            });
            if !is_shown {
                layout.show(group, block, 0);
            }
        }
    }
}

/// Hides the last notes as long as the lines of all findings don't fit.
fn hide_notes(layout: &mut Layout<'_>, screen: usize, lines: impl Fn(&Diagnostic) -> usize) {
    // A blank line follows the findings, and a line gives the number of hidden notes.
    let mut used = 2_usize;
    for block in layout.groups.iter().flat_map(|group| &group.blocks) {
        used = block.findings().map(&lines).fold(used, usize::saturating_add);
    }
    for group in layout.groups.iter_mut().rev() {
        while used > screen
            && let Some(block) = group.blocks.pop_if(|block| severity_rank(block.first) == NOTE_RANK)
        {
            used = block.findings().map(&lines).fold(used, usize::saturating_sub);
            layout.hidden_notes = layout.hidden_notes.saturating_add(block.findings().count());
        }
    }
    layout.groups.retain(|group| !group.blocks.is_empty());
}
