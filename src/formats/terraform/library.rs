//! The modules of a run: each directory is read once, whichever roots lead to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::module::Module;
use crate::formats::Context;

/// The modules that have been asked for, by directory.
#[derive(Debug, Default)]
pub(super) struct Library {
    modules: Mutex<HashMap<PathBuf, Arc<OnceLock<Arc<Module>>>>>,
}

impl Library {
    /// Whether somebody has asked for the module in a directory, so that there is one.
    pub(super) fn has(&self, directory: &Path) -> bool {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner).contains_key(directory)
    }

    /// The module in a directory.
    pub(super) fn module(&self, directory: &Path, context: Context<'_>) -> Arc<Module> {
        let place = {
            let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(modules.entry(directory.to_owned()).or_default())
        };
        // Others wait for this directory only.
        let module = Arc::clone(place.get_or_init(|| Arc::new(Module::load(directory, context))));
        // Who is given it depends on what it was read from, as much as who has read it.
        context.sources.ask(directory);
        module.files.iter().for_each(|file| context.sources.ask_file(*file));
        module
    }

    /// Reads the module again of which a file has changed, when somebody asks for it.
    pub(super) fn forget(&self, changed: &Path) {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        changed.ancestors().take(2).for_each(|path| drop(modules.remove(path)));
    }
}
