//! Answers the questions of the expression language about a module instance.

use std::rc::Rc;

use super::policies::is_policy;
use super::program::{InstanceLookup, ModuleEvaluator};
use super::variables;
use crate::formats::terraform::language::lookup::Lookup;
use crate::formats::terraform::language::types::Type;
use crate::formats::terraform::language::{Evaluator, ValuePath, with_hop};
use crate::formats::terraform::steps;
use crate::model::TriedValue;
use crate::source::{Sources, Span};
use crate::syntax::hcl::{Expr, FunctionCall};
use crate::value::{Data, Hop, Reason, Unknown, World};

impl Lookup for InstanceLookup<'_> {
    fn variable(self, name: &str, span: Span, world: &World) -> Rc<ValuePath> {
        let reference = format!("var.{name}");
        self.scope.memoize(&reference, world, || {
            if !self.scope.module.may_declare("variable", &[name]) {
                self.tree.note_undeclared(reference.clone(), span);
            }
            variables::value(&ModuleEvaluator::of(self.tree, self.scope, world), name)
        })
    }

    fn local(self, name: &str, span: Span, world: &World) -> Rc<ValuePath> {
        let reference = format!("local.{name}");
        self.scope.memoize(&reference, world, || {
            if !self.scope.module.may_have_local(name) {
                self.tree.note_undeclared(reference.clone(), span);
            }
            let Some(expr) = self.scope.module.local(name) else {
                let reference = self.qualify(&reference);
                return (Unknown(Reason::Undeclared { reference, is_set: false }), Vec::new());
            };
            let value = ModuleEvaluator::of(self.tree, self.scope, world).eval(expr);
            with_hop(value, Hop { span: expr.span, step: steps::LOCAL.of(name) })
        })
    }

    fn object(evaluator: &Evaluator<'_, Self>, reference: &Expr) -> Option<Rc<ValuePath>> {
        evaluator.object_value(reference)
    }

    fn call(evaluator: &Evaluator<'_, Self>, call: &FunctionCall, span: Span) -> Option<ValuePath> {
        evaluator.call_with_files(call, span)
    }

    fn is_certain(evaluator: &Evaluator<'_, Self>, expr: &Expr, why: &Reason) -> bool {
        is_policy(why) || evaluator.is_of_instance(expr)
    }

    fn decoded(self, why: &Reason, world: &World) -> Option<Data> {
        ModuleEvaluator::of(self.tree, self.scope, world).policy_of(why)
    }

    fn has_type(self, symbol: &str, wanted: &Type, world: &World) -> bool {
        variables::has_type(&ModuleEvaluator::of(self.tree, self.scope, world), symbol, wanted)
    }

    fn rejects(self, why: &Reason, value: &Data, world: &World) -> bool {
        variables::rejects(&ModuleEvaluator::of(self.tree, self.scope, world), why, value)
    }

    fn qualify(self, name: &str) -> String {
        self.scope.qualify(name)
    }

    fn sources(&self) -> &Sources {
        self.tree.context.sources
    }

    fn tried(&self) -> &[TriedValue] {
        self.tree.context.tried
    }
}
