//! Terraform and OpenTofu: a directory is a module, and a root module is one that no scanned module calls.
//!
//! `language` evaluates expressions, and refers to everything that it doesn't define itself through the trait `Lookup`.
//! `project` reads modules, and implements `Lookup` for their instances. `sources` compares the sources of modules, and
//! `known` has the interfaces of public modules.

mod files;
pub mod known;
mod language;
mod names;
mod options;
mod project;
mod sources;
mod steps;
mod terragrunt;
mod version;

use super::{CandidateFile, Context, InputFormat, LinkedFile, Links, Project, Relevance};
pub(super) use language::{PolicyDocument, region_from_environment};
pub(crate) use names::is_configuration;
pub use options::{Engine, Modules, Options, TerraformArgs};
use project::{mentions, roots};
pub use sources::MappedModule;

/// The format of Terraform and OpenTofu configurations.
#[derive(Debug)]
pub struct Terraform;

impl InputFormat for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["tf", "tofu", "tfvars", "hcl", "json"]
    }

    fn reads(&self, file_name: &str) -> bool {
        names::is_configuration(file_name)
            || names::is_variable_values(file_name)
            || terragrunt::names::is_deployment(file_name)
            || names::is_stack_file(file_name)
    }

    fn is_deployment_file(&self, file_name: &str) -> bool {
        terragrunt::names::is_deployment(file_name) || names::is_stack_file(file_name)
    }

    fn is_optional_file(&self, file_name: &str) -> bool {
        names::can_lack(file_name)
    }

    fn takes_directories(&self) -> bool {
        true
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') {
            // JSON of other formats may have such keys, but doesn't contain the type of a trail.
            let names_resource = mentions::names_trail(text.as_bytes()) || mentions::mentions_stack(text.as_bytes());
            return text.contains("\"resource\"") && names_resource;
        }
        const STARTS: [&str; 6] = ["resource \"", "data \"", "module \"", "variable \"", "locals {", "terraform {"];
        text.lines().any(|line| STARTS.iter().any(|start| line.trim_start().starts_with(start)))
    }

    fn untitled(&self, language: &str) -> Option<&'static str> {
        matches!(language, "terraform" | "tf" | "hcl" | "opentofu").then_some("untitled.tf")
    }

    fn reason_unread(&self, _bytes: &[u8]) -> Option<&'static str> {
        Some("mentions a trail but declares none")
    }

    fn relevance(&self, bytes: &[u8]) -> Relevance {
        mentions::relevance(bytes)
    }

    fn links(&self, kept: CandidateFile, context: Context<'_>) -> Links {
        roots::links(kept, context)
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        roots::find(linked, context).into_iter().map(|root| Box::new(root) as Box<dyn Project>).collect()
    }
}
