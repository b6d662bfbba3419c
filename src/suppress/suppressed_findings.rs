//! Findings that the configuration accepts, for code that no comment can reach.

use crate::report::Suppression;

/// An entry of `ignore` in the configuration: findings of a rule that are suppressed.
#[derive(Debug, Clone)]
pub struct SuppressedFindings {
    pub rule: &'static str,
    /// A pattern for the trail's address; without one, the entry covers all trails and the deployments themselves.
    pub address: Option<String>,
    /// The reason and the last day.
    pub suppression: Suppression,
}

impl SuppressedFindings {
    /// True if the entry covers the findings of a rule about a trail, or about a deployment if `address` is `None`.
    pub fn covers(&self, rule: &str, address: Option<&str>) -> bool {
        let is_meant = match (&self.address, address) {
            (None, _) => true,
            (Some(pattern), Some(address)) => matches(pattern, address),
            (Some(_), None) => false,
        };
        self.rule == rule && is_meant
    }
}

/// True if a text matches a pattern, in which `*` matches any text. Brackets have no special meaning, since addresses
/// contain them.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        let cases = [
            ("module.legacy.*", "module.legacy.aws_cloudtrail.t", true),
            ("module.legacy.*", "module.legacy_too.aws_cloudtrail.t", false),
            ("aws_cloudtrail.t", "aws_cloudtrail.t", true),
            ("aws_cloudtrail.t", "aws_cloudtrail.t2", false),
            ("aws_cloudtrail.t[*]", "aws_cloudtrail.t[\"a\"]", true),
            ("*.t", "module.a.aws_cloudtrail.t", true),
            ("*a*b*", "xaxbx", true),
            ("*a*b*", "xbxax", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
