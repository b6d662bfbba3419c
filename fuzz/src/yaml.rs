//! A text that is read as YAML: its tree fits the text, and no trail in it is left unsaid.

use trailint::internal::source::Sources;
use trailint::internal::syntax::yaml;

use super::{places, tree};

/// Reads a text as a template, and checks it.
///
/// # Panics
///
/// When a place lies outside of what it is a part of, or when nothing is said of a trail.
pub fn check(text: &[u8]) {
    let sources = Sources::new("/".into());
    let id = sources.add("/template.yaml".as_ref(), text.to_vec());
    let file = sources.file(id);
    let read = yaml::parse(id, &file);
    tree::fits(&read, &file);
    let report = super::check([("template.yaml", text)]);
    places::exist_in(&report);
    tree::is_told(&read, &report, &file);
}
