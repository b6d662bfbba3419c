//! Determines the type of a value, and the common type that values of several types can be converted to.
//!
//! This follows `convert.UnifyUnsafe` of go-cty, Terraform's type library.

use super::{ObjectAttribute, Type};
use crate::formats::terraform::language::unknowns::first_unknown_in;
use crate::value::{Data, Known, List, ListKind, Object, Reason, Traced, Unknown};

/// The type of a value.
pub(crate) fn type_of(value: &Traced<Data>) -> Type {
    match &value.value {
        Unknown(why) => Type::Unclear(why.clone()),
        Known(data) => type_of_data(data),
    }
}

/// The type of known data.
pub(super) fn type_of_data(data: &Data) -> Type {
    match data {
        Data::Null => Type::Any,
        Data::Bool(_) => Type::Bool,
        Data::Number(_) => Type::Number,
        Data::String(_) => Type::String,
        Data::List(List { kind: ListKind::Tuple, items }) => Type::Tuple(items.iter().map(type_of).collect()),
        Data::List(List { kind: ListKind::List, items }) => Type::List(Box::new(element_type(items.iter(), data))),
        Data::List(List { kind: ListKind::Set, items }) => Type::Set(Box::new(element_type(items.iter(), data))),
        Data::Object(Object { is_map: true, fields, .. }) => {
            Type::Map(Box::new(element_type(fields.iter().map(|field| &field.value), data)))
        }
        Data::Object(Object { fields, .. }) => {
            Type::Object(fields.iter().map(|field| attribute(&field.key, type_of(&field.value))).collect())
        }
    }
}

fn attribute(name: &str, ty: Type) -> ObjectAttribute {
    ObjectAttribute { name: name.to_owned(), ty, is_optional: false, default: None }
}

/// The element type of a collection. All elements have one type, so unknown elements have that of the others.
fn element_type<'a>(elements: impl Iterator<Item = &'a Traced<Data>>, whole: &Data) -> Type {
    let mut types: Vec<Type> = elements.map(type_of).filter(|ty| *ty != Type::Any).collect();
    if types.iter().any(|ty| !matches!(ty, Type::Unclear(_))) {
        types.retain(|ty| !matches!(ty, Type::Unclear(_)));
    }
    unify(types).unwrap_or_else(|_| first_unknown_in(whole).map_or(Type::Any, |why| Type::Unclear(why.clone())))
}

/// The type that values of all these types can be converted to.
///
/// [`Type::Any`] is ignored if there is another type. A missing common type is a failure only if all types are certain:
/// an empty list may be a list of strings, to which the others would be converted.
pub(crate) fn unify(types: Vec<Type>) -> Result<Type, Reason> {
    let is_certain = !types.iter().any(Type::is_open) || clash(&types);
    common(types).ok_or_else(|| {
        if is_certain {
            Reason::Failed { message: "these values have no common type".to_owned() }
        } else {
            Reason::NotEvaluated { construct: "the common type of empty or null values with others".to_owned() }
        }
    })
}

/// True if some types have no common type, regardless of their element types.
fn clash(types: &[Type]) -> bool {
    let mut families = types.iter().filter(|ty| !matches!(ty, Type::Any | Type::Unclear(_))).map(|ty| match kind(ty) {
        TypeClass::Primitive => 0,
        TypeClass::Object | TypeClass::Map => 1,
        TypeClass::Tuple | TypeClass::List | TypeClass::Set => 2,
    });
    let first = families.next();
    families.any(|family| Some(family) != first)
}

fn common(mut types: Vec<Type>) -> Option<Type> {
    types.retain(|ty| *ty != Type::Any);
    let Some(first) = types.first() else { return Some(Type::Any) };
    if types.iter().all(|ty| ty == first) {
        return types.pop();
    }
    if types.contains(&Type::String) {
        return types.iter().all(is_primitive_or_unclear).then_some(Type::String);
    }
    // The unknown value may be a string, to which all others would be converted.
    if let Some(unclear) = types.iter().find(|ty| matches!(ty, Type::Unclear(_))) {
        return Some(unclear.clone());
    }
    common_collection(types)
}

fn is_primitive_or_unclear(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::Number | Type::String | Type::Unclear(_))
}

/// The kinds of types that [`common`] distinguishes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TypeClass {
    Primitive,
    Object,
    Map,
    Tuple,
    List,
    Set,
}

fn common_collection(types: Vec<Type>) -> Option<Type> {
    let kinds: Vec<TypeClass> = types.iter().map(kind).collect();

    if are_all(&kinds, &[TypeClass::Object]) {
        common_object(types)
    } else if are_all(&kinds, &[TypeClass::Tuple]) {
        common_tuple(types)
    } else if are_all(&kinds, &[TypeClass::Object, TypeClass::Map]) {
        common_elements(types).map(Type::Map)
    } else if are_all(&kinds, &[TypeClass::Tuple, TypeClass::List]) {
        common_elements(types).map(Type::List)
    } else if are_all(&kinds, &[TypeClass::Tuple, TypeClass::List, TypeClass::Set]) {
        // With a set, Terraform converts everything to the lists' type if there is a list, otherwise to the sets' type,
        // regardless of the element types.
        let goal = if kinds.contains(&TypeClass::List) { TypeClass::List } else { TypeClass::Set };
        let types = types.into_iter().filter(|ty| kind(ty) == goal).collect();
        common_elements(types).map(if goal == TypeClass::List { Type::List } else { Type::Set })
    } else {
        None
    }
}

fn are_all(kinds: &[TypeClass], allowed: &[TypeClass]) -> bool {
    kinds.iter().all(|kind| allowed.contains(kind))
}

fn kind(ty: &Type) -> TypeClass {
    match ty {
        Type::Any | Type::Bool | Type::Number | Type::String | Type::Unclear(_) => TypeClass::Primitive,
        Type::List(_) => TypeClass::List,
        Type::Set(_) => TypeClass::Set,
        Type::Map(_) => TypeClass::Map,
        Type::Tuple(_) => TypeClass::Tuple,
        Type::Object(_) => TypeClass::Object,
    }
}

/// The common type of the elements of all types.
fn common_elements(types: Vec<Type>) -> Option<Box<Type>> {
    common(types.into_iter().flat_map(element_types).collect()).map(Box::new)
}

fn element_types(ty: Type) -> Vec<Type> {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => vec![*element],
        Type::Tuple(types) => types,
        Type::Object(attributes) => attributes.into_iter().map(|attribute| attribute.ty).collect(),
        Type::Any | Type::Bool | Type::Number | Type::String | Type::Unclear(_) => Vec::new(),
    }
}

/// The common type of objects: an object if all have the same attributes, otherwise a map.
fn common_object(types: Vec<Type>) -> Option<Type> {
    let columns = columns(&types, |ty| match ty {
        Type::Object(attributes) => {
            let mut named: Vec<_> =
                attributes.iter().map(|attribute| (attribute.name.clone(), &attribute.ty)).collect();
            named.sort_by(|(a, _), (b, _)| a.cmp(b));
            named
        }
        _ => Vec::new(),
    });
    let Some(columns) = columns else { return common_elements(types).map(Type::Map) };
    let attributes = columns.into_iter().map(|(name, types)| Some(attribute(&name, common(types)?)));
    attributes.collect::<Option<_>>().map(Type::Object)
}

/// The common type of tuples: a tuple if all have the same length, otherwise a list.
fn common_tuple(types: Vec<Type>) -> Option<Type> {
    let columns = columns(&types, |ty| match ty {
        Type::Tuple(types) => types.iter().enumerate().collect(),
        _ => Vec::new(),
    });
    let Some(columns) = columns else { return common_elements(types).map(Type::List) };
    columns.into_iter().map(|(_, types)| common(types)).collect::<Option<_>>().map(Type::Tuple)
}

/// The types of all rows by attribute or index; `None` if the rows have different ones.
fn columns<'a, K: PartialEq>(
    types: &'a [Type],
    places: impl Fn(&'a Type) -> Vec<(K, &'a Type)>,
) -> Option<Vec<(K, Vec<Type>)>> {
    let mut columns: Option<Vec<(K, Vec<Type>)>> = None;
    for row in types.iter().map(places) {
        match &mut columns {
            None => columns = Some(row.into_iter().map(|(key, ty)| (key, vec![ty.clone()])).collect()),
            Some(columns) => {
                if columns.len() != row.len() || columns.iter().zip(&row).any(|((key, _), (other, _))| key != other) {
                    return None;
                }
                columns.iter_mut().zip(row).for_each(|((_, types), (_, ty))| types.push(ty.clone()));
            }
        }
    }
    columns
}
