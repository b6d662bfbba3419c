//! A layer of the configuration: parses one TOML text into keys with their locations, or reports an error with its
//! location.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::{ConfigurationSource, SettingOrigin, Settings, renamed};
use crate::error::{Error, FileLocation};
use crate::named::closest;
use crate::report::Renamed;
use crate::source::{FileId, Sources, Span};

/// The largest configuration that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Keys with their values and locations.
#[derive(Debug, Default)]
pub(super) struct SettingsLayer {
    pub(super) table: toml::Table,
    pub(super) origins: BTreeMap<String, SettingOrigin>,
    /// The directory of the last file; `None` if the layer has settings of the command line only.
    pub(super) directory: Option<PathBuf>,
    /// The former ids of rules.
    pub(super) renamed: Vec<Renamed>,
}

/// The directory to which the paths of a text are relative, and the trust in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerContext<'a> {
    pub(super) directory: &'a Path,
    pub(super) source: ConfigurationSource,
}

impl SettingsLayer {
    /// Reads a text of settings.
    pub(super) fn read(id: FileId, frame: LayerContext<'_>, sources: &Sources) -> Result<Self, Error> {
        let file = sources.file(id);
        let (offset, text) = file.body();
        let span =
            |range: Range<usize>| Span::new(id, offset.saturating_add(range.start), offset.saturating_add(range.end));
        if let Some(&at) = file.replaced.first() {
            return Err(error(Span { file: id, start: at, end: at }, "this byte isn't UTF-8".to_owned(), sources));
        }
        if text.len() > MAX_BYTES {
            return Err(error(span(0..0), "larger than 1 MB".to_owned(), sources));
        }
        let failed = |wrong: toml::de::Error| error(span(place(&wrong, text)), describe(&wrong), sources);
        let keys = DeTable::parse(text).map_err(failed)?;
        Settings::deserialize(toml::Deserializer::from(keys.clone())).map_err(failed)?;
        let mut table = toml::Table::deserialize(toml::Deserializer::from(keys.clone())).map_err(failed)?;
        let name = sources.file_display_name(&file);
        let renamed = renamed::replace(&mut table).iter().filter_map(|id| Renamed::of(id, &name)).collect();
        let directory = (frame.source != ConfigurationSource::Argument).then(|| frame.directory.to_owned());
        let origins = origins(keys.get_ref(), frame, &file.name, &span);
        let origins = origins.into_iter().map(|(key, origin)| (renamed::present_key(key), origin)).collect();
        Ok(Self { table, origins, directory, renamed })
    }

    /// Merges a layer into this one, which it overrides.
    pub(super) fn merge(&mut self, over: Self) {
        for (key, value) in over.table {
            match (self.table.get_mut(&key), value) {
                (Some(toml::Value::Table(own)), toml::Value::Table(other)) => own.extend(other),
                (_, value) => {
                    self.table.insert(key, value);
                }
            }
        }
        self.origins.extend(over.origins);
        self.renamed.extend(over.renamed);
        self.directory = over.directory.or(self.directory.take());
    }
}

fn origins(
    keys: &DeTable<'_>,
    frame: LayerContext<'_>,
    name: &str,
    span: &dyn Fn(Range<usize>) -> Span,
) -> BTreeMap<String, SettingOrigin> {
    let origin = |key: Range<usize>, value: &DeValue<'_>| SettingOrigin {
        span: span(key),
        items: value.as_array().into_iter().flatten().map(|item| span(item.span())).collect(),
        directory: frame.directory.to_owned(),
        name: name.to_owned(),
        source: frame.source,
    };
    let mut origins = BTreeMap::new();
    for (key, value) in keys {
        let within = value.get_ref().as_table().into_iter().flatten();
        let within = within.map(|(inner, value)| {
            (
                format!("{key}.{inner}", key = key.get_ref(), inner = inner.get_ref()),
                origin(inner.span(), value.get_ref()),
            )
        });
        origins.extend(within);
        origins.insert(key.get_ref().to_string(), origin(key.span(), value.get_ref()));
    }
    origins
}

/// An error at a location in a configuration.
pub(super) fn error(span: Span, message: String, sources: &Sources) -> Error {
    Error::Configuration { place: FileLocation::of(span, sources), message }
}

/// Returns the range of an error. For an element of a list the parser has the range of the list only, but the message
/// names the element.
fn place(error: &toml::de::Error, text: &str) -> Range<usize> {
    let whole = error.span().unwrap_or(0..0);
    let within = text.get(whole.clone()).unwrap_or_default();
    let named = error.message().split('`').nth(1).map(|name| format!("\"{name}\""));
    match named.and_then(|named| Some((within.find(&named)?, named.len()))) {
        Some((at, length)) => {
            let start = whole.start.saturating_add(at);
            start..start.saturating_add(length)
        }
        None => whole,
    }
}

/// Returns the message of a TOML error, reworded where the parser's message has no advice.
pub(super) fn describe(error: &toml::de::Error) -> String {
    let message = error.message().trim().replace('\n', "; ");
    let unknown = [
        ("unknown field `", "unknown key"),
        ("unknown variant `", "invalid value"),
        ("missing field `", "missing key"),
    ];
    for (start, words) in unknown {
        if let Some((name, rest)) = message.strip_prefix(start).and_then(|rest| rest.split_once('`')) {
            return format!("{words} `{name}`{}", suggestion(name, rest));
        }
    }
    if message == "wanted string or table" {
        return "invalid type, expected a string".to_owned();
    }
    if message.contains("duplicate key") {
        return format!(
            "{message}; write each of `ignore`, `root` and `module` either as one list or as `[[ignore]]`, `[[root]]` and `[[module]]`"
        );
    }
    message
}

/// Returns the expected name, in backticks in the message, that is most similar to the unknown one; else all of them.
fn suggestion(name: &str, expected: &str) -> String {
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    match closest(name, known.iter().copied()) {
        Some(known) => format!("; did you mean `{known}`?"),
        None if known.is_empty() => String::new(),
        None => match known.as_slice() {
            [first @ .., last] if !first.is_empty() => format!(": expected `{}` or `{last}`", first.join("`, `")),
            known => format!(": expected `{}`", known.join("`, `")),
        },
    }
}
