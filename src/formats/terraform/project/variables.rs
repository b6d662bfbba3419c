//! Evaluates the variables of a module: the argument or given value, otherwise the default, converted to the variable's
//! type.

use std::rc::Rc;

use super::assignment;
use super::domain::{self, Domain};
use super::program::{InstanceLookup, ModuleEvaluator};
use super::resolution::Example;
use super::scope::ModuleCallInstance;
use super::values::{InputLayer, VariableSetting, VariableValue};
use crate::formats::terraform::language::functions::json;
use crate::formats::terraform::language::types::{Type, convert, cost, example};
use crate::formats::terraform::language::unknowns::wholly_known;
use crate::formats::terraform::language::{ValuePath, symbol};
use crate::formats::terraform::steps;
use crate::formats::{OptionUse, OptionValue, Plan, Rejection};
use crate::source::{FileId, Span};
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Data, Field, Hop, HopKind, Known, Maybe, Object, Origin, Reason, StepRole, Traced, Unknown};

/// The source of a variable's value.
enum AssignmentSource {
    /// An expression, evaluated in its own scope.
    Value(Traced<Data>, HopKind),
    /// Possibly a file that can't be read.
    Unreadable(String),
    /// No value and no default.
    Nothing,
}

/// A variable of a module instance.
struct Variable<'e, 'a> {
    evaluator: &'e ModuleEvaluator<'a>,
    name: &'e str,
    block: &'a Block,
    /// The declared type; `None` if it can't be parsed.
    ty: Option<Type>,
}

impl<'e, 'a> Variable<'e, 'a> {
    fn find(evaluator: &'e ModuleEvaluator<'a>, name: &'e str) -> Option<Self> {
        let block = evaluator.lookup.scope.module.find("variable", &[name])?;
        Some(Self { evaluator, name, block, ty: type_of(evaluator, block) })
    }

    /// The address of the variable within the configuration.
    fn address(&self) -> String {
        self.evaluator.lookup.scope.qualify(&format!("var.{}", self.name))
    }

    /// The value and its hops.
    fn value(&self) -> ValuePath {
        let reference = format!("var.{}", self.name);
        let (value, step) = match self.assigned() {
            AssignmentSource::Value(value, step) => (value, step),
            AssignmentSource::Unreadable(file) => {
                let setter = format!("`{file}`, which can't be read");
                return (Unknown(Reason::SetElsewhere { reference, setter }), Vec::new());
            }
            AssignmentSource::Nothing => return self.nothing_given(),
        };
        let converted = self.accepted(value);
        let converted = match self.refused_option(&converted) {
            Some((option, _)) => {
                let option = self.evaluator.lookup.tree.context.sources.file(option);
                let setter = format!("`{}`, whose value is invalid here", option.name);
                converted.map(|_| Unknown(Reason::SetElsewhere { reference, setter }))
            }
            None => converted,
        };
        let is_default = step.role() == Some(StepRole::Default);
        let mut hops = vec![Hop { span: converted.origin.span(), step }];
        hops.extend(converted.hops);
        hops.extend(unset_in_call(self.evaluator, self.name).filter(|_| is_default));
        (converted.value, hops)
    }

    /// The option that sets a root variable to an invalid value, and the reason. The value may be intended for another
    /// root.
    fn refused_option(&self, value: &Traced<Data>) -> Option<(FileId, String)> {
        let Unknown(why) = &value.value else { return None };
        let reason = why.failure()?;
        let InstanceLookup { tree, scope } = self.evaluator.lookup;
        let option = tree.values.option_of(self.name, tree.context.plan);
        Some((option.filter(|_| scope.call.is_none())?, reason.to_owned()))
    }

    /// The response of the declaration to the value of an option.
    fn option_use(&self) -> OptionUse {
        let refused = match self.assigned() {
            AssignmentSource::Value(value, _) => self.refused_option(&self.accepted(value)),
            AssignmentSource::Unreadable(_) | AssignmentSource::Nothing => None,
        };
        refused.map_or(OptionUse::Accepted, |(_, reason)| OptionUse::Refused(reason))
    }

    /// The type or the validation that rejects the value, if one does.
    fn rejection(&self) -> Option<Rejection> {
        let AssignmentSource::Value(value, _) = self.assigned() else { return None };
        let (span, part) = match self.converted(value.clone()).value {
            Unknown(why) if why.is_failure() => {
                let ty = self.block.body.attribute("type");
                (ty.map_or(self.block.header, |attribute| attribute.value.span), "type")
            }
            converted => {
                let refusing = match converted {
                    Known(data) => domain::refusing(self.block, self.name, &data, self.evaluator.world),
                    Unknown(_) => None,
                };
                let mut conditions = domain::conditions(self.block).into_iter();
                let refusing =
                    refusing.or_else(|| conditions.find(|condition| is_refused(condition, self.evaluator)))?;
                (refusing.span, "validation")
            }
        };
        let name = format!("the {part} of variable `{}`", self.name);
        Some(Rejection { span, name, variable: Some(self.name.to_owned()), places: places_of(&value) })
    }

    /// A given value, converted to the type and validated.
    fn accepted(&self, value: Traced<Data>) -> Traced<Data> {
        self.converted(value).map(|value| self.validated(value))
    }

    fn converted(&self, value: Traced<Data>) -> Traced<Data> {
        let of_cause = |cause| Reason::Computed { expression: self.address(), cause: Box::new(cause), atom: None };
        let converted = match &self.ty {
            Some(ty) => match cost(&value, ty) {
                Ok(steps) => {
                    self.evaluator.world.charge(steps);
                    convert(value, ty)
                }
                Err(why) => value.map(|_| Unknown(of_cause(why))),
            },
            None => {
                let construct = format!("the type of variable `{}`", self.name);
                value.map(|_| Unknown(of_cause(Reason::NotEvaluated { construct })))
            }
        };
        converted.map(|value| match value {
            Unknown(why) => Unknown(self.set(retyped(self.evaluator, why, self.ty.as_ref()))),
            known => known,
        })
    }

    /// Returns the reason for an unknown value after the variable's default has replaced null: a boolean or a number is
    /// then certainly not null.
    fn set(&self, why: Reason) -> Reason {
        let is_set = matches!(self.ty, Some(Type::Bool | Type::Number))
            && matches!(why, Reason::NoValue { .. })
            && !is_nullable(self.block)
            && self.block.body.attribute("default").is_some();
        if is_set { Reason::Composed { reference: why.symbol(), cause: Box::new(why) } } else { why }
    }

    /// The argument of the call or the given value. If it is missing, or null for a variable that isn't nullable, the
    /// default.
    fn assigned(&self) -> AssignmentSource {
        let InstanceLookup { tree, scope } = self.evaluator.lookup;
        let written = match &scope.call {
            Some(call) => argument(self.evaluator, call, self.name),
            None => self.root_value(),
        };
        match written {
            Some(AssignmentSource::Value(Traced { value: Known(Data::Null), .. }, _)) if !is_nullable(self.block) => {}
            Some(given) => return given,
            None => {}
        }
        let has_default = scope.call.is_some() || !tree.context.options.terraform.no_defaults;
        match self.block.body.attribute("default").filter(|_| has_default) {
            Some(default) => {
                let hop = steps::VARIABLE_DEFAULT.of(self.name);
                AssignmentSource::Value(self.evaluator.outside().eval(&default.value), hop)
            }
            None => AssignmentSource::Nothing,
        }
    }

    /// The value that a deployment of a Terraform Stack gives to the variable.
    fn deployed_value(&self) -> Option<AssignmentSource> {
        let tree = self.evaluator.lookup.tree;
        let deployment = tree.deployment.as_ref()?;
        let block = deployment.scope.module.find("deployment", &[deployment.label.as_str()])?;
        let inputs = &block.body.attribute("inputs")?.value;
        let value = ModuleEvaluator::of(tree, &deployment.scope, self.evaluator.world).eval(inputs);
        let given = match &value.value {
            Known(Data::Object(object)) => match (object.field(self.name), &object.rest) {
                (Some(field), _) => value.taken_field(field, object.header),
                (None, Some(why)) => value.clone().map(|_| Unknown((**why).clone())),
                (None, None) => return None,
            },
            Known(Data::Null) => return None,
            Known(_) | Unknown(_) => value.clone(),
        };
        Some(AssignmentSource::Value(given, steps::VARIABLE_VALUE.of(self.name)))
    }

    fn root_value(&self) -> Option<AssignmentSource> {
        if let Some(value) = self.deployed_value() {
            return Some(value);
        }
        let tree = self.evaluator.lookup.tree;
        let inputs = |layer: InputLayer, name: &str| tree.unit.as_ref()?.input(layer, name, self.evaluator.world);
        let value = match tree.values.find(self.name, tree.context.plan, &inputs)? {
            VariableSetting::Input(value) => {
                let value = self.read_from_environment(value);
                return Some(AssignmentSource::Value(value, steps::VARIABLE_VALUE.of(self.name)));
            }
            VariableSetting::Value(value) => value,
            VariableSetting::Planned(value) => {
                let value = Traced { origin: Origin::Written(self.block.header), ..value.clone() };
                return Some(AssignmentSource::Value(value, steps::PLANNED_VARIABLE.of(self.name)));
            }
            VariableSetting::Unreadable(file) => return Some(AssignmentSource::Unreadable(file.to_owned())),
        };
        let given = match (value.text.as_ref().filter(|_| self.takes_text()), &value.refused) {
            (Some(text), _) => self.evaluator.outside().eval(text),
            (None, None) => self.evaluator.outside().eval(&value.expr),
            (None, Some(reason)) => {
                let refused = Unknown(Reason::Failed { message: reason.clone() });
                Traced { value: refused, origin: Origin::Written(value.expr.span), hops: Vec::new() }
            }
        };
        Some(AssignmentSource::Value(given, steps::VARIABLE_VALUE.of(self.name)))
    }

    /// True if a value on the command line needs no quotes: the variable is a primitive or has no type.
    fn takes_text(&self) -> bool {
        let is_untyped = self.block.body.attribute("type").is_none();
        is_untyped || matches!(self.ty, Some(Type::String | Type::Bool | Type::Number))
    }

    /// The string that a string literal means.
    fn text_of(&self, literal: &str) -> Option<String> {
        let (expr, refused) = assignment::read(literal, self.block.header);
        match self.evaluator.outside().eval(&expr).value {
            Known(Data::String(text)) if refused.is_none() => Some(text),
            _ => None,
        }
    }

    /// The value that Terraform reads from an environment variable to which another program writes `value`: a string as
    /// it is, and any other value as JSON.
    fn read_from_environment(&self, value: Traced<Data>) -> Traced<Data> {
        let is_untyped = self.block.body.attribute("type").is_none();
        let read = match (&value.value, self.takes_text()) {
            (Known(Data::String(text)), false) => {
                let (expr, refused) = assignment::read(text, value.origin.span());
                match refused {
                    Some(message) => Unknown(Reason::Failed { message }),
                    None => self.evaluator.outside().eval(&expr).value,
                }
            }
            (Known(Data::List(_) | Data::Object(_)), true) => as_json(&value),
            (Known(Data::Bool(_) | Data::Number(_)), true) if is_untyped => as_json(&value),
            _ => return value,
        };
        value.map(|_| read)
    }

    /// The value without a given value and default. A root variable may have any value that its type and its
    /// validations allow.
    fn nothing_given(&self) -> ValuePath {
        let reference = self.address();
        let hops = vec![Hop { span: self.block.header, step: steps::VARIABLE.of(self.name) }];
        if self.evaluator.lookup.scope.call.is_some() {
            let message = format!("the call doesn't set `{reference}`, which has no default");
            return (Unknown(Reason::Failed { message }), hops);
        }
        let chosen = match &*self.domain(true, true) {
            Domain::Anything => None,
            Domain::OneOf(values) => selected_value(self.evaluator, values, &reference),
        };
        (chosen.map_or_else(|| Unknown(Reason::NoValue { reference }), Known), hops)
    }

    /// The values that the validations, and with `by_type` also the type, allow.
    fn domain(&self, is_without_value: bool, by_type: bool) -> Rc<Domain> {
        let (world, domains) = (self.evaluator.world, &self.evaluator.lookup.tree.domains);
        domains.get_or_evaluate((self.block.header, is_without_value), world, || {
            Rc::new(match by_type {
                true => domain::of(self.block, self.name, self.ty.as_ref(), is_nullable(self.block), world),
                false => domain::validated(self.block, self.name, world),
            })
        })
    }

    /// A given value after the validations. A known value that they reject is a failure; an unknown one is among the
    /// values that they accept, if these are few.
    fn validated(&self, value: Maybe<Data>) -> Maybe<Data> {
        match &value {
            Known(data) if domain::rejects(self.block, self.name, data, self.evaluator.world) => {
                let message = format!("the validation of variable `{}` rejects this value", self.name);
                Unknown(Reason::Failed { message })
            }
            Unknown(why) if !why.is_failure() && why.has_identity() => {
                // If a boolean has a condition, its possible values are listed.
                let is_bool = self.ty == Some(Type::Bool) && !domain::conditions(self.block).is_empty();
                let domain = self.domain(false, is_bool);
                let Domain::OneOf(values) = &*domain else { return value };
                // No other value can be converted to one of these texts.
                let is_itself = is_bool || self.ty == Some(Type::Any) || values.iter().all(domain::is_word);
                let subject = if is_itself { why.symbol() } else { self.address() };
                selected_value(self.evaluator, values, &subject).map_or(value, Known)
            }
            Known(_) | Unknown(_) => value,
        }
    }
}

/// A variable of the root module that has no valid value, so that an option may set it.
pub(super) struct RootVariable<'e, 'a>(Variable<'e, 'a>);

impl<'e, 'a> RootVariable<'e, 'a> {
    /// The variable of this name; `None` if it has a value. `evaluator` is that of the root module in an open world.
    pub(super) fn without_value(evaluator: &'e ModuleEvaluator<'a>, name: &'e str) -> Option<Self> {
        let variable = Variable::find(evaluator, name)?;
        match variable.value().0 {
            Unknown(Reason::NoValue { .. } | Reason::SetElsewhere { .. }) => Some(Self(variable)),
            Known(_) | Unknown(_) => None,
        }
    }

    /// True if the declaration accepts a value.
    pub(super) fn accepts(&self, value: &VariableValue) -> bool {
        match self.0.accepted(self.0.evaluator.outside().eval(&value.expr)).value {
            Known(_) => true,
            Unknown(why) => !why.is_failure(),
        }
    }

    /// A value that the declaration accepts, as the text of an option. Members on the path, or the variable itself, have
    /// the value `passing`, which is an expression.
    pub(super) fn example(&self, path: &[&str], passing: Option<&str>) -> Example {
        let variable = &self.0;
        let allowed = match (&*variable.domain(true, true), path) {
            (Domain::OneOf(values), []) => {
                values.iter().find(|value| **value != Data::Null).map(|value| symbol(&Known(value.clone())))
            }
            (Domain::OneOf(_) | Domain::Anything, _) => None,
        };
        let value = passing.map(str::to_owned).or(allowed);
        let ty = variable.ty.as_ref().unwrap_or(&Type::Any);
        let is_placeholder = value.is_none() && matches!(ty, Type::String | Type::Any);
        let text = example(ty, path, value.as_deref());
        // Such an option is plain text, not an expression.
        let plain = if variable.takes_text() { variable.text_of(&text) } else { None };
        Example { text: plain.unwrap_or(text), is_placeholder }
    }
}

/// The value of a variable, with its hops.
pub(super) fn value(evaluator: &ModuleEvaluator<'_>, name: &str) -> ValuePath {
    match Variable::find(evaluator, name) {
        Some(variable) => variable.value(),
        None => {
            let reference = evaluator.lookup.scope.qualify(&format!("var.{name}"));
            (Unknown(Reason::Undeclared { reference, is_set: false }), Vec::new())
        }
    }
}

/// The response of the root's declarations to the values of the options.
pub(super) fn option_values(evaluator: &ModuleEvaluator<'_>) -> Vec<OptionValue> {
    let names = evaluator.lookup.tree.values.of_options().into_iter();
    let values = names.map(|(name, option)| {
        // A file that can't be read may declare it.
        let may_exist = evaluator.lookup.scope.module.may_declare("variable", &[name]);
        let option_use = match Variable::find(evaluator, name) {
            Some(variable) => variable.option_use(),
            None if may_exist => OptionUse::Accepted,
            None => OptionUse::Undeclared,
        };
        OptionValue { option, name: name.to_owned(), option_use }
    });
    values.collect()
}

/// The type or the validation of a variable that rejects its value, if one does.
pub(super) fn rejection(evaluator: &ModuleEvaluator<'_>, block: &Block) -> Option<Rejection> {
    let name = block.labels.first()?.text.as_str();
    Variable { evaluator, name, block, ty: type_of(evaluator, block) }.rejection()
}

/// The root variable that the command line sets to another value than that of the plan.
pub(super) fn overridden_variable<'a>(evaluator: &ModuleEvaluator<'a>, plan: &Plan) -> Option<&'a Block> {
    evaluator.lookup.tree.values.overruling().find_map(|name| {
        let planned = plan.variable(name)?.clone();
        let variable = Variable::find(evaluator, name)?;
        let AssignmentSource::Value(given, _) = variable.root_value()? else { return Some(variable.block) };
        let ty = variable.ty.as_ref();
        let [given, planned] = [given, planned].map(|value| ty.map(|ty| symbol(&convert(value, ty).value)));
        (given != planned).then_some(variable.block)
    })
}

/// A wholly known value as JSON.
fn as_json(value: &Traced<Data>) -> Maybe<Data> {
    wholly_known(value).map(|data| Data::String(json::template(data)))
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

/// The hop to the call that doesn't set a variable, because another value would be added there.
fn unset_in_call(evaluator: &ModuleEvaluator<'_>, name: &str) -> Option<Hop> {
    let block = evaluator.lookup.scope.call_block()?;
    let module = block.labels.first().map(|label| label.text.clone()).unwrap_or_default();
    Some(Hop { span: block.header, step: steps::MODULE_CALL.in_call(name, module) })
}

fn argument(evaluator: &ModuleEvaluator<'_>, call: &ModuleCallInstance, name: &str) -> Option<AssignmentSource> {
    let block = call.caller.module.block(call.block)?;
    let value = match block.body.attribute(name) {
        Some(argument) => ModuleEvaluator::of_call(call, evaluator.lookup.tree, evaluator.world).eval(&argument.value),
        None => added(evaluator, block.header, name)?,
    };
    let module = block.labels.first().map(|label| label.text.clone()).unwrap_or_default();
    Some(AssignmentSource::Value(value, steps::MODULE_ARGUMENT.in_call(name, module)))
}

/// One of several values, selected by the world; `None` if the world doesn't decide.
fn selected_value(evaluator: &ModuleEvaluator<'_>, values: &[Data], subject: &str) -> Option<Data> {
    let shown: Vec<String> = values.iter().map(|value| symbol(&Known(value.clone()))).collect();
    let index = evaluator.world.choose(subject, &shown)?;
    Some(values.get(index).expect("the world chooses one of the values").clone())
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
