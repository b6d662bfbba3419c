//! How far a check is, for whoever looks on from another thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts that only grow. They are for people: no result depends on them.
#[derive(Debug, Default)]
pub struct Progress {
    files: AtomicUsize,
    projects: AtomicUsize,
    judged: AtomicUsize,
    steps: AtomicUsize,
    cut: Mutex<Vec<String>>,
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

    /// A project was judged for so many steps of evaluation.
    pub fn spent(&self, steps: usize) {
        self.steps.fetch_add(steps, Ordering::Relaxed);
    }

    /// The steps didn't suffice for the project with this root.
    pub fn cut(&self, root: String) {
        self.cut.lock().unwrap_or_else(PoisonError::into_inner).push(root);
    }

    /// The steps of evaluation so far.
    pub fn steps(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    /// The roots of the projects for which the steps didn't suffice.
    pub fn cuts(&self) -> Vec<String> {
        self.cut.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
