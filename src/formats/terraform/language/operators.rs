//! Operators and conditionals. Three-valued logic and worlds often determine a result where Terraform itself has an
//! unknown value.

use super::equality;
use super::evaluator::{Evaluator, ValuePath, computed, failed, symbol, with_hop};
use super::lookup::Lookup;
use super::numbers;
use super::placeholders::filled_in;
use super::types::{Type, convert, type_of, unify};
use crate::syntax::hcl::{BinaryOperator, Conditional, Expr, ExprKind, UnaryOperator};
use crate::value::world::Atom;
use crate::value::{Choice, Data, Hop, HopKind, Known, Maybe, Reason, Traced, Unknown, cut};

impl<L: Lookup> Evaluator<'_, L> {
    /// Evaluates `condition ? then : otherwise`. Only the selected arm determines the value.
    pub(crate) fn conditional(&self, conditional: &Conditional) -> ValuePath {
        let Conditional { condition, then, otherwise } = conditional;
        match self.condition(self.eval(condition).value) {
            Known(true) => self.arm(then, otherwise, self.choice(condition, true)),
            Known(false) => self.arm(otherwise, then, self.choice(condition, false)),
            Unknown(why) if why.is_failure() => (Unknown(why), Vec::new()),
            Unknown(why) => {
                let (then, otherwise) = (self.eval(then), self.eval(otherwise));
                // Both arms have the same value, so the condition is irrelevant.
                if then.value == otherwise.value && matches!(then.value, Known(_)) {
                    return (then.value, Vec::new());
                }
                let expression = format!("{} ? {} : {}", why.symbol(), symbol(&then.value), symbol(&otherwise.value));
                (computed(expression, &why, None), Vec::new())
            }
        }
    }

    /// Both arms are converted to one type, so the type of the other arm matters although its value doesn't.
    fn arm(&self, chosen: &Expr, other: &Expr, choice: Choice) -> ValuePath {
        let ty = self.type_of_arm(other);
        if let Type::Unclear(why) = &ty
            && !why.is_failure()
        {
            self.note_possible_failure(why);
        }
        let value = converted_to_common(self.eval(chosen), ty);
        with_hop(value, Hop { span: chosen.span, step: HopKind::Arm(Some(choice)) })
    }

    /// A condition and its value, with the first variable or local of the deciding operand, if it has one.
    fn choice(&self, condition: &Expr, holds: bool) -> Choice {
        let part = first_reference(self.decisive_operand(condition, holds)).filter(|part| part.span != condition.span);
        let part = part.and_then(|part| match self.eval(part).value {
            Known(data @ (Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_))) => {
                Some((self.shown(part), data.shown()))
            }
            Known(_) | Unknown(_) => None,
        });
        Choice { condition: format!("`{}`", self.shown(condition)), holds, part }
    }

    fn shown(&self, expr: &Expr) -> String {
        /// The maximum length of a condition in a message, in characters.
        const MAX_REASON: usize = 200;
        let file = self.lookup.sources().file(expr.span.file);
        let begin: String = file.slice(expr.span).chars().take(MAX_REASON).collect();
        cut(&begin.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The operand that determines the value of a condition, or the condition itself.
    fn decisive_operand<'e>(&self, mut condition: &'e Expr, mut holds: bool) -> &'e Expr {
        /// The maximum depth at which operands are searched.
        const MAX_LEVELS: usize = 8;
        for _ in 0..MAX_LEVELS {
            condition = match &condition.kind {
                ExprKind::Unary(UnaryOperator::Not, inner) => {
                    holds = !holds;
                    inner
                }
                ExprKind::Binary(BinaryOperator::And | BinaryOperator::Or, left, right) => {
                    let is_decisive = holds == matches!(condition.kind, ExprKind::Binary(BinaryOperator::Or, ..));
                    let mut operands = [&**left, &**right].into_iter();
                    match operands.find(|operand| boolean(&self.eval(operand).value) == Some(holds)) {
                        Some(operand) if is_decisive => operand,
                        Some(_) | None => return condition,
                    }
                }
                _ => return condition,
            };
        }
        condition
    }

    fn type_of_arm(&self, arm: &Expr) -> Type {
        match &arm.kind {
            ExprKind::String(_) | ExprKind::Template(_) => Type::String,
            // An arm that isn't selected decides nothing, and may fail.
            _ => type_of(&self.trying().eval(arm)),
        }
    }

    pub(crate) fn unary(&self, operator: UnaryOperator, operand: &Expr) -> Maybe<Data> {
        let value = self.eval(operand).value;
        match operator {
            UnaryOperator::Not => self.negated(value),
            UnaryOperator::Negate => match value {
                Unknown(why) => computed(format!("-{}", why.symbol()), &why, None),
                Known(data) => match numeric(&data) {
                    Some(number) => exactly(numbers::negate(number)),
                    None => failed(format!("{} isn't a number", data.shown())),
                },
            },
        }
    }

    fn negated(&self, value: Maybe<Data>) -> Maybe<Data> {
        match self.condition(value) {
            Known(value) => Known(Data::Bool(!value)),
            Unknown(why) => computed(format!("!({})", why.symbol()), &why, None),
        }
    }

    pub(crate) fn binary(&self, operator: BinaryOperator, left: &Expr, right: &Expr) -> Maybe<Data> {
        match operator {
            BinaryOperator::And => self.logic(self.eval(left).value, right, false),
            BinaryOperator::Or => self.logic(self.eval(left).value, right, true),
            BinaryOperator::Equal => self.equal(&self.eval(left), &self.eval(right)),
            BinaryOperator::NotEqual => self.negated(self.equal(&self.eval(left), &self.eval(right))),
            BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual => compare(operator, &self.eval(left).value, &self.eval(right).value),
            BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo => arithmetic(operator, &self.eval(left).value, &self.eval(right).value),
        }
    }

    /// Evaluates `==`. An unknown variable differs from the values that its declaration rejects, and the result of a
    /// comparison is never null.
    pub(crate) fn equal(&self, left: &Traced<Data>, right: &Traced<Data>) -> Maybe<Data> {
        let is_refused = match (&left.value, &right.value) {
            (Unknown(why), Known(Data::Null)) | (Known(Data::Null), Unknown(why)) if self.is_never_null(why) => true,
            (Unknown(why), Known(data)) | (Known(data), Unknown(why)) => self.lookup.rejects(why, data, self.world),
            (Known(_), Known(_)) | (Unknown(_), Unknown(_)) => false,
        };
        if is_refused { Known(Data::Bool(false)) } else { equal(left, right) }
    }

    fn is_never_null(&self, why: &Reason) -> bool {
        match why {
            Reason::Computed { atom, .. } => atom.is_some() && self.possible_failure.is_none(),
            why => why.is_set(),
        }
    }

    /// Evaluates `&&` and `||`. If the left operand determines the result, the right one may fail.
    fn logic(&self, left: Maybe<Data>, right: &Expr, decisive: bool) -> Maybe<Data> {
        match boolean(&left) {
            Some(value) if value == decisive => Known(Data::Bool(decisive)),
            _ => self.both(left, self.eval(right).value, decisive),
        }
    }

    /// Combines both operands. One of them may determine the result although the other is unknown.
    fn both(&self, left: Maybe<Data>, right: Maybe<Data>, decisive: bool) -> Maybe<Data> {
        if let Some(why) = no_boolean(&left) {
            return Unknown(why);
        }
        if boolean(&right) == Some(decisive) {
            return Known(Data::Bool(decisive));
        }
        let expression = logic_symbol(&left, &right, decisive);
        let left = self.condition(left);
        if left == Known(decisive) {
            return Known(Data::Bool(decisive));
        }
        let right = match (&left, no_boolean(&right)) {
            // The right operand isn't evaluated if the left one determines the result.
            (Unknown(why), Some(_)) => return computed(expression, why, None),
            (Known(_), Some(why)) => return Unknown(why),
            (Known(_) | Unknown(_), None) => self.condition(right),
        };
        let both = if decisive { left.or(right) } else { left.and(right) };
        match both {
            Known(value) => Known(Data::Bool(value)),
            Unknown(why) => computed(expression, &why, None),
        }
    }
}

/// The first variable or local among the operands and arguments of an expression.
fn first_reference(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::GetAttr(base, _) => match &base.kind {
            ExprKind::Variable(root) => matches!(root.as_str(), "var" | "local").then_some(expr),
            ExprKind::GetAttr(..) => first_reference(base).map(|_| expr),
            _ => None,
        },
        ExprKind::Unary(_, operand) => first_reference(operand),
        ExprKind::Binary(_, left, right) => first_reference(left).or_else(|| first_reference(right)),
        ExprKind::Call(call) => call.arguments.iter().find_map(first_reference),
        _ => None,
    }
}

fn logic_symbol(left: &Maybe<Data>, right: &Maybe<Data>, decisive: bool) -> String {
    let sign = if decisive { "||" } else { "&&" };
    format!("({} {sign} {})", symbol(left), symbol(right))
}

/// The reason why a value is no boolean for Terraform; `None` for a boolean, and for an unknown value or a placeholder
/// that may become one.
fn no_boolean(value: &Maybe<Data>) -> Option<Reason> {
    match value {
        Unknown(why) => why.is_failure().then(|| why.clone()),
        Known(data) if truth(data).is_none() && filled_in(data).is_none() => {
            Some(Reason::Failed { message: format!("{} isn't a boolean", data.shown()) })
        }
        Known(_) => None,
    }
}

/// The value of an arm, converted to the common type of both arms. If a type is unknown, the value stays as it is.
fn converted_to_common(value: Traced<Data>, other: Type) -> Traced<Data> {
    let types = vec![type_of(&value), other];
    if types.iter().any(|ty| matches!(ty, Type::Unclear(_))) {
        return value;
    }
    match unify(types) {
        Ok(ty) => convert(value, &ty),
        Err(why) => value.map(|_| Unknown(why)),
    }
}

/// Evaluates `==`. The comparison of an unknown value with a known one is a condition that a world may decide.
pub(crate) fn equal(left: &Traced<Data>, right: &Traced<Data>) -> Maybe<Data> {
    match (&left.value, &right.value) {
        (Known(_), Known(_)) => match equality::equal(left, right) {
            Known(equal) => Known(Data::Bool(equal)),
            Unknown(why) => {
                let expression = format!("{} == {}", symbol(&left.value), symbol(&right.value));
                computed(expression.clone(), &why, Some(Atom::Holds { condition: expression }))
            }
        },
        (Unknown(why), Known(value)) | (Known(value), Unknown(why)) => {
            let subject = why.symbol();
            let expression = format!("{subject} == {}", symbol(&Known(value.clone())));
            let atom = match value {
                Data::List(_) | Data::Object(_) => Atom::Holds { condition: expression.clone() },
                Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                    Atom::Is { subject, value: symbol(&Known(value.clone())) }
                }
            };
            computed(expression, why, Some(atom))
        }
        (Unknown(left), Unknown(right)) => {
            let mut sides = [left.symbol(), right.symbol()];
            sides.sort_unstable();
            let expression = sides.join(" == ");
            let cause = if left.is_failure() { left } else { right };
            computed(expression.clone(), cause, Some(Atom::Holds { condition: expression }))
        }
    }
}

fn compare(operator: BinaryOperator, left: &Maybe<Data>, right: &Maybe<Data>) -> Maybe<Data> {
    match numbers_of(left, right) {
        Ok((left, right)) => Known(Data::Bool(holds(operator, left, right))),
        Err(Operands::Failed(message)) => failed(message),
        Err(Operands::Unknown(why)) => {
            let expression = format!("{} {} {}", symbol(left), sign(operator), symbol(right));
            computed(expression.clone(), &why, Some(Atom::Holds { condition: expression }))
        }
    }
}

fn holds(operator: BinaryOperator, left: f64, right: f64) -> bool {
    match operator {
        BinaryOperator::Less => left < right,
        BinaryOperator::LessOrEqual => left <= right,
        BinaryOperator::Greater => left > right,
        _ => left >= right,
    }
}

fn arithmetic(operator: BinaryOperator, left: &Maybe<Data>, right: &Maybe<Data>) -> Maybe<Data> {
    let (a, b) = match numbers_of(left, right) {
        Ok(numbers) => numbers,
        Err(Operands::Failed(message)) => return failed(message),
        Err(Operands::Unknown(why)) => {
            return computed(format!("({} {} {})", symbol(left), sign(operator), symbol(right)), &why, None);
        }
    };
    let result = match operator {
        BinaryOperator::Add => numbers::add(a, b),
        BinaryOperator::Subtract => numbers::subtract(a, b),
        BinaryOperator::Multiply => numbers::multiply(a, b),
        BinaryOperator::Divide => numbers::divide(a, b),
        _ => numbers::modulo(a, b),
    };
    exactly(result)
}

/// Terraform calculates with far more digits, so only exact results are known.
fn exactly(number: Option<f64>) -> Maybe<Data> {
    match number {
        Some(number) => Known(Data::Number(number)),
        None => Unknown(Reason::NotEvaluated { construct: "arithmetic that isn't exact".to_owned() }),
    }
}

/// The reason why two operands aren't two known numbers.
enum Operands {
    Failed(String),
    Unknown(Reason),
}

fn numbers_of(left: &Maybe<Data>, right: &Maybe<Data>) -> Result<(f64, f64), Operands> {
    match (number(left), number(right)) {
        (Err(failed @ Operands::Failed(_)), _) | (_, Err(failed @ Operands::Failed(_))) => Err(failed),
        (left, right) => Ok((left?, right?)),
    }
}

fn number(value: &Maybe<Data>) -> Result<f64, Operands> {
    match value {
        Known(data) => numeric(data).ok_or_else(|| match filled_in(data) {
            Some(why) => Operands::Unknown(why),
            None => Operands::Failed(format!("{} isn't a number", data.shown())),
        }),
        Unknown(why) => Err(Operands::Unknown(why.clone())),
    }
}

fn sign(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterOrEqual => ">=",
        BinaryOperator::And => "&&",
        BinaryOperator::Or => "||",
    }
}

fn boolean(value: &Maybe<Data>) -> Option<bool> {
    match value {
        Known(data) => truth(data),
        Unknown(_) => None,
    }
}

/// A boolean, or a string that converts to one.
pub(crate) fn truth(data: &Data) -> Option<bool> {
    match data {
        Data::Bool(value) => Some(*value),
        Data::String(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Data::Null | Data::Number(_) | Data::List(_) | Data::Object(_) => None,
    }
}

/// A number, or a string that converts to one.
fn numeric(data: &Data) -> Option<f64> {
    match data {
        Data::Number(number) => Some(*number),
        Data::String(text) => match numbers::parse(text)? {
            Known(number) => Some(number),
            Unknown(_) => None,
        },
        Data::Null | Data::Bool(_) | Data::List(_) | Data::Object(_) => None,
    }
}

/// The string of a primitive value.
pub(crate) fn text(data: &Data) -> Option<String> {
    match data {
        Data::String(text) => Some(text.clone()),
        Data::Bool(value) => Some(value.to_string()),
        Data::Number(number) => Some(numbers::show(*number)),
        Data::Null | Data::List(_) | Data::Object(_) => None,
    }
}
