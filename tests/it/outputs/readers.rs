//! The programs that read reports, as far as it matters what they take for what.

/// A command that a runner found in its log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) name: String,
    pub(super) properties: Vec<(String, String)>,
    pub(super) text: String,
}

impl Command {
    pub(super) fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What GitHub's runner takes a line for.
pub(super) fn github(line: &str) -> Option<Command> {
    let (head, text) = match line.trim_start().strip_prefix("::") {
        Some(rest) => rest.split_once("::")?,
        None => line.split_once("##[")?.1.split_once(']')?,
    };
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let decode = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    Some(Command { name: name.to_owned(), properties: properties_in(properties, ',', decode), text })
}

/// What the agent of Azure Pipelines takes a line for.
pub(super) fn azure(line: &str) -> Option<Command> {
    let at =
        line.to_ascii_lowercase().find("##vso[").map(|at| at + "##vso[".len()).or(line.find("##[").map(|at| at + 3))?;
    let (head, text) = line[at..].split_once(']')?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let decode = |text: &str| {
        let text = text.replace("%3B", ";").replace("%5D", "]").replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%AZP25", "%")
    };
    let properties = properties_in(properties, ';', decode);
    Some(Command { name: name.to_owned(), properties, text: text.replace("%AZP25", "%") })
}

fn properties_in(text: &str, separator: char, decode: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let properties = text.split(separator).filter_map(|property| property.split_once('='));
    properties.map(|(name, value)| (name.to_owned(), decode(value))).collect()
}

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
