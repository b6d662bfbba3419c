//! Evaluates references to variables, locals, modules and resources.

use std::rc::Rc;

use super::calls::CodeOrigin;
use super::expand;
use super::program::{InstanceLookup, ModuleEvaluator};
use super::scope::{DeclarationCall, ModuleScope};
use crate::formats::terraform::language::{ValuePath, at_use, failed, quoted, symbol, with_hop};
use crate::model::{KnownInterface, is_aws_key};
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::{Data, Field, Hop, HopKind, Known, Maybe, Object, Reason, Traced, Unknown};

impl ModuleEvaluator<'_> {
    /// The value of a reference to an object of the configuration; `None` if its base has to be evaluated first.
    pub(crate) fn object_value(&self, expr: &Expr) -> Option<Rc<ValuePath>> {
        let ExprKind::GetAttr(base, name) = &expr.kind else { return self.unapplied(expr).map(Rc::new) };
        match &base.kind {
            ExprKind::Variable(root) if self.named(root).is_none() => {
                Some(Rc::new(at_use(self.keyword_value(expr, root, &name.text))))
            }
            _ => self.cached_attribute(base, &name.text).or_else(|| {
                let instances = self.policy_instances(expr).map(at_use);
                instances.or_else(|| self.unapplied(expr)).map(Rc::new)
            }),
        }
    }

    fn keyword_value(&self, expr: &Expr, root: &str, name: &str) -> Maybe<Data> {
        match root {
            "path" => self.path(name),
            "module" => self.module_value(name, expr),
            "terraform" if name == "workspace" => match &self.lookup.tree.context.options.terraform.workspace {
                Some(workspace) => Known(Data::String(workspace.clone())),
                None => Unknown(Reason::AtDeployment { reference: "terraform.workspace".to_owned(), is_set: true }),
            },
            _ => self.instances_of(root, name, expr.span).unwrap_or_else(|| Unknown(self.at_deployment(expr))),
        }
    }

    /// An attribute that is evaluated once for all references: an output, or an attribute of a data source that its
    /// arguments determine.
    fn cached_attribute(&self, base: &Expr, attribute: &str) -> Option<Rc<ValuePath>> {
        let output = self.module_output(base, attribute);
        let document = output.or_else(|| self.policy_document(base, attribute));
        document.or_else(|| self.template_file(base, attribute)).or_else(|| self.data_bucket(base, attribute))
    }

    /// A reference whose value is known only after Terraform has applied.
    fn unapplied(&self, expr: &Expr) -> Option<ValuePath> {
        if self.is_opaque(expr) {
            return Some(at_use(if self.lacks_instance(expr) {
                failed("there is no such instance")
            } else {
                Unknown(self.at_deployment(expr))
            }));
        }
        None
    }

    /// Evaluates `module.name.output` and `module.name[key].output`.
    pub(super) fn module_output(&self, base: &Expr, output: &str) -> Option<Rc<ValuePath>> {
        let (call, key) = match &base.kind {
            ExprKind::Index(call, key) => (call.as_ref(), Some(key)),
            _ => (base, None),
        };
        let ExprKind::GetAttr(root, name) = &call.kind else { return None };
        if root.kind != ExprKind::Variable("module".to_owned()) {
            return None;
        }
        let key = key.map_or_else(|| Some(String::new()), |key| self.instance_key(key))?;
        let scope = self.lookup.tree.called_scope(self.lookup.scope, &name.text, &key, self.world)?;
        let block = scope.module.find("output", &[output])?;
        let expr = &block.body.attribute("value")?.value;
        let way = scope.memoize(&format!("output.{output}"), self.world, || {
            let value = ModuleEvaluator::of(self.lookup.tree, &scope, self.world).eval(expr);
            with_hop(value, Hop { span: expr.span, step: HopKind::Output(output.to_owned()) })
        });
        Some(way)
    }

    /// A module as a value: an object of its outputs, or a collection of such objects.
    fn module_value(&self, name: &str, expr: &Expr) -> Maybe<Data> {
        let InstanceLookup { tree, scope } = self.lookup;
        // The known interface of a module has only some of its outputs.
        let call = tree.call(scope, name).filter(|call| call.origin != CodeOrigin::Known);
        let value = call.and_then(|call| {
            expand::as_value(scope.module.block(call.block)?, expr.span, &self.fresh(), |instance| {
                self.outputs(&tree.called(scope, &call, name, instance.clone()), expr.span)
            })
        });
        value.unwrap_or_else(|| Unknown(self.at_deployment(expr)))
    }

    /// All outputs of a module instance.
    fn outputs(&self, scope: &Rc<ModuleScope>, span: Span) -> Traced<Data> {
        let evaluator = ModuleEvaluator::of(self.lookup.tree, scope, self.world);
        let outputs = scope.module.blocks("output").filter_map(|id| scope.module.block(id));
        let mut fields = Vec::new();
        for block in outputs {
            let (Some(label), Some(value)) = (block.labels.first(), block.body.attribute("value")) else { continue };
            let value = evaluator.eval(&value.value);
            fields.push(Field { key: label.text.clone(), key_span: label.span, value });
        }
        fields.sort_by(|a, b| a.key.cmp(&b.key));
        Traced::written(Data::Object(Object::new(span, fields)), span)
    }

    /// Evaluates `path.module` and `path.root` as if Terraform ran in the root module's directory.
    fn path(&self, name: &str) -> crate::value::Maybe<Data> {
        match name {
            "root" => Known(Data::String(".".to_owned())),
            "module" => Known(Data::String(self.module_path())),
            _ => Unknown(Reason::AtDeployment { reference: format!("path.{name}"), is_set: true }),
        }
    }

    /// True if an expression refers to a resource, a data source or a module, and consists only of names and indexes.
    pub(super) fn is_reference(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::GetAttr(base, _) => match &base.kind {
                ExprKind::Variable(root) => {
                    self.named(root).is_none() && !matches!(root.as_str(), "var" | "local" | "path" | "terraform")
                }
                _ => self.is_reference(base),
            },
            ExprKind::Index(base, _) => self.is_reference(base),
            _ => false,
        }
    }

    /// True if an expression refers to an object that isn't evaluated here.
    pub(super) fn is_opaque(&self, expr: &Expr) -> bool {
        let InstanceLookup { tree, scope } = self.lookup;
        self.is_reference(expr)
            && self.module_of(expr).is_none_or(|(name, output)| {
                let lacks_output = |call: &DeclarationCall| {
                    call.origin == CodeOrigin::Known
                        && output.is_none_or(|output| !call.module.may_declare("output", &[output]))
                };
                tree.call(scope, name).as_ref().is_none_or(lacks_output)
            })
    }

    /// The name of the module call in a reference, and the output.
    fn module_of<'e>(&self, mut expr: &'e Expr) -> Option<(&'e str, Option<&'e str>)> {
        let mut output = None;
        while let ExprKind::GetAttr(base, _) | ExprKind::Index(base, _) = &expr.kind {
            if let ExprKind::GetAttr(_, name) = &expr.kind {
                if base.kind == ExprKind::Variable("module".to_owned()) {
                    return Some((&name.text, output));
                }
                output = Some(&name.text);
            }
            expr = base;
        }
        None
    }

    /// The reason why a reference is unknown: its value is known only after Terraform has applied, or its declaration
    /// is missing.
    pub(super) fn at_deployment(&self, expr: &Expr) -> Reason {
        let mut names = Vec::new();
        let mut next = expr;
        let mut indexes = String::new();
        loop {
            match &next.kind {
                ExprKind::GetAttr(base, name) => {
                    names.push(format!("{}{indexes}", name.text));
                    indexes.clear();
                    next = base;
                }
                ExprKind::Index(base, key) => {
                    indexes = format!("[{}]{indexes}", symbol(&self.eval(key).value));
                    next = base;
                }
                ExprKind::Variable(root) => {
                    names.push(format!("{root}{indexes}"));
                    break;
                }
                _ => break,
            }
        }
        names.reverse();
        if let (Some(known), ["data", "known", "own", part]) =
            (&self.lookup.scope.known, names.iter().map(String::as_str).collect::<Vec<_>>().as_slice())
        {
            return own_part(known, part);
        }
        let root = names.first().cloned().unwrap_or_default();
        // The provider sets the id of every managed resource, and its ARN if it has one.
        let is_resource = !matches!(root.as_str(), "data" | "module" | "each" | "count" | "self");
        if let [kind, name, key, ..] = names.as_slice()
            && is_resource
            && names.len() > 3
            && self.has_keys(kind, name)
        {
            let instance = format!("{name}[{}]", quoted(key));
            names.splice(1..3, [instance]);
        }
        let is_set = match names.as_slice() {
            [kind, _, attribute] if is_resource => is_always_set(kind, attribute),
            [root, kind, _, attribute] if root == "data" => is_always_set(kind, attribute),
            _ => false,
        };
        let reference = self.lookup.scope.qualify(&names.join("."));
        let is_set = match names.as_slice() {
            [_, kind, name, _] if is_set && !is_resource => match self.is_aws_key(kind, name) {
                Known(true) => return Reason::AwsKey { reference },
                Known(false) => true,
                // It may be an AWS managed key, which doesn't count as a key of the customer.
                Unknown(_) => false,
            },
            _ => is_set,
        };
        let names: Vec<&str> = names.iter().map(|name| name.split('[').next().unwrap_or_default()).collect();
        match names.as_slice() {
            ["module", name, ..] => match self.lookup.tree.unread(self.lookup.scope, name) {
                Some(part) => Reason::Computed { expression: reference, cause: Box::new(part.absence()), atom: None },
                None if !self.lookup.scope.module.may_declare("module", &[name]) => {
                    Reason::Undeclared { reference, is_set }
                }
                None => Reason::AtDeployment { reference, is_set },
            },
            // The type of a resource begins with its provider's name and `_`.
            [kind, name, ..]
                if is_resource
                    && kind.contains('_')
                    && !self.lookup.scope.module.may_declare("resource", &[kind, name]) =>
            {
                Reason::Undeclared { reference, is_set }
            }
            ["data", kind, name, ..] if !self.lookup.scope.module.may_declare("data", &[kind, name]) => {
                Reason::Undeclared { reference, is_set }
            }
            _ => Reason::AtDeployment { reference, is_set },
        }
    }

    /// True if a data source for a KMS key or alias names an AWS managed key.
    fn is_aws_key(&self, kind: &str, name: &str) -> Maybe<bool> {
        let argument = match kind {
            "aws_kms_alias" => "name",
            "aws_kms_key" => "key_id",
            _ => return Known(false),
        };
        let name = name.split_once('[').map_or(name, |(name, _)| name);
        let block = self.lookup.scope.module.find("data", &[kind, name]);
        let Some(attribute) = block.and_then(|block| block.body.attribute(argument)) else { return Known(false) };
        let evaluator = self.fresh();
        match evaluator.eval(&attribute.value).value {
            Known(Data::String(text)) => Known(is_aws_key(&text)),
            // A key that is created here, and a text with literal parts.
            Unknown(Reason::AtDeployment { is_set: true, .. } | Reason::Composed { .. }) | Known(_) => Known(false),
            Unknown(why) => Unknown(why),
        }
    }
}

/// A bucket or a key that the code of a module creates, of which only the interface is known.
fn own_part(known: &KnownInterface, part: &str) -> Reason {
    let text = format!("the {part} that `{}` creates isn't part of the known interface", known.call);
    Reason::Worded { subject: known.call.clone(), text, advice: known.code_advice.into() }
}

/// True if the provider always sets the attribute to a value that is neither null nor empty.
fn is_always_set(kind: &str, attribute: &str) -> bool {
    match attribute {
        "arn" | "id" => true,
        "key_id" => kind == "aws_kms_key",
        "target_key_arn" | "target_key_id" => kind == "aws_kms_alias",
        "value" => kind == "aws_ssm_parameter",
        _ => false,
    }
}
