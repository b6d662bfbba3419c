//! Policies before they become texts, so that each statement has its place and may be known in part.

use super::{Evaluator, MAX_DEPTH, through};
use crate::formats::terraform::policy_document::replaced;
use crate::source::Span;
use crate::syntax::hcl::{Call, Conditional, Expr, ExprKind};
use crate::value::{Data, Hop, Known, Origin, Step, Traced, Unknown, Why};

impl Evaluator<'_> {
    /// The value of an expression that holds a policy: as an object where it can be seen what the text
    /// is made of, else the text.
    pub(in crate::formats::terraform) fn document(&self, expr: &Expr) -> Traced<Data> {
        if self.world.enter(MAX_DEPTH).is_err() {
            return self.eval(expr);
        }
        let decoded = self.decoded(expr);
        self.world.leave();
        decoded.unwrap_or_else(|| self.eval_deciding(expr))
    }

    fn decoded(&self, expr: &Expr) -> Option<Traced<Data>> {
        match &expr.kind {
            ExprKind::Call(call) => self.decoded_call(call),
            ExprKind::Conditional(conditional) => self.decoded_arm(conditional, expr.span),
            // Several policies.
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| self.document(item)).collect();
                Some(Traced::written(Data::tuple(items), expr.span))
            }
            ExprKind::GetAttr(base, name) => match &base.kind {
                ExprKind::Variable(root) if self.named(root).is_none() && !self.is_outside => {
                    let (value, hop) = self.decoded_name(root, &name.text)?;
                    let (value, hops) = through(value, hop);
                    Some(Traced { value, origin: Origin::Written(expr.span), hops })
                }
                _ => self.decoded_source(base, &name.text, expr.span),
            },
            _ => None,
        }
    }

    fn decoded_call(&self, call: &Call) -> Option<Traced<Data>> {
        match (call.name.text.as_str(), call.arguments.as_slice()) {
            _ if call.expand_last => None,
            ("jsonencode", [value]) => Some(self.eval(value)),
            // Empty texts among several policies are left out in any case.
            ("compact", [list]) => self.decoded(list),
            ("replace", [policy, search, with]) => {
                let policy = self.decoded(policy)?;
                match self.eval(search).value {
                    Known(Data::String(search)) if is_word(&search) => {
                        Some(replaced(&policy, &search, &self.eval(with).value))
                    }
                    Known(_) | Unknown(_) => None,
                }
            }
            _ => None,
        }
    }

    fn decoded_arm(&self, conditional: &Conditional, span: Span) -> Option<Traced<Data>> {
        let Known(chosen) = self.condition(self.eval(&conditional.condition).value) else { return None };
        let arm = if chosen { &conditional.then } else { &conditional.otherwise };
        let (value, hops) = through(self.document(arm), Hop { span: arm.span, step: Step::Arm(None) });
        Some(Traced { value, origin: Origin::Written(span), hops })
    }

    /// A local, or a variable that a module call sets. Other values take the way that converts and checks them.
    fn decoded_name(&self, root: &str, name: &str) -> Option<(Traced<Data>, Hop)> {
        let (value, hop) = match root {
            "local" => {
                let expr = self.scope.module.local(name)?;
                let value = Self::new(self.tree, self.scope, self.world).document(expr);
                (value, Hop { span: expr.span, step: Step::Local(name.to_owned()) })
            }
            "var" => {
                let call = self.scope.call.as_ref()?;
                let block = self.scope.call_block()?;
                let expr = &block.body.attribute(name)?.value;
                let module = block.labels.first()?.text.clone();
                let value = Evaluator::of_call(call, self.tree, self.world).document(expr);
                (value, Hop { span: expr.span, step: Step::ModuleArgument { module, name: name.to_owned() } })
            }
            _ => return None,
        };
        matches!(value.value, Known(Data::Object(_))).then_some((value, hop))
    }

    /// The policy of a data source.
    fn decoded_source(&self, base: &Expr, attribute: &str, span: Span) -> Option<Traced<Data>> {
        let source = self.policy_source(base, attribute)?;
        let way = self.scope.remember(&source.reference("decoded"), self.world, || {
            let policy = self.policy_object(&source).map(Data::Object);
            (policy.map_or(Unknown(Why::Unreadable), Known), Vec::new())
        });
        match &way.0 {
            Known(policy) => Some(Traced::written(policy.clone(), span)),
            Unknown(_) => None,
        }
    }
}

/// Whether a text can't stand across the parts of JSON, nor is a regular expression.
fn is_word(search: &str) -> bool {
    !search.is_empty() && search.chars().all(|c| c.is_alphanumeric() || "_-.$<>%#@~".contains(c))
}
