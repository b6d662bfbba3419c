//! The instances of module calls, and the code of the calls.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::calls::{self, CalledModule, CodeOrigin, ModuleCall};
use super::expand::{self, BlockInstance, MAX_INSTANCES};
use super::module::{BlockId, Module};
use super::program::{ModuleEvaluator, Program};
use super::scope::{DeclarationCall, ModuleCallInstance, ModuleScope};
use super::search::DeclarationSite;
use crate::formats::terraform::Engine;
use crate::formats::terraform::names;
use crate::model::UnreadPart;
use crate::source::{KNOWN_INTERFACES, Span};
use crate::syntax::hcl::Block;
use crate::value::{Data, Maybe, Traced, World};

impl Program<'_> {
    /// The module instances at the end of a path of calls in a world; one more than the limit if there are too many.
    pub(super) fn scopes(
        &self,
        root: &Rc<ModuleScope>,
        calls: &[DeclarationCall],
        world: &World,
    ) -> Vec<Rc<ModuleScope>> {
        calls.iter().fold(vec![Rc::clone(root)], |scopes, call| {
            let instances = scopes.iter().flat_map(|scope| self.instances(scope, call, world).to_vec());
            instances.take(MAX_INSTANCES.saturating_add(1)).collect()
        })
    }

    /// The instances of a call that may be created, evaluated once per world, so that the values in them are evaluated
    /// only once.
    fn instances(&self, caller: &Rc<ModuleScope>, call: &DeclarationCall, world: &World) -> Rc<[Rc<ModuleScope>]> {
        self.called.get_or_evaluate((caller.id, call.block, Arc::as_ptr(&call.module)), world, || {
            let Some(block) = caller.module.block(call.block) else { return Rc::from([]) };
            let name = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
            let instances = expand::instances(block, &ModuleEvaluator::of(self, caller, world));
            world.charge(instances.len());
            let created = instances.into_iter().filter(|instance| !instance.never_exists());
            created.map(|instance| self.called(caller, call, name, instance)).collect()
        })
    }

    /// The module instance that an instance of a call creates.
    pub(super) fn called(
        &self,
        caller: &Rc<ModuleScope>,
        call: &DeclarationCall,
        name: &str,
        instance: BlockInstance,
    ) -> Rc<ModuleScope> {
        let BlockInstance { key, names, exists } = instance;
        // A component of a Terraform Stack has a keyword of its own.
        let keyword = caller.module.block(call.block).map_or("module", |block| block.kind.text.as_str());
        let address = caller.qualify(&format!("{keyword}.{name}{key}"));
        let made = ModuleCallInstance { caller: Rc::clone(caller), block: call.block, names };
        let id = self.last_id.get().saturating_add(1);
        self.last_id.set(id);
        Rc::new(ModuleScope::called(id, call, address, made, exists))
    }

    /// The instance of a call that a reference such as `module.audit["a"]` names.
    pub(super) fn called_scope(
        &self,
        caller: &Rc<ModuleScope>,
        name: &str,
        key: &str,
        world: &World,
    ) -> Option<Rc<ModuleScope>> {
        let call = self.call(caller, name)?;
        let keyword = caller.module.block(call.block).map_or("module", |block| block.kind.text.as_str());
        let address = caller.qualify(&format!("{keyword}.{name}{key}"));
        self.instances(caller, &call, world).iter().find(|scope| scope.address == address).cloned()
    }

    /// The instances of a call that may be created; none if its code can't be read.
    pub(super) fn created(&self, caller: &Rc<ModuleScope>, name: &str, world: &World) -> Rc<[Rc<ModuleScope>]> {
        self.call(caller, name).map_or_else(|| Rc::from([]), |call| self.instances(caller, &call, world))
    }

    /// The call with this name, if its code can be read.
    pub(super) fn call(&self, caller: &Rc<ModuleScope>, name: &str) -> Option<DeclarationCall> {
        let id = caller.module.find_id("module", &[name])?;
        let block = caller.module.block(id)?;
        match self.resolve(block, &caller.module, &self.key_of(caller, name), Some(caller)) {
            CalledModule::Directory { directory, origin } => {
                Some(DeclarationCall { block: id, module: self.module(&directory), origin, known: None })
            }
            // Most interfaces have no outputs.
            CalledModule::Known(code) => {
                let [stub] = code.stubs.as_slice() else { return None };
                let module = self.known_module(stub.path, block.header);
                let has_outputs = module.blocks("output").next().is_some();
                let call = DeclarationCall { block: id, module, origin: CodeOrigin::Known, known: None };
                has_outputs.then_some(call)
            }
            CalledModule::Unread { .. } => None,
        }
    }

    /// The module that represents a call with this header.
    pub(super) fn known_module(&self, stub: &'static str, header: Span) -> Arc<Module> {
        self.module(&self.known_path(stub, header))
    }

    /// The path of the known interface that represents a call with this header, or a source.
    pub(super) fn known_path(&self, stub: &'static str, header: Span) -> PathBuf {
        let caller = self.context.sources.file(header.file);
        let place = Path::new(KNOWN_INTERFACES).join(format!("{}-{}", caller.name.replace('/', "_"), header.start));
        self.known_calls.borrow_mut().insert(place.clone(), header);
        place.join(stub)
    }

    /// The key of a call in the manifest of installed modules.
    fn key_of(&self, caller: &ModuleScope, name: &str) -> String {
        let mut names = vec![name.to_owned()];
        let mut scope = caller;
        while let Some(call) = &scope.call {
            names.extend(scope.call_block().and_then(|block| block.labels.first()).map(|label| label.text.clone()));
            scope = &call.caller;
        }
        names.reverse();
        names.join(".")
    }
}

impl Program<'_> {
    /// A call whose code isn't read, by its name; `None` if it is read or there is no such call.
    pub(super) fn unread(&self, caller: &Rc<ModuleScope>, name: &str) -> Option<UnreadPart> {
        let block = caller.module.find("module", &[name])?;
        match self.resolve(block, &caller.module, &self.key_of(caller, name), Some(caller)) {
            CalledModule::Unread { part, .. } => Some(part),
            CalledModule::Known(_) => {
                let caller = ModuleCall {
                    block,
                    directory: &caller.module.directory,
                    key: "",
                    source: calls::literal_source(block).ok_or("its `source` is an expression"),
                    version: None,
                };
                Some(calls::unread(caller, "its code isn't available"))
            }
            CalledModule::Directory { .. } => None,
        }
    }

    /// Finds the code of a call; `key` is the call's key in the manifest of installed modules. The source may be an
    /// expression, which OpenTofu evaluates early, in the instance of the calling module.
    pub(super) fn resolve(
        &self,
        block: &Block,
        module: &Module,
        key: &str,
        caller: Option<&Rc<ModuleScope>>,
    ) -> CalledModule {
        let literal = calls::literal_source(block);
        let computed = if literal.is_none() { Some(self.computed_source(block, caller)) } else { None };
        let source = match (literal, &computed) {
            (Some(source), _) => Ok(source),
            (None, Some(computed)) => computed.as_deref().map_err(String::as_str),
            (None, None) => Err("it has no `source`"),
        };
        let literal = calls::literal(block, "version");
        let computed = if literal.is_none() { self.computed_version(block, caller) } else { None };
        let version = literal.or(computed.as_deref());
        let caller = ModuleCall { block, directory: &module.directory, key, source, version };
        let called = calls::resolve(caller, &self.manifest, &|directory| self.is_read(directory), self.context);
        match called {
            CalledModule::Directory { directory, origin } if block.kind.text == "stack" => {
                CalledModule::Directory { directory: self.stack_in(directory), origin }
            }
            called => called,
        }
    }

    /// The path of the first component file in a directory, which stands for the stack there.
    fn stack_in(&self, directory: PathBuf) -> PathBuf {
        let mut paths = self.context.fs.list(&directory).unwrap_or_default();
        paths.retain(|path| names::is_component(&names::file_name(path)));
        paths.sort_unstable();
        paths.into_iter().next().and_then(|path| Some(directory.join(path.file_name()?))).unwrap_or(directory)
    }

    /// The value of a version that isn't a plain string; `None` if it is unknown or null.
    fn computed_version(&self, block: &Block, caller: Option<&Rc<ModuleScope>>) -> Option<String> {
        let version = &block.body.attribute("version")?.value;
        match ModuleEvaluator::of(self, caller?, &World::open(&self.budget)).eval(version).value {
            Maybe::Known(Data::String(version)) => Some(version),
            Maybe::Known(_) | Maybe::Unknown(_) => None,
        }
    }

    /// The value of a source that isn't a plain string, or the reason why it is unknown.
    fn computed_source(&self, block: &Block, caller: Option<&Rc<ModuleScope>>) -> Result<String, String> {
        let Some(source) = block.body.attribute("source") else { return Err("it has no `source`".to_owned()) };
        let is_evaluated = self.context.options.terraform.engine != Some(Engine::Terraform);
        let Some(scope) = caller.filter(|_| is_evaluated) else {
            return Err("its `source` is an expression".to_owned());
        };
        match ModuleEvaluator::of(self, scope, &World::open(&self.budget)).eval(&source.value).value {
            Maybe::Known(Data::String(source)) => Ok(source),
            Maybe::Known(_) => Err("its `source` isn't a string".to_owned()),
            Maybe::Unknown(why) => Err(format!("its `source` is unknown: {}", why.describe())),
        }
    }

    /// False if a call, on this path of calls, creates nothing in any world.
    pub(super) fn may_create(
        &self,
        root: &Rc<ModuleScope>,
        calls: &[DeclarationCall],
        call: BlockId,
        world: &World,
    ) -> bool {
        self.scopes(root, calls, world).iter().any(|scope| {
            let Some(block) = scope.module.block(call) else { return true };
            let mut instances = expand::each_instance(block, &ModuleEvaluator::of(self, scope, world));
            instances.any(|instance| !instance.never_exists())
        })
    }

    /// The existence of the first instances on a path of calls that are never created.
    pub(super) fn absence(&self, site: &DeclarationSite, world: &World) -> Option<Traced<bool>> {
        let mut scopes = vec![Rc::clone(&site.root)];
        for call in &site.calls {
            for scope in &scopes {
                let block = scope.module.block(call.block)?;
                let mut instances = expand::each_instance(block, &ModuleEvaluator::of(self, scope, world));
                if let Some(absent) = instances.find(BlockInstance::never_exists) {
                    return Some(absent.exists);
                }
            }
            let called = scopes.iter().flat_map(|scope| self.instances(scope, call, world).to_vec());
            scopes = called.take(MAX_INSTANCES).collect();
        }
        None
    }
}
