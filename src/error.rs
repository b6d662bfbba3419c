//! Errors that prevent a check and that the user fixes outside the scanned code: a path, an option, the configuration.

use std::fmt;
use std::path::PathBuf;

use crate::formats::{LANGUAGES, OptionError};
use crate::rules;
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
    /// A file that an option names can't be read.
    #[error("can't read `{path}`, named by `{option}`: {cause}")]
    OptionFile { option: &'static str, path: String, cause: ReadError },
    /// Git can't read a file of the base of a comparison.
    #[error("can't read `{path}` in the base: {cause}")]
    Base { path: String, cause: ReadError },
    /// A git command failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// `--locked`, and a file of settings or of accepted findings that the tree could change.
    #[error("`{path}` is in the checked tree, which isn't trusted with `--locked`")]
    NoSay {
        /// The path as the user wrote it.
        path: String,
    },
    /// A baseline that isn't as it should be.
    #[error("{place}: invalid baseline: {message}")]
    Baseline {
        /// The file, the line and the column.
        place: FileLocation,
        message: String,
    },
    /// A baseline that is there already.
    #[error("`{path}` already exists")]
    BaselineExists { path: String },
    /// A file or directory that `--evidence` names has no evidence.
    #[error(
        "no evidence found in `{path}`: it has neither the output of `aws cloudtrail` commands nor a Terraform state"
    )]
    NoEvidence {
        /// The path as the user wrote it.
        path: String,
    },
    /// Standard input can't be read.
    #[error("can't read standard input: {0}")]
    StandardInput(std::io::Error),
    /// Standard input is named more than once.
    #[error("standard input (`-`) can be given only once")]
    StandardInputTwice,
    /// Standard input together with `--watch`.
    #[error("`--watch` can't be used with standard input")]
    WatchedStandardInput,
    /// A name for standard input, which isn't checked.
    #[error("`--stdin-filename` requires standard input (`-`) among the paths")]
    NoStandardInput,
    /// The current directory is gone.
    #[error("can't determine the current directory: {0}")]
    CurrentDirectory(std::io::Error),
    /// All rules that are selected are ignored.
    #[error("all selected rules are ignored")]
    NoRules,
    /// `--require-inputs`, and no file is of a kind that is checked.
    #[error("no {LANGUAGES} file found in {paths} (required by `--require-inputs`)", LANGUAGES = LANGUAGES)]
    NoInputs {
        /// The paths that were searched.
        paths: String,
    },
    /// A rule that doesn't exist.
    #[error("unknown rule `{name}`")]
    UnknownRule {
        /// The name as the user wrote it.
        name: String,
        /// The name that is most like it.
        suggestion: Option<&'static str>,
    },
    /// A rule or group of rules that doesn't exist.
    #[error("unknown rule or group `{name}`")]
    UnknownRuleOrGroup {
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
    #[error("unknown command `{name}`")]
    UnknownCommand {
        /// The name as the user wrote it.
        name: String,
        /// The name that is most like it.
        suggestion: Option<String>,
    },
    /// A benchmark that no rule belongs to.
    #[error("unknown benchmark `{name}`")]
    UnknownBenchmark {
        /// The name as the user wrote it.
        name: String,
        /// The name that is most like it.
        suggestion: Option<&'static str>,
    },
    /// An option without which a report can't be written.
    #[error("{0}")]
    MissingOption(String),
    /// A rule that can't be switched off.
    #[error("`{name}` can't be ignored")]
    NotIgnorable { name: &'static str },
    /// A setting that isn't valid.
    #[error("invalid `{text}`: {cause}")]
    Setting {
        /// The text as the user wrote it.
        text: String,
        cause: String,
    },
    /// A value that no root accepts that declares its name.
    #[error("`{option}` sets an invalid value for `{name}`: {cause} (declared in `{root}`)")]
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
        place: FileLocation,
        message: String,
    },
    /// Two configuration files in one directory.
    #[error("found both `{one}` and `{other}`")]
    TwoConfigurations { one: String, other: String },
    /// A file that can't be changed.
    #[error("can't write `{path}`: {cause}")]
    Change {
        /// As it is named to people.
        path: String,
        cause: ReadError,
    },
    /// A trail that doesn't exist.
    #[error("no trail `{address}` in {files} file{}", if *.files == 1 { "" } else { "s" })]
    NoTrail {
        /// The address as the user wrote it.
        address: String,
        /// How many files were searched.
        files: usize,
        /// The address that is most like it.
        suggestion: Option<String>,
        /// The addresses of all trails.
        addresses: Vec<String>,
    },
    /// An argument that `trace` doesn't show.
    #[error("`trace` doesn't show attribute `{attribute}` of `{address}`")]
    NoArgument {
        address: String,
        /// The path of the argument as the user wrote it.
        attribute: String,
        /// The attributes that `trace` shows.
        shown: Vec<String>,
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
    #[error("`--output` and `{other}` both print to standard output")]
    PrintedTwice {
        /// The option that prints the other.
        other: &'static str,
    },
    /// A report that would take the place of what it is about.
    #[error("`--output` would overwrite `{path}`, which isn't a report")]
    OutputOverSource {
        /// The path as the user wrote it.
        path: String,
    },
    /// A variable of the environment that no option takes.
    #[error("invalid environment variable: {0}")]
    Environment(String),
    /// The machine has no thread to give.
    #[error("can't start a thread: {0}")]
    Thread(std::io::Error),
    /// A report that can't be written.
    #[error("can't write the report: {0}")]
    Output(std::io::Error),
}

impl Error {
    /// The next step for the user, if there is one.
    pub fn help(&self) -> Option<String> {
        let or_list = |suggestion: Option<&str>, list: &str| match suggestion {
            Some(name) => Some(format!("did you mean `{name}`?")),
            None => Some(list.to_owned()),
        };
        match self {
            Self::Git(error) => error.help().map(str::to_owned),
            Self::NoSay { .. } => {
                Some("use the file of the base with `--diff-base REV`, or name a file outside of the tree".to_owned())
            }
            Self::BaselineExists { .. } => Some("run `trailint baseline update` to update it".to_owned()),
            Self::Base { .. } => Some("fetch the whole history".to_owned()),
            Self::NoRules => Some("select other rules, or ignore fewer".to_owned()),
            Self::UnknownRule { suggestion, .. } => or_list(*suggestion, "`trailint rules` lists all rules"),
            Self::UnknownRuleOrGroup { suggestion, .. } => {
                let groups: Vec<&str> = rules::GROUPS.iter().map(|group| group.name).collect();
                let groups = format!("`trailint rules` lists all rules; the groups are {}", quoted(&groups, "and"));
                or_list(*suggestion, &groups)
            }
            Self::UnknownCommand { suggestion, .. } => {
                or_list(suggestion.as_deref(), "`trailint --help` lists all commands")
            }
            Self::UnknownBenchmark { suggestion, .. } => {
                let names: Vec<&str> = rules::stated_benchmarks().collect();
                let suggestion = suggestion.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
                Some(format!("{suggestion}expected {}", quoted(&names, "or")))
            }
            Self::NotIgnorable { .. } => Some("it reports files that can't be checked, or weakened checks".to_owned()),
            Self::TwoConfigurations { .. } => Some("remove one of them".to_owned()),
            Self::NoTrail { suggestion: Some(address), .. } => Some(format!("did you mean `{address}`?")),
            Self::NoTrail { suggestion: None, addresses, .. } => list_of_trails(addresses),
            Self::NoArgument { shown, .. } => Some(format!("it shows {}", quoted(shown, "and"))),
            Self::PrintedTwice { .. } => Some("write the report to a file".to_owned()),
            Self::OutputOverSource { .. } => Some("write the report to another file".to_owned()),
            _ => None,
        }
    }

    /// The message with the tip, on one line.
    pub fn line(&self) -> String {
        match self.help() {
            Some(tip) => format!("{self}; {tip}"),
            None => self.to_string(),
        }
    }
}

/// The first addresses of trails.
fn list_of_trails(addresses: &[String]) -> Option<String> {
    const MAX_NAMED: usize = 3;
    let named = addresses.get(..MAX_NAMED).unwrap_or(addresses);
    match (addresses, addresses.len().saturating_sub(MAX_NAMED)) {
        ([], _) => None,
        ([one], _) => Some(format!("the only trail is `{one}`")),
        (_, 0) => Some(format!("the trails are {}", quoted(named, "and"))),
        (_, more) => {
            let named: Vec<String> = named.iter().map(|address| format!("`{address}`")).collect();
            Some(format!("the trails are {} and {more} more", named.join(", ")))
        }
    }
}

/// The names as `a`, `b` and `c`.
fn quoted(names: &[impl AsRef<str>], conjunction: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {conjunction} {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A place in a file that the user writes for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLocation {
    pub path: PathBuf,
    /// The name in reports.
    pub name: String,
    /// The line, counted from 1.
    pub line: u32,
    /// Counted from 1, in Unicode scalar values.
    pub column: u32,
}

impl FileLocation {
    /// The first place of a span.
    pub fn of(span: Span, sources: &Sources) -> Self {
        let file = sources.file(span.file);
        let position = file.position(span.start);
        Self {
            path: file.path.clone(),
            name: sources.file_display_name(&file),
            line: position.line,
            column: position.column,
        }
    }
}

impl fmt::Display for FileLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.name, self.line, self.column)
    }
}

impl From<OptionError> for Error {
    fn from(error: OptionError) -> Self {
        match error {
            OptionError::Unreadable { option, path, cause } => Error::OptionFile { option, path, cause },
            OptionError::Plan { path, cause } => Error::Plan { path, cause },
            OptionError::Invalid { option, cause } => Error::Setting { text: option, cause },
        }
    }
}
