//! `--locked`: checks an untrusted tree, whose own settings and comments must not suppress its findings.

use std::path::Path;

use super::CheckArgs;
use super::inputs::NamedInputs;
use crate::config;
use crate::error::Error;
use crate::source::{self, normalize};

impl CheckArgs {
    /// True if settings, ignore files and the baseline come from the state that the run compares with.
    pub(super) fn uses_base(&self) -> bool {
        self.config_from_base || self.locked
    }
}

/// Refuses a configuration or baseline that the command line names if it lies in the checked tree and there is no
/// earlier state to read it from.
pub(super) fn check_named(args: &CheckArgs, named_inputs: &NamedInputs) -> Result<(), Error> {
    let files = args.config.config.iter().filter(|text| !config::is_setting(text)).map(Path::new);
    for named in files.chain(args.baseline.as_deref()) {
        let path = normalize(&named_inputs.working_directory.join(named));
        let place = path.canonicalize().unwrap_or_else(|_| path.clone());
        let roots =
            named_inputs.read_roots.iter().flat_map(|root| [root.canonicalize().ok(), Some(root.clone())]).flatten();
        if roots.into_iter().any(|root| [&path, &place].iter().any(|path| path.starts_with(&root))) {
            return Err(Error::NoSay { path: source::format_path(named) });
        }
    }
    Ok(())
}
