//! Evaluates the variables of a module: the argument or given value, otherwise the default, converted to the variable's
//! type.

use std::rc::Rc;

use super::domain::{self, Domain};
use super::program::ModuleEvaluator;
use super::scope::ModuleCallInstance;
use super::values;
use crate::formats::terraform::language::ValuePath;
use crate::formats::terraform::language::symbol;
use crate::formats::terraform::language::types::{Type, convert, cost};
use crate::formats::{OptionUse, OptionValue, Plan, Rejection};
use crate::source::{FileId, Span};
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Data, Field, Hop, HopKind, Known, Maybe, Object, Origin, Reason, Traced, Unknown};

/// The source of a variable's value.
enum AssignmentSource {
    /// An expression, evaluated in its own scope.
    Value(Traced<Data>, HopKind),
    /// Possibly a file that can't be read.
    Unreadable(String),
    /// No value and no default.
    Nothing,
}

/// The value of a variable, with its hops.
pub(super) fn value(evaluator: &ModuleEvaluator<'_>, name: &str) -> ValuePath {
    let Some(variable) = evaluator.lookup.scope.module.find("variable", &[name]) else {
        let reference = evaluator.lookup.scope.qualify(&format!("var.{name}"));
        return (Unknown(Reason::Undeclared { reference, is_set: false }), Vec::new());
    };
    let ty = type_of(evaluator, variable);
    let (value, step) = match argument_or_value(evaluator, variable, name, ty.as_ref()) {
        AssignmentSource::Value(value, step) => (value, step),
        AssignmentSource::Unreadable(file) => {
            let (reference, setter) = (format!("var.{name}"), format!("`{file}`, which can't be read"));
            return (Unknown(Reason::SetElsewhere { reference, setter }), Vec::new());
        }
        AssignmentSource::Nothing => return nothing_given(evaluator, variable, name, ty.as_ref()),
    };
    let converted = validated_value(evaluator, variable, name, ty.as_ref(), value);
    let converted = match refused_option(evaluator, name, &converted) {
        Some((option, _)) => {
            let option = evaluator.lookup.tree.context.sources.file(option);
            let (reference, setter) =
                (format!("var.{name}"), format!("`{}`, whose value is invalid here", option.name));
            converted.map(|_| Unknown(Reason::SetElsewhere { reference, setter }))
        }
        None => converted,
    };
    let is_default = matches!(step, HopKind::VariableDefault(_));
    let mut hops = vec![Hop { span: converted.origin.span(), step }];
    hops.extend(converted.hops);
    hops.extend(unset_in_call(evaluator, name).filter(|_| is_default));
    (converted.value, hops)
}

/// The option that sets a root variable to an invalid value, and the reason. The value may be intended for another
/// root.
fn refused_option(evaluator: &ModuleEvaluator<'_>, name: &str, value: &Traced<Data>) -> Option<(FileId, String)> {
    let Unknown(why) = &value.value else { return None };
    let reason = why.failure()?;
    let option = evaluator.lookup.tree.values.option_of(name, evaluator.lookup.tree.context.plan);
    Some((option.filter(|_| evaluator.lookup.scope.call.is_none())?, reason.to_owned()))
}

/// The response of the root's declarations to the values of the options.
pub(super) fn option_values(evaluator: &ModuleEvaluator<'_>) -> Vec<OptionValue> {
    let module = &evaluator.lookup.scope.module;
    let names = evaluator.lookup.tree.values.of_options();
    names
        .into_iter()
        .map(|(name, option)| {
            let Some(variable) = module.find("variable", &[name]) else {
                // A file that can't be read may declare it.
                let is_certain = !module.may_declare("variable", &[name]);
                let option_use = if is_certain { OptionUse::Undeclared } else { OptionUse::Accepted };
                return OptionValue { option, name: name.to_owned(), option_use };
            };
            let ty = type_of(evaluator, variable);
            let reason = match argument_or_value(evaluator, variable, name, ty.as_ref()) {
                AssignmentSource::Value(value, _) => {
                    refused_option(evaluator, name, &validated_value(evaluator, variable, name, ty.as_ref(), value))
                }
                AssignmentSource::Unreadable(_) | AssignmentSource::Nothing => None,
            };
            let option_use = reason.map_or(OptionUse::Accepted, |(_, reason)| OptionUse::Refused(reason));
            OptionValue { option, name: name.to_owned(), option_use }
        })
        .collect()
}

/// The type or the validation of a variable that rejects its value, if one does.
pub(super) fn rejection(evaluator: &ModuleEvaluator<'_>, variable: &Block) -> Option<Rejection> {
    let name = variable.labels.first()?.text.as_str();
    let ty = type_of(evaluator, variable);
    let AssignmentSource::Value(value, _) = argument_or_value(evaluator, variable, name, ty.as_ref()) else {
        return None;
    };
    let of_value = |span, what: &str, value: &Traced<Data>| Rejection {
        span,
        name: format!("the {what} of variable `{name}`"),
        variable: Some(name.to_owned()),
        places: places_of(value),
    };
    let refused = match converted(evaluator, variable, name, ty.as_ref(), value.clone()).value {
        Unknown(why) if why.is_failure() => {
            let span = variable.body.attribute("type").map_or(variable.header, |attribute| attribute.value.span);
            return Some(of_value(span, "type", &value));
        }
        Known(data) => domain::refusing(variable, name, &data, evaluator.world),
        Unknown(_) => None,
    };
    let mut conditions = domain::conditions(variable).into_iter();
    let refusing = refused.or_else(|| conditions.find(|condition| is_refused(condition, evaluator)))?;
    Some(of_value(refusing.span, "validation", &value))
}

/// The expressions from which a value and its members come.
fn places_of(value: &Traced<Data>) -> Vec<Span> {
    let mut places = Vec::new();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        places.push(value.origin.span());
        places.extend(value.hops.iter().map(|hop| hop.span));
        match &value.value {
            Known(Data::List(list)) => pending.extend(&list.items),
            Known(Data::Object(object)) => pending.extend(object.fields.iter().map(|field| &field.value)),
            Known(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) | Unknown(_) => {}
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Converts a given value to the variable's type and validates it.
fn validated_value(
    evaluator: &ModuleEvaluator<'_>,
    variable: &Block,
    name: &str,
    ty: Option<&Type>,
    value: Traced<Data>,
) -> Traced<Data> {
    let converted = converted(evaluator, variable, name, ty, value);
    converted.map(|value| validated(evaluator, variable, name, ty, value))
}

/// Converts a given value to the variable's type.
fn converted(
    evaluator: &ModuleEvaluator<'_>,
    variable: &Block,
    name: &str,
    ty: Option<&Type>,
    value: Traced<Data>,
) -> Traced<Data> {
    let converted = match ty {
        Some(ty) => match cost(&value, ty) {
            Ok(steps) => {
                evaluator.world.charge(steps);
                convert(value, ty)
            }
            Err(why) => {
                let expression = evaluator.lookup.scope.qualify(&format!("var.{name}"));
                value.map(|_| Unknown(Reason::Computed { expression, cause: Box::new(why), atom: None }))
            }
        },
        None => value.map(|_| Unknown(of_unknown_type(evaluator, name))),
    };
    converted.map(|value| match value {
        Unknown(why) => Unknown(set(variable, retyped(evaluator, why, ty), ty)),
        known => known,
    })
}

/// Returns the reason for an unknown value after the variable's default has replaced null: a boolean or a number is
/// then certainly not null.
fn set(variable: &Block, why: Reason, ty: Option<&Type>) -> Reason {
    let is_set = matches!(ty, Some(Type::Bool | Type::Number))
        && matches!(why, Reason::NoValue { .. })
        && !is_nullable(variable)
        && variable.body.attribute("default").is_some();
    if is_set { Reason::Composed { reference: why.symbol(), cause: Box::new(why) } } else { why }
}

/// Returns the reason for an unknown value after its conversion to the type of a module's variable. Comparisons depend
/// on the type: `== true` can hold for a string of the root module that is passed as a bool.
fn retyped(evaluator: &ModuleEvaluator<'_>, why: Reason, ty: Option<&Type>) -> Reason {
    let symbol = why.symbol();
    let function = match ty {
        Some(Type::Bool) if has_type(evaluator, &symbol, &Type::Number) => {
            return Reason::Failed { message: format!("`{symbol}` is a number, not a boolean") };
        }
        Some(Type::Number) if has_type(evaluator, &symbol, &Type::Bool) => {
            return Reason::Failed { message: format!("`{symbol}` is a boolean, not a number") };
        }
        Some(Type::Bool) if has_type(evaluator, &symbol, &Type::String) => "tobool",
        Some(Type::Number) if has_type(evaluator, &symbol, &Type::String) => "tonumber",
        Some(Type::String)
            if has_type(evaluator, &symbol, &Type::Bool) || has_type(evaluator, &symbol, &Type::Number) =>
        {
            "tostring"
        }
        _ => return why,
    };
    Reason::Computed { expression: format!("{function}({symbol})"), cause: Box::new(why), atom: None }
}

/// The declared type of a variable; `None` if it can't be parsed.
fn type_of(evaluator: &ModuleEvaluator<'_>, variable: &Block) -> Option<Type> {
    variable.body.attribute("type").map_or(Some(Type::Any), |attribute| {
        Type::parse(&attribute.value, &|default| evaluator.outside().eval(default))
    })
}

/// True if the symbol of an unknown value is a variable of the root module, or a part of one, with this declared type.
pub(super) fn has_type(evaluator: &ModuleEvaluator<'_>, symbol: &str, wanted: &Type) -> bool {
    let Some(path) = symbol.strip_prefix("var.") else { return false };
    let mut names = path.split('.');
    let root = &evaluator.lookup.tree.root.module;
    let variable = names.next().and_then(|name| root.find("variable", &[name]));
    let mut ty = variable.and_then(|variable| type_of(evaluator, variable));
    for name in names {
        ty = match ty {
            Some(Type::Object(attributes)) => {
                attributes.into_iter().find(|attribute| attribute.name == name).map(|attribute| attribute.ty)
            }
            Some(Type::Map(element)) => Some(*element),
            _ => return false,
        };
    }
    ty.as_ref() == Some(wanted)
}

/// True if an unknown root variable can't have this value, because its type differs or a validation rejects the value.
pub(super) fn rejects(evaluator: &ModuleEvaluator<'_>, why: &Reason, value: &Data) -> bool {
    let Reason::NoValue { reference } = why else { return false };
    let (tree, root) = (evaluator.lookup.tree, &evaluator.lookup.tree.root);
    let declared = reference.strip_prefix("var.").and_then(|name| Some((name, root.module.find("variable", &[name])?)));
    let Some((name, variable)) = declared else { return false };
    let is_other = match (type_of(evaluator, variable), value) {
        (_, Data::Null) => !is_nullable(variable),
        (Some(Type::String), data) => !matches!(data, Data::String(_)),
        (Some(Type::Number), data) => !matches!(data, Data::Number(_)),
        (Some(Type::Bool), data) => !matches!(data, Data::Bool(_)),
        _ => false,
    };
    let conditions = domain::conditions(variable);
    if is_other || conditions.is_empty() {
        return is_other;
    }
    // The other variables are unknown in the conditions.
    let others = root.module.blocks("variable").filter_map(|id| root.module.block(id)?.labels.first());
    let mut fields = Vec::new();
    for label in others {
        let own = match label.text == name {
            true => Known(value.clone()),
            false => Unknown(Reason::NoValue { reference: format!("var.{}", label.text) }),
        };
        let own = Traced::written(Data::Null, variable.header).map(|_| own);
        fields.push(Field { key: label.text.clone(), key_span: variable.header, value: own });
    }
    evaluator.world.charge(fields.len());
    let variables = Traced::written(Data::Object(Object::new(variable.header, fields)), variable.header);
    let world = evaluator.world.frozen();
    let with = ModuleEvaluator::of(tree, root, &world).with(vec![("var".to_owned(), variables)]);
    let refuses = conditions.iter().any(|condition| with.eval(condition).value == Known(Data::Bool(false)));
    evaluator.world.charge(world.steps());
    refuses
}

/// The root variable that the command line sets to another value than that of the plan.
pub(super) fn overridden_variable<'a>(evaluator: &ModuleEvaluator<'a>, plan: &Plan) -> Option<&'a Block> {
    evaluator.lookup.tree.values.overruling().find_map(|name| {
        let planned = plan.variable(name)?.clone();
        let variable = evaluator.lookup.scope.module.find("variable", &[name])?;
        let ty = type_of(evaluator, variable);
        let AssignmentSource::Value(given, _) = root_value(evaluator, variable, name, ty.as_ref())? else {
            return Some(variable);
        };
        let [given, planned] = [given, planned].map(|value| ty.as_ref().map(|ty| symbol(&convert(value, ty).value)));
        (given != planned).then_some(variable)
    })
}

fn of_unknown_type(evaluator: &ModuleEvaluator<'_>, name: &str) -> Reason {
    let cause = Box::new(Reason::NotEvaluated { construct: format!("the type of variable `{name}`") });
    Reason::Computed { expression: evaluator.lookup.scope.qualify(&format!("var.{name}")), cause, atom: None }
}

/// The hop to the call that doesn't set a variable, because another value would be added there.
fn unset_in_call(evaluator: &ModuleEvaluator<'_>, name: &str) -> Option<Hop> {
    let block = evaluator.lookup.scope.call_block()?;
    let module = block.labels.first().map(|label| label.text.clone()).unwrap_or_default();
    Some(Hop { span: block.header, step: HopKind::ModuleCall { module, name: name.to_owned() } })
}

/// The argument of the call or the given value. If it is missing, or null for a variable that isn't nullable, the
/// default.
fn argument_or_value(
    evaluator: &ModuleEvaluator<'_>,
    variable: &Block,
    name: &str,
    ty: Option<&Type>,
) -> AssignmentSource {
    let written = match &evaluator.lookup.scope.call {
        Some(call) => argument(evaluator, call, name),
        None => root_value(evaluator, variable, name, ty),
    };
    let has_default = evaluator.lookup.scope.call.is_some() || !evaluator.lookup.tree.context.options.no_defaults;
    match written {
        Some(AssignmentSource::Value(Traced { value: Known(Data::Null), .. }, _)) if !is_nullable(variable) => {}
        Some(given) => return given,
        None => {}
    }
    match variable.body.attribute("default").filter(|_| has_default) {
        Some(default) => {
            let hop = HopKind::VariableDefault(name.to_owned());
            AssignmentSource::Value(evaluator.outside().eval(&default.value), hop)
        }
        None => AssignmentSource::Nothing,
    }
}

fn argument(evaluator: &ModuleEvaluator<'_>, call: &ModuleCallInstance, name: &str) -> Option<AssignmentSource> {
    let block = call.caller.module.block(call.block)?;
    let value = match block.body.attribute(name) {
        Some(argument) => ModuleEvaluator::of_call(call, evaluator.lookup.tree, evaluator.world).eval(&argument.value),
        None => added(evaluator, block.header, name)?,
    };
    let module = block.labels.first().map(|label| label.text.clone()).unwrap_or_default();
    Some(AssignmentSource::Value(value, HopKind::ModuleArgument { module, name: name.to_owned() }))
}

fn root_value(
    evaluator: &ModuleEvaluator<'_>,
    variable: &Block,
    name: &str,
    ty: Option<&Type>,
) -> Option<AssignmentSource> {
    let value = match evaluator.lookup.tree.values.find(name, evaluator.lookup.tree.context.plan)? {
        values::VariableSetting::Value(value) => value,
        values::VariableSetting::Planned(value) => {
            let value = Traced { origin: Origin::Written(variable.header), ..value.clone() };
            return Some(AssignmentSource::Value(value, HopKind::PlannedVariable(name.to_owned())));
        }
        values::VariableSetting::Unreadable(file) => return Some(AssignmentSource::Unreadable(file.to_owned())),
    };
    // On the command line, a value needs no quotes if the variable is a primitive or has no type.
    let is_untyped = variable.body.attribute("type").is_none();
    let is_text = is_untyped || matches!(ty, Some(Type::String | Type::Bool | Type::Number));
    let step = HopKind::VariableValue(name.to_owned());
    let given = match (value.text.as_ref().filter(|_| is_text), &value.refused) {
        (Some(text), _) => evaluator.outside().eval(text),
        (None, None) => evaluator.outside().eval(&value.expr),
        (None, Some(reason)) => {
            let refused = Unknown(Reason::Failed { message: reason.clone() });
            Traced { value: refused, origin: Origin::Written(value.expr.span), hops: Vec::new() }
        }
    };
    Some(AssignmentSource::Value(given, step))
}

/// The value of a variable without a given value and default. A root variable may have any value that its type and its
/// validations allow.
fn nothing_given(evaluator: &ModuleEvaluator<'_>, variable: &Block, name: &str, ty: Option<&Type>) -> ValuePath {
    let reference = evaluator.lookup.scope.qualify(&format!("var.{name}"));
    let hops = vec![Hop { span: variable.header, step: HopKind::Variable(name.to_owned()) }];
    if evaluator.lookup.scope.call.is_some() {
        let message = format!("the call doesn't set `{reference}`, which has no default");
        return (Unknown(Reason::Failed { message }), hops);
    }
    let (domains, world) = (&evaluator.lookup.tree.domains, evaluator.world);
    let domain = domains.get_or_evaluate((variable.header, true), world, || {
        Rc::new(domain::of(variable, name, ty, is_nullable(variable), world))
    });
    (choose(evaluator, &domain, &reference), hops)
}

fn choose(evaluator: &ModuleEvaluator<'_>, domain: &Domain, reference: &str) -> Maybe<Data> {
    let chosen = match domain {
        Domain::Anything => None,
        Domain::OneOf(values) => selected_value(evaluator, values, reference),
    };
    chosen.map_or_else(|| Unknown(Reason::NoValue { reference: reference.to_owned() }), Known)
}

/// One of several values, selected by the world; `None` if the world doesn't decide.
fn selected_value(evaluator: &ModuleEvaluator<'_>, values: &[Data], subject: &str) -> Option<Data> {
    let shown: Vec<String> = values.iter().map(|value| symbol(&Known(value.clone()))).collect();
    let index = evaluator.world.choose(subject, &shown)?;
    Some(values.get(index).expect("the world chooses one of the values").clone())
}

/// A given value after the variable's validations. A known value that they reject is a failure; an unknown one is among
/// the values that they accept, if these are few.
fn validated(
    evaluator: &ModuleEvaluator<'_>,
    variable: &Block,
    name: &str,
    ty: Option<&Type>,
    value: Maybe<Data>,
) -> Maybe<Data> {
    match &value {
        Known(data) if domain::rejects(variable, name, data, evaluator.world) => {
            Unknown(Reason::Failed { message: format!("the validation of variable `{name}` rejects this value") })
        }
        Unknown(why) if !why.is_failure() && why.has_identity() => {
            // If a boolean has a condition, its possible values are listed.
            let is_bool = ty == Some(&Type::Bool) && !domain::conditions(variable).is_empty();
            let domain =
                evaluator.lookup.tree.domains.get_or_evaluate((variable.header, false), evaluator.world, || {
                    Rc::new(match is_bool {
                        true => domain::of(variable, name, ty, is_nullable(variable), evaluator.world),
                        false => domain::validated(variable, name, evaluator.world),
                    })
                });
            let Domain::OneOf(values) = &*domain else { return value };
            // No other value can be converted to one of these texts.
            let is_itself = is_bool || ty == Some(&Type::Any) || values.iter().all(domain::is_word);
            let subject = if is_itself { why.symbol() } else { evaluator.lookup.scope.qualify(&format!("var.{name}")) };
            selected_value(evaluator, values, &subject).map_or(value, Known)
        }
        Known(_) | Unknown(_) => value,
    }
}

fn is_nullable(variable: &Block) -> bool {
    let nullable = variable.body.attribute("nullable").map(|attribute| &attribute.value);
    !matches!(nullable, Some(Expr { kind: ExprKind::Bool(false), .. }))
}

/// The argument that a tried fix adds to the module call with this header.
fn added(evaluator: &ModuleEvaluator<'_>, header: Span, name: &str) -> Option<Traced<Data>> {
    let mut tried = evaluator.lookup.tree.context.tried.iter();
    let added = tried.find(|tried| tried.span == header && tried.key.as_deref() == Some(name))?;
    Some(Traced::written(added.value.clone(), header))
}

/// True if a condition is false or fails.
pub(super) fn is_refused(condition: &Expr, evaluator: &ModuleEvaluator<'_>) -> bool {
    is_false(&evaluator.eval(condition).value)
}

fn is_false(value: &Maybe<Data>) -> bool {
    match value {
        Known(data) => *data != Data::Bool(true) && *data != Data::String("true".to_owned()),
        Unknown(why) => why.is_failure(),
    }
}
