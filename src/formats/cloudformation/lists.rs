//! Functions of lists: `Fn::Split`, `Fn::Select` and `Fn::Length`.

use super::call::Argument;
use super::eval::{Evaluator, Way};
use super::symbols::{computed, failed, first_unknown};
use crate::source::Span;
use crate::value::{Data, Known, Maybe, Traced, Unknown, Why};

/// Longer lists are given up.
pub(super) const MAX_ITEMS: usize = 65_536;

impl Evaluator<'_> {
    /// `Fn::Split`.
    pub(super) fn split(&self, argument: Argument<'_>, span: Span) -> Maybe<Data> {
        let Some([delimiter, text]) = argument.items() else {
            return failed("`Fn::Split` takes a delimiter and a text");
        };
        let (delimiter, text) = (self.eval(delimiter).value, self.eval(text).value);
        match (self.text_of(&delimiter), self.text_of(&text)) {
            (Known(delimiter), Known(_)) if delimiter.is_empty() => failed("the delimiter of `Fn::Split` is empty"),
            (Known(delimiter), Known(text)) => {
                let items: Vec<_> = text.split(&delimiter).take(MAX_ITEMS.saturating_add(1)).collect();
                if items.len() > MAX_ITEMS {
                    return Unknown(Why::OverLimit { limit: "the items of a list" });
                }
                let item = |item: &str| Traced::written(Data::String(item.to_owned()), span);
                Known(Data::tuple(items.into_iter().map(item).collect()))
            }
            (_, _) => computed("Split", &[&delimiter, &text], None),
        }
    }

    /// `Fn::Select`. An index that isn't known may be any that the list has.
    pub(super) fn select(&self, argument: Argument<'_>) -> Way {
        let Some([index, list]) = argument.items() else {
            return (failed("`Fn::Select` takes an index and a list"), Vec::new());
        };
        let (index, list) = (self.eval(index).value, self.eval(list).value);
        let items = match &list {
            Known(Data::List(list)) => &list.items,
            Known(other) => return (failed(format!("{} isn't a list", other.shown())), Vec::new()),
            Unknown(_) => return (computed("Select", &[&index, &list], None), Vec::new()),
        };
        let position = match self.text_of(&index) {
            Known(text) => text.parse::<usize>().ok(),
            Unknown(why) if super::symbols::is_final(&why) => return (Unknown(why), Vec::new()),
            Unknown(why) => {
                let indexes: Vec<String> = (0..items.len()).map(|index| index.to_string()).collect();
                match self.one_of(&why.symbol(), &indexes) {
                    Some(chosen) => chosen,
                    None => return (common(items, computed("Select", &[&index, &list], None)), Vec::new()),
                }
            }
        };
        match position.and_then(|position| items.get(position)) {
            Some(item) => (item.value.clone(), item.hops.clone()),
            None => (failed("a list has no such item"), Vec::new()),
        }
    }

    /// `Fn::Length`.
    pub(super) fn length(&self, argument: Argument<'_>) -> Maybe<Data> {
        let value = self.argument(argument).value;
        match &value {
            #[expect(clippy::cast_precision_loss, reason = "a list is far shorter")]
            Known(Data::List(list)) => Known(Data::Number(list.items.len() as f64)),
            Known(other) => failed(format!("{} isn't a list", other.shown())),
            Unknown(_) => computed("Length", &[&value], None),
        }
    }
}

/// What all items are, if they are one.
fn common(items: &[Traced<Data>], otherwise: Maybe<Data>) -> Maybe<Data> {
    match items.split_first() {
        Some((first, others)) if first_unknown(&first.value).is_none() => {
            let is_same = others.iter().all(|other| other.value == first.value);
            if is_same { first.value.clone() } else { otherwise }
        }
        Some(_) | None => otherwise,
    }
}
