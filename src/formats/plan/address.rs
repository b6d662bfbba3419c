//! Parses resource addresses in a plan, such as `module.audit["eu"].aws_cloudtrail.main[0]`.

/// The key of an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstanceKey {
    /// The index of an instance of `count`.
    Index(usize),
    /// The key of an instance of `for_each`.
    Name(String),
}

/// The address without instance keys, which is the address of the declaration; `None` if the text isn't an address.
pub(super) fn without_keys(address: &str) -> Option<String> {
    let mut names = String::new();
    let mut rest = address;
    while let Some(at) = rest.find('[') {
        let (before, bracket) = rest.split_at_checked(at)?;
        names.push_str(before);
        rest = split_key(bracket)?.1;
    }
    names.push_str(rest);
    Some(names)
}

/// The parts of an address between dots, each with its keys; `None` if the text isn't an address.
pub(super) fn segments(address: &str) -> Option<Vec<&str>> {
    let mut segments = Vec::new();
    let mut rest = address;
    loop {
        let name = rest.find(['.', '[']).unwrap_or(rest.len());
        let mut after = rest.get(name..)?;
        while after.starts_with('[') {
            after = split_key(after)?.1;
        }
        segments.push(rest.strip_suffix(after)?);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return after.is_empty().then_some(segments),
        }
    }
}

/// Splits a text into the key at its start and the rest.
pub(super) fn split_key(text: &str) -> Option<(InstanceKey, &str)> {
    let inside = text.strip_prefix('[')?;
    if let Some(quoted) = inside.strip_prefix('"') {
        let (name, rest) = unquoted(quoted)?;
        return Some((InstanceKey::Name(name), rest.strip_prefix(']')?));
    }
    let (digits, rest) = inside.split_once(']')?;
    Some((InstanceKey::Index(digits.parse().ok()?), rest))
}

/// Splits a text at its closing quote, and decodes the part before it. Terraform escapes `${` and `%{` by doubling the
/// first character.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut characters = quoted.chars();
    let mut text = String::new();
    loop {
        match characters.next()? {
            '"' => return Some((text, characters.as_str())),
            '\\' => text.push(match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => by_number(characters.by_ref().take(4).collect())?,
                'U' => by_number(characters.by_ref().take(8).collect())?,
                other => other,
            }),
            start @ ('$' | '%') => {
                text.push(start);
                if let Some(template) = characters.as_str().strip_prefix(start).filter(|rest| rest.starts_with('{')) {
                    characters = template.chars();
                }
            }
            other => text.push(other),
        }
    }
}

fn by_number(digits: String) -> Option<char> {
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_has_the_address_without_keys() {
        let cases = [
            ("aws_cloudtrail.a", Some("aws_cloudtrail.a")),
            ("module.m[\"x.y\"].aws_cloudtrail.a[12]", Some("module.m.aws_cloudtrail.a")),
            ("module.m[\"]\\\"[\"].aws_cloudtrail.a", Some("module.m.aws_cloudtrail.a")),
            ("aws_cloudtrail.a[", None),
            ("aws_cloudtrail.a[\"x", None),
            ("aws_cloudtrail.a[x]", None),
        ];
        for (address, expected) in cases {
            assert_eq!(without_keys(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn an_address_has_segments_with_their_keys() {
        let cases: [(&str, Option<&[&str]>); 5] = [
            ("aws_s3_bucket.b.id", Some(&["aws_s3_bucket", "b", "id"])),
            ("module.m[\"x.y\"].out", Some(&["module", "m[\"x.y\"]", "out"])),
            ("a.b[0][1].c", Some(&["a", "b[0][1]", "c"])),
            ("a.b[", None),
            ("a.b[0]c", None),
        ];
        for (address, expected) in cases {
            assert_eq!(segments(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn a_key_is_read_as_terraform_writes_it() {
        assert_eq!(split_key("[7].b"), Some((InstanceKey::Index(7), ".b")));
        assert_eq!(split_key(r#"["a\"\\\n\u0007"].b"#), name("a\"\\\n\u{7}"));
        assert_eq!(split_key(r#"["$${a} %%{b} $$ $"].b"#), name("${a} %{b} $$ $"));
        assert_eq!(split_key("[-1].b"), None);
        assert_eq!(split_key(".b"), None);
    }

    fn name(text: &str) -> Option<(InstanceKey, &str)> {
        Some((InstanceKey::Name(text.to_owned()), ".b"))
    }
}
