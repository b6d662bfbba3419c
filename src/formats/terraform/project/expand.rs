//! Expands a block to its instances, by `count`, `for_each` and `lifecycle.enabled`.

use super::planned;
use super::program::ModuleEvaluator;
use crate::formats::InstanceKey;
use crate::formats::terraform::language::collections::{Element, entry};
use crate::formats::terraform::language::unknowns::first_unknown_in;
use crate::formats::terraform::language::{LocalNames, quoted};
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr};
use crate::value::world::Atom;
use crate::value::{Data, Field, Hop, HopKind, Known, List, ListKind, Maybe, Object, Origin, Reason, Traced, Unknown};

/// The maximum number of instances of a block; more of them are represented by one instance.
pub(super) const MAX_INSTANCES: usize = 1024;

/// The reason for an unknown value if there are more instances.
pub(super) const TOO_MANY: Reason = Reason::OverLimit { limit: INSTANCES };

/// The name of this limit in messages.
pub(super) const INSTANCES: &str = "instances of a block";

#[cfg(test)]
thread_local! {
    /// The number of instances that a thread has created.
    pub(super) static CREATED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// An instance of a resource or of a module call.
#[derive(Debug, Clone)]
pub(super) struct BlockInstance {
    /// The suffix of the name in an address: empty, `[0]` or `["a"]`.
    pub(super) key: String,
    /// The value of `each` or `count`.
    pub(super) names: LocalNames,
    pub(super) exists: Traced<bool>,
}

impl BlockInstance {
    /// True if it is certain not to be created.
    pub(super) fn never_exists(&self) -> bool {
        self.exists.value == Known(false)
    }

    /// True if its existence is known, and it represents no other instances.
    pub(super) fn is_certain(&self) -> bool {
        matches!(self.exists.value, Known(_)) && self.names.iter().all(|(_, name)| has_known_key(name))
    }

    /// The value of `each.key`.
    fn each_key(&self) -> Option<String> {
        let (_, each) = self.names.iter().find(|(name, _)| name == "each")?;
        let Known(Data::Object(each)) = &each.value else { return None };
        match &each.field("key")?.value.value {
            Known(Data::String(key)) => Some(key.clone()),
            Known(_) | Unknown(_) => None,
        }
    }

    fn new(key: String, names: LocalNames, exists: Traced<bool>) -> Self {
        #[cfg(test)]
        CREATED.with(|created| created.set(created.get().saturating_add(1)));
        Self { key, names, exists }
    }
}

fn has_known_key(name: &Traced<Data>) -> bool {
    match &name.value {
        Known(Data::Object(name)) => name.fields.first().is_some_and(|key| matches!(key.value.value, Known(_))),
        Known(_) | Unknown(_) => false,
    }
}

/// The instances of a block in the evaluator's world.
pub(super) fn instances(block: &Block, evaluator: &ModuleEvaluator<'_>) -> Vec<BlockInstance> {
    each_instance(block, evaluator).collect()
}

/// The created instances of a block as a value: a tuple for `count`, an object for `for_each`, otherwise the only
/// instance. `None` if the instances aren't certain, or if there is none.
pub(super) fn as_value(
    block: &Block,
    span: Span,
    evaluator: &ModuleEvaluator<'_>,
    value: impl Fn(&BlockInstance) -> Traced<Data>,
) -> Option<Maybe<Data>> {
    let instances = instances(block, evaluator);
    if !instances.iter().all(BlockInstance::is_certain) {
        return None;
    }
    let mut created = instances.iter().filter(|instance| !instance.never_exists());
    if block.body.attribute("count").is_some() {
        return Some(Known(Data::tuple(created.map(value).collect())));
    }
    if block.body.attribute("for_each").is_some() {
        let fields = created
            .filter_map(|instance| Some(Field { key: instance.each_key()?, key_span: span, value: value(instance) }));
        return Some(Known(Data::Object(Object::new(span, fields.collect()))));
    }
    created.next().map(|instance| value(instance).value)
}

/// Instances that are created when they are needed.
type BlockInstances = Box<dyn Iterator<Item = BlockInstance>>;

/// The same one by one, for a caller that may not need all of them.
pub(super) fn each_instance(block: &Block, evaluator: &ModuleEvaluator<'_>) -> BlockInstances {
    let enabled = block.body.blocks("lifecycle").find_map(|block| block.body.attribute("enabled"));
    if let Some(count) = block.body.attribute("count") {
        counted(block, &count.value, evaluator)
    } else if let Some(for_each) = block.body.attribute("for_each") {
        keyed(block, &for_each.value, evaluator)
    } else if let Some(enabled) = enabled {
        one(switched(block, &enabled.value, evaluator))
    } else {
        one(BlockInstance::new(String::new(), LocalNames::new(), always(block.header)))
    }
}

fn one(instance: BlockInstance) -> BlockInstances {
    Box::new(std::iter::once(instance))
}

fn always(header: Span) -> Traced<bool> {
    Traced { value: Known(true), origin: Origin::Absent(header), hops: Vec::new() }
}

fn counted(block: &Block, count: &Expr, evaluator: &ModuleEvaluator<'_>) -> BlockInstances {
    let count = evaluator.eval_deciding(count);
    match &count.value {
        Known(data) => match whole_number(data) {
            Some(0) => one(BlockInstance::new(String::new(), LocalNames::new(), exists(&count, false))),
            Some(number) if number <= MAX_INSTANCES => Box::new((0..number).map(move |index| {
                let names = count_names(computed_from(Data::Number(index as f64), &count), &count);
                BlockInstance::new(format!("[{index}]"), names, exists(&count, true))
            })),
            Some(_) => one(unclear(&count, TOO_MANY)),
            None => one(unclear(&count, Reason::Failed { message: "`count` isn't a whole number".to_owned() })),
        },
        Unknown(why) => {
            let planned = planned::instances(block, &count, evaluator, |key| match key {
                InstanceKey::Index(index) => {
                    Some(count_names(computed_from(Data::Number(*index as f64), &count), &count))
                }
                InstanceKey::Name(_) => None,
            });
            match planned {
                Some(instances) => Box::new(instances.into_iter()),
                None => {
                    let condition = format!("{} > 0", why.symbol());
                    one(unknown_number(&count, why, &condition, "[0]", evaluator, || {
                        count_names(unknown_part("count.index", block, &count, why, evaluator), &count)
                    }))
                }
            }
        }
    }
}

fn count_names(index: Traced<Data>, count: &Traced<Data>) -> LocalNames {
    vec![("count".to_owned(), object(&[("index", index)], count))]
}

/// An index, a key or a value of unknown instances. It differs from the unknown expression that decides their number, so
/// it has a name of its own.
fn unknown_part(
    part: &str,
    block: &Block,
    decider: &Traced<Data>,
    why: &Reason,
    evaluator: &ModuleEvaluator<'_>,
) -> Traced<Data> {
    named_part(part, &evaluator.lookup.scope.qualify(&planned::name(block)), decider, why)
}

/// Represents an unknown number of instances by none or one, because further instances would be like the first.
fn unknown_number(
    number: &Traced<Data>,
    why: &Reason,
    condition: &str,
    key: &str,
    evaluator: &ModuleEvaluator<'_>,
    names: impl Fn() -> LocalNames,
) -> BlockInstance {
    let decided =
        if why.is_failure() { None } else { evaluator.world.decide(Atom::Holds { condition: condition.to_owned() }) };
    match decided {
        Some(true) => BlockInstance::new(key.to_owned(), names(), exists(number, true)),
        Some(false) => BlockInstance::new(String::new(), LocalNames::new(), exists(number, false)),
        None => {
            let exists = number.clone().map(|_| Unknown(why.clone()));
            BlockInstance::new(key.to_owned(), names(), exists)
        }
    }
}

fn keyed(block: &Block, for_each: &Expr, evaluator: &ModuleEvaluator<'_>) -> BlockInstances {
    let collection = evaluator.eval_deciding(for_each);
    if let Some(why) = unknown_keys(&collection)
        && let Some(instances) =
            planned::instances(block, &collection, evaluator, |key| planned::names_of_key(key, &collection, why))
    {
        return Box::new(instances.into_iter());
    }
    let number = match &collection.value {
        Known(Data::Object(map)) => map.fields.len(),
        Known(Data::List(list)) if list.kind == ListKind::Set => list.items.len(),
        Known(Data::Null) => return one(failed("`for_each` is null", &collection)),
        Known(_) => return one(failed("`for_each` is neither a map nor a set of strings", &collection)),
        Unknown(why) => {
            let condition = format!("{} isn't empty", why.symbol());
            return one(unknown_number(&collection, why, &condition, "[*]", evaluator, || {
                let part = |part: &str| unknown_part(part, block, &collection, why, evaluator);
                each_names(part("each.key"), part("each.value"), &collection)
            }));
        }
    };
    match number {
        0 => one(BlockInstance::new(String::new(), LocalNames::new(), exists(&collection, false))),
        1..=MAX_INSTANCES => Box::new((0..number).filter_map(move |index| element(&collection, index))),
        _ => one(unclear(&collection, TOO_MANY)),
    }
}

/// The instance for an element of a map or a set.
fn element(collection: &Traced<Data>, index: usize) -> Option<BlockInstance> {
    let (key, each, value) = match &collection.value {
        Known(Data::Object(map)) => {
            let field = map.fields.get(index).expect("the caller counts the elements");
            let (key, value) = entry(collection, field, map);
            (format!("[{}]", quoted(&field.key)), key, value)
        }
        Known(Data::List(list)) => {
            let item = list.items.get(index).expect("the caller counts the elements");
            let key = match &item.value {
                Known(Data::String(text)) => format!("[{}]", quoted(text)),
                Known(_) | Unknown(_) => "[*]".to_owned(),
            };
            let item = collection.member_value(item, HopKind::Element(index));
            (key, item.clone(), item)
        }
        Known(_) | Unknown(_) => return None,
    };
    Some(BlockInstance::new(key, each_names(each, value, collection), exists(collection, true)))
}

fn each_names(key: Traced<Data>, value: Traced<Data>, collection: &Traced<Data>) -> LocalNames {
    vec![("each".to_owned(), object(&[("key", key), ("value", value)], collection))]
}

fn failed(message: &str, decider: &Traced<Data>) -> BlockInstance {
    unclear(decider, Reason::Failed { message: message.to_owned() })
}

/// The reason why the keys of a collection's instances are unknown; `None` if they are known.
fn unknown_keys(collection: &Traced<Data>) -> Option<&Reason> {
    match &collection.value {
        Unknown(why) => Some(why),
        Known(data @ Data::List(List { kind: ListKind::Set, .. })) => first_unknown_in(data),
        Known(_) => None,
    }
}

fn switched(block: &Block, enabled: &Expr, evaluator: &ModuleEvaluator<'_>) -> BlockInstance {
    let enabled = evaluator.eval_deciding(enabled);
    let enabled = enabled.map(|value| {
        value.and_then(|data| match data {
            Data::Bool(value) => Known(value),
            _ => Unknown(Reason::Failed { message: "`enabled` isn't a boolean".to_owned() }),
        })
    });
    if matches!(enabled.value, Unknown(_))
        && let Some(is_there) = planned::exists(block, evaluator)
    {
        return BlockInstance::new(String::new(), LocalNames::new(), exists(&enabled, is_there));
    }
    BlockInstance::new(String::new(), LocalNames::new(), enabled)
}

/// The elements of a `dynamic` block's `for_each`.
pub(super) fn elements(for_each: &Expr, evaluator: &ModuleEvaluator<'_>) -> Result<Vec<Element>, Reason> {
    let collection = evaluator.eval_deciding(for_each);
    match &collection.value {
        Known(Data::Object(map)) => Ok(map.fields.iter().map(|field| entry(&collection, field, map)).collect()),
        Known(Data::List(list)) => {
            let elements = list.items.iter().enumerate().map(|(index, item)| {
                let item = collection.member_value(item, HopKind::Element(index));
                let key = match list.kind {
                    ListKind::Set => item.clone(),
                    ListKind::Tuple | ListKind::List => computed_from(Data::Number(index as f64), &collection),
                };
                (key, item)
            });
            Ok(elements.collect())
        }
        Known(_) => Err(Reason::Failed { message: "`for_each` is no collection".to_owned() }),
        // The plan determines which blocks exist.
        Unknown(why) if why.is_failure() || evaluator.planned.is_some() => Err(why.clone()),
        Unknown(why) => match evaluator.listed(for_each).value {
            Known(Data::List(list)) => {
                let elements = list.items.iter().enumerate().map(|(index, item)| match &item.value {
                    Known(_) => Ok(vec![(
                        named_part(&format!("the key of element {index}"), &why.symbol(), item, why),
                        item.clone(),
                    )]),
                    Unknown(why) => elements_of_unknown(item, why, evaluator),
                });
                Ok(elements.collect::<Result<Vec<_>, Reason>>()?.concat())
            }
            Known(_) | Unknown(_) => elements_of_unknown(&collection, why, evaluator),
        },
    }
}

/// Represents the elements of an unknown collection by none or one.
fn elements_of_unknown(
    collection: &Traced<Data>,
    why: &Reason,
    evaluator: &ModuleEvaluator<'_>,
) -> Result<Vec<Element>, Reason> {
    let condition = format!("{} isn't empty", why.symbol());
    match evaluator.world.decide(Atom::Holds { condition }) {
        Some(true) => {
            let whole = why.symbol();
            Ok(vec![(named_part("a key", &whole, collection, why), named_part("an element", &whole, collection, why))])
        }
        Some(false) => Ok(Vec::new()),
        None => Err(why.clone()),
    }
}

/// An unknown part of something, with a name of its own, so that it differs from all other unknown values.
fn named_part(part: &str, whole: &str, at: &Traced<Data>, why: &Reason) -> Traced<Data> {
    let expression = format!("{part} of {whole}");
    let reason = Reason::Computed { expression, cause: Box::new(why.clone()), atom: None };
    at.clone().map(|_: Maybe<Data>| Unknown(reason))
}

fn exists<T>(decider: &Traced<T>, exists: bool) -> Traced<bool> {
    Traced { value: Known(exists), origin: decider.origin, hops: decider.hops.clone() }
}

/// Represents instances that can't be distinguished.
pub(super) fn unclear(decider: &Traced<Data>, why: Reason) -> BlockInstance {
    BlockInstance::new(String::new(), LocalNames::new(), decider.clone().map(|_| Unknown(why)))
}

/// A computed value with the origin of the expression that it results from.
pub(super) fn computed_from(data: Data, at: &Traced<Data>) -> Traced<Data> {
    Traced { value: Known(data), origin: at.origin, hops: at.hops.clone() }
}

/// An object of names that the language defines, such as `each`. It has no location of its own; the hops of its fields
/// begin at the expression that it results from.
pub(super) fn object(fields: &[(&str, Traced<Data>)], at: &Traced<Data>) -> Traced<Data> {
    let span = at.origin.span();
    let fields = fields.iter().map(|(key, value)| {
        let step = HopKind::Repetition(if *key == "index" { "count" } else { "for_each" });
        let mut hops = vec![Hop { span, step }];
        append_hops(&mut hops, value);
        Field { key: (*key).to_owned(), key_span: span, value: Traced { hops, ..value.clone() } }
    });
    let object = Object::new(span, fields.collect());
    Traced { value: Known(Data::Object(object)), origin: Origin::Absent(span), hops: Vec::new() }
}

/// Appends the hops of a value, and replaces the last hop if both have the same location.
fn append_hops(hops: &mut Vec<Hop>, value: &Traced<Data>) {
    if value.hops.first().is_some_and(|first| hops.last().is_some_and(|last| last.span == first.span)) {
        hops.pop();
    }
    hops.extend(value.hops.iter().cloned());
}

fn whole_number(data: &Data) -> Option<usize> {
    let number = match data {
        Data::Number(number) => *number,
        Data::String(text) => text.parse().ok()?,
        Data::Null | Data::Bool(_) | Data::List(_) | Data::Object(_) => return None,
    };
    let is_whole = number.fract() == 0.0 && (0.0..=1e15).contains(&number);
    is_whole.then_some(number as usize)
}
