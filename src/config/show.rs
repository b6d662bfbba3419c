//! The configuration for people and editors: the settings that hold, each with its origin, and the JSON Schema.

use std::collections::BTreeMap;

use super::{Config, ConfigurationSource, SettingOrigin, Settings};
use crate::rules::ADDRESSES;
use crate::source::{SourceFile, Sources};

/// A setting with its effective value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveSetting {
    /// Its key; `table.key` within a table.
    pub key: String,
    /// The value in TOML.
    pub value: String,
    /// The file, option or variable that sets it, or its default.
    pub origin: String,
}

/// An option that overrides a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Its key; `table.key` within a table.
    pub key: String,
    /// The values of the option.
    pub texts: Vec<String>,
    /// The option, or the variable of the environment.
    pub origin: String,
}

/// The JSON Schema of a configuration file, as it follows from [`Settings`].
pub(super) const SCHEMA: &str = include_str!("schema.json");

/// The schema with its `$id`, if the site has an address. The number is the version of the format.
pub fn schema() -> String {
    match ADDRESSES.schema("config-1") {
        Some(address) => SCHEMA.replacen("{\n", &format!("{{\n  \"$id\": \"{address}\",\n"), 1),
        None => SCHEMA.to_owned(),
    }
}

impl Config {
    /// All settings with their values, in the order of their keys.
    pub fn show(&self, sources: &Sources, overrides: &[Override]) -> Vec<EffectiveSetting> {
        self.show_with(&|file| sources.file_display_name(file), sources, overrides)
    }

    /// All settings, with the names that `name` gives to the files that set them.
    pub fn show_with(
        &self,
        name: &dyn Fn(&SourceFile) -> String,
        sources: &Sources,
        overrides: &[Override],
    ) -> Vec<EffectiveSetting> {
        let mut values = flattened(toml::Table::try_from(Settings::default()).unwrap_or_default());
        values.extend(flattened(self.written.clone()));
        let shown = values.iter().filter(|(key, _)| *key != "extend").map(|(key, value)| {
            let origin =
                self.origins.get(key).map_or_else(|| "default".to_owned(), |origin| origin.place(name, sources));
            (key.clone(), EffectiveSetting { key: key.clone(), value: value.to_string(), origin })
        });
        let mut shown: BTreeMap<String, EffectiveSetting> = shown.collect();
        for Override { key, texts, origin } in overrides {
            let is_level = key.starts_with("levels.");
            let like = values.get(key).filter(|_| !is_level);
            if is_level || like.is_some() {
                let value = typed(texts, like).to_string();
                shown.insert(key.clone(), EffectiveSetting { key: key.clone(), value, origin: origin.clone() });
            }
        }
        shown.into_values().collect()
    }
}

/// The entries of tables by `table.key`.
fn flattened(table: toml::Table) -> BTreeMap<String, toml::Value> {
    table
        .into_iter()
        .flat_map(|(key, value)| match value {
            toml::Value::Table(inner) => {
                inner.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)).collect()
            }
            value => vec![(key, value)],
        })
        .collect()
}

impl SettingOrigin {
    fn place(&self, name: &dyn Fn(&SourceFile) -> String, sources: &Sources) -> String {
        let file = sources.file(self.span.file);
        if self.source == ConfigurationSource::Argument {
            return file.name.clone();
        }
        let position = file.position(self.span.start);
        format!("{}:{}:{}", name(&file), position.line, position.column)
    }
}

/// Texts as a value of the same type as another one.
fn typed(texts: &[String], like: Option<&toml::Value>) -> toml::Value {
    let first = texts.first().cloned().unwrap_or_default();
    match like {
        Some(toml::Value::Array(_)) => texts.iter().cloned().map(toml::Value::String).collect::<Vec<_>>().into(),
        Some(toml::Value::Boolean(_)) => toml::Value::Boolean(first == "true"),
        _ => toml::Value::String(first),
    }
}
