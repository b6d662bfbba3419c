//! Evaluates the data source `aws_iam_policy_document` to the text of its policy, byte for byte.
//!
//! The data source makes no API calls, so it is like a function. If blocks of one kind form a set in the provider, such
//! as two `principals` of one type, their combined values are in the order of the blocks here. Source:
//! `internal/service/iam/policy_document_data_source.go` and `policy_model.go` in hashicorp/terraform-provider-aws.

mod decoded;
mod read;
mod replaced;
mod write;

pub(crate) use decoded::{DECODED_SHAPE, conditional_statement, decoded};
pub(crate) use replaced::replaced;

use std::collections::HashSet;

use super::types::{Type, convert};
use crate::model::{Argument, ArgumentShape};
use crate::value::{Data, Known, List, Object, Reason, Traced, Unknown};

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

#[derive(Debug, Default)]
struct DataDocument {
    version: String,
    id: String,
    statements: Vec<StatementBlock>,
}

/// A statement of a policy; empty parts are omitted from the text.
#[derive(Debug, Default)]
struct StatementBlock {
    sid: String,
    effect: String,
    /// `Action`, `NotAction`, `Resource` and `NotResource`.
    scopes: [Option<Data>; 4],
    principals: Vec<PrincipalsBlock>,
    not_principals: Vec<PrincipalsBlock>,
    conditions: Vec<ConditionBlock>,
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
    let mut merged = DataDocument::default();
    let mut sids = HashSet::new();
    for source in strings(arguments, "source_policy_documents")? {
        let source = read::document(&source, arguments.header)?;
        for statement in source.statements.iter().filter(|statement| !statement.sid.is_empty()) {
            if !sids.insert(statement.sid.clone()) {
                return Err(failed(format!("two source documents have the Sid \"{}\"", statement.sid)));
            }
        }
        merged.merge(source);
    }
    merged.merge(written(arguments)?);
    for change in strings(arguments, "override_policy_documents")? {
        merged.merge(read::document(&change, arguments.header)?);
    }
    Ok(write::document(&merged, is_minified))
}

impl DataDocument {
    /// Merges another document: its statements replace those of the same Sid, and the others are appended.
    fn merge(&mut self, other: DataDocument) {
        if !other.id.is_empty() {
            self.id = other.id;
        }
        if other.version > self.version {
            self.version = other.version;
        }
        for statement in other.statements {
            match self.statements.iter_mut().find(|own| !statement.sid.is_empty() && own.sid == statement.sid) {
                Some(own) => *own = statement,
                None => self.statements.push(statement),
            }
        }
    }
}

/// The document that the blocks of the data source describe.
fn written(arguments: &Object) -> Result<DataDocument, Reason> {
    let version = one_of(arguments, "version", &["2012-10-17", OLD_VERSION])?;
    let id = string(arguments, "policy_id")?.unwrap_or_default();
    let mut sids = HashSet::new();
    let mut statements = Vec::new();
    for block in nested(arguments, "statement")? {
        let statement = statement(block, &version)?;
        if !statement.sid.is_empty() && !sids.insert(statement.sid.clone()) {
            return Err(failed(format!("two statements have the Sid \"{}\"", statement.sid)));
        }
        statements.push(statement);
    }
    Ok(DataDocument { version, id, statements })
}

fn statement(block: &Object, version: &str) -> Result<StatementBlock, Reason> {
    Ok(StatementBlock {
        sid: string(block, "sid")?.unwrap_or_default(),
        effect: one_of(block, "effect", &["Allow", "Deny"])?,
        scopes: [
            scope(distinct(strings(block, "actions")?), block),
            scope(distinct(strings(block, "not_actions")?), block),
            scope(with_variables(distinct(strings(block, "resources")?), version)?, block),
            scope(with_variables(distinct(strings(block, "not_resources")?), version)?, block),
        ],
        principals: principals(block, "principals", version)?,
        not_principals: principals(block, "not_principals", version)?,
        conditions: conditions(block, version)?,
    })
}

/// One text is a string, several are a list in descending order, and none is omitted.
fn scope(mut texts: Vec<String>, block: &Object) -> Option<Data> {
    match texts.len() {
        0 => None,
        1 => texts.pop().map(Data::String),
        _ => {
            texts.sort_by(|a, b| b.cmp(a));
            Some(Data::tuple(texts.into_iter().map(|text| Traced::written(Data::String(text), block.header)).collect()))
        }
    }
}

fn principals(block: &Object, name: &str, version: &str) -> Result<Vec<PrincipalsBlock>, Reason> {
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
    Ok(all)
}

fn conditions(block: &Object, version: &str) -> Result<Vec<ConditionBlock>, Reason> {
    let mut all = Vec::new();
    for block in nested(block, "condition")? {
        let values = with_variables(strings(block, "values")?, version)?;
        let condition =
            ConditionBlock { test: required(block, "test")?, variable: required(block, "variable")?, values };
        if !all.contains(&condition) {
            all.push(condition);
        }
    }
    Ok(all)
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
