//! The templates of a deployment: finds their files, and the values that one passes to another.
//!
//! [`template_cache`] parses files, [`files`] finds those that a template refers to, [`template`] recognizes templates
//! and their sections, and [`library`] caches them. [`lookup`] resolves the names of a template for the evaluation,
//! [`search`] follows nested stacks, and [`deployment`] evaluates a root template with them.

mod alternatives;
mod deployment;
mod embedded;
mod exports;
mod files;
mod includes;
mod library;
mod lookup;
mod macros;
mod needles;
mod parameter_values;
mod parameters;
mod rejections;
mod resolution;
mod resources;
mod roots;
mod scope;
mod search;
mod serverless;
mod stacks;
mod structure;
mod template;
mod template_cache;
mod transforms;

pub(crate) use embedded::stack_evaluator;
pub(crate) use needles::relevance;
pub(super) use parameter_values::check_file as check_parameter_file;
pub(crate) use roots::{links, projects};
pub use template_cache::FileCache;
