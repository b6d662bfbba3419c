//! The checked paths, and the directories that files may be read from.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::InputArgs;
use crate::error::Error;
use crate::gate::CheckedFiles;
use crate::lsp::{CheckExtent, CheckTarget};
use crate::scan::{Input, ScanInputs};
use crate::source::{
    Disk, Exclusions, FileVisitor, Fs, MAX_FILE_BYTES, Overlay, PathFilter, PathKind, ReadError, Snapshot, Sources,
    format_path, from_bytes, normalize, read_sized,
};

/// The path that means standard input.
const STANDARD_INPUT: &str = "-";

/// The checked paths and the file system for them.
pub(super) struct NamedInputs {
    pub(super) inputs: ScanInputs,
    pub(super) files: Files,
    pub(super) sources: Sources,
    /// The working directory.
    pub(super) working_directory: PathBuf,
    /// The directory to which file names in reports are relative: the root of the repository of the working directory,
    /// else the working directory.
    pub(super) base: PathBuf,
    /// The directories in which checked files may refer to other files.
    pub(super) read_roots: Vec<PathBuf>,
    /// True for the files of the state that the run compares with.
    pub(super) is_before: bool,
}

/// The origin of the checked files.
pub(super) enum Files {
    Disk(Disk),
    Snapshot(Box<Snapshot>),
    /// The disk, with the unsaved texts of an editor.
    Open(Box<Overlay>),
}

/// The file system for files that options and settings name. In an earlier state, such a file may be missing.
pub(super) struct NamedFiles<'a> {
    files: &'a Files,
    allows_missing: bool,
}

impl Files {
    pub(super) fn fs(&self) -> &dyn Fs {
        match self {
            Files::Disk(disk) => disk,
            Files::Snapshot(snapshot) => snapshot.as_ref(),
            Files::Open(overlay) => overlay.as_ref(),
        }
    }

    /// Returns the disk with the unsaved texts of an editor, if the files are from there.
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

    /// Uses the ignore files of another tree instead of those of this one.
    pub(super) fn use_ignore_files_of(&mut self, other: &Self) {
        match (self, other) {
            (_, Files::Disk(_) | Files::Open(_)) | (Files::Open(_), _) => {}
            (Files::Disk(disk), Files::Snapshot(other)) => disk.override_ignore_files(other.ignore_files()),
            (Files::Snapshot(snapshot), Files::Snapshot(other)) => snapshot.override_ignore_files(other.ignore_files()),
        }
    }

    /// Returns the tracked files that walks of `now` skipped because of ignore files, and that a walk of this tree from
    /// the same paths wouldn't skip.
    pub(super) fn newly_ignored(&self, now: &Self, inputs: &ScanInputs) -> Vec<PathBuf> {
        let Files::Snapshot(before) = self else { return Vec::new() };
        let mut left_out = now.fs().ignored();
        if !matches!(now, Files::Snapshot(_)) {
            let paths: HashSet<PathBuf> = left_out.into_iter().collect();
            left_out = before
                .index_paths()
                .filter(|path| path.ancestors().any(|above| paths.contains(above)))
                .map(Path::to_owned)
                .collect();
        }
        self.reachable(inputs, &left_out)
    }

    /// Returns the given files that a search of the inputs reaches.
    pub(super) fn reachable(&self, inputs: &ScanInputs, files: &[PathBuf]) -> Vec<PathBuf> {
        let Files::Snapshot(snapshot) = self else { return Vec::new() };
        inputs.paths.iter().flat_map(|input| snapshot.reachable(&input.path, files)).collect()
    }

    /// Follows links only to files below these directories.
    fn set_trees(&mut self, trees: &[PathBuf]) {
        if let Files::Disk(disk) = self {
            disk.set_trees(trees);
        }
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
    /// The files that the run checks.
    pub(super) fn checked_files(&self) -> CheckedFiles<'_> {
        CheckedFiles { fs: self.files.fs(), inputs: &self.inputs }
    }

    /// Returns the file system for files that options and settings name.
    pub(super) fn for_named_files(&self) -> NamedFiles<'_> {
        NamedFiles { files: &self.files, allows_missing: self.is_before }
    }

    /// Returns an empty store for files of the same tree.
    pub(super) fn no_sources(&self) -> Sources {
        sources(&self.read_roots, &self.base, &self.working_directory)
    }

    /// Adds files and directories with evidence to the inputs, each with its name as the user wrote it. In an earlier
    /// state, one may be missing.
    pub(super) fn add_evidence(&mut self, evidence: Vec<(String, PathBuf)>) -> Result<(), Error> {
        for (given, path) in evidence {
            if given == STANDARD_INPUT {
                if self.inputs.text.is_some() || self.inputs.evidence_text.is_some() {
                    return Err(Error::StandardInputTwice);
                }
                let path = self.working_directory.join("<stdin>");
                self.inputs.evidence_text = Some((path, read_standard_input()?)).filter(|_| !self.is_before);
            } else if !self.is_before || self.files.fs().kind(&path).is_ok() {
                self.inputs.evidence.push(Input { given, path });
            }
        }
        self.inputs.may_lack_evidence = self.is_before;
        let evidence = self.inputs.evidence.iter().map(|input| &input.path);
        let trees: Vec<PathBuf> = self.read_roots.iter().chain(evidence).cloned().collect();
        self.files.set_trees(&trees);
        Ok(())
    }

    /// Iterates over the checked paths, including the name of standard input.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let text = self.inputs.text.iter().map(|(path, _)| path.as_path());
        self.inputs.paths.iter().map(|input| input.path.as_path()).chain(text)
    }
}

/// Resolves the checked paths, and reads standard input if it is one of them.
pub(super) fn read(args: &InputArgs, matches: &ArgMatches) -> Result<NamedInputs, Error> {
    let working_directory = std::env::current_dir().map_err(Error::CurrentDirectory)?;
    let inputs = inputs(args, matches, &working_directory)?;
    let read_roots = read_roots(&inputs, &working_directory);
    let base = read_root(&working_directory, &working_directory);
    let (files, sources) = (Files::Disk(Disk::new(&read_roots)), sources(&read_roots, &base, &working_directory));
    Ok(NamedInputs { inputs, files, sources, working_directory, base, read_roots, is_before: false })
}

fn inputs(args: &InputArgs, matches: &ArgMatches, here: &Path) -> Result<ScanInputs, Error> {
    let mut inputs = ScanInputs::default();
    for path in &paths(args, matches, here)? {
        if path.as_os_str() != STANDARD_INPUT {
            inputs.paths.push(Input { given: format_path(path), path: normalize(&here.join(path)) });
        } else if inputs.text.is_some() {
            return Err(Error::StandardInputTwice);
        } else {
            let name = args.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>"));
            inputs.text = Some((normalize(&here.join(name)), read_standard_input()?));
        }
    }
    // A name that the environment sets may be meant for other runs, so it's no error here.
    if inputs.text.is_none() && matches.value_source("stdin_filename") == Some(ValueSource::CommandLine) {
        return Err(Error::NoStandardInput);
    }
    Ok(inputs)
}

/// Returns a directory, or a part of it, with the unsaved texts of an editor in place of the files.
pub(super) fn open(target: &CheckTarget, texts: &[(PathBuf, Arc<str>)]) -> NamedInputs {
    let working_directory = target.directory.clone();
    let read_roots = vec![read_root(&working_directory, &working_directory)];
    let mut overlay = Overlay::new(Disk::new(&read_roots));
    texts.iter().for_each(|(path, text)| overlay.set_text(path, Arc::clone(text)));
    let path = match &target.extent {
        CheckExtent::Tree | CheckExtent::Program => working_directory.clone(),
        CheckExtent::File(path) => path.clone(),
    };
    let paths = vec![Input { given: format_path(&path), path }];
    let inputs = ScanInputs {
        paths,
        records_paths: true,
        is_shallow: target.extent == CheckExtent::Program,
        ..ScanInputs::default()
    };
    let base = read_root(&working_directory, &working_directory);
    let (files, sources) = (Files::Open(Box::new(overlay)), sources(&read_roots, &base, &base));
    NamedInputs { inputs, files, sources, working_directory, base, read_roots, is_before: false }
}

/// Returns the paths of the command line, and those of the list of `--files-from`.
fn paths(args: &InputArgs, matches: &ArgMatches, here: &Path) -> Result<Vec<PathBuf>, Error> {
    let Some(list) = &args.files_from else { return Ok(args.paths.clone()) };
    let is_written = matches.value_source("paths") != Some(ValueSource::DefaultValue);
    let mut paths = if is_written { args.paths.clone() } else { Vec::new() };
    if list.as_os_str() == STANDARD_INPUT && paths.contains(list) {
        return Err(Error::StandardInputTwice);
    }
    paths.extend(listed_paths(list, here)?);
    Ok(paths)
}

/// Returns the directories in which checked files may refer to other files: the working directory if no path is
/// checked, else the root of each path.
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

/// Returns the root of the repository that contains a path, else the working directory if it contains the path, else
/// the path's own directory.
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

/// Returns an empty store for files below the read roots.
fn sources(read_roots: &[PathBuf], base: &Path, here: &Path) -> Sources {
    let (first, others) =
        read_roots.split_first().map_or((base, read_roots), |(first, others)| (first.as_path(), others));
    Sources::new(first.to_owned()).below(others.iter().cloned()).named_from(base.to_owned(), here)
}

impl NamedFiles<'_> {
    /// Falls back to an untracked file on the disk if a snapshot lacks the file, and to an empty file if the state is
    /// an earlier one.
    fn or_else(&self, path: &Path, read: Result<Vec<u8>, ReadError>) -> Result<Vec<u8>, ReadError> {
        let untracked = match (&read, self.files) {
            (Err(ReadError::Missing), Files::Snapshot(snapshot)) => snapshot.read_untracked(path),
            _ => return read,
        };
        match untracked {
            Err(ReadError::Missing) if self.allows_missing => {
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
            Err(ReadError::Missing) if self.allows_missing => Ok(PathKind::File),
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
    /// True if standard input is one of the inputs. It can be read only once.
    pub(super) fn reads_standard_input(&self) -> bool {
        self.paths.iter().chain(&self.files_from).any(|path| path.as_os_str() == STANDARD_INPUT)
    }
}

/// Returns the paths of a list with one path a line. If the list contains a NUL, as the output of `git ls-files -z`
/// does, each path ends with one.
fn listed_paths(list: &Path, here: &Path) -> Result<Vec<PathBuf>, Error> {
    let bytes = if list.as_os_str() == STANDARD_INPUT { read_standard_input()? } else { read_list(list, here)? };
    if bytes.len() > MAX_FILE_BYTES {
        // A truncated list would exclude files without a message.
        return Err(unreadable(list, ReadError::TooLarge));
    }
    let paths: Vec<&[u8]> = if bytes.contains(&0) {
        bytes.split(|byte| *byte == 0).collect()
    } else {
        bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
    };
    Ok(paths.into_iter().filter(|path| !path.is_empty()).map(from_bytes).collect())
}

fn read_list(list: &Path, here: &Path) -> Result<Vec<u8>, Error> {
    Disk::new(&[]).read(&normalize(&here.join(list))).map_err(|cause| unreadable(list, cause))
}

fn unreadable(list: &Path, cause: ReadError) -> Error {
    Error::Path { path: format_path(list), cause }
}

/// Reads standard input, up to the first byte over the size limit.
fn read_standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    match read_sized(&mut std::io::stdin().lock(), &mut bytes) {
        // The check reports the size, under the name of the text.
        Ok(()) | Err(ReadError::TooLarge | ReadError::LargePlan) => Ok(bytes),
        Err(cause) => Err(Error::StandardInput(std::io::Error::other(cause))),
    }
}
