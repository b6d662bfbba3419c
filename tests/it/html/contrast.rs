//! The contrast of two colours as WCAG 2.2 defines it, and the colours of a style sheet.

use std::collections::HashMap;

/// The colours of a theme by the names of their variables.
#[derive(Debug)]
pub(super) struct Theme(HashMap<String, [u8; 3]>);

/// The themes of a style sheet: each rule on `:root`.
pub(super) fn themes(style: &str) -> Vec<Theme> {
    style.split(":root {").skip(1).map(|rule| Theme(colours(rule.split('}').next().unwrap()))).collect()
}

fn colours(rule: &str) -> HashMap<String, [u8; 3]> {
    let variables = rule.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    let part = |hex: &str, at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    variables.map(|(name, hex)| (name.to_owned(), [part(hex, 0), part(hex, 2), part(hex, 4)])).collect()
}

impl Theme {
    pub(super) fn contrast(&self, one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(self.0[one]), luminance(self.0[other]));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }
}

fn luminance(colour: [u8; 3]) -> f64 {
    let linear = colour.map(|part| match f64::from(part) / 255.0 {
        low if low <= 0.040_45 => low / 12.92,
        high => ((high + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
