//! What a fix promises whatever the text is: the fuzz target and a test of the package ask for it.

use trailint::internal::edit::Safety;
use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::error::Error;
use trailint::internal::fix::{ChangedFile, apply_fixes};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Memory, Sources};

/// Fixes a text until there is nothing left to fix, judges what comes of it, and fixes that: nothing may change any more.
///
/// # Panics
///
/// When a second fix finds anything to do, or the first has left a part of a character.
pub fn check(text: &[u8]) {
    let (once, _) = fixed(text);
    let (twice, findings) = fixed(&once);
    assert_eq!((findings, String::from_utf8_lossy(&twice)), (0, String::from_utf8_lossy(&once)));
    assert!(std::str::from_utf8(&once).is_ok() || once == text, "what isn't UTF-8 is left alone");
}

/// A text after all its fixes, and how many findings they make go away.
fn fixed(text: &[u8]) -> (Vec<u8>, usize) {
    let fs = Memory::new([(name(text), text)]);
    let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
    let (sources, settings) = (Sources::new("/".into()), EngineSettings::default());
    let judge = |changed: &[ChangedFile]| {
        let sources = sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
        engine::check(&fs, &inputs, sources, &settings)
    };
    let mended =
        judge(&[]).and_then(|report| apply_fixes::<Error>(report, |_, fix, _| fix.safety() <= Safety::Unsafe, judge));
    match mended {
        Ok(mended) => {
            let text = mended.files.first().map_or_else(|| text.to_vec(), |one| one.text.clone().into_bytes());
            (text, mended.findings)
        }
        Err(_) => (text.to_vec(), 0),
    }
}

/// A file name that makes the text be read in the language that it looks like.
fn name(text: &[u8]) -> &'static str {
    let has = |word: &str| String::from_utf8_lossy(text).contains(word);
    match (text.trim_ascii_start().first(), has("Resources")) {
        (Some(b'{'), true) => "template.json",
        (Some(b'{'), false) => "main.tf.json",
        (_, true) => "template.yaml",
        (_, false) => "main.tf",
    }
}
