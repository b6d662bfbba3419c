//! Reports trails that don't send their events to CloudWatch Logs, where they can be searched and raise alarms.

use super::{Check, Rule, RulePage, Strictness, log_delivery};
use crate::finding::{Finding, Verdict};
use crate::model::TrailSetting;
use crate::model::log_delivery::{Attached, AttachedPolicy, Dependency, LogDelivery, TargetSetting, UnreadCompanion};
use crate::model::policy::{PolicyDocument, may_deliver, trusts_cloudtrail};
use crate::value::{Known, Origin, Reason, Unknown, cut};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/logs-without-cloudwatch.md")), Check::LogGroup(check))
        .for_needed();

const FAILS: &str = "doesn't send its events to CloudWatch Logs";
const MAY_FAIL: &str = "may not send its events to CloudWatch Logs";
const CANNOT: &str = "can't deliver its events to CloudWatch Logs";

/// The actions that CloudTrail needs on the log streams.
const ACTIONS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

fn check(delivery: &LogDelivery, _: &Strictness) -> Option<Verdict> {
    let settings = &delivery.settings;
    let (group, role) = (&settings.log_group, &settings.log_role);
    let names = [group.name, role.name];
    let both = worse(is_set(group, names), is_set(role, names));
    Some(match both {
        Verdict::Pass => observed(delivery).or_else(|| of_role(delivery)).unwrap_or(Verdict::Pass),
        other => other,
    })
}

/// Returns the verdict on a role that is declared, unless it can deliver.
fn of_role(delivery: &LogDelivery) -> Option<Verdict> {
    let role = delivery.role.as_ref()?;
    let verdict = trust(role, delivery).or_else(|| permissions(role, delivery))?;
    let text = "the trail delivers to CloudWatch Logs with this role";
    Some(log_delivery::with_trail_argument(verdict, role, &delivery.settings.log_role, text))
}

/// Returns the failure of a role that CloudTrail can't assume.
fn trust(role: &Dependency, delivery: &LogDelivery) -> Option<Verdict> {
    let (_, trust) = role.all(TargetSetting::trust).next()?;
    let document = trust.document.as_ref().ok()?;
    if delivery.work.charge(trust.weight).is_err() || trusts_cloudtrail(document, &delivery.work) != Known(false) {
        return None;
    }
    let label = "this trust policy doesn't let CloudTrail assume the role";
    let finding = Finding::at(trust.span, CANNOT, label).with_hops(&trust.hops);
    Some(Verdict::Fail(finding.help("let `cloudtrail.amazonaws.com` assume the role")))
}

/// Returns the verdict on the permissions of a role; `None` if they suffice, or if not all of its policies can be read.
fn permissions(role: &Dependency, delivery: &LogDelivery) -> Option<Verdict> {
    let mut policies = RolePolicies::default();
    role.setting.iter().for_each(|attached| policies.read(attached));
    let weight = policies.certain.iter().chain(&policies.possible).map(|policy| policy.weight);
    let weight = weight.fold(0, usize::saturating_add).saturating_mul(ACTIONS.len());
    if delivery.work.charge(weight).is_err() || policies.is_unread {
        return None;
    }
    let certain: Vec<&AttachedPolicy> = policies.certain;
    if allows(&certain, delivery) {
        return None;
    }
    let all: Vec<&AttachedPolicy> = certain.iter().copied().chain(policies.possible).collect();
    let open = policies.open.filter(|_| policies.may_be_unread || allows(&all, delivery));
    let limit = role.unread_companion.as_ref();
    match (open, limit) {
        (Some(why), _) => Some(undecided(role, why)),
        (None, Some(UnreadCompanion { why: why @ Reason::OverLimit { .. }, .. })) => Some(undecided(role, why)),
        // The part that isn't read may attach a policy.
        (None, Some(_)) => None,
        (None, None) => Some(Verdict::Fail(without_permissions(role, &certain))),
    }
}

/// The policies of a role.
#[derive(Default)]
struct RolePolicies<'a> {
    certain: Vec<&'a AttachedPolicy>,
    /// Those that are attached only in some deployments.
    possible: Vec<&'a AttachedPolicy>,
    /// True if a policy can't be read.
    is_unread: bool,
    /// True if a policy that may not be attached can't be read.
    may_be_unread: bool,
    /// The reason why it is unknown if a policy is attached.
    open: Option<&'a Reason>,
}

impl<'a> RolePolicies<'a> {
    fn read(&mut self, attached: &'a Attached) {
        let policy = match &*attached.setting {
            TargetSetting::Policy(policy) => Some(policy).filter(|policy| policy.document.is_ok()),
            TargetSetting::UnreadPolicy => None,
            _ => return,
        };
        match (&attached.applies, policy) {
            (Known(false), _) => {}
            (Known(true), Some(policy)) => self.certain.push(policy),
            (Known(true), None) => self.is_unread = true,
            (Unknown(why), policy) => {
                self.open = self.open.or(Some(why));
                self.may_be_unread |= policy.is_none();
                self.possible.extend(policy);
            }
        }
    }
}

/// True if the policies allow all actions on the streams of the log group, or may allow them.
fn allows(policies: &[&AttachedPolicy], delivery: &LogDelivery) -> bool {
    let documents: Vec<&PolicyDocument> = policies.iter().filter_map(|policy| policy.document.as_ref().ok()).collect();
    let group = delivery.log_group.as_ref();
    ACTIONS.iter().all(|action| may_deliver(&documents, action, group, &delivery.work) != Known(false))
}

fn undecided(role: &Dependency, why: &Reason) -> Verdict {
    let finding = Finding::at(role.declared.header, MAY_FAIL, why.describe());
    Verdict::Unknown(finding.with_cause(why).blocked(why))
}

fn without_permissions(role: &Dependency, policies: &[&AttachedPolicy]) -> Finding {
    let [create, put] = ACTIONS;
    let finding = match policies.first() {
        Some(policy) => {
            let label = format!("this role has no permission for `{create}` and `{put}` on the log group's streams");
            Finding::at(policy.span, CANNOT, label).with_hops(&policy.hops)
        }
        None => Finding::at(role.declared.header, CANNOT, "this role has no permissions"),
    };
    finding.help(format!("allow `{create}` and `{put}` on `arn:…:log-group:GROUP:log-stream:*`"))
}

/// Returns the first failure, else the first unknown.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (&one, &other) {
        (Verdict::Fail(_), _) | (_, Verdict::Pass) | (Verdict::Unknown(_), Verdict::Unknown(_)) => one,
        (_, Verdict::Fail(_)) | (Verdict::Pass, Verdict::Unknown(_)) => other,
    }
}

/// A pass if the argument is neither null nor empty.
fn is_set(setting: &TrailSetting<String>, [group, role]: [&str; 2]) -> Verdict {
    match setting.value() {
        Known(Ok(value)) if !value.is_empty() => Verdict::Pass,
        Known(Ok(_)) => {
            let label = match setting.read.origin {
                Origin::Absent(_) => format!("`{}` is not set", setting.name),
                Origin::Written(_) | Origin::Null(_) => "the value is empty".to_owned(),
            };
            Verdict::Fail(unset(setting, label).help(format!("set `{group}` and `{role}`")))
        }
        Known(Err(invalid)) => Verdict::Fail(unset(setting, invalid.describe())),
        Unknown(why) if why.is_set() => Verdict::Pass,
        Unknown(why) => {
            let verdict = Verdict::unknown(setting, why, MAY_FAIL);
            verdict.with_reference_values(why, "is null or empty", "is set")
        }
    }
}

fn unset(setting: &TrailSetting<String>, label: String) -> Finding {
    Finding::at(setting.span(), FAILS, label).for_argument(setting.name).with_hops(&setting.read.hops)
}

/// Returns the failure of a deployed trail whose last delivery had an error.
fn observed(delivery: &LogDelivery) -> Option<Verdict> {
    let observed = delivery.settings.observed_by_logs.as_ref()?;
    let error = observed.error()?;
    let label = format!("CloudTrail can't deliver: `{}`", cut(error));
    let finding = Finding::at(observed.error.span(), FAILS, label).for_argument(observed.error.name);
    Some(Verdict::Fail(finding))
}
