//! `[[module]]`: directories with the code of modules that aren't installed.

use std::path::Path;

use super::{Config, layer};
use crate::error::Error;
use crate::formats::terraform::MappedModule;
use crate::source::{Sources, normalize};

/// The limit on the number of entries, since each call is compared with all of them.
const MAX_ENTRIES: usize = 64;

impl Config {
    /// The configured directories of modules, in the order of precedence. `check` returns the reason why a directory
    /// can't be used.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] for an invalid source or directory, and for too many entries.
    pub fn modules(
        &self,
        check: &dyn Fn(&Path) -> Result<(), String>,
        sources: &Sources,
    ) -> Result<Vec<MappedModule>, Error> {
        let Some(origin) = self.origins.get("module") else { return Ok(Vec::new()) };
        if self.settings.module.len() > MAX_ENTRIES {
            return Err(layer::error(origin.span, format!("more than {MAX_ENTRIES} entries of `module`"), sources));
        }
        let mut modules = Vec::new();
        for (module, span) in self.settings.module.iter().zip(&origin.items) {
            let invalid = |message: String| layer::error(*span, message, sources);
            let directory = normalize(&origin.directory.join(&module.path));
            check(&directory).map_err(|cause| {
                invalid(format!("can't read `{}` as the module `{}`: {cause}", module.path, module.source))
            })?;
            modules.push(MappedModule::new(&module.source, directory).map_err(invalid)?);
        }
        Ok(modules)
    }
}
