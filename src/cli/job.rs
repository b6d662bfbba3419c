//! A check that is ready to run: the arguments and the configuration, combined to settings.

use std::path::Path;
use std::sync::Arc;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, FromArgMatches};

use super::inputs::{self, Files, NamedInputs};
use super::{CheckArgs, ConfigArgs, config, evaluation, progress, rule_selection};
use crate::config::{Config, is_setting};
use crate::engine::{self, EngineSettings, OmittedRuns};
use crate::error::Error;
use crate::formats::FormatArgs;
use crate::named::closest;
use crate::output::Stream;
use crate::report::{Date, OnUnknown, Renamed, Report, ReportDate, View};
use crate::rules::{self, Strictness};
use crate::source::format_path;
use crate::suppress;

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
pub(super) fn view(args: &CheckArgs, matches: &ArgMatches, config: &Config) -> View {
    let benchmark = args.compliance.clone();
    View {
        hides_unknown: args.unknown == OnUnknown::Ignore,
        // Results that may fail the run are shown.
        shows_not_evaluated: args.verbose || args.unknown == OnUnknown::Fail,
        is_verbose: args.verbose,
        shows_suppressed: args.show_suppressed,
        shows_accepted: args.locked,
        shows_passed: args.show_passed,
        is_brief: false,
        width: Stream::Out.width(),
        min_level: args.min_level,
        cited: benchmark.clone().unwrap_or_else(|| config.settings.benchmark.0.clone()),
        benchmark,
        given_options: given_options(matches),
        provenance: None,
        date: args.date.or_else(source_date),
        repository: None,
        account: args.account.clone(),
        region: args.evaluation.region.clone(),
    }
}

/// The date in `SOURCE_DATE_EPOCH`, the variable for reproducible builds.
pub(super) fn source_date() -> Option<ReportDate> {
    let seconds = std::env::var("SOURCE_DATE_EPOCH").ok()?.trim().parse().ok()?;
    Some(ReportDate::after_epoch(seconds))
}

/// The options on the command line that change the values of an evaluation, and the enabled Regions, in their order. A
/// plan isn't included: it belongs to one root.
fn given_options(matches: &ArgMatches) -> Vec<String> {
    let command = CheckArgs::augment_args(clap::Command::default());
    let of_values = FormatArgs::augment_args(ConfigArgs::augment_args(clap::Command::default()));
    let of_check = command.get_arguments().filter(|option| option.get_id() == "regions");
    let of_values = of_values.get_arguments().filter(|option| option.get_id() != "plan");
    let mut given: Vec<(usize, Vec<String>)> = Vec::new();
    for option in of_check.chain(of_values) {
        let (id, Some(name)) = (option.get_id().as_str(), option.get_long()) else { continue };
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let name = format!("--{name}");
        let indices = matches.indices_of(id).into_iter().flatten();
        if !option.get_action().takes_values() {
            given.extend(indices.map(|index| (index, vec![name.clone()])));
            continue;
        }
        let values = matches.get_raw(id).into_iter().flatten();
        given.extend(
            indices.zip(values).map(|(index, value)| (index, vec![name.clone(), format_path(Path::new(value))])),
        );
    }
    given.sort();
    given.into_iter().flat_map(|(_, arguments)| arguments).collect()
}

/// True if the run searches for a configuration file, so that one without an effect is reported.
pub(super) fn looks_for_configuration(args: &CheckArgs) -> bool {
    !args.locked && !args.config.no_config && args.config.config.iter().all(|text| is_setting(text))
}

/// Returns the former ids of rules in options and settings.
pub(super) fn renamed(args: &CheckArgs, config: &Config) -> Vec<Renamed> {
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
        regions: evaluation::parse_regions(args.regions.as_deref())?,
        min_retention_days: config.settings.min_retention_days,
    };
    named_inputs.inputs.keep_all = args.require_trail;
    config::search(args, config, named_inputs)?;
    let mut evaluation = evaluation::options(&args.evaluation, config, matches, named_inputs)?;
    evaluation::add_evidence(&args.evaluation, config, &mut evaluation, named_inputs)?;
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
        omitted: omitted_runs(args, matches, named_inputs),
    })
}

/// Returns the parts of a complete run that the options exclude or change.
fn omitted_runs(args: &CheckArgs, matches: &ArgMatches, named_inputs: &NamedInputs) -> OmittedRuns {
    let is_given =
        |option| matches!(matches.value_source(option), Some(ValueSource::CommandLine | ValueSource::EnvVariable));
    let has_values = args.evaluation.is_any_set() || is_given("regions");
    let has_settings = args.config.no_config || args.config.config.iter().any(|text| is_setting(text));
    let is_compared = args.diff_base.is_some() || args.locked || matches!(named_inputs.files, Files::Snapshot(_));
    OmittedRuns {
        values: has_values || has_settings,
        files: is_compared || !is_whole_tree(named_inputs) || is_given("exclude"),
        excludes: is_given("exclude"),
        rules: is_given("select") || is_given("ignore"),
    }
}

/// True if the whole tree is checked: the repository, or without one the working directory.
fn is_whole_tree(named_inputs: &NamedInputs) -> bool {
    let root = inputs::read_root(&config::common_directory(named_inputs), &named_inputs.working_directory);
    let is_deep = named_inputs.inputs.text.is_none() && !named_inputs.inputs.is_shallow;
    is_deep && named_inputs.inputs.paths.iter().any(|input| root.starts_with(&input.path))
}

fn check_benchmark(name: Option<&str>) -> Result<(), Error> {
    match name {
        Some(name) if !rules::stated_benchmarks().any(|known| known == name) => {
            let suggestion = closest(name, rules::stated_benchmarks());
            Err(Error::UnknownBenchmark { name: name.to_owned(), suggestion })
        }
        Some(_) | None => Ok(()),
    }
}
