//! Reports in files. Each is written whole or not at all.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;

use super::Format;
use crate::error::{Error, closest};
use crate::source::Replacement;

/// Where a report is written, and how: `FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// How.
    pub format: Format,
    /// Where.
    pub path: PathBuf,
}

/// A text that stands beside the file that it is going to replace.
struct Staged<'a> {
    /// As the user named it.
    path: &'a Path,
    text: &'a str,
    /// Nothing for what is no file, such as a pipe: that can only be written to.
    replacement: Option<Replacement>,
}

impl Destination {
    /// The file that is replaced: a link stays, and what it leads to isn't what it was.
    pub fn target(&self) -> PathBuf {
        fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
    }
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let split = text.split_once('=').filter(|(_, path)| !path.is_empty());
        let (name, path) = split.ok_or("write it as FORMAT=PATH, such as `sarif=trailint.sarif`")?;
        let format = <Format as ValueEnum>::from_str(name, false).map_err(|_| unknown(name))?;
        Ok(Self { format, path: path.into() })
    }
}

fn unknown(name: &str) -> String {
    let formats = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
    let suggestion = closest(name, names.iter().map(String::as_str));
    let suggestion = suggestion.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default();
    format!("there is no format `{name}`{suggestion}; formats are {}", names.join(", "))
}

/// Writes texts to files. No file changes before all the texts have been written beside them.
///
/// # Errors
///
/// [`Error::Report`] for the first that can't be written; the old file is as it was.
pub fn write(texts: &[(&Path, String)]) -> Result<(), Error> {
    let stage = |(path, text)| {
        Staged::new(path, text).map_err(|cause| Error::Report { path: Path::display(path).to_string(), cause })
    };
    let staged = texts.iter().map(|(path, text)| stage((path, text))).collect::<Result<Vec<_>, _>>()?;
    staged.into_iter().try_for_each(|staged| {
        let path = staged.path.display().to_string();
        staged.commit().map_err(|cause| Error::Report { path, cause })
    })
}

impl<'a> Staged<'a> {
    fn new(path: &'a Path, text: &'a str) -> io::Result<Self> {
        let replacement = match fs::metadata(path) {
            Ok(old) if old.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            // A link stays, and what it leads to is replaced.
            Ok(old) if old.is_file() => Some(Replacement::new(fs::canonicalize(path)?, text.as_bytes())?),
            Ok(_) => None,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Some(Replacement::new(path.to_owned(), text.as_bytes())?)
            }
            Err(error) => return Err(error),
        };
        Ok(Self { path, text, replacement })
    }

    fn commit(self) -> io::Result<()> {
        match self.replacement {
            Some(replacement) => replacement.commit(),
            None => fs::write(self.path, self.text),
        }
    }
}
