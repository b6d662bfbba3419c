//! Stacks within templates: which template they deploy, and with which parameters.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::call::{self, Call};
use super::eval::Evaluator;
use super::flat;
use super::library::Place;
use super::loops::{Member, Members};
use super::scope::{self, Passed, Scope};
use super::template::{Template, holds_trail};
use crate::model::{Elsewhere, dialects};
use crate::source::{FileId, Span};
use crate::syntax::node::{Mapping, Node, NodeKind};
use crate::value::{Data, Known, Origin, Traced, Unknown, Why};

const STACK: &str = "AWS::CloudFormation::Stack";
const STACK_SET: &str = "AWS::CloudFormation::StackSet";
const APPLICATION: &str = "AWS::Serverless::Application";

/// How the types end that stand for a registered module.
const MODULE: &str = "::MODULE";

/// Conditions around parameters, one within the other, deeper than this are given up.
const MAX_CHOICES: usize = 100;

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

/// A property by its name.
type Property = Option<Arc<Node>>;

/// Whether a type of resource deploys resources that stand in another text.
pub(super) fn is_stack(kind: &str) -> bool {
    [STACK, STACK_SET, APPLICATION].contains(&kind) || kind.ends_with(MODULE)
}

impl<'a> Evaluator<'a> {
    /// The evaluator of the template that a stack deploys, and whether it is deployed.
    pub(super) fn enter(&self, member: &Member, outer: &Traced<bool>) -> Option<(Evaluator<'a>, Traced<bool>)> {
        let Some((Deployed::Template(template), members)) = self.deployed(member) else { return None };
        let exists = self.exists(members.get("Condition"), outer);
        let properties = self.properties(&members);
        let is_set = kind_of(member) == Some(STACK_SET);
        let (arguments, rest) = self.arguments(&properties);
        let call = scope::Call {
            caller: Rc::clone(&self.scope),
            names: self.names.clone(),
            stack: member.key.clone(),
            arguments,
            rest,
            is_set,
        };
        let prefix = self.scope.qualify(&format!("{}/", member.key));
        let scope = Rc::new(Scope { template, prefix, call: Some(call) });
        Some((self.within(scope, scope::Names::new()), exists))
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
                match self.library.templates(&document).first() {
                    Some(template) if self.scope.is_within(template) => {
                        words.push_str(" cloudtrail");
                        "break the circle: a template can't deploy itself"
                    }
                    Some(template) => return Deployed::Template(Rc::clone(template)),
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
            if let Some(template) = self.library.templates(&document).first() {
                return Deployed::Template(Rc::clone(template));
            }
        }
        let mut words = member.key.clone();
        collect_texts(body, &mut words);
        if words.contains(dialects::CLOUDFORMATION.kind) || holds_trail(body) {
            words.push_str(" cloudtrail");
        }
        let help = "write the template as a file of its own";
        Deployed::Elsewhere { span: body.whole(), words, files: Vec::new(), help }
    }

    /// The parameters that a stack sets, and why there may be others.
    fn arguments(&self, properties: &Members) -> (HashMap<String, Passed>, Option<Why>) {
        let mut passed = HashMap::new();
        let mut rest = properties.rest.clone();
        if let Some(parameters) = properties.get("Parameters") {
            match self.chosen(&parameters.value) {
                Ok(Some(node)) => self.pass(node, &mut passed, &mut rest),
                Ok(None) => {}
                Err(why) => rest = rest.or(Some(why)),
            }
        }
        match self.overridden(properties) {
            Ok(overrides) => {
                for (name, value) in overrides {
                    passed.entry(name).or_insert(Passed { value, is_overridden: true }).is_overridden = true;
                }
            }
            Err(why) => {
                passed.values_mut().for_each(|passed| passed.is_overridden = true);
                rest = rest.or(Some(why));
            }
        }
        (passed, rest)
    }

    /// Parameters as a mapping, or as the list that a stack set takes.
    fn pass(&self, parameters: &Node, passed: &mut HashMap<String, Passed>, rest: &mut Option<Why>) {
        let mut note = |why: Why| *rest = rest.take().or(Some(why));
        if let Some(mapping) = parameters.as_mapping() {
            let members = self.members(mapping);
            members.rest.into_iter().for_each(&mut note);
            let pass = |member: Member| (member.key, Passed { value: member.value, is_overridden: false });
            passed.extend(members.all.into_iter().map(pass));
            return;
        }
        match self.listed(parameters) {
            Ok(items) => {
                passed.extend(items.into_iter().map(|(name, value)| (name, Passed { value, is_overridden: false })));
            }
            Err(why) => note(why),
        }
    }

    /// The parameters in a list of keys and values.
    fn listed(&self, list: &Node) -> Result<Vec<(String, Arc<Node>)>, Why> {
        let mut parameters = Vec::new();
        for item in list.as_sequence().ok_or(Why::Unreadable)? {
            let Some(item) = self.chosen(item)? else { continue };
            let entry = |key: &str| Some(Arc::clone(&item.as_mapping()?.get(key)?.value));
            let name = entry("ParameterKey").and_then(|name| call::plain_text(&name).map(str::to_owned));
            parameters.push(name.zip(entry("ParameterValue")).ok_or(Why::Unreadable)?);
        }
        Ok(parameters)
    }

    /// The parameters to which some instances of a stack set give other values.
    fn overridden(&self, properties: &Members) -> Result<Vec<(String, Arc<Node>)>, Why> {
        let Some(groups) = properties.get("StackInstancesGroup") else { return Ok(Vec::new()) };
        let Some(groups) = self.chosen(&groups.value)? else { return Ok(Vec::new()) };
        let mut overridden = Vec::new();
        for group in groups.as_sequence().ok_or(Why::Unreadable)? {
            let Some(group) = self.chosen(group)? else { continue };
            let overrides = group.as_mapping().ok_or(Why::Unreadable)?.get("ParameterOverrides");
            let Some(overrides) = overrides.map(|entry| self.chosen(&entry.value)).transpose()?.flatten() else {
                continue;
            };
            overridden.extend(self.listed(overrides)?);
        }
        Ok(overridden)
    }

    /// The node that conditions choose in this world; nothing when that is `AWS::NoValue`.
    fn chosen<'n>(&self, node: &'n Node) -> Result<Option<&'n Node>, Why> {
        let mut node = node.target();
        for _ in 0..MAX_CHOICES {
            let Some(call) = Call::of(node) else { return Ok(Some(node)) };
            let other = || Why::NotEvaluated { construct: format!("`{}` around parameters", call.name) };
            match (call.name, call.argument.items(), call.argument.text()) {
                ("If", Some([name, then, otherwise]), _) => {
                    let name = call::plain_text(name).ok_or_else(other)?;
                    node = match self.condition(&self.filled(name)) {
                        Known(true) => then.target(),
                        Known(false) => otherwise.target(),
                        Unknown(why) => return Err(why),
                    };
                }
                ("Ref", _, Some("AWS::NoValue")) => return Ok(None),
                _ => return Err(other()),
            }
        }
        Err(Why::OverLimit { limit: "conditions within conditions" })
    }

    /// A stack whose template isn't here, if it may declare a trail by its name and may be created.
    pub(super) fn elsewhere(&self, member: &Member, outer: &Traced<bool>) -> Option<Elsewhere> {
        let (Deployed::Elsewhere { span, words, help, .. }, members) = self.deployed(member)? else { return None };
        let exists = self.exists(members.get("Condition"), outer);
        let is_such = names_trail(&words) && exists.value != Known(false);
        let what = format!("stack `{}`", self.scope.qualify(&member.key));
        is_such.then(|| Elsewhere { header: span, what, help: help.to_owned() })
    }
}

/// What says that something is created that depends on no condition.
pub(super) fn created(span: Span) -> Traced<bool> {
    Traced { value: Known(true), origin: Origin::Absent(span), hops: Vec::new() }
}

/// Whether a text has to do with CloudTrail.
pub(super) fn names_trail(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["cloudtrail", "cloud-trail", "cloud_trail"].iter().any(|word| text.contains(word))
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
