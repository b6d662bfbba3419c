//! Dates of the Gregorian calendar.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CalendarDay {
    /// From 0 to 9999.
    pub(super) year: u32,
    /// From 1.
    pub(super) month: u32,
    /// From 1.
    pub(super) day: u32,
}

impl CalendarDay {
    /// Returns `None` if the date doesn't exist.
    pub(super) fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let is_valid = year <= 9999 && day >= 1 && day <= days_of_month(year, month)?;
        is_valid.then_some(Self { year, month, day })
    }

    /// The days since the first day of the year 0.
    pub(super) fn number(self) -> i64 {
        let years_before = i64::from(self.year).saturating_sub(1);
        let leap_years = years_before
            .div_euclid(4)
            .saturating_sub(years_before.div_euclid(100))
            .saturating_add(years_before.div_euclid(400))
            .saturating_add(1);
        let months = (1..self.month).filter_map(|month| days_of_month(self.year, month)).sum::<u32>();
        let of_year = i64::from(months.saturating_add(self.day).saturating_sub(1));
        i64::from(self.year).saturating_mul(365).saturating_add(leap_years).saturating_add(of_year)
    }

    /// The inverse of [`Self::number`], within the years 0 to 9999.
    pub(super) fn of_number(number: i64) -> Option<Self> {
        // A year has at least 365 days, so the year is this one or one of the ten before it.
        let latest = u32::try_from(number.div_euclid(365)).ok()?.min(9999);

        let year =
            (latest.saturating_sub(10)..=latest).rev().find(|year| Self::first_of_year(*year).number() <= number)?;
        let mut rest = u32::try_from(number.checked_sub(Self::first_of_year(year).number())?).ok()?;
        for month in 1..=12 {
            let days = days_of_month(year, month)?;
            if rest < days {
                return Self::new(year, month, rest.saturating_add(1));
            }
            rest = rest.saturating_sub(days);
        }
        None
    }

    fn first_of_year(year: u32) -> Self {
        Self { year, month: 1, day: 1 }
    }
}

fn days_of_month(year: u32, month: u32) -> Option<u32> {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => Some(29),
        2 => Some(28),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

impl fmt::Display for CalendarDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::CalendarDay;

    #[test]
    fn days_are_numbered_one_after_the_other() {
        let first = CalendarDay::new(0, 1, 1).unwrap();
        let mut expected = first;
        for number in first.number()..=CalendarDay::new(9999, 12, 31).unwrap().number() {
            assert_eq!((CalendarDay::of_number(number), expected.number()), (Some(expected), number));
            let CalendarDay { year, month, day } = expected;
            let next = [(year, month, day + 1), (year, month + 1, 1), (year + 1, 1, 1)];
            expected =
                next.into_iter().find_map(|(year, month, day)| CalendarDay::new(year, month, day)).unwrap_or(first);
        }
        assert_eq!(CalendarDay::of_number(-1), None);
    }
}
