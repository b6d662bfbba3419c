//! Evaluates the `aws_iam_policy_document` data sources of a plan that Terraform reads only during apply.
//!
//! A plan has the known values of such a data source, and its configuration lists the references of the unknown ones,
//! but not how a string is built from them: `"${aws_s3_bucket.logs.arn}/*"` looks like `aws_s3_bucket.logs.arn`. So a
//! string is assumed to equal the reference only where no other string makes sense; elsewhere it stays unknown.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::changes::Planned;
use super::configuration::{Arguments, PlannedConfiguration};
use super::raw::{ConstantText, JsonPart, Unique};
use super::values::{ValueReader, drop_empty};
use crate::formats::PolicyDocument;
use crate::model::ArgumentShape;
use crate::value::{Data, Known, List, Maybe, Object, Origin, Reason, Traced, Unknown};

/// The limit of nesting for policies within policies.
const MAX_DEPTH: usize = 32;

/// The limit for the total size of the policies that are evaluated and used, in values. Policies beyond it are unknown.
const MAX_WEIGHT: usize = 1 << 19;

/// The expressions of a block, by the names of its arguments.
type Expressions<'a> = Unique<JsonPart<'a>>;

/// The policy documents in a plan.
pub(super) struct Policies<'c, 'a> {
    configuration: &'c PlannedConfiguration<'a>,
    /// The data sources that Terraform hasn't read yet, by address.
    sources: HashMap<String, Planned>,
    /// A cache of the evaluated policies, by address.
    evaluated: RefCell<HashMap<String, Maybe<Data>>>,
    /// The total size of the policies, counted at each use.
    weight: Cell<usize>,
}

impl<'c, 'a> Policies<'c, 'a> {
    pub(super) fn of(sources: Vec<Planned>, configuration: &'c PlannedConfiguration<'a>) -> Self {
        let sources = sources.into_iter().map(|source| (source.address.clone(), source)).collect();
        Self { configuration, sources, evaluated: RefCell::default(), weight: Cell::new(0) }
    }

    /// Replaces the value of an argument by the policy, if the argument refers to one of these data sources.
    pub(super) fn fill(&self, value: &mut Traced<Data>, argument: &str, arguments: &Arguments<'_, '_>) {
        let Some(reference) = arguments.reference(argument) else { return };
        if let Some((policy, origin)) = self.referred(&reference, 0) {
            *value = Traced { value: policy, origin, hops: Vec::new() };
        }
    }

    /// Returns the policy that a reference names, and the place of its data source; `None` for any other reference.
    fn referred(&self, reference: &str, depth: usize) -> Option<(Maybe<Data>, Origin)> {
        let text = reference.strip_suffix(".json").or_else(|| reference.strip_suffix(".minified_json"));
        let (address, source) = self.sources.get_key_value(text?)?;
        let origin = Origin::Written(source.header);
        let over_limit = Unknown(Reason::OverLimit { limit: "the policies of a plan" });
        if depth > MAX_DEPTH || self.weight.get() > MAX_WEIGHT {
            return Some((over_limit, origin));
        }
        let known = self.evaluated.borrow().get(address).cloned();
        let policy = match known {
            Some(known) => known,
            None => self.evaluate(source, depth),
        };
        let weight = if let Known(policy) = &policy { PolicyDocument::weight(policy) } else { 0 };
        self.weight.set(self.weight.get().saturating_add(weight));
        let policy = if self.weight.get() > MAX_WEIGHT { over_limit } else { policy };
        self.evaluated.borrow_mut().insert(address.clone(), policy.clone());
        Some((policy, origin))
    }

    fn evaluate(&self, source: &Planned, depth: usize) -> Maybe<Data> {
        let arguments = self.configuration.arguments(&source.address);
        let mut taken_in = source.object(PolicyDocument::TAKEN_IN);
        for field in &mut taken_in.fields {
            self.fill_in_policies(&mut field.value, &arguments.references(field.key.as_str()), depth);
        }
        let statements = source.object(PolicyDocument::BLOCKS).fields.into_iter().next().map(|field| field.value);
        let blocks: Vec<(Traced<Data>, Option<Reason>)> = match statements {
            None => Vec::new(),
            Some(Traced { value: Known(Data::List(mut list)), .. }) => {
                name_statements(&mut list, &arguments);
                list.items.into_iter().map(|statement| (statement, None)).collect()
            }
            Some(unknown) => vec![(unknown, None)],
        };
        Known(Data::Object(PolicyDocument::of(&taken_in, &blocks)))
    }

    /// Replaces the unknown texts of included policies by these policies: a single text, or a list with as many unknown
    /// items as there are references.
    fn fill_in_policies(&self, value: &mut Traced<Data>, references: &[String], depth: usize) {
        let mut unknown: Vec<&mut Traced<Data>> = match value {
            Traced { value: Known(Data::List(list)), .. } => {
                list.items.iter_mut().filter(|item| matches!(item.value, Unknown(_))).collect()
            }
            value if matches!(value.value, Unknown(_)) => vec![value],
            _ => return,
        };
        if unknown.len() != references.len() {
            return;
        }
        for (text, reference) in unknown.iter_mut().zip(references) {
            if let Some((policy, _)) = self.referred(reference, depth.saturating_add(1)) {
                text.value = policy;
            }
        }
    }
}

/// Sets the references of the unknown strings in statements.
fn name_statements(list: &mut List, arguments: &Arguments<'_, '_>) {
    let written = arguments.blocks("statement");
    // The configuration doesn't list `dynamic` blocks, but their statements are among the others.
    let is_all = written.len() == list.items.len();
    for (index, statement) in list.items.iter_mut().enumerate() {
        let Known(Data::Object(statement)) = &mut statement.value else { continue };
        let expressions =
            if is_all { written.get(index) } else { only_block_with(&["sid"], statement, &written, arguments) };
        let Some(expressions) = expressions else { continue };
        for field in &mut statement.fields {
            match (field.key.as_str(), &mut field.value.value) {
                (name @ ("principals" | "not_principals"), Known(Data::List(blocks))) => {
                    name_blocks(blocks, &nested(name, expressions, arguments), arguments, is_principal);
                }
                (name @ "condition", Known(Data::List(blocks))) => {
                    name_blocks(blocks, &nested(name, expressions, arguments), arguments, is_value);
                }
                (name, value) => {
                    let references = arguments.references_in(expressions, name);
                    name_texts(value, &references, |_| false);
                }
            }
        }
    }
}

/// Sets the references of the unknown strings in nested blocks of a statement, which form a set.
fn name_blocks<'a>(
    list: &mut List,
    written: &[Expressions<'a>],
    arguments: &Arguments<'_, 'a>,
    is_reference: fn(&Object, &str) -> bool,
) {
    for block in &mut list.items {
        let Known(Data::Object(block)) = &mut block.value else { continue };
        let Some(expressions) = only_block_with(&["type", "test", "variable"], block, written, arguments) else {
            continue;
        };
        let all = block.clone();
        for field in &mut block.fields {
            let references = arguments.references_in(expressions, &field.key);
            name_texts(&mut field.value.value, &references, |reference| is_reference(&all, reference));
        }
    }
}

/// Sets the references of an unknown string, or of the unknown items of a list. Each becomes the reference itself, or a
/// string that is computed from references.
fn name_texts(value: &mut Maybe<Data>, references: &[String], is_reference: impl Fn(&str) -> bool) {
    let mut unknown: Vec<&mut Reason> = match value {
        Unknown(why) => vec![why],
        Known(Data::List(list)) => list
            .items
            .iter_mut()
            .filter_map(|item| if let Unknown(why) = &mut item.value { Some(why) } else { None })
            .collect(),
        Known(_) => return,
    };
    let is_each = unknown.len() == references.len();
    for (index, why) in unknown.iter_mut().enumerate() {
        let Some(reference) = references.get(index).or_else(|| references.first()) else { continue };
        let referred = Reason::AtDeployment { reference: reference.clone(), is_set: true };
        **why = match is_each && is_reference(reference) {
            true => referred,
            false => Reason::Computed { expression: why.symbol(), cause: Box::new(referred), atom: None },
        };
    }
}

/// True if an unknown principal with this reference certainly equals it: an ARN isn't a part of another principal.
fn is_principal(_: &Object, reference: &str) -> bool {
    reference.ends_with(".arn")
}

/// True if an unknown value of a condition with this reference certainly equals it, because of the compared key.
fn is_value(condition: &Object, reference: &str) -> bool {
    let Some(Known(Data::String(key))) = condition.field("variable").map(|field| &field.value.value) else {
        return false;
    };
    let key = key.to_ascii_lowercase();
    key.ends_with("arn") && reference.ends_with(".arn")
        || key.ends_with("account") && reference.ends_with(".account_id")
}

/// Returns the nested blocks of a type.
fn nested<'a>(name: &str, expressions: &Expressions<'a>, arguments: &Arguments<'_, 'a>) -> Vec<Expressions<'a>> {
    expressions.get(name).map(|part| arguments.blocks_in(part)).unwrap_or_default()
}

/// Returns the expressions of the only block whose constants equal the values of the planned block, for these
/// arguments; `None` if there is none, or several.
fn only_block_with<'e, 'a>(
    names: &[&str],
    block: &Object,
    written: &'e [Expressions<'a>],
    arguments: &Arguments<'_, 'a>,
) -> Option<&'e Expressions<'a>> {
    let mut same =
        written.iter().filter(|expressions| names.iter().all(|name| is_same(name, block, expressions, arguments)));
    match (same.next(), same.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// True if an argument has the same value in the plan and in the code, where it must be a constant.
fn is_same<'a>(name: &str, block: &Object, written: &Expressions<'a>, arguments: &Arguments<'_, 'a>) -> bool {
    let constant = written.get(name).map(|part| arguments.constant(part));
    match (constant, block.field(name).map(|field| &field.value.value)) {
        (None, None | Some(Known(Data::Null))) => true,
        (Some(Some(ConstantText::Text(constant))), Some(Known(Data::String(own)))) => constant == *own,
        _ => false,
    }
}

impl Planned {
    /// Returns the arguments that a shape lists.
    fn object(&self, shape: ArgumentShape) -> Object {
        let after = self.after.as_mapping();
        let unknown = self.after_unknown.as_ref().and_then(|unknown| unknown.as_mapping());
        let reading = ValueReader { holder: self.header, is_open: false };
        let mut fields = Vec::new();
        for name in shape.iter().map(|argument| argument.name) {
            let unknown = unknown.and_then(|unknown| unknown.get(name)).map(|entry| &*entry.value);
            let reference = format!("{}.{name}", self.address);
            if let Some(mut field) = reading.field(name, after.and_then(|after| after.get(name)), unknown, &reference) {
                drop_empty(&mut field.value);
                fields.push(field);
            }
        }
        Object::new(self.header, fields)
    }
}
