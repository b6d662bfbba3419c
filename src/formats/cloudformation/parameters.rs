//! Evaluates parameters: the given value, or else the default, or else any value that the declaration allows.

use std::collections::HashSet;

use super::eval::{READER, TemplateEvaluator, TracedValue, is_absent, is_braced, weight_of_text};
use super::limits::constraint;
use super::lists::{EMPTY_LIST, MAX_ITEMS};
use super::parameter_values::ParameterValue;
use super::references::declaration;
use super::symbols::{failed, is_final};
use super::{limits, merged_mapping};
use crate::formats::{OptionUse, OptionValue, ParameterPolicy};
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind};
use crate::value::world::Atom;
use crate::value::{Data, Hop, HopKind, Known, Maybe, Reason, Traced, Unknown, alternatives, placeholder};

/// The prefix of parameter types whose value is the name of a parameter in Systems Manager Parameter Store.
const STORED: &str = "AWS::SSM::Parameter::Value";

/// The text of a parameter before its type is applied, with its hops.
type ParameterText = (Maybe<String>, Vec<Hop>);

/// The values that a declaration allows.
pub(super) struct Allowed {
    /// In the order of the declaration, without duplicates; empty if all values are allowed.
    values: Vec<String>,
    known: HashSet<String>,
    /// True if `MinLength` or `AllowedPattern` excludes the empty text.
    is_never_empty: bool,
}

impl TemplateEvaluator<'_> {
    /// The value of a parameter with its hops.
    pub(super) fn parameter(&self, name: &str, declared: &Entry) -> TracedValue {
        let reference = self.scope.qualify(name);
        let here = declaration(name, declared.key.span);
        let Some(mapping) = declared.value.as_mapping() else { return (Unknown(Reason::Unreadable), here) };
        let kind = merged_mapping::text(mapping, "Type").unwrap_or("String");
        if kind.starts_with(STORED) {
            // The value is stored under the given name, and a stored value can't be empty.
            return (Unknown(Reason::AtDeployment { reference, is_set: true }), here);
        }
        let (text, hops) = self.given(name, mapping).unwrap_or_else(|| {
            let nothing = Unknown(Reason::NoValue { reference });
            (if self.scope.call.is_some() { failed(format!("parameter `{name}` has no value")) } else { nothing }, here)
        });
        if let Known(text) = &text {
            self.world.charge(weight_of_text(text));
        }
        let span = hops.last().map_or(declared.key.span, |hop| hop.span);
        let value = self.validated(name, declared, text, span);
        (self.unless_refused_option(name, value), hops)
    }

    /// Replaces an option's value that this template rejects with an unknown value, because the option may be intended
    /// for another template.
    fn unless_refused_option(&self, name: &str, value: Maybe<Data>) -> Maybe<Data> {
        match (value, self.library.given.get(name)) {
            (Unknown(why), Some(given)) if why.is_failure() && self.scope.call.is_none() => {
                let option = self.library.context.sources.file(given.option());
                let setter = format!("`{}`, whose value is invalid here", option.name);
                Unknown(Reason::SetElsewhere { reference: name.to_owned(), setter })
            }
            (value, _) => value,
        }
    }

    /// The results of matching the options with the declarations of the root template.
    pub(super) fn received(&self) -> Vec<OptionValue> {
        let names = self.library.given.names().into_iter();
        names
            .map(|(name, option)| OptionValue { option, name: name.to_owned(), option_use: self.option_use(name) })
            .collect()
    }

    fn option_use(&self, name: &str) -> OptionUse {
        let Some(declared) = self.scope.template.parameters.get(name) else {
            // A macro may add the declaration.
            let is_certain = self.scope.template.parameters.flat.unread_reason().is_none();
            return if is_certain { OptionUse::Undeclared } else { OptionUse::Accepted };
        };
        let Some(mapping) = declared.value.as_mapping() else { return OptionUse::Accepted };
        let is_key = merged_mapping::text(mapping, "Type").is_some_and(|kind| kind.starts_with(STORED));
        let given = self.library.given.get(name).map(|value| value.as_given(name).0);
        let Some(Known(text)) = given.filter(|_| !is_key) else { return OptionUse::Accepted };
        match self.validated(name, declared, Known(text), declared.key.span) {
            Unknown(why) => why.failure().map_or(OptionUse::Accepted, |reason| OptionUse::Refused(reason.to_owned())),
            Known(_) => OptionUse::Accepted,
        }
    }

    /// The value of a parameter with this text, or the error if the declaration rejects it.
    fn validated(&self, name: &str, declared: &Entry, text: Maybe<String>, span: Span) -> Maybe<Data> {
        let kind =
            declared.value.as_mapping().and_then(|mapping| merged_mapping::text(mapping, "Type")).unwrap_or("String");
        let allowed = self.library.allowed(declared);
        let is_of_option = self.scope.call.is_none() && self.library.given.get(name).is_some();
        if let (Known(text), Some(mapping), true) = (&text, declared.value.as_mapping(), is_of_option)
            && let Some(reason) = limits::broken(text, mapping, is_list(kind))
        {
            return failed(format!("{reason} of `{name}`"));
        }
        if is_list(kind) {
            return text.and_then(|text| list(&text, kind, &allowed, name, span));
        }
        let text = match self.pinned(name, &text, &allowed) {
            Some(pinned) => self.restrict_to_allowed(text, &pinned, name),
            None if allowed.is_any() => allowed.note_set(text),
            None => self.restrict_to_allowed(text, &allowed, name),
        };
        text.and_then(|text| single(text, kind))
    }

    /// The text of a parameter: passed by the stack that deploys the template, given by the user, or the default.
    fn given(&self, name: &str, mapping: &Mapping) -> Option<ParameterText> {
        match &self.scope.call {
            Some(call) if self.added(call, name).is_some() => self.added(call, name),
            Some(call) => match call.arguments.get(name) {
                Some(passed) => self.passed(name, call, passed).or_else(|| self.default(name, mapping)),
                None if call.unknown_parameters.is_some() => {
                    call.unknown_parameters.clone().map(|why| (Unknown(why), Vec::new()))
                }
                None => self.default(name, mapping),
            },
            None => self.library.given.get(name).map_or_else(
                || self.default(name, mapping).filter(|_| self.uses_defaults()),
                |value| Some(self.as_given(name, value)),
            ),
        }
    }

    fn as_given(&self, name: &str, value: &ParameterValue) -> ParameterText {
        let (text, hops) = value.as_given(name);
        let tried = match (&text, hops.last()) {
            (Known(text), Some(hop)) => self.tried_text(hop.span, text),
            (_, _) => None,
        };
        (tried.map_or(text, Known), hops)
    }

    fn uses_defaults(&self) -> bool {
        self.library.context.options.parameter_policy == ParameterPolicy::Defaults
    }

    /// The argument that a stack passes; `None` if it is `AWS::NoValue`.
    fn passed(
        &self,
        name: &str,
        call: &super::scope::StackCall,
        passed: &super::scope::StackParameter,
    ) -> Option<ParameterText> {
        let step = HopKind::StackParameter { stack: call.stack.clone(), name: name.to_owned() };
        let mut hops = vec![Hop { span: passed.value.whole(), step }];
        if passed.is_overridden {
            let setter = "the overrides of the stack set".to_owned();
            let why = Reason::SetElsewhere { reference: self.scope.qualify(name), setter };
            return Some((Unknown(why), hops));
        }
        let value = self.within(call.caller.clone(), call.names.clone()).eval(&passed.value);
        if is_absent(&value) {
            return None;
        }
        hops.extend(value.hops);
        Some((self.text_of(&value.value), hops))
    }

    fn default(&self, name: &str, mapping: &Mapping) -> Option<ParameterText> {
        let default = &mapping.get("Default")?.value;
        let hops = vec![Hop { span: default.whole(), step: HopKind::ParameterDefault(name.to_owned()) }];
        let written = scalar_text(default);
        let tried = self.tried_text(default.whole(), written.as_deref().unwrap_or_default());
        let text = match (self.placeholder(default), tried.or(written)) {
            (Some(why), _) => Unknown(why),
            (None, Some(text)) => Known(text),
            (None, None) => failed(format!("the default of `{name}` isn't a string")),
        };
        Some((text, hops))
    }

    /// Restricts a text to the allowed values. A world in which it is none of them can't be deployed.
    pub(super) fn restrict_to_allowed(&self, text: Maybe<String>, allowed: &Allowed, name: &str) -> Maybe<String> {
        match text {
            Known(text) if allowed.known.contains(&text) => Known(text),
            Known(text) => failed(format!("\"{text}\" isn't among the allowed values of `{name}`")),
            Unknown(why) if is_final(&why) => Unknown(why),
            Unknown(why) => match self.one_of(&why.symbol(), &allowed.values) {
                Some(Some(index)) => {
                    Known(allowed.values.get(index).expect("the world chooses one of the values").clone())
                }
                Some(None) => failed(format!("`{name}` isn't among its allowed values")),
                None => Unknown(why),
            },
        }
    }

    /// True if an unknown text can't equal this one, because it is a parameter whose declaration rejects it.
    pub(super) fn is_rejected_value(&self, symbol: &str, text: &str) -> bool {
        let mut scope = Some(&self.scope);
        while let Some(own) = scope {
            let declared = symbol.strip_prefix(&own.prefix).and_then(|name| own.template.parameters.get(name));
            if declared.is_some_and(|declared| self.rejects(declared, text)) {
                return true;
            }
            scope = own.call.as_ref().map(|call| &call.caller);
        }
        false
    }

    fn rejects(&self, declared: &Entry, text: &str) -> bool {
        // The constraints apply to the name under which the value is stored.
        let mapping = declared.value.as_mapping();
        if mapping
            .and_then(|mapping| merged_mapping::text(mapping, "Type"))
            .is_some_and(|kind| kind.starts_with(STORED))
        {
            return false;
        }
        let allowed = self.library.allowed(declared);
        let is_other = !allowed.values.is_empty() && !allowed.known.contains(text);
        is_other || mapping.is_some_and(|mapping| is_over_limits(text, mapping))
    }

    /// The index of the value that an unknown one equals in this world, if it can't have any other value. `Some(None)`
    /// if the world has excluded all of them, so that it can't be deployed; `None` if the world doesn't decide.
    pub(super) fn one_of(&self, subject: &str, values: &[String]) -> Option<Option<usize>> {
        let (last, others) = values.split_last()?;
        for (index, value) in others.iter().enumerate() {
            if self.world.decide(Atom::is(subject, value))? {
                return Some(Some(index));
            }
        }
        if self.world.decided(&Atom::is(subject, last)) == Some(false) {
            self.world.reject();
            return Some(None);
        }
        self.world.choose(subject, std::slice::from_ref(last))?;
        Some(Some(others.len()))
    }
}

pub(super) fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

impl Allowed {
    /// Reads the allowed values of a declaration.
    pub(super) fn of(declared: &Node) -> Self {
        let values = declared.as_mapping().and_then(|mapping| mapping.get("AllowedValues")?.value.as_sequence());
        let values = values.unwrap_or_default();
        let values = if values.iter().any(|value| is_filled_in(value)) { &[] } else { values };
        let texts: Vec<String> = values.iter().filter_map(|value| scalar_text(value)).collect();
        let is_never_empty = declared.as_mapping().is_some_and(refuses_empty);
        let texts = if texts.is_empty() { declared.as_mapping().map(matched).unwrap_or_default() } else { texts };
        let mut accepted = texts.clone();
        if let Some(mapping) = declared.as_mapping() {
            accepted.retain(|text| !is_over_limits(text, mapping));
        }
        // If the constraints reject all of them, no value can be deployed.
        Self { is_never_empty, ..Self::only(if accepted.is_empty() { texts } else { accepted }) }
    }

    /// Allows these values only; allows any value if there are none.
    pub(super) fn only(values: impl IntoIterator<Item = String>) -> Self {
        let mut known = HashSet::new();
        let values = values.into_iter().filter(|text| known.insert(text.clone())).collect();
        Self { values, known, is_never_empty: false }
    }

    /// The allowed values; empty if all values are allowed.
    pub(super) fn values(&self) -> &[String] {
        &self.values
    }

    pub(super) fn is_any(&self) -> bool {
        self.values.is_empty()
    }

    /// Marks an unknown text as not empty if the declaration excludes the empty text.
    fn note_set(&self, text: Maybe<String>) -> Maybe<String> {
        match text {
            Unknown(why) if self.is_never_empty && !why.is_set() && !is_final(&why) => {
                Unknown(Reason::Composed { reference: why.symbol(), cause: Box::new(why) })
            }
            text => text,
        }
    }
}

/// True if a declaration excludes the empty text. A pattern must match the whole value.
fn refuses_empty(declared: &Mapping) -> bool {
    let length = constraint(declared, "MinLength").and_then(|length| length.parse::<u64>().ok());
    let has_length = length.is_some_and(|length| length > 0);
    let pattern = constraint(declared, "AllowedPattern").and_then(|pattern| limits::anchored(&pattern));
    has_length || pattern.is_some_and(|pattern| !pattern.is_match(""))
}

/// True for a value that a tool fills in before the deployment.
fn is_filled_in(node: &Node) -> bool {
    match (node.as_text(), node.as_mapping()) {
        (Some(text), _) => placeholder(text, READER).is_some(),
        (None, mapping) => mapping.is_some_and(is_braced),
    }
}

/// True if a text violates the constraints of a declaration.
fn is_over_limits(text: &str, declared: &Mapping) -> bool {
    let kind = merged_mapping::text(declared, "Type").unwrap_or("String");
    let is_other = kind == "Number" && text.trim().parse::<f64>().is_err();
    !is_list(kind) && (is_other || limits::broken(text, declared, false).is_some())
}

/// The texts that the pattern of a declaration matches, if it is a short list of alternatives.
fn matched(declared: &Mapping) -> Vec<String> {
    let pattern = constraint(declared, "AllowedPattern").filter(|pattern| limits::anchored(pattern).is_some());
    let is_list = constraint(declared, "Type").is_some_and(|kind| is_list(&kind));
    let Some(pattern) = pattern.filter(|_| !is_list) else { return Vec::new() };
    let caches = [pattern.clone(), format!("^({pattern})$"), format!("^{pattern}$")];
    caches.iter().find_map(|pattern| alternatives::all(pattern)).unwrap_or_default()
}

/// The value of a parameter that isn't a list. A `Number` must be numeric, but stays a text.
fn single(text: String, kind: &str) -> Maybe<Data> {
    if kind == "Number" && text.trim().parse::<f64>().is_err() {
        return failed(format!("\"{text}\" isn't a number"));
    }
    Known(Data::String(text))
}

/// The value of a list parameter. Spaces around items are removed.
fn list(text: &str, kind: &str, allowed: &Allowed, name: &str, span: Span) -> Maybe<Data> {
    if text.is_empty() {
        return Unknown(Reason::NotEvaluated { construct: EMPTY_LIST.to_owned() });
    }
    if text.split(',').nth(MAX_ITEMS).is_some() {
        return Unknown(Reason::OverLimit { limit: "the items of a list" });
    }
    let items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
    if let Some(other) = items.iter().find(|item| !allowed.known.is_empty() && !allowed.known.contains(*item)) {
        return failed(format!("\"{other}\" isn't among the allowed values of `{name}`"));
    }
    if let Some(other) = items.iter().find(|item| kind == "List<Number>" && item.parse::<f64>().is_err()) {
        return failed(format!("\"{other}\" isn't a number, and `{name}` is a list of them"));
    }
    Known(Data::tuple(items.into_iter().map(|item| Traced::written(Data::String(item), span)).collect()))
}

/// The text of a scalar, as CloudFormation reads it where it expects a text.
pub(super) fn scalar_text(node: &Node) -> Option<String> {
    let target = node.target();
    let NodeKind::Scalar(scalar) = &target.kind else { return None };
    match target.meaning(scalar) {
        Meaning::Null => None,
        Meaning::Bool(value) => Some(value.to_string()),
        Meaning::Number(_) | Meaning::String | Meaning::Ambiguous => Some(scalar.text.clone()),
    }
}
