//! Evaluates the data source to a policy object, whose parts have locations and may be unknown.

use super::{field, merge};
use crate::formats::terraform::language::functions::{self, EvaluatedCall, FunctionOutcome};
use crate::model::{Argument, ArgumentShape};
use crate::value::{Data, Field, Known, List, Maybe, Object, Reason, Traced, Unknown};

/// The other policies that the data source includes, as objects. Old versions of the provider have `source_json` and
/// `override_json`, for one policy each.
pub(crate) const DECODED_SHAPE: ArgumentShape = &[
    Argument::document("source_json"),
    Argument::document("source_policy_documents"),
    Argument::document("override_policy_documents"),
    Argument::document("override_json"),
];

/// The maximum number of statements in a policy; S3 and KMS accept no policy of that length.
const MAX_STATEMENTS: usize = 1_000;

/// The policy of the arguments and the `statement` blocks. A block with a reason may not exist.
pub(crate) fn decoded(arguments: &Object, blocks: &[(Traced<Data>, Option<Reason>)]) -> Object {
    let mut statements: Vec<Traced<Data>> = Vec::new();
    let own = blocks.iter().map(|(block, doubt)| written(block, doubt.as_ref()));
    let sources = argument_values(arguments, ["source_json", "source_policy_documents"]);
    for statement in
        sources.chain(own).chain(argument_values(arguments, ["override_policy_documents", "override_json"]))
    {
        merge(&mut statements, statement);
        if statements.len() > MAX_STATEMENTS {
            let why = Reason::OverLimit { limit: "the statements of a policy" };
            statements = statements.into_iter().take(1).map(|one| one.map(|_| Unknown(why.clone()))).collect();
            break;
        }
    }
    // A statement with an unknown Sid may replace, or be replaced by, another one.
    if let Some(why) = statements.iter().find_map(unknown_sid).filter(|_| !arguments.fields.is_empty()) {
        statements = statements.into_iter().map(|statement| conditional_statement(statement, &why)).collect();
    }
    let list = Traced::written(Data::tuple(statements), arguments.header);
    Object::new(arguments.header, vec![field("Statement", list)])
}

fn argument_values(arguments: &Object, names: [&'static str; 2]) -> impl Iterator<Item = Traced<Data>> {
    names.into_iter().flat_map(|name| items(arguments, name)).flat_map(taken_in)
}

fn unknown_sid(statement: &Traced<Data>) -> Option<Reason> {
    let Known(Data::Object(statement)) = &statement.value else { return None };
    match &statement.field("Sid")?.value.value {
        Unknown(why) => Some(why.clone()),
        Known(_) => None,
    }
}

/// Represents a statement that may not exist as one with an additional, unknown condition.
pub(crate) fn conditional_statement(statement: Traced<Data>, why: &Reason) -> Traced<Data> {
    let place = Traced { value: Unknown(why.clone()), origin: statement.origin, hops: Vec::new() };
    statement.map(|value| match value {
        Known(Data::Object(mut object)) => {
            let mut fields: Vec<Field> = std::mem::take(&mut object.fields).into_iter().collect();
            let own = fields.iter_mut().find(|field| field.key == "Condition");
            match own.map(|field| &mut field.value.value) {
                Some(Known(Data::Object(conditions))) => conditions.fields.push(field("", place)),
                Some(Unknown(_)) => {}
                Some(own) => *own = Unknown(why.clone()),
                None => {
                    let conditions = Object::new(object.header, vec![field("", place)]);
                    fields.push(field("Condition", Traced::written(Data::Object(conditions), object.header)));
                }
            }
            object.fields = fields.into();
            Known(Data::Object(object))
        }
        Known(_) | Unknown(_) => Unknown(why.clone()),
    })
}

/// The statements of an included policy; an unknown policy is one unknown statement.
fn taken_in(policy: Traced<Data>) -> Vec<Traced<Data>> {
    let decoded = match &policy.value {
        Known(Data::String(text)) if text.is_empty() => return Vec::new(),
        Known(Data::Null) => return Vec::new(),
        Known(Data::String(_)) => decode(&policy),
        Known(_) | Unknown(_) => policy.clone(),
    };
    match &decoded.value {
        Known(Data::Object(object)) => items(object, "Statement").collect(),
        Known(_) => {
            vec![policy.map(|_| Unknown(Reason::Failed { message: "this isn't a policy document".to_owned() }))]
        }
        Unknown(_) => vec![decoded],
    }
}

fn decode(text: &Traced<Data>) -> Traced<Data> {
    let call = EvaluatedCall::new(text.origin.span(), std::slice::from_ref(text));
    let decoded = functions::find("jsondecode").and_then(|jsondecode| jsondecode.call(&call).ok());
    match decoded {
        Some(FunctionOutcome::Computed(data)) => text.clone().map(|_: Maybe<Data>| Known(data)),
        Some(FunctionOutcome::Selected(value)) => value,
        None => text.clone(),
    }
}

/// A `statement` block as a statement of the policy. With a reason in `doubt`, it has an unknown condition.
fn written(block: &Traced<Data>, doubt: Option<&Reason>) -> Traced<Data> {
    let Known(Data::Object(body)) = &block.value else { return block.clone() };
    let mut fields: Vec<Field> = Vec::new();
    fields.extend(given(body, "sid").map(|sid| field("Sid", with_variables(sid))));
    fields.push(match given(body, "effect") {
        Some(effect) => field("Effect", with_variables(effect)),
        None => field("Effect", Traced::written(Data::String("Allow".to_owned()), body.header)),
    });
    fields.extend(scope(body, [("actions", "Action"), ("not_actions", "NotAction")]));
    fields.extend(scope(body, [("resources", "Resource"), ("not_resources", "NotResource")]));
    for (own, name) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        fields.extend(body.field(own).map(|blocks| field(name, principals(blocks))));
    }
    fields.extend(body.field("condition").map(|blocks| field("Condition", conditions(blocks))));
    let whole = Data::Object(Object::new(body.header, fields));
    let whole = Traced { value: Known(whole), origin: block.origin, hops: block.hops.clone() };
    match doubt {
        Some(why) => conditional_statement(whole, why),
        None => whole,
    }
}

/// The value of an argument that is set and not null.
fn given<'a>(body: &'a Object, name: &str) -> Option<&'a Traced<Data>> {
    body.field(name).map(|field| &field.value).filter(|value| value.value != Known(Data::Null))
}

/// The field for the listed items, such as `Action`, or for the excluded ones, such as `NotAction`; both only if the
/// policy is invalid. An empty list counts as not set.
fn scope(body: &Object, [listed, excepted]: [(&str, &str); 2]) -> Vec<Field> {
    let values = [listed, excepted].map(|(own, name)| {
        let value = given(body, own).filter(|value| !is_empty_list(value))?;
        Some(field(name, with_variables(value)))
    });
    match values {
        // In a valid policy, one of them is an empty list.
        [Some(listed), Some(excepted)] if may_be_empty(&excepted.value) => vec![listed],
        [Some(listed), Some(excepted)] if may_be_empty(&listed.value) => vec![excepted],
        values => values.into_iter().flatten().collect(),
    }
}

fn is_empty_list(value: &Traced<Data>) -> bool {
    matches!(&value.value, Known(Data::List(list)) if list.items.is_empty())
}

/// True if a list may turn out to be empty.
fn may_be_empty(value: &Traced<Data>) -> bool {
    match &value.value {
        Known(Data::List(list)) => list.items.iter().all(|item| matches!(item.value, Unknown(_))),
        Known(_) => false,
        Unknown(_) => true,
    }
}

fn principals(blocks: &Field) -> Traced<Data> {
    let mut kinds: Vec<Field> = Vec::new();
    for block in list(&blocks.value) {
        let (kind, identifiers) = match &block.value {
            Known(Data::Object(body)) => (text(body, "type"), given(body, "identifiers")),
            Known(_) => (None, None),
            Unknown(_) => return block,
        };
        match (kind, identifiers) {
            (Some(Known("*")), Some(identifiers)) if is_everyone(identifiers) => {
                return Traced::written(Data::String("*".to_owned()), block.origin.span());
            }
            (Some(Known(kind)), Some(identifiers)) => {
                add(&mut kinds, kind, with_variables(identifiers));
            }
            (Some(Unknown(why)), _) => return block.map(|_| Unknown(why)),
            (Some(Known(_)) | None, _) => {
                let message = "a principal needs `type` and `identifiers`".to_owned();
                return block.map(|_| Unknown(Reason::Failed { message }));
            }
        }
    }
    Traced::written(Data::Object(Object::new(blocks.key_span, kinds)), blocks.key_span)
}

fn is_everyone(identifiers: &Traced<Data>) -> bool {
    let items = list(identifiers);
    matches!(items.as_slice(), [Traced { value: Known(Data::String(text)), .. }] if text == "*")
}

fn conditions(blocks: &Field) -> Traced<Data> {
    let mut tests: Vec<Field> = Vec::new();
    for block in list(&blocks.value) {
        let Known(Data::Object(body)) = &block.value else { return block };
        let (test, variable, values) = match (text(body, "test"), text(body, "variable"), given(body, "values")) {
            (Some(Known(test)), Some(Known(variable)), Some(values)) => (test, variable, values),
            (Some(Unknown(why)), ..) | (_, Some(Unknown(why)), _) => {
                return block.clone().map(|_: Maybe<Data>| Unknown(why));
            }
            _ => {
                let message = "a condition needs `test`, `variable` and `values`".to_owned();
                return block.map(|_| Unknown(Reason::Failed { message }));
            }
        };
        let keys = vec![field(variable, with_variables(values))];
        match tests.iter_mut().find(|own| own.key == test).map(|own| &mut own.value.value) {
            Some(Known(Data::Object(own))) => add_values(own, keys),
            _ => tests.push(field(test, Traced::written(Data::Object(Object::new(body.header, keys)), body.header))),
        }
    }
    Traced::written(Data::Object(Object::new(blocks.key_span, tests)), blocks.key_span)
}

/// Combines the values for one variable.
fn add_values(own: &mut Object, keys: Vec<Field>) {
    let mut fields: Vec<Field> = std::mem::take(&mut own.fields).into_iter().collect();
    for key in keys {
        add(&mut fields, &key.key, key.value);
    }
    own.fields = fields.into();
}

/// Combines the values with one name.
fn add(kinds: &mut Vec<Field>, kind: &str, identifiers: Traced<Data>) {
    let known = kinds.iter_mut().find(|own| own.key == kind).map(|own| &mut own.value.value);
    match (known, &identifiers.value) {
        (Some(Known(Data::List(own))), Known(Data::List(more))) => own.items.extend(more.items.iter().cloned()),
        (Some(own), Unknown(why)) => *own = Unknown(why.clone()),
        (Some(_), _) => {}
        (None, _) => kinds.push(field(kind, identifiers)),
    }
}

/// Replaces `&{…}`, which denotes an IAM variable, because `${…}` is Terraform's interpolation.
fn with_variables(value: &Traced<Data>) -> Traced<Data> {
    value.clone().map(|value| {
        value.map(|data| match data {
            Data::String(text) => Data::String(text.replace("&{", "${")),
            Data::List(List { kind, items }) => {
                Data::List(List { kind, items: items.iter().map(with_variables).collect() })
            }
            other => other,
        })
    })
}

/// The text of an argument that is set.
fn text<'a>(body: &'a Object, name: &str) -> Option<Maybe<&'a str>> {
    match &body.field(name)?.value.value {
        Known(Data::String(text)) => Some(Known(text)),
        Known(_) => None,
        Unknown(why) => Some(Unknown(why.clone())),
    }
}

/// The items of an argument: those of a list, a single value, or an unknown list as one item.
fn items(object: &Object, name: &str) -> impl Iterator<Item = Traced<Data>> {
    object.field(name).map(|field| list(&field.value)).into_iter().flatten()
}

fn list(value: &Traced<Data>) -> Vec<Traced<Data>> {
    match &value.value {
        Known(Data::List(list)) => list.items.clone(),
        Known(Data::Null) => Vec::new(),
        Known(_) | Unknown(_) => vec![value.clone()],
    }
}
