//! Deployments of Terraform Stacks: the values that one gives to the variables of its stack.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::module::Module;
use super::scope::ModuleScope;
use crate::formats::Context;
use crate::source::FileId;

/// A deployment of a stack.
#[derive(Debug, Clone)]
pub(super) struct StackPlace {
    /// The component files.
    pub(super) components: Vec<FileId>,
    /// The deployment files.
    pub(super) deployments: Vec<FileId>,
    /// The label of the deployment; `None` for a stack without any.
    pub(super) deployment: Option<String>,
}

/// A deployment that has been read.
pub(super) struct LoadedDeployment {
    /// The blocks of the deployment files, whose locals are their own.
    pub(super) scope: Rc<ModuleScope>,
    pub(super) label: String,
}

impl StackPlace {
    /// The components as the calls of a root module.
    pub(super) fn module(&self, directory: &Path, context: Context<'_>) -> Module {
        Module::of_files(directory, &self.components, context)
    }

    pub(super) fn load(&self, directory: &Path, context: Context<'_>) -> Option<LoadedDeployment> {
        let module = Module::of_files(directory, &self.deployments, context);
        let scope = Rc::new(ModuleScope::root(Arc::new(module)));
        Some(LoadedDeployment { scope, label: self.deployment.clone()? })
    }
}
