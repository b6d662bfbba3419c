//! Evaluates the template of a stack to a text, with the places from which its parts come.

use crate::formats::Insertion;
use crate::formats::terraform::language::function_name;
use crate::formats::terraform::language::lookup::Lookup;
use crate::formats::terraform::language::operators::text as text_of;
use crate::formats::terraform::language::templates::MAX_STRING;
use crate::formats::terraform::project::program::ModuleEvaluator;
use crate::formats::terraform::project::written_text::WrittenText;
use crate::source::{FileId, Span};
use crate::syntax::hcl::{self, Expr, ExprKind, FunctionCall, TemplateFor, TemplatePart};
use crate::value::{Data, Hop, HopKind, Known, Reason, Traced, Unknown};

/// The maximum number of references, conditionals and functions around a template.
const MAX_NESTED: usize = 16;

/// The number of bytes of text that cost one step.
const BYTES_OF_A_STEP: usize = 64;

/// The template of a stack.
pub(super) struct StackText {
    pub(super) template: FileId,
    pub(super) insertions: Vec<Insertion>,
    /// The reason for the first unknown value in it.
    pub(super) unknown: Option<Reason>,
}

/// A text in a file of its own, or one that the code contains or computes.
enum TextSource {
    File(FileId),
    Written(WrittenText),
}

impl ModuleEvaluator<'_> {
    /// The text of a template. The error is the reason why it is unknown as a whole.
    pub(super) fn stack_text(&self, expr: &Expr) -> Result<StackText, Reason> {
        match self.text_source(expr, MAX_NESTED)? {
            TextSource::File(template) => Ok(StackText { template, insertions: Vec::new(), unknown: None }),
            TextSource::Written(written) => {
                self.world.charge(written.text.len() / BYTES_OF_A_STEP);
                let template = self.lookup.tree.stack_text_file(&written);
                let unknown = written.insertions.iter().find_map(|insertion| match &insertion.value.value {
                    Unknown(why) => Some(why.clone()),
                    Known(_) => None,
                });
                Ok(StackText { template, insertions: written.insertions, unknown })
            }
        }
    }

    fn text_source(&self, expr: &Expr, depth: usize) -> Result<TextSource, Reason> {
        let depth = depth.checked_sub(1).ok_or(Reason::OverLimit { limit: "nested references" })?;
        match &expr.kind {
            ExprKind::String(text) => Ok(self.literal_text(text, expr.span)),
            ExprKind::Template(parts) => {
                let mut written = WrittenText::at(expr.span);
                self.write_parts(parts, &mut written)?;
                Ok(TextSource::Written(written))
            }
            ExprKind::Conditional(conditional) => match self.condition(self.eval(&conditional.condition).value) {
                Known(true) => self.text_source(&conditional.then, depth),
                Known(false) => self.text_source(&conditional.otherwise, depth),
                Unknown(why) => Err(why),
            },
            ExprKind::GetAttr(base, name) => match &base.kind {
                ExprKind::Variable(root) if self.named(root).is_none() && !self.is_outside => {
                    self.text_of_name(root, &name.text, depth).unwrap_or_else(|| self.evaluated_text(expr))
                }
                _ => self.evaluated_text(expr),
            },
            ExprKind::Call(call) if !call.expand_last => self.text_of_call(call, expr),
            _ => self.evaluated_text(expr),
        }
    }

    /// The text of a local, or of a variable that a module call sets or that has its default.
    fn text_of_name(&self, root: &str, name: &str, depth: usize) -> Option<Result<TextSource, Reason>> {
        match root {
            "local" => Some(self.fresh().text_source(self.lookup.scope.module.local(name)?, depth)),
            "var" => {
                let Some(call) = &self.lookup.scope.call else { return self.text_of_default(name, depth) };
                let expr = &self.lookup.scope.call_block()?.body.attribute(name)?.value;
                Some(ModuleEvaluator::of_call(call, self.lookup.tree, self.world).text_source(expr, depth))
            }
            _ => None,
        }
    }

    fn text_of_default(&self, name: &str, depth: usize) -> Option<Result<TextSource, Reason>> {
        let block = self.lookup.scope.module.find("variable", &[name])?;
        let default = &block.body.attribute("default")?.value;
        let value = self.lookup.variable(name, default.span, self.world);
        let is_used = value.1.last().is_some_and(|hop| hop.span == default.span);
        is_used.then(|| self.outside().text_source(default, depth))
    }

    fn text_of_call(&self, call: &FunctionCall, expr: &Expr) -> Result<TextSource, Reason> {
        match (function_name(call), call.arguments.as_slice()) {
            ("templatefile", [path, names]) => {
                self.rendered_template(path, names).unwrap_or_else(|| self.evaluated_text(expr))
            }
            ("jsonencode" | "yamlencode", [value]) => {
                let value = self.eval(value);
                if let Unknown(why) = value.value {
                    return Err(why);
                }
                let mut written = WrittenText::at(expr.span);
                written.encode(&value, &|value| self.decided_value(value))?;
                Ok(TextSource::Written(written))
            }
            _ => self.evaluated_text(expr),
        }
    }

    /// A template that `templatefile` renders; `None` if it can't be read.
    fn rendered_template(&self, path: &Expr, names: &Expr) -> Option<Result<TextSource, Reason>> {
        let Known(Data::String(path)) = self.eval(path).value else { return None };
        let id = self.files().load(&path)?;
        let file = self.lookup.tree.context.sources.file(id);
        let names = self.eval(names);
        let Known(Data::Object(object)) = &names.with_hops_on_members().value else { return None };
        let arguments = object.fields.iter().map(|field| {
            let mut hops = vec![Hop { span: field.value.origin.span(), step: HopKind::Member(field.key.clone()) }];
            hops.extend(field.value.hops.iter().cloned());
            (field.key.clone(), Traced { hops, ..field.value.clone() })
        });
        let evaluator = self.outside().with(arguments.collect());
        let template = hcl::parse_template(&file.text, |range| Span::new(id, range.start, range.end)).ok()?;
        let mut written = WrittenText::at(Span::new(id, 0, file.text.len()));
        Some(match &template.kind {
            ExprKind::String(text) => Ok(evaluator.literal_text(text, template.span)),
            ExprKind::Template(parts) => {
                evaluator.write_parts(parts, &mut written).map(|()| TextSource::Written(written))
            }
            _ => {
                let part = [TemplatePart::Interpolation(template)];
                evaluator.write_parts(&part, &mut written).map(|()| TextSource::Written(written))
            }
        })
    }

    fn literal_text(&self, text: &str, place: Span) -> TextSource {
        let mut written = WrittenText::at(place);
        written.expression(text, place, self.lookup.tree.context.sources);
        TextSource::Written(written)
    }

    /// The text of any other expression: its value.
    fn evaluated_text(&self, expr: &Expr) -> Result<TextSource, Reason> {
        let value = self.eval_deciding(expr);
        match value.value {
            Known(Data::String(text)) => {
                let last = value.hops.last();
                let sources = self.lookup.tree.context.sources;
                if let Some(file) = last.filter(|hop| hop.step == HopKind::File).map(|hop| hop.span.file)
                    && sources.file(file).text == text
                {
                    return Ok(TextSource::File(file));
                }
                Ok(self.literal_text(&text, last.map_or(expr.span, |hop| hop.span)))
            }
            Known(other) => Err(Reason::Failed { message: format!("{} isn't a template", other.shown()) }),
            Unknown(why) => Err(why),
        }
    }

    fn write_parts(&self, parts: &[TemplatePart], written: &mut WrittenText) -> Result<(), Reason> {
        let sources = self.lookup.tree.context.sources;
        for part in parts {
            match part {
                TemplatePart::Literal(text, span) => written.literal(text, *span, sources),
                TemplatePart::Interpolation(expr) => {
                    let value = self.decided_value(self.eval(expr));
                    match &value.value {
                        Known(data) => {
                            let text = text_of(data).ok_or_else(|| Reason::Failed {
                                message: format!("{} can't be part of a string", data.shown()),
                            })?;
                            written.insert(Some(&text), expr.span, value);
                        }
                        Unknown(why) if why.is_failure() => return Err(why.clone()),
                        Unknown(_) => written.insert(None, expr.span, value),
                    }
                }
                TemplatePart::If(directive) => match self.condition(self.eval(&directive.condition).value) {
                    Known(true) => self.write_parts(&directive.then, written)?,
                    Known(false) => self.write_parts(&directive.otherwise, written)?,
                    Unknown(why) => return Err(why),
                },
                TemplatePart::For(directive) => self.write_each(directive, written)?,
            }
            if written.text.len() > MAX_STRING {
                return Err(Reason::OverLimit { limit: "the length of a string" });
            }
        }
        Ok(())
    }

    fn write_each(&self, directive: &TemplateFor, written: &mut WrittenText) -> Result<(), Reason> {
        let collection = self.eval(&directive.collection);
        let key = directive.key.as_ref().map(|name| name.text.as_str());
        for names in self.iterate(&collection, key, &directive.value.text)? {
            self.with(names).write_parts(&directive.body, written)?;
        }
        Ok(())
    }
}
