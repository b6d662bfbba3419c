//! `trailint check`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;

use super::{CheckArgs, Unresolved, evaluation, find_rules};
use crate::config::Config;
use crate::engine::{self, Selection, Settings};
use crate::error::Error;
use crate::output::{self, ColorWhen, Stream};
use crate::report::{Gate, Outcome, Report};
use crate::rules::{Check, Policy, Rule};
use crate::scan::{Input, Inputs};
use crate::source::{Disk, Sources, normalize};

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Names every rule in `--select`.
const ALL: &str = "all";

/// The exit status of a check that found something.
const FOUND: u8 = 1;

pub(super) fn run(args: &CheckArgs, matches: &ArgMatches, color: ColorWhen) -> Result<ExitCode, Error> {
    let config = Config::from_lines(&args.config)?;
    let policy = Policy { selectors: config.selector_policy.unwrap_or_default(), require_trail: args.require_trail };
    let selection = selection(args)?;
    let here = std::env::current_dir().map_err(Error::CurrentDirectory)?;
    let inputs = inputs(args, &here)?;
    let base = base(&inputs, &here);
    let (disk, sources) = (Disk::new(&base), Sources::new(base));
    let evaluation = evaluation::options(args, matches, &here, &disk, &sources)?;
    let settings = Settings { policy, selection, evaluation };
    let mut report = engine::check(&disk, &inputs, sources, &settings)?;
    if report.files == 0 && args.require_inputs {
        return Err(Error::NoInputs { paths: args.paths.join(", ") });
    }
    if args.unresolved == Unresolved::Ignore {
        report.findings.retain(|finding| finding.outcome != Outcome::Unknown);
    }
    print(&report, args, color)?;
    let gate = Gate { fail_on: args.fail_on.level(), unresolved_fails: args.unresolved == Unresolved::Fail };
    Ok(if report.passes(gate) { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn print(report: &Report, args: &CheckArgs, color: ColorWhen) -> Result<(), Error> {
    Stream::Out.write(&args.format.render(report), color).map_err(Error::Output)?;
    if args.verbose {
        Stream::Error.write(&output::log(report), color).map_err(Error::Output)?;
    }
    if !args.quiet {
        Stream::Error.write(&output::summary(report), color).map_err(Error::Output)?;
    }
    Ok(())
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

fn inputs(args: &CheckArgs, here: &Path) -> Result<Inputs, Error> {
    let mut inputs = Inputs { keep_all: args.require_trail, ..Inputs::default() };
    for given in &args.paths {
        if given == STANDARD_INPUT {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(Error::StandardInput)?;
            let name = args.stdin_filename.as_deref().unwrap_or("<stdin>");
            inputs.text = Some((normalize(&here.join(name)), bytes));
        } else {
            inputs.paths.push(Input { given: given.clone(), path: normalize(&here.join(given)) });
        }
    }
    Ok(inputs)
}

/// What names are given relative to: the root of the repository, else the working directory
/// if the first path lies in it, else that path itself.
fn base(inputs: &Inputs, here: &Path) -> PathBuf {
    let text = inputs.text.iter().map(|(path, _)| path.as_path());
    let Some(first) = inputs.paths.iter().map(|input| input.path.as_path()).chain(text).next() else {
        return here.to_owned();
    };
    if let Some(repository) = first.ancestors().find(|directory| directory.join(".git").exists()) {
        repository.to_owned()
    } else if first.starts_with(here) {
        here.to_owned()
    } else {
        first.to_owned()
    }
}
