//! Finds the files that may matter, as fast as a search for words does.

mod hidden;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::formats::{FORMATS, Format, Interest, Kept};
use crate::source::{Fs, MAX_FILE_BYTES, PathKind, ReadError, Sources};

/// What is to be checked.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Files and directories.
    pub paths: Vec<Input>,
    /// A text that stands for the file at the path.
    pub text: Option<(PathBuf, Vec<u8>)>,
    /// Keeps also the files that don't mention a trail.
    pub keep_all: bool,
}

/// A path of the command line.
#[derive(Debug)]
pub struct Input {
    /// As the user wrote it.
    pub given: String,
    /// Absolute, without `.` and `..`.
    pub path: PathBuf,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// How many files are of a kind that is checked.
    pub files: usize,
    /// The files that may matter to each of the [`FORMATS`], in the order of their paths.
    pub kept: [Vec<Kept>; FORMATS.len()],
    /// Files that should have been read, and why they weren't.
    pub unreadable: Vec<(PathBuf, ReadError)>,
}

/// Files on their way from the walk's threads.
#[derive(Debug, Default)]
struct Catch {
    files: AtomicUsize,
    /// What was met already, where inputs overlap.
    met: Option<Mutex<HashSet<PathBuf>>>,
    found: Mutex<Vec<Found>>,
}

#[derive(Debug)]
struct Found {
    path: PathBuf,
    outcome: Result<(usize, Interest, Vec<u8>), ReadError>,
}

/// Searches the inputs and keeps in `sources` what may matter.
///
/// # Errors
///
/// A named path that can't be read is an [`Error::Path`].
pub fn scan(fs: &dyn Fs, inputs: &Inputs, sources: &Sources) -> Result<Scan, Error> {
    let catch = Catch { met: inputs.overlap().then(Mutex::default), ..Catch::default() };
    if let Some((path, bytes)) = &inputs.text {
        sources.note_unlisted(path);
        catch.named(path, bytes, inputs.keep_all);
    }
    for input in &inputs.paths {
        let failed = |cause| Error::Path { path: input.given.clone(), cause };
        match fs.kind(&input.path).map_err(failed)? {
            PathKind::File => catch.named(&input.path, &fs.read(&input.path).map_err(failed)?, inputs.keep_all),
            PathKind::Directory => fs.walk(&input.path, &|path| format_of(path).is_some(), &|path, bytes| {
                catch.walked(path, bytes, inputs.keep_all);
            }),
        }
    }
    Ok(catch.land(sources))
}

impl Inputs {
    /// Whether one input may hold another.
    fn overlap(&self) -> bool {
        self.paths.len() + usize::from(self.text.is_some()) > 1
    }
}

impl Catch {
    /// Counts a file, unless it was met before.
    fn is_new(&self, path: &Path) -> bool {
        let is_new = match &self.met {
            Some(met) => met.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned()),
            None => true,
        };
        self.files.fetch_add(usize::from(is_new), Ordering::Relaxed);
        is_new
    }

    /// A file whose name was given is read whatever its name says.
    fn named(&self, path: &Path, bytes: &[u8], keep_all: bool) {
        if !self.is_new(path) {
            return;
        }
        if bytes.len() > MAX_FILE_BYTES {
            return self.push(Found { path: path.to_owned(), outcome: Err(ReadError::TooLarge) });
        }
        let by_content = || FORMATS.iter().position(|format| format.recognizes(bytes));
        if let Some(format) = format_of(path).or_else(by_content) {
            self.consider(path, format, bytes, keep_all);
        }
    }

    fn walked(&self, path: &Path, bytes: Result<&[u8], ReadError>, keep_all: bool) {
        if !self.is_new(path) {
            return;
        }
        match (bytes, format_of(path)) {
            (Ok(bytes), Some(format)) => self.consider(path, format, bytes, keep_all),
            (Ok(_), None) => {}
            (Err(error), _) => self.push(Found { path: path.to_owned(), outcome: Err(error) }),
        }
    }

    fn consider(&self, path: &Path, format: usize, bytes: &[u8], keep_all: bool) {
        let utf8 = hidden::from_utf16(bytes);
        let interest = match interest(format, utf8.as_deref().unwrap_or(bytes)) {
            Interest::None | Interest::Refers if keep_all => Interest::Mentions,
            interest => interest,
        };
        let outcome = match (interest, utf8) {
            (Interest::None, _) => return,
            (Interest::Mentions | Interest::Refers, None) => Ok((format, interest, bytes.to_vec())),
            (Interest::Mentions | Interest::Refers, Some(_)) => Err(ReadError::Utf16),
        };
        self.push(Found { path: path.to_owned(), outcome });
    }

    fn push(&self, found: Found) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(found);
    }

    /// Puts an order on what came in any order.
    fn land(self, sources: &Sources) -> Scan {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found.dedup_by(|later, earlier| later.path == earlier.path);
        let mut scan = Scan { files: self.files.into_inner(), ..Scan::default() };
        for Found { path, outcome } in found {
            match outcome {
                Ok((format, interest, bytes)) => {
                    let file = sources.add(&path, bytes);
                    if let Some(kept) = scan.kept.get_mut(format) {
                        kept.push(Kept { file, interest });
                    }
                }
                Err(error) => scan.unreadable.push((path, error)),
            }
        }
        scan
    }
}

/// The format whose files have such a name.
fn format_of(path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_string_lossy();
    FORMATS.iter().position(|format: &&dyn Format| format.reads(&name))
}

/// What a text is worth to a format, also if escapes hide the words that say so.
fn interest(format: usize, text: &[u8]) -> Interest {
    let Some(format) = FORMATS.get(format) else { return Interest::None };
    match format.interest(text) {
        Interest::Mentions => Interest::Mentions,
        interest => hidden::unescaped(text).map_or(interest, |text| format.interest(&text)),
    }
}
