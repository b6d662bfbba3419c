//! Resolves values that one template exports and others import by name:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::call::{self, IntrinsicCall};
use super::eval::{TemplateEvaluator, with_hop};
use super::library::TemplateLibrary;
use super::macros;
use super::merged_mapping::{self, IncludeBudget, MergedMapping};
use super::scope::{LoopNames, TemplateScope};
use super::symbols::is_final;
use crate::formats::LinkedFile;
use crate::source::{FileId, Sources, Span};
use crate::syntax::node::{Entry, Node, NodeKind};
use crate::value::{Data, Hop, HopKind, Reason, Traced, Unknown};

/// Words that every template with exports contains.
pub(super) const NEEDLES: [&str; 2] = ["Outputs", "Export"];

/// Exporting templates by export name, without the names that several templates export.
pub(super) type Exports = HashMap<String, Export>;

/// The template that exports a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Export {
    file: FileId,
    /// The number of the document in the file.
    number: usize,
}

/// Returns the exported outputs of a template by their literal export names, including outputs in files that the
/// section or an output includes.
pub(super) fn declared(outputs: &Node, library: &TemplateLibrary<'_>) -> HashMap<String, Entry> {
    let room = IncludeBudget::default();
    let mut exports = HashMap::new();
    let Some(mapping) = outputs.as_mapping() else { return exports };
    for mut output in MergedMapping::within(mapping, library, &room).entries {
        if macros::is_called_in(&output.value) {
            output.value = merged_mapping::spliced(&output.value, library, &room);
        }
        if let Some(name) = export_name(&output.value).map(str::to_owned) {
            exports.entry(name).or_insert(output);
        }
    }
    exports
}

/// Returns the names that exactly one document of the run exports. The exports of `included` files belong to the
/// templates that include them.
pub(super) fn of(linked: &[LinkedFile], included: &HashSet<FileId>) -> Arc<Exports> {
    let mut found: HashMap<&str, Vec<Export>> = HashMap::new();
    for LinkedFile { candidate, links } in linked.iter().filter(|linked| !included.contains(&linked.candidate.file)) {
        for (name, number) in &links.exports {
            found.entry(name).or_default().push(Export { file: candidate.file, number: *number });
        }
    }
    let only = found.into_iter().filter_map(|(name, exports)| match exports.as_slice() {
        [one] => Some((name.to_owned(), *one)),
        _ => None,
    });
    Arc::new(only.collect())
}

impl<'a> TemplateEvaluator<'a> {
    /// The value that another template of the run exports under a name.
    pub(super) fn imported(&self, name: &str, span: Span) -> Option<Traced<Data>> {
        let (evaluator, _) = self.exporting(name)?;
        let exports = evaluator.scope.template.exports(self.library);
        self.world.charge(exports.len());
        let output = exports.get(name)?;
        let value = &output.value.as_mapping()?.get("Value")?.value;
        let hop = Hop { span: value.whole(), step: HopKind::Output(output.key.as_text()?.to_owned()) };
        let value = with_hop(evaluator.eval(value), hop, span);
        Some(value.map(|value| match value {
            Unknown(why) => Unknown(of_set(why)),
            known => known,
        }))
    }

    /// An evaluator for the template that exports a value under a name. The addresses of its resources begin with the
    /// name of its file.
    pub(super) fn exporting(&self, name: &str) -> Option<(TemplateEvaluator<'a>, Export)> {
        let export = *self.library.exports.get(name)?;
        let sources: &Sources = self.library.context.sources;
        // Looks the file up by its path, so that an editor notices when it changes.
        let path = sources.file(export.file).path.clone();
        let file = self.library.find(self.scope.template.file, path.to_str()?).file()?;
        let template = self.library.template(&self.library.document(file), export.number)?;
        let prefix = format!("{}/", sources.file(file).name);
        Some((self.within(Rc::new(TemplateScope::of(template, prefix)), LoopNames::new()), export))
    }
}

/// The reason for a value that is set, since an export can't be empty.
fn of_set(why: Reason) -> Reason {
    match why.is_set() || is_final(&why) {
        true => why,
        false => Reason::Composed { reference: why.symbol(), cause: Box::new(why) },
    }
}

/// Collects the literal names of all imports in a node. Recursion is bounded by the depth limit of the parsers.
pub(super) fn imports_in<'n>(node: &'n Node, names: &mut Vec<&'n str>) {
    let call = IntrinsicCall::of(node).filter(|call| call.name == "ImportValue");
    names.extend(call.and_then(|call| call.argument.text()));
    match &node.target().kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| imports_in(item, names)),
        NodeKind::Mapping(mapping) => mapping.entries.iter().for_each(|entry| imports_in(&entry.value, names)),
    }
}

fn export_name(output: &Node) -> Option<&str> {
    call::plain_text(&output.as_mapping()?.get("Export")?.value.as_mapping()?.get("Name")?.value)
}
