//! A company's repository that never was: Terraform, CloudFormation, Kubernetes, Helm, package locks and source code.
//!
//! In 100,000 files, about 39,000 are of a kind that is read, 4,300 of them contain the word `module`, and 890 mention a
//! trail, a third of which only talk about one. About 700 trails are declared, many of them through modules, files of
//! values and conditions. The verdicts on the trails are known from how each was made, so that speed and correctness are
//! measured in one run.

mod decoys;
mod filler;
pub(crate) mod random;
mod terraform;
mod trails;

use random::Random;

/// One file in so many belongs to a unit that declares or mentions a trail.
const MENTIONS: usize = 100;

/// What is made of a repository, a file at a time.
pub(crate) struct Corpus<'a> {
    random: Random,
    write: &'a mut dyn FnMut(&str, &str),
    written: usize,
    mentions: usize,
    /// What is expected of the trails, as [`Expected`] writes it.
    pub(crate) expected: Vec<String>,
}

/// A few files that stand in one directory.
struct Unit {
    files: Vec<(String, String)>,
    expected: Option<Expected>,
}

/// What has to be said of a trail, by the rules that are the conditions of the control.
struct Expected {
    /// The file that is the root of the deployment, if it is a template; else the root is a directory.
    template: Option<&'static str>,
    address: String,
    single_region: &'static str,
    stopped: &'static str,
    no_management_events: &'static str,
}

/// The rules behind the three verdicts of an [`Expected`].
pub(crate) const CONDITIONS: [&str; 3] = ["single-region-trail", "stopped-trail", "missing-management-events"];

/// Makes a repository of so many files, and says what is expected of its trails.
pub(crate) fn make(files: usize, seed: u64, write: &mut dyn FnMut(&str, &str)) -> Vec<String> {
    let mut corpus = Corpus { random: Random::new(seed), write, written: 0, mentions: 0, expected: Vec::new() };
    (corpus.write)(".gitignore", "dist/\n*.log\n");
    corpus.written = 1;
    filler::shared_modules(&mut corpus);
    while corpus.written < files {
        let unit = corpus.next_unit();
        corpus.add(unit, files);
    }
    corpus.expected.sort();
    corpus.expected
}

impl Corpus<'_> {
    fn next_unit(&mut self) -> Unit {
        if self.mentions * MENTIONS > self.written {
            return filler::unit(&mut self.random);
        }
        self.mentions += 1;
        match self.mentions % 7 {
            0 | 3 => decoys::unit(self.mentions / 3, &mut self.random),
            _ => trails::unit(self.mentions, &mut self.random),
        }
    }

    /// Writes a unit into a directory of its own, if there is room for all of it.
    fn add(&mut self, unit: Unit, limit: usize) {
        let directory = self.directory();
        let Unit { files, expected } = unit;
        if self.written + files.len() > limit && expected.is_some() {
            let smaller = filler::source_file(&mut self.random);
            return self.add(smaller, limit);
        }
        for (name, text) in files.into_iter().take(limit - self.written) {
            (self.write)(&format!("{directory}/{name}"), &text);
            self.written += 1;
        }
        self.expected.extend(expected.map(|expected| expected.line(&directory)));
    }

    /// Twenty units in a service, twenty services in a team.
    fn directory(&self) -> String {
        let unit = self.written;
        format!("team-{}/service-{}/part-{unit}", unit / 2000, unit / 100 % 20)
    }
}

impl Expected {
    /// A trail that is judged in the directory of its unit.
    fn of(address: impl Into<String>, verdicts: [&'static str; 3]) -> Self {
        let [single_region, stopped, no_management_events] = verdicts;
        Self { template: None, address: address.into(), single_region, stopped, no_management_events }
    }

    fn line(&self, directory: &str) -> String {
        let root = self.template.map_or(directory.to_owned(), |file| format!("{directory}/{file}"));
        let Self { address, single_region, stopped, no_management_events, .. } = self;
        format!("{root} {address} {single_region} {stopped} {no_management_events}")
    }
}
