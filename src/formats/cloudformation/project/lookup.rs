//! Resolves the names in a template for the evaluation.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use super::includes::Includes;
use super::macros;
use super::scope::{TemplateEvaluator, TemplateLookup, TemplateScope};
use crate::formats::Insertion;
use crate::formats::cloudformation::language::{
    Caches, Declarations, Evaluator, Lookup, LoopedEntries, MergedMapping, ParameterText, StagedValue,
};
use crate::model::{TriedValue, region};
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node};
use crate::value::{Data, HopKind, Known, Maybe, Origin, Reason, Traced, Unknown};

/// The pseudo parameters with a value:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>.
const PSEUDO: [&str; 7] =
    ["AWS::AccountId", "AWS::NotificationARNs", PARTITION, REGION, "AWS::StackId", "AWS::StackName", URL_SUFFIX];

pub(super) const REGION: &str = "AWS::Region";

/// The pseudo parameters that the Region determines.
pub(super) const OF_REGION: [&str; 3] = [REGION, PARTITION, URL_SUFFIX];
const PARTITION: &str = "AWS::Partition";
const URL_SUFFIX: &str = "AWS::URLSuffix";

impl Lookup for TemplateLookup<'_> {
    fn declarations(&self) -> &Declarations {
        &self.scope.template.declared
    }

    fn qualify(&self, name: &str) -> String {
        self.scope.qualify(name)
    }

    fn parameter(evaluator: &Evaluator<'_, Self>, name: &str, declared: &Mapping) -> Result<ParameterText, Reason> {
        evaluator.parameter_text(name, declared)
    }

    fn parameters_of(&self, symbol: &str) -> Vec<Entry> {
        let around = std::iter::successors(Some(&self.scope), |own| own.call.as_ref().map(|call| &call.caller));
        let declared =
            |own: &Rc<TemplateScope>| own.template.declared.parameters.get(symbol.strip_prefix(&own.prefix)?).cloned();
        around.filter_map(declared).collect()
    }

    fn pseudo_parameter(&self, name: &str) -> Option<Maybe<Data>> {
        if !PSEUDO.contains(&name) {
            return None;
        }
        let is_in_root_account = self.scope.is_in_root_account();
        let given = match self.scope.embedding().map(|stack| &stack.region.value) {
            Some(Known(region)) => Some(region),
            Some(Unknown(_)) | None => self.library.files.context.options.region.as_ref(),
        };
        if let Some(text) = given.filter(|_| is_in_root_account).and_then(|region| implied(name, region)) {
            return Some(Known(Data::String(text)));
        }
        // A nested stack is deployed to the account and the Region of the parent stack.
        let is_shared = matches!(name, "AWS::AccountId" | PARTITION | REGION | URL_SUFFIX);
        let reference = if is_shared && is_in_root_account { name.to_owned() } else { self.qualify(name) };
        Some(Unknown(Reason::AtDeployment { reference, is_set: name != "AWS::NotificationARNs" }))
    }

    fn output(evaluator: &Evaluator<'_, Self>, stack: &str, output: &str, span: Span) -> Option<Traced<Data>> {
        evaluator.returned(stack, output, span)
    }

    fn export(evaluator: &Evaluator<'_, Self>, name: &str, span: Span) -> Option<Traced<Data>> {
        evaluator.imported(name, span)
    }

    fn entries(&self, mapping: &Mapping) -> MergedMapping {
        Includes::new(&self.library.files).merged(mapping)
    }

    fn included(&self, argument: Option<&Node>) -> Result<Arc<Node>, Reason> {
        let files = &self.library.files;
        let found = argument.map(macros::calls).unwrap_or_default();
        let document = match found.as_slice() {
            [one] => one.included(files),
            _ => None,
        };
        let has_room = |document: &Arc<Node>| {
            document.as_mapping().is_none_or(|mapping| Includes::new(files).has_budget_for(mapping))
        };
        document.filter(has_room).ok_or_else(|| {
            let name = found.first().map(|found| found.name()).unwrap_or_default();
            Reason::NotEvaluated { construct: format!("the macro `{name}`") }
        })
    }

    fn staged(&self, span: Span, text: &str) -> Option<Rc<StagedValue>> {
        self.scope.template.variables.staged.of(span, text)
    }

    fn variable_step(&self, span: Span) -> Option<HopKind> {
        self.scope.template.variables.steps.get(&span).cloned()
    }

    fn text(&self, span: Span) -> String {
        self.library.files.context.sources.file(span.file).slice(span).to_owned()
    }

    fn insertion(&self, text: &str) -> Option<&Insertion> {
        self.scope.embedded.as_ref()?.unknown_insertion(text)
    }

    fn inserted(&self, node: Span) -> Option<&Traced<Data>> {
        let stack = self.scope.embedded.as_ref().filter(|stack| stack.template == node.file)?;
        let range = node.range();
        let next = stack.insertions.partition_point(|insertion| insertion.range.start < range.start);
        let insertion = stack.insertions.get(next).filter(|insertion| insertion.range.end <= range.end)?;
        // Only quotes may be around it.
        (range.len().saturating_sub(insertion.range.len()) <= 2).then_some(&insertion.value)
    }

    fn tried(&self, span: Span) -> Option<&TriedValue> {
        self.library.files.context.tried.iter().find(|tried| tried.span == span && tried.key.is_none())
    }

    fn looped_conditions(&self) -> &OnceCell<Rc<LoopedEntries>> {
        &self.scope.looped_conditions
    }

    fn caches(&self) -> &Caches {
        &self.library.caches
    }
}

impl TemplateEvaluator<'_> {
    /// The Region of a resource whose key is at `header`. It is unknown within a stack set, which chooses its own
    /// Regions.
    pub(super) fn region(&self, header: Span) -> Traced<String> {
        let embedding = self.lookup.scope.embedding().filter(|stack| matches!(stack.region.value, Known(_)));
        if let Some(stack) = embedding.filter(|_| self.lookup.scope.is_in_root_account()) {
            return stack.region.clone();
        }
        let value = if self.lookup.scope.is_in_root_account() {
            self.text_of(&self.resolve(self.named(REGION, header)).value)
        } else {
            Unknown(Reason::NotEvaluated { construct: "the choice of a stack set's Regions".to_owned() })
        };
        Traced { value, origin: Origin::Absent(header), hops: Vec::new() }
    }
}

/// The value of a pseudo parameter that is determined by the Region.
fn implied(name: &str, region: &str) -> Option<String> {
    match name {
        REGION => Some(region.to_owned()),
        PARTITION => region::partition(region).map(|partition| partition.name.to_owned()),
        URL_SUFFIX => region::partition(region).map(|partition| partition.url_suffix.to_owned()),
        _ => None,
    }
}
