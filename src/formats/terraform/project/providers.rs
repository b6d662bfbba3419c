//! Determines the Region of a resource by the configuration of its provider.
//!
//! A resource refers to a configuration, or has the default one. In a called module, this is the one that the call
//! passes, otherwise the module's own one, otherwise the caller's default one. Source:
//! <https://developer.hashicorp.com/terraform/language/modules/develop/providers>, and for keys
//! <https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration>.

use super::expand;
use super::module::Configuration;
use super::program::ModuleEvaluator;
use super::scope::{ModuleCallInstance, ModuleScope};
use crate::formats::terraform::language::{LocalNames, ValuePath, quoted, region_from_environment, symbol};
use crate::formats::terraform::steps;
use crate::model::ResourceKind;
use crate::model::dialects::of_region;
use crate::model::kinds::ResourceRole;
use crate::syntax::hcl::{Block, Expr, ExprKind, ObjectKey};
use crate::value::{Data, Hop, Known, Maybe, Origin, Reason, Traced, Unknown};

/// A reference to a provider configuration: `aws`, `aws.eu`, `aws.in["eu-west-1"]`.
#[derive(Debug, Clone, PartialEq)]
struct Reference {
    /// The provider's local name.
    name: String,
    alias: Option<String>,
    /// The key in brackets. OpenTofu creates a configuration for each key.
    key: Option<Maybe<Data>>,
}

/// The Region of a resource that isn't created, or whose Region isn't used.
pub(super) fn nowhere(block: &Block) -> Traced<String> {
    let why = Reason::NotEvaluated { construct: "the Region of other resources".to_owned() };
    Traced { value: Unknown(why), origin: Origin::Absent(block.header), hops: Vec::new() }
}

/// The Region of a resource's provider configuration, with the hops to its location.
pub(super) fn region(block: &Block, kind: &ResourceKind, evaluator: &ModuleEvaluator<'_>) -> Traced<String> {
    if !matches!(kind.role, ResourceRole::Trail(_)) {
        return nowhere(block);
    }
    region_of_provider(block, kind.name.split('_').next().unwrap_or_default(), evaluator)
}

/// The Region of a stack: that of its own argument, otherwise the one of its provider.
pub(super) fn region_of_stack(block: &Block, provider: &str, evaluator: &ModuleEvaluator<'_>) -> Traced<String> {
    match block.body.attribute("region").filter(|own| provider == "aws" && own.value.kind != ExprKind::Null) {
        Some(own) => evaluator.eval(&own.value).map(|value| value.and_then(|data| of_region(&data))),
        None => region_of_provider(block, provider, evaluator),
    }
}

fn region_of_provider(block: &Block, own_name: &str, evaluator: &ModuleEvaluator<'_>) -> Traced<String> {
    let mut hops = Vec::new();
    let wanted = match block.body.attribute("provider").map(|attribute| &attribute.value) {
        None => Some(Reference { name: own_name.to_owned(), alias: None, key: None }),
        Some(expr) => Reference::read(expr, evaluator).inspect(|reference| {
            hops.push(Hop { span: expr.span, step: steps::PROVIDER.of(reference.to_string()) });
        }),
    };
    let found = wanted.and_then(|wanted| {
        let source = evaluator.lookup.scope.module.provider_source(&wanted.name)?;
        Some((wanted, source))
    });
    let value = match found {
        None => Unknown(Reason::Unreadable),
        Some((_, source)) if source != format!("hashicorp/{own_name}") => {
            Unknown(Reason::NotEvaluated { construct: format!("provider `{source}`") })
        }
        Some((wanted, source)) => {
            let remembered = evaluator.lookup.scope.memoize(&format!("provider.{wanted}"), evaluator.world, || {
                configured(wanted.clone(), &source, evaluator)
            });
            hops.extend(remembered.1.iter().cloned());
            remembered.0.clone().and_then(|data| of_region(&data))
        }
    };
    Traced { value, origin: Origin::Absent(block.header), hops }
}

/// Finds the configuration in a module or its callers, and evaluates its Region.
fn configured(mut wanted: Reference, source: &str, evaluator: &ModuleEvaluator<'_>) -> ValuePath {
    let mut hops = Vec::new();
    let mut scope = evaluator.lookup.scope;
    loop {
        let passed = scope.call.as_ref().and_then(|call| Some((call, passed(scope, call, &wanted, source)?)));
        if let Some((call, expr)) = passed {
            let reference =
                Reference::read(expr, &ModuleEvaluator::of_call(call, evaluator.lookup.tree, evaluator.world));
            let Some(reference) = reference else { return (Unknown(Reason::Unreadable), hops) };
            if call.caller.module.provider_source(&reference.name).as_deref() != Some(source) {
                let construct = format!("provider `{reference}`, which isn't `{source}`,");
                return (Unknown(Reason::NotEvaluated { construct }), hops);
            }
            let module = module_name(scope);
            hops.push(Hop { span: expr.span, step: steps::PASSED_PROVIDER.in_call(wanted.to_string(), module) });
            wanted = reference;
            scope = &call.caller;
            continue;
        }
        match scope.module.provider(source, wanted.alias.as_deref()) {
            Configuration::Block(block) => {
                let evaluator = ModuleEvaluator::of(evaluator.lookup.tree, scope, evaluator.world);
                let (value, rest) = wanted.region_in(block, &evaluator);
                hops.extend(rest);
                return (value, hops);
            }
            Configuration::Unreadable => return (Unknown(Reason::Unreadable), hops),
            Configuration::Nowhere => {}
        }
        match (&scope.call, &wanted.alias) {
            (_, Some(_)) => {
                return (
                    Unknown(Reason::Undeclared { reference: scope.qualify(&wanted.to_string()), is_set: false }),
                    hops,
                );
            }
            (Some(call), None) => scope = &call.caller,
            (None, None) => return (environment(&wanted, scope, evaluator), hops),
        }
    }
}

/// The configuration that the call of a module passes for a provider.
fn passed<'a>(scope: &ModuleScope, call: &'a ModuleCallInstance, wanted: &Reference, source: &str) -> Option<&'a Expr> {
    let block = call.caller.module.block(call.block)?;
    let ExprKind::Object(items) = &block.body.attribute("providers")?.value.kind else { return None };
    for item in items {
        let (name, alias) = match &item.key {
            ObjectKey::Name(name) => (name.text.as_str(), None),
            ObjectKey::Expr(expr) => match names_in(expr) {
                Some(names) => names,
                None => continue,
            },
        };
        if alias == wanted.alias.as_deref() && scope.module.provider_source(name).as_deref() == Some(source) {
            return Some(&item.value);
        }
    }
    None
}

fn module_name(scope: &ModuleScope) -> String {
    let label = scope.call_block().and_then(|block| block.labels.first());
    label.map(|label| label.text.clone()).unwrap_or_default()
}

/// The Region of a provider whose configuration doesn't set it: that of the option, otherwise unknown because the
/// environment determines it.
fn environment(provider: &Reference, scope: &ModuleScope, evaluator: &ModuleEvaluator<'_>) -> Maybe<Data> {
    match &evaluator.lookup.tree.context.options.region {
        Some(region) => Known(Data::String(region.clone())),
        None => Unknown(region_from_environment(&scope.qualify(&provider.to_string()))),
    }
}

/// The local name and the alias in a reference without a key. In the JSON syntax and in old code, the reference is a
/// string.
fn names_in(expr: &Expr) -> Option<(&str, Option<&str>)> {
    match &expr.kind {
        ExprKind::Variable(name) => Some((name, None)),
        ExprKind::String(text) => Some(text.split_once('.').map_or((text, None), |(name, alias)| (name, Some(alias)))),
        ExprKind::GetAttr(base, alias) => match &base.kind {
            ExprKind::Variable(name) => Some((name, Some(&alias.text))),
            _ => None,
        },
        _ => None,
    }
}

impl Reference {
    /// Parses a reference, and evaluates its key.
    fn read(expr: &Expr, evaluator: &ModuleEvaluator<'_>) -> Option<Self> {
        let (names, key) = match &expr.kind {
            ExprKind::Index(base, key) => (base.as_ref(), Some(evaluator.eval(key).value)),
            // The parser turns a key that is an identifier into an attribute of the alias.
            ExprKind::GetAttr(base, key) if matches!(base.kind, ExprKind::GetAttr(..)) => {
                (base.as_ref(), Some(Known(Data::String(key.text.clone()))))
            }
            _ => (expr, None),
        };
        let (name, alias) = names_in(names)?;
        Some(Self { name: name.to_owned(), alias: alias.map(str::to_owned), key })
    }

    /// The Region in the `provider` block.
    fn region_in(&self, block: &Block, evaluator: &ModuleEvaluator<'_>) -> ValuePath {
        match self.names_of_key(block, evaluator) {
            Known(names) => self.evaluate(block, &evaluator.with(names)),
            Unknown(why) => (Unknown(why), Vec::new()),
        }
    }

    /// The value of `each` in the block.
    fn names_of_key(&self, block: &Block, evaluator: &ModuleEvaluator<'_>) -> Maybe<LocalNames> {
        let key = match (block.body.attribute("for_each"), &self.key) {
            (None, None) => return Known(LocalNames::new()),
            (Some(_), Some(Known(Data::String(key)))) => format!("[{}]", quoted(key)),
            (Some(_), Some(Unknown(why))) => return Unknown(why.clone()),
            (Some(_), Some(Known(_)) | None) | (None, Some(_)) => {
                return Unknown(Reason::Failed { message: format!("provider `{self}` has no such key") });
            }
        };
        let mut instances = expand::each_instance(block, evaluator);
        match instances.find(|instance| instance.key == key) {
            Some(instance) => Known(instance.names),
            None => Unknown(Reason::Undeclared {
                reference: evaluator.lookup.scope.qualify(&self.to_string()),
                is_set: false,
            }),
        }
    }

    fn evaluate(&self, block: &Block, evaluator: &ModuleEvaluator<'_>) -> ValuePath {
        let Some(region) = block.body.attribute("region") else { return self.without_region(block, evaluator) };
        let value = evaluator.eval_deciding(&region.value);
        match &value.value {
            Known(Data::Null) => self.without_region(block, evaluator),
            Known(Data::String(text)) if text.is_empty() => self.without_region(block, evaluator),
            Known(_) | Unknown(_) => {
                let mut hops = vec![Hop { span: region.value.span, step: steps::PROVIDER_REGION.of(self.to_string()) }];
                hops.extend(value.hops);
                (value.value, hops)
            }
        }
    }

    fn without_region(&self, block: &Block, evaluator: &ModuleEvaluator<'_>) -> ValuePath {
        let hop = Hop { span: block.header, step: steps::NO_PROVIDER_REGION.of(self.to_string()) };
        (environment(self, evaluator.lookup.scope, evaluator), vec![hop])
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        if let Some(alias) = &self.alias {
            write!(f, ".{alias}")?;
        }
        match &self.key {
            Some(key) => write!(f, "[{}]", symbol(key)),
            None => Ok(()),
        }
    }
}
