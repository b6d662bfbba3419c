//! The threads that evaluate deployments.

use std::num::NonZeroUsize;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;

/// The minimum number of projects that are evaluated on several threads.
const WORTH_THREADS: usize = 3;

/// Stack size in bytes of the threads that parse and evaluate: several times the maximum that the limits on nesting
/// allow. The caller's thread may have less.
pub(crate) const STACK: usize = 16 << 20;

/// The thread pool that evaluates deployments; `None` if the work is done on the current thread.
pub(super) struct Threads(Option<ThreadPool>);

impl Threads {
    /// Creates as many threads as the items and `--jobs` allow; none for a few items, or if the system has no more
    /// threads.
    pub(super) fn new(items: usize, jobs: Option<NonZeroUsize>) -> Self {
        let jobs = jobs.map_or(0, |jobs| jobs.get().min(items));
        if items < WORTH_THREADS {
            return Self(None);
        }
        Self(ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build().ok())
    }

    /// Applies `work` to each item. The results have the order of the items.
    pub(super) fn map<I: Sync, O: Send>(&self, items: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
        match &self.0 {
            Some(pool) => pool.install(|| items.par_iter().map(&work).collect()),
            None => items.iter().map(work).collect(),
        }
    }
}

/// Does work on a thread whose stack is large enough for it. WebAssembly has no threads; there, the stack of the module
/// has to be large enough.
pub(super) fn with_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    if cfg!(target_family = "wasm") {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).map_err(Error::Thread)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
