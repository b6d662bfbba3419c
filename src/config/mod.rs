//! The configuration: `trailint.toml`, the files that it extends, and `--config KEY=VALUE`.
//!
//! Each of these is a layer of keys with values. A key of a later layer replaces the same key of an earlier one; only
//! `levels` are merged. Options and environment variables, which override all layers, aren't handled here. A
//! configuration file is as untrusted as any other file of the tree: a file that was found, and the files that it
//! extends, can't be links that lead out of the tree.

mod find;
mod layer;
mod modules;
mod names;
mod relaxed;
mod renamed;
mod roots;
mod settings;
mod show;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::report::{Renamed, SuppressedBy, Suppression};
use crate::source::{Exclusions, Fs, ReadError, Sources, Span, normalize};
use crate::suppress::SuppressedFindings;
pub use find::{BASELINE, NAMES, is_configuration, is_setting};
use layer::SettingsLayer;
pub use names::{
    ALL, AccountNumber, Benchmark, ExpiryDate, Glob, RegionName, RuleOrGroup, SelectableRule, SelectableRules,
};
pub use relaxed::Relaxed;
pub use roots::ConfiguredDeployment;
pub use settings::{IgnoreSetting, IgnoredFindings, ModuleSetting, RootSetting, Settings};
pub use show::{EffectiveSetting, Override, schema};

/// The settings, each with its origin.
#[derive(Debug)]
pub struct Config {
    /// The settings, with defaults for missing keys.
    pub settings: Settings,
    /// The displayed name of the configuration file; the usual name if there is no file.
    pub name: String,
    /// The directory of its file, if there is one.
    pub directory: Option<PathBuf>,
    /// The merged layers.
    written: toml::Table,
    /// By key; by `table.key` within a table.
    origins: BTreeMap<String, SettingOrigin>,
    /// The former ids of rules.
    pub renamed: Vec<Renamed>,
}

/// The location of a setting.
#[derive(Debug, Clone)]
struct SettingOrigin {
    /// The location of its key.
    span: Span,
    /// The elements of its value, if that is a list.
    items: Vec<Span>,
    /// The base directory of its paths.
    directory: PathBuf,
    /// The displayed name of the file or option.
    name: String,
    /// The trust in the file or option.
    source: ConfigurationSource,
}

/// The origin of a configuration, which determines the trust in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ConfigurationSource {
    /// An argument of the command line.
    Argument,
    /// A file that the user named. It may extend any other file.
    Named,
    /// A file that was found in the checked tree, which is untrusted.
    Found,
}

/// The files and settings from which to read the configuration.
#[derive(Debug, Clone, Copy)]
pub struct ConfigurationRequest<'a> {
    /// Files, and settings of the form `KEY=VALUE`; later ones override earlier ones.
    pub config_arguments: &'a [String],
    /// The directories to search for a file, from the first upwards to the second.
    pub search: Option<(&'a Path, &'a Path)>,
    /// The working directory.
    pub working_directory: &'a Path,
}

/// The value of a setting in the form of an option's argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingText {
    /// Its values; one, unless the option may be repeated.
    pub values: Vec<String>,
    /// True if it was set with `--config`, which has precedence over environment variables.
    pub is_argument: bool,
}

impl Config {
    /// Reads the configuration of a run.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] and [`Error::Setting`] for what isn't valid, [`Error::Path`] for a named file that
    /// can't be read.
    pub fn load(request: ConfigurationRequest<'_>, fs: &dyn Fs, sources: &Sources) -> Result<Self, Error> {
        let mut merged = SettingsLayer::default();
        for layer in find::layers(request, fs, sources)? {
            merged.merge(layer);
        }
        let SettingsLayer { table: written, origins, directory, renamed } = merged;
        let file = origins
            .values()
            .find(|origin| origin.source != ConfigurationSource::Argument)
            .map(|origin| origin.span.file);
        let name = file.map_or_else(|| find::NAMES[0].to_owned(), |file| sources.file(file).name.clone());
        // Each layer was parsed from text, so the merged one is formatted and parsed again: deserializing from values
        // would add a second deserializer to the binary.
        let settings = toml::from_str(&written.to_string());
        let settings = settings.expect("settings are valid together when each of them is");
        Ok(Self { settings, name, directory, written, origins, renamed })
    }

    /// The value of a key, in the form of the option with the same name. For `ignore`, only the entries without further
    /// keys.
    pub fn option_value(&self, key: &str) -> Option<SettingText> {
        let values = match self.written.get(key)? {
            toml::Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            toml::Value::String(text) => vec![text.clone()],
            toml::Value::Boolean(is_set) => vec![is_set.to_string()],
            _ => return None,
        };
        let is_argument = self.origins.get(key).is_some_and(|origin| origin.source == ConfigurationSource::Argument);
        Some(SettingText { values, is_argument }).filter(|given| !given.values.is_empty())
    }

    /// The `exclude` patterns.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if the patterns are too large to compile together.
    pub fn exclusions(&self) -> Result<Exclusions, Error> {
        let Some(origin) = self.origins.get("exclude") else { return Ok(Exclusions::default()) };
        Exclusions::new(&origin.directory, self.settings.exclude.iter().map(|glob| glob.0.as_str()))
            .map_err(|cause| Error::Setting { text: "exclude".to_owned(), cause })
    }

    /// The files and directories with evidence, each with the text of the setting.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] for a path outside of the tree in a file that was found there.
    pub fn evidence(&self, sources: &Sources) -> Result<Vec<(String, PathBuf)>, Error> {
        let Some(origin) = self.origins.get("evidence") else { return Ok(Vec::new()) };
        let mut evidence = Vec::new();
        for (name, span) in self.settings.evidence.iter().zip(&origin.items) {
            let path = normalize(&origin.directory.join(name));
            if origin.source == ConfigurationSource::Found && !sources.may_read(&path) {
                let message = format!("can't read `{name}`: {}", ReadError::OutsideTree);
                return Err(layer::error(*span, message, sources));
            }
            evidence.push((name.clone(), path));
        }
        Ok(evidence)
    }

    /// The findings that are accepted.
    pub fn accepted(&self) -> Vec<SuppressedFindings> {
        let spans = self.origins.get("ignore").map(|origin| origin.items.as_slice()).unwrap_or_default();
        self.settings
            .ignore
            .iter()
            .zip(spans)
            .filter_map(|(ignore, span)| match ignore {
                IgnoreSetting::Findings(findings) => Some(findings.accept(*span)),
                IgnoreSetting::Rules(_) => None,
            })
            .collect()
    }
}

impl IgnoredFindings {
    fn accept(&self, span: Span) -> SuppressedFindings {
        let until = self.until.map(|until| until.0);
        let new = Suppression::new(SuppressedBy::Configuration, Some(span));
        let suppression = Suppression { reason: self.reason.clone(), until, ..new };
        SuppressedFindings { rule: self.rule.0, address: self.address.clone(), suppression }
    }
}
