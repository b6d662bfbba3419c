//! trailint finds CloudTrail trails that break CIS AWS Foundations 3.1 in Terraform and CloudFormation.
//!
//! Files become [`Resource`](model::Resource)s, resources become [`Trail`](model::Trail)s, [`rules`] judge trails,
//! and [`output`] renders what they say. Evaluation may fail to know something, and that is a
//! [value](value::Maybe), not an error. Every value [remembers](value::Traced) where it was written.
//!
//! # The map
//!
//! From the bottom to the top; a module knows only those above it in this list:
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`source`] | files, spans, positions, and [`Fs`](source::Fs), the one door to the disk and to what git keeps |
//! | [`named`] | lists in which things are found by their names |
//! | [`syntax`] | text to trees with exact spans: [`hcl`](syntax::hcl), [`yaml`](syntax::yaml), [`json`](syntax::json) |
//! | [`value`] | values that may be unknown and know the way they came |
//! | [`model`] | the two waists, `Resource` and `Trail`; the [`dialects`](model::dialects) of a trail; the algebra of [`selectors`](model::selectors); what a [`policy`](model::policy) lets CloudTrail do; the [`surroundings`](model::surroundings) on which the delivery of logs depends; the names of [`region`](model::region)s |
//! | [`formats`] | [`terraform`](formats::terraform), [`plan`](formats::plan) and [`cloudformation`](formats::cloudformation): which files belong together, and what they evaluate to |
//! | [`finding`], [`rules`], [`error`] | verdicts, the rules that give them, and what keeps a check from being done |
//! | [`config`], [`progress`], [`scan`], [`engine`], [`suppress`], [`fix`], [`known`], [`baseline`], [`changes`], [`weakened`], [`report`] | a run: settings, how far it is, the files that may matter, judging, what is accepted, what mends it, what was found before, what a change brings, the outcome |
//! | [`output`] | one file for each format of reports |
//! | [`lsp`] | findings in an editor, as they are typed |
//! | [`cli`] | arguments and exit status |
//!
//! # What always holds
//!
//! - Unknown stays unknown: no value that couldn't be evaluated becomes a pass or a failure.
//!   [`Maybe`](value::Maybe) has no default and no `unwrap`.
//! - Input can't fail a run. Parsers return a tree and [`Problem`](syntax::Problem)s;
//!   [`Error`](error::Error) is for what the user repairs outside the scanned files.
//! - Nothing is skipped in silence: a file that mentions a trail is judged, or there is a finding that says why not.
//! - A rule sees a trail and knows no format; a format produces resources and knows no rule. What differs between the
//!   spellings of a trail stands in [`dialects`](model::dialects), what differs between those of buckets and keys in
//!   [`kinds`](model::kinds), and nowhere else.
//! - What surrounds a trail decides nothing about it: it is read in the trail's worlds, and only a verdict on it that is open
//!   there is tried in the worlds within.
//! - A [`Span`](source::Span) is bytes of a file as it lies on the disk. Lines and columns exist in outputs only.
//! - No text of a scanned file is printed without having been made inert: nothing in it acts on a terminal, on the
//!   runner of a CI job, or as markup.
//! - The same input gives the same bytes, whatever the number of threads.
//! - What the code decides, no plan overrules; a plan fills what the code leaves unknown.
//! - No network, no other program than the `git` that [reads](source::Snapshot) what was committed, no file read
//!   outside of what is checked, and none written that wasn't asked for.
//!
//! # Three doors
//!
//! A rule is a page in `rules/`, a file in [`rules`] and two lines in its list. An input format is a folder in
//! [`formats`] and a line in [`FORMATS`](formats::FORMATS). A format of reports is a file in [`output`], a variant and an arm.

// What is computed on input neither overflows nor divides by zero.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod baseline;
pub mod changes;
pub mod cli;
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
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod value;
pub mod weakened;
