//! The templates of a deployment, with the values that come from outside of it.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::files::{TemplateFile, TemplateFiles};
use super::macros;
use super::parameter_values::ParameterValues;
use super::template::Template;
use crate::formats::Context;
use crate::formats::cloudformation::language::{Cache, Caches};
use crate::model::Macro;
use crate::source::{FileId, Span};
use crate::syntax::node::Node;

/// The templates of one deployment, with caches.
pub(super) struct TemplateLibrary<'a> {
    pub(super) files: TemplateFiles<'a>,
    /// The parameter values that the user passes to root templates.
    pub(super) given: Arc<ParameterValues>,
    /// The exports of other templates.
    pub(super) exports: Arc<Exports>,
    /// The results of evaluations that are the same in all worlds.
    pub(super) caches: Caches,
    /// Templates by the root node of their document, or by the value that embeds them. They are recognized on demand,
    /// because most deployments need one of many.
    templates: Cache<Span, Option<Rc<Template>>>,
    macros: Cache<Span, Option<Macro>>,
}

/// Exporting templates by export name, without the names that several templates export.
pub(super) type Exports = HashMap<String, Export>;

/// The template that exports a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Export {
    pub(super) file: FileId,
    /// The number of the document in the file.
    pub(super) number: usize,
}

impl<'a> TemplateLibrary<'a> {
    /// Creates an empty library for templates that may import values.
    pub(super) fn new(context: Context<'a>, exports: &Arc<Exports>) -> Self {
        Self {
            files: TemplateFiles::new(context),
            given: context.caches.cloudformation.given(&context.options.cloudformation.parameters, context.sources),
            exports: Arc::clone(exports),
            caches: Caches::default(),
            templates: Cache::default(),
            macros: Cache::default(),
        }
    }

    /// The templates in a file, each with the number of its document.
    pub(super) fn templates<'d>(
        &'d self,
        document: &'d TemplateFile,
    ) -> impl Iterator<Item = (usize, Rc<Template>)> + 'd {
        let numbers = 0..document.tree.documents.len();
        numbers.filter_map(|number| Some((number, self.template(document, number)?)))
    }

    /// The template in one document of a file.
    pub(super) fn template(&self, document: &TemplateFile, number: usize) -> Option<Rc<Template>> {
        self.embedded(document.tree.documents.get(number)?, document)
    }

    /// The template that a value represents.
    pub(super) fn embedded(&self, value: &Node, document: &TemplateFile) -> Option<Rc<Template>> {
        // An embedded text may have the same place as the mapping in it.
        value.as_mapping()?;
        self.templates.get_or(value.span, || Template::recognize(value, document, &self.files).map(Rc::new))
    }

    /// The template that CloudFormation uses if the file is deployed.
    pub(super) fn first_template(&self, document: &TemplateFile) -> Option<Rc<Template>> {
        self.templates(document).map(|(_, template)| template).next()
    }

    /// The first macro in a node that may rewrite it. The result is cached for all worlds.
    pub(super) fn macro_within(&self, node: &Node) -> Option<Macro> {
        self.macros.get_or(node.span, || macros::first_within(node, &self.files))
    }
}
