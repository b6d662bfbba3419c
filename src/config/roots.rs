//! `[[root]]`: deployments with values of their own.

use std::path::{Path, PathBuf};

use super::{Config, ConfigurationSource, SettingOrigin, layer};
use crate::error::Error;
use crate::formats::ValueFiles;
use crate::source::{FileId, Fs, ReadError, Sources, Span, normalize};

/// A deployment that the configuration names, with the files that it names read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredDeployment {
    /// Its name in reports.
    pub name: Option<String>,
    /// The directory of the root module, or the template.
    pub path: PathBuf,
    /// The files with its values.
    pub values: ValueFiles,
    /// The number of the account to which it is deployed.
    pub account: Option<String>,
    /// The location of its entry.
    pub span: Span,
}

impl Config {
    /// The configured deployments. Each has an existing path, and no two have the same path and name.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] for a path or a file that can't be read, and for two equal deployments.
    pub fn deployments(&self, fs: &dyn Fs, sources: &Sources) -> Result<Vec<ConfiguredDeployment>, Error> {
        let Some(origin) = self.origins.get("root") else { return Ok(Vec::new()) };
        let mut deployments: Vec<ConfiguredDeployment> = Vec::new();
        for (root, span) in self.settings.root.iter().zip(&origin.items) {
            let unreadable =
                |name: &str, cause: ReadError| layer::error(*span, format!("can't read `{name}`: {cause}"), sources);
            let path = normalize(&origin.directory.join(&root.path));
            fs.kind(&path).map_err(|cause| unreadable(&root.path, cause))?;
            let is_repeated =
                deployments.iter().any(|other| other.path == path && (other.name == root.name || root.name.is_none()));
            if is_repeated {
                let message = format!("another entry has the path `{}`; give each a unique `name`", root.path);
                return Err(layer::error(*span, message, sources));
            }
            let files = |names: &[String]| -> Result<Vec<FileId>, Error> {
                names
                    .iter()
                    .map(|name| origin.load(name, fs, sources).map_err(|cause| unreadable(name, cause)))
                    .collect()
            };
            deployments.push(ConfiguredDeployment {
                name: root.name.clone(),
                account: root.account.as_ref().map(|account| account.0.clone()),
                values: ValueFiles {
                    terraform: files(&root.var_files)?,
                    cloudformation: files(&root.parameter_files)?,
                },
                path,
                span: *span,
            });
        }
        Ok(deployments)
    }
}

impl SettingOrigin {
    /// Reads a file that the setting names.
    fn load(&self, name: &str, fs: &dyn Fs, sources: &Sources) -> Result<FileId, ReadError> {
        self.source.load(&normalize(&self.directory.join(name)), fs, sources)
    }
}

impl ConfigurationSource {
    /// Reads a file that something of this kind names.
    pub(super) fn load(self, path: &Path, fs: &dyn Fs, sources: &Sources) -> Result<FileId, ReadError> {
        match self {
            ConfigurationSource::Argument | ConfigurationSource::Named => sources.load_named(fs, path),
            ConfigurationSource::Found if !sources.may_read(path) => Err(ReadError::OutsideTree),
            ConfigurationSource::Found => sources.load(fs, path),
        }
    }
}
