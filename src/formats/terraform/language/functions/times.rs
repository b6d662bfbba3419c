//! Functions of RFC 3339 timestamps.
//!
//! Source: `timeadd` and `formatdate` of go-cty's `function/stdlib`, `timecmp` of Terraform.

use std::fmt::Write;

use super::dates::CalendarDay;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};

/// A point in time in a time zone.
#[derive(Debug, Clone, Copy)]
struct Time {
    date: CalendarDay,
    hour: u32,
    minute: u32,
    second: u32,
    nanoseconds: i128,
    /// Minutes east of UTC.
    zone: i32,
}

const NANOSECONDS: i128 = 1_000_000_000;

/// Adds a duration such as `1h30m` to a time.
pub(super) fn timeadd(call: &EvaluatedCall<'_>) -> FunctionResult {
    let time = Time::parse(&call.string(0)?)?;
    let duration = duration(&call.string(1)?)?;
    let later = time.instant().checked_add(duration).and_then(|instant| Time::at(instant, time.zone));
    match later {
        Some(later) => FunctionOutcome::string(later.to_string()),
        None => Err(FunctionFailure::not_evaluated("a time of another millennium")),
    }
}

/// -1, 0 or 1 if the first time is before, equal to, or after the second.
pub(super) fn timecmp(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (a, b) = (Time::parse(&full_hour(call.string(0)?))?, Time::parse(&full_hour(call.string(1)?))?);
    FunctionOutcome::number(f64::from(a.instant().cmp(&b.instant()) as i8))
}

/// Pads the hour to two digits, because Go's parser also accepts one digit.
fn full_hour(text: String) -> String {
    match text.split_once('T') {
        Some((date, time)) if time.find(':') == Some(1) => format!("{date}T0{time}"),
        Some(_) | None => text,
    }
}

/// Formats a time with verbs such as `YYYY-MM-DD`.
pub(super) fn formatdate(call: &EvaluatedCall<'_>) -> FunctionResult {
    let format = call.string(0)?;
    let time = Time::parse(&call.string(1)?)?;
    let mut text = String::new();
    let mut rest = format.as_str();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = literal(rest, &mut text)?;
            continue;
        }
        let is_verb = first.is_ascii_alphabetic();
        let length = rest.chars().take_while(|c| *c == first && is_verb).count().max(first.len_utf8());
        let (verb, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if is_verb {
            let Some(part) = time.verb(verb) else {
                return Err(FunctionFailure::failed(format!("`{verb}` isn't a date format")));
            };
            text.push_str(&part);
        } else {
            text.push_str(verb);
        }
        rest = after;
    }
    FunctionOutcome::string(text)
}

/// Appends a quoted text, in which two quotes are an escaped one, and returns the rest.
fn literal<'t>(rest: &'t str, text: &mut String) -> Result<&'t str, FunctionFailure> {
    let mut inside = rest.strip_prefix('\'').unwrap_or(rest);
    loop {
        let (before, after) = inside
            .split_once('\'')
            .ok_or_else(|| FunctionFailure::failed("a quoted part of the date format has no end"))?;
        text.push_str(before);
        let Some(next) = after.strip_prefix('\'') else { return Ok(after) };
        text.push('\'');
        inside = next;
    }
}

impl Time {
    fn parse(text: &str) -> Result<Self, FunctionFailure> {
        Self::of_rfc3339(text)
            .ok_or_else(|| FunctionFailure::failed("this isn't a timestamp such as `2006-01-02T15:04:05Z`"))
    }

    fn of_rfc3339(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let mut parts = date.split('-');
        let date = CalendarDay::new(digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?)?;
        let zone_at = time.find(['Z', '+', '-'])?;
        let (clock, zone) = time.split_at_checked(zone_at)?;
        let (clock, fraction) =
            clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
        let mut fields = clock.split(':');
        let (hour, minute, second) =
            (digits(fields.next()?, 2)?, digits(fields.next()?, 2)?, digits(fields.next()?, 2)?);
        let is_valid = parts.next().is_none() && fields.next().is_none() && hour < 24 && minute < 60 && second < 60;
        let nanoseconds = fraction.map_or(Some(0), of_fraction)?;
        is_valid.then_some(Self { date, hour, minute, second, nanoseconds, zone: of_zone(zone)? })
    }

    /// Nanoseconds since the beginning of the year 0 in UTC.
    fn instant(self) -> i128 {
        let parts = [
            (i128::from(self.date.number()), 86_400),
            (i128::from(self.hour), 3600),
            (i128::from(self.minute), 60),
            (i128::from(self.second), 1),
            (i128::from(self.zone), -60),
        ];
        let seconds = parts.iter().fold(0_i128, |sum, (number, unit)| sum.saturating_add(number.saturating_mul(*unit)));
        seconds.saturating_mul(NANOSECONDS).saturating_add(self.nanoseconds)
    }

    fn at(instant: i128, zone: i32) -> Option<Self> {
        let local = instant.checked_add(i128::from(zone).checked_mul(60)?.checked_mul(NANOSECONDS)?)?;
        let seconds = local.div_euclid(NANOSECONDS);
        let date = CalendarDay::of_number(i64::try_from(seconds.div_euclid(86_400)).ok()?)?;
        let of_day = u32::try_from(seconds.rem_euclid(86_400)).ok()?;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Some(Self { date, hour, minute, second, nanoseconds: local.rem_euclid(NANOSECONDS), zone })
    }

    fn zone(self, colon: &str) -> String {
        let sign = if self.zone < 0 { '-' } else { '+' };
        let minutes = self.zone.unsigned_abs();
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }

    /// The text of a verb; `None` if there is no such verb.
    fn verb(self, verb: &str) -> Option<String> {
        let twelve = match self.hour % 12 {
            0 => 12,
            hour => hour,
        };
        let half = if self.hour < 12 { "am" } else { "pm" };
        let month = MONTHS.get(self.date.month.checked_sub(1)? as usize)?;
        let weekday = WEEKDAYS.get(self.date.number().rem_euclid(7) as usize)?;
        Some(match verb {
            "YYYY" => format!("{:04}", self.date.year),
            "YY" => format!("{:02}", self.date.year % 100),
            "MMMM" => (*month).to_owned(),
            "MMM" => short(month),
            "MM" => format!("{:02}", self.date.month),
            "M" => self.date.month.to_string(),
            "DD" => format!("{:02}", self.date.day),
            "D" => self.date.day.to_string(),
            "EEEE" => (*weekday).to_owned(),
            "EEE" => short(weekday),
            "hh" => format!("{:02}", self.hour),
            "h" => self.hour.to_string(),
            "HH" => format!("{twelve:02}"),
            "H" => twelve.to_string(),
            "AA" => half.to_uppercase(),
            "aa" => half.to_owned(),
            "mm" => format!("{:02}", self.minute),
            "m" => self.minute.to_string(),
            "ss" => format!("{:02}", self.second),
            "s" => self.second.to_string(),
            "ZZZZZ" => self.zone(":"),
            "ZZZZ" => self.zone(""),
            "ZZZ" if self.zone == 0 => "UTC".to_owned(),
            "ZZZ" => self.zone(""),
            "Z" if self.zone == 0 => "Z".to_owned(),
            "Z" => self.zone(":"),
            _ => return None,
        })
    }
}

fn short(name: &str) -> String {
    name.chars().take(3).collect()
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}T{:02}:{:02}:{:02}", self.date, self.hour, self.minute, self.second)?;
        if self.zone == 0 { f.write_char('Z') } else { f.write_str(&self.zone(":")) }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Starts with the first day of the year 0, which was a Saturday.
const WEEKDAYS: [&str; 7] = ["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

/// A number with exactly this count of digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// The nanoseconds of a decimal fraction of a second.
fn of_fraction(text: &str) -> Option<i128> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let padded: String = text.chars().chain("000000000".chars()).take(9).collect();
    is_number.then(|| padded.parse().ok()).flatten()
}

/// `Z`, or hours and minutes east of UTC.
fn of_zone(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, clock) = text.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes) =
        (digits(hours, 2).filter(|hours| *hours < 24)?, digits(minutes, 2).filter(|minutes| *minutes < 60)?);
    let minutes = i32::try_from(hours.saturating_mul(60).saturating_add(minutes)).ok()?;
    Some(if sign == "-" { minutes.saturating_neg() } else { minutes })
}

/// A Go duration in nanoseconds: a sequence of numbers with units.
fn duration(text: &str) -> Result<i128, FunctionFailure> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "0" {
        return Ok(0);
    }
    let mut rest = unsigned;
    let mut total = 0_i128;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(invalid)?;
        let (number, after) = rest.split_at_checked(end).ok_or_else(invalid)?;
        let length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at_checked(length).ok_or_else(invalid)?;
        let part = of_unit(number, unit).ok_or_else(invalid)?;
        total = total.checked_add(part).ok_or_else(invalid)?;
        rest = next;
    }
    let is_valid = !unsigned.is_empty() && total <= i128::from(i64::MAX);
    if !is_valid {
        return Err(invalid());
    }
    Ok(if text.starts_with('-') { total.saturating_neg() } else { total })
}

fn invalid() -> FunctionFailure {
    FunctionFailure::failed("this isn't a duration such as `1h30m`")
}

fn of_unit(number: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => NANOSECONDS,
        "m" => 60 * NANOSECONDS,
        "h" => 3600 * NANOSECONDS,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_short = whole.len() <= 18 && fraction.len() <= 9 && (!whole.is_empty() || !fraction.is_empty());
    let divisor = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let whole = whole_number(whole).filter(|_| is_short)?.checked_mul(unit)?;
    whole.checked_add(whole_number(fraction)?.checked_mul(unit)?.checked_div(divisor)?)
}

/// The number, which is zero if there are no digits.
fn whole_number(text: &str) -> Option<i128> {
    if text.is_empty() { Some(0) } else { text.parse().ok() }
}
