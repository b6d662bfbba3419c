//! Answers to what is asked about a place.

use std::cmp::Reverse;
use std::io::Write;
use std::path::Path;

use lsp_types::{CodeActionOrCommand, CodeActionParams, Hover, HoverParams};
use serde_json::Value;

use super::actions::Actions;
use super::diagnostics::Places;
use super::folder::Folder;
use super::positions::Lines;
use super::session::Session;
use super::{hover, pages, uris};
use crate::report::Report;
use crate::source::Span;

impl<W: Write> Session<'_, W> {
    fn places<'a>(&'a self, report: &'a Report) -> Places<'a> {
        Places::new(&report.sources, &self.documents, self.abilities.encoding)
    }

    /// The checks that know a file, the one of the nearest directory first.
    fn knowing(&self, path: &Path) -> Vec<&Folder> {
        let mut folders: Vec<&Folder> = self.folders.iter().filter(|folder| folder.file(path).is_some()).collect();
        folders.sort_by_key(|folder| (!folder.holds(path), Reverse(folder.directory.components().count())));
        folders
    }

    pub(super) fn hover(&self, params: HoverParams) -> Option<Hover> {
        let at = params.text_document_position_params;
        let document = self.documents.get(&at.text_document.uri)?;
        let lines = Lines::new(&document.text, self.abilities.encoding);
        let offset = lines.offset(at.position);
        let (start, line) = lines.around(offset);
        if let Some(rule) = hover::rule_at(line, offset.saturating_sub(start)) {
            return Some(hover::of_rule(rule));
        }
        let path = document.path.as_deref()?;
        let offset = u32::try_from(offset).ok()?;
        self.knowing(path).into_iter().find_map(|folder| {
            let sources = folder.sources()?;
            let places = Places::new(sources, &self.documents, self.abilities.encoding);
            let link = |span: Span| {
                let span = sources.outermost(span);
                let file = sources.file(span.file);
                Some((places.uri(&file.path)?, file.position(span.start).line))
            };
            hover::of_ways(&folder.ways(path, offset), sources, link)
        })
    }

    pub(super) fn actions(&self, params: CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
        let path = uris::path(params.text_document.uri.as_str())?;
        let folder = self.knowing(&path).into_iter().next()?;
        let report = &folder.report()?;
        let actions = Actions {
            folder,
            report,
            places: &self.places(report),
            file: folder.file(&path)?,
            params: &params,
            is_versioned: self.abilities.versioned_edits,
        };
        Some(actions.all())
    }

    /// The page of a rule.
    pub(super) fn content(&self, params: Value) -> Option<Value> {
        let text = pages::at(params.get("uri")?.as_str()?)?;
        Some(serde_json::json!({ "text": text }))
    }
}
