//! Parses CSV as Go's `encoding/csv` does.

use std::collections::BTreeMap;
use std::ops::Range;

use super::documents::DecodedOrigin;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult, MAX_ELEMENTS};
use crate::value::{Data, Field, ListKind, Object, Traced};

/// The bytes of a text that are decoded per step.
const BYTES_PER_STEP: usize = 16;

/// A list of objects, with attribute names from the first line.
pub(super) fn csvdecode(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(0)?;
    call.charge(text.len(), BYTES_PER_STEP);
    let place = DecodedOrigin::of(call, &text);
    let mut records = Records { rest: &text, start: 0, next: 0 };
    let names = records.next().ok_or_else(|| FunctionFailure::failed("the header line is missing"))??;
    let mut rows = Vec::new();
    let mut size = 0_usize;
    for record in records {
        let record = record?;
        size = size.saturating_add(record.len());
        if size > MAX_ELEMENTS {
            return Err(FunctionFailure::too_many());
        }
        rows.push(row(call, place, &names, record)?);
    }
    let distinct: BTreeMap<&String, ()> = names.iter().map(|name| (&name.text, ())).collect();
    if distinct.len() != names.len() {
        return Err(FunctionFailure::failed("two columns have the same name"));
    }
    FunctionOutcome::list(ListKind::List, rows)
}

fn row(
    call: &EvaluatedCall<'_>,
    place: DecodedOrigin,
    names: &[CsvField],
    record: Vec<CsvField>,
) -> Result<Traced<Data>, FunctionFailure> {
    if record.len() != names.len() {
        return Err(FunctionFailure::failed("a line has a different number of values than the header"));
    }
    let start = record.first().map_or(0, |value| value.place.start);
    let end = record.last().map_or(0, |value| value.place.end);
    let span = place.span(call, start..end);
    let fields: BTreeMap<&String, (&CsvField, CsvField)> =
        names.iter().zip(record).map(|(name, value)| (&name.text, (name, value))).collect();
    let fields = fields.into_values().map(|(name, value)| Field {
        key: name.text.clone(),
        key_span: place.span(call, name.place.clone()),
        value: Traced::written(Data::String(value.text), place.span(call, value.place)),
    });
    Ok(Traced::written(Data::Object(Object::new(span, fields.collect())), span))
}

/// A value in a record. Its place includes the quotes.
struct CsvField {
    text: String,
    place: Range<usize>,
}

/// An iterator over the records of a text.
struct Records<'a> {
    rest: &'a str,
    /// The start of the last line that was read.
    start: usize,
    /// The start of `rest`.
    next: usize,
}

impl Iterator for Records<'_> {
    type Item = Result<Vec<CsvField>, FunctionFailure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.line()?;
            if !line.is_empty() && line != "\n" {
                return Some(self.record(&line));
            }
        }
    }
}

impl Records<'_> {
    /// The next line, including its line feed if it has one.
    fn line(&mut self) -> Option<String> {
        let end = self.rest.find('\n').map_or(self.rest.len(), |end| end.saturating_add(1));
        let (line, rest) = self.rest.split_at_checked(end).filter(|(line, _)| !line.is_empty())?;
        self.rest = rest;
        (self.start, self.next) = (self.next, self.next.saturating_add(end));
        Some(match (line.strip_suffix("\r\n"), line.strip_suffix('\r')) {
            (Some(text), _) => format!("{text}\n"),
            (None, Some(text)) if rest.is_empty() => text.to_owned(),
            (None, _) => line.to_owned(),
        })
    }

    /// The values of the record that begins with this line.
    fn record(&mut self, line: &str) -> Result<Vec<CsvField>, FunctionFailure> {
        let mut values = Vec::new();
        let mut line = line.to_owned();
        let mut at = 0;
        loop {
            let rest = line.get(at..).unwrap_or_default();
            if rest.starts_with('"') {
                let start = self.start.saturating_add(at);
                let (text, last, next) = self.quoted(line, at.saturating_add(1))?;
                values.push(CsvField { text, place: start..self.start.saturating_add(next) });
                line = last;
                let after = line.get(next..).unwrap_or_default();
                match after {
                    "" | "\n" => return Ok(values),
                    _ if after.starts_with(',') => at = next.saturating_add(1),
                    _ => return Err(FunctionFailure::failed("there is text after the quotes of a value")),
                }
                continue;
            }
            let (value, is_last) = match rest.find(',') {
                Some(comma) => (rest.get(..comma).unwrap_or_default(), false),
                None => (rest.strip_suffix('\n').unwrap_or(rest), true),
            };
            if value.contains('"') {
                return Err(FunctionFailure::failed("there are quotes in a value that doesn't begin with them"));
            }
            let start = self.start.saturating_add(at);
            values.push(CsvField { text: value.to_owned(), place: start..start.saturating_add(value.len()) });
            if is_last {
                return Ok(values);
            }
            at = at.saturating_add(value.len()).saturating_add(1);
        }
    }

    /// Reads a quoted value, which may span several lines. Returns it with its last line and the position after the
    /// closing quote in that line.
    fn quoted(&mut self, mut line: String, mut at: usize) -> Result<(String, String, usize), FunctionFailure> {
        let mut value = String::new();
        loop {
            let rest = line.get(at..).unwrap_or_default();
            let Some(quote) = rest.find('"') else {
                value.push_str(rest);
                line = self.line().ok_or_else(|| FunctionFailure::failed("the quotes of a value don't end"))?;
                at = 0;
                continue;
            };
            value.push_str(rest.get(..quote).unwrap_or_default());
            at = at.saturating_add(quote).saturating_add(1);
            if !line.get(at..).unwrap_or_default().starts_with('"') {
                return Ok((value, line, at));
            }
            value.push('"');
            at = at.saturating_add(1);
        }
    }
}
