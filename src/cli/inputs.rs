//! The paths of the command line, and what may be read for them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::standard_input::{self, STANDARD_INPUT};
use super::{InputArgs, files_from};
use crate::error::Error;
use crate::lsp::{CheckExtent, CheckTarget};
use crate::scan::{Input, ScanInputs};
use crate::source::{
    Disk, Exclusions, FileVisitor, Fs, Overlay, PathFilter, PathKind, ReadError, Snapshot, Sources, named, normalize,
};

/// What the command line names, and the files as far as it lets them be read.
pub(super) struct NamedInputs {
    pub(super) inputs: ScanInputs,
    pub(super) files: Files,
    pub(super) sources: Sources,
    /// The working directory.
    pub(super) here: PathBuf,
    /// The directory to which reports name files: the root of the repository of the working directory, else that.
    pub(super) base: PathBuf,
    /// Where else files may refer to than to each other.
    pub(super) read_roots: Vec<PathBuf>,
    /// Whether these files are only what others are compared with.
    pub(super) is_before: bool,
}

/// Where the files come from that are checked.
pub(super) enum Files {
    Disk(Disk),
    Snapshot(Box<Snapshot>),
    /// With what an editor has open.
    Open(Box<Overlay>),
}

/// Files that the user names, beside those that are checked. What was named yesterday need not have been there.
pub(super) struct NamedFiles<'a> {
    files: &'a Files,
    forgives: bool,
}

impl Files {
    pub(super) fn fs(&self) -> &dyn Fs {
        match self {
            Files::Disk(disk) => disk,
            Files::Snapshot(snapshot) => snapshot.as_ref(),
            Files::Open(overlay) => overlay.as_ref(),
        }
    }

    /// The files with what an editor has open, if they are that.
    pub(super) fn into_open(self) -> Option<Overlay> {
        match self {
            Files::Open(overlay) => Some(*overlay),
            Files::Disk(_) | Files::Snapshot(_) => None,
        }
    }

    pub(super) fn excludes(&mut self, exclusions: Exclusions) {
        match self {
            Files::Disk(disk) => disk.excludes(exclusions),
            Files::Snapshot(snapshot) => snapshot.excludes(exclusions),
            Files::Open(overlay) => overlay.excludes(exclusions),
        }
    }

    /// Leaves out what the ignore files of another tree name, instead of their own.
    pub(super) fn heeds(&mut self, other: &Self) {
        match (self, other) {
            (_, Files::Disk(_) | Files::Open(_)) | (Files::Open(_), _) => {}
            (Files::Disk(disk), Files::Snapshot(other)) => disk.heeds(other.ignore_files()),
            (Files::Snapshot(snapshot), Files::Snapshot(other)) => snapshot.heeds(other.ignore_files()),
        }
    }

    /// The files that git keeps and that walks of `now` have left out, since ignore files name them, which a walk of this tree
    /// that starts at the same paths wouldn't leave out.
    pub(super) fn hidden_since(&self, now: &Self, inputs: &ScanInputs) -> Vec<PathBuf> {
        let Files::Snapshot(before) = self else { return Vec::new() };
        let mut left_out = now.fs().ignored();
        if !matches!(now, Files::Snapshot(_)) {
            let paths: HashSet<PathBuf> = left_out.into_iter().collect();
            let is_left_out = |path: &&Path| path.ancestors().any(|above| paths.contains(above));
            left_out = before.kept_now().filter(is_left_out).map(Path::to_owned).collect();
        }
        self.meets(inputs, &left_out)
    }

    /// Those of some files that a search meets.
    pub(super) fn meets(&self, inputs: &ScanInputs, files: &[PathBuf]) -> Vec<PathBuf> {
        let Files::Snapshot(snapshot) = self else { return Vec::new() };
        inputs.paths.iter().flat_map(|input| snapshot.meets(&input.path, files)).collect()
    }

    pub(super) fn walks_ignored(&mut self) {
        match self {
            Files::Disk(disk) => disk.walks_ignored(),
            Files::Snapshot(snapshot) => snapshot.walks_ignored(),
            Files::Open(overlay) => overlay.walks_ignored(),
        }
    }
}

impl NamedInputs {
    /// For reading what options and settings name.
    pub(super) fn named(&self) -> NamedFiles<'_> {
        NamedFiles { files: &self.files, forgives: self.is_before }
    }

    /// No files yet, of the same tree.
    pub(super) fn no_sources(&self) -> Sources {
        sources(&self.read_roots, &self.base, &self.here)
    }

    /// The files that people and programs name, each a path of its own.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let text = self.inputs.text.iter().map(|(path, _)| path.as_path());
        self.inputs.paths.iter().map(|input| input.path.as_path()).chain(text)
    }
}

/// Finds out what the paths are, and reads standard input if it is one of them.
pub(super) fn read(args: &InputArgs, matches: &ArgMatches) -> Result<NamedInputs, Error> {
    let here = std::env::current_dir().map_err(Error::CurrentDirectory)?;
    let inputs = inputs(args, matches, &here)?;
    let read_roots = read_roots(&inputs, &here);
    let base = read_root(&here, &here);
    let (files, sources) = (Files::Disk(Disk::new(&read_roots)), sources(&read_roots, &base, &here));
    Ok(NamedInputs { inputs, files, sources, here, base, read_roots, is_before: false })
}

fn inputs(args: &InputArgs, matches: &ArgMatches, here: &Path) -> Result<ScanInputs, Error> {
    let mut inputs = ScanInputs::default();
    for path in &paths(args, matches, here)? {
        if path.as_os_str() != STANDARD_INPUT {
            inputs.paths.push(Input { given: named(path), path: normalize(&here.join(path)) });
        } else if inputs.text.is_some() {
            return Err(Error::StandardInputTwice);
        } else {
            let name = args.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>"));
            inputs.text = Some((normalize(&here.join(name)), standard_input::read()?));
        }
    }
    // In the environment, the name may be meant for other runs.
    if inputs.text.is_none() && matches.value_source("stdin_filename") == Some(ValueSource::CommandLine) {
        return Err(Error::NoStandardInput);
    }
    Ok(inputs)
}

/// A directory, or a part of it, as an editor sees it, with texts that aren't saved over its files.
pub(super) fn open(target: &CheckTarget, texts: &[(PathBuf, Arc<str>)]) -> NamedInputs {
    let here = target.directory.clone();
    let read_roots = vec![read_root(&here, &here)];
    let mut overlay = Overlay::new(Disk::new(&read_roots));
    texts.iter().for_each(|(path, text)| overlay.put(path, Arc::clone(text)));
    let path = match &target.extent {
        CheckExtent::Tree | CheckExtent::Program => here.clone(),
        CheckExtent::File(path) => path.clone(),
    };
    let paths = vec![Input { given: named(&path), path }];
    let inputs = ScanInputs {
        paths,
        remembers: true,
        is_shallow: target.extent == CheckExtent::Program,
        ..ScanInputs::default()
    };
    let base = read_root(&here, &here);
    let (files, sources) = (Files::Open(Box::new(overlay)), sources(&read_roots, &base, &base));
    NamedInputs { inputs, files, sources, here, base, read_roots, is_before: false }
}

/// The paths that are written out, and those of a list.
fn paths(args: &InputArgs, matches: &ArgMatches, here: &Path) -> Result<Vec<PathBuf>, Error> {
    let Some(list) = &args.files_from else { return Ok(args.paths.clone()) };
    let is_written = matches.value_source("paths") != Some(ValueSource::DefaultValue);
    let mut paths = if is_written { args.paths.clone() } else { Vec::new() };
    if list.as_os_str() == STANDARD_INPUT && paths.contains(list) {
        return Err(Error::StandardInputTwice);
    }
    paths.extend(files_from::paths(list, here)?);
    Ok(paths)
}

/// Where checked files may refer to, the working directory first when nothing is checked.
fn read_roots(inputs: &ScanInputs, here: &Path) -> Vec<PathBuf> {
    let text = inputs.text.iter().map(|(path, _)| path.as_path());
    let mut roots = Vec::new();
    if inputs.paths.is_empty() && inputs.text.is_none() {
        roots.push(here.to_owned());
    }
    for path in inputs.paths.iter().map(|input| input.path.as_path()).chain(text) {
        let root = read_root(path, here);
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

/// The root of the repository in which a path lies, else the working directory if it lies there, else
/// the directory itself.
pub(super) fn read_root(path: &Path, here: &Path) -> PathBuf {
    if let Some(repository) = path.ancestors().find(|directory| directory.join(".git").exists()) {
        repository.to_owned()
    } else if path.starts_with(here) {
        here.to_owned()
    } else if path.is_dir() {
        path.to_owned()
    } else {
        path.parent().unwrap_or(path).to_owned()
    }
}

/// No files yet, of those that may be read.
fn sources(read_roots: &[PathBuf], base: &Path, here: &Path) -> Sources {
    let (first, others) =
        read_roots.split_first().map_or((base, read_roots), |(first, others)| (first.as_path(), others));
    Sources::new(first.to_owned()).below(others.iter().cloned()).named_from(base.to_owned(), here)
}

impl NamedFiles<'_> {
    /// What git doesn't track is read as it is, and for what wasn't there yet stands an empty file.
    fn or_else(&self, path: &Path, read: Result<Vec<u8>, ReadError>) -> Result<Vec<u8>, ReadError> {
        let untracked = match (&read, self.files) {
            (Err(ReadError::Missing), Files::Snapshot(snapshot)) => snapshot.read_untracked(path),
            _ => return read,
        };
        match untracked {
            Err(ReadError::Missing) if self.forgives => {
                let is_json = path.extension().is_some_and(|end| end == "json");
                Ok(if is_json { b"{}".to_vec() } else { Vec::new() })
            }
            read => read,
        }
    }
}

impl Fs for NamedFiles<'_> {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        match self.files.fs().kind(path) {
            Err(ReadError::Missing) if self.forgives => Ok(PathKind::File),
            kind => kind,
        }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.or_else(path, self.files.fs().read(path))
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.or_else(path, self.files.fs().read_inside(path))
    }

    fn without_links(&self, directory: &Path) -> PathBuf {
        self.files.fs().without_links(directory)
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        self.files.fs().list(directory)
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        self.files.fs().directories(directory)
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        self.files.fs().walk(directory, wanted, visit);
    }
}

impl InputArgs {
    /// Whether standard input is read, which can be done only once.
    pub(super) fn reads_standard_input(&self) -> bool {
        self.paths.iter().chain(&self.files_from).any(|path| path.as_os_str() == STANDARD_INPUT)
    }
}
