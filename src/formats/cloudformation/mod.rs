//! CloudFormation templates, which are recognized by their content, not by the file name.
//!
//! [`language`] evaluates the expressions of a template, and asks [`Lookup`](language::Lookup) for the values that other
//! templates and files determine. [`project`] finds these, and combines a root template with its nested stacks.

mod language;
mod options;
mod project;
mod steps;

use memchr::memmem::Finder;

pub use options::{CloudFormationArgs, Options, ParameterPolicy};
pub use project::FileCache;
pub(crate) use project::check_parameter_file;

use super::{CandidateFile, Context, InputFormat, LinkedFile, Links, Project, Relevance};

/// The format for CloudFormation templates in YAML and JSON.
#[derive(Debug)]
pub struct CloudFormation;

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
        project::relevance(bytes)
    }

    fn links(&self, kept: CandidateFile, context: Context<'_>) -> Links {
        project::links(kept, context)
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        project::projects(linked, context)
    }
}
