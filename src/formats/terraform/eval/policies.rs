//! The data source of policies, which is evaluated as if it were a function.

use std::rc::Rc;

use super::{Evaluator, here};
use crate::formats::terraform::expand::{self, quoted};
use crate::formats::terraform::scope::Way;
use crate::formats::terraform::{body, policy_document};
use crate::model::Shape;
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Data, Known, Maybe, Object, Unknown, Why};

/// An instance of the data source.
pub(super) struct Source<'e> {
    name: &'e str,
    /// Its key as it stands in an address.
    key: String,
    block: &'e Block,
    is_minified: bool,
}

impl Source<'_> {
    /// What one of its attributes is called.
    pub(super) fn reference(&self, attribute: &str) -> String {
        format!("data.{}.{}{}.{attribute}", policy_document::KIND, self.name, self.key)
    }
}

impl Evaluator<'_> {
    /// `data.aws_iam_policy_document.name.json` and `….minified_json`, with an index or without.
    pub(super) fn policy_document(&self, base: &Expr, attribute: &str) -> Option<Rc<Way>> {
        let source = self.policy_source(base, attribute)?;
        let reference = source.reference(attribute);
        let evaluate = || here(self.policy_text(&source, &reference));
        Some(self.scope.remember(&reference, self.world, evaluate))
    }

    /// The instance of the data source to which a reference leads.
    pub(super) fn policy_source<'e>(&'e self, base: &'e Expr, attribute: &str) -> Option<Source<'e>> {
        let is_minified = match attribute {
            "json" => false,
            "minified_json" => true,
            _ => return None,
        };
        let (name, key) = match (self.policy_name(base), &base.kind) {
            (Some(name), _) => (name, String::new()),
            (None, ExprKind::Index(source, key)) => (self.policy_name(source)?, self.instance_key(key)?),
            // A key that is a name is written as an index, and read as an attribute.
            (None, ExprKind::GetAttr(source, key)) => (self.policy_name(source)?, format!("[{}]", quoted(&key.text))),
            (None, _) => return None,
        };
        let block = self.scope.module.find("data", &[policy_document::KIND, name])?;
        Some(Source { name, key, block, is_minified })
    }

    /// A known key as it stands in an address.
    fn instance_key(&self, key: &Expr) -> Option<String> {
        match self.eval(key).value {
            Known(Data::String(text)) => Some(format!("[{}]", quoted(&text))),
            Known(Data::Number(number)) => Some(format!("[{number}]")),
            Known(_) | Unknown(_) => None,
        }
    }

    /// The name in `data.aws_iam_policy_document.name`.
    fn policy_name<'e>(&self, source: &'e Expr) -> Option<&'e str> {
        let ExprKind::GetAttr(kind, name) = &source.kind else { return None };
        let ExprKind::GetAttr(root, kind) = &kind.kind else { return None };
        let is_data = root.kind == ExprKind::Variable("data".to_owned()) && self.named("data").is_none();
        (is_data && !self.is_outside && kind.text == policy_document::KIND).then_some(name.text.as_str())
    }

    fn policy_text(&self, source: &Source<'_>, reference: &str) -> Maybe<Data> {
        let reference = self.scope.qualify(reference);
        let Some(arguments) = self.policy_arguments(source, policy_document::SHAPE) else {
            return Unknown(Why::AtDeployment { reference, is_set: true });
        };
        match policy_document::text(&arguments, source.is_minified) {
            Ok(text) => Known(Data::String(text)),
            Err(why) if why.is_failure() => Unknown(why),
            Err(why) => Unknown(Why::Composed { reference, cause: Box::new(why) }),
        }
    }

    /// The arguments of a data source's instance, if it is certain to be there.
    fn policy_arguments(&self, source: &Source<'_>, shape: Shape) -> Option<Object> {
        let evaluator = self.policy_evaluator(source)?;
        Some(body::object(&source.block.body, shape, source.block.header, &evaluator))
    }

    /// The policy of a data source's instance, if that is certain to be there.
    pub(super) fn policy_object(&self, source: &Source<'_>) -> Option<Object> {
        let arguments = self.policy_arguments(source, policy_document::DECODED_SHAPE)?;
        let evaluator = self.policy_evaluator(source)?;
        let statements = body::possible_blocks(&source.block.body, "statement", policy_document::STATEMENT, &evaluator);
        Some(policy_document::decoded(&arguments, &statements))
    }

    /// What evaluates the arguments of a data source's instance, if it is certain to be there.
    fn policy_evaluator(&self, source: &Source<'_>) -> Option<Self> {
        let evaluator = Self::new(self.tree, self.scope, self.world);
        let instances = expand::instances(source.block, &evaluator);
        let instance = instances.into_iter().find(|instance| instance.key == source.key && instance.is_certain())?;
        Some(evaluator.with(instance.names))
    }
}
