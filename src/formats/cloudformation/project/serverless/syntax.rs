//! The syntax of the Serverless Framework's variables: <https://www.serverless.com/framework/docs/guides/variables>.

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TextPart<'t> {
    Literal(&'t str),
    /// The text between `${` and `}`.
    Variable(&'t str),
}

/// A source of a variable's value, or a literal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source<'t> {
    /// A text in quotes.
    Text(&'t str),
    /// A boolean, a number or `null`.
    Literal(&'t str),
    /// Another variable.
    Nested(&'t str),
    /// `name(parameters):key`, where the parameters or the key may be missing.
    Named { name: &'t str, parameters: Option<&'t str>, key: Option<&'t str> },
}

/// The prefixes of texts in `${…}` that belong to CloudFormation and to other AWS services.
const OTHERS: [&str; 3] = ["AWS:", "PROP(", "iot:"];

/// Splits a text at its variables. `${Name}` and `${AWS::Region}` are literals, because CloudFormation replaces them.
pub(super) fn parts(text: &str) -> Vec<TextPart<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from.saturating_add(at)) {
        let inner = at.saturating_add(2);
        let Some(length) = text.get(inner..).and_then(end) else { break };
        let end = inner.saturating_add(length);
        let variable = text.get(inner..end).unwrap_or_default();
        from = end.saturating_add(1);
        if !is_variable(variable) {
            continue;
        }
        let before = text.get(start..at).unwrap_or_default();
        if !before.is_empty() {
            parts.push(TextPart::Literal(before));
        }
        parts.push(TextPart::Variable(variable));
        start = from;
    }
    let rest = text.get(start..).unwrap_or_default();
    if !rest.is_empty() || parts.is_empty() {
        parts.push(TextPart::Literal(rest));
    }
    parts
}

/// True if a text has a variable.
pub(super) fn has_variable(text: &str) -> bool {
    text.contains("${") && parts(text).iter().any(|part| matches!(part, TextPart::Variable(_)))
}

/// The sources of a variable, in the order in which they are tried.
pub(super) fn sources(variable: &str) -> Vec<Source<'_>> {
    split(variable, ',').into_iter().map(|text| source(text.trim())).collect()
}

/// The parts of a path, which dots separate.
pub(super) fn segments(path: &str) -> Vec<&str> {
    split(path, '.')
}

/// The offset of the brace that closes a variable.
fn end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut last = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '{' if last == '$' => depth = depth.saturating_add(1),
            '}' if depth == 0 => return Some(at),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        last = character;
    }
    None
}

fn is_variable(variable: &str) -> bool {
    let has_source = variable.contains(':') || variable.contains('(') && variable.contains(')');
    has_source && !variable.starts_with('!') && !OTHERS.iter().any(|other| variable.starts_with(other))
}

/// Splits a text at the separators outside of parentheses and nested variables.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut parentheses, mut braces, mut last) = (0_usize, 0_usize, ' ');
    for (at, character) in text.char_indices() {
        match character {
            '{' if last == '$' => braces = braces.saturating_add(1),
            '}' => braces = braces.saturating_sub(1),
            '(' => parentheses = parentheses.saturating_add(1),
            ')' => parentheses = parentheses.saturating_sub(1),
            _ if character == separator && parentheses == 0 && braces == 0 => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at.saturating_add(character.len_utf8());
            }
            _ => {}
        }
        last = character;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn source(text: &str) -> Source<'_> {
    let quoted = ['\'', '"'].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    if let Some(inner) = quoted {
        return Source::Text(inner);
    }
    if text.starts_with("${") && text.ends_with('}') {
        return Source::Nested(text);
    }
    let Some(at) = text.find(['(', ':']) else { return Source::Literal(text) };
    let (name, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    match rest.strip_prefix('(') {
        None => Source::Named { name, parameters: None, key: rest.strip_prefix(':') },
        Some(rest) => match rest.strip_suffix(')') {
            Some(parameters) if !rest.contains("):") => Source::Named { name, parameters: Some(parameters), key: None },
            _ => {
                let (parameters, key) = rest.rsplit_once("):").unwrap_or((rest, ""));
                Source::Named { name, parameters: Some(parameters), key: Some(key) }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'t>(name: &'t str, parameters: Option<&'t str>, key: Option<&'t str>) -> Source<'t> {
        Source::Named { name, parameters, key }
    }

    #[test]
    fn variables_are_split_from_other_texts() {
        let (literal, variable) = (TextPart::Literal, TextPart::Variable);
        assert_eq!(parts("a${self:b}c"), [literal("a"), variable("self:b"), literal("c")]);
        assert_eq!(parts("${self:a.${sls:stage}}"), [variable("self:a.${sls:stage}")]);
        for text in ["", "a", "${AWS::Region}", "${Name}", "${!self:a}", "${self:a", "${Trail.Arn}-x"] {
            assert_eq!(parts(text), [literal(text)], "{text}");
        }
        assert_eq!(parts("${A}${file(b)}"), [literal("${A}"), variable("file(b)")]);
    }

    #[test]
    fn sources_are_separated_by_commas() {
        let all =
            sources("opt:a, self:b.${env:C, 'd'}, file(e.yml):f.g, strToBool(${env:X, 'a'}), ${self:h}, 'i, j', true");
        let expected = [
            named("opt", None, Some("a")),
            named("self", None, Some("b.${env:C, 'd'}")),
            named("file", Some("e.yml"), Some("f.g")),
            named("strToBool", Some("${env:X, 'a'}"), None),
            Source::Nested("${self:h}"),
        ];
        assert_eq!(all.get(..5), Some(expected.as_slice()));
        assert_eq!(all.last(), Some(&Source::Literal("true")));
        assert_eq!(sources("env:A, 'x'").last(), Some(&Source::Text("x")));
        assert_eq!(sources("file(a(b).yml)"), [named("file", Some("a(b).yml"), None)]);
    }
}
