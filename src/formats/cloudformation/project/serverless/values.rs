//! Values that may differ between the stages of a service, and the nodes that hold them.

use std::collections::HashSet;
use std::sync::Arc;

use super::merge::is_null;
use super::reasons::refusal;
use super::syntax::{TextPart, parts};
use crate::formats::cloudformation::language::{ResolvedValue, StagedValue, scalar_text, unknown_stage};
use crate::source::Span;
use crate::syntax::MAX_NODES;
use crate::syntax::node::{Node, NodeKind, Scalar, ScalarStyle};
use crate::value::Reason;

use ResolvedValue::{Found, Missing, Stage, Unknown};

/// The number of stages for which a variable is evaluated.
pub(super) const MAX_STAGES: usize = 256;

impl StagedValue {
    /// Converts the value in each stage.
    pub(super) fn and_then(self, change: impl Fn(ResolvedValue) -> StagedValue) -> StagedValue {
        let changed = change(self.other);
        let mut rows = Vec::new();
        for (stage, value) in self.rows.into_iter().take(MAX_STAGES.saturating_add(1)) {
            let value = change(value.in_stage(&stage)).in_stage(&stage);
            rows.push((stage, value));
        }
        let known: HashSet<&str> = rows.iter().map(|(stage, _)| stage.as_str()).collect();
        let more: Vec<_> = changed.rows.into_iter().filter(|(stage, _)| !known.contains(stage.as_str())).collect();
        rows.extend(more);
        StagedValue { rows, other: changed.other }
    }

    /// The value in one stage.
    fn in_stage(self, stage: &str) -> ResolvedValue {
        let row = self.rows.into_iter().find(|(name, _)| name == stage);
        row.map_or(self.other, |(_, value)| value).in_stage(stage)
    }
}

impl ResolvedValue {
    fn in_stage(self, stage: &str) -> Self {
        match self {
            Stage(span) => Found(literal(stage, ScalarStyle::Quoted, span), None),
            other => other,
        }
    }
}

/// Two values as one text.
pub(super) fn concat(before: &ResolvedValue, part: &ResolvedValue, whole: &str, span: Span) -> ResolvedValue {
    let composed = |cause: Reason| {
        let has_text = parts(whole).iter().any(|part| matches!(part, TextPart::Literal(_)));
        match has_text {
            true => Unknown(Reason::Composed { reference: whole.to_owned(), cause: Box::new(cause) }),
            false => Unknown(cause),
        }
    };
    match (before, part) {
        (Found(before, _), Found(part, _)) => match (scalar_text(before), scalar_text(part)) {
            (Some(before), Some(part)) if before.len().saturating_add(part.len()) <= MAX_NODES => {
                Found(literal(&format!("{before}{part}"), ScalarStyle::Quoted, span), None)
            }
            _ => Unknown(refusal(whole)),
        },
        (Missing, _) | (_, Missing) => Missing,
        (Stage(_), _) | (_, Stage(_)) => composed(unknown_stage()),
        (Unknown(why @ Reason::Composed { .. }), _) => Unknown(why.clone()),
        (Unknown(why), _) | (_, Unknown(why)) => composed(why.clone()),
    }
}

/// The value of a key in a mapping, or of an index in a list.
pub(super) fn entry(node: &Node, key: &str) -> ResolvedValue {
    let found = entry_or_null(node, key).filter(|value| !is_null(value));
    found.map_or(Missing, |value| Found(value, None))
}

pub(super) fn entry_or_null(node: &Node, key: &str) -> Option<Arc<Node>> {
    match node.as_sequence() {
        Some(items) => items.get(key.parse::<usize>().ok()?).cloned(),
        None => Some(Arc::clone(&node.as_mapping()?.get(key)?.value)),
    }
}

pub(super) fn literal(text: &str, style: ScalarStyle, span: Span) -> Arc<Node> {
    Arc::new(Node { span, tag: None, kind: NodeKind::Scalar(Scalar { text: text.to_owned(), style }) })
}

/// An alias, or a chain of them, whose target is another plain scalar. The depth of variables limits the recursion.
pub(super) fn with_scalar(node: &Node, text: &str) -> Arc<Node> {
    match &node.kind {
        NodeKind::Alias(target) => {
            let kind = NodeKind::Alias(with_scalar(target, text));
            Arc::new(Node { span: node.span, tag: None, kind })
        }
        NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Mapping(_) => {
            literal(text, ScalarStyle::Plain, node.span)
        }
    }
}
