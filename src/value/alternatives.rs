//! Regular expressions that match few texts, such as `^(dev|prod)$`.

/// Patterns for more texts than this are given up.
const MAX_TEXTS: usize = 256;

/// All texts that a pattern matches; nothing if there may be others.
pub fn all(pattern: &str) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for branch in branches(pattern)? {
        texts.extend(products(branch.strip_prefix('^')?.strip_suffix('$')?)?);
    }
    (texts.len() <= MAX_TEXTS).then_some(texts)
}

/// The parts between the `|` that stand in no group.
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

/// The texts of a sequence of plain characters and of groups without groups in them.
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

/// True for a character that stands for itself.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | ':' | ' ' | ',' | '@' | '=')
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn only_patterns_without_repetition_and_with_both_anchors_have_few_texts() {
        let texts = |pattern: &str| all(pattern).map(|texts| texts.join(" "));
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
}
