//! What is checked as a whole: the folders that the editor has open, and open files that no check includes.
//!
//! One rule decides both: nothing is checked by itself that another check includes. A folder that lies within another one,
//! or is the same by way of a link, is a part of that, unless ignore files or settings leave it out there. A file outside of
//! all folders is included where a check has read it, as a module of a caller; otherwise its program is checked, or it alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::capabilities::OpenFolder;
use super::documents::Document;
use super::folder::{Extent, Folder, Target};
use super::session::Session;
use super::uris;
use crate::scan;
use crate::source::real_path;

/// A folder that the editor has open.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// As the editor writes it.
    pub(super) uri: String,
    /// Its path, as the editor names it.
    pub(super) name: PathBuf,
    /// The same without links.
    pub(super) directory: PathBuf,
}

impl Root {
    /// A folder on the disk.
    pub(super) fn new(folder: &OpenFolder) -> Option<Self> {
        let name = uris::named_path(&folder.uri)?;
        Some(Self { uri: folder.uri.clone(), directory: real_path(&name), name })
    }
}

impl<W: Write> Session<W> {
    /// Decides what is checked; true if something of it hasn't been checked yet. Files of which nothing is said any more are
    /// to be published again.
    pub(super) fn plan(&mut self) -> bool {
        let old = std::mem::take(&mut self.folders);
        let (mut trees, mut others): (Vec<Folder>, Vec<Folder>) =
            old.into_iter().partition(|folder| folder.target.extent == Extent::Tree);
        let mut kept = self.plan_trees(&mut trees);
        match kept.iter().all(|folder| folder.has_run) {
            true => self.plan_files(&mut kept, &mut others),
            // Only then is it known what these include.
            false => kept.append(&mut others),
        }
        let dropped = trees.into_iter().chain(others);
        self.unpublished.extend(dropped.flat_map(|folder| folder.said.into_keys()));
        self.name_directories();
        self.folders = kept;
        self.folders.iter().any(|folder| folder.is_due)
    }

    /// The folders that the editor has open, from the outermost on.
    fn plan_trees(&self, old: &mut Vec<Folder>) -> Vec<Folder> {
        let mut roots: Vec<&Root> = self.roots.iter().filter(|root| self.settings.enable(Some(&root.uri))).collect();
        roots.sort_by_key(|root| root.directory.components().count());
        let mut kept: Vec<Folder> = Vec::new();
        for root in roots {
            let directory = &root.directory;
            let is_part = |folder: &Folder| {
                let is_same = folder.target.directory == *directory;
                is_same || folder.holds(directory) && (!folder.has_run || folder.searches(directory))
            };
            if kept.iter().any(is_part) {
                continue;
            }
            let settings = self.settings.options(Some(&root.uri));
            let target = Target { directory: directory.clone(), extent: Extent::Tree, settings };
            kept.push(again(target, old));
        }
        kept
    }

    /// The open files that nothing else includes.
    fn plan_files(&self, kept: &mut Vec<Folder>, old: &mut Vec<Folder>) {
        let paths = self.documents.all().filter_map(|document| document.path.as_deref());
        let is_lost = |path: &&Path| {
            let has_folder = self.roots.iter().any(|root| path.starts_with(&root.directory));
            scan::is_checked(path) && !has_folder && !kept.iter().any(|folder| folder.includes(path))
        };
        let lost: Vec<&Path> = paths.filter(is_lost).collect();
        let settings = self.settings.options(None);
        let mut wanted: Vec<Target> = Vec::new();
        for path in &lost {
            let target = target_of(path, &settings);
            if self.settings.enable(None) && !wanted.contains(&target) {
                wanted.push(target);
            }
        }
        let mut folders: Vec<Folder> = wanted.into_iter().map(|target| again(target, old)).collect();
        // What another one has read is judged there, with the values that it gets there.
        let mut at = 0;
        while let Some(folder) = folders.get(at) {
            let mut own = lost.iter().filter(|path| target_of(path, &settings) == folder.target).peekable();
            let others = || folders.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
            let is_included = own.peek().is_some() && own.all(|path| others().any(|other| other.includes(path)));
            match is_included {
                true => old.push(folders.remove(at)),
                false => at = at.saturating_add(1),
            }
        }
        kept.append(&mut folders);
    }

    /// Tells how the editor names the directories that are checked.
    fn name_directories(&mut self) {
        let roots = self.roots.iter().map(|root| (root.directory.clone(), root.name.clone()));
        let of_file = |document: &Document| {
            let (path, name) = (document.path.as_deref()?, uris::named_path(document.uri.as_str())?);
            Some((path.parent()?.to_owned(), name.parent()?.to_owned()))
        };
        let files: Vec<_> = self.documents.all().filter_map(of_file).collect();
        let has_folder = |path: &Path| self.roots.iter().any(|root| path.starts_with(&root.directory));
        let files = files.into_iter().filter(|(path, _)| !has_folder(path));
        let mut names: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (path, name) in roots.chain(files) {
            if !names.iter().any(|(known, _)| *known == path) {
                names.push((path, name));
            }
        }
        self.documents.name_directories(names.into_iter());
    }

    /// True if the user has switched checks off for the folder in which a file lies.
    pub(super) fn is_disabled(&self, path: &Path) -> bool {
        let holding = self.roots.iter().filter(|root| path.starts_with(&root.directory));
        let nearest = holding.max_by_key(|root| root.directory.components().count());
        nearest.is_some_and(|root| !self.settings.enable(Some(&root.uri)))
    }
}

/// The check of a target that is kept already, or a new one.
fn again(target: Target, old: &mut Vec<Folder>) -> Folder {
    let is_it = |own: &Folder| own.target.directory == target.directory && own.target.extent == target.extent;
    match old.iter().position(is_it) {
        Some(at) => {
            let mut folder = old.remove(at);
            folder.set(target.settings);
            folder
        }
        None => Folder::new(target),
    }
}

/// What is checked with a file that no folder holds.
fn target_of(path: &Path, settings: &[super::settings::Setting]) -> Target {
    let directory = path.parent().unwrap_or(path).to_owned();
    let extent = if scan::is_program_file(path) { Extent::Program } else { Extent::File(path.to_owned()) };
    Target { directory, extent, settings: settings.to_vec() }
}
