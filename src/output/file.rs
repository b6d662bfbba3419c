//! Reports in files. Each is written whole or not at all.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;

use super::OutputFormat;
use crate::error::Error;
use crate::named::closest;
use crate::source::{Replacement, format_path};

/// A report's format and destination: `FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub format: OutputFormat,
    pub path: PathBuf,
}

/// The destinations in one option or variable, separated by commas or blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destinations(pub Vec<Destination>);

/// The path that selects standard output.
const STANDARD_OUTPUT: &str = "-";

/// Directories of devices and of the process's open files, which are written in place.
const DEVICES: [&str; 2] = ["/dev", "/proc"];

/// The limit of consecutive links.
const MAX_LINKS: usize = 40;

/// A report in a temporary file, which replaces its destination once all are written.
struct StagedOutput<'a> {
    /// The path as the user wrote it.
    path: &'a Path,
    text: &'a str,
    /// `None` for a pipe or device, which is written in place.
    replacement: Option<Replacement>,
    /// The file that is replaced.
    target: PathBuf,
    /// Its old content, if it exists.
    old: Option<Vec<u8>>,
}

impl Destination {
    /// The file that is replaced or created. If the path is a link, this is the link's target.
    pub fn target(&self) -> PathBuf {
        target(&self.path)
    }

    /// Checks that a file can be written, without changing anything.
    ///
    /// # Errors
    ///
    /// [`Error::Report`] with the reason.
    pub fn check_writable(&self) -> Result<(), Error> {
        let staged =
            StagedOutput::new(&self.path, "").map_err(|cause| Error::Report { path: format_path(&self.path), cause });
        staged.map(drop)
    }

    /// True if the report is printed.
    pub fn is_standard_output(&self) -> bool {
        [STANDARD_OUTPUT, "/dev/stdout"].iter().any(|path| self.path == Path::new(path))
    }
}

/// Resolves the links of a path, whose file needn't exist.
fn target(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(to) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    let directory = path.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    let real =
        directory.zip(path.file_name()).map(|(directory, name)| Some(fs::canonicalize(directory).ok()?.join(name)));
    fs::canonicalize(&path).ok().or(real.flatten()).unwrap_or(path)
}

impl FromStr for Destinations {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // An environment variable in CI often ends with a line break.
        let text = text.trim();
        let mut starts = vec![0];
        for (at, between) in text.match_indices(is_between) {
            let after = at.saturating_add(between.len());
            let rest = text.get(after..).unwrap_or_default();
            let name = rest.split_once('=').map(|(name, _)| name).filter(|name| !name.contains(is_between));
            // Commas and line breaks separate outputs and can't be part of a path; blanks can.
            let is_separator = [",", "\n", "\r"].contains(&between);
            if name.is_some_and(|name| is_separator || is_format(name)) {
                starts.push(after);
            }
        }
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let parts = starts.iter().zip(ends).map(|(start, end)| {
            let part = text.get(*start..end).unwrap_or_default();
            if end == text.len() { part } else { part.trim_end_matches(is_between) }
        });
        parts.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

fn is_between(c: char) -> bool {
    c == ',' || c.is_ascii_whitespace()
}

fn is_format(name: &str) -> bool {
    <OutputFormat as ValueEnum>::from_str(name, false).is_ok()
}

/// True if a path contains another output, for example behind `;`, or a line break.
fn has_other_output(path: &str) -> bool {
    let ends = path.match_indices('=').filter_map(|(at, _)| path.get(..at));
    for before in ends {
        let rest = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let name = before.strip_prefix(rest).unwrap_or_default();
        let mark = rest.chars().next_back();
        if is_format(name) && mark.is_some_and(|mark| !matches!(mark, '/' | '\\' | '_' | '.')) {
            return true;
        }
    }
    path.contains(char::is_control) || path.ends_with([';', '|', '&', ':'])
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let split = text.split_once('=').filter(|(_, path)| !path.is_empty());
        let (name, path) = split.ok_or("expected FORMAT=PATH, such as `sarif=trailint.sarif`")?;
        let format = <OutputFormat as ValueEnum>::from_str(name, false).map_err(|_| unknown(name))?;
        if has_other_output(path) {
            return Err("separate outputs with commas, such as `sarif=a.sarif,html=a.html`".to_owned());
        }
        Ok(Self { format, path: path.into() })
    }
}

fn unknown(name: &str) -> String {
    let formats = OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
    let suggestion = closest(name, names.iter().map(String::as_str));
    let suggestion = suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    format!("unknown format `{name}`: expected {}{suggestion}", names.join(", "))
}

/// Writes all texts to their files, or none. No file is replaced, and no pipe or device is written, before all texts
/// are in temporary files. If a file can't be replaced, those already replaced get their old content back.
///
/// # Errors
///
/// [`Error::Report`] for the first file that can't be written. The old files are unchanged.
pub fn write(texts: &[(&Path, String)]) -> Result<(), Error> {
    let mut staged = Vec::new();
    for (path, text) in texts {
        staged.push(StagedOutput::new(path, text).map_err(|cause| Error::Report { path: format_path(path), cause })?);
    }
    let (files, others): (Vec<StagedOutput<'_>>, Vec<StagedOutput<'_>>) =
        staged.into_iter().partition(|staged| staged.replacement.is_some());
    let mut undone = Vec::new();
    for staged in others.into_iter().chain(files) {
        let StagedOutput { path, text, replacement, target, old } = staged;
        let written = match replacement {
            Some(replacement) => replacement.commit().map(|()| undone.push((target, old))),
            None => fs::write(path, text),
        };
        if let Err(cause) = written {
            undone.into_iter().rev().for_each(|(target, old)| restore(target, old));
            return Err(Error::Report { path: format_path(path), cause });
        }
    }
    Ok(())
}

/// Restores the old content of a file if the system permits that, and removes a file that didn't exist before.
fn restore(target: PathBuf, old: Option<Vec<u8>>) {
    let _ = match old {
        Some(bytes) => Replacement::new(target, &bytes).and_then(Replacement::commit),
        None => fs::remove_file(target),
    };
}

/// Returns the first kilobyte of a file; empty if it can't be read.
pub fn head(path: &Path) -> String {
    const HEAD_BYTES: u64 = 1024;
    let mut head = Vec::new();
    let _ = fs::File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    String::from_utf8_lossy(&head).into_owned()
}

impl<'a> StagedOutput<'a> {
    fn new(path: &'a Path, text: &'a str) -> io::Result<Self> {
        let is_device = DEVICES.iter().any(|directory| path.starts_with(directory));
        let old = match fs::metadata(path) {
            Ok(old) if old.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(old) if old.is_file() && !is_device => fs::read(path).ok(),
            Ok(_) => return Ok(Self { path, text, replacement: None, target: path.to_owned(), old: None }),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        // If the destination is a link, its target is replaced and the link stays.
        let target = target(path);
        let replacement = Some(Replacement::new(target.clone(), text.as_bytes())?);
        Ok(Self { path, text, replacement, target, old })
    }
}
