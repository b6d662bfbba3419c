//! Functions of maps and objects.

use std::collections::{BTreeMap, HashMap};

use super::arguments::text;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::placeholders;
use crate::formats::terraform::language::types::{Type, type_of};
use crate::value::{Data, Field, Known, List, ListKind, Object, Traced};

/// The sorted keys: a list for a map, a tuple for an object.
pub(super) fn keys(call: &EvaluatedCall<'_>) -> FunctionResult {
    let object = call.mapping(0)?;
    let fields = sorted(object).into_iter();
    let keys = fields.map(|field| Traced::written(Data::String(field.key.clone()), field.key_span));
    FunctionOutcome::list(kind(object), keys.collect())
}

/// The values in the order of their keys.
pub(super) fn values(call: &EvaluatedCall<'_>) -> FunctionResult {
    let object = call.mapping(0)?;
    let values = sorted(object).into_iter().map(|field| call.member(0, field, object.header));
    FunctionOutcome::list(kind(object), values.collect::<Result<_, _>>()?)
}

fn kind(object: &Object) -> ListKind {
    if object.is_map { ListKind::List } else { ListKind::Tuple }
}

fn sorted(object: &Object) -> Vec<&Field> {
    let mut fields: Vec<&Field> = object.fields.iter().collect();
    fields.sort_by(|a, b| a.key.cmp(&b.key));
    fields
}

/// The fields of all arguments; the last one of equal keys wins. Null counts as empty.
pub(super) fn merge(call: &EvaluatedCall<'_>) -> FunctionResult {
    let mut fields: Vec<Field> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut maps = Vec::new();
    for at in 0..call.arguments.len() {
        let argument = call.argument(at)?;
        if matches!(argument.value, Known(Data::Null)) {
            continue;
        }
        let object = call.mapping(at)?;
        maps.push((object.is_map, argument));
        for field in &object.fields {
            let field = Field { value: call.member(at, field, object.header)?, ..field.clone() };
            let place = *places.entry(field.key.clone()).or_insert(fields.len());
            match fields.get_mut(place) {
                Some(earlier) => *earlier = field,
                None => fields.push(field),
            }
        }
    }
    placeholders::replaced(&mut fields);
    let is_map = !maps.is_empty() && maps.iter().all(|(is_map, _)| *is_map) && have_one_type(&maps);
    FunctionOutcome::object(Object { is_map, header: call.span, fields: fields.into(), rest: None })
}

/// True if the element types of all maps are equal, as far as they are known. If one is unknown, the result is a map
/// where Terraform may return an object; only `==` distinguishes them.
fn have_one_type(maps: &[(bool, &Traced<Data>)]) -> bool {
    let elements = maps.iter().filter_map(|(_, map)| match type_of(map) {
        Type::Map(element) if !matches!(*element, Type::Any | Type::Unclear(_)) => Some(element),
        _ => None,
    });
    let elements: Vec<Box<Type>> = elements.collect();
    elements.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
}

/// A map from each string to the keys of the lists that contain it.
pub(super) fn transpose(call: &EvaluatedCall<'_>) -> FunctionResult {
    call.all_known()?;
    let lists = Type::Map(Box::new(Type::List(Box::new(Type::String))));
    let Data::Object(object) = call.converted(0, &lists)? else {
        return Err(FunctionFailure::failed("a map of lists of strings is required"));
    };
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for field in sorted(&object) {
        let Known(Data::List(List { items, .. })) = &field.value.value else {
            return Err(FunctionFailure::failed("a map of lists of strings is required"));
        };
        for item in items {
            let text = text(item)?.ok_or_else(|| FunctionFailure::failed("a list must not contain null"))?;
            keys.entry(text).or_default().push(field.key.clone());
        }
    }
    let mut fields = Vec::new();
    for (key, keys) in keys {
        let list = List { kind: ListKind::List, items: call.strings(keys) };
        fields.push(call.field(key, call.computed(Data::List(list))));
    }

    FunctionOutcome::object(Object { is_map: true, header: call.span, fields: fields.into(), rest: None })
}

/// A map or object with keys and values from two lists of equal length.
pub(super) fn zipmap(call: &EvaluatedCall<'_>) -> FunctionResult {
    let keys = call.list(0, Type::String)?;
    let List { kind, items } = call.ordered(1)?;
    if keys.len() != items.len() {
        return Err(FunctionFailure::failed("there must be as many keys as values"));
    }
    let mut fields: BTreeMap<String, Field> = BTreeMap::new();
    for (key, value) in keys.iter().zip(call.members(1, items)?) {
        let text = text(key)?.ok_or_else(|| FunctionFailure::failed("a key must not be null"))?;
        fields.insert(text.clone(), Field { key: text, key_span: key.origin.span(), value });
    }
    let fields = fields.into_values().collect();
    FunctionOutcome::object(Object { is_map: *kind == ListKind::List, header: call.span, fields, rest: None })
}
