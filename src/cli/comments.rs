//! `--add-ignore`: writes comments that suppress the findings of the run.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::comparison::Comparison;
use super::inputs::Files;
use crate::engine;
use crate::error::Error;
use crate::finding::FindingTarget;
use crate::fix::ChangedFile;
use crate::output;
use crate::report::{Report, SuppressedBy, Suppression, View};
use crate::source::{Fs, Sources};
use crate::suppress::{self, AddedComments};

/// The limit of attempts. Each attempt excludes at least one more finding.
const MAX_ATTEMPTS: usize = 50;

/// The result of `--add-ignore`.
pub(super) struct CommentOutcome {
    /// The message for the user.
    pub(super) message: String,
    /// The new text of standard input, if it got comments.
    pub(super) text: Option<String>,
}

/// Writes the comments that have an effect, marks the findings that they suppress in the report, and returns a message.
/// `sources` are the files that options and settings name.
pub(super) fn add(
    report: &mut Report,
    reason: &str,
    sources: &Sources,
    bar: &Comparison<'_>,
) -> Result<CommentOutcome, Error> {
    let now = bar.head;
    let Files::Disk(disk) = &now.named_inputs.files else {
        let cause =
            "it changes the working tree, so it can't be used when staged files or a commit are checked".to_owned();
        return Err(Error::Setting { text: "--add-ignore".to_owned(), cause });
    };
    if reason.chars().any(|c| c.is_control()) {
        let cause = "the reason must be one line of text".to_owned();
        return Err(Error::Setting { text: format!("--add-ignore={reason}"), cause });
    }
    let reason = reason.trim();
    let typed = now.named_inputs.inputs.text.as_ref().map(|(path, _)| path.as_path());
    let judge = |comments: &AddedComments| {
        let texts = changed(comments, report);
        let sources = sources.with(texts.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
        engine::check(disk, &now.named_inputs.inputs, sources, now.settings)
    };
    // Texts from arguments, or embedded in other texts, aren't files.
    let is_file = |path: &Path, text: &str| match typed {
        Some(typed) => typed == path,
        None => disk.read_inside(path).is_ok_and(|bytes| bytes == text.as_bytes()),
    };
    let comments = effective(report, bar.view, reason, &now.settings.selection.enforced, is_file, judge)?;
    for one in comments.files.iter().filter(|_| typed.is_none()) {
        let file = report.sources.file(one.file);
        let changed = disk.replace(&file.path, file.text.as_bytes(), one.text.as_bytes());
        changed.map_err(|cause| Error::Change { path: file.name.clone(), cause })?;
    }
    let accepted: Vec<usize> = comments.files.iter().flat_map(|one| one.findings.iter().copied()).collect();
    for index in accepted {
        let Some(diagnostic) = report.findings.get_mut(index) else { continue };
        if let FindingTarget::Text(label) = &diagnostic.finding.place {
            let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
            let comment = Suppression::new(SuppressedBy::Comment, Some(label.span));
            diagnostic.suppressed = Some(Suppression { reason, ..comment });
        }
    }
    let text = comments.files.first().filter(|_| typed.is_some()).map(|one| one.text.clone());
    Ok(CommentOutcome { message: output::comments(&comments, report, output::Stream::Error.width()), text })
}

/// Returns the comments that suppress their findings and cause no new ones.
fn effective(
    report: &Report,
    view: &View,
    reason: &str,
    enforced: &[&str],
    is_file: impl Fn(&Path, &str) -> bool,
    judge: impl Fn(&AddedComments) -> Result<Report, Error>,
) -> Result<AddedComments, Error> {
    let mut refused = BTreeSet::new();
    for _ in 0..MAX_ATTEMPTS {
        let mut comments = suppress::comments(report, view, reason, enforced, &refused);
        let no_files: BTreeSet<usize> = comments
            .files
            .iter()
            .filter(|one| {
                let file = report.sources.file(one.file);
                !is_file(&file.path, &file.text)
            })
            .flat_map(|one| one.findings.iter().copied())
            .collect();
        if !no_files.is_empty() {
            refused.extend(no_files);
            continue;
        }
        if comments.files.is_empty() {
            return Ok(comments);
        }
        let without_effect = without_effect(&comments, report, &judge(&comments)?);
        if without_effect.is_empty() {
            comments.uncommented.sort_by_key(|left| (left.place.file, left.place.start));
            return Ok(comments);
        }
        refused.extend(without_effect);
    }
    // No comment is better than one without an effect.
    Ok(suppress::comments(report, view, reason, enforced, &(0..report.findings.len()).collect()))
}

/// Returns the findings that still count although they have a comment. If all of them are suppressed but a new finding
/// has appeared, returns all findings with a comment.
fn without_effect(comments: &AddedComments, before: &Report, after: &Report) -> BTreeSet<usize> {
    let (was, is) = (unsuppressed(before), unsuppressed(after));
    let all = comments.files.iter().flat_map(|one| one.findings.iter().copied());
    let left: BTreeSet<usize> = all
        .clone()
        .filter(|index| before.findings.get(*index).is_some_and(|diagnostic| is.contains(&diagnostic.fingerprint)))
        .collect();
    let has_new = after.findings.iter().any(|diagnostic| {
        diagnostic.suppressed.is_none()
            && !diagnostic.finding.is_declared_elsewhere
            && !was.contains(&diagnostic.fingerprint)
    });
    match left.is_empty() {
        false => left,
        true if has_new => all.collect(),
        true => left,
    }
}

fn unsuppressed(report: &Report) -> HashSet<String> {
    let counted = report.findings.iter().filter(|diagnostic| diagnostic.suppressed.is_none());
    counted.map(|diagnostic| diagnostic.fingerprint.clone()).collect()
}

/// Returns the files with their comments inserted.
fn changed(comments: &AddedComments, report: &Report) -> Vec<ChangedFile> {
    comments
        .files
        .iter()
        .map(|one| ChangedFile { file: Arc::clone(&report.sources.file(one.file)), text: one.text.clone() })
        .collect()
}
