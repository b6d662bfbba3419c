//! Trees that git keeps, of a commit or of what is staged, read without a checkout.
//!
//! `git` is the only other program that is ever run, and only when somebody asks for such a tree.

mod batch;
mod command;
mod entries;
mod snapshot;

pub use command::{Commit, Git, GitError};
pub use entries::Index;
pub use snapshot::Snapshot;
