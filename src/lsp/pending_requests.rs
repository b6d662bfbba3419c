//! Answers hover and code action requests.
//!
//! The answers are based on a check that is up to date. Code actions wait for it without a limit, because they edit the
//! current text. The checking thread computes them, because it tries each fix. A hover waits for a short time only,
//! because the user is looking at the place.

use std::cmp::Reverse;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, RequestId};
use lsp_types::{CodeActionOrCommand, CodeActionParams, Hover, HoverParams, NumberOrString, Position, Range, Uri};
use serde_json::Value;

use super::actions::Actions;
use super::capabilities::ClientSupport;
use super::diagnostics::ReportPositions;
use super::documents::Documents;
use super::folder::Folder;
use super::positions::LineTable;
use super::session::Session;
use super::{hover, pages, uris};
use crate::rules::{self, Rule};
use crate::source::Span;

/// The maximum time that a hover request waits for a check.
const PATIENCE: Duration = Duration::from_secs(1);

/// A request that waits for a check.
pub(super) struct PendingRequest {
    pub(super) id: RequestId,
    pub(super) query: EditorQuery,
    /// The time at which it is answered even if the check isn't finished.
    pub(super) deadline: Option<Instant>,
}

pub(super) enum EditorQuery {
    Hover(HoverParams),
    Actions(CodeActionParams),
}

impl<W: Write> Session<W> {
    /// Handles a hover request. If there is a rule name at the place, the request is answered immediately, because the
    /// rule's page doesn't depend on a check.
    pub(super) fn handle_hover(&mut self, id: RequestId, params: Value) -> io::Result<()> {
        let params: HoverParams = match serde_json::from_value(params) {
            Ok(params) => params,
            Err(error) => return self.client.respond_error(id, ErrorCode::InvalidParams, &error.to_string()),
        };
        match self.named_rule(&params) {
            Some(rule) => self.client.respond(id, hover::of_rule(rule, self.client_support.markdown)),
            None => {
                let deadline = Instant::now().checked_add(PATIENCE);
                self.pending.push(PendingRequest { id, query: EditorQuery::Hover(params), deadline });
                Ok(())
            }
        }
    }

    pub(super) fn handle_code_action(&mut self, id: RequestId, params: Value) -> io::Result<()> {
        match serde_json::from_value(params) {
            Ok(params) => self.pending.push(PendingRequest { id, query: EditorQuery::Actions(params), deadline: None }),
            Err(error) => self.client.respond_error(id, ErrorCode::InvalidParams, &error.to_string())?,
        }
        Ok(())
    }

    /// Answers the hover requests that are due, in the order of their arrival.
    pub(super) fn respond_to_hovers(&mut self, is_due: impl Fn(&PendingRequest) -> bool) -> io::Result<()> {
        let answered = self.pending.extract_if(.., |own| matches!(own.query, EditorQuery::Hover(_)) && is_due(own));
        for pending in answered.collect::<Vec<_>>() {
            if let EditorQuery::Hover(params) = &pending.query {
                let found = self.hover(params);
                self.client.respond(pending.id, found)?;
            }
        }
        Ok(())
    }

    /// Answers all waiting requests with `null`.
    pub(super) fn respond_with_null(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending).into_iter().map(|own| own.id);
        let ids: Vec<RequestId> = pending.chain(std::mem::take(&mut self.in_progress)).collect();
        ids.into_iter().try_for_each(|id| self.client.respond(id, Value::Null))
    }

    /// The rule whose name is at the place.
    fn named_rule(&self, params: &HoverParams) -> Option<&'static Rule> {
        let at = &params.text_document_position_params;
        let document = self.documents.get(&at.text_document.uri)?;
        let lines = LineTable::new(&document.text, self.client_support.encoding);
        let offset = lines.offset(at.position);
        let (start, line) = lines.around(offset);
        hover::rule_at(line, offset.saturating_sub(start))
    }

    fn hover(&self, params: &HoverParams) -> Option<Hover> {
        let at = &params.text_document_position_params;
        let document = self.documents.get(&at.text_document.uri)?;
        let path = document.path.as_deref()?;
        let lines = LineTable::new(&document.text, self.client_support.encoding);
        let offset = u32::try_from(lines.offset(at.position)).ok()?;
        let ways = knowing(&self.folders, path).into_iter().find_map(|folder| {
            let sources = folder.sources()?;
            let places = ReportPositions::new(sources, &self.documents, self.client_support);
            let link = |span: Span| -> Option<(Uri, u32)> {
                let span = sources.outermost(span);
                let file = sources.file(span.file);
                Some((places.uri(&file.path)?, file.position(span.start).line))
            };
            let ways = folder.arguments_at(path, offset);
            (!ways.is_empty()).then(|| hover::trace_text(&ways, sources, self.client_support.markdown.then_some(&link)))
        });
        hover::of(ways.unwrap_or_default(), &self.rules_at(path, at.position), self.client_support.markdown)
    }

    /// The rules of the diagnostics at a place, for an editor that can't open the pages of rules.
    fn rules_at(&self, path: &Path, position: Position) -> Vec<&'static Rule> {
        if self.client_support.pages {
            return Vec::new();
        }
        let said = self.folders.iter().filter_map(|folder| folder.diagnostics.get(path)).flatten();
        let mut rules: Vec<&'static Rule> = Vec::new();
        for diagnostic in said.filter(|own| holds(own.range, position)) {
            let Some(NumberOrString::String(id)) = &diagnostic.code else { continue };
            let rule = rules::find(id).filter(|rule| !rules.iter().any(|known| std::ptr::eq(*known, *rule)));
            rules.extend(rule);
        }
        rules
    }
}

/// The checks that include a file. Those whose directory contains the file come first, the innermost one before the
/// others.
fn knowing<'f>(folders: &'f [Folder], path: &Path) -> Vec<&'f Folder> {
    let mut folders: Vec<&Folder> = folders.iter().filter(|folder| folder.file(path).is_some()).collect();
    folders.sort_by_key(|own| (!own.holds(path), Reverse(own.target.directory.components().count())));
    folders
}

/// The code actions at a place, from the first check that has any.
pub(super) fn actions(
    params: &CodeActionParams,
    folders: &[Folder],
    documents: &Documents,
    client_support: ClientSupport,
) -> Option<Vec<CodeActionOrCommand>> {
    let path = uris::path(params.text_document.uri.as_str())?;
    let mut found = None;
    for folder in knowing(folders, &path) {
        let (report, view) = folder.report()?;
        let actions = Actions {
            folder,
            report: &report,
            view,
            places: &ReportPositions::new(&report.sources, documents, client_support),
            file: folder.file(&path)?,
            params,
            is_versioned: client_support.versioned_edits,
        };
        found = Some(actions.all());
        if found.as_ref().is_some_and(|all| !all.is_empty()) {
            break;
        }
    }
    found
}

fn holds(range: Range, position: Position) -> bool {
    range.start <= position && position <= range.end
}

/// The answer to `workspace/textDocumentContent`, which is the page of a rule.
pub(super) fn content(params: &Value) -> Option<Value> {
    let text = pages::at(params.get("uri")?.as_str()?)?;
    Some(serde_json::json!({ "text": text }))
}
