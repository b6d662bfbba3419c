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
        Arc::clone(place.get_or_init(|| Arc::new(Module::load(directory, context))))
    }
}
