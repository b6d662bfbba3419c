//! Renders the output of `trace`: each hop of a value with its source line.

use anstyle::Style;

use super::full::{FOOTER_INDENT, TITLE_INDENT};
use super::sanitize::sanitize;
use super::snippet;
use super::stream::plain;
use super::wrap::wrap;
use crate::engine::{Trace, TracePath};

/// All ways of all values, wrapped at `width` columns.
pub fn trace(trace: &Trace, width: usize) -> String {
    let mut text = String::new();
    for argument in &trace.arguments {
        for way in &argument.paths {
            write(&argument.name, way, trace, width, &mut text);
        }
    }
    text
}

/// The same without colors and links.
pub fn plain_trace(trace: &Trace, width: usize) -> String {
    plain(&self::trace(trace, width))
}

fn write(name: &str, way: &TracePath, trace: &Trace, width: usize, text: &mut String) {
    let bold = Style::new().bold();
    let (name, outcome, condition) = (sanitize(name), sanitize(&way.outcome), way.condition());
    let title = format!("{bold}{name} {outcome}{bold:#}{}", sanitize(&condition));
    text.push_str(&format!("{}\n", wrap(&title, width, TITLE_INDENT)));
    for step in &way.steps {
        text.push_str(&snippet::draw(step, &trace.sources, width));
    }
    if let Some(help) = &way.help {
        let help = format!("  {bold}help{bold:#}: {}", sanitize(help));
        text.push_str(&format!("{}\n", wrap(&help, width, FOOTER_INDENT)));
    }
    text.push('\n');
}
