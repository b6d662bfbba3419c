//! Places in files, as SARIF names them.

use std::path::Path;

use serde::Serialize;

use super::SarifText;
use crate::edit::{Edit, Fix};
use crate::finding::{FindingTarget, Label};
use crate::output::annotation;
use crate::output::link::{encode, uri};
use crate::report::{Diagnostic, Report};
use crate::source::{ColumnUnit, SourceFile, Sources, Span, bytes_of, is_outside};

/// The base of relative names, which the reader of the report resolves.
pub(super) const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<SarifText>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<SarifRegion>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// A part of one line: GitHub shows an alert in a pull request only if all of its lines are in the diff.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRegion {
    start_line: u32,
    start_column: u32,
    end_column: u32,
}

/// The resource that a place is a part of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
    kind: &'static str,
}

/// The bytes of a file that a fix replaces.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bytes {
    byte_offset: u32,
    byte_length: u32,
}

/// A change of one file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactChange {
    artifact_location: Artifact,
    replacements: Vec<SarifReplacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifReplacement {
    deleted_region: Bytes,
    inserted_content: SarifText,
}

impl ArtifactChange {
    /// The edits of a fix, file by file.
    pub(super) fn of_fix(fix: &Fix, sources: &Sources) -> Vec<Self> {
        fix.edits
            .chunk_by(|one, other| one.span.file == other.span.file)
            .filter_map(|edits| {
                let first = edits.first()?;
                let replacements = edits.iter().map(SarifReplacement::of).collect();
                Some(Self { artifact_location: Artifact::of_file(&sources.file(first.span.file)), replacements })
            })
            .collect()
    }
}

impl SarifReplacement {
    fn of(edit: &Edit) -> Self {
        let byte_length = edit.span.end.saturating_sub(edit.span.start);
        let deleted_region = Bytes { byte_offset: edit.span.start, byte_length };
        Self { deleted_region, inserted_content: SarifText::new(&edit.text) }
    }
}

impl SarifLocation {
    pub(super) fn of_finding(diagnostic: &Diagnostic, report: &Report) -> Self {
        match &diagnostic.finding.place {
            FindingTarget::Text(label) => Self::of(label, &report.sources),
            FindingTarget::File(name) => Self::new(Artifact::named(name, &report.sources), None, None),
            FindingTarget::Run => Self::new(Artifact::named(".", &report.sources), None, None),
        }
    }

    pub(super) fn of(label: &Label, sources: &Sources) -> Self {
        let artifact = Artifact::of_file(&sources.file(label.span.file));
        let message = (!label.text.is_empty()).then(|| SarifText::new(&label.text));
        Self::new(artifact, Some(SarifRegion::of(label, sources)), message)
    }

    pub(super) fn of_header(span: Span, sources: &Sources) -> Self {
        Self::of(&Label { span, text: String::new() }, sources)
    }

    fn new(artifact_location: Artifact, region: Option<SarifRegion>, message: Option<SarifText>) -> Self {
        let physical_location = Physical { artifact_location, region };
        Self { id: None, physical_location, logical_locations: Vec::new(), message }
    }

    /// With a number by which a text can refer to it.
    pub(super) fn numbered(mut self, id: usize) -> Self {
        self.id = Some(id);
        self
    }

    /// The resource that the place is about.
    pub(super) fn in_resource(mut self, address: Option<&str>) -> Self {
        self.logical_locations = address
            .map(|name| Logical { fully_qualified_name: name.to_owned(), kind: "resource" })
            .into_iter()
            .collect();
        self
    }
}

impl SarifLocation {
    /// Adds the JSON pointer of the value, in evidence.
    pub(super) fn at_pointer(mut self, pointer: Option<String>) -> Self {
        if let Some(fully_qualified_name) = pointer {
            self.logical_locations.insert(0, Logical { fully_qualified_name, kind: "value" });
        }
        self
    }
}

impl Artifact {
    /// A file; one outside of the root is named by its place on this machine.
    fn of_file(file: &SourceFile) -> Self {
        if is_outside(&file.name) { Self::absolute(&file.path) } else { Self::relative(&file.name) }
    }

    /// The same for what has a name and was perhaps not read.
    fn named(name: &str, sources: &Sources) -> Self {
        if is_outside(name) { Self::absolute(&sources.path_of(name)) } else { Self::relative(name) }
    }

    fn absolute(path: &Path) -> Self {
        Self { uri: uri(path), uri_base_id: None }
    }

    fn relative(name: &str) -> Self {
        Self { uri: encode(&bytes_of(name)), uri_base_id: Some(ROOT) }
    }
}

impl SarifRegion {
    fn of(label: &Label, sources: &Sources) -> Self {
        let annotation::ColumnRange { line, column, end_column } =
            annotation::ColumnRange::of(label, sources, ColumnUnit::Utf16);
        Self { start_line: line, start_column: column, end_column }
    }
}
