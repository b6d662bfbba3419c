//! `trailint check`: reads the inputs and the configuration, checks, applies fixes and writes the reports.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};

use super::baseline::BaselineLocation;
use super::changes::{BaseRun, HeadRun};
use super::inputs::{self, Files, NamedInputs};
use super::{
    CheckArgs, NOT_DONE, asked, baseline, changes, comments, config, destinations, evaluation, fixes, locked, narrowed,
    progress, regions, watch,
};
use crate::config::{Config, is_setting};
use crate::engine::{self, EngineSettings};
use crate::error::Error;
use crate::fix;
use crate::named::closest;
use crate::output::{self, Destination, OutputFormat, Stream, TerminalStyle};
use crate::report::{Gate, OnUnknown, Renamed, Report};
use crate::rules::{self, Strictness};
use crate::source::{FileStates, named, normalize};
use crate::suppress::{self, Date};

/// The exit status of a check with a finding that fails the run.
const FOUND: u8 = 1;

pub(super) fn run(args: &CheckArgs, matches: &ArgMatches, look: TerminalStyle) -> Result<ExitCode, Error> {
    if args.watch {
        return watch(args, matches, look);
    }
    once(args, matches, look, None).map(|done| done.status)
}

/// The result of a check.
pub(super) struct CheckOutcome {
    pub(super) status: ExitCode,
    /// False if the reader of standard output has closed it.
    pub(super) is_read: bool,
}

/// Repeats the check until the program is ended or the reader of its output goes away.
fn watch(args: &CheckArgs, matches: &ArgMatches, look: TerminalStyle) -> Result<ExitCode, Error> {
    if args.inputs.reads_standard_input() {
        return Err(Error::WatchedStandardInput);
    }
    watch::run(|seen| once(args, matches, look, Some(seen)), look)
}

fn once(
    args: &CheckArgs,
    matches: &ArgMatches,
    look: TerminalStyle,
    seen: Option<Arc<FileStates>>,
) -> Result<CheckOutcome, Error> {
    let mut given = inputs::read(&args.inputs, matches)?;
    set_up(&mut given, args, seen.as_ref());
    let before = changes::compare(args, &mut given)?;
    let base = before.as_ref().filter(|_| args.takes_base()).map(|before| &before.given.files);
    if let Some(base) = base {
        given.files.heeds(base);
    } else if args.locked {
        locked::check_named(args, &given)?;
    }
    let fs = base.unwrap_or(&given.files).fs();
    let has_say = base.is_some() || !args.locked;
    let load = if has_say { config::load } else { config::load_named };
    let config = load(&args.config, &given, fs, &given.sources)?;
    let baseline = match has_say || args.baseline.is_some() {
        true => baseline::read(args, &config, &given, BaselineLocation { fs, sources: &given.sources })?,
        false => None,
    };
    let CheckJob { args, config, mut given, mut settings } = job(config, given, &["check"])?;
    settings.suppress.is_off |= !has_say;
    let (printed, files) = destinations::of(&args, matches)?;
    check_changed(&args, &given)?;
    let now = HeadRun { args: &args, config: &config, baseline: baseline.as_ref(), settings: &settings, given: &given };
    let was = before.map(|before| now.judge(before)).transpose()?;
    settings.evaluation.base = was.as_ref().map(|was| Arc::clone(&was.base));
    let sources = given.sources.with(std::iter::empty());
    let mut report = judge(&args, &mut given, &settings)?;
    destinations::spare(&files, &args, &report, &given, &sources)?;
    if args.fix && !args.diff || args.add_ignore.is_some() {
        // If a report can't be written, no source file may change either.
        files.iter().try_for_each(Destination::check_writable)?;
    }
    destinations::forget(&files, &mut report, &given);
    let now = HeadRun { args: &args, config: &config, baseline: baseline.as_ref(), settings: &settings, given: &given };
    let mut bar = Comparison { was, now };
    let mut gate = bar.hold(&mut report);
    let mut least = 0;
    let mut text = None;
    if args.fix || args.diff {
        let fixed = fixes::run(report, &sources, &mut bar, look)?;
        least = match fixed.has_changed && args.exit_non_zero_on_fix {
            _ if !fixed.is_whole => NOT_DONE,
            true => FOUND,
            false => 0,
        };
        text = fixed.text;
        (report, gate) = (fixed.report, fixed.gate);
    }
    if let Some(reason) = &args.add_ignore {
        let added = comments::add(&mut report, reason, &sources, &bar)?;
        text = added.text;
        Stream::Error.write(&added.said, look).map_err(Error::Output)?;
    }
    write(&report, &files)?;
    if let Some(seen) = &seen {
        files.iter().for_each(|to| seen.renew(&normalize(&given.here.join(&to.path))));
    }
    let changed = changes_standard_input(&args, &given).map(|typed| text.map_or(typed.to_vec(), String::into_bytes));
    let is_read = print(&report, printed, &args, changed.as_deref(), look)?;
    let status = if report.passes(gate) { least } else { least.max(FOUND) };
    Ok(CheckOutcome { status: ExitCode::from(status), is_read })
}

/// The state that a report is compared with, and the options for its presentation.
pub(super) struct Comparison<'a> {
    pub(super) now: HeadRun<'a>,
    was: Option<BaseRun>,
}

impl Comparison<'_> {
    /// Suppresses the findings that don't count in a report, and returns the gate that it has to pass.
    pub(super) fn hold(&mut self, report: &mut Report) -> Gate {
        let HeadRun { args, config, baseline, settings, given } = self.now;
        let mut gate = Gate { fail_on: args.fail_on.level(), unknown_fails: args.unknown == OnUnknown::Fail };
        if let Some(was) = &mut self.was {
            gate = gate.stricter(self.now.hold_against(was, report));
        }
        if let Some(baseline) = baseline {
            report.stale_entries = baseline::apply(baseline, report, settings, given);
        }
        fix::spare_accepted(report);
        present(report, args, config);
        report.renamed.extend(baseline.into_iter().flat_map(|own| baseline::renamed(own, args)));
        gate
    }
}

/// A check that is ready to run.
pub(super) struct CheckJob {
    pub(super) args: CheckArgs,
    pub(super) config: Config,
    pub(super) given: NamedInputs,
    pub(super) settings: EngineSettings,
}

/// Combines the arguments of the nested `subcommands` with the configuration.
pub(super) fn job(config: Config, given: NamedInputs, subcommands: &[&str]) -> Result<CheckJob, Error> {
    let matches = config::complete(&config, subcommands);
    let args = CheckArgs::from_arg_matches(&matches).unwrap_or_else(|error| super::end(&error));
    job_of(args, &matches, config, given)
}

/// Combines complete arguments with the configuration.
pub(super) fn job_of(
    args: CheckArgs,
    matches: &ArgMatches,
    config: Config,
    mut given: NamedInputs,
) -> Result<CheckJob, Error> {
    check_benchmark(args.compliance.as_deref())?;
    let settings = settings(&args, &config, matches, &mut given)?;
    Ok(CheckJob { args, config, given, settings })
}

/// Runs the check and returns all findings, including those that don't count.
pub(super) fn judge(args: &CheckArgs, given: &mut NamedInputs, settings: &EngineSettings) -> Result<Report, Error> {
    let bar = if args.no_progress || args.quiet { None } else { progress::draw(Arc::clone(&settings.progress)) };
    let report = engine::check(given.files.fs(), &given.inputs, std::mem::take(&mut given.sources), settings)?;
    drop(bar);
    if report.files == 0 && args.require_inputs && given.inputs.gone.is_empty() {
        let paths: Vec<String> = args.inputs.paths.iter().map(|path| named(path)).collect();
        return Err(Error::NoInputs { paths: paths.join(", ") });
    }
    Ok(report)
}

/// Sets the options of the report's presentation.
pub(super) fn present(report: &mut Report, args: &CheckArgs, config: &Config) {
    report.benchmark = args.compliance.as_deref().map(|name| known_as(name).to_owned());
    report.cited = report.benchmark.clone().unwrap_or_else(|| config.settings.benchmark.0.clone());
    report.renamed = renamed(args, config);
    report.hides_unknown = args.unknown == OnUnknown::Ignore;
    report.is_verbose = args.verbose;
    report.min_level = args.min_level;
    report.shows_passed = args.show_passed;
    report.shows_suppressed = args.show_suppressed;
    report.shows_accepted = args.locked;
    // A configuration file is reported as unused only if the run searches for one.
    let looks_for_one =
        !args.locked && !args.config.no_config && args.config.config.iter().all(|text| is_setting(text));
    if !looks_for_one {
        report.unused_configurations.clear();
    }
}

/// Returns the former ids of rules in options and settings.
fn renamed(args: &CheckArgs, config: &Config) -> Vec<Renamed> {
    let options = [
        ("--select", &args.select),
        ("--extend-select", &args.extend_select),
        ("--ignore", &args.ignore),
        ("--enforce", &args.enforce),
        ("--level", &args.level),
    ];
    let mut found = config.renamed.clone();
    for (option, texts) in options {
        let ids = texts.iter().map(|text| text.split('=').next().unwrap_or_default().trim());
        found.extend(ids.filter_map(|id| Renamed::of(id, option)));
    }
    found.sort();
    found.dedup();
    found
}

/// Builds the settings of the check, and excludes files from the search of the disk.
fn settings(
    args: &CheckArgs,
    config: &Config,
    matches: &ArgMatches,
    given: &mut NamedInputs,
) -> Result<EngineSettings, Error> {
    let policy = Strictness {
        selectors: config.settings.selector_policy,
        require_trail: args.require_trail,
        every_trail: config.settings.every_trail,
        regions: regions::asked_for(args.regions.as_deref())?,
        min_retention_days: config.settings.min_retention_days,
    };
    given.inputs.keep_all = args.require_trail;
    config::search(args, config, given)?;
    let mut evaluation = evaluation::options(&args.evaluation, config, matches, given)?;
    let deployments = evaluation::deployments(config, &mut evaluation, given)?;
    Ok(EngineSettings {
        policy,
        selection: asked::selection(args, matches)?,
        evaluation,
        levels: asked::levels(&args.level, config)?,
        suppress: suppress::SuppressionPolicy {
            is_off: args.no_ignores,
            is_locked: args.locked,
            accepted: config.accepted(),
            checked: given.inputs.paths.iter().map(|input| input.path.clone()).collect(),
            honored: config.settings.honor.clone(),
            today: Date::today(),
        },
        deployments,
        jobs: args.jobs,
        progress: Arc::default(),
        narrowed: narrowed::of(args, matches, given),
    })
}

/// Applies `--jobs` and `--watch` to the disk.
fn set_up(given: &mut NamedInputs, args: &CheckArgs, seen: Option<&Arc<FileStates>>) {
    let Files::Disk(disk) = &mut given.files else { return };
    if let Some(jobs) = args.jobs {
        disk.limit_threads(jobs);
    }
    if let Some(seen) = seen {
        disk.note_in(Arc::clone(seen));
        args.inputs.files_from.iter().for_each(|list| seen.note(&normalize(&given.here.join(list))));
    }
}

/// Writes the reports to their files. This precedes all printing, so that a run whose reports can't be written prints
/// only that error.
fn write(report: &Report, destinations: &[Destination]) -> Result<(), Error> {
    let texts: Vec<_> = destinations.iter().map(|to| (to.path.as_path(), to.format.render_plain(report))).collect();
    output::write(&texts)
}

/// Returns the text from standard input if the run changes it: then the new text is printed, and no file is written.
fn changes_standard_input<'g>(args: &CheckArgs, given: &'g NamedInputs) -> Option<&'g [u8]> {
    let (_, text) = given.inputs.text.as_ref()?;
    (args.add_ignore.is_some() || args.fix && !args.diff).then_some(text)
}

/// Refuses to change standard input and files in one run, since only the new text of standard input could be printed.
fn check_changed(args: &CheckArgs, given: &NamedInputs) -> Result<(), Error> {
    if changes_standard_input(args, given).is_none() || given.inputs.paths.is_empty() {
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
    format: OutputFormat,
    args: &CheckArgs,
    changed: Option<&[u8]>,
    look: TerminalStyle,
) -> Result<bool, Error> {
    let text = format.render(report);
    let is_read = match changed {
        Some(changed) => {
            Stream::Error.write(&text, look).map_err(Error::Output)?;
            output::write_text(changed).map_err(Error::Output)?
        }
        // With `--diff`, standard output has only the diff, so that it can be applied.
        None => args.diff || Stream::Out.write(&text, look).map_err(Error::Output)?,
    };
    if args.verbose {
        Stream::Error.write(&output::log(report), look).map_err(Error::Output)?;
    }
    if args.statistics {
        Stream::Error.write(&output::statistics(report), look).map_err(Error::Output)?;
    }
    if !args.quiet {
        Stream::Error.write(&output::summary(report), look).map_err(Error::Output)?;
    }
    Ok(is_read)
}

/// Returns the name under which the rules list a benchmark that has two names.
fn known_as(name: &str) -> &str {
    if name == "cis-aws-4.0.1" { "cis-aws-4.0" } else { name }
}

fn check_benchmark(name: Option<&str>) -> Result<(), Error> {
    match name {
        Some(name) if !rules::stated_benchmarks().contains(known_as(name)) => {
            let suggestion = closest(name, rules::stated_benchmarks().into_iter());
            Err(Error::UnknownBenchmark { name: name.to_owned(), suggestion })
        }
        Some(_) | None => Ok(()),
    }
}
