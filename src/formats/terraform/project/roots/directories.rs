//! The graph of the scanned directories and of those that they call.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::deployments::FoundStack;
use super::units::FoundUnit;
use super::unscanned::Unscanned;
use crate::formats::terraform::project::calls::Manifest;
use crate::formats::{CalledCode, Context, LinkedFile, Links, Relevance};

/// The directories with their calls, known before any directory is read in full.
#[derive(Debug, Default)]
pub(super) struct Directories {
    all: Vec<Directory>,
    /// The indices of the directories, by their path with links resolved.
    places: HashMap<PathBuf, usize>,
    /// A cache of paths with links resolved, by the original path.
    without_links: HashMap<PathBuf, PathBuf>,
    /// The number of directories, from the start of the list, whose calls are complete.
    followed: usize,
    unscanned: Unscanned,
    /// True if one of the files may deploy a template of another format.
    pub(super) deploys_templates: bool,
}

#[derive(Debug, Default)]
struct Directory {
    path: PathBuf,
    /// True if a file in it was kept. A scan doesn't cover every directory that is called.
    is_scanned: bool,
    /// True if a scanned file in it mentions a trail.
    mentions_trail: bool,
    /// True if a scanned file in it calls code by an expression.
    has_computed_calls: bool,
    /// True if one of its calls may contribute a trail or, in a directory that isn't scanned, if one of its files may.
    may_bring_trail: bool,
    /// True if its files are a part of the root module of a Terragrunt unit in it.
    is_in_unit: bool,
    /// True if a scanned directory calls it.
    is_called: bool,
    /// True if a unit that exists in the base of a comparison deploys it. The calls of units are known only when their
    /// configuration is evaluated, so those of the base aren't known.
    is_called_in_base: bool,
    /// The indices of the directories that it calls.
    calls: Vec<usize>,
    /// The indices of the directories that call it, or whose `terraform init` has installed it.
    callers: Vec<usize>,
}

impl Directory {
    /// True if no other directory calls it, or an option or the base names it as a root.
    fn is_root(&self, context: Context<'_>) -> bool {
        if self.is_in_unit {
            return false;
        }
        !self.is_called
            || context.options.roots.contains(&self.path)
            || !self.is_called_in_base && context.options.base.as_ref().is_some_and(|base| base.is_root(&self.path))
    }
}

/// The indices of the directories that are deployed by themselves.
#[derive(Debug, Default)]
pub(super) struct Roots {
    /// Directories that nothing calls, or that are roots regardless of calls.
    pub(super) uncalled: Vec<usize>,
    /// One directory of each cycle of calls that no other root reaches.
    pub(super) cycle_roots: Vec<usize>,
}

fn is_in(set: &[bool], place: usize) -> bool {
    set.get(place).copied().unwrap_or(false)
}

impl Directories {
    /// Adds a scanned file in a directory.
    pub(super) fn add(&mut self, linked: &LinkedFile, path: &Path, context: Context<'_>) {
        let own = self.place(path, context);
        let directory = self.directory(own);
        if !directory.is_scanned {
            // A call may have reached it by another path.
            directory.path = path.to_owned();
        }
        directory.is_scanned = true;
        directory.has_computed_calls |= linked.links.has_computed_calls;
        directory.mentions_trail |= linked.candidate.relevance == Relevance::Trail;
        for called in self.link(own, &linked.links, context) {
            self.directory(called).is_called = true;
        }
    }

    /// Adds a unit of Terragrunt, under the path of its configuration.
    pub(super) fn add_unit(&mut self, unit: &FoundUnit, context: Context<'_>) {
        let own = self.place(&unit.place.key(), context);
        let directory = self.directory(own);
        directory.path = unit.place.key();
        directory.is_scanned = true;
        directory.mentions_trail = unit.mentions_trail;
        let links = Links { calls: unit.calls.clone(), may_bring_trail: unit.may_bring_trail, ..Links::default() };
        let files = unit.place.files_directory();
        let is_in_base = context.options.base.as_ref().is_some_and(|base| base.has(&unit.place.file));
        for called in self.link(own, &links, context) {
            let called = self.directory(called);
            called.is_called = true;
            called.is_called_in_base |= is_in_base;
        }
        if unit.owns_directory {
            let own = self.place(&files, context);
            self.directory(own).is_in_unit = true;
        }
    }

    /// Adds a Terraform Stack, under the path of its first component file.
    pub(super) fn add_stack(&mut self, stack: &FoundStack, context: Context<'_>) {
        let own = self.place(&stack.key, context);
        let directory = self.directory(own);
        directory.path.clone_from(&stack.key);
        directory.is_scanned = true;
        for called in self.link(own, &stack.links, context) {
            self.directory(called).is_called = true;
        }
    }

    /// The directory of an index that [`Self::place`] has returned.
    fn directory(&mut self, place: usize) -> &mut Directory {
        self.all.get_mut(place).expect("a place is an index of the directories")
    }

    /// Marks the directories that may contain a trail, and those that reach them directly or indirectly.
    pub(super) fn leading_to_trails(&mut self, context: Context<'_>) -> Vec<bool> {
        self.follow(context);
        let leading = self.leads_to_trail();
        // The installed modules are irrelevant for directories that already lead to a trail.
        for place in 0..self.all.len() {
            if !is_in(&leading, place) {
                self.add_installed(place, context);
            }
        }
        self.follow(context);
        self.leads_to_trail()
    }

    /// The directories that are deployed by themselves.
    pub(super) fn roots(&self, leads: &[bool], context: Context<'_>) -> Roots {
        let mut reached = vec![false; self.all.len()];
        let mut roots = Roots::default();
        for (place, _) in self.scanned(leads).filter(|(_, own)| own.is_root(context)) {
            self.add_reachable(&mut reached, place, |directory| &directory.calls);
            roots.uncalled.push(place);
        }
        // Modules that call each other in a cycle have no root, but are evaluated anyway.
        let unreached = self.scanned(leads).filter(|(place, own)| !is_in(&reached, *place) && !own.is_in_unit);
        for place in self.in_order(unreached) {
            if !is_in(&reached, place) {
                self.add_reachable(&mut reached, place, |directory| &directory.calls);
                roots.cycle_roots.push(place);
            }
        }
        roots
    }

    /// The other directories that lead to a trail, each with its turn.
    pub(super) fn called(&self, leads: &[bool], roots: &Roots) -> Vec<(usize, usize)> {
        let mut is_root = vec![false; self.all.len()];
        for &place in roots.uncalled.iter().chain(&roots.cycle_roots) {
            is_root.get_mut(place).into_iter().for_each(|own| *own = true);
        }
        // The code of a unit is deployed only with its configuration, which may replace it.
        let others = self.scanned(leads).filter(|(place, own)| !is_in(&is_root, *place) && !own.is_in_unit);
        let places = self.in_order(others);
        let indices: HashMap<usize, usize> = places.iter().enumerate().map(|(index, place)| (*place, index)).collect();
        let mut calls: Vec<Vec<usize>> = Vec::new();
        for place in &places {
            let own = self.all.get(*place).map(|directory| directory.calls.as_slice()).unwrap_or_default();
            calls.push(own.iter().filter_map(|called| indices.get(called).copied()).collect());
        }
        let turns = CalledCode::turns(&calls);
        places.into_iter().zip(turns).collect()
    }

    pub(super) fn path(&self, place: usize) -> Option<&Path> {
        self.all.get(place).map(|directory| directory.path.as_path())
    }

    /// The scanned directories that lead to a trail.
    fn scanned(&self, leads: &[bool]) -> impl Iterator<Item = (usize, &Directory)> {
        self.all.iter().enumerate().filter(|(place, own)| own.is_scanned && is_in(leads, *place))
    }

    /// The order in which cycles are broken: directories whose text mentions a trail first.
    fn in_order<'d>(&self, directories: impl Iterator<Item = (usize, &'d Directory)>) -> Vec<usize> {
        let mut ordered: Vec<(usize, &Directory)> = directories.collect();
        ordered.sort_by_key(|(_, directory)| (Reverse(directory.mentions_trail), &directory.path));
        ordered.into_iter().map(|(place, _)| place).collect()
    }

    /// The index of a directory, regardless of the links in the path.
    fn place(&mut self, path: &Path, context: Context<'_>) -> usize {
        let without_links = match self.without_links.get(path) {
            Some(known) => known.clone(),
            None => {
                let found = context.fs.without_links(path);
                self.without_links.insert(path.to_owned(), found.clone());
                found
            }
        };
        let place = self.all.len();
        *self.places.entry(without_links).or_insert_with(|| {
            self.all.push(Directory { path: path.to_owned(), ..Directory::default() });
            place
        })
    }

    /// Adds the calls by expressions; `reached` evaluates them and returns the modules that a root module reaches.
    pub(super) fn follow_computed(&mut self, reached: impl Fn(&Path) -> Vec<PathBuf>, context: Context<'_>) {
        let computing: Vec<usize> = (0..self.all.len())
            .filter(|place| self.all.get(*place).is_some_and(|own| own.has_computed_calls))
            .collect();
        let mut using = vec![false; self.all.len()];
        computing.into_iter().for_each(|place| self.add_reachable(&mut using, place, |directory| &directory.callers));
        let places = 0..self.all.len();
        let roots: Vec<usize> = places
            .filter(|place| is_in(&using, *place))
            .filter(|place| self.all.get(*place).is_some_and(|own| own.is_scanned && !own.is_called))
            .collect();
        for root in roots {
            let path = self.directory(root).path.clone();
            let calls = reached(&path).into_iter().filter(|called| *called != path).collect();
            for called in self.link(root, &Links { calls, ..Links::default() }, context) {
                self.directory(called).is_called = true;
            }
        }
        self.follow(context);
    }

    /// Adds the calls of files in a directory, and returns the indices of the called directories.
    fn link(&mut self, own: usize, links: &Links, context: Context<'_>) -> Vec<usize> {
        let called: Vec<usize> = links.calls.iter().map(|called| self.place(called, context)).collect();
        for &called in &called {
            self.directory(called).callers.push(own);
        }
        self.deploys_templates |= links.deploys_templates;
        let directory = self.directory(own);
        directory.may_bring_trail |= links.may_bring_trail;
        directory.calls.extend(&called);
        called
    }

    /// Adds the calls of the directories that aren't scanned, including those that are found on the way, once for each.
    fn follow(&mut self, context: Context<'_>) {
        while let Some(directory) = self.all.get(self.followed) {
            if !directory.is_scanned {
                let links = self.unscanned.calls_in(&directory.path, context);
                self.link(self.followed, &links, context);
            }
            self.followed = self.followed.saturating_add(1);
        }
    }

    /// Adds the modules that `terraform init` has installed for a scanned directory.
    fn add_installed(&mut self, root: usize, context: Context<'_>) {
        let directory = self.directory(root);
        if !directory.is_scanned {
            return;
        }
        let path = directory.path.clone();
        for installed in Manifest::read(&path, context).directories() {
            let place = self.place(installed, context);
            self.directory(place).callers.push(root);
        }
    }

    fn leads_to_trail(&self) -> Vec<bool> {
        let mut leading = vec![false; self.all.len()];
        for (place, directory) in self.all.iter().enumerate() {
            if directory.mentions_trail || directory.may_bring_trail {
                self.add_reachable(&mut leading, place, |directory| &directory.callers);
            }
        }
        leading
    }

    /// Adds a directory to a set, with all that are reachable from it by `steps`.
    fn add_reachable(&self, set: &mut [bool], start: usize, steps: impl Fn(&Directory) -> &[usize]) {
        let mut pending = vec![start];
        while let Some(place) = pending.pop() {
            if let (Some(is_in @ false), Some(directory)) = (set.get_mut(place), self.all.get(place)) {
                *is_in = true;
                pending.extend(steps(directory));
            }
        }
    }
}
