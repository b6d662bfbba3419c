//! The check of a commit whose changes can't affect a trail: it ends before any file is searched.
//!
//! A hook runs on each commit, and most commits change only source code or documents. The complete check applies to all
//! other changes, since an expression may read any file, for example with `file` or `AWS::Include`.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::baseline::{self, BaselineLocation};
use super::comparison::CheckScope;
use super::inputs::NamedInputs;
use super::job::{self, CheckJob};
use super::{CheckArgs, HANG, comparison, config, destinations, inputs};
use crate::config::{BASELINE, NAMES, is_configuration};
use crate::error::Error;
use crate::formats::mentions_trail;
use crate::output::{self, OutputFormat, Stream, TerminalStyle};
use crate::scan::is_searched;
use crate::source::{Disk, Fs, Git, ReadError, StagedChange};

/// The extensions of files whose changes have no effect on a trail: source code, documents, images and archives. Texts
/// that deployments typically read aren't included: scripts, templates and plain texts.
const WITHOUT_EFFECT: [&str; 86] = [
    // Source code.
    "c", "cc", "cjs", "clj", "cpp", "cs", "css", "cts", "cxx", "dart", "erl", "ex", "exs", "fs", "go", "groovy", "h",
    "hh", "hpp", "hs", "java", "jl", "js", "jsx", "kt", "kts", "less", "lua", "m", "mjs", "ml", "mm", "mts", "php",
    "pl", "pm", "proto", "py", "pyi", "r", "rb", "rs", "sass", "scala", "scss", "svelte", "swift", "ts", "tsx", "vb",
    "vue", // Documents.
    "adoc", "doc", "docx", "md", "odt", "pdf", "ppt", "pptx", "rst", "xls", "xlsx",
    // Images, sounds and fonts.
    "avif", "bmp", "gif", "ico", "jpeg", "jpg", "mp3", "mp4", "png", "svg", "tiff", "ttf", "webp", "woff", "woff2",
    // Archives.
    "7z", "bz2", "gz", "jar", "tar", "tgz", "war", "xz", "zip",
];

/// The lock files of package managers. Those in YAML or JSON have no effect unless they mention a trail.
const LOCK_FILES: [&str; 15] = [
    ".terraform.lock.hcl",
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "bun.lock",
    "composer.lock",
    "go.sum",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "uv.lock",
    "yarn.lock",
];

/// Returns the number of staged files if none of them can affect a trail, so that there are no new findings. `None` if
/// only a complete check can tell, including its errors.
pub(super) fn without_effect(args: &CheckArgs, matches: &ArgMatches) -> Option<usize> {
    let is_staged = match args.scope {
        CheckScope::All => false,
        CheckScope::Staged => true,
        CheckScope::Auto => comparison::pushed_commits().is_none(),
    };
    if !is_staged || !is_plain(args) || args.inputs.reads_standard_input() || args.inputs.files_from.is_some() {
        return None;
    }
    let named_inputs = inputs::read(&args.inputs, matches).ok()?;
    let git = Git::around(&config::common_directory(&named_inputs)).ok()?;
    let is_root = |path: &Path| path == git.root && path.is_dir();
    if !named_inputs.paths().all(is_root) {
        return None;
    }
    let settings = settings(args, matches, named_inputs).ok()??;
    // Each of these reads the whole index.
    let (changes, has_same_settings) = std::thread::scope(|scope| {
        let settings = scope.spawn(|| git.has_in_index(&settings, may_be_read));
        (git.staged_changes(), settings.join())
    });
    let (changes, has_same_settings) = (changes.ok()?, has_same_settings.ok()?.ok()?);
    // Without a change, `--scope auto` checks the working tree.
    if changes.is_empty() && args.scope == CheckScope::Auto && !git.is_in_commit() {
        return None;
    }
    let is_named = |change: &StagedChange| settings.iter().any(|(path, _)| *path == change.path);
    if !has_same_settings || !changes.iter().all(|change| is_irrelevant(change) && !is_named(change)) {
        return None;
    }
    // A template may have any name, and a link may lead to code of any name.
    let has_no_trail = git.all_contents(&changes, |content| content.is_ok_and(|text| !mentions_trail(text)));
    has_no_trail.ok()?.then_some(changes.len())
}

/// Prints the result of a check whose changes can't affect a trail.
pub(super) fn print(changes: usize, args: &CheckArgs, style: TerminalStyle) -> Result<(), Error> {
    if args.quiet {
        return Ok(());
    }
    let text = match changes {
        0 => "No new findings: no file is staged.\n".to_owned(),
        1 => "No new findings: the staged file can't affect a trail.\n".to_owned(),
        _ => format!("No new findings: none of the {changes} staged files can affect a trail.\n"),
    };
    let text = output::wrap_lines(&text, Stream::Error.width(), HANG);
    Stream::Error.write(&text, style).map(drop).map_err(Error::Output)
}

/// True if the report has only new findings.
fn is_plain(args: &CheckArgs) -> bool {
    let has_all_results = args.verbose
        || args.statistics
        || args.show_suppressed
        || args.show_passed
        || args.compliance.is_some()
        || !args.output.is_empty()
        || !matches!(args.format, OutputFormat::Full | OutputFormat::Concise);
    let has_conditions = args.require_inputs || args.require_trail || args.locked || args.config_from_base;
    let changes_files = args.fix || args.diff || args.add_ignore.is_some();
    !(has_all_results || has_conditions || changes_files || args.watch) && args.diff_base.is_none()
}

fn is_irrelevant(change: &StagedChange) -> bool {
    let name = change.path.file_name().unwrap_or_default().to_string_lossy();
    if LOCK_FILES.iter().any(|own| *own == name) {
        return change.is_file;
    }
    change.is_file && is_without_effect(&change.path) && !is_searched(&change.path) && !is_configuration(&change.path)
}

fn is_without_effect(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    WITHOUT_EFFECT.iter().any(|own| extension == *own)
}

/// True if a link with this name may be read as a file. Links without an extension usually lead to directories, which
/// don't change the names of the files in them.
fn may_be_read(link: &Path) -> bool {
    link.extension().is_some() && !is_without_effect(link)
}

/// Returns the files that options and settings name, those to which links of these names lead, and those that may contain
/// settings, each with its content on the disk. `None` if the report has more than new findings.
#[expect(clippy::type_complexity, reason = "the type is used once")]
fn settings(
    args: &CheckArgs,
    matches: &ArgMatches,
    named_inputs: NamedInputs,
) -> Result<Option<Vec<(PathBuf, Option<Vec<u8>>)>>, Error> {
    let start = config::common_directory(&named_inputs);
    let config = config::load(&args.config, &named_inputs, named_inputs.files.fs(), &named_inputs.sources)?;
    // A value may be one that no variable accepts.
    if args.evaluation.is_any_set() {
        return Ok(None);
    }
    // Evidence may come from standard input, which can be read only once.
    if !args.evaluation.evidence.evidence.is_empty() || !config.settings.evidence.is_empty() {
        return Ok(None);
    }
    let location = BaselineLocation { fs: named_inputs.files.fs(), sources: &named_inputs.sources };
    baseline::read(args, &config, &named_inputs, location)?;
    let CheckJob { args, named_inputs, .. } = job::job(config, named_inputs, &["check"])?;
    let (format, files) = destinations::of(&args, matches)?;
    if !is_plain(&args) || !files.is_empty() || format != args.format {
        return Ok(None);
    }
    let named: Vec<PathBuf> = named_inputs.sources.all().into_iter().map(|(_, file)| file.path.clone()).collect();
    let targets: Vec<PathBuf> = named.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let candidates = NAMES.iter().chain([&BASELINE]).map(|name| start.join(name));
    let disk = Disk::new(std::slice::from_ref(&start));
    let mut contents = Vec::new();
    for path in named.into_iter().chain(targets).chain(candidates) {
        match disk.read(&path) {
            Ok(bytes) => contents.push((path, Some(bytes))),
            Err(ReadError::Missing) => contents.push((path, None)),
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(contents))
}
