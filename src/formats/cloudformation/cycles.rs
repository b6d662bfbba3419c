//! Finds names that refer to themselves, directly or through other names.

use std::collections::{HashMap, HashSet};

/// The names that each name refers to.
pub(super) type References<'n> = HashMap<&'n str, Vec<&'n str>>;

/// The names on cycles. All cycles are found in one pass (Kosaraju's algorithm), because a separate search from each
/// name is quadratic in the length of a chain.
pub(super) fn names_on_cycles<'n>(references: &References<'n>) -> HashSet<&'n str> {
    let referring = transposed(references);
    let mut seen = HashSet::new();
    let mut circular = HashSet::new();
    // The names that lead to this one, and that no earlier search has reached, are on a cycle with it.
    for name in postorder(references).into_iter().rev() {
        let circle = reachable(name, &referring, &mut seen);
        let refers_to_itself = references.get(name).is_some_and(|referred| referred.contains(&name));
        if circle.len() > 1 || refers_to_itself {
            circular.extend(circle);
        }
    }
    circular
}

fn transposed<'n>(references: &References<'n>) -> References<'n> {
    let mut turned = References::new();
    for (name, referred) in references {
        referred.iter().for_each(|referred| turned.entry(referred).or_default().push(name));
    }
    turned
}

/// All names in postorder of a depth-first search: each name follows the names that it refers to.
fn postorder<'n>(references: &References<'n>) -> Vec<&'n str> {
    let (mut left, mut seen) = (Vec::new(), HashSet::new());
    let mut pending: Vec<(&str, bool)> = references.keys().map(|name| (*name, false)).collect();
    while let Some((name, is_left)) = pending.pop() {
        if is_left {
            left.push(name);
        } else if seen.insert(name) {
            pending.push((name, true));
            pending.extend(references.get(name).into_iter().flatten().map(|referred| (*referred, false)));
        }
    }
    left
}

/// The name and the names reachable from it, except those that are already in `seen`.
fn reachable<'n>(name: &'n str, references: &References<'n>, seen: &mut HashSet<&'n str>) -> Vec<&'n str> {
    let (mut reached, mut pending) = (Vec::new(), vec![name]);
    while let Some(next) = pending.pop() {
        if seen.insert(next) {
            reached.push(next);
            pending.extend(references.get(next).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_on_circles(references: &[(&'static str, &[&'static str])]) -> Vec<&'static str> {
        let references = references.iter().map(|(name, referred)| (*name, referred.to_vec())).collect();
        let mut names: Vec<&str> = names_on_cycles(&references).into_iter().collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_name_between_circles_is_on_none() {
        let references: [(&str, &[&str]); 8] = [
            ("before", &["a"]),
            ("a", &["b", "b"]),
            ("b", &["c", "missing"]),
            ("c", &["a", "between"]),
            ("between", &["own", "after"]),
            ("own", &["own"]),
            ("after", &["last"]),
            ("last", &[]),
        ];
        assert_eq!(names_on_circles(&references), ["a", "b", "c", "own"]);
    }
}
