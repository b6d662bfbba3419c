//! The settings of the editor, which are those that options of the command line have.
//!
//! They come with `initialize`, with each change, and, for each folder, as the answer to a question. What comes later wins.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The section of an editor's settings that is ours.
pub(super) const SECTION: &str = "trailint";

/// Settings of the editor that no check depends on.
const OF_EDITOR: [&str; 3] = ["enable", "path", "trace"];

/// An option of the command line as the editor sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The name of the option, without hyphens before it.
    pub name: String,
    /// Its value.
    pub value: SettingValue,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// An option without a value is given or not.
    Flag(bool),
    /// The values of an option, each as it would be typed.
    Texts(Vec<String>),
}

/// All that the editor has said of settings.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// With `initialize`.
    initial: Map<String, Value>,
    /// With the last change.
    pushed: Map<String, Value>,
    /// By the URI of a folder; nothing stands for texts outside of all folders.
    asked: BTreeMap<Option<String>, Map<String, Value>>,
}

impl Settings {
    pub(super) fn start(&mut self, options: &Value) {
        self.initial = section(options);
    }

    /// Takes in what a change brings; without anything, only a question tells.
    pub(super) fn push(&mut self, settings: &Value) {
        self.pushed = section(settings);
    }

    /// Takes in the settings of a folder, which are all that hold for it; if there are none, the others hold.
    pub(super) fn answer(&mut self, folder: Option<String>, settings: &Value) {
        match settings.is_object() {
            true => drop(self.asked.insert(folder, section(settings))),
            false => drop(self.asked.remove(&folder)),
        }
    }

    /// True if a folder is to be checked.
    pub(super) fn enable(&self, folder: Option<&String>) -> bool {
        self.of(folder).get("enable").and_then(Value::as_bool).unwrap_or(true)
    }

    /// The options that are set for a folder.
    pub(super) fn options(&self, folder: Option<&String>) -> Vec<Setting> {
        let own = self.of(folder).into_iter().filter(|(name, _)| !OF_EDITOR.contains(&name.as_str()));
        own.filter_map(|(name, value)| Some(Setting { name, value: value_of(&value)? })).collect()
    }

    fn of(&self, folder: Option<&String>) -> Map<String, Value> {
        let layers = [&self.initial, self.asked.get(&folder.cloned()).unwrap_or(&self.pushed)];
        let set = layers.into_iter().flatten().filter(|(_, value)| !value.is_null());
        set.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Our section of some settings, or all of them where there are no sections, by the names of options.
fn section(settings: &Value) -> Map<String, Value> {
    let own = settings.get(SECTION).unwrap_or(settings).as_object();
    own.into_iter().flatten().map(|(name, value)| (hyphenated(name), value.clone())).collect()
}

/// The value as it would be typed; nothing for what sets nothing. An object holds names and their values.
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

/// A name as the command line writes it: `varFile` is `var-file`.
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

    fn shown(settings: &Settings, folder: Option<&str>) -> Vec<String> {
        let options = settings.options(folder.map(str::to_owned).as_ref());
        options.iter().map(|own| format!("{} {:?}", own.name, own.value)).collect()
    }

    #[test]
    fn what_comes_later_wins() {
        let mut settings = Settings::default();
        settings.start(&json!({ "noIgnores": true, "select": ["a", "b"], "path": "x" }));
        assert_eq!(shown(&settings, None), ["no-ignores Flag(true)", "select Texts([\"a\", \"b\"])"]);
        settings.push(&json!({ "trailint": { "no-ignores": false, "var": { "x": true, "n": 1 }, "select": null } }));
        settings.answer(Some("a".to_owned()), &json!({ "select": "c", "enable": false, "workspace": "" }));
        let pushed = ["no-ignores Flag(false)", "select Texts([\"a\", \"b\"])", "var Texts([\"n=1\", \"x=true\"])"];
        assert_eq!(shown(&settings, Some("b")), pushed);
        assert_eq!(shown(&settings, Some("a")), ["no-ignores Flag(true)", "select Texts([\"c\"])"]);
        assert!(!settings.enable(Some(&"a".to_owned())) && settings.enable(None));
    }
}
