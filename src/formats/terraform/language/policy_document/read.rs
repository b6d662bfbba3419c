//! Parses the JSON policies that the data source includes.

use super::{ConditionBlock, KnownPolicy, PrincipalsBlock, failed, grouped_conditions, grouped_principals, set};
use crate::formats::terraform::language::functions::{self, EvaluatedCall, FunctionFailure, FunctionOutcome};
use crate::source::Span;
use crate::value::{Data, Field, Known, List, Object, Reason, Traced, Unknown};

/// Parses the document in a text.
pub(super) fn document(text: &str, at: Span) -> Result<KnownPolicy, Reason> {
    let Some(jsondecode) = functions::find("jsondecode") else { return Err(not_evaluated()) };
    let arguments = [Traced::written(Data::String(text.to_owned()), at)];
    let data = match jsondecode.call(&EvaluatedCall::new(at, &arguments)) {
        Ok(FunctionOutcome::Computed(data)) => data,
        Ok(FunctionOutcome::Selected(value)) => known(&value)?.clone(),
        Err(FunctionFailure::Failed(message)) => return Err(failed(format!("a policy document: {message}"))),
        Err(FunctionFailure::Unknown(why)) => return Err(why),
    };
    let document = object(&data, "a policy document")?;
    check_names(document, &["Version", "Id", "Statement"])?;
    Ok(KnownPolicy {
        version: text_of(document, "Version")?,
        id: text_of(document, "Id")?,
        statements: match part(document, "Statement")? {
            None => Vec::new(),
            Some(Data::List(List { items, .. })) => items.iter().map(statement).collect::<Result<_, _>>()?,
            Some(_) => return Err(failed("`Statement` of a policy document isn't a list".to_owned())),
        },
    })
}

fn statement(item: &Traced<Data>) -> Result<Traced<Data>, Reason> {
    const SCOPES: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];
    const OTHERS: [&str; 5] = ["Sid", "Effect", "Principal", "NotPrincipal", "Condition"];
    let statement = object(known(item)?, "a statement")?;
    check_names(statement, &[SCOPES.as_slice(), OTHERS.as_slice()].concat())?;
    let [action, not_action, resource, not_resource] =
        SCOPES.map(|name| part(statement, name).map(|data| data.cloned()));
    let parts = [
        ("Sid", set(text_of(statement, "Sid")?)),
        ("Effect", set(text_of(statement, "Effect")?)),
        ("Action", action?),
        ("NotAction", not_action?),
        ("Resource", resource?),
        ("NotResource", not_resource?),
        ("Principal", grouped_principals(&principals(statement, "Principal")?, statement.header)),
        ("NotPrincipal", grouped_principals(&principals(statement, "NotPrincipal")?, statement.header)),
        ("Condition", grouped_conditions(&conditions(statement)?, statement.header)),
    ];
    let at = statement.header;
    Ok(Traced::written(Data::Object(super::object(at, parts)), at))
}

fn principals(statement: &Object, name: &str) -> Result<Vec<PrincipalsBlock>, Reason> {
    let Some(field) = statement.field(name) else { return Ok(Vec::new()) };
    match known(&field.value)? {
        Data::String(_) => {
            Ok(vec![PrincipalsBlock { kind: "*".to_owned(), identifiers: vec!["*".to_owned()], is_list: true }])
        }
        Data::Object(kinds) => {
            kinds.fields.iter().map(|field| principals_of(&field.key, known(&field.value)?)).collect()
        }
        _ => Err(failed(format!("`{name}` of a statement is neither a string nor an object"))),
    }
}

fn principals_of(kind: &str, data: &Data) -> Result<PrincipalsBlock, Reason> {
    let (mut identifiers, is_list) = match data {
        Data::String(text) => (vec![text.clone()], false),
        Data::List(list) => (texts(list, "principals")?, true),
        _ => return Err(failed("principals are neither a string nor a list".to_owned())),
    };
    identifiers.sort_by(|a, b| b.cmp(a));
    Ok(PrincipalsBlock { kind: kind.to_owned(), identifiers, is_list })
}

fn conditions(statement: &Object) -> Result<Vec<ConditionBlock>, Reason> {
    let Some(data) = part(statement, "Condition")? else { return Ok(Vec::new()) };
    let mut conditions = Vec::new();
    for Field { key: test, value, .. } in &object(data, "`Condition`")?.fields {
        for Field { key: variable, value, .. } in &object(known(value)?, "a condition")?.fields {
            let values = match known(value)? {
                Data::String(text) => vec![text.clone()],
                Data::Bool(value) => vec![value.to_string()],
                Data::List(list) => texts(list, "the values of a condition")?,
                // The provider ignores values of other types.
                Data::Null | Data::Number(_) | Data::Object(_) => continue,
            };
            conditions.push(ConditionBlock { test: test.clone(), variable: variable.clone(), values });
        }
    }
    Ok(conditions)
}

fn texts(list: &List, what: &str) -> Result<Vec<String>, Reason> {
    list.items
        .iter()
        .map(|item| match known(item)? {
            Data::String(text) => Ok(text.clone()),
            _ => Err(failed(format!("{what} aren't all strings"))),
        })
        .collect()
}

/// The provider accepts names in any case, so two keys may have the same name; such a policy isn't evaluated.
fn check_names(object: &Object, names: &[&str]) -> Result<(), Reason> {
    for Field { key, .. } in object.fields.iter() {
        if names.iter().any(|name| key != name && key.eq_ignore_ascii_case(name)) {
            return Err(not_evaluated());
        }
    }
    Ok(())
}

fn text_of(object: &Object, name: &str) -> Result<String, Reason> {
    match part(object, name)? {
        None => Ok(String::new()),
        Some(Data::String(text)) => Ok(text.clone()),
        Some(_) => Err(failed(format!("`{name}` of a policy document isn't a string"))),
    }
}

/// A field that isn't null.
fn part<'a>(object: &'a Object, name: &str) -> Result<Option<&'a Data>, Reason> {
    let Some(field) = object.field(name) else { return Ok(None) };
    known(&field.value).map(|data| Some(data).filter(|data| **data != Data::Null))
}

fn object<'a>(data: &'a Data, what: &str) -> Result<&'a Object, Reason> {
    match data {
        Data::Object(object) => Ok(object),
        _ => Err(failed(format!("{what} isn't an object"))),
    }
}

fn known(value: &Traced<Data>) -> Result<&Data, Reason> {
    match &value.value {
        Known(data) => Ok(data),
        Unknown(why) => Err(why.clone()),
    }
}

fn not_evaluated() -> Reason {
    Reason::NotEvaluated { construct: "such a policy document".to_owned() }
}
