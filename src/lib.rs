//! trailint finds CloudTrail trails that break CIS AWS Foundations 3.1 in Terraform and CloudFormation.
//!
//! # From a file to a finding
//!
//! [`IncrementalCheck`](engine::IncrementalCheck) is the pipeline. [`engine::check`] is one pass of it, [`trace`](engine::trace)
//! a query to it, and an editor owns one. Its seven stages:
//!
//! 1. Files: [`Fs`](source::Fs) reads them, and [`Sources`](source::Sources) keeps their texts.
//! 2. Candidates: a [`Scan`](scan::Scan) has the files whose bytes mention a trail, or a module of one.
//! 3. Projects: a [format](formats::InputFormat) groups candidates into [`Project`](formats::Project)s: root modules,
//!    templates, plans.
//! 4. Loaded projects: a [`LoadedProject`](formats::LoadedProject) is parsed by [`syntax`] as far as its trails need it, and
//!    evaluates to [`Resource`](model::Resource)s in each [`World`](value::World): one combination of answers to the
//!    conditions that can't be known.
//! 5. Trail instances: [`model::dialects`] converts a resource to a [`Trail`](model::Trail) with the defaults of its provider,
//!    and [`model::log_delivery`] finds its bucket, its key and their policies. A [rule](rules::Rule) checks it in one world;
//!    [`engine`] combines the worlds: pass, fail or unknown.
//! 6. Diagnostics: a [`Diagnostic`](report::Diagnostic) is a [`Finding`](finding::Finding) with its rule, level and deployment.
//!    [`suppress`] may suppress it, and [`fix`] turns its [`Remedy`](model::Remedy) into edits at the place that sets the value.
//! 7. The [`Report`](report::Report): [`gate`] decides which of its diagnostics count, and [`output`] formats it as a [`View`](report::View) shows it.
//!
//! Every value [records](value::Traced) where it was set. An unknown result is a [value](value::Maybe), not an error.
//!
//! # Modules
//!
//! The lowest layer comes first. A module may use those of the rows before it:
//!
//! | module | purpose |
//! | --- | --- |
//! | [`source`] | files, spans, positions, and [`Fs`](source::Fs), the only access to the disk and to git's objects |
//! | [`named`] | lists whose items are looked up by name |
//! | [`syntax`] | parsers for trees with exact spans: [`hcl`](syntax::hcl), [`yaml`](syntax::yaml), [`json`](syntax::json) |
//! | [`value`] | values that may be unknown, with the path from which they came |
//! | [`model`] | `Resource`, `Trail`, `LogDelivery` and `Deployment`, the types that connect formats and rules; the [`dialects`](model::dialects) of a trail; the algebra of [`selectors`](model::selectors); the permissions that a [`policy`](model::policy) gives CloudTrail; [`log_delivery`](model::log_delivery); the names of [`region`](model::region)s |
//! | [`formats`] | [`terraform`](formats::terraform), [`plan`](formats::plan), [`cloudformation`](formats::cloudformation) and [`landing_zone_accelerator`](formats::landing_zone_accelerator): group files into projects and evaluate them. The `language` half of a format evaluates expressions without files; its `project` half reads files, and gives the expressions the values of the names in them. Terragrunt is a part of Terraform: its units are root modules with values for their variables. A project hands the templates in its code to the format of their language as [`EmbeddedStack`](formats::EmbeddedStack)s |
//! | [`finding`] | the verdict of a rule, and the finding in it |
//! | [`rules`] | the rules, with their pages |
//! | [`error`] | the errors that prevent a check |
//! | [`edit`] | edits of a text, and the fixes that they make |
//! | [`report`] | the result: [`Diagnostic`](report::Diagnostic)s and the verdicts on deployments; its presentation is a [`View`](report::View) |
//! | [`suppress`] | suppressions by comments, metadata and the configuration |
//! | [`config`] | the settings and their sources |
//! | [`progress`] | the progress of a check |
//! | [`scan`] | the search for relevant files |
//! | [`fix`] | edits, their safety, and their application until none is left |
//! | [`engine`] | evaluation of the deployments: [`check`](engine::check), [`trace`](engine::trace), [`IncrementalCheck`](engine::IncrementalCheck) |
//! | [`gate`] | the findings that count: suppression of those that a baseline accepts or that the base of a comparison has, too, and findings about a change that relaxes the gate |
//! | [`output`] | one file for each report format |
//! | [`lsp`] | the language server |
//! | [`mcp`] | the server for coding assistants |
//! | [`cli`] | the arguments and the exit status |
//! | [`api`] | the public API of the library |
//!
//! # Invariants
//!
//! - Unknown stays unknown: a value that couldn't be evaluated never becomes a pass or a failure.
//!   [`Maybe`](value::Maybe) has no default and no `unwrap`.
//! - Input can't fail a run. Parsers return a tree and [`Problem`](syntax::Problem)s; [`Error`](error::Error) is for
//!   problems that the user fixes outside the scanned files.
//! - No file is skipped silently: a file that mentions a trail is evaluated, or a finding gives the reason why not.
//! - A rule receives a trail, its log delivery or its deployment, and doesn't depend on a format; a format returns
//!   resources and doesn't depend on a rule.
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
//!   the checked tree unless an option or a setting of the user names it, and no file written without a request.
//!
//! # How to extend it
//!
//! `CONTRIBUTING.md` describes these steps:
//!
//! | to add | edit |
//! | --- | --- |
//! | a rule | a page in `rules/`, a file in [`rules`] with its `mod` line, and a line in [`RULES`](rules::RULES) |
//! | a report format | a file in [`output`] with its `mod` line, a variant and an arm |
//! | an input format | a folder in [`formats`] and a line in [`FORMATS`](formats::FORMATS); for options, a field of [`FormatArgs`](formats::FormatArgs) and of [`Options`](formats::Options) |
//! | a step of a language | a [`StepKind`](value::StepKind) in `formats/<name>/steps.rs` |
//! | a Terraform function | a line in `FUNCTIONS` in `formats/terraform/language/functions.rs`, its body in `functions/`, a case in `functions/cases.txt` |
//! | a function of Terragrunt | a name and an arm in `formats/terraform/terragrunt/functions.rs`, and a case in `testdata/units.txt` |
//! | an intrinsic function | an arm of `Evaluator::call` in `formats/cloudformation/language/eval.rs` |
//! | an option | a field of `CheckArgs` in `cli.rs`, or of `InputArgs` or `ConfigArgs` if `trace` has it, too; a comment there lists the other places |
//! | an option of a format | a field of its arguments and of its `Options`, in `formats/<name>/options.rs` |
//! | a setting | a field of `Settings` in `config/settings.rs`, whose comment lists the other places |

// Arithmetic on input must neither overflow nor divide by zero.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use internal::*;

pub use internal::api::{CheckError, Checked, Code, Problem, Severity, check};
// The program's own `main`.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
pub use internal::cli::main;

/// The modules of the crate, for its tests, benches and the fuzzer. They aren't part of the API and may change in any
/// release.
// The documentation for contributors shows them.
#[cfg_attr(not(documents_internals), doc(hidden))]
#[path = ""]
pub mod internal {
    pub mod api;
    #[cfg(not(target_family = "wasm"))]
    pub mod cli;
    pub mod config;
    pub mod edit;
    pub mod engine;
    pub mod error;
    pub mod finding;
    pub mod fix;
    pub mod formats;
    pub mod gate;
    #[cfg(not(target_family = "wasm"))]
    pub mod lsp;
    #[cfg(not(target_family = "wasm"))]
    pub mod mcp;
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
}
