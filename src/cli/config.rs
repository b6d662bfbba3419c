//! The configuration of a run, and `trailint config show`.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::inputs::{self, NamedInputs};
use super::{CheckArgs, ConfigArgs};
use crate::config::{Config, ConfigurationRequest, Override};
use crate::error::Error;
use crate::output;
use crate::rules;
use crate::source::{Disk, Exclusions, Fs, Sources};

/// Reads the configuration of the checked paths: the nearest file of `fs` in a directory that contains all of them.
pub(super) fn load(
    args: &ConfigArgs,
    named_inputs: &NamedInputs,
    fs: &dyn Fs,
    sources: &Sources,
) -> Result<Config, Error> {
    let start = common_directory(named_inputs);
    let root = inputs::read_root(&start, &named_inputs.working_directory);
    let search = (!args.no_config).then_some((start.as_path(), root.as_path()));
    let request = ConfigurationRequest {
        config_arguments: &args.config,
        search,
        working_directory: &named_inputs.working_directory,
    };
    Config::load(request, fs, sources)
}

/// Reads the configuration that the command line names, without searching for a file.
pub(super) fn load_named(
    args: &ConfigArgs,
    named_inputs: &NamedInputs,
    fs: &dyn Fs,
    sources: &Sources,
) -> Result<Config, Error> {
    Config::load(
        ConfigurationRequest {
            config_arguments: &args.config,
            search: None,
            working_directory: &named_inputs.working_directory,
        },
        fs,
        sources,
    )
}

/// Returns the default configuration.
pub(super) fn none(named_inputs: &NamedInputs, sources: &Sources) -> Result<Config, Error> {
    let request = ConfigurationRequest {
        config_arguments: &[],
        search: None,
        working_directory: &named_inputs.working_directory,
    };
    Config::load(request, named_inputs.files.fs(), sources)
}

/// Returns the deepest directory that contains all checked paths.
pub(super) fn common_directory(named_inputs: &NamedInputs) -> PathBuf {
    let directories = named_inputs.paths().map(|path| if path.is_dir() { path } else { path.parent().unwrap_or(path) });
    let mut directories = directories.map(Path::to_owned);
    let first = directories.next().unwrap_or_else(|| named_inputs.working_directory.clone());
    directories.fold(first, |all, next| shared_ancestor(&all, &next))
}

fn shared_ancestor(one: &Path, other: &Path) -> PathBuf {
    one.ancestors().find(|ancestor| other.starts_with(ancestor)).unwrap_or(one).to_owned()
}

/// Parses the arguments of this process again with the configuration in place of the options' defaults. An option on
/// the command line or in the environment overrides the configuration, except that `--config KEY=VALUE` overrides the
/// environment.
pub(super) fn complete(config: &Config, subcommands: &[&str]) -> ArgMatches {
    innermost(
        with_defaults(super::command(), config, subcommands)
            .try_get_matches()
            .unwrap_or_else(|error| super::end(&error)),
    )
}

/// Parses the given words, the environment and the configuration as the arguments of a check.
pub(super) fn parse_arguments(words: &[String], config: Option<&Config>) -> Result<ArgMatches, Error> {
    const START: [&str; 2] = [env!("CARGO_PKG_NAME"), "check"];
    let command = match config {
        Some(config) => with_defaults(super::command(), config, &["check"]),
        None => super::command(),
    };
    command
        .try_get_matches_from(START.into_iter().chain(words.iter().map(String::as_str)))
        .map(innermost)
        .map_err(|error| environment_error(&error))
}

fn environment_error(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    Error::Environment(first.trim_start_matches("error: ").to_owned())
}

fn innermost(mut matches: ArgMatches) -> ArgMatches {
    while let Some((_, own)) = matches.remove_subcommand() {
        matches = own;
    }
    matches
}

fn with_defaults(command: clap::Command, config: &Config, subcommands: &[&str]) -> clap::Command {
    if let [next, rest @ ..] = subcommands {
        return command.mut_subcommand(next, |own| with_defaults(own, config, rest));
    }
    command.mut_args(|arg| {
        let Some(value) = key_of(&arg).and_then(|key| config.option_value(key)) else { return arg };
        let arg = if value.is_argument { arg.env(None::<&str>) } else { arg };
        arg.default_values(value.values)
    })
}

/// Returns the configuration key with the same name as an option, if the option accepts the key's values unchanged.
fn key_of(arg: &clap::Arg) -> Option<&str> {
    const OPTIONS: [&str; 8] =
        ["select", "extend-select", "ignore", "enforce", "fail-on", "unknown", "require-trail", "regions"];
    arg.get_long().filter(|name| OPTIONS.contains(name))
}

/// Excludes files from the search of the disk: by the patterns of the command line, relative to the working directory,
/// else by those of the configuration. Files that are named on the command line are checked all the same, except with
/// `--force-exclude`.
pub(super) fn search(args: &CheckArgs, config: &Config, named_inputs: &mut NamedInputs) -> Result<(), Error> {
    let exclusions = exclusions(&args.exclude, config, &named_inputs.working_directory)?;
    if args.force_exclude {
        named_inputs.inputs.paths.retain(|input| !exclusions.has_or_holds(&input.path));
        named_inputs.inputs.text.take_if(|(path, _)| exclusions.has_or_holds(path));
    }
    named_inputs.files.excludes(exclusions);
    if args.no_respect_gitignore || args.locked {
        named_inputs.files.walks_ignored();
    }
    Ok(())
}

/// Does the same as [`search`] for a disk alone.
pub(super) fn search_disk(disk: &mut Disk, args: &CheckArgs, config: &Config, here: &Path) -> Result<(), Error> {
    disk.excludes(exclusions(&args.exclude, config, here)?);
    if args.no_respect_gitignore || args.locked {
        disk.walks_ignored();
    }
    Ok(())
}

fn exclusions(patterns: &[String], config: &Config, here: &Path) -> Result<Exclusions, Error> {
    if patterns.is_empty() {
        return config.exclusions();
    }
    Exclusions::new(here, patterns.iter().map(String::as_str))
        .map_err(|cause| Error::Setting { text: format!("--exclude {}", patterns.join(" ")), cause })
}

/// Runs `trailint config show`.
pub(super) fn show(args: &CheckArgs, matches: &ArgMatches) -> Result<String, Error> {
    let named_inputs = inputs::read(&args.inputs, matches)?;
    let config = load(&args.config, &named_inputs, named_inputs.files.fs(), &named_inputs.sources)?;
    let matches = complete(&config, &["config", "show"]);
    let command = super::command();
    let options = command.find_subcommand("check").into_iter().flat_map(clap::Command::get_arguments);
    let overrides: Vec<Override> = options.flat_map(|option| overrides(option, &matches)).collect();
    Ok(output::settings(&config.show(&named_inputs.sources, &overrides)))
}

/// Returns the settings that an option overrides; none if the option has its default value.
fn overrides(option: &clap::Arg, matches: &ArgMatches) -> Vec<Override> {
    let id = option.get_id().as_str();
    let (Some(name), Some(source)) = (option.get_long(), matches.value_source(id)) else { return Vec::new() };
    let origin = match (source, option.get_env()) {
        (ValueSource::CommandLine, _) => format!("--{name}"),
        (ValueSource::EnvVariable, Some(variable)) => variable.to_string_lossy().into_owned(),
        _ => return Vec::new(),
    };
    let texts = matches.get_raw(id).into_iter().flatten().map(|text| text.to_string_lossy().into_owned());
    if name != "level" {
        return vec![Override { key: name.to_owned(), texts: texts.collect(), origin }];
    }
    texts
        .filter_map(|text| {
            let (rule, level) = text.split_once('=')?;
            let rule = rules::renamed(rule).unwrap_or(rule);
            Some(Override { key: format!("levels.{rule}"), texts: vec![level.to_owned()], origin: origin.clone() })
        })
        .collect()
}
