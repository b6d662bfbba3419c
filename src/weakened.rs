//! What a change makes of the gate that it has to pass: comments, settings and baselines that ask for less.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use crate::baseline::{self, Baseline, Entry};
use crate::changes::Before;
use crate::config::{Config, Relaxed};
use crate::finding::Label;
use crate::known::Moves;
use crate::model::address;
use crate::report::{Instance, Place, Report, Reported};
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

/// What asks for less now than in one state before, or in each of several.
#[derive(Debug)]
pub struct Weakened<'a> {
    settings: Vec<Relaxed>,
    /// The findings that comments suppress, by their numbers in the report.
    comments: BTreeSet<usize>,
    /// The entries of the baseline.
    entries: Vec<&'a Entry>,
    /// The names of files that aren't searched any more.
    unsearched: BTreeSet<String>,
}

impl<'a> Weakened<'a> {
    /// What asks for less now than before.
    ///
    /// `hidden` are the files that ignore files leave out now, and wouldn't have left out before.
    pub fn since(
        report: &Report,
        before: &Before,
        now: Gate<'a>,
        was: Gate<'_>,
        fs: &dyn Fs,
        hidden: &[PathBuf],
    ) -> Self {
        let Before { report: before, moves } = before;
        Self {
            settings: now.config.relaxed_since(was.config),
            comments: of_comments(report, before, moves),
            entries: now.baseline.added_since(was.baseline, moves),
            unsearched: unsearched(report, before, fs, hidden),
        }
    }

    /// What asks for less than in another state, too.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let name = |relaxed: &Relaxed| (relaxed.key.clone(), relaxed.what.clone(), relaxed.span);
        let settings: HashSet<_> = other.settings.iter().map(name).collect();
        let entries: HashSet<&str> = other.entries.iter().map(|entry| entry.fingerprint.as_str()).collect();
        self.settings.retain(|relaxed| settings.contains(&name(relaxed)));
        self.comments.retain(|number| other.comments.contains(number));
        self.entries.retain(|entry| entries.contains(entry.fingerprint.as_str()));
        self.unsearched.retain(|name| other.unsearched.contains(name));
        self
    }

    /// The findings about it.
    pub fn told(self, report: &Report, now: Gate<'_>) -> Vec<Reported> {
        let relaxed = self.settings.into_iter();
        let settings = relaxed.map(|relaxed| Relaxed { span: relaxed.span.filter(|_| !now.is_apart), ..relaxed });
        let mut found: Vec<Reported> = settings.map(of_setting).collect();
        let mut met = HashSet::new();
        for finding in self.comments.iter().filter_map(|number| report.findings.get(*number)) {
            let Some(span) = finding.suppressed.as_ref().and_then(|own| own.span) else { continue };
            if met.insert((span, finding.rule.id())) {
                let place = Place::Text(Label { span, text: "accepted here".to_owned() });
                found.push(self::finding(format!("suppresses what `{}` finds", finding.rule.id()), place));
            }
        }
        found.extend(of_baseline(&self.entries, now));
        let file = |name: String| finding(format!("keeps `{name}` from being searched"), Place::File(name));
        found.extend(self.unsearched.into_iter().map(file));
        found
    }
}

/// The comments that suppress findings.
#[derive(Debug)]
pub struct Comments {
    /// The names of the findings.
    suppressed: HashSet<String>,
    /// The places of each comment.
    places: HashMap<Comment, HashSet<Span>>,
    declarations: HashMap<Subject, Declaration>,
}

/// A comment by what it is about: the rule, the name of its file, its text, and the resource: its name if the comment is about its
/// declaration, else its address without the keys of instances.
type Comment = (&'static str, String, String, Option<String>);

/// A trail by its deployment, with the name that it is given, and by its address.
type Subject = (Option<String>, Option<String>, String);

/// The header of a declaration, and all of it.
type Declaration = (Span, Span);

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
        let declarations = declarations(report);
        let mut comments = Self { suppressed: HashSet::new(), places: HashMap::new(), declarations };
        for finding in report.findings.iter().filter(|finding| finding.suppressed.is_some()) {
            comments.suppressed.extend(finding.fingerprints().map(|name| moves.follow(name)));
            for instance in finding.instances() {
                if let Some((comment, span)) = comments.comment_of(finding, &instance, &report.sources) {
                    comments.places.entry(comment).or_default().insert(span);
                }
            }
        }
        comments
    }

    /// True if a part of a finding of now is suppressed by a comment that wasn't there. A comment about the declaration of a
    /// resource is an old one if it suppressed the same of that resource, however many calls lead to it now.
    pub fn is_new(&self, finding: &Reported, instance: &Instance, now: &Self, sources: &Sources) -> bool {
        let count = |comments: &Self, comment: &Comment| comments.places.get(comment).map_or(0, HashSet::len);
        let is_old = |(comment, _): (Comment, Span)| (1..=count(self, &comment)).contains(&count(now, &comment));
        !self.suppressed.contains(&instance.fingerprint)
            && !now.comment_of(finding, instance, sources).is_some_and(is_old)
    }

    /// The comment that suppresses a part of a finding, and its place.
    fn comment_of(&self, finding: &Reported, instance: &Instance, sources: &Sources) -> Option<(Comment, Span)> {
        let suppression = finding.suppressed.as_ref()?;
        let span = suppression.span?;
        let file = sources.file(span.file);
        let subject = |address: &String| {
            let mut steps = address::steps(address);
            let key = (finding.deployment.clone(), finding.deployment_name.clone(), address.clone());
            let declaration = self.declarations.get(&key).copied();
            if let (Some(about), Some(declaration), Some(last)) =
                (suppression.about, declaration, steps.last().cloned())
                && is_about(about, declaration)
            {
                steps = vec![last];
            }
            address::without_keys(&steps).join(".")
        };
        let subject = instance.address.as_ref().map(subject);
        Some(((finding.rule.id(), file.name.clone(), file.slice(span).to_owned(), subject), span))
    }
}

/// The declarations of the trails of a report.
fn declarations(report: &Report) -> HashMap<Subject, Declaration> {
    let mut declarations = HashMap::new();
    for judged in &report.deployments {
        for trail in &judged.trails {
            let subject = (Some(judged.root.clone()), judged.name.clone(), trail.address.clone());
            declarations.insert(subject, (trail.header, trail.declaration));
        }
    }
    declarations
}

/// True if a part of a file lies in a declaration, or holds its header.
fn is_about(part: Span, (header, declaration): Declaration) -> bool {
    let holds =
        |outer: Span, inner: Span| outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end;
    holds(declaration, part) || holds(part, header)
}

/// The findings that comments suppress which didn't suppress them before, by their numbers.
fn of_comments(report: &Report, before: &Report, moves: &Moves) -> BTreeSet<usize> {
    let (comments, was) = (Comments::of(report), Comments::before(before, moves));
    let mut found = BTreeSet::new();
    for (number, finding) in report.findings.iter().enumerate() {
        let Some(span) = finding.suppressed.as_ref().and_then(|own| own.span) else { continue };
        let is_new = |instance: &Instance| was.is_new(finding, instance, &comments, &report.sources);
        // The configuration is compared setting by setting.
        if !is_setting(span, &report.sources) && finding.instances().iter().any(is_new) {
            found.insert(number);
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
fn of_baseline(added: &[&Entry], now: Gate<'_>) -> Option<Reported> {
    let added: Vec<Span> = added.iter().filter_map(|entry| entry.span).collect();
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
/// only now, by their names.
fn unsearched(report: &Report, before: &Report, fs: &dyn Fs, hidden: &[PathBuf]) -> BTreeSet<String> {
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
    names
}

fn finding(what: String, place: Place) -> Reported {
    let help = "let somebody review it who may, or take it back".to_owned();
    Reported { help: Some(help), ..Reported::new(&rules::WEAKENED_GATE, format!("this change {what}"), place) }
}
