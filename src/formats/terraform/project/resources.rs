//! Evaluates managed resources as values: a collection of instances, if their `count` or `for_each` is known.

use super::expand::{self, BlockInstance};
use super::program::ModuleEvaluator;
use crate::formats::terraform::language::quoted;
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Data, Known, Maybe, Reason, Traced, Unknown};

impl ModuleEvaluator<'_> {
    /// Evaluates `type.name` of a resource with `count` or `for_each`: a list or a map of instances, whose attributes
    /// are known at deployment.
    pub(super) fn instances_of(&self, kind: &str, name: &str, span: Span) -> Option<Maybe<Data>> {
        let block = self.repeated(kind, name)?;
        let reference = format!("{kind}.{name}");
        let way = self.lookup.scope.memoize(&reference, self.world, || {
            let instances = expand::as_value(block, span, &self.fresh(), |instance| {
                let reference = self.lookup.scope.qualify(&format!("{reference}{}", instance.key));
                Traced::written(Data::Null, span).map(|_| Unknown(Reason::AtDeployment { reference, is_set: true }))
            });
            let reference = self.lookup.scope.qualify(&reference);
            (instances.unwrap_or(Unknown(Reason::AtDeployment { reference, is_set: false })), Vec::new())
        });
        Some(way.0.clone())
    }

    /// A resource that has `count` or `for_each`.
    fn repeated(&self, kind: &str, name: &str) -> Option<&Block> {
        let block = self.lookup.scope.module.find("resource", &[kind, name])?;
        let is_repeated = block.body.attribute("count").is_some() || block.body.attribute("for_each").is_some();
        is_repeated.then_some(block)
    }

    /// True if an expression is an attribute of a resource instance that certainly exists, so that it has a value after
    /// deployment.
    pub(crate) fn is_of_instance(&self, expr: &Expr) -> bool {
        let instance = match &expr.kind {
            ExprKind::GetAttr(instance, _) if self.is_single(instance) => return true,
            ExprKind::GetAttr(instance, _) => instance,
            // The first non-empty argument of `coalesce`, which is such an attribute unless an earlier argument is set.
            ExprKind::Call(call) if call.name.text == "coalesce" && !call.expand_last => {
                let (of_instances, others): (Vec<&Expr>, Vec<&Expr>) =
                    call.arguments.iter().partition(|argument| self.is_of_instance(argument));
                let mut others = others.into_iter().map(|argument| self.eval(argument).value);
                return !of_instances.is_empty()
                    && others.all(|value| matches!(value, Unknown(Reason::NoValue { .. }) | Known(_)));
            }
            ExprKind::Conditional(conditional) => {
                return match self.eval(&conditional.condition).value {
                    Known(Data::Bool(true)) => self.is_of_instance(&conditional.then),
                    Known(Data::Bool(false)) => self.is_of_instance(&conditional.otherwise),
                    Known(_) | Unknown(_) => false,
                };
            }
            _ => return false,
        };
        let (resource, key) = match &instance.kind {
            ExprKind::Index(resource, key) => match self.instance_key(key) {
                Some(key) => (resource, key),
                None => return false,
            },
            // A key in the form of an attribute.
            ExprKind::GetAttr(resource, key) => (resource, format!("[{}]", quoted(&key.text))),
            _ => return false,
        };
        let ExprKind::GetAttr(root, name) = &resource.kind else { return false };
        let ExprKind::Variable(kind) = &root.kind else { return false };
        let Some(block) = self.repeated(kind, &name.text).filter(|_| self.named(kind).is_none()) else { return false };
        let instances = expand::instances(block, &self.fresh());
        instances.iter().any(|instance| instance.key == key && instance.is_certain() && !instance.never_exists())
    }

    /// True if a reference with a known key names an instance that is certain not to be created.
    pub(super) fn lacks_instance(&self, expr: &Expr) -> bool {
        let mut instance = expr;
        while let ExprKind::GetAttr(base, _) = &instance.kind {
            instance = base;
        }
        let ExprKind::Index(resource, key) = &instance.kind else { return false };
        let ExprKind::GetAttr(root, name) = &resource.kind else { return false };
        let ExprKind::Variable(kind) = &root.kind else { return false };
        let Some(block) = self.repeated(kind, &name.text) else { return false };
        let Some(key) = self.instance_key(key) else { return false };
        let instances = expand::instances(block, &self.fresh());
        self.world.charge(instances.len());
        instances.iter().all(BlockInstance::is_certain)
            && !instances.iter().any(|instance| instance.key == key && !instance.never_exists())
    }

    /// True for a resource that is declared without `count` and `for_each`.
    fn is_single(&self, resource: &Expr) -> bool {
        let ExprKind::GetAttr(root, name) = &resource.kind else { return false };
        let ExprKind::Variable(kind) = &root.kind else { return false };
        self.named(kind).is_none()
            && self.repeated(kind, &name.text).is_none()
            && self.lookup.scope.module.find("resource", &[kind, &name.text]).is_some()
    }

    /// True if the third name in `type.name.key` is the key of an instance, in the form of an attribute.
    pub(super) fn has_keys(&self, kind: &str, name: &str) -> bool {
        self.repeated(kind, name).is_some_and(|block| block.body.attribute("for_each").is_some())
    }
}
