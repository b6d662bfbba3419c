//! Converts an evaluated value to a policy document.

use super::assumption::is_account_symbol;
use super::{
    Condition, Effect, PartialText, PolicyDocument, Principals, Statement, StatementClause, StatementScope,
    StatementTerms, TextPiece, json,
};
use crate::source::Span;
use crate::value::{Data, Field, Hop, Known, List, Maybe, Object, Reason, Traced, Unknown};

impl PolicyDocument {
    /// Converts a value to a document: an object, or JSON in a string. The strings in it may have unknown parts.
    ///
    /// # Errors
    ///
    /// The reason why the whole document is unknown.
    pub fn read(value: &Traced<Data>) -> Result<Self, Reason> {
        let span = value.origin.span();
        let data = match &value.value {
            Known(Data::Object(object)) => return Ok(Self::of_object(object, None)),
            Known(Data::String(text)) => json::parse(text.clone(), span)?,
            Known(other) => return Err(not_a_policy(other)),
            Unknown(why) => {
                let symbol = why.symbol();
                let template = symbol.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                json::parse_template(template.ok_or_else(|| why.clone())?, why, span)?
            }
        };
        match &data {
            Data::Object(object) => Ok(Self::of_object(object, Some(&value.hops))),
            other => Err(not_a_policy(other)),
        }
    }

    /// Converts an object. If it was JSON in a string, its statements have the steps of the string.
    fn of_object(object: &Object, hops: Option<&Vec<Hop>>) -> Self {
        let items = match written(object, "Statement").map(|field| &field.value) {
            None => &[],
            Some(Traced { value: Known(Data::List(list)), .. }) => list.items.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let read =
            |item: &Traced<Data>| Statement { hops: hops.unwrap_or(&item.hops).clone(), ..Statement::read(item) };
        Self { statements: items.iter().map(read).collect() }
    }
}

impl Statement {
    fn read(value: &Traced<Data>) -> Self {
        let span = value.origin.span();
        let (sid, terms) = match &value.value {
            Known(Data::Object(object)) => (sid(object), Known(StatementTerms::read(object, span))),
            Known(other) => (None, Unknown(not_a_policy(other))),
            Unknown(why) => (None, Unknown(why.clone())),
        };
        Self { span, hops: value.hops.clone(), sid, terms }
    }
}

impl StatementTerms {
    fn read(object: &Object, span: Span) -> Self {
        Self {
            effect: clause(object, "Effect", span, Known(None), effect),
            principal: scope(object, ["Principal", "NotPrincipal"], span, principals),
            action: scope(object, ["Action", "NotAction"], span, some_texts),
            resource: scope(object, ["Resource", "NotResource"], span, some_texts),
            conditions: clause(object, "Condition", span, Known(Some(Vec::new())), conditions),
        }
    }
}

fn not_a_policy(data: &Data) -> Reason {
    Reason::Failed { message: format!("{} isn't a policy document", data.shown()) }
}

/// Returns a field that is set. A `null` removes a field in every construct that assembles policies.
fn written<'a>(object: &'a Object, key: &str) -> Option<&'a Field> {
    object.field(key).filter(|field| !matches!(field.value.value, Known(Data::Null)))
}

fn sid(object: &Object) -> Option<String> {
    match &object.field("Sid")?.value.value {
        Known(Data::String(sid)) => Some(sid.clone()),
        Known(_) | Unknown(_) => None,
    }
}

fn clause<T>(object: &Object, key: &str, span: Span, absent: Maybe<T>, read: ReadValue<T>) -> StatementClause<T> {
    match written(object, key) {
        Some(field) => StatementClause { value: read(&field.value.value), span: field.value.origin.span() },
        None => StatementClause { value: absent, span },
    }
}

type ReadValue<T> = fn(&Maybe<Data>) -> Maybe<T>;

/// Converts an element and its negated form, such as `Action` and `NotAction`; a statement with both is invalid.
fn scope<T>(
    object: &Object,
    keys: [&str; 2],
    span: Span,
    read: ReadValue<Option<T>>,
) -> StatementClause<Option<StatementScope<T>>> {
    let [listed, excepted] = keys.map(|key| written(object, key));
    let (field, is_negated) = match (listed, excepted) {
        (Some(field), None) => (field, false),
        (None, Some(field)) => (field, true),
        (None, None) | (Some(_), Some(_)) => return StatementClause { value: Known(None), span },
    };
    let value = read(&field.value.value).map(|listed| listed.map(|listed| StatementScope { is_negated, listed }));
    StatementClause { value, span: field.value.origin.span() }
}

/// Converts an effect, which is case-sensitive.
fn effect(value: &Maybe<Data>) -> Maybe<Option<Effect>> {
    value.as_ref().map(|data| match data {
        Data::String(text) if text == "Allow" => Some(Effect::Allow),
        Data::String(text) if text == "Deny" => Some(Effect::Deny),
        _ => None,
    })
}

/// Converts one string or a list of strings.
fn texts(value: &Maybe<Data>) -> Option<Vec<PartialText>> {
    match value {
        Known(Data::List(List { items, .. })) => {
            let items = items.iter().filter(|item| !matches!(item.value, Known(Data::Null)));
            items.map(|item| PartialText::of_policy(&item.value)).collect()
        }
        one => Some(vec![PartialText::of_policy(one)?]),
    }
}

fn some_texts(value: &Maybe<Data>) -> Maybe<Option<Vec<PartialText>>> {
    Known(texts(value).filter(|texts| !texts.is_empty()))
}

fn principals(value: &Maybe<Data>) -> Maybe<Option<Principals>> {
    let everyone = Principals { everyone: Known(true), ..no_principals() };
    value.as_ref().map(|data| match data {
        Data::String(text) if text == "*" => Some(everyone),
        Data::Object(object) => listed_principals(object),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) => None,
    })
}

fn no_principals() -> Principals {
    Principals {
        everyone: Known(false),
        accounts: Vec::new(),
        others: Vec::new(),
        services: Vec::new(),
        unknown_part: None,
    }
}

/// Converts principals by their types. Users, roles, accounts and identity providers are never CloudTrail.
fn listed_principals(object: &Object) -> Option<Principals> {
    let mut principals = no_principals();
    for field in &object.fields {
        let listed = texts(&field.value.value)?;
        match field.key.as_str() {
            "AWS" => {
                principals.everyone = listed.iter().map(is_everyone).fold(principals.everyone, Maybe::or);
                principals.accounts = listed;
            }
            "Service" => {
                let has_wildcard = listed.iter().any(|service| service.known() == Some("*"));
                principals.unknown_part = has_wildcard.then(|| undocumented("`*` as a service"));
                principals.services = listed;
            }
            "Federated" | "CanonicalUser" => principals.others.extend(listed),
            other => principals.everyone = Unknown(undocumented(&format!("the principal's type `{other}`"))),
        }
    }
    Some(principals)
}

fn undocumented(construct: &str) -> Reason {
    Reason::NotEvaluated { construct: construct.to_owned() }
}

/// True if an AWS principal is `*`. A value that AWS assigns at deployment never is.
fn is_everyone(principal: &PartialText) -> Maybe<bool> {
    match (principal.pieces.as_slice(), &principal.unknown_reason) {
        ([TextPiece::Literal(text)], _) => Known(text == "*"),
        ([TextPiece::Unknown(_)], Some(why)) if is_from_aws(why) => Known(false),
        ([TextPiece::Unknown(symbol)], _) if is_arn_of_resource(symbol) || is_account_symbol(symbol) => Known(false),
        _ if principal.literals().any(|literal| literal != "*") => Known(false),
        ([], _) => Known(false),
        _ => Unknown(principal.why()),
    }
}

fn is_from_aws(why: &Reason) -> bool {
    match why {
        Reason::AtDeployment { is_set, .. } | Reason::Undeclared { is_set, .. } => *is_set,
        Reason::Composed { cause, .. } => is_from_aws(cause),
        _ => false,
    }
}

/// True for a reference to the ARN of a resource that Terraform manages: `aws_iam_role.x.arn`, also in a module.
pub(super) fn is_arn_of_resource(symbol: &str) -> bool {
    let mut names = symbol.rsplit('.');
    let ends = [names.next(), names.next(), names.next(), names.next()];
    matches!(ends, [Some("arn"), Some(_), Some(kind), before] if kind.starts_with("aws_") && before != Some("data"))
}

fn conditions(value: &Maybe<Data>) -> Maybe<Option<Vec<Condition>>> {
    let Known(data) = value else { return value.as_ref().map(|_| None) };
    let Data::Object(operators) = data else { return Known(None) };
    let mut conditions = Vec::new();
    for operator in &operators.fields {
        let keys = match &operator.value.value {
            Known(Data::Object(keys)) => keys,
            Known(_) => return Known(None),
            Unknown(why) => {
                conditions.push(Condition::entirely_unknown(why));
                continue;
            }
        };
        for Field { key, value, .. } in &keys.fields {
            let Some(values) = texts(&value.value) else { return Known(None) };
            conditions.push(Condition { operator: operator.key.clone(), key: key.clone(), values });
        }
    }
    Known(Some(conditions))
}
