//! The editor's settings, which correspond to command-line options.
//!
//! They are sent with `initialize`, with each change, and, for each folder, in response to a request. Later ones take
//! precedence.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The section of the editor's settings that belongs to this program.
pub(super) const SECTION: &str = "trailint";

/// Settings that only the editor extension uses.
const OF_EDITOR: [&str; 3] = ["enable", "path", "trace"];

/// A command-line option that is set in the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditorSetting {
    /// The name of the option, without leading hyphens.
    pub name: String,
    pub value: SettingValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// The state of an option without a value.
    Flag(bool),
    /// The values of an option, as on the command line.
    Texts(Vec<String>),
}

/// The settings from all sources.
#[derive(Debug, Default)]
pub(super) struct EditorSettings {
    /// From `initialize`.
    initial: Map<String, Value>,
    /// From the last change notification.
    notified: Map<String, Value>,
    /// From the answers to requests, by the URI of the folder; `None` for documents outside of all folders.
    requested: BTreeMap<Option<String>, Map<String, Value>>,
}

impl EditorSettings {
    pub(super) fn start(&mut self, options: &Value) {
        self.initial = section(options);
    }

    /// Sets the settings from a change notification. Some editors send an empty one and expect a request.
    pub(super) fn push(&mut self, settings: &Value) {
        self.notified = section(settings);
    }

    /// Sets the settings of a folder, which replace those from change notifications. If there are none, the latter
    /// apply.
    pub(super) fn set_requested(&mut self, folder: Option<String>, settings: &Value) {
        match settings.is_object() {
            true => drop(self.requested.insert(folder, section(settings))),
            false => drop(self.requested.remove(&folder)),
        }
    }

    /// True if checks are enabled for a folder.
    pub(super) fn enable(&self, folder: Option<&String>) -> bool {
        self.of(folder).get("enable").and_then(Value::as_bool).unwrap_or(true)
    }

    /// The options that are set for a folder.
    pub(super) fn options(&self, folder: Option<&String>) -> Vec<EditorSetting> {
        let own = self.of(folder).into_iter().filter(|(name, _)| !OF_EDITOR.contains(&name.as_str()));
        own.filter_map(|(name, value)| Some(EditorSetting { name, value: value_of(&value)? })).collect()
    }

    fn of(&self, folder: Option<&String>) -> Map<String, Value> {
        let layers = [&self.initial, self.requested.get(&folder.cloned()).unwrap_or(&self.notified)];
        let set = layers.into_iter().flatten().filter(|(_, value)| !value.is_null());
        set.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// The names of keys of `trailint.toml`, with the options that they correspond to.
const KEYS: [(&str, &str); 2] = [("var-files", "var-file"), ("parameter-files", "parameter-file")];

/// The program's section of the settings, or all of them if there are no sections, by option name.
fn section(settings: &Value) -> Map<String, Value> {
    let own = settings.get(SECTION).unwrap_or(settings).as_object();
    own.into_iter().flatten().map(|(name, value)| (option_name(name), value.clone())).collect()
}

/// Converts a value to the form on the command line; `None` if it is empty. An object contains names and their values.
fn value_of(value: &Value) -> Option<SettingValue> {
    let texts: Vec<String> = match value {
        Value::Bool(flag) => return Some(SettingValue::Flag(*flag)),
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| format!("{name}={}", text(value))).collect(),
        other => vec![text(other)],
    };
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then_some(SettingValue::Texts(texts))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The name of an option as on the command line: `varFile` and `varFiles` become `var-file`.
fn option_name(name: &str) -> String {
    let name = hyphenated(name);
    let option = KEYS.iter().find(|(key, _)| *key == name).map(|(_, option)| (*option).to_owned());
    option.unwrap_or(name)
}

fn hyphenated(name: &str) -> String {
    let mut hyphenated = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            hyphenated.push('-');
        }
        hyphenated.push(if c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    hyphenated
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(settings: &EditorSettings, folder: Option<&str>) -> Vec<String> {
        let options = settings.options(folder.map(str::to_owned).as_ref());
        options.iter().map(|own| format!("{} {:?}", own.name, own.value)).collect()
    }

    #[test]
    fn what_comes_later_wins() {
        let mut settings = EditorSettings::default();
        settings.start(&json!({ "noIgnores": true, "select": ["a", "b"], "path": "x" }));
        assert_eq!(shown(&settings, None), ["no-ignores Flag(true)", "select Texts([\"a\", \"b\"])"]);
        settings.push(&json!({ "trailint": { "no-ignores": false, "var": { "x": true, "n": 1 }, "select": null } }));
        settings.set_requested(Some("a".to_owned()), &json!({ "select": "c", "enable": false, "workspace": "" }));
        let pushed = ["no-ignores Flag(false)", "select Texts([\"a\", \"b\"])", "var Texts([\"n=1\", \"x=true\"])"];
        assert_eq!(shown(&settings, Some("b")), pushed);
        assert_eq!(shown(&settings, Some("a")), ["no-ignores Flag(true)", "select Texts([\"c\"])"]);
        assert!(!settings.enable(Some(&"a".to_owned())) && settings.enable(None));
    }

    #[test]
    fn keys_of_the_configuration_are_options() {
        let mut settings = EditorSettings::default();
        settings.start(&json!({ "varFiles": ["a.tfvars"], "parameter-files": "b.json" }));
        assert_eq!(shown(&settings, None), ["parameter-file Texts([\"b.json\"])", "var-file Texts([\"a.tfvars\"])"]);
    }
}
