//! Turns a resource block into resources: one for each instance, with the arguments that the rules use.

use super::expand::{self, BlockInstance};
use super::program::ModuleEvaluator;
use super::{planned, providers, variables};
use crate::model::kinds::ResourceRole;
use crate::model::{Argument, ArgumentShape, Holds, IgnoredArgument, Notation, Resource, ResourceKind};
use crate::source::Span;
use crate::syntax::hcl::{Attribute, Block, Body, Expr, ExprKind};
use crate::value::budget::{STEPS, STEPS_OF_A_NEIGHBOUR, STEPS_OF_A_RESOURCE};
use crate::value::{Data, Field, Known, Object, Origin, Reason, Traced, Unknown};

/// The instances of a resource block in the evaluator's scope and world.
pub(super) fn resources(
    block: &Block,
    kind: &'static ResourceKind,
    notation: Notation,
    evaluator: &ModuleEvaluator<'_>,
) -> Vec<Resource> {
    let steps = if matches!(kind.role, ResourceRole::Trail(_) | ResourceRole::LandingZone(_)) {
        STEPS_OF_A_RESOURCE
    } else {
        STEPS_OF_A_NEIGHBOUR
    };
    let mut resources = Vec::new();
    for instance in expand::each_instance(block, evaluator) {
        evaluator.world.charge(steps);
        let is_last = !resources.is_empty() && !evaluator.world.has_steps();
        resources.push(resource(block, kind, notation, instance, evaluator));
        if is_last {
            resources.last_mut().into_iter().for_each(|resource| mark_over_limit(resource, STEPS));
            break;
        }
    }
    resources
}

/// One instance of a resource block.
pub(super) fn resource(
    block: &Block,
    kind: &'static ResourceKind,
    notation: Notation,
    BlockInstance { key, names, exists }: BlockInstance,
    evaluator: &ModuleEvaluator<'_>,
) -> Resource {
    let name = block.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>().join(".");
    let scope = evaluator.lookup.scope;
    let address = scope.qualify(&format!("{name}{key}"));
    let evaluator = evaluator.with(names).planned(planned::plan_hop(block, kind, &address, evaluator));
    let (body, region, account) = match exists.value {
        // An instance that isn't created needs no argument but the bucket's name, no Region and no account.
        Known(false) => (bucket_of(block, kind, &evaluator), providers::nowhere(block), None),
        Known(true) | Unknown(_) => (
            arguments(block, kind, &evaluator),
            providers::region(block, kind, &evaluator),
            providers::account(block, kind, &evaluator),
        ),
    };
    Resource {
        kind,
        address,
        header: block.header,
        declaration: block.span,
        call: scope.entry,
        calls: scope.calls(),
        known: scope.known.clone(),
        owners: scope.owners(block),
        exists: scope.existence(exists),
        region,
        account,
        body: Known(body),
        ignored_changes: ignored_changes(block),
        notation,
        macros: Vec::new(),
        contradictions: Vec::new(),
        is_synthesized: false,
        is_deployed: false,
        names: Vec::new(),
    }
}

/// The name of the bucket that a block would configure if it were created.
fn bucket_of(block: &Block, kind: &ResourceKind, evaluator: &ModuleEvaluator<'_>) -> Object {
    let bucket = match kind.role {
        ResourceRole::OfBucket { bucket, .. } => block.body.attribute(bucket),
        _ => None,
    };
    Object::new(block.header, bucket.map(|attribute| evaluated(attribute, evaluator)).into_iter().collect())
}

/// The arguments in the kind's shape; for a module call whose code isn't read, all arguments.
fn arguments(block: &Block, kind: &ResourceKind, evaluator: &ModuleEvaluator<'_>) -> Object {
    match kind.role {
        ResourceRole::Unread { .. } => {
            let fields = block.body.attributes.iter().map(|attribute| evaluated(attribute, evaluator));
            Object::new(block.header, fields.collect())
        }
        _ => object(&block.body, kind.shape, block.header, evaluator),
    }
}

fn evaluated(attribute: &Attribute, evaluator: &ModuleEvaluator<'_>) -> Field {
    Field { key: attribute.name.text.clone(), key_span: attribute.name.span, value: evaluator.eval(&attribute.value) }
}

/// Marks everything about a resource as unknown, because it represents more instances than the limit allows.
pub(super) fn mark_over_limit(resource: &mut Resource, limit: &'static str) {
    mark_unknown(resource, &Reason::OverLimit { limit });
}

/// Marks everything about a resource as unknown.
pub(super) fn mark_unknown(resource: &mut Resource, why: &Reason) {
    resource.exists.value = Unknown(why.clone());
    resource.body = Unknown(why.clone());
    resource.region.value = Unknown(why.clone());
}

/// The arguments of a block that are in its shape.
pub(super) fn object(body: &Body, shape: ArgumentShape, header: Span, evaluator: &ModuleEvaluator<'_>) -> Object {
    let fields = shape.iter().filter_map(|argument| field(argument, body, evaluator));
    Object::new(header, fields.chain(misspelt(body, shape)).collect())
}

fn field(argument: &Argument, body: &Body, evaluator: &ModuleEvaluator<'_>) -> Option<Field> {
    let (key_span, value) = match (body.attribute(argument.name), &argument.holds) {
        (Some(attribute), Holds::Value) => {
            (attribute.name.span, resolved(evaluator.eval_deciding(&attribute.value), evaluator))
        }
        (Some(attribute), Holds::Texts) => {
            (attribute.name.span, resolved(evaluator.listed(&attribute.value), evaluator))
        }
        (Some(attribute), Holds::Document) => (attribute.name.span, evaluator.document(&attribute.value)),
        (Some(attribute), Holds::Json) => (attribute.name.span, evaluator.json_document(&attribute.value)),
        (Some(attribute), Holds::Blocks(_)) if attribute.value.kind != ExprKind::Null => {
            let message = format!("`{}` is a block, not an argument", argument.name);
            (attribute.name.span, invalid(message, attribute.value.span, evaluator))
        }
        (None, Holds::Value | Holds::Texts | Holds::Document | Holds::Json) => {
            let block = body.blocks(argument.name).next()?;
            let message = format!("`{}` is an argument, not a block", argument.name);
            (block.header, invalid(message, block.header, evaluator))
        }
        (Some(_) | None, Holds::Blocks(shape)) => {
            let blocks = blocks(body, argument.name, shape, evaluator)?;
            (blocks.origin.span(), blocks)
        }
    };
    Some(Field { key: argument.name.to_owned(), key_span, value })
}

/// Arguments that aren't in the shape but resemble a missing one, so they may be misspelled.
fn misspelt<'b>(body: &'b Body, shape: ArgumentShape) -> impl Iterator<Item = Field> + 'b {
    body.attributes.iter().filter(move |attribute| is_misspelt(attribute, body, shape)).map(|attribute| Field {
        key: attribute.name.text.clone(),
        key_span: attribute.name.span,
        value: Traced::written(Data::Null, attribute.value.span),
    })
}

fn is_misspelt(attribute: &Attribute, body: &Body, shape: ArgumentShape) -> bool {
    let name = &attribute.name.text;
    !shape.iter().any(|argument| argument.name == name)
        && shape.iter().any(|argument| argument.is_resembled_by(name) && body.attribute(argument.name).is_none())
}

/// The value of an unknown text that a condition has compared with a text or null, in a world in which they are equal.
/// A variable whose validations exclude null and the empty text is set.
fn resolved(value: Traced<Data>, evaluator: &ModuleEvaluator<'_>) -> Traced<Data> {
    let Unknown(why) = &value.value else { return value };
    if variables::rejects(evaluator, why, &Data::Null)
        && variables::rejects(evaluator, why, &Data::String(String::new()))
    {
        let set = Reason::Composed { reference: why.symbol(), cause: Box::new(why.clone()) };
        return value.map(|_| Unknown(set));
    }
    let decided = why.plain().and_then(|_| evaluator.world.value_of(&why.symbol()));
    if decided.as_deref() == Some("null") {
        return value.map(|_| Known(Data::Null));
    }
    // The world stores other values than texts without quotes.
    let text = decided.as_deref().and_then(|quoted| quoted.strip_prefix('"')?.strip_suffix('"'));
    match text.filter(|text| !text.contains(['\\', '"', '$', '%'])) {
        Some(text) => value.map(|_| Known(Data::String(text.to_owned()))),
        None => value,
    }
}

/// An argument or block whose form Terraform rejects, so that nothing is deployed.
fn invalid(message: String, span: Span, evaluator: &ModuleEvaluator<'_>) -> Traced<Data> {
    evaluator.world.fail();
    Traced { value: Unknown(Reason::Failed { message }), origin: Origin::Written(span), hops: Vec::new() }
}

/// The nested blocks of one type as a list, including those from `dynamic` blocks; `None` if there are none.
fn blocks(body: &Body, kind: &str, shape: ArgumentShape, evaluator: &ModuleEvaluator<'_>) -> Option<Traced<Data>> {
    let mut items = Vec::new();
    for block in &body.blocks {
        let is_dynamic = block.kind.text == "dynamic" && block.labels.first().is_some_and(|label| label.text == kind);
        if block.kind.text == kind {
            items.push(nested(&block.body, shape, block.header, evaluator));
        } else if is_dynamic {
            match dynamic(block, kind, shape, evaluator) {
                Ok(made) => items.extend(made),
                Err(why) => {
                    return Some(Traced {
                        value: Unknown(why),
                        origin: Origin::Written(block.header),
                        hops: Vec::new(),
                    });
                }
            }
        }
    }
    let first = items.first()?.origin.span();
    Some(Traced::written(Data::tuple(items), first))
}

fn nested(body: &Body, shape: ArgumentShape, header: Span, evaluator: &ModuleEvaluator<'_>) -> Traced<Data> {
    Traced::written(Data::Object(object(body, shape, header, evaluator)), header)
}

/// The nested blocks of one type. A `dynamic` block with an unknown number of elements contributes one block, with the
/// reason.
pub(super) fn possible_blocks(
    body: &Body,
    kind: &str,
    shape: ArgumentShape,
    evaluator: &ModuleEvaluator<'_>,
) -> Vec<(Traced<Data>, Option<Reason>)> {
    let mut found = Vec::new();
    for block in &body.blocks {
        if block.kind.text == kind {
            found.push((nested(&block.body, shape, block.header, evaluator), None));
        } else if block.kind.text == "dynamic" && block.labels.first().is_some_and(|label| label.text == kind) {
            match dynamic(block, kind, shape, evaluator) {
                Ok(made) => found.extend(made.into_iter().map(|made| (made, None))),
                Err(why) => found.push((any_of(block, kind, shape, &why, evaluator), Some(why))),
            }
        }
    }
    found
}

/// The content that all blocks of a `dynamic` block have in common.
fn any_of(
    block: &Block,
    kind: &str,
    shape: ArgumentShape,
    why: &Reason,
    evaluator: &ModuleEvaluator<'_>,
) -> Traced<Data> {
    let unknown = Traced { value: Unknown(why.clone()), origin: Origin::Written(block.header), hops: Vec::new() };
    match (block.body.blocks("content").next(), iterator(block, kind)) {
        (Some(content), Ok(iterator)) => {
            nested(&content.body, shape, block.header, &evaluator.with(vec![(iterator.to_owned(), unknown)]))
        }
        _ => unknown,
    }
}

/// The name of the iterator of a `dynamic` block.
fn iterator<'b>(block: &'b Block, kind: &'b str) -> Result<&'b str, Reason> {
    match block.body.attribute("iterator").map(|attribute| &attribute.value) {
        Some(Expr { kind: ExprKind::Variable(name) | ExprKind::String(name), .. }) => Ok(name.as_str()),
        Some(_) => Err(Reason::Unreadable),
        None => Ok(kind),
    }
}

/// Expands a `dynamic` block to one block for each element of its `for_each`.
fn dynamic(
    block: &Block,
    kind: &str,
    shape: ArgumentShape,
    evaluator: &ModuleEvaluator<'_>,
) -> Result<Vec<Traced<Data>>, Reason> {
    let for_each = block.body.attribute("for_each").ok_or_else(|| failed("a `dynamic` block needs `for_each`"))?;
    let content = block.body.blocks("content").next().ok_or_else(|| failed("a `dynamic` block needs `content`"))?;
    let iterator = iterator(block, kind)?;
    let elements = expand::elements(&for_each.value, evaluator)?;
    let place = Traced::written(Data::Null, for_each.value.span);
    let mut made = Vec::new();
    for (key, value) in elements {
        let names = vec![(iterator.to_owned(), expand::object(&[("key", key), ("value", value)], &place))];
        made.push(nested(&content.body, shape, block.header, &evaluator.with(names)));
    }
    Ok(made)
}

fn failed(message: &str) -> Reason {
    Reason::Failed { message: message.to_owned() }
}

/// The arguments in `ignore_changes`. Terraform evaluates no expression there: its items are names, or the keyword
/// `all`.
fn ignored_changes(block: &Block) -> Vec<IgnoredArgument> {
    let lists = block.body.blocks("lifecycle").filter_map(|block| block.body.attribute("ignore_changes"));
    lists.flat_map(|list| ignored_names(&list.value)).collect()
}

fn ignored_names(list: &Expr) -> Vec<IgnoredArgument> {
    match &list.kind {
        ExprKind::Tuple(items) => items.iter().filter_map(ignored).collect(),
        _ => ignored(list).into_iter().collect(),
    }
}

fn ignored(expr: &Expr) -> Option<IgnoredArgument> {
    Some(IgnoredArgument { name: root_name(expr)?, span: expr.span })
}

/// The argument at the beginning of a path such as `event_selector[0].read_write_type`, which is a string in JSON.
fn root_name(expr: &Expr) -> Option<String> {
    let mut next = expr;
    loop {
        match &next.kind {
            ExprKind::GetAttr(base, _) | ExprKind::Index(base, _) => next = base,
            ExprKind::Variable(name) => return Some(name.clone()),
            ExprKind::String(path) => return path.split(['.', '[']).next().map(str::to_owned),
            _ => return None,
        }
    }
}
