//! A git repository of its own for a test, where git is installed.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::cli::UNWRAPPED;

/// A repository with a work tree, which goes away with the test.
pub(crate) struct Repository {
    pub(crate) root: PathBuf,
}

impl Repository {
    /// An empty repository; nothing where git isn't installed.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) fn new(name: &str) -> Option<Self> {
        let root = std::env::temp_dir().join(format!("trailint-{}-git-{name}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        let repository = Self { root: root.canonicalize().unwrap() };
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("git isn't installed, so nothing is said of {name}");
            return None;
        }
        repository.git(["init", "--quiet", "--initial-branch=main"]);
        Some(repository)
    }

    /// Runs git as nobody in particular.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        self.git_in(&self.root, arguments)
    }

    pub(crate) fn git_in<S: AsRef<OsStr>>(&self, at: &Path, arguments: impl IntoIterator<Item = S>) -> String {
        let mut command = Command::new("git");
        command
            .args(["-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false"])
            .args(arguments)
            .current_dir(at);
        command.envs(ENVIRONMENT).env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
        let Output { status, stdout, stderr } = command.output().unwrap();
        assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8_lossy(&stdout).trim().to_owned()
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> &Self {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn remove(&self, path: impl AsRef<Path>) -> &Self {
        std::fs::remove_file(self.root.join(path)).unwrap();
        self
    }

    /// Commits all that is in the work tree.
    pub(crate) fn commit(&self) -> &Self {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--no-verify", "--message", "as it is"]);
        self
    }

    /// Runs the program at the root, with little more of an environment than the path on which git is found.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailint"));
        command.args(arguments).current_dir(&self.root).env_clear().envs(ENVIRONMENT);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("COLUMNS", UNWRAPPED);
        command
    }
}

const ENVIRONMENT: [(&str, &str); 6] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_AUTHOR_NAME", "nobody"),
    ("GIT_AUTHOR_EMAIL", "nobody@localhost"),
    ("GIT_COMMITTER_NAME", "nobody"),
    ("GIT_COMMITTER_EMAIL", "nobody@localhost"),
];

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
