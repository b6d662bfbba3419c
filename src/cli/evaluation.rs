//! The options that add information to the code: values of variables and parameters, the workspace, a plan, a Region.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;

use super::inputs::NamedInputs;
use crate::config::Config;
use crate::engine::NamedDeployment;
use crate::error::Error;
use crate::formats::terraform::MappedModule;
use crate::formats::{FormatArgs, OptionReader, Options, cloudformation, terraform};
use crate::model::region;
use crate::source::{Fs, ReadError, Sources, format_path, normalize};

/// Reads the files that the options name, and keeps their texts so that findings can refer to them.
pub(super) fn options(
    args: &FormatArgs,
    config: &Config,
    matches: &ArgMatches,
    named_inputs: &NamedInputs,
) -> Result<Options, Error> {
    let NamedInputs { sources, working_directory, .. } = named_inputs;
    let reader = OptionReader { matches, fs: &named_inputs.for_named_files(), sources, working_directory };
    Ok(Options {
        cloudformation: cloudformation::Options::read(&args.cloudformation, &reader)?,
        parameter_policy: config.settings.parameter_policy,
        terraform: terraform::Options {
            mapped: modules(config, named_inputs)?,
            ..terraform::Options::read(&args.terraform, &reader)?
        },
        region: args.region.as_deref().map(parse_region).transpose()?,
        // A plan is about the current code, not about the state that it is compared with.
        plan: if named_inputs.is_before { None } else { args.plan.read(&reader)? },
        ..Options::default()
    })
}

/// Returns the directories that the configuration has for modules. In an earlier state, a directory may be missing.
fn modules(config: &Config, named_inputs: &NamedInputs) -> Result<Vec<Arc<MappedModule>>, Error> {
    let mapped = if named_inputs.is_before {
        config.modules(&|_| Ok(()), &named_inputs.sources)
    } else {
        let fs = named_inputs.files.fs();
        config.modules(&|directory| has_code(directory, fs, &named_inputs.sources), &named_inputs.sources)
    };
    Ok(mapped?.into_iter().map(Arc::new).collect())
}

/// Checks that a directory contains a module.
fn has_code(directory: &Path, fs: &dyn Fs, sources: &Sources) -> Result<(), String> {
    if !sources.may_read(directory) {
        return Err(ReadError::OutsideTree.to_string());
    }
    let files = fs.list(directory).map_err(|cause| cause.to_string())?;
    let mut names = files.iter().filter_map(|path| path.file_name());
    let has_any = names.any(|name| terraform::is_configuration(&name.to_string_lossy()));
    has_any.then_some(()).ok_or_else(|| "it has no Terraform file".to_owned())
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
        let evaluation = options.with_files(&deployment.values, &named_inputs.sources)?;
        named.push(NamedDeployment {
            name: deployment.name,
            path: deployment.path,
            evaluation,
            account: deployment.account,
        });
    }
    Ok(named)
}

/// Adds the evidence that the option names, or else the configuration, to the inputs.
pub(super) fn add_evidence(
    args: &FormatArgs,
    config: &Config,
    options: &mut Options,
    named_inputs: &mut NamedInputs,
) -> Result<(), Error> {
    let named = args.evidence.evidence.iter();
    let mut evidence: Vec<(String, PathBuf)> =
        named.map(|path| (format_path(path), normalize(&named_inputs.working_directory.join(path)))).collect();
    if evidence.is_empty() {
        evidence = config.evidence(&named_inputs.sources)?;
    }
    options.evidence = evidence.iter().map(|(_, path)| path.clone()).collect();
    named_inputs.add_evidence(evidence)
}

/// Checks the Region of `--region`.
fn parse_region(text: &str) -> Result<String, Error> {
    check_name(FormatArgs::REGION, text)?;
    Ok(text.to_owned())
}

/// Checks the Regions of `--regions`; empty if the option isn't set.
pub(super) fn parse_regions(given: Option<&[String]>) -> Result<Vec<String>, Error> {
    // A comma in a list may be followed by blanks.
    let regions: Vec<&str> = given.unwrap_or_default().iter().map(|name| name.trim()).collect();
    match given {
        Some(_) if regions.iter().all(|name| name.is_empty()) => {
            Err(invalid("--regions", "expected at least one Region"))
        }
        Some(_) => checked("--regions", &regions),
        None => Ok(Vec::new()),
    }
}

fn checked(setting: &str, regions: &[&str]) -> Result<Vec<String>, Error> {
    for (index, name) in regions.iter().enumerate() {
        check_name(setting, name)?;
        if regions.iter().take(index).any(|other| other == name) {
            return Err(invalid(setting, &format!("`{name}` is named twice")));
        }
    }
    let apart = regions.iter().zip(regions.iter().skip(1)).find(|(a, b)| region::leader(a) != region::leader(b));
    match apart {
        Some((one, other)) => Err(invalid(setting, &format!("`{one}` and `{other}` aren't Regions of one account"))),
        None => Ok(regions.iter().map(|&name| name.to_owned()).collect()),
    }
}

fn check_name(setting: &str, name: &str) -> Result<(), Error> {
    if region::is_name(name) {
        return Ok(());
    }
    Err(invalid(setting, &format!("`{name}` isn't a Region name such as `eu-west-1`")))
}

fn invalid(setting: &str, cause: &str) -> Error {
    Error::Setting { text: setting.to_owned(), cause: cause.to_owned() }
}
