//! Texts that nobody would write, made of those that somebody has written.

use rayon::prelude::*;

use super::super::random::Random;
use super::super::support::{files_below, package};

#[path = "../../../fuzz/round_trip.rs"]
mod round_trip;

/// What takes the place of a line, or is put into one.
const PIECES: [&str; 12] = ["true", "false", "null", "{", "}", "[", "]", "\"", "#", "\r", "  - ", ": All"];

/// A text with a few lines gone, twice there, elsewhere, cut off or with something in them.
fn changed(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..=random.below(3) {
        let (line, other) = (random.below(lines.len()), random.below(lines.len()));
        match random.below(5) {
            0 if lines.len() > 1 => drop(lines.remove(line)),
            1 => lines.insert(other, lines[line].clone()),
            2 => lines.swap(line, other),
            3 => lines.truncate(line + 1),
            _ => {
                let at = lines[line].floor_char_boundary(random.below(lines[line].len()));
                lines[line].insert_str(at, PIECES[random.below(PIECES.len())]);
            }
        }
    }
    lines.concat()
}

#[test]
fn a_fix_of_any_text_leaves_nothing_to_fix() {
    let files = ["testdata/fixing", "testdata/twins"].map(|folder| files_below(&package(folder)));
    let texts: Vec<String> = files
        .into_iter()
        .flatten()
        .filter(|(path, _)| !path.ends_with("expected.txt"))
        .filter_map(|(_, bytes)| String::from_utf8(bytes).ok())
        .collect();
    assert!(texts.len() > 100, "{}", texts.len());
    texts.par_iter().enumerate().for_each(|(index, text)| {
        let mut random = Random::new(index as u64);
        round_trip::check(text.as_bytes());
        (0..6).for_each(|_| round_trip::check(changed(text, &mut random).as_bytes()));
    });
}
