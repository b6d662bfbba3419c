//! Parses the comment `trailint: ignore[rule, rule] until=2027-01-31 the reason`.

use super::expiry;
use crate::named::closest;
use crate::report::Date;

/// The first word of a suppression comment.
const NAME: &str = "trailint";

/// The keywords before a list of rules; true for the one that applies to the whole file.
const KEYWORDS: [(&str, bool); 2] = [("ignore", false), ("file-ignore", true)];

/// Characters that other tools put before their names.
const MARKS: [char; 8] = ['@', '!', '$', '+', '%', '&', '~', '='];

/// The message about the form of a comment.
const FORM: &str = "write it as `trailint: ignore[RULE] REASON`";

/// A parsed suppression comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    /// The names of the rules as written, which may be invalid.
    pub(super) names: Vec<String>,
    /// True for `file-ignore`.
    pub(super) is_for_file: bool,
    pub(super) until: Option<Date>,
    pub(super) reason: Option<String>,
}

/// Parses a line; `None` if it isn't a suppression comment of trailint, a message if it is an invalid one.
pub(super) fn read(line: &str) -> Option<Result<Directive, String>> {
    let line = line.trim();
    let end = line.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end)?;
    match rest.strip_prefix(':') {
        Some(text) if name.eq_ignore_ascii_case(NAME) => Some(parse(text.trim_start())),
        _ => is_almost(line).then(|| Err(FORM.to_owned())),
    }
}

/// True if a line resembles a suppression comment, but the name is misspelt, has no colon, or isn't first.
fn is_almost(line: &str) -> bool {
    const VERBS: [&str; 4] = ["ignore", "file-ignore", "disable", "skip"];
    let line = line.trim_start_matches(MARKS);
    let end = line.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end).unwrap_or_default();
    if name.eq_ignore_ascii_case(NAME) {
        let follows = rest.trim_start_matches(is_between);
        let verb = follows.split(|c: char| !c.is_ascii_alphabetic() && c != '-').next().unwrap_or_default();
        return VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known)) && begins_directive(follows);
    }
    has_misspelt_name(line) || directive_in(line).is_some_and(follows_mark)
}

/// True if a list of rules follows a misspelt name, as in `trail-int: ignore[…]`.
fn has_misspelt_name(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let lists = KEYWORDS.iter().flat_map(|(word, _)| line.match_indices(word));
    let first = lists
        .filter(|(at, word)| line.get(at.saturating_add(word.len())..).is_some_and(is_list))
        .map(|(at, _)| at)
        .min();
    let before = first.and_then(|at| line.get(..at)).unwrap_or_default();
    let words = before.split_whitespace().filter(|word| word.contains(|c: char| c.is_alphabetic())).count();
    let letters: String = before.chars().filter(|c| c.is_alphabetic()).collect();
    let is_quoted = before.contains(['`', '"', '\'']);
    !is_quoted && (words == 1 && closest(&letters, std::iter::once(NAME)).is_some() || letters == NAME)
}

/// True for characters that may separate the name from a verb.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ':' | ';' | '=' | ',' | '.' | '-' | '_' | '/' | '|' | '>')
        || !c.is_ascii() && !c.is_alphanumeric()
}

/// True if rules follow a verb, rather than prose.
fn begins_directive(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(text.len());
    let rest = text.get(end..).unwrap_or_default().trim_start();
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    rest.is_empty() || rest.starts_with(['[', '=', ':', '(']) || crate::rules::find(&word).is_some()
}

/// True if the text before a directive isn't prose, but the mark of another comment or a directive of another tool.
fn follows_mark(before: &str) -> bool {
    let first = before.split_whitespace().next().unwrap_or_default();
    before.trim_end().ends_with(['#', '/', '*', '|', ';', ',', '-']) || first.contains(':') || first == "noqa"
}

/// Returns the text before the first directive within a text that isn't in quotes.
fn directive_in(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let places = lower.match_indices(NAME).map(|(at, _)| at);
    places.filter(|at| is_directive_at(*at, &lower)).find_map(|at| text.get(..at))
}

/// True if a directive begins at an offset.
fn is_directive_at(at: usize, text: &str) -> bool {
    let before = text.get(..at).unwrap_or_default().chars().next_back();
    let rest = text.get(at.saturating_add(NAME.len())..).unwrap_or_default();
    let rest = rest.trim_start().strip_prefix(':').map(str::trim_start);
    let is_quoted = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '`' | '"' | '\'' | '-' | '_' | '.'));
    !is_quoted && rest.is_some_and(|rest| KEYWORDS.iter().any(|(word, _)| rest.strip_prefix(word).is_some_and(is_list)))
}

/// True if another list follows a list, or a rule follows it after a comma: `ignore[a][b]`, `ignore[a], b`.
fn is_second_list(rest: &str) -> bool {
    let next = rest.trim_start().trim_start_matches([',', '+', '|', '&', ';']).trim_start();
    let is_separated = next.len() < rest.trim_start().len();
    rest.starts_with('[') || next.strip_prefix('[').is_some_and(is_rule) || is_separated && is_rule(next)
}

fn word(text: &str) -> String {
    text.trim_start().split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default().to_owned()
}

fn is_rule(text: &str) -> bool {
    crate::rules::find(&word(text)).is_some()
}

fn is_list(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// Parses the text behind `trailint:`.
fn parse(text: &str) -> Result<Directive, String> {
    let (first, text) = match text.split_once(char::is_whitespace) {
        Some((first, rest)) if expiry::is_until(first) => (Some(first), rest.trim_start()),
        _ => (None, text),
    };
    let lists = KEYWORDS.into_iter().filter_map(|(word, is_for_file)| Some((text.strip_prefix(word)?, is_for_file)));
    let list = lists.filter_map(|(rest, is_for_file)| Some((rest.strip_prefix('[')?, is_for_file))).next();
    let (names, is_for_file, rest) = list
        .and_then(|(rest, is_for_file)| rest.split_once(']').map(|(names, rest)| (names, is_for_file, rest)))
        .ok_or_else(|| FORM.to_owned())?;
    let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Err("name at least one rule: `ignore[RULE]`".to_owned());
    }
    if is_second_list(rest)
        || directive_in(rest).is_some()
        || rest
            .split_whitespace()
            .any(|word| KEYWORDS.iter().any(|(known, _)| word.strip_prefix(known).is_some_and(is_list)))
    {
        return Err("only one list of rules is allowed: name all rules in it, or use one line for each".to_owned());
    }
    let (until, reason) = expiry::read(first.into_iter().chain(rest.split_whitespace()))?;
    Ok(Directive { names, is_for_file, until, reason })
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
        good("Trailint: ignore[a] why", "a false  why");
        for line in [
            "trailint: ignore[a] until=2027-01-31 why so",
            "trailint: ignore[a] why so until=2027-01-31",
            "trailint: ignore[a] why (until=2027-01-31) so",
            "trailint: ignore[a]: why Until=2027-01-31, so",
            "trailint: until=2027-01-31 ignore[a] why so",
            "trailint: ignore[a]until=2027-01-31 why so",
        ] {
            let read = read(line).unwrap().unwrap().replace(": ", "");
            assert_eq!(read.replace("  ", " "), "a false 2027-01-31 why so", "{line}");
        }
        good("trailint: ignore[a] kept until the migration ends", "a false  kept until the migration ends");
        good("trailint: ignore[a] see a=b", "a false  see a=b");
        good("trailint: ignore[a] [JIRA-1] accepted since 2020-01-31", "a false  [JIRA-1] accepted since 2020-01-31");
        for line in
            ["trailint: ignore", "trailint: ignore a", "trailint: ignore[a", "trailint: disable[a]", "trailint:"]
        {
            assert_eq!(read(line), Some(Err("write it as `trailint: ignore[RULE] REASON`".to_owned())), "{line}");
        }
        let almost = [
            "trailint: ignore[]",
            "trailint: ignore[a,]",
            "trailint: ignore[a] until=soon",
            "trailint: ignore[a] why until=2027-13-01",
            "trailint: ignore[a] until=2027-01-31 until=2027-01-31",
            "trailint: ignore[a] until 2027-01-31",
            "trailint: ignore[a] exp:2020-01-31",
            "trailint: ignore[a][b]",
            "trailint: ignore[stopped-trail] [single-region-trail] x",
            "trailint: ignore[stopped-trail], single-region-trail x",
            "trail-int: ignore[a]",
            "trail_int: ignore[a]",
            "Trail Int: ignore[a]",
            "trailint; ignore[a]",
            "trailint, ignore[a]",
            "trailint\u{ff1a} ignore[a]",
            "@trailint: ignore[a]",
            "@trailint ignore stopped-trail",
            "traillint: ignore [a]",
            "trail-int: IGNORE[a]",
            "trailint: ignore[a] x trailint: ignore[b] y",
            "trailint: ignore[a] ignore[b]",
            "trailint: Ignore[a]",
            "trailint ignore[a]",
            "trailint ignore stopped-trail",
            "trailint-ignore[a]",
            "trailint : ignore[a]",
            "trailnit: ignore[a]",
            "- trailint: ignore[a]",
            "checkov:skip=CKV_AWS_67 # trailint: ignore[a]",
        ];
        for line in almost {
            assert!(matches!(read(line), Some(Err(_))), "{line}");
        }
        let prose = [
            "",
            "trailint",
            "trailint ignores this",
            "trailint skips it",
            "trailint; ignore the rest",
            "trail: see ignore[a]",
            "@trailint/owners",
            "`trailint: ignore[a]` is a comment",
            "see `trailint: ignore[a]`",
            "type: ignore[a]",
            "See trailint: ignore[a] in the documentation",
        ];
        for line in prose.into_iter().chain(["trail: ignore this", "kept until=later"]) {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
