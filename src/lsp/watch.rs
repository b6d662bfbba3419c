//! The files of which the editor is asked to tell changes.

use std::path::PathBuf;

use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileEvent, FileSystemWatcher, GlobPattern, Registration,
    RegistrationParams,
};

use super::uris;

/// What is checked, what it may name, and what says how it is checked.
const PATTERNS: [&str; 3] = [
    "**/*.{tf,tofu,tfvars,json,yaml,yml,template,tftpl,tpl,txt}",
    "**/{trailint.toml,.trailint.toml}",
    "**/{.gitignore,.ignore}",
];

/// Asks to be told.
pub(super) fn registration() -> RegistrationParams {
    let watcher =
        |pattern: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(pattern.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: PATTERNS.map(watcher).to_vec() };
    let registration = Registration {
        id: "watched-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    RegistrationParams { registrations: vec![registration] }
}

/// The files that have changed, been made or gone.
pub(super) fn paths(events: &[FileEvent]) -> Vec<PathBuf> {
    events.iter().filter_map(|event| uris::path(event.uri.as_str())).collect()
}
