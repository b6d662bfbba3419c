//! Evaluates string templates with `${…}` and `%{…}`.

use super::evaluator::{Evaluator, computed};
use super::functions::json;
use super::lookup::Lookup;
use super::operators::text;
use super::unknowns::first_unknown_in;
use crate::source::Span;
use crate::syntax::hcl::{TemplateFor, TemplateIf, TemplatePart};
use crate::value::{Data, Known, Maybe, Reason, Traced, Unknown};

/// The maximum length of a string in bytes; a longer one is unknown.
pub(crate) const MAX_STRING: usize = 1 << 20;

/// The maximum length in bytes of JSON whose known parts are kept; a longer text can't be a policy.
const MAX_POLICY: usize = 64 * 1024;

/// The text of a template that has been evaluated so far.
#[derive(Default)]
struct WrittenTemplate {
    text: String,
    /// The reason why it is unknown: that of the first unknown part, or of a later one that the user can resolve.
    unknown: Option<Reason>,
    /// True if the text is certain not to be empty.
    is_set: bool,
}

impl<L: Lookup> Evaluator<'_, L> {
    pub(crate) fn template(&self, parts: &[TemplatePart], span: Span) -> Maybe<Data> {
        let mut written = WrittenTemplate::default();
        if let Err(why) = self.write(parts, &mut written) {
            return computed(self.at(&format!("a template of {}", why.symbol()), span), &why, None);
        }
        self.finished(written)
    }

    /// The result of `join`, `format` or `jsonencode` with partly unknown arguments, in the form of a template.
    pub(crate) fn composed(&self, function: &str, arguments: &[Traced<Data>]) -> Option<Maybe<Data>> {
        let pieces = match function {
            "join" => joined(arguments)?,
            "format" => formatted(arguments)?,
            "jsonencode" => return encoded(arguments),
            _ => return None,
        };
        self.joined_pieces(pieces)
    }

    /// The result of `formatlist` with partly unknown arguments, in the form of templates. An argument that isn't a
    /// list is used in each iteration.
    pub(crate) fn composed_list(&self, format: &Traced<Data>, arguments: &[Traced<Data>]) -> Option<Maybe<Data>> {
        let columns = arguments.iter().map(column).collect::<Option<Vec<_>>>()?;
        let is_open = columns.iter().flat_map(|(_, items)| items).any(|item| matches!(item.value, Unknown(_)));
        let rounds = columns.iter().filter(|(is_list, _)| *is_list).map(|(_, items)| items.len()).max().unwrap_or(1);
        if !is_open || columns.iter().any(|(is_list, items)| *is_list && items.len() != rounds) {
            return None;
        }
        let mut texts = Vec::new();
        for at in 0..rounds {
            let cells = columns.iter().map(|(is_list, items)| items.get(if *is_list { at } else { 0 }).cloned());
            let cells = cells.collect::<Option<Vec<_>>>()?;
            let value = self.joined_pieces(formatted(&[std::slice::from_ref(format), cells.as_slice()].concat())?)?;
            texts.push(format.clone().map(|_| value));
        }
        Some(Known(Data::tuple(texts)))
    }

    fn joined_pieces(&self, pieces: Vec<Maybe<Data>>) -> Option<Maybe<Data>> {
        if let [
            only @ Unknown(
                Reason::AtDeployment { .. }
                | Reason::AwsKey { .. }
                | Reason::Undeclared { .. }
                | Reason::Composed { .. },
            ),
        ] = pieces.as_slice()
        {
            return Some(only.clone());
        }
        if !pieces.iter().any(|piece| matches!(piece, Unknown(_))) {
            return None;
        }
        let mut written = WrittenTemplate::default();
        for piece in pieces {
            self.note_possible_list(&piece);
            written.is_set |= matches!(&piece, Known(Data::String(text)) if !text.is_empty());
            self.interpolate(piece, &mut written).ok()?;
        }
        Some(self.finished(written))
    }

    /// Records that a value may be a list, which would make the template fail.
    fn note_possible_list(&self, value: &Maybe<Data>) {
        if let Unknown(why) = value {
            self.note_possible_failure(why);
        }
    }

    fn finished(&self, written: WrittenTemplate) -> Maybe<Data> {
        match written.unknown {
            None => Known(Data::String(written.text)),
            Some(why) if written.is_set && !why.is_failure() => {
                Unknown(Reason::Composed { reference: format!("\"{}\"", written.text), cause: Box::new(why) })
            }
            Some(why) => computed(format!("\"{}\"", written.text), &why, None),
        }
    }

    fn write(&self, parts: &[TemplatePart], written: &mut WrittenTemplate) -> Result<(), Reason> {
        for part in parts {
            match part {
                TemplatePart::Literal(literal, _) => {
                    written.is_set |= !literal.is_empty();
                    written.text.push_str(literal);
                }
                TemplatePart::Interpolation(expr) => {
                    let value = self.eval(expr).value;
                    let is_text = match &value {
                        Unknown(why @ Reason::AtDeployment { is_set: true, .. }) => L::is_certain(self, expr, why),
                        Known(_) | Unknown(_) => false,
                    };
                    if !is_text {
                        self.note_possible_list(&value);
                    }
                    self.interpolate(value, written)?;
                }
                TemplatePart::If(directive) => self.write_if(directive, written)?,
                TemplatePart::For(directive) => self.write_for(directive, written)?,
            }
            if written.text.len() > MAX_STRING {
                return Err(Reason::OverLimit { limit: "the length of a string" });
            }
        }
        Ok(())
    }

    fn interpolate(&self, value: Maybe<Data>, written: &mut WrittenTemplate) -> Result<(), Reason> {
        match value {
            Known(data) => match text(&data) {
                Some(text) => written.text.push_str(&text),
                None => return Err(Reason::Failed { message: format!("{} can't be part of a string", data.shown()) }),
            },
            Unknown(why) if why.is_failure() => return Err(why),
            Unknown(why) => {
                written.text.push_str(&format!("${{{}}}", why.symbol()));
                written.is_set |= why.is_set();
                written.unknown = Some(match written.unknown.take() {
                    Some(first) => first.more_actionable(why),
                    None => why,
                });
            }
        }
        Ok(())
    }

    fn write_if(&self, directive: &TemplateIf, written: &mut WrittenTemplate) -> Result<(), Reason> {
        match self.condition(self.eval(&directive.condition).value) {
            Known(true) => self.write(&directive.then, written),
            Known(false) => self.write(&directive.otherwise, written),
            Unknown(why) => Err(why),
        }
    }

    fn write_for(&self, directive: &TemplateFor, written: &mut WrittenTemplate) -> Result<(), Reason> {
        let collection = self.eval(&directive.collection);
        let key = directive.key.as_ref().map(|name| name.text.as_str());
        for names in self.iterate(&collection, key, &directive.value.text)? {
            self.with(names).write(&directive.body, written)?;
        }
        Ok(())
    }
}

/// The elements of an argument and true if it's a list, otherwise the argument and false.
fn column(argument: &Traced<Data>) -> Option<(bool, Vec<Traced<Data>>)> {
    match &argument.value {
        Known(Data::List(list)) => Some((true, list.items.clone())),
        Known(Data::Null | Data::Object(_)) => None,
        Known(_) => Some((false, vec![argument.clone()])),
        Unknown(why) => is_text(why).then(|| (false, vec![argument.clone()])),
    }
}

fn is_text(why: &Reason) -> bool {
    matches!(
        why,
        Reason::AtDeployment { is_set: true, .. }
            | Reason::AwsKey { .. }
            | Reason::Undeclared { is_set: true, .. }
            | Reason::Composed { .. }
    )
}

/// The JSON of a partly known value, in which each unknown part is a text.
fn encoded(arguments: &[Traced<Data>]) -> Option<Maybe<Data>> {
    let [Traced { value: Known(data), .. }] = arguments else { return None };
    let cause = first_unknown_in(data).filter(|why| !why.is_failure())?.clone();
    let text = json::template(data);
    (text.len() <= MAX_POLICY)
        .then(|| Unknown(Reason::Composed { reference: format!("\"{text}\""), cause: Box::new(cause) }))
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

/// The parts of a format with the arguments in the places of its `%s`; `None` if it has other verbs.
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
