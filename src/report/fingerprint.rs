//! Names of findings that stay the same when lines move.

use std::collections::HashMap;
use std::fmt::Write;

use super::{Place, Report, Reported};
use crate::source::Sources;

/// The first part of each name. Names of another version are made in another way and compare with none of these.
const VERSION: &str = "v1";

impl Report {
    /// Gives each finding its name; no two get the same.
    ///
    /// Findings of which all is the same but their place are told apart by their order in the text.
    pub fn name_findings(&mut self) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for finding in &mut self.findings {
            let name = name_of(finding, &self.sources);
            let count = seen.entry(name.clone()).or_default();
            *count = count.saturating_add(1);
            finding.fingerprint = if *count == 1 { name } else { format!("{name}:{count}") };
        }
    }
}

/// The rule, the deployment, the address with the calls that lead to the trail, and the argument.
///
/// It is made of letters, digits and `-._/:%`, which mean themselves in every format of reports.
fn name_of(finding: &Reported, sources: &Sources) -> String {
    let part = |text: &Option<String>| encode(text.as_deref().unwrap_or_default());
    let deployment = match (&finding.deployment, &finding.place) {
        (Some(root), _) => encode(root),
        // What can't be read belongs to its file, whichever deployments that is a part of.
        (None, Place::Text(label)) => encode(&sources.file(label.span.file).name),
        (None, Place::File(name)) => encode(name),
        (None, Place::Run) => encode("."),
    };
    let name = finding.deployment_name.iter().map(|name| format!(":{}", encode(name))).collect::<String>();
    let (address, attribute) = (part(&finding.address), part(&finding.attribute));
    format!("{VERSION}:{}:{deployment}{name}:{address}:{attribute}", finding.rule.id())
}

/// Percent-encodes what would make two names look alike, or mean something to a reader.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
