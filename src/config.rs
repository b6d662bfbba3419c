//! Settings that come as text: `--config KEY=VALUE`.

use serde::Deserialize;

use crate::error::Error;
use crate::formats::ParameterPolicy;
use crate::model::selectors::SelectorPolicy;

/// The settings of the configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// How event selectors are held against the control.
    pub selector_policy: Option<SelectorPolicy>,
    /// Whether every trail has to satisfy the control, not only one of them.
    pub every_trail: Option<bool>,
    /// Whether the defaults of CloudFormation's parameters count.
    pub parameter_policy: Option<ParameterPolicy>,
    /// The Regions of the account, where a trail in each of them is accepted.
    pub regions: Option<Vec<String>>,
}

impl Config {
    /// Reads settings of the form `KEY=VALUE`, each a line of TOML; a later one wins.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for what isn't such a line, or names no setting, or has no valid value.
    pub fn from_lines(lines: &[String]) -> Result<Self, Error> {
        let mut config = Self::default();
        for line in lines {
            let failed = |cause: String| Error::Setting { text: line.clone(), cause };
            if !line.contains('=') {
                return Err(failed("write it as KEY=VALUE".to_owned()));
            }
            // A shell takes the quotes away that TOML wants around a text.
            let read: Self = toml::from_str(line)
                .or_else(|_| toml::from_str(&quoted(line)))
                .map_err(|error| failed(error.message().to_owned()))?;
            config.selector_policy = read.selector_policy.or(config.selector_policy);
            config.every_trail = read.every_trail.or(config.every_trail);
            config.parameter_policy = read.parameter_policy.or(config.parameter_policy);
            config.regions = read.regions.or(config.regions);
        }
        Ok(config)
    }
}

/// `KEY=VALUE` with the value as a text.
fn quoted(line: &str) -> String {
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    format!("{key}={}", toml::Value::String(value.trim().to_owned()))
}
