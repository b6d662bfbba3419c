//! Finds the values that are set at a place in a text, or pass through it.

use std::collections::HashSet;

use super::assign::assignments;
use super::standing::{DeploymentKey, key};
use super::{IncrementalCheck, Setup, place, trace};
use crate::report::{TracePath, TracedArgument};
use crate::source::{FileId, SourceFile};

impl IncrementalCheck {
    /// The arguments of all trails to whose value the text at the offset contributes: as the place where it is set, or
    /// as the value of the name before it on the line.
    pub fn ways(&self, file: FileId, offset: u32, setup: Setup<'_>) -> Vec<TracedArgument> {
        let context = setup.context(&self.sources, &self.readings);
        let text = self.sources.file(file);
        let all = self.projects.iter().flat_map(|candidate| assignments(candidate, context, setup.settings));
        let reaching: HashSet<&DeploymentKey> =
            self.held.iter().filter(|(_, paid)| paid.outcome.asked.has_file(file)).map(|(key, _)| key).collect();
        let reached = all.filter(|assignment| reaching.contains(&key(assignment)));
        let mut arguments: Vec<TracedArgument> =
            reached.flat_map(|assignment| trace::everything(&assignment)).collect();
        for label in arguments.iter_mut().flat_map(|argument| &mut argument.ways).flat_map(|way| &mut way.steps) {
            place::clip(label, &self.sources);
        }
        let distances =
            arguments.iter().flat_map(|argument| &argument.ways).filter_map(|way| near(way, file, offset, &text));
        let Some(nearest) = distances.min() else { return Vec::new() };
        for argument in &mut arguments {
            argument.ways.retain(|way| near(way, file, offset, &text) == Some(nearest));
        }
        arguments.retain(|argument| !argument.ways.is_empty());
        arguments
    }
}

/// The distance of the nearest step of a value's path from an offset; `None` if no step is at the offset or behind it
/// on its line.
fn near(way: &TracePath, id: FileId, offset: u32, file: &SourceFile) -> Option<u32> {
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
