//! Evaluates `fileset`: the files below a directory whose paths match a pattern.
//!
//! Terraform and OpenTofu use different versions of the matching library. Patterns for which these differ aren't
//! evaluated.
//! Source: `doublestar.go` of github.com/bmatcuk/doublestar, v1.1.5 and v4.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::FileAccess;
use crate::formats::terraform::language::functions::glob;
use crate::formats::terraform::language::lookup::Lookup;
use crate::formats::terraform::language::{Evaluator, computed, failed, symbol};
use crate::source::{PathKind, Span, is_skipped};
use crate::syntax::hcl::FunctionCall;
use crate::value::World;
use crate::value::{Data, Known, List, ListKind, Maybe, Reason, Traced, Unknown};

/// The limit of files and directories that one call of `fileset` visits.
const MAX_ENTRIES: usize = 20_000;

const ELSEWHERE: &str = "`fileset` of a directory that isn't in the checked tree";

/// A directory, and the rest of the pattern to match there.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    directory: PathBuf,
    /// The directory's path relative to the argument of the call, with a slash at its end.
    below: String,
    /// The number of pattern parts that are already matched.
    matched: usize,
}

/// The names of a directory's entries. Links count as what they lead to.
#[derive(Default)]
struct Entries {
    files: Vec<String>,
    directories: Vec<String>,
    /// The entries that can't be read.
    unclear: Vec<String>,
}

impl FileAccess<'_> {
    /// Evaluates a call of `fileset`. The resulting paths are relative to the given directory.
    pub(crate) fn fileset<L: Lookup>(
        self,
        evaluator: &Evaluator<'_, L>,
        call: &FunctionCall,
        span: Span,
    ) -> Maybe<Data> {
        let arguments = match evaluator.arguments(call) {
            Ok(arguments) => arguments,
            Err(why) => return Unknown(why),
        };
        let (directory, pattern) = match arguments.as_slice() {
            [a, b] => match (&a.value, &b.value) {
                (Known(Data::String(directory)), Known(Data::String(pattern))) => (directory, pattern),
                (Unknown(why), _) | (_, Unknown(why)) => {
                    let expression = format!("fileset({}, {})", symbol(&a.value), symbol(&b.value));
                    return computed(expression, why, None);
                }
                (Known(_), Known(_)) => return failed("`fileset` takes a path and a pattern"),
            },
            _ => return failed("`fileset` takes a path and a pattern"),
        };
        match self.matching(directory, pattern, evaluator.world) {
            Ok(found) => {
                let items = found.into_iter().map(|path| Traced::written(Data::String(path), span)).collect();
                Known(Data::List(List { kind: ListKind::Set, items }))
            }
            Err(why) => computed(format!("fileset({directory}, {pattern})"), &why, None),
        }
    }

    /// Returns the paths of the files that match.
    fn matching(self, directory: &str, pattern: &str, world: &World) -> Result<BTreeSet<String>, Reason> {
        let parts = glob::parts(pattern).filter(|_| !glob::is_pattern(directory));
        let parts = parts.ok_or_else(|| not_evaluated("`fileset` with such a pattern"))?;
        let start = self.path(directory);
        if !self.context.sources.may_read(&start) {
            return Err(not_evaluated(ELSEWHERE));
        }
        let mut found = BTreeSet::new();
        let mut seen: HashSet<Place> = HashSet::new();
        let mut pending = vec![Place { directory: start, below: String::new(), matched: 0 }];
        let mut entries = 0_usize;
        while let Some(place) = pending.pop() {
            let Entries { files, directories, unclear } = self.entries_of(&place)?;
            let number = files.len().saturating_add(directories.len()).saturating_add(1);
            entries = entries.saturating_add(number);
            world.charge(number);
            if entries > MAX_ENTRIES {
                return Err(Reason::OverLimit { limit: "the files that `fileset` looks at" });
            }
            if unclear.iter().any(|name| place.matches_last(&parts, name)) {
                return Err(not_evaluated("`fileset` with a link that leads to no file"));
            }
            for next in place.matches(&parts, &files, &directories, &mut found) {
                if seen.insert(next.clone()) {
                    pending.push(next);
                }
            }
        }
        Ok(found)
    }

    /// Returns the entries of a directory. Directories that searches skip, such as `.terraform`, are omitted, since a
    /// fresh checkout doesn't have them.
    fn entries_of(self, place: &Place) -> Result<Entries, Reason> {
        let fs = self.context.fs;

        let own = fs.directories(&place.directory).map_err(|_| not_evaluated(ELSEWHERE))?;
        let mut entries = Entries::default();
        entries
            .directories
            .extend(own.iter().filter_map(|path| name_of(path)).filter(|name| !is_skipped(Path::new(name))));
        for path in fs.list(&place.directory).map_err(|_| not_evaluated(ELSEWHERE))? {
            let names = match fs.kind(&path) {
                Ok(PathKind::File) => &mut entries.files,
                Ok(PathKind::Directory) => &mut entries.directories,
                Err(_) => &mut entries.unclear,
            };
            names.extend(name_of(&path));
        }
        Ok(entries)
    }
}

fn not_evaluated(construct: &str) -> Reason {
    Reason::NotEvaluated { construct: construct.to_owned() }
}

fn name_of(path: &Path) -> Option<String> {
    path.file_name().and_then(|name| name.to_str()).map(str::to_owned)
}

impl Place {
    /// True if a name matches the last part of the pattern. Terraform follows a link at this position.
    fn matches_last(&self, parts: &[&str], name: &str) -> bool {
        let rest = parts.get(self.matched..).unwrap_or_default();
        matches!(rest, [part] if *part != glob::ANY_DEPTH && glob::matches(part, name))
    }

    /// Adds the matching files of the directory to `found`, and returns the places to visit next.
    fn matches(
        &self,
        parts: &[&str],
        files: &[String],
        directories: &[String],
        found: &mut BTreeSet<String>,
    ) -> Vec<Self> {
        let Some(part) = parts.get(self.matched) else { return Vec::new() };
        let next = self.matched.saturating_add(1);
        let is_last = next == parts.len();
        let mut places = Vec::new();
        if *part == glob::ANY_DEPTH {
            places.extend(directories.iter().map(|name| self.within(name, self.matched)));
            if !is_last {
                places.push(Self { matched: next, ..self.clone() });
            }
        }
        if is_last {
            let matching = files.iter().filter(|name| *part == glob::ANY_DEPTH || glob::matches(part, name));
            found.extend(matching.map(|name| format!("{}{name}", self.below)));
        } else if *part != glob::ANY_DEPTH {
            places.extend(
                directories.iter().filter(|name| glob::matches(part, name)).map(|name| self.within(name, next)),
            );
        }
        places
    }

    fn within(&self, name: &str, matched: usize) -> Self {
        Self { directory: self.directory.join(name), below: format!("{}{name}/", self.below), matched }
    }
}
