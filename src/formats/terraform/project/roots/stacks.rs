//! Finds the units that the stacks of Terragrunt generate.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::formats::terraform::names::file_name;
use crate::formats::terraform::project::library::ModuleLibrary;
use crate::formats::terraform::terragrunt::{self, GeneratedUnit, Reader, StackGap, UnitPlace};
use crate::formats::{Context, LinkedFile};
use crate::source::SourceFile;
use crate::value::Budget;

/// The maximum number of units of all stacks.
const MAX_UNITS: usize = 4096;

/// The maximum number of stacks that generate each other.
const MAX_DEPTH: usize = 10;

/// The maximum number of units and stacks that are expanded, including those of stacks that are templates.
const MAX_EXPANDED: usize = 16_384;

/// The units of all stacks.
#[derive(Debug, Default)]
pub(super) struct FoundStacks {
    pub(super) units: Vec<UnitPlace>,
    /// Units and stacks whose code isn't read.
    pub(super) unread: Vec<UnitPlace>,
    /// The directories that blocks name as sources.
    templates: BTreeSet<PathBuf>,
    /// The directories in which units are generated.
    generated: BTreeSet<PathBuf>,
}

/// The units that one stack generates, directly or through other stacks.
#[derive(Default)]
struct ExpandedStack {
    units: Vec<UnitPlace>,
    unread: Vec<UnitPlace>,
    templates: BTreeSet<PathBuf>,
}

/// Finds the units of the stacks among the scanned files.
pub(super) fn find(linked: &[LinkedFile], library: &ModuleLibrary, context: Context<'_>) -> FoundStacks {
    let mut found = FoundStacks::default();
    let files = linked.iter().map(|linked| context.sources.file(linked.candidate.file));
    let files = files.filter(|file| file_name(&file.path) == terragrunt::names::STACK);
    let files: Vec<Arc<SourceFile>> = files.filter(|file| !is_generated(file.directory(), context)).collect();
    let size = files.iter().map(|file| file.text.len()).fold(0, usize::saturating_add);
    let budget = Budget::new(Budget::steps_for(size));
    let mut expanded = Vec::new();
    let mut left = MAX_EXPANDED;
    for file in files {
        let place = UnitPlace::of_file(file.path.clone(), file.directory().to_owned());
        let stack = expand(place, &mut left, &budget, library, context);
        found.templates.extend(stack.templates.iter().cloned());
        expanded.push((file.directory().to_owned(), stack));
    }
    expanded.sort_by(|(a, _), (b, _)| a.cmp(b));
    // Another stack generates a stack that is a template.
    for (_, stack) in expanded.into_iter().filter(|(directory, _)| !found.templates.contains(directory)) {
        found.units.extend(stack.units);
        found.unread.extend(stack.unread);
    }
    let beyond = found.units.split_off(found.units.len().min(MAX_UNITS));
    found.unread.extend(beyond.into_iter().next().map(|place| over_limit(place, "units of all stacks")));
    found.generated = found.units.iter().map(|place| place.directory.clone()).collect();
    found
}

impl FoundStacks {
    /// True if a configuration in a directory is a template of a stack, or if a stack generates it.
    pub(super) fn replaces(&self, directory: &Path, context: Context<'_>) -> bool {
        self.templates.contains(directory) || self.generated.contains(directory) || is_generated(directory, context)
    }
}

/// True for a directory of generated units: the stack that generates them is beside it.
fn is_generated(directory: &Path, context: Context<'_>) -> bool {
    directory.ancestors().any(|above| {
        above.file_name().is_some_and(|name| name == terragrunt::names::GENERATED)
            && above.parent().is_some_and(|stack| context.fs.kind(&stack.join(terragrunt::names::STACK)).is_ok())
    })
}

/// Expands a stack and those that it generates, up to the limits.
fn expand(
    place: UnitPlace,
    left: &mut usize,
    budget: &Rc<Budget>,
    library: &ModuleLibrary,
    context: Context<'_>,
) -> ExpandedStack {
    let mut expanded = ExpandedStack::default();
    let mut pending = vec![(place, 1, None)];
    while let Some((stack, depth, outer)) = pending.pop() {
        let Ok(reader) = Reader::open(&stack, context, &library.configurations, budget) else { continue };
        for GeneratedUnit { is_stack, place, template } in reader.generated_units(&stack) {
            expanded.templates.extend(template.iter().cloned());
            if *left == 0 {
                expanded.unread.push(over_limit(place, "units and stacks"));
                return expanded;
            }
            // The units of a stack that isn't read aren't read either.
            let gap: Option<StackGap> = outer.clone().or_else(|| place.gap.clone());
            match (&gap, is_stack) {
                (Some(gap), _) if !gap.is_here => expanded.unread.push(place),
                (_, false) => expanded.units.push(UnitPlace { gap, ..place }),
                (_, true) if depth >= MAX_DEPTH => expanded.unread.push(over_limit(place, "nested stacks")),
                (_, true) => pending.push((UnitPlace { gap: None, ..place }, depth.saturating_add(1), gap)),
            }
            *left = left.saturating_sub(1);
        }
    }
    expanded
}

/// A unit or stack that isn't read because of a limit.
fn over_limit(place: UnitPlace, limit: &'static str) -> UnitPlace {
    let label = place.directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let reason = format!("there are too many {limit}");
    UnitPlace { gap: Some(StackGap { label, text: None, reason, is_here: false, limit: Some(limit) }), ..place }
}
