//! CloudFormation templates, which are recognized by their content, not by the file name.
//!
//! [`language`] evaluates the expressions of a template, and asks [`Lookup`](language::Lookup) for the values that other
//! templates and files determine. [`project`] finds these, and combines a root template with its nested stacks.

mod language;
mod options;
mod project;
mod steps;

use memchr::memmem::Finder;

pub use options::{CloudFormationArgs, Options};
pub use project::FileCache;

use std::rc::Rc;

use super::{CandidateFile, Context, InputFormat, LinkedFile, Links, Project, Relevance, StackEvaluator};
use crate::value::Budget;

/// The extensions of files that a templating tool fills in.
const RENDERED: [&str; 7] = ["j2", "jinja", "jinja2", "erb", "gotmpl", "tmpl", "tpl"];

/// The format for CloudFormation templates in YAML and JSON.
#[derive(Debug)]
pub struct CloudFormation;

impl InputFormat for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    // CloudFormation accepts any file name for a template.
    fn extensions(&self) -> &'static [&'static str] {
        &["json", "yaml", "yml", "template", "cfn", "cform", "cft", "stack"]
    }

    // A templating tool fills in `template.yaml.j2`.
    fn reads(&self, file_name: &str) -> bool {
        let (name, extension) = file_name.rsplit_once('.').unwrap_or_default();
        let (_, inner) = name.rsplit_once('.').unwrap_or_default();
        let is_one_of = |extension: &str, all: &[&str]| all.iter().any(|known| extension.eq_ignore_ascii_case(known));
        let is_rendered = is_one_of(extension, &RENDERED) && is_one_of(inner, &["yaml", "yml", "json"]);
        is_one_of(extension, self.extensions()) || is_rendered || is_one_of(extension, &["j2"]) && inner.is_empty()
    }

    fn untitled(&self, language: &str) -> Option<&'static str> {
        match language {
            "yaml" | "cloudformation" | "yaml.cloudformation" => Some("untitled.yaml"),
            "json" | "json.cloudformation" => Some("untitled.json"),
            _ => None,
        }
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

    fn stack_evaluator<'a>(&self, context: Context<'a>, budget: &Rc<Budget>) -> Option<Box<dyn StackEvaluator + 'a>> {
        Some(project::stack_evaluator(context, budget))
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        project::projects(linked, context)
    }
}
