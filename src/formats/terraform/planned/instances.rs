//! The instances of a block in a plan, for blocks whose instances the files don't determine.

use crate::formats::Key;
use crate::formats::terraform::eval::Evaluator;
use crate::formats::terraform::expand::{Instance, MAX_INSTANCES, TOO_MANY, made, object, quoted, unclear};
use crate::formats::terraform::scope::Names;
use crate::syntax::hcl::Block;
use crate::value::{Data, Hop, Known, Step, Traced, Unknown, Why};

/// The planned instances; `None` if the plan doesn't determine them, or has a key that is impossible for such a block.
pub(in crate::formats::terraform) fn instances(
    block: &Block,
    number: &Traced<Data>,
    evaluator: &Evaluator<'_>,
    names: impl Fn(&Key) -> Option<Names>,
) -> Option<Vec<Instance>> {
    if matches!(&number.value, Unknown(why) if why.is_failure()) {
        return None;
    }
    let keys = keys(block, evaluator)?;
    let exists = |exists| Traced {
        value: Known(exists),
        origin: number.origin,
        hops: number.hops.iter().cloned().chain([hop(block, evaluator)]).collect(),
    };
    let instance = |key: &Option<Key>| {
        let key = key.as_ref()?;
        let text = match key {
            Key::Index(index) => format!("[{index}]"),
            Key::Name(name) => format!("[{}]", quoted(name)),
        };
        Some(Instance { key: text, names: names(key)?, exists: exists(true) })
    };
    match keys.len() {
        0 => Some(vec![Instance { key: String::new(), names: Names::new(), exists: exists(false) }]),
        1..=MAX_INSTANCES => keys.iter().map(instance).collect(),
        _ => Some(vec![unclear(number, TOO_MANY)]),
    }
}

/// True if the plan contains a block without `count` and `for_each`; `None` if the plan doesn't determine it.
pub(in crate::formats::terraform) fn exists(block: &Block, evaluator: &Evaluator<'_>) -> Option<bool> {
    keys(block, evaluator).map(|keys| !keys.is_empty())
}

/// The value of `each` in an instance of which only the key is known.
pub(in crate::formats::terraform) fn names_of_key(key: &Key, collection: &Traced<Data>, why: &Why) -> Option<Names> {
    let Key::Name(name) = key else { return None };
    let expression = format!("{}[{}]", why.symbol(), quoted(name));
    let value = Unknown(Why::Computed { expression, cause: Box::new(why.clone()), atom: None });
    let value = Traced { value, origin: collection.origin, hops: collection.hops.clone() };
    let each = [("key", made(Data::String(name.clone()), collection)), ("value", value)];
    Some(vec![("each".to_owned(), object(&each, collection))])
}

/// The keys of a block's instances; `None` if the plan doesn't determine them.
fn keys(block: &Block, evaluator: &Evaluator<'_>) -> Option<Vec<Option<Key>>> {
    let plan = evaluator.tree.plan?;
    let scope = evaluator.scope;
    let keys = plan.keys(&scope.qualify(&name(block)));
    // An empty module may be in the plan under another address.
    let is_conclusive = plan.is_complete && plan.reaches(&scope.address);
    (!keys.is_empty() || is_conclusive).then(|| keys.into_iter().collect())
}

/// The hop to the plan, located at the block.
fn hop(block: &Block, evaluator: &Evaluator<'_>) -> Hop {
    let address = evaluator.scope.qualify(&name(block));
    Hop { span: block.header, step: Step::Planned(address) }
}

/// A block's name in an address.
fn name(block: &Block) -> String {
    let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
    let labels = labels.join(".");
    if block.kind.text == "module" { format!("module.{labels}") } else { labels }
}
