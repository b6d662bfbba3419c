//! Evaluates list functions: `Fn::Split`, `Fn::Select` and `Fn::Length`.

use std::rc::Rc;

use super::call::{FunctionArgument, IntrinsicCall};
use super::eval::{Evaluator, TracedValue};
use super::limits::{Allowed, is_list};
use super::lookup::Lookup;
use super::mapping::kind_of;
use super::pieces::item_way;
use super::symbols::{computed, failed, first_unknown, is_final};
use crate::source::Span;
use crate::syntax::node::Node;
use crate::value::{Data, Known, Maybe, Reason, Traced, Unknown};

/// The construct name for the value of a list parameter that is the empty text. AWS's documentation doesn't specify if
/// such a list has no item or one empty item.
pub(super) const EMPTY_LIST: &str = "an empty list of strings";

/// The maximum number of items in a list.
pub(super) const MAX_ITEMS: usize = 65_536;

impl<L: Lookup> Evaluator<'_, L> {
    pub(super) fn split(&self, argument: FunctionArgument<'_>, span: Span) -> Maybe<Data> {
        let Some([delimiter, text]) = argument.items() else {
            return failed("`Fn::Split` takes a delimiter and a string");
        };
        let place = text.whole();
        let (delimiter, (text, pieces)) = (self.eval(delimiter).value, self.composed(text));
        let text = text.value;
        match (self.text_of(&delimiter), self.text_of(&text)) {
            (Known(delimiter), Known(_)) if delimiter.is_empty() => failed("the delimiter of `Fn::Split` is empty"),
            (Known(delimiter), Known(text)) => {
                let items: Vec<_> = text.split(&delimiter).take(MAX_ITEMS.saturating_add(1)).collect();
                if items.len() > MAX_ITEMS {
                    return Unknown(Reason::OverLimit { limit: "the items of a list" });
                }
                let ways = self.ways_of_items(&items, &delimiter, &pieces, place);
                let items = items
                    .into_iter()
                    .zip(ways)
                    .map(|(item, hops)| Traced { hops, ..Traced::written(Data::String(item.to_owned()), span) });
                Known(Data::tuple(items.collect()))
            }
            (_, _) => computed("Split", &[&delimiter, &text], None),
        }
    }

    /// `Fn::Select`. An unknown index may be any index of the list.
    pub(super) fn select(&self, argument: FunctionArgument<'_>) -> TracedValue {
        let Some([index, list]) = argument.items() else {
            return (failed("`Fn::Select` takes an index and a list"), Vec::new());
        };
        let allowed = self.allowed_items(list);
        let place = list.whole();
        let (index, whole) = (self.eval(index).value, self.eval(list));
        let list = &whole.value;
        let listed = match list {
            Known(Data::List(list)) => list,
            Known(other) => return (failed(format!("{} isn't a list", other.shown())), Vec::new()),
            Unknown(why) if is_empty_list(why) => return (self.select_from_empty(&index), Vec::new()),
            Unknown(_) => {
                let item = computed("Select", &[&index, list], None);
                let item =
                    allowed.map_or(item.clone(), |(name, allowed)| self.restrict_to_allowed(item, &allowed, name));
                return (item.map(Data::String), Vec::new());
            }
        };
        let position = match self.text_of(&index) {
            Known(text) => text.parse::<usize>().ok(),
            Unknown(why) if is_final(&why) => return (Unknown(why), Vec::new()),
            Unknown(why) => {
                let indexes: Vec<String> = (0..listed.items.len()).map(|index| index.to_string()).collect();
                match self.one_of(&why.symbol(), &indexes) {
                    Some(chosen) => chosen,
                    None => return (common(&listed.items, computed("Select", &[&index, list], None)), Vec::new()),
                }
            }
        };
        match position.and_then(|position| item_way(&whole, listed, position, place)) {
            Some(item) => (item.value, item.hops),
            None => (failed("a list has no such item"), Vec::new()),
        }
    }

    /// The first item of an empty list is the empty text, because templates test if a list is empty by `!Equals
    /// [!Select [0, !Ref Names], '']`.
    fn select_from_empty(&self, index: &Maybe<Data>) -> Maybe<Data> {
        match self.text_of(index) {
            Known(index) if index == "0" => Known(Data::String(String::new())),
            Known(_) => failed("a list has no such item"),
            Unknown(_) => computed("Select", &[index, &Known(Data::String(String::new()))], None),
        }
    }

    /// The parameter that a list refers to, with the values allowed for its items.
    fn allowed_items<'n>(&self, list: &'n Node) -> Option<(&'n str, Rc<Allowed>)> {
        let name = IntrinsicCall::of(list.target()).filter(|call| call.name == "Ref")?.argument.text()?;
        let declared = self.lookup.declarations().parameters.get(name)?;
        let kind = kind_of(&declared.value)?;
        let allowed = self.allowed(declared);
        (is_list(kind) && !allowed.is_any()).then_some((name, allowed))
    }

    pub(super) fn length(&self, argument: FunctionArgument<'_>) -> Maybe<Data> {
        let value = self.argument(argument).value;
        match &value {
            #[expect(clippy::cast_precision_loss, reason = "a list is far shorter")]
            Known(Data::List(list)) => Known(Data::Number(list.items.len() as f64)),
            Known(other) => failed(format!("{} isn't a list", other.shown())),
            Unknown(_) => computed("Length", &[&value], None),
        }
    }
}

/// True for the reason of an empty list parameter.
pub(super) fn is_empty_list(why: &Reason) -> bool {
    matches!(why, Reason::NotEvaluated { construct } if construct == EMPTY_LIST)
}

/// The value of the items if all are equal and known.
fn common(items: &[Traced<Data>], otherwise: Maybe<Data>) -> Maybe<Data> {
    match items.split_first() {
        Some((first, others)) if first_unknown(&first.value).is_none() => {
            let is_same = others.iter().all(|other| other.value == first.value);
            if is_same { first.value.clone() } else { otherwise }
        }
        Some(_) | None => otherwise,
    }
}
