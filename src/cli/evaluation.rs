//! The options that add information to the code: values of variables and parameters, the workspace, a plan, a Region.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;

use super::inputs::NamedInputs;
use super::{EvaluationArgs, regions};
use crate::config::Config;
use crate::engine::NamedDeployment;
use crate::error::Error;
use crate::formats::{Options, Plan, Variables, cloudformation};
use crate::source::{FileId, Sources, format_path, normalize};

/// Reads the files that the options name, and keeps their texts so that findings can refer to them.
pub(super) fn options(
    args: &EvaluationArgs,
    config: &Config,
    matches: &ArgMatches,
    named_inputs: &NamedInputs,
) -> Result<Options, Error> {
    let NamedInputs { sources, working_directory, .. } = named_inputs;
    let files = |id, names: &[PathBuf]| -> Result<Vec<(usize, Variables)>, Error> {
        let mut files = Vec::new();
        for (index, name) in indices(matches, id).zip(names) {
            let loaded = sources.load_named(&named_inputs.for_named_files(), &normalize(&working_directory.join(name)));
            let file = loaded.map_err(|cause| Error::Path { path: format_path(name), cause })?;
            files.push((index, Variables::File(file)));
        }
        Ok(files)
    };
    let parameter_files = files("parameter_file", &args.parameter_file)?;
    check_parameter_files(&args.parameter_file, &parameter_files, sources)?;
    let mut options = Options {
        variables: in_order(assignments("--var", &args.var, matches, sources)?, files("var_file", &args.var_file)?),
        parameters: in_order(assignments("--parameter", &args.parameter, matches, sources)?, parameter_files),
        parameter_policy: config.settings.parameter_policy,
        region: args.region.as_deref().map(regions::parse_region).transpose()?,
        no_automatic_variables: args.no_auto_var_files,
        workspace: args.workspace.clone(),
        engine: args.engine,
        modules: args.modules,
        // A plan is about the current code, not about the state that it is compared with.
        plan: args
            .plan
            .as_deref()
            .filter(|_| !named_inputs.is_before)
            .map(|name| plan(name, named_inputs).map(Arc::new))
            .transpose()?,
        ..Options::default()
    };
    if args.use_env {
        use_environment(&mut options, sources)?;
    }
    Ok(options)
}

/// Reads the plan of `--plan`. The user named it, so an error in it ends the run.
fn plan(name: &Path, named_inputs: &NamedInputs) -> Result<Plan, Error> {
    let path = format_path(name);
    let NamedInputs { sources, working_directory, .. } = named_inputs;
    let loaded = sources.load_named(&named_inputs.for_named_files(), &normalize(&working_directory.join(name)));
    let id = loaded.map_err(|cause| Error::Path { path: path.clone(), cause })?;
    Plan::read(id, &path, &sources.file(id)).map_err(|cause| Error::Plan { path, cause })
}

/// Returns the deployments of the configuration, with the values from their files. Values of options override these.
pub(super) fn deployments(
    config: &Config,
    options: &mut Options,
    named_inputs: &NamedInputs,
) -> Result<Vec<NamedDeployment>, Error> {
    let deployments = config.deployments(&named_inputs.for_named_files(), &named_inputs.sources)?;
    options.roots = deployments.iter().map(|deployment| deployment.path.clone()).collect();
    let mut named = Vec::new();
    for deployment in deployments {
        for file in &deployment.parameter_files {
            let text = named_inputs.sources.file(*file);
            cloudformation::check_parameter_file(*file, &text).map_err(|cause| Error::Setting {
                text: format!("parameter-files: {}", named_inputs.sources.file_display_name(&text)),
                cause,
            })?;
        }
        let evaluation = Options {
            variables: combined(&deployment.var_files, &options.variables),
            parameters: combined(&deployment.parameter_files, &options.parameters),
            ..options.clone()
        };
        named.push(NamedDeployment { name: deployment.name, path: deployment.path, evaluation });
    }
    Ok(named)
}

fn combined(files: &[FileId], values: &[Variables]) -> Vec<Variables> {
    files.iter().map(|file| Variables::File(*file)).chain(values.iter().copied()).collect()
}

fn indices<'a>(matches: &'a ArgMatches, id: &'a str) -> impl Iterator<Item = usize> + 'a {
    matches.indices_of(id).into_iter().flatten()
}

/// Merges the values of the two options in the order of the command line, in which later values override earlier ones.
fn in_order(mut assigned: Vec<(usize, Variables)>, mut files: Vec<(usize, Variables)>) -> Vec<Variables> {
    assigned.append(&mut files);
    assigned.sort_by_key(|(index, _)| *index);
    assigned.into_iter().map(|(_, variables)| variables).collect()
}

/// Keeps each text of the form `NAME=VALUE` as a source file, so that findings can refer to it.
fn assignments(
    option: &str,
    texts: &[String],
    matches: &ArgMatches,
    sources: &Sources,
) -> Result<Vec<(usize, Variables)>, Error> {
    let mut assignments = Vec::new();
    for (index, text) in indices(matches, option.trim_start_matches('-')).zip(texts) {
        if !text.contains('=') {
            return Err(Error::Setting { text: format!("{option} {text}"), cause: "expected NAME=VALUE".to_owned() });
        }
        let path = PathBuf::from(format!("{option} {index}"));
        let file = sources.add_as(&path, option.to_owned(), text.as_bytes().to_vec());
        assignments.push((index, Variables::Assignment(file)));
    }
    Ok(assignments)
}

/// Checks the files of `--parameter-file`. The user named them, so an error in one ends the run.
fn check_parameter_files(names: &[PathBuf], files: &[(usize, Variables)], sources: &Sources) -> Result<(), Error> {
    for (name, (_, variables)) in names.iter().zip(files) {
        if let Variables::File(id) = *variables {
            let checked = cloudformation::check_parameter_file(id, &sources.file(id));
            checked
                .map_err(|cause| Error::Setting { text: format!("--parameter-file {}", format_path(name)), cause })?;
        }
    }
    Ok(())
}

/// Reads `TF_VAR_name` and `TF_WORKSPACE` as Terraform does.
fn use_environment(options: &mut Options, sources: &Sources) -> Result<(), Error> {
    let mut variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    variables.sort_unstable();
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
