//! Expands regular expressions that match a finite set of texts, such as `^(dev|prod)$`.
//!
//! A variable or parameter with such a pattern has only these values, so each of them can be evaluated.

/// The limit on the number of texts that one pattern may expand to.
const MAX_TEXTS: usize = 256;

/// Returns all texts that a pattern matches; `None` if it may match others, or too many.
pub fn all(pattern: &str) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for branch in branches(pattern)? {
        texts.extend(products(branch.strip_prefix('^')?.strip_suffix('$')?)?);
    }
    (texts.len() <= MAX_TEXTS).then_some(texts)
}

/// Splits a pattern at each `|` outside of groups; `None` if its parentheses are unbalanced.
fn branches(pattern: &str) -> Option<Vec<&str>> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in pattern.char_indices() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.checked_sub(1)?,
            '|' if depth == 0 => {
                parts.push(pattern.get(start..at)?);
                start = at.saturating_add(1);
            }
            _ => {}
        }
    }
    parts.push(pattern.get(start..)?);
    (depth == 0).then_some(parts)
}

/// Expands a sequence of literal characters and of groups that aren't nested.
fn products(sequence: &str) -> Option<Vec<String>> {
    let mut texts = vec![String::new()];
    let mut rest = sequence;
    while let Some(c) = rest.chars().next() {
        let choices: Vec<&str> = if let Some(group) = rest.strip_prefix('(') {
            let (inside, after) = group.split_once(')')?;
            rest = after;
            inside.strip_prefix("?:").unwrap_or(inside).split('|').collect()
        } else {
            let (character, after) = rest.split_at_checked(c.len_utf8())?;
            rest = after;
            vec![character]
        };
        if !choices.iter().all(|choice| choice.chars().all(is_plain)) {
            return None;
        }
        texts = texts.iter().flat_map(|text| choices.iter().map(move |choice| format!("{text}{choice}"))).collect();
        if texts.len() > MAX_TEXTS {
            return None;
        }
    }
    Some(texts)
}

/// True for a character without a special meaning in a regular expression.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | ':' | ' ' | ',' | '@' | '=')
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn only_patterns_without_repetition_and_with_both_anchors_have_few_texts() {
        assert_eq!(texts("^(dev|prod)$").as_deref(), Some("dev prod"));
        assert_eq!(texts("^(?:a|b)-(c|d)$").as_deref(), Some("a-c a-d b-c b-d"));
        assert_eq!(texts("^a$|^b$").as_deref(), Some("a b"));
        assert_eq!(texts("^(a|)$").as_deref(), Some("a "));
        for pattern in
            ["(dev|prod)", "^dev|prod$", "^(a|b)+$", "^a.$", "^[ab]$", "^((a)|b)$", "^(?i:a)$", "^(a$", "^a)$", "a"]
        {
            assert_eq!(texts(pattern), None, "{pattern}");
        }
    }

    fn texts(pattern: &str) -> Option<String> {
        all(pattern).map(|texts| texts.join(" "))
    }
}
