//! Reads the module calls in directories that aren't scanned, to determine which modules are roots.

use std::path::Path;

use super::mapped_modules;
use crate::formats::terraform::names::{self, file_name};
use crate::formats::terraform::project::calls::found_calls::links_in;
use crate::formats::terraform::project::mentions::{
    mentions_module, mentions_stack, mentions_trail, names_landing_zone,
};
use crate::formats::{Context, Links};
use crate::source::{ReadError, Sources, check_text};

/// The maximum number of bytes that are read in all directories together. Directories beyond it may contain a trail.
const MAX_READ: usize = 256 * 1024 * 1024;

/// The cost of a directory in bytes, in addition to its files: links may create any number of paths to the same one.
const DIRECTORY: usize = 64 * 1024;

/// Reads directories up to the limit.
#[derive(Debug, Default)]
pub(super) struct Unscanned {
    read: usize,
}

impl Unscanned {
    /// The calls in the files of a directory. If one of the files may contain a trail, only this is returned.
    pub(super) fn calls_in(&mut self, directory: &Path, context: Context<'_>) -> Links {
        if !context.sources.may_read(directory) {
            return anything();
        }
        let paths = match self.charge(DIRECTORY).and_then(|()| context.fs.list(directory)) {
            // A missing directory is as unknown as one that can't be read.
            Err(_) => return anything(),
            Ok(paths) if paths.is_empty() => return anything(),
            Ok(paths) => paths,
        };
        let mut links = Links::default();
        for path in paths.iter().filter(|path| names::is_configuration(&file_name(path))) {
            let Links { calls, may_bring_trail, deploys_templates, .. } =
                self.read(path, context).unwrap_or_else(|_| anything());
            if may_bring_trail {
                return Links { deploys_templates, ..anything() };
            }
            links.calls.extend(calls);
        }
        links
    }

    /// The calls in one file. The file isn't added to the sources, because nothing else may need it.
    fn read(&mut self, path: &Path, context: Context<'_>) -> Result<Links, ReadError> {
        let bytes = context.fs.read_inside(path)?;
        self.charge(bytes.len())?;
        check_text(&bytes)?;
        let deploys_templates = mentions_stack(&bytes);
        if deploys_templates || mentions_trail(&bytes) || names_landing_zone(&bytes) {
            return Ok(Links { deploys_templates, ..anything() });
        }
        if !mentions_module(&bytes) {
            return Ok(Links::default());
        }
        let sources = Sources::default();
        let id = sources.add(path, bytes);
        Ok(links_in(id, &sources.file(id), mapped_modules(context)))
    }

    fn charge(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.read = self.read.saturating_add(bytes);
        if self.read > MAX_READ { Err(ReadError::TooLarge) } else { Ok(()) }
    }
}

/// The result for code that can't be read, or needn't be read any further.
fn anything() -> Links {
    Links { may_bring_trail: true, ..Links::default() }
}
