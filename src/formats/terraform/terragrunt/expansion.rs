//! The elements of a block of a stack: `expansion`.

use super::place::Element;
use crate::formats::terraform::language::Evaluator;
use crate::formats::terraform::language::lookup::Lookup;
use crate::syntax::hcl::Block;
use crate::value::{Data, Field, Known, Object, Reason, Traced, Unknown};

/// The maximum number of elements of an `expansion`.
const MAX_ELEMENTS: usize = 4096;

/// The elements of a block, or the reason why they are unknown.
pub(super) fn elements<L: Lookup>(block: &Block, evaluator: &Evaluator<'_, L>) -> Result<Vec<Option<Element>>, String> {
    let Some(expansion) = block.body.blocks("expansion").next() else { return Ok(vec![None]) };
    let attribute = |name: &str| expansion.body.attribute(name).map(|attribute| evaluator.eval(&attribute.value).value);
    let unknown = |why: &Reason| format!("its `expansion` is unknown: {}", why.describe());
    let keys = match (attribute("for_each"), attribute("count")) {
        (Some(Known(Data::Object(Object { fields, rest: None, .. }))), None) => {
            fields.iter().map(|field| Element::Key(field.key.clone())).collect()
        }
        (Some(Known(Data::List(list))), None) => list.items.iter().map(key_of).collect::<Result<Vec<_>, _>>()?,
        (Some(Known(Data::Object(Object { rest: Some(why), .. }))), None) => return Err(unknown(&why)),
        (None, Some(Known(Data::Number(count)))) => {
            let indexes = (0..=MAX_ELEMENTS).take_while(|index| (*index as f64) < count);
            indexes.map(Element::Index).collect()
        }
        (Some(Unknown(why)), None) | (None, Some(Unknown(why))) => return Err(unknown(&why)),
        (_, _) => return Err("its `expansion` isn't valid".to_owned()),
    };
    if keys.len() > MAX_ELEMENTS {
        return Err(format!("its `expansion` has more than {MAX_ELEMENTS} elements"));
    }
    Ok(keys.into_iter().map(Some).collect())
}

fn key_of(item: &Traced<Data>) -> Result<Element, String> {
    match &item.value {
        Known(Data::String(key)) => Ok(Element::Key(key.clone())),
        Known(_) => Err("its `expansion` isn't valid".to_owned()),
        Unknown(why) => Err(format!("its `expansion` is unknown: {}", why.describe())),
    }
}

/// An evaluator with the objects `each` and `count` of an element.
pub(super) fn of_element<'a, L: Lookup>(
    evaluator: Evaluator<'a, L>,
    block: &Block,
    element: Option<&Element>,
) -> Evaluator<'a, L> {
    let expansion = block.body.blocks("expansion").next();
    let object = |fields: Vec<(&str, Traced<Data>)>| {
        let field = |(key, value): (&str, Traced<Data>)| Field { key: key.to_owned(), key_span: block.header, value };
        Traced::written(Data::Object(Object::new(block.header, fields.into_iter().map(field).collect())), block.header)
    };
    let text = |text: &str| Traced::written(Data::String(text.to_owned()), block.header);
    let unknown = |reference: &str| {
        let why = Reason::AtDeployment { reference: reference.to_owned(), is_set: true };
        Traced { value: Unknown(why), ..Traced::written(Data::Null, block.header) }
    };
    let named = match (element, expansion) {
        (Some(Element::Key(key)), Some(expansion)) => {
            let all = expansion.body.attribute("for_each").map(|all| evaluator.eval(&all.value));
            let value = match all.as_ref().map(|all| all.with_hops_on_members()).as_deref() {
                Some(Traced { value: Known(Data::Object(object)), .. }) => {
                    object.field(key).map(|field| field.value.clone())
                }
                _ => None,
            };
            vec![("each".to_owned(), object(vec![("key", text(key)), ("value", value.unwrap_or_else(|| text(key)))]))]
        }
        (Some(Element::Index(index)), Some(_)) => {
            let index = Traced::written(Data::Number(*index as f64), block.header);
            vec![("count".to_owned(), object(vec![("index", index)]))]
        }
        (None, Some(_)) => vec![("each".to_owned(), unknown("each")), ("count".to_owned(), unknown("count"))],
        (_, None) => return evaluator,
    };
    evaluator.with(named)
}
