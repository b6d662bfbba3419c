//! Wraps text at words, so that a terminal doesn't break it within one.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::stream::plain;

/// The distance of tab stops in source lines.
const TAB: usize = 4;

/// Wraps each line of a text at `width` columns. Further lines are indented by `hang` columns more than the first one.
pub fn wrap_lines(text: &str, width: usize, hang: usize) -> String {
    let mut wrapped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let indent = line.len().saturating_sub(line.trim_start_matches(' ').len());
        wrapped.push_str(&wrap(line, width, indent.saturating_add(hang)));
        wrapped.push_str(end);
    }
    wrapped
}

/// Wraps a line at `width` columns. Further lines are indented by `indent` columns. A word, or code between backticks
/// that fits on a line, is never split, and no line begins with a command to the runner of a CI job.
pub(super) fn wrap(line: &str, width: usize, indent: usize) -> String {
    if line.len() <= width {
        // Text never has more columns than bytes.
        return line.to_owned();
    }
    let mut wrapped = String::with_capacity(line.len());
    let mut used = 0_usize;
    let mut is_empty = true;
    for word in words(line, width.saturating_sub(indent)) {
        let columns = columns(word);
        if is_empty {
            is_empty = false;
        } else if used.saturating_add(1).saturating_add(columns) > width && used > indent && begins_line(word) {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else {
            wrapped.push(' ');
            used = used.saturating_add(1);
        }
        wrapped.push_str(word);
        used = used.saturating_add(columns);
    }
    wrapped
}

/// True if a line may begin with the word: it is neither blank nor a command to the runner of a CI job.
fn begins_line(word: &str) -> bool {
    let word = plain(word);
    !word.trim().is_empty() && !word.trim_start().starts_with("::")
}

/// The parts of a line between which it may be split: words, and code between backticks of at most `limit` columns.
fn words(line: &str, limit: usize) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        let length = code_end(rest, limit).or_else(|| rest.find(' ')).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        words.push(word);
        let Some(after) = after.strip_prefix(' ') else { return words };
        rest = after;
    }
}

/// The end of the word at the start of the text, if it contains code with spaces, and fits.
fn code_end(text: &str, limit: usize) -> Option<usize> {
    let fits = |end: usize| text.get(..end).filter(|word| columns(word) <= limit).map(str::len);
    let mut is_code = false;
    // Escape sequences take no columns, but this limit only prevents that a long text is searched for each word.
    for (number, (at, c)) in text.char_indices().enumerate() {
        match c {
            _ if number > limit.saturating_mul(2) => return None,
            '`' => is_code = !is_code,
            ' ' if !is_code => return fits(at),
            _ => {}
        }
    }
    if is_code { None } else { fits(text.len()) }
}

/// The number of columns of a text on a terminal, without escape sequences.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\u{1b}') { text.len() } else { plain(text).width() }
}

/// The number of columns of a part of a source line that begins at column `start`, with its tabs.
pub(super) fn source_columns(text: &str, start: usize) -> usize {
    let mut column = start;
    for c in text.chars() {
        let own =
            if c == '\t' { TAB.saturating_sub(column.checked_rem(TAB).unwrap_or(0)) } else { c.width().unwrap_or(0) };
        column = column.saturating_add(own);
    }
    column.saturating_sub(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, width: usize, expected: &[&str]) {
        assert_eq!(wrap(line, width, 2).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lines_end_between_words() {
        check("aa bb cc", 8, &["aa bb cc"]);
        check("aa bb cc", 7, &["aa bb", "  cc"]);
        check("  help: aa", 9, &["  help:", "  aa"]);
        check("aa\u{1b}[1m bb\u{1b}[0m cc", 5, &["aa\u{1b}[1m bb\u{1b}[0m", "  cc"]);
    }

    #[test]
    fn long_words_and_code_stay_whole() {
        check("aaa arn:aws:cloudtrail:x b", 10, &["aaa", "  arn:aws:cloudtrail:x", "  b"]);
        check("aaaa `b c` d", 8, &["aaaa", "  `b c`", "  d"]);
        check("aaaa `b c`.", 8, &["aaaa", "  `b c`."]);
        check("`aaaa bbbb cccc` d", 8, &["`aaaa", "  bbbb", "  cccc`", "  d"]);
        check("aaa `b c", 4, &["aaa", "  `b", "  c"]);
    }

    #[test]
    fn no_line_begins_with_a_command() {
        check("aaaa ::error b", 8, &["aaaa ::error", "  b"]);
        check("aaaa  ::error b", 5, &["aaaa  ::error", "  b"]);
        check("aaaa \u{3000}::error b", 5, &["aaaa \u{3000}::error", "  b"]);
        check("aaaa \u{1b}[1m::error b", 8, &["aaaa \u{1b}[1m::error", "  b"]);
    }

    #[test]
    fn wide_and_combining_characters_have_their_width() {
        check("漢字 漢字 a", 9, &["漢字 漢字", "  a"]);
        check("e\u{301}e\u{301} e\u{301}e\u{301}", 5, &["e\u{301}e\u{301} e\u{301}e\u{301}"]);
        assert_eq!(source_columns("\ta漢\t", 0), 8);
    }

    #[test]
    fn each_line_keeps_its_indentation() {
        assert_eq!(wrap_lines("a b\n  - c d\n", 5, 2), "a b\n  - c\n    d\n");
    }
}
