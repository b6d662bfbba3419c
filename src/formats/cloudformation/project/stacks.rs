//! Resolves nested stacks, stack sets, SAM applications and modules: the templates that they deploy, and the parameters
//! that they pass.

mod arguments;

use std::rc::Rc;
use std::sync::Arc;

use super::files::LocalPath;
use super::macros::list_texts;
use super::needles::{APPLICATION, MODULE, STACK, mentions_trail};
use super::scope::{StackCall, TemplateEvaluator, TemplateScope};
use super::template::{Template, holds_trail};
use crate::formats::cloudformation::language::{
    IntrinsicCall, Lookup, LoopEntries, LoopNames, Member, kind_of, plain, plain_text, text, with_hop,
};
use crate::model::{TrailHint, UnreadPart, last_name};
use crate::source::{FileId, Span};
use crate::syntax::node::{Mapping, Node};
use crate::value::budget::STEPS_OF_A_RESOURCE;
use crate::value::{Data, Hop, HopKind, Known, Maybe, Origin, Reason, Traced, Unknown};

const STACK_SET: &str = "AWS::CloudFormation::StackSet";

/// Functions of Rain that upload a file and return its address: <https://github.com/aws-cloudformation/rain>.
const UPLOADS: [&str; 2] = ["Rain::S3Http", "Rain::S3"];

/// The number of texts that are tried as file names.
const MAX_TEXTS: usize = 100;

/// Nested stacks are followed to this depth.
pub(super) const MAX_DEPTH: usize = 10;

/// The template that a stack deploys.
pub(super) enum StackContent {
    /// A template that was read.
    Template(Rc<Template>),
    /// One of several templates, depending on conditions that aren't decided.
    OneOf {
        /// Without duplicates.
        templates: Vec<Rc<Template>>,
        /// The reason why the choice isn't decided.
        why: Reason,
        /// The place of the condition.
        span: Span,
    },
    /// A template that can't be read. Its name and address give a hint at its content.
    Unread {
        /// The place of the address or of the body.
        span: Span,
        /// The reason to expect a trail in the template.
        hint: Option<TrailHint>,
        /// The advice to make it readable, as an imperative sentence.
        help: &'static str,
    },
}

/// The template that a stack deploys, without the parts that depend on the enclosing stacks, so that it can be cached.
#[derive(Clone)]
pub(super) struct StackTemplate {
    /// The template with the parameters that the stack passes.
    pub(super) scope: Rc<TemplateScope>,
    /// The condition of the stack.
    pub(super) condition: Option<Member>,
    /// Set if the stack may deploy another template instead: the place of the condition, and the reason why it isn't
    /// decided.
    pub(super) uncertain: Option<(Span, Reason)>,
}

/// The value of a property, if it is set.
type Property = Option<Arc<Node>>;

/// True if a resource type deploys the resources of another template.
pub(super) fn is_stack(kind: &str) -> bool {
    [STACK, STACK_SET, APPLICATION].contains(&kind) || kind.ends_with(MODULE)
}

impl<'a> TemplateEvaluator<'a> {
    /// The templates that a stack may deploy: their files, evaluators and existence.
    pub(super) fn enter(
        &self,
        member: &Member,
        outer: &Traced<bool>,
    ) -> Vec<(FileId, TemplateEvaluator<'a>, Traced<bool>)> {
        let files: Vec<FileId> = match self.deployed(member) {
            Some((StackContent::Template(template), _)) => vec![template.file],
            Some((StackContent::OneOf { templates, .. }, _)) => {
                templates.iter().map(|template| template.file).collect()
            }
            Some((StackContent::Unread { .. }, _)) | None => Vec::new(),
        };
        let entered = files.into_iter().filter_map(|file| Some((file, self.stack_template(member, file)?)));
        entered
            .map(|(file, behind)| {
                let exists = self.is_deployed(&behind, outer);
                (file, self.in_scope(behind.scope, LoopNames::new()), exists)
            })
            .collect()
    }

    /// The value of an output of a nested stack; `None` if the template can't be read or doesn't have the output.
    pub(super) fn returned(&self, stack: &str, output: &str, span: Span) -> Option<Traced<Data>> {
        let member = self.member(self.template().declared.resources.get(stack)?);
        // A stack set has no outputs.
        kind_of(&member.value).filter(|kind| [STACK, APPLICATION].contains(kind))?;
        self.world.charge(STEPS_OF_A_RESOURCE);
        let (StackContent::Template(template), _) = self.deployed(&member)? else { return None };
        let behind = self.stack_template(&member, template.file)?;
        let inner = self.in_scope(behind.scope, LoopNames::new());
        let declared = inner.members(template.outputs.as_ref()?.as_mapping()?);
        let declared = declared.get(output)?;
        let inner = inner.with(declared.names.clone());
        let members = inner.members(declared.value.as_mapping()?);
        let exists = self.exists(behind.condition.as_ref(), &created(member.key_span));
        let is_returned = inner.exists(members.get("Condition"), &exists);
        let value = &members.get("Value").filter(|_| is_returned.value != Known(false))?.value;
        let hop = Hop { span: value.whole(), step: HopKind::Output(output.to_owned()) };
        Some(with_hop(inner.eval(value), hop, span))
    }

    /// True if a template is deployed: its stack is created, and deploys this template.
    pub(super) fn is_deployed(&self, behind: &StackTemplate, outer: &Traced<bool>) -> Traced<bool> {
        let exists = self.exists(behind.condition.as_ref(), outer);
        match &behind.uncertain {
            Some((span, why)) if exists.value == Known(true) => {
                Traced { value: Unknown(why.clone()), origin: Origin::Written(*span), hops: Vec::new() }
            }
            Some(_) | None => exists,
        }
    }

    /// The template in a file with the parameters that the stack passes; `None` if the stack deploys another file.
    pub(super) fn stack_template(&self, member: &Member, file: FileId) -> Option<StackTemplate> {
        let (deployed, members) = self.deployed(member)?;
        let (template, uncertain) = match deployed {
            StackContent::Template(template) => (Some(template).filter(|template| template.file == file)?, None),
            StackContent::OneOf { templates, why, span } => {
                (templates.into_iter().find(|template| template.file == file)?, Some((span, why)))
            }
            StackContent::Unread { .. } => return None,
        };
        let properties = self.properties(&members);
        let is_set = kind_of(&member.value).is_some_and(|kind| self.filled(kind) == STACK_SET);
        let (arguments, unknown_parameters) = self.arguments(&properties);
        let call = StackCall {
            caller: Rc::clone(&self.lookup.scope),
            names: self.names.clone(),
            stack: member.key.clone(),
            header: member.key_span,
            arguments,
            unknown_parameters,
            is_set,
        };
        let prefix = self.lookup.qualify(&format!("{}/", member.key));
        let scope = Rc::new(TemplateScope { call: Some(call), ..TemplateScope::new(template, prefix) });
        Some(StackTemplate { scope, condition: members.get("Condition").cloned(), uncertain })
    }

    /// The template that a resource deploys, with the entries of the resource; `None` if the resource isn't a stack.
    pub(super) fn deployed(&self, member: &Member) -> Option<(StackContent, LoopEntries)> {
        let kind = self.filled(kind_of(&member.value)?);
        if !is_stack(&kind) {
            return None;
        }
        let members = self.members(member.value.as_mapping()?);
        if kind.ends_with(MODULE) {
            // Drops the organization's name, `MODULE`, and keeps the names between them.
            let names: Vec<&str> = kind.split("::").skip(1).filter(|name| *name != "MODULE").collect();
            let (span, hint) = (member.key_span, TrailHint::of([names.join("-").as_str()], &member.key));
            let help = "check the template of the module";
            return Some((StackContent::Unread { span, hint, help }, members));
        }
        if let Some(open) =
            members.get("Properties").filter(|properties| IntrinsicCall::of(properties.value.target()).is_some())
        {
            return Some((self.of_open_properties(member, &open.value), members));
        }
        let properties = self.properties(&members);
        let url = properties.get("TemplateURL").or_else(|| properties.get("Location"));
        let deployed = match properties.get("TemplateBody") {
            Some(body) => self.of_body(member, &body.value),
            None => self.of_url(member, url.map(|url| Arc::clone(&url.value)), &members),
        };
        Some((deployed, members))
    }

    fn properties(&self, members: &LoopEntries) -> LoopEntries {
        let mapping = members.get("Properties").and_then(|properties| properties.value.as_mapping());
        mapping.map(|mapping| self.members(mapping)).unwrap_or_default()
    }

    /// The template at a path relative to this one. In the output of the CDK and SAM, the path is in the metadata of
    /// the resource.
    fn of_url(&self, member: &Member, url: Property, members: &LoopEntries) -> StackContent {
        let asset = members.get("Metadata").and_then(|metadata| asset_path(metadata.value.as_mapping()?));
        let mut paths = Vec::new();
        let doubt = url.as_ref().filter(|_| asset.is_none()).and_then(|url| self.list_paths(url, &mut paths));
        if let Some(deployed) = doubt.and_then(|(span, why)| self.one_of_templates(&paths, span, why)) {
            return deployed;
        }
        let path = match (asset, paths.as_slice()) {
            (Some(path), _) => Some(path),
            (None, [Known(path)]) => Some(path.clone()),
            (None, [] | [Unknown(_)]) => url.as_ref().and_then(|url| self.asset_named_in(url)),
            (None, _) => None,
        };
        let place =
            path.as_ref().map_or(LocalPath::Remote, |path| self.lookup.library.files.find(self.template().file, path));
        let span = url.as_ref().map_or(member.key_span, |url| url.whole());
        let mut hint = TrailHint::of([], &member.key);
        if let Some(url) = &url {
            hint = hint_of(url, &member.key).max(self.hint_of_files(url));
        }
        let help = match place {
            LocalPath::File(file) => {
                let document = self.lookup.library.files.document(file);
                match self.lookup.library.first_template(&document) {
                    Some(template) if self.lookup.scope.is_within(&template) => {
                        hint = Some(TrailHint::Content);
                        "remove the cycle: a template can't deploy itself"
                    }
                    Some(template) => return StackContent::Template(template),
                    None => {
                        hint = hint.max(document.mentions_trail.then_some(TrailHint::Content));
                        "fix the template: it has no valid `Resources`"
                    }
                }
            }
            LocalPath::Missing => "correct the path: there is no template",
            LocalPath::Remote => "refer to a local file so that it can be read",
        };
        StackContent::Unread { span, hint, help }
    }

    /// Collects the paths that an address may have, one for each branch of the undecided conditions. Returns the place
    /// of the first of these conditions, and the reason why it isn't decided. Recursion is bounded by the depth limit
    /// of the parsers.
    fn list_paths(&self, url: &Node, paths: &mut Vec<Maybe<String>>) -> Option<(Span, Reason)> {
        let call = IntrinsicCall::of(url.target());
        let arms = call.filter(|call| call.name == "If").and_then(|call| call.argument.items());
        if let Some([condition, then, otherwise]) = arms
            && let Some(name) = plain_text(condition)
        {
            return match self.condition(&self.filled(name)) {
                Known(true) => self.list_paths(then, paths),
                Known(false) => self.list_paths(otherwise, paths),
                Unknown(why) => {
                    self.list_paths(then, paths);
                    self.list_paths(otherwise, paths);
                    Some((url.whole(), why))
                }
            };
        }
        let uploaded = call.filter(|call| UPLOADS.contains(&call.name)).and_then(|call| {
            let path = call.argument.mapping().and_then(|mapping| text(mapping, "Path"));
            path.or_else(|| call.argument.text())
        });
        paths.push(match uploaded {
            Some(path) => Known(path.to_owned()),
            None => self.text_of(&self.eval(url).value),
        });
        None
    }

    /// The templates at several paths; `None` if one of them can't be read.
    fn one_of_templates(&self, paths: &[Maybe<String>], span: Span, why: Reason) -> Option<StackContent> {
        let mut templates: Vec<Rc<Template>> = Vec::new();
        for path in paths {
            let Known(path) = path else { return None };
            let file = self.lookup.library.files.find(self.template().file, path).file()?;
            let template = self.lookup.library.first_template(&self.lookup.library.files.document(file))?;
            if self.lookup.scope.is_within(&template) {
                return None;
            }
            if templates.iter().all(|known| !Rc::ptr_eq(known, &template)) {
                templates.push(template);
            }
        }
        match templates.as_slice() {
            [] => None,
            [one] => Some(StackContent::Template(Rc::clone(one))),
            _ => Some(StackContent::OneOf { templates, why, span }),
        }
    }

    /// The path of the file that the CDK uploads under the last name in an address, from the asset manifest beside the
    /// template.
    fn asset_named_in(&self, url: &Node) -> Option<String> {
        let mut texts = Vec::new();
        list_texts(url, &mut texts);
        let name = texts.last()?.rsplit('/').next().filter(|name| !name.is_empty())?;
        let own = self.lookup.library.files.context.sources.file(self.template().file);
        let stack = own.path.file_name()?.to_str()?.split('.').next()?.to_owned();
        let file = self.lookup.library.files.find(self.template().file, &format!("{stack}.assets.json")).file()?;
        let document = self.lookup.library.files.document(file);
        let files = document.tree.documents.first()?.as_mapping()?.get("files")?;
        let found =
            files.value.as_mapping()?.entries.iter().filter_map(|entry| entry.value.as_mapping()).find(|asset| {
                let destinations = asset.get("destinations").and_then(|entry| entry.value.as_mapping());
                let mut destinations = destinations.into_iter().flat_map(|mapping| &mapping.entries);
                destinations.any(|entry| {
                    let key = entry.value.as_mapping().and_then(|mapping| text(mapping, "objectKey"));
                    key.and_then(|key| key.rsplit('/').next()) == Some(name)
                })
            })?;
        Some(text(found.get("source")?.value.as_mapping()?, "path")?.to_owned())
    }

    /// The unread template of a stack whose whole `Properties` are a function, such as `Fn::If`.
    fn of_open_properties(&self, member: &Member, properties: &Node) -> StackContent {
        // Any of the texts may be the address, and any may name a trail.
        let mut texts = Vec::new();
        list_texts(properties, &mut texts);
        let named = texts.into_iter().filter_map(|text| TrailHint::of([last_name(text)], "")).max();
        let hint = named.or(TrailHint::of([], &member.key)).max(self.hint_of_files(properties));
        let help = "move the condition into the properties so that the template can be found";
        StackContent::Unread { span: properties.whole(), hint, help }
    }

    /// A hint, if a text in a node is the path of a file beside this template that mentions a trail.
    fn hint_of_files(&self, node: &Node) -> Option<TrailHint> {
        let mut texts = Vec::new();
        list_texts(node, &mut texts);
        let paths = texts.into_iter().flat_map(paths_in).take(MAX_TEXTS);
        let mut files = paths.filter_map(|path| self.lookup.library.files.find(self.template().file, path).file());
        files.any(|file| self.lookup.library.files.document(file).mentions_trail).then_some(TrailHint::Content)
    }

    /// The template that is embedded as a text or as a value.
    fn of_body(&self, member: &Member, body: &Node) -> StackContent {
        let call = IntrinsicCall::of(body.target()).filter(|call| call.name == "ToJsonString");
        let value = call.and_then(|call| call.argument.mapping_node()).or_else(|| plain(body));
        let inline = value.filter(|value| value.as_mapping().is_some()).and_then(|value| {
            let own = self.lookup.library.files.document(self.template().file);
            self.lookup.library.embedded(value, &own)
        });
        if let Some(template) = inline {
            return StackContent::Template(template);
        }
        if let Known(Data::String(text)) = self.eval(body).value {
            let document = self.lookup.library.files.body(body.target(), &text);
            if let Some(template) = self.lookup.library.first_template(&document) {
                return StackContent::Template(template);
            }
        }
        let mut texts = Vec::new();
        list_texts(body, &mut texts);
        let holds_one = texts.iter().any(|text| mentions_trail(text)) || holds_trail(body);
        let hint = if holds_one { Some(TrailHint::Content) } else { hint_of(body, &member.key) };
        let help = "move the template to a separate file";
        StackContent::Unread { span: body.whole(), hint, help }
    }

    /// The unread part for a stack whose template can't be read; `None` if the stack isn't created.
    pub(super) fn unread_part(&self, member: &Member, outer: &Traced<bool>) -> Option<UnreadPart> {
        let (StackContent::Unread { span, hint, help, .. }, members) = self.deployed(member)? else { return None };
        let exists = self.exists(members.get("Condition"), outer);
        let description = format!("stack `{}`", self.lookup.qualify(&member.key));
        let reason = "its template isn't here".to_owned();
        let (header, help, limit) = (span, help.to_owned(), None);
        (exists.value != Known(false)).then_some(UnreadPart {
            header,
            description,
            reason,
            help,
            hint,
            limit,
            missing: None,
        })
    }
}

/// The existence of something without a condition.
pub(super) fn created(span: Span) -> Traced<bool> {
    Traced { value: Known(true), origin: Origin::Absent(span), hops: Vec::new() }
}

/// The path of the template that the CDK or SAM will upload.
fn asset_path(metadata: &Mapping) -> Option<String> {
    let property = text(metadata, "aws:asset:property")?;
    let path = text(metadata, "aws:asset:path").filter(|_| property == "TemplateURL")?;
    Some(path.to_owned())
}

/// The hint from the texts in a node and from a logical ID. The last text that gives an indication takes precedence.
fn hint_of(node: &Node, label: &str) -> Option<TrailHint> {
    let mut texts = Vec::new();
    list_texts(node, &mut texts);
    TrailHint::of(texts.into_iter().rev().map(last_name), label)
}

/// Returns the paths of files beside a template that a text may name. The part up to the last `${…}` is unknown, and a
/// URL has a host and possibly folders before the path: `https://bucket.s3.amazonaws.com/v1/child.yaml`.
fn paths_in(text: &str) -> Vec<&str> {
    let Some((_, rest)) = text.rsplit_once('}').or_else(|| text.split_once("://")) else { return vec![text] };
    let mut rest = rest.trim_start_matches('/');
    let mut paths = vec![rest];
    while let Some((_, end)) = rest.split_once('/') {
        paths.push(end);
        rest = end;
    }
    paths
}
