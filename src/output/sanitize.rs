//! Makes text from scanned files safe to print, on a terminal and in the log of a CI job.

use std::borrow::Cow;

/// Escapes each character that could control a terminal or mislead a reader, and each command to a CI system.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !characters(text).any(|(_, acts)| acts) {
        return Cow::Borrowed(text);
    }
    let mut inert = String::with_capacity(text.len());
    for (c, acts) in characters(text) {
        if acts { inert.extend(c.escape_unicode()) } else { inert.push(c) }
    }
    Cow::Owned(inert)
}

/// Replaces these characters by text of the same length in bytes, so that spans stay valid. Tabs are kept.
pub(super) fn same_length(text: &str) -> String {
    let mut same = String::with_capacity(text.len());
    for (c, acts) in characters(text) {
        match c.len_utf8() {
            _ if c == '\t' || !acts => same.push(c),
            1 => same.push('?'),
            2 => same.push('¿'),
            3 => same.push(char::REPLACEMENT_CHARACTER),
            _ => same.extend(['?', char::REPLACEMENT_CHARACTER]),
        }
    }
    same
}

/// Replaces these characters in JSON text by JSON escapes. They can only occur within strings.
pub(super) fn escaped(json: String) -> String {
    if json.split('\n').all(is_plain) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    for line in json.split_inclusive('\n') {
        if is_plain(line.trim_end_matches('\n')) {
            escaped.push_str(line);
            continue;
        }
        for (c, acts) in characters(line) {
            if acts && c != '\n' {
                let mut units = [0; 2];
                escaped.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            } else {
                escaped.push(c);
            }
        }
    }
    escaped
}

/// True if the text has only printable ASCII characters and nothing that may start a workflow command. Most texts are
/// plain, so this test comes first.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'#') && !text.trim_start().starts_with("::")
}

/// The characters of a text; true for one that is active by itself, or without which a command isn't one.
fn characters(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut commands = commands(text).peekable();
    text.char_indices().map(move |(at, c)| (c, commands.next_if_eq(&at).is_some() || is_active(c)))
}

/// Control characters, line separators, characters that most fonts don't show, and noncharacters.
fn is_active(c: char) -> bool {
    c.is_control()
        || is_ignorable(c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

/// Unicode's property `Default_Ignorable_Code_Point`: invisible characters by which two names that look the same can
/// differ. Source: `DerivedCoreProperties.txt` of the Unicode Character Database.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The offsets of commands to the runners of GitHub, Azure and TeamCity.
///
/// The marks `##[`, `##vso[` and `##teamcity[` count anywhere in a line; `::` counts at its beginning, after blanks.
fn commands(text: &str) -> impl Iterator<Item = usize> {
    let blanks = text.len().saturating_sub(text.trim_start().len());
    let at_start = text.trim_start().starts_with("::").then_some(blanks);
    let hashes = text.match_indices('#').map(|(at, _)| at);
    at_start.into_iter().chain(hashes.filter(move |&at| text.get(at..).is_some_and(is_command)))
}

fn is_command(rest: &str) -> bool {
    let word = rest.strip_prefix("##").unwrap_or_default();
    ["[", "vso[", "teamcity["]
        .iter()
        .any(|name| word.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_characters_become_escapes() {
        assert_eq!(sanitize("plain — text"), "plain — text");
        assert_eq!(sanitize("pr\u{ad}od\u{3164} \u{e0100}"), "pr\\u{ad}od\\u{3164} \\u{e0100}");
        assert_eq!(sanitize("a\u{1b}[31mb\n\u{202e}c"), "a\\u{1b}[31mb\\u{a}\\u{202e}c");
    }

    #[test]
    fn json_keeps_its_meaning() {
        assert_eq!(escaped("{\n\"é\u{9b}\u{202e}\u{e0041}\"}".into()), "{\n\"é\\u009b\\u202e\\udb40\\udc41\"}");
        assert_eq!(escaped("[\n  \"## ##[x ##VSO[y\"]".into()), "[\n  \"## \\u0023#[x \\u0023#VSO[y\"]");
    }

    #[test]
    fn nothing_is_a_command_to_a_runner() {
        assert_eq!(sanitize("::add-mask::a ::b"), "\\u{3a}:add-mask::a ::b");
        assert_eq!(sanitize(" \u{a0}::x"), " \u{a0}\\u{3a}:x");
        assert_eq!(sanitize("a ##[b] ###vSo[c] ## [d"), "a \\u{23}#[b] #\\u{23}#vSo[c] ## [d");
        assert_eq!(sanitize("##teamcity[a] ##team[b]"), "\\u{23}#teamcity[a] ##team[b]");
        assert_eq!(same_length("a ##[b]::"), "a ?#[b]::");
    }

    #[test]
    fn replacements_keep_the_length() {
        for text in ["\u{1b}x", "\u{85}x", "\u{ad}x", "\u{202e}x", "\u{ffa0}x", "\u{e0001}x", "::x", "##[x"] {
            let replaced = same_length(text);
            assert!(!replaced.chars().any(is_active), "{replaced:?}");
            assert_eq!(replaced.len(), text.len());
        }
        assert_eq!(same_length("a\tb\u{202e}").len(), "a\tb\u{202e}".len());
    }
}
