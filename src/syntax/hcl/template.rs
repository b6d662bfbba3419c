//! Converts heredocs, and strings with `${…}` and `%{…}`.
//!
//! `~` and `<<-` remove whitespace from the literals between sequences, across the nesting of directives. Therefore, all
//! literals of a template are first flattened into a list, as Terraform does:
//! <https://github.com/hashicorp/hcl/blob/main/hclsyntax/parser_template.go>.

use std::ops::Range;
use std::vec::IntoIter;

use hcl_edit::template::{Directive, Element, ForDirective, HeredocTemplate, IfDirective, Strip, Template};

use super::convert::Converter;
use super::{Expr, ExprKind, TemplateFor, TemplateIf, TemplatePart};

/// An element of a flattened template.
enum FlatPiece {
    /// Literal text: in a heredoc, one text for each line, with its line ending; else one text.
    Literal(Vec<String>),
    /// `${…}`, or one of the `%{…}` of a directive.
    Sequence(Strip),
}

/// The literals of a template after trimming, in source order.
type LiteralTexts = IntoIter<String>;

impl Converter<'_> {
    /// Converts a quoted string at `range`. A string that consists of one `${…}` is the expression in it.
    pub(super) fn string_template(&mut self, template: &Template, range: Range<usize>, depth: usize) -> Expr {
        if let Some(Element::Interpolation(interpolation)) = template.as_single_element() {
            return self.expr(&interpolation.expr, depth);
        }
        let pieces = self.pieces(template, |_, element| vec![element.to_owned()]);
        Expr { span: self.place(range), kind: self.template(template, pieces, depth) }
    }

    /// Converts a template without quotes that is the whole text.
    pub(super) fn bare_template(&mut self, template: &Template) -> Expr {
        self.string_template(template, 0..self.text.len(), 0)
    }

    pub(super) fn heredoc(&mut self, heredoc: &HeredocTemplate, depth: usize) -> ExprKind {
        let range = self.range(heredoc);
        // The crate has already applied `<<-` to its literals, so they are read from the text again.
        let mut pieces = self.pieces(&heredoc.template, |text, _| text.split_inclusive('\n').map(unescape).collect());
        if self.text.get(range.clone()).is_some_and(|text| text.starts_with("<<-")) {
            remove_indent(&mut pieces);
        }
        let kind = self.template(&heredoc.template, pieces, depth);
        self.heredocs.push(range);
        kind
    }

    /// The flattened template after `~` is applied. `split` receives a literal as written and as decoded by the crate.
    fn pieces(&self, template: &Template, split: impl Fn(&str, &str) -> Vec<String>) -> Vec<FlatPiece> {
        let mut pieces = Vec::new();
        self.lay_out(template, &split, &mut pieces);
        strip(&mut pieces);
        pieces
    }

    fn lay_out(&self, template: &Template, split: &dyn Fn(&str, &str) -> Vec<String>, pieces: &mut Vec<FlatPiece>) {
        for element in template {
            match element {
                Element::Literal(literal) => {
                    let written = self.text.get(self.range(literal)).unwrap_or_default();
                    pieces.push(FlatPiece::Literal(split(written, literal.value())));
                }
                Element::Interpolation(interpolation) => pieces.push(FlatPiece::Sequence(interpolation.strip)),
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(directive) => {
                        pieces.push(FlatPiece::Sequence(directive.if_expr.strip));
                        self.lay_out(&directive.if_expr.template, split, pieces);
                        if let Some(otherwise) = &directive.else_expr {
                            pieces.push(FlatPiece::Sequence(otherwise.strip));
                            self.lay_out(&otherwise.template, split, pieces);
                        }
                        pieces.push(FlatPiece::Sequence(directive.endif_expr.strip));
                    }
                    Directive::For(directive) => {
                        pieces.push(FlatPiece::Sequence(directive.for_expr.strip));
                        self.lay_out(&directive.for_expr.template, split, pieces);
                        pieces.push(FlatPiece::Sequence(directive.endfor_expr.strip));
                    }
                },
            }
        }
    }

    fn template(&mut self, template: &Template, pieces: Vec<FlatPiece>, depth: usize) -> ExprKind {
        let literals = pieces.into_iter().filter_map(|piece| match piece {
            FlatPiece::Literal(lines) => Some(lines.concat()),
            FlatPiece::Sequence(_) => None,
        });
        let mut literals = literals.collect::<Vec<_>>().into_iter();
        if template.iter().all(Element::is_literal) {
            return ExprKind::String(literals.collect());
        }
        ExprKind::Template(self.parts(template, &mut literals, depth))
    }

    fn parts(&mut self, template: &Template, literals: &mut LiteralTexts, depth: usize) -> Vec<TemplatePart> {
        let mut parts = Vec::with_capacity(template.len());
        for element in template {
            match element {
                Element::Literal(literal) => {
                    let text = literals.next().filter(|text| !text.is_empty());
                    let span = self.place(self.range(literal));
                    parts.extend(text.map(|text| TemplatePart::Literal(text, span)));
                }
                Element::Interpolation(interpolation) => {
                    parts.push(TemplatePart::Interpolation(self.expr(&interpolation.expr, depth)));
                }
                Element::Directive(directive) => parts.push(match directive.as_ref() {
                    Directive::If(directive) => self.template_if(directive, literals, depth.saturating_add(1)),
                    Directive::For(directive) => self.template_for(directive, literals, depth.saturating_add(1)),
                }),
            }
        }
        parts
    }

    fn template_if(&mut self, directive: &IfDirective, literals: &mut LiteralTexts, depth: usize) -> TemplatePart {
        let condition = self.expr(&directive.if_expr.cond_expr, depth);
        let then = self.parts(&directive.if_expr.template, literals, depth);
        let otherwise = match &directive.else_expr {
            Some(otherwise) => self.parts(&otherwise.template, literals, depth),
            None => Vec::new(),
        };
        TemplatePart::If(Box::new(TemplateIf { condition, then, otherwise }))
    }

    fn template_for(&mut self, directive: &ForDirective, literals: &mut LiteralTexts, depth: usize) -> TemplatePart {
        let intro = &directive.for_expr;
        TemplatePart::For(Box::new(TemplateFor {
            key: intro.key_var.as_ref().map(|name| self.name(name)),
            value: self.name(&intro.value_var),
            collection: self.expr(&intro.collection_expr, depth),
            body: self.parts(&intro.template, literals, depth),
        }))
    }
}

/// Heredocs have no other escapes.
fn unescape(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}

/// Applies `~`, which removes the adjacent whitespace; in a heredoc, no further than the line.
fn strip(pieces: &mut [FlatPiece]) {
    let mut strips_next = false;
    for at in 0..pieces.len() {
        let (before, rest) = pieces.split_at_mut(at);
        match (before.last_mut(), rest.first_mut()) {
            (_, Some(FlatPiece::Literal(lines))) => {
                if let Some(line) = lines.first_mut().filter(|_| strips_next) {
                    *line = line.trim_start().to_owned();
                }
                strips_next = false;
            }
            (before, Some(FlatPiece::Sequence(strip))) => {
                if let Some(FlatPiece::Literal(lines)) = before.filter(|_| strip.strip_start())
                    && let Some(line) = lines.last_mut()
                {
                    line.truncate(line.trim_end().len());
                }
                strips_next = strip.strip_end();
            }
            (_, None) => {}
        }
    }
}

/// Applies `<<-`, which removes the common indentation of all lines.
fn remove_indent(pieces: &mut [FlatPiece]) {
    let mut indented = Vec::new();
    let mut least = usize::MAX;
    let mut starts_line = true;
    for piece in pieces {
        match piece {
            FlatPiece::Sequence(_) if starts_line => {
                least = 0;
                starts_line = false;
            }
            FlatPiece::Sequence(_) => {}
            FlatPiece::Literal(lines) => {
                for line in lines {
                    let is_blank = line.ends_with('\n') && line.trim().is_empty();
                    let continues = !std::mem::replace(&mut starts_line, line.ends_with('\n'));
                    if !continues && !is_blank {
                        least = least.min(line.chars().take_while(|c| c.is_whitespace()).count());
                        indented.push(line);
                    }
                }
            }
        }
    }
    for line in indented {
        *line = line.chars().skip(least).collect();
    }
}
