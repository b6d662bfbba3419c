//! Reports the comments that `--add-ignore` inserted, and the findings for which it couldn't.

use super::sanitize::sanitize;
use super::wrap::wrap_lines;
use crate::report::Report;
use crate::suppress::{AddedComments, UncommentedFinding};

/// Formats the number of new comments, and a line for each finding for which no comment is possible,
/// wrapped at `width` columns.
pub fn comments(comments: &AddedComments, report: &Report, width: usize) -> String {
    let number: usize = comments.files.iter().map(|one| one.comments).sum();
    let left: String = comments.uncommented.iter().map(|left| line(left, report)).collect();
    let text = format!("Added {} to {}.\n{left}", plural(number, "comment"), plural(comments.files.len(), "file"));
    wrap_lines(&text, width, 2)
}

fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn line(left: &UncommentedFinding, report: &Report) -> String {
    let file = report.sources.file(left.place.file);
    let place = file.position(left.place.start);
    let said = format!(
        "{}:{}:{}: no place for a comment about `{}`: {}",
        file.name,
        place.line,
        place.column,
        left.rule.id(),
        left.advice
    );
    format!("{}\n", sanitize(&said))
}
