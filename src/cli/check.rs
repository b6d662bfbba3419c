//! `trailint check`: reads the inputs and the configuration, checks, applies fixes and writes the reports.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::ArgMatches;

use super::baseline::BaselineLocation;
use super::comparison::{Comparison, HeadRun};
use super::inputs::{self, Files, NamedInputs};
use super::job::{self, CheckJob};
use super::watch::CheckOutcome;
use super::{
    CheckArgs, NOT_DONE, baseline, comments, comparison, config, destinations, fixes, provenance, staged, watch,
};
use crate::config::is_setting;
use crate::error::Error;
use crate::output::{self, Destination, OutputFormat, Stream, TerminalStyle};
use crate::report::{MIN_WIDTH, Report, View};
use crate::source::{FileStates, format_path, normalize};

/// The exit status of a check with a finding that fails the run.
const FOUND: u8 = 1;

pub(super) fn run(args: &CheckArgs, matches: &ArgMatches, style: TerminalStyle) -> Result<ExitCode, Error> {
    if args.watch {
        return watch(args, matches, style);
    }
    if let Some(changes) = staged::without_effect(args, matches) {
        staged::print(changes, args, style)?;
        return Ok(ExitCode::SUCCESS);
    }
    run_once(args, matches, style, None).map(|done| done.status)
}

/// Repeats the check until the program is ended or the reader of its output goes away.
fn watch(args: &CheckArgs, matches: &ArgMatches, style: TerminalStyle) -> Result<ExitCode, Error> {
    if args.inputs.reads_standard_input() {
        return Err(Error::WatchedStandardInput);
    }
    watch::run(|seen| run_once(args, matches, style, Some(seen)), style)
}

fn run_once(
    args: &CheckArgs,
    matches: &ArgMatches,
    style: TerminalStyle,
    seen: Option<Arc<FileStates>>,
) -> Result<CheckOutcome, Error> {
    let mut named_inputs = inputs::read(&args.inputs, matches)?;
    set_up(&mut named_inputs, args, seen.as_ref());
    let before = comparison::compare(args, &mut named_inputs)?;
    let base = before.as_ref().filter(|_| args.uses_base()).map(|before| &before.named_inputs.files);
    if let Some(base) = base {
        named_inputs.files.use_ignore_files_of(base);
    } else if args.locked {
        check_named_settings(args, &named_inputs)?;
    }
    let fs = base.unwrap_or(&named_inputs.files).fs();
    let is_trusted = base.is_some() || !args.locked;
    let load = if is_trusted { config::load } else { config::load_named };
    let config = load(&args.config, &named_inputs, fs, &named_inputs.sources)?;
    let baseline = match is_trusted || args.baseline.is_some() {
        true => baseline::read(args, &config, &named_inputs, BaselineLocation { fs, sources: &named_inputs.sources })?,
        false => None,
    };
    let CheckJob { args, config, mut named_inputs, mut settings } = job::job(config, named_inputs, &["check"])?;
    settings.suppress.is_disabled |= !is_trusted;
    let (printed, files) = destinations::of(&args, matches)?;
    let is_for_hub = printed == OutputFormat::Asff || files.iter().any(|to| to.format == OutputFormat::Asff);
    if is_for_hub && args.date.or_else(job::source_date).is_none() {
        return Err(Error::MissingOption(output::needs("--date")));
    }
    check_changed(&args, &named_inputs)?;
    let head = HeadRun {
        args: &args,
        config: &config,
        baseline: baseline.as_ref(),
        settings: &settings,
        named_inputs: &named_inputs,
    };
    let base_run = before.map(|before| head.check_base(before)).transpose()?;
    settings.evaluation.base = base_run.as_ref().map(|base_run| Arc::clone(&base_run.files));
    let sources = named_inputs.sources.with(std::iter::empty());
    let mut report = job::run_engine(&args, &mut named_inputs, &settings)?;
    destinations::check_destinations(&files, &args, &report, &named_inputs, &sources)?;
    if args.fix && !args.diff || args.add_ignore.is_some() {
        // If a report can't be written, no source file may change either.
        files.iter().try_for_each(Destination::check_writable)?;
    }
    destinations::drop_own_reports(&files, &mut report, &named_inputs);
    let head = HeadRun {
        args: &args,
        config: &config,
        baseline: baseline.as_ref(),
        settings: &settings,
        named_inputs: &named_inputs,
    };
    let view = job::view(&args, matches, &config);
    let mut bar = Comparison { base_run, head, view: &view };
    let mut gate = bar.apply_comparison(&mut report);
    let mut least = 0;
    let mut text = None;
    if args.fix || args.diff {
        let fixed = fixes::run(report, &sources, &mut bar, style)?;
        least = match fixed.has_changed && args.exit_non_zero_on_fix {
            _ if !fixed.is_complete => NOT_DONE,
            true => FOUND,
            false => 0,
        };
        text = fixed.text;
        (report, gate) = (fixed.report, fixed.gate);
    }
    if let Some(reason) = &args.add_ignore {
        let added = comments::add(&mut report, reason, &sources, &bar)?;
        text = added.text;
        Stream::Error.write(&added.message, style).map_err(Error::Output)?;
    }
    report.merge_findings();
    let provenance =
        args.compliance.is_some().then(|| provenance::of(&args, matches, &config, &named_inputs, &report, &sources));
    let view = View { is_brief: !args.verbose && report.is_clean(gate), provenance, ..view };
    let repository = if is_for_hub { provenance::repository(&named_inputs) } else { None };
    let view = View { repository, ..view };
    if is_for_hub && let Some(option) = output::missing_option(&report, &view) {
        return Err(Error::MissingOption(output::needs(option)));
    }
    write(&report, &view, &files)?;
    if let Some(seen) = &seen {
        files.iter().for_each(|to| seen.renew(&normalize(&named_inputs.working_directory.join(&to.path))));
    }
    let changed =
        changes_standard_input(&args, &named_inputs).map(|typed| text.map_or(typed.to_vec(), String::into_bytes));
    let is_stdout_open = print(&report, &view, printed, &args, changed.as_deref(), style)?;
    let status = if report.passes(gate) { least } else { least.max(FOUND) };
    Ok(CheckOutcome { status: ExitCode::from(status), is_stdout_open })
}

/// Applies `--jobs` and `--watch` to the disk.
fn set_up(named_inputs: &mut NamedInputs, args: &CheckArgs, seen: Option<&Arc<FileStates>>) {
    let Files::Disk(disk) = &mut named_inputs.files else { return };
    if let Some(jobs) = args.jobs {
        disk.limit_threads(jobs);
    }
    if let Some(seen) = seen {
        disk.record_in(Arc::clone(seen));
        args.inputs
            .files_from
            .iter()
            .for_each(|list| seen.record(&normalize(&named_inputs.working_directory.join(list))));
    }
}

/// Writes the reports to their files. This precedes all printing, so that a run whose reports can't be written prints
/// only that error.
fn write(report: &Report, view: &View, destinations: &[Destination]) -> Result<(), Error> {
    // The content of a file doesn't depend on the terminal.
    let view = View { width: MIN_WIDTH, ..view.clone() };
    let texts: Vec<_> =
        destinations.iter().map(|to| (to.path.as_path(), to.format.render_plain(report, &view))).collect();
    output::write(&texts)
}

/// Returns the text from standard input if the run changes it: then the new text is printed, and no file is written.
fn changes_standard_input<'g>(args: &CheckArgs, named_inputs: &'g NamedInputs) -> Option<&'g [u8]> {
    let (_, text) = named_inputs.inputs.text.as_ref()?;
    (args.add_ignore.is_some() || args.fix && !args.diff).then_some(text)
}

/// Refuses to change standard input and files in one run, since only the new text of standard input could be printed.
fn check_changed(args: &CheckArgs, named_inputs: &NamedInputs) -> Result<(), Error> {
    if changes_standard_input(args, named_inputs).is_none() || named_inputs.inputs.paths.is_empty() {
        return Ok(());
    }
    let option = if args.fix { "--fix" } else { "--add-ignore" };
    let cause = "it prints the new text of standard input, so `-` must be the only path".to_owned();
    Err(Error::Setting { text: option.to_owned(), cause })
}

/// Prints the report and the requested additions; false if the reader of standard output has closed it. If standard
/// input was changed, its new text goes to standard output and the report to standard error.
fn print(
    report: &Report,
    view: &View,
    format: OutputFormat,
    args: &CheckArgs,
    changed: Option<&[u8]>,
    style: TerminalStyle,
) -> Result<bool, Error> {
    let text = format.render(report, view);
    let is_read = match changed {
        Some(changed) => {
            Stream::Error.write(&text, style).map_err(Error::Output)?;
            output::write_text(changed).map_err(Error::Output)?
        }
        // With `--diff`, standard output has only the diff, so that it can be applied.
        None => args.diff || Stream::Out.write(&text, style).map_err(Error::Output)?,
    };
    let width = Stream::Error.width();
    if args.verbose {
        Stream::Error.write(&output::log(report, width), style).map_err(Error::Output)?;
    }
    if args.statistics {
        Stream::Error.write(&output::statistics(report, view), style).map_err(Error::Output)?;
    }
    if !args.quiet {
        Stream::Error.write(&output::summary(report, &View { width, ..view.clone() }), style).map_err(Error::Output)?;
    }
    Ok(is_read)
}

/// Refuses a configuration or baseline that the command line names if it lies in the checked tree and there is no
/// earlier state to read it from.
fn check_named_settings(args: &CheckArgs, named_inputs: &NamedInputs) -> Result<(), Error> {
    let files = args.config.config.iter().filter(|text| !is_setting(text)).map(Path::new);
    for named in files.chain(args.baseline.as_deref()) {
        let path = normalize(&named_inputs.working_directory.join(named));
        let place = path.canonicalize().unwrap_or_else(|_| path.clone());
        let roots =
            named_inputs.read_roots.iter().flat_map(|root| [root.canonicalize().ok(), Some(root.clone())]).flatten();
        if roots.into_iter().any(|root| [&path, &place].iter().any(|path| path.starts_with(&root))) {
            return Err(Error::NoSay { path: format_path(named) });
        }
    }
    Ok(())
}
