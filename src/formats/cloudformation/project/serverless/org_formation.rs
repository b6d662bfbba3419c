//! Evaluates org-formation templates, whose resources are bound to accounts and whose parts may be in other files:
//! <https://github.com/org-formation/org-formation-cli/blob/master/docs/cloudformation-resources.md>.

use std::sync::Arc;

use super::resolver::{Notation, Resolver};
use super::{Service, ServiceVariables, UnreadParts};
use crate::formats::cloudformation::language::{Section, kind_of, text};
use crate::formats::cloudformation::project::files::TemplateFiles;
use crate::formats::cloudformation::project::includes::mapping_node;
use crate::formats::cloudformation::project::needles::ORGANIZATION_FORMAT;
use crate::model::dialects;
use crate::syntax::node::{Entry, Mapping, Node};

/// The section with the accounts. Only this section is read of the file that it includes, which may be a template itself.
const ACCOUNTS: &str = "Organization";

/// The sections whose names resources refer to.
const DECLARING: [&str; 4] = ["Parameters", "Mappings", "Conditions", "Rules"];

/// The attribute of a resource that selects its accounts and Regions.
const BINDING: &str = "OrganizationBinding";

/// The section that selects the accounts and Regions of the other resources.
const DEFAULT_BINDING: &str = "DefaultOrganizationBinding";

/// The binding of resources that have none of their own.
pub(in super::super) struct OrganizationBindings {
    has_default: bool,
}

impl Service {
    /// The org-formation template in a document, with the included files in it; `None` if the document is another one.
    pub(in super::super) fn of_organization(root: &Arc<Node>, files: &TemplateFiles<'_>) -> Option<Self> {
        let top = root.as_mapping()?;
        if text(top, "AWSTemplateFormatVersion") != Some(ORGANIZATION_FORMAT) {
            return None;
        }
        let header = top.get("Resources")?.key.span;
        let resolver = Resolver::new(files, root.target().span.file, Arc::clone(root), Notation::Includes);
        let entry = |entry: &Entry| match entry.key.as_text() {
            Some(ACCOUNTS) => entry.clone(),
            _ => Entry { key: Arc::clone(&entry.key), value: resolver.tree(&entry.value) },
        };
        let entries = top.entries.iter().map(entry).collect();
        let template = mapping_node(root, Mapping { entries, merged: top.merged.clone() });
        let mut unread = UnreadParts::new(&resolver, Notation::Includes);
        unread.note_resources(&template);
        for section in DECLARING {
            if let Some(entry) = template.as_mapping().and_then(|template| template.get(section)) {
                unread.note(&entry.value, "");
            }
        }
        let unread = unread.parts;
        let staged = resolver.staged.into_inner();
        let variables = ServiceVariables { staged, steps: resolver.steps.into_inner(), ..ServiceVariables::default() };
        let bindings = Some(OrganizationBindings { has_default: top.get(DEFAULT_BINDING).is_some() });
        Some(Self { header, template, variables, unread, is_extended: false, bindings })
    }
}

impl OrganizationBindings {
    /// The bindings of trails, each as a clause about the template.
    pub(in super::super) fn notes(&self, resources: &Section) -> Vec<String> {
        let mut notes = Vec::new();
        for entry in resources.all() {
            let (Some(name), Some(resource)) = (entry.key.as_text(), entry.value.as_mapping()) else { continue };
            if kind_of(&entry.value) != Some(dialects::CLOUDFORMATION.kind) {
                continue;
            }
            if resource.get(BINDING).is_some() {
                notes.push(format!("`{name}.{BINDING}` selects the accounts and Regions of the trail"));
            } else if self.has_default {
                notes.push(format!("`{DEFAULT_BINDING}` selects the accounts and Regions of `{name}`"));
            }
        }
        notes
    }
}
