//! `--fix` and `--diff`: apply the fixes of the findings, or print them.

use std::path::PathBuf;

use super::check::Comparison;
use super::inputs::Files;
use crate::engine;
use crate::error::Error;
use crate::fix::{self, ChangedFile, Fix, FixResult, Safety};
use crate::output::{self, Stream, TerminalStyle};
use crate::report::{Diagnostic, Gate, Report};
use crate::source::{Disk, ReadError, SourceFile, Sources};

/// The result of `--fix` or `--diff`: the remaining findings and their gate, `has_changed` if anything was fixed, and
/// `is_whole` if every changed file could be written.
pub(super) struct FixOutcome {
    pub(super) report: Report,
    pub(super) gate: Gate,
    pub(super) has_changed: bool,
    pub(super) is_whole: bool,
    /// The new text of standard input, if it has changed.
    pub(super) text: Option<String>,
}

/// Applies the fixes, or prints them as a diff. `sources` are the files that options and settings name.
pub(super) fn run(
    report: Report,
    sources: &Sources,
    bar: &mut Comparison<'_>,
    look: TerminalStyle,
) -> Result<FixOutcome, Error> {
    let now = bar.now;
    let Files::Disk(disk) = &now.given.files else {
        let cause =
            "it changes the working tree, so it can't be used when staged files or a commit are checked".to_owned();
        return Err(Error::Setting { text: "--fix".to_owned(), cause });
    };
    let mut judge = |changed: &[ChangedFile]| -> Result<(Report, Gate), Error> {
        let sources = sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
        let mut report = engine::check(disk, &now.given.inputs, sources, now.settings)?;
        let gate = bar.hold(&mut report);
        Ok((report, gate))
    };
    // Links are followed only to files within the checked paths.
    let named: Vec<PathBuf> = now.given.inputs.paths.iter().map(|input| input.path.clone()).collect();
    let (named, typed) = (Disk::new(&named), now.given.inputs.text.as_ref().map(|(path, _)| path));
    // A link that the user names may be read wherever it leads, but its target isn't written.
    let may_change = |file: &SourceFile| match typed {
        // If standard input is checked, only its text is changed.
        Some(typed) => *typed == file.path,
        None => named.holds(&file.path) && disk.holds(&file.path),
    };
    let allowed = if now.args.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    let mended = fix::mend(
        report,
        |finding: &Diagnostic, fix: &Fix, report: &Report| {
            report.tells(finding) && fix::is_allowed(fix, allowed, report, may_change)
        },
        |changed| Ok::<_, Error>(judge(changed)?.0),
    )?;
    let is_quiet = now.args.quiet;
    if now.args.diff {
        Stream::Out.write(&output::diff(&mended.files, sources), look).map_err(Error::Output)?;
        say("Would fix", &mended, is_quiet, look)?;
        let (mut report, gate) = judge(&[])?;
        fix::forget(&mut report, &mended.refused);
        return Ok(FixOutcome { report, gate, has_changed: mended.findings > 0, is_whole: true, text: None });
    }
    let written = if typed.is_some() { mended.files.clone() } else { write(&mended, &named, sources, look)? };
    let text = written.first().filter(|_| typed.is_some()).map(|one| one.text.clone());
    let is_whole = written.len() == mended.files.len();
    if is_whole {
        say("Fixed", &mended, is_quiet, look)?;
    }
    let (mut report, gate) = judge(&written)?;
    fix::forget(&mut report, &mended.refused);
    let Report { findings, sources, .. } = &mut report;
    findings.iter_mut().for_each(|finding| drop(finding.fix.take_if(|fix| !fix.is_within(sources, may_change))));
    Ok(FixOutcome { report, gate, has_changed: !written.is_empty(), is_whole, text })
}

/// Replaces the files, after all new texts are staged beside them. A file that can't be written, or that was changed in
/// the meantime, keeps its text and its findings.
fn write(mended: &FixResult, disk: &Disk, sources: &Sources, look: TerminalStyle) -> Result<Vec<ChangedFile>, Error> {
    let mut staged = Vec::new();
    for one in &mended.files {
        staged.push((one, disk.stage(&one.file.path, one.file.text.as_bytes(), one.text.as_bytes())));
    }
    let mut written = Vec::new();
    for (one, staged) in staged {
        match staged.and_then(|staged| staged.commit(disk)) {
            Ok(()) => written.push(one.clone()),
            Err(cause) => complain(sources.seen_file(&one.file), cause, look)?,
        }
    }
    Ok(written)
}

fn complain(path: String, cause: ReadError, look: TerminalStyle) -> Result<(), Error> {
    let error = Error::Change { path, cause };
    Stream::Error.write(&output::complaint(&error), look).map_err(Error::Output).map(drop)
}

fn say(verb: &str, mended: &FixResult, is_quiet: bool, look: TerminalStyle) -> Result<(), Error> {
    if is_quiet || mended.findings == 0 && mended.refused.is_empty() {
        return Ok(());
    }
    Stream::Error.write(&output::mended(verb, mended), look).map_err(Error::Output).map(drop)
}
