//! Recognizes transforms and macros, which CloudFormation applies to a template before it creates resources.

use std::sync::Arc;

use super::files::TemplateFiles;
use super::needles::INCLUDE;
use crate::formats::cloudformation::language::{IntrinsicCall, TRANSFORM, plain_text};
use crate::model::Macro;
use crate::source::{FileId, Span};
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle};

/// The transform that adds `Fn::ForEach` and more functions.
pub(super) const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// The transform that adds serverless resource types.
const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// AWS transforms that don't change trails.
const HARMLESS: [&str; 5] = [
    LANGUAGE_EXTENSIONS,
    SERVERLESS,
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// A call of a macro.
pub(super) struct NamedMacro<'a> {
    name: &'a str,
    span: Span,
    parameters: Option<&'a Mapping>,
}

/// The macros that the value of `Transform` or `Fn::Transform` calls.
pub(super) fn calls(node: &Node) -> Vec<NamedMacro<'_>> {
    let target = node.target();
    match &target.kind {
        NodeKind::Scalar(scalar) => vec![NamedMacro { name: &scalar.text, span: node.span, parameters: None }],
        NodeKind::Sequence(items) => items.iter().flat_map(|item| named_macro(item)).collect(),
        NodeKind::Mapping(_) => vec![named_macro(target).unwrap_or_else(|| unreadable(node))],
        NodeKind::Alias(_) => vec![unreadable(node)],
    }
}

fn unreadable(node: &Node) -> NamedMacro<'_> {
    NamedMacro { name: "?", span: node.span, parameters: None }
}

fn named_macro(node: &Node) -> Option<NamedMacro<'_>> {
    let target = node.target();
    if let Some(name) = plain_text(target) {
        return Some(NamedMacro { name, span: node.span, parameters: None });
    }
    let mapping = target.as_mapping()?;
    let name = mapping.get("Name")?;
    let parameters = mapping.get("Parameters").and_then(|entry| entry.value.as_mapping());
    Some(NamedMacro { name: name.value.as_text()?, span: name.value.span, parameters })
}

impl<'a> NamedMacro<'a> {
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// True if the macro doesn't change trails.
    pub(super) fn is_harmless(&self) -> bool {
        HARMLESS.contains(&self.name)
    }

    pub(super) fn is_include(&self) -> bool {
        self.name == INCLUDE
    }

    /// The literal location of an included file.
    pub(super) fn location(&self) -> Option<&'a str> {
        let location = self.parameters?.get("Location").filter(|_| self.name == INCLUDE)?;
        plain_text(&location.value)
    }

    /// The name of the macro and the texts in its parameters, from which a hint at a trail is derived. If one of the
    /// texts is the path of a file that mentions a trail, the word `cloudtrail` is added.
    pub(super) fn words(&self, files: &TemplateFiles<'_>) -> String {
        let mut texts = Vec::new();
        let given = self.parameters.into_iter().flat_map(|parameters| &parameters.entries);
        given.for_each(|entry| list_texts(&entry.value, &mut texts));
        let named = texts.iter().filter_map(|text| files.find(self.span.file, text).file());
        let mut documents = named.map(|file| files.document(file));
        let named = if documents.any(|document| document.mentions_trail) { " cloudtrail" } else { "" };
        format!("{} {}{named}", self.name, texts.join(" "))
    }

    /// The first document of an included file, if the file is here.
    pub(super) fn included(&self, files: &TemplateFiles<'_>) -> Option<Arc<Node>> {
        files.document(self.file(files)?).tree.documents.first().cloned()
    }

    /// The file that is included, if it is here.
    pub(super) fn file(&self, files: &TemplateFiles<'_>) -> Option<FileId> {
        files.find(self.span.file, self.location()?).file()
    }

    /// The macro as it appears in reports.
    pub(super) fn as_macro(&self) -> Macro {
        Macro { name: self.name.to_owned(), span: self.span }
    }
}

/// True for `!Transform`, the short form.
pub(super) fn is_short_form(node: &Node) -> bool {
    node.target().tag.as_ref().is_some_and(|tag| tag.name == "!Transform")
}

/// True if a node calls a macro, in either form.
pub(super) fn is_called_in(node: &Node) -> bool {
    is_short_form(node) || node.as_mapping().is_some_and(|mapping| mapping.get(TRANSFORM).is_some())
}

/// True if a node, or one within it, calls a macro. The parsers limit the depth of the tree.
pub(super) fn is_called_within(node: &Node) -> bool {
    if is_called_in(node) {
        return true;
    }
    match &node.target().kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => false,
        NodeKind::Sequence(items) => items.iter().any(|item| is_called_within(item)),
        NodeKind::Mapping(mapping) => mapping.entries.iter().any(|entry| is_called_within(&entry.value)),
    }
}

/// The same node, with a macro in its long form.
pub(super) fn in_long_form(node: &Arc<Node>) -> Arc<Node> {
    let target = node.target();
    let Some(tag) = target.tag.as_ref().filter(|_| is_short_form(node)) else { return Arc::clone(node) };
    let text = Scalar { text: TRANSFORM.to_owned(), style: ScalarStyle::Plain };
    let key = Arc::new(Node { span: tag.span, tag: None, kind: NodeKind::Scalar(text) });
    let mapping = Mapping { entries: vec![Entry { key, value: Arc::clone(node) }], merged: Vec::new() };
    Arc::new(Node { span: target.span, tag: None, kind: NodeKind::Mapping(mapping) })
}

/// The first macro in a node that may rewrite it: one that isn't harmless and whose file isn't here. Recursion is
/// bounded by the depth limit of the parsers.
pub(super) fn first_within(node: &Node, files: &TemplateFiles<'_>) -> Option<Macro> {
    let node = node.target();
    let called = IntrinsicCall::of(node).filter(|call| call.name == "Transform");
    let beside = node.as_mapping().and_then(|mapping| mapping.get(TRANSFORM)).map(|entry| &*entry.value);
    let mut called = called.map(|_| called_with(node)).into_iter().chain(beside).flat_map(calls);
    let found = called.find(|one| !one.is_harmless() && one.included(files).is_none());
    found.map(|found| found.as_macro()).or_else(|| match &node.kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => None,
        NodeKind::Sequence(items) => items.iter().find_map(|item| first_within(item, files)),
        NodeKind::Mapping(mapping) => {
            let own = mapping.entries.iter().map(|entry| &entry.value);
            own.chain(&mapping.merged).find_map(|value| first_within(value, files))
        }
    })
}

/// The value of `!Transform`, or of `Fn::Transform`.
fn called_with(node: &Node) -> &Node {
    let long = node.as_mapping().and_then(|mapping| mapping.get(TRANSFORM));
    long.map_or(node, |entry| &entry.value)
}

/// The texts within a node. The tree's depth is limited.
pub(super) fn list_texts<'n>(node: &'n Node, texts: &mut Vec<&'n str>) {
    match &node.target().kind {
        NodeKind::Scalar(scalar) => texts.push(&scalar.text),
        NodeKind::Sequence(items) => items.iter().for_each(|item| list_texts(item, texts)),
        NodeKind::Mapping(mapping) => mapping.entries.iter().for_each(|entry| list_texts(&entry.value, texts)),
        NodeKind::Alias(_) => {}
    }
}
