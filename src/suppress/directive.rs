//! What a line of a comment says: `trailint: ignore[rule, rule] until=2027-01-31 the reason`.

use super::Date;

/// What a line begins with that is meant for us.
const NAME: &str = "trailint:";

/// A line that is meant for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    /// The rules, as they are written.
    pub(super) names: Vec<String>,
    /// Whether it is about the whole file.
    pub(super) is_for_file: bool,
    pub(super) until: Option<Date>,
    pub(super) reason: Option<String>,
}

/// Reads a line; nothing if it isn't meant for us, and what is wrong with it if it can't be read.
pub(super) fn read(line: &str) -> Option<Result<Directive, String>> {
    let text = line.trim().strip_prefix(NAME)?.trim_start();
    let rest = [("ignore[", false), ("file-ignore[", true)];
    let rest = rest.into_iter().find_map(|(word, is_for_file)| Some((text.strip_prefix(word)?, is_for_file)));
    let Some((names, is_for_file, rest)) =
        rest.and_then(|(rest, is_for_file)| rest.split_once(']').map(|(names, rest)| (names, is_for_file, rest)))
    else {
        return Some(Err("write it as `trailint: ignore[RULE] REASON`".to_owned()));
    };
    let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Some(Err("it has to name the rules that it is about: `ignore[RULE]`".to_owned()));
    }
    let directive = |(until, reason)| Directive { names, is_for_file, until, reason };
    Some(until(rest).map(directive))
}

/// The last day and the reason, both of which may be absent.
fn until(rest: &str) -> Result<(Option<Date>, Option<String>), String> {
    let rest = rest.trim();
    let (until, reason) = match rest.strip_prefix("until=") {
        Some(rest) => {
            let (date, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            (Some(date.parse()?), reason.trim())
        }
        None => (None, rest),
    };
    Ok((until, (!reason.is_empty()).then(|| reason.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_meant_for_us_are_read() {
        let read = |line: &str| {
            read(line).map(|read| {
                read.map(|directive| {
                    let Directive { names, is_for_file, until, reason } = directive;
                    let until = until.map(|until| until.to_string()).unwrap_or_default();
                    format!("{} {is_for_file} {until} {}", names.join("+"), reason.unwrap_or_default())
                })
            })
        };
        let good = |line: &str, expected: &str| assert_eq!(read(line), Some(Ok(expected.to_owned())), "{line}");
        good("trailint: ignore[a]", "a false  ");
        good("  trailint:ignore[a,b]  why so ", "a+b false  why so");
        good("trailint: file-ignore[ a , b ] until=2027-01-31 why", "a+b true 2027-01-31 why");
        good("trailint: ignore[a] until=2027-01-31", "a false 2027-01-31 ");
        good("trailint: ignore[a]why", "a false  why");
        for line in
            ["trailint: ignore", "trailint: ignore a", "trailint: ignore[a", "trailint: disable[a]", "trailint:"]
        {
            assert_eq!(read(line), Some(Err("write it as `trailint: ignore[RULE] REASON`".to_owned())), "{line}");
        }
        for line in ["trailint: ignore[]", "trailint: ignore[a,]", "trailint: ignore[a] until=soon"] {
            assert!(matches!(read(line), Some(Err(_))), "{line}");
        }
        for line in ["", "see trailint: ignore[a]", "trailint", "TRAILINT: ignore[a]"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
