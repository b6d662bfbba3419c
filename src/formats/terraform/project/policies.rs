//! Evaluates the data source `aws_iam_policy_document` as if it were a function.

use std::rc::Rc;

use super::body;
use super::expand;
use super::program::ModuleEvaluator;
use super::scope::ModuleScope;
use crate::formats::terraform::language::{ValuePath, at_use, policy_document};
use crate::model::ArgumentShape;
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr};
use crate::value::{Data, Field, Known, List, Maybe, Object, Reason, Traced, Unknown};

/// An instance of the data source.
pub(super) struct PolicyData<'e> {
    name: &'e str,
    /// Its key in the form of an address.
    key: String,
    block: &'e Block,
    is_minified: bool,
}

impl PolicyData<'_> {
    /// The reference to one of its attributes.
    pub(super) fn reference(&self, attribute: &str) -> String {
        format!("data.{}.{}{}.{attribute}", policy_document::KIND, self.name, self.key)
    }
}

impl ModuleEvaluator<'_> {
    /// Evaluates `data.aws_iam_policy_document.name.json` and `….minified_json`, with or without an index.
    pub(super) fn policy_document(&self, base: &Expr, attribute: &str) -> Option<Rc<ValuePath>> {
        let source = self.policy_source(base, attribute)?;
        let reference = source.reference(attribute);
        Some(self.lookup.scope.memoize(&reference, self.world, || at_use(self.policy_text(&source, &reference))))
    }

    /// Evaluates `data.aws_iam_policy_document.name`: the instance, or a collection of instances.
    pub(super) fn policy_instances(&self, expr: &Expr) -> Option<Maybe<Data>> {
        let name = self.source_name(expr, policy_document::KIND)?;
        let block = self.lookup.scope.module.find("data", &[policy_document::KIND, name])?;
        expand::as_value(block, expr.span, &self.fresh(), |instance| {
            self.policy_attributes(name, &instance.key, block, expr.span)
        })
    }

    /// The attributes of an instance. Those that its arguments don't determine are unknown until deployment.
    fn policy_attributes(&self, name: &str, key: &str, block: &Block, span: Span) -> Traced<Data> {
        let mut fields = Vec::new();
        for attribute in ["json", "minified_json", "id", "policy_id", "version", "statement", "source_policy_documents"]
        {
            let source = PolicyData { name, key: key.to_owned(), block, is_minified: attribute == "minified_json" };
            let reference = source.reference(attribute);
            let value = match attribute {
                "json" | "minified_json" => {
                    let way = self
                        .lookup
                        .scope
                        .memoize(&reference, self.world, || at_use(self.policy_text(&source, &reference)));
                    way.0.clone()
                }
                _ => Unknown(Reason::AtDeployment {
                    reference: self.lookup.scope.qualify(&reference),
                    is_set: attribute == "id",
                }),
            };
            let value = Traced::written((), span).map(|_| value);
            fields.push(Field { key: attribute.to_owned(), key_span: span, value });
        }
        Traced::written(Data::Object(Object::new(span, fields)), span)
    }

    /// Replaces the texts of data sources in a value by their policies.
    pub(super) fn with_policies(&self, value: Traced<Data>) -> Traced<Data> {
        match value.value {
            Unknown(ref why) => match self.policy_of(why) {
                Some(policy) => value.map(|_| Known(policy)),
                None => value,
            },
            Known(Data::List(List { kind, items })) => {
                let items = items.into_iter().map(|item| self.with_policies(item)).collect();
                Traced { value: Known(Data::List(List { kind, items })), origin: value.origin, hops: value.hops }
            }
            Known(_) => value,
        }
    }

    /// The policy of the data source whose text is unknown, regardless of the references that led to it.
    pub(crate) fn policy_of(&self, why: &Reason) -> Option<Data> {
        let (address, name, key) = policy_symbol(why)?;
        let scope = self.scope_at(&address)?;
        let evaluator = ModuleEvaluator::of(self.lookup.tree, &scope, self.world);
        let block = scope.module.find("data", &[policy_document::KIND, &name])?;
        evaluator.remembered_policy(&PolicyData { name: &name, key, block, is_minified: false })
    }

    /// The cached policy of a data source's instance.
    pub(super) fn remembered_policy(&self, source: &PolicyData<'_>) -> Option<Data> {
        let way = self.lookup.scope.memoize(&source.reference("decoded"), self.world, || {
            let policy = self.policy_object(source).map(Data::Object);
            (policy.map_or(Unknown(Reason::Unreadable), Known), Vec::new())
        });
        match &way.0 {
            Known(policy) => Some(policy.clone()),
            Unknown(_) => None,
        }
    }

    /// The module instance at an address.
    fn scope_at(&self, address: &str) -> Option<Rc<ModuleScope>> {
        if address == self.lookup.scope.address {
            return Some(Rc::clone(self.lookup.scope));
        }
        let mut scope = Rc::clone(&self.lookup.tree.root);
        let mut rest = address;
        while !rest.is_empty() {
            let after = rest.strip_prefix("module.")?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, after) = after.split_at_checked(end)?;
            let (key, after) = split_key(after)?;
            scope = self.lookup.tree.called_scope(&scope, name, key, self.world)?;
            rest = after.strip_prefix('.').unwrap_or(after);
        }
        Some(scope)
    }

    /// The data source's instance that a reference refers to.
    pub(super) fn policy_source<'e>(&'e self, base: &'e Expr, attribute: &str) -> Option<PolicyData<'e>> {
        let is_minified = match attribute {
            "json" => false,
            "minified_json" => true,
            _ => return None,
        };
        let (name, key) = self.source_instance(base, policy_document::KIND)?;
        let block = self.lookup.scope.module.find("data", &[policy_document::KIND, name])?;
        Some(PolicyData { name, key, block, is_minified })
    }

    fn policy_text(&self, source: &PolicyData<'_>, reference: &str) -> Maybe<Data> {
        let reference = self.lookup.scope.qualify(reference);
        let Some(arguments) = self.policy_arguments(source, policy_document::SHAPE) else {
            return Unknown(Reason::AtDeployment { reference, is_set: true });
        };
        match policy_document::text(&arguments, source.is_minified) {
            Ok(text) => Known(Data::String(text)),
            Err(why) if why.is_failure() => Unknown(why),
            Err(why) => Unknown(Reason::Composed { reference, cause: Box::new(why) }),
        }
    }

    /// The arguments of a data source's instance; `None` if its existence is uncertain.
    fn policy_arguments(&self, source: &PolicyData<'_>, shape: ArgumentShape) -> Option<Object> {
        let evaluator = self.policy_evaluator(source)?;
        Some(body::object(&source.block.body, shape, source.block.header, &evaluator))
    }

    /// The policy of a data source's instance; `None` if its existence is uncertain.
    pub(super) fn policy_object(&self, source: &PolicyData<'_>) -> Option<Object> {
        let arguments = self.policy_arguments(source, policy_document::DECODED_SHAPE)?;
        let evaluator = self.policy_evaluator(source)?;
        let statements = body::possible_blocks(&source.block.body, "statement", policy_document::STATEMENT, &evaluator);
        Some(policy_document::decoded(&arguments, &statements))
    }

    /// The evaluator for the arguments of a data source's instance; `None` if its existence is uncertain.
    fn policy_evaluator(&self, source: &PolicyData<'_>) -> Option<Self> {
        self.source_evaluator(source.block, &source.key)
    }
}

/// True for the text of a data source's policy, which can't fail where it is referred to.
pub(crate) fn is_policy(why: &Reason) -> bool {
    policy_symbol(why).is_some()
}

/// The module's address, the name and the key in the symbol of a data source's text.
fn policy_symbol(why: &Reason) -> Option<(String, String, String)> {
    let Reason::Composed { reference, .. } = why else { return None };
    // A template that consists only of this reference.
    let reference = reference.strip_prefix("\"${").and_then(|rest| rest.strip_suffix("}\"")).unwrap_or(reference);
    let path = reference.strip_suffix(".json").or(reference.strip_suffix(".minified_json"))?;
    let (address, rest) = path.rsplit_once("data.aws_iam_policy_document.")?;
    let address = address.strip_suffix('.').unwrap_or(address);
    if !(address.is_empty() || address.starts_with("module.")) {
        return None;
    }
    let end = rest.find('[').unwrap_or(rest.len());
    let (name, key) = rest.split_at_checked(end)?;
    split_key(key).filter(|(_, after)| after.is_empty())?;
    Some((address.to_owned(), name.to_owned(), key.to_owned()))
}

/// The key at the beginning of a text, in its brackets, and the rest; the key is empty if there is none.
fn split_key(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with('[') {
        return Some(("", text));
    }
    let end =
        if text.starts_with("[\"") { text.find("\"]")?.checked_add(2)? } else { text.find(']')?.checked_add(1)? };
    text.split_at_checked(end)
}
