//! Evaluates the data source `aws_iam_policy_document` to the text of its policy, byte for byte.
//!
//! The data source makes no API calls, so it is like a function. If blocks of one kind form a set in the provider, such
//! as two `principals` of one type, their combined values are in the order of the blocks here. Source:
//! `internal/service/iam/policy_document_data_source.go` and `policy_model.go` in hashicorp/terraform-provider-aws.

mod decoded;
mod read;
mod replaced;

pub(crate) use decoded::{DECODED_SHAPE, conditional_statement, decoded};
pub(crate) use replaced::replaced;

use std::collections::{BTreeMap, HashSet};

use super::functions::json::ordered;
use super::types::{Type, convert};
use crate::model::{Argument, ArgumentShape};
use crate::source::Span;
use crate::value::{Data, Field, Known, List, Object, Reason, Traced, Unknown};

pub(crate) const KIND: &str = "aws_iam_policy_document";

/// Access to policy documents for other formats, which have the arguments in another form.
pub(in crate::internal::formats) struct PolicyDocument;

impl PolicyDocument {
    /// The type of the data source.
    pub(in crate::internal::formats) const KIND: &str = KIND;
    /// The arguments that include other policies.
    pub(in crate::internal::formats) const TAKEN_IN: ArgumentShape = DECODED_SHAPE;
    /// The blocks of the document's own statements.
    pub(in crate::internal::formats) const BLOCKS: ArgumentShape = &[Argument::blocks("statement", STATEMENT)];

    /// Returns the policy as an object, parts of which may be unknown.
    pub(in crate::internal::formats) fn of(taken_in: &Object, statements: &[(Traced<Data>, Option<Reason>)]) -> Object {
        decoded(taken_in, statements)
    }

    /// Returns the approximate number of values in a policy; for a policy over the size limit, a number above any
    /// other.
    pub(in crate::internal::formats) fn weight(policy: &Data) -> usize {
        super::size::weight_of(policy)
    }
}

pub(crate) const SHAPE: ArgumentShape = &[
    Argument::value("version"),
    Argument::value("policy_id"),
    Argument::value("source_policy_documents"),
    Argument::value("override_policy_documents"),
    Argument::blocks("statement", STATEMENT),
];

pub(crate) const STATEMENT: ArgumentShape = &[
    Argument::value("sid"),
    Argument::value("effect"),
    Argument::document("actions"),
    Argument::document("not_actions"),
    Argument::document("resources"),
    Argument::document("not_resources"),
    Argument::blocks("principals", PRINCIPALS),
    Argument::blocks("not_principals", PRINCIPALS),
    Argument::blocks("condition", CONDITION),
];

const PRINCIPALS: ArgumentShape = &[Argument::value("type"), Argument::document("identifiers")];

const CONDITION: ArgumentShape = &[Argument::value("test"), Argument::value("variable"), Argument::document("values")];

/// The version of the policy language in which `${…}` isn't a variable.
const OLD_VERSION: &str = "2008-10-17";

/// A policy without unknown parts.
#[derive(Debug, Default)]
struct KnownPolicy {
    version: String,
    id: String,
    /// The statements, whose keys are in the order of the text. Empty parts are omitted.
    statements: Vec<Traced<Data>>,
}

/// Principals of one type.
#[derive(Debug, PartialEq)]
struct PrincipalsBlock {
    kind: String,
    identifiers: Vec<String>,
    /// True if the identifiers are a list in the text, even if there is only one.
    is_list: bool,
}

#[derive(Debug, PartialEq)]
struct ConditionBlock {
    test: String,
    variable: String,
    values: Vec<String>,
}

/// The text of the policy, either as `json` or as `minified_json`.
pub(crate) fn text(arguments: &Object, is_minified: bool) -> Result<String, Reason> {
    let mut merged = KnownPolicy::default();
    let mut sids = HashSet::new();
    for source in strings(arguments, "source_policy_documents")? {
        let source = read::document(&source, arguments.header)?;
        for sid in source.statements.iter().filter_map(sid) {
            if !sids.insert(sid.to_owned()) {
                return Err(failed(format!("two source documents have the Sid \"{sid}\"")));
            }
        }
        merged.merge(source);
    }
    merged.merge(written(arguments)?);
    for change in strings(arguments, "override_policy_documents")? {
        merged.merge(read::document(&change, arguments.header)?);
    }
    Ok(merged.text(arguments.header, is_minified))
}

impl KnownPolicy {
    fn merge(&mut self, other: KnownPolicy) {
        if !other.id.is_empty() {
            self.id = other.id;
        }
        if other.version > self.version {
            self.version = other.version;
        }
        other.statements.into_iter().for_each(|statement| merge(&mut self.statements, statement));
    }

    fn text(self, at: Span, is_minified: bool) -> String {
        /// The depth of the values within a statement.
        const ORDERED_DEPTH: usize = 3;
        let parts = [
            ("Version", set(self.version)),
            ("Id", set(self.id)),
            ("Statement", (!self.statements.is_empty()).then(|| Data::tuple(self.statements))),
        ];
        ordered(&Data::Object(object(at, parts)), ORDERED_DEPTH, is_minified)
    }
}

/// An object of the parts that are set.
fn object<'n>(at: Span, parts: impl IntoIterator<Item = (&'n str, Option<Data>)>) -> Object {
    let fields = parts.into_iter().filter_map(|(name, data)| Some(field(name, Traced::written(data?, at))));
    Object::new(at, fields.collect())
}

/// A text that isn't empty.
fn set(text: String) -> Option<Data> {
    (!text.is_empty()).then_some(Data::String(text))
}

/// Adds a statement, which replaces the one of the same Sid.
fn merge(statements: &mut Vec<Traced<Data>>, statement: Traced<Data>) {
    let same = sid(&statement).and_then(|sid| statements.iter().position(|own| self::sid(own) == Some(sid)));
    match same.and_then(|index| statements.get_mut(index)) {
        Some(own) => *own = statement,
        None => statements.push(statement),
    }
}

fn sid(statement: &Traced<Data>) -> Option<&str> {
    let Known(Data::Object(statement)) = &statement.value else { return None };
    match &statement.field("Sid")?.value.value {
        Known(Data::String(sid)) if !sid.is_empty() => Some(sid),
        Known(_) | Unknown(_) => None,
    }
}

/// The document that the blocks of the data source describe.
fn written(arguments: &Object) -> Result<KnownPolicy, Reason> {
    let version = one_of(arguments, "version", &["2012-10-17", OLD_VERSION])?;
    let id = string(arguments, "policy_id")?.unwrap_or_default();
    let mut sids = HashSet::new();
    let mut statements = Vec::new();
    for block in nested(arguments, "statement")? {
        let statement = statement(block, &version)?;
        if let Some(sid) = sid(&statement)
            && !sids.insert(sid.to_owned())
        {
            return Err(failed(format!("two statements have the Sid \"{sid}\"")));
        }
        statements.push(statement);
    }
    Ok(KnownPolicy { version, id, statements })
}

fn statement(block: &Object, version: &str) -> Result<Traced<Data>, Reason> {
    let texts = |name| Ok(distinct(strings(block, name)?));
    let parts = [
        ("Sid", string(block, "sid")?.and_then(set)),
        ("Effect", set(one_of(block, "effect", &["Allow", "Deny"])?)),
        ("Action", scope(texts("actions")?, block)),
        ("NotAction", scope(texts("not_actions")?, block)),
        ("Resource", scope(with_variables(texts("resources")?, version)?, block)),
        ("NotResource", scope(with_variables(texts("not_resources")?, version)?, block)),
        ("Principal", principals(block, "principals", version)?),
        ("NotPrincipal", principals(block, "not_principals", version)?),
        ("Condition", conditions(block, version)?),
    ];
    Ok(Traced::written(Data::Object(object(block.header, parts)), block.header))
}

/// One text is a string, several are a list in descending order, and none is omitted.
fn scope(mut texts: Vec<String>, block: &Object) -> Option<Data> {
    texts.sort_by(|a, b| b.cmp(a));
    (!texts.is_empty()).then(|| one_or_list(texts, false, block.header))
}

fn one_or_list(mut texts: Vec<String>, is_list: bool, at: Span) -> Data {
    if is_list || texts.len() != 1 {
        return Data::tuple(texts.into_iter().map(|text| Traced::written(Data::String(text), at)).collect());
    }
    Data::String(texts.pop().unwrap_or_default())
}

fn principals(block: &Object, name: &str, version: &str) -> Result<Option<Data>, Reason> {
    let mut all = Vec::new();
    for block in nested(block, name)? {
        let mut identifiers = with_variables(distinct(strings(block, "identifiers")?), version)?;
        identifiers.sort_by(|a, b| b.cmp(a));
        let is_list = identifiers.len() != 1;
        let principals = PrincipalsBlock { kind: required(block, "type")?, identifiers, is_list };
        if !all.contains(&principals) {
            all.push(principals);
        }
    }
    Ok(grouped_principals(&all, block.header))
}

/// `*` if that is the only principal; otherwise, the principals grouped by type.
fn grouped_principals(all: &[PrincipalsBlock], at: Span) -> Option<Data> {
    if let [only] = all
        && only.kind == "*"
        && only.identifiers == ["*"]
    {
        return Some(Data::String("*".to_owned()));
    }
    let mut kinds: BTreeMap<&str, (Vec<String>, bool)> = BTreeMap::new();
    for principals in all {
        let is_second = kinds.contains_key(principals.kind.as_str());
        let (identifiers, is_list) = kinds.entry(&principals.kind).or_default();
        identifiers.extend(principals.identifiers.iter().cloned());
        *is_list |= principals.is_list || is_second;
    }
    let kinds = kinds.into_iter().map(|(kind, (texts, is_list))| (kind, Some(one_or_list(texts, is_list, at))));
    (!all.is_empty()).then(|| Data::Object(object(at, kinds)))
}

fn conditions(block: &Object, version: &str) -> Result<Option<Data>, Reason> {
    let mut all = Vec::new();
    for block in nested(block, "condition")? {
        let values = with_variables(strings(block, "values")?, version)?;
        let condition =
            ConditionBlock { test: required(block, "test")?, variable: required(block, "variable")?, values };
        if !all.contains(&condition) {
            all.push(condition);
        }
    }
    Ok(grouped_conditions(&all, block.header))
}

/// The conditions grouped by test and variable.
fn grouped_conditions(all: &[ConditionBlock], at: Span) -> Option<Data> {
    let mut tests: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for condition in all {
        let variables = tests.entry(&condition.test).or_default();
        variables.entry(&condition.variable).or_default().extend(condition.values.iter().cloned());
    }
    let tests = tests.into_iter().map(|(test, variables)| {
        let variables = variables.into_iter().map(|(name, texts)| (name, Some(one_or_list(texts, false, at))));
        (test, Some(Data::Object(object(at, variables))))
    });
    (!all.is_empty()).then(|| Data::Object(object(at, tests)))
}

/// Replaces `&{…}`, which denotes an IAM variable, because `${…}` is Terraform's interpolation.
fn with_variables(texts: Vec<String>, version: &str) -> Result<Vec<String>, Reason> {
    if version == OLD_VERSION && texts.iter().any(|text| text.contains("&{")) {
        return Err(failed(format!("a policy of version {OLD_VERSION} has no variables")));
    }
    Ok(texts.into_iter().map(|text| text.replace("&{", "${")).collect())
}

fn distinct(texts: Vec<String>) -> Vec<String> {
    let mut met = HashSet::new();
    texts.into_iter().filter(|text| met.insert(text.clone())).collect()
}

/// An argument with a fixed set of values, of which the first is the default.
fn one_of(block: &Object, name: &str, values: &[&str]) -> Result<String, Reason> {
    let value = match string(block, name)? {
        Some(value) => value,
        None => return Ok(values.first().copied().unwrap_or_default().to_owned()),
    };
    if values.contains(&value.as_str()) { Ok(value) } else { Err(failed(format!("`{name}` must not be \"{value}\""))) }
}

fn required(block: &Object, name: &str) -> Result<String, Reason> {
    string(block, name)?.ok_or_else(|| failed(format!("`{name}` is missing")))
}

fn string(block: &Object, name: &str) -> Result<Option<String>, Reason> {
    match argument(block, name, &Type::String)? {
        None => Ok(None),
        Some(Data::String(text)) => Ok(Some(text)),
        Some(_) => Err(failed(format!("`{name}` isn't a string"))),
    }
}

/// The strings of a list or set; empty if the argument isn't set.
fn strings(block: &Object, name: &str) -> Result<Vec<String>, Reason> {
    let items = match argument(block, name, &Type::List(Box::new(Type::String)))? {
        None => return Ok(Vec::new()),
        Some(Data::List(List { items, .. })) => items,
        Some(_) => return Err(failed(format!("`{name}` isn't a list of strings"))),
    };
    items
        .into_iter()
        .map(|item| match item.value {
            Known(Data::String(text)) => Ok(text),
            Known(_) => Err(failed(format!("`{name}` has an element that isn't a string"))),
            Unknown(why) => Err(why),
        })
        .collect()
}

/// The value of an argument; `None` if it is null or missing.
fn argument(block: &Object, name: &str, ty: &Type) -> Result<Option<Data>, Reason> {
    let Some(field) = block.field(name) else { return Ok(None) };
    match convert(field.value.clone(), ty).value {
        Known(Data::Null) => Ok(None),
        Known(data) => Ok(Some(data)),
        Unknown(why) => Err(why),
    }
}

fn nested<'a>(block: &'a Object, name: &str) -> Result<Vec<&'a Object>, Reason> {
    let Some(field) = block.field(name) else { return Ok(Vec::new()) };
    let items = match &field.value.value {
        Known(Data::List(list)) => &list.items,
        Known(_) => return Err(failed(format!("`{name}` isn't a block"))),
        Unknown(why) => return Err(why.clone()),
    };
    items
        .iter()
        .map(|item| match &item.value {
            Known(Data::Object(body)) => Ok(body),
            Known(_) => Err(failed(format!("`{name}` isn't a block"))),
            Unknown(why) => Err(why.clone()),
        })
        .collect()
}

fn failed(message: String) -> Reason {
    Reason::Failed { message }
}

fn field(key: &str, value: Traced<Data>) -> Field {
    Field { key: key.to_owned(), key_span: value.origin.span(), value }
}
