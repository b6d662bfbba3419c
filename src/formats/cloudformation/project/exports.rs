//! Resolves values that one template exports and others import by name:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>.

use std::rc::Rc;

use super::library::Export;
use super::scope::{TemplateEvaluator, TemplateScope};
use crate::formats::cloudformation::language::{IntrinsicCall, LoopNames, is_final, with_hop};
use crate::source::{Sources, Span};
use crate::syntax::node::{Node, NodeKind};
use crate::value::{Data, Hop, HopKind, Reason, Traced, Unknown};

impl<'a> TemplateEvaluator<'a> {
    /// The value that another template of the run exports under a name.
    pub(super) fn imported(&self, name: &str, span: Span) -> Option<Traced<Data>> {
        let (evaluator, _) = self.exporting(name)?;
        let exports = evaluator.template().exports(&self.lookup.library.files);
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
        let export = *self.lookup.library.exports.get(name)?;
        let sources: &Sources = self.lookup.library.files.context.sources;
        // Looks the file up by its path, so that an editor notices when it changes.
        let path = sources.file(export.file).path.clone();
        let file = self.lookup.library.files.find(self.template().file, path.to_str()?).file()?;
        let template = self.lookup.library.template(&self.lookup.library.files.document(file), export.number)?;
        let prefix = format!("{}/", sources.file(file).name);
        Some((self.in_scope(Rc::new(TemplateScope::new(template, prefix)), LoopNames::new()), export))
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
