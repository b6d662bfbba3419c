//! Function calls. Pure functions are in a table; this module evaluates those that need more than the values of their
//! arguments.

use super::evaluator::{
    Evaluator, ValuePath, at_use, computed, failed, first_failure, may_fail, picked, symbol, with_hop,
};
use super::functions::{self, FunctionFailure, FunctionOutcome};
use super::lookup::Lookup;
use super::placeholders::until_filled_in;
use super::size::{self, Size};
use crate::source::Span;
use crate::syntax::hcl::{self, Expr, ExprKind, FunctionCall};
use crate::value::world::Atom;
use crate::value::{Data, Hop, HopKind, Known, Maybe, Reason, Traced, Unknown};

impl<L: Lookup> Evaluator<'_, L> {
    pub(crate) fn call(&self, call: &FunctionCall, span: Span) -> ValuePath {
        if let Some(value) = L::call(self, call, span) {
            return value;
        }
        match function_name(call) {
            "try" => self.try_each(&call.arguments),
            "can" => at_use(self.can(&call.arguments)),
            "templatestring" => at_use(self.rendered(call, span)),
            "base64gzip" => at_use(self.unevaluated_text(call, 1)),
            "provider::aws::arn_build" => match self.arguments(call) {
                Ok(arguments) => self.built_arn(arguments, span),
                Err(why) => at_use(Unknown(why)),
            },
            "rsadecrypt" => at_use(self.unevaluated_text(call, 2)),
            name => match self.arguments(call) {
                Ok(arguments) => {
                    let arguments = until_filled_in(name, arguments);
                    self.undecided(name, &arguments, span).unwrap_or_else(|| self.pure(name, &arguments, span))
                }
                Err(why) => at_use(Unknown(why)),
            },
        }
    }

    /// The values of the arguments; `...` expands the last one.
    pub(crate) fn arguments(&self, call: &FunctionCall) -> Result<Vec<Traced<Data>>, Reason> {
        let mut arguments: Vec<Traced<Data>> = call.arguments.iter().map(|argument| self.eval(argument)).collect();
        if let Some(why) = first_failure(&arguments) {
            return Err(why.clone());
        }
        if !call.expand_last {
            return Ok(arguments);
        }
        let Some(last) = arguments.pop() else { return Ok(arguments) };
        match &last.value {
            Known(Data::List(list)) => {
                let items = list.items.iter().enumerate();
                arguments.extend(items.map(|(index, item)| last.member(item, HopKind::Element(index))));
            }
            Known(other) => return Err(Reason::Failed { message: format!("{} can't be expanded", other.shown()) }),
            Unknown(why) => return Err(why.clone()),
        }
        Ok(arguments)
    }

    /// A function of an unknown value for which the world selects the result.
    fn undecided(&self, name: &str, arguments: &[Traced<Data>], span: Span) -> Option<ValuePath> {
        match name.strip_prefix("core::").unwrap_or(name) {
            "lookup" => self.undecided_lookup(arguments, span),
            "contains" => self.undecided_contains(arguments),
            _ => None,
        }
    }

    pub(crate) fn pure(&self, name: &str, arguments: &[Traced<Data>], span: Span) -> ValuePath {
        let Some(function) = functions::find(name) else {
            return at_use(self.not_evaluated(name, arguments, span));
        };
        // Most functions take as long as a few copies of their arguments and their result.
        self.world.charge(arguments.iter().map(|argument| size::steps(&argument.value)).sum());
        if let Some(value) = self.of_unknown(name, arguments) {
            return at_use(value);
        }
        let call = functions::EvaluatedCall::new(span, arguments);
        let outcome = function.call(&call);
        self.world.charge(call.steps());
        // A result that is too large is charged where it becomes unknown.
        if let Ok(FunctionOutcome::Computed(data)) = &outcome
            && let Ok(size) = Size::of(data)
        {
            self.world.charge(size.steps());
        }
        match outcome {
            Ok(FunctionOutcome::Computed(data)) => at_use(Known(data)),
            Ok(FunctionOutcome::Selected(element)) => picked(element),
            Err(FunctionFailure::Failed(message)) => at_use(failed(format!("`{name}`: {message}"))),
            Err(FunctionFailure::Unknown(why)) if name == "coalesce" && !why.is_failure() => {
                at_use(self.coalesced(arguments, why))
            }
            Err(FunctionFailure::Unknown(why)) => {
                if let Some(composed) = self.composed(name, arguments) {
                    return at_use(composed);
                }
                let expression = format!("{name}({})", symbols(arguments));
                // It is neither null nor empty if one of the arguments is certain to be neither.
                if name == "coalesce"
                    && arguments.iter().any(|argument| matches!(&argument.value, Unknown(why) if why.is_set()))
                {
                    return at_use(Unknown(Reason::Composed { reference: expression, cause: Box::new(why) }));
                }
                let atom = is_condition(name).then(|| Atom::Holds { condition: expression.clone() });
                at_use(computed(expression, &why, atom))
            }
        }
    }

    /// The result of a function of partly unknown arguments, for the functions that have a partial result.
    fn of_unknown(&self, name: &str, arguments: &[Traced<Data>]) -> Option<Maybe<Data>> {
        match (name.strip_prefix("core::").unwrap_or(name), arguments) {
            ("jsondecode", [Traced { value: Unknown(why), .. }]) => self.lookup.decoded(why, self.world).map(Known),
            ("formatlist", [format, rest @ ..]) => self.composed_list(format, rest),
            _ => None,
        }
    }

    /// An unknown result of `coalesce`. It is neither null nor an empty text; `coalesce` fails if every argument is one
    /// of these.
    fn coalesced(&self, arguments: &[Traced<Data>], why: Reason) -> Maybe<Data> {
        if !arguments.iter().any(is_given) {
            self.note_possible_failure(&why);
        }
        Unknown(Reason::Composed { reference: format!("coalesce({})", symbols(arguments)), cause: Box::new(why) })
    }

    /// The result of an unsupported function. It is the same for the same arguments, except for random functions.
    fn not_evaluated(&self, name: &str, arguments: &[Traced<Data>], span: Span) -> Maybe<Data> {
        let why = Reason::NotEvaluated { construct: format!("the function `{name}`") };
        let expression = format!("{name}({})", symbols(arguments));
        let is_random = matches!(name, "uuid" | "bcrypt");
        computed(if is_random { self.at(&expression, span) } else { expression }, &why, None)
    }

    /// Evaluates `try`: the first argument that doesn't fail. If an argument may fail, the result is unknown.
    fn try_each(&self, arguments: &[Expr]) -> ValuePath {
        for argument in arguments {
            let trying = self.trying();
            let value = trying.eval(argument);
            match &value.value {
                Unknown(why) if why.is_failure() => {}
                Unknown(why) if L::is_certain(self, argument, why) => return chosen(value),
                Unknown(why) => return at_use(computed(format!("try({})", why.symbol()), why, None)),
                Known(data) => match trying.possible_failure().or_else(|| first_possible_failure(data)) {
                    Some(why) => {
                        let expression = self.at(&format!("try({})", symbol(&value.value)), argument.span);
                        return at_use(computed(expression, &why, None));
                    }
                    None => return chosen(value),
                },
            }
        }
        at_use(failed("`try`: every argument fails"))
    }

    fn can(&self, arguments: &[Expr]) -> Maybe<Data> {
        let [argument] = arguments else { return failed("`can` takes one argument") };
        let trying = self.trying();
        let value = trying.eval(argument).value;
        let doubt = match &value {
            Unknown(why) if why.is_failure() => return Known(Data::Bool(false)),
            Unknown(_) => trying.possible_failure(),
            Known(data) => trying.possible_failure().or_else(|| first_possible_failure(data)),
        };
        match doubt {
            Some(why) => {
                let expression = self.at(&format!("can({})", symbol(&value)), argument.span);
                computed(expression.clone(), &why, Some(Atom::Holds { condition: expression }))
            }
            None => Known(Data::Bool(true)),
        }
    }

    /// Evaluates `templatestring`, which takes a reference to a template.
    fn rendered(&self, call: &FunctionCall, span: Span) -> Maybe<Data> {
        if matches!(
            call.arguments.first().map(|argument| &argument.kind),
            Some(ExprKind::String(_) | ExprKind::Template(_))
        ) {
            return failed("`templatestring` takes a reference to a template, not a template");
        }
        let arguments = match self.arguments(call) {
            Ok(arguments) => arguments,
            Err(why) => return Unknown(why),
        };
        match arguments.first().map(|argument| &argument.value) {
            Some(Known(Data::String(text))) => {
                self.render(text, arguments.get(1).map(|argument| &argument.value), |_| span)
            }
            Some(Unknown(why)) => computed(format!("templatestring({})", symbols(&arguments)), why, None),
            Some(Known(_)) | None => failed("`templatestring` takes a template and an object"),
        }
    }

    /// Evaluates `arn_build` of the AWS provider, which takes the five parts of an ARN after `arn:`.
    fn built_arn(&self, parts: Vec<Traced<Data>>, span: Span) -> ValuePath {
        if parts.len() != 5 || parts.iter().any(|part| part.value == Known(Data::Null)) {
            return at_use(failed("`provider::aws::arn_build` takes five strings"));
        }
        let format = Traced::written(Data::String("arn:%s:%s:%s:%s:%s".to_owned()), span);
        let arguments: Vec<Traced<Data>> = std::iter::once(format).chain(parts).collect();
        self.pure("format", &arguments, span)
    }

    /// Returns the unknown result of a function that returns a string and isn't evaluated.
    pub(crate) fn unevaluated_text(&self, call: &FunctionCall, arity: usize) -> Maybe<Data> {
        let name = function_name(call);
        let arguments = match self.arguments(call) {
            Ok(arguments) => arguments,
            Err(why) => return Unknown(why),
        };
        let are_texts = arguments.iter().all(|argument| {
            matches!(&argument.value, Known(Data::String(_) | Data::Number(_) | Data::Bool(_)) | Unknown(_))
        });
        if arguments.len() != arity || !are_texts {
            return failed(format!("`{name}` takes {arity} string{}", if arity == 1 { "" } else { "s" }));
        }
        let unknown = arguments.iter().find_map(|argument| match &argument.value {
            Unknown(why) => Some(why.clone()),
            Known(_) => None,
        });
        let construct = format!("the function `{name}`");
        let why = unknown.unwrap_or(Reason::NotEvaluated { construct });
        let expression = format!("{name}({})", symbols(&arguments));
        match name {
            // Even compressed empty text has a header, so the result isn't empty.
            "base64gzip" => Unknown(Reason::Composed { reference: expression, cause: Box::new(why) }),
            _ => computed(expression, &why, None),
        }
    }

    /// Renders a template that can refer only to the given names.
    pub(crate) fn render(
        &self,
        text: &str,
        names: Option<&Maybe<Data>>,
        span: impl Fn(std::ops::Range<usize>) -> Span,
    ) -> Maybe<Data> {
        let names = match names {
            Some(Known(Data::Object(object))) => {
                object.fields.iter().map(|field| (field.key.clone(), field.value.clone())).collect()
            }
            Some(Unknown(why)) => return computed(format!("a template with {}", why.symbol()), why, None),
            Some(Known(_)) | None => return failed("a template takes an object of its names"),
        };
        match hcl::parse_template(text, span) {
            Ok(template) => self.outside().with(names).eval(&template).value,
            Err(_) => Unknown(Reason::Unreadable),
        }
    }
}

fn is_given(argument: &Traced<Data>) -> bool {
    match &argument.value {
        Known(Data::Null) => false,
        Known(Data::String(text)) => !text.is_empty(),
        Known(_) => true,
        Unknown(why) => why.is_set(),
    }
}

/// Returns the name of the function without the optional prefix `core::`.
pub(crate) fn function_name(call: &FunctionCall) -> &str {
    call.name.text.strip_prefix("core::").unwrap_or(&call.name.text)
}

/// An argument that a function selects from several.
fn chosen(argument: Traced<Data>) -> ValuePath {
    let span = argument.origin.span();
    with_hop(argument, Hop { span, step: HopKind::Argument })
}

pub(crate) fn symbols(arguments: &[Traced<Data>]) -> String {
    arguments.iter().map(|argument| symbol(&argument.value)).collect::<Vec<_>>().join(", ")
}

/// True if a function returns a boolean, so that its call is a condition.
fn is_condition(name: &str) -> bool {
    let name = name.strip_prefix("core::").unwrap_or(name);
    matches!(name, "alltrue" | "anytrue" | "contains" | "endswith" | "startswith" | "strcontains" | "tobool")
}

/// The reason why the value may fail: the first of its parts that may.
fn first_possible_failure(data: &Data) -> Option<Reason> {
    let parts: Vec<&Traced<Data>> = match data {
        Data::List(list) => list.items.iter().collect(),
        Data::Object(object) => object.fields.iter().map(|field| &field.value).collect(),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => return None,
    };
    parts.into_iter().find_map(|part| match &part.value {
        Unknown(why) => may_fail(why).then(|| why.clone()),
        Known(data) => first_possible_failure(data),
    })
}
