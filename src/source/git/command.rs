//! Runs `git`, without a shell, and so that the repository's settings can't make it run another program.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::source::{Disk, Fs, format_path, from_bytes, normalize};

/// Settings that override those of the repository, which is as untrusted as its files.
const SETTINGS: [&str; 3] = [
    // An empty value disables it in every version of git; older versions ran `false` as a program.
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    // A directory of checked files can look like a bare repository, including settings.
    "safe.bareRepository=explicit",
];

/// Environment variables that are set for every git command.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("LC_ALL", "C"),
    // Prevents a partial clone from fetching missing objects.
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    // Ignores `refs/replace`, with which a repository could substitute another commit.
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
];

/// The variables of git's environment that are passed on: they contain the user's own settings.
const KEPT: [&str; 3] = ["GIT_EXEC_PATH", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT"];
const KEPT_PREFIXES: [&str; 4] = ["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"];

/// Prefix of the variables in which `git merge` passes the names of the merged commits.
const MERGED: &str = "GITHEAD_";

/// A git repository, read through the `git` program.
#[derive(Debug, Clone)]
pub struct Git {
    /// The directory of its work tree.
    pub root: PathBuf,
    /// The directory in which git runs, if that isn't the work tree.
    place: Option<PathBuf>,
    /// The git directory, if git doesn't find it from the work tree.
    directory: Option<PathBuf>,
    /// The index that the environment names, as it does in a hook.
    index: Option<OsString>,
}

/// The id of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(pub(super) String);

/// The reason why a git command failed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program isn't installed.
    #[error("`git` isn't installed")]
    NotInstalled,
    /// The path isn't in a repository.
    #[error("`{}` isn't in a git repository", format_path(.0))]
    NoRepository(PathBuf),
    /// A revision that isn't a commit.
    #[error("unknown revision `{revision}` in the repository at `{}`", format_path(.root))]
    NoCommit {
        /// The revision as the user wrote it.
        revision: String,
        root: PathBuf,
        /// True if the commit may be missing because the clone is shallow.
        is_shallow: bool,
    },
    /// Two commits without a common ancestor.
    #[error("`{revision}` and `{other}` have no merge base in the repository at `{}`", format_path(.root))]
    NoMergeBase {
        /// The revision as the user wrote it.
        revision: String,
        /// The revision with which it has no common ancestor.
        other: String,
        root: PathBuf,
        /// True if the common ancestor may be missing because the clone is shallow.
        is_shallow: bool,
    },
    /// A merge with unresolved conflicts.
    #[error("`{}` has merge conflicts, so the staged files can't be checked", format_path(.0))]
    Conflict(PathBuf),
    /// Git failed with this message.
    #[error("`git {command}` failed: {message}")]
    Failed {
        /// The git command without its options.
        command: String,
        /// The first line of git's standard error.
        message: String,
    },
}

impl GitError {
    /// The advice for the user, if there is any.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled => Some("install it, or check without `--diff-base` and `--scope`"),
            Self::NoRepository(_) => Some("check without `--diff-base` and `--scope`"),
            Self::NoCommit { is_shallow: true, .. } | Self::NoMergeBase { is_shallow: true, .. } => {
                Some("the clone is shallow: run `git fetch --unshallow`, or set `fetch-depth: 0` in CI")
            }
            Self::Conflict(_) => Some("resolve the conflicts"),
            Self::NoCommit { .. } | Self::NoMergeBase { .. } | Self::Failed { .. } => None,
        }
    }
}

impl Git {
    /// Returns the repository that contains a path: the one that `GIT_DIR` and `GIT_WORK_TREE` name, if its work tree
    /// contains the path, else the one that git finds. The index that `GIT_INDEX_FILE` names belongs to the repository
    /// of the environment, or else of the working directory.
    ///
    /// # Errors
    ///
    /// [`GitError::NoRepository`].
    pub fn around(path: &Path) -> Result<Self, GitError> {
        let here = std::env::current_dir().unwrap_or_default();
        let directory = variable("GIT_DIR").map(|value| normalize(&here.join(value)));
        let tree = variable("GIT_WORK_TREE").map(|value| normalize(&here.join(value)));
        let own = Self::of_environment(path, &here, directory.as_deref(), tree);
        let own = own.filter(|own| path.starts_with(&own.root));
        let is_own = own.is_some();
        let git = own.or_else(|| Self::above(path)).ok_or_else(|| GitError::NoRepository(path.to_owned()))?;
        let index = variable("GIT_INDEX_FILE")
            .filter(|_| is_own || directory.is_none() && Self::above(&here).is_some_and(|here| here.root == git.root));
        Ok(Self { index, ..git })
    }

    /// Returns the repository with this work tree.
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), place: None, directory: None, index: None }
    }

    /// Returns the same repository as if its work tree were at another path.
    pub(super) fn with_work_tree(self, root: &Path) -> Self {
        Self { place: Some(self.root), root: root.to_owned(), ..self }
    }

    fn above(path: &Path) -> Option<Self> {
        path.ancestors().find(|directory| directory.join(".git").exists()).map(Self::at)
    }

    /// Returns the repository that the environment names; `None` if it names none, or if git finds the same one from
    /// the path.
    fn of_environment(path: &Path, here: &Path, directory: Option<&Path>, tree: Option<PathBuf>) -> Option<Self> {
        let directory = match (directory, &tree) {
            (Some(directory), _) => directory.to_owned(),
            (None, Some(_)) => Self::above(here)?.root.join(".git"),
            (None, None) => return None,
        };
        let found = Self::above(path);
        let own = found.as_ref().and_then(|found| found.query(&["rev-parse", "--absolute-git-dir"]).ok()?);
        let is_found = own.is_some_and(|own| canonical(Path::new(&own)) == canonical(&directory));
        match (tree, found) {
            (None, Some(found)) if is_found => Some(found),
            (tree, _) => {
                // Without `GIT_WORK_TREE`, the work tree is the directory in which git runs, unless the settings name
                // another one.
                let named = Self { directory: Some(directory.clone()), ..Self::at(here) };
                let root = match tree {
                    Some(tree) => tree,
                    None => named.query(&["rev-parse", "--show-toplevel"]).ok()??.into(),
                };
                Some(Self { root, ..named })
            }
        }
    }

    /// True if the environment names an index, as git does for hooks of a commit.
    pub fn is_in_commit(&self) -> bool {
        self.index.is_some()
    }

    /// Returns the commits that are being merged into `HEAD`: those of `MERGE_HEAD`, or those that `git merge` passes
    /// to its hooks before it creates that file.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn merged(&self, disk: &Disk) -> Result<Vec<Commit>, GitError> {
        let path = self.query(&["rev-parse", "--git-path", "MERGE_HEAD"])?;
        let names: Vec<String> = match path.and_then(|path| disk.read(&self.root.join(path)).ok()) {
            Some(bytes) => String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect(),
            None => std::env::vars_os()
                .filter_map(|(name, _)| Some(name.to_str()?.strip_prefix(MERGED)?.to_owned()))
                .filter(|_| self.is_in_commit())
                .collect(),
        };
        names.iter().map(|name| self.commit(name.trim())).collect()
    }

    /// Resolves a revision, such as `HEAD`, `origin/main` or `v1.0`, to a commit.
    ///
    /// # Errors
    ///
    /// [`GitError::NoCommit`], or the git command failed.
    pub fn commit(&self, revision: &str) -> Result<Commit, GitError> {
        // Git would treat it as an option.
        if revision.starts_with('-') {
            return Err(self.no_commit(revision, false));
        }
        match self.query(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])? {
            Some(name) => Ok(Commit(name)),
            None => Err(self.no_commit(revision, self.is_shallow()?)),
        }
    }

    fn no_commit(&self, revision: &str, is_shallow: bool) -> GitError {
        GitError::NoCommit { revision: revision.to_owned(), root: self.root.clone(), is_shallow }
    }

    /// Returns the merge base of two revisions, at which the change of one of them begins. `merged` are the commits
    /// that are being merged into the other one.
    ///
    /// # Errors
    ///
    /// [`GitError::NoCommit`], [`GitError::NoMergeBase`], or the git command failed.
    pub fn merge_base(&self, revision: &str, other: &str, merged: &[Commit]) -> Result<Commit, GitError> {
        let (first, second) = (self.commit(revision)?, self.commit(other)?);
        let mut arguments = vec!["merge-base", &first.0, &second.0];
        arguments.extend(merged.iter().map(|commit| commit.0.as_str()));
        if let Some(name) = self.query(&arguments)? {
            return Ok(Commit(name));
        }
        let (revision, other, root) = (revision.to_owned(), other.to_owned(), self.root.clone());
        Err(GitError::NoMergeBase { revision, other, root, is_shallow: self.is_shallow()? })
    }

    /// True if the repository has no commit yet.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn is_unborn(&self) -> Result<bool, GitError> {
        Ok(self.query(&["rev-parse", "--verify", "--quiet", "HEAD"])?.is_none())
    }

    /// True if the index differs from `HEAD`.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn has_staged_changes(&self) -> Result<bool, GitError> {
        if self.is_unborn()? {
            return Ok(!self.read(&["ls-files", "-z"])?.is_empty());
        }
        let arguments = ["diff-index", "--cached", "--name-only", "--no-ext-diff", "--no-renames", "-z", "HEAD"];
        Ok(!self.read(&arguments)?.is_empty())
    }

    /// The id of the commit that is checked out; `None` before the first one.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn head(&self) -> Result<Option<String>, GitError> {
        self.query(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    }

    /// The address of the remote repository `origin`, without credentials.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn origin(&self) -> Result<Option<String>, GitError> {
        Ok(self.query(&["config", "--get", "remote.origin.url"])?.map(|url| without_credentials(&url)))
    }

    /// The number of tracked files that differ from `HEAD`, in the index or the work tree. To compare files, git would
    /// run the filters that settings of the repository name, so these are disabled.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn changed_files(&self) -> Result<usize, GitError> {
        let listed =
            self.output(&["config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process|required)$"])?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mut disabled = Vec::new();
        for name in listed.split('\0').filter(|name| !name.is_empty()) {
            if name.contains('=') {
                return Err(failed(&["status"], "the name of a filter has an equals sign"));
            }
            let value = if name.ends_with(".required") { "false" } else { "" };
            disabled.extend(["-c".to_owned(), format!("{name}={value}")]);
        }
        let mut arguments: Vec<&str> = disabled.iter().map(String::as_str).collect();
        const STATUS: [&str; 6] =
            ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all"];
        arguments.extend(STATUS);
        Ok(self.read(&arguments)?.split(|byte| *byte == 0).filter(|line| !line.is_empty()).count())
    }

    /// The paths of the files in the index.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn tracked_files(&self) -> Result<BTreeSet<PathBuf>, GitError> {
        let listed = self.read(&["ls-files", "-z", "--full-name"])?;
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| self.root.join(from_bytes(name))).collect())
    }

    /// The path of `info/exclude`, the ignore file that isn't committed.
    pub(super) fn exclude_file(&self) -> Result<Option<PathBuf>, GitError> {
        Ok(self.query(&["rev-parse", "--git-path", "info/exclude"])?.map(|path| self.root.join(path)))
    }

    fn is_shallow(&self) -> Result<bool, GitError> {
        Ok(self.query(&["rev-parse", "--is-shallow-repository"])?.as_deref() == Some("true"))
    }

    /// Runs a git command that prints one line. `None` if git's status is a failure without a message.
    fn query(&self, arguments: &[&str]) -> Result<Option<String>, GitError> {
        let output = self.output(arguments)?;
        // A negative answer has a failing status and no message.
        if !output.status.success() && output.stderr.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&succeed(arguments, output)?).trim().to_owned();
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// The standard output of a git command.
    pub(super) fn read(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        succeed(arguments, self.output(arguments)?)
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, GitError> {
        let mut command = self.command(arguments)?;
        command.stdin(Stdio::null()).output().map_err(|error| failed_to_run(arguments, &error))
    }

    /// Starts a command that answers requests on its standard input.
    pub(super) fn start(&self, arguments: &[&str]) -> Result<Child, GitError> {
        let mut command = self.command(arguments)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().map_err(|error| failed_to_run(arguments, &error))
    }

    /// Returns the first `git` on the path that isn't in the repository, where an untrusted change may have added one.
    fn program(&self) -> Result<PathBuf, GitError> {
        let root = canonical(&self.root);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&path).filter(|place| place.is_absolute());
        let name = format!("git{}", std::env::consts::EXE_SUFFIX);
        let found = places.find(|place| place.join(&name).is_file() && !canonical(place).starts_with(&root));
        found.map(|place| place.join(&name)).ok_or(GitError::NotInstalled)
    }

    fn command(&self, arguments: &[&str]) -> Result<Command, GitError> {
        let mut command = Command::new(self.program()?);
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_foreign(name)) {
            command.env_remove(name);
        }
        command.envs(ENVIRONMENT);
        let place = self.place.as_ref().unwrap_or(&self.root);
        if let Some(directory) = &self.directory {
            command.env("GIT_DIR", directory).env("GIT_WORK_TREE", &self.root);
        }
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        // Git must not search for a repository in parent directories.
        command.env("GIT_CEILING_DIRECTORIES", place.parent().unwrap_or(place));
        command.arg("--no-pager").arg("-C").arg(place);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).args(arguments);
        Ok(command)
    }
}

/// The value of an environment variable, if it isn't empty.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Removes the user, the password and the query from an address. Of `user@host:path`, a user other than `git` is
/// removed.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return match url.split_once('@') {
            Some((user, rest)) if user != "git" && !user.contains('/') => rest.to_owned(),
            _ => url.to_owned(),
        };
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// True for variables of git that aren't passed on, since they can select another repository or run a program.
fn is_foreign(name: &OsString) -> bool {
    let bytes = name.as_encoded_bytes();
    let is_kept = KEPT.iter().any(|kept| name == OsStr::new(kept))
        || KEPT_PREFIXES.iter().any(|prefix| bytes.starts_with(prefix.as_bytes()));
    bytes.starts_with(b"GIT_") && !is_kept
}

fn succeed(arguments: &[&str], output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no error message");
    Err(failed(arguments, first.strip_prefix("fatal: ").unwrap_or(first)))
}

fn failed_to_run(arguments: &[&str], error: &std::io::Error) -> GitError {
    match error.kind() {
        ErrorKind::NotFound => GitError::NotInstalled,
        _ => failed(arguments, &error.to_string()),
    }
}

fn failed(arguments: &[&str], message: &str) -> GitError {
    let command = arguments.first().copied().unwrap_or_default().to_owned();
    GitError::Failed { command, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn addresses_lose_their_credentials() {
        for (url, expected) in [
            ("https://user:p@ss@example.com/a/b.git?token=x#y", "https://example.com/a/b.git"),
            ("https://token@example.com", "https://example.com"),
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("ssh://git@example.com:22/a", "ssh://example.com:22/a"),
            ("git@example.com:a/b.git", "git@example.com:a/b.git"),
            ("secret@example.com:a/b.git", "example.com:a/b.git"),
            ("../a@b", "../a@b"),
        ] {
            assert_eq!(without_credentials(url), expected);
        }
    }
}
