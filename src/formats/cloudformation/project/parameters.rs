//! The texts of parameters: passed by the stack that deploys the template, given by the user, or the default.

use super::parameter_values::ParameterValue;
use super::scope::{StackCall, StackParameter, TemplateEvaluator};
use crate::formats::cloudformation::language::{Lookup, ParameterText, failed, is_absent, is_stored, scalar_text};
use crate::formats::cloudformation::steps;
use crate::formats::{EmbeddedStack, OptionUse, OptionValue};
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping};
use crate::value::{Data, Hop, Known, Reason, Traced, Unknown};

impl TemplateEvaluator<'_> {
    /// The text of a parameter. The error is the reason why it has no value.
    pub(super) fn parameter_text(&self, name: &str, declared: &Mapping) -> Result<ParameterText, Reason> {
        let library = self.lookup.library;
        let uses_defaults = library.files.context.options.uses_defaults();
        let scope = &self.lookup.scope;
        let found = match (&scope.call, &scope.embedded, library.given.get(name)) {
            (Some(call), _, _) => self.passed(call, name, declared),
            (None, Some(stack), _) => self.passed_by_code(stack, name, declared),
            (None, None, Some(value)) => Some(self.given(name, value)),
            (None, None, None) => {
                let set = self.set_by_service(name);
                set.or_else(|| self.default_text(name, declared).filter(|_| uses_defaults))
            }
        };
        let is_passed = scope.call.is_some() || scope.embedded.is_some();
        found.ok_or_else(|| match is_passed {
            true => Reason::Failed { message: format!("parameter `{name}` has no value") },
            false => Reason::NoValue { reference: self.lookup.qualify(name) },
        })
    }

    /// The text that a stack in the code of another format passes. If its deployments have different values, the world
    /// chooses one of them.
    fn passed_by_code(&self, stack: &EmbeddedStack, name: &str, declared: &Mapping) -> Option<ParameterText> {
        let Some(passed) = stack.arguments.iter().find(|passed| passed.name == name) else {
            return match &stack.unknown_arguments {
                Some(why) => Some(ParameterText { text: Unknown(why.clone()), hops: Vec::new(), option: None }),
                None => self.default_text(name, declared),
            };
        };
        let mut texts: Vec<ParameterText> = Vec::new();
        for value in &passed.values {
            let text = match value {
                Some(value) => self.argument_of_code(stack, name, value),
                None => self.default_text(name, declared)?,
            };
            if texts.iter().all(|other| other.text != text.text) {
                texts.push(text);
            }
        }
        if texts.len() < 2 {
            return texts.pop();
        }
        let mut known: Vec<String> = Vec::new();
        for text in &texts {
            known.extend(match &text.text {
                Known(text) => Some(text.clone()),
                Unknown(_) => None,
            });
        }
        let subject = self.lookup.qualify(name);
        let chosen = if known.len() == texts.len() { self.world.choose(&subject, &known) } else { None };
        match chosen {
            Some(index) => texts.into_iter().nth(index),
            None => {
                let setter = "the overrides of the stack set".to_owned();
                let why = Reason::SetElsewhere { reference: subject, setter };
                Some(ParameterText { text: Unknown(why), hops: texts.pop()?.hops, option: None })
            }
        }
    }

    fn argument_of_code(&self, stack: &EmbeddedStack, name: &str, value: &Traced<Data>) -> ParameterText {
        let step = steps::STACK_PARAMETER.in_call(name, stack.address.clone());
        let mut hops = vec![Hop { span: value.origin.span(), step }];
        hops.extend(value.hops.iter().cloned());
        ParameterText { text: self.text_of(&value.value), hops, option: None }
    }

    /// The text that a stack passes; the default if it passes none or `AWS::NoValue`.
    fn passed(&self, call: &StackCall, name: &str, declared: &Mapping) -> Option<ParameterText> {
        let mut tried = self.lookup.library.files.context.tried.iter();
        let added = tried.find(|tried| tried.span == call.header && tried.key.as_deref() == Some(name));
        if let Some(text) = added.and_then(|added| added.text("")) {
            return Some(ParameterText { text: Known(text), hops: Vec::new(), option: None });
        }
        let passed = match (call.arguments.get(name), &call.unknown_parameters) {
            (Some(passed), _) => self.argument_text(name, call, passed),
            (None, Some(why)) => Some(ParameterText { text: Unknown(why.clone()), hops: Vec::new(), option: None }),
            (None, None) => None,
        };
        passed.or_else(|| self.default_text(name, declared))
    }

    /// The argument that a stack passes; `None` if it is `AWS::NoValue`.
    fn argument_text(&self, name: &str, call: &StackCall, passed: &StackParameter) -> Option<ParameterText> {
        let step = steps::STACK_PARAMETER.in_call(name, call.stack.clone());
        let mut hops = vec![Hop { span: passed.value.whole(), step }];
        if passed.is_overridden {
            let setter = "the overrides of the stack set".to_owned();
            let why = Reason::SetElsewhere { reference: self.lookup.qualify(name), setter };
            return Some(ParameterText { text: Unknown(why), hops, option: None });
        }
        let value = self.in_scope(call.caller.clone(), call.names.clone()).eval(&passed.value);
        if is_absent(&value) {
            return None;
        }
        hops.extend(value.hops);
        Some(ParameterText { text: self.text_of(&value.value), hops, option: None })
    }

    /// The text that a service of the Serverless Framework sets.
    fn set_by_service(&self, name: &str) -> Option<ParameterText> {
        let variables = &self.template().variables;
        let Some(value) = variables.parameters.get(name) else {
            let why = variables.unknown_parameters.clone()?;
            return Some(ParameterText { text: Unknown(why), hops: Vec::new(), option: None });
        };
        let mut hops = vec![Hop { span: value.whole(), step: steps::SERVICE_PARAMETER.of(name) }];
        let value = self.eval(value);
        hops.extend(value.hops);
        Some(ParameterText { text: self.text_of(&value.value), hops, option: None })
    }

    fn given(&self, name: &str, value: &ParameterValue) -> ParameterText {
        let (text, hops) = value.as_given(name);
        let tried = match (&text, hops.last()) {
            (Known(text), Some(hop)) => self.tried_text(hop.span, text),
            (_, _) => None,
        };
        let option = self.lookup.library.files.context.sources.file(value.option()).name.clone();
        ParameterText { text: tried.map_or(text, Known), hops, option: Some(option) }
    }

    fn default_text(&self, name: &str, declared: &Mapping) -> Option<ParameterText> {
        let default = &declared.get("Default")?.value;
        let hops = vec![Hop { span: default.whole(), step: steps::PARAMETER_DEFAULT.of(name) }];
        let written = scalar_text(default);
        let tried = self.tried_text(default.whole(), written.as_deref().unwrap_or_default());
        let text = match (self.placeholder(default), tried.or(written)) {
            (Some(why), _) => Unknown(why),
            (None, Some(text)) => Known(text),
            (None, None) => failed(format!("the default of `{name}` isn't a string")),
        };
        Some(ParameterText { text, hops, option: None })
    }

    /// The text of a value after the fixes that are tried.
    fn tried_text(&self, span: Span, old: &str) -> Option<String> {
        self.lookup.tried(span)?.text(old)
    }

    /// True if a parameter of the root template has no valid value, so that an option may set it. The evaluator's world
    /// is open.
    pub(super) fn lacks_value(&self, name: &str, declared: &Entry) -> bool {
        match self.parameter(name, declared).0 {
            Unknown(why) => matches!(why.root(), Reason::NoValue { .. } | Reason::SetElsewhere { .. }),
            Known(_) => false,
        }
    }

    /// True if the declaration of a parameter accepts a text as the value of an option.
    pub(super) fn accepts(&self, name: &str, declared: &Entry, text: &str) -> bool {
        let option = Some(name.to_owned());
        let given = ParameterText { text: Known(text.to_owned()), hops: Vec::new(), option };
        match self.validated(name, declared, &given, declared.key.span) {
            Unknown(why) => why.failure().is_none(),
            Known(_) => true,
        }
    }

    /// The results of matching the options with the declarations of the root template.
    pub(super) fn received(&self) -> Vec<OptionValue> {
        let names = self.lookup.library.given.names().into_iter();
        names
            .map(|(name, option)| OptionValue { option, name: name.to_owned(), option_use: self.option_use(name) })
            .collect()
    }

    fn option_use(&self, name: &str) -> OptionUse {
        let parameters = &self.template().declared.parameters;
        let Some(declared) = parameters.get(name) else {
            // A macro may add the declaration.
            let is_certain = parameters.flat.unread_reason().is_none();
            return if is_certain { OptionUse::Undeclared } else { OptionUse::Accepted };
        };
        let is_key = declared.value.as_mapping().is_none_or(is_stored);
        let given = self.lookup.library.given.get(name).filter(|_| !is_key).map(|value| value.as_given(name).0);
        let Some(text @ Known(_)) = given else { return OptionUse::Accepted };
        let given = ParameterText { text, hops: Vec::new(), option: Some(name.to_owned()) };
        match self.validated(name, declared, &given, declared.key.span) {
            Unknown(why) => why.failure().map_or(OptionUse::Accepted, |reason| OptionUse::Refused(reason.to_owned())),
            Known(_) => OptionUse::Accepted,
        }
    }
}
