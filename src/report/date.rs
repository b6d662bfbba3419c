//! Calendar dates, for the last day of a suppression.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// A calendar date, written as `2027-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Default for Date {
    /// 1970-01-01, when nothing has expired yet.
    fn default() -> Self {
        Self { year: 1970, month: 1, day: 1 }
    }
}

impl Date {
    /// Returns the date, if it exists in the calendar.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && (1..=days_of(year, month)?).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// Returns the current date in UTC, so that the result doesn't depend on the time zone of the machine.
    pub fn today() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::after_epoch(now.as_secs() / SECONDS_OF_A_DAY)
    }

    /// Returns the date this many days after 1970-01-01.
    pub(super) fn after_epoch(mut days: u64) -> Self {
        let mut date = Self::default();
        while let Some(length) = days_of(date.year, date.month).map(u64::from).filter(|length| days >= *length) {
            days = days.saturating_sub(length);
            date = date.next_month();
        }
        Self { day: date.day.saturating_add(u8::try_from(days).unwrap_or(0)), ..date }
    }

    fn next_month(self) -> Self {
        match self.month {
            12 => Self { year: self.year.saturating_add(1), month: 1, ..self },
            month => Self { month: month.saturating_add(1), ..self },
        }
    }
}

/// Returns the number of days of a month, if the month exists.
fn days_of(year: u16, month: u8) -> Option<u8> {
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap { 29 } else { 28 }),
        _ => None,
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('-');
        let (year, month, day) = (part(parts.next(), 4), narrow(part(parts.next(), 2)), narrow(part(parts.next(), 2)));
        let date = year.zip(month).zip(day).and_then(|((year, month), day)| Self::new(year, month, day));
        let date = date.filter(|_| parts.next().is_none());
        date.ok_or_else(|| format!("invalid date `{text}`; write it as `2027-01-31`"))
    }
}

fn part(text: Option<&str>, length: usize) -> Option<u16> {
    let digits = text.filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()));
    digits.and_then(|digits| digits.parse::<u16>().ok())
}

fn narrow(number: Option<u16>) -> Option<u8> {
    number.and_then(|number| u8::try_from(number).ok())
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_are_dates() {
        for text in ["2027-01-31", "2028-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().map(|date| date.to_string()).as_deref(), Ok(text));
        }
        let others = [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-1-31",
            "2027-01-32",
            "0000-01-01",
            "tomorrow",
        ];
        for text in others.into_iter().chain(["2027-01-31-01", "2027-01-+1", ""]) {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2027-01-31".parse::<Date>().unwrap() < "2027-02-01".parse::<Date>().unwrap());
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (days, expected) in [(0, "1970-01-01"), (789, "1972-02-29"), (20_454, "2026-01-01"), (20_818, "2026-12-31")]
        {
            assert_eq!(Date::after_epoch(days).to_string(), expected);
        }
    }
}
