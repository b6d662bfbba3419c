//! CloudFormation: a template is recognised by what it holds, not by its name.
//!
//! [`readings`] parses files, [`library`] leads from one to another, [`template`] finds their sections, [`eval`] evaluates what stands in them,
//! and [`deployment`] puts the templates together that one stack deploys.

mod call;
mod circles;
mod conditions;
mod deployment;
mod document;
mod encodings;
mod eval;
mod exports;
mod flat;
pub(crate) mod given;
mod library;
mod limits;
mod lists;
mod loops;
mod macros;
mod made;
mod mappings;
mod parameters;
mod path;
mod pieces;
mod readings;
mod references;
mod roots;
mod rules;
mod scope;
mod serverless;
mod stacks;
mod strings;
mod symbols;
mod template;
mod transforms;
mod undeclared;

use std::sync::LazyLock;

use memchr::memmem::Finder;

pub use readings::Readings;

use super::{Context, Format, Interest, Kept, Linked, Links, Project};
use crate::model::dialects;
use crate::source::has_escaped;

/// The format.
#[derive(Debug)]
pub struct CloudFormation;

static TRAIL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(dialects::CLOUDFORMATION.kind));

/// A loop can put the type of a trail together.
static LOOP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("Fn::ForEach"));

/// What all of these words have in common; few files of other languages have it.
static COMMON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("::"));

/// Words of the templates that bring in others.
static REFERRING: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| stacks::NEEDLES.into_iter().chain([macros::INCLUDE]).map(Finder::new).collect());

/// Words of the templates that export values.
static EXPORTING: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| exports::NEEDLES.into_iter().map(Finder::new).collect());

impl Format for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn reads(&self, file_name: &str) -> bool {
        // CloudFormation doesn't care what a template is called.
        let (_, extension) = file_name.rsplit_once('.').unwrap_or_default();
        ["yaml", "yml", "json", "template", "cfn", "cform", "cft", "stack"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        Finder::new("Resources").find(text).is_some()
    }

    fn interest(&self, bytes: &[u8]) -> Interest {
        if COMMON.find(bytes).is_none() {
            Interest::None
        } else if may_declare_trail(bytes) {
            Interest::Mentions
        } else if may_refer(bytes) || may_export(bytes) {
            Interest::Refers
        } else {
            Interest::None
        }
    }

    fn links(&self, kept: Kept, context: Context<'_>) -> Links {
        roots::links(kept, context)
    }

    fn projects(&self, linked: &[Linked], context: Context<'_>) -> Vec<Box<dyn Project>> {
        roots::find(linked, context).into_iter().map(|root| Box::new(root) as Box<dyn Project>).collect()
    }
}

/// Whether a text names the type of a trail, or may make it.
fn may_declare_trail(text: &[u8]) -> bool {
    TRAIL.find(text).is_some() || LOOP.find(text).is_some()
}

/// Whether a text names the type of a trail, also in escapes.
fn names_trail(text: &[u8]) -> bool {
    has_escaped(text, |text| TRAIL.find(text).is_some())
}

/// Whether a text may bring in another template.
fn may_refer(text: &[u8]) -> bool {
    REFERRING.iter().any(|needle| needle.find(text).is_some())
}

/// True if a text may export values that other templates import.
fn may_export(text: &[u8]) -> bool {
    EXPORTING.iter().all(|needle| needle.find(text).is_some())
}

/// Whether a text mentions a trail, also in escapes.
fn mentions_trail(text: &str) -> bool {
    has_escaped(text.as_bytes(), may_declare_trail)
}

/// Whether a text mentions another template, also in escapes.
fn mentions_template(text: &str) -> bool {
    has_escaped(text.as_bytes(), may_refer)
}
