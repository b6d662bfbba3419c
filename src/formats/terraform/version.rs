//! Version constraints of modules in registries, evaluated only as far as a version certainly breaks one.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>.

use std::cmp::Ordering;

/// True if a version certainly breaks a constraint such as `~> 1.2, != 1.2.3`.
pub(crate) fn breaks(version: &str, constraint: &str) -> bool {
    let Some(version) = Version::parse(version) else { return false };
    constraint.split(',').any(|part| part_holds(&version, part.trim()) == Some(false))
}

/// True if a version certainly meets a constraint, false if it certainly breaks it, `None` if neither is certain.
pub(crate) fn meets(version: &str, constraint: &str) -> Option<bool> {
    let version = Version::parse(version)?;
    let parts: Option<Vec<bool>> = constraint.split(',').map(|part| part_holds(&version, part.trim())).collect();
    Some(parts?.into_iter().all(|holds| holds))
}

/// A version's numbers; omitted ones are 0.
struct Version {
    numbers: [u64; 3],
    /// The count of numbers that the text contains.
    given: usize,
}

impl Version {
    /// Parses a version. Returns `None` for a pre-release: it follows rules of its own, so the result would be
    /// uncertain.
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next()?;
        let (mut numbers, mut given) = ([0; 3], 0_usize);
        for part in text.split('.') {
            *numbers.get_mut(given)? = part.parse().ok()?;
            given = given.saturating_add(1);
        }
        Some(Self { numbers, given })
    }
}

/// True if a version meets one constraint; `None` if that is uncertain.
fn part_holds(version: &Version, part: &str) -> Option<bool> {
    const OPERATORS: [&str; 7] = ["~>", ">=", "<=", "!=", "=", ">", "<"];
    let operator = OPERATORS.into_iter().find(|operator| part.starts_with(operator)).unwrap_or_default();
    let bound = Version::parse(part.strip_prefix(operator)?.trim())?;
    let order = version.numbers.cmp(&bound.numbers);
    Some(match operator {
        "~>" => {
            // Only the last number that the constraint contains may increase.
            let fixed = bound.given.saturating_sub(1);
            order != Ordering::Less && version.numbers.get(..fixed) == bound.numbers.get(..fixed)
        }
        ">=" => order != Ordering::Less,
        "<=" => order != Ordering::Greater,
        "!=" => order != Ordering::Equal,
        ">" => order == Ordering::Greater,
        "<" => order == Ordering::Less,
        _ => order == Ordering::Equal,
    })
}

#[cfg(test)]
mod tests {
    use super::breaks;

    #[test]
    fn only_what_certainly_breaks_a_constraint_does() {
        for (version, constraint) in [
            ("1.2.3", "2.0.0"),
            ("1.3.0", "~> 1.2.0"),
            ("2.0.0", "~> 1.2"),
            ("1.0.0", ">= 1.1, < 2"),
            ("1.0.0", "!= 1.0"),
        ] {
            assert!(breaks(version, constraint), "{version} {constraint}");
        }
        for (version, constraint) in [
            ("1.2.3", "1.2.3"),
            ("1.2.9", "~> 1.2.0"),
            ("1.9.0", "~> 1.2"),
            ("2.0.0", "~> 1"),
            ("1.5.0", ">= 1.1, < 2"),
            ("v1.2.3+build", "= 1.2.3"),
            ("1.2.3-beta", "2.0.0"),
            ("1.2.3", "latest"),
            ("", "1.0"),
        ] {
            assert!(!breaks(version, constraint), "{version} {constraint}");
        }
    }
}
