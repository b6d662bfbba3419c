//! The file watchers that the server registers in the editor.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lsp_types::{FileEvent, Registration, RegistrationParams, Unregistration, UnregistrationParams};
use serde_json::{Value, json};

use super::documents::Documents;
use super::folder::DECIDING;
use super::{settings, uris};
use crate::formats::FORMATS;
use crate::scan;

/// The extensions of other files to which files of the formats may refer. Further files are watched once they were read.
const OTHERS: [&str; 3] = ["tftpl", "tpl", "txt"];

/// The files that decide which files are checked, and how.
const SETTINGS: &str = "**/{trailint.toml,.trailint.toml,.gitignore,.ignore}";

/// For created and deleted paths: deleting a directory also deletes the files in it.
const EVERYTHING: &str = "**/*";

/// The kinds of changes, as a bit mask of the protocol.
const CREATED_OR_DELETED: u32 = 1 + 4;

const CHANGED_FILES: &str = "workspace/didChangeWatchedFiles";
const CHANGED_SETTINGS: &str = "workspace/didChangeConfiguration";

/// The id of the registration for files that were read.
const READ_FILES: &str = "read-files";

/// The registration for changes of all files that may be relevant.
pub(super) fn files() -> Registration {
    let mut extensions: Vec<&str> = Vec::new();
    for extension in FORMATS.iter().flat_map(|format| format.extensions()).chain(&OTHERS) {
        if !extensions.contains(extension) {
            extensions.push(extension);
        }
    }
    let watchers = json!([
        { "globPattern": format!("**/*.{{{}}}", extensions.join(",")) },
        { "globPattern": SETTINGS },
        { "globPattern": EVERYTHING, "kind": CREATED_OR_DELETED },
    ]);
    registration("watched-files", CHANGED_FILES, json!({ "watchers": watchers }))
}

/// The registration for changes of the settings.
pub(super) fn settings() -> Registration {
    registration("settings", CHANGED_SETTINGS, json!({ "section": settings::SECTION }))
}

/// The registration for changes of specific files in any directory.
pub(super) fn read_files(
    paths: &BTreeSet<PathBuf>,
    documents: &Documents,
    has_relative_patterns: bool,
) -> RegistrationParams {
    let watchers: Vec<Value> = paths
        .iter()
        .filter_map(|path| {
            let (directory, name) = (documents.uris(path.parent()?).into_iter().next()?, path.file_name()?.to_str()?);
            let pattern = match has_relative_patterns {
                true => json!({ "baseUri": directory, "pattern": escaped(name) }),
                false => Value::String(escaped(&path.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))),
            };
            Some(json!({ "globPattern": pattern }))
        })
        .collect();
    let registration = registration(READ_FILES, CHANGED_FILES, json!({ "watchers": watchers }));
    RegistrationParams { registrations: vec![registration] }
}

/// The removal of the registration in [`read_files`].
pub(super) fn no_read_files() -> UnregistrationParams {
    let unregistration = Unregistration { id: READ_FILES.to_owned(), method: CHANGED_FILES.to_owned() };
    UnregistrationParams { unregisterations: vec![unregistration] }
}

fn registration(id: &str, method: &str, options: Value) -> Registration {
    Registration { id: id.to_owned(), method: method.to_owned(), register_options: Some(options) }
}

/// True if one of the general patterns matches the name of a file.
pub(super) fn is_general(path: &Path) -> bool {
    let has_name = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
        DECIDING.contains(&name) || OTHERS.iter().any(|end| name.rsplit_once('.').is_some_and(|(_, own)| own == *end))
    });
    has_name || scan::is_checked(path)
}

/// Escapes a name for use in a glob pattern.
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' => escaped.extend(['[', c, ']']),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The paths that were changed, created or deleted.
pub(super) fn paths(events: &[FileEvent]) -> Vec<PathBuf> {
    events.iter().filter_map(|event| uris::path(event.uri.as_str())).collect()
}
