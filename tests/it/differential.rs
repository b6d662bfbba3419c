//! Texts that nobody would write, read by us and by those who say what they mean.
//!
//! A few hundred are compared each time; with `TRAILINT_LONG` there are some thousand, and `TRAILINT_SEED` makes others.

mod expressions;
mod hcl;
mod yaml;

use super::fuzzing::{changed, seed, seeds};
use super::random::Random;
use super::support::quick_or_long;

/// Changes of the seeds of a fuzz target.
fn texts(target: &str, usual: usize) -> Vec<String> {
    let seeds = seeds::of(target);
    let mut random = Random::new(seed());
    let change = |random: &mut Random| {
        let text = random.pick(&seeds);
        changed(&String::from_utf8_lossy(&text), random)
    };
    (0..count(usual)).map(|_| change(&mut random)).collect()
}

/// How many are compared.
fn count(usual: usize) -> usize {
    quick_or_long(usual, 5 * usual)
}

/// Wants there to be no difference, and shows the shortest texts of which there are some.
fn expect_none(mut differences: Vec<(String, String)>, compared: usize) {
    differences.sort_by_key(|(text, _)| text.len());
    let shown = differences.iter().take(25).map(|(text, said)| format!("{said}\n{text:?}\n{text}\n=======\n"));
    let shown: String = shown.collect();
    assert!(differences.is_empty(), "{} of {compared} texts are read in another way:\n{shown}", differences.len());
}
