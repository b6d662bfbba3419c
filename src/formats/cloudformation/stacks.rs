//! Stacks within templates: which template they deploy, and with which parameters.

mod arguments;

use std::rc::Rc;
use std::sync::Arc;

use super::call::{self, Call};
use super::eval::Evaluator;
use super::flat;
use super::library::Place;
use super::loops::{Member, Members};
use super::mentions_trail;
use super::scope::{self, Scope};
use super::template::{Template, holds_trail};
use crate::model::Elsewhere;
use crate::source::{FileId, Span};
use crate::syntax::node::{Mapping, Node, NodeKind};
use crate::value::{Data, Known, Origin, Traced};

const STACK: &str = "AWS::CloudFormation::Stack";
const STACK_SET: &str = "AWS::CloudFormation::StackSet";
const APPLICATION: &str = "AWS::Serverless::Application";

/// How the types end that stand for a registered module.
const MODULE: &str = "::MODULE";

/// More texts than this aren't tried as the names of files.
const MAX_TEXTS: usize = 100;

/// Words of which each template with a stack or a module in it has one.
pub(super) const NEEDLES: [&str; 3] = [STACK, APPLICATION, MODULE];

/// What a stack deploys.
pub(super) enum Deployed {
    /// A template that can be read.
    Template(Rc<Template>),
    /// A template that isn't here; the text that stands for it says what it may be about.
    Elsewhere {
        /// Where it is named.
        span: Span,
        /// All that is said of it.
        words: String,
        /// The files that it may be.
        files: Vec<FileId>,
        /// What makes it readable.
        help: &'static str,
    },
}

/// The template that a stack deploys, as far as no world makes a difference.
#[derive(Clone)]
pub(super) struct Behind {
    /// The template with its parameters.
    pub(super) scope: Rc<Scope>,
    /// What its creation depends on.
    pub(super) condition: Option<Member>,
}

/// A property by its name.
type Property = Option<Arc<Node>>;

/// Whether a type of resource deploys resources that stand in another text.
pub(super) fn is_stack(kind: &str) -> bool {
    [STACK, STACK_SET, APPLICATION].contains(&kind) || kind.ends_with(MODULE)
}

impl<'a> Evaluator<'a> {
    /// The evaluator of the template that a stack deploys, and whether it is deployed.
    pub(super) fn enter(&self, member: &Member, outer: &Traced<bool>) -> Option<(Evaluator<'a>, Traced<bool>)> {
        let Behind { scope, condition } = self.behind(member)?;
        let exists = self.exists(condition.as_ref(), outer);
        Some((self.within(scope, scope::Names::new()), exists))
    }

    /// The template that a stack deploys, with what it is given.
    pub(super) fn behind(&self, member: &Member) -> Option<Behind> {
        let Some((Deployed::Template(template), members)) = self.deployed(member) else { return None };
        let properties = self.properties(&members);
        let is_set = kind_of(member) == Some(STACK_SET);
        let (arguments, rest) = self.arguments(&properties);
        let call = scope::Call {
            caller: Rc::clone(&self.scope),
            names: self.names.clone(),
            stack: member.key.clone(),
            header: member.key_span,
            arguments,
            rest,
            is_set,
        };
        let prefix = self.scope.qualify(&format!("{}/", member.key));
        let scope = Rc::new(Scope { call: Some(call), ..Scope::of(template, prefix) });
        Some(Behind { scope, condition: members.get("Condition").cloned() })
    }

    /// What a resource deploys if it is a stack, and the entries of the resource.
    pub(super) fn deployed(&self, member: &Member) -> Option<(Deployed, Members)> {
        let kind = kind_of(member).filter(|kind| is_stack(kind))?;
        let members = self.members(member.value.as_mapping()?);
        if kind.ends_with(MODULE) {
            let (span, words) = (member.key_span, format!("{} {kind}", member.key));
            let help = "check the template that the module stands for";
            return Some((Deployed::Elsewhere { span, words, files: Vec::new(), help }, members));
        }
        if let Some(open) = members.get("Properties").filter(|properties| Call::of(properties.value.target()).is_some())
        {
            return Some((self.of_open_properties(member, &open.value), members));
        }
        let properties = self.properties(&members);
        let property = |name: &str| properties.get(name).map(|member| Arc::clone(&member.value));
        let deployed = match (property("TemplateBody"), property("TemplateURL").or_else(|| property("Location"))) {
            (Some(body), _) => self.of_body(member, &body),
            (None, url) => self.of_url(member, url, &members),
        };
        Some((deployed, members))
    }

    fn properties(&self, members: &Members) -> Members {
        let mapping = members.get("Properties").and_then(|properties| properties.value.as_mapping());
        mapping.map(|mapping| self.members(mapping)).unwrap_or_default()
    }

    /// The template at a path beside this one. What the CDK writes names the file in the metadata.
    fn of_url(&self, member: &Member, url: Property, members: &Members) -> Deployed {
        let asset = members.get("Metadata").and_then(|metadata| asset_path(metadata.value.as_mapping()?));
        let written = url.as_ref().map(|url| self.eval(url).value);
        let path = match (asset, &written) {
            (Some(path), _) => Some(path),
            (None, Some(Known(Data::String(path)))) => Some(path.clone()),
            (None, _) => None,
        };
        let place = path.as_ref().map_or(Place::Remote, |path| self.library.find(self.scope.template.file, path));
        let span = url.as_ref().map_or(member.key_span, |url| url.whole());
        let (mut words, mut files) = (member.key.clone(), Vec::from_iter(place.file()));
        if let Some(url) = &url {
            collect_texts(url, &mut words);
            self.collect_files(url, &mut words, &mut files);
        }
        let help = match place {
            Place::File(file) => {
                let document = self.library.document(file);
                match self.library.first_template(&document) {
                    Some(template) if self.scope.is_within(&template) => {
                        words.push_str(" cloudtrail");
                        "break the circle: a template can't deploy itself"
                    }
                    Some(template) => return Deployed::Template(template),
                    None => {
                        words.push_str(if document.mentions_trail { " cloudtrail" } else { "" });
                        "make the file a template: no resources can be read in it"
                    }
                }
            }
            Place::Missing => "check the path: no template lies there",
            Place::Remote => "name a file beside this template, so that it can be read",
        };
        Deployed::Elsewhere { span, words, files, help }
    }

    /// What a stack may deploy whose properties depend on a condition as a whole.
    fn of_open_properties(&self, member: &Member, properties: &Node) -> Deployed {
        let (mut words, mut files) = (member.key.clone(), Vec::new());
        collect_texts(properties, &mut words);
        self.collect_files(properties, &mut words, &mut files);
        let help = "put the condition into the properties, so that the template can be found";
        Deployed::Elsewhere { span: properties.whole(), words, files, help }
    }

    /// The files beside this template that texts within a node name. One that mentions a trail says so.
    fn collect_files(&self, node: &Node, words: &mut String, files: &mut Vec<FileId>) {
        let mut texts = Vec::new();
        list_texts(node, &mut texts);
        for text in texts.into_iter().take(MAX_TEXTS) {
            let Some(file) = self.library.find(self.scope.template.file, text).file() else { continue };
            if !files.contains(&file) {
                files.push(file);
                words.push_str(if self.library.document(file).mentions_trail { " cloudtrail" } else { "" });
            }
        }
    }

    /// The template that is written in place, as a text or as the value that becomes one.
    fn of_body(&self, member: &Member, body: &Node) -> Deployed {
        let call = Call::of(body.target()).filter(|call| call.name == "ToJsonString");
        let value = call.and_then(|call| call.argument.mapping_node()).or_else(|| call::plain(body));
        if let Some(template) = value.and_then(|value| self.library.inline(value, self.scope.template.file)) {
            return Deployed::Template(template);
        }
        if let Known(Data::String(text)) = self.eval(body).value {
            let document = self.library.body(body.target(), &text);
            if let Some(template) = self.library.first_template(&document) {
                return Deployed::Template(template);
            }
        }
        let mut words = member.key.clone();
        collect_texts(body, &mut words);
        if mentions_trail(&words) || holds_trail(body) {
            words.push_str(" cloudtrail");
        }
        let help = "write the template as a file of its own";
        Deployed::Elsewhere { span: body.whole(), words, files: Vec::new(), help }
    }

    /// A stack whose template isn't here, if it may declare a trail by its name and may be created.
    pub(super) fn elsewhere(&self, member: &Member, outer: &Traced<bool>) -> Option<Elsewhere> {
        let (Deployed::Elsewhere { span, words, help, .. }, members) = self.deployed(member)? else { return None };
        let exists = self.exists(members.get("Condition"), outer);
        let is_such = Elsewhere::is_named_in(&words) && exists.value != Known(false);
        let what = format!("stack `{}`", self.scope.qualify(&member.key));
        is_such.then(|| Elsewhere { header: span, what, help: help.to_owned() })
    }
}

/// What says that something is created that depends on no condition.
pub(super) fn created(span: Span) -> Traced<bool> {
    Traced { value: Known(true), origin: Origin::Absent(span), hops: Vec::new() }
}

fn kind_of(member: &Member) -> Option<&str> {
    flat::text(member.value.as_mapping()?, "Type")
}

/// Where the CDK and SAM keep the file that they will upload as the template.
fn asset_path(metadata: &Mapping) -> Option<String> {
    let property = flat::text(metadata, "aws:asset:property")?;
    let path = flat::text(metadata, "aws:asset:path").filter(|_| property == "TemplateURL")?;
    Some(path.to_owned())
}

/// All texts within a node, one after the other.
fn collect_texts(node: &Node, words: &mut String) {
    let mut texts = Vec::new();
    list_texts(node, &mut texts);
    for text in texts {
        words.push(' ');
        words.push_str(text);
    }
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
