//! Reads the files and the values that options name.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use crate::source::{FileId, Fs, ReadError, Sources, format_path, normalize};

/// A source of values for variables or parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variables {
    /// A file in the syntax of `.tfvars` or `.tfvars.json`, or of parameters in one of the forms of AWS's tools.
    File(FileId),
    /// A text of the form `NAME=VALUE`.
    Assignment(FileId),
}

/// An option whose value can't be used.
#[derive(Debug)]
pub enum OptionError {
    /// A file that can't be read.
    Unreadable { option: &'static str, path: String, cause: ReadError },
    /// A plan that isn't one.
    Plan { path: String, cause: String },
    /// A value that isn't one of the option.
    Invalid { option: String, cause: String },
}

/// Reads the files and the values that options of the command line name.
pub struct OptionReader<'a> {
    pub matches: &'a ArgMatches,
    pub fs: &'a dyn Fs,
    pub sources: &'a Sources,
    pub working_directory: &'a Path,
}

impl Variables {
    /// The file, or the text of the assignment.
    pub fn file(self) -> FileId {
        let (Self::File(id) | Self::Assignment(id)) = self;
        id
    }

    /// Values of files, followed by others that override them.
    pub fn combined(files: &[FileId], values: &[Self]) -> Vec<Self> {
        files.iter().map(|file| Self::File(*file)).chain(values.iter().copied()).collect()
    }
}

impl OptionReader<'_> {
    /// Reads the file that an option names.
    ///
    /// # Errors
    ///
    /// The file can't be read.
    pub fn file(&self, option: &'static str, name: &Path) -> Result<FileId, OptionError> {
        let loaded = self.sources.load_named(self.fs, &normalize(&self.working_directory.join(name)));
        loaded.map_err(|cause| OptionError::Unreadable { option, path: format_path(name), cause })
    }

    /// The values of an option `NAME=VALUE` and those of an option for files, in the order of the command line, in which
    /// later values override earlier ones.
    ///
    /// # Errors
    ///
    /// A file can't be read, or a text isn't of this form.
    pub fn variables(
        &self,
        (option, texts): (&str, &[String]),
        (file_option, names): (&'static str, &[PathBuf]),
    ) -> Result<Vec<Variables>, OptionError> {
        let mut all = Vec::new();
        for (index, text) in self.indices(option).into_iter().zip(texts) {
            // The name can't be empty.
            if text.find('=').is_none_or(|length| text.chars().take(length).all(char::is_whitespace)) {
                let option = format!("{option} {text}");
                return Err(OptionError::Invalid { option, cause: "expected NAME=VALUE".to_owned() });
            }
            // The text is kept as a file, so that findings can refer to it.
            let path = PathBuf::from(format!("{option} {index}"));
            let file = self.sources.add_as(&path, option.to_owned(), text.as_bytes().to_vec());
            all.push((index, Variables::Assignment(file)));
        }
        for (index, name) in self.indices(file_option).into_iter().zip(names) {
            all.push((index, Variables::File(self.file(file_option, name)?)));
        }
        all.sort_by_key(|(index, _)| *index);
        Ok(all.into_iter().map(|(_, variables)| variables).collect())
    }

    fn indices(&self, option: &str) -> Vec<usize> {
        let id = option.trim_start_matches('-').replace('-', "_");
        self.matches.indices_of(&id).into_iter().flatten().collect()
    }
}
