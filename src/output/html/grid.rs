//! Renders tables with a caption.

use super::markup::{Html, block, prose, section};

/// The head of a table with these names of columns.
pub(super) fn heads<'a>(names: impl IntoIterator<Item = &'a str>) -> Html {
    let heads = names.into_iter().map(|name| block("th", &[("scope", "col")], name));
    section("thead", &[], [section("tr", &[], heads)])
}

/// A table of this class; backticks in the caption enclose names.
pub(super) fn table(class: &str, caption: &str, head: Html, rows: impl Iterator<Item = Html>) -> Html {
    let parts = [block("caption", &[], prose(caption)), head, section("tbody", &[], rows)];
    section("table", &[("class", &format!("grid {class}"))], parts)
}
