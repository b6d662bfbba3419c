//! Turns the change that a rule wants into edits, at the place that decides the value.

use std::collections::BTreeMap;

use super::parsed_files::{Enclosing, ParsedFile, ParsedFiles};
use super::{blocks, comments, nodes, objects, rows};
use crate::edit::Edit;
use crate::model::{Remedy, RemedyKind, capitalized_like};
use crate::source::Span;
use crate::syntax::Language;
use crate::value::{Hop, HopKind, Origin, StepRole};

/// Returns the edits for one of the changes of a fix; `None` if there is no place for it. Changes that set attributes of
/// the same object, or add arguments to the same block, have the same edits, which make all of them.
pub(super) fn edits(remedy: &Remedy, remedies: &[&Remedy], texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    if let Some((object, ..)) = unset_member(remedy) {
        return set_members(object, &assignments(object, remedies, unset_member)?, texts);
    }
    if let Some((block, ..)) = inserted(remedy) {
        return insert(block, &assignments(block, remedies, inserted)?, texts);
    }
    match (&remedy.change, remedy.steps().last()) {
        (RemedyKind::Set { name, value }, Some(Hop { span, step: HopKind::Misspelt(_) })) => {
            rename(*span, name, Some(value), texts)
        }
        (RemedyKind::Rename { name }, Some(last)) => rename(last.span, name, None, texts),
        (RemedyKind::Rename { .. }, None) => None,
        (RemedyKind::RemoveIgnore { rule }, _) => comments::remove(remedy.origin.span(), rule, texts),
        (RemedyKind::Set { .. }, Some(_)) if member_of_call(remedy.steps()) => None,
        (RemedyKind::Set { value, .. }, Some(last)) => decide(last, value, remedy.replaced().is_some(), texts),
        (RemedyKind::Set { value, .. }, None) => match remedy.origin {
            Origin::Written(span) => replace(span, value, Quotes::IfValid, texts),
            Origin::Null(span) => {
                replace(nodes::conditional_around(span, texts).unwrap_or(span), value, Quotes::IfValid, texts)
            }
            // It is inserted.
            Origin::Absent(_) => None,
        },
        (RemedyKind::RemoveArgument { .. }, Some(last)) if remedy.replaced().is_some() => {
            match is_one_line(&texts.slice(last.span)) {
                true => Some(vec![Edit { span: last.span, text: "[]".to_owned() }]),
                false => nodes::replace_lines(last.span, "[]", texts),
            }
        }
        (RemedyKind::RemoveArgument { .. }, Some(_)) if member_of_call(remedy.steps()) => None,
        (RemedyKind::RemoveArgument { .. }, Some(last)) => empty(last.span, texts),
        (RemedyKind::RemoveArgument { .. }, None) => remove_argument(remedy.origin.span(), texts),
        // An object that several arguments use isn't changed for the value that one of them passes.
        (RemedyKind::RemoveField { .. }, Some(_)) => None,
        (RemedyKind::RemoveField { .. }, None) => match texts.language(remedy.origin.span().file) {
            Language::Hcl => blocks::remove_field(remedy.origin.span(), texts),
            Language::Yaml | Language::Json => nodes::remove_item(remedy.origin.span(), texts),
        },
        (RemedyKind::AddSelector(names), _) => match texts.language(remedy.origin.span().file) {
            Language::Hcl => blocks::add_selector(remedy.origin.span(), names, texts),
            Language::Yaml | Language::Json => nodes::add_selector(remedy.origin.span(), names, texts),
        },
    }
}

/// True if the value is a member of an object that other calls share: the default of a variable that a call doesn't
/// set, or a default in the type that a call's argument is converted to.
fn member_of_call(hops: &[Hop]) -> bool {
    let is_member =
        |hop: &Hop| matches!(hop.step, HopKind::Member(_) | HopKind::Element(_) | HopKind::MemberDefault(_));
    match hops.last().map(|last| &last.step) {
        Some(HopKind::MemberDefault(_)) => hops.iter().any(|hop| hop.step.role() == Some(StepRole::Argument)),
        Some(step) if step.role() == Some(StepRole::Call) => hops.iter().any(is_member),
        _ => false,
    }
}

/// Edits the last step of a value's path: a literal, or a conditional that is replaced.
fn decide(last: &Hop, value: &str, is_conditional: bool, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let has_value = match &last.step {
        HopKind::Declared { .. } => last.step.declares_value(),
        HopKind::Output(_)
        | HopKind::Arm(_)
        | HopKind::Anchor
        | HopKind::Member(_)
        | HopKind::Element(_)
        | HopKind::MemberDefault(_)
        | HopKind::Argument => true,
        HopKind::NoMember(_)
        | HopKind::Part(_)
        | HopKind::Key
        | HopKind::Repetition(_)
        | HopKind::File
        | HopKind::Misspelt(_) => false,
    };
    let is_plain = is_conditional || is_literal(&texts.slice(last.span), texts.language(last.span.file));
    if has_value && is_plain { replace(last.span, value, quotes(last), texts) } else { None }
}

/// True if a text is a literal, without any logic.
pub(super) fn is_literal(text: &str, language: Language) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    match quote(text) {
        Some(quote) => text.get(1..text.len().saturating_sub(1)).is_some_and(|inside| {
            !inside.contains(quote) && !["${", "%{", "\\", "\n"].iter().any(|mark| inside.contains(mark))
        }),
        // JSON has no expressions, but a file with a YAML name may contain plain words.
        None if language != Language::Hcl => text == "~" || !text.is_empty() && text.chars().all(is_word),
        None => matches!(text, "true" | "false" | "null") || !text.is_empty() && text.parse::<f64>().is_ok(),
    }
}

/// Returns the quotes around a text, if it has any.
fn quote(text: &str) -> Option<char> {
    ['"', '\''].into_iter().find(|&quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote))
}

/// The condition under which a boolean keeps the quotes of the text that it replaces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Always: the value of a parameter or a mapping is a string.
    Always,
    /// If the old text was a boolean, too.
    IfValid,
}

fn quotes(last: &Hop) -> Quotes {
    match &last.step {
        HopKind::Declared { kind, .. } if kind.is_text => Quotes::Always,
        _ => Quotes::IfValid,
    }
}

/// Replaces a value, in the same quotes if the old one has any.
fn replace(span: Span, value: &str, quotes: Quotes, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let old = texts.slice(span);
    let language = texts.language(span.file);
    let value = if language == Language::Hcl { value } else { capitalized_like(&old, value) };
    let stays = quotes == Quotes::Always || value == "All" || stands_for_boolean(&old);
    let text = match quote(&old).filter(|_| stays && is_literal(&old, language)) {
        Some(quote) => format!("{quote}{value}{quote}"),
        None if value.eq_ignore_ascii_case("true") || language == Language::Yaml => value.to_owned(),
        None => format!("\"{value}\""),
    };
    let gap = if language == Language::Hcl { rows::gap_before_comment(span, old.len(), text.len(), texts) } else { 0 };
    let text = format!("{text}{}", " ".repeat(gap));
    match old.as_ref() {
        "" => nodes::fill(span, &text, texts),
        // A span of several lines may contain more than the value.
        _ if !is_one_line(&old) || nodes::is_no_value_below(span, texts) => nodes::replace_lines(span, &text, texts),
        _ => Some(vec![Edit { span, text }]),
    }
}

fn is_one_line(text: &str) -> bool {
    !text.is_empty() && !text.contains('\n')
}

/// True if a quoted text converts to a boolean.
fn stands_for_boolean(text: &str) -> bool {
    matches!(text.trim_matches(['"', '\'']), "true" | "false" | "True" | "False" | "TRUE" | "FALSE")
}

/// Inserts arguments into the block or mapping with this header or key.
fn insert(header: Span, arguments: &BTreeMap<&str, &str>, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    match (texts.text(header.file).as_ref(), texts.around(header)) {
        (ParsedFile::Items(_), Some(Enclosing::Block(block))) => {
            let added: Vec<(&str, String)> =
                arguments.iter().map(|(name, value)| (*name, rows::written(value))).collect();
            let block = blocks::find(&block, |block| block.header == header)?;
            blocks::insert(block, &added, &texts.file(header.file))
        }
        (ParsedFile::Items(_), _) => None,
        (ParsedFile::Documents(_), _) => nodes::insert(header, arguments, texts),
    }
}

/// Returns the block, the argument and its value, if a change adds an argument to a trail or to a module call.
fn inserted(remedy: &Remedy) -> Option<Assignment<'_>> {
    match (&remedy.change, remedy.steps().last()) {
        (RemedyKind::Set { .. } | RemedyKind::RemoveArgument { .. }, Some(_)) if member_of_call(remedy.steps()) => None,
        (RemedyKind::RemoveArgument { .. }, _) if remedy.replaced().is_some() => None,
        (RemedyKind::Set { value, .. }, Some(last)) => unset_argument(last, value),
        (RemedyKind::RemoveArgument { .. }, Some(last)) => unset_argument(last, "[]"),
        (RemedyKind::Set { name, value }, None) => match remedy.origin {
            Origin::Absent(header) => Some((header, name, value)),
            Origin::Written(_) | Origin::Null(_) => None,
        },
        _ => None,
    }
}

/// Returns the call and the argument, if a step leads to a call that doesn't set it.
fn unset_argument<'w>(last: &'w Hop, value: &'w str) -> Option<Assignment<'w>> {
    match &last.step {
        HopKind::Declared { kind, name, .. } if kind.role == StepRole::Call => Some((last.span, name, value)),
        _ => None,
    }
}

/// The object or block that gets an attribute or argument, its name, and its value.
type Assignment<'w> = (Span, &'w str, &'w str);

/// Returns the object, the attribute and its new value, if a change sets an attribute that an object omits or sets to
/// null.
fn unset_member(remedy: &Remedy) -> Option<Assignment<'_>> {
    let (object, key) = remedy.unset_member()?;
    match remedy.change {
        RemedyKind::Set { value, .. } => Some((object, key, value)),
        RemedyKind::RemoveArgument { .. } if remedy.replaced().is_none() => Some((object, key, "[]")),
        _ => None,
    }
}

/// Returns the attributes or arguments at a place that some changes set; `None` if two changes differ in a value.
fn assignments<'w>(
    place: Span,
    remedies: &[&'w Remedy],
    assignment: impl Fn(&'w Remedy) -> Option<Assignment<'w>>,
) -> Option<BTreeMap<&'w str, &'w str>> {
    let mut assignments = BTreeMap::new();
    for (of, name, value) in remedies.iter().filter_map(|remedy| assignment(remedy)) {
        if of == place && assignments.insert(name, value).is_some_and(|other| other != value) {
            return None;
        }
    }
    Some(assignments)
}

/// Adds attributes to an object literal, or replaces their null values.
fn set_members(object: Span, members: &BTreeMap<&str, &str>, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    match texts.language(object.file) {
        Language::Hcl => objects::set_members(object, members, texts),
        Language::Yaml | Language::Json => nodes::set_members(object, members, texts),
    }
}

/// Renames a key, and replaces its value if it isn't the wanted one.
fn rename(key: Span, name: &str, value: Option<&str>, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let (mut edits, found) = match texts.language(key.file) {
        Language::Hcl => blocks::rename(key, name, texts)?,
        Language::Yaml | Language::Json => nodes::rename(key, name, texts)?,
    };
    let Some(value) = value else { return Some(edits) };
    let old = texts.slice(found);
    // An expression under a misspelt name may have the wanted value; the check of the new text decides.
    if is_literal(&old, texts.language(key.file)) && old.trim_matches(['"', '\'']) != value {
        edits.extend(replace(found, value, Quotes::IfValid, texts)?);
    }
    Some(edits)
}

/// Removes the argument with this value.
fn remove_argument(value: Span, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    match texts.language(value.file) {
        Language::Hcl => blocks::remove_argument(value, texts),
        Language::Yaml | Language::Json => nodes::remove_entry(value, texts),
    }
}

/// Replaces a list of strings by an empty list.
pub(super) fn empty(span: Span, texts: &ParsedFiles<'_>) -> Option<Vec<Edit>> {
    let old = texts.slice(span);
    let is_list =
        old.starts_with('[') && old.ends_with(']') && !["${", "(", "for "].iter().any(|mark| old.contains(mark));
    is_list.then(|| vec![Edit { span, text: "[]".to_owned() }])
}
