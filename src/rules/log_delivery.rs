//! Functions that the rules on buckets and keys share.

use crate::finding::{Finding, Level, Verdict};
use crate::model::TrailSetting;
use crate::model::log_delivery::{AttachedPolicy, Dependency, LogDelivery, Presence, TargetSetting, UnreadCompanion};
use crate::value::{Known, Maybe, Reason, Unknown};

/// Returns the verdict on a setting that a bucket should have.
pub(super) fn presence(
    bucket: &Dependency,
    pick: fn(&TargetSetting) -> Option<&Presence>,
    absent: impl FnOnce(Finding) -> Finding,
    [fails, may_fail]: [&str; 2],
) -> Verdict {
    let mut doubt = bucket.unread_companion.as_ref().map(|UnreadCompanion { span, why }| (*span, why.clone()));
    let mut idle = None;
    for (attached, presence) in bucket.all(pick) {
        match attached.applies.clone().and(presence.is_enabled.clone()) {
            Known(true) => return Verdict::Pass,
            Known(false) => {
                let is_created = attached.applies != Known(false);
                let text = if is_created { "this one is disabled" } else { "this one isn't created" };
                idle = idle.or(Some((presence.span, text)));
            }
            Unknown(why) => doubt = Some((presence.span, why)),
        }
    }
    match doubt {
        Some((span, why)) => {
            Verdict::Unknown(Finding::at(span, may_fail, why.describe()).with_cause(&why).blocked(&why))
        }
        None => {
            let finding = absent(Finding::at(bucket.declared.header, fails, String::new()));
            Verdict::Fail(idle.into_iter().fold(finding, |finding, (span, text)| finding.with_label(span, text)))
        }
    }
}

/// Returns an unknown verdict for a bucket or key that wasn't found because a limit ended the search; `None` if the
/// trail names none.
pub(super) fn over_limit(delivery: &LogDelivery, setting: &TrailSetting<String>, message: &str) -> Option<Verdict> {
    let why = delivery.limit.as_ref()?;
    let names_any = match setting.value() {
        Known(Ok(name)) => !name.is_empty(),
        Known(Err(_)) => false,
        Unknown(_) => true,
    };
    names_any.then(|| Verdict::unknown(setting, why, message))
}

/// Returns an unknown verdict for a bucket or key that isn't declared here; `None` if the trail names none. `may_fail` is
/// the message if a limit ended the search, `unchecked` the message if the resource is declared elsewhere.
pub(super) fn undeclared(
    delivery: &LogDelivery,
    setting: &TrailSetting<String>,
    what: &str,
    [may_fail, unchecked]: [&str; 2],
) -> Option<Verdict> {
    if delivery.limit.is_some() {
        return over_limit(delivery, setting, may_fail);
    }
    let name = match setting.value() {
        Unknown(why) => return Some(Verdict::unknown(setting, why, unchecked).map_finding(declared_elsewhere)),
        Known(Ok(name)) if !name.is_empty() => name,
        Known(_) => return None,
    };
    let label = format!("no {what} of this name is declared in this deployment");
    let help = format!("check the code that declares the {what} together with this code");
    let finding = Finding::at(setting.span(), unchecked, label)
        .for_argument(setting.name)
        .with_hops(&setting.read.hops)
        .help(help);
    Some(Verdict::Unknown(Finding { blocked_by: vec![format!("{what} \"{name}\"")], ..declared_elsewhere(finding) }))
}

fn declared_elsewhere(finding: Finding) -> Finding {
    Finding { is_declared_elsewhere: true, level: Some(Level::Note), ..finding }
}

/// Adds the trail's argument to a verdict on the bucket or key that it names.
pub(super) fn with_trail_argument(
    verdict: Verdict,
    dependency: &Dependency,
    setting: &TrailSetting<String>,
    text: &str,
) -> Verdict {
    verdict.map_finding(|finding| {
        let call = dependency.declared.call;
        let finding = call.into_iter().fold(finding, |finding, call| finding.with_label(call, "declared by this call"));
        Finding { call, ..finding.with_label(setting.span(), text).with_resource(dependency.declared.header) }
    })
}

/// The policies of a bucket or a key.
pub(super) enum Policies<'a> {
    /// There is no policy.
    None,
    /// All policies; each is known as a whole, although values in it may be unknown.
    All(Vec<&'a AttachedPolicy>),
    /// A policy, or the content of one, is unknown.
    Unknown(Box<Finding>),
}

/// Returns the policies of a bucket or a key. A policy in a separate resource replaces the one in the body.
pub(super) fn policies<'a>(dependency: &'a Dependency, message: &str) -> Policies<'a> {
    let open = dependency.all(TargetSetting::policy).find_map(|(attached, policy)| match &attached.applies {
        Unknown(why) => Some((policy.span, why)),
        Known(_) => None,
    });
    let doubt = dependency.unread_companion.as_ref().map(|doubt| (doubt.span, &doubt.why));
    let unknown = |(span, why): (_, &Reason)| {
        Policies::Unknown(Box::new(Finding::at(span, message, why.describe()).with_cause(why).blocked(why)))
    };
    let found = certain_policies(dependency, true);
    let found = match (found.is_empty(), open.or(doubt)) {
        (false, _) if found.len() > 1 => {
            let why = Reason::NotEvaluated { construct: "the order of several attached policies".to_owned() };
            let span = found.last().map_or(dependency.declared.header, |policy| policy.span);
            return unknown((span, &why));
        }
        (false, _) => found,
        (true, Some(doubt)) => return unknown(doubt),
        (true, None) => certain_policies(dependency, false),
    };
    let unread = found.iter().find_map(|policy| match &policy.document {
        Err(why) => Some((policy, why)),
        Ok(_) => None,
    });
    match unread {
        Some((policy, why)) => match unknown((policy.span, why)) {
            Policies::Unknown(finding) => Policies::Unknown(Box::new(finding.with_hops(&policy.hops))),
            other => other,
        },
        None if found.is_empty() => Policies::None,
        None => Policies::All(found),
    }
}

fn certain_policies(dependency: &Dependency, is_apart: bool) -> Vec<&AttachedPolicy> {
    let all = dependency.all(TargetSetting::policy);
    let certain = all.filter(|(attached, _)| attached.applies == Known(true) && attached.is_separate == is_apart);
    certain.map(|(_, policy)| policy).collect()
}

/// Three-valued conjunction, with the reason of an unknown part.
pub(super) fn all<const N: usize>(parts: [Maybe<bool>; N]) -> Maybe<bool> {
    parts.into_iter().fold(Known(true), Maybe::and)
}
