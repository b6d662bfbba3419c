//! Errors that prevent a check and that the user fixes outside the scanned code: a path, an option, the configuration.

use std::fmt;
use std::path::PathBuf;

use crate::source::{GitError, ReadError, Sources, Span};

/// A check that wasn't done, with exit status 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path on the command line leads nowhere, or to nothing that can be read.
    #[error("can't read `{path}`: {cause}")]
    Path {
        /// The path as the user wrote it.
        path: String,
        cause: ReadError,
    },
    /// A file of the base of a comparison that git doesn't give.
    #[error("can't read `{path}` as it was in the base: {cause}; fetch the whole history, or compare in a full clone")]
    Base {
        /// The file.
        path: String,
        cause: ReadError,
    },
    /// A git command failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// `--locked`, and a file of settings or of accepted findings that the tree could change.
    #[error(
        "`{path}` lies in the tree that is checked, which has no say with `--locked`; use it as it was with `--diff-base`, or name a file outside of the tree"
    )]
    NoSay {
        /// The path as the user wrote it.
        path: String,
    },
    /// A baseline that isn't as it should be.
    #[error("{place}: this baseline can't be used: {message}")]
    Baseline {
        /// The file, the line and the column.
        place: Location,
        message: String,
    },
    /// A baseline that is there already.
    #[error("`{path}` is there already; `trailint baseline update` brings it up to date")]
    BaselineExists { path: String },
    /// Standard input can't be read.
    #[error("can't read standard input: {0}")]
    StandardInput(std::io::Error),
    /// Standard input is named more than once.
    #[error("`-` stands for standard input, which can be checked only once")]
    StandardInputTwice,
    /// Standard input together with `--watch`.
    #[error("`--watch` reads everything again, and standard input can be read only once")]
    WatchedStandardInput,
    /// A name for standard input, which isn't checked.
    #[error("`--stdin-filename` names standard input, so `-` must be among the paths")]
    NoStandardInput,
    /// The current directory is gone.
    #[error("can't tell the current directory: {0}")]
    CurrentDirectory(std::io::Error),
    /// All rules that are selected are ignored.
    #[error("no rule is left to check: all that are selected are ignored; select others, or ignore fewer")]
    NoRules,
    /// `--require-inputs`, and no file is of a kind that is checked.
    #[error("no Terraform or CloudFormation file found in {paths}, and `--require-inputs` wants one")]
    NoInputs {
        /// The paths that were searched.
        paths: String,
    },
    /// A rule that doesn't exist.
    #[error("there is no rule `{name}`{}; `trailint rules` lists them", did_you_mean(.suggestion))]
    UnknownRule {
        /// The name as the user wrote it.
        name: String,
        /// The name that is most like it.
        suggestion: Option<&'static str>,
    },
    /// A rule of another tool.
    #[error("`{name}` is {own} here")]
    RuleOfAnotherTool {
        /// The name as the user wrote it.
        name: String,
        /// The rules that match it.
        own: String,
    },
    /// A command that doesn't exist.
    #[error("there is no command `{name}`{}; `trailint --help` lists them", did_you_mean(.suggestion))]
    UnknownCommand {
        /// The name as the user wrote it.
        name: String,
        /// The name that is most like it.
        suggestion: Option<String>,
    },
    /// A benchmark that no rule belongs to.
    #[error("no rule belongs to the benchmark `{name}`{}; `trailint rules --format json` shows them all", did_you_mean(.suggestion))]
    UnknownBenchmark {
        /// The name as the user wrote it.
        name: String,
        /// The name that is most like it.
        suggestion: Option<&'static str>,
    },
    /// A rule that can't be switched off.
    #[error("`{name}` can't be ignored or weighed otherwise: what can't be read can't be judged")]
    NotIgnorable { name: &'static str },
    /// A setting that isn't valid.
    #[error("the setting `{text}` isn't valid: {cause}")]
    Setting {
        /// The text as the user wrote it.
        text: String,
        cause: String,
    },
    /// A value that no root accepts that declares its name.
    #[error("`{option}` gives `{name}` a value that isn't valid: {cause} (`{root}` declares it)")]
    RefusedValue {
        /// The option, as it was given.
        option: String,
        /// The variable or the parameter.
        name: String,
        /// A root that declares it.
        root: String,
        /// The reason why that root refuses it.
        cause: String,
    },
    /// A plan that can't be held against what is checked.
    #[error("can't use the plan `{path}`: {cause}")]
    Plan {
        /// The path as the user wrote it.
        path: String,
        /// Why, and what to do.
        cause: String,
    },
    /// A configuration file that isn't valid.
    #[error("{place}: {message}")]
    Configuration {
        /// The file with line and column.
        place: Location,
        message: String,
    },
    /// Two configuration files in one directory.
    #[error("there are both `{one}` and `{other}`; keep one of them")]
    TwoConfigurations { one: String, other: String },
    /// A file that can't be changed.
    #[error("can't change `{path}`: {cause}")]
    Change {
        /// As it is named to people.
        path: String,
        cause: ReadError,
    },
    /// A trail that doesn't exist.
    #[error("there is no trail `{address}` in {files} file{}{}", if *.files == 1 { "" } else { "s" }, did_you_mean(.suggestion))]
    NoTrail {
        /// The address as the user wrote it.
        address: String,
        /// How many files were searched.
        files: usize,
        /// The address that is most like it.
        suggestion: Option<String>,
    },
    /// An argument that isn't read, or isn't written.
    #[error("nothing is known of `{attribute}` of `{address}`; `trailint trace '{address}'` shows what is")]
    NoArgument {
        address: String,
        /// The path of the argument as the user wrote it.
        attribute: String,
    },
    /// A report that can't be written to its file.
    #[error("can't write the report to `{path}`: {cause}")]
    Report {
        /// The path as the user wrote it.
        path: String,
        cause: std::io::Error,
    },
    /// Two reports that would be written to one file.
    #[error("`--output` names `{path}` more than once")]
    OutputTwice {
        /// The path as the user wrote it.
        path: String,
    },
    /// Two things that would be printed, of which one is a report.
    #[error("`--output` names standard output, where `{other}` prints already; write the report to a file")]
    PrintedTwice {
        /// The option that prints the other.
        other: &'static str,
    },
    /// A report that would take the place of what it is about.
    #[error(
        "`--output` names `{path}`, which isn't a report: this run reads it, or it is code, settings or a file of git; write the report to another file"
    )]
    OutputOverSource {
        /// The path as the user wrote it.
        path: String,
    },
    /// A variable of the environment that no option takes.
    #[error("the environment can't be used: {0}")]
    Environment(String),
    /// The machine has no thread to give.
    #[error("can't start a thread: {0}")]
    Thread(std::io::Error),
    /// A report that can't be written.
    #[error("can't write the report: {0}")]
    Output(std::io::Error),
}

/// A place in a file that the user writes for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub path: PathBuf,
    /// The name in reports.
    pub name: String,
    /// The line, counted from 1.
    pub line: u32,
    /// Counted from 1, in Unicode scalar values.
    pub column: u32,
}

impl Location {
    /// The first place of a span.
    pub fn of(span: Span, sources: &Sources) -> Self {
        let file = sources.file(span.file);
        let position = file.position(span.start);
        Self { path: file.path.clone(), name: sources.seen_file(&file), line: position.line, column: position.column }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.name, self.line, self.column)
    }
}

fn did_you_mean(suggestion: &Option<impl std::fmt::Display>) -> String {
    suggestion.as_ref().map(|name| format!(", did you mean `{name}`?")).unwrap_or_default()
}
