//! Caches the modules and `.tfvars` files of a run.
//!
//! Several roots may call the same module or use the same values, and each directory and file is read only once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::module::Module;
use super::values::OptionCache;
use crate::formats::Context;
use crate::formats::terraform::terragrunt::FileCache;

/// The modules by directory, and the values of options by file.
#[derive(Debug, Default)]
pub(super) struct ModuleLibrary {
    modules: Mutex<HashMap<PathBuf, Arc<OnceLock<Arc<Module>>>>>,
    pub(super) options: OptionCache,
    /// The configurations of Terragrunt.
    pub(super) configurations: FileCache,
}

impl ModuleLibrary {
    /// True if the module in a directory has been requested, so that the directory exists.
    pub(super) fn has(&self, directory: &Path) -> bool {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner).contains_key(directory)
    }

    /// The module in a directory, read at the first request.
    pub(super) fn module(&self, directory: &Path, context: Context<'_>) -> Arc<Module> {
        let place = {
            let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(modules.entry(directory.to_owned()).or_default())
        };
        // Other threads wait only for this directory.
        let module = Arc::clone(place.get_or_init(|| Arc::new(Module::load(directory, context))));
        // A cached module is a dependency of each project that uses it, not only of the one that has read it.
        context.sources.track_path(directory);
        context.sources.track_path(&module.place);
        module.files.iter().for_each(|file| context.sources.track_file(*file));
        module
    }

    /// Discards the module of a changed file, so that the next request reads it again.
    pub(super) fn forget(&self, changed: &Path) {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let places: Vec<&Path> = changed.ancestors().take(2).collect();
        // Its directory may be reached through a link.
        modules.retain(|directory, module| {
            let is_in = module.get().is_some_and(|module| places.contains(&module.place.as_path()));
            !is_in && !places.contains(&directory.as_path())
        });
    }
}
