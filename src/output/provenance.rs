//! The origin of a report as `json` has it.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::report::{Provenance, ProvenanceInput, Revision, View};

/// The origin of a report.
#[derive(Serialize)]
pub(super) struct ProvenanceEntry<'a> {
    command: &'a str,
    repository: Option<&'a str>,
    revision: Option<&'a str>,
    /// True if files differ from the revision; `None` if that isn't known.
    dirty: Option<bool>,
    changed_files: Option<usize>,
    diff_base: Option<&'a str>,
    benchmark: Option<&'a str>,
    date: Option<String>,
    config: Vec<SettingEntry<'a>>,
    environment: &'a [String],
    inputs: Vec<InputEntry<'a>>,
}

#[derive(Serialize)]
struct SettingEntry<'a> {
    key: &'a str,
    value: &'a str,
    origin: &'a str,
}

#[derive(Serialize)]
struct InputEntry<'a> {
    path: &'a str,
    kind: &'a str,
    sha256: Option<&'a str>,
    size: Option<usize>,
}

impl<'a> ProvenanceEntry<'a> {
    pub(super) fn of(view: &'a View) -> Option<Self> {
        let Provenance { command, revision, base, settings, environment, inputs } = view.provenance.as_ref()?;
        let changed = revision.as_ref().and_then(|revision| revision.changed);
        let revision = revision.as_ref();
        Some(Self {
            command,
            repository: revision.and_then(|Revision { origin, .. }| origin.as_deref()),
            revision: revision.and_then(|Revision { commit, .. }| commit.as_deref()),
            dirty: changed.map(|changed| changed > 0),
            changed_files: changed,
            diff_base: base.as_deref(),
            benchmark: view.benchmark.as_deref(),
            date: view.date.map(|date| date.to_string()),
            config: settings
                .iter()
                .map(|own| SettingEntry { key: &own.key, value: &own.value, origin: &own.origin })
                .collect(),
            environment,
            inputs: inputs.iter().map(InputEntry::of).collect(),
        })
    }
}

impl<'a> InputEntry<'a> {
    fn of(input: &'a ProvenanceInput) -> Self {
        let (sha256, size) = input.digest.as_ref().map(|(sha256, size)| (sha256.as_str(), *size)).unzip();
        Self { path: &input.path, kind: input.kind, sha256, size }
    }
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
