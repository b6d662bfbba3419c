//! Reads the files of a commit or of the index from git's objects, without a checkout.
//!
//! `git` is the only program that trailint runs, and only if the run compares with such a tree.

mod batch;
mod command;
mod entries;
mod objects;
mod snapshot;
mod staged;

pub use command::{Commit, Git, GitError};
pub use entries::GitIndex;
pub use snapshot::Snapshot;
pub use staged::StagedChange;
