//! The environment variables that set options.

use std::collections::BTreeSet;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// Makes the options of a command and its subcommands ignore empty environment variables, and those that are false for
/// a flag, since a flag that is set to false conflicts with other options.
pub(super) fn without_unset(command: Command) -> Command {
    let command = command.mut_args(|arg| if is_unset(&arg) { arg.env(None::<&str>) } else { arg });
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, without_unset))
}

fn is_unset(arg: &Arg) -> bool {
    const FALSE: [&str; 6] = ["n", "no", "f", "false", "off", "0"];
    let Some(value) = arg.get_env().and_then(std::env::var_os) else { return false };
    let is_false = || FALSE.iter().any(|word| value.eq_ignore_ascii_case(word));
    value.is_empty() || !arg.get_action().takes_values() && is_false()
}

/// The former names of environment variables, with the current ones.
const FORMER: [(&str, &str); 1] = [("TRAILINT_UNRESOLVED", "TRAILINT_UNKNOWN")];

/// Makes the options of a command and its subcommands accept environment variables under their former names.
pub(super) fn with_old_names(command: Command) -> Command {
    let command = command.mut_args(|arg| match old_name(&arg) {
        Some(name) => arg.env(name),
        None => arg,
    });
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_old_names))
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn old_name(arg: &Arg) -> Option<&'static str> {
    let present = arg.get_env()?.to_str()?;
    let (former, _) = FORMER.iter().find(|(_, name)| *name == present)?;
    (is_set(former) && !is_set(present)).then_some(*former)
}

/// Returns the environment variables that set an option of this run.
pub(super) fn used_variables(command: &Command, matches: &ArgMatches) -> BTreeSet<String> {
    let (mut command, mut matches) = (command, matches);
    let mut used = BTreeSet::new();
    loop {
        used.extend(command.get_arguments().filter(|arg| is_used(arg, matches)).filter_map(name));
        let inner = matches.subcommand().and_then(|(name, inner)| Some((command.find_subcommand(name)?, inner)));
        let Some(inner) = inner else { return used };
        (command, matches) = inner;
    }
}

fn is_used(arg: &Arg, matches: &ArgMatches) -> bool {
    let id = arg.get_id().as_str();
    matches.try_contains_id(id).is_ok() && matches.value_source(id) == Some(ValueSource::EnvVariable)
}

/// Returns the environment variables that set the options in an error message, without those options that the command
/// line has, too.
pub(super) fn variables_in_error(command: &Command, message: &str) -> BTreeSet<String> {
    let typed: Vec<String> = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let mut blamed = BTreeSet::new();
    for arg in command.get_arguments() {
        let is_set = arg.get_env().and_then(std::env::var_os).is_some();
        let Some(option) = arg.get_long().map(|long| format!("--{long}")).filter(|_| is_set) else { continue };
        if message.contains(&format!("'{option}")) && !typed.iter().any(|arg| arg.starts_with(&option)) {
            blamed.extend(name(arg));
        }
    }
    blamed.extend(command.get_subcommands().flat_map(|inner| self::variables_in_error(inner, message)));
    blamed
}

fn name(arg: &Arg) -> Option<String> {
    arg.get_env().map(|name| name.to_string_lossy().into_owned())
}

/// Formats a note that names environment variables.
pub(super) fn note(variables: &BTreeSet<String>) -> String {
    let names: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("note: the environment sets {}\n", names.join(", ")) }
}
