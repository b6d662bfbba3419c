//! The command line: arguments, exit status, and nothing that another face would need too.

mod asked;
mod baseline;
mod changes;
mod check;
mod comments;
mod config;
mod destinations;
mod environment;
mod evaluation;
mod files_from;
mod fixes;
mod inputs;
mod locked;
mod narrowed;
mod progress;
mod regions;
mod server;
mod shell;
mod standard_input;
mod trace;
mod watch;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::error::Error;
use crate::finding::Level;
use crate::formats::{Engine, Modules};
use crate::named::closest;
use crate::output::{self, Destinations, DocFormat, Format, Look, Stream};
use crate::report::{FailOn, OnUnknown};
use crate::rules::{self, RULES, Rule};
use crate::suppress;

/// The exit status of a check that wasn't done.
const NOT_DONE: u8 = 2;

/// Finds CloudTrail trails that break CIS AWS Foundations 3.1 in Terraform and CloudFormation.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check files and directories.
    Check(Box<CheckArgs>),
    /// Show how the values of a trail come about, step by step.
    Trace(Box<TraceArgs>),
    /// Accept what is found now, so that only what is new counts.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Serve an editor: the Language Server Protocol on the standard streams.
    Server {
        /// Use the standard streams, as is done in any case.
        #[arg(long)]
        stdio: bool,
    },
    /// Show the settings and where they come from.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Explain rules: what they find, why it matters, how to mend it.
    Explain(ExplainArgs),
    /// List the rules.
    Rules {
        /// How the list is written.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: DocFormat,
    },
    /// Print a script that completes commands and options in a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page of the program, or of a command.
    Man {
        /// The command.
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum BaselineCommand {
    /// Write a baseline where there is none.
    Create(Box<CheckArgs>),
    /// Accept what is found now, and nothing else.
    Update(Box<CheckArgs>),
    /// Remove what isn't found any more.
    Prune(Box<CheckArgs>),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// The settings that hold for a check with the same arguments, each with its origin.
    Show(Box<CheckArgs>),
    /// The JSON Schema of a configuration file.
    Schema,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    /// The rules, by their names, by those of another tool's rules or by the number of a control.
    #[arg(required_unless_present = "all", value_name = "RULE")]
    rules: Vec<String>,
    /// Explain every rule.
    #[arg(long, conflicts_with = "rules")]
    all: bool,
    /// How the pages are written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: DocFormat,
}

/// What is read.
#[derive(Debug, Args)]
struct InputArgs {
    /// Files and directories; `-` is standard input.
    #[arg(default_value = ".", value_name = "PATHS")]
    paths: Vec<PathBuf>,

    /// What standard input is called, so that its kind and its directory are known.
    #[arg(long, value_name = "NAME", help_heading = "Input", env = "TRAILINT_STDIN_FILENAME")]
    stdin_filename: Option<PathBuf>,
    /// Check also the files that a list names, one on a line or before a NUL; `-` is standard input.
    #[arg(long, value_name = "FILE|-", help_heading = "Input", env = "TRAILINT_FILES_FROM")]
    files_from: Option<PathBuf>,
}

/// What is said of the code, beside the code.
#[derive(Debug, Args)]
struct EvaluationArgs {
    /// Give a Terraform variable of the root module a value.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Evaluation", env = "TRAILINT_VAR")]
    var: Vec<String>,
    /// Read values of Terraform variables from a file.
    #[arg(long, value_name = "FILE", help_heading = "Evaluation", env = "TRAILINT_VAR_FILE")]
    var_file: Vec<PathBuf>,
    /// Don't read `terraform.tfvars` and `*.auto.tfvars`.
    #[arg(long, help_heading = "Evaluation")]
    no_auto_var_files: bool,
    /// Read `TF_VAR_…` and `TF_WORKSPACE` from the environment.
    #[arg(long, help_heading = "Evaluation")]
    use_env: bool,
    /// Terraform's workspace.
    #[arg(long, value_name = "NAME", help_heading = "Evaluation", env = "TRAILINT_WORKSPACE")]
    workspace: Option<String>,
    /// The program that reads the Terraform files; by default, the files say.
    #[arg(long, value_enum, value_name = "ENGINE", help_heading = "Evaluation", env = "TRAILINT_ENGINE")]
    engine: Option<Engine>,
    /// The module calls that are followed.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHICH",
        help_heading = "Evaluation",
        env = "TRAILINT_MODULES"
    )]
    modules: Modules,
    /// Fill what the Terraform files leave unknown from their plan, as `terraform show -json PLANFILE` prints it.
    #[arg(long, value_name = "FILE", help_heading = "Evaluation", env = "TRAILINT_PLAN")]
    plan: Option<PathBuf>,
    /// Give a parameter of a CloudFormation template a value.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Evaluation", env = "TRAILINT_PARAMETER")]
    parameter: Vec<String>,
    /// Read values of CloudFormation parameters from a file.
    #[arg(long, value_name = "FILE", help_heading = "Evaluation", env = "TRAILINT_PARAMETER_FILE")]
    parameter_file: Vec<PathBuf>,
    /// The Region of CloudFormation stacks, and of Terraform providers that don't say theirs.
    #[arg(long, value_name = "REGION", help_heading = "Evaluation", env = "TRAILINT_REGION")]
    region: Option<String>,
}

/// Where settings come from.
#[derive(Debug, Args)]
struct ConfigArgs {
    /// A configuration file instead of the nearest one, or a setting such as `selector-policy="literal"`.
    #[arg(short, long, value_name = "FILE|KEY=VALUE", help_heading = "Other", env = "TRAILINT_CONFIG")]
    config: Vec<String>,
    /// Look for no configuration file.
    #[arg(long, help_heading = "Other")]
    no_config: bool,
}

#[derive(Debug, Args)]
struct TraceArgs {
    /// A trail, or one of its arguments: `aws_cloudtrail.main.is_multi_region_trail`.
    #[arg(value_name = "ADDRESS[.ATTRIBUTE]")]
    question: String,
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    evaluation: EvaluationArgs,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
struct CheckArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Don't search what these patterns match, which are like those of `.gitignore`.
    #[arg(long, value_name = "GLOB", help_heading = "Input", env = "TRAILINT_EXCLUDE")]
    exclude: Vec<String>,
    /// Leave out also files that are named and excluded.
    #[arg(long, help_heading = "Input")]
    force_exclude: bool,
    /// Search also what `.gitignore` and its like name.
    #[arg(long, help_heading = "Input")]
    no_respect_gitignore: bool,
    /// Which state of the files is checked.
    #[arg(long, value_enum, default_value_t, value_name = "SCOPE", help_heading = "Input", env = "TRAILINT_SCOPE")]
    scope: changes::Scope,
    /// Count only what is new since this revision and `HEAD` parted, and tell what is gone.
    #[arg(long, value_name = "REV", help_heading = "Input", env = "TRAILINT_DIFF_BASE")]
    diff_base: Option<String>,
    /// Take the settings, the ignore files and the baseline from the state that is compared with, too.
    #[arg(long, help_heading = "Input")]
    config_from_base: bool,
    /// Let the tree have no say in what counts: settings, a baseline and comments count only as far as they stand in the
    /// state that is compared with, ignore files not at all; what is suppressed is shown. A reference that can't be read leaves
    /// a verdict unknown, which fails only with `--unknown fail`.
    #[arg(long, help_heading = "Input", conflicts_with_all = ["add_ignore", "watch"])]
    locked: bool,
    /// Fail with status 2 when there is no file to check.
    #[arg(long, help_heading = "Input")]
    require_inputs: bool,
    /// Fail a deployment that declares no trail at all.
    #[arg(long, help_heading = "Input")]
    require_trail: bool,

    #[command(flatten)]
    evaluation: EvaluationArgs,
    /// The Regions that the account has enabled: a trail in each of them is as good as one for all.
    #[arg(long, value_name = "REGIONS", value_delimiter = ',', help_heading = "Evaluation", env = "TRAILINT_REGIONS")]
    regions: Option<Vec<String>>,

    /// Ask these rules only.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_SELECT")]
    select: Vec<String>,
    /// Don't ask these rules.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_IGNORE")]
    ignore: Vec<String>,
    /// Ask these rules beside those that are selected.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_EXTEND_SELECT")]
    extend_select: Vec<String>,
    /// Give the findings of a rule another level: `error`, `warning` or `note`.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_LEVEL")]
    level: Vec<String>,
    /// Let nothing suppress what these rules find.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules", env = "TRAILINT_ENFORCE")]
    enforce: Vec<String>,
    /// Count also what comments and the configuration accept.
    #[arg(long, help_heading = "Rules")]
    no_ignores: bool,

    /// The least level that gives exit status 1.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL", help_heading = "Gate", env = "TRAILINT_FAIL_ON")]
    fail_on: FailOn,
    /// How to treat verdicts that are unknown because the code doesn't determine them.
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
    /// Show no findings below this level; they count all the same.
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Gate", env = "TRAILINT_MIN_LEVEL")]
    min_level: Option<Level>,
    /// Show what passes, too.
    #[arg(long, help_heading = "Gate")]
    show_passed: bool,
    /// Count the findings of each rule.
    #[arg(long, help_heading = "Gate")]
    statistics: bool,

    /// The findings that are accepted as a whole, instead of those in `.trailint-baseline.json`.
    #[arg(long, value_name = "FILE", help_heading = "Gate", env = "TRAILINT_BASELINE")]
    baseline: Option<PathBuf>,
    /// Read no baseline.
    #[arg(long, help_heading = "Gate", conflicts_with = "baseline")]
    no_baseline: bool,
    /// Show also findings that are suppressed.
    #[arg(long, help_heading = "Gate")]
    show_suppressed: bool,

    /// Say of each control of a benchmark whether it is met, such as `cis-aws-3.0` or `fsbp`.
    #[arg(long, value_name = "BENCHMARK", help_heading = "Gate", env = "TRAILINT_COMPLIANCE")]
    compliance: Option<String>,

    /// How the report is written.
    #[arg(
        short,
        long,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Output",
        env = "TRAILINT_FORMAT"
    )]
    format: Format,
    /// Write a report to a file, too, or print it with `-` as the path; may be given several times.
    #[arg(short, long, value_name = "FORMAT=PATH", help_heading = "Output", env = "TRAILINT_OUTPUT")]
    output: Vec<Destinations>,
    /// Show no progress bar, which a terminal has after a second.
    #[arg(long, help_heading = "Output")]
    no_progress: bool,

    /// Apply the safe fixes: add, set or remove what fails, at the place that decides the value.
    ///
    /// `explain RULE` says what is changed for a rule.
    #[arg(long, help_heading = "Fix", conflicts_with = "add_ignore")]
    fix: bool,
    /// With `--fix` or `--diff`, apply also fixes that may change other things, or what is billed.
    #[arg(long, help_heading = "Fix")]
    unsafe_fixes: bool,
    /// Print what `--fix` would change, and change nothing.
    #[arg(long, help_heading = "Fix", conflicts_with = "add_ignore")]
    diff: bool,
    /// Give exit status 1 when anything was fixed, or would be.
    #[arg(long, help_heading = "Fix")]
    exit_non_zero_on_fix: bool,
    /// Write comments that accept what is found, with this reason.
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

    /// How many threads work; the report is the same.
    #[arg(short, long, value_name = "N", help_heading = "Other", env = "TRAILINT_JOBS")]
    jobs: Option<NonZeroUsize>,
    /// Check again whenever something has changed that was looked at.
    #[arg(short, long, help_heading = "Other", conflicts_with = "scope")]
    watch: bool,
    #[command(flatten)]
    config: ConfigArgs,
    /// Say what was judged, and what can't be known since it is declared elsewhere.
    #[arg(short, long, help_heading = "Other", conflicts_with = "quiet")]
    verbose: bool,
    /// Print findings only.
    #[arg(short, long, help_heading = "Other")]
    quiet: bool,
}

/// Runs the command that the arguments of this process ask for.
pub fn main() -> ExitCode {
    let matches = command().try_get_matches().unwrap_or_else(|error| end(&error));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| end(&error));
    run(&cli, &matches).unwrap_or_else(|error| {
        let status = failed(&error, cli.look);
        // There is nobody left to tell when standard error can't be written.
        let _ = Stream::Error.write(&environment::note(&environment::used(&command(), &matches)), cli.look);
        status
    })
}

/// The command line. A variable of the environment that is empty counts as not set.
fn command() -> clap::Command {
    environment::without_empty(environment::with_former(Cli::command()))
}

fn failed(error: &Error, look: Look) -> ExitCode {
    // There is nobody left to tell when standard error can't be written.
    let _ = Stream::Error.write(&output::complaint(error), look);
    ExitCode::from(NOT_DONE)
}

/// Ends the program with the help that was asked for, or with what is wrong with the arguments. These may be names that a
/// stranger chose, so nothing in them acts on a terminal.
fn end(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        let printed = print(&error.render().ansi().to_string(), Look::default());
        if let Err(error) = &printed {
            failed(error, Look::default());
        }
        std::process::exit(if printed.is_ok() { 0 } else { i32::from(NOT_DONE) });
    }
    let lines = error.render().to_string();
    let text: String = lines.lines().map(|line| format!("{}\n", output::inert(line))).collect();
    let text = text + &environment::note(&environment::blamed(&command(), &lines));
    // There is nobody left to tell when standard error can't be written.
    let _ = Stream::Error.write(&text, Look::default());
    std::process::exit(i32::from(NOT_DONE))
}

fn run(cli: &Cli, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let own = innermost(matches);
    match &cli.command {
        Command::Check(args) => check::run(args, own, cli.look),
        Command::Trace(args) => print(&trace::run(args, own)?, cli.look),
        Command::Baseline(command) => baseline::run(command, own, cli.look),
        Command::Server { stdio: _ } => server::run(),
        Command::Config(ConfigCommand::Show(args)) => print(&config::show(args, own)?, cli.look),
        Command::Config(ConfigCommand::Schema) => print(crate::config::SCHEMA, cli.look),
        Command::Explain(args) => {
            let (rules, notes) =
                if args.all { (RULES.to_vec(), String::new()) } else { rules_to_explain(&args.rules)? };
            for (name, present) in args.rules.iter().filter_map(|name| Some((name, rules::renamed(name)?))) {
                let hint = format!("warning: `{name}` is now `{present}`; use the new id.\n");
                Stream::Error.write(&hint, cli.look).map_err(Error::Output)?;
            }
            explain(&rules, &notes, args.format, cli.look)
        }
        Command::Rules { format } => print(&output::list(&RULES, *format), cli.look),
        Command::Completions { shell } => print(&shell::completions(*shell)?, cli.look),
        Command::Man { command } => print(&shell::manual(command)?, cli.look),
    }
}

/// The arguments of the last of the nested subcommands.
fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, own)) = matches.subcommand() {
        matches = own;
    }
    matches
}

/// Prints the pages of rules and the notes about controls; only the pages are JSON.
fn explain(rules: &[&'static Rule], notes: &str, format: DocFormat, look: Look) -> Result<ExitCode, Error> {
    let stream = if format == DocFormat::Json { Stream::Error } else { Stream::Out };
    stream.write(notes, look).map_err(Error::Output)?;
    print(&output::explain(rules, format), look)
}

fn print(text: &str, look: Look) -> Result<ExitCode, Error> {
    Stream::Out.write(text, look).map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

/// The rules of these names, those that match a rule of another tool, and those that belong to a control; and a line for each
/// control that no rule evaluates.
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
            let suggestion = closest(name, RULES.into_iter().map(Rule::id));
            return Err(Error::UnknownRule { name: name.clone(), suggestion });
        }
        for control in controls.iter().filter(|_| named.is_empty()) {
            let reason = control.not_judged().unwrap_or_default();
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
fn rules_named_otherwise(name: &str, controls: &[rules::Listed]) -> Vec<&'static Rule> {
    let is_of_control = |rule: &&'static Rule| {
        let (stated, supported) = (&rule.page.controls, &rule.page.supports);
        let mut numbers = stated.iter().chain(supported).flat_map(|control| control.id.split(',').map(str::trim));
        let mut evaluating = controls.iter().flat_map(rules::Listed::rules);
        numbers.any(|number| number.eq_ignore_ascii_case(name)) || evaluating.any(|other| std::ptr::eq(other, *rule))
    };
    let is_ours = |rule: &&'static Rule| suppress::matching_rules(name).any(|own| own == rule.id());
    RULES.into_iter().filter(|rule| is_ours(rule) || is_of_control(rule)).collect()
}
