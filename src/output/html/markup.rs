//! Builds HTML. All text is escaped here, so that it can't add markup.

use crate::output::xml::escape;

/// Markup in which every element is closed and all text is escaped and inert.
#[derive(Debug, Clone, Default)]
pub(super) struct Html(String);

/// An attribute of an element.
pub(super) type HtmlAttribute<'a> = (&'static str, &'a str);

/// An element within a line.
pub(super) fn inline(tag: &'static str, attributes: &[HtmlAttribute<'_>], inside: impl Into<Html>) -> Html {
    closed(open(tag, attributes), tag, [inside.into()])
}

/// An element that begins a line of the page's source.
pub(super) fn block(tag: &'static str, attributes: &[HtmlAttribute<'_>], inside: impl Into<Html>) -> Html {
    ending_line(inline(tag, attributes, inside))
}

/// An element that contains other blocks.
pub(super) fn section(
    tag: &'static str,
    attributes: &[HtmlAttribute<'_>],
    inside: impl IntoIterator<Item = Html>,
) -> Html {
    ending_line(closed(ending_line(open(tag, attributes)), tag, inside))
}

/// An element without a closing tag.
pub(super) fn void(tag: &'static str, attributes: &[HtmlAttribute<'_>]) -> Html {
    ending_line(open(tag, attributes))
}

/// A part of the program itself, such as a style sheet.
pub(super) fn verbatim(text: &'static str) -> Html {
    Html(text.to_owned())
}

/// Concatenates the parts.
pub(super) fn join(parts: impl IntoIterator<Item = Html>) -> Html {
    parts.into_iter().reduce(append).unwrap_or_default()
}

/// A name or another piece of code.
pub(super) fn code(text: &str) -> Html {
    inline("code", &[], text)
}

/// A path that breaks after its slashes.
pub(super) fn path(text: &str) -> Html {
    let parts = text.split_inclusive('/').map(Html::from);
    let parts = parts.reduce(|path, part| append(append(path, Html("<wbr>".to_owned())), part));
    inline("code", &[], parts.unwrap_or_default())
}

/// Renders a sentence in which backticks enclose names.
pub(super) fn prose(text: &str) -> Html {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // An unpaired backtick: the names can't be determined.
        return text.into();
    }
    join(parts.iter().enumerate().map(|(index, part)| if index % 2 == 1 { code(part) } else { (*part).into() }))
}

/// A list item for each of the texts.
pub(super) fn items(texts: &[String]) -> Html {
    section("ul", &[], texts.iter().map(|text| block("li", &[], prose(text))))
}

impl Html {
    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// Appends `next`.
    pub(super) fn then(self, next: impl Into<Html>) -> Html {
        append(self, next.into())
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self(escape(text))
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

fn open(tag: &'static str, attributes: &[HtmlAttribute<'_>]) -> Html {
    let mut open = format!("<{tag}");
    for (name, value) in attributes {
        [" ", name, "=\"", &escape(value), "\""].iter().for_each(|part| open.push_str(part));
    }
    open.push('>');
    Html(open)
}

/// Appends without formatting: pages are long, and each text is copied once for each element around it.
fn closed(open: Html, tag: &'static str, inside: impl IntoIterator<Item = Html>) -> Html {
    let mut element = inside.into_iter().fold(open, append);
    ["</", tag, ">"].iter().for_each(|part| element.0.push_str(part));
    element
}

fn ending_line(mut html: Html) -> Html {
    html.0.push('\n');
    html
}

fn append(mut all: Html, part: Html) -> Html {
    all.0.push_str(&part.0);
    all
}
