//! Evaluates roots before what they call: a called project is a deployment of its own if no call creates its trail.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::assign::{Assignment, CandidateProject, assignments};
use super::settings::EngineSettings;
use super::trail_instance;
use super::trail_instance::TrailInstance;
use crate::formats::{Context, LoadedProject, Project};
use crate::model::SearchSubject;
use crate::source::{FileId, Sources, Span};
use crate::value::{Budget, Known};

/// The files that create a deployment's trails: those that declare them and those that lead to them by calls.
#[derive(Debug, Clone, Default)]
pub(super) struct CreatedTrails {
    /// The places that declare one of the created trails.
    declaring: BTreeSet<PathBuf>,
    /// The declaring places, and those that lead to them by calls.
    leading: BTreeSet<PathBuf>,
}

/// The places of the trails that all deployments create, without links. Those of different formats differ: the place
/// of a module is a directory, and that of a template a file.
#[derive(Debug, Default)]
struct CreatedPlaces {
    declaring: HashSet<PathBuf>,
    leading: HashSet<PathBuf>,
}

impl CreatedTrails {
    /// The places of the instances that may exist.
    pub(super) fn of_instances(instances: &[TrailInstance], project: &dyn Project, sources: &Sources) -> Self {
        let mut created = Self::default();
        for instance in instances.iter().filter(|instance| !instance.is_absent()) {
            for (header, owners) in &instance.declarations {
                created.add(owners, *header, project, sources);
            }
        }
        created
    }

    /// Like [`Self::of_instances`], for a deployment for which no rule is evaluated.
    pub(super) fn of_project(
        opened: &dyn LoadedProject,
        budget: &Rc<Budget>,
        project: &dyn Project,
        sources: &Sources,
    ) -> Self {
        let mut created = Self::default();
        for site in 0..opened.sites(SearchSubject::Trails) {
            let runs = trail_instance::runs(budget, |world| opened.resources(SearchSubject::Trails, site, world));
            for resource in runs.iter().flat_map(|(resources, _)| resources) {
                if resource.exists.value != Known(false) {
                    created.add(&resource.owners, resource.header, project, sources);
                }
            }
        }
        created
    }

    /// True if no trail is created.
    pub(super) fn is_empty(&self) -> bool {
        self.declaring.is_empty()
    }

    /// Adds the owners of a trail. The file of the declaration may be one that its owner includes.
    fn add(&mut self, owners: &[FileId], header: Span, project: &dyn Project, sources: &Sources) {
        self.declaring.insert(project.place_of(&sources.file(header.file)));
        self.declaring.insert(project.place_of(&sources.file(sources.outermost(header).file)));
        for (index, owner) in owners.iter().enumerate() {
            let place = project.place_of(&sources.file(*owner));
            if index == 0 {
                self.declaring.insert(place.clone());
            }
            self.leading.insert(place);
        }
    }
}

impl CreatedPlaces {
    fn add(&mut self, created: &CreatedTrails, context: Context<'_>) {
        for (places, made) in [(&mut self.declaring, &created.declaring), (&mut self.leading, &created.leading)] {
            places.extend(made.iter().map(|place| context.fs.without_links(place)));
        }
    }

    /// True if a call creates a trail that a project declares, or one to which it leads if it declares none.
    fn contains(&self, candidate: &CandidateProject, context: Context<'_>) -> bool {
        let project = &candidate.project;
        let called = project.called().map(|called| called.place.clone());
        // Code of another format may deploy a template that no template deploys.
        let Some(place) = called.or_else(|| project.template().filter(|place| !is_root_all_the_same(place, context)))
        else {
            return false;
        };
        let place = context.fs.without_links(&place);
        self.declaring.contains(&place) || self.leading.contains(&place) && !candidate.project.declares_trail(context)
    }
}

/// True if an option or the base of a comparison names a template as a root.
fn is_root_all_the_same(place: &Path, context: Context<'_>) -> bool {
    let options = context.options;
    options.roots.iter().any(|root| root == place) || options.base.as_ref().is_some_and(|base| base.is_root(place))
}

/// The order of evaluation: templates after code that may deploy them, and called projects after their callers.
type Turn = (bool, Option<usize>);

/// Evaluates roots, and then in turn the called projects whose trails no call creates. The outcomes have the order of
/// the projects.
pub(super) fn evaluate_in_order<'a, T>(
    projects: &'a [CandidateProject],
    context: Context<'a>,
    settings: &'a EngineSettings,
    mut evaluate: impl FnMut(Vec<Assignment<'a>>) -> Vec<T>,
    created: impl Fn(&T) -> &CreatedTrails,
) -> Vec<T> {
    let deploys_templates = projects.iter().any(|candidate| candidate.project.deploys_templates());
    let mut turns: BTreeMap<Turn, Vec<(usize, &'a CandidateProject)>> = BTreeMap::new();
    for (index, candidate) in projects.iter().enumerate() {
        let turn = candidate.project.called().map(|called| called.turn);
        let is_later = deploys_templates && candidate.project.template().is_some();
        turns.entry((is_later, turn)).or_default().push((index, candidate));
    }
    let mut taken = CreatedPlaces::default();
    let mut outcomes: Vec<(usize, T)> = Vec::new();
    for candidates in turns.into_values() {
        let mut places = Vec::new();
        let mut all = Vec::new();
        for (index, candidate) in candidates.into_iter().filter(|(_, candidate)| !taken.contains(candidate, context)) {
            for assignment in assignments(candidate, context, settings) {
                places.push(index);
                all.push(assignment);
            }
        }
        for (index, outcome) in places.into_iter().zip(evaluate(all)) {
            taken.add(created(&outcome), context);
            outcomes.push((index, outcome));
        }
    }
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}
