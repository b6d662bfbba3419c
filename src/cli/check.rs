//! `trailint check`.

use std::collections::HashSet;
use std::process::ExitCode;

use clap::ArgMatches;

use super::{CheckArgs, Unresolved, evaluation, find_rules, inputs, regions};
use crate::config::Config;
use crate::engine::{self, Selection, Settings};
use crate::error::{Error, closest};
use crate::output::{self, Destination, Look, Stream};
use crate::report::{Gate, Report};
use crate::rules::{self, Check, Policy, Rule};

/// Names every rule in `--select`.
const ALL: &str = "all";

/// The exit status of a check that found something.
const FOUND: u8 = 1;

pub(super) fn run(args: &CheckArgs, matches: &ArgMatches, look: Look) -> Result<ExitCode, Error> {
    check_benchmark(args.compliance.as_deref())?;
    check_destinations(&args.output)?;
    let config = Config::from_lines(&args.config.config)?;
    let policy = Policy {
        selectors: config.selector_policy.unwrap_or_default(),
        require_trail: args.require_trail,
        every_trail: config.every_trail.unwrap_or_default(),
        regions: regions::asked_for(args.regions.as_deref(), &config)?,
    };
    let selection = selection(args)?;
    let mut given = inputs::read(&args.inputs, matches)?;
    given.inputs.keep_all = args.require_trail;
    let evaluation = evaluation::options(&args.evaluation, &config, matches, &given)?;
    let settings = Settings { policy, selection, evaluation };
    let mut report = engine::check(&given.disk, &given.inputs, given.sources, &settings)?;
    if report.files == 0 && args.require_inputs {
        let paths: Vec<String> = args.inputs.paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Error::NoInputs { paths: paths.join(", ") });
    }
    report.benchmark = args.compliance.clone();
    report.hides_unresolved = args.unresolved == Unresolved::Ignore;
    report.is_verbose = args.verbose;
    report.min_level = args.min_level;
    report.shows_passed = args.show_passed;
    write(&report, &args.output)?;
    print(&report, args, look)?;
    let gate = Gate { fail_on: args.fail_on.level(), unresolved_fails: args.unresolved == Unresolved::Fail };
    Ok(if report.passes(gate) { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Before anything is printed, so that a run whose reports can't be written says nothing else.
fn write(report: &Report, destinations: &[Destination]) -> Result<(), Error> {
    let text = |to: &Destination| to.format.render_plain(report);
    let texts: Vec<_> = destinations.iter().map(|to| (to.path.as_path(), text(to))).collect();
    output::write(&texts)
}

fn print(report: &Report, args: &CheckArgs, look: Look) -> Result<(), Error> {
    Stream::Out.write(&args.format.render(report), look).map_err(Error::Output)?;
    if args.verbose {
        Stream::Error.write(&output::log(report), look).map_err(Error::Output)?;
    }
    if args.statistics {
        Stream::Error.write(&output::statistics(report), look).map_err(Error::Output)?;
    }
    if !args.quiet {
        Stream::Error.write(&output::summary(report), look).map_err(Error::Output)?;
    }
    Ok(())
}

fn check_benchmark(name: Option<&str>) -> Result<(), Error> {
    match name {
        Some(name) if !rules::benchmarks().contains(&name) => {
            let suggestion = closest(name, rules::benchmarks().into_iter());
            Err(Error::UnknownBenchmark { name: name.to_owned(), suggestion })
        }
        Some(_) | None => Ok(()),
    }
}

fn check_destinations(destinations: &[Destination]) -> Result<(), Error> {
    let mut paths = HashSet::new();
    match destinations.iter().find(|to| !paths.insert(&to.path)) {
        Some(twice) => Err(Error::OutputTwice { path: twice.path.display().to_string() }),
        None => Ok(()),
    }
}

fn selection(args: &CheckArgs) -> Result<Selection, Error> {
    let names = |rules: Vec<&'static Rule>| rules.into_iter().map(Rule::id).collect();
    let selected = if args.select.is_empty() || args.select.iter().any(|name| name == ALL) {
        None
    } else {
        Some(names(find_rules(&args.select)?))
    };
    let ignored = find_rules(&args.ignore)?;
    if let Some(rule) = ignored.iter().find(|rule| matches!(rule.check, Check::Reading)) {
        return Err(Error::NotIgnorable { name: rule.id() });
    }
    Ok(Selection { selected, ignored: names(ignored) })
}
