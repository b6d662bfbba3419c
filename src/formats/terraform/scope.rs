//! An instance of a module: the scope in which its expressions are evaluated.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::eval::ExpressionEvaluator;
use super::module::{BlockId, Module};
use super::program::Program;
use super::size::Size;
use crate::source::Span;
use crate::syntax::hcl::Block;
use crate::value::{Data, Hop, Maybe, Origin, Reason, Traced, Unknown, World};

/// An instance of a module.
#[derive(Debug)]
pub(super) struct ModuleScope {
    pub(super) module: Arc<Module>,
    /// Its address, such as `module.audit[0]`; empty for the root.
    pub(super) address: String,
    /// The call that creates it; `None` for the root.
    pub(super) call: Option<ModuleCallInstance>,
    /// True if its code was installed and can't be edited.
    pub(super) is_vendored: bool,
    /// Its existence; `None` for the root.
    exists: Option<Traced<bool>>,
    known: RefCell<EvaluatedValues>,
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

impl ModuleCallInstance {
    /// The value of `each.key`.
    pub(super) fn each_key(&self) -> Option<String> {
        each_key(&self.names)
    }
}

/// The value of `each.key`.
pub(super) fn each_key(names: &LocalNames) -> Option<String> {
    let (_, each) = names.iter().find(|(name, _)| name == "each")?;
    let Maybe::Known(Data::Object(each)) = &each.value else { return None };
    match &each.field("key")?.value.value {
        Maybe::Known(Data::String(key)) => Some(key.clone()),
        Maybe::Known(_) | Maybe::Unknown(_) => None,
    }
}

/// The values of names other than variables and locals: `each`, `count`, iterators, and the names of `for`.
pub(super) type LocalNames = Vec<(String, Traced<Data>)>;

/// The cache of evaluated variables, locals, outputs and data sources.
#[derive(Debug, Default)]
struct EvaluatedValues {
    /// Values that are the same in every world.
    stable: HashMap<String, Rc<ValuePath>>,
    /// Values that depend on the decisions of the current world.
    current: HashMap<String, Rc<ValuePath>>,
    /// The instances of the module's calls in the current world.
    called: HashMap<BlockId, CallInstances>,
    /// The references that are being evaluated, to detect cycles.
    pending: Vec<String>,
}

/// The instances of a module call.
#[derive(Debug, Clone)]
struct CallInstances {
    scopes: Rc<[Rc<ModuleScope>]>,
    /// True if another world may have other instances.
    depends_on_world: bool,
}

/// A value, with the hops from its use to its definition.
pub(super) type ValuePath = (Maybe<Data>, Vec<Hop>);

impl ModuleScope {
    /// The instance of the root module.
    pub(super) fn root(module: Arc<Module>) -> Self {
        Self { module, address: String::new(), call: None, is_vendored: false, exists: None, known: RefCell::default() }
    }

    /// An instance of a called module.
    pub(super) fn called(
        module: Arc<Module>,
        address: String,
        call: ModuleCallInstance,
        is_vendored: bool,
        exists: Traced<bool>,
    ) -> Self {
        let is_vendored = is_vendored || call.caller.is_vendored;
        let exists = Some(call.caller.existence(exists));
        Self { module, address, call: Some(call), is_vendored, exists, known: RefCell::default() }
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

    /// Clears the cached values that depend on the world.
    pub(super) fn enter_world(&self) {
        let called = {
            let mut known = self.known.borrow_mut();
            known.current.clear();
            known.pending.clear();
            std::mem::take(&mut known.called)
        };
        // These instances refer to their caller, so the references form cycles.
        called.values().flat_map(|called| called.scopes.iter()).for_each(|scope| scope.enter_world());
    }

    /// The instances of a call, created once per world, so that the values in them are evaluated only once.
    pub(super) fn memoize_call(
        &self,
        call: BlockId,
        world: &World,
        make: impl FnOnce() -> Vec<Rc<ModuleScope>>,
    ) -> Rc<[Rc<ModuleScope>]> {
        let known = self.known.borrow().called.get(&call).cloned();
        let called = known.unwrap_or_else(|| {
            let asked = world.queries();
            let scopes = make().into();
            let called = CallInstances { scopes, depends_on_world: world.queries() != asked };
            self.known.borrow_mut().called.insert(call, called.clone());
            called
        });
        if called.depends_on_world {
            world.mark_dependent();
        }
        called.scopes
    }

    /// A value that is evaluated at most once per world, and once for all worlds if it doesn't depend on them.
    pub(super) fn memoize(
        &self,
        reference: &str,
        world: &World,
        evaluate: impl FnOnce() -> ValuePath,
    ) -> Rc<ValuePath> {
        if let Some(way) = self.known.borrow().stable.get(reference) {
            return Rc::clone(way);
        }
        if let Some(way) = self.known.borrow().current.get(reference) {
            world.mark_dependent();
            return Rc::clone(way);
        }
        if self.known.borrow().pending.iter().any(|pending| pending == reference) {
            // The value depends on where the evaluation entered the cycle, so it isn't cached for all worlds.
            world.mark_dependent();
            return Rc::new((Unknown(Reason::Cycle { reference: self.qualify(reference) }), Vec::new()));
        }
        self.known.borrow_mut().pending.push(reference.to_owned());
        let asked = world.queries();
        let way = Rc::new(evaluate());
        let mut known = self.known.borrow_mut();
        known.pending.pop();
        let is_stable = world.queries() == asked && world.has_steps();
        let weight = match &way.0 {
            Maybe::Known(data) => Size::of(data).map_or(usize::MAX, Size::weight),
            Unknown(_) => 0,
        };
        if !world.charge_cached(weight, is_stable) {
            return way;
        }
        let values = if is_stable { &mut known.stable } else { &mut known.current };
        values.insert(reference.to_owned(), Rc::clone(&way));
        way
    }
}

impl<'a> ExpressionEvaluator<'a> {
    /// An evaluator for the arguments of the call that creates a scope.
    pub(super) fn of_call(call: &'a ModuleCallInstance, tree: &'a Program<'a>, world: &'a World) -> Self {
        Self::new(tree, &call.caller, world).with(call.names.clone())
    }
}
