//! Arithmetic with numbers whose results are certain.
//!
//! Terraform calculates with 512 bits, and this module with 64. A decimal is known only if it is also the shortest text
//! of its `f64`, so that it is printed and compared in its original form. The result of an operation is known only if
//! both operands and the result are the same number in either precision.

use crate::value::{Known, Maybe, Reason, Unknown, shown_number};

/// Every whole number up to this one is an `f64`.
pub(crate) const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A number with more decimals isn't a sum of a few powers of two.
const MAX_DECIMALS: usize = 40;

/// Whole numbers with this many digits are less than [`LARGEST_EXACT`].
const EXACT_DIGITS: usize = 15;

/// Parses a decimal number, as `tonumber` does; `None` if the text isn't one.
pub(crate) fn parse(text: &str) -> Option<Maybe<f64>> {
    if (1..=EXACT_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Known);
    }
    if matches!(text.trim_start_matches(['+', '-']), "inf" | "Inf") {
        return Some(too_precise());
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')) {
        // Go parses `1p2` as 1 * 2^2, which isn't evaluated.
        let is_binary = text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(['p', 'P']);
        return is_binary.then(too_precise);
    }
    let value: f64 = text.parse().ok()?;
    let is_faithful =
        value.is_finite() && normalized(text).is_some_and(|digits| Some(digits) == normalized(&show(value)));
    Some(if is_faithful { Known(value) } else { too_precise() })
}

fn too_precise() -> Maybe<f64> {
    Unknown(Reason::OverLimit { limit: "digits of a number" })
}

/// The sign and the significant digits of a decimal, and the number of digits before the point.
fn normalized(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let is_negative = mantissa.starts_with('-');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches(['+', '-']);
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let leading_zeros = i64::try_from(digits.len().checked_sub(significant.len())?).ok()?;
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_sub(leading_zeros)?;
    let significant = significant.trim_end_matches('0');
    Some(if significant.is_empty() {
        (is_negative, String::new(), 0)
    } else {
        (is_negative, significant.to_owned(), point)
    })
}

/// Formats a number as `tostring` does, without exponent.
pub(crate) fn show(number: f64) -> String {
    shown_number(number)
}

/// The sum, if it is certain.
pub(crate) fn add(a: f64, b: f64) -> Option<f64> {
    let sum = certain(a)? + certain(b)?;
    // The rounding error, after Knuth.
    let b_part = sum - a;
    let lost = (a - (sum - b_part)) + (b - b_part);
    if lost == 0.0 { certain(sum) } else { None }
}

/// The difference, if it is certain.
pub(crate) fn subtract(a: f64, b: f64) -> Option<f64> {
    add(a, -b)
}

/// The product, if it is certain.
pub(crate) fn multiply(a: f64, b: f64) -> Option<f64> {
    let product = certain(a)? * certain(b)?;
    if a.mul_add(b, -product) == 0.0 { certain(product) } else { None }
}

/// The quotient, if it is certain. The caller reports a division by zero.
pub(crate) fn divide(a: f64, b: f64) -> Option<f64> {
    let quotient = certain(a)? / certain(b)?;
    if quotient.mul_add(b, -a) == 0.0 { certain(quotient) } else { None }
}

/// The remainder with the sign of `a`, if it is certain. Terraform returns `a` if `b` is zero.
pub(crate) fn modulo(a: f64, b: f64) -> Option<f64> {
    let (a, b) = (certain(a)?, certain(b)?);
    if b == 0.0 { Some(a) } else { certain(a % b) }
}

/// The negated number; `None` for zero, because Terraform prints a negative zero as `-0`.
pub(crate) fn negate(a: f64) -> Option<f64> {
    if a == 0.0 { None } else { Some(-a) }
}

/// The number, if its decimal text is its exact value and it isn't a negative zero.
fn certain(number: f64) -> Option<f64> {
    let decimals = show(number).split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if number.abs() > LARGEST_EXACT || decimals > MAX_DECIMALS || (number == 0.0 && number.is_sign_negative()) {
        return None;
    }
    let scaled = number * 2_f64.powi(i32::try_from(decimals).ok()?);
    (scaled.fract() == 0.0).then_some(number)
}

/// Formats a number as Go's verb `%g` does, with an exponent if that is short. Without a precision, it has all of its
/// digits.
pub(crate) fn show_general(number: f64, precision: Option<usize>) -> String {
    let scientific = match precision {
        Some(precision) => format!("{number:.*e}", precision.saturating_sub(1)),
        None => format!("{number:e}"),
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i64 = exponent.parse().unwrap_or_default();
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let digits = i64::try_from(mantissa.bytes().filter(u8::is_ascii_digit).count()).unwrap_or(i64::MAX);
    let shortest = precision.map_or(6, |precision| i64::try_from(precision).unwrap_or(i64::MAX));
    let is_whole_in_digits = digits > exponent;
    let limit = if precision.is_some() && is_whole_in_digits { shortest.min(digits) } else { shortest };
    if (-4..limit).contains(&exponent) {
        return plain(number, precision, digits.saturating_sub(exponent).saturating_sub(1));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

fn plain(number: f64, precision: Option<usize>, decimals: i64) -> String {
    match precision {
        Some(_) => format!("{number:.*}", usize::try_from(decimals).unwrap_or_default()),
        None => show(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_if_they_print_the_same() {
        for (text, shown) in [("1e3", "1000"), ("+1", "1"), (".5", "0.5"), ("5.", "5"), ("0.10", "0.1"), ("00", "0")] {
            let number = parse(text).unwrap();
            assert_eq!(number.map(show), Known(shown.to_owned()), "{text}");
        }
        for text in ["123456789012345678901234567891", "0.10000000000000000001", "inf", "1p2", "1e400"] {
            assert!(matches!(parse(text), Some(Unknown(_))), "{text}");
        }
        for text in ["", ".", "x", "0x10", "1_0", " 1", "nan", "e1"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn only_exact_results_are_claimed() {
        assert_eq!(add(0.5, 0.25), Some(0.75));
        assert_eq!(add(0.1, 0.2), None);
        assert_eq!(subtract(0.3, 0.2), None);
        assert_eq!(subtract(3.0, 5.0), Some(-2.0));
        assert_eq!(multiply(1.5, 4.0), Some(6.0));
        assert_eq!(multiply(LARGEST_EXACT, 2.0), None);
        assert_eq!(divide(10.0, 4.0), Some(2.5));
        assert_eq!(divide(1.0, 3.0), None);
        assert_eq!(divide(1.0, 0.0), None);
        assert_eq!(modulo(-5.0, 3.0), Some(-2.0));
        assert_eq!(modulo(5.0, 0.0), Some(5.0));
        assert_eq!(negate(0.0), None);
    }

    #[test]
    fn general_form_is_that_of_go() {
        for (number, shown) in [(1e6, "1e+06"), (100_000.0, "100000"), (1.5, "1.5"), (0.00001, "1e-05"), (0.0, "0")] {
            assert_eq!(show_general(number, None), shown);
        }
        for (number, shown) in
            [(12_345_678_901.0, "1.23456789e+10"), (100.0, "100"), (0.25, "0.25"), (1e9, "1000000000")]
        {
            assert_eq!(show_general(number, Some(10)), shown);
        }
    }
}
