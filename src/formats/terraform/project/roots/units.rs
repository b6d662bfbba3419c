//! Finds the units of Terragrunt, and the directories whose files they deploy.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::stacks::{self, FoundStacks};
use crate::formats::terraform::names::{self, file_name};

use crate::formats::terraform::project::library::ModuleLibrary;
use crate::formats::terraform::project::mentions;
use crate::formats::terraform::terragrunt::{self, Reader, Unit, UnitPlace, UnitSource};
use crate::formats::{Context, LinkedFile, Relevance};
use crate::source::Sources;
use crate::value::{Budget, World};

/// A unit with the directories whose files it deploys.
#[derive(Debug)]
pub(super) struct FoundUnit {
    pub(super) place: UnitPlace,
    /// The directories that make up its root module, without its own one if that has no Terraform files.
    pub(super) calls: BTreeSet<PathBuf>,
    /// True if Terraform files in its own directory are a part of it, even if it deploys nothing.
    pub(super) owns_directory: bool,
    /// True if its code isn't read, so that it may contain a trail.
    pub(super) may_bring_trail: bool,
    /// True if the text of its configuration mentions a trail.
    pub(super) mentions_trail: bool,
}

/// The settings of a unit that decide if it is one.
struct CandidateUnit<'a> {
    place: UnitPlace,
    reader: Reader<'a>,
    source: UnitSource,
    has_terraform_files: bool,
    generates_code: bool,
    mentions_trail: bool,
}

/// The units among the scanned files.
pub(super) fn find(linked: &[LinkedFile], library: &ModuleLibrary, context: Context<'_>) -> Vec<FoundUnit> {
    let stacks = stacks::find(linked, library, context);
    let mut found: Vec<FoundUnit> = stacks.unread.iter().cloned().map(FoundUnit::of_unread).collect();
    let candidates = candidates(linked, &stacks, library, context);
    let templates = templates(&candidates);
    for candidate in candidates.iter().filter(|candidate| !templates.contains(&candidate.place.file)) {
        let has_code = candidate.has_terraform_files || candidate.generates_code;
        let deploys = !matches!(candidate.source, UnitSource::Own) || has_code;
        let unit = Unit { reader: &candidate.reader };
        if deploys && unit.is_excluded(&candidate.reader.open_world()) {
            let place = UnitPlace { is_excluded: true, ..candidate.place.clone() };
            found.push(FoundUnit { owns_directory: true, ..FoundUnit::of_unread(place) });
        } else if deploys {
            found.push(candidate.found());
        }
    }
    found
}

fn candidates<'a>(
    linked: &[LinkedFile],
    stacks: &FoundStacks,
    library: &'a ModuleLibrary,
    context: Context<'a>,
) -> Vec<CandidateUnit<'a>> {
    let budget = Budget::new(Budget::steps_for(size(linked, context.sources)));
    // Of two configurations in a directory, Terragrunt reads the one in the native syntax.
    let mut files: BTreeMap<PathBuf, (PathBuf, bool)> = BTreeMap::new();
    for linked in linked.iter().rev() {
        let file = context.sources.file(linked.candidate.file);
        if terragrunt::names::is_unit(&file_name(&file.path)) {
            let mentions_trail = linked.candidate.relevance == Relevance::Trail;
            files.insert(file.directory().to_owned(), (file.path.clone(), mentions_trail));
        }
    }
    let generated = stacks.units.iter().map(|place| {
        let mentions_trail = files.get(&place.files_directory()).is_some_and(|(_, mentions_trail)| *mentions_trail);
        (place.clone(), mentions_trail)
    });
    let written = files.iter().filter(|(directory, _)| !stacks.replaces(directory, context));
    let written = written.map(|(directory, (file, mentions_trail))| {
        (UnitPlace::of_file(file.clone(), directory.clone()), *mentions_trail)
    });
    let all = written.chain(generated);
    all.filter_map(|(place, mentions_trail)| CandidateUnit::open(place, mentions_trail, library, context, &budget))
        .collect()
}

/// The size of the configurations, in bytes.
fn size(linked: &[LinkedFile], sources: &Sources) -> usize {
    let files = linked.iter().map(|linked| sources.file(linked.candidate.file));
    let units = files.filter(|file| terragrunt::names::is_unit(&file_name(&file.path)));
    units.map(|file| file.text.len()).fold(0, usize::saturating_add)
}

/// The configurations that deploy nothing, because others include them, or read them from a directory below.
fn templates(candidates: &[CandidateUnit<'_>]) -> BTreeSet<PathBuf> {
    let mut included = BTreeSet::new();
    for candidate in candidates {
        included.extend(candidate.reader.included().into_iter().filter(|path| *path != candidate.place.file));
    }
    let directories: BTreeSet<&Path> = candidates.iter().map(|candidate| candidate.place.directory.as_path()).collect();
    for candidate in candidates {
        let mut above = candidate.place.directory.ancestors().skip(1);
        if above.any(|directory| directories.contains(directory)) {
            let read = Unit { reader: &candidate.reader }.read_files();
            included.extend(read.into_iter().filter(|path| is_above(path, &candidate.place)));
        }
    }
    let with_code = candidates.iter().filter(|candidate| candidate.has_terraform_files);
    for candidate in with_code {
        included.remove(&candidate.place.file);
    }
    included
}

fn is_above(path: &Path, place: &UnitPlace) -> bool {
    path.parent().is_some_and(|directory| place.directory != directory && place.directory.starts_with(directory))
}

impl FoundUnit {
    /// A unit that is excluded, or one of a stack whose code isn't read.
    fn of_unread(place: UnitPlace) -> Self {
        Self { place, calls: BTreeSet::new(), owns_directory: false, may_bring_trail: true, mentions_trail: false }
    }
}

impl<'a> CandidateUnit<'a> {
    fn open(
        place: UnitPlace,
        mentions_trail: bool,
        library: &'a ModuleLibrary,
        context: Context<'a>,
        budget: &Rc<Budget>,
    ) -> Option<Self> {
        let reader = Reader::open(&place, context, &library.configurations, budget).ok()?;
        let source = Unit { reader: &reader }.source(&World::open(budget));
        let listed = context.fs.list(&place.files_directory()).unwrap_or_default();
        let has_terraform_files = listed.iter().any(|path| names::is_configuration(&file_name(path)));
        let generated = reader.generated(&World::open(budget));
        let generates_code = generated.iter().any(|file| names::is_configuration(&file.name));
        let mentions_trail = mentions_trail
            || generated.iter().any(|file| file.may_mention_trail(|text| mentions::mentions_trail(text.as_bytes())));
        Some(Self { place, reader, source, has_terraform_files, generates_code, mentions_trail })
    }

    fn found(&self) -> FoundUnit {
        let mut calls = BTreeSet::new();
        if self.has_terraform_files {
            calls.insert(self.place.files_directory());
        }
        if let UnitSource::Local(directory) = &self.source {
            calls.insert(directory.clone());
        }
        FoundUnit {
            place: self.place.clone(),
            calls,
            owns_directory: true,
            may_bring_trail: match &self.source {
                UnitSource::Known { code, .. } => code.has_trail(),
                UnitSource::Unread { .. } => true,
                UnitSource::Own | UnitSource::Local(_) => false,
            },
            mentions_trail: self.mentions_trail,
        }
    }
}
