//! Converts the blocks of Terraform Stacks to those of a root module: a component, or a nested stack, is a call.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/stack/tfcomponent/component>.

use crate::syntax::hcl::{
    Attribute, Block, Body, Conditional, Expr, ExprKind, ForExpr, FunctionCall, Label, ObjectItem, ObjectKey, Splat,
    TemplatePart,
};

/// The arguments of a component that a module call has, too.
const ARGUMENTS: [&str; 5] = ["source", "version", "for_each", "providers", "depends_on"];

/// The keyword under which a module finds a block of a component file.
pub(super) fn keyword(block: &Block) -> &str {
    match block.kind.text.as_str() {
        "component" | "stack" => "module",
        own => own,
    }
}

/// The block as it would be in a root module. Its own keyword stays, because addresses begin with it.
pub(super) fn converted(mut block: Block) -> Block {
    match block.kind.text.as_str() {
        "component" | "stack" => call(block),
        "provider" => provider(block),
        _ => {
            rename_in_body(&mut block.body);
            block
        }
    }
}

fn call(block: Block) -> Block {
    let mut attributes: Vec<Attribute> = Vec::new();
    // Inputs that aren't written as an object are unknown.
    let mut is_read = true;
    for attribute in block.body.attributes.iter() {
        match (attribute.name.text.as_str(), &attribute.value.kind) {
            ("inputs", ExprKind::Object(items)) => {
                for item in items {
                    match argument(item) {
                        Some(argument) => attributes.push(argument),
                        None => is_read = false,
                    }
                }
            }
            ("inputs", ExprKind::Null) => {}
            ("inputs", _) => is_read = false,
            ("providers", ExprKind::Object(items)) => {
                let items = items.iter().map(|item| ObjectItem { value: reference(&item.value), ..item.clone() });
                let value = Expr { kind: ExprKind::Object(items.collect()), ..attribute.value.clone() };
                attributes.push(Attribute { value, ..attribute.clone() });
            }
            (name, _) if ARGUMENTS.contains(&name) => attributes.push(attribute.clone()),
            _ => {}
        }
    }
    for attribute in &mut attributes {
        if attribute.name.text == "source" && !is_read {
            attribute.value.kind = ExprKind::Unreadable;
        }
        rename(&mut attribute.value);
    }
    let body = Body { attributes: attributes.into_iter().collect(), blocks: Vec::new() };
    Block { body, ..block }
}

fn argument(item: &ObjectItem) -> Option<Attribute> {
    let name = match &item.key {
        ObjectKey::Name(name) => name.clone(),
        ObjectKey::Expr(Expr { kind: ExprKind::String(text), span }) => Label { text: text.clone(), span: *span },
        ObjectKey::Expr(_) => return None,
    };
    Some(Attribute { name, value: item.value.clone() })
}

/// The configuration of a provider: its second label is the alias, and its arguments are in `config`.
fn provider(block: Block) -> Block {
    let mut attributes: Vec<Attribute> =
        block.body.attributes.iter().filter(|own| own.name.text == "for_each").cloned().collect();
    if let Some(config) = block.body.blocks("config").next() {
        attributes.extend(config.body.attributes.iter().cloned());
    }
    if let [_, alias] = block.labels.as_slice() {
        let kind = ExprKind::String(alias.text.clone());
        let name = Label { text: "alias".to_owned(), span: alias.span };
        attributes.push(Attribute { name, value: Expr { span: alias.span, kind } });
    }
    let body = Body { attributes: attributes.into_iter().collect(), blocks: Vec::new() };
    let labels = block.labels.iter().take(1).cloned().collect();
    let mut converted = Block { body, labels, ..block };
    rename_in_body(&mut converted.body);
    converted
}

/// The reference to a provider configuration: `provider.aws.this` is `aws.this`.
fn reference(expr: &Expr) -> Expr {
    let kind = match &expr.kind {
        ExprKind::GetAttr(base, name) if base.kind == ExprKind::Variable("provider".to_owned()) => {
            ExprKind::Variable(name.text.clone())
        }
        ExprKind::GetAttr(base, name) => ExprKind::GetAttr(Box::new(reference(base)), name.clone()),
        ExprKind::Index(base, key) => ExprKind::Index(Box::new(reference(base)), key.clone()),
        other => other.clone(),
    };
    Expr { span: expr.span, kind }
}

fn rename_in_body(body: &mut Body) {
    let mut attributes: Vec<Attribute> = body.attributes.iter().cloned().collect();
    attributes.iter_mut().for_each(|attribute| rename(&mut attribute.value));
    body.attributes = attributes.into_iter().collect();
    body.blocks.iter_mut().for_each(|block| rename_in_body(&mut block.body));
}

/// Replaces `component` and `stack` by `module` in references. Recursion is bounded by the depth limit of the parser.
fn rename(expr: &mut Expr) {
    match &mut expr.kind {
        ExprKind::Variable(name) if matches!(name.as_str(), "component" | "stack") => "module".clone_into(name),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Variable(_)
        | ExprKind::Unreadable => {}
        ExprKind::Template(parts) => parts.iter_mut().for_each(rename_in_part),
        ExprKind::Tuple(items) => items.iter_mut().for_each(rename),
        ExprKind::Object(items) => {
            for item in items {
                if let ObjectKey::Expr(key) = &mut item.key {
                    rename(key);
                }
                rename(&mut item.value);
            }
        }
        ExprKind::GetAttr(base, _) | ExprKind::Unary(_, base) => rename(base),
        ExprKind::Index(one, other) | ExprKind::Binary(_, one, other) => {
            [one, other].into_iter().for_each(|own| rename(own))
        }
        ExprKind::Splat(splat) => {
            let Splat { base, each, .. } = &mut **splat;
            [base, each].into_iter().for_each(rename);
        }
        ExprKind::Call(call) => {
            let FunctionCall { arguments, .. } = &mut **call;
            arguments.iter_mut().for_each(rename);
        }
        ExprKind::Conditional(conditional) => {
            let Conditional { condition, then, otherwise } = &mut **conditional;
            [condition, then, otherwise].into_iter().for_each(rename);
        }
        ExprKind::For(for_expr) => {
            let ForExpr { collection, result, result_key, condition, .. } = &mut **for_expr;
            [collection, result].into_iter().chain(result_key).chain(condition).for_each(rename);
        }
    }
}

fn rename_in_part(part: &mut TemplatePart) {
    match part {
        TemplatePart::Literal(..) => {}
        TemplatePart::Interpolation(expr) => rename(expr),
        TemplatePart::If(directive) => {
            rename(&mut directive.condition);
            directive.then.iter_mut().chain(&mut directive.otherwise).for_each(rename_in_part);
        }
        TemplatePart::For(directive) => {
            rename(&mut directive.collection);
            directive.body.iter_mut().for_each(rename_in_part);
        }
    }
}
