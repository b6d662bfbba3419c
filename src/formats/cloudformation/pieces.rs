//! Texts that functions put together, with the way that each piece of them came.
//!
//! `Fn::Join` and `Fn::Sub` make a text of pieces, and `Fn::Split` cuts it again, often at other places. A text that comes of one
//! piece leads to the place of that.

use std::ops::Range;

use super::call::Call;
use super::eval::{Evaluator, Way};
use crate::source::Span;
use crate::syntax::node::Node;
use crate::value::{Data, Hop, Known, List, Maybe, Step, Traced, Unknown};

/// The pieces of a text with more than this aren't told apart.
const MAX_PIECES: usize = 256;

/// A part of a text that came in one way.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The text; never empty.
    text: String,
    /// The way to it; empty if it has no place of its own.
    hops: Vec<Hop>,
}

/// A value with its pieces, as far as it is a known text.
pub(super) struct Composed {
    /// The value.
    pub(super) value: Maybe<Data>,
    /// The pieces; none if they aren't told apart.
    pub(super) pieces: Vec<Piece>,
}

/// Pieces as far as they are put together.
#[derive(Default)]
pub(super) struct Pieces {
    all: Vec<Piece>,
    is_over: bool,
}

impl Pieces {
    /// Adds a text and the way to it.
    pub(super) fn push(&mut self, text: &str, hops: Vec<Hop>) {
        if !text.is_empty() {
            self.extend(vec![Piece { text: text.to_owned(), hops }]);
        }
    }

    /// Adds the pieces of a text that is one of the parts, with the step to it.
    pub(super) fn extend_through(&mut self, step: &Hop, pieces: Vec<Piece>) {
        let through = |piece: Piece| Piece { hops: std::iter::once(step.clone()).chain(piece.hops).collect(), ..piece };
        self.extend(pieces.into_iter().map(through).collect());
    }

    fn extend(&mut self, pieces: Vec<Piece>) {
        self.all.extend(pieces);
        if self.all.len() > MAX_PIECES {
            (self.is_over, self.all) = (true, Vec::new());
        }
    }

    /// The value that they make.
    pub(super) fn compose(self, value: Maybe<Data>) -> Composed {
        let is_told = matches!(value, Known(_)) && !self.is_over;
        Composed { value, pieces: if is_told { self.all } else { Vec::new() } }
    }
}

impl Composed {
    /// A value in one piece.
    pub(super) fn of(value: Traced<Data>, text: Maybe<String>) -> Self {
        let mut pieces = Pieces::default();
        if let Known(text) = text {
            pieces.push(&text, value.hops);
        }
        pieces.compose(value.value)
    }

    /// A value that has no pieces.
    pub(super) fn whole(value: Maybe<Data>) -> Self {
        Self { value, pieces: Vec::new() }
    }

    /// The value and the way that it came, which leads to its only piece.
    pub(super) fn way(self) -> Way {
        let Self { value, mut pieces } = self;
        let only = pieces.pop().filter(|_| pieces.is_empty());
        (value, only.map(|piece| piece.hops).unwrap_or_default())
    }
}

impl Evaluator<'_> {
    /// The value of a node, with its pieces if a function puts it together.
    pub(super) fn composed(&self, node: &Node) -> (Traced<Data>, Vec<Piece>) {
        let call = Call::of(node).filter(|call| ["Join", "Sub"].contains(&call.name));
        let Some(call) = call else {
            let value = self.eval(node);
            let text = self.text_of(&value.value);
            return (value.clone(), Composed::of(value, text).pieces);
        };
        let mut pieces = Vec::new();
        let value = self.deeper(node.whole(), || {
            let composed = if call.name == "Join" { self.join(call.argument) } else { self.sub(call.argument) };
            pieces.clone_from(&composed.pieces);
            let (value, hops) = composed.way();
            Traced { hops, ..super::eval::written(value, call.span) }
        });
        if matches!(value.value, Unknown(_)) {
            pieces.clear();
        }
        (value, pieces)
    }

    /// The ways to the items of a text that is cut at each delimiter. A text in one piece that has no other place is written at
    /// `place`.
    pub(super) fn ways_of_items(
        &self,
        items: &[&str],
        delimiter: &str,
        pieces: &[Piece],
        place: Span,
    ) -> Vec<Vec<Hop>> {
        self.world.charge(pieces.len());
        let mut ways = Vec::new();
        let mut start = 0_usize;
        let mut rest = placed(pieces).into_iter().peekable();
        for (index, item) in items.iter().enumerate() {
            let end = start.saturating_add(item.len());
            while rest.next_if(|(range, _)| range.end <= start).is_some() {}
            let first = rest.peek().filter(|(range, _)| range.start < end);
            ways.push(match first {
                Some((range, piece)) if range.end >= end => {
                    let own = Some(place).filter(|_| pieces.len() == 1);
                    part(piece, index, own, *range != (start..end))
                }
                Some(_) | None => Vec::new(),
            });
            start = end.saturating_add(delimiter.len());
        }
        ways
    }
}

/// The pieces with their places in the text.
fn placed(pieces: &[Piece]) -> Vec<(Range<usize>, &Piece)> {
    let mut start = 0_usize;
    let place = |piece: &Piece| {
        let end = start.saturating_add(piece.text.len());
        std::mem::replace(&mut start, end)..end
    };
    let ranges: Vec<Range<usize>> = pieces.iter().map(place).collect();
    ranges.into_iter().zip(pieces).collect()
}

/// The way to a piece, which may be written at a place, or to a part of it, which has no place of its own.
fn part(piece: &Piece, index: usize, place: Option<Span>, is_part: bool) -> Vec<Hop> {
    let mut hops = piece.hops.clone();
    if let Some(span) = place.filter(|_| hops.is_empty()) {
        hops.push(Hop { span, step: Step::Element(index) });
    }
    if let Some(span) = hops.last().map(|last| last.span).filter(|_| is_part) {
        hops.push(Hop { span, step: Step::Part(index) });
    }
    hops
}

/// The way to an item of a list; empty if the item is part of a text that has no place.
pub(super) fn item_way(whole: &Traced<Data>, list: &List, position: usize, place: Span) -> Option<Traced<Data>> {
    let item = list.items.get(position)?;
    if whole.hops.is_empty() && item.hops.is_empty() && item.origin.span() == place {
        return Some(item.clone());
    }
    let mut taken = whole.taken(item, Step::Element(position));
    // An item of a text has no place of its own.
    let place = item.origin.span();
    if whole.hops.last().is_some_and(|last| last.span == place) {
        taken.hops.push(Hop { span: place, step: Step::Part(position) });
    }
    Some(taken)
}
