//! The report formats for users and programs, with one file for each format.
//!
//! Text from scanned files goes through [`sanitize`](mod@sanitize) before it is printed, so that no file content or file name
//! can control a terminal.

mod annotation;
mod asff;
mod azure;
mod baseline;
mod checkstyle;
mod citation;
mod comments;
mod compliance;
mod concise;
mod diff;
mod file;
mod full;
mod github;
mod gitlab;
mod html;
mod json;
mod json_lines;
mod junit;
mod link;
mod markdown;
mod passed;
mod provenance;
mod rdjson;
mod resolving;
mod rule_list;
mod sanitize;
mod sarif;
mod settings;
mod snippet;
mod statistics;
mod stream;
mod summary;
mod trace;
mod wrap;
mod xml;

pub use annotation::{message, message_at, severity};
pub use asff::{missing_option, needs};
pub use baseline::baseline;
pub use comments::comments;
pub use diff::{diff, fix_summary};
pub use file::{Destination, Destinations, head, write};
pub use full::place;
pub use link::encode as encode_path;
pub use provenance::sha256;
pub use rule_list::{DocFormat, explain, list};
pub use sanitize::sanitize;
pub use settings::settings;
pub use statistics::statistics;
pub use stream::{ColorWhen, LinksWhen, Stream, TerminalStyle, clear_screen, write_text};
pub use summary::{error_message, log, summary};
pub use trace::{plain_trace, trace};
pub use wrap::wrap_lines;

use crate::report::{Report, View};

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OutputFormat {
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
    /// Findings for AWS Security Hub (ASFF).
    Asff,
    /// A page for auditors: all results, with a table of the events that each trail records.
    Html,
}

impl OutputFormat {
    /// The report for a file: without colors and links. [`Report::merge_findings`] precedes it.
    pub fn render_plain(self, report: &Report, view: &View) -> String {
        stream::plain(&self.render(report, view))
    }

    /// The report as text, with colours and links where the format has them.
    pub fn render(self, report: &Report, view: &View) -> String {
        match self {
            OutputFormat::Full => {
                full::render(report, view) + &wrap_lines(&compliance::render(report, view), view.width, 2)
            }
            OutputFormat::Concise => concise::render(report, view) + &compliance::render(report, view),
            OutputFormat::Json => json::render(report, view),
            OutputFormat::JsonLines => json_lines::render(report, view),
            OutputFormat::Sarif => sarif::render(report, view, sarif::ReportExtent::All),
            OutputFormat::SarifAlerts => sarif::render(report, view, sarif::ReportExtent::Alerts),
            OutputFormat::Github => github::render(report, view),
            OutputFormat::Gitlab => gitlab::render(report, view),
            OutputFormat::Junit => junit::render(report, view),
            OutputFormat::Checkstyle => checkstyle::render(report, view),
            OutputFormat::Rdjson => rdjson::render(report, view),
            OutputFormat::Azure => azure::render(report, view),
            OutputFormat::Markdown => markdown::render(report, view),
            OutputFormat::Asff => asff::render(report, view),
            OutputFormat::Html => html::render(report, view),
        }
    }
}
