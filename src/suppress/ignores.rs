//! Collects the suppressions in the comments and the metadata of a file.

use super::OtherTool;
use super::directive::{self, Directive};
use super::outline::PlaceOutline;
use super::{comment_scope, expiry, metadata, other_tools};
use crate::report::{SuppressedBy, Suppression};
use crate::rules::{self, Rule};
use crate::source::{FileId, SourceFile, Span, is_installed};
use crate::syntax::node::{Entry, Node, NodeKind};

/// Every file with a suppression comment of trailint, valid or misspelt, contains one of these texts. They apply
/// whatever other tools are honoured.
const WORDS: [&str; 6] = ["railint", "RAILINT", "gnore[", "gnore [", "GNORE[", "GNORE ["];

/// Every file with a suppression in metadata contains all of these texts.
const METADATA_WORDS: [&str; 2] = ["Metadata", "gnore"];

/// A property with this name is a comment in Terraform's JSON syntax.
const COMMENT: &str = "//";

/// The limit of suppressions in a file, above any realistic number. Further ones have no effect.
pub(super) const MAX_IGNORES: usize = 1_000;

/// A suppression comment, or an entry of metadata.
#[derive(Debug)]
pub(super) struct SuppressionSource {
    /// The suppressed rules, or messages about invalid names.
    pub(super) rules: Vec<Result<&'static Rule, String>>,
    /// The part of the file that it applies to; `None` if it applies to nothing.
    pub(super) region: Option<Span>,
    pub(super) suppression: Suppression,
    /// The former ids among the names of the rules.
    pub(super) old_ids: Vec<String>,
    /// False for a suppression of another tool.
    pub(super) is_own: bool,
}

/// All suppressions in a file.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    pub(super) all: Vec<SuppressionSource>,
    /// Invalid suppressions of trailint, with messages.
    pub(super) misread: Vec<(Span, String)>,
    /// True if the file has more suppressions than the limit.
    is_full: bool,
    /// The number of the line after the last suppression comment.
    next_line: u32,
}

impl Ignores {
    /// Reads a file. For a file without any of the words, the only cost is the search for them.
    pub(super) fn read(id: FileId, file: &SourceFile, honored: &[OtherTool]) -> Self {
        let mut words =
            WORDS.into_iter().chain(honored.iter().flat_map(|tool| other_tools::words(*tool).iter().copied()));
        let mut ignores = Self::default();
        // Settings have other keys for suppressions, and installed code isn't edited by the user.
        let is_code = !file.name.ends_with(".toml") && !is_installed(&file.path);
        if !is_code
            || !words.any(|word| file.text.contains(word))
                && !METADATA_WORDS.into_iter().all(|word| file.text.contains(word))
        {
            return ignores;
        }
        let outline = PlaceOutline::read(id, file);
        for comment in &outline.comments {
            ignores.add_comment(*comment, &outline, file);
            for tool in honored {
                ignores.extend(other_tools::of_comment(*tool, *comment, &outline, file));
            }
            // It takes a search of the whole file to find the region of each comment.
            if ignores.is_full {
                break;
            }
        }
        for document in &outline.documents {
            ignores.add_notes(document, document.span);
            metadata::read(document, honored, &mut ignores);
        }
        ignores
    }

    /// Adds suppressions, or reports that there are too many.
    pub(super) fn extend(&mut self, ignores: impl IntoIterator<Item = SuppressionSource>) {
        for ignore in ignores {
            if self.has_room(ignore.suppression.span) {
                self.all.push(ignore);
            }
        }
    }

    /// Adds an invalid suppression, within the same limit.
    pub(super) fn misread(&mut self, span: Span, message: String) {
        if self.has_room(Some(span)) {
            self.misread.push((span, message));
        }
    }

    /// True if the limit isn't reached. The first suppression beyond it is reported.
    fn has_room(&mut self, place: Option<Span>) -> bool {
        let has_room = self.all.len().saturating_add(self.misread.len()) < MAX_IGNORES;
        if !has_room && !self.is_full {
            self.is_full = true;
            let message = format!("only the first {MAX_IGNORES} such comments of a file are used");
            self.misread.extend(place.map(|span| (span, message)));
        }
        has_room
    }

    /// Reads each line of a comment.
    fn add_comment(&mut self, comment: Span, outline: &PlaceOutline, file: &SourceFile) {
        let mut start = comment.start;
        for line in file.slice(comment).split_inclusive('\n') {
            let span =
                Span { start, end: start.saturating_add(u32::try_from(line.trim_end().len()).unwrap_or(0)), ..comment };
            start = start.saturating_add(u32::try_from(line.len()).unwrap_or(0));
            let (text, number) = (without_marks(line), file.position(span.start).line);
            match directive::read(text) {
                _ if self.is_full => return,
                None if number == self.next_line && expiry::is_in(text) => {
                    self.misread(span, "write `until=` on the line of `trailint: ignore[RULE]`".to_owned());
                }
                // The reason may continue on further lines.
                None => self.next_line = self.next_line.saturating_add(u32::from(number == self.next_line)),
                Some(Err(message)) => self.misread(span, message),
                Some(Ok(directive)) => {
                    self.next_line = number.saturating_add(1);
                    let region = match directive.is_for_file {
                        true => whole_file(comment, file),
                        false => comment_scope::of_comment(comment, outline, file),
                    };
                    self.extend([SuppressionSource::of(directive, span, region)]);
                }
            }
        }
    }

    /// Reads the properties that are comments. Each applies to the object that contains it.
    fn add_notes(&mut self, node: &Node, around: Span) {
        match &node.kind {
            NodeKind::Mapping(mapping) => mapping.entries.iter().for_each(|entry| self.add_note(entry, around)),
            // A list with one element is the same block as the element alone.
            NodeKind::Sequence(items) => {
                let is_one = items.len() == 1;
                items.iter().for_each(|item| self.add_notes(item, if is_one { around } else { item.whole() }));
            }
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }

    fn add_note(&mut self, entry: &Entry, around: Span) {
        if entry.key.as_text() != Some(COMMENT) {
            if entry.value.as_text().is_some_and(|text| directive::read(text).is_some_and(|read| read.is_ok())) {
                self.misread(entry.value.span, "only `\"//\"` properties are comments".to_owned());
            }
            return self.add_notes(&entry.value, entry.key.span.to(entry.value.whole()));
        }
        let texts = match &entry.value.kind {
            NodeKind::Sequence(items) => items.iter().collect(),
            NodeKind::Scalar(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => vec![&entry.value],
        };
        for node in texts {
            match node.as_text().and_then(directive::read) {
                None => {}
                Some(Err(message)) => self.misread(node.span, message),
                Some(Ok(directive)) => self.extend([SuppressionSource::of(directive, node.span, Some(around))]),
            }
        }
    }
}

impl SuppressionSource {
    fn of(directive: Directive, span: Span, region: Option<Span>) -> Self {
        let Directive { names, until, reason, .. } = directive;
        let rules = names.iter().map(|name| rules::evaluating(name)).collect();
        let old_ids = names.into_iter().filter(|name| rules::renamed(name).is_some()).collect();
        Self {
            rules,
            old_ids,
            region,
            suppression: Suppression { reason, until, ..Suppression::new(SuppressedBy::Comment, Some(span)) },
            is_own: true,
        }
    }

    /// True if the suppression covers the findings of a rule at a place.
    pub(super) fn covers(&self, rule: &Rule, place: Span) -> bool {
        self.region.is_some_and(|region| region.file == place.file && region.range().contains(&place.range().start))
            && self.rules.iter().any(|named| named.as_ref().is_ok_and(|named| std::ptr::eq(*named, rule)))
    }
}

/// Returns the whole file, if the comment is at the start of a line.
fn whole_file(comment: Span, file: &SourceFile) -> Option<Span> {
    let is_at_start = file.position(comment.start).column == 1;
    is_at_start.then(|| Span::new(comment.file, 0, file.text.len()))
}

/// Returns a line of a comment without the comment's marks.
fn without_marks(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_suffix("*/").map_or(line, |line| line.trim_end_matches('*'));
    line.trim_start_matches(|c: char| matches!(c, '#' | '/' | '*' | '!') || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read(name: &str, text: &str, honored: &[OtherTool]) -> Ignores {
        let sources = Sources::default();
        let id = sources.add(name.as_ref(), text.as_bytes().to_vec());
        Ignores::read(id, &sources.file(id), honored)
    }

    #[test]
    fn the_first_comment_that_does_not_count_is_told() {
        for line in ["# trailint: ignore[stopped-trail] x\na = 1\n", "# checkov:skip=CKV_AWS_67:x\na = 1\n"] {
            let at_most = read("/a.tf", &line.repeat(1_000), &[OtherTool::Checkov]);
            assert_eq!((at_most.all.len(), at_most.misread.len()), (1_000, 0));
            let more = read("/a.tf", &line.repeat(1_500), &[OtherTool::Checkov]);
            assert_eq!(more.all.len(), 1_000);
            let told: Vec<_> = more.misread.iter().map(|(span, message)| (span.start as usize, &**message)).collect();
            assert_eq!(told, [(1_000 * line.len(), "only the first 1000 such comments of a file are used")]);
        }
    }

    #[test]
    fn hostile_comments_take_linear_time() {
        let tools = [OtherTool::Checkov, OtherTool::Trivy, OtherTool::Kics];
        for said in ["checkov:skip=CKV_AWS_67", "trivy:ignore:NONE", "trivy:ignore:AWS-0014", "kics-scan disable=x"] {
            let text = format!("- a # {said}\n").repeat(40_000);
            assert!(read("/a.yaml", &text, &tools).all.len() <= 1_000, "{said}");
        }
        let text = format!("# {}\na = 1\n", "trivy:ignore:AWS-0014 ".repeat(100_000));
        assert_eq!(read("/a.tf", &text, &tools).all.len(), 1_000);
    }
}
