//! The values of a root module's variables: their defaults, converted to their types.

use super::eval::{Evaluator, through};
use crate::source::SourceFile;
use crate::syntax::hcl::{Block, Expr, ExprKind};
use crate::value::{Data, Hop, Known, Maybe, Step, Unknown, Why};

/// A type to which a value of a variable is converted.
enum Type {
    Any,
    Bool,
    Number,
    String,
    /// A collection or object.
    Structural,
}

/// The value of a variable, and the way to it.
pub(super) fn value(evaluator: &Evaluator<'_>, name: &str) -> (Maybe<Data>, Vec<Hop>) {
    let module = evaluator.module;
    let reference = format!("var.{name}");
    let Some(variable) = module.block("variable", &[name]) else {
        return (Unknown(Why::Undeclared { reference }), Vec::new());
    };
    let setter = module.caller.clone().or_else(|| value_file(&module.value_files, name));
    if let Some(file) = setter {
        let why = Why::SetElsewhere { reference, setter: format!("`{file}`") };
        return (Unknown(why), vec![declaration(variable, name)]);
    }
    match variable.body.attribute("default") {
        None => (Unknown(Why::NoValue { reference }), vec![declaration(variable, name)]),
        Some(default) => {
            let (value, hops) = through(evaluator.eval(&default.value), Step::VariableDefault(name.to_owned()));
            (value.and_then(|data| convert(data, variable, name)), hops)
        }
    }
}

fn declaration(variable: &Block, name: &str) -> Hop {
    Hop { span: variable.header, step: Step::Variable(name.to_owned()) }
}

/// A file with values of variables that may set this one.
fn value_file(files: &[std::sync::Arc<SourceFile>], name: &str) -> Option<String> {
    files.iter().find(|file| file.text.contains(name)).map(|file| file.name.clone())
}

/// Converts a value as Terraform converts a default: <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>.
fn convert(data: Data, variable: &Block, name: &str) -> Maybe<Data> {
    let wanted = variable.body.attribute("type").map_or(Type::Any, |attribute| Type::of(&attribute.value));
    let text = |data: &Data| match data {
        Data::String(text) => text.clone(),
        other => other.shown(),
    };
    let not_converted = || Unknown(Why::NotEvaluated { construct: format!("the type of variable `{name}`") });
    match (wanted, data) {
        (Type::Any, data) | (_, data @ Data::Null) => Known(data),
        (Type::Bool, data @ Data::Bool(_))
        | (Type::Number, data @ Data::Number(_))
        | (Type::String, data @ Data::String(_)) => Known(data),
        (Type::String, data @ (Data::Bool(_) | Data::Number(_))) => Known(Data::String(text(&data))),
        (Type::Bool, Data::String(text)) => match text.as_str() {
            "true" | "1" => Known(Data::Bool(true)),
            "false" | "0" => Known(Data::Bool(false)),
            _ => not_converted(),
        },
        (Type::Number, Data::String(text)) => match text.parse() {
            Ok(number) => Known(Data::Number(number)),
            Err(_) => not_converted(),
        },
        (Type::Bool | Type::Number | Type::String | Type::Structural, _) => not_converted(),
    }
}

impl Type {
    fn of(expr: &Expr) -> Self {
        match &expr.kind {
            ExprKind::Variable(name) => match name.as_str() {
                "any" => Type::Any,
                "bool" => Type::Bool,
                "number" => Type::Number,
                "string" => Type::String,
                _ => Type::Structural,
            },
            _ => Type::Structural,
        }
    }
}
