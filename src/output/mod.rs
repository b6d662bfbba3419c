//! Reports as people and programs read them: one file per format.
//!
//! Text from scanned files goes through [`inert`] before it is printed, so that
//! nothing in a file or a name can act on a terminal.

mod compliance;
mod concise;
mod full;
mod html;
mod inert;
mod json;
mod rule_list;
mod settings;
mod snippet;
mod stream;
mod summary;
mod trace;

pub use rule_list::{DocFormat, explain, list};
pub use settings::{schema, settings};
pub use stream::{ColorWhen, Stream};
pub use summary::{complaint, log, summary};
pub use trace::trace;

use crate::report::Report;

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Findings with the lines that they are about.
    #[default]
    Full,
    /// A line for each finding.
    Concise,
    /// Everything, also what passed, for programs.
    Json,
    /// A page for people who audit: everything, with a picture of what each trail records.
    Html,
}

impl Format {
    /// The report as text, with colours where the format has them.
    pub fn render(self, report: &Report) -> String {
        match self {
            Format::Full => full::render(report) + &compliance::render(report),
            Format::Concise => concise::render(report) + &compliance::render(report),
            Format::Json => json::render(report),
            Format::Html => html::render(report),
        }
    }
}
