//! Tracks the origin of each piece of a text that functions build.
//!
//! `Fn::Join` and `Fn::Sub` build a text from pieces, and `Fn::Split` cuts it, often at other places. If an item comes
//! from one piece, its hops lead to the place of that piece.

use std::ops::Range;

use super::call::IntrinsicCall;
use super::eval::{Evaluator, TracedValue, written};
use super::lookup::Lookup;
use crate::source::Span;
use crate::syntax::node::Node;
use crate::value::{Data, Hop, HopKind, Known, List, Maybe, Traced, Unknown};

/// The maximum number of pieces that are tracked for one text.
const MAX_PIECES: usize = 256;

/// A part of a text with a single origin.
#[derive(Debug, Clone)]
pub(super) struct TracedPiece {
    /// Never empty.
    text: String,
    /// The hops to the piece; empty if it has no place of its own.
    hops: Vec<Hop>,
}

/// A value with its pieces, if it is a known text.
pub(super) struct ComposedText {
    pub(crate) value: Maybe<Data>,
    /// Empty if the pieces aren't tracked.
    pub(super) pieces: Vec<TracedPiece>,
}

/// Collects the pieces of a text that is being built.
#[derive(Default)]
pub(super) struct Pieces {
    all: Vec<TracedPiece>,
    is_over_limit: bool,
}

impl Pieces {
    /// Adds a piece.
    pub(crate) fn push(&mut self, text: &str, hops: Vec<Hop>) {
        if !text.is_empty() {
            self.extend(vec![TracedPiece { text: text.to_owned(), hops }]);
        }
    }

    /// Adds the pieces of a nested text, each with the hop to that text.
    pub(super) fn extend_through(&mut self, step: &Hop, mut pieces: Vec<TracedPiece>) {
        for piece in &mut pieces {
            piece.hops.insert(0, step.clone());
        }
        self.extend(pieces);
    }

    fn extend(&mut self, pieces: Vec<TracedPiece>) {
        self.all.extend(pieces);
        if self.all.len() > MAX_PIECES {
            (self.is_over_limit, self.all) = (true, Vec::new());
        }
    }

    /// Combines the pieces with the finished value.
    pub(super) fn compose(self, value: Maybe<Data>) -> ComposedText {
        let is_told = matches!(value, Known(_)) && !self.is_over_limit;
        ComposedText { value, pieces: if is_told { self.all } else { Vec::new() } }
    }
}

impl ComposedText {
    /// A value that consists of one piece.
    pub(crate) fn of(value: Traced<Data>, text: Maybe<String>) -> Self {
        let mut pieces = Pieces::default();
        if let Known(text) = text {
            pieces.push(&text, value.hops);
        }
        pieces.compose(value.value)
    }

    /// A value without tracked pieces.
    pub(super) fn untracked(value: Maybe<Data>) -> Self {
        Self { value, pieces: Vec::new() }
    }

    /// The value with the hops to its piece, if it consists of exactly one.
    pub(super) fn traced(self) -> TracedValue {
        let Self { value, mut pieces } = self;
        let only = pieces.pop().filter(|_| pieces.is_empty());
        (value, only.map(|piece| piece.hops).unwrap_or_default())
    }
}

impl<L: Lookup> Evaluator<'_, L> {
    /// Evaluates a node, and tracks the pieces if it is `Fn::Join` or `Fn::Sub`.
    pub(super) fn composed(&self, node: &Node) -> (Traced<Data>, Vec<TracedPiece>) {
        let call = IntrinsicCall::of(node).filter(|call| ["Join", "Sub"].contains(&call.name));
        let Some(call) = call else {
            let value = self.eval(node);
            let text = self.text_of(&value.value);
            return (value.clone(), ComposedText::of(value, text).pieces);
        };
        let mut pieces = Vec::new();
        let value = self.deeper(node.whole(), || {
            let composed = if call.name == "Join" { self.join(call.argument) } else { self.sub(call.argument) };
            pieces.clone_from(&composed.pieces);
            let (value, hops) = composed.traced();
            Traced { hops, ..written(value, call.span) }
        });
        if matches!(value.value, Unknown(_)) {
            pieces.clear();
        }
        (value, pieces)
    }

    /// The hops to each item of a text that is split at a delimiter. If the text is one piece without a place of its
    /// own, its place is `place`.
    pub(super) fn ways_of_items(
        &self,
        items: &[&str],
        delimiter: &str,
        pieces: &[TracedPiece],
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

/// The pieces with their ranges in the text.
fn placed(pieces: &[TracedPiece]) -> Vec<(Range<usize>, &TracedPiece)> {
    let mut placed = Vec::new();
    let mut start = 0_usize;
    for piece in pieces {
        let end = start.saturating_add(piece.text.len());
        placed.push((start..end, piece));
        start = end;
    }
    placed
}

/// The hops to a piece, or to a part of it. A piece without hops is at `place`, if that is given; a part has no place
/// of its own.
fn part(piece: &TracedPiece, index: usize, place: Option<Span>, is_part: bool) -> Vec<Hop> {
    let mut hops = piece.hops.clone();
    if let Some(span) = place.filter(|_| hops.is_empty()) {
        hops.push(Hop { span, step: HopKind::Element(index) });
    }
    if let Some(span) = hops.last().map(|last| last.span).filter(|_| is_part) {
        hops.push(Hop { span, step: HopKind::Part(index) });
    }
    hops
}

/// An item of a list with the hops to it. An item that is part of a text has no place of its own, so it is returned
/// without hops.
pub(super) fn item_way(whole: &Traced<Data>, list: &List, position: usize, place: Span) -> Option<Traced<Data>> {
    let item = list.items.get(position)?;
    if whole.hops.is_empty() && item.hops.is_empty() && item.origin.span() == place {
        return Some(item.clone());
    }
    let mut taken = whole.member_value(item, HopKind::Element(position));
    // An item that was split from a text has the place of the text.
    let place = item.origin.span();
    if whole.hops.last().is_some_and(|last| last.span == place) {
        taken.hops.push(Hop { span: place, step: HopKind::Part(position) });
    }
    Some(taken)
}
