//! An instance of a module: the scope in which its expressions are evaluated.

use std::rc::Rc;
use std::sync::Arc;

use super::calls::CodeOrigin;
use super::module::{BlockId, Module};
use crate::formats::terraform::language::{LocalNames, ValueCache, ValuePath};
use crate::model::KnownInterface;
use crate::source::{FileId, Span};
use crate::syntax::hcl::Block;
use crate::value::{Maybe, Origin, Traced, Unknown, World};

/// An instance of a module.
#[derive(Debug)]
pub(super) struct ModuleScope {
    /// Distinguishes it from all other instances of the project.
    pub(super) id: usize,
    pub(super) module: Arc<Module>,
    /// Its address, such as `module.audit[0]`; empty for the root.
    pub(super) address: String,
    /// The call that creates it; `None` for the root.
    pub(super) call: Option<ModuleCallInstance>,
    /// The call through which code that isn't local was reached: the outermost one on the path to it.
    pub(super) entry: Option<Span>,
    /// The known interface that represents the module, or one that calls it.
    pub(super) known: Option<Arc<KnownInterface>>,
    /// Its existence; `None` for the root.
    exists: Option<Traced<bool>>,
    /// The evaluated variables, locals, outputs and data sources, by reference.
    values: ValueCache,
}

/// An instance of a module call.
#[derive(Debug)]
pub(super) struct ModuleCallInstance {
    /// The instance of the calling module.
    pub(super) caller: Rc<ModuleScope>,
    /// The `module` block.
    pub(super) block: BlockId,
    /// The values of `each` and `count` in its arguments.
    pub(super) names: LocalNames,
}

/// A call of a module whose code is read.
#[derive(Debug, Clone)]
pub(super) struct DeclarationCall {
    /// The `module` block.
    pub(super) block: BlockId,
    /// The called module.
    pub(super) module: Arc<Module>,
    pub(super) origin: CodeOrigin,
    /// The known interface that represents the called module.
    pub(super) known: Option<Arc<KnownInterface>>,
}

impl ModuleScope {
    /// The instance of the root module.
    pub(super) fn root(module: Arc<Module>) -> Self {
        Self {
            id: 0,
            module,
            address: String::new(),
            call: None,
            entry: None,
            known: None,
            exists: None,
            values: ValueCache::default(),
        }
    }

    /// The instance of a root module of which only the interface is known. Its code comes from a source.
    pub(super) fn known_root(id: usize, module: Arc<Module>, known: Arc<KnownInterface>, source: Span) -> Self {
        Self { id, entry: Some(source), known: Some(known), ..Self::root(module) }
    }

    /// An instance of a called module.
    pub(super) fn called(
        id: usize,
        called: &DeclarationCall,
        address: String,
        call: ModuleCallInstance,
        exists: Traced<bool>,
    ) -> Self {
        let own = call.caller.module.block(call.block).filter(|_| called.origin != CodeOrigin::Local);
        let entry = call.caller.entry.or_else(|| own.map(|block| block.header));
        let known = called.known.clone().or_else(|| call.caller.known.clone());
        let exists = Some(call.caller.existence(exists));
        Self { id, address, call: Some(call), entry, known, exists, ..Self::root(Arc::clone(&called.module)) }
    }

    /// Combines the existence of a resource or call with that of this module instance.
    pub(super) fn existence(&self, own: Traced<bool>) -> Traced<bool> {
        match (&own.value, own.origin, &self.exists) {
            // A block without `count`, `for_each` and `enabled` exists if its module does.
            (Maybe::Known(true), Origin::Absent(_), Some(module)) => module.clone(),
            (Maybe::Known(true), _, Some(module @ Traced { value: Unknown(_), .. })) => module.clone(),
            (Maybe::Known(_) | Unknown(_), _, _) => own,
        }
    }

    /// An address within the module, as `terraform state list` prints it.
    pub(super) fn qualify(&self, name: &str) -> String {
        if self.address.is_empty() { name.to_owned() } else { format!("{}.{name}", self.address) }
    }

    /// The `module` block that calls it.
    pub(super) fn call_block(&self) -> Option<&Block> {
        let call = self.call.as_ref()?;
        call.caller.module.block(call.block)
    }

    /// The `module` blocks on the path to it, the innermost first.
    pub(super) fn calls(&self) -> Vec<Span> {
        let scopes = std::iter::successors(Some(self), |scope| Some(&*scope.call.as_ref()?.caller));
        scopes.filter_map(|scope| Some(scope.call_block()?.header)).collect()
    }

    /// A file of the module that contains a block of this module, and a file of each module on the path of calls to it.
    pub(super) fn owners(&self, block: &Block) -> Vec<FileId> {
        std::iter::once(block.header).chain(self.calls()).map(|span| span.file).collect()
    }

    /// Removes the cached values that depend on the world.
    pub(super) fn enter_world(&self) {
        self.values.enter_world();
    }

    /// A value that is evaluated at most once per world, and once for all worlds if it doesn't depend on them.
    pub(super) fn memoize(
        &self,
        reference: &str,
        world: &World,
        evaluate: impl FnOnce() -> ValuePath,
    ) -> Rc<ValuePath> {
        self.values.memoize(reference, world, || self.qualify(reference), evaluate)
    }
}
