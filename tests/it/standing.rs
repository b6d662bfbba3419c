//! A check that is kept up to date says after each change what a new one would say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use trailint::engine::{self, Change, Settings, Setup, Standing};
use trailint::fix;
use trailint::output::Format;
use trailint::scan::Inputs;
use trailint::source::{Memory, Sources};

use super::support::{directories_in, everything, files_below, package};

/// Only so many of the changes are made in each folder.
const EVERY: usize = 4;

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A check beside the files that it is about.
struct Kept {
    files: Files,
    standing: Standing,
    /// How often it was enough to judge again what the change reaches.
    updates: usize,
}

impl Kept {
    fn new(files: Files) -> Self {
        let standing = with(&files, |setup| Standing::new(Sources::new("/".into()), setup).unwrap());
        Self { files, standing, updates: 0 }
    }

    /// Changes a file, or removes it, and compares.
    fn put(&mut self, path: &PathBuf, text: Option<Vec<u8>>) {
        match text {
            Some(text) => drop(self.files.insert(path.clone(), text)),
            None => drop(self.files.remove(path)),
        }
        let changed = [PathBuf::from("/").join(path)];
        match with(&self.files, |setup| self.standing.change(&changed, setup).unwrap()) {
            Change::Rescan => self.standing = Self::new(self.files.clone()).standing,
            Change::None | Change::Judged => self.updates += 1,
        }
        let (own, fresh) = with(&self.files, |setup| {
            let mut own = self.standing.report(setup.settings);
            fix::settle(&mut own, setup.fs, |file| fix::is_checked(file, setup.inputs, setup.fs));
            (own, engine::check(setup.fs, setup.inputs, Sources::new("/".into()), setup.settings).unwrap())
        });
        assert_eq!(Format::Json.render(&own), Format::Json.render(&fresh), "after a change of {}", path.display());
    }
}

fn with<T>(files: &Files, work: impl FnOnce(Setup<'_>) -> T) -> T {
    let fs = Memory::new(files.iter().map(|(path, bytes)| (path, bytes.clone())));
    let inputs = Inputs { remembers: true, ..everything() };
    work(Setup { fs: &fs, inputs: &inputs, settings: &Settings::default() })
}

#[test]
fn every_change_is_followed_in_every_scenario() {
    let groups = ["terraform", "cloudformation", "broken", "suppressing"].map(|name| package("testdata").join(name));
    let mut folders: Vec<PathBuf> = groups.iter().flat_map(|group| directories_in(group)).collect();
    folders.push(package("testdata/demo"));
    let mut updates = 0;
    // Each folder has its turn with some of the changes.
    for (turn, folder) in folders.into_iter().enumerate() {
        let files: Files =
            files_below(&folder).into_iter().filter(|(path, _)| !path.ends_with("expected.txt")).collect();
        let mut kept = Kept::new(files.clone());
        for (path, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            for changed in changes(&text).into_iter().skip(turn % EVERY).step_by(EVERY) {
                kept.put(path, Some(changed.into_bytes()));
            }
            kept.put(path, None);
            kept.put(path, Some(bytes.clone()));
        }
        updates += kept.updates;
    }
    assert!(updates > 200, "{updates}");
}

/// Other truths, other names, calls of other modules, half of a text, and none.
fn changes(text: &str) -> Vec<String> {
    let half = text.floor_char_boundary(text.len() / 2);
    let all = [
        text.replace("true", "false"),
        text.replace("false", "true"),
        text.replace("source", "sauce"),
        text.replace("../", "./"),
        text.replace("Trail", "Tail"),
        text.replace("aws_cloudtrail", "aws_clouds"),
        format!("# trailint: ignore[unused] now\n{text}"),
        text[..half].to_owned(),
        String::new(),
    ];
    all.into_iter().filter(|changed| changed != text).collect()
}
