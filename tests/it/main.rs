//! One test binary: text in, report out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets something unexpected should stop there"
)]

mod add_ignore;
mod api;
mod baselines;
mod cli;
mod comparison;
mod config;
mod decoys;
mod differential;
mod docs;
mod enumeration;
mod equivalent;
mod event_coverage;
mod evidence;
mod filesets;
mod fixes;
mod flows;
mod fuzzing;
mod generated_units;
mod hooks;
#[cfg(unix)]
mod hostile;
mod house;
mod html;
mod incremental;
mod invalid_code;
mod known;
mod layout;
mod lsp;
mod mcp;
mod mentions;
mod merging;
mod metamorphic;
mod modules;
mod objects;
mod oracle;
mod other_runs;
mod outputs;
mod packaging;
mod pages;
mod parameters;
mod planned;
mod policies;
mod random;
mod regions;
mod relaxation;
mod renamed;
mod reports;
mod repository;
mod resolving;
mod running;
mod scenarios;
mod selectors;
mod shell;
mod snapshots;
mod spans;
mod stacks;
mod staged;
mod support;
mod suppressions;
mod traces;
mod units;
mod verdicts;
mod witnesses;
mod work;
mod yaml;
