//! Parses the last day of a suppression, `until=2027-01-31`, and detects misspelt forms. These are reported, since a
//! date that is taken for a part of the reason would leave a suppression without an end.

use crate::named::closest;
use crate::report::Date;

/// The key of the last day.
const UNTIL: &str = "until";

/// Words for the last day, which may also occur within a sentence.
const ENDS: [&str; 7] = [UNTIL, "till", "til", "expires", "expiring", "expiry", "expiration"];

/// Words for the last day if they are used as keys, as in `exp:2027-01-31`.
const KEYS: [&str; 12] =
    ["exp", "expire", "expired", "end", "ends", "through", "thru", "valid", "validity", "due", "deadline", "after"];

/// Words that may separate one of these from a date.
const BETWEEN: [&str; 6] = ["the", "end", "of", "at", "on", "about"];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The punctuation that may surround `until=DATE` in a sentence.
const PUNCTUATION: [char; 8] = ['(', ')', '[', ']', ',', '.', ';', ':'];

const FORM: &str = "write the last day as `until=2027-01-31`";

/// True if a word has the form `until=DATE`, with any text as the date.
pub(super) fn is_until(word: &str) -> bool {
    let key = word.trim_matches(PUNCTUATION).split_once('=').map(|(key, _)| key);
    key.is_some_and(|key| key.eq_ignore_ascii_case(UNTIL))
}

/// True if a text contains a last day, valid or misspelt.
pub(super) fn is_in(text: &str) -> bool {
    !matches!(read(text.split_whitespace()), Ok((None, _)))
}

/// Parses the last day, which may be anywhere among the words. The other words are the reason.
pub(super) fn read<'w>(words: impl Iterator<Item = &'w str>) -> Result<(Option<Date>, Option<String>), String> {
    let words: Vec<&str> = words.collect();
    let mut until = None;
    let mut reason: Vec<&str> = Vec::new();
    let mut rest = words.as_slice();
    while let [word, after @ ..] = rest {
        rest = after;
        let bare = word.trim_matches(PUNCTUATION);
        match bare.split_once('=') {
            Some((key, date)) if key.eq_ignore_ascii_case(UNTIL) => {
                if until.replace(date.parse()?).is_some() {
                    return Err("it has more than one last day".to_owned());
                }
            }
            Some((key, value)) if is_misspelt(key, value) => {
                return Err(format!("there is no key `{key}`; {FORM}"));
            }
            _ if is_other_form(word, after) => return Err(FORM.to_owned()),
            _ => reason.push(word),
        }
    }
    Ok((until, (!reason.is_empty()).then(|| reason.join(" "))))
}

/// True if a date has another key, or the key resembles `until`.
fn is_misspelt(key: &str, value: &str) -> bool {
    value.parse::<Date>().is_ok() || closest(&key.to_ascii_lowercase(), std::iter::once(UNTIL)).is_some()
}

/// True if the word begins a last day in another form: `exp:2027-01-31`, `until 31 Jan 2027`.
fn is_other_form(word: &str, after: &[&str]) -> bool {
    let word = word.to_lowercase();
    let (key, date) =
        word.split_at_checked(word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len())).unwrap_or_default();
    let has_mark = key.ends_with(|c: char| !c.is_alphanumeric());
    // The last part of the key, as in `valid-until:`.
    let name = key.split(|c: char| !c.is_alphabetic()).rfind(|part| !part.is_empty()).unwrap_or_default();
    let (is_end, is_key) = (ENDS.contains(&name), KEYS.contains(&name));
    if !date.is_empty() {
        return (is_end || is_key) && is_date(date);
    }
    let next = after.first().copied().unwrap_or_default();
    // An arrow may separate the word from the date.
    let after = if trimmed(next).is_empty() { after.get(1..).unwrap_or_default() } else { after };
    is_end && (next.starts_with(['=', ':']) || begins_date(after))
        || is_key && has_mark && (is_date(next) || is_day_and_month(after))
}

/// True if words begin with a date, possibly after words such as "the end of".
fn begins_date(words: &[&str]) -> bool {
    let skipped =
        words.iter().take_while(|word| BETWEEN.iter().any(|between| word.eq_ignore_ascii_case(between))).count();
    let words = words.get(skipped..).unwrap_or_default();
    let first = words.first().map(|word| trimmed(word)).unwrap_or_default();
    // "until the 2027 release" has no last day.
    is_date(first) || skipped == 0 && is_year(first) || is_day_and_month(words)
}

/// True for "31 Jan …", "Jan 31 …", "January 2027" and "Q3 2027".
fn is_day_and_month(words: &[&str]) -> bool {
    let mut words = words.iter().map(|word| trimmed(word)).filter(|word| !word.eq_ignore_ascii_case("of"));
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    is_number(first) && is_month(second) || is_month(first) && is_number(second) || is_quarter(first) && is_year(second)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// True for three parts that are numbers or a month, for two of which one is a year, and for `20270131`; a time may
/// follow.
fn is_date(text: &str) -> bool {
    let text = trimmed(text);
    let (mut parts, mut has_year) = (0_usize, false);
    for part in text.split(['-', '/', '.']) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at_checked(digits).unwrap_or_default();
        let is_number = !number.is_empty() && (rest.is_empty() || rest.starts_with(['t', 'T']));
        if !is_number && !is_month(part) {
            return false;
        }
        has_year |= number.len() == 4;
        parts = parts.saturating_add(1);
    }
    match parts {
        1 => text.len() == 8 && (text.starts_with("19") || text.starts_with("20")),
        2 => has_year,
        // "1.2.3" is a version.
        3 => has_year || !text.contains('.'),
        _ => false,
    }
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.starts_with("20") && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_month(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(&word))
}

fn is_quarter(word: &str) -> bool {
    word.len() == 2 && word.starts_with(['q', 'Q'])
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_day_in_another_form_is_no_reason() {
        let others = [
            "until 2027-01-31",
            "until: 2027-01-31",
            "until:2027-01-31",
            "until = 2027-01-31",
            "util=2027-01-31",
            "expires=2027-01-31",
            "exp:2020-01-31",
            "expires:2020-01-31",
            "Expires: 2020-01-31",
            "until->2020-01-31",
            "until -> 2020-01-31",
            "until\u{ff1d}2020-01-31",
            "until\u{ff1a} 2020-01-31",
            "until-2020-01-31",
            "until20200131",
            "until(2020-01-31)",
            "valid until: 31 Jan 2020",
            "valid until January 31, 2020",
            "valid-until:2020-01-31",
            "kept until the end of March 2027",
            "expires on 31.01.2027",
            "until 31/01/27",
            "until 2027-01-31T00:00:00Z",
            "until 31-Jan-2027",
            "till 2027/01/31.",
            "until 2027",
            "until Q3 2027",
            "deadline: 2027-01-31",
            "not-after: 31 Jan 2027",
        ];
        for text in others {
            assert!(is_in(text), "{text}");
            assert!(read(text.split_whitespace()).is_err(), "{text}");
        }
        let reasons = [
            "kept until the migration ends",
            "accepted since 2020-01-31",
            "since: 2020-01-31",
            "accepted on 2020-01-31 by the board, until further notice",
            "ticket 2020-01-31 expires never",
            "until version 5.0 is out",
            "until 1.2.3 is out",
            "until the 2027 release",
            "see a=b and https://example.com/until/2020",
            "may 5 teams",
            "the end: nothing",
        ];
        for text in reasons {
            assert_eq!(read(text.split_whitespace()), Ok((None, Some(text.to_owned()))), "{text}");
        }
    }
}
