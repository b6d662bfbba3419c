//! trailint finds CloudTrail trails that break CIS AWS Foundations 3.1 in Terraform and CloudFormation.
//!
//! A format evaluates files to [`Resource`](model::Resource)s, these become [`Trail`](model::Trail)s, [`rules`] check
//! the trails, and [`output`] formats the report. An unknown result is a [value](value::Maybe), not an error. Every
//! value [records](value::Traced) where it was set.
//!
//! # Modules
//!
//! The lowest layer comes first. A module may use only those above it in this list:
//!
//! | module | purpose |
//! | --- | --- |
//! | [`source`] | files, spans, positions, and [`Fs`](source::Fs), the only access to the disk and to git's objects |
//! | [`named`] | lists whose items are looked up by name |
//! | [`syntax`] | parsers for trees with exact spans: [`hcl`](syntax::hcl), [`yaml`](syntax::yaml), [`json`](syntax::json) |
//! | [`value`] | values that may be unknown, with the path from which they came |
//! | [`model`] | the two waists, `Resource` and `Trail`; the [`dialects`](model::dialects) of a trail; the algebra of [`selectors`](model::selectors); the permissions that a [`policy`](model::policy) gives CloudTrail; the [`log_delivery`](model::log_delivery) on which log delivery depends; the names of [`region`](model::region)s |
//! | [`formats`] | [`terraform`](formats::terraform), [`plan`](formats::plan) and [`cloudformation`](formats::cloudformation): group files into projects and evaluate them |
//! | [`finding`], [`rules`], [`error`] | verdicts, the rules that return them, and the errors that prevent a check |
//! | [`config`], [`progress`], [`scan`], [`engine`], [`suppress`], [`fix`], [`known`], [`baseline`], [`comparison`], [`relaxation`], [`report`] | a run: settings, progress, the search for relevant files, evaluation, suppressions, fixes, earlier findings, accepted findings, comparison with a base, relaxed gates, the result |
//! | [`output`] | one file for each report format |
//! | [`lsp`] | the language server |
//! | [`cli`] | the arguments and the exit status |
//!
//! # Invariants
//!
//! - Unknown stays unknown: a value that couldn't be evaluated never becomes a pass or a failure.
//!   [`Maybe`](value::Maybe) has no default and no `unwrap`.
//! - Input can't fail a run. Parsers return a tree and [`Problem`](syntax::Problem)s; [`Error`] is for
//!   problems that the user fixes outside the scanned files.
//! - No file is skipped silently: a file that mentions a trail is evaluated, or a finding gives the reason why not.
//! - A rule receives a trail and doesn't depend on a format; a format returns resources and doesn't depend on a rule.
//!   Differences between the spellings of a trail are defined in [`dialects`](model::dialects), those between the
//!   spellings of buckets and keys in [`kinds`](model::kinds), and nowhere else.
//! - Related resources decide nothing about a trail itself: they are evaluated in the trail's worlds, and only if a
//!   verdict about them is unknown there, it is evaluated again in worlds that also decide their unknown values.
//! - A [`Span`](source::Span) counts bytes of the file on the disk. Only outputs use lines and columns.
//! - Text of a scanned file is escaped before it is printed: it can't control a terminal or the runner of a CI job, and
//!   it can't add markup.
//! - The same input results in the same bytes of output, whatever the number of threads.
//! - A plan never overrides a value that the code determines; it only replaces unknown values.
//! - No network access, no other program than the `git` that [reads](source::Snapshot) commits, no file read outside of
//!   the checked tree, and no file written without a request.
//!
//! # How to extend it
//!
//! A rule is a page in `rules/`, a file in [`rules`] and two lines in its list. An input format is a folder in
//! [`formats`] and a line in [`FORMATS`](formats::FORMATS). A report format is a file in [`output`], a variant and an
//! arm.

// Arithmetic on input must neither overflow nor divide by zero.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use internal::*;

pub use internal::cli::main;
pub use internal::engine::{EngineSettings, check};
pub use internal::error::Error;
pub use internal::output::OutputFormat;
pub use internal::report::Report;
pub use internal::scan::{Input, ScanInputs};
pub use internal::source::{Disk, Sources};

/// The modules of the crate, for its tests, benches and the fuzzer. They aren't part of the API and may change in any
/// release.
// The documentation for contributors shows them.
#[cfg_attr(not(documents_internals), doc(hidden))]
#[path = ""]
pub mod internal {
    pub mod baseline;
    pub mod cli;
    pub mod comparison;
    pub mod config;
    pub mod engine;
    pub mod error;
    pub mod finding;
    pub mod fix;
    pub mod formats;
    pub mod known;
    pub mod lsp;
    pub mod model;
    pub mod named;
    pub mod output;
    pub mod progress;
    pub mod relaxation;
    pub mod report;
    pub mod rules;
    pub mod scan;
    pub mod source;
    pub mod suppress;
    pub mod syntax;
    pub mod value;
}
