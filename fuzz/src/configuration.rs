//! A text that is read as configuration and as code with comments: what is accepted works, and what a comment says
//! reaches no further than it.

use std::path::Path;

use trailint::internal::config::{Config, ConfigurationRequest, EffectiveSetting};
use trailint::internal::output;
use trailint::internal::report::{Diagnostic, Report};
use trailint::internal::source::{Memory, Sources};

/// A trail that breaks rules, after something that keeps the comments of other texts from being about it.
const ELSEWHERE: &str = "\nlocals {}\n\nresource \"aws_cloudtrail\" \"elsewhere\" {\n  enable_logging = false\n}\n";

/// The address of that trail.
const ADDRESS: &str = "aws_cloudtrail.elsewhere";

/// Reads a text as `trailint.toml`, and as a file of Terraform's.
///
/// # Panics
///
/// When an accepted setting can't be used or shown, or when a comment hides what lies in another file or in another block.
pub fn check(text: &[u8]) {
    settings(text);
    comments(text);
}

/// What is accepted can be used.
fn settings(text: &[u8]) {
    let (fs, sources) = (Memory::new([("trailint.toml", text)]), Sources::new("/".into()));
    let root = Path::new("/");
    let request = ConfigurationRequest { config_arguments: &[], search: Some((root, root)), working_directory: root };
    let Ok(config) = Config::load(request, &fs, &sources) else { return };
    let shown = shown(&config, &sources);
    // What is shown of the settings is a configuration that says the same, but for characters that aren't shown.
    let written = output::settings(&config.show(&sources, &[]));
    if !written.contains("\\u{") {
        let again = Memory::new([("trailint.toml", written.clone())]);
        let sources = Sources::new("/".into());
        let read = Config::load(request, &again, &sources).unwrap_or_else(|error| panic!("{error} in\n{written}"));
        assert_eq!(self::shown(&read, &sources), shown, "other settings in\n{written}");
    }
    for accepted in config.accepted() {
        let span = accepted.suppression.span.expect("settings are written somewhere");
        super::places::exists(span, &sources.file(span.file));
    }
    // Patterns may be too much together, which is said at once.
    drop(config.exclusions());
    drop(config.deployments(&fs, &sources));
}

/// All settings with their values.
fn shown(config: &Config, sources: &Sources) -> Vec<(String, String)> {
    config.show(sources, &[]).into_iter().map(|EffectiveSetting { key, value, .. }| (key, value)).collect()
}

/// A comment is about its place.
fn comments(text: &[u8]) {
    let says = |word: &str| text.windows(word.len()).any(|part| part == word.as_bytes());
    // A call may be what a comment is about.
    if !says("source") {
        let other = super::check([("a/main.tf", text), ("b/main.tf", ELSEWHERE.as_bytes())]);
        assert_stands(&other, "b", text);
    }
    let is_closed = |report: &Report| !report.findings.iter().any(|diagnostic| diagnostic.rule.id() == "syntax-error");
    let both = super::check([("main.tf", [text, ELSEWHERE.as_bytes()].concat().as_slice())]);
    if !says("file-ignore") && is_closed(&both) && both.deployments.len() == 1 {
        assert_stands(&both, ".", text);
    }
}

/// Asserts that what is wrong with the trail elsewhere counts.
fn assert_stands(report: &Report, root: &str, text: &[u8]) {
    let own = |diagnostic: &&Diagnostic| {
        diagnostic.deployment.as_deref() == Some(root) && diagnostic.address.as_deref() == Some(ADDRESS)
    };
    let mut stopped = report.findings.iter().filter(own).filter(|diagnostic| diagnostic.rule.id() == "stopped-trail");
    let stands = stopped.any(|diagnostic| diagnostic.suppressed.is_none());
    assert!(stands, "the trail in `{root}` goes by beside\n{}", String::from_utf8_lossy(text));
}
