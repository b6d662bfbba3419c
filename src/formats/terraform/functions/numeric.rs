//! Functions of numbers. Results that aren't exact are unknown.

use super::arguments::whole;
use super::{Call, Given, Outcome, Stop};
use crate::formats::terraform::numbers::{self, LARGEST_EXACT};
use crate::formats::terraform::types::{Type, convert};
use crate::value::{Data, Known, Unknown};

pub(super) fn abs(call: &Call<'_>) -> Outcome {
    Given::number(call.number(0)?.abs())
}

pub(super) fn ceil(call: &Call<'_>) -> Outcome {
    integral(call.number(0)?.ceil())
}

pub(super) fn floor(call: &Call<'_>) -> Outcome {
    integral(call.number(0)?.floor())
}

/// Adding zero turns a negative zero into a positive one.
fn integral(number: f64) -> Outcome {
    Given::number(number + 0.0)
}

/// -1, 0 or 1.
pub(super) fn signum(call: &Call<'_>) -> Outcome {
    let number = call.number(0)?;
    match whole(number) {
        Some(number) => Given::number(if number == 0 { 0.0 } else { f64::from(number.signum() as i8) }),
        None if number.fract() == 0.0 => Err(Stop::not_evaluated("`signum` of so large a number")),
        None => Err(Stop::failed("a whole number is required")),
    }
}

pub(super) fn min(call: &Call<'_>) -> Outcome {
    extreme(call, |number, smallest| number < smallest)
}

pub(super) fn max(call: &Call<'_>) -> Outcome {
    extreme(call, |number, largest| number > largest)
}

fn extreme(call: &Call<'_>, is_better: impl Fn(f64, f64) -> bool) -> Outcome {
    let mut best: Option<(usize, f64)> = None;
    for at in 0..call.arguments.len() {
        let number = call.number(at)?;
        if best.is_none_or(|(_, best)| is_better(number, best)) {
            best = Some((at, number));
        }
    }
    let Some((at, _)) = best else { return Err(Stop::failed("at least one number is required")) };
    Ok(Given::Picked(convert(call.argument(at)?.clone(), &Type::Number)))
}

/// The sum of a list, tuple or set of numbers, which must not be empty.
pub(super) fn sum(call: &Call<'_>) -> Outcome {
    let items = &call.sequence(0)?.items;
    if items.is_empty() {
        return Err(Stop::failed("an empty list has no sum"));
    }
    call.all_known()?;
    let mut total = None;
    for item in items {
        let number = match convert(item.clone(), &Type::Number).value {
            Known(Data::Number(number)) => number,
            Known(_) => return Err(Stop::failed("a list of numbers is required")),
            Unknown(why) => return Err(why.into()),
        };
        total = match total {
            None => Some(number),
            Some(total) => Some(numbers::add(total, number).ok_or_else(inexact)?),
        };
    }
    Given::number(total.unwrap_or_default())
}

fn inexact() -> Stop {
    Stop::not_evaluated("arithmetic with such numbers")
}

/// A power with a whole, non-negative exponent, by repeated multiplication.
pub(super) fn pow(call: &Call<'_>) -> Outcome {
    let (number, power) = (call.number(0)?, call.number(1)?);
    let power = whole(power).and_then(|power| u16::try_from(power).ok()).ok_or_else(inexact)?;
    let mut result = 1.0;
    for _ in 0..power {
        result = numbers::multiply(result, number).ok_or_else(inexact)?;
    }
    Given::number(result)
}

/// The logarithm in the cases that have an exact result: of one, and of the base itself.
pub(super) fn log(call: &Call<'_>) -> Outcome {
    let (number, base) = (call.number(0)?, call.number(1)?);
    let is_usual = number > 0.0 && base > 0.0 && base != 1.0;
    match number {
        1.0 if base > 1.0 => Given::number(0.0),
        number if is_usual && number == base => Given::number(1.0),
        _ => Err(inexact()),
    }
}

/// Parses a whole number in a base.
pub(super) fn parseint(call: &Call<'_>) -> Outcome {
    let Data::String(text) = call.known(0)? else { return Err(Stop::failed("a string is required")) };
    let base = u32::try_from(call.integer(1)?).ok().filter(|base| (2..=62).contains(base));
    let Some(base) = base else { return Err(Stop::failed("the base must be between 2 and 62")) };
    if base > 36 {
        return Err(Stop::not_evaluated("a base above 36"));
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Err(Stop::failed(format!("this isn't a whole number in base {base}")));
    }
    match i64::from_str_radix(text, base) {
        Ok(number) if (number as f64).abs() < LARGEST_EXACT => Given::number(number as f64),
        Ok(_) | Err(_) => Err(Stop::Unknown(crate::value::Why::OverLimit { limit: "digits of a number" })),
    }
}
