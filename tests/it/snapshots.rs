//! Trees that git keeps, held against the same files on the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use trailint::internal::source::{Disk, Fs, Git, GitError, GitIndex, MAX_FILE_BYTES, PathKind, ReadError, Snapshot};

use super::repository::Repository;

type Walked = BTreeMap<PathBuf, Result<Vec<u8>, ReadError>>;

fn walk(fs: &dyn Fs, directory: &Path) -> Walked {
    let met = Mutex::new(Walked::new());
    fs.walk(directory, &|path| !path.ends_with(".gitignore"), &|path, bytes| {
        met.lock().unwrap().insert(path.to_owned(), bytes.map(<[u8]>::to_vec));
    });
    met.into_inner().unwrap()
}

/// The directories in one on the disk, without that of git.
fn directories(disk: &Disk, path: &Path) -> Option<Vec<PathBuf>> {
    let mut directories = disk.directories(path).ok()?;
    directories.retain(|path| !path.ends_with(".git"));
    Some(directories)
}

impl Repository {
    fn disk(&self) -> Disk {
        Disk::new(std::slice::from_ref(&self.root))
    }

    fn snapshot(&self, revision: &str) -> Snapshot {
        let git = Git::around(&self.root).unwrap();
        let commit = git.commit(revision).unwrap();
        Snapshot::of_commit(&git, &commit, GitIndex::read(&git).unwrap(), self.disk()).unwrap()
    }

    fn staged(&self) -> Snapshot {
        let git = Git::around(&self.root).unwrap();
        Snapshot::of_index(&git, GitIndex::read(&git).unwrap(), self.disk()).unwrap()
    }
}

#[test]
fn a_commit_is_walked_as_its_work_tree_is() {
    let Some(repository) = Repository::new("walk") else { return };
    repository
        .write("main.tf", "a")
        .write("envs/prod/main.tf", "b")
        .write("envs/prod/empty.tf", "")
        .write("name with\nline feed and \"quotes\".tf", "c")
        .write("caf\u{e9}/\u{1f980}.tf", "d")
        .write("node_modules/x.tf", "e")
        .write("envs/.gitignore", "*.secret.tf\n/build\n!kept.secret.tf\n# a comment\n")
        .write("envs/a.secret.tf", "f")
        .write("envs/kept.secret.tf", "g")
        .write("envs/build/x.tf", "h")
        .write("envs/prod/build/x.tf", "i")
        .write("envs/prod/.ignore", "quiet.tf\n!a.secret.tf\n")
        .write("envs/prod/quiet.tf", "j")
        .write("envs/prod/a.secret.tf", "k")
        .write("binary.tf", b"\0\xff\n\0".as_slice())
        .write("large.tf", vec![b'x'; MAX_FILE_BYTES + 1])
        .write("large.json", format!("{{\"format_version\": \"1.2\"{}}}", " ".repeat(MAX_FILE_BYTES)))
        .write("after.tf", "l");
    #[cfg(target_os = "linux")]
    {
        let name: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(b"not-\xff-utf8.tf".to_vec());
        repository.write(PathBuf::from(name), "m");
    }
    repository.git(["add", "--force", "--all"]);
    repository.git(["commit", "--quiet", "--message", "all"]);
    for directory in ["", "envs", "envs/prod", "envs/build", "node_modules", "nowhere"] {
        let directory = repository.root.join(directory);
        let expected = walk(&repository.disk(), &directory);
        let expected = if directory.ends_with("nowhere") { Walked::new() } else { expected };
        let found = repository.snapshot("HEAD").directories(&directory).ok();
        assert_eq!(found, directories(&repository.disk(), &directory), "{}", directory.display());
        assert_eq!(walk(&repository.snapshot("HEAD"), &directory), expected, "{}", directory.display());
        assert_eq!(walk(&repository.staged(), &directory), expected, "{}", directory.display());
    }
    let met = walk(&repository.snapshot("HEAD"), &repository.root);
    assert_eq!(met[&repository.root.join("large.tf")], Err(ReadError::TooLarge));
    assert!(met[&repository.root.join("large.json")].is_ok(), "a plan may be larger than other files");
    assert!(met.len() >= 9);
}

#[cfg(unix)]
#[test]
fn a_long_chain_of_links_is_an_error() {
    let Some(repository) = Repository::new("chain") else { return };
    repository.write("l0", "text");
    for number in 1..50 {
        let target = format!("l{}", number - 1);
        std::os::unix::fs::symlink(target, repository.root.join(format!("l{number}"))).unwrap();
    }
    repository.git(["add", "--all"]);
    repository.git(["commit", "--quiet", "--message", "links"]);
    let read = |name: &str| repository.snapshot("HEAD").read_inside(&repository.root.join(name));
    assert_eq!(read("l30"), Ok(b"text".to_vec()));
    assert_eq!(read("l49"), Err(ReadError::Refused("too many links".to_owned())));
}

#[test]
fn files_are_listed_and_read_as_on_the_disk() {
    let Some(repository) = Repository::new("list") else { return };
    repository.write("m/b.tf", "b").write("m/a.tf", "a").write("m/inner/c.tf", "c").write("m.tf", "d").commit();
    let (disk, snapshot) = (repository.disk(), repository.snapshot("HEAD"));
    for path in ["", "m", "m/a.tf", "m/inner", "m.tf"] {
        let path = repository.root.join(path);
        assert_eq!(snapshot.kind(&path), disk.kind(&path), "{}", path.display());
        assert_eq!(snapshot.list(&path).ok(), disk.list(&path).ok(), "{}", path.display());
        assert_eq!(snapshot.directories(&path).ok(), directories(&disk, &path), "{}", path.display());
        assert_eq!(snapshot.read_inside(&path).ok(), disk.read_inside(&path).ok(), "{}", path.display());
    }
    assert_eq!(snapshot.kind(&repository.root.join("gone")), Err(ReadError::Missing));
    assert_eq!(snapshot.read_inside(&repository.root.join("gone.tf")), Err(ReadError::Missing));
}

#[cfg(unix)]
#[test]
fn links_lead_where_they_lead_in_the_work_tree() {
    let Some(repository) = Repository::new("links") else { return };
    repository.write("shared/trail/main.tf", "a").write("envs/prod/own.tf", "b");
    let links = [
        ("../../shared/trail/main.tf", "envs/prod/linked.tf"),
        ("../shared", "envs/shared"),
        ("linked.tf", "envs/prod/twice.tf"),
        ("/etc/passwd", "envs/prod/outside.tf"),
        ("../../../outside.tf", "envs/prod/above.tf"),
        ("loop.tf", "envs/prod/loop.tf"),
        ("gone.tf", "envs/prod/broken.tf"),
        ("../prod", "envs/prod/directory.tf"),
    ];
    for (target, link) in links {
        std::os::unix::fs::symlink(target, repository.root.join(link)).unwrap();
    }
    repository.commit();
    let snapshot = repository.snapshot("HEAD");
    let at = |path: &str| repository.root.join(path);
    assert_eq!(snapshot.read_inside(&at("envs/prod/linked.tf")).unwrap(), b"a");
    assert_eq!(snapshot.read_inside(&at("envs/prod/twice.tf")).unwrap(), b"a");
    assert_eq!(snapshot.read_inside(&at("envs/shared/trail/main.tf")).unwrap(), b"a");
    assert_eq!(snapshot.read_inside(&at("envs/prod/outside.tf")), Err(ReadError::OutsideTree));
    assert_eq!(snapshot.read_inside(&at("envs/prod/above.tf")), Err(ReadError::OutsideTree));
    assert_eq!(snapshot.read_inside(&at("envs/prod/broken.tf")), Err(ReadError::Missing));
    assert!(snapshot.read_inside(&at("envs/prod/loop.tf")).is_err());
    assert_eq!(snapshot.kind(&at("envs/shared")), Ok(PathKind::Directory));
    assert_eq!(snapshot.list(&at("envs/shared/trail")).unwrap(), [at("envs/shared/trail/main.tf")]);
    let (met, expected) = (walk(&snapshot, &repository.root), walk(&repository.disk(), &repository.root));
    assert_eq!(met.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (path, bytes) in expected {
        assert_eq!(met[&path].is_ok(), bytes.is_ok(), "{}", path.display());
    }
}

#[test]
fn what_is_staged_is_neither_committed_nor_in_the_work_tree() {
    let Some(repository) = Repository::new("staged") else { return };
    repository.write("a.tf", "committed").commit();
    let git = Git::around(&repository.root).unwrap();
    assert!(!git.has_staged_changes().unwrap());
    repository.write("a.tf", "staged").write("b.tf", "staged").git(["add", "--all"]);
    repository.write("a.tf", "edited").write("c.tf", "new");
    assert!(git.has_staged_changes().unwrap());
    let read = |fs: &dyn Fs, path: &str| fs.read_inside(&repository.root.join(path));
    assert_eq!(read(&repository.snapshot("HEAD"), "a.tf").unwrap(), b"committed");
    assert_eq!(read(&repository.staged(), "a.tf").unwrap(), b"staged");
    assert_eq!(read(&repository.staged(), "b.tf").unwrap(), b"staged");
    assert_eq!(read(&repository.staged(), "c.tf"), Err(ReadError::Missing));
    assert_eq!(repository.staged().read_untracked(&repository.root.join("c.tf")).unwrap(), b"new");
    assert_eq!(repository.snapshot("HEAD").read_untracked(&repository.root.join("b.tf")), Err(ReadError::Missing));
}

#[test]
fn what_git_does_not_keep_is_read_from_the_disk() {
    let Some(repository) = Repository::new("beside") else { return };
    let Some(other) = Repository::new("beside-other") else { return };
    other.write("main.tf", "first").commit();
    repository.git(["submodule", "--quiet", "add", other.root.to_str().unwrap(), "vendor"]);
    repository.write(".gitignore", ".terraform\n").commit();
    repository.write(".terraform/modules/modules.json", "{}");
    let at = |path: &str| repository.root.join(path);
    let snapshot = repository.snapshot("HEAD");
    assert_eq!(snapshot.read_inside(&at(".terraform/modules/modules.json")).unwrap(), b"{}");
    assert_eq!(snapshot.read_inside(&at("vendor/main.tf")).unwrap(), b"first");
    assert!(walk(&snapshot, &repository.root).contains_key(&at("vendor/main.tf")));
    // A submodule at another commit is read as it was.
    other.write("main.tf", "second").commit();
    repository.git_in(&at("vendor"), ["pull", "--quiet"]);
    repository.git(["add", "vendor"]);
    let snapshot = repository.snapshot("HEAD");
    assert_eq!(snapshot.read_inside(&at("vendor/main.tf")).unwrap(), b"first");
    assert_eq!(walk(&snapshot, &repository.root).keys().filter(|path| path.ends_with("vendor/main.tf")).count(), 1);
    assert_eq!(repository.staged().read_inside(&at("vendor/main.tf")).unwrap(), b"second");
}

#[test]
fn installed_modules_that_git_tracks_are_read_as_they_were() {
    let Some(repository) = Repository::new("installed") else { return };
    repository.write(".terraform/modules/old/main.tf", "before").commit();
    repository.write(".terraform/modules/old/main.tf", "after").write(".terraform/modules/new/main.tf", "new");
    repository.write(".terraform/modules/untracked/main.tf", "untracked");
    repository.git(["add", "--force", ".terraform/modules/old", ".terraform/modules/new"]);
    let at = |path: &str| repository.root.join(".terraform/modules").join(path);
    let snapshot = repository.snapshot("HEAD");
    assert_eq!(snapshot.read_inside(&at("old/main.tf")).unwrap(), b"before");
    assert_eq!(snapshot.list(&at("old")).unwrap(), [at("old/main.tf")]);
    assert_eq!(snapshot.read_inside(&at("new/main.tf")), Err(ReadError::Missing));
    assert_eq!(snapshot.kind(&at("new")), Err(ReadError::Missing));
    assert_eq!(snapshot.read_inside(&at("untracked/main.tf")).unwrap(), b"untracked");
    assert_eq!(repository.staged().read_inside(&at("new/main.tf")).unwrap(), b"new");
}

#[cfg(unix)]
#[test]
fn what_lies_below_a_link_of_the_change_was_not_there() {
    let Some(repository) = Repository::new("untracked") else { return };
    repository.write("a.tf", "a").commit();
    repository.write("other/prod.tfvars", "b").write("own/prod.tfvars", "c");
    std::os::unix::fs::symlink("other", repository.root.join("env")).unwrap();
    repository.git(["add", "env"]);
    let read = |path: &str| repository.snapshot("HEAD").read_untracked(&repository.root.join(path));
    assert_eq!(read("env/prod.tfvars"), Err(ReadError::Missing));
    assert_eq!(read("own/prod.tfvars").unwrap(), b"c");
}

#[test]
fn an_object_that_is_no_file_is_not_taken_for_the_next() {
    let Some(repository) = Repository::new("objects") else { return };
    repository.write("a.tf", "a").write("c.tf", "c").commit();
    let tree = repository.git(["rev-parse", "HEAD^{tree}"]);
    repository.git(["update-index", "--add", "--cacheinfo", &format!("100644,{tree},b.tf")]);
    let met = walk(&repository.staged(), &repository.root);
    let said: Vec<_> = met.into_values().collect();
    assert_eq!(said, [Ok(b"a".to_vec()), Err(ReadError::NotAFile), Ok(b"c".to_vec())]);
}

#[test]
fn what_stands_for_a_text_is_not_taken_for_it() {
    let Some(repository) = Repository::new("stand-ins") else { return };
    repository.write("a.tf", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    repository.write("b.tf", b"\0GITCRYPT\0\x01\x02".as_slice()).commit();
    let met = walk(&repository.snapshot("HEAD"), &repository.root);
    let said: Vec<String> = met.into_values().map(|read| read.unwrap_err().to_string()).collect();
    assert_eq!(said, ["a Git LFS pointer; run `git lfs pull` to get the file", "encrypted by git-crypt"]);
}

#[test]
fn what_the_repository_excludes_is_left_out_as_on_the_disk() {
    let Some(repository) = Repository::new("excluded") else { return };
    repository.write("a.tf", "a").write("out/b.tf", "b").write("kept/c.tf", "c").write("d/left.tf", "d");
    repository.write("kept/.gitignore", "!c.tf\n").commit();
    repository.write(".git/info/exclude", "out/\nc.tf\nleft.tf\n");
    let met = walk(&repository.snapshot("HEAD"), &repository.root);
    assert_eq!(met, walk(&repository.disk(), &repository.root));
    let at = |path: &str| repository.root.join(path);
    assert_eq!(met.into_keys().collect::<Vec<_>>(), [at("a.tf"), at("kept/c.tf")]);
}

#[test]
fn a_sparse_work_tree_is_compared_with_what_it_would_have() {
    let Some(repository) = Repository::new("sparse") else { return };
    repository.write("in/a.tf", "a").write("out/b.tf", "b").commit();
    repository.git(["sparse-checkout", "set", "in"]);
    let git = Git::around(&repository.root).unwrap();
    let (commit, index) = (git.commit("HEAD").unwrap(), GitIndex::read(&git).unwrap());
    let snapshot = Snapshot::beside_work_tree(&git, &commit, index, repository.disk()).unwrap();
    assert_eq!(walk(&snapshot, &repository.root), walk(&repository.disk(), &repository.root));
    assert!(walk(&repository.snapshot("HEAD"), &repository.root).contains_key(&repository.root.join("out/b.tf")));
}

#[test]
fn many_files_come_from_one_process_in_their_order() {
    let Some(repository) = Repository::new("many") else { return };
    for index in 0..300 {
        repository.write(format!("d{}/f{index}.tf", index % 7), "x".repeat(index * 50));
    }
    repository.commit();
    assert_eq!(walk(&repository.snapshot("HEAD"), &repository.root), walk(&repository.disk(), &repository.root));
}

#[test]
fn revisions_lead_to_commits_or_to_a_sentence() {
    let Some(repository) = Repository::new("revisions") else { return };
    repository.write("a.tf", "a").commit();
    repository.git(["checkout", "--quiet", "-b", "topic"]);
    repository.write("b.tf", "b").commit();
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("c.tf", "c").commit();
    let git = Git::around(&repository.root.join("deep/inside")).unwrap();
    assert_eq!(git.merge_base("main", "topic", &[]).unwrap(), git.commit("main~1").unwrap());
    let root = repository.root.display();
    let said = |error: GitError| error.to_string();
    assert_eq!(
        said(git.commit("nowhere").unwrap_err()),
        format!("unknown revision `nowhere` in the repository at `{root}`")
    );
    for revision in ["--help", "-h", "main:a.tf", "main..topic", ""] {
        assert!(matches!(git.commit(revision), Err(GitError::NoCommit { .. })), "{revision}");
    }
    repository.git(["checkout", "--quiet", "--orphan", "alone"]);
    repository.commit();
    let expected = format!("`alone` and `main` have no merge base in the repository at `{root}`");
    assert_eq!(said(git.merge_base("alone", "main", &[]).unwrap_err()), expected);
}

#[test]
fn a_shallow_clone_says_how_to_deepen_it() {
    let Some(origin) = Repository::new("origin") else { return };
    origin.write("a.tf", "a").commit().write("a.tf", "b").commit();
    let Some(clone) = Repository::new("clone") else { return };
    let url = format!("file://{}", origin.root.display());
    clone.git(["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let git = Git::around(&clone.root.join("shallow")).unwrap();
    let said = git.commit("HEAD~1").unwrap_err().help().unwrap();
    assert!(said.contains("git fetch --unshallow"), "{said}");
}

#[test]
fn an_index_in_conflict_is_not_checked() {
    let Some(repository) = Repository::new("conflict") else { return };
    repository.write("a.tf", "a").commit();
    let blob = repository.git(["rev-parse", "HEAD:a.tf"]);
    let lines = format!("0 {}\ta.tf\n100644 {blob} 2\ta.tf\n100644 {blob} 3\ta.tf\n", "0".repeat(40));
    repository.write("lines", lines);
    let shell = std::fs::File::open(repository.root.join("lines")).unwrap();
    let mut command = std::process::Command::new("git");
    command.args(["update-index", "--index-info"]).current_dir(&repository.root).stdin(shell);
    assert!(command.status().unwrap().success());
    let git = Git::around(&repository.root).unwrap();
    assert!(matches!(GitIndex::read(&git), Err(GitError::Conflict(path)) if path.ends_with("a.tf")));
}

#[cfg(unix)]
#[test]
fn nothing_that_a_repository_names_is_run() {
    use std::os::unix::fs::PermissionsExt;
    let Some(repository) = Repository::new("hostile") else { return };
    repository.write("a.tf", "a").write(".gitattributes", "* diff=evil filter=evil\n").commit();
    let ran = repository.root.join(".git/ran");
    repository.write(".git/evil", format!("#!/bin/sh\necho ran >> '{}'\ncat\n", ran.display()));
    let evil = repository.root.join(".git/evil");
    std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
    let evil = evil.to_str().unwrap();
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        std::os::unix::fs::symlink(evil, repository.root.join(".git/hooks").join(hook)).unwrap();
    }
    // An index that an earlier run of a monitor has marked asks it again.
    repository.git(["update-index", "--fsmonitor"]);
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.ls-tree",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "core.sshCommand",
        "core.askPass",
        "core.gitProxy",
        "credential.helper",
        "uploadpack.packObjectsHook",
    ] {
        repository.git(["config", key, evil]);
    }
    repository.git(["config", "alias.ls-tree", &format!("!{evil}")]);
    // Git itself would run it.
    assert!(ran.exists());
    std::fs::remove_file(&ran).unwrap();
    repository.write("a.tf", "edited");
    let git = Git::around(&repository.root).unwrap();
    git.has_staged_changes().unwrap();
    assert_eq!((git.changed_files().unwrap(), git.tracked_files().unwrap().len()), (1, 2));
    assert!(git.head().unwrap().is_some_and(|commit| commit.len() == 40));
    assert_eq!(git.origin().unwrap(), None);
    git.merge_base("HEAD", "main", &[]).unwrap();
    walk(&repository.snapshot("HEAD"), &repository.root);
    walk(&repository.staged(), &repository.root);
    assert!(!ran.exists());
}

#[test]
fn a_partial_clone_fetches_nothing() {
    let Some(origin) = Repository::new("promisor") else { return };
    origin.write("a.tf", "old").commit().write("a.tf", "new").commit();
    origin.git(["config", "uploadpack.allowFilter", "true"]);
    let Some(clone) = Repository::new("partial") else { return };
    let url = format!("file://{}", origin.root.display());
    clone.git(["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    let root = clone.root.join("partial");
    let git = Git::around(&root).unwrap();
    let disk = Disk::new(std::slice::from_ref(&root));
    let snapshot =
        Snapshot::of_commit(&git, &git.commit("HEAD~1").unwrap(), GitIndex::read(&git).unwrap(), disk).unwrap();
    let met = walk(&snapshot, &root);
    assert!(met[&root.join("a.tf")].is_err(), "{met:?}");
}
