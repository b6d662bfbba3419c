//! The unknown values that decisions name.
//!
//! Worlds keep the answers about one subject consistent, but `length(var.a) > 3` and `var.a == "b"` are two subjects, and
//! no world knows that both can't be true. Decisions that name no value in common are possible together.

use std::collections::BTreeSet;

use crate::value::world::{Decision, VERSION_OF};

/// Words of the language of conditions, which name no value.
const WORDS: [&str; 12] = ["isn", "t", "empty", "an", "element", "of", "with", "at", "if", "true", "false", "null"];

/// True if no decision names the same unknown value as one of all decisions about another subject.
pub(super) fn are_independent(decisions: &[Decision], all: &[Decision]) -> bool {
    share_nothing(&subjects(decisions), &subjects(all))
}

/// The same for decisions and an unknown value about which none of them is.
pub(super) fn are_independent_of(decisions: &[Decision], reference: &str) -> bool {
    let subjects = subjects(decisions);
    !subjects.contains(reference) && share_nothing(&BTreeSet::from([reference]), &subjects)
}

fn subjects(decisions: &[Decision]) -> BTreeSet<&str> {
    decisions.iter().map(|decision| decision.atom.subject()).collect()
}

fn share_nothing(own: &BTreeSet<&str>, all: &BTreeSet<&str>) -> bool {
    // Each name with its subject, and whether that is one of the own.
    let mut named: Vec<(&str, &str)> = Vec::new();
    for subject in own.union(all) {
        named.extend(names(subject).into_iter().map(|name| (name, *subject)));
    }
    named.sort_unstable();
    let mut rest = named.as_slice();
    while let Some(((name, _), _)) = rest.split_first() {
        // The names that lead through a name follow it.
        let end = rest.partition_point(|(next, _)| is_part(next, name) || next <= name);
        let (group, others) = rest.split_at_checked(end).unwrap_or_default();
        let is_one = group.iter().all(|(_, subject)| group.first().is_some_and(|(_, first)| first == subject));
        if !is_one && group.iter().any(|(_, subject)| own.contains(subject)) {
            return false;
        }
        rest = others;
    }
    true
}

/// True if a name is another, or leads through it.
fn is_part(name: &str, whole: &str) -> bool {
    name.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The names in a subject, without those of functions: of Terraform, the paths with a dot.
fn names(subject: &str) -> Vec<&str> {
    // Conditions on one version are always decided together.
    if subject.starts_with(VERSION_OF) {
        return Vec::new();
    }
    let mut words = Vec::new();
    let mut rest = subject;
    while let Some(start) = rest.find(is_in_name) {
        let (_, from) = rest.split_at_checked(start).unwrap_or_default();
        let end = from.find(|c| !is_in_name(c)).unwrap_or(from.len());
        let (word, after) = from.split_at_checked(end).unwrap_or_default();
        let is_name = word.starts_with(|c: char| c.is_alphabetic()) && !after.starts_with('(');
        words.extend(Some(word).filter(|word| is_name && !WORDS.contains(&word.to_lowercase().as_str())));
        rest = after;
    }
    if words.iter().any(|word| word.contains('.')) {
        words.retain(|word| word.contains('.'));
    }
    words
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_the_names_of_terraform() {
        assert_eq!(names("length(var.a) > 3"), ["var.a"]);
        assert_eq!(names("startswith(\"${var.a}-b\", \"c\")"), ["var.a"]);
        assert_eq!(names("var.a isn't empty"), ["var.a"]);
        assert_eq!(names("module.m.b == var.c.d"), ["module.m.b", "var.c.d"]);
    }

    #[test]
    fn words_are_the_names_of_cloudformation() {
        assert_eq!(names("Env"), ["Env"]);
        assert_eq!(names("AWS::Region == Home"), ["AWS::Region", "Home"]);
    }

    #[test]
    fn a_name_is_a_part_of_what_leads_to_it() {
        assert!(is_part("var.a", "var.a") && is_part("var.a.b", "var.a") && is_part("var.a[0]", "var.a"));
        assert!(!is_part("var.ab", "var.a"));
    }
}
