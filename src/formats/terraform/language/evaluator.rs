//! Evaluates expressions in a scope and a world.
//!
//! Evaluation never returns an error: a value that can't be determined is unknown, with its reason, and so is an
//! expression that fails in every deployment. The hops of a value record the references that led to it.

use std::cell::RefCell;
use std::rc::Rc;

use super::lookup::Lookup;
use super::normal_form;
use super::numbers;
use super::operators::truth;
use super::placeholders::filled_in;
use super::size::{CollectionSize, STEPS_OF_TOO_MUCH, Size};
use super::types::Type;
use super::unknowns::shortened;
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::world::{Atom, Tracked};
use crate::value::{Data, Field, Hop, Known, Maybe, Object, Origin, Reason, Traced, Unknown, World};

/// The maximum depth of nested expressions, counted through all references.
pub(crate) const MAX_DEPTH: usize = 200;

/// The values of names other than variables and locals: `each`, `count`, iterators, and the names of `for`.
pub(crate) type LocalNames = Vec<(String, Traced<Data>)>;

/// A value, with the hops from its use to its definition.
pub(crate) type ValuePath = (Maybe<Data>, Vec<Hop>);

/// Evaluates expressions.
#[derive(Clone)]
pub(crate) struct Evaluator<'a, L> {
    /// The variables, locals and other objects that the expressions refer to.
    pub(crate) lookup: L,
    /// The decisions about unknown conditions.
    pub(crate) world: &'a World,
    /// Other names, such as those of `for` and `each`, from the outermost to the innermost; the last of two equal ones
    /// wins.
    pub(super) names: Vec<Rc<LocalNames>>,
    /// True if the expression is outside of any module, so that it can't refer to the module's objects.
    pub(crate) is_outside: bool,
    /// The hop to the plan, if the plan determines the resource whose arguments are evaluated.
    pub(crate) planned: Option<Hop>,
    /// Within `try` and `can`, which catch failures: the reason why the argument may fail.
    pub(super) possible_failure: Option<Rc<RefCell<Option<Reason>>>>,
}

impl<'a, L: Lookup> Evaluator<'a, L> {
    /// An evaluator without names of its own.
    pub(crate) fn new(lookup: L, world: &'a World) -> Self {
        Self { lookup, world, names: Vec::new(), is_outside: false, planned: None, possible_failure: None }
    }

    /// An evaluator with the same lookup, for an expression outside of the current one.
    pub(crate) fn fresh(&self) -> Self {
        Self::new(self.lookup, self.world)
    }

    /// The same evaluator with additional names.
    pub(crate) fn with(&self, names: LocalNames) -> Self {
        let mut more = self.clone();
        more.names.push(Rc::new(names));
        more
    }

    /// The same evaluator for the arguments of a resource that is also in the plan.
    pub(crate) fn planned(&self, way: Option<Hop>) -> Self {
        Self { planned: way, ..self.clone() }
    }

    /// The same evaluator for expressions outside of any module, such as a default or a `.tfvars` file.
    pub(crate) fn outside(&self) -> Self {
        Self { names: Vec::new(), is_outside: true, ..self.clone() }
    }

    /// The same evaluator for an argument of `try` or `can`.
    pub(crate) fn trying(&self) -> Self {
        Self { possible_failure: Some(Rc::default()), ..self.clone() }
    }

    /// Records that the argument of the enclosing `try` or `can` may fail.
    pub(super) fn note_possible_failure(&self, why: &Reason) {
        if let Some(doubt) = &self.possible_failure {
            doubt.borrow_mut().get_or_insert_with(|| why.clone());
        }
    }

    /// The reason why the argument may fail, although its value may be known.
    pub(crate) fn possible_failure(&self) -> Option<Reason> {
        self.possible_failure.as_ref().and_then(|doubt| doubt.borrow().clone())
    }

    /// The value of an expression that a trail depends on. The world decides a condition, and a failure means that
    /// nothing can be deployed.
    pub(crate) fn eval_deciding(&self, expr: &Expr) -> Traced<Data> {
        let Tracked { value: mut decided, depends_on_world } = self.world.tracked(|| self.decide(expr));
        // A value that depends on the world is known only because the plan leaves one world.
        if depends_on_world && matches!(decided.value, Known(_)) {
            decided.hops.extend(self.planned.clone());
        }
        decided
    }

    pub(super) fn decide(&self, expr: &Expr) -> Traced<Data> {
        self.decided_value(self.eval(expr))
    }

    /// The value that the world has decided for an unknown one.
    pub(crate) fn decided_value(&self, traced: Traced<Data>) -> Traced<Data> {
        let Unknown(why) = &traced.value else { return traced };
        if why.is_failure() {
            self.world.fail();
        }
        let decided = match why.atom() {
            Some(atom) => self.world.decide(atom.clone()),
            // If the expression was also used as a condition, it is a boolean.
            None => self.world.decided(&Atom::Holds { condition: why.symbol() }),
        };
        match decided {
            Some(value) => traced.map(|_| Known(Data::Bool(value))),
            None => traced,
        }
    }

    pub(crate) fn eval(&self, expr: &Expr) -> Traced<Data> {
        let (value, hops) = match self.world.enter(MAX_DEPTH) {
            Ok(()) => {
                let way = self.eval_kind(expr);
                self.world.leave();
                way
            }
            Err(limit) => at_use(Unknown(Reason::OverLimit { limit })),
        };
        let value = match self.within_limits(value) {
            Unknown(why) if !why.has_identity() => self.identified(why, expr.span),
            value => value,
        };
        if let Unknown(why) = &value
            && may_fail(why)
        {
            self.note_possible_failure(why);
        }
        let value = Traced { value, origin: Origin::Written(expr.span), hops };
        if self.lookup.tried().is_empty() { value } else { self.tried(expr, value) }
    }

    /// The value of an expression after the fixes that are tried.
    fn tried(&self, expr: &Expr, mut value: Traced<Data>) -> Traced<Data> {
        for tried in self.lookup.tried().iter().filter(|tried| tried.span == expr.span) {
            match (&tried.key, &value.value) {
                (None, _) => {
                    let old = match &expr.kind {
                        ExprKind::String(text) => Some(text.as_str()),
                        _ => None,
                    };
                    value = Traced::written(tried.in_place_of(old), expr.span);
                }
                (Some(key), Known(Data::Object(object))) => {
                    value.value = Known(Data::Object(with_member(object, key, tried.value.clone(), expr.span)));
                }
                (Some(_), _) => {}
            }
        }
        value
    }

    /// An unknown value that equals only other values of the same place.
    pub(super) fn identified(&self, why: Reason, span: Span) -> Maybe<Data> {
        computed(self.at(&why.symbol(), span), &why, None)
    }

    /// A name for an unnamed value, made of its location, its module instance and the values of the iteration.
    pub(crate) fn at(&self, what: &str, span: Span) -> String {
        let file = self.lookup.sources().file(span.file);
        let position = file.position(span.start);
        let place = format!("{what} at {}:{}:{}", file.name, position.line, position.column);
        let mut names = String::new();
        for (name, value) in self.names.iter().flat_map(|names| names.iter()) {
            if let Known(Ok(size)) = value.value.as_ref().map(Size::of) {
                self.world.charge(size.steps());
            }
            names.push_str(&format!(" with {name} = {}", symbol(&value.value)));
        }
        shortened(self.lookup.qualify(&format!("{place}{names}")))
    }

    /// Normalizes a value, charges its size to the budget, and makes it unknown if it is too large.
    pub(super) fn within_limits(&self, value: Maybe<Data>) -> Maybe<Data> {
        let value = match value {
            Known(Data::String(text)) => {
                if !text.is_ascii() {
                    self.world.charge(text.len() / normal_form::BYTES_PER_STEP);
                }
                Known(Data::String(normal_form::of_text(text)))
            }
            value => value,
        };
        let size = match &value {
            Known(data) => Size::of(data),
            Unknown(_) => return value,
        };
        match size {
            Ok(size) => {
                self.world.charge(size.steps());
                value
            }
            Err(limit) => {
                self.world.charge(STEPS_OF_TOO_MUCH);
                Unknown(Reason::OverLimit { limit })
            }
        }
    }

    /// A tuple of values that are evaluated one by one, until they are too large together. It fails if one of its
    /// elements does.
    pub(super) fn tuple(&self, values: impl Iterator<Item = Traced<Data>>) -> Maybe<Data> {
        let mut held = CollectionSize::new(self.world);
        let mut items = Vec::new();
        for value in values {
            if let Err(limit) = held.add(&value) {
                return Unknown(Reason::OverLimit { limit });
            }
            items.push(value);
        }
        match first_failure(&items) {
            Some(why) => Unknown(why.clone()),
            None => Known(Data::tuple(items)),
        }
    }

    /// The value of a name that the language or an expression declares, such as `each` or the name of a `for`.
    pub(crate) fn named(&self, name: &str) -> Option<&Traced<Data>> {
        let mut names = self.names.iter().rev().flat_map(|names| names.iter().rev());
        names.find(|(own, _)| own == name).map(|(_, value)| value)
    }

    pub(super) fn eval_kind(&self, expr: &Expr) -> ValuePath {
        match &expr.kind {
            ExprKind::Null => at_use(Known(Data::Null)),
            ExprKind::Bool(value) => at_use(Known(Data::Bool(*value))),
            ExprKind::Number(text) => at_use(number(text)),
            ExprKind::String(text) => at_use(Known(Data::String(text.clone()))),
            ExprKind::Template(parts) => at_use(self.template(parts, expr.span)),
            ExprKind::Tuple(items) => at_use(self.tuple(items.iter().map(|item| self.eval(item)))),
            ExprKind::Object(items) => at_use(self.object(items, expr.span)),
            ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..) => self.follow(expr),
            ExprKind::Splat(splat) => self.splat(splat),
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Conditional(conditional) => self.conditional(conditional),
            ExprKind::Unary(operator, operand) => at_use(self.unary(*operator, operand)),
            ExprKind::Binary(operator, left, right) => at_use(self.binary(*operator, left, right)),
            ExprKind::For(for_expr) => at_use(self.for_expr(for_expr, expr.span)),
            ExprKind::Unreadable => at_use(Unknown(Reason::Unreadable)),
        }
    }

    /// A boolean that controls the evaluation, such as the condition of a conditional. The world may decide an unknown
    /// one.
    pub(crate) fn condition(&self, value: Maybe<Data>) -> Maybe<bool> {
        match value {
            Known(data) => match truth(&data) {
                Some(value) => Known(value),
                None => not_boolean(&data),
            },
            // A decision would omit the worlds in which it fails.
            Unknown(why) if why.is_failure() || self.possible_failure.is_some() => Unknown(why),
            Unknown(why) if self.lookup.has_type(&why.symbol(), &Type::Bool, self.world) => self.boolean(why),
            Unknown(why) if self.lookup.has_type(&why.symbol(), &Type::Number, self.world) => {
                failed(format!("`{}` is a number, not a boolean", why.symbol()))
            }
            Unknown(why) => {
                let atom = why.atom().cloned().unwrap_or_else(|| Atom::Holds { condition: why.symbol() });
                self.world.decide(atom).map_or(Unknown(why), Known)
            }
        }
    }

    /// An unknown value that is `true`, `false` or null. Null is an error where a boolean is required.
    pub(super) fn boolean(&self, why: Reason) -> Maybe<bool> {
        let (subject, values) = (why.symbol(), ["true", "false"].map(str::to_owned));
        let mut atoms = values.iter().map(|value| Atom::Is { subject: subject.clone(), value: value.clone() });
        if atoms.all(|atom| self.world.decided(&atom) == Some(false)) {
            return failed(format!("`{subject}` is null"));
        }
        self.world.choose(&subject, &values).map_or(Unknown(why), |index| Known(index == 0))
    }
}

fn with_member(object: &Object, key: &str, value: Data, span: Span) -> Object {
    let others = object.fields.iter().filter(|field| field.key != key).cloned();
    let added = Field { key: key.to_owned(), key_span: span, value: Traced::written(value, span) };
    Object { fields: others.chain([added]).collect::<Vec<_>>().into(), ..object.clone() }
}

/// A failure for a value that isn't a boolean, unless it contains a placeholder that another tool replaces.
pub(super) fn not_boolean(data: &Data) -> Maybe<bool> {
    filled_in(data).map_or_else(|| failed(format!("{} isn't a boolean", data.shown())), Unknown)
}

/// True if an unknown value may turn out to be a failure: any operation may fail, a reference can't.
pub(crate) fn may_fail(why: &Reason) -> bool {
    match why {
        Reason::NoValue { .. }
        | Reason::AtDeployment { .. }
        | Reason::AwsKey { .. }
        | Reason::Undeclared { .. }
        | Reason::Worded { .. }
        | Reason::SetElsewhere { .. } => false,
        // A reference to an output of a module.
        Reason::Computed { cause, .. } if matches!(**cause, Reason::NotHere { .. }) => false,
        Reason::Composed { cause, .. } => may_fail(cause),
        _ => true,
    }
}

/// A value that is defined where it is used.
pub(crate) fn at_use(value: Maybe<Data>) -> ValuePath {
    (value, Vec::new())
}

/// A value that is defined elsewhere, with one more hop in front of its own.
pub(crate) fn with_hop(decided: Traced<Data>, hop: Hop) -> ValuePath {
    let mut hops = vec![hop];
    hops.extend(decided.hops);
    (decided.value, hops)
}

/// The value of an element or an argument, with its own hops.
pub(crate) fn picked(element: Traced<Data>) -> ValuePath {
    (element.value, element.hops)
}

/// The reason of the first failed value, if there is one.
pub(super) fn first_failure<'a>(values: impl IntoIterator<Item = &'a Traced<Data>>) -> Option<&'a Reason> {
    values.into_iter().find_map(|value| match &value.value {
        Unknown(why) if why.is_failure() => Some(why),
        Known(_) | Unknown(_) => None,
    })
}

pub(crate) fn failed<T>(message: impl Into<String>) -> Maybe<T> {
    Unknown(Reason::Failed { message: message.into() })
}

/// A value that depends on an unknown one.
pub(crate) fn computed(expression: String, cause: &Reason, atom: Option<Atom>) -> Maybe<Data> {
    if cause.is_failure() {
        return Unknown(cause.clone());
    }
    /// Longer symbols would make a chain of operations quadratic.
    const MAX_SYMBOL: usize = 2_000;
    let expression = if expression.len() > MAX_SYMBOL { shortened(expression) } else { expression };
    // The cause of a chain is the cause of its first operation.
    let cause = match cause {
        Reason::Computed { cause, .. } => cause.clone(),
        other => Box::new(other.clone()),
    };
    Unknown(Reason::Computed { expression, cause, atom })
}

/// The text of a value within a symbol.
pub(crate) fn symbol(value: &Maybe<Data>) -> String {
    match value {
        Known(data) => symbol_of(data),
        Unknown(why) => why.symbol(),
    }
}

/// The text of known data within a symbol.
pub(super) fn symbol_of(data: &Data) -> String {
    let mut symbol = String::new();
    add_symbol(data, &mut symbol);
    symbol
}

pub(super) fn add_symbol(data: &Data, symbol: &mut String) {
    match data {
        Data::List(list) => {
            symbol.push('[');
            for (index, item) in list.items.iter().enumerate() {
                add_part(index, None, &item.value, symbol);
            }
            symbol.push(']');
        }
        Data::Object(object) => {
            symbol.push('{');
            for (index, field) in object.fields.iter().enumerate() {
                add_part(index, Some(&field.key), &field.value.value, symbol);
            }
            symbol.push('}');
        }
        Data::String(text) => symbol.push_str(&quoted(text)),
        Data::Null | Data::Bool(_) | Data::Number(_) => symbol.push_str(&data.shown()),
    }
}

pub(super) fn add_part(index: usize, key: Option<&str>, value: &Maybe<Data>, symbol: &mut String) {
    if index > 0 {
        symbol.push_str(", ");
    }
    if let Some(key) = key {
        symbol.push_str(key);
        symbol.push_str(" = ");
    }
    match value {
        Known(data) => add_symbol(data, symbol),
        Unknown(why) => symbol.push_str(&why.symbol()),
    }
}

pub(super) fn number(text: &str) -> Maybe<Data> {
    match numbers::parse(text) {
        Some(number) => number.map(Data::Number),
        None => Unknown(Reason::Unreadable),
    }
}

/// A string key in the form of an address.
pub(crate) fn quoted(key: &str) -> String {
    if !key.contains(['\\', '"', '\n', '\r', '\t', '$', '%']) {
        return format!("\"{key}\"");
    }
    let escaped = key.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{}\"", escaped.replace('\t', "\\t").replace("${", "$${").replace("%{", "%%{"))
}
