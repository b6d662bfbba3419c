//! Code actions: quick fixes, comments that suppress findings, and the source action that applies all fixes.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Diagnostic, DocumentChangeOperation,
    DocumentChanges, NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit,
    Uri, WorkspaceEdit,
};

use super::capabilities::FIX_ALL;
use super::diagnostics::{ReportPositions, setters};
use super::folder::Folder;
use crate::edit::{Fix, Safety};
use crate::report::{self, Report, View};
use crate::source::{FileId, Span};
use crate::suppress;

/// The placeholder for the reason in a suppression comment.
const REASON: &str = "TODO: the reason";

/// The replacement of a span by a text.
pub(super) type DocumentEdit = (Span, String);

/// The context of a request for code actions.
pub(super) struct Actions<'a> {
    pub(super) folder: &'a Folder,
    pub(super) report: &'a Report,
    pub(super) view: &'a View,
    pub(super) places: &'a ReportPositions<'a>,
    pub(super) file: FileId,
    pub(super) params: &'a CodeActionParams,
    /// True if the editor supports edits of a specific document version.
    pub(super) is_versioned: bool,
}

impl Actions<'_> {
    /// The requested actions. The action for all fixes is computed only if it is requested by its kind, because it
    /// requires a check.
    pub(super) fn all(&self) -> Vec<CodeActionOrCommand> {
        let mut actions = Vec::new();
        if self.is_requested(&CodeActionKind::QUICKFIX) {
            actions.extend(self.fixes());
            actions.extend(self.ignores());
        }
        if self.params.context.only.is_some() && self.is_requested(&FIX_ALL) {
            actions.extend(self.fix_all());
        }
        actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
    }

    /// The quick fixes for findings. Findings whose fix has the same edits share an action.
    fn fixes(&self) -> Vec<CodeAction> {
        let mut fixes: Vec<(Fix, Vec<&report::Diagnostic>)> = Vec::new();
        for (_, finding) in self.findings_in_range() {
            let Some(fix) = &finding.fix else { continue };
            match fixes.iter_mut().find(|(known, _)| known.edits == fix.edits) {
                Some((_, findings)) => findings.push(finding),
                None => fixes.push((fix.clone(), vec![finding])),
            }
        }
        fixes.into_iter().filter_map(|(fix, findings)| self.action_of(fix, &findings)).collect()
    }

    fn action_of(&self, fix: Fix, findings: &[&report::Diagnostic]) -> Option<CodeAction> {
        let is_safe = fix.safety() == Safety::Safe;
        let doubt = if is_safe { "" } else { " (unsafe: may change more than the trail)" };
        let edits: Vec<DocumentEdit> = fix.edits.into_iter().map(|edit| (edit.span, edit.text)).collect();
        let title = format!("{}{doubt}", capitalized(&fix.title));
        let action = self.action(title, CodeActionKind::QUICKFIX, findings, &edits)?;
        Some(CodeAction { is_preferred: Some(is_safe), ..action })
    }

    /// The action for all safe fixes that change only this file.
    fn fix_all(&self) -> Option<CodeAction> {
        let file = self.report.sources.file(self.file);
        let changed = self.folder.fixed_text(&file.path).filter(|_| self.folder.may_change(&file))?;
        let edit = difference(self.file, &file.text, &changed.text);
        self.action("Apply all safe fixes".to_owned(), FIX_ALL, &[], &[edit])
    }

    /// True if the request includes a kind. A requested kind includes all of its sub-kinds.
    fn is_requested(&self, kind: &CodeActionKind) -> bool {
        self.params.context.only.as_ref().is_none_or(|only| {
            only.iter().any(|only| {
                let rest = kind.as_str().strip_prefix(only.as_str());
                only.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        })
    }

    fn is_in_range(&self, finding: &report::Diagnostic, asked: &std::ops::Range<usize>) -> bool {
        let Some(place) = finding.finding.place.label() else { return false };
        let setters = setters(finding, &self.report.sources);
        std::iter::once(place.span).chain(setters).any(|span| self.touches(span, asked))
    }

    fn touches(&self, span: Span, asked: &std::ops::Range<usize>) -> bool {
        let own = self.report.sources.outermost(span);
        own.file == self.file && own.range().start <= asked.end && asked.start <= own.range().end
    }

    /// The findings whose place, or the place where their value is set, touches the requested range, with their
    /// indices.
    fn findings_in_range(&self) -> impl Iterator<Item = (usize, &report::Diagnostic)> {
        let file = self.report.sources.file(self.file);
        let asked = self.places.lines(&file).bytes(self.params.range);
        let findings = self.report.findings.iter().enumerate();
        findings.filter(move |(_, finding)| self.view.is_visible(finding) && self.is_in_range(finding, &asked))
    }

    /// The actions that insert a suppression comment. Findings of several deployments that the same comment suppresses
    /// share an action.
    fn ignores(&self) -> Vec<CodeAction> {
        let mut comments: Vec<(DocumentEdit, Vec<&report::Diagnostic>)> = Vec::new();
        for (number, finding) in self.findings_in_range() {
            let comment = suppress::comment(self.report, number, REASON, self.folder.enforced());
            let Some(comment) = comment else { continue };
            match comments.iter_mut().find(|(known, _)| *known == comment) {
                Some((_, findings)) => findings.push(finding),
                None => comments.push((comment, vec![finding])),
            }
        }
        comments.into_iter().filter_map(|(comment, findings)| self.ignore(comment, &findings)).collect()
    }

    fn ignore(&self, comment: DocumentEdit, findings: &[&report::Diagnostic]) -> Option<CodeAction> {
        let title = format!("Ignore `{}` with a reason", findings.first()?.rule.id());
        self.action(title, CodeActionKind::QUICKFIX, findings, &[comment])
    }

    fn action(
        &self,
        title: String,
        kind: CodeActionKind,
        findings: &[&report::Diagnostic],
        edits: &[DocumentEdit],
    ) -> Option<CodeAction> {
        let title = crate::output::sanitize(&title).into_owned();
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        for diagnostic in findings.iter().filter_map(|finding| self.diagnostic(finding)) {
            if !diagnostics.contains(diagnostic) {
                diagnostics.push(diagnostic.clone());
            }
        }
        Some(CodeAction {
            title,
            kind: Some(kind),
            diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
            edit: Some(self.edit(edits)?),
            ..CodeAction::default()
        })
    }

    /// The diagnostic of the request that represents a finding.
    fn diagnostic(&self, finding: &report::Diagnostic) -> Option<&Diagnostic> {
        self.params.context.diagnostics.iter().find(|diagnostic| {
            let fingerprint = diagnostic.data.as_ref().and_then(|data| data.get("fingerprint"));
            match fingerprint.and_then(|name| name.as_str()) {
                Some(name) => name == finding.fingerprint,
                // Some editors don't return the `data` of a diagnostic.
                None => diagnostic.code == Some(NumberOrString::String(finding.rule.id().to_owned())),
            }
        })
    }

    fn edit(&self, edits: &[DocumentEdit]) -> Option<WorkspaceEdit> {
        let mut by_file: Vec<(Uri, Option<i32>, Vec<TextEdit>)> = Vec::new();
        for (span, text) in edits {
            let file = self.report.sources.file(span.file);
            let uri = self.places.uri(&file.path)?;
            let version = self.places.documents.get(&uri).map(|document| document.version);
            let range: Range = self.places.lines(&file).range(span.range());
            let edit = TextEdit { range, new_text: text.clone() };
            match by_file.iter_mut().find(|(own, ..)| *own == uri) {
                Some((_, _, edits)) => edits.push(edit),
                None => by_file.push((uri, version, vec![edit])),
            }
        }
        Some(if self.is_versioned { versioned(by_file) } else { plain(by_file) })
    }
}

fn versioned(by_file: Vec<(Uri, Option<i32>, Vec<TextEdit>)>) -> WorkspaceEdit {
    let mut operations = Vec::new();
    for (uri, version, edits) in by_file {
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits }));
    }
    let changes = DocumentChanges::Operations(operations);
    WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
}

/// The smallest single edit that converts one text to another.
fn difference(file: FileId, old: &str, new: &str) -> DocumentEdit {
    let before: usize = old.chars().zip(new.chars()).take_while(is_same).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (old.get(before..).unwrap_or_default(), new.get(before..).unwrap_or_default());
    let after = old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(is_same);
    let after: usize = after.map(|(c, _)| c.len_utf8()).sum();
    let span = Span::new(file, before, old.len().saturating_sub(after));
    (span, new_rest.get(..new_rest.len().saturating_sub(after)).unwrap_or_default().to_owned())
}

fn is_same((one, other): &(char, char)) -> bool {
    one == other
}

/// The text with an upper-case initial, as in menus.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[expect(clippy::mutable_key_type, reason = "the protocol's type wants it so, and nothing changes a URI")]
fn plain(by_file: Vec<(Uri, Option<i32>, Vec<TextEdit>)>) -> WorkspaceEdit {
    let changes: HashMap<Uri, Vec<TextEdit>> = by_file.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}
