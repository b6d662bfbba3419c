//! Finds the files that may be relevant, at the speed of a text search.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::config::{self, is_configuration};
use crate::error::Error;
use crate::formats::{CandidateFile, FORMATS, NEITHER, Relevance, lists_trails, mentions_trail};
use crate::progress::Progress;
use crate::source::{
    FileCount, FileId, Fs, PathKind, ReadError, SourceFile, Sources, check_size, check_text, from_wide, is_generated,
    stand_in, unescaped,
};

/// The extensions of templates from which other programs generate code.
const RENDERED: [&str; 7] = ["j2", "jinja", "jinja2", "erb", "gotmpl", "tmpl", "tpl"];

/// The reason why such a file isn't read, worded to follow the file's name.
const RENDERED_BY_ANOTHER: &str = "mentions a trail but is rendered by another tool: check the rendered file";

/// The limit of entries that are visited to count the files that ignore files exclude.
pub const MAX_COUNTED: usize = 20_000;

/// The inputs of a scan.
#[derive(Debug, Clone, Default)]
pub struct ScanInputs {
    /// Files and directories.
    pub paths: Vec<Input>,
    /// Files and directories with evidence.
    pub evidence: Vec<Input>,
    /// Evidence from standard input, with the path under which it is reported.
    pub evidence_text: Option<(PathBuf, Vec<u8>)>,
    /// True if the inputs for evidence may have none.
    pub may_lack_evidence: bool,
    /// The content to use for the file at this path.
    pub text: Option<(PathBuf, Vec<u8>)>,
    /// Keeps also the files that don't mention a trail.
    pub keep_all: bool,
    /// Records all files that were found, for an incremental check.
    pub records_paths: bool,
    /// The named paths that don't exist now but did before.
    pub removed_paths: HashSet<PathBuf>,
    /// Searches of a directory only the [program files](is_program_file) that lie directly in it.
    pub is_shallow: bool,
}

/// A path of the command line.
#[derive(Debug, Clone)]
pub struct Input {
    /// As the user wrote it.
    pub given: String,
    /// Absolute, without `.` and `..`.
    pub path: PathBuf,
}

/// The result of a scan.
#[derive(Debug, Default)]
#[must_use = "files that can't be read are to be told"]
pub struct Scan {
    /// The number of files of a checked kind.
    pub files: usize,
    /// The relevant files for each of the [`FORMATS`], ordered by path.
    pub candidates: [Vec<CandidateFile>; FORMATS.len()],
    /// Files that can't be read, with the error.
    pub unreadable: Vec<(PathBuf, ReadError)>,
    /// Files that mention a trail and aren't read as code, with the reason, to follow the file's name.
    pub unread: Vec<(PathBuf, &'static str)>,
    /// Files in directories with evidence that have none, ordered by path.
    pub skipped_evidence: Vec<PathBuf>,
    /// Files with evidence in searched directories, which are used only if the user names them, ordered by path.
    pub unnamed_evidence: Vec<PathBuf>,
    /// The configurations that a walk found, ordered by path.
    pub configurations: Vec<PathBuf>,
    /// All files that were found, if they are recorded.
    pub found_paths: HashSet<PathBuf>,
}

/// The files found so far, collected from the threads of the walk.
#[derive(Debug)]
struct CollectedFiles<'a> {
    files: AtomicUsize,
    progress: &'a Progress,
    /// The files that were found, to skip repetitions where inputs overlap; also set if the caller needs the list.
    found_paths: Option<Mutex<HashSet<PathBuf>>>,
    found: Mutex<Vec<ScanResult>>,
    unread: Mutex<Vec<(PathBuf, &'static str)>>,
    skipped_evidence: Mutex<Vec<PathBuf>>,
    unnamed_evidence: Mutex<Vec<PathBuf>>,
    configurations: Mutex<Vec<PathBuf>>,
}

#[derive(Debug)]
struct ScanResult {
    path: PathBuf,
    outcome: Result<(usize, Relevance, Vec<u8>), ReadError>,
}

/// Searches the inputs and adds the relevant files to `sources`.
///
/// # Errors
///
/// [`Error::Path`] for a named path that can't be read.
pub fn scan(fs: &dyn Fs, inputs: &ScanInputs, sources: &Sources, progress: &Progress) -> Result<Scan, Error> {
    let found_paths = (inputs.records_paths || inputs.overlap()).then(Mutex::default);
    let files = AtomicUsize::default();
    let catch = CollectedFiles {
        files,
        progress,
        found_paths,
        found: Mutex::default(),
        unread: Mutex::default(),
        skipped_evidence: Mutex::default(),
        unnamed_evidence: Mutex::default(),
        configurations: Mutex::default(),
    };
    for input in &inputs.evidence {
        if !catch.evidence(input, fs)? && !inputs.may_lack_evidence {
            return Err(Error::NoEvidence { path: input.given.clone() });
        }
    }
    if let Some((path, bytes)) = &inputs.evidence_text
        && !catch.evidence_file(path, Ok(bytes))
    {
        return Err(Error::NoEvidence { path: "-".to_owned() });
    }
    if let Some((path, bytes)) = &inputs.text {
        sources.note_unlisted(path);
        catch.named(path, bytes, inputs.keep_all);
    }
    for input in &inputs.paths {
        let failed = |cause| Error::Path { path: input.given.clone(), cause };
        if inputs.removed_paths.contains(&input.path) {
            catch.program_without(&input.path, fs, inputs.keep_all);
            continue;
        }
        match fs.kind(&input.path).map_err(failed)? {
            PathKind::File => {
                catch.named(&input.path, &fs.read_inside(&input.path).map_err(failed)?, inputs.keep_all);
            }
            PathKind::Directory if inputs.is_shallow => {
                for path in fs.list(&input.path).map_err(failed)?.iter().filter(|path| is_program_file(path)) {
                    catch.walked(path, fs.read_inside(path).as_deref().map_err(Clone::clone), inputs.keep_all);
                }
            }
            PathKind::Directory => fs.walk(
                &input.path,
                &|path| {
                    !is_baseline(path)
                        && (is_checked(path) || is_rendered(path) || is_configuration(path) || is_state(path))
                },
                &|path, bytes| {
                    catch.walked(path, bytes, inputs.keep_all);
                },
            ),
        }
    }
    for path in &ignored_outputs(fs) {
        fs.walk_ignored(path, &is_checked, &|path, bytes| {
            if bytes.is_ok_and(|bytes| mentions(path, bytes)) {
                catch.report_unread(path, "mentions a trail and is ignored (`--no-respect-gitignore`)");
            }
        });
    }
    Ok(catch.finish(sources))
}

/// Counts the files that ignore files exclude.
pub fn count_ignored(fs: &dyn Fs) -> FileCount {
    fs.search_ignored(MAX_COUNTED, &is_checked, &|_, _| true)
}

/// Counts the files that mention a trail and that ignore files exclude, without those that a [scan] lists.
pub fn count_hidden(fs: &dyn Fs) -> FileCount {
    let outputs = ignored_outputs(fs);
    fs.search_ignored(MAX_COUNTED, &is_checked, &|path, read| {
        !outputs.iter().any(|output| path.starts_with(output)) && read().is_ok_and(|bytes| mentions(path, &bytes))
    })
}

/// The ignored paths that mainly contain deployed code.
fn ignored_outputs(fs: &dyn Fs) -> Vec<PathBuf> {
    let mut ignored = fs.ignored();
    ignored.retain(|path| is_generated(path) || path.ends_with(".aws-sam"));
    ignored
}

/// True if the file is of a checked kind and mentions a trail, possibly in an escaped name.
pub fn mentions(path: &Path, bytes: &[u8]) -> bool {
    mentions_trail(bytes)
        || consider(path, readers(path), bytes, false)
            .is_some_and(|found| matches!(found.outcome, Ok((_, Relevance::Trail, _)) | Err(ReadError::Wide)))
}

impl Scan {
    /// The files with evidence.
    pub fn evidence(&self) -> Vec<FileId> {
        let formats = FORMATS.iter().zip(&self.candidates).filter(|(format, _)| format.is_only_named());
        formats.flat_map(|(_, kept)| kept.iter().map(|kept| kept.file)).collect()
    }

    /// The size of the relevant files, in bytes.
    pub fn bytes(&self, sources: &Sources) -> usize {
        let kept = self.candidates.iter().flatten().map(|kept| sources.file(kept.file).text.len());
        kept.fold(0, usize::saturating_add)
    }
}

impl ScanInputs {
    /// True if one input may contain another.
    fn overlap(&self) -> bool {
        let has_evidence = !self.evidence.is_empty() || self.evidence_text.is_some();
        has_evidence || self.paths.len().saturating_add(usize::from(self.text.is_some())) > 1
    }
}

impl CollectedFiles<'_> {
    /// Counts a file, unless it was found before.
    fn is_new(&self, path: &Path) -> bool {
        let is_new = match &self.found_paths {
            Some(met) => met.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned()),
            None => true,
        };
        if is_new {
            self.files.fetch_add(1, Ordering::Relaxed);
            self.progress.searched();
        }
        is_new
    }

    /// A named file is read regardless of its extension.
    fn named(&self, path: &Path, bytes: &[u8], keep_all: bool) {
        if !self.is_new(path) {
            return;
        }
        if let Err(error) = check_size(bytes) {
            return self.push(ScanResult { path: path.to_owned(), outcome: Err(error) });
        }
        if let Some(format) = named_format(bytes) {
            let outcome = Ok((format, Relevance::Trail, bytes.to_vec()));
            return self.push(ScanResult { path: path.to_owned(), outcome });
        }
        let by_name = readers(path);
        if by_name.contains(&true) {
            return self.consider(path, by_name, bytes, keep_all);
        }
        let by_content = recognized(bytes).or_else(|| recognized(&unescaped(bytes)?));
        self.consider(path, std::array::from_fn(|index| by_content == Some(index)), bytes, keep_all);
    }

    /// Adds a file with evidence, or all files of a directory. False if there is none.
    /// Ignore files don't matter, and hidden files are skipped.
    fn evidence(&self, input: &Input, fs: &dyn Fs) -> Result<bool, Error> {
        let failed = |cause| Error::Path { path: input.given.clone(), cause };
        let mut has_any = false;
        match fs.kind(&input.path).map_err(failed)? {
            PathKind::File => {
                let bytes = fs.read(&input.path).map_err(failed)?;
                has_any = self.evidence_file(&input.path, Ok(&bytes));
            }
            PathKind::Directory => {
                let mut pending = vec![input.path.clone()];
                while let Some(directory) = pending.pop() {
                    for path in fs.list(&directory).map_err(failed)?.iter().filter(|path| !is_hidden(path)) {
                        has_any |= self.evidence_file(path, fs.read_inside(path).as_deref().map_err(Clone::clone));
                    }
                    let below = fs.directories(&directory).map_err(failed)?;
                    pending.extend(below.into_iter().filter(|path| !is_hidden(path)));
                }
            }
        }
        Ok(has_any)
    }

    /// Adds a file with evidence; false if it has none.
    fn evidence_file(&self, path: &Path, bytes: Result<&[u8], ReadError>) -> bool {
        let bytes = match bytes.and_then(|bytes| check_text(bytes).and_then(|()| check_size(bytes)).map(|()| bytes)) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.push(ScanResult { path: path.to_owned(), outcome: Err(error) });
                return true;
            }
        };
        let is_ignored = FORMATS.iter().any(|format| format.ignores(bytes));
        match (named_format(bytes), self.is_new(path)) {
            (Some(format), true) => {
                let outcome = Ok((format, Relevance::Trail, bytes.to_vec()));
                self.push(ScanResult { path: path.to_owned(), outcome });
                !is_ignored
            }
            (Some(_), false) => !is_ignored,
            (None, true) if !is_ignored => {
                self.skipped_evidence.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
                false
            }
            (None, _) => false,
        }
    }

    /// Adds the other files of a deleted file's program, which may now contain its declarations.
    fn program_without(&self, path: &Path, fs: &dyn Fs, keep_all: bool) {
        let directory = path.parent().filter(|_| is_program_file(path));
        let listed = directory.and_then(|directory| fs.list(directory).ok()).unwrap_or_default();
        for file in listed.iter().filter(|file| is_program_file(file)) {
            self.walked(file, fs.read_inside(file).as_deref().map_err(Clone::clone), keep_all);
        }
    }

    fn walked(&self, path: &Path, bytes: Result<&[u8], ReadError>, keep_all: bool) {
        if is_configuration(path) {
            return self.configurations.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
        }
        if is_state(path) && !is_checked(path) {
            if bytes.is_ok_and(|bytes| named_format(bytes).is_some()) {
                self.report_unnamed(path);
            }
            return;
        }
        if is_rendered(path) && !is_checked(path) {
            if bytes.is_ok_and(mentions_trail) {
                self.report_unread(path, RENDERED_BY_ANOTHER);
            }
            return;
        }
        // Errors about ignore files aren't errors of a checked file.
        if let (Err(error), false) = (&bytes, is_checked(path)) {
            return self.push(ScanResult { path: path.to_owned(), outcome: Err(error.clone()) });
        }
        if bytes == Err(ReadError::Missing) && is_optional_file(path) || !self.is_new(path) {
            return;
        }
        match bytes.and_then(|bytes| check_size(bytes).map(|()| bytes)) {
            Ok(bytes) => self.consider(path, readers(path), bytes, keep_all),
            Err(error) => self.push(ScanResult { path: path.to_owned(), outcome: Err(error) }),
        }
    }

    fn consider(&self, path: &Path, readers: FormatSet, bytes: &[u8], keep_all: bool) {
        match consider(path, readers, bytes, keep_all) {
            Some(found) => self.push(found),
            None if mentions_trail(bytes) => {
                let reason = reason_unread(readers, bytes);
                let by_name = if is_rendered(path) { RENDERED_BY_ANOTHER } else { NEITHER };
                self.report_unread(path, reason.unwrap_or(by_name));
            }
            None if lists_trails(bytes) && named_format(bytes).is_some() => self.report_unnamed(path),
            None => {}
        }
    }

    /// Records a file with evidence that the user hasn't named.
    fn report_unnamed(&self, path: &Path) {
        let found = self.found_paths.as_ref().map(|met| met.lock().unwrap_or_else(PoisonError::into_inner));
        let is_evidence = is_state(path) && found.is_some_and(|met| met.contains(path));
        if !is_evidence {
            self.unnamed_evidence.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
        }
    }

    fn push(&self, found: ScanResult) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(found);
    }

    /// Records a file that mentions a trail and isn't read.
    fn report_unread(&self, path: &Path, why: &'static str) {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), why));
    }

    /// Sorts the results, which the threads deliver in any order.
    fn finish(self, sources: &Sources) -> Scan {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found.dedup_by(|later, earlier| later.path == earlier.path);
        let found_paths =
            self.found_paths.map(Mutex::into_inner).transpose().unwrap_or_else(|error| Some(error.into_inner()));
        let (files, found_paths) = (self.files.into_inner(), found_paths.unwrap_or_default());
        let mut unread = self.unread.into_inner().unwrap_or_else(PoisonError::into_inner);
        unread.sort_unstable();
        unread.dedup();
        let mut skipped_evidence = self.skipped_evidence.into_inner().unwrap_or_else(PoisonError::into_inner);
        skipped_evidence.sort_unstable();
        let mut unnamed_evidence = self.unnamed_evidence.into_inner().unwrap_or_else(PoisonError::into_inner);
        unnamed_evidence.sort_unstable();
        unnamed_evidence.dedup();
        let mut configurations = self.configurations.into_inner().unwrap_or_else(PoisonError::into_inner);
        configurations.sort_unstable();
        configurations.dedup();
        let mut scan =
            Scan { files, found_paths, unread, skipped_evidence, unnamed_evidence, configurations, ..Scan::default() };
        for ScanResult { path, outcome } in found {
            match outcome {
                Ok((format, relevance, bytes)) => {
                    let own = FORMATS.get(format).expect("a result has the index of its format");
                    let file = sources.add(&path, own.without_secrets(bytes));
                    let kept = scan.candidates.get_mut(format).expect("there is a list for each format");
                    kept.push(CandidateFile { file, relevance });
                }
                Err(error) => scan.unreadable.push((path, error)),
            }
        }
        scan
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The format of a file whose name doesn't matter, because the user named it.
fn named_format(text: &[u8]) -> Option<usize> {
    FORMATS.iter().position(|format| format.is_only_named() && format.recognizes(text))
}

fn recognized(text: &[u8]) -> Option<usize> {
    FORMATS.iter().position(|format| format.recognizes(text))
}

/// The [`FORMATS`] that may read a file.
type FormatSet = [bool; FORMATS.len()];

/// Selects the format among `readers` for which a file is most relevant.
fn consider(path: &Path, readers: FormatSet, bytes: &[u8], keep_all: bool) -> Option<ScanResult> {
    if let Some(error) = stand_in(bytes) {
        return Some(ScanResult { path: path.to_owned(), outcome: Err(error) });
    }
    let narrow = from_wide(bytes);
    let first =
        readers.iter().zip(FORMATS).position(|(reads, format)| *reads && !format.needs_content()).filter(|_| keep_all);
    // A byte order mark of a wide encoding before other text makes the parsers fail, so the text is searched as well.
    let found = narrow.as_deref().and_then(|text| most_interested(readers, text));
    let (format, relevance) = match (found.or_else(|| most_interested(readers, bytes)), first) {
        (Some((format, Relevance::Trail)), _) | (_, Some(format)) => (format, Relevance::Trail),
        (Some(found), None) => found,
        (None, None) => (deploying(path, readers)?, Relevance::Module),
    };
    let outcome = match narrow {
        None => Ok((format, relevance, bytes.to_vec())),
        Some(_) => Err(ReadError::Wide),
    };
    Some(ScanResult { path: path.to_owned(), outcome })
}

/// The format in which a file of this name deploys other code.
fn deploying(path: &Path, readers: FormatSet) -> Option<usize> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut formats = readers.iter().zip(FORMATS);
    formats.position(|(reads, format)| *reads && format.is_deployment_file(&name))
}

impl Scan {
    /// Takes in how a file is now that the scan has met; it may be gone. `known` is the file as which it is kept, if it
    /// is, with its new text. Returns its format and what it is worth, if anything.
    pub fn renew(
        &mut self,
        path: &Path,
        read: Result<Vec<u8>, ReadError>,
        known: Option<FileId>,
        sources: &Sources,
        keep_all: bool,
    ) -> Option<(usize, CandidateFile)> {
        self.candidates.iter_mut().for_each(|kept| kept.retain(|kept| Some(kept.file) != known));
        self.unreadable.retain(|(unreadable, _)| unreadable != path);
        self.unread.retain(|(unread, _)| unread != path);
        let outcome = match read.and_then(|bytes| check_size(&bytes).map(|()| bytes)) {
            Ok(bytes) => match consider(path, readers(path), &bytes, keep_all) {
                Some(found) => found.outcome,
                None => {
                    if mentions_trail(&bytes) {
                        let place = self.unread.partition_point(|(other, _)| other.as_path() < path);
                        let reason = reason_unread(readers(path), &bytes).unwrap_or(NEITHER);
                        self.unread.insert(place, (path.to_owned(), reason));
                    }
                    return None;
                }
            },
            Err(ReadError::Missing) => {
                self.files = self.files.saturating_sub(usize::from(self.found_paths.remove(path)));
                return None;
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok((format, relevance, bytes)) => {
                let kept = CandidateFile { file: sources.renew(path, bytes), relevance };
                let all = self.candidates.get_mut(format).expect("there is a list for each format");
                let place = all.partition_point(|other| sources.file(other.file).path.as_path() < path);
                all.insert(place, kept);
                Some((format, kept))
            }
            Err(error) => {
                let place = self.unreadable.partition_point(|(other, _)| other.as_path() < path);
                self.unreadable.insert(place, (path.to_owned(), error));
                None
            }
        }
    }
}

/// The reason why a file that mentions a trail isn't read as code, from the first format that reads files of this name.
fn reason_unread(readers: FormatSet, bytes: &[u8]) -> Option<&'static str> {
    let formats = readers.into_iter().zip(FORMATS).filter(|(reads, _)| *reads);
    formats.filter_map(|(_, format)| format.reason_unread(bytes)).next()
}

/// The reason why a file isn't read that mentions a trail and belongs to another format by its name.
pub fn reason_by_name(file: &SourceFile) -> Option<&'static str> {
    reason_unread(readers(&file.path), file.text.as_bytes())
}

/// True if a file of this name is of a checked kind.
pub fn is_checked(path: &Path) -> bool {
    readers(path).contains(&true)
}

/// True if a check searches files of this name for trails.
pub fn is_searched(path: &Path) -> bool {
    is_checked(path) || is_rendered(path)
}

/// True for the name of a Terraform state, which is used only if the user names it.
fn is_state(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tfstate")
}

/// True if a file of this name contains accepted findings rather than code.
fn is_baseline(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == config::BASELINE)
}

/// True if a file of this name is one of several files of a program, as in Terraform.
pub fn is_program_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    FORMATS.iter().any(|format| format.takes_directories() && format.reads(&name))
}

/// True if a link of this name may be dangling.
fn is_optional_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    FORMATS.iter().any(|format| format.reads(&name) && format.is_optional_file(&name))
}

/// True if a file of this name is a template from which another program generates code.
fn is_rendered(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    RENDERED.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The formats whose files may have such a name.
fn readers(path: &Path) -> FormatSet {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    std::array::from_fn(|index| FORMATS.get(index).is_some_and(|format| format.reads(&name)))
}

/// The format with the highest relevance for a text, also if the text contains escapes.
fn most_interested(readers: FormatSet, text: &[u8]) -> Option<(usize, Relevance)> {
    let plainly = relevance(readers, text);
    match plainly {
        Some((_, Relevance::Trail)) => plainly,
        Some(_) | None => unescaped(text).map_or(plainly, |text| relevance(readers, &text)),
    }
}

fn relevance(readers: FormatSet, text: &[u8]) -> Option<(usize, Relevance)> {
    let (mut mentions, mut refers) = (None, None);
    let reading =
        || FORMATS.iter().zip(readers).enumerate().filter(|(_, (_, reads))| *reads).map(|(at, (own, _))| (at, own));
    // A plan may be called like code, and is none.
    let told_by_content = reading().filter(|(_, format)| format.needs_content());
    for (index, format) in told_by_content.chain(reading().filter(|(_, format)| !format.needs_content())) {
        match format.relevance(text) {
            // A type name of one language may occur in a text of another.
            Relevance::Trail if format.recognizes(text) => return Some((index, Relevance::Trail)),
            Relevance::Trail => drop(mentions.get_or_insert((index, Relevance::Trail))),
            Relevance::Module => drop(refers.get_or_insert((index, Relevance::Module))),
            Relevance::None => {}
        }
    }
    mentions.or(refers)
}
