//! The options that say more of the code than the code does.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::EvaluationArgs;
use super::inputs::Given;
use crate::error::Error;
use crate::formats::{Options, Variables};
use crate::source::{Sources, normalize};

/// Reads the files that the options name, and keeps their texts so that findings can point at them.
pub(super) fn options(args: &EvaluationArgs, matches: &ArgMatches, given: &Given) -> Result<Options, Error> {
    let Given { disk, sources, here, .. } = given;
    let mut variables: Vec<(usize, Variables)> = Vec::new();
    for (index, text) in indices(matches, "var").zip(&args.var) {
        variables.push((index, Variables::Assignment(assignment(text, index, sources)?)));
    }
    for (index, name) in indices(matches, "var_file").zip(&args.var_file) {
        let path = normalize(&here.join(name));
        let loaded = sources.load_named(disk, &path);
        let file = loaded.map_err(|cause| Error::Path { path: name.display().to_string(), cause })?;
        variables.push((index, Variables::File(file)));
    }
    // Later ones win, whichever of the two options gives them.
    variables.sort_by_key(|(index, _)| *index);
    let mut options = Options {
        variables: variables.into_iter().map(|(_, variables)| variables).collect(),
        no_automatic_variables: args.no_auto_var_files,
        workspace: args.workspace.clone(),
        engine: args.engine,
        modules: args.modules,
        ..Options::default()
    };
    if args.use_env {
        use_environment(&mut options, sources)?;
    }
    Ok(options)
}

fn indices<'a>(matches: &'a ArgMatches, id: &'a str) -> impl Iterator<Item = usize> + 'a {
    matches.indices_of(id).into_iter().flatten()
}

/// A text of the form `NAME=VALUE`, kept as a file of its own.
fn assignment(text: &str, index: usize, sources: &Sources) -> Result<crate::source::FileId, Error> {
    if !text.contains('=') {
        return Err(Error::Setting { text: text.to_owned(), cause: "write it as NAME=VALUE".to_owned() });
    }
    let path = PathBuf::from(format!("--var {index}"));
    Ok(sources.add_as(&path, "--var".to_owned(), text.as_bytes().to_vec()))
}

/// `TF_VAR_name` and `TF_WORKSPACE`, as Terraform reads them.
fn use_environment(options: &mut Options, sources: &Sources) -> Result<(), Error> {
    let mut variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    variables.sort();
    for (name, value) in variables {
        if let Some(variable) = name.strip_prefix("TF_VAR_") {
            let text = format!("{variable}={value}");
            options.environment.push(sources.add_as(Path::new(&name), name.clone(), text.into_bytes()));
        } else if name == "TF_WORKSPACE" && options.workspace.is_none() {
            options.workspace = Some(value);
        }
    }
    Ok(())
}
