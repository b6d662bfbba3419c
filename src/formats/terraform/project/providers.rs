//! Determines the Region and the account of a resource by the configuration of its provider.
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

/// A setting of a provider configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProviderSetting {
    Region,
    /// The number of the account, or null if the configuration doesn't determine it.
    Account,
}

/// The arguments of a provider configuration that determine its account.
const ASSUME_ROLE: &str = "assume_role";
const ROLE_ARN: &str = "role_arn";
const ALLOWED_ACCOUNTS: &str = "allowed_account_ids";

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

/// The account in which a resource is created, if the configuration of its provider determines it. The evaluation asks
/// no question, so it adds no world.
pub(super) fn account(block: &Block, kind: &ResourceKind, evaluator: &ModuleEvaluator<'_>) -> Option<String> {
    if !matches!(kind.role, ResourceRole::Trail(_)) {
        return None;
    }
    let own_name = kind.name.split('_').next().unwrap_or_default();
    let world = evaluator.world.frozen();
    let mut evaluator = evaluator.clone();
    evaluator.world = &world;
    let wanted = wanted(block, own_name, &evaluator)?;
    let source = evaluator.lookup.scope.module.provider_source(&wanted.name)?;
    if source != format!("hashicorp/{own_name}") {
        return None;
    }
    match configured(wanted, &source, ProviderSetting::Account, &evaluator).0 {
        Known(Data::String(account)) => Some(account),
        Known(_) | Unknown(_) => None,
    }
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
    let wanted = wanted(block, own_name, evaluator);
    if let (Some(reference), Some(provider)) = (&wanted, block.body.attribute("provider")) {
        hops.push(Hop { span: provider.value.span, step: steps::PROVIDER.of(reference.to_string()) });
    }
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
                configured(wanted.clone(), &source, ProviderSetting::Region, evaluator)
            });
            hops.extend(remembered.1.iter().cloned());
            remembered.0.clone().and_then(|data| of_region(&data))
        }
    };
    Traced { value, origin: Origin::Absent(block.header), hops }
}

/// The provider configuration that a resource names, or the default one. `None` if the reference can't be read.
fn wanted(block: &Block, own_name: &str, evaluator: &ModuleEvaluator<'_>) -> Option<Reference> {
    match block.body.attribute("provider") {
        None => Some(Reference { name: own_name.to_owned(), alias: None, key: None }),
        Some(attribute) => Reference::read(&attribute.value, evaluator),
    }
}

/// Finds the configuration in a module or its callers, and evaluates its setting.
fn configured(
    mut wanted: Reference,
    source: &str,
    setting: ProviderSetting,
    evaluator: &ModuleEvaluator<'_>,
) -> ValuePath {
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
                let (value, rest) = wanted.setting_in(block, setting, &evaluator);
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
            (None, None) => {
                let value = match setting {
                    ProviderSetting::Region => environment(&wanted, scope, evaluator),
                    ProviderSetting::Account => Known(Data::Null),
                };
                return (value, hops);
            }
        }
    }
}

/// The account of a provider configuration: that of the role that it assumes last, and the only one that it allows. If
/// they contradict each other, Terraform deploys nothing.
fn account_in(block: &Block, evaluator: &ModuleEvaluator<'_>) -> Option<String> {
    let allowed = block.body.attribute(ALLOWED_ACCOUNTS);
    let allowed = allowed.and_then(|attribute| only_account(&evaluator.eval(&attribute.value).value));
    let of_role = match block.body.attribute(ASSUME_ROLE) {
        // An argument in the JSON syntax, and of the awscc provider.
        Some(attribute) => account_of_last_role(&evaluator.eval(&attribute.value).value),
        None => account_of_last_block(block, evaluator),
    };
    match (of_role, allowed) {
        (Some(of_role), Some(allowed)) => (of_role == allowed).then_some(allowed),
        (of_role, allowed) => of_role.or(allowed),
    }
}

/// The account of the last block with a role. A `dynamic` block isn't evaluated.
fn account_of_last_block(block: &Block, evaluator: &ModuleEvaluator<'_>) -> Option<String> {
    if block.body.blocks("dynamic").next().is_some() {
        return None;
    }
    let role = block.body.blocks(ASSUME_ROLE).last()?.body.attribute(ROLE_ARN)?;
    account_of_arn(&evaluator.eval(&role.value).value)
}

/// The account of the last role in an object or a list of objects.
fn account_of_last_role(value: &Maybe<Data>) -> Option<String> {
    let role = match value {
        Known(Data::List(roles)) => &roles.items.last()?.value,
        value => value,
    };
    let Known(Data::Object(role)) = role else { return None };
    account_of_arn(&role.field(ROLE_ARN)?.value.value)
}

fn account_of_arn(arn: &Maybe<Data>) -> Option<String> {
    let Known(Data::String(arn)) = arn else { return None };
    let mut parts = arn.split(':');
    let (Some("arn"), Some("iam")) = (parts.next(), parts.nth(1)) else { return None };
    parts.nth(1).filter(|account| is_account(account)).map(str::to_owned)
}

/// The account of a list that has no other one.
fn only_account(value: &Maybe<Data>) -> Option<String> {
    let Known(Data::List(accounts)) = value else { return None };
    let mut only = None;
    for account in &accounts.items {
        let Known(Data::String(account)) = &account.value else { return None };
        if only.is_some_and(|only| only != account) {
            return None;
        }
        only = Some(account);
    }
    only.filter(|account| is_account(account)).cloned()
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
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

    /// The setting in the `provider` block.
    fn setting_in(&self, block: &Block, setting: ProviderSetting, evaluator: &ModuleEvaluator<'_>) -> ValuePath {
        match (self.names_of_key(block, evaluator), setting) {
            (Known(names), ProviderSetting::Region) => self.evaluate(block, &evaluator.with(names)),
            (Known(names), ProviderSetting::Account) => {
                (Known(account_in(block, &evaluator.with(names)).map_or(Data::Null, Data::String)), Vec::new())
            }
            (Unknown(why), _) => (Unknown(why), Vec::new()),
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
