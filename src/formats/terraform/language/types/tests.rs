//! Tests conversions against `cases.txt`, whose results are those of Terraform 1.11 for the argument of a variable.

use super::{Type, convert};
use crate::formats::terraform::language::functions::testing::{self, evaluate, expression, shown};
use crate::value::{Data, Reason, Traced, Unknown};

/// Each line is `type <- value -> converted`, with `?` for an unknown part.
const CASES: &str = include_str!("cases.txt");

#[test]
fn values_are_converted_as_in_terraform() {
    for line in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (conversion, expected) = line.rsplit_once(" -> ").unwrap();
        assert_eq!(converted(conversion), expected, "{conversion}");
    }
}

pub(crate) fn converted(conversion: &str) -> String {
    let (ty, value) = conversion.split_once(" <- ").unwrap();
    let ty = Type::parse(&expression(ty), &|expr| testing::eval(expr).unwrap());
    let Some(ty) = ty else { return "no type".to_owned() };
    let converted = convert(evaluate(value).unwrap(), &ty);
    match &converted.value {
        Unknown(Reason::Failed { .. }) => "fails".to_owned(),
        _ => shown(&converted),
    }
}

#[test]
fn a_converted_element_keeps_its_place() {
    let list = Type::List(Box::new(Type::String));
    let before = evaluate("[true, 1]").unwrap();
    let after = convert(before.clone(), &list);
    assert_eq!(places(&before), places(&after));
}

fn places(value: &Traced<Data>) -> Vec<crate::value::Origin> {
    let crate::value::Known(Data::List(list)) = &value.value else { panic!("a list") };
    list.items.iter().map(|item| item.origin).collect()
}
