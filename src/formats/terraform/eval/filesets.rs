//! Evaluates `fileset`: the files in one directory whose names match a pattern.

use std::path::Path;

use super::{Evaluator, computed, failed, symbol};
use crate::source::{PathKind, Span, normalize};
use crate::syntax::hcl::Call;
use crate::value::{Data, Known, List, ListKind, Maybe, Traced, Unknown, Why};

/// The characters that distinguish a pattern from a plain name.
const SPECIAL: [char; 6] = ['*', '?', '[', '{', '\\', '!'];

impl Evaluator<'_> {
    /// The matching paths, relative to the given directory. A pattern for directories isn't evaluated.
    pub(super) fn fileset(&self, call: &Call, span: Span) -> Maybe<Data> {
        let arguments = match self.arguments(call) {
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
        self.matching(directory, pattern, span).unwrap_or_else(|construct| {
            let why = Why::NotEvaluated { construct: construct.to_owned() };
            computed(format!("fileset({directory}, {pattern})"), &why, None)
        })
    }

    /// The matching files, or a description of the unsupported case.
    fn matching(&self, directory: &str, pattern: &str, span: Span) -> Result<Maybe<Data>, &'static str> {
        let (below, name) = pattern.rsplit_once('/').map_or(("", pattern), |(below, name)| (below, name));
        let is_simple = !below.contains(SPECIAL) && !name.contains(['[', '{', '\\']) && !name.contains("**");
        let is_plain = |part: &str| part.is_empty() || part == "." || part == "..";
        if !is_simple || (!below.is_empty() && below.split('/').any(is_plain)) {
            return Err("`fileset` with `**`, `[`, `{`, `\\` or a pattern for directories");
        }
        let context = self.tree.context;
        let path = normalize(&self.tree.root.module.directory.join(directory).join(below));
        let elsewhere = "`fileset` of a directory that isn't in the checked tree";
        if !context.sources.may_read(&path) {
            return Err(elsewhere);
        }
        let is_file = |path: &Path| context.fs.kind(path) == Ok(PathKind::File);
        let files = context.fs.list(&path).map_err(|_| elsewhere)?;
        let name_of = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let names = files.iter().filter(|path| is_file(path)).filter_map(|path| name_of(path));
        let mut found: Vec<String> = names.filter(|file| matches(name, file)).collect();
        found.sort_unstable();
        let item = |name: String| {
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            Traced::written(Data::String(path), span)
        };
        Ok(Known(Data::List(List { kind: ListKind::Set, items: found.into_iter().map(item).collect() })))
    }
}

/// True if a name matches a pattern in which `*` matches any text and `?` any character.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut of_name) = (0_usize, 0_usize);
    // The position of the last `*`, and the end of the text that it matches so far.
    let mut star: Option<(usize, usize)> = None;
    while let Some(c) = name.get(of_name) {
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                star = Some((at, of_name));
                at = at.saturating_add(1);
            }
            (Some(wanted), _) if *wanted == '?' || wanted == c => {
                at = at.saturating_add(1);
                of_name = of_name.saturating_add(1);
            }
            (_, Some((star_at, taken))) => {
                star = Some((star_at, taken.saturating_add(1)));
                at = star_at.saturating_add(1);
                of_name = taken.saturating_add(1);
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(at).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_takes_as_much_as_is_left() {
        for (pattern, name, expected) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXc", false),
            ("?.tf", "a.tf", true),
            ("?.tf", "ab.tf", false),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
