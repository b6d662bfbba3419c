//! Finds the values that are set at a place in a text, or pass through it.

use std::collections::HashSet;

use super::assign::assignments;
use super::incremental::{DeploymentKey, key};
use super::{IncrementalCheck, Setup, editable_location, trace};
use crate::report::{TracePath, TracedArgument};
use crate::source::{FileId, SourceFile};

impl IncrementalCheck {
    /// The arguments of all trails to whose value the text at the offset contributes: as the place where it is set, or
    /// as the value of the name before it on the line.
    pub fn arguments_at(&self, file: FileId, offset: u32, setup: Setup<'_>) -> Vec<TracedArgument> {
        let context = setup.context(&self.sources, &self.caches);
        let text = self.sources.file(file);
        let all = self.projects.iter().flat_map(|candidate| assignments(candidate, context, setup.settings));
        let reaching: HashSet<&DeploymentKey> = self
            .deployments
            .iter()
            .filter(|(_, paid)| paid.outcome.dependencies.has_file(file))
            .map(|(key, _)| key)
            .collect();
        let reached = all.filter(|assignment| reaching.contains(&key(assignment)));
        let mut arguments: Vec<TracedArgument> =
            reached.flat_map(|assignment| trace::everything(&assignment)).collect();
        for label in arguments.iter_mut().flat_map(|argument| &mut argument.paths).flat_map(|way| &mut way.steps) {
            editable_location::clip(label, &self.sources);
        }
        let distances =
            arguments.iter().flat_map(|argument| &argument.paths).filter_map(|way| distance(way, file, offset, &text));
        let Some(nearest) = distances.min() else { return Vec::new() };
        for argument in &mut arguments {
            argument.paths.retain(|way| distance(way, file, offset, &text) == Some(nearest));
        }
        arguments.retain(|argument| !argument.paths.is_empty());
        arguments
    }
}

/// The distance of the nearest step of a value's path from an offset; `None` if no step is at the offset or behind it
/// on its line.
fn distance(way: &TracePath, id: FileId, offset: u32, file: &SourceFile) -> Option<u32> {
    let line = file.position(offset).line;
    way.steps
        .iter()
        .filter_map(|label| {
            let span = label.span;
            let is_near = span.file == id && offset <= span.end && file.position(span.start).line == line;
            is_near.then(|| span.start.saturating_sub(offset))
        })
        .min()
}
