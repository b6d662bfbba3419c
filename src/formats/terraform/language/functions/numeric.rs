//! Functions of numbers. Results that aren't exact are unknown.

use super::arguments::whole;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::numbers::{self, LARGEST_EXACT};
use crate::formats::terraform::language::types::{Type, convert};
use crate::value::{Data, Known, Unknown};

pub(super) fn abs(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::number(call.number(0)?.abs())
}

pub(super) fn ceil(call: &EvaluatedCall<'_>) -> FunctionResult {
    integral(call.number(0)?.ceil())
}

pub(super) fn floor(call: &EvaluatedCall<'_>) -> FunctionResult {
    integral(call.number(0)?.floor())
}

/// Adding zero turns a negative zero into a positive one.
fn integral(number: f64) -> FunctionResult {
    FunctionOutcome::number(number + 0.0)
}

/// -1, 0 or 1.
pub(super) fn signum(call: &EvaluatedCall<'_>) -> FunctionResult {
    let number = call.number(0)?;
    match whole(number) {
        Some(number) => FunctionOutcome::number(if number == 0 { 0.0 } else { f64::from(number.signum() as i8) }),
        None if number.fract() == 0.0 => Err(FunctionFailure::not_evaluated("`signum` of so large a number")),
        None => Err(FunctionFailure::failed("a whole number is required")),
    }
}

pub(super) fn min(call: &EvaluatedCall<'_>) -> FunctionResult {
    extreme(call, |number, smallest| number < smallest)
}

pub(super) fn max(call: &EvaluatedCall<'_>) -> FunctionResult {
    extreme(call, |number, largest| number > largest)
}

fn extreme(call: &EvaluatedCall<'_>, is_better: impl Fn(f64, f64) -> bool) -> FunctionResult {
    let mut best: Option<(usize, f64)> = None;
    for at in 0..call.arguments.len() {
        let number = call.number(at)?;
        if best.is_none_or(|(_, best)| is_better(number, best)) {
            best = Some((at, number));
        }
    }
    let Some((at, _)) = best else { return Err(FunctionFailure::failed("at least one number is required")) };
    Ok(FunctionOutcome::Selected(convert(call.argument(at)?.clone(), &Type::Number)))
}

/// The sum of a list, tuple or set of numbers, which must not be empty.
pub(super) fn sum(call: &EvaluatedCall<'_>) -> FunctionResult {
    let items = &call.sequence(0)?.items;
    if items.is_empty() {
        return Err(FunctionFailure::failed("an empty list has no sum"));
    }
    call.all_known()?;
    let mut total = None;
    for item in items {
        let number = match convert(item.clone(), &Type::Number).value {
            Known(Data::Number(number)) => number,
            Known(_) => return Err(FunctionFailure::failed("a list of numbers is required")),
            Unknown(why) => return Err(why.into()),
        };
        total = match total {
            None => Some(number),
            Some(total) => Some(numbers::add(total, number).ok_or_else(inexact)?),
        };
    }
    FunctionOutcome::number(total.unwrap_or_default())
}

fn inexact() -> FunctionFailure {
    FunctionFailure::not_evaluated("arithmetic with such numbers")
}

/// A power with a whole, non-negative exponent, by repeated multiplication.
pub(super) fn pow(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (number, power) = (call.number(0)?, call.number(1)?);
    let power = whole(power).and_then(|power| u16::try_from(power).ok()).ok_or_else(inexact)?;
    let mut result = 1.0;
    for _ in 0..power {
        result = numbers::multiply(result, number).ok_or_else(inexact)?;
    }
    FunctionOutcome::number(result)
}

/// The logarithm in the cases that have an exact result: of one, and of the base itself.
pub(super) fn log(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (number, base) = (call.number(0)?, call.number(1)?);
    let is_usual = number > 0.0 && base > 0.0 && base != 1.0;
    match number {
        1.0 if base > 1.0 => FunctionOutcome::number(0.0),
        number if is_usual && number == base => FunctionOutcome::number(1.0),
        _ => Err(inexact()),
    }
}

/// Parses a whole number in a base.
pub(super) fn parseint(call: &EvaluatedCall<'_>) -> FunctionResult {
    let Data::String(text) = call.known(0)? else { return Err(FunctionFailure::failed("a string is required")) };
    let base = u32::try_from(call.integer(1)?).ok().filter(|base| (2..=62).contains(base));
    let Some(base) = base else { return Err(FunctionFailure::failed("the base must be between 2 and 62")) };
    if base > 36 {
        return Err(FunctionFailure::not_evaluated("a base above 36"));
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Err(FunctionFailure::failed(format!("this isn't a whole number in base {base}")));
    }
    match i64::from_str_radix(text, base) {
        Ok(number) if (number as f64).abs() < LARGEST_EXACT => FunctionOutcome::number(number as f64),
        Ok(_) | Err(_) => {
            Err(FunctionFailure::Unknown(crate::value::Reason::OverLimit { limit: "digits of a number" }))
        }
    }
}
