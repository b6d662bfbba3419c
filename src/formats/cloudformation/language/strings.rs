//! Evaluates functions that build texts: `Fn::Sub` and `Fn::Join`.

use super::call::{FunctionArgument, plain, plain_text};
use super::eval::{DYNAMIC, Evaluator, is_absent, weight, weight_of_text, with_hop};
use super::lists::is_empty_list;
use super::lookup::Lookup;
use super::pieces::{ComposedText, Pieces, TracedPiece, item_way};
use super::symbols::{MAX_TEXT, computed, depends_on, failed, symbol};
use crate::source::Span;
use crate::syntax::node::{Mapping, Node};
use crate::value::budget::STEPS;
use crate::value::{Data, Hop, HopKind, Known, Maybe, Reason, Traced, Unknown};

/// An item of a list. If the list is written as the argument, also the hop to the item, and its pieces.
type ListItem = (Traced<Data>, Option<(Hop, Vec<TracedPiece>)>);

/// A part of the template text of `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
enum SubPart<'a> {
    Literal(&'a str),
    /// The name in `${…}`.
    Name(&'a str),
}

/// Builds a text from known and unknown parts.
#[derive(Default)]
struct PartialString {
    text: String,
    /// The reason for the first unknown part, or for the first one without a value.
    unknown: Option<Reason>,
    /// True if the text is certainly not empty.
    is_set: bool,
}

impl<L: Lookup> Evaluator<'_, L> {
    /// `Fn::Sub`, with or without a mapping of variables. A text that consists of one `${Name}` has the value of that name.
    pub(super) fn sub(&self, argument: FunctionArgument<'_>) -> ComposedText {
        let (text, own) = match argument.items() {
            Some([text, own]) => (plain_text(text), plain(own).and_then(|own| own.as_mapping())),
            Some(_) => (None, None),
            None => (argument.text(), None),
        };
        let Some(text) = text else {
            return ComposedText::untracked(failed("`Fn::Sub` takes a string, or a string and a mapping"));
        };
        self.world.charge(weight_of_text(text));
        if !self.world.has_steps() {
            return ComposedText::untracked(Unknown(Reason::OverLimit { limit: STEPS }));
        }
        let staged = self
            .lookup
            .staged(argument.items().and_then(|items| items.first()).map_or(argument.span(), |text| text.span), text);
        let replaced = staged.map(|value| value.reason(text));
        if let Some(why) = self.replaced(text).or(replaced) {
            return ComposedText::untracked(Unknown(why));
        }
        let parts = split(text);
        if let [SubPart::Name(name)] = parts.as_slice() {
            return self.substitute_only(name, own, argument.span());
        }
        let (mut writing, mut pieces) = (PartialString::default(), Pieces::default());
        for part in &parts {
            self.world.charge(1);
            if !self.world.has_steps() {
                return ComposedText::untracked(Unknown(Reason::OverLimit { limit: STEPS }));
            }
            match part {
                SubPart::Literal(text) => {
                    writing.literal(text);
                    pieces.push(text, Vec::new());
                }
                SubPart::Name(name) => {
                    let value = self.substitute(name, own, argument.span());
                    self.world.charge(weight(&value.value));
                    let text = self.text_of(&value.value);
                    writing.value(&value.value, text.clone());
                    if let Known(text) = text {
                        pieces.push(&text, value.hops);
                    }
                }
            }
        }
        pieces.compose(writing.finish())
    }

    /// The value of a text that consists of one `${Name}`. Its hops are kept even if the value is unknown.
    fn substitute_only(&self, name: &str, own: Option<&Mapping>, span: Span) -> ComposedText {
        let value = self.substitute(name, own, span);
        let text = match &value.value {
            Known(data) => self.text_of(&Known(data.clone())),
            Unknown(why) => Unknown(why.clone()),
        };
        let whole = Traced { value: text.clone().map(Data::String), ..value };
        ComposedText::of(whole, text)
    }

    fn substitute(&self, name: &str, own: Option<&Mapping>, span: Span) -> Traced<Data> {
        if let Some(entry) = own.and_then(|own| own.get(name)) {
            let value = self.eval(&entry.value);
            let hop = Hop { span: entry.value.whole(), step: HopKind::Member(name.to_owned()) };
            return with_hop(value, hop, span);
        }
        let value = if name.contains('.') { self.attribute_at(name, span) } else { self.named(name, span) };
        self.resolve(value)
    }

    /// Replaces loop variables in a text. CloudFormation does so in any text, not only in `Fn::Sub`; `&{Name}` inserts
    /// the letters and digits of the value.
    pub(crate) fn filled(&self, text: &str) -> String {
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

    pub(super) fn join(&self, argument: FunctionArgument<'_>) -> ComposedText {
        let Some([delimiter, list]) = argument.items() else {
            return ComposedText::untracked(failed("`Fn::Join` takes a delimiter and a list"));
        };
        let between = self.eval(delimiter);
        let between_text = self.text_of(&between.value);
        let items = match self.joined_items(list) {
            Ok(items) => items,
            Err(list) => return ComposedText::untracked(Self::joined_or_unknown(between_text, &list)),
        };
        let Known(between_text) = between_text else {
            let list = Known(Data::tuple(items.into_iter().map(|(item, _)| item).collect()));
            return ComposedText::untracked(Self::joined_or_unknown(between_text, &list));
        };
        let (mut writing, mut pieces) = (PartialString::default(), Pieces::default());
        for (index, (item, own)) in items.into_iter().enumerate() {
            if index > 0 {
                writing.literal(&between_text);
                let hop = Hop { span: delimiter.whole(), step: HopKind::Argument };
                pieces.push(&between_text, std::iter::once(hop).chain(between.hops.iter().cloned()).collect());
            }
            writing.value(&item.value, self.text_of(&item.value));
            match own {
                Some((hop, own)) => pieces.extend_through(&hop, own),
                None => {
                    if let Known(text) = self.text_of(&item.value) {
                        pieces.push(&text, item.hops);
                    }
                }
            }
        }
        pieces.compose(writing.finish())
    }

    /// The items of a list, with the pieces of those that are written as the argument. `Err` contains a list that isn't
    /// known.
    fn joined_items(&self, list: &Node) -> Result<Vec<ListItem>, Maybe<Data>> {
        if let Some(items) = plain(list).filter(|plain| plain.span == list.span).and_then(Node::as_sequence) {
            let items = items.iter().map(|item| (item.whole(), self.composed(item)));
            let items = items.filter(|(_, (value, _))| !is_absent(value)).enumerate();
            let items = items.map(|(index, (span, (value, own)))| {
                let step = Hop { span, step: HopKind::Element(index) };
                (value, Some((step, own)))
            });
            return Ok(items.collect());
        }
        let whole = self.eval(list);
        let Known(Data::List(listed)) = &whole.value else { return Err(whole.value) };
        let taken = (0..listed.items.len()).filter_map(|index| item_way(&whole, listed, index, list.whole()));
        Ok(taken.map(|item| (item, None)).collect())
    }

    /// The result for a delimiter or a list that is unknown or invalid.
    fn joined_or_unknown(delimiter: Maybe<String>, list: &Maybe<Data>) -> Maybe<Data> {
        match (&delimiter, list) {
            (Known(_), Known(other)) => failed(format!("{} isn't a list", other.shown())),
            (Known(_), Unknown(why)) if is_empty_list(why) => Known(Data::String(String::new())),
            (_, _) => computed("Join", &[&delimiter.map(Data::String), list], None),
        }
    }
}

impl PartialString {
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
                    Some(first) => first.more_actionable(why),
                    None => why,
                });
            }
        }
    }

    fn push(&mut self, text: &str) {
        if self.text.len().saturating_add(text.len()) > MAX_TEXT {
            self.unknown = Some(Reason::OverLimit { limit: "the length of a string" });
        } else {
            self.text.push_str(text);
        }
    }

    fn finish(self) -> Maybe<Data> {
        match self.unknown {
            None => Known(Data::String(self.text)),
            Some(why) => match depends_on(format!("\"{}\"", self.text), why, None) {
                // The text is the name of a dynamic reference. Its value is known during deployment only, even if the
                // name becomes known.
                Unknown(Reason::Computed { expression, .. }) if self.is_set && self.text.contains(DYNAMIC) => {
                    Unknown(Reason::AtDeployment { reference: expression, is_set: true })
                }
                Unknown(Reason::Computed { expression, cause, .. }) if self.is_set => {
                    Unknown(Reason::Composed { reference: expression, cause })
                }
                other => other,
            },
        }
    }
}

/// Splits a text into literals and `${…}`. The escape `${!name}` is the literal `${name}`.
fn split(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(SubPart::Literal(before));
        }
        match name.strip_prefix('!') {
            Some(literal) => parts.extend([SubPart::Literal("${"), SubPart::Literal(literal), SubPart::Literal("}")]),
            None => parts.push(SubPart::Name(name.trim())),
        }
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(SubPart::Literal(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_at_its_names() {
        let text = "a${B}${!C}${ D.E }${";
        let (b, d) = (SubPart::Name("B"), SubPart::Name("D.E"));
        let literal = SubPart::Literal;
        assert_eq!(split(text), [literal("a"), b, literal("${"), literal("C"), literal("}"), d, literal("${")]);
    }
}
