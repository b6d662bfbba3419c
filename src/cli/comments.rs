//! `--add-ignore`.

use super::inputs::Files;
use crate::error::Error;
use crate::output;
use crate::report::{Place, Report};
use crate::source::Fs;
use crate::suppress::{self, Suppression};

/// Writes the comments, marks what they accept in the report, and says what was done.
pub(super) fn add(report: &mut Report, reason: &str, enforced: &[&str], files: &Files) -> Result<String, Error> {
    let Files::Disk(disk) = files else {
        let cause = "comments are written to the work tree, so that is what has to be checked".to_owned();
        return Err(Error::Setting { text: "--add-ignore".to_owned(), cause });
    };
    if reason.chars().any(|c| c.is_control()) {
        let cause = "a reason is one line of text".to_owned();
        return Err(Error::Setting { text: format!("--add-ignore={reason}"), cause });
    }
    let mut comments = suppress::comments(report, reason.trim(), enforced);
    // Texts from standard input, from arguments or from within other texts are no files.
    comments.files.retain(|one| {
        let file = report.sources.file(one.file);
        disk.read_inside(&file.path).is_ok_and(|bytes| bytes == file.text.as_bytes())
    });
    for one in &comments.files {
        let file = report.sources.file(one.file);
        let changed = disk.replace(&file.path, file.text.as_bytes(), one.text.as_bytes());
        changed.map_err(|cause| Error::Change { path: file.name.clone(), cause })?;
    }
    for index in comments.files.iter().flat_map(|one| &one.findings) {
        let Some(finding) = report.findings.get_mut(*index) else { continue };
        if let Place::Text(label) = &finding.place {
            let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
            let span = Some(label.span);
            finding.suppressed = Some(Suppression { span, is_in_source: true, reason, until: None });
        }
    }
    Ok(output::comments(&comments, report))
}
