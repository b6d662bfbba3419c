//! Detects placeholders that another tool replaces before Terraform or CloudFormation reads the file.
//!
//! Jinja, Helm and Ansible write `{{ name }}` and `{% … %}`, ERB `<% … %>`, and the Serverless Framework
//! `${source:name}`. The value of such a text is unknown until the file is rendered.

use super::Reason;

/// The beginning of CloudFormation's own dynamic references, which look like a placeholder:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>.
const DYNAMIC: &str = "{{resolve:";

/// The delimiters of placeholders.
const MARKS: [(&str, &str); 4] = [("{{", "}}"), ("<%", "%>"), ("{%", "%}"), INSERTED];

/// The delimiters of the index of an unknown value that code inserts in a text. They are private characters, which a
/// parser treats like letters.
const INSERTED: (&str, &str) = ("\u{e000}", "\u{e001}");

/// The mark for an unknown value that code inserts in a text.
pub fn insertion_mark(index: usize) -> String {
    format!("{}{index}{}", INSERTED.0, INSERTED.1)
}

/// The index in the first mark of a text.
pub fn insertion_index(text: &str) -> Option<usize> {
    text.split_once(INSERTED.0)?.1.split_once(INSERTED.1)?.0.parse().ok()
}

/// The sources of the Serverless Framework's variables, except those that are policy variables of IAM as well (`aws:`,
/// `s3:`).
const SOURCES: [&str; 13] = [
    "self:",
    "opt:",
    "param:",
    "env:",
    "sls:",
    "ssm:",
    "cf:",
    "cf.",
    "vault:",
    "doppler:",
    "output:",
    "file(",
    "strToBool(",
];

/// Returns the reason why a text with a placeholder is unknown; `None` for any other text. `reader` is the program that
/// reads the file after rendering.
pub fn placeholder(text: &str, reader: &'static str) -> Option<Reason> {
    let (start, end) = first_in(text)?;
    let outside = [text.get(..start), text.get(end..)];
    let is_set = outside.into_iter().flatten().any(|text| !text.trim().is_empty() && first_in(text).is_none());
    let why = Reason::Placeholder { text: shortened(text.get(start..end)?), reader };
    Some(match is_set {
        true => Reason::Composed { reference: format!("`{}`", shortened(text)), cause: Box::new(why) },
        false => Reason::Placeholder { text: shortened(text), reader },
    })
}

/// Returns the start and the end of the first placeholder in a text.
fn first_in(text: &str) -> Option<(usize, usize)> {
    let marked = MARKS.into_iter().filter_map(|(open, close)| {
        let mut starts = text.match_indices(open).map(|(start, _)| start);
        let start = starts.find(|start| text.get(*start..).is_some_and(|rest| !rest.starts_with(DYNAMIC)))?;
        let length = text.get(start..)?.find(close)?;
        Some((start, start.saturating_add(length).saturating_add(close.len())))
    });
    let mut names = text.match_indices("${").map(|(start, mark)| (start, start.saturating_add(mark.len())));
    let variable = names.find_map(|(start, name)| {
        let rest = text.get(name..)?;
        let is_one = SOURCES.iter().any(|source| rest.starts_with(source));
        let length = rest.find('}').filter(|_| is_one)?;
        Some((start, name.saturating_add(length).saturating_add(1)))
    });
    marked.chain(variable).min()
}

/// Shortens a text for a quotation in a message.
fn shortened(text: &str) -> String {
    const QUOTED: usize = 60;
    let mut quoted: String = text.lines().next().unwrap_or_default().chars().take(QUOTED).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_other_marks() {
        for text in ["{{ multi }}", "<%= multi %>", "{% multi %}", "${self:custom.multi}", "{{ a }}{{ b }}"] {
            assert_eq!(found(text), Some(false), "{text}");
        }
        for text in ["arn:{{ key }}", "${file(key.yml):arn}/x"] {
            assert_eq!(found(text), Some(true), "{text}");
        }
        for text in
            ["{{resolve:ssm:key}}", "{{", "${Key}", "${AWS::Region}", "${aws:username}", "{}", "}} {{", "${self:"]
        {
            assert_eq!(found(text), None, "{text}");
        }
        assert!(placeholder("{{resolve:ssm:/{{ stage }}/key}}", "CloudFormation").is_some());
    }

    fn found(text: &str) -> Option<bool> {
        placeholder(text, "Terraform").map(|why| why.is_set())
    }
}
