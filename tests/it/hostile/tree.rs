//! Hostile inputs on the disk.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::table::{Entry, Input, Kind, Time};

impl Input {
    /// Makes all that lies there before the change, or after it.
    pub(super) fn make(&self, root: &Path, time: Time) {
        for entry in self.entries.iter().filter(|entry| entry.time == time || entry.time == Time::Always) {
            entry.make(&root.join(&entry.path));
        }
    }

    /// Removes what the change removes.
    pub(super) fn remove_old(&self, root: &Path) {
        for entry in self.entries.iter().filter(|entry| entry.time == Time::Before) {
            let _ = std::fs::remove_file(root.join(&entry.path));
        }
    }
}

impl Entry {
    fn make(&self, path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match &self.kind {
            Kind::File(bytes) => std::fs::write(path, bytes).unwrap(),
            Kind::Link(target) => symlink(target, path).unwrap(),
            Kind::Directory => std::fs::create_dir_all(path).unwrap(),
            Kind::Pipe => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            // Its name stays when nobody listens any more.
            Kind::Socket => drop(UnixListener::bind(path).unwrap()),
        }
    }
}
