//! The public API: [`check`] on a directory or on files in memory.
//!
//! It is small, so that it can stay the same: everything else of the library is for this program only.

use std::fmt;
use std::path::Path;

use crate::engine::{self, EngineSettings};
use crate::error::Error;
use crate::finding::Level;
use crate::output::OutputFormat;
use crate::report::{Date, Outcome, Report, View};
use crate::scan::{Input, ScanInputs};
use crate::source::{Disk, Fs, Memory, Sources, format_path};
use crate::suppress::SuppressionPolicy;

/// The code to check.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Code<'a> {
    /// A directory on the disk. Files outside of it aren't read, and files that an ignore file names aren't checked.
    Directory(&'a Path),
    /// Files with their paths, relative to the root of the repository. The disk isn't read.
    Files(&'a [(&'a str, &'a str)]),
}

/// The result of a check.
#[derive(Debug)]
pub struct Checked {
    report: Report,
    view: View,
}

/// A rule that fails, or that can't be evaluated, at a place in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The id of the rule, such as `single-region-trail`.
    pub rule: &'static str,
    /// The severity.
    pub severity: Severity,
    /// True if the values that decide aren't known from the code: the rule neither passes nor fails.
    pub is_unknown: bool,
    /// The problem in one sentence.
    pub message: String,
    /// The address of the trail, such as `module.audit.aws_cloudtrail.main`.
    pub address: Option<String>,
    /// The path of the file, relative to the checked directory.
    pub path: Option<String>,
    /// The line in the file, from 1.
    pub line: Option<u32>,
    /// The next step: the code to change, or the value to supply.
    pub help: Option<String>,
}

/// The severity of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Advice.
    Note,
    /// A problem with the log files, the bucket or the key.
    Warning,
    /// A condition of CIS AWS Foundations 3.1 isn't met, or a file can't be evaluated.
    Error,
}

/// The reason why a check couldn't be run.
#[derive(Debug)]
pub struct CheckError(Error);

impl fmt::Display for CheckError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for CheckError {}

/// Checks code with the default settings. Comments suppress findings; a configuration file and a baseline aren't read.
///
/// ```
/// let files = [("main.tf", "resource \"aws_cloudtrail\" \"main\" {\n  is_multi_region_trail = false\n}\n")];
/// let checked = trailint::check(trailint::Code::Files(&files))?;
/// let problem = checked.problems().into_iter().find(|problem| problem.rule == "single-region-trail").unwrap();
/// assert_eq!((problem.path.as_deref(), problem.line), (Some("main.tf"), Some(2)));
/// # Ok::<(), trailint::CheckError>(())
/// ```
///
/// # Errors
///
/// The directory doesn't exist, or can't be read. A problem with a file in it is a [`Problem`], not an error.
pub fn check(code: Code<'_>) -> Result<Checked, CheckError> {
    match code {
        Code::Files(files) => {
            let fs = Memory::new(files.iter().map(|(path, text)| (path, text.as_bytes())));
            check_below(&fs, Path::new("/"))
        }
        Code::Directory(directory) => {
            let directory =
                std::path::absolute(directory).map_err(|cause| CheckError(Error::CurrentDirectory(cause)))?;
            check_below(&Disk::new(std::slice::from_ref(&directory)), &directory)
        }
    }
}

fn check_below(fs: &dyn Fs, root: &Path) -> Result<Checked, CheckError> {
    let input = Input { given: format_path(root), path: root.to_owned() };
    let inputs = ScanInputs { paths: vec![input], ..ScanInputs::default() };
    let suppress = SuppressionPolicy { today: Date::today(), ..SuppressionPolicy::default() };
    let settings = EngineSettings { suppress, ..EngineSettings::default() };
    let mut report = engine::check(fs, &inputs, Sources::new(root.to_owned()), &settings).map_err(CheckError)?;
    report.merge_findings();
    Ok(Checked { report, view: View::default() })
}

impl Checked {
    /// The number of trails that were evaluated.
    pub fn trails(&self) -> usize {
        self.report.trails()
    }

    /// The problems, without suppressed ones, in the order of their places.
    pub fn problems(&self) -> Vec<Problem> {
        self.view.visible(&self.report).map(|diagnostic| problem(diagnostic, &self.report)).collect()
    }

    /// The report in version 1 of the format `json`.
    pub fn to_json(&self) -> String {
        OutputFormat::Json.render_plain(&self.report, &self.view)
    }

    /// The report as a self-contained HTML page.
    pub fn to_html(&self) -> String {
        OutputFormat::Html.render_plain(&self.report, &self.view)
    }
}

fn problem(diagnostic: &crate::report::Diagnostic, report: &Report) -> Problem {
    let label = diagnostic.finding.place.label();
    let file = label.map(|label| report.sources.file(label.span.file));
    Problem {
        rule: diagnostic.rule.id(),
        severity: match diagnostic.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Note,
        },
        is_unknown: diagnostic.outcome == Outcome::Unknown,
        message: diagnostic.finding.message.clone(),
        address: diagnostic.address.clone(),
        line: label.zip(file.as_ref()).map(|(label, file)| file.position(label.span.start).line),
        path: file.map(|file| file.name.clone()),
        help: diagnostic.finding.help.clone(),
    }
}
