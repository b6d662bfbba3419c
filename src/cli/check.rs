//! `trailint check`: reads the inputs and the configuration, checks, applies fixes and writes the reports.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};

use super::baseline::BaselineLocation;
use super::comparison::{BaseRun, HeadRun};
use super::inputs::{self, Files, NamedInputs};
use super::{
    CheckArgs, NOT_DONE, baseline, comments, comparison, config, destinations, evaluation, fixes, locked, omitted_runs,
    progress, regions, rule_selection, watch,
};
use crate::config::{Config, is_setting};
use crate::engine::{self, EngineSettings};
use crate::error::Error;
use crate::gate;
use crate::named::closest;
use crate::output::{self, Destination, OutputFormat, Stream, TerminalStyle};
use crate::report::{Date, Gate, OnUnknown, Renamed, Report, View};
use crate::rules::{self, Strictness};
use crate::source::{FileStates, format_path, normalize};
use crate::suppress;

/// The exit status of a check with a finding that fails the run.
const FOUND: u8 = 1;

pub(super) fn run(args: &CheckArgs, matches: &ArgMatches, style: TerminalStyle) -> Result<ExitCode, Error> {
    if args.watch {
        return watch(args, matches, style);
    }
    run_once(args, matches, style, None).map(|done| done.status)
}

/// The result of a check.
pub(super) struct CheckOutcome {
    pub(super) status: ExitCode,
    /// False if the reader of standard output has closed it.
    pub(super) is_stdout_open: bool,
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
        locked::check_named(args, &named_inputs)?;
    }
    let fs = base.unwrap_or(&named_inputs.files).fs();
    let is_trusted = base.is_some() || !args.locked;
    let load = if is_trusted { config::load } else { config::load_named };
    let config = load(&args.config, &named_inputs, fs, &named_inputs.sources)?;
    let baseline = match is_trusted || args.baseline.is_some() {
        true => baseline::read(args, &config, &named_inputs, BaselineLocation { fs, sources: &named_inputs.sources })?,
        false => None,
    };
    let CheckJob { args, config, mut named_inputs, mut settings } = job(config, named_inputs, &["check"])?;
    settings.suppress.is_disabled |= !is_trusted;
    let (printed, files) = destinations::of(&args, matches)?;
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
    let mut report = run_engine(&args, &mut named_inputs, &settings)?;
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
    let view = view(&args, &config);
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

/// The state that a report is compared with, and the presentation of the report.
pub(super) struct Comparison<'a> {
    pub(super) head: HeadRun<'a>,
    pub(super) view: &'a View,
    base_run: Option<BaseRun>,
}

impl Comparison<'_> {
    /// Suppresses the findings that don't count in a report, and returns the gate that it has to pass.
    pub(super) fn apply_comparison(&mut self, report: &mut Report) -> Gate {
        let HeadRun { args, config, baseline, settings, named_inputs } = self.head;
        let mut gate = Gate { fail_on: args.fail_on.level(), unknown_fails: args.unknown == OnUnknown::Fail };
        let base = self.base_run.as_mut().map(|base_run| &mut base_run.base);
        let without_finding = gate::apply(report, base, baseline, settings, named_inputs.checked_files());
        if let Some(base_run) = &self.base_run {
            engine::add(report, self.head.relaxations(base_run, report));
            gate = gate.stricter(base_run.gate());
        }
        report.stale_entries = baseline::count_stale(without_finding, report, settings, named_inputs);
        if !looks_for_configuration(args) {
            report.unused_configurations.clear();
        }
        report.renamed = renamed(args, config);
        report.renamed.extend(baseline.into_iter().flat_map(|own| baseline::renamed(own, args)));
        gate
    }
}

/// A check that is ready to run.
pub(super) struct CheckJob {
    pub(super) args: CheckArgs,
    pub(super) config: Config,
    pub(super) named_inputs: NamedInputs,
    pub(super) settings: EngineSettings,
}

/// Combines the arguments of the nested `subcommands` with the configuration.
pub(super) fn job(config: Config, named_inputs: NamedInputs, subcommands: &[&str]) -> Result<CheckJob, Error> {
    let matches = config::complete(&config, subcommands);
    let args = CheckArgs::from_arg_matches(&matches).unwrap_or_else(|error| super::end(&error));
    job_of(args, &matches, config, named_inputs)
}

/// Combines complete arguments with the configuration.
pub(super) fn job_of(
    args: CheckArgs,
    matches: &ArgMatches,
    config: Config,
    mut named_inputs: NamedInputs,
) -> Result<CheckJob, Error> {
    check_benchmark(args.compliance.as_deref())?;
    let settings = settings(&args, &config, matches, &mut named_inputs)?;
    Ok(CheckJob { args, config, named_inputs, settings })
}

/// Runs the check and returns all findings, including those that don't count.
pub(super) fn run_engine(
    args: &CheckArgs,
    named_inputs: &mut NamedInputs,
    settings: &EngineSettings,
) -> Result<Report, Error> {
    let bar = if args.no_progress || args.quiet { None } else { progress::draw(Arc::clone(&settings.progress)) };
    let report = engine::check(
        named_inputs.files.fs(),
        &named_inputs.inputs,
        std::mem::take(&mut named_inputs.sources),
        settings,
    )?;
    drop(bar);
    if report.files == 0 && args.require_inputs && named_inputs.inputs.removed_paths.is_empty() {
        let paths: Vec<String> = args.inputs.paths.iter().map(|path| format_path(path)).collect();
        return Err(Error::NoInputs { paths: paths.join(", ") });
    }
    Ok(report)
}

/// Returns the presentation of reports.
pub(super) fn view(args: &CheckArgs, config: &Config) -> View {
    let benchmark = args.compliance.as_deref().map(|name| canonical_benchmark(name).to_owned());
    View {
        hides_unknown: args.unknown == OnUnknown::Ignore,
        // Results that may fail the run are shown.
        shows_not_evaluated: args.verbose || args.unknown == OnUnknown::Fail,
        is_verbose: args.verbose,
        shows_suppressed: args.show_suppressed,
        shows_accepted: args.locked,
        shows_passed: args.show_passed,
        min_level: args.min_level,
        cited: benchmark.clone().unwrap_or_else(|| config.settings.benchmark.0.clone()),
        benchmark,
    }
}

/// True if the run searches for a configuration file, so that one without an effect is reported.
fn looks_for_configuration(args: &CheckArgs) -> bool {
    !args.locked && !args.config.no_config && args.config.config.iter().all(|text| is_setting(text))
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
    named_inputs: &mut NamedInputs,
) -> Result<EngineSettings, Error> {
    let policy = Strictness {
        selectors: config.settings.selector_policy,
        require_trail: args.require_trail,
        every_trail: config.settings.every_trail,
        regions: regions::parse_regions(args.regions.as_deref())?,
        min_retention_days: config.settings.min_retention_days,
    };
    named_inputs.inputs.keep_all = args.require_trail;
    config::search(args, config, named_inputs)?;
    let mut evaluation = evaluation::options(&args.evaluation, config, matches, named_inputs)?;
    let deployments = evaluation::deployments(config, &mut evaluation, named_inputs)?;
    Ok(EngineSettings {
        policy,
        selection: rule_selection::selection(args, matches)?,
        evaluation,
        levels: rule_selection::levels(&args.level, config)?,
        suppress: suppress::SuppressionPolicy {
            is_disabled: args.no_ignores,
            is_locked: args.locked,
            configured: config.accepted(),
            checked: named_inputs.inputs.paths.iter().map(|input| input.path.clone()).collect(),
            other_tools: config.settings.honor.clone(),
            today: Date::today(),
        },
        deployments,
        jobs: args.jobs,
        progress: Arc::default(),
        omitted: omitted_runs::of(args, matches, named_inputs),
    })
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
    let texts: Vec<_> =
        destinations.iter().map(|to| (to.path.as_path(), to.format.render_plain(report, view))).collect();
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
    if args.verbose {
        Stream::Error.write(&output::log(report), style).map_err(Error::Output)?;
    }
    if args.statistics {
        Stream::Error.write(&output::statistics(report, view), style).map_err(Error::Output)?;
    }
    if !args.quiet {
        Stream::Error.write(&output::summary(report, view), style).map_err(Error::Output)?;
    }
    Ok(is_read)
}

/// Returns the name under which the rules list a benchmark that has two names.
fn canonical_benchmark(name: &str) -> &str {
    if name == "cis-aws-4.0.1" { "cis-aws-4.0" } else { name }
}

fn check_benchmark(name: Option<&str>) -> Result<(), Error> {
    match name {
        Some(name) if !rules::stated_benchmarks().contains(canonical_benchmark(name)) => {
            let suggestion = closest(name, rules::stated_benchmarks().into_iter());
            Err(Error::UnknownBenchmark { name: name.to_owned(), suggestion })
        }
        Some(_) | None => Ok(()),
    }
}
