//! Renders the output of `trace`: each hop of a value with its source line.

use anstyle::Style;

use super::sanitize::sanitize;
use super::snippet;
use crate::engine::{Trace, TracePath};

/// All ways of all values.
pub fn trace(trace: &Trace) -> String {
    let mut text = String::new();
    for argument in &trace.arguments {
        for way in &argument.paths {
            write(&argument.name, way, trace, &mut text);
        }
    }
    text
}

fn write(name: &str, way: &TracePath, trace: &Trace, text: &mut String) {
    let bold = Style::new().bold();
    let condition = way.decisions.join(" and ");
    let when = if condition.is_empty() { String::new() } else { format!(" when {}", sanitize(&condition)) };
    text.push_str(&format!("{bold}{} {}{bold:#}{when}\n", sanitize(name), sanitize(&way.outcome)));
    for step in &way.steps {
        text.push_str(&snippet::draw(step, &trace.sources));
    }
    if let Some(help) = &way.help {
        text.push_str(&format!("  {bold}help{bold:#}: {}\n", sanitize(help)));
    }
    text.push('\n');
}
