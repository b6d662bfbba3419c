//! The instances of a block in a plan, for blocks whose instances the files don't determine.

use crate::formats::InstanceKey;
use crate::formats::terraform::language::{LocalNames, quoted};
use crate::formats::terraform::project::expand::{
    BlockInstance, MAX_INSTANCES, TOO_MANY, computed_from, object, unclear,
};
use crate::formats::terraform::project::program::ModuleEvaluator;
use crate::formats::terraform::steps;
use crate::syntax::hcl::Block;
use crate::value::{Data, Hop, Known, Reason, Traced, Unknown};

/// The planned instances; `None` if the plan doesn't determine them, or has a key that is impossible for such a block.
pub(crate) fn instances(
    block: &Block,
    number: &Traced<Data>,
    evaluator: &ModuleEvaluator<'_>,
    names: impl Fn(&InstanceKey) -> Option<LocalNames>,
) -> Option<Vec<BlockInstance>> {
    if matches!(&number.value, Unknown(why) if why.is_failure()) {
        return None;
    }
    let keys = keys(block, evaluator)?;
    if keys.len() > MAX_INSTANCES {
        return Some(vec![unclear(number, TOO_MANY)]);
    }
    let exists = Traced {
        value: Known(!keys.is_empty()),
        origin: number.origin,
        hops: number.hops.iter().cloned().chain([hop(block, evaluator)]).collect(),
    };
    if keys.is_empty() {
        return Some(vec![BlockInstance { key: String::new(), names: LocalNames::new(), exists }]);
    }
    let mut instances = Vec::new();
    for key in keys {
        let key = key?;
        let text = match &key {
            InstanceKey::Index(index) => format!("[{index}]"),
            InstanceKey::Name(name) => format!("[{}]", quoted(name)),
        };
        instances.push(BlockInstance { key: text, names: names(&key)?, exists: exists.clone() });
    }
    Some(instances)
}

/// True if the plan contains a block without `count` and `for_each`; `None` if the plan doesn't determine it.
pub(crate) fn exists(block: &Block, evaluator: &ModuleEvaluator<'_>) -> Option<bool> {
    keys(block, evaluator).map(|keys| !keys.is_empty())
}

/// The value of `each` in an instance of which only the key is known.
pub(crate) fn names_of_key(key: &InstanceKey, collection: &Traced<Data>, why: &Reason) -> Option<LocalNames> {
    let InstanceKey::Name(name) = key else { return None };
    let expression = format!("{}[{}]", why.symbol(), quoted(name));
    let value = Unknown(Reason::Computed { expression, cause: Box::new(why.clone()), atom: None });
    let value = Traced { value, origin: collection.origin, hops: collection.hops.clone() };
    let each = [("key", computed_from(Data::String(name.clone()), collection)), ("value", value)];
    Some(vec![("each".to_owned(), object(&each, collection))])
}

/// The keys of a block's instances; `None` if the plan doesn't determine them.
fn keys(block: &Block, evaluator: &ModuleEvaluator<'_>) -> Option<Vec<Option<InstanceKey>>> {
    let plan = evaluator.lookup.tree.plan?;
    let scope = evaluator.lookup.scope;
    let keys = plan.keys(&scope.qualify(&name(block)));
    // An empty module may be in the plan under another address.
    let is_conclusive = plan.is_complete && plan.reaches(&scope.address);
    (!keys.is_empty() || is_conclusive).then(|| keys.into_iter().collect())
}

/// The hop to the plan, located at the block.
fn hop(block: &Block, evaluator: &ModuleEvaluator<'_>) -> Hop {
    let address = evaluator.lookup.scope.qualify(&name(block));
    Hop { span: block.header, step: steps::PLANNED.of(address) }
}

/// A block's name in an address.
pub(crate) fn name(block: &Block) -> String {
    let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
    let labels = labels.join(".");
    if block.kind.text == "module" { format!("module.{labels}") } else { labels }
}
