//! Rows from text with values between commas, as Go's `encoding/csv` reads it.

use std::collections::BTreeMap;

use super::{Call, Given, MAX_ELEMENTS, Outcome, Stop};
use crate::value::{Data, ListKind, Object};

/// A list of objects, whose attributes the first line names.
pub(super) fn csvdecode(call: &Call<'_>) -> Outcome {
    let text = call.string(0)?;
    let mut records = Records { rest: &text };
    let names = records.next().ok_or_else(|| Stop::failed("the line with the names is missing"))??;
    let mut rows = Vec::new();
    let mut size = 0_usize;
    for record in records {
        let record = record?;
        size = size.saturating_add(record.len());
        if size > MAX_ELEMENTS {
            return Err(Stop::too_many());
        }
        rows.push(call.made(Data::Object(row(call, &names, record)?)));
    }
    let distinct: BTreeMap<&String, ()> = names.iter().map(|name| (name, ())).collect();
    if distinct.len() != names.len() {
        return Err(Stop::failed("two columns have one name"));
    }
    Given::list(ListKind::List, rows)
}

fn row(call: &Call<'_>, names: &[String], record: Vec<String>) -> Result<Object, Stop> {
    if record.len() != names.len() {
        return Err(Stop::failed("a line has another number of values than the first"));
    }
    let fields: BTreeMap<&String, String> = names.iter().zip(record).collect();
    let field = |(name, value): (&String, String)| call.field(name.clone(), call.made(Data::String(value)));
    Ok(Object::new(call.span, fields.into_iter().map(field).collect()))
}

/// The records of a text, one after the other.
struct Records<'a> {
    rest: &'a str,
}

impl Iterator for Records<'_> {
    type Item = Result<Vec<String>, Stop>;

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
    /// The next line with its end, which is a line feed or nothing.
    fn line(&mut self) -> Option<String> {
        let end = self.rest.find('\n').map_or(self.rest.len(), |end| end.saturating_add(1));
        let (line, rest) = self.rest.split_at_checked(end).filter(|(line, _)| !line.is_empty())?;
        self.rest = rest;
        Some(match (line.strip_suffix("\r\n"), line.strip_suffix('\r')) {
            (Some(text), _) => format!("{text}\n"),
            (None, Some(text)) if rest.is_empty() => text.to_owned(),
            (None, _) => line.to_owned(),
        })
    }

    /// The values of a record that begins with this line.
    fn record(&mut self, line: &str) -> Result<Vec<String>, Stop> {
        let mut values = Vec::new();
        let mut line = line.to_owned();
        let mut at = 0;
        loop {
            let rest = line.get(at..).unwrap_or_default();
            if rest.starts_with('"') {
                let (value, last, next) = self.quoted(line, at.saturating_add(1))?;
                values.push(value);
                line = last;
                let after = line.get(next..).unwrap_or_default();
                match after {
                    "" | "\n" => return Ok(values),
                    _ if after.starts_with(',') => at = next.saturating_add(1),
                    _ => return Err(Stop::failed("there is text after the quotes of a value")),
                }
                continue;
            }
            let (value, is_last) = match rest.find(',') {
                Some(comma) => (rest.get(..comma).unwrap_or_default(), false),
                None => (rest.strip_suffix('\n').unwrap_or(rest), true),
            };
            if value.contains('"') {
                return Err(Stop::failed("there are quotes in a value that doesn't begin with them"));
            }
            values.push(value.to_owned());
            if is_last {
                return Ok(values);
            }
            at = at.saturating_add(value.len()).saturating_add(1);
        }
    }

    /// A value in quotes, perhaps over several lines, with its last line and the place after the quotes there.
    fn quoted(&mut self, mut line: String, mut at: usize) -> Result<(String, String, usize), Stop> {
        let mut value = String::new();
        loop {
            let rest = line.get(at..).unwrap_or_default();
            let Some(quote) = rest.find('"') else {
                value.push_str(rest);
                line = self.line().ok_or_else(|| Stop::failed("the quotes of a value don't end"))?;
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
