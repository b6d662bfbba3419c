//! The files and arguments that make a configuration, from the first that gives way to the last that wins.

use std::path::{Path, PathBuf};

use super::layer::{self, LayerContext, SettingsLayer};
use super::{ConfigurationRequest, ConfigurationSource};
use crate::error::Error;
use crate::source::{FileId, Fs, ReadError, Sources, normalize};

/// The names of a configuration file; a directory may hold one of them.
pub const NAMES: [&str; 2] = ["trailint.toml", ".trailint.toml"];

/// The default name of a baseline, which lies beside the configuration.
pub const BASELINE: &str = ".trailint-baseline.json";

/// True if a file of this name is a configuration.
pub fn is_configuration(path: &Path) -> bool {
    NAMES.iter().any(|name| path.file_name().is_some_and(|own| own == *name))
}

/// How many files may extend each other in a row.
const MAX_EXTENDED: usize = 8;

/// All layers, each over those before it.
pub(super) fn layers(
    request: ConfigurationRequest<'_>,
    fs: &dyn Fs,
    sources: &Sources,
) -> Result<Vec<SettingsLayer>, Error> {
    let (settings, files): (Vec<&String>, Vec<&String>) =
        request.config_arguments.iter().partition(|text| is_setting(text));
    let mut layers = Vec::new();
    if files.is_empty()
        && let Some((from, to)) = request.search
        && let Some(path) = find(from, to, fs, sources)?
    {
        let id = ConfigurationSource::Found
            .load(&path, fs, sources)
            .map_err(|cause| unreadable(&sources.path_display_name(&path), cause))?;
        layers.extend(chain(id, ConfigurationSource::Found, fs, sources)?);
    }
    for name in files {
        let path = normalize(&request.working_directory.join(name));
        let id = ConfigurationSource::Named.load(&path, fs, sources).map_err(|cause| unreadable(name, cause))?;
        layers.extend(chain(id, ConfigurationSource::Named, fs, sources)?);
    }
    for (index, text) in settings.into_iter().enumerate() {
        layers.push(setting(index, text, request.working_directory, sources)?);
    }
    Ok(layers)
}

/// True if the argument has the form `KEY=VALUE`. A path of this form can be written with `./` before it.
pub fn is_setting(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, _)| {
        key.trim().bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    })
}

/// The configuration file in the nearest parent directory.
fn find(from: &Path, to: &Path, fs: &dyn Fs, sources: &Sources) -> Result<Option<PathBuf>, Error> {
    for directory in from.ancestors().take_while(|directory| directory.starts_with(to)) {
        let paths = NAMES.map(|name| directory.join(name));
        let mut found = paths.into_iter().filter(|path| !matches!(fs.kind(path), Err(ReadError::Missing)));
        if let Some(path) = found.next() {
            return match found.next() {
                None => Ok(Some(path)),
                Some(other) => Err(Error::TwoConfigurations {
                    one: sources.path_display_name(&path),
                    other: sources.path_display_name(&other),
                }),
            };
        }
    }
    Ok(None)
}

fn unreadable(name: &str, cause: ReadError) -> Error {
    Error::Path { path: name.to_owned(), cause }
}

/// A file and those that it extends, the last of them first.
fn chain(
    first: FileId,
    source: ConfigurationSource,
    fs: &dyn Fs,
    sources: &Sources,
) -> Result<Vec<SettingsLayer>, Error> {
    let mut layers = Vec::new();
    let mut met = vec![first];
    let mut next = Some(first);
    while let Some(id) = next.take() {
        let file = sources.file(id);
        let frame = LayerContext { directory: file.directory(), source };
        let layer = SettingsLayer::read(id, frame, sources)?;
        if let (Some(extended), Some(origin)) =
            (layer.table.get("extend").and_then(toml::Value::as_str), layer.origins.get("extend"))
        {
            let path = normalize(&file.directory().join(extended));
            let id = source
                .load(&path, fs, sources)
                .map_err(|cause| layer::error(origin.span, format!("can't read `{extended}`: {cause}"), sources))?;
            if met.contains(&id) {
                return Err(layer::error(
                    origin.span,
                    format!("`extend` is cyclic: `{extended}` extends this file"),
                    sources,
                ));
            }
            if met.len() > MAX_EXTENDED {
                return Err(layer::error(
                    origin.span,
                    format!("more than {MAX_EXTENDED} files extend each other"),
                    sources,
                ));
            }
            met.push(id);
            next = Some(id);
        }
        layers.push(layer);
    }
    layers.reverse();
    Ok(layers)
}

/// `KEY=VALUE`, a line of TOML.
fn setting(index: usize, text: &str, here: &Path, sources: &Sources) -> Result<SettingsLayer, Error> {
    // A shell takes the quotes away that TOML wants around a text.
    let line = if text.parse::<toml::Table>().is_ok() { text.to_owned() } else { quoted(text) };
    let path = PathBuf::from(format!("--config {index}"));
    let id = sources.add_as(&path, "--config".to_owned(), line.into_bytes());
    let layer =
        SettingsLayer::read(id, LayerContext { directory: here, source: ConfigurationSource::Argument }, sources)
            .map_err(|error| match error {
                Error::Configuration { message, .. } => Error::Setting { text: text.to_owned(), cause: message },
                other => other,
            })?;
    if layer.table.contains_key("extend") {
        let cause = "`extend` can only be set in a file; pass the file with `--config FILE`".to_owned();
        return Err(Error::Setting { text: text.to_owned(), cause });
    }
    Ok(layer)
}

/// `KEY=VALUE` with the value as a text.
fn quoted(line: &str) -> String {
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    format!("{key}={}", toml::Value::String(value.trim().to_owned()))
}
