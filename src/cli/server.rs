//! `trailint server`: connects the language server with the command line's options.

use std::collections::HashSet;
use std::io::{self, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};

use super::baseline::BaselineLocation;
use super::inputs;
use super::job::{self, CheckJob};
use super::{CheckArgs, Cli, baseline, config};
use crate::engine::EngineSettings;
use crate::error::Error;
use crate::formats::Options;
use crate::lsp::{self, CheckTarget, EditorSetting, SettingValue};
use crate::mcp::{self, Tools};
use crate::named::closest;
use crate::source::{Disk, FileId, Sources};

/// The exit status if the editor disconnects without a `shutdown` request.
const ABANDONED: u8 = 1;

/// Serves an editor on the standard streams.
pub(super) fn run() -> Result<ExitCode, Error> {
    let is_in_order = lsp::serve(BufReader::new(io::stdin()), io::stdout().lock(), prepare).map_err(Error::Output)?;
    Ok(if is_in_order { ExitCode::SUCCESS } else { ExitCode::from(ABANDONED) })
}

/// Serves a coding assistant on the standard streams.
pub(super) fn run_mcp() -> Result<ExitCode, Error> {
    let directory = std::env::current_dir().and_then(|directory| directory.canonicalize());
    let root = directory.map_err(Error::CurrentDirectory)?;
    let tools = Tools { root, prepare, explain: super::page_of };
    mcp::serve(BufReader::new(io::stdin()), io::stdout().lock(), &tools).map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

/// Prepares the check that `trailint check` would run with the editor's options if the open texts were saved.
fn prepare(target: &CheckTarget, texts: &[(PathBuf, Arc<str>)]) -> Result<lsp::FolderJob, Error> {
    let words = arguments(&target.settings)?;
    config::parse_arguments(&[], None)?;
    words.iter().try_for_each(check_word)?;
    let named_inputs = inputs::open(target, texts);
    let spoken = CheckArgs::from_arg_matches(&config::parse_arguments(&words, None)?)
        .map_err(|error| environment_error(&error))?;
    let load = if spoken.locked { config::load_named } else { config::load };
    let config = load(&spoken.config, &named_inputs, named_inputs.files.fs(), &named_inputs.sources)?;
    let matches = config::parse_arguments(&words, Some(&config))?;
    let args = CheckArgs::from_arg_matches(&matches).map_err(|error| environment_error(&error))?;
    let place = BaselineLocation { fs: named_inputs.files.fs(), sources: &named_inputs.sources };
    let baseline = match args.locked && args.baseline.is_none() {
        true => None,
        false => baseline::read(&args, &config, &named_inputs, place)?,
    };
    let CheckJob { args, config, named_inputs, mut settings } = job::job_of(args, &matches, config, named_inputs)?;
    settings.suppress.is_disabled |= args.locked;
    let configuration = configuration(&settings, &named_inputs.sources);
    let mut disk = Disk::new(&named_inputs.read_roots);
    config::search_disk(&mut disk, &args, &config, &named_inputs.working_directory)?;
    Ok(lsp::FolderJob {
        fs: named_inputs.files.into_open().expect("the files are those that were opened above"),
        inputs: named_inputs.inputs,
        sources: named_inputs.sources,
        settings,
        configuration,
        view: job::view(&args, &matches, &config),
        baseline,
        disk,
    })
}

fn environment_error(error: &clap::Error) -> Error {
    Error::Environment(error.to_string())
}

/// The options that an editor may set, apart from those under the headings "Evaluation" and "Rules".
const OTHERS: [&str; 11] = [
    "exclude",
    "no-respect-gitignore",
    "require-trail",
    "unknown",
    "min-level",
    "baseline",
    "no-baseline",
    "show-suppressed",
    "config",
    "no-config",
    "verbose",
];

/// Converts the editor's settings to command-line arguments.
fn arguments(settings: &[EditorSetting]) -> Result<Vec<String>, Error> {
    let cli = Cli::command();
    let check = cli.find_subcommand("check").into_iter().flat_map(clap::Command::get_arguments);
    let options: Vec<&clap::Arg> = check.filter(|option| is_setting(option)).collect();
    let mut words = Vec::new();
    for EditorSetting { name, value } in settings {
        let failed = |cause: String| Error::Setting { text: name.clone(), cause };
        let Some(option) = options.iter().find(|option| has_name(option, name)) else {
            let known = options.iter().filter_map(|option| option.get_long());
            let suggestion = closest(name, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            return Err(failed(format!("unknown setting{suggestion}")));
        };
        match (value, option.get_action().takes_values()) {
            (SettingValue::Flag(true), false) => words.push(format!("--{name}")),
            (SettingValue::Flag(false), false) => {}
            (SettingValue::Texts(texts), true) => words.extend(texts.iter().map(|text| format!("--{name}={text}"))),
            (SettingValue::Texts(_), false) => return Err(failed("expected `true` or `false`".to_owned())),
            (SettingValue::Flag(_), true) => return Err(failed("expected a string or a list of strings".to_owned())),
        }
    }
    Ok(words)
}

fn has_name(option: &clap::Arg, name: &str) -> bool {
    option.get_long() == Some(name) || option.get_all_aliases().is_some_and(|all| all.contains(&name))
}

fn is_setting(option: &clap::Arg) -> bool {
    let is_of_check = matches!(option.get_help_heading(), Some("Evaluation" | "Rules"));
    option.get_long().is_some_and(|name| is_of_check || OTHERS.contains(&name))
}

/// Checks a single argument, so that the error names the setting with the invalid value.
fn check_word(word: &String) -> Result<(), Error> {
    match config::parse_arguments(std::slice::from_ref(word), None) {
        Err(Error::Environment(cause)) => Err(Error::Setting { text: word.clone(), cause }),
        other => other.map(drop),
    }
}

/// Returns the files that have been read so far, without files of variable values, since any text can contain those.
fn configuration(settings: &EngineSettings, sources: &Sources) -> Vec<PathBuf> {
    let evaluations = settings.deployments.iter().map(|named| &named.evaluation).chain([&settings.evaluation]);
    let values: HashSet<FileId> = evaluations.flat_map(Options::lenient_files).collect();
    let others = sources.all().into_iter().filter(|(id, _)| !values.contains(id));
    others.map(|(_, file)| file.path.clone()).collect()
}
