//! What a change makes of the gate that it has to pass: comments, settings and baselines that ask for less.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use crate::baseline::{self, Baseline};
use crate::changes::Before;
use crate::config::{Config, Relaxed};
use crate::finding::Label;
use crate::known::Moves;
use crate::model::address;
use crate::report::{Place, Report, Reported};
use crate::rules;
use crate::scan;
use crate::source::{Fs, Sources, Span};

/// What decides which findings count.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// The settings.
    pub config: &'a Config,
    /// What is accepted as a whole.
    pub baseline: &'a Baseline,
    /// Whether it has no say now, and its text isn't among the sources.
    pub is_apart: bool,
}

/// The comments that suppress findings.
#[derive(Debug)]
pub struct Comments {
    /// The names of the findings.
    suppressed: HashSet<String>,
    /// The places of each comment.
    places: HashMap<Comment, HashSet<Span>>,
}

/// A comment by what it is about: the rule, the name of its file, its text, and the name of the resource.
type Comment = (&'static str, String, String, Option<String>);

/// What asks for less now than before.
///
/// `hidden` are the files that ignore files leave out now, and wouldn't have left out before.
pub fn weakened(
    report: &Report,
    before: &Before,
    now: Gate<'_>,
    was: Gate<'_>,
    fs: &dyn Fs,
    hidden: &[PathBuf],
) -> Vec<Reported> {
    let Before { report: before, moves } = before;
    let relaxed = now.config.relaxed_since(was.config).into_iter();
    let settings = relaxed.map(|relaxed| Relaxed { span: relaxed.span.filter(|_| !now.is_apart), ..relaxed });
    let mut found: Vec<Reported> = settings.map(of_setting).collect();
    found.extend(of_comments(report, before, moves));
    found.extend(of_baseline(now, was.baseline, moves));
    found.extend(of_hidden(report, before, fs, hidden));
    found
}

fn of_setting(relaxed: Relaxed) -> Reported {
    let Relaxed { key, what, span, file } = relaxed;
    let place = match span {
        Some(span) => Place::Text(Label { span, text: format!("`{key}` is set here") }),
        None => Place::File(file),
    };
    Reported { attribute: Some(key), ..finding(what, place) }
}

impl Comments {
    /// Those of a report.
    pub fn of(report: &Report) -> Self {
        Self::before(report, &Moves::default())
    }

    /// Those of a report on files as they were.
    pub fn before(report: &Report, moves: &Moves) -> Self {
        let mut comments = Self { suppressed: HashSet::new(), places: HashMap::new() };
        for finding in report.findings.iter().filter(|finding| finding.suppressed.is_some()) {
            comments.suppressed.extend(finding.fingerprints().map(|name| moves.follow(name)));
            if let Some((comment, span)) = comment_of(finding, &report.sources) {
                comments.places.entry(comment).or_default().insert(span);
            }
        }
        comments
    }

    /// True if a finding of now is suppressed by a comment that wasn't there: a comment that suppressed the same of the
    /// same resource is an old one, however many calls lead to the resource now.
    pub fn is_new(&self, finding: &Reported, now: &Self, sources: &Sources) -> bool {
        let count = |comments: &Self, comment: &Comment| comments.places.get(comment).map_or(0, HashSet::len);
        let is_old = |(comment, _): (Comment, Span)| (1..=count(self, &comment)).contains(&count(now, &comment));
        let is_known = finding.fingerprints().all(|name| self.suppressed.contains(name));
        !is_known && !comment_of(finding, sources).is_some_and(is_old)
    }
}

/// The comment that suppresses a finding, and its place.
fn comment_of(finding: &Reported, sources: &Sources) -> Option<(Comment, Span)> {
    let span = finding.suppressed.as_ref()?.span?;
    let file = sources.file(span.file);
    let last = finding.address.as_deref().and_then(|address| address::steps(address).pop());
    Some(((finding.rule.id(), file.name.clone(), file.slice(span).to_owned(), last.map(|step| step.name)), span))
}

/// Each comment that suppresses a finding that wasn't suppressed before.
fn of_comments(report: &Report, before: &Report, moves: &Moves) -> Vec<Reported> {
    let (comments, was) = (Comments::of(report), Comments::before(before, moves));
    let mut met: HashSet<(Span, &str)> = HashSet::new();
    let mut found = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.suppressed.is_some()) {
        let Some(span) = finding.suppressed.as_ref().and_then(|own| own.span) else { continue };
        // The configuration is compared setting by setting.
        let is_new = || was.is_new(finding, &comments, &report.sources);
        if !is_setting(span, &report.sources) && is_new() && met.insert((span, finding.rule.id())) {
            let place = Place::Text(Label { span, text: "accepted here".to_owned() });
            found.push(self::finding(format!("suppresses what `{}` finds", finding.rule.id()), place));
        }
    }
    found
}

/// Whether what stands at a place is a part of the configuration.
pub fn is_setting(place: Span, sources: &Sources) -> bool {
    let name = &sources.file(place.file).name;
    name.ends_with(".toml") || name == "--config"
}

/// All entries that a baseline gains are one finding: a first baseline may have hundreds.
fn of_baseline(now: Gate<'_>, was: &Baseline, moves: &Moves) -> Option<Reported> {
    let added: Vec<Span> = now.baseline.added_since(was, moves).into_iter().filter_map(|entry| entry.span).collect();
    let span = *added.first()?;
    let what = match added.len() {
        1 => "accepts a finding in the baseline".to_owned(),
        number => format!("accepts {number} findings in the baseline"),
    };
    let place = match now.is_apart {
        true => Place::File(baseline::NAME.to_owned()),
        false => Place::Text(Label { span, text: "the first of them".to_owned() }),
    };
    Some(finding(what, place))
}

/// The files that declared a trail, still do, and aren't searched any more, and those that mention one and that ignore files hide
/// only now.
fn of_hidden(report: &Report, before: &Report, fs: &dyn Fs, hidden: &[PathBuf]) -> Vec<Reported> {
    let searched: HashSet<_> = report.sources.all().into_iter().map(|(_, file)| file.path.clone()).collect();
    let mut met = HashSet::new();
    let trails = before.deployments.iter().flat_map(|deployment| &deployment.trails);
    let files = trails.map(|trail| trail.header.file).filter(|file| met.insert(*file));
    let files = files.map(|file| before.sources.file(file)).filter(|file| !searched.contains(&file.path));
    let is_there =
        |bytes: Vec<u8>, text: &str| String::from_utf8_lossy(&bytes).replace('\r', "") == text.replace('\r', "");
    let left = files.filter(|file| fs.read_inside(&file.path).is_ok_and(|bytes| is_there(bytes, &file.text)));
    let mut names: BTreeSet<String> = left.map(|file| file.name.clone()).collect();
    let unsearched = hidden.iter().filter(|path| scan::is_checked(path) && !searched.contains(*path));
    let mention = unsearched.filter(|path| fs.read_inside(path).is_ok_and(|bytes| scan::mentions(path, &bytes)));
    names.extend(mention.map(|path| report.sources.name(path)));
    let told = |name: String| finding(format!("keeps `{name}` from being searched"), Place::File(name));
    names.into_iter().map(told).collect()
}

fn finding(what: String, place: Place) -> Reported {
    let help = "let somebody review it who may, or take it back".to_owned();
    Reported { help: Some(help), ..Reported::new(&rules::WEAKENED_GATE, format!("this change {what}"), place) }
}
