//! Functions that put texts together: `Fn::Sub` and `Fn::Join`.

use super::call::Argument;
use super::eval::DYNAMIC;
use super::eval::{Evaluator, READER, Way, weight, weight_of_text};
use super::lists::is_empty_list;
use super::symbols::{because, computed, failed, symbol};
use crate::source::Span;
use crate::syntax::node::Mapping;
use crate::value::budget::STEPS;
use crate::value::{Data, Known, Maybe, Traced, Unknown, Why, placeholder};

/// Longer texts are given up, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// A part of the text that `Fn::Sub` takes.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    /// What stands in `${…}`.
    Name(&'a str),
}

/// A text as far as it has been written.
#[derive(Default)]
struct Writing {
    text: String,
    /// The reason of the first part that isn't known.
    unknown: Option<Why>,
    /// Whether some text is certain to be in it.
    is_set: bool,
}

impl Evaluator<'_> {
    /// `Fn::Sub`, with or without values of its own. Of one `${Name}` it is that value.
    pub(super) fn sub(&self, argument: Argument<'_>) -> Way {
        let (text, own) = match argument.items() {
            Some([text, own]) => {
                (super::call::plain_text(text), super::call::plain(own).and_then(|own| own.as_mapping()))
            }
            Some(_) => (None, None),
            None => (argument.text(), None),
        };
        let Some(text) = text else { return (failed("`Fn::Sub` takes a text, or a text and a mapping"), Vec::new()) };
        self.world.charge(weight_of_text(text));
        if !self.world.has_steps() {
            return (Unknown(Why::OverLimit { limit: STEPS }), Vec::new());
        }
        if let Some(why) = placeholder(text, READER) {
            return (Unknown(why), Vec::new());
        }
        let parts = split(text);
        if let [Part::Name(name)] = parts.as_slice() {
            let value = self.substitute(name, own, argument.span());
            let text = match value.value {
                Known(data) => self.text_of(&Known(data)).map(Data::String),
                unknown @ Unknown(_) => unknown,
            };
            return (text, value.hops);
        }
        let mut writing = Writing::default();
        for part in &parts {
            self.world.charge(1);
            if !self.world.has_steps() {
                return (Unknown(Why::OverLimit { limit: STEPS }), Vec::new());
            }
            match part {
                Part::Literal(text) => writing.literal(text),
                Part::Name(name) => {
                    let value = self.substitute(name, own, argument.span()).value;
                    self.world.charge(weight(&value));
                    writing.value(&value, self.text_of(&value));
                }
            }
        }
        (writing.finish(), Vec::new())
    }

    fn substitute(&self, name: &str, own: Option<&Mapping>, span: Span) -> Traced<Data> {
        if let Some(entry) = own.and_then(|own| own.get(name)) {
            return self.eval(&entry.value);
        }
        let value = if name.contains('.') {
            super::eval::written(self.attribute_at(name), span)
        } else {
            self.named(name, span)
        };
        self.settle(value)
    }

    /// A text in a loop: the names of its values stand for them anywhere.
    pub(super) fn filled(&self, text: &str) -> String {
        if self.names.is_empty() || !text.contains("{") {
            return text.to_owned();
        }
        let mut filled = text.to_owned();
        for (name, value) in self.names.iter().rev() {
            if let Known(value) = &value.value {
                let bare: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                filled = filled.replace(&format!("${{{name}}}"), value).replace(&format!("&{{{name}}}"), &bare);
            }
        }
        filled
    }

    /// `Fn::Join`.
    pub(super) fn join(&self, argument: Argument<'_>) -> Maybe<Data> {
        let Some([delimiter, list]) = argument.items() else {
            return failed("`Fn::Join` takes a delimiter and a list");
        };
        let (delimiter, list) = (self.text_of(&self.eval(delimiter).value), self.eval(list).value);
        let items = match (&delimiter, &list) {
            (Known(_), Known(Data::List(items))) => &items.items,
            (Known(_), Known(other)) => return failed(format!("{} isn't a list", other.shown())),
            (Known(_), Unknown(why)) if is_empty_list(why) => return Known(Data::String(String::new())),
            _ => return computed("Join", &[&delimiter.map(Data::String), &list], None),
        };
        let Known(delimiter) = delimiter else { return Unknown(Why::Unreadable) };
        let mut writing = Writing::default();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                writing.literal(&delimiter);
            }
            writing.value(&item.value, self.text_of(&item.value));
        }
        writing.finish()
    }
}

impl Writing {
    fn literal(&mut self, text: &str) {
        self.is_set |= !text.is_empty();
        self.push(text);
    }

    fn value(&mut self, value: &Maybe<Data>, text: Maybe<String>) {
        match text {
            Known(text) => self.literal(&text),
            Unknown(why) => {
                self.push(&format!("${{{}}}", symbol(value)));
                self.unknown = Some(match self.unknown.take() {
                    Some(first) => first.nearer(why),
                    None => why,
                });
            }
        }
    }

    fn push(&mut self, text: &str) {
        if self.text.len().saturating_add(text.len()) > MAX_TEXT {
            self.unknown = Some(Why::OverLimit { limit: "the length of a text" });
        } else {
            self.text.push_str(text);
        }
    }

    fn finish(self) -> Maybe<Data> {
        match self.unknown {
            None => Known(Data::String(self.text)),
            Some(why) => match because(format!("\"{}\"", self.text), why, None) {
                // To know the name of what is fetched is not to know what that is.
                Unknown(Why::Computed { expression, .. }) if self.is_set && self.text.contains(DYNAMIC) => {
                    Unknown(Why::AtDeployment { reference: expression, is_set: true })
                }
                Unknown(Why::Computed { expression, cause, .. }) if self.is_set => {
                    Unknown(Why::Composed { reference: expression, cause })
                }
                other => other,
            },
        }
    }
}

/// Literals and `${…}` in turns; `${!name}` is the text `${name}`.
fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Literal(before));
        }
        match name.strip_prefix('!') {
            Some(literal) => parts.extend([Part::Literal("${"), Part::Literal(literal), Part::Literal("}")]),
            None => parts.push(Part::Name(name.trim())),
        }
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_at_its_names() {
        let text = "a${B}${!C}${ D.E }${";
        let (b, d) = (Part::Name("B"), Part::Name("D.E"));
        let literal = Part::Literal;
        assert_eq!(split(text), [literal("a"), b, literal("${"), literal("C"), literal("}"), d, literal("${")]);
    }
}
