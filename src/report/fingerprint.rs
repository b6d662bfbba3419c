//! Fingerprints of findings, which don't change when lines move.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter, Write};

use super::{DeploymentResult, Diagnostic, Report, TrailResult};
use crate::rules::Rule;
use crate::source::{self, Sources};

/// The first part of each fingerprint. Fingerprints of another version are built differently and never equal these.
const VERSION: &str = "v1";

/// The parts of a fingerprint, each of them [encoded](encode).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    pub rule: String,
    /// The deployment, or the file if there is none.
    pub deployment: String,
    /// The name of the deployment in the configuration.
    pub name: Option<String>,
    /// The trail, with the calls that lead to it; empty for a finding about a deployment or a file.
    pub address: String,
    /// The argument; empty for a finding about no argument.
    pub attribute: String,
    /// The number among findings that are otherwise equal, from the second on.
    pub number: Option<String>,
}

impl Report {
    /// Sets the fingerprints of each finding, one for each trail that it is about.
    ///
    /// Findings that differ only in their location are numbered in the order of the text, so that fingerprints are
    /// unique.
    pub fn name_findings(&mut self) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut unique = |name: String| {
            let count = seen.entry(name.clone()).or_default();
            *count = count.saturating_add(1);
            if *count == 1 { name } else { format!("{name}:{count}") }
        };
        for diagnostic in &mut self.findings {
            let name =
                |address: &Option<String>| Fingerprint::of(diagnostic, address.as_deref(), &self.sources).to_string();
            let first = unique(name(&diagnostic.address));
            let others: Vec<String> = diagnostic.others.iter().map(|other| unique(name(&other.address))).collect();
            diagnostic.fingerprint = first;
            diagnostic.others.iter_mut().zip(others).for_each(|(other, name)| other.fingerprint = name);
        }
    }
}

impl Fingerprint {
    /// Builds a fingerprint of the rule, the deployment, the address with the calls that lead to the trail, and the
    /// argument.
    fn of(diagnostic: &Diagnostic, address: Option<&str>, sources: &Sources) -> Self {
        // A finding about a file that can't be read belongs to the file, whichever deployments use it.
        let file = || diagnostic.finding.place.file_name(sources);
        let deployment = diagnostic.deployment.clone().or_else(file).unwrap_or_else(|| ".".to_owned());
        Self {
            rule: diagnostic.rule.id().to_owned(),
            deployment: encode_path(&deployment),
            name: diagnostic.deployment_name.as_deref().map(encode),
            address: encode(address.unwrap_or_default()),
            attribute: encode(diagnostic.finding.attribute.as_deref().unwrap_or_default()),
            number: None,
        }
    }

    /// Returns the fingerprint of a passed rule, which no finding has.
    pub fn of_pass(rule: &Rule, judged: &DeploymentResult, trail: &TrailResult) -> Self {
        Self {
            rule: rule.id().to_owned(),
            deployment: encode_path(&judged.root),
            name: judged.name.as_deref().map(encode),
            address: encode(&trail.address),
            attribute: "pass".to_owned(),
            number: None,
        }
    }

    /// Parses a fingerprint; `None` if it isn't one of this version.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts: Vec<&str> = text.split(':').collect();
        let number = if parts.len() > 5 { parts.pop_if(|part| is_number(part)) } else { None };
        let (rule, deployment, name, address, attribute) = match *parts.as_slice() {
            [VERSION, rule, deployment, address, attribute] => (rule, deployment, None, address, attribute),
            [VERSION, rule, deployment, name, address, attribute] => (rule, deployment, Some(name), address, attribute),
            _ => return None,
        };
        Some(Self {
            rule: rule.to_owned(),
            deployment: deployment.to_owned(),
            name: name.map(str::to_owned),
            address: address.to_owned(),
            attribute: attribute.to_owned(),
            number: number.map(str::to_owned),
        })
    }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Formats the fingerprint with letters, digits and `-._/:%` only, which no report format has to escape.
impl Display for Fingerprint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { rule, deployment, name, address, attribute, number } = self;
        write!(f, "{VERSION}:{rule}:{deployment}")?;
        name.iter().try_for_each(|name| write!(f, ":{name}"))?;
        write!(f, ":{address}:{attribute}")?;
        number.iter().try_for_each(|number| write!(f, ":{number}"))
    }
}

/// True if a fingerprint is of a finding about the trail of this address.
pub fn is_about(fingerprint: &str, address: &str) -> bool {
    fingerprint.contains(&format!(":{}:", encode(address)))
}

/// Percent-encodes the characters that separate parts or have a special meaning in a report format.
pub fn encode(text: &str) -> String {
    encode_bytes(text.as_bytes())
}

/// Percent-encodes a path, from the bytes that its name stands for.
pub fn encode_path(name: &str) -> String {
    encode_bytes(&source::bytes_of(name))
}

fn encode_bytes(text: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/');
    let mut encoded = String::with_capacity(text.len());
    for run in text.chunk_by(|byte, next| is_plain(byte) == is_plain(next)) {
        match std::str::from_utf8(run) {
            Ok(run_text) if run.first().is_some_and(is_plain) => encoded.push_str(run_text),
            Ok(_) | Err(_) => {
                for byte in run {
                    // Writing to a string can't fail.
                    let _ = write!(encoded, "%{byte:02X}");
                }
            }
        }
    }
    encoded
}

/// Decodes a part; `None` if it isn't validly encoded.
pub fn decode(part: &str) -> Option<String> {
    String::from_utf8(decode_bytes(part)?).ok()
}

/// Decodes a part that is a path, and returns the path's name.
pub fn decode_path(part: &str) -> Option<String> {
    decode_bytes(part).map(|bytes| source::format_path(&source::from_bytes(&bytes)))
}

fn decode_bytes(part: &str) -> Option<Vec<u8>> {
    let mut pieces = part.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (code, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_parts() {
        for text in [
            "v1:stopped-trail:a/b:aws_cloudtrail.t%5B0%5D:enable_logging",
            "v1:stopped-trail:a/b:prod:aws_cloudtrail.t:enable_logging",
            "v1:no-compliant-trail:.::",
            "v1:no-compliant-trail:.:prod::",
            "v1:unused-ignore:a.tf:::2",
            "v1:unused-ignore:a.tf:prod:::2",
        ] {
            let parsed = Fingerprint::parse(text).unwrap();
            assert_eq!(parsed.to_string(), text);
            assert_eq!(parsed.number.is_some(), text.ends_with('2'), "{text}");
            assert_eq!(parsed.name.is_some(), text.contains("prod"), "{text}");
        }
        assert_eq!(Fingerprint::parse("v2:a:b:c:d"), None);
        assert_eq!(Fingerprint::parse("x"), None);
        let address = "module.a[\"ü:%\"].aws_cloudtrail.t";
        assert_eq!(decode(&encode(address)).as_deref(), Some(address));
        assert_eq!(decode("%"), None);
        assert_eq!(encode_path("a%FF/é"), "a%FF/%C3%A9");
        assert_eq!(decode_path("a%FF/%C3%A9").as_deref(), Some("a%FF/é"));
        assert_eq!(decode_path(&encode_path("a%25FF")).as_deref(), Some("a%25FF"));
    }
}
