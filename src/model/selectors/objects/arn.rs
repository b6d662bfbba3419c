//! The ARNs of S3 objects in selectors: their partition, and values that are partly unknown.

use crate::model::policy::{PartialText, TextPiece};
use crate::model::{SettingRead, region};
use crate::value::{Known, Maybe, Reason, Unknown};

/// The partition of a trail, which all ARNs of its objects have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Partition {
    Named(&'static str),
    /// The trail's Region is unknown: every partition is accepted.
    Any,
}

/// The objects whose ARNs begin with the value of a basic selector.
#[derive(Debug)]
pub(super) enum Extent {
    /// All objects of the partition.
    Everything,
    Some,
    Nothing,
    /// None, since CloudTrail rejects the value.
    Wildcard,
    Unknown(Reason),
    /// No documentation states the effect.
    Undocumented,
}

/// A value with the references to the partition replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArnText {
    pub(super) pieces: Vec<ArnPiece>,
}

/// A piece of an [`ArnText`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ArnPiece {
    Literal(String),
    /// The unknown value with this symbol.
    Unknown {
        symbol: String,
        may_be_empty: bool,
    },
}

impl Partition {
    pub(super) fn of(region: &Maybe<String>) -> Self {
        match region {
            Known(name) => region::partition(name).map_or(Partition::Any, |partition| Partition::Named(partition.name)),
            Unknown(_) => Partition::Any,
        }
    }

    /// The partitions that the ARNs may have.
    pub(super) fn names(self) -> Vec<&'static str> {
        match self {
            Partition::Named(name) => vec![name],
            Partition::Any => region::partition_names().collect(),
        }
    }
}

/// The prefix of all objects' ARNs in a partition.
pub(super) fn prefix_of_objects(partition: &str) -> String {
    format!("arn:{partition}:s3:::")
}

/// Determines the objects that a value of a basic selector selects.
pub(super) fn extent(value: &Maybe<SettingRead<String>>, partition: Partition) -> Extent {
    let names = partition.names();
    let own = names.first().copied().unwrap_or_default();
    let text = match value {
        Known(Ok(text)) => ArnText::known(text),
        Known(Err(_)) => return Extent::Nothing,
        Unknown(why) => ArnText::of(why, own),
    };
    let of_literal =
        |text: &str| names.iter().map(|name| extent_of(text, name)).find(|extent| !matches!(extent, Extent::Nothing));
    match (text.literal(), value) {
        (Some(literal), _) => of_literal(literal).unwrap_or(Extent::Nothing),
        (None, Unknown(_)) if text.is_in_bucket(&names) => Extent::Some,
        (None, Unknown(why)) => {
            let mut wide = names.iter().flat_map(|name| wide_values(name));
            if wide.any(|wide| text.may_equal(&wide)) { Extent::Unknown(why.clone()) } else { Extent::Some }
        }
        (None, Known(_)) => Extent::Nothing,
    }
}

/// The values that select all objects of a partition, or may do so.
fn wide_values(partition: &str) -> [String; 5] {
    ["", ":", "::", ":::", ":::*/*"].map(|rest| format!("arn:{partition}:s3{rest}"))
}

fn extent_of(text: &str, partition: &str) -> Extent {
    let Some(rest) = text.strip_prefix(&format!("arn:{partition}:s3")) else { return Extent::Nothing };
    match rest {
        // The first is the present spelling, and the last the one of the former API and of CloudFormation's reference.
        "" | ":" | "::" | ":::" => Extent::Everything,
        ":::*" => Extent::Wildcard,
        ":::*/*" => Extent::Undocumented,
        rest if rest.starts_with(":::") => Extent::Some,
        _ => Extent::Nothing,
    }
}

impl ArnText {
    pub(super) fn known(text: &str) -> Self {
        Self { pieces: vec![ArnPiece::Literal(text.to_owned())] }
    }

    /// Converts an unknown value. References to the partition are replaced by the trail's partition, whichever it is.
    pub(super) fn of(why: &Reason, partition: &str) -> Self {
        let text = PartialText::unknown(why);
        let is_set = why.is_set();
        let is_whole = text.pieces.len() == 1;
        let mut own = Self { pieces: Vec::new() };
        for piece in &text.pieces {
            match piece {
                TextPiece::Literal(literal) => own.push(literal),
                TextPiece::Unknown(symbol) if is_partition(symbol) => own.push(partition),
                TextPiece::Unknown(symbol) => {
                    if is_bucket_arn(symbol) {
                        own.push(&prefix_of_objects(partition));
                    }
                    let may_be_empty = !(is_whole && is_set || is_bucket_attribute(symbol));
                    own.pieces.push(ArnPiece::Unknown { symbol: symbol.clone(), may_be_empty });
                }
            }
        }
        own
    }

    /// The text, if all of it is known.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [ArnPiece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text, if all of it is known. With `may_assume`, the unknown name of a declared bucket is replaced by one that
    /// no other bucket has.
    pub(super) fn assumed(&self, may_assume: bool) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                ArnPiece::Literal(literal) => text.push_str(literal),
                ArnPiece::Unknown { symbol, .. } if may_assume && is_bucket_attribute(symbol) => {
                    let name = symbol.strip_suffix(".arn").or(symbol.strip_suffix(".id")).unwrap_or(symbol);
                    let name = name.strip_suffix(".bucket").unwrap_or(name).to_lowercase();
                    text.extend(name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }));
                }
                ArnPiece::Unknown { .. } => return None,
            }
        }
        Some(text)
    }

    fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(ArnPiece::Literal(last)) => last.push_str(text),
            Some(ArnPiece::Unknown { .. }) | None => self.pieces.push(ArnPiece::Literal(text.to_owned())),
        }
    }

    /// True if the name of a declared bucket follows the prefix of all objects.
    fn is_in_bucket(&self, partitions: &[&str]) -> bool {
        match self.pieces.as_slice() {
            [ArnPiece::Literal(prefix), ArnPiece::Unknown { symbol, .. }, ..] => {
                is_bucket_attribute(symbol) && partitions.iter().any(|name| *prefix == prefix_of_objects(name))
            }
            _ => false,
        }
    }

    /// True if the unknown pieces can have values with which the text is `target`. Each is compared separately, so two
    /// occurrences of one symbol may differ.
    fn may_equal(&self, target: &str) -> bool {
        let mut rest = target;
        let mut is_open = false;
        let last = self.pieces.len().saturating_sub(1);
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                ArnPiece::Unknown { may_be_empty, .. } => {
                    is_open = true;
                    if !may_be_empty {
                        let mut characters = rest.chars();
                        if characters.next().is_none() {
                            return false;
                        }
                        rest = characters.as_str();
                    }
                }
                ArnPiece::Literal(literal) if !is_open => match rest.strip_prefix(literal.as_str()) {
                    Some(after) => rest = after,
                    None => return false,
                },
                ArnPiece::Literal(literal) if at == last => return rest.ends_with(literal.as_str()),
                ArnPiece::Literal(literal) => match rest.split_once(literal.as_str()) {
                    Some((_, after)) => rest = after,
                    None => return false,
                },
            }
        }
        is_open || rest.is_empty()
    }
}

/// True for a reference to the name of the deployment's own partition.
fn is_partition(symbol: &str) -> bool {
    let is_data = symbol.contains("data.aws_partition.") && (symbol.ends_with(".partition") || symbol.ends_with(".id"));
    is_data || symbol.ends_with("AWS::Partition")
}

/// True for an attribute of a declared bucket, which is never empty.
fn is_bucket_attribute(symbol: &str) -> bool {
    symbol.contains("aws_s3_bucket.") || symbol.contains("awscc_s3_bucket.")
}

/// True for a reference to the ARN of a declared bucket.
fn is_bucket_arn(symbol: &str) -> bool {
    is_bucket_attribute(symbol) && symbol.ends_with(".arn")
}
