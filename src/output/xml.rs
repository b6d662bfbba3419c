//! Elements of XML. All text becomes XML here, so that none of it is markup of its own.

use super::sanitize::sanitize;

/// The XML declaration of every document.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// An attribute of an element.
pub(super) type XmlAttribute = (&'static str, String);

/// An element on lines of its own, with those inside it.
pub(super) fn element(
    tag: &'static str,
    attributes: &[XmlAttribute],
    inside: impl IntoIterator<Item = String>,
) -> String {
    let attributes: String = attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escape(value))).collect();
    let inside: String = inside.into_iter().collect();
    if inside.is_empty() {
        return format!("<{tag}{attributes}/>\n");
    }
    let inside: String = inside.lines().map(|line| format!("  {line}\n")).collect();
    format!("<{tag}{attributes}>\n{inside}</{tag}>\n")
}

/// Text in an element or an attribute, of XML and of HTML.
pub(super) fn escape(text: &str) -> String {
    let text = sanitize(text);
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
