//! What the fuzz targets ask for, of their seeds and of changes of these.
//!
//! `TRAILINT_SEEDS=DIRECTORY` writes the seeds of each target there, for a fuzzer to begin with; `TRAILINT_SEED` makes
//! other changes.

#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, dead_code, reason = "it is a library to the fuzz targets")]
pub(crate) mod properties;
pub(crate) mod seeds;

use rayon::prelude::*;

use super::random::Random;
use super::support::package;
use properties::{configuration, evaluation, fix, hcl, json, rendering, session, yaml};

/// What takes the place of a line, or is put into one.
const PIECES: [&str; 18] = [
    "true", "false", "null", "{", "}", "[", "]", "\"", "#", "\r", "  - ", ": All", "${", "<<E\n", "&a ", "*a",
    "\u{202e}", "::",
];

/// A text with a few lines gone, twice there, elsewhere, cut off or with something in them.
pub(crate) fn changed(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..=random.below(3) {
        if lines.is_empty() {
            break;
        }
        let (line, other) = (random.below(lines.len()), random.below(lines.len()));
        match random.below(5) {
            0 if lines.len() > 1 => drop(lines.remove(line)),
            1 => lines.insert(other, lines[line].clone()),
            2 => lines.swap(line, other),
            3 => lines.truncate(line + 1),
            _ => {
                let at = lines[line].floor_char_boundary(random.below(lines[line].len()));
                lines[line].insert_str(at, random.pick(&PIECES));
            }
        }
    }
    lines.concat()
}

/// The seed that is asked for, or the usual one.
pub(crate) fn seed() -> u64 {
    std::env::var("TRAILINT_SEED").map_or(1, |seed| seed.parse().unwrap())
}

/// Asks for a property of so many of the seeds of a target, and of so many changes of each.
fn replay(target: &str, property: fn(&[u8]), most: usize, changes: usize) {
    let seeds = seeds::of(target);
    assert!(seeds.len() >= 20, "{target} has only {} seeds", seeds.len());
    if let Some(directory) = std::env::var_os("TRAILINT_SEEDS") {
        let directory = package("").join(directory).join(target);
        std::fs::create_dir_all(&directory).unwrap();
        for (index, text) in seeds.iter().enumerate() {
            std::fs::write(directory.join(format!("seed-{index:04}")), text).unwrap();
        }
        return;
    }
    let every = seeds.len().div_ceil(most);
    seeds.par_iter().enumerate().filter(|(index, _)| index % every == 0).for_each(|(index, text)| {
        let mut random = Random::new(seed().wrapping_mul(1 << 32) ^ index as u64);
        property(text);
        let text = String::from_utf8_lossy(text);
        (0..changes).for_each(|_| property(changed(&text, &mut random).as_bytes()));
    });
}

#[test]
fn a_fix_of_any_text_leaves_nothing_to_fix() {
    replay("fix", fix::check, 60, 3);
}

#[test]
fn any_text_is_read_as_hcl() {
    replay("hcl", hcl::check, 100, 4);
}

#[test]
fn any_text_is_read_as_yaml() {
    replay("yaml", yaml::check, 60, 4);
}

#[test]
fn any_text_is_read_as_json() {
    replay("json", json::check, 60, 4);
}

#[test]
fn any_expression_is_evaluated() {
    replay("evaluation", evaluation::check, 100, 1);
}

#[test]
fn any_configuration_and_any_comment_means_what_it_says() {
    replay("configuration", configuration::check, 30, 6);
}

#[test]
fn any_text_is_rendered() {
    replay("rendering", rendering::check, 20, 1);
}

#[test]
fn any_session_is_served() {
    replay("session", session::check, 10, 2);
}
