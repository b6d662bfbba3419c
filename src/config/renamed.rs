//! Former names of keys and former ids of rules in a configuration, which are still accepted.
//!
//! They are replaced as soon as a text is read, so that layers with old and new names merge.

use std::collections::BTreeSet;

use crate::rules;

/// Former keys with the keys that replace them.
const KEYS: [(&str, &str); 1] = [("unresolved", "unknown")];

/// Replaces former keys and ids in a table, and returns the former ids.
pub(super) fn replace(table: &mut toml::Table) -> BTreeSet<String> {
    for (former, present) in KEYS {
        if let Some(value) = table.remove(former) {
            table.insert(present.to_owned(), value);
        }
    }
    let mut found = BTreeSet::new();
    for key in ["select", "extend-select", "ignore", "enforce"] {
        let items = table.get_mut(key).and_then(toml::Value::as_array_mut).into_iter().flatten();
        for item in items {
            match item {
                toml::Value::String(id) => replace_id(id, &mut found),
                toml::Value::Table(findings) => {
                    if let Some(toml::Value::String(id)) = findings.get_mut("rule") {
                        replace_id(id, &mut found);
                    }
                }
                _ => {}
            }
        }
    }
    if let Some(toml::Value::Table(levels)) = table.get_mut("levels") {
        let former: Vec<String> = levels.keys().filter(|id| rules::renamed(id).is_some()).cloned().collect();
        for mut id in former {
            if let Some(level) = levels.remove(&id) {
                replace_id(&mut id, &mut found);
                levels.insert(id, level);
            }
        }
    }
    found
}

fn replace_id(id: &mut String, found: &mut BTreeSet<String>) {
    if let Some(present) = rules::renamed(id) {
        found.insert(std::mem::replace(id, present.to_owned()));
    }
}

/// The present name of a key, or of a key in a table.
pub(super) fn present_key(key: String) -> String {
    if let Some((_, present)) = KEYS.iter().find(|(former, _)| *former == key) {
        return (*present).to_owned();
    }
    match key.strip_prefix("levels.").and_then(rules::renamed) {
        Some(present) => format!("levels.{present}"),
        None => key,
    }
}
