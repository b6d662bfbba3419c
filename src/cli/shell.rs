//! `trailint completions` and `trailint man`: shell completions and manual pages.

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;
use crate::error::Error;
use crate::named::closest;

/// Generates the script that completes commands, options and their values.
pub(super) fn completions(shell: Shell) -> Result<String, Error> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    text(script)
}

/// Generates the manual page of the program, or of the nested subcommand with these names.
pub(super) fn manual(names: &[String]) -> Result<String, Error> {
    let mut program = Cli::command();
    program.build();
    let command = names.iter().try_fold(&program, subcommand)?;
    let title = command.get_bin_name().unwrap_or_else(|| command.get_name()).replace(' ', "-");
    let mut page = Vec::new();
    Man::new(command.clone()).title(title).render(&mut page).map_err(Error::Output)?;
    text(page)
}

fn subcommand<'a>(parent: &'a Command, name: &String) -> Result<&'a Command, Error> {
    parent.find_subcommand(name).ok_or_else(|| {
        let known = parent.get_subcommands().map(Command::get_name);
        Error::UnknownCommand { name: name.clone(), suggestion: closest(name, known).map(str::to_owned) }
    })
}

/// Converts generated output to text. It is UTF-8 if the names in it are.
fn text(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| Error::Output(std::io::Error::other(error)))
}
