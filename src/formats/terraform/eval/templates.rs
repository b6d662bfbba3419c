//! Strings with `${…}` and `%{…}`.

use super::operators::text;
use super::{Evaluator, computed};
use crate::source::Span;
use crate::syntax::hcl::{Part, TemplateFor, TemplateIf};
use crate::value::{Data, Known, Maybe, Traced, Unknown, Why};

/// Longer strings are given up, in bytes.
pub(super) const MAX_STRING: usize = 1 << 20;

/// A template as far as it has been written.
#[derive(Default)]
struct Written {
    text: String,
    /// Why it isn't known: the reason of its first such part, unless the user can do something about another one.
    unknown: Option<Why>,
    /// Whether some text is certain to be in it.
    is_set: bool,
}

impl Evaluator<'_> {
    pub(super) fn template(&self, parts: &[Part], span: Span) -> Maybe<Data> {
        let mut written = Written::default();
        if let Err(why) = self.write(parts, &mut written) {
            return computed(self.at(&format!("a template of {}", why.symbol()), span), &why, None);
        }
        self.finished(written)
    }

    /// What `join` and `format` make of texts that aren't all known: the same as a template of them.
    pub(super) fn composed(&self, function: &str, arguments: &[Traced<Data>]) -> Option<Maybe<Data>> {
        let pieces = match function {
            "join" => joined(arguments)?,
            "format" => formatted(arguments)?,
            _ => return None,
        };
        if let [only @ Unknown(Why::AtDeployment { .. } | Why::Composed { .. })] = pieces.as_slice() {
            return Some(only.clone());
        }
        if !pieces.iter().any(|piece| matches!(piece, Unknown(_))) {
            return None;
        }
        let mut written = Written::default();
        for piece in pieces {
            written.is_set |= matches!(&piece, Known(Data::String(text)) if !text.is_empty());
            self.interpolate(piece, &mut written).ok()?;
        }
        Some(self.finished(written))
    }

    fn finished(&self, written: Written) -> Maybe<Data> {
        // It may be a list, which is no part of a string.
        written.unknown.iter().for_each(|why| self.note_doubt(why));
        match written.unknown {
            None => Known(Data::String(written.text)),
            Some(why) if written.is_set && !why.is_failure() => {
                Unknown(Why::Composed { reference: format!("\"{}\"", written.text), cause: Box::new(why) })
            }
            Some(why) => computed(format!("\"{}\"", written.text), &why, None),
        }
    }

    fn write(&self, parts: &[Part], written: &mut Written) -> Result<(), Why> {
        for part in parts {
            match part {
                Part::Literal(literal) => {
                    written.is_set |= !literal.is_empty();
                    written.text.push_str(literal);
                }
                Part::Interpolation(expr) => self.interpolate(self.eval(expr).value, written)?,
                Part::If(directive) => self.write_if(directive, written)?,
                Part::For(directive) => self.write_for(directive, written)?,
            }
            if written.text.len() > MAX_STRING {
                return Err(Why::OverLimit { limit: "the length of a string" });
            }
        }
        Ok(())
    }

    fn interpolate(&self, value: Maybe<Data>, written: &mut Written) -> Result<(), Why> {
        match value {
            Known(data) => match text(&data) {
                Some(text) => written.text.push_str(&text),
                None => return Err(Why::Failed { message: format!("{} can't be part of a string", data.shown()) }),
            },
            Unknown(why) if why.is_failure() => return Err(why),
            Unknown(why) => {
                written.text.push_str(&format!("${{{}}}", why.symbol()));
                written.is_set |= why.is_set();
                written.unknown = Some(match written.unknown.take() {
                    Some(first) => first.nearer(why),
                    None => why,
                });
            }
        }
        Ok(())
    }

    fn write_if(&self, directive: &TemplateIf, written: &mut Written) -> Result<(), Why> {
        match self.condition(self.eval(&directive.condition).value) {
            Known(true) => self.write(&directive.then, written),
            Known(false) => self.write(&directive.otherwise, written),
            Unknown(why) => Err(why),
        }
    }

    fn write_for(&self, directive: &TemplateFor, written: &mut Written) -> Result<(), Why> {
        let collection = self.eval(&directive.collection);
        let key = directive.key.as_ref().map(|name| name.text.as_str());
        for names in self.iterate(&collection, key, &directive.value.text)? {
            self.with(names).write(&directive.body, written)?;
        }
        Ok(())
    }
}

/// The elements of one list with the separator between them.
fn joined(arguments: &[Traced<Data>]) -> Option<Vec<Maybe<Data>>> {
    let [separator, Traced { value: Known(Data::List(list)), .. }] = arguments else { return None };
    let mut pieces = Vec::new();
    for item in &list.items {
        if !pieces.is_empty() {
            pieces.push(separator.value.clone());
        }
        pieces.push(item.value.clone());
    }
    Some(pieces)
}

/// The text of a format with the arguments in the places of its `%s`; nothing if there are other verbs.
fn formatted(arguments: &[Traced<Data>]) -> Option<Vec<Maybe<Data>>> {
    let (format, arguments) = arguments.split_first()?;
    let Known(Data::String(format)) = &format.value else { return None };
    let literals: Vec<&str> = format.split("%s").collect();
    let fits = literals.len() == arguments.len().saturating_add(1) && !literals.iter().any(|text| text.contains('%'));
    if !fits {
        return None;
    }
    let mut values = arguments.iter().map(|argument| argument.value.clone());
    let mut pieces = Vec::new();
    for literal in literals {
        pieces.push(Known(Data::String(literal.to_owned())));
        pieces.extend(values.next());
    }
    Some(pieces)
}
