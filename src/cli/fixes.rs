//! `--fix` and `--diff`: apply the fixes of the findings, or print them.

use std::path::PathBuf;

use super::comparison::Comparison;
use super::inputs::Files;
use crate::edit::{Fix, Safety};
use crate::engine;
use crate::error::Error;
use crate::fix::{self, ChangedFile, FixResult};
use crate::output::{self, Stream, TerminalStyle};
use crate::report::{Diagnostic, Gate, Report};
use crate::source::{Disk, ReadError, SourceFile, Sources};

/// The result of `--fix` or `--diff`: the remaining findings and their gate, `has_changed` if anything was fixed, and
/// `is_complete` if every changed file could be written.
pub(super) struct FixOutcome {
    pub(super) report: Report,
    pub(super) gate: Gate,
    pub(super) has_changed: bool,
    pub(super) is_complete: bool,
    /// The new text of standard input, if it has changed.
    pub(super) text: Option<String>,
}

/// Applies the fixes, or prints them as a diff. `sources` are the files that options and settings name.
pub(super) fn run(
    report: Report,
    sources: &Sources,
    bar: &mut Comparison<'_>,
    style: TerminalStyle,
) -> Result<FixOutcome, Error> {
    let (now, view) = (bar.head, bar.view);
    let Files::Disk(disk) = &now.named_inputs.files else {
        let cause =
            "it changes the working tree, so it can't be used when staged files or a commit are checked".to_owned();
        return Err(Error::Setting { text: "--fix".to_owned(), cause });
    };
    let mut judge = |changed: &[ChangedFile]| -> Result<(Report, Gate), Error> {
        let sources = sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
        let mut report = engine::check(disk, &now.named_inputs.inputs, sources, now.settings)?;
        let gate = bar.apply_comparison(&mut report);
        Ok((report, gate))
    };
    // Links are followed only to files within the checked paths.
    let named: Vec<PathBuf> = now.named_inputs.inputs.paths.iter().map(|input| input.path.clone()).collect();
    let (named, typed) = (Disk::new(&named), now.named_inputs.inputs.text.as_ref().map(|(path, _)| path));
    // A link that the user names may be read wherever it leads, but its target isn't written.
    let may_change = |file: &SourceFile| match typed {
        // If standard input is checked, only its text is changed.
        Some(typed) => *typed == file.path,
        None => named.holds(&file.path) && disk.holds(&file.path),
    };
    let allowed = if now.args.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    let result = fix::apply_fixes(
        report,
        |diagnostic: &Diagnostic, fix: &Fix, report: &Report| {
            view.is_visible(diagnostic) && fix::is_allowed(fix, allowed, report, may_change)
        },
        |changed| Ok::<_, Error>(judge(changed)?.0),
    )?;
    let is_quiet = now.args.quiet;
    if now.args.diff {
        Stream::Out.write(&output::diff(&result.files, sources), style).map_err(Error::Output)?;
        print_result("Would fix", &result, is_quiet, style)?;
        let (mut report, gate) = judge(&[])?;
        fix::drop_rejected(&mut report, &result.rejected);
        return Ok(FixOutcome { report, gate, has_changed: result.findings > 0, is_complete: true, text: None });
    }
    let written = if typed.is_some() { result.files.clone() } else { write(&result, &named, sources, style)? };
    let text = written.first().filter(|_| typed.is_some()).map(|one| one.text.clone());
    let is_complete = written.len() == result.files.len();
    if is_complete {
        print_result("Fixed", &result, is_quiet, style)?;
    }
    let (mut report, gate) = judge(&written)?;
    fix::drop_rejected(&mut report, &result.rejected);
    let Report { findings, sources, .. } = &mut report;
    findings.iter_mut().for_each(|diagnostic| drop(diagnostic.fix.take_if(|fix| !fix.is_within(sources, may_change))));
    Ok(FixOutcome { report, gate, has_changed: !written.is_empty(), is_complete, text })
}

/// Replaces the files, after all new texts are staged beside them. A file that can't be written, or that was changed in
/// the meantime, keeps its text and its findings.
fn write(result: &FixResult, disk: &Disk, sources: &Sources, style: TerminalStyle) -> Result<Vec<ChangedFile>, Error> {
    let mut staged = Vec::new();
    for one in &result.files {
        staged.push((one, disk.stage(&one.file.path, one.file.text.as_bytes(), one.text.as_bytes())));
    }
    let mut written = Vec::new();
    for (one, staged) in staged {
        match staged.and_then(|staged| staged.commit(disk)) {
            Ok(()) => written.push(one.clone()),
            Err(cause) => report_error(sources.file_display_name(&one.file), cause, style)?,
        }
    }
    Ok(written)
}

fn report_error(path: String, cause: ReadError, style: TerminalStyle) -> Result<(), Error> {
    let error = Error::Change { path, cause };
    Stream::Error.write(&output::error_message(&error, Stream::Error.width()), style).map_err(Error::Output).map(drop)
}

fn print_result(verb: &str, result: &FixResult, is_quiet: bool, style: TerminalStyle) -> Result<(), Error> {
    if is_quiet || result.findings == 0 && result.rejected.is_empty() {
        return Ok(());
    }
    Stream::Error.write(&output::fix_summary(verb, result), style).map_err(Error::Output).map(drop)
}
