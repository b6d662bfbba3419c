//! The command line: the arguments, the exit status, and everything that the language server doesn't need.

mod baseline;
mod check;
mod comments;
mod comparison;
mod config;
mod destinations;
mod environment;
mod evaluation;
mod fixes;
mod inputs;
mod job;
mod panics;
mod progress;
mod provenance;
mod rule_selection;
mod server;
mod shell;
mod staged;
mod trace;
mod watch;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::BoolishValueParser;
use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::error::Error;
use crate::finding::Level;
use crate::formats::FormatArgs;
use crate::named::closest;
use crate::output::{self, Destinations, DocFormat, OutputFormat, Stream, TerminalStyle};
use crate::report::{FailOn, OnUnknown, ReportDate};
use crate::rules::{self, RULES, Rule};
use crate::suppress;

/// The exit status of a command that couldn't be run: an error of usage, configuration or I/O.
const NOT_DONE: u8 = 2;

/// The number of columns at which the help is wrapped at most.
const MAX_HELP_WIDTH: usize = 100;

/// The indentation of the further lines of a message.
const HANG: usize = 2;

/// Finds CloudTrail trails that break CIS AWS Foundations 3.1 in Terraform and CloudFormation.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    style: TerminalStyle,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check files and directories.
    Check(Box<CheckArgs>),
    /// Show how each value of a trail is determined, step by step.
    Trace(Box<TraceArgs>),
    /// Manage the baseline: accepted findings that don't fail a check.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Run the language server (LSP) on standard input and output.
    Server {
        /// Run a server for coding assistants (MCP) instead, which checks files below the current directory.
        #[arg(long)]
        mcp: bool,
        /// Use standard input and output. This is the default; editors may pass the option.
        #[arg(long)]
        stdio: bool,
    },
    /// Show the effective settings, or the JSON Schema of the configuration file.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the documentation of rules.
    Explain(ExplainArgs),
    /// List the rules.
    Rules {
        /// The format of the list.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: DocFormat,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page of trailint, or of a command.
    Man {
        /// The command.
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum BaselineCommand {
    /// Create a baseline of the current findings.
    Create(Box<CheckArgs>),
    /// Replace the baseline with the current findings.
    Update(Box<CheckArgs>),
    /// Remove entries without a finding from the baseline.
    Prune(Box<CheckArgs>),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the effective settings of a check with these options, and the source of each.
    Show(Box<CheckArgs>),
    /// Print the JSON Schema of the configuration file.
    Schema,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    /// Rule ids, ids of another tool such as `CKV_AWS_67`, or numbers of controls such as `3.1`.
    #[arg(required_unless_present = "all", value_name = "RULE")]
    rules: Vec<String>,
    /// Print the documentation of all rules.
    #[arg(long, conflicts_with = "rules")]
    all: bool,
    /// The format of the documentation.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: DocFormat,
}

/// What is read.
#[derive(Debug, Args)]
struct InputArgs {
    /// Files and directories to check; `-` is standard input.
    #[arg(default_value = ".", value_name = "PATHS")]
    paths: Vec<PathBuf>,

    /// The file name of standard input, which determines its format and directory.
    #[arg(long, value_name = "NAME", help_heading = "Input", env = "TRAILINT_STDIN_FILENAME")]
    stdin_filename: Option<PathBuf>,
    /// Also check the files listed in a file, separated by newlines or NUL; `-` is standard input.
    #[arg(long, value_name = "FILE|-", help_heading = "Input", env = "TRAILINT_FILES_FROM")]
    files_from: Option<PathBuf>,
}

/// Where settings come from.
#[derive(Debug, Args)]
struct ConfigArgs {
    /// Use this configuration file instead of the nearest one, or override a setting: `selector-policy="literal"`.
    #[arg(short, long, value_name = "FILE|KEY=VALUE", help_heading = "Other", env = "TRAILINT_CONFIG")]
    config: Vec<String>,
    /// Don't use any configuration file.
    #[arg(long, help_heading = "Other")]
    no_config: bool,
}

#[derive(Debug, Args)]
struct TraceArgs {
    /// The address of a trail, or of one of its attributes: `aws_cloudtrail.main.is_multi_region_trail`.
    #[arg(value_name = "ADDRESS[.ATTRIBUTE]")]
    question: String,
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    evaluation: FormatArgs,
    #[command(flatten)]
    config: ConfigArgs,
}

// A new option may also belong in these lists: `OTHERS` in `cli/server.rs` (an editor may set it), `cli/omitted_runs.rs`
// (it changes what a run evaluates), and `OPTIONS` in `cli/config.rs` (the configuration has a key of the same name).
#[derive(Debug, Args)]
struct CheckArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Exclude files and directories that match a pattern in the syntax of `.gitignore`.
    #[arg(long, value_name = "GLOB", help_heading = "Input", env = "TRAILINT_EXCLUDE")]
    exclude: Vec<String>,
    /// Also exclude files that are given as paths.
    #[arg(long, help_heading = "Input")]
    force_exclude: bool,
    /// Also check files that `.gitignore` and similar files ignore.
    #[arg(long, help_heading = "Input")]
    no_respect_gitignore: bool,
    /// The state of the files to check.
    #[arg(long, value_enum, default_value_t, value_name = "SCOPE", help_heading = "Input", env = "TRAILINT_SCOPE")]
    scope: comparison::CheckScope,
    /// Report only findings that are new since the merge base of this revision and `HEAD`, and trails that were removed.
    #[arg(long, value_name = "REV", help_heading = "Input", env = "TRAILINT_DIFF_BASE")]
    diff_base: Option<String>,
    /// Use the settings, ignore files and baseline of the commit that `--diff-base` or `--scope` compares with.
    #[arg(long, help_heading = "Input")]
    config_from_base: bool,
    /// Ignore settings and suppressions from the checked tree.
    ///
    /// Settings, baselines and comments are used only if they exist at the base (`--diff-base`), ignore files never, and
    /// suppressed findings are shown. A reference to code that can't be read, such as a module that isn't installed, makes
    /// the verdict unknown at most, which fails the check only with `--unknown fail`.
    #[arg(
        long,
        help_heading = "Input",
        env = "TRAILINT_LOCKED",
        value_parser = BoolishValueParser::new(),
        conflicts_with_all = ["add_ignore", "watch"]
    )]
    locked: bool,
    /// Exit with status 2 if there is no file to check.
    #[arg(long, help_heading = "Input")]
    require_inputs: bool,
    /// Fail if a deployment has no trail.
    #[arg(long, help_heading = "Input")]
    require_trail: bool,

    #[command(flatten)]
    evaluation: FormatArgs,
    /// The Regions enabled in the account; a trail in each of them is accepted instead of a multi-Region trail.
    #[arg(long, value_name = "REGIONS", value_delimiter = ',', help_heading = "Evaluation", env = "TRAILINT_REGIONS")]
    regions: Option<Vec<String>>,

    /// Run only these rules or groups: `all`, `cis-3.1`, `companions`, `advisories`, `audit`.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_SELECT")]
    select: Vec<String>,
    /// Skip these rules.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_IGNORE")]
    ignore: Vec<String>,
    /// Also run these rules or groups.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_EXTEND_SELECT")]
    extend_select: Vec<String>,
    /// Set the level of a rule: `error`, `warning` or `note`.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_LEVEL")]
    level: Vec<String>,
    /// Don't allow suppressing findings of these rules.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_ENFORCE")]
    enforce: Vec<String>,
    /// Don't suppress any findings by comments or the configuration.
    #[arg(long, help_heading = "Rules")]
    no_ignores: bool,

    /// The lowest level that causes exit status 1.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL", help_heading = "Gate", env = "TRAILINT_FAIL_ON")]
    fail_on: FailOn,
    /// The treatment of verdicts that can't be determined from the code.
    #[arg(
        long,
        alias = "unresolved",
        value_enum,
        default_value_t,
        value_name = "ACTION",
        help_heading = "Gate",
        env = "TRAILINT_UNKNOWN"
    )]
    unknown: OnUnknown,
    /// Don't show findings below this level; they still affect the exit status.
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Gate", env = "TRAILINT_MIN_LEVEL")]
    min_level: Option<Level>,
    /// Also show passed rules.
    #[arg(long, help_heading = "Gate")]
    show_passed: bool,
    /// Print the number of findings of each rule.
    #[arg(long, help_heading = "Gate")]
    statistics: bool,

    /// Use this baseline instead of `.trailint-baseline.json`.
    #[arg(long, value_name = "FILE", help_heading = "Gate", env = "TRAILINT_BASELINE")]
    baseline: Option<PathBuf>,
    /// Don't use any baseline.
    #[arg(long, help_heading = "Gate", conflicts_with = "baseline")]
    no_baseline: bool,
    /// Also show suppressed findings.
    #[arg(long, help_heading = "Gate")]
    show_suppressed: bool,

    /// Report changes that relax the gate, without failing.
    ///
    /// With `--diff-base`, a change that adds suppressions, baseline entries or laxer settings fails (`weakened-gate`).
    /// CI sets this option, for example from a label that a reviewer adds; the configuration can't.
    #[arg(
        long,
        help_heading = "Gate",
        env = "TRAILINT_ALLOW_RELAXED",
        value_parser = BoolishValueParser::new()
    )]
    allow_relaxed: bool,

    /// Report the status of each control of a benchmark such as `cis-aws-3.0` or `fsbp`.
    #[arg(long, value_name = "BENCHMARK", help_heading = "Gate", env = "TRAILINT_COMPLIANCE")]
    compliance: Option<String>,

    /// The format of the report.
    #[arg(
        short,
        long,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Output",
        env = "TRAILINT_FORMAT"
    )]
    format: OutputFormat,
    /// Also write a report to a file; `-` is standard output. Can be given several times.
    #[arg(short, long, value_name = "FORMAT=PATH", help_heading = "Output", env = "TRAILINT_OUTPUT")]
    output: Vec<Destinations>,
    /// The AWS account of findings about code, for `asff`.
    #[arg(long, value_name = "ID", help_heading = "Output", env = "TRAILINT_ACCOUNT", value_parser = account_id)]
    account: Option<String>,
    /// The date of the report, for `asff` and `html`: `2027-01-31`, or with a time in UTC. Default: `SOURCE_DATE_EPOCH`.
    #[arg(long, value_name = "DATE", help_heading = "Output", env = "TRAILINT_DATE")]
    date: Option<ReportDate>,
    /// Don't show a progress bar.
    #[arg(long, help_heading = "Output")]
    no_progress: bool,

    /// Apply safe fixes to the files.
    ///
    /// `trailint explain RULE` describes the fix of a rule.
    #[arg(long, help_heading = "Fix", conflicts_with = "add_ignore")]
    fix: bool,
    /// With `--fix` or `--diff`, also apply fixes that can affect other resources or costs.
    #[arg(long, help_heading = "Fix")]
    unsafe_fixes: bool,
    /// Print the changes that `--fix` would make, without making them.
    #[arg(long, help_heading = "Fix", conflicts_with = "add_ignore")]
    diff: bool,
    /// Exit with status 1 if anything was fixed, or would be with `--diff`.
    #[arg(long, help_heading = "Fix")]
    exit_non_zero_on_fix: bool,
    /// Add comments that suppress the current findings, with this reason.
    #[arg(
        long,
        value_name = "REASON",
        conflicts_with = "no_ignores",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        help_heading = "Fix",
        env = "TRAILINT_ADD_IGNORE"
    )]
    add_ignore: Option<String>,

    /// The number of threads; it doesn't affect the report.
    #[arg(short, long, value_name = "N", help_heading = "Other", env = "TRAILINT_JOBS", value_parser = thread_count)]
    jobs: Option<NonZeroUsize>,
    /// Check again whenever a file changes.
    #[arg(short, long, help_heading = "Other", conflicts_with = "scope")]
    watch: bool,
    #[command(flatten)]
    config: ConfigArgs,
    /// Show all details: the deployments and their verdicts, the excerpt of the code for each finding, results that aren't
    /// evaluated (declared elsewhere), and those that no option resolves.
    #[arg(short, long, help_heading = "Other", conflicts_with = "quiet")]
    verbose: bool,
    /// Print only findings.
    #[arg(short, long, help_heading = "Other")]
    quiet: bool,
}

/// Runs the command that the arguments of this process ask for.
pub fn main() -> ExitCode {
    panics::set_hook();
    let matches = command().try_get_matches().unwrap_or_else(|error| end(&error));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| end(&error));
    run(&cli, &matches).unwrap_or_else(|error| {
        let status = failed(&error, cli.style);
        // An error of standard error itself has no place left to be reported.
        let note = environment::note(&environment::used_variables(&command(), &matches));
        let _ = Stream::Error.write(&output::wrap_lines(&note, Stream::Error.width(), HANG), cli.style);
        status
    })
}

/// Builds the command line. An environment variable that is empty, or false for a flag, counts as not set.
fn command() -> clap::Command {
    let command = Cli::command().term_width(Stream::Out.width().min(MAX_HELP_WIDTH));
    environment::without_unset(environment::with_old_names(command))
}

fn failed(error: &Error, style: TerminalStyle) -> ExitCode {
    // An error of standard error itself has no place left to be reported.
    let _ = Stream::Error.write(&output::error_message(error, Stream::Error.width()), style);
    ExitCode::from(NOT_DONE)
}

/// Ends the program with the requested help or with the error in the arguments. The arguments may contain file names
/// that a stranger chose, so control characters are escaped before they reach the terminal.
fn end(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        let printed = print(&error.render().ansi().to_string(), TerminalStyle::default());
        if let Err(error) = &printed {
            failed(error, TerminalStyle::default());
        }
        std::process::exit(if printed.is_ok() { 0 } else { i32::from(NOT_DONE) });
    }
    let lines = error.render().to_string();
    let mut text = String::new();
    for (number, line) in lines.lines().enumerate() {
        text.push_str(&format!("{}\n", output::sanitize(line)));
        if let Some(path) = misplaced_path(error).filter(|_| number == 0) {
            text.push_str(&format!("\n  tip: to check it, run `trailint check {}`\n", output::sanitize(path)));
        }
    }
    let text = text + &environment::note(&environment::variables_in_error(&command(), &lines));
    let text = output::wrap_lines(&text, Stream::Error.width(), HANG);
    // An error of standard error itself has no place left to be reported.
    let _ = Stream::Error.write(&text, TerminalStyle::default());
    std::process::exit(i32::from(NOT_DONE))
}

/// Reads the number of an account.
fn account_id(text: &str) -> Result<String, String> {
    let is_number = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.to_owned()).ok_or_else(|| "expected the twelve digits of an account".to_owned())
}

/// Reads the number of threads.
fn thread_count(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a number of threads, at least 1".to_owned())
}

/// The path that was given in the place of a command.
fn misplaced_path(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(name)) if Path::new(name).exists() => Some(name),
        _ => None,
    }
}

fn run(cli: &Cli, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let own = innermost(matches);
    match &cli.command {
        Command::Check(args) => check::run(args, own, cli.style),
        Command::Trace(args) => print(&trace::run(args, own)?, cli.style),
        Command::Baseline(command) => baseline::run(command, own, cli.style),
        Command::Server { mcp: true, stdio: _ } => server::run_mcp(),
        Command::Server { mcp: false, stdio: _ } => server::run(),
        Command::Config(ConfigCommand::Show(args)) => print(&config::show(args, own)?, cli.style),
        Command::Config(ConfigCommand::Schema) => print(&crate::config::schema(), cli.style),
        Command::Explain(args) => {
            let (rules, notes) =
                if args.all { (RULES.to_vec(), String::new()) } else { rules_to_explain(&args.rules)? };
            for (name, present) in args.rules.iter().filter_map(|name| Some((name, rules::renamed(name)?))) {
                let hint = format!("warning: `{name}` is now `{present}`; use the new id\n");
                Stream::Error.write(&hint, cli.style).map_err(Error::Output)?;
            }
            explain(&rules, &notes, args.format, cli.style)
        }
        Command::Rules { format } => print(&output::list(RULES, *format, Stream::Out.width()), cli.style),
        Command::Completions { shell } => print(&shell::completions(*shell)?, cli.style),
        Command::Man { command } => print(&shell::manual(command)?, cli.style),
    }
}

/// The pages of the rules with a name, and the notes about controls, in Markdown.
fn page_of(name: &str) -> Result<String, Error> {
    let (rules, notes) = rules_to_explain(&[name.to_owned()])?;
    Ok(notes + &output::explain(&rules, DocFormat::Markdown, usize::MAX))
}

/// The arguments of the last of the nested subcommands.
fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, own)) = matches.subcommand() {
        matches = own;
    }
    matches
}

/// Prints the pages of rules and the notes about controls; only the pages are JSON.
fn explain(rules: &[&'static Rule], notes: &str, format: DocFormat, style: TerminalStyle) -> Result<ExitCode, Error> {
    let stream = if format == DocFormat::Json { Stream::Error } else { Stream::Out };
    stream.write(&output::wrap_lines(notes, stream.width(), HANG), style).map_err(Error::Output)?;
    print(&output::explain(rules, format, Stream::Out.width()), style)
}

fn print(text: &str, style: TerminalStyle) -> Result<ExitCode, Error> {
    Stream::Out.write(text, style).map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the rules with these names, the rules that match a rule of another tool and the rules that belong to a
/// control, and a line for each control that no rule evaluates.
fn rules_to_explain(names: &[String]) -> Result<(Vec<&'static Rule>, String), Error> {
    let mut found: Vec<&'static Rule> = Vec::new();
    let mut notes = String::new();
    for name in names {
        let controls = rules::controls_of_number(name);
        let named = match rules::find(name) {
            Some(rule) => vec![rule],
            None => rules_named_otherwise(name, &controls),
        };
        if named.is_empty() && controls.is_empty() {
            let suggestion = closest(name, RULES.iter().copied().map(Rule::id));
            return Err(Error::UnknownRule { name: name.clone(), suggestion });
        }
        for control in controls.iter().filter(|_| named.is_empty()) {
            let reason = control.not_evaluated().unwrap_or_default();
            notes.push_str(&format!("No rule evaluates {} ({}): {reason}.\n", control.id, control.title));
        }
        for rule in named {
            if !found.iter().any(|other| std::ptr::eq(*other, rule)) {
                found.push(rule);
            }
        }
    }
    Ok((found, notes))
}

/// The rules that match another tool's rule, or that belong to a control or support it.
fn rules_named_otherwise(name: &str, controls: &[rules::ListedControl]) -> Vec<&'static Rule> {
    RULES
        .iter()
        .copied()
        .filter(|rule| {
            suppress::matching_rules(name).any(|own| own == rule.id()) || is_of_control(rule, name, controls)
        })
        .collect()
}

fn is_of_control(rule: &Rule, name: &str, controls: &[rules::ListedControl]) -> bool {
    let (stated, supported) = (&rule.page.controls, &rule.page.supports);
    let mut numbers = stated.iter().chain(supported.iter()).flat_map(|control| control.id.split(',').map(str::trim));
    let mut evaluating = controls.iter().flat_map(rules::ListedControl::rules);
    numbers.any(|number| number.eq_ignore_ascii_case(name)) || evaluating.any(|other| std::ptr::eq(other, rule))
}
