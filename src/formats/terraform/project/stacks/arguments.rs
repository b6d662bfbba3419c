//! Evaluates the parameters that a stack passes, and those that the instances of a stack set override.

use crate::formats::StackArgument;
use crate::formats::terraform::project::expand;
use crate::formats::terraform::project::program::ModuleEvaluator;
use crate::formats::terraform::project::stack_types::StackType;
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Data, Known, Reason, Traced, Unknown};

/// The resource types that deploy a stack set, and may override its parameters.
const INSTANCES: [&str; 2] = ["aws_cloudformation_stack_set_instance", "aws_cloudformation_stack_instances"];

/// The parameters of a stack, and the reason why there may be more.
type StackArguments = (Vec<StackArgument>, Option<Reason>);

impl ModuleEvaluator<'_> {
    pub(super) fn stack_arguments(&self, block: &Block, kind: &StackType) -> StackArguments {
        let mut arguments: Vec<StackArgument> = Vec::new();
        let mut rest = None;
        if let Some(parameters) = block.body.attribute("parameters") {
            let (values, why) = self.named_values(&parameters.value);
            rest = why;
            for (name, value) in values {
                arguments.push(StackArgument { name, values: vec![Some(value)] });
            }
        }
        if kind.is_set && kind.provider == "aws" {
            self.add_overrides(block, &mut arguments, &mut rest);
        } else if kind.is_set && block.body.attribute("stack_instances_group").is_some() {
            let construct = "`stack_instances_group`, which may override parameters,".to_owned();
            rest = Some(Reason::NotEvaluated { construct });
            arguments.clear();
        }
        (arguments, rest)
    }

    /// The values of a map of parameters, or of a list of objects with a key and a value.
    fn named_values(&self, expr: &Expr) -> (Vec<(String, Traced<Data>)>, Option<Reason>) {
        let value = self.eval_deciding(expr);
        let value = value.with_hops_on_members();
        match &value.value {
            Known(Data::Object(object)) => {
                let fields = object.fields.iter().map(|field| (field.key.clone(), self.parameter(field.value.clone())));
                (fields.collect(), object.rest.as_deref().cloned())
            }
            Known(Data::List(list)) => {
                let mut values = Vec::new();
                let mut rest = None;
                for item in &list.items {
                    match listed(item) {
                        Some((name, value)) => values.push((name, self.parameter(value))),
                        None => rest = Some(Reason::NotEvaluated { construct: "a list of parameters".to_owned() }),
                    }
                }
                (values, rest)
            }
            Known(Data::Null) => (Vec::new(), None),
            Known(other) => (Vec::new(), Some(Reason::Failed { message: format!("{} isn't a map", other.shown()) })),
            Unknown(why) => (Vec::new(), Some(why.clone())),
        }
    }

    /// The value of a parameter, which is a string.
    fn parameter(&self, value: Traced<Data>) -> Traced<Data> {
        let value = self.decided_value(value);
        let construct = match &value.value {
            Known(Data::Null) => "a parameter that is null",
            Known(Data::List(_) | Data::Object(_)) => "a parameter that isn't a string",
            Known(Data::Bool(_) | Data::Number(_) | Data::String(_)) | Unknown(_) => return value,
        };
        value.map(|_| Unknown(Reason::NotEvaluated { construct: construct.to_owned() }))
    }

    /// Adds the values with which instances of a stack set override its parameters.
    fn add_overrides(&self, set: &Block, arguments: &mut Vec<StackArgument>, rest: &mut Option<Reason>) {
        let module = &self.lookup.scope.module;
        for id in INSTANCES.iter().flat_map(|kind| module.of_type(kind)) {
            let Some(block) = module.block(id) else { continue };
            let Some(overrides) = block.body.attribute("parameter_overrides") else { continue };
            let evaluator = self.fresh();
            if !evaluator.is_instance_of(block, set) {
                continue;
            }
            for instance in expand::each_instance(block, &evaluator).filter(|instance| !instance.never_exists()) {
                let (values, why) = evaluator.with(instance.names).named_values(&overrides.value);
                if let Some(why) = why {
                    // Any parameter may have another value.
                    arguments.clear();
                    *rest = Some(why);
                    return;
                }
                for (name, value) in values {
                    match arguments.iter_mut().find(|argument| argument.name == name) {
                        Some(argument) => argument.values.push(Some(value)),
                        None => arguments.push(StackArgument { name, values: vec![None, Some(value)] }),
                    }
                }
                if !self.world.has_steps() {
                    return;
                }
            }
        }
    }

    /// False if a block deploys another stack set than this one.
    fn is_instance_of(&self, block: &Block, set: &Block) -> bool {
        let Some(name) = block.body.attribute("stack_set_name") else { return false };
        let labels: Vec<&str> = set.labels.iter().map(|label| label.text.as_str()).collect();
        if let Some((kind, label)) = resource_of(&name.value) {
            return labels == [kind, label];
        }
        let own = set.body.attribute("name").map(|own| self.eval(&own.value).value);
        match (self.eval(&name.value).value, own) {
            (Known(name), Some(Known(own))) => name == own,
            (Known(_) | Unknown(_), _) => true,
        }
    }
}

/// The type and the name of the resource to which a reference leads.
fn resource_of(expr: &Expr) -> Option<(&str, &str)> {
    let mut next = expr;
    let mut names: Vec<&str> = Vec::new();
    loop {
        match &next.kind {
            ExprKind::GetAttr(base, name) => {
                names.push(&name.text);
                next = base;
            }
            ExprKind::Index(base, _) => next = base,
            ExprKind::Variable(kind) if kind.starts_with("aws") => return Some((kind, names.last()?)),
            _ => return None,
        }
    }
}

/// The name and the value of an item of a list of parameters.
fn listed(item: &Traced<Data>) -> Option<(String, Traced<Data>)> {
    let Known(Data::Object(object)) = &item.value else { return None };
    match &object.field("parameter_key")?.value.value {
        Known(Data::String(name)) => Some((name.clone(), object.field("parameter_value")?.value.clone())),
        Known(_) | Unknown(_) => None,
    }
}
