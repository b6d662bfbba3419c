//! Handles URIs with invalid characters, such as `[` or `é`, which some editors send.
//!
//! They are percent-encoded in incoming messages, so that all other code uses valid URIs. In outgoing messages, the
//! editor's own spelling is restored.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::output::encode_path;

/// The members of messages that contain a URI.
const MEMBERS: [&str; 6] = ["uri", "rootUri", "oldUri", "newUri", "scopeUri", "href"];

/// The member whose keys are URIs.
const CHANGES: &str = "changes";

/// The invalid URIs by their encoded form.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    written: BTreeMap<String, String>,
}

impl Spelling {
    /// Encodes the URIs in an incoming message. Recursion is bounded by the depth limit of the JSON parser.
    pub(super) fn encode(&mut self, message: &mut Value) {
        for_each_uri(message, &mut |uri| {
            let encoded = encode(uri);
            if encoded != *uri {
                self.written.insert(encoded.clone(), std::mem::replace(uri, encoded));
            }
        });
    }

    /// Restores the editor's spelling of the URIs in an outgoing message.
    pub(super) fn restore(&self, message: &mut Value) {
        if self.written.is_empty() {
            return;
        }
        for_each_uri(message, &mut |uri| *uri = self.editor_spelling(uri));
    }

    /// The URI in the editor's spelling. If the URI itself is unknown, the longest known parent path is used.
    pub(super) fn editor_spelling(&self, uri: &str) -> String {
        let mut end = uri.len();
        loop {
            let (part, rest) = uri.split_at_checked(end).unwrap_or((uri, ""));
            if let Some(written) = self.written.get(part) {
                return format!("{written}{rest}");
            }
            match part.rfind('/') {
                Some(at) => end = at,
                None => return uri.to_owned(),
            }
        }
    }
}

fn for_each_uri(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| for_each_uri(item, change)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(uri) if MEMBERS.contains(&name.as_str()) => change(uri),
                    Value::Object(changes) if name == CHANGES => {
                        let old = std::mem::take(changes);
                        changes.extend(old.into_iter().map(|(mut uri, edits)| {
                            change(&mut uri);
                            (uri, edits)
                        }));
                    }
                    _ => for_each_uri(member, change),
                }
            }
        }
        _ => {}
    }
}

/// Percent-encodes invalid characters, and percent signs that don't start an escape.
fn encode(uri: &str) -> String {
    let mut encoded = String::with_capacity(uri.len());
    let mut rest = uri;
    while let Some(c) = rest.chars().next() {
        let (own, after) = rest.split_at(c.len_utf8());
        let is_allowed = match c {
            '%' => after.as_bytes().iter().take_while(|byte| byte.is_ascii_hexdigit()).take(2).count() == 2,
            _ => c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=".contains(c),
        };
        match is_allowed {
            true => encoded.push(c),
            false => encoded.push_str(&encode_path(own.as_bytes())),
        }
        rest = after;
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn uris_come_back_as_they_were_written() {
        for (uri, expected) in [
            ("file:///a/b.tf", "file:///a/b.tf"),
            ("file:///a%20[b]|/é^.tf", "file:///a%20%5Bb%5D%7C/%C3%A9%5E.tf"),
            ("file:///100%/a b\\.tf", "file:///100%25/a%20b%5C.tf"),
        ] {
            let mut spelling = Spelling::default();
            let written = json!({ "textDocument": { "uri": uri, "text": uri }, "files": [{ "oldUri": uri }] });
            let mut message = written.clone();
            spelling.encode(&mut message);
            assert_eq!(message["textDocument"], json!({ "uri": expected, "text": uri }));
            spelling.restore(&mut message);
            assert_eq!(message, written);
            let mut edit = json!({ "changes": { expected: [] } });
            spelling.restore(&mut edit);
            assert_eq!(edit, json!({ "changes": { uri: [] } }));
            assert_eq!(spelling.editor_spelling(&format!("{expected}/c%5B.tf")), format!("{uri}/c%5B.tf"));
        }
    }
}
