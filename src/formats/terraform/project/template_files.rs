//! Evaluates the data source `template_file` of the deprecated provider `template` as if it were a function.

use std::rc::Rc;

use super::program::ModuleEvaluator;
use crate::formats::terraform::language::{ValuePath, at_use, failed};
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr};
use crate::value::{Data, Known, Maybe, Object, Unknown};

const KIND: &str = "template_file";

impl ModuleEvaluator<'_> {
    /// Evaluates `data.template_file.name.rendered`, with or without an index.
    pub(super) fn template_file(&self, base: &Expr, attribute: &str) -> Option<Rc<ValuePath>> {
        let (name, key) = self.source_instance(base, KIND).filter(|_| attribute == "rendered")?;
        let block = self.lookup.scope.module.find("data", &[KIND, name])?;
        let evaluator = self.source_evaluator(block, &key)?;
        let reference = format!("data.{KIND}.{name}{key}.{attribute}");
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
}
