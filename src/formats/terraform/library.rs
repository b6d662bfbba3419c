//! What the roots of a run share: each directory is read once, whichever of them lead to it, and so is what the user gives
//! to all of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::module::Module;
use super::values::Layer;
use crate::formats::{Context, Variables};
use crate::source::{FileId, SourceFile};

/// The modules that have been asked for, by directory, and the values that were given, by file.
#[derive(Debug, Default)]
pub(super) struct Library {
    modules: Mutex<HashMap<PathBuf, Arc<OnceLock<Arc<Module>>>>>,
    values: Mutex<HashMap<FileId, Given>>,
}

/// What a text says that the user gave.
#[derive(Debug)]
struct Given {
    text: Arc<SourceFile>,
    layer: Arc<Layer>,
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
        context.sources.ask(&module.place);
        module.files.iter().for_each(|file| context.sources.ask_file(*file));
        module
    }

    /// The values that an option gives.
    pub(super) fn values(&self, variables: Variables, context: Context<'_>) -> Arc<Layer> {
        let (Variables::File(id) | Variables::Assignment(id)) = variables;
        let text = context.sources.file(id);
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        match values.get(&id) {
            // An editor may have given the file another text.
            Some(given) if Arc::ptr_eq(&given.text, &text) => Arc::clone(&given.layer),
            Some(_) | None => {
                let layer = Arc::new(Layer::read(variables, &text));
                values.insert(id, Given { text, layer: Arc::clone(&layer) });
                layer
            }
        }
    }

    /// Reads the module again of which a file has changed, when somebody asks for it.
    pub(super) fn forget(&self, changed: &Path) {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let is_in = |place: &Path| changed.ancestors().take(2).any(|path| path == place);
        // Links may lead to it, too.
        modules
            .retain(|directory, module| !is_in(directory) && !module.get().is_some_and(|module| is_in(&module.place)));
    }
}
