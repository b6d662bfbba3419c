//! Marks of templating tools in YAML: placeholders such as `{{ name }}` and statements such as `{% if name %}`.
//!
//! Jinja, Go templates, Handlebars and ERB fill in a file before another program reads it. The parser reads the file as
//! if each placeholder were a word, and as if the lines of statements were empty. Offsets stay the same.

use std::ops::Range;

/// A character that stands for a placeholder while a text is parsed, from the private use area. It has three bytes.
const FILL: char = '\u{E000}';

/// The beginning of CloudFormation's own dynamic references.
const DYNAMIC: &str = "{{resolve:";

/// The delimiters of marks.
const DELIMITERS: [(&str, &str); 4] = [("{{", "}}"), ("{%", "%}"), ("<%", "%>"), ("{#", "#}")];

/// A mark of a templating tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub range: Range<usize>,
    pub kind: MarkKind,
    /// True if nothing else but statements and comments is on its lines.
    pub is_alone: bool,
}

/// The kinds of marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkKind {
    /// A value that is inserted.
    Value,
    Comment,
    Statement(Statement),
}

/// A statement of a templating tool. Conditions have one form whatever the spaces in them are, such as `{% if x %}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// The beginning of a part that exists if a condition has this value.
    If(String, bool),
    /// The beginning of a part that exists if no earlier one does and a condition holds.
    ElseIf(String),
    Else,
    /// The beginning of a part that exists any number of times.
    Loop(String),
    End,
    /// A statement that may insert any text, or change the meaning of others.
    Other,
}

/// A text in which placeholders are words and the lines of statements are empty, with the same offsets.
pub(super) struct MaskedText {
    pub(super) text: String,
    marks: Vec<Mark>,
}

/// The marks in a text, in order.
pub fn marks(text: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    if !DELIMITERS.iter().any(|(open, _)| text.contains(open)) || text.contains(FILL) {
        return marks;
    }
    let mut from = 0_usize;
    // The next place of each delimiter, which isn't searched again until it is behind.
    let mut places = DELIMITERS.map(|(open, _)| text.find(open));
    loop {
        for (place, (open, _)) in places.iter_mut().zip(DELIMITERS) {
            if place.is_some_and(|at| at < from) {
                *place = text.get(from..).and_then(|rest| rest.find(open)).map(|at| from.saturating_add(at));
            }
        }
        let next = places.iter_mut().zip(DELIMITERS).filter_map(|(place, pair)| Some(((*place)?, pair, place)));
        let Some((start, (open, close), place)) = next.min_by_key(|(at, ..)| *at) else { break };
        let inner = start.saturating_add(open.len());
        let rest = text.get(inner..).unwrap_or_default();
        let close = if open == "{{" && rest.trim_start_matches('-').starts_with("!--") { "--}}" } else { close };
        from = inner;
        if text.get(start..).unwrap_or_default().starts_with(DYNAMIC) {
            continue;
        }
        let Some(length) = rest.find(close) else {
            // None of the delimiters after it is closed.
            *place = None;
            continue;
        };
        let end = inner.saturating_add(length).saturating_add(close.len());
        let kind = kind(open, close, rest.get(..length).unwrap_or_default());
        marks.push(Mark { range: start..end, kind, is_alone: true });
        from = end;
    }
    find_alone(text, &mut marks);
    marks
}

/// The number of statements around a place.
pub fn depth(marks: &[Mark], place: usize) -> usize {
    let mut depth = 0_usize;
    for mark in marks.iter().take_while(|mark| mark.range.start < place).filter(|mark| mark.is_alone) {
        match mark.kind {
            MarkKind::Statement(Statement::If(..) | Statement::Loop(_)) => depth = depth.saturating_add(1),
            MarkKind::Statement(Statement::End) => depth = depth.saturating_sub(1),
            MarkKind::Statement(Statement::ElseIf(_) | Statement::Else | Statement::Other)
            | MarkKind::Value
            | MarkKind::Comment => {}
        }
    }
    depth
}

/// Determines which statements and comments are alone on their lines.
fn find_alone(text: &str, marks: &mut [Mark]) {
    let is_blank = |text: &str| text.chars().all(|c| matches!(c, ' ' | '\t' | '\r'));
    let (mut last, mut was_first) = (0_usize, true);
    for mark in marks.iter_mut() {
        let between = text.get(last..mark.range.start).unwrap_or_default();
        let is_first = match between.rsplit_once('\n') {
            Some((_, before)) => is_blank(before),
            None => was_first && is_blank(between),
        };
        mark.is_alone = is_first && mark.kind != MarkKind::Value;
        (last, was_first) = (mark.range.end, mark.is_alone);
    }
    let (mut next, mut was_last) = (text.len(), true);
    for mark in marks.iter_mut().rev() {
        let between = text.get(mark.range.end..next).unwrap_or_default();
        let is_last = match between.split_once('\n') {
            Some((after, _)) => is_blank(after),
            None => was_last && is_blank(between),
        };
        mark.is_alone &= is_last;
        (next, was_last) = (mark.range.start, mark.is_alone);
    }
}

fn kind(open: &str, close: &str, inner: &str) -> MarkKind {
    let inner = inner.trim_start_matches(['-', '+', '~', '_']).trim_end_matches(['-', '+', '~', '_']).trim();
    let is_comment = match open {
        "{#" => true,
        "<%" => inner.starts_with('#'),
        "{{" => inner.starts_with("/*") || inner.starts_with('!'),
        _ => false,
    };
    if is_comment {
        return MarkKind::Comment;
    }
    let is_value = match open {
        "<%" => inner.starts_with('='),
        "{{" => !is_statement(inner),
        _ => false,
    };
    if is_value { MarkKind::Value } else { MarkKind::Statement(statement(open, close, inner)) }
}

/// True if the text in double braces is a statement of Go templates or Handlebars.
fn is_statement(inner: &str) -> bool {
    const WORDS: [&str; 11] =
        ["if", "else", "end", "range", "with", "define", "template", "block", "break", "continue", "import"];
    let word = inner.split_whitespace().next().unwrap_or_default();
    WORDS.contains(&word) || inner.starts_with(['#', '/', '^', '>']) || inner.contains(":=")
}

fn statement(open: &str, close: &str, inner: &str) -> Statement {
    let words: Vec<&str> = inner.trim_start_matches('}').split_whitespace().collect();
    let close = if close == "--}}" { "}}" } else { close };
    let condition = |words: &[&str]| {
        let text = words.join(" ");
        format!("{open} if {} {close}", text.trim_end_matches('{').trim_end())
    };
    let is_block = inner.ends_with('{') || inner.ends_with(" do") || inner.contains(" do |");
    match words.as_slice() {
        ["if" | "#if" | "with" | "#with", rest @ ..] => Statement::If(condition(rest), true),
        ["unless" | "#unless", rest @ ..] => Statement::If(condition(rest), false),
        ["elif" | "elsif" | "elseif", rest @ ..] | ["else", "if", rest @ ..] => Statement::ElseIf(condition(rest)),
        ["else", "{"] | ["else"] => Statement::Else,
        ["for" | "range" | "#each" | "while", ..] => Statement::Loop(format!("{open} {} {close}", words.join(" "))),
        ["end" | "endif" | "endfor" | "endunless" | "/if" | "/unless" | "/each" | "/with", ..] => Statement::End,
        [] | [")" | ");" | ");)"] if inner.starts_with('}') => Statement::End,
        _ if is_block => Statement::Loop(format!("{open} {} {close}", words.join(" "))),
        _ => Statement::Other,
    }
}

impl MaskedText {
    /// Masks the marks in a text; `None` if there are none.
    pub(super) fn of(text: &str) -> Option<Self> {
        let marks = marks(text);
        if marks.is_empty() {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut from = 0_usize;
        for mark in &marks {
            masked.push_str(text.get(from..mark.range.start).unwrap_or_default());
            let marked = text.get(mark.range.clone()).unwrap_or_default();
            match mark.is_removed() {
                true => masked
                    .extend(marked.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte as char } else { ' ' })),
                false => masked.push_str(&filling(mark)),
            }
            from = mark.range.end;
        }
        masked.push_str(text.get(from..).unwrap_or_default());
        Some(Self { text: masked, marks })
    }

    /// The text of a scalar with the original placeholders. `written` is its range and `original` the whole text. A
    /// scalar with statements in it is the original text, because they decide what it contains.
    pub(super) fn restored(&self, text: String, written: Range<usize>, original: &str) -> String {
        let first = self.marks.partition_point(|mark| mark.range.end <= written.start);
        let inside = self.marks.get(first..).unwrap_or_default();
        let inside: Vec<&Mark> = inside.iter().take_while(|mark| mark.range.start < written.end).collect();
        if inside.iter().any(|mark| mark.is_removed() && mark.kind != MarkKind::Comment) {
            return original.get(written).unwrap_or_default().to_owned();
        }
        let mut restored = String::new();
        let mut rest = text.as_str();
        for mark in inside.into_iter().filter(|mark| !mark.is_removed()) {
            if let Some((before, after)) = rest.split_once(filling(mark).as_str()) {
                restored.push_str(before);
                restored.push_str(original.get(mark.range.clone()).unwrap_or_default());
                rest = after;
            }
        }
        restored.push_str(rest);
        restored
    }
}

impl Mark {
    /// True if the parser reads nothing in its place.
    fn is_removed(&self) -> bool {
        match self.kind {
            MarkKind::Value => false,
            MarkKind::Comment => true,
            MarkKind::Statement(_) => self.is_alone,
        }
    }
}

/// A word with as many bytes as a mark, which has at least four.
fn filling(mark: &Mark) -> String {
    let (bytes, size) = (mark.range.len(), FILL.len_utf8());
    let (fills, rest) = (bytes.checked_div(size).unwrap_or_default(), bytes.checked_rem(size).unwrap_or_default());
    let mut filling = "1".repeat(rest);
    filling.extend(std::iter::repeat_n(FILL, fills));
    filling
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<MarkKind> {
        marks(text).into_iter().map(|mark| mark.kind).collect()
    }

    #[test]
    fn statements_have_one_form() {
        let yes = |text: &str| MarkKind::Statement(Statement::If(text.to_owned(), true));
        assert_eq!(kinds("{%- if  a -%}"), [yes("{% if a %}")]);
        assert_eq!(
            kinds("{{- if .a }}{{#if a}}<% if (a) { %>"),
            [yes("{{ if .a }}"), yes("{{ if a }}"), yes("<% if (a) %>")]
        );
        let of = MarkKind::Statement;
        assert_eq!(
            kinds("{% else %}{{ end }}<% } %><% end %>{{/if}}<% }) %>"),
            [
                of(Statement::Else),
                of(Statement::End),
                of(Statement::End),
                of(Statement::End),
                of(Statement::End),
                of(Statement::End)
            ]
        );
        assert_eq!(kinds("<% unless a %>"), [of(Statement::If("<% if a %>".to_owned(), false))]);
        assert_eq!(kinds("{% elif b %}"), [of(Statement::ElseIf("{% if b %}".to_owned()))]);
        assert_eq!(kinds("{{ else if b }}<% } else if (c) { %>").len(), 2);
        assert_eq!(kinds("{% set a = 1 %}{{ $a := 1 }}{{ template \"a\" }}<% a = 1 %>"), vec![of(Statement::Other); 4]);
        assert_eq!(kinds("{# a #}{{/* a */}}<%# a %>{{!-- }} --}}"), vec![MarkKind::Comment; 4]);
        assert_eq!(kinds("{{ a }}<%= a %>{{ include \"a\" . }}"), vec![MarkKind::Value; 3]);
        for text in ["{{resolve:ssm:a}}", "{{ a", "{%", "{}", "<%"] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn masked_text_has_the_same_offsets_and_can_be_restored() {
        let text = "{% if a %}\nk: x{{ a }}y{{ bc }}\n{% endif %}\nl: {% if b %}c{% endif %} {# d #}\n";
        let masked = MaskedText::of(text).unwrap();
        assert_eq!(masked.text.len(), text.len());
        assert_eq!(masked.text.lines().count(), text.lines().count());
        let start = text.find("x{{").unwrap();
        let end = text.find("\n{% endif").unwrap();
        let scalar = masked.text.get(start..end).unwrap().to_owned();
        assert_eq!(masked.restored(scalar, start..end, text), "x{{ a }}y{{ bc }}");
        let alone: Vec<bool> = marks(text).iter().map(|mark| mark.is_alone).collect();
        assert_eq!(alone, [true, false, false, true, false, false, false]);
    }
}
