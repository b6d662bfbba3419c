//! `--locked`: a tree that a stranger wrote has no say in what counts of what is found in it.

use std::path::Path;

use super::CheckArgs;
use super::inputs::NamedInputs;
use crate::config;
use crate::error::Error;
use crate::source::{self, normalize};

impl CheckArgs {
    /// Whether settings and the like are those of the state that is compared with.
    pub(super) fn takes_base(&self) -> bool {
        self.config_from_base || self.locked
    }
}

/// Refuses settings and baselines that the command line names and that lie in the tree, when there is no earlier state to
/// take them from.
pub(super) fn check_named(args: &CheckArgs, given: &NamedInputs) -> Result<(), Error> {
    let files = args.config.config.iter().filter(|text| !config::is_setting(text)).map(Path::new);
    for named in files.chain(args.baseline.as_deref()) {
        let path = normalize(&given.here.join(named));
        let place = path.canonicalize().unwrap_or_else(|_| path.clone());
        let is_in_tree = |root: &Path| [&path, &place].iter().any(|path| path.starts_with(root));
        let roots = given.read_roots.iter().flat_map(|root| [root.canonicalize().ok(), Some(root.clone())]).flatten();
        if roots.into_iter().any(|root| is_in_tree(&root)) {
            return Err(Error::NoSay { path: source::named(named) });
        }
    }
    Ok(())
}
