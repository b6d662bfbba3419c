//! A resource block becomes resources: its instances, and the arguments that matter.

use super::eval::Evaluator;
use crate::model::{Dialect, Holds, Notation, Resource, Shape};
use crate::source::Span;
use crate::syntax::hcl::{Block, Body};
use crate::value::{Data, Field, Known, Maybe, Object, Origin, Traced, Unknown, Why};

/// More instances than this by `count` aren't told apart.
const MAX_INSTANCES: f64 = 1024.0;

/// The instances of a resource block.
pub(super) fn resources(
    block: &Block,
    dialect: &'static Dialect,
    notation: Notation,
    is_overridden: bool,
    evaluator: &Evaluator<'_>,
) -> Vec<Resource> {
    let name = block.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>().join(".");
    let body = if is_overridden {
        not_evaluated("an override file that changes this resource")
    } else {
        Known(object(&block.body, dialect.shape, block.header, evaluator))
    };
    let instance = |address: String, exists: Traced<bool>| Resource {
        dialect,
        address,
        header: block.header,
        exists,
        body: body.clone(),
        notation,
    };
    match instances(block, evaluator) {
        Instances::One => {
            let exists = Traced { value: Known(true), origin: Origin::Absent(block.header), hops: Vec::new() };
            vec![instance(name, exists)]
        }
        Instances::Unclear(exists) => vec![instance(name, exists)],
        Instances::None(exists) => vec![instance(name, exists)],
        Instances::Counted(count, place) => {
            (0..count).map(|index| instance(format!("{name}[{index}]"), Traced::written(true, place))).collect()
        }
    }
}

/// How often a block creates its resource.
enum Instances {
    /// Once, without an index.
    One,
    /// Not at all, because of what the traced value says.
    None(Traced<bool>),
    /// So often, because of what stands at the place.
    Counted(u32, Span),
    /// It isn't known.
    Unclear(Traced<bool>),
}

fn instances(block: &Block, evaluator: &Evaluator<'_>) -> Instances {
    let unclear = |span, construct: &str| {
        Instances::Unclear(Traced { value: not_evaluated(construct), origin: Origin::Written(span), hops: Vec::new() })
    };
    let mut lifecycle = block.body.blocks("lifecycle");
    if let Some(enabled) = lifecycle.find_map(|block| block.body.attribute("enabled")) {
        return unclear(enabled.value.span, "`lifecycle.enabled`");
    }
    if let Some(keys) = block.body.attribute("for_each") {
        return unclear(keys.value.span, "`for_each`");
    }
    let Some(count) = block.body.attribute("count") else { return Instances::One };
    let count = evaluator.eval(&count.value);
    match count.value {
        Known(Data::Number(0.0)) => Instances::None(Traced { value: Known(false), ..count.map(|_| Known(false)) }),
        Known(Data::Number(number)) if number.fract() == 0.0 && (1.0..=MAX_INSTANCES).contains(&number) => {
            Instances::Counted(number as u32, count.origin.span())
        }
        Known(_) => unclear(count.origin.span(), "this `count`"),
        Unknown(_) => Instances::Unclear(count.map(|value| value.map(|_| true))),
    }
}

/// The arguments of a block that its shape asks for.
fn object(body: &Body, shape: Shape, header: Span, evaluator: &Evaluator<'_>) -> Object {
    let field = |name: &str, key_span, value| Some(Field { key: name.to_owned(), key_span, value });
    let fields = shape.iter().filter_map(|argument| {
        if let Some(attribute) = body.attribute(argument.name) {
            return field(argument.name, attribute.name.span, evaluator.eval(&attribute.value));
        }
        let Holds::Blocks(shape) = argument.holds else { return None };
        let blocks = blocks(body, argument.name, shape, evaluator)?;
        field(argument.name, blocks.origin.span(), blocks)
    });
    Object::new(header, fields.collect())
}

/// The nested blocks of one type as a list; nothing when there are none.
fn blocks(body: &Body, kind: &str, shape: Shape, evaluator: &Evaluator<'_>) -> Option<Traced<Data>> {
    let is_dynamic = |block: &&Block| block.labels.first().is_some_and(|label| label.text == kind);
    if let Some(block) = body.blocks("dynamic").find(is_dynamic) {
        let value = not_evaluated("a `dynamic` block");
        return Some(Traced { value, origin: Origin::Written(block.header), hops: Vec::new() });
    }
    let nested = |block: &Block| {
        let object = object(&block.body, shape, block.header, evaluator);
        Traced::written(Data::Object(object), block.header)
    };
    let items: Vec<Traced<Data>> = body.blocks(kind).map(nested).collect();
    let first = items.first()?.origin.span();
    Some(Traced::written(Data::tuple(items), first))
}

fn not_evaluated<T>(construct: &str) -> Maybe<T> {
    Unknown(Why::NotEvaluated { construct: construct.to_owned() })
}
