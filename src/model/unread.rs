//! Parts of a deployment that couldn't be read, and whether their names suggest that they declare a trail.
//!
//! Such a part may declare the trail that the deployment seems to lack, and its names are often the only indication.

use std::cmp::Reverse;

use crate::source::Span;
use crate::value::Reason;

/// Words that suggest a trail. A hyphen matches itself, `_`, or nothing.
const TRAIL: &[&str] = &["cloud-trail", "landing-zone", "account-baseline", "secure-baseline", "security-baseline"];

/// Words that suggest another resource, even beside one of [`TRAIL`].
const OTHER: &[&str] = &[
    "bucket",
    "s3",
    "kms",
    "key",
    "alarm",
    "sns",
    "log-group",
    "cloudwatch",
    "dynamodb",
    "lambda",
    "role",
    "policy",
    "athena",
    "glue",
];

/// A part of a deployment that couldn't be read.
#[derive(Debug, Clone)]
pub struct UnreadPart {
    /// The span that findings about the part point at.
    pub header: Span,
    /// The part as a noun phrase: "module `cloudtrail`".
    pub description: String,
    /// The reason why it isn't read, as the text of a label.
    pub reason: String,
    /// How to make it readable, as one imperative sentence.
    pub help: String,
    /// The reason to expect a trail in it; `None` if there is none.
    pub hint: Option<TrailHint>,
    /// The name of the limit that prevented reading it, if one did.
    pub limit: Option<&'static str>,
    /// The directory that the part refers to, as written in the code, if that directory doesn't exist
    /// or is outside of the read root.
    pub missing: Option<String>,
}

/// Reasons to expect a trail in a part that wasn't read, the weaker ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailHint {
    /// Its name suggests the setup of a whole account.
    Baseline,
    /// Its label names a trail, and its source gives no indication.
    Label,
    /// Its source names a trail.
    Source,
    /// It is known to declare something that may be a trail.
    Content,
}

/// The purpose that a name indicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Trail,
    Baseline,
    Other,
}

impl TrailHint {
    /// Returns the hint that names give: those of the source, the most specific one first, take precedence over the
    /// label.
    pub fn of<'n>(sources: impl IntoIterator<Item = &'n str>, label: &str) -> Option<Self> {
        match sources.into_iter().find_map(purpose) {
            Some(Purpose::Trail) => Some(Self::Source),
            Some(Purpose::Baseline) => Some(Self::Baseline),
            Some(Purpose::Other) => None,
            None => match purpose(label)? {
                Purpose::Trail => Some(Self::Label),
                Purpose::Baseline => Some(Self::Baseline),
                Purpose::Other => None,
            },
        }
    }
}

impl UnreadPart {
    /// The reason for values that the part determines.
    pub fn absence(self) -> Reason {
        Reason::NotHere { name: part_name(&self.description), part: self.description, help: self.help }
    }

    /// Returns the part that most likely declares a trail; of equally likely ones, the first.
    pub fn most_likely(parts: &[Self]) -> Option<&Self> {
        let hinted = parts.iter().filter(|part| part.hint.is_some());
        hinted.min_by_key(|part| Reverse(part.hint))
    }
}

/// Converts the name of a part to the form in code: "module `audit`" becomes `module.audit`.
pub fn part_name(part: &str) -> String {
    match part.strip_prefix("module `").and_then(|rest| rest.strip_suffix('`')) {
        Some(label) => format!("module.{label}"),
        None => part.replace('`', ""),
    }
}

/// The last part of a path or a URL.
pub fn last_name(text: &str) -> &str {
    let path = text.split('?').next().unwrap_or_default().trim_end_matches('/');
    path.rsplit('/').next().unwrap_or_default()
}

/// The purpose that a name indicates; `None` if it gives no indication.
fn purpose(name: &str) -> Option<Purpose> {
    if OTHER.iter().any(|word| has(name, word)) {
        return Some(Purpose::Other);
    }
    let word = TRAIL.iter().position(|word| has(name, word))?;
    Some(if word == 0 { Purpose::Trail } else { Purpose::Baseline })
}

/// True if a name contains a word, regardless of case.
fn has(name: &str, word: &str) -> bool {
    (0..name.len()).any(|at| name.as_bytes().get(at..).is_some_and(|rest| begins(rest, word.as_bytes())))
}

fn begins(mut text: &[u8], word: &[u8]) -> bool {
    for expected in word {
        match text.split_first() {
            Some((found, rest)) if found.eq_ignore_ascii_case(expected) => text = rest,
            Some((b'_', rest)) if *expected == b'-' => text = rest,
            _ if *expected == b'-' => {}
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_decides_before_the_label() {
        let cases = [
            ("cloudtrail", "audit", Some(TrailHint::Source)),
            ("terraform-aws-cloud_trail", "bucket", Some(TrailHint::Source)),
            ("CloudTrail.yaml", "", Some(TrailHint::Source)),
            ("platform", "org-cloud-trail", Some(TrailHint::Label)),
            ("landing-zone", "cloudtrail", Some(TrailHint::Baseline)),
            ("audit", "SecurityBaseline", Some(TrailHint::Baseline)),
            ("audit", "landing_zone", Some(TrailHint::Baseline)),
            ("s3-bucket", "cloudtrail", None),
            ("cloudtrail-cloudwatch-alarms", "cis", None),
            ("cloudtrail_log_group", "cloudtrail", None),
            ("platform", "CloudTrailAlarms", None),
            ("vpc-baseline", "network", None),
            ("vpc", "network", None),
        ];
        for (source, label, expected) in cases {
            assert_eq!(TrailHint::of([source], label), expected, "{source} {label}");
        }
    }
}
