//! Evaluates those attributes of the `aws_s3_bucket` data source that its `bucket` argument determines.
//!
//! Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/s3_bucket>.

use crate::formats::terraform::language::ValuePath;
use std::rc::Rc;

use super::program::ModuleEvaluator;
use crate::syntax::hcl::{Expr, ExprKind, TemplatePart};

const KIND: &str = "aws_s3_bucket";

impl ModuleEvaluator<'_> {
    /// Evaluates `data.aws_s3_bucket.name.id`, `bucket` and `arn`, with or without an index.
    pub(super) fn data_bucket(&self, base: &Expr, attribute: &str) -> Option<Rc<ValuePath>> {
        if !matches!(attribute, "id" | "bucket" | "arn") {
            return None;
        }
        let (name, key) = self.source_instance(base, KIND)?;
        let block = self.lookup.scope.module.find("data", &[KIND, name])?;
        let evaluator = self.source_evaluator(block, &key)?;
        let bucket = &block.body.attribute("bucket")?.value;
        let reference = format!("data.{KIND}.{name}{key}.{attribute}");
        Some(self.lookup.scope.memoize(&reference, self.world, || {
            let value = match attribute {
                "arn" => evaluator.eval(&arn_of(bucket)),
                _ => evaluator.eval(bucket),
            };
            (value.value, value.hops)
        }))
    }
}

/// The ARN as a template with the name. The partition is irrelevant to policies.
fn arn_of(bucket: &Expr) -> Expr {
    let parts = vec![TemplatePart::Literal("arn:aws:s3:::".to_owned()), TemplatePart::Interpolation(bucket.clone())];
    Expr { span: bucket.span, kind: ExprKind::Template(parts) }
}
