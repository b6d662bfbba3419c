//! Just enough of HTML to check a page that closes all of its elements.

use std::collections::HashSet;

/// The elements of a page in their order, and its text.
pub(super) struct Tree {
    pub(super) elements: Vec<Element>,
    pub(super) text: String,
    pub(super) style: String,
}

pub(super) struct Element {
    pub(super) tag: String,
    pub(super) attributes: Vec<(String, String)>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl Tree {
    /// Reads a page, or says what is wrong with it.
    pub(super) fn parse(page: &str) -> Result<Self, String> {
        let mut rest = page.strip_prefix("<!doctype html>\n").ok_or("there is no doctype")?;
        let mut tree = Self { elements: Vec::new(), text: String::new(), style: String::new() };
        let mut open: Vec<String> = Vec::new();
        while let Some((text, markup)) = rest.split_once('<') {
            tree.take_text(text, open.last())?;
            let (tag, after) = markup.split_once('>').ok_or("a tag doesn't end")?;
            rest = after;
            if let Some(closed) = tag.strip_prefix('/') {
                let last = open.pop().ok_or_else(|| format!("</{closed}> closes nothing"))?;
                if last != closed {
                    return Err(format!("</{closed}> closes <{last}>"));
                }
                continue;
            }
            let element = element(tag)?;
            if !["meta", "wbr"].contains(&element.tag.as_str()) {
                open.push(element.tag.clone());
            }
            tree.elements.push(element);
        }
        tree.take_text(rest, open.last())?;
        if open.is_empty() { Ok(tree) } else { Err(format!("{open:?} are never closed")) }
    }

    fn take_text(&mut self, text: &str, parent: Option<&String>) -> Result<(), String> {
        if parent.is_some_and(|tag| tag == "style") {
            self.style = text.to_owned();
            return Ok(());
        }
        if let Some(active) = text.chars().find(|&c| c.is_control() && c != '\n' && c != '\t' || c == '\u{202e}') {
            return Err(format!("{active:?} in {text:?}"));
        }
        self.text.push_str(&unescape(text)?);
        Ok(())
    }

    pub(super) fn all(&self, tag: &str) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |element| element.tag == tag)
    }

    pub(super) fn has_id(&self, id: &str) -> bool {
        self.elements.iter().any(|element| element.attribute("id") == Some(id))
    }

    pub(super) fn repeated_ids(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let ids = self.elements.iter().filter_map(|element| element.attribute("id"));
        ids.filter(|id| !seen.insert(*id)).map(str::to_owned).collect()
    }

    /// Headings that lie more than one level below the heading before them.
    pub(super) fn skipped_headings(&self) -> Vec<String> {
        let headings = self.elements.iter().filter_map(|element| element.tag.strip_prefix('h')?.parse::<u32>().ok());
        let mut last = 0;
        let mut skipped = Vec::new();
        for level in headings {
            if level > last + 1 {
                skipped.push(format!("h{level} after h{last}"));
            }
            last = level;
        }
        skipped
    }
}

fn element(text: &str) -> Result<Element, String> {
    let (tag, mut rest) = text.split_once(' ').unwrap_or((text, ""));
    if !tag.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!("<{text}> is no tag"));
    }
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").ok_or_else(|| format!("<{text}> has an open attribute"))?;
        let (value, after) = after.split_once('"').ok_or_else(|| format!("<{text}> has an open value"))?;
        attributes.push((name.to_owned(), unescape(value)?));
        rest = after.trim_start();
    }
    Ok(Element { tag: tag.to_owned(), attributes })
}

fn unescape(text: &str) -> Result<String, String> {
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")];
    let bare = names.iter().fold(text.replace("&amp;", ""), |text, (name, _)| text.replace(name, ""));
    if bare.contains('&') {
        return Err(format!("an unescaped `&` in {text:?}"));
    }
    Ok(names.iter().fold(text.to_owned(), |text, (name, c)| text.replace(name, c)).replace("&amp;", "&"))
}
