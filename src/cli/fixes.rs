//! `--fix` and `--diff`.

use super::check::Bar;
use super::inputs::{Files, Given};
use crate::engine;
use crate::error::Error;
use crate::fix::{self, Changed, Fix, Mended, Safety};
use crate::output::{self, Look, Stream};
use crate::report::{Gate, Report, Reported};
use crate::source::{Disk, Fs, ReadError, SourceFile, Sources};

/// What is left, what fails it, and whether anything was mended.
pub(super) struct Fixed {
    pub(super) report: Report,
    pub(super) gate: Gate,
    pub(super) has_changed: bool,
}

/// Mends what can be mended, or shows how; `sources` are those that the command line gives.
pub(super) fn run(report: Report, sources: &Sources, bar: &mut Bar<'_>, look: Look) -> Result<Fixed, Error> {
    let now = bar.now;
    let Files::Disk(disk) = &now.given.files else {
        let cause = "files are changed in the work tree, so that is what has to be checked".to_owned();
        return Err(Error::Setting { text: "--fix".to_owned(), cause });
    };
    let mut judge = |changed: &[Changed]| -> Result<(Report, Gate), Error> {
        let sources = sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
        let mut report = engine::check(disk, &now.given.inputs, sources, now.settings)?;
        let gate = bar.hold(&mut report);
        Ok((report, gate))
    };
    let allowed = if now.args.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    let is_wanted = |finding: &Reported, fix: &Fix, report: &Report| {
        report.tells(finding) && fix::is_allowed(fix, allowed, report, |file| may_change(file, now.given, disk))
    };
    let mended = fix::mend(report, is_wanted, |changed| Ok::<_, Error>(judge(changed)?.0))?;
    let is_quiet = now.args.quiet;
    if now.args.diff {
        Stream::Out.write(&output::diff(&mended.files), look).map_err(Error::Output)?;
        say("Would fix", &mended, is_quiet, look)?;
        let (report, gate) = judge(&[])?;
        return Ok(Fixed { report, gate, has_changed: mended.findings > 0 });
    }
    let written = write(&mended, disk, look)?;
    if written.len() == mended.files.len() {
        say("Fixed", &mended, is_quiet, look)?;
    }
    let (report, gate) = judge(&written)?;
    Ok(Fixed { report, gate, has_changed: !written.is_empty() })
}

/// A file below a path that is checked, whichever links lead there, and not the text of standard input.
fn may_change(file: &SourceFile, given: &Given, disk: &Disk) -> bool {
    let is_text = given.inputs.text.as_ref().is_some_and(|(path, _)| *path == file.path);
    let named: Vec<_> = given.inputs.paths.iter().map(|input| input.path.clone()).collect();
    !is_text && Disk::new(&named).read_inside(&file.path).is_ok() && disk.read_inside(&file.path).is_ok()
}

/// Replaces the files one by one. One that has changed meanwhile stays as it is, and so does what is found in it.
fn write(mended: &Mended, disk: &Disk, look: Look) -> Result<Vec<Changed>, Error> {
    let mut written = Vec::new();
    for one in &mended.files {
        match disk.replace(&one.file.path, one.file.text.as_bytes(), one.text.as_bytes()) {
            Ok(()) => written.push(one.clone()),
            Err(cause) => complain(&one.file, cause, look)?,
        }
    }
    Ok(written)
}

fn complain(file: &SourceFile, cause: ReadError, look: Look) -> Result<(), Error> {
    let error = Error::Change { path: file.name.clone(), cause };
    Stream::Error.write(&output::complaint(&error), look).map_err(Error::Output).map(drop)
}

fn say(verb: &str, mended: &Mended, is_quiet: bool, look: Look) -> Result<(), Error> {
    if is_quiet || mended.findings == 0 && mended.refused == 0 {
        return Ok(());
    }
    Stream::Error.write(&output::mended(verb, mended), look).map_err(Error::Output).map(drop)
}
