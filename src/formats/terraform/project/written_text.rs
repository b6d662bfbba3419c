//! A text that code contains or computes: its lines with their places, and the values that the code inserts.

use crate::formats::Insertion;
use crate::formats::terraform::language::functions::json::write_string;
use crate::formats::terraform::language::numbers;
use crate::source::{FileId, LineWithin, Sources, Span};
use crate::value::{Data, Known, Reason, Traced, Unknown, insertion_mark};

/// The maximum depth of collections in a template that is encoded.
const MAX_DEPTH: usize = 64;

/// Decides an unknown value, if the world has decided it.
type Decide<'d> = &'d dyn Fn(Traced<Data>) -> Traced<Data>;

/// A text that is being written.
pub(super) struct WrittenText {
    pub(super) text: String,
    /// The expression or the file that contains it.
    pub(super) place: Span,
    /// The places of its lines.
    lines: Vec<Option<LinePlace>>,
    pub(super) insertions: Vec<Insertion>,
}

/// The place of a line.
#[derive(Clone, Copy)]
enum LinePlace {
    /// The line of a file at an offset.
    Line(FileId, u32),
    /// An expression.
    Expression(Span),
}

impl WrittenText {
    /// An empty text of an expression or a file.
    pub(super) fn at(place: Span) -> Self {
        Self { text: String::new(), place, lines: vec![None], insertions: Vec::new() }
    }

    /// Adds the text of an expression: a heredoc, a string, or a whole file.
    pub(super) fn expression(&mut self, text: &str, place: Span, sources: &Sources) {
        let file = sources.file(place.file);
        let mut outer = lines_of(file.slice(place), place.start);
        if let Some((_, first)) = outer.first().filter(|(_, first)| first.starts_with("<<")).copied() {
            // The first line has the marker of the heredoc, and so has the last one, if the span contains it.
            outer.remove(0);
            let marker = first.trim_start_matches(['<', '-']).trim();
            outer.pop_if(|(_, last)| last.trim() == marker);
        }
        self.add_lines(text, &outer, place.file);
    }

    /// Adds a literal part of a template.
    pub(super) fn literal(&mut self, text: &str, place: Span, sources: &Sources) {
        let file = sources.file(place.file);
        self.add_lines(text, &lines_of(file.slice(place), place.start), place.file);
    }

    /// Adds a value that the code inserts; an unknown one is a mark.
    pub(super) fn insert(&mut self, text: Option<&str>, place: Span, value: Traced<Data>) {
        let mark = text.is_none().then(|| insertion_mark(self.insertions.len()));
        let text = text.or(mark.as_deref()).unwrap_or_default();
        let start = self.text.len();
        let here = LinePlace::Line(place.file, place.start);
        for line in text.split_inclusive('\n') {
            self.add_line(line, Some(here));
        }
        self.insertions.push(Insertion { range: start..self.text.len(), value });
    }

    /// Adds the JSON of a value, with a line for each key and each value.
    pub(super) fn encode(&mut self, value: &Traced<Data>, decide: Decide<'_>) -> Result<(), Reason> {
        self.encode_value(value, "", 0, decide)
    }

    fn encode_value(
        &mut self,
        value: &Traced<Data>,
        end: &str,
        depth: usize,
        decide: Decide<'_>,
    ) -> Result<(), Reason> {
        if depth > MAX_DEPTH {
            return Err(Reason::OverLimit { limit: "nested collections" });
        }
        let depth = depth.saturating_add(1);
        let value = value.with_hops_on_members();
        let place = value.origin.span();
        match &value.value {
            Known(Data::List(list)) => {
                self.add_token("[", "", place);
                for (index, item) in list.items.iter().enumerate() {
                    let is_last = index.saturating_add(1) == list.items.len();
                    self.encode_value(item, if is_last { "" } else { "," }, depth, decide)?;
                }
                self.add_token("]", end, place);
            }
            Known(Data::Object(object)) => {
                if let Some(why) = &object.rest {
                    return Err((**why).clone());
                }
                self.add_token("{", "", place);
                for (index, field) in object.fields.iter().enumerate() {
                    let is_last = index.saturating_add(1) == object.fields.len();
                    let mut key = String::new();
                    write_string(&field.key, &mut key);
                    self.add_token(&key, ":", field.key_span);
                    self.encode_value(&field.value, if is_last { "" } else { "," }, depth, decide)?;
                }
                self.add_token("}", end, place);
            }
            Known(scalar) => self.encode_scalar(&json_of(scalar), end, value.into_owned()),
            Unknown(_) => {
                let decided = decide(value.into_owned());
                match &decided.value {
                    Known(scalar @ (Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_))) => {
                        self.encode_scalar(&json_of(scalar), end, decided);
                    }
                    Known(_) => return Err(Reason::Unreadable),
                    Unknown(why) if why.is_failure() => return Err(why.clone()),
                    Unknown(_) => {
                        let mark = format!("\"{}\"", insertion_mark(self.insertions.len()));
                        self.encode_scalar(&mark, end, decided);
                    }
                }
            }
        }
        Ok(())
    }

    fn encode_scalar(&mut self, json: &str, end: &str, value: Traced<Data>) {
        let start = self.text.len();
        self.add_token(json, end, value.origin.span());
        let range = start..start.saturating_add(json.len());
        if !value.hops.is_empty() || matches!(value.value, Unknown(_)) {
            self.insertions.push(Insertion { range, value });
        }
    }

    /// Adds a line that an expression represents.
    fn add_token(&mut self, text: &str, end: &str, place: Span) {
        self.add_line(&format!("{text}{end}\n"), Some(LinePlace::Expression(place)));
    }

    /// Adds lines, each with the place of the line with the same text.
    fn add_lines(&mut self, text: &str, outer: &[(u32, &str)], file: FileId) {
        let own: Vec<&str> = text.split_inclusive('\n').collect();
        let is_same_number = own.len() == outer.len();
        let mut next = 0;
        for (index, line) in own.iter().enumerate() {
            let found = if is_same_number {
                Some(index)
            } else {
                let rest = outer.iter().enumerate().skip(next);
                rest.filter(|(_, (_, outer))| is_same(outer, line)).map(|(index, _)| index).next()
            };
            next = found.map_or(next, |found| found.saturating_add(1));
            let place = found.and_then(|found| outer.get(found)).map(|(start, _)| LinePlace::Line(file, *start));
            self.add_line(line, place);
        }
    }

    /// Adds a line, or a part of one. The place of its first part counts.
    fn add_line(&mut self, line: &str, place: Option<LinePlace>) {
        self.text.push_str(line);
        if let Some(last) = self.lines.last_mut() {
            *last = last.or(place);
        }
        if line.ends_with('\n') {
            self.lines.push(None);
        }
    }

    /// The places of the lines.
    pub(super) fn places(&self, sources: &Sources) -> Vec<Option<LineWithin>> {
        let own = self.text.split('\n');
        own.zip(&self.lines).map(|(own, place)| (*place).map(|place| place.of(own, sources))).collect()
    }
}

impl LinePlace {
    fn of(self, own: &str, sources: &Sources) -> LineWithin {
        let span = match self {
            LinePlace::Expression(span) => span,
            LinePlace::Line(file, offset) => {
                let text = sources.file(file);
                let (start, end) = text.line_bounds(text.line(offset));
                let line = text.slice(Span { file, start, end });
                let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
                let indent = length(line).saturating_sub(length(line.trim_start()));
                let end = start.saturating_add(length(line.trim_end()));
                Span { file, start: start.saturating_add(indent).min(end), end }
            }
        };
        let outer = sources.file(span.file).slice(span).to_owned();
        let indent = own.len().saturating_sub(own.trim_start().len());
        let is_same = own.trim() == outer || own.trim().trim_end_matches([',', ':']) == outer;
        LineWithin { span, indent: u32::try_from(indent).ok().filter(|_| is_same) }
    }
}

/// The lines of a text that begins at an offset, with their offsets.
fn lines_of(text: &str, start: u32) -> Vec<(u32, &str)> {
    let mut lines = Vec::new();
    let mut start = start;
    for line in text.split_inclusive('\n') {
        lines.push((start, line));
        start = start.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
    }
    lines
}

/// True if a line of a heredoc has this text.
fn is_same(written: &str, text: &str) -> bool {
    let written = written.trim();
    written == text.trim() || written.replace("$${", "${").replace("%%{", "%{") == text.trim()
}

fn json_of(scalar: &Data) -> String {
    match scalar {
        Data::Null => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => numbers::show(*number),
        Data::String(string) => {
            let mut text = String::new();
            write_string(string, &mut text);
            text
        }
        Data::List(_) | Data::Object(_) => String::new(),
    }
}
