//! The files of a commit or of the index, independent of the work tree.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::batch::CatFile;
use super::command::{Commit, Git, GitError};
use super::entries::{self, GitIndex, TreeEntries, TreeEntry};
use super::objects;
use crate::source::ignored::{IGNORE_FILES, MAX_BYTES};
use crate::source::{
    Disk, Exclusions, FileCount, FileFilter, FileVisitor, Fs, IgnoreFiles, PathFilter, PathKind, ReadError, from_bytes,
    is_installed, is_skipped, normalize, stand_in,
};

/// The limit of links that are followed, as in an operating system.
const MAX_LINKS: usize = 40;

/// The files of a commit or of the index.
///
/// Files that git tracks neither in this tree nor in the index, such as installed modules, are read from the disk. A
/// submodule is read from its own objects, because its work tree may be at another commit, or changed. If it lacks the
/// commit, it has no files.
#[derive(Debug)]
pub struct Snapshot {
    root: PathBuf,
    entries: Arc<TreeEntries>,
    /// True if one of the entries is a link. Most trees have none, so that paths needn't be resolved.
    has_links: bool,
    /// The files of the index, to distinguish untracked files from deleted ones.
    index: GitIndex,
    /// The text of the repository's `info/exclude`.
    excluded: Vec<u8>,
    batch: Mutex<CatFile>,
    disk: Disk,
    /// The submodules that are read from their objects, each at its commit.
    submodules: Vec<Snapshot>,
    /// The submodules that are read from the disk, since they aren't checked out or there are too many.
    on_disk: BTreeSet<PathBuf>,
    /// The files that walks skipped because of ignore files.
    skipped: Mutex<BTreeSet<PathBuf>>,
}

/// The limit of submodules that are read from their objects, beginning with those at another commit than their work
/// tree. Beyond it, those at another commit have no files, and those at the same commit are read from the disk.
const MAX_SUBMODULES: usize = 64;

/// The target of a path.
enum ResolvedPath<'s> {
    Disk,
    /// A submodule that is read from its objects.
    Submodule(&'s Snapshot),
    /// A path in the tree, with links resolved.
    Tree(PathBuf),
}

impl Snapshot {
    /// Reads the files of a commit.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn of_commit(git: &Git, commit: &Commit, index: GitIndex, disk: Disk) -> Result<Self, GitError> {
        Self::new(git, Arc::new(entries::of_commit(git, commit)?), index, disk)
    }

    /// Reads the files of a commit, without those that a sparse checkout omits.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn beside_work_tree(git: &Git, commit: &Commit, index: GitIndex, disk: Disk) -> Result<Self, GitError> {
        let mut entries = entries::of_commit(git, commit)?;
        if !index.absent.is_empty() {
            entries.retain(|path, _| !index.absent.contains(path));
        }
        Self::new(git, Arc::new(entries), index, disk)
    }

    /// The snapshot of the index.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn of_index(git: &Git, index: GitIndex, disk: Disk) -> Result<Self, GitError> {
        Self::new(git, Arc::clone(&index.entries), index, disk)
    }

    /// Creates a snapshot without files, for the state before the first commit.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn empty(git: &Git, index: GitIndex, disk: Disk) -> Result<Self, GitError> {
        Self::new(git, Arc::default(), index, disk)
    }

    fn new(git: &Git, entries: Arc<TreeEntries>, index: GitIndex, disk: Disk) -> Result<Self, GitError> {
        let excluded = git.exclude_file()?.and_then(|path| disk.read(&path).ok()).unwrap_or_default();
        let excluded = if excluded.len() <= MAX_BYTES { excluded } else { Vec::new() };
        let (submodules, on_disk) = submodules(&entries, &index);
        let batch = Mutex::new(CatFile::start(git)?);
        let has_links = entries.values().any(|entry| matches!(entry, TreeEntry::Link(_)));
        Ok(Self {
            root: git.root.clone(),
            entries,
            has_links,
            index,
            excluded,
            batch,
            disk,
            submodules,
            on_disk,
            skipped: Mutex::default(),
        })
    }

    /// Excludes matching paths from walks.
    pub fn excludes(&mut self, exclusions: Exclusions) {
        self.submodules.iter_mut().for_each(|submodule| submodule.excludes(exclusions.clone()));
        self.disk.excludes(exclusions);
    }

    /// The ignore files of the tree.
    pub fn ignore_files(&self) -> IgnoreFiles {
        self.ignored(&self.root)
    }

    /// The files of the current index.
    pub fn index_paths(&self) -> impl Iterator<Item = &Path> {
        let files = self.index.entries.iter().filter(|(_, entry)| !matches!(entry, TreeEntry::Repository(_)));
        files.map(|(path, _)| path.as_path())
    }

    /// Returns those of the given files below a directory that a walk of this tree would reach, even if they aren't in
    /// the tree.
    pub fn reachable(&self, directory: &Path, files: &[PathBuf]) -> Vec<PathBuf> {
        let below = files.iter().filter(|path| path.starts_with(directory) && path.as_path() != directory);
        let mut below: Vec<PathBuf> = below.filter(|path| self.may_reach(path, directory)).cloned().collect();
        if !below.is_empty() {
            let mut ignored = self.ignored(directory);
            below.retain(|path| !ignored.ignores(path, directory));
        }
        below
    }

    /// Uses these ignore files instead of the tree's own.
    pub fn override_ignore_files(&mut self, ignored: IgnoreFiles) {
        self.submodules.iter_mut().for_each(|submodule| submodule.override_ignore_files(ignored.clone()));
        self.disk.override_ignore_files(ignored);
    }

    /// Makes walks include the files that ignore files match.
    pub fn walks_ignored(&mut self) {
        self.submodules.iter_mut().for_each(Self::walks_ignored);
        self.disk.walks_ignored();
    }

    /// Reads a file that git doesn't track, and which is therefore the same in both states.
    ///
    /// # Errors
    ///
    /// [`ReadError::Missing`] for a tracked file, or the error of the disk.
    pub fn read_untracked(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        match self.place(path)? {
            // If git tracks a link above the path now, the file on the disk is the one that the change's link leads to.
            ResolvedPath::Tree(path) if !leads_to(&self.index.entries, &path) => self.disk.read(&path),
            ResolvedPath::Submodule(submodule) => submodule.read_untracked(path),
            ResolvedPath::Tree(_) | ResolvedPath::Disk => Err(ReadError::Missing),
        }
    }

    /// Resolves a path that a file of the tree may name.
    fn place(&self, path: &Path) -> Result<ResolvedPath<'_>, ReadError> {
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            if let Some(submodule) = self.submodules.iter().find(|submodule| path.starts_with(&submodule.root)) {
                return Ok(ResolvedPath::Submodule(submodule));
            }
            let is_installed = is_installed(&path) && !self.is_tracked(&path);
            if !path.starts_with(&self.root) || is_installed || self.is_on_disk(&path) {
                return Ok(ResolvedPath::Disk);
            }
            let Some((link, name)) = self.outermost_link(&path) else { return Ok(ResolvedPath::Tree(path)) };
            let target = from_bytes(&self.blob(name)?);
            let rest = path.strip_prefix(link).unwrap_or(Path::new(""));
            path = normalize(&link.parent().unwrap_or(link).join(target).join(rest));
            if !path.starts_with(&self.root) {
                return Err(ReadError::OutsideTree);
            }
        }
        Err(ReadError::Refused("too many links".to_owned()))
    }

    fn outermost_link<'p>(&self, path: &'p Path) -> Option<(&'p Path, &str)> {
        if !self.has_links {
            return None;
        }
        let links = path.ancestors().filter_map(|path| match self.entries.get(path)? {
            TreeEntry::Link(name) => Some((path, name.as_str())),
            TreeEntry::File(_) | TreeEntry::Repository(_) => None,
        });
        links.last()
    }

    /// True if git tracks a file at, above or below the path, in this tree or in the index.
    fn is_tracked(&self, path: &Path) -> bool {
        [self.entries.as_ref(), self.index.entries.as_ref()]
            .into_iter()
            .any(|entries| leads_to(entries, path) || below(entries, path).next().is_some())
    }

    /// True if the path lies in a submodule that is read from the disk.
    fn is_on_disk(&self, path: &Path) -> bool {
        path.ancestors().any(|above| self.on_disk.contains(above))
    }

    /// Reads a path in which all links are resolved.
    fn read_entry(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        match self.entries.get(path) {
            Some(TreeEntry::File(name)) => self.file(path, name),
            Some(TreeEntry::Link(_) | TreeEntry::Repository(_)) => Err(ReadError::NotAFile),
            None if self.is_directory(path) => Err(ReadError::NotAFile),
            None => Err(ReadError::Missing),
        }
    }

    /// Reads a file, from the working tree if that has the same content.
    fn file(&self, path: &Path, name: &str) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        match objects::read_same(path, name, &self.disk, &mut bytes) {
            true => stand_in(&bytes).map_or(Ok(bytes), Err),
            false => self.blob(name),
        }
    }

    fn blob(&self, name: &str) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Err(ReadError::Missing);
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.read(&[name], |_, read| bytes = read.map(<[u8]>::to_vec));
        bytes
    }

    fn is_directory(&self, path: &Path) -> bool {
        path == self.root || self.below(path).next().is_some()
    }

    fn below(&self, directory: &Path) -> impl Iterator<Item = (&PathBuf, &TreeEntry)> {
        below(&self.entries, directory)
    }

    /// Collects the ignore files from the root down to a directory.
    fn ignored(&self, directory: &Path) -> IgnoreFiles {
        let mut ignored = IgnoreFiles::default();
        if !self.disk.skips_ignored() {
            return ignored;
        }
        if let Some(heeded) = self.disk.ignore_override() {
            return heeded.clone();
        }
        ignored.add_repository(&self.root);
        ignored.add_excluded(&self.root, &self.excluded);
        for (path, entry) in self.entries.iter() {
            let is_named = IGNORE_FILES.iter().any(|name| path.file_name() == Some(name.as_ref()));
            let TreeEntry::File(name) = entry else { continue };
            if !is_named || !is_near(path, directory) {
                continue;
            }
            if let Some(bytes) = self.blob(name).ok().filter(|bytes| bytes.len() <= MAX_BYTES) {
                ignored.add(path, &bytes);
            }
        }
        ignored
    }

    /// Returns the files that a walk reaches, each with the id of its object.
    fn reached_files(&self, directory: &Path, wanted: PathFilter<'_>) -> Vec<(&Path, Result<&str, ReadError>)> {
        let mut ignored = self.ignored(directory);
        let mut left_out = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let mut met = Vec::new();
        for (path, entry) in self.below(directory) {
            if matches!(entry, TreeEntry::Repository(_)) || !wanted(path) || !self.may_reach(path, directory) {
                continue;
            }
            if ignored.ignores(path, directory) {
                left_out.insert(path.clone());
            } else {
                met.push((path.as_path(), self.object(path, entry)));
            }
        }
        met
    }

    /// True if a walk from `directory` reaches the path, without regard to ignore files.
    fn may_reach(&self, path: &Path, directory: &Path) -> bool {
        !is_in_skipped(path, directory) && !self.disk.has_excluded(path, directory)
    }

    /// Returns the id of the object that a walk reads at a path.
    fn object<'a>(&'a self, path: &Path, entry: &'a TreeEntry) -> Result<&'a str, ReadError> {
        match entry {
            TreeEntry::File(name) => Ok(name),
            TreeEntry::Repository(_) => Err(ReadError::NotAFile),
            TreeEntry::Link(_) => match self.place(path)? {
                ResolvedPath::Disk | ResolvedPath::Submodule(_) => Err(ReadError::OutsideTree),
                ResolvedPath::Tree(target) => match self.entries.get(&target) {
                    Some(TreeEntry::File(name)) => Ok(name),
                    Some(TreeEntry::Link(_) | TreeEntry::Repository(_)) => Err(ReadError::NotAFile),
                    None if self.is_directory(&target) => Err(ReadError::NotAFile),
                    None => Err(ReadError::Missing),
                },
            },
        }
    }
}

/// True if a file is below a directory, or directly in a directory above it.
fn is_near(path: &Path, directory: &Path) -> bool {
    path.parent().is_some_and(|parent| parent.starts_with(directory) || directory.starts_with(parent))
}

impl Fs for Snapshot {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        match self.place(path)? {
            ResolvedPath::Disk => self.disk.kind(path),
            ResolvedPath::Submodule(submodule) => submodule.kind(path),
            ResolvedPath::Tree(path) if self.is_directory(&path) => Ok(PathKind::Directory),
            ResolvedPath::Tree(path) => match self.entries.get(&path) {
                Some(TreeEntry::File(_)) => Ok(PathKind::File),
                Some(TreeEntry::Link(_) | TreeEntry::Repository(_)) => Err(ReadError::NotAFile),
                None => Err(ReadError::Missing),
            },
        }
    }

    fn is_repository(&self, directory: &Path) -> bool {
        directory == self.root
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        match self.place(path)? {
            ResolvedPath::Disk => self.disk.read(path),
            ResolvedPath::Submodule(submodule) => submodule.read(path),
            ResolvedPath::Tree(path) => self.read_entry(&path),
        }
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        match self.place(path)? {
            ResolvedPath::Disk => self.disk.read_inside(path),
            ResolvedPath::Submodule(submodule) => submodule.read_inside(path),
            ResolvedPath::Tree(path) => self.read_entry(&path),
        }
    }

    fn without_links(&self, directory: &Path) -> PathBuf {
        match self.place(directory) {
            Ok(ResolvedPath::Tree(inner)) => inner,
            Ok(ResolvedPath::Disk) => self.disk.without_links(directory),
            Ok(ResolvedPath::Submodule(submodule)) => submodule.without_links(directory),
            Err(_) => directory.to_owned(),
        }
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let inner = match self.place(directory)? {
            ResolvedPath::Disk => return self.disk.list(directory),
            ResolvedPath::Submodule(submodule) => return submodule.list(directory),
            ResolvedPath::Tree(inner) => inner,
        };
        if !self.is_directory(&inner) {
            return Err(ReadError::Missing);
        }
        let mut files = Vec::new();
        for (path, entry) in self.below(&inner) {
            if path.parent() == Some(&inner) && !matches!(entry, TreeEntry::Repository(_)) {
                // The names include the path by which the directory was reached.
                files.extend(path.file_name().map(|name| directory.join(name)));
            }
        }
        Ok(files)
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let inner = match self.place(directory)? {
            ResolvedPath::Disk => return self.disk.directories(directory),
            ResolvedPath::Submodule(submodule) => return submodule.directories(directory),
            ResolvedPath::Tree(inner) => inner,
        };
        if !self.is_directory(&inner) {
            return Err(ReadError::Missing);
        }
        let mut names: Vec<&OsStr> = Vec::new();
        for (path, entry) in self.below(&inner) {
            let mut parts = path.strip_prefix(&inner).into_iter().flat_map(Path::components);
            let (Some(name), more) = (parts.next(), parts.next()) else { continue };
            let is_directory = more.is_some() || matches!(entry, TreeEntry::Repository(_));
            if is_directory && names.last() != Some(&name.as_os_str()) {
                names.push(name.as_os_str());
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok(names.into_iter().map(|name| directory.join(name)).collect())
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        match self.place(directory) {
            Ok(ResolvedPath::Disk) => return self.disk.walk(directory, wanted, visit),
            Ok(ResolvedPath::Submodule(submodule)) => return submodule.walk(directory, wanted, visit),
            Ok(ResolvedPath::Tree(_)) | Err(_) => {}
        }
        let mut files = Vec::new();
        for (path, object) in self.reached_files(directory, wanted) {
            match object {
                Ok(name) => files.push((path, name)),
                Err(error) => visit(path, Err(error)),
            }
        }
        let files = objects::read_from_disk(files, &self.disk, visit);
        let names: Vec<&str> = files.iter().map(|(_, name)| *name).collect();
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.read(&names, |index, read| {
            let (path, _) = files.get(index).expect("the batch returns indices of the requested names");
            visit(path, read);
        });
        for path in self.on_disk.iter().filter(|path| path.starts_with(directory) && *path != directory) {
            if !is_in_skipped(path, directory) {
                self.disk.walk(path, wanted, visit);
            }
        }
        for submodule in self.submodules.iter().filter(|submodule| submodule.root.starts_with(directory)) {
            if !is_in_skipped(&submodule.root, directory) {
                submodule.walk(&submodule.root, wanted, visit);
            }
        }
    }

    fn ignored(&self) -> Vec<PathBuf> {
        let mut ignored = self.disk.ignored();
        ignored.extend(self.skipped.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
        ignored.sort_unstable();
        ignored
    }

    fn walk_ignored(&self, path: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        match self.entries.get(path) {
            Some(_) if wanted(path) => visit(path, self.read_inside(path).as_deref().map_err(Clone::clone)),
            Some(_) => {}
            None => self.disk.walk_ignored(path, wanted, visit),
        }
    }

    fn search_ignored(&self, limit: usize, wanted: PathFilter<'_>, is_counted: FileFilter<'_>) -> FileCount {
        let mut counted = self.disk.search_ignored(limit, wanted, is_counted);
        let left_out = self.skipped.lock().unwrap_or_else(PoisonError::into_inner).clone();
        counted.is_cut |= left_out.len() > limit;
        for path in left_out.iter().take(limit) {
            if wanted(path) && is_counted(path, &|| self.read_inside(path)) {
                counted.files = counted.files.saturating_add(1);
            }
        }
        counted
    }
}

/// Returns the submodules of a tree that are read from their objects, and the paths of those that are read from the
/// disk.
fn submodules(entries: &TreeEntries, index: &GitIndex) -> (Vec<Snapshot>, BTreeSet<PathBuf>) {
    let (mut moved, mut kept, mut on_disk) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (path, entry) in entries {
        let TreeEntry::Repository(name) = entry else { continue };
        let is_same = index.entries.get(path) == Some(entry);
        match is_same && !has_moved(path, name) {
            true => kept.push((path, name)),
            false => moved.push((path, name)),
        }
    }
    let indexed = index.entries.iter().filter(|(_, entry)| matches!(entry, TreeEntry::Repository(_)));
    let new = indexed.filter(|(path, _)| !matches!(entries.get(*path), Some(TreeEntry::Repository(_))));
    let new: Vec<&PathBuf> = new.map(|(path, _)| path).take(MAX_SUBMODULES).collect();
    let mut read = Vec::new();
    for (path, name) in moved.into_iter().take(MAX_SUBMODULES) {
        let mut places = std::iter::once(path).chain(new.iter().copied()).filter(|place| place.join(".git").exists());
        read.extend(places.find_map(|place| submodule(path, place, name)));
    }
    for (path, name) in kept {
        let is_read = read.len() < MAX_SUBMODULES && path.join(".git").exists();
        match is_read.then(|| submodule(path, path, name)).flatten() {
            Some(submodule) => read.push(submodule),
            None => drop(on_disk.insert(path.clone())),
        }
    }
    (read, on_disk)
}

/// True if the work tree of a submodule is at another commit than this one.
fn has_moved(path: &Path, name: &str) -> bool {
    path.join(".git").exists() && Git::at(path).commit("HEAD").is_ok_and(|head| head.0 != name)
}

/// Returns a submodule at a commit, as if its work tree were at `path`; `None` if the commit is missing.
fn submodule(path: &Path, place: &Path, name: &str) -> Option<Snapshot> {
    let git = Git::at(place).with_work_tree(path);
    let commit = git.commit(name).ok()?;
    let index = GitIndex::read(&git).unwrap_or_default();
    Snapshot::beside_work_tree(&git, &commit, index, Disk::new(&[path.to_owned()])).ok()
}

/// Returns the entries below a directory. Paths are ordered by component, so these are consecutive.
fn below<'e>(
    entries: &'e TreeEntries,
    directory: &Path,
) -> impl Iterator<Item = (&'e PathBuf, &'e TreeEntry)> + use<'e> {
    let after = (std::ops::Bound::Excluded(directory.to_owned()), std::ops::Bound::Unbounded);
    let directory = directory.to_owned();
    entries.range(after).take_while(move |(path, _)| path.starts_with(&directory))
}

/// True if there is an entry at the path, or a link or a submodule above it.
fn leads_to(entries: &TreeEntries, path: &Path) -> bool {
    path.ancestors().any(|above| entries.contains_key(above))
}

/// True if a directory between `start` and the file is one that walks always skip.
fn is_in_skipped(path: &Path, start: &Path) -> bool {
    let below = path.strip_prefix(start).unwrap_or(path);
    below.parent().is_some_and(is_skipped)
}
