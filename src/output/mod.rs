//! Reports as people and programs read them: one file per format.
//!
//! Text from scanned files goes through [`inert`](mod@inert) before it is printed, so that
//! nothing in a file or a name can act on a terminal.

mod annotation;
mod azure;
mod baseline;
mod checkstyle;
mod comments;
mod compliance;
mod concise;
mod diff;
mod file;
mod full;
mod github;
mod gitlab;
mod html;
mod inert;
mod json;
mod json_lines;
mod junit;
mod link;
mod markdown;
mod passed;
mod rdjson;
mod rule_list;
mod sarif;
mod settings;
mod snippet;
mod statistics;
mod stream;
mod summary;
mod trace;
mod xml;

pub use annotation::{message, message_at, weight};
pub use baseline::baseline;
pub use comments::comments;
pub use diff::{diff, mended};
pub use file::{Destination, Destinations, head, write};
pub use full::place;
pub use inert::inert;
pub use link::encode as encode_path;
pub use rule_list::{DocFormat, explain, list};
pub use settings::settings;
pub use statistics::statistics;
pub use stream::{ColorWhen, LinksWhen, Look, Stream, clear_screen, write_text};
pub use summary::{complaint, log, summary};
pub use trace::trace;

use crate::report::Report;

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Findings with source lines.
    #[default]
    Full,
    /// One line for each finding.
    Concise,
    /// All results, including passes, for programs.
    Json,
    /// The same as `json`, with one object on each line.
    JsonLines,
    /// SARIF 2.1.0, for code scanning and viewers.
    Sarif,
    /// SARIF for GitHub code scanning: only failures, within its limits.
    SarifAlerts,
    /// Annotations in GitHub Actions.
    Github,
    /// GitLab Code Quality report.
    Gitlab,
    /// JUnit XML, with a test for each rule and trail.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// Reviewdog diagnostics.
    Rdjson,
    /// Issues in Azure Pipelines.
    Azure,
    /// Markdown for the summary of a CI job.
    Markdown,
    /// A page for auditors: all results, with a table of the events that each trail records.
    Html,
}

impl Format {
    /// The report for a file: without colors and links.
    pub fn render_plain(self, report: &Report) -> String {
        stream::plain(&self.render(report))
    }

    /// The report as text, with colours and links where the format has them.
    pub fn render(self, report: &Report) -> String {
        match self {
            Format::Full => full::render(report) + &compliance::render(report),
            Format::Concise => concise::render(report) + &compliance::render(report),
            Format::Json => json::render(report),
            Format::JsonLines => json_lines::render(report),
            Format::Sarif => sarif::render(report, sarif::Extent::All),
            Format::SarifAlerts => sarif::render(report, sarif::Extent::Alerts),
            Format::Github => github::render(report),
            Format::Gitlab => gitlab::render(report),
            Format::Junit => junit::render(report),
            Format::Checkstyle => checkstyle::render(report),
            Format::Rdjson => rdjson::render(report),
            Format::Azure => azure::render(report),
            Format::Markdown => markdown::render(report),
            Format::Html => html::render(report),
        }
    }
}
