//! The progress of a check, shared with the thread that displays it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counters that only grow. They are for display: no result depends on them.
#[derive(Debug, Default)]
pub struct Progress {
    files: AtomicUsize,
    projects: AtomicUsize,
    evaluated: AtomicUsize,
    steps: AtomicUsize,
    out_of_steps: Mutex<Vec<String>>,
}

impl Progress {
    /// Counts a searched file.
    pub fn searched(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds to the number of projects that will be evaluated.
    pub fn expect(&self, projects: usize) {
        self.projects.fetch_add(projects, Ordering::Relaxed);
    }

    /// Counts an evaluated project.
    pub fn evaluated(&self) {
        self.evaluated.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds the evaluation steps that a project took.
    pub fn spent(&self, steps: usize) {
        self.steps.fetch_add(steps, Ordering::Relaxed);
    }

    /// Records the root of a project whose evaluation ran out of steps.
    pub fn out_of_steps(&self, root: String) {
        self.out_of_steps.lock().unwrap_or_else(PoisonError::into_inner).push(root);
    }

    /// The total evaluation steps so far.
    pub fn steps(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    /// The roots of the projects whose evaluation ran out of steps.
    pub fn cuts(&self) -> Vec<String> {
        self.out_of_steps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of searched files.
    pub fn files(&self) -> usize {
        self.files.load(Ordering::Relaxed)
    }

    /// The number of evaluated projects and the number of all projects; `None` until the file search has finished.
    pub fn projects(&self) -> Option<(usize, usize)> {
        let all = self.projects.load(Ordering::Relaxed);
        (all > 0).then(|| (self.evaluated.load(Ordering::Relaxed), all))
    }
}
