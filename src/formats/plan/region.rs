//! The Region of a planned resource that doesn't say its own: where it lies already, or its provider's.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation>.

use crate::source::Span;
use crate::syntax::node::{Mapping, Tree};
use crate::value::{Known, Maybe, Origin, Traced, Unknown, Why};

/// Modules within modules deeper than this aren't looked for.
const MAX_DEPTH: usize = 64;

/// The configuration of which a plan was made.
#[derive(Clone, Copy)]
pub(super) struct Configuration<'a> {
    mapping: Option<&'a Mapping>,
    /// What the user says is the Region of what doesn't say its own.
    default: Option<&'a str>,
}

impl<'a> Configuration<'a> {
    pub(super) fn of(plan: &'a Tree, default: Option<&'a str>) -> Self {
        let root = plan.documents.first().and_then(|document| document.as_mapping());
        Self { mapping: root.and_then(|root| part(root, "configuration")), default }
    }

    /// The Region of a resource, by what is planned for it and by its address without keys.
    pub(super) fn region(self, header: Span, address: &str, after: &Mapping) -> Traced<String> {
        let home = after.get("home_region").map(|entry| &entry.value);
        if let Some((region, span)) = home.and_then(|home| Some((home.as_text()?, home.span))) {
            return Traced::written(region.to_owned(), span);
        }
        Traced { value: self.of_provider(address), origin: Origin::Absent(header), hops: Vec::new() }
    }

    fn of_provider(self, address: &str) -> Maybe<String> {
        let key = self.mapping.and_then(|mapping| provider_key(mapping, address));
        let Some(key) = key else { return unstated("the provider that the plan names") };
        let provider = self.mapping.and_then(|mapping| part(part(mapping, "provider_config")?, key));
        let Some(provider) = provider else { return unstated(&format!("provider `{key}`")) };
        match part(provider, "expressions").and_then(|expressions| part(expressions, "region")) {
            Some(region) => match region.get("constant_value").and_then(|entry| entry.value.as_text()) {
                Some(region) => Known(region.to_owned()),
                None => unstated(&format!("the Region of provider `{key}`")),
            },
            None => match self.default {
                Some(region) => Known(region.to_owned()),
                None => Unknown(Why::FromEnvironment { provider: key.to_owned() }),
            },
        }
    }
}

fn unstated<T>(what: &str) -> Maybe<T> {
    Unknown(Why::NotEvaluated { construct: what.to_owned() })
}

/// Under which key the configuration of a resource's provider stands.
fn provider_key<'a>(configuration: &'a Mapping, address: &str) -> Option<&'a str> {
    let mut module = part(configuration, "root_module")?;
    let mut rest = address;
    for _ in 0..MAX_DEPTH {
        let Some(inner) = rest.strip_prefix("module.") else { break };
        let (name, inner) = inner.split_once('.')?;
        module = part(part(part(module, "module_calls")?, name)?, "module")?;
        rest = inner;
    }
    let resources = module.get("resources")?.value.as_sequence()?.iter();
    let mut found =
        resources.filter_map(|node| node.as_mapping()).filter(|resource| text(resource, "address") == Some(rest));
    text(found.next()?, "provider_config_key")
}

fn part<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a Mapping> {
    mapping.get(key)?.value.as_mapping()
}

fn text<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a str> {
    mapping.get(key)?.value.as_text()
}
