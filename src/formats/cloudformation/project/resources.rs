//! Evaluates the entries of `Resources` to resources, including those of nested stacks.

use std::borrow::Cow;

use super::alternatives::condition;
use super::scope::TemplateEvaluator;
use super::stacks::{created, is_stack};
use crate::formats::cloudformation::language::{
    IntrinsicCall, Lookup, LoopEntries, MAX_DEPTH, Member, has_failure, is_loop, kind_of, plain_text,
};
use crate::model::kinds::{CLOUDFORMATION_TRAIL, ResourceRole};
use crate::model::{Argument, ArgumentShape, Macro, Resource, ResourceKind, SearchSubject, dialects};
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node};
use crate::value::budget::{STEPS, STEPS_OF_A_RESOURCE};
use crate::value::{Data, Field, Hop, HopKind, Known, Maybe, Object, Origin, Reason, Traced, Unknown};

/// A stack whose template isn't read.
static UNREAD_STACK: ResourceKind = ResourceKind {
    name: "stack",
    shape: &[Argument::value("Parameters")],
    role: ResourceRole::Unread { help: "check a directory that contains the stack's template as well" },
};

impl TemplateEvaluator<'_> {
    /// The resources that an entry of `Resources` creates in this world. `outer` is true if the surrounding stack is
    /// created.
    pub(super) fn resources(&self, subject: SearchSubject, entry: &Entry, outer: &Traced<bool>) -> Vec<Resource> {
        if let Err(limit) = self.world.enter(MAX_DEPTH) {
            return vec![self.over_limit_resource(subject, entry, limit)];
        }
        let outer = self.guarded(entry.key.span, outer);
        let resources = if is_loop(entry) {
            self.looped(subject, entry, &outer)
        } else {
            self.created_by(subject, &self.member(entry), &outer)
        };
        self.world.leave();
        resources
    }

    /// The existence of a resource that a templating tool may leave out.
    pub(super) fn guarded<'o>(&self, key: Span, outer: &'o Traced<bool>) -> Cow<'o, Traced<bool>> {
        let Some(alternatives) = self.template().guarded.get(&key) else { return Cow::Borrowed(outer) };
        let mut holds = Known(false);
        for guards in alternatives {
            let all = if guards.is_empty() { Known(true) } else { self.condition(&condition(guards)) };
            holds = holds.or(all);
        }
        let value = outer.value.clone().and(holds);
        Cow::Owned(Traced { value, origin: Origin::Written(key), hops: Vec::new() })
    }

    /// A resource that represents everything that an entry may create, if its evaluation reached a limit.
    pub(super) fn over_limit_resource(&self, subject: SearchSubject, entry: &Entry, limit: &'static str) -> Resource {
        let why = Reason::OverLimit { limit };
        let header = entry.key.span;
        let kind = match subject {
            SearchSubject::Trails => &CLOUDFORMATION_TRAIL,
            SearchSubject::Related | SearchSubject::LogGroups => &UNREAD_STACK,
        };
        let exists = Traced { value: Unknown(why.clone()), origin: Origin::Written(header), hops: Vec::new() };
        let name = entry.key.as_text().unwrap_or_default();
        self.with_body(kind, (name, header, entry.value.span), exists, Unknown(why))
    }

    /// The resources that a loop generates. If the collection is unknown, they may or may not exist.
    fn looped(&self, subject: SearchSubject, entry: &Entry, outer: &Traced<bool>) -> Vec<Resource> {
        let (members, why) = match self.iterate(entry) {
            Ok(LoopEntries { all, unread_reason: None }) => return self.created_by_all(subject, entry, &all, outer),
            Ok(LoopEntries { all, unread_reason: Some(why) }) => (all, why),
            Err(why) => (self.unknown_iteration(entry, &why), why),
        };
        let construct = format!("the loop ({})", why.describe());
        let origin = Origin::Written(entry.key.span);
        let doubt = Traced { value: Unknown(Reason::NotEvaluated { construct }), origin, hops: Vec::new() };
        let mut made = self.created_by_all(subject, entry, &members, &doubt);
        if let Reason::OverLimit { limit } = why {
            made.push(self.over_limit_resource(subject, entry, limit));
        }
        made
    }

    /// The resources of the entries that a loop generates, until the steps are used up.
    fn created_by_all(
        &self,
        subject: SearchSubject,
        entry: &Entry,
        members: &[Member],
        outer: &Traced<bool>,
    ) -> Vec<Resource> {
        let mut made = Vec::new();
        for member in members {
            if !self.world.has_steps() {
                made.push(self.over_limit_resource(subject, entry, STEPS));
                break;
            }
            let resources = self.created_by(subject, member, outer);
            self.world.charge(STEPS_OF_A_RESOURCE.saturating_mul(resources.len()));
            made.extend(resources);
        }
        made
    }

    fn created_by(&self, subject: SearchSubject, member: &Member, outer: &Traced<bool>) -> Vec<Resource> {
        let evaluator = self.with(member.names.clone());
        let Some(resource) = member.value.as_mapping() else { return Vec::new() };
        let Some(name) = kind_of(&member.value).map(|kind| evaluator.filled(kind)) else { return Vec::new() };
        let is_doubtful = matches!(outer.value, Unknown(_));
        match subject.kind(&name).or_else(|| kind_that_may_be(subject, &name).filter(|_| is_doubtful)) {
            Some(kind) => vec![evaluator.resource(kind, member, resource, outer)],
            None => evaluator.of_stack(subject, member, outer),
        }
    }

    /// The resources of the template that a nested stack deploys; none if the resource isn't a stack. A stack without a
    /// readable template is itself a related resource, because it may configure the buckets and keys that are passed to
    /// it.
    fn of_stack(&self, subject: SearchSubject, member: &Member, outer: &Traced<bool>) -> Vec<Resource> {
        let entered = self.enter(member, outer);
        if !entered.is_empty() {
            let resources = entered.into_iter().flat_map(|(_, inner, exists)| {
                let entries = inner.template().declared.resources.all();
                entries.flat_map(|entry| inner.resources(subject, entry, &exists)).collect::<Vec<_>>()
            });
            return resources.collect();
        }
        let resource = member.value.as_mapping().filter(|_| subject.is_related());
        let unread = resource.filter(|_| kind_of(&member.value).is_some_and(is_stack));
        unread.map(|resource| self.resource(&UNREAD_STACK, member, resource, outer)).into_iter().collect()
    }

    fn resource(
        &self,
        kind: &'static ResourceKind,
        member: &Member,
        resource: &Mapping,
        outer: &Traced<bool>,
    ) -> Resource {
        let header = member.key_span;
        let members = self.members(resource);
        let exists = match (members.get("Condition"), outer.origin) {
            // Its existence depends on no condition, so its own key shows that it is created.
            (None, Origin::Absent(_)) => created(header),
            (condition, _) => self.exists(condition, outer),
        };
        let body = match exists.value {
            // The properties of a resource that isn't created don't matter.
            Known(false) => Known(Object::new(header, Vec::new())),
            Known(true) | Unknown(_) => self.body(kind.shape, &members, header),
        };
        Resource {
            known: None,
            is_synthesized: self.template().is_synthesized(),
            is_deployed: false,
            names: Vec::new(),
            macros: self.first_macro(member).into_iter().collect(),
            ..self.with_body(kind, (&member.key, header, member.value.span), exists, body)
        }
    }

    /// A resource with this name, header and declaration.
    fn with_body(
        &self,
        kind: &'static ResourceKind,
        (name, header, declaration): (&str, Span, Span),
        exists: Traced<bool>,
        body: Maybe<Object>,
    ) -> Resource {
        Resource {
            kind,
            address: self.lookup.qualify(name),
            header,
            declaration,
            call: None,
            calls: self.lookup.scope.calls(),
            owners: self.lookup.scope.owners(),
            exists,
            region: self.region(header),
            account: None,
            body,
            ignored_changes: Vec::new(),
            notation: self.template().notation,
            macros: Vec::new(),
            contradictions: Vec::new(),
            known: None,
            is_synthesized: false,
            is_deployed: false,
            names: Vec::new(),
        }
    }

    /// True if a resource is created: its stack is created, and its condition is true.
    pub(super) fn exists(&self, condition: Option<&Member>, outer: &Traced<bool>) -> Traced<bool> {
        let Some(condition) = condition else { return outer.clone() };
        let staged = plain_text(&condition.value).and_then(|text| self.lookup.staged(condition.value.span, text));
        let holds = match plain_text(&condition.value) {
            Some(_) if staged.is_some() => self.staged_condition(&condition.value),
            Some(name) => match self.placeholder(&condition.value) {
                Some(why) => Unknown(why),
                None => self.condition(&self.filled(name)),
            },
            None => Unknown(self.placeholder(&condition.value).unwrap_or(Reason::Unreadable)),
        };
        if matches!(&holds, Unknown(why) if why.is_failure()) {
            self.world.fail();
        }
        match (&outer.value, &holds) {
            (Known(true), _) | (Unknown(_), Known(false)) => {
                let name = plain_text(&condition.value).filter(|_| holds == Known(false) && staged.is_none());
                let choice = name.map(|name| self.choice(&self.filled(name), false));
                let span = condition.value.span;
                let hops = choice.into_iter().map(|choice| Hop { span, step: HopKind::Arm(Some(choice)) }).collect();
                Traced { value: holds, origin: Origin::Written(span), hops }
            }
            (Known(false) | Unknown(_), _) => outer.clone(),
        }
    }

    /// The value of a condition that depends on the stage: the name of a condition, or a boolean.
    fn staged_condition(&self, condition: &Node) -> Maybe<bool> {
        match self.eval(condition).value {
            Known(Data::Bool(value)) => Known(value),
            Known(Data::String(name)) => self.condition(&name),
            Known(_) => Unknown(Reason::Unreadable),
            Unknown(why) => Unknown(why),
        }
    }

    /// Evaluates the properties that the shape lists.
    fn body(&self, shape: ArgumentShape, members: &LoopEntries, header: Span) -> Maybe<Object> {
        let Some(properties) = members.get("Properties") else {
            return match &members.unread_reason {
                Some(why) => Unknown(why.clone()),
                None => Known(Object::new(header, Vec::new())),
            };
        };
        let target = properties.value.target();
        if IntrinsicCall::of(target).is_some() || self.placeholder(target).is_some() {
            return match self.eval(target).value {
                Known(Data::Object(object)) => Known(Object { header, ..object }),
                // `AWS::NoValue`, because a templating tool may leave out the properties.
                Known(Data::Null) => Known(Object::new(header, Vec::new())),
                Known(_) => Unknown(Reason::Unreadable),
                Unknown(why) => Unknown(why),
            };
        }
        let Some(mapping) = target.as_mapping() else { return Unknown(Reason::Unreadable) };
        let written = self.members(mapping);
        let fields = written.all.iter().filter_map(|member| self.property(shape, member));
        Known(Object { rest: written.unread_reason.clone().map(Box::new), ..Object::new(header, fields.collect()) })
    }

    /// A property that the shape lists, or a key that is probably a misspelling of one.
    fn property(&self, shape: ArgumentShape, member: &Member) -> Option<Field> {
        let value = if shape.iter().any(|argument| argument.name == member.key) {
            let value = self.with(member.names.clone()).eval(&member.value);
            if has_failure(&value.value) {
                self.world.fail();
            }
            value
        } else if shape.iter().any(|argument| argument.is_resembled_by(&member.key)) {
            Traced::written(Data::Null, member.value.span)
        } else {
            return None;
        };
        Some(Field { key: member.key.clone(), key_span: member.key_span, value })
    }

    /// The first macro that may rewrite a resource: one in the resource, in its template, or in the templates of the
    /// enclosing stacks. Only one is recorded, to limit the size of reports on templates with many resources.
    fn first_macro(&self, member: &Member) -> Option<Macro> {
        let around = std::iter::successors(Some(&self.lookup.scope), |own| own.call.as_ref().map(|call| &call.caller));
        let mut around = around.map(|own| &own.template);
        self.lookup.library.macro_within(&member.value).or_else(|| {
            around
                .find_map(|template| template.declared.resources.flat.macros.iter().chain(&template.macros).next())
                .cloned()
        })
    }
}

/// The trail kind, if a type with an unknown part may be that of a trail.
fn kind_that_may_be(subject: SearchSubject, made: &str) -> Option<&'static ResourceKind> {
    let (before, rest) = made.split_once("${")?;
    let (_, after) = rest.rsplit_once('}')?;
    let trail = dialects::CLOUDFORMATION.kind;
    let may_be = trail.strip_prefix(before).is_some_and(|rest| rest.ends_with(after));
    subject.kind(trail).filter(|_| may_be)
}
