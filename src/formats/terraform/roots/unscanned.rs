//! What lies in directories by which no walk has come, as far as it matters for which modules are roots.

use std::path::Path;

use super::links_of;
use crate::formats::terraform::{file_name, mentions_module, mentions_trail, names, names_landing_zone};
use crate::formats::{Context, Links};
use crate::source::{ReadError, Sources, check_text};

/// How much is read in all of them together, in bytes. What is left may hold a trail for all that is known.
const MAX_READ: usize = 256 * 1024 * 1024;

/// For how many bytes a directory counts beside its files: links may make any number of paths to the same one.
const DIRECTORY: usize = 64 * 1024;

/// Looks into directories, as long as that isn't too much.
#[derive(Debug, Default)]
pub(super) struct Unscanned {
    read: usize,
}

impl Unscanned {
    /// What the files of a directory call, and whether one of them may hold a trail.
    pub(super) fn look_into(&mut self, directory: &Path, context: Context<'_>) -> Links {
        if !context.sources.may_read(directory) {
            return anything();
        }
        let paths = match self.charge(DIRECTORY).and_then(|()| context.fs.list(directory)) {
            // Code that isn't here is as unknown as code that can't be read.
            Err(_) => return anything(),
            Ok(paths) if paths.is_empty() => return anything(),
            Ok(paths) => paths,
        };
        let mut links = Links::default();
        for path in paths.iter().filter(|path| names::is_configuration(&file_name(path))) {
            let Links { calls, may_bring_trail, .. } = self.read(path, context).unwrap_or_else(|_| anything());
            if may_bring_trail {
                return anything();
            }
            links.calls.extend(calls);
        }
        links
    }

    /// What one file calls. Nothing of it is kept, as it may be that nobody else asks for it.
    fn read(&mut self, path: &Path, context: Context<'_>) -> Result<Links, ReadError> {
        let bytes = context.fs.read_inside(path)?;
        self.charge(bytes.len())?;
        check_text(&bytes)?;
        if mentions_trail(&bytes) || names_landing_zone(&bytes) {
            return Ok(anything());
        }
        if !mentions_module(&bytes) {
            return Ok(Links::default());
        }
        let sources = Sources::default();
        let id = sources.add(path, bytes);
        Ok(links_of(id, &sources.file(id)))
    }

    fn charge(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.read = self.read.saturating_add(bytes);
        if self.read > MAX_READ { Err(ReadError::TooLarge) } else { Ok(()) }
    }
}

/// What can't be read, or need not be read any further.
fn anything() -> Links {
    Links { may_bring_trail: true, ..Links::default() }
}
