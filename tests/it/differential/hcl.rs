//! Terraform refuses what we refuse in a file, and nothing else.

use std::collections::BTreeSet;

use trailint::internal::source::Sources;
use trailint::internal::syntax::hcl::{self, Body, ExprKind, ParsedItem};

use super::{expect_none, texts};
use crate::oracle::terraform::Project;

#[test]
fn terraform_refuses_the_same_files() {
    let texts = texts("hcl", 400);
    let files: Vec<(String, String)> =
        texts.iter().enumerate().map(|(index, text)| (format!("t{index}.tf"), text.clone())).collect();
    let Some(refused) = refused(&files) else { return };
    let mut differences = Vec::new();
    for (name, text) in &files {
        match (ours(text), refused.contains(name)) {
            (Said::Accepted, true) => differences.push((text.clone(), "only Terraform refuses".to_owned())),
            (Said::Refused(why), false) => {
                differences.push((text.clone(), format!("only we refuse, {why}")));
            }
            (Said::Accepted | Said::Refused(_) | Said::Unreadable, _) => {}
        }
    }
    assert!(refused.len() * 10 > files.len() && refused.len() * 10 < files.len() * 9, "{}", refused.len());
    expect_none(differences, files.len());
}

/// The files that Terraform can't read; nothing where there is no Terraform.
fn refused(files: &[(String, String)]) -> Option<BTreeSet<String>> {
    let project = Project::new("differential", files)?;
    let output = project.run(&["fmt", "-check", "-list=false", "-no-color"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let places = said.lines().filter_map(|line| line.strip_prefix("  on ")?.split_once(" line "));
    Some(places.map(|(name, _)| name.to_owned()).collect())
}

/// What became of a text.
enum Said {
    Accepted,
    Refused(String),
    /// There is something that is too much or too strange for the parser.
    Unreadable,
}

fn ours(text: &str) -> Said {
    let sources = Sources::new("/".into());
    let id = sources.add("/main.tf".as_ref(), text.as_bytes().to_vec());
    let file = sources.file(id);
    let outline = hcl::split(id, &file);
    let mut problems = outline.problems;
    let mut is_partial = false;
    for item in &outline.items {
        let (parsed, met) = hcl::parse(item, &file);
        problems.extend(met);
        is_partial |= match parsed {
            Some(ParsedItem::Block(block)) => has_unreadable(&block.body),
            Some(ParsedItem::Attribute(own)) => own.value.kind == ExprKind::Unreadable,
            None => true,
        };
    }
    match problems.first() {
        Some(problem) => Said::Refused(problem.message.clone()),
        None if is_partial => Said::Unreadable,
        None => Said::Accepted,
    }
}

fn has_unreadable(body: &Body) -> bool {
    let mut waiting = vec![body];
    while let Some(body) = waiting.pop() {
        if body.attributes.iter().any(|own| own.value.kind == ExprKind::Unreadable) {
            return true;
        }
        waiting.extend(body.blocks.iter().map(|block| &block.body));
    }
    false
}
