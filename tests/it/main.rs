//! One test binary: text in, report out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets something unexpected should stop there"
)]

mod adding;
mod baselines;
mod changes;
mod cli;
mod config;
mod decoys;
mod differential;
mod docs;
mod enumeration;
mod filesets;
mod fixes;
mod flows;
mod former;
mod fuzzing;
mod hooks;
#[cfg(unix)]
mod hostile;
mod house;
mod html;
mod known;
mod lsp;
mod mentions;
mod metamorphic;
mod oracle;
mod other_runs;
mod outputs;
mod pages;
mod parameters;
mod planned;
mod policies;
mod random;
mod reach;
mod regions;
mod reports;
mod repository;
mod running;
mod scenarios;
mod selectors;
mod shell;
mod snapshots;
mod spans;
mod standing;
mod support;
mod suppressing;
mod traces;
mod twins;
mod verdicts;
mod weakened;
mod witnesses;
mod work;
mod yaml;
