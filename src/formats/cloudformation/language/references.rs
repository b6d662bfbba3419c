//! Evaluates `Ref` and `Fn::GetAtt`.

use super::call::FunctionArgument;
use super::eval::{Evaluator, written};
use super::lookup::Lookup;
use super::symbols::{MAX_SYMBOL, computed, failed};
use crate::source::Span;
use crate::value::{Data, Known, Maybe, Origin, Reason, Traced, Unknown};

/// The pseudo parameter that removes an entry:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>.
const NO_VALUE: &str = "AWS::NoValue";

impl<L: Lookup> Evaluator<'_, L> {
    /// `Ref` returns the value of a parameter, or the physical ID of a resource, which is unknown.
    pub(super) fn reference(&self, argument: FunctionArgument<'_>, span: Span) -> Traced<Data> {
        match argument.text() {
            Some(name) => self.named(&self.filled(name), span),
            None => written(failed("`Ref` takes a name"), span),
        }
    }

    /// Resolves a name: a loop variable, a parameter, a pseudo parameter or a resource.
    pub(crate) fn named(&self, name: &str, span: Span) -> Traced<Data> {
        if let Some((_, value)) = self.names.iter().rev().find(|(own, _)| own == name) {
            let value = value.clone().map(|text| text.map(Data::String));
            return Traced { origin: Origin::Written(span), ..value };
        }
        if name == NO_VALUE {
            return Traced { value: Known(Data::Null), origin: Origin::Null(span), hops: Vec::new() };
        }
        if let Some(declared) = self.lookup.declarations().parameters.get(name) {
            let (value, hops) = self.parameter(name, declared);
            return Traced { value, origin: Origin::Written(span), hops };
        }
        if name.len() > MAX_SYMBOL {
            return written(Unknown(Reason::OverLimit { limit: "the length of an expression" }), span);
        }
        written(self.lookup.pseudo_parameter(name).unwrap_or_else(|| self.resource_name(name)), span)
    }

    fn resource_name(&self, name: &str) -> Maybe<Data> {
        let reference = self.lookup.qualify(&format!("!Ref {name}"));
        if self.declares(name) {
            return Unknown(Reason::AtDeployment { reference, is_set: true });
        }
        let declared = self.lookup.declarations();
        let may_be_made = declared.is_transformed || !declared.resources.flat.loops.is_empty();
        if may_be_made
            || declared.resources.flat.unread_reason().is_some()
            || declared.parameters.flat.unread_reason().is_some()
        {
            return Unknown(Reason::AtDeployment { reference, is_set: false });
        }
        Unknown(Reason::Undeclared { reference: self.lookup.qualify(name), is_set: false })
    }

    fn declares(&self, resource: &str) -> bool {
        self.lookup.declarations().resources.get(resource).is_some()
    }

    /// `Fn::GetAtt` returns an attribute of a resource, which is known during deployment, or an output of a nested stack.
    pub(super) fn attribute(&self, argument: FunctionArgument<'_>, span: Span) -> Traced<Data> {
        if let Some(path) = argument.text() {
            return self.attribute_at(&self.filled(path), span);
        }
        let Some(parts) = argument.items() else {
            return written(failed("`Fn::GetAtt` takes a resource and an attribute"), span);
        };
        let parts: Vec<Maybe<Data>> = parts.iter().map(|part| self.eval(part).value).collect();
        let texts = parts.iter().map(|part| match self.text_of(part) {
            Known(text) => Some(text),
            Unknown(_) => None,
        });
        match texts.collect::<Option<Vec<String>>>() {
            Some(path) => self.attribute_at(&path.join("."), span),
            None => written(computed(&self.lookup.qualify("!GetAtt"), &parts.iter().collect::<Vec<_>>(), None), span),
        }
    }

    /// The attribute at a path such as `Key.Arn`. Only the outputs of nested stacks can be evaluated.
    pub(super) fn attribute_at(&self, path: &str, span: Span) -> Traced<Data> {
        if path.len() > MAX_SYMBOL {
            return written(Unknown(Reason::OverLimit { limit: "the length of an expression" }), span);
        }
        if let Some((stack, output)) = path.split_once(".Outputs.")
            && let Some(value) = L::output(self, stack, output, span)
        {
            return value;
        }
        let resource = path.split_once('.').map_or(path, |(resource, _)| resource);
        // An output of a nested stack may have any value, including an empty one.
        let is_set = self.declares(resource) && !path.contains(".Outputs.");
        let reference = self.lookup.qualify(&format!("!GetAtt {path}"));
        written(Unknown(Reason::AtDeployment { reference, is_set }), span)
    }
}
