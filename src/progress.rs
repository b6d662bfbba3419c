//! How far a check is, for whoever looks on from another thread.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts that only grow. They are for people: no result depends on them.
#[derive(Debug, Default)]
pub struct Progress {
    files: AtomicUsize,
    projects: AtomicUsize,
    judged: AtomicUsize,
}

impl Progress {
    /// A file was searched.
    pub fn searched(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
    }

    /// So many projects are going to be judged.
    pub fn expect(&self, projects: usize) {
        self.projects.fetch_add(projects, Ordering::Relaxed);
    }

    /// A project was judged.
    pub fn judged(&self) {
        self.judged.fetch_add(1, Ordering::Relaxed);
    }

    /// How many files were searched.
    pub fn files(&self) -> usize {
        self.files.load(Ordering::Relaxed)
    }

    /// How many projects were judged, and of how many; nothing while files are searched.
    pub fn projects(&self) -> Option<(usize, usize)> {
        let all = self.projects.load(Ordering::Relaxed);
        (all > 0).then(|| (self.judged.load(Ordering::Relaxed), all))
    }
}
