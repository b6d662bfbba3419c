//! Hostile inputs are fixed, and shown in an editor, as they are checked: some of each table.

use std::path::{Path, PathBuf};

use trailint::internal::edit::Safety;
use trailint::internal::report::Report;
use trailint::internal::rules::Check;

use super::on_small_stack;
use super::table::{Input, tables};
use crate::cli::Scratch;
use crate::fixes::{after, fixed};
use crate::lsp::client::Editor;
use crate::support::{check, quick_or_long};

/// One of so many is taken.
fn every() -> usize {
    quick_or_long(12, 4)
}

/// What is longer is judged several times for a fix, and isn't typed into an editor.
const MAX_LENGTH: usize = 64 << 10;

fn sample() -> Vec<Input> {
    let is_short = |input: &Input| input.files().map(|(_, bytes)| bytes.len()).sum::<usize>() <= MAX_LENGTH;
    let is_chosen = |input: &Input| !input.is_long || quick_or_long(false, true);
    let of_table = |inputs: Vec<Input>| {
        inputs.into_iter().filter(Input::is_plain).filter(is_short).filter(is_chosen).step_by(every())
    };
    tables().into_iter().flat_map(|(_, inputs)| of_table(inputs)).collect()
}

#[test]
fn a_fix_of_hostile_input_hides_nothing() {
    let mut mended_inputs = 0;
    for input in sample() {
        mended_inputs += on_small_stack(|| {
            let files: Vec<(PathBuf, Vec<u8>)> =
                input.files().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
            let mended = fixed(&files, Safety::Unsafe);
            let (before, now) = (check(files.clone()), check(after(&files, &mended)));
            assert_eq!(unread(&now), unread(&before), "{}", input.name);
            assert_eq!(trails(&now), trails(&before), "{}", input.name);
            usize::from(after(&files, &mended) != files)
        })
        .unwrap();
    }
    assert!(mended_inputs > quick_or_long(2, 10), "{mended_inputs}");
}

/// What can't be read, in how many words.
fn unread(report: &Report) -> usize {
    report.findings.iter().filter(|diagnostic| matches!(diagnostic.rule.check, Check::Reading)).count()
}

fn trails(report: &Report) -> Vec<&str> {
    let trails = report.deployments.iter().flat_map(|judged| &judged.trails);
    trails.map(|trail| trail.address.as_str()).collect()
}

#[test]
fn an_editor_shows_what_is_said_of_hostile_input() {
    let inputs = sample();
    let scratch = Scratch::new("hostile-editor", &[]);
    let mut texts = Vec::new();
    for (path, bytes) in inputs.iter().flat_map(Input::files_in_own_directory) {
        let file = scratch.0.join(&path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, &bytes).unwrap();
        texts.extend(path.to_str().map(str::to_owned).zip(String::from_utf8(bytes).ok()));
    }
    let mut editor = Editor::open(&scratch);
    for (path, text) in &texts {
        editor.did_open(path, text).did_change(path, [0, 0, 0, 0], "\n").did_change(path, [0, 0, 1, 0], "");
        editor.actions(path, &[]);
        editor.hover(path, 1, 3);
    }
    let mut lines = 0;
    for input in &inputs {
        for line in input.said.lines().filter(|line| line.contains(": error[")) {
            let (place, rule) = line.split_once(": error[").unwrap();
            let path = format!("{}/{}", input.name, place.split(':').next().unwrap());
            // What is no text can't be open.
            if texts.iter().any(|(own, _)| *own == path) {
                lines += 1;
                let rules = editor.rules(&path);
                assert!(rules.iter().any(|own| rule.starts_with(own)), "{}: {line}: {rules:?}", input.name);
            }
        }
    }
    assert!(lines > quick_or_long(5, 20), "{lines}");
    assert_eq!(editor.close(), 0);
}

impl Input {
    /// The files in a directory that is called like the input.
    fn files_in_own_directory(&self) -> Vec<(PathBuf, Vec<u8>)> {
        self.files().map(|(path, bytes)| (Path::new(&self.name).join(path), bytes.to_vec())).collect()
    }
}
