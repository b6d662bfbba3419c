//! Terraform's plans as JSON: what `terraform show -json` prints of a saved plan.
//!
//! Terraform has evaluated everything already, and says what it can't know yet.
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>.

mod address;
mod changes;
mod document;
mod region;

use std::path::PathBuf;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Context, Format, Interest, Kept, Linked, Links, Opened, Project};
use crate::model::dialects;
use crate::source::{FileId, SourceFile};
use crate::syntax::json;
use changes::Changes;

pub use address::Key;
pub use document::{Plan, PlannedTrail};

/// The format.
#[derive(Debug)]
pub struct TerraformPlan;

static TRAILS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new(dialects::AWS.kind), Finder::new(dialects::AWSCC.kind)]);
static CHANGES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"resource_changes\""));

impl Format for TerraformPlan {
    fn name(&self) -> &'static str {
        "terraform-plan"
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name.ends_with(".json")
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        text.trim_ascii_start().starts_with(b"{") && CHANGES.find(text).is_some()
    }

    fn interest(&self, bytes: &[u8]) -> Interest {
        let mentions_trail = || TRAILS.iter().any(|needle| needle.find(bytes).is_some());
        // Hardly any other file has this word, so most are searched once.
        if CHANGES.find(bytes).is_some() && mentions_trail() { Interest::Mentions } else { Interest::None }
    }

    fn links(&self, _kept: Kept, _context: Context<'_>) -> Links {
        Links::default()
    }

    fn projects(&self, linked: &[Linked], context: Context<'_>) -> Vec<Box<dyn Project>> {
        let plan = |kept: &Kept| {
            let name = context.sources.file(kept.file).name.clone();
            Box::new(PlanFile { file: kept.file, name }) as Box<dyn Project>
        };
        // One that is named beside its sources isn't judged a second time by itself.
        let is_beside = |kept: &&Kept| context.options.plan.as_ref().is_some_and(|plan| plan.file == kept.file);
        linked.iter().map(|linked| &linked.kept).filter(|kept| !is_beside(kept)).map(plan).collect()
    }
}

/// A file that may be a plan.
struct PlanFile {
    file: FileId,
    name: String,
}

impl Project for PlanFile {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn is_output(&self) -> bool {
        true
    }

    fn declares_trail(&self, _context: Context<'_>) -> bool {
        true
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        file.path.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>) -> Box<dyn Opened + 'a> {
        let tree = json::parse(self.file, &context.sources.file(self.file));
        Box::new(Changes::new(tree, context.options.region.clone()))
    }
}
