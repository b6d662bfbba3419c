//! What the rules on buckets and keys have in common.

use crate::finding::{Finding, Level, Verdict};
use crate::model::Setting;
use crate::model::policy::{Document, Lack, Part, Permission, Request, Statement, permission};
use crate::model::surroundings::{Dependency, Doubt, Policy, Presence, Said};
use crate::value::{Known, Maybe, Unknown, Why};

/// A verdict on something that has to be said of a bucket.
pub(super) fn presence(
    bucket: &Dependency,
    pick: fn(&Said) -> Option<&Presence>,
    absent: impl FnOnce(Finding) -> Finding,
    [fails, may_fail]: [&str; 2],
) -> Verdict {
    let mut doubt = bucket.doubt.as_ref().map(|Doubt { span, why }| (*span, why.clone()));
    for (attached, presence) in bucket.all(pick) {
        match attached.applies.clone().and(presence.is_there.clone()) {
            Known(true) => return Verdict::Pass,
            Known(false) => {}
            Unknown(why) => doubt = Some((presence.span, why)),
        }
    }
    match doubt {
        Some((span, why)) => {
            Verdict::Unknown(Finding::at(span, may_fail, why.describe()).help(why.advice()).blocked(&why))
        }
        None => Verdict::Fail(absent(Finding::at(bucket.declared.header, fails, String::new()))),
    }
}

/// A bucket or a key of which nothing is known, since it isn't declared here; nothing if none is named.
pub(super) fn undeclared(setting: &Setting<String>, what: &str, message: &str) -> Option<Verdict> {
    let name = match setting.value() {
        Unknown(why) => return Some(Verdict::unknown(setting, why, message).with(aside)),
        Known(Ok(name)) if !name.is_empty() => name,
        Known(_) => return None,
    };
    let label = format!("no {what} of this name is declared here");
    let help = format!("check the {what} where it is declared, or declare it beside the trail");
    let finding = Finding::at(setting.span(), message, label).about(setting.name).via(&setting.read.hops).help(help);
    Some(Verdict::Unknown(Finding { blocked_by: vec![name.clone()], ..aside(finding) }))
}

fn aside(finding: Finding) -> Finding {
    Finding { is_aside: true, level: Some(Level::Note), ..finding }
}

/// Ties a verdict on a bucket or a key to the trail that names it.
pub(super) fn tied(verdict: Verdict, dependency: &Dependency, setting: &Setting<String>, text: &str) -> Verdict {
    verdict.with(|finding| {
        let call = dependency.declared.call;
        let finding = call.into_iter().fold(finding, |finding, call| finding.also(call, "this brings it"));
        Finding { call, ..finding.also(setting.span(), text) }
    })
}

/// What the policies of a bucket or a key say together.
pub(super) enum Policies<'a> {
    /// There are none.
    None,
    /// These, wholly known as far as they can be.
    All(Vec<&'a Policy>),
    /// It isn't known which there are, or what one of them says.
    Unknown(Box<Finding>),
}

/// The policies of a bucket or a key. One in a resource of its own takes the place of what stands in its body.
pub(super) fn policies<'a>(dependency: &'a Dependency, message: &str) -> Policies<'a> {
    let all = || dependency.all(Said::policy);
    let certain = |is_apart: bool| {
        let certain =
            all().filter(move |(attached, _)| attached.applies == Known(true) && attached.is_apart == is_apart);
        certain.map(|(_, policy)| policy).collect::<Vec<_>>()
    };
    let open = all().find_map(|(attached, policy)| match &attached.applies {
        Unknown(why) => Some((policy.span, why)),
        Known(_) => None,
    });
    let doubt = dependency.doubt.as_ref().map(|doubt| (doubt.span, &doubt.why));
    let unknown = |(span, why): (_, &Why)| {
        Policies::Unknown(Box::new(Finding::at(span, message, why.describe()).help(why.advice()).blocked(why)))
    };
    let found = certain(true);
    let found = match (found.is_empty(), open.or(doubt)) {
        (false, _) if found.len() > 1 => {
            let why = Why::NotEvaluated { construct: "which of several policies is attached last".to_owned() };
            let span = found.last().map_or(dependency.declared.header, |policy| policy.span);
            return unknown((span, &why));
        }
        (false, _) => found,
        (true, Some(doubt)) => return unknown(doubt),
        (true, None) => certain(false),
    };
    let unread = found.iter().find_map(|policy| match &policy.document {
        Err(why) => Some((policy, why)),
        Ok(_) => None,
    });
    match unread {
        Some((policy, why)) => match unknown((policy.span, why)) {
            Policies::Unknown(finding) => Policies::Unknown(Box::new(finding.via(&policy.hops))),
            other => other,
        },
        None if found.is_empty() => Policies::None,
        None => Policies::All(found),
    }
}

/// What CloudTrail has to be allowed, and how that is said when it isn't.
pub(super) struct Need<'a> {
    /// What it asks.
    pub(super) request: Request,
    /// What has to be allowed, as the end of a sentence: "`s3:PutObject` on `logs/AWSLogs/*`".
    pub(super) what: &'a str,
}

/// A verdict on what policies allow: the first need that isn't met, else one of which that isn't known.
pub(super) fn grants(
    policies: &[&Policy],
    needs: &[Need<'_>],
    dependency: &Dependency,
    [fails, may_fail]: [&str; 2],
) -> Verdict {
    let documents: Vec<&Document> = policies.iter().filter_map(|policy| policy.document.as_ref().ok()).collect();
    let mut doubt = None;
    for Need { request, what } in needs {
        let allow = format!("allow `cloudtrail.amazonaws.com` {what}");
        match permission(&documents, request) {
            Permission::Granted => {}
            Permission::Denied { statement } => {
                let finding = of_statement(statement, fails, "this denies it");
                return Verdict::Fail(finding.help(format!("leave CloudTrail out of this denial, and {allow}")));
            }
            Permission::Missing { nearest: Some(lack), .. } => {
                let finding = Finding::at(lack.span, fails, lacking(&lack, what)).via(&lack.statement.hops);
                return Verdict::Fail(finding.help(allow));
            }
            Permission::Missing { nearest: None, .. } => {
                let finding = Finding::at(dependency.declared.header, fails, format!("nothing allows {what} here"));
                let place = policies.first().map(|policy| policy.span);
                let finding = place.into_iter().fold(finding, |finding, span| finding.also(span, "this is its policy"));
                return Verdict::Fail(finding.help(format!("{allow} in the policy")));
            }
            Permission::Unknown { why, statement } => {
                let finding = of_statement(statement, may_fail, &why.describe());
                doubt.get_or_insert(Verdict::Unknown(finding.help(why.advice()).blocked(&why)));
            }
        }
    }
    doubt.unwrap_or(Verdict::Pass)
}

fn of_statement(statement: &Statement, message: &str, label: &str) -> Finding {
    Finding::at(statement.span, message, label).via(&statement.hops)
}

/// What a statement gets wrong that is nearly right.
fn lacking(lack: &Lack<'_>, what: &str) -> String {
    match lack.part {
        Part::Effect => "this is neither `Allow` nor `Deny`".to_owned(),
        Part::Condition => "CloudTrail's request doesn't meet this condition".to_owned(),
        Part::Resource => format!("this doesn't cover {what}"),
        Part::Action => format!("{what} isn't among these actions"),
        Part::Principal => "CloudTrail isn't among these principals".to_owned(),
    }
}

/// The conjunction of what makes something so.
pub(super) fn all<const N: usize>(parts: [Maybe<bool>; N]) -> Maybe<bool> {
    parts.into_iter().fold(Known(true), Maybe::and)
}
