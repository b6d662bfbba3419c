//! Reads the `configuration` section of a plan, which describes the planned code: the Region of a resource's provider,
//! and the references behind arguments whose values are unknown.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation>.

use std::collections::HashMap;

use super::address::{segments, without_keys};
use super::raw::{self, ConstantText, Expression, JsonPart, PlanText, RawModule, RawResource, Unique};
use crate::formats::region_from_environment;
use crate::model::SearchSubject;
use crate::source::Span;
use crate::syntax::node::Mapping;
use crate::value::{Known, Maybe, Origin, Reason, Traced, Unknown};

/// The number of references that are followed to the source of a value.
const MAX_HOPS: usize = 64;

/// The limit of references in an expression. Beyond it, none are used.
const MAX_REFERENCES: usize = 256;

/// The attributes by which others refer to a resource: they are neither null nor empty once it is there.
const IDENTITIES: [&str; 3] = ["arn", "id", "key_id"];

/// The configuration from which a plan was made.
pub(super) struct PlannedConfiguration<'a> {
    text: PlanText<'a>,
    raw: Option<&'a raw::RawConfiguration<'a>>,
    /// The resources by address, without instance keys.
    declared: HashMap<String, &'a RawResource<'a>>,
    /// The user's default Region, for a provider without one.
    default: Option<&'a str>,
}

/// The arguments of a resource in the code.
pub(super) struct Arguments<'c, 'a> {
    configuration: &'c PlannedConfiguration<'a>,
    /// The module calls that lead to the resource, each with its key.
    calls: Vec<String>,
    /// The expressions by argument name; `None` if the resource isn't in the configuration.
    expressions: Option<Unique<JsonPart<'a>>>,
}

impl<'a> PlannedConfiguration<'a> {
    pub(super) fn of(text: PlanText<'a>, raw: Option<&'a raw::RawConfiguration<'a>>, default: Option<&'a str>) -> Self {
        let mut declared = HashMap::new();
        let root = raw.and_then(|raw| raw.root_module.as_ref());
        let mut pending: Vec<(String, &RawModule<'a>)> = root.map(|root| (String::new(), root)).into_iter().collect();
        while let Some((prefix, module)) = pending.pop() {
            let resources = module.resources.iter();
            declared.extend(resources.map(|resource| (format!("{prefix}{}", resource.address), resource)));
            let calls = module.module_calls.iter();
            pending.extend(calls.map(|(name, call)| (format!("{prefix}module.{name}."), &call.module)));
        }
        Self { text, raw, declared, default }
    }

    /// The arguments of the resource at an address, in the code.
    pub(super) fn arguments(&self, address: &str) -> Arguments<'_, 'a> {
        let declared = without_keys(address).and_then(|address| self.declared.get(&address));
        let expressions = declared.and_then(|declared| match declared.expressions {
            Some(expressions) => self.text.read(expressions).ok(),
            // Terraform omits the expressions of a resource without any. A trail always has some.
            None => (!is_trail(address)).then(Unique::default),
        });
        Arguments { configuration: self, calls: calls(address), expressions }
    }

    /// The Region of a resource: the planned `home_region`, or the Region of its provider.
    pub(super) fn region(&self, header: Span, address: &str, after: &Mapping) -> Traced<String> {
        let home = after.get("home_region").map(|entry| &entry.value);
        if let Some((region, span)) = home.and_then(|home| Some((home.as_text()?, home.span))) {
            return Traced::written(region.to_owned(), span);
        }
        Traced { value: self.of_provider(address), origin: Origin::Absent(header), hops: Vec::new() }
    }

    fn of_provider(&self, address: &str) -> Maybe<String> {
        let declared = without_keys(address).and_then(|address| self.declared.get(&address));
        let Some(key) = declared.and_then(|declared| declared.provider_config_key.as_deref()) else {
            return unstated("the provider that the plan names");
        };
        let Some(provider) = self.raw.and_then(|raw| raw.provider_config.get(key)) else {
            return unstated(&format!("provider `{key}`"));
        };
        let region = provider.expressions.as_ref().and_then(|expressions| expressions.get("region"));
        match (region, self.default) {
            (Some(region), _) => match self.expression(region) {
                Some(Expression { constant_value: Some(ConstantText::Text(region)), .. }) => Known(region),
                _ => unstated(&format!("the Region of provider `{key}`")),
            },
            (None, Some(region)) => Known(region.to_owned()),
            (None, None) => Unknown(region_from_environment(key)),
        }
    }

    fn expression(&self, part: JsonPart<'a>) -> Option<Expression> {
        self.text.read(part).ok()
    }

    /// The module at the end of a chain of calls.
    fn module(&self, calls: &[String]) -> Option<&'a RawModule<'a>> {
        let mut module = self.raw?.root_module.as_ref()?;
        for call in calls {
            module = &module.module_calls.get(name_of(call))?.module;
        }
        Some(module)
    }

    /// Follows a reference through variables and outputs, and returns the address of the attribute at its end.
    fn follow(&self, mut calls: Vec<String>, reference: String) -> Option<String> {
        let mut reference = reference;
        for _ in 0..MAX_HOPS {
            if let Some(name) = reference.strip_prefix("var.") {
                let call = calls.pop()?;
                let call = self.module(&calls)?.module_calls.get(name_of(&call))?;
                reference = self.only_reference(call.expressions.as_ref()?.get(name)?)?;
            } else if reference.starts_with("module.") {
                let parts = segments(&reference)?;
                let [_, call, output] = parts.as_slice() else { return None };
                calls.push((*call).to_owned());
                reference = self.only_reference(self.module(&calls)?.outputs.get(*output)?.expression?)?;
            } else {
                return is_attribute(&reference).then(|| {
                    let calls = calls.iter().map(|call| format!("module.{call}."));
                    calls.chain([reference]).collect()
                });
            }
        }
        None
    }

    /// The single reference of an expression; `None` if there are several. Terraform lists the reference itself first,
    /// and then its prefixes.
    fn only_reference(&self, part: JsonPart<'a>) -> Option<String> {
        let references = self.expression(part)?.references;
        let first = references.first()?;
        references.iter().all(|other| first.starts_with(other.as_str())).then(|| first.clone())
    }
}

impl<'a> Arguments<'_, 'a> {
    /// Returns the address of the attribute that an argument refers to, if it refers to only one.
    pub(super) fn reference(&self, argument: &str) -> Option<String> {
        let part = self.expressions.as_ref()?.get(argument)?;
        self.configuration.follow(self.calls.clone(), self.configuration.only_reference(part)?)
    }

    /// Returns the addresses of the attributes that an argument refers to, in order; empty if one of them can't be
    /// followed.
    pub(super) fn references(&self, argument: &str) -> Vec<String> {
        self.expressions.as_ref().map(|expressions| self.references_in(expressions, argument)).unwrap_or_default()
    }

    /// Like [`Self::references`], for an argument of a nested block.
    pub(super) fn references_in(&self, expressions: &Unique<JsonPart<'a>>, argument: &str) -> Vec<String> {
        let expression = expressions.get(argument).and_then(|part| self.configuration.expression(part));
        let references = leaves(&expression.unwrap_or_default().references).into_iter();
        let followed = references.map(|reference| self.configuration.follow(self.calls.clone(), reference));
        followed.collect::<Option<Vec<String>>>().unwrap_or_default()
    }

    /// Returns the expressions of the blocks of a type, in order.
    pub(super) fn blocks(&self, name: &str) -> Vec<Unique<JsonPart<'a>>> {
        let part = self.expressions.as_ref().and_then(|expressions| expressions.get(name));
        part.map(|part| self.blocks_in(part)).unwrap_or_default()
    }

    /// Returns the expressions of the blocks in a part of the configuration, in order.
    pub(super) fn blocks_in(&self, part: JsonPart<'a>) -> Vec<Unique<JsonPart<'a>>> {
        self.configuration.text.read(part).unwrap_or_default()
    }

    /// Returns the value of a constant expression.
    pub(super) fn constant(&self, part: JsonPart<'a>) -> Option<ConstantText> {
        self.configuration.expression(part)?.constant_value
    }

    /// Returns the reason why the value of an argument is unknown. Its address in the plan is `own`.
    pub(super) fn why(&self, argument: &str, own: &str) -> Reason {
        match self.reference(argument) {
            Some(reference) => {
                let attribute = reference.rsplit_once('.').map_or("", |(_, attribute)| attribute);
                let is_set = IDENTITIES.contains(&attribute);
                Reason::AtDeployment { reference, is_set }
            }
            None => Reason::AtDeployment { reference: own.to_owned(), is_set: false },
        }
    }

    /// True if the argument isn't set in the code, so that the provider chooses its value.
    pub(super) fn is_unset(&self, argument: &str) -> bool {
        self.expressions.as_ref().is_some_and(|expressions| !expressions.contains_key(argument))
    }

    /// True if the argument may be unknown, because its expression contains references, or because the code isn't
    /// available.
    pub(super) fn may_be_unknown(&self, argument: &str) -> bool {
        match &self.expressions {
            Some(expressions) => expressions.get(argument).is_some_and(|part| part.get().contains("\"references\"")),
            None => true,
        }
    }

    /// True if blocks of this type may be unknown. The configuration omits blocks that a `dynamic` block generates.
    pub(super) fn may_make_unknown(&self, blocks: &str) -> bool {
        let is_written = self.expressions.as_ref().is_some_and(|expressions| expressions.contains_key(blocks));
        !is_written || self.may_be_unknown(blocks)
    }
}

/// Returns the references without their prefixes: for each reference, Terraform also lists the objects that contain the
/// attribute.
fn leaves(references: &[String]) -> Vec<String> {
    let mut leaves: Vec<String> = Vec::new();
    if references.len() > MAX_REFERENCES {
        return leaves;
    }
    for reference in references {
        if !references.iter().any(|other| holds(reference, other)) && !leaves.contains(reference) {
            leaves.push(reference.clone());
        }
    }
    leaves
}

fn holds(holder: &str, other: &str) -> bool {
    other.strip_prefix(holder).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// The calls in an address, each with its key.
fn calls(address: &str) -> Vec<String> {
    let parts = segments(address).unwrap_or_default();
    let calls = parts.chunks(2).map_while(|pair| match pair {
        ["module", call] => Some((*call).to_owned()),
        _ => None,
    });
    calls.collect()
}

/// True if the resource at an address has the type of a trail.
fn is_trail(address: &str) -> bool {
    let kind = segments(address).and_then(|parts| parts.iter().rev().nth(1).copied());
    kind.is_some_and(|kind| SearchSubject::Trails.kind(kind).is_some())
}

/// The name of a call, without its key.
fn name_of(call: &str) -> &str {
    call.split_once('[').map_or(call, |(name, _)| name)
}

/// True if a reference is to a whole attribute of a resource or of a data source.
fn is_attribute(reference: &str) -> bool {
    let Some(parts) = segments(reference) else { return false };
    match parts.as_slice() {
        ["data", _, _, attribute] => !attribute.contains('['),
        ["data" | "local" | "each" | "count" | "path" | "terraform" | "self", ..] => false,
        [_, _, attribute] => !attribute.contains('['),
        _ => false,
    }
}

fn unstated<T>(what: &str) -> Maybe<T> {
    Unknown(Reason::NotEvaluated { construct: what.to_owned() })
}
