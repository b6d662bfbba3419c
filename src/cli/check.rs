//! `trailint check`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::{CheckArgs, Unresolved, evaluation, find_rules};
use crate::config::Config;
use crate::engine::{self, Selection, Settings};
use crate::error::Error;
use crate::output::{self, ColorWhen, Stream};
use crate::report::{Gate, Report};
use crate::rules::{Check, Policy, Rule};
use crate::scan::{Input, Inputs};
use crate::source::{Disk, MAX_FILE_BYTES, Sources, normalize};

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
    let inputs = inputs(args, matches, &here)?;
    let read_roots = read_roots(&inputs, &here);
    let (disk, sources) = (Disk::new(&read_roots), sources(read_roots));
    let evaluation = evaluation::options(args, matches, &here, &disk, &sources)?;
    let settings = Settings { policy, selection, evaluation };
    let mut report = engine::check(&disk, &inputs, sources, &settings)?;
    if report.files == 0 && args.require_inputs {
        let paths: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Error::NoInputs { paths: paths.join(", ") });
    }
    report.hides_unresolved = args.unresolved == Unresolved::Ignore;
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

fn inputs(args: &CheckArgs, matches: &ArgMatches, here: &Path) -> Result<Inputs, Error> {
    let mut inputs = Inputs { keep_all: args.require_trail, ..Inputs::default() };
    for path in &args.paths {
        if path.as_os_str() != STANDARD_INPUT {
            inputs.paths.push(Input { given: path.display().to_string(), path: normalize(&here.join(path)) });
        } else if inputs.text.is_some() {
            return Err(Error::StandardInputTwice);
        } else {
            let name = args.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>"));
            inputs.text = Some((normalize(&here.join(name)), standard_input()?));
        }
    }
    // In the environment, the name may be meant for other runs.
    if inputs.text.is_none() && matches.value_source("stdin_filename") == Some(ValueSource::CommandLine) {
        return Err(Error::NoStandardInput);
    }
    Ok(inputs)
}

/// Standard input, up to the first byte that is too much.
fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let limit = MAX_FILE_BYTES as u64 + 1;
    std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(Error::StandardInput)?;
    Ok(bytes)
}

/// Where checked files may refer to, the working directory first when nothing is checked.
fn read_roots(inputs: &Inputs, here: &Path) -> Vec<PathBuf> {
    let text = inputs.text.iter().map(|(path, _)| path.as_path());
    let mut roots = Vec::new();
    for path in inputs.paths.iter().map(|input| input.path.as_path()).chain(text) {
        let root = read_root(path, here);
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

/// The root of the repository in which a path lies, else the working directory if it lies there, else
/// the directory itself.
fn read_root(path: &Path, here: &Path) -> PathBuf {
    if let Some(repository) = path.ancestors().find(|directory| directory.join(".git").exists()) {
        repository.to_owned()
    } else if path.starts_with(here) {
        here.to_owned()
    } else if path.is_dir() {
        path.to_owned()
    } else {
        path.parent().unwrap_or(path).to_owned()
    }
}

/// Files are named relative to where the first path may refer to.
fn sources(read_roots: Vec<PathBuf>) -> Sources {
    let mut read_roots = read_roots.into_iter();
    let base = read_roots.next().unwrap_or_default();
    Sources::new(base).below(read_roots)
}
