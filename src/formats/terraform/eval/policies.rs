//! The data source of policies, which is evaluated as if it were a function.

use std::rc::Rc;

use super::{Evaluator, here};
use crate::formats::terraform::expand::{self, quoted};
use crate::formats::terraform::scope::Way;
use crate::formats::terraform::{body, policy_document};
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Data, Known, Maybe, Unknown, Why};

impl Evaluator<'_> {
    /// `data.aws_iam_policy_document.name.json` and `….minified_json`, with an index or without.
    pub(super) fn policy_document(&self, base: &Expr, attribute: &str) -> Option<Rc<Way>> {
        let is_minified = match attribute {
            "json" => false,
            "minified_json" => true,
            _ => return None,
        };
        let (name, key) = match (self.policy_source(base), &base.kind) {
            (Some(name), _) => (name, String::new()),
            (None, ExprKind::Index(source, key)) => (self.policy_source(source)?, self.instance_key(key)?),
            // A key that is a name is written as an index, and read as an attribute.
            (None, ExprKind::GetAttr(source, key)) => (self.policy_source(source)?, format!("[{}]", quoted(&key.text))),
            (None, _) => return None,
        };
        let block = self.scope.module.find("data", &[policy_document::KIND, name])?;
        let reference = format!("data.{}.{name}{key}.{attribute}", policy_document::KIND);
        let evaluate = || here(self.policy_text(block, &key, &reference, is_minified));
        Some(self.scope.remember(&reference, self.world, evaluate))
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
    fn policy_source<'e>(&self, source: &'e Expr) -> Option<&'e str> {
        let ExprKind::GetAttr(kind, name) = &source.kind else { return None };
        let ExprKind::GetAttr(root, kind) = &kind.kind else { return None };
        let is_data = root.kind == ExprKind::Variable("data".to_owned()) && self.named("data").is_none();
        (is_data && !self.is_outside && kind.text == policy_document::KIND).then_some(name.text.as_str())
    }

    fn policy_text(&self, block: &Block, key: &str, reference: &str, is_minified: bool) -> Maybe<Data> {
        let evaluator = Self::new(self.tree, self.scope, self.world);
        let reference = self.scope.qualify(reference);
        let instances = expand::instances(block, &evaluator);
        let Some(instance) = instances.into_iter().find(|instance| instance.key == key && instance.is_certain()) else {
            return Unknown(Why::AtDeployment { reference, is_set: true });
        };
        let evaluator = evaluator.with(instance.names);
        let arguments = body::object(&block.body, policy_document::SHAPE, block.header, &evaluator);
        match policy_document::text(&arguments, is_minified) {
            Ok(text) => Known(Data::String(text)),
            Err(why) if why.is_failure() => Unknown(why),
            Err(why) => Unknown(Why::Composed { reference, cause: Box::new(why) }),
        }
    }
}
