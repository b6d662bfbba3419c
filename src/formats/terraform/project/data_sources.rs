//! Evaluates the attributes of data sources that their arguments determine.
//!
//! Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/s3_bucket>.

use std::rc::Rc;

use super::expand;
use super::program::ModuleEvaluator;
use crate::formats::terraform::language::{ValuePath, at_use, failed, quoted};
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr, ExprKind, TemplatePart};
use crate::value::{Data, Known, Maybe, Object, Unknown};

/// The data source of a bucket.
const BUCKET: &str = "aws_s3_bucket";

/// The data source of the deprecated provider `template`, which is like a function.
const TEMPLATE: &str = "template_file";

impl ModuleEvaluator<'_> {
    /// Evaluates `data.aws_s3_bucket.name.id`, `bucket` and `arn`, with or without an index.
    pub(super) fn data_bucket(&self, base: &Expr, attribute: &str) -> Option<Rc<ValuePath>> {
        if !matches!(attribute, "id" | "bucket" | "arn") {
            return None;
        }
        let (name, key) = self.source_instance(base, BUCKET)?;
        let block = self.lookup.scope.module.find("data", &[BUCKET, name])?;
        let evaluator = self.source_evaluator(block, &key)?;
        let bucket = &block.body.attribute("bucket")?.value;
        let reference = format!("data.{BUCKET}.{name}{key}.{attribute}");
        Some(self.lookup.scope.memoize(&reference, self.world, || {
            let value = match attribute {
                "arn" => evaluator.eval(&arn_of(bucket)),
                _ => evaluator.eval(bucket),
            };
            (value.value, value.hops)
        }))
    }

    /// Evaluates `data.template_file.name.rendered`, with or without an index.
    pub(super) fn template_file(&self, base: &Expr, attribute: &str) -> Option<Rc<ValuePath>> {
        let (name, key) = self.source_instance(base, TEMPLATE).filter(|_| attribute == "rendered")?;
        let block = self.lookup.scope.module.find("data", &[TEMPLATE, name])?;
        let evaluator = self.source_evaluator(block, &key)?;
        let reference = format!("data.{TEMPLATE}.{name}{key}.{attribute}");
        Some(self.lookup.scope.memoize(&reference, self.world, || at_use(evaluator.rendered_file(block))))
    }

    fn rendered_file(&self, block: &Block) -> Maybe<Data> {
        let names = match block.body.attribute("vars") {
            Some(attribute) => self.eval(&attribute.value).value,
            None => Known(Data::Object(Object::new(block.header, Vec::new()))),
        };
        let template = block.body.attribute("template").map(|attribute| self.eval(&attribute.value));
        match template.map(|template| (template.origin.span(), template.value)) {
            Some((span, Known(Data::String(text)))) => {
                self.render(&text, Some(&names), |_: std::ops::Range<usize>| -> Span { span })
            }
            Some((_, Unknown(why))) => Unknown(why),
            Some((_, Known(_))) | None => failed("`template_file` needs a template"),
        }
    }

    /// The name and the key of an instance of a data source.
    pub(super) fn source_instance<'e>(&self, base: &'e Expr, kind: &str) -> Option<(&'e str, String)> {
        match (self.source_name(base, kind), &base.kind) {
            (Some(name), _) => Some((name, String::new())),
            (None, ExprKind::Index(source, key)) => Some((self.source_name(source, kind)?, self.instance_key(key)?)),
            // The parser turns an index that is an identifier into an attribute.
            (None, ExprKind::GetAttr(source, key)) => {
                Some((self.source_name(source, kind)?, format!("[{}]", quoted(&key.text))))
            }
            (None, _) => None,
        }
    }

    /// A known key in the form of an address.
    pub(super) fn instance_key(&self, key: &Expr) -> Option<String> {
        match self.eval(key).value {
            Known(Data::String(text)) => Some(format!("[{}]", quoted(&text))),
            Known(Data::Number(number)) => Some(format!("[{number}]")),
            Known(_) | Unknown(_) => None,
        }
    }

    /// The name in `data.kind.name`.
    pub(super) fn source_name<'e>(&self, source: &'e Expr, kind: &str) -> Option<&'e str> {
        let ExprKind::GetAttr(own, name) = &source.kind else { return None };
        let ExprKind::GetAttr(root, own) = &own.kind else { return None };
        let is_data = root.kind == ExprKind::Variable("data".to_owned()) && self.named("data").is_none();
        (is_data && !self.is_outside && own.text == kind).then_some(name.text.as_str())
    }

    /// The evaluator for the arguments of an instance of any data source; `None` if its existence is uncertain.
    pub(super) fn source_evaluator(&self, block: &Block, key: &str) -> Option<Self> {
        let evaluator = self.fresh();
        let instances = expand::instances(block, &evaluator);
        let instance = instances.into_iter().find(|instance| instance.key == key && instance.is_certain())?;
        Some(evaluator.with(instance.names))
    }
}

/// The ARN as a template with the name. The partition is irrelevant to policies.
fn arn_of(bucket: &Expr) -> Expr {
    let parts = vec![
        TemplatePart::Literal("arn:aws:s3:::".to_owned(), bucket.span),
        TemplatePart::Interpolation(bucket.clone()),
    ];
    Expr { span: bucket.span, kind: ExprKind::Template(parts) }
}
