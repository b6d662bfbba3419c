//! The options that add information to the code: values of variables and parameters, the workspace, a plan, a Region.

use clap::ArgMatches;

use super::inputs::NamedInputs;
use super::regions;
use crate::config::Config;
use crate::engine::NamedDeployment;
use crate::error::Error;
use crate::formats::{FormatArgs, OptionReader, Options, Variables, cloudformation, terraform};

/// Reads the files that the options name, and keeps their texts so that findings can refer to them.
pub(super) fn options(
    args: &FormatArgs,
    config: &Config,
    matches: &ArgMatches,
    named_inputs: &NamedInputs,
) -> Result<Options, Error> {
    let NamedInputs { sources, working_directory, .. } = named_inputs;
    let reader = OptionReader { matches, fs: &named_inputs.for_named_files(), sources, working_directory };
    let policy = config.settings.parameter_policy;
    Ok(Options {
        cloudformation: cloudformation::Options::read(&args.cloudformation, policy, &reader)?,
        terraform: terraform::Options::read(&args.terraform, &reader)?,
        region: args.region.as_deref().map(regions::parse_region).transpose()?,
        // A plan is about the current code, not about the state that it is compared with.
        plan: if named_inputs.is_before { None } else { args.plan.read(&reader)? },
        ..Options::default()
    })
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
            terraform: terraform::Options {
                variables: Variables::combined(&deployment.var_files, &options.terraform.variables),
                ..options.terraform.clone()
            },
            cloudformation: cloudformation::Options {
                parameters: Variables::combined(&deployment.parameter_files, &options.cloudformation.parameters),
                ..options.cloudformation.clone()
            },
            ..options.clone()
        };
        named.push(NamedDeployment { name: deployment.name, path: deployment.path, evaluation });
    }
    Ok(named)
}
