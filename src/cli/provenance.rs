//! Collects the origin of a report for auditors: the command, the revision, the settings and the inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::inputs::NamedInputs;
use super::{CheckArgs, config, environment};
use crate::config::{Config, is_configuration};
use crate::model::shell_quoted;
use crate::output::sha256;
use crate::report::{Provenance, ProvenanceInput, ProvenanceSetting, Report, Revision};
use crate::source::{Git, GitError, SourceFile, Sources, normalize};

/// The text in place of a hidden value.
const HIDDEN: &str = "…";

/// The options whose values may be secret, with the environment variables for them.
const SECRETIVE: [(&str, &str); 2] = [("--var", "TRAILINT_VAR"), ("--parameter", "TRAILINT_PARAMETER")];

/// Words in the names of values that are hidden.
const SECRETS: [&str; 12] = [
    "pass",
    "pwd",
    "connection",
    "secret",
    "token",
    "credential",
    "private",
    "apikey",
    "api_key",
    "accesskey",
    "access_key",
    "auth",
];

/// Collects the origin of a report. `users` are the files that options and settings name.
pub(super) fn of(
    args: &CheckArgs,
    matches: &ArgMatches,
    config: &Config,
    named_inputs: &NamedInputs,
    report: &Report,
    users: &Sources,
) -> Provenance {
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let is_secret = |name: &str| is_secret(name, &report.sources);
    Provenance {
        command: command_line(&words, &is_secret),
        revision: revision(named_inputs, report),
        base: args.diff_base.clone(),
        settings: settings(config, &report.sources),
        environment: variables(matches, &is_secret),
        inputs: inputs(args, named_inputs, report, users),
    }
}

/// The address of the repository around the checked paths, without credentials.
pub(super) fn repository(named_inputs: &NamedInputs) -> Option<String> {
    Git::around(&config::common_directory(named_inputs)).ok()?.origin().ok().flatten()
}

/// The command line, quoted for a shell, without the number of threads.
fn command_line(words: &[String], is_secret: &dyn Fn(&str) -> bool) -> String {
    let mut shown = vec![env!("CARGO_PKG_NAME").to_owned()];
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--" {
            shown.push(word.to_owned());
            shown.extend(words.by_ref().map(shell_quoted));
        } else if word == "-j" || word == "--jobs" {
            words.next();
        } else if word.starts_with("--jobs=") || word.strip_prefix("-j").is_some_and(|rest| !rest.is_empty()) {
        } else if SECRETIVE.iter().any(|(option, _)| *option == word) {
            shown.push(word.to_owned());
            shown.extend(words.next().map(|value| quoted_assignment(value, is_secret)));
        } else if let Some((option, value)) = secretive_assignment(word) {
            shown.push(format!("{option}={}", quoted_assignment(value, is_secret)));
        } else {
            shown.push(shell_quoted(word));
        }
    }
    shown.join(" ")
}

/// The parts of `--var=NAME=VALUE`.
fn secretive_assignment(word: &str) -> Option<(&str, &str)> {
    let (option, value) = word.split_once('=')?;
    SECRETIVE.iter().any(|(known, _)| *known == option).then_some((option, value))
}

fn quoted_assignment(text: &str, is_secret: &dyn Fn(&str) -> bool) -> String {
    let shown = without_secret(text, is_secret);
    if shown.ends_with(HIDDEN) { shown } else { shell_quoted(&shown) }
}

/// Hides the value of `NAME=VALUE` if the name, a word in the value or an address with credentials suggests that it is
/// secret.
fn without_secret(text: &str, is_secret: &dyn Fn(&str) -> bool) -> String {
    match text.split_once('=') {
        Some((name, value)) if is_secret(name.trim()) || holds_secret(value) => format!("{name}={HIDDEN}"),
        _ => text.to_owned(),
    }
}

fn holds_secret(value: &str) -> bool {
    let lower = value.to_lowercase();
    let has_credentials = lower.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    has_credentials || lower.contains(['=', ':']) && SECRETS.iter().any(|word| lower.contains(word))
}

/// True if the name of a variable or parameter suggests a secret, or if it may be declared as one. Hiding too many
/// values does no harm.
fn is_secret(name: &str, sources: &Sources) -> bool {
    let lower = name.to_lowercase();
    let is_named_so = SECRETS.iter().any(|word| lower.contains(word));
    is_named_so || sources.all().iter().any(|(_, file)| may_declare_secret(&file.text, name))
}

fn may_declare_secret(text: &str, name: &str) -> bool {
    let is_sensitive = |text: &str| text.contains("sensitive") || text.contains("NoEcho");
    if !is_sensitive(text) || !text.contains(name) {
        return false;
    }
    let Some((_, rest)) = text.split_once(&format!("variable \"{name}\"")) else {
        return !text.contains("variable \"");
    };
    is_sensitive(rest.split_once("\nvariable \"").map_or(rest, |(block, _)| block))
}

/// The environment variables that set options, except for the number of threads.
fn variables(matches: &ArgMatches, is_secret: &dyn Fn(&str) -> bool) -> Vec<String> {
    let command = super::command();
    let check = command.find_subcommand("check").unwrap_or(&command);
    let names = environment::used_variables(check, matches);
    let shown = names.into_iter().filter(|name| name != "TRAILINT_JOBS").map(|name| {
        let value = std::env::var_os(&name).unwrap_or_default().to_string_lossy().into_owned();
        let is_assignment = SECRETIVE.iter().any(|(_, variable)| *variable == name);
        let value = if is_assignment { without_secret(&value, is_secret) } else { value };
        format!("{name}={value}")
    });
    shown.collect()
}

/// The settings of files, with the places that set them.
fn settings(config: &Config, sources: &Sources) -> Vec<ProvenanceSetting> {
    let shown = config.show_with(&|file: &SourceFile| file.name.clone(), sources, &[]);
    let shown = shown.into_iter().filter(|own| own.origin != "default");
    shown.map(|own| ProvenanceSetting { key: own.key, value: own.value, origin: own.origin }).collect()
}

/// The revision of the repository around the checked paths; `None` without git.
fn revision(named_inputs: &NamedInputs, report: &Report) -> Option<Revision> {
    let git = Git::around(&config::common_directory(named_inputs)).ok()?;
    let commit = git.head().ok()?;
    Some(Revision { origin: git.origin().ok().flatten(), commit, changed: changed_files(&git, report).ok() })
}

/// Counts the tracked files that differ from the commit, and the untracked files with code.
fn changed_files(git: &Git, report: &Report) -> Result<usize, GitError> {
    let changed = git.changed_files()?;
    let tracked: BTreeSet<PathBuf> = git.tracked_files()?;
    let evidence: BTreeSet<PathBuf> = evidence_paths(report).collect();
    let is_new = |path: &Path| {
        path.starts_with(&git.root) && !tracked.contains(path) && !evidence.contains(path) && path.is_file()
    };
    let files = report.sources.all();
    let untracked: BTreeSet<&Path> =
        files.iter().map(|(_, file)| file.path.as_path()).filter(|own| is_new(own)).collect();
    Ok(changed.saturating_add(untracked.len()))
}

fn evidence_paths(report: &Report) -> impl Iterator<Item = PathBuf> + '_ {
    report.pointers.files().map(|id| report.sources.file(id).path.clone())
}

/// The files with evidence and with values, ordered by path.
fn inputs(args: &CheckArgs, named_inputs: &NamedInputs, report: &Report, users: &Sources) -> Vec<ProvenanceInput> {
    let mut kinds: BTreeMap<PathBuf, &'static str> = BTreeMap::new();
    let named = users.all().into_iter().map(|(_, file)| file.path.clone());
    kinds.extend(named.filter(|path| !is_configuration(path)).map(|path| (path, "values")));
    let read = report.sources.all();
    let values = read.iter().map(|(_, file)| &file.path).filter(|path| is_values_file(path));
    kinds.extend(values.map(|path| (path.clone(), "values")));
    kinds.extend(evidence_paths(report).map(|path| (path, "evidence")));
    // Settings and the baseline are named by options, too, but are no inputs.
    let others = args.baseline.iter().cloned().chain(args.config.config.iter().map(PathBuf::from));
    let others: Vec<PathBuf> = others.map(|path| normalize(&named_inputs.working_directory.join(path))).collect();
    let inputs = kinds.into_iter().filter(|(path, _)| !others.contains(path) && path.is_absolute());
    let mut inputs: Vec<ProvenanceInput> = inputs
        .map(|(path, kind)| ProvenanceInput {
            path: report.sources.name(&path),
            kind,
            digest: digest(&path, named_inputs, report),
        })
        .collect();
    inputs.sort();
    inputs
}

fn is_values_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// The digest and the size of a file, or of the text from standard input.
fn digest(path: &Path, named_inputs: &NamedInputs, report: &Report) -> Option<(String, usize)> {
    if let Ok(bytes) = named_inputs.files.fs().read(path) {
        return Some((sha256(&bytes), bytes.len()));
    }
    let file = report.sources.file(report.sources.known(path)?);
    let is_only_text = !path.exists() && file.replaced.is_empty();
    is_only_text.then(|| (sha256(file.text.as_bytes()), file.text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_threads_arent_shown() {
        let shown = |words: &str| {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            command_line(&words, &|name| is_secret(name, &Sources::default()))
        };
        assert_eq!(
            shown("check -j 2 --jobs=3 -j4 --var db_password=x --var=API_TOKEN=y --var m=true --parameter Secret=a=b"),
            "trailint check --var db_password=… --var=API_TOKEN=… --var m=true --parameter Secret=…"
        );
        assert_eq!(
            shown("check --var db_pwd=x --var url=https://u:p@h --var map={password=\"x\"} --var name=passage"),
            "trailint check --var db_pwd=… --var url=… --var map=… --var name=passage"
        );
        assert_eq!(shown("check -- --var password=x *.tf"), "trailint check -- --var password=x '*.tf'");
    }

    #[test]
    fn declared_secrets_are_hidden() {
        let code = "variable \"a\" {\n  sensitive = true\n}\nvariable \"b\" {\n}\n";
        assert!(may_declare_secret(code, "a") && !may_declare_secret(code, "b") && !may_declare_secret(code, "c"));
        assert!(may_declare_secret("Parameters:\n  P:\n    Type: String\n    NoEcho: true\n", "P"));
    }
}
