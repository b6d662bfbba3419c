//! Renders source lines with their locations and labels.

use super::markup::{Html, block, inline, join, prose, section};
use crate::finding::Label;
use crate::output::full;
use crate::output::snippet::LineWindow;
use crate::source::Sources;

/// The number of columns of a line, after which it is cut.
const WIDTH: usize = 126;

/// The lines of the labels, in their order.
pub(super) fn list<'a>(labels: impl IntoIterator<Item = &'a Label>, sources: &Sources) -> Html {
    let mut labels = labels.into_iter().peekable();
    if labels.peek().is_none() {
        return Html::default();
    }
    section("ol", &[("class", "lines")], labels.map(|label| line(label, sources)))
}

fn line(label: &Label, sources: &Sources) -> Html {
    // The label is a text of its own.
    let window = LineWindow::around(&Label { span: label.span, text: String::new() }, sources, WIDTH);
    let place = inline("span", &[("class", "place")], full::rooted_place(label.span, sources));
    let head = block("p", &[], join([place, " ".into(), prose(&label.text)]));
    section("li", &[], [head, excerpt(&window)])
}

/// The line's number, its text, and a mark on the part that matters.
fn excerpt(window: &LineWindow) -> Html {
    let number = inline("span", &[("class", "number")], format!("{} ", window.number()));
    let (before, marked, after) = window.parts();
    let marked = inline("mark", &[], marked);
    block("pre", &[("tabindex", "0")], inline("code", &[], join([number, before.into(), marked, after.into()])))
}
