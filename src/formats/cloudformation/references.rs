//! Evaluates `Ref` and `Fn::GetAtt`.

use super::call::FunctionArgument;
use super::eval::{TemplateEvaluator, written};
use super::symbols::{MAX_SYMBOL, computed, failed};
use crate::model::region;
use crate::source::Span;
use crate::value::{Data, Hop, HopKind, Known, Maybe, Origin, Reason, Traced, Unknown};

/// The pseudo parameter that removes an entry:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>.
const NO_VALUE: &str = "AWS::NoValue";

const REGION: &str = "AWS::Region";
const PARTITION: &str = "AWS::Partition";
const URL_SUFFIX: &str = "AWS::URLSuffix";

/// The pseudo parameters with a value.
const PSEUDO: [&str; 7] =
    ["AWS::AccountId", "AWS::NotificationARNs", PARTITION, REGION, "AWS::StackId", "AWS::StackName", URL_SUFFIX];

impl TemplateEvaluator<'_> {
    /// `Ref` returns the value of a parameter, or the physical ID of a resource, which is unknown.
    pub(super) fn reference(&self, argument: FunctionArgument<'_>, span: Span) -> Traced<Data> {
        match argument.text() {
            Some(name) => self.named(&self.filled(name), span),
            None => written(failed("`Ref` takes a name"), span),
        }
    }

    /// Resolves a name: a loop variable, a parameter, a pseudo parameter or a resource.
    pub(super) fn named(&self, name: &str, span: Span) -> Traced<Data> {
        if let Some((_, value)) = self.names.iter().rev().find(|(own, _)| own == name) {
            let value = value.clone().map(|text| text.map(Data::String));
            return Traced { origin: Origin::Written(span), ..value };
        }
        if name == NO_VALUE {
            return Traced { value: Known(Data::Null), origin: Origin::Null(span), hops: Vec::new() };
        }
        if let Some(declared) = self.scope.template.parameters.get(name) {
            let (value, hops) = self.parameter(name, declared);
            return Traced { value, origin: Origin::Written(span), hops };
        }
        if name.len() > MAX_SYMBOL {
            return written(Unknown(Reason::OverLimit { limit: "the length of an expression" }), span);
        }
        written(self.pseudo(name).unwrap_or_else(|| self.resource_name(name)), span)
    }

    /// The Region of a resource whose key is at `header`. It is unknown within a stack set, which chooses its own
    /// Regions.
    pub(super) fn region(&self, header: Span) -> Traced<String> {
        let value = if self.scope.is_in_root_account() {
            self.text_of(&self.resolve(self.named(REGION, header)).value)
        } else {
            Unknown(Reason::NotEvaluated { construct: "the choice of a stack set's Regions".to_owned() })
        };
        Traced { value, origin: Origin::Absent(header), hops: Vec::new() }
    }

    fn pseudo(&self, name: &str) -> Option<Maybe<Data>> {
        if !PSEUDO.contains(&name) {
            return None;
        }
        let given = self.library.context.options.region.as_ref().filter(|_| self.scope.is_in_root_account());
        if let Some(text) = given.and_then(|region| implied(name, region)) {
            return Some(Known(Data::String(text)));
        }
        // A nested stack is deployed to the account and the Region of the parent stack.
        let is_shared = matches!(name, "AWS::AccountId" | PARTITION | REGION | URL_SUFFIX);
        let reference =
            if is_shared && self.scope.is_in_root_account() { name.to_owned() } else { self.scope.qualify(name) };
        Some(Unknown(Reason::AtDeployment { reference, is_set: name != "AWS::NotificationARNs" }))
    }

    fn resource_name(&self, name: &str) -> Maybe<Data> {
        let reference = self.scope.qualify(&format!("!Ref {name}"));
        if self.declares(name) {
            return Unknown(Reason::AtDeployment { reference, is_set: true });
        }
        let template = &self.scope.template;
        let may_be_made = template.is_transformed || !template.resources.flat.loops.is_empty();
        if may_be_made
            || template.resources.flat.unread_reason().is_some()
            || template.parameters.flat.unread_reason().is_some()
        {
            return Unknown(Reason::AtDeployment { reference, is_set: false });
        }
        Unknown(Reason::Undeclared { reference: self.scope.qualify(name), is_set: false })
    }

    fn declares(&self, resource: &str) -> bool {
        self.scope.template.resources.get(resource).is_some()
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
            None => written(computed(&self.scope.qualify("!GetAtt"), &parts.iter().collect::<Vec<_>>(), None), span),
        }
    }

    /// The attribute at a path such as `Key.Arn`. Only the outputs of nested stacks can be evaluated.
    pub(super) fn attribute_at(&self, path: &str, span: Span) -> Traced<Data> {
        if path.len() > MAX_SYMBOL {
            return written(Unknown(Reason::OverLimit { limit: "the length of an expression" }), span);
        }
        if let Some((stack, output)) = path.split_once(".Outputs.")
            && let Some(value) = self.returned(stack, output, span)
        {
            return value;
        }
        let resource = path.split_once('.').map_or(path, |(resource, _)| resource);
        // An output of a nested stack may have any value, including an empty one.
        let is_set = self.declares(resource) && !path.contains(".Outputs.");
        let reference = self.scope.qualify(&format!("!GetAtt {path}"));
        written(Unknown(Reason::AtDeployment { reference, is_set }), span)
    }
}

/// The value of a pseudo parameter that is determined by the Region.
fn implied(name: &str, region: &str) -> Option<String> {
    match name {
        REGION => Some(region.to_owned()),
        PARTITION => region::partition(region).map(|partition| partition.name.to_owned()),
        URL_SUFFIX => region::partition(region).map(|partition| partition.url_suffix.to_owned()),
        _ => None,
    }
}

/// The hop to a parameter's declaration.
pub(super) fn declaration(name: &str, key: Span) -> Vec<Hop> {
    vec![Hop { span: key, step: HopKind::Parameter(name.to_owned()) }]
}
