//! CloudFormation templates, which are recognized by their content, not by the file name.
//!
//! [`template_cache`] parses files, [`library`] finds the files that they refer to, [`template`] recognizes templates and
//! their sections, [`eval`] evaluates values, and [`deployment`] combines a root template with its nested stacks.

mod call;
mod conditions;
mod cycles;
mod deployment;
mod document;
mod encodings;
mod eval;
mod exports;
mod library;
mod limits;
mod lists;
mod loops;
mod macros;
mod mappings;
mod merged_mapping;
pub(crate) mod parameter_values;
mod parameters;
mod path;
mod pieces;
mod references;
mod rejections;
mod resources;
mod roots;
mod rules;
mod scope;
mod serverless;
mod stacks;
mod strings;
mod symbols;
mod template;
mod template_cache;
mod transforms;
mod undeclared;

use std::sync::LazyLock;

use memchr::memmem::Finder;

pub use template_cache::FileCache;

use super::{CandidateFile, Context, InputFormat, LinkedFile, Links, Project, Relevance};
use crate::model::dialects;
use crate::source::has_escaped;

/// The format for CloudFormation templates in YAML and JSON.
#[derive(Debug)]
pub struct CloudFormation;

static TRAIL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(dialects::CLOUDFORMATION.kind));

/// A loop may generate the type of a trail.
static LOOP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("Fn::ForEach"));

/// The common part of all these words. Few files in other languages contain it, so it is a fast first test.
static COMMON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("::"));

/// Words of templates that refer to other templates.
static REFERRING: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| stacks::NEEDLES.into_iter().chain([macros::INCLUDE]).map(Finder::new).collect());

/// Words of templates that export values.
static EXPORTING: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| exports::NEEDLES.into_iter().map(Finder::new).collect());

impl InputFormat for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn reads(&self, file_name: &str) -> bool {
        // CloudFormation accepts any file name for a template.
        let (_, extension) = file_name.rsplit_once('.').unwrap_or_default();
        ["yaml", "yml", "json", "template", "cfn", "cform", "cft", "stack"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        Finder::new("Resources").find(text).is_some()
    }

    fn relevance(&self, bytes: &[u8]) -> Relevance {
        if COMMON.find(bytes).is_none() {
            Relevance::None
        } else if may_declare_trail(bytes) {
            Relevance::Trail
        } else if may_refer(bytes) || may_export(bytes) {
            Relevance::Module
        } else {
            Relevance::None
        }
    }

    fn links(&self, kept: CandidateFile, context: Context<'_>) -> Links {
        roots::links(kept, context)
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        roots::find(linked, context).into_iter().map(|root| Box::new(root) as Box<dyn Project>).collect()
    }
}

/// True if a text contains the type of a trail, or a loop that may generate it.
fn may_declare_trail(text: &[u8]) -> bool {
    TRAIL.find(text).is_some() || LOOP.find(text).is_some()
}

/// True if a text contains the type of a trail, including in escaped form.
fn names_trail(text: &[u8]) -> bool {
    has_escaped(text, |text| TRAIL.find(text).is_some())
}

/// True if a text may refer to another template.
fn may_refer(text: &[u8]) -> bool {
    REFERRING.iter().any(|needle| needle.find(text).is_some())
}

/// True if a text may export values that other templates import.
fn may_export(text: &[u8]) -> bool {
    EXPORTING.iter().all(|needle| needle.find(text).is_some())
}

/// True if a text mentions a trail, including in escaped form.
fn mentions_trail(text: &str) -> bool {
    has_escaped(text.as_bytes(), may_declare_trail)
}

/// True if a text mentions another template, including in escaped form.
fn mentions_template(text: &str) -> bool {
    has_escaped(text.as_bytes(), may_refer)
}
