//! A check that is kept up to date says what a new one would say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trailint::internal::engine::{self, CheckUpdate, EngineSettings, IncrementalCheck, Setup};
use trailint::internal::fix;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::View;
use trailint::internal::scan::ScanInputs;
use trailint::internal::source::{Memory, Sources};

/// The texts of files by their paths.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A check beside the files that it is about.
pub struct Kept {
    files: Files,
    standing: IncrementalCheck,
    /// How often it was enough to judge again what the change reaches.
    pub updates: usize,
}

impl Kept {
    /// Checks files.
    ///
    /// # Panics
    ///
    /// When that fails.
    pub fn new(files: Files) -> Self {
        let standing =
            with(&files, |setup| IncrementalCheck::new(Sources::new("/".into()), setup).expect("`/` is there"));
        Self { files, standing, updates: 0 }
    }

    /// Changes a file, or removes it, and compares.
    ///
    /// # Panics
    ///
    /// When something else is said than of the files as they are now.
    pub fn put(&mut self, path: &Path, text: Option<Vec<u8>>) {
        match text {
            Some(text) => drop(self.files.insert(path.to_owned(), text)),
            None => drop(self.files.remove(path)),
        }
        let changed = [PathBuf::from("/").join(path)];
        match with(&self.files, |setup| self.standing.change(&changed, setup).expect("`/` is there")) {
            CheckUpdate::Rescan => self.scan_again(&changed),
            CheckUpdate::None | CheckUpdate::Evaluated => self.updates += 1,
        }
        let (own, fresh) = with(&self.files, |setup| {
            let mut own = self.standing.report(setup.settings);
            fix::update_safety(&mut own, setup.fs, |file| fix::is_checked(file, setup.inputs, setup.fs));
            let fresh = engine::check(setup.fs, setup.inputs, Sources::new("/".into()), setup.settings);
            (own, fresh.expect("`/` is there"))
        });
        assert_eq!(
            OutputFormat::Json.render(&own, &View::default()),
            OutputFormat::Json.render(&fresh, &View::default()),
            "after a change of {}",
            path.display()
        );
    }

    /// Checks everything again; of a file by which that doesn't come, no other change needs as much.
    fn scan_again(&mut self, changed: &[PathBuf]) {
        let old = std::mem::replace(&mut self.standing, Self::new(self.files.clone()).standing);
        let passed_over = old.unscanned().into_iter().chain(changed.iter().cloned());
        with(&self.files, |setup| self.standing.set_unscanned(passed_over, setup.fs));
    }
}

fn with<T>(files: &Files, work: impl FnOnce(Setup<'_>) -> T) -> T {
    let fs = Memory::new(files.iter().map(|(path, bytes)| (path, bytes.clone())));
    let inputs = ScanInputs { records_paths: true, ..super::everything() };
    work(Setup { fs: &fs, inputs: &inputs, settings: &EngineSettings::default() })
}
