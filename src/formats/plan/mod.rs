//! Terraform plans in the JSON format of `terraform show -json`.
//!
//! Terraform has already evaluated all expressions, and marks the values that are unknown until the plan is applied.
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>.

mod address;
mod changes;
mod configuration;
mod document;
mod options;
mod policies;
mod raw;
mod values;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{CandidateFile, Context, InputFormat, LinkedFile, Links, LoadedProject, Project, Relevance};
use crate::model::{Resource, SearchSubject, UnreadPart, dialects};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::Problem;
use crate::value::{Budget, World};
use changes::StandalonePlan;
use raw::{JsonKind, PlanText};

pub use address::InstanceKey;
pub use document::{Plan, PlannedTrail};
pub use options::PlanArgs;

/// The format for Terraform plans. It also recognizes states, to report that they aren't checked.
#[derive(Debug)]
pub struct TerraformPlan;

static TRAILS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new(dialects::AWS.kind), Finder::new(dialects::AWSCC.kind)]);
/// The common part of these words. Few files contain it, so most files are searched only once.
static COMMON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("_cloudtrail"));

impl InputFormat for TerraformPlan {
    fn name(&self) -> &'static str {
        "terraform-plan"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name.ends_with(".json")
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        JsonKind::of(text).is_some()
    }

    fn needs_content(&self) -> bool {
        true
    }

    fn relevance(&self, bytes: &[u8]) -> Relevance {
        let mentions_trail = COMMON.find(bytes).is_some() && TRAILS.iter().any(|needle| needle.find(bytes).is_some());
        if mentions_trail && JsonKind::of(bytes).is_some() { Relevance::Trail } else { Relevance::None }
    }

    fn links(&self, _kept: CandidateFile, _context: Context<'_>) -> Links {
        Links::default()
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        let beside = context.options.plan.as_ref().map(|plan| plan.file);
        let mut projects: Vec<Box<dyn Project>> = Vec::new();
        for file in linked.iter().map(|linked| linked.candidate.file) {
            // A plan that is passed together with its code isn't checked separately.
            if beside != Some(file) {
                projects.push(Box::new(PlanFile { file, name: context.sources.file(file).name.clone() }));
            }
        }
        projects
    }
}

/// A file that is a plan or a state.
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

    fn open<'a>(&'a self, context: Context<'a>, _: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        let file = context.sources.file(self.file);
        match JsonKind::of(file.text.as_bytes()) {
            Some(JsonKind::State) => Box::new(StateDocument),
            Some(JsonKind::Plan) | None => {
                let text = PlanText { id: self.file, file: &file };
                Box::new(StandalonePlan::read(text, context.options.region.as_deref()))
            }
        }
    }
}

/// A Terraform state. It isn't checked, because it records the deployed resources, from which the code may differ.
struct StateDocument;

impl LoadedProject for StateDocument {
    fn header(&self) -> Option<Span> {
        None
    }

    fn sites(&self, _: SearchSubject) -> usize {
        0
    }

    fn resources(&self, _: SearchSubject, _: usize, _: &World) -> Vec<Resource> {
        Vec::new()
    }

    fn unread_parts(&self, _: SearchSubject) -> Vec<UnreadPart> {
        Vec::new()
    }

    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }

    fn unread(&self) -> Option<String> {
        Some("is a Terraform state: name it with `--evidence`".to_owned())
    }
}
