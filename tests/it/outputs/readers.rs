//! The programs that read reports, as far as it matters what they take for what.

/// The text of a page of Markdown, or what is on it that isn't ours.
pub(super) fn markdown(text: &str) -> Result<String, String> {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let mut read = String::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) => read.push_str(&text),
            Event::InlineHtml(tag) if ["<code>", "</code>"].contains(&&*tag) => {}
            Event::InlineHtml(tag) if &*tag == "<br>" => read.push('\n'),
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::Table(_) | Tag::TableHead | Tag::TableRow) => {}
            Event::Start(Tag::TableCell) | Event::SoftBreak => {}
            Event::End(TagEnd::TableCell | TagEnd::Paragraph | TagEnd::Heading(_)) => read.push('\n'),
            Event::End(_) => {}
            other => return Err(format!("{other:?}")),
        }
    }
    Ok(read)
}

/// A text with the escapes that stand for characters which act on something read back.
pub(super) fn restored(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut restored = parts.next().unwrap().to_owned();
    for part in parts {
        let character = part
            .split_once('}')
            .and_then(|(digits, rest)| Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, rest)));
        match character {
            Some((character, rest)) => {
                restored.push(character);
                restored.push_str(rest);
            }
            None => restored.push_str(&format!("\\u{{{part}")),
        }
    }
    restored
}
