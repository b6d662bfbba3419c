//! The attributes of the data source of a bucket that its name decides.
//!
//! Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/s3_bucket>.

use std::rc::Rc;

use super::Evaluator;
use crate::formats::terraform::scope::Way;
use crate::syntax::hcl::{Expr, ExprKind, Part};

/// The type of the data source.
const KIND: &str = "aws_s3_bucket";

impl Evaluator<'_> {
    /// `data.aws_s3_bucket.name.id`, `bucket` and `arn`, with an index or without.
    pub(super) fn data_bucket(&self, base: &Expr, attribute: &str) -> Option<Rc<Way>> {
        if !matches!(attribute, "id" | "bucket" | "arn") {
            return None;
        }
        let (name, key) = self.source_instance(base, KIND)?;
        let block = self.scope.module.find("data", &[KIND, name])?;
        let evaluator = self.source_evaluator(block, &key)?;
        let bucket = &block.body.attribute("bucket")?.value;
        let reference = format!("data.{KIND}.{name}{key}.{attribute}");
        Some(self.scope.remember(&reference, self.world, || {
            let value = match attribute {
                "arn" => evaluator.eval(&arn_of(bucket)),
                _ => evaluator.eval(bucket),
            };
            (value.value, value.hops)
        }))
    }
}

/// The ARN as a template of the name. No policy depends on the partition.
fn arn_of(bucket: &Expr) -> Expr {
    let parts = vec![Part::Literal("arn:aws:s3:::".to_owned()), Part::Interpolation(bucket.clone())];
    Expr { span: bucket.span, kind: ExprKind::Template(parts) }
}
