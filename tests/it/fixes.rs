//! `--fix`: what is found is gone afterwards, nothing new has come, and nothing but the edits has changed.

mod properties;
mod rejected;
mod shapes;
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use rayon::prelude::*;

use trailint::internal::edit::{Safety, apply};
use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::error::Error;
use trailint::internal::finding::{FindingTarget, Level};
use trailint::internal::fix::{ChangedFile, FixResult, apply_fixes};
use trailint::internal::report::{Diagnostic, Outcome, Report, TrailResult};
use trailint::internal::rules::RULES;
use trailint::internal::source::Span;
use trailint::internal::value::StepRole;

use super::cli::{Scratch, err, out};
use super::pages;
use super::support::{
    cases_in, directories_in, everything, expect_file, files_below, given, package, projects_in, quick_or_long, skipped,
};

type Files = Vec<(PathBuf, Vec<u8>)>;

/// What becomes of a project in memory.
pub(crate) fn fixed(files: &Files, allowed: Safety) -> FixResult {
    let (fs, sources, settings) = given(files.clone(), EngineSettings::default());
    let judge = |changed: &[ChangedFile]| {
        let sources = sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
        engine::check(&fs, &everything(), sources, &settings)
    };
    let report = judge(&[]).unwrap();
    apply_fixes::<Error>(report, |_, fix, _| fix.safety() <= allowed, judge).unwrap()
}

/// The files as a fix leaves them.
pub(crate) fn after(files: &Files, mended: &FixResult) -> Files {
    let text = |path: &Path| mended.files.iter().find(|one| one.file.path == Path::new("/").join(path));
    let new = |(path, old): &(PathBuf, Vec<u8>)| {
        (path.clone(), text(path).map_or(old.clone(), |one| one.text.clone().into_bytes()))
    };
    files.iter().map(new).collect()
}

/// A project, and the report on it.
struct Project {
    name: String,
    files: Files,
    report: Report,
}

static PROJECTS: LazyLock<Vec<Project>> = LazyLock::new(|| {
    let project = |(name, files): (String, Files)| Project { name, report: judged(&files), files };
    projects().into_par_iter().map(project).collect()
});

fn judged(files: &Files) -> Report {
    let (fs, sources, settings) = given(files.clone(), EngineSettings::default());
    engine::check(&fs, &everything(), sources, &settings).unwrap()
}

/// Every project of the repository.
fn projects() -> Vec<(String, Files)> {
    let mut projects = Vec::new();
    // Of many worlds, a single check takes seconds.
    for group in directories_in(&package("testdata")).into_iter().filter(|group| !group.ends_with("limits")) {
        for folder in directories_in(&group) {
            let files = files_below(&folder).into_iter().filter(|(path, _)| path.to_str() != Some("expected.txt"));
            let name = folder.strip_prefix(package("testdata")).unwrap().display().to_string();
            match group.ends_with("equivalent") {
                // Each of them is the whole project.
                true => projects.extend(files.map(|file| (format!("{name}/{}", file.0.display()), vec![file]))),
                false => projects.push((name, files.collect())),
            }
        }
    }
    for list in [
        "regions.txt",
        "verdicts.txt",
        "template-verdicts.txt",
        "stacks.txt",
        "landing-zones.txt",
        "oracle/projects.txt",
    ] {
        projects.extend(projects_in(&format!("testdata/{list}")).into_iter().map(|(name, files)| (name, bytes(files))));
    }
    for (name, files) in pages::projects() {
        projects.push((name, bytes(files)));
    }
    projects
}

fn bytes(files: Vec<(String, String)>) -> Files {
    files.into_iter().map(|(path, text)| (path.into(), text.into_bytes())).collect()
}

/// A project with fixes, and what becomes of it.
struct Case {
    name: String,
    allowed: Safety,
    before: &'static Project,
    after: Files,
    mended: FixResult,
}

static FIXED: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let case = |before: &'static Project| {
        [Safety::Safe, Safety::Unsafe].map(|allowed| {
            let mended = fixed(&before.files, allowed);
            let name = format!("{}, {}", before.name, allowed.word());
            Case { name, after: after(&before.files, &mended), allowed, mended, before }
        })
    };
    let has_fix = |project: &Project| project.report.findings.iter().any(|diagnostic| diagnostic.fix.is_some());
    let with_fixes: Vec<&Project> = PROJECTS.iter().filter(|project| has_fix(project)).collect();
    let of_fixes = |project: &Project| project.name.starts_with("fixing/");
    // Quick runs take all projects that are about fixes, and a part of the others.
    let step = quick_or_long(4, 1);
    let chosen = with_fixes.into_par_iter().enumerate().filter(|(index, one)| index % step == 0 || of_fixes(one));
    chosen.flat_map_iter(|(_, project)| case(project)).collect()
});

/// Fixes after which more would be found, and why.
const REFUSED: [(&str, &str); 3] = [
    ("a validation that holds", "the validation refuses the value"),
    ("modules in modules with keys", "a trail would be gone"),
    ("planned/", "the plan is no longer one of the code"),
];

#[test]
fn nothing_is_left_to_fix_after_a_fix() {
    for Case { name, allowed, after, mended, .. } in FIXED.iter() {
        let again = fixed(after, *allowed);
        assert_eq!((again.findings, again.files.len()), (0, 0), "{name}");
        let may_refuse = REFUSED.iter().any(|(start, _)| name.starts_with(start));
        assert!(mended.rejected.is_empty() || may_refuse, "{name} {:#?}", mended.report.findings);
    }
    let total: usize = FIXED.iter().map(|case| case.mended.findings).sum();
    assert!(total > FIXED.len(), "{total}");
}

/// A trail that has nothing to fix is as it was, and so is one of which only notes tell.
#[test]
fn safe_fixes_change_only_trails_that_fail() {
    let mut changed = 0;
    for Case { name, before, after, .. } in FIXED.iter().filter(|case| case.allowed == Safety::Safe) {
        let (before, now) = (&before.report, judged(after));
        let outcomes = |report: &Report| -> BTreeMap<_, Vec<_>> {
            let trails = report.deployments.iter().flat_map(|one| one.trails.iter().map(move |trail| (one, trail)));
            let own = |trail: &TrailResult| trail.rules.iter().map(|(rule, outcome)| (rule.id(), *outcome)).collect();
            trails
                .map(|(one, trail)| ((one.root.clone(), one.name.clone(), trail.address.clone()), own(trail)))
                .collect()
        };
        let now = outcomes(&now);
        for (trail, outcomes) in outcomes(before) {
            if now.get(&trail) == Some(&outcomes) {
                continue;
            }
            changed += 1;
            // Instances that share a text share a finding.
            let names = |diagnostic: &Diagnostic| {
                let is_named = |note: &String| note.contains(&format!("`{}`", trail.2));
                diagnostic.address.as_ref().is_none_or(|own| *own == trail.2)
                    || diagnostic.finding.notes.iter().any(is_named)
            };
            let is_own =
                |diagnostic: &&Diagnostic| diagnostic.deployment.as_ref() == Some(&trail.0) && names(diagnostic);
            let counts =
                |diagnostic: &Diagnostic| diagnostic.outcome == Outcome::Fail && diagnostic.level > Level::Note;
            assert!(before.findings.iter().filter(is_own).any(counts), "{name}: {trail:?}");
        }
    }
    assert!(changed > quick_or_long(25, 100), "{changed}");
}

/// Where a value comes a way, the end of the way is what is changed.
#[test]
fn a_fix_changes_the_place_that_decides() {
    let mut count = 0;
    for Project { name, report, .. } in PROJECTS.iter() {
        for diagnostic in report.findings.iter().filter(|diagnostic| diagnostic.finding.remedies.len() == 1) {
            let (Some(fix), [wish]) = (&diagnostic.fix, diagnostic.finding.remedies.as_slice()) else { continue };
            let Some(last) = wish.hops.last() else { continue };
            let is_changed_before = wish.replaced().is_some() || wish.unset_member().is_some();
            let place = if is_changed_before { wish.target() } else { last.span };
            let is_there = |span: Span| span.file == place.file && span.start <= place.end && place.start <= span.end;
            let FindingTarget::Text(primary) = &diagnostic.finding.place else { continue };
            let is_told = std::iter::once(primary).chain(&diagnostic.finding.related).any(|label| is_there(label.span));
            let is_inserted = last.step.role() == Some(StepRole::Call);
            let edits = |file| fix.edits.iter().any(|edit| edit.span.file == file);
            let is_edited = fix.edits.iter().any(|edit| is_there(edit.span)) || is_inserted && edits(place.file);
            let is_own = wish.origin.span() == place;
            assert!((is_told || is_own) && is_edited, "{name}: {diagnostic:#?}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

/// A file of another system is changed in the same places, and what it ends without stays away.
#[test]
fn line_endings_stay_as_they_are() {
    type Convert<'c> = &'c dyn Fn(&str) -> String;
    let convert = |files: &Files, convert: Convert<'_>| -> Files {
        let text = |(path, bytes): &(PathBuf, Vec<u8>)| {
            (path.clone(), std::str::from_utf8(bytes).map_or(bytes.clone(), |text| convert(text).into_bytes()))
        };
        files.iter().map(text).collect()
    };
    let carriages = |text: &str| text.replace("\r\n", "\n").replace('\n', "\r\n");
    let unended = |text: &str| text.trim_end().to_owned();
    let marked = |text: &str| format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
    let ways: [(&str, Convert<'_>); 3] = [("carriages", &carriages), ("unended", &unended), ("marked", &marked)];
    let of_fixes = FIXED.iter().filter(|case| case.name.starts_with("fixing/") && !case.name.contains("fixing/yaml"));
    for Case { name, before, after: expected, allowed, .. } in of_fixes {
        for (way, other) in ways {
            let files = convert(&before.files, other);
            let found = after(&files, &fixed(&files, *allowed));
            for (found, expected) in found.iter().zip(convert(expected, other)) {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                assert_eq!(text(&found.1), text(&expected.1), "{name} {way} {}", found.0.display());
            }
        }
    }
}

/// One fix alone leaves all the other bytes as they are.
#[test]
fn the_fix_of_one_finding_is_what_it_says() {
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Project { name, report, .. } in PROJECTS.iter() {
        for diagnostic in &report.findings {
            let Some(fix) = &diagnostic.fix else { continue };
            kinds.entry(diagnostic.rule.id()).or_default().insert(fix.safety().word());
            for (id, text) in apply([(0, fix)], &report.sources).texts {
                let old = report.sources.file(id).text.clone();
                let (mut rest, mut at) = (text.as_str(), 0);
                for edit in fix.edits.iter().filter(|edit| edit.span.file == id) {
                    let kept = &old[at..edit.span.start as usize];
                    rest = rest.strip_prefix(kept).unwrap().strip_prefix(edit.text.as_str()).unwrap();
                    at = edit.span.end as usize;
                }
                assert_eq!(rest, &old[at..], "{name}");
            }
        }
    }
    let told = RULES.iter().filter_map(|rule| Some((rule.id(), rule.page.fix.as_deref()?)));
    let best = |safeties: BTreeSet<&'static str>| if safeties.contains("safe") { "safe" } else { "unsafe" };
    let found = kinds.into_iter().map(|(rule, safeties)| (rule, best(safeties)));
    assert_eq!(found.collect::<BTreeSet<_>>(), told.collect(), "the pages say which rules have a fix");
}

#[test]
fn formatted_files_stay_formatted() {
    let unformatted = |scratch: &Scratch| {
        let mut terraform = Command::new("terraform");
        let output = terraform.args(["fmt", "-check", "-recursive"]).current_dir(&scratch.0).output().ok()?;
        Some(out(&output).lines().map(str::to_owned).collect::<BTreeSet<_>>())
    };
    let (old, new) = (Scratch::new("unformatted", &[]), Scratch::new("formatted", &[]));
    let mut count = 0;
    for (index, case) in FIXED.iter().enumerate() {
        for (scratch, files) in [(&old, &case.before.files), (&new, &case.after)] {
            for (path, bytes) in files.iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "tf")) {
                let path = scratch.0.join(index.to_string()).join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
                count += 1;
            }
        }
    }
    assert!(count > FIXED.len(), "{count}");
    let (Some(before), Some(after)) = (unformatted(&old), unformatted(&new)) else {
        return skipped("formatted_files_stay_formatted", "there is no terraform");
    };
    assert_eq!(after.difference(&before).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn each_place_is_changed_as_expected() {
    for folder in cases_in("testdata/fixing") {
        let files = files_below(&folder);
        let texts: Vec<(&str, &str)> = files
            .iter()
            .filter(|(path, _)| path.to_str() != Some("expected.txt"))
            .map(|(path, bytes)| (path.to_str().unwrap(), std::str::from_utf8(bytes).unwrap()))
            .collect();
        let scratch = Scratch::new("places", &texts);
        let copy = Scratch::new("patched", &texts);
        let diff = |arguments: &[&str]| out(&scratch.run(&[&["check", "--diff"], arguments].concat()));
        let text = format!("{}=== with --unsafe-fixes\n{}", diff(&[]), diff(&["--unsafe-fixes"]));
        expect_file(&folder.join("expected.txt"), &text);
        std::fs::write(copy.path("it.patch"), diff(&["--unsafe-fixes"])).unwrap();
        let applied = Command::new("git").args(["apply", "it.patch"]).current_dir(&copy.0).output().unwrap();
        assert!(applied.status.success(), "{} {}", folder.display(), err(&applied));
        std::fs::remove_file(copy.path("it.patch")).unwrap();
        scratch.run(&["check", "--fix", "--unsafe-fixes"]);
        assert_eq!(files_below(&scratch.0), files_below(&copy.0), "{}", folder.display());
    }
}

/// Arguments that go to the same place are added one after the other.
#[test]
fn fixes_over_the_limit_are_left_to_the_next_run() {
    const ROUNDS: usize = 50;
    let project = |trails: usize| -> Files {
        let trail = |n| {
            format!(
                "variable \"v{n}\" {{\n  type    = bool\n  default = false\n}}\nresource \"aws_cloudtrail\" \"t{n}\" {{\n  \
                 enable_log_file_validation = var.v{n}\n  is_multi_region_trail = true\n}}\n"
            )
        };
        let call = "module \"m\" {\n  source = \"./m\"\n}\n".to_owned();
        let module = (0..trails).map(trail).collect();
        bytes(vec![("main.tf".to_owned(), call), ("m/main.tf".to_owned(), module)])
    };
    let most = fixed(&project(ROUNDS), Safety::Unsafe);
    assert_eq!((most.findings, most.is_cut), (ROUNDS, false));
    let files = project(ROUNDS + 3);
    let first = fixed(&files, Safety::Unsafe);
    assert_eq!((first.findings, first.is_cut), (ROUNDS, true));
    assert!(trailint::internal::output::fix_summary("Fixed", &first).ends_with("run the command again.\n"));
    let second = fixed(&after(&files, &first), Safety::Unsafe);
    assert_eq!((second.findings, second.is_cut), (3, false));
}

/// Each fix is worked out in a large block; those for which that is too much have one once the others are made.
#[test]
fn findings_over_the_limit_have_a_fix_after_the_others() {
    const TRAILS: usize = 300;
    let default = |n| format!("    v{n} = false\n");
    let trail = |n| {
        format!(
            "resource \"aws_cloudtrail\" \"t{n}\" {{\n  enable_log_file_validation = var.v.v{n}\n  \
             is_multi_region_trail = true\n}}\n"
        )
    };
    let text = format!(
        "variable \"v\" {{\n  description = \"{}\"\n  type = map(bool)\n  default = {{\n{}  }}\n}}\n{}",
        "a".repeat(900_000),
        (0..TRAILS).map(default).collect::<String>(),
        (0..TRAILS).map(trail).collect::<String>(),
    );
    let (fs, sources, settings) = given(bytes(vec![("main.tf".to_owned(), text.clone())]), EngineSettings::default());
    let report = engine::check(&fs, &everything(), sources, &settings).unwrap();
    let own = report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == "unvalidated-logs");
    let fixable = own.clone().filter(|diagnostic| diagnostic.fix.is_some()).count();
    assert_eq!(own.count(), TRAILS);
    assert!((1..TRAILS).contains(&fixable), "{fixable}");
    let mended = fixed(&bytes(vec![("main.tf".to_owned(), text)]), Safety::Unsafe);
    assert_eq!(
        mended.report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == "unvalidated-logs").count(),
        0
    );
}
