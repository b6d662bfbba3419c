//! The paths of the command line, and what may be read for them.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::InputArgs;
use crate::error::Error;
use crate::scan::{Input, Inputs};
use crate::source::{Disk, MAX_FILE_BYTES, Sources, normalize};

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// What the command line names, and the disk as far as it lets it be read.
pub(super) struct Given {
    pub(super) inputs: Inputs,
    pub(super) disk: Disk,
    pub(super) sources: Sources,
    /// The working directory.
    pub(super) here: PathBuf,
}

/// Finds out what the paths are, and reads standard input if it is one of them.
pub(super) fn read(args: &InputArgs, matches: &ArgMatches) -> Result<Given, Error> {
    let here = std::env::current_dir().map_err(Error::CurrentDirectory)?;
    let inputs = inputs(args, matches, &here)?;
    let read_roots = read_roots(&inputs, &here);
    Ok(Given { disk: Disk::new(&read_roots), sources: sources(read_roots), inputs, here })
}

fn inputs(args: &InputArgs, matches: &ArgMatches, here: &Path) -> Result<Inputs, Error> {
    let mut inputs = Inputs::default();
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
pub(super) fn read_root(path: &Path, here: &Path) -> PathBuf {
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
