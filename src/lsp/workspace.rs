//! Decides which units are checked: the open folders, and open files that no other check includes.
//!
//! Nothing is checked separately if another check includes it. A folder within another one, or a link to the same one,
//! is part of that check, unless ignore files or settings exclude it there. A file outside of all open folders is part
//! of a check that has read it, for example as a module; otherwise, its program is checked, or the file on its own.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::capabilities::OpenFolder;
use super::documents::OpenDocument;
use super::folder::{CheckExtent, CheckTarget, Folder};
use super::session::Session;
use super::uris;
use crate::scan;
use crate::source::real_path;

/// An open folder.
#[derive(Debug, Clone)]
pub(super) struct WorkspaceRoot {
    /// In the editor's spelling.
    pub(super) uri: String,
    /// The path in the URI.
    pub(super) name: PathBuf,
    /// The path with symbolic links resolved.
    pub(super) directory: PathBuf,
}

impl WorkspaceRoot {
    /// Creates a root; `None` if the URI isn't that of a local directory.
    pub(super) fn new(folder: &OpenFolder) -> Option<Self> {
        let name = uris::named_path(&folder.uri)?;
        Some(Self { uri: folder.uri.clone(), directory: real_path(&name), name })
    }
}

impl<W: Write> Session<W> {
    /// Decides which units are checked, and returns true if a check is due. Files of units that are no longer checked
    /// are published again.
    pub(super) fn plan(&mut self) -> bool {
        let old = std::mem::take(&mut self.folders);
        let (mut trees, mut others): (Vec<Folder>, Vec<Folder>) =
            old.into_iter().partition(|folder| folder.target.extent == CheckExtent::Tree);
        let mut kept = self.plan_trees(&mut trees);
        match kept.iter().all(|folder| folder.has_run) {
            true => self.plan_files(&mut kept, &mut others),
            // Before the folders are checked, the files that they include are unknown.
            false => kept.append(&mut others),
        }
        let dropped = trees.into_iter().chain(others);
        self.unpublished.extend(dropped.flat_map(|folder| folder.diagnostics.into_keys()));
        self.name_directories();
        self.folders = kept;
        self.folders.iter().any(|folder| folder.needs_check)
    }

    /// The open folders that are checked as a unit, from the outermost inwards.
    fn plan_trees(&self, old: &mut Vec<Folder>) -> Vec<Folder> {
        let mut roots: Vec<&WorkspaceRoot> =
            self.roots.iter().filter(|root| self.settings.enable(Some(&root.uri))).collect();
        roots.sort_by_key(|root| root.directory.components().count());
        let mut kept: Vec<Folder> = Vec::new();
        for root in roots {
            let directory = &root.directory;
            let is_part = kept.iter().any(|folder| {
                let is_same = folder.target.directory == *directory;
                is_same || folder.holds(directory) && (!folder.has_run || folder.searches(directory))
            });
            if is_part {
                continue;
            }
            let settings = self.settings.options(Some(&root.uri));
            let target = CheckTarget { directory: directory.clone(), extent: CheckExtent::Tree, settings };
            kept.push(reuse_or_create(target, old));
        }
        kept
    }

    /// Adds the units for open files that no other check includes.
    fn plan_files(&self, kept: &mut Vec<Folder>, old: &mut Vec<Folder>) {
        let paths = self.documents.all().filter_map(|document| document.path.as_deref());
        let lost: Vec<&Path> = paths
            .filter(|path| {
                let has_folder = self.roots.iter().any(|root| path.starts_with(&root.directory));
                scan::is_checked(path) && !has_folder && !kept.iter().any(|folder| folder.includes(path))
            })
            .collect();
        let settings = self.settings.options(None);
        let mut wanted: Vec<CheckTarget> = Vec::new();
        for path in &lost {
            let target = target_of(path, &settings);
            if self.settings.enable(None) && !wanted.contains(&target) {
                wanted.push(target);
            }
        }
        let mut folders: Vec<Folder> = wanted.into_iter().map(|target| reuse_or_create(target, old)).collect();
        // Drops the units whose files another one has read, where they are checked with the values from their callers.
        let mut at = 0;
        while let Some(folder) = folders.get(at) {
            let mut own = lost.iter().filter(|path| target_of(path, &settings) == folder.target).peekable();
            let is_included = own.peek().is_some()
                && own
                    .all(|path| folders.iter().enumerate().any(|(other, folder)| other != at && folder.includes(path)));
            match is_included {
                true => old.push(folders.remove(at)),
                false => at = at.saturating_add(1),
            }
        }
        kept.append(&mut folders);
    }

    /// Sets the names by which the editor refers to the checked directories.
    fn name_directories(&mut self) {
        let roots = self.roots.iter().map(|root| (root.directory.clone(), root.name.clone()));
        let files: Vec<_> = self.documents.all().filter_map(directories).collect();
        let files =
            files.into_iter().filter(|(path, _)| !self.roots.iter().any(|root| path.starts_with(&root.directory)));
        let mut names: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (path, name) in roots.chain(files) {
            if !names.iter().any(|(known, _)| *known == path) {
                names.push((path, name));
            }
        }
        self.documents.name_directories(names.into_iter());
    }

    /// True if checks are disabled for the innermost open folder that contains a file.
    pub(super) fn is_disabled(&self, path: &Path) -> bool {
        let holding = self.roots.iter().filter(|root| path.starts_with(&root.directory));
        let nearest = holding.max_by_key(|root| root.directory.components().count());
        nearest.is_some_and(|root| !self.settings.enable(Some(&root.uri)))
    }
}

/// The directory of a file, and its name in the editor.
fn directories(document: &OpenDocument) -> Option<(PathBuf, PathBuf)> {
    let (path, name) = (document.path.as_deref()?, uris::named_path(document.uri.as_str())?);
    Some((path.parent()?.to_owned(), name.parent()?.to_owned()))
}

/// The existing folder for a target, or a new one.
fn reuse_or_create(target: CheckTarget, old: &mut Vec<Folder>) -> Folder {
    match old.iter().position(|own| own.target.directory == target.directory && own.target.extent == target.extent) {
        Some(at) => {
            let mut folder = old.remove(at);
            folder.set(target.settings);
            folder
        }
        None => Folder::new(target),
    }
}

/// The target for a file outside of all open folders.
fn target_of(path: &Path, settings: &[super::settings::EditorSetting]) -> CheckTarget {
    let directory = path.parent().unwrap_or(path).to_owned();
    let extent = if scan::is_program_file(path) { CheckExtent::Program } else { CheckExtent::File(path.to_owned()) };
    CheckTarget { directory, extent, settings: settings.to_vec() }
}
