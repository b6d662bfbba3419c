//! Evaluates if policies allow the requests that CloudTrail has to send.

use crate::finding::{Finding, Level, Verdict};
use crate::model::log_delivery::{AttachedPolicy, DeliverySettings, Dependency, LogDelivery};
use crate::model::policy::{
    Assumption, Condition, Permission, PolicyDocument, Sender, ServiceRequest, Shortfall, Statement, StatementPart,
    assumptions, permission,
};
use crate::value::{Known, Maybe, Reason, Unknown};

/// The cost of a request, apart from the texts of policies, in cells of a comparison.
const COST_OF_NEED: usize = 1_024;

/// The number of times that the texts of policies are searched for assumptions.
const READINGS: usize = 2;

/// The cost of building an assumption, in cells of a comparison.
const COST_OF_ASSUMPTION: usize = 256;

/// A request that has to be allowed.
pub(super) struct RequiredRequest {
    pub(super) request: ServiceRequest,
    /// The request as the end of a sentence: "`s3:PutObject` on `AWSLogs/*`".
    pub(super) description: String,
    /// False if the trail doesn't send it.
    pub(super) is_sent: Maybe<bool>,
    /// The reason why the missing permission may not be needed: the request represents several, of which only some are
    /// sent.
    pub(super) optional_reason: Option<&'static str>,
    /// A lower severity and other messages, for a request whose missing permission has less effect than the rule's
    /// messages state.
    pub(super) downgraded: Option<(Level, Messages)>,
}

/// The message for policies that don't meet a need, and for those that may not.
pub(super) type Messages = [&'static str; 2];

impl RequiredRequest {
    /// A request that is always sent.
    pub(super) fn new(request: ServiceRequest, what: impl Into<String>) -> Self {
        Self { request, description: what.into(), is_sent: Known(true), optional_reason: None, downgraded: None }
    }
}

/// The policies of a bucket or a key, and the trail that depends on them.
pub(super) struct Grants<'a> {
    pub(super) policies: Vec<&'a AttachedPolicy>,
    pub(super) dependency: &'a Dependency,
    pub(super) delivery: &'a LogDelivery,
    /// The message for policies that block the trail, and for those that may.
    pub(super) messages: Messages,
}

/// The result of the policies under one assumption.
enum GrantResult {
    Pass,
    /// The number of satisfied needs before the one that isn't.
    Fail(usize, Finding),
    Unknown(Finding),
}

impl Grants<'_> {
    /// Returns a pass if all needs are satisfied under some assumption, and a failure if there is no such assumption.
    pub(super) fn evaluate(&self, needs: impl Fn(&Assumption) -> Vec<RequiredRequest>) -> Verdict {
        let documents: Vec<&PolicyDocument> =
            self.policies.iter().filter_map(|policy| policy.document.as_ref().ok()).collect();
        let mut open: Option<Finding> = None;
        let mut failure: Option<(usize, Finding)> = None;
        let weight = documents.iter().map(|document| document.weight()).fold(COST_OF_NEED, usize::saturating_add);
        let work = &self.delivery.work;
        let read = work.charge(weight.saturating_mul(READINGS)).map(|()| assumptions(&documents, &self.sender()));
        let read = read.and_then(|read| work.charge(read.0.len().saturating_mul(COST_OF_ASSUMPTION)).map(|()| read));
        let (all, mut is_complete, mut limit) = match read {
            Ok((all, is_complete)) => (all, is_complete, "the accounts and Regions that policies name"),
            Err(limit) => (Vec::new(), false, limit),
        };
        for assumption in &all {
            let needs = needs(assumption);
            if let Err(over) = work.charge(weight.saturating_mul(needs.len())) {
                (is_complete, limit) = (false, over);
                break;
            }
            match self.evaluate_under(&assumption.apply(&documents), &needs) {
                GrantResult::Pass => return Verdict::Pass,
                GrantResult::Unknown(finding) => drop(open.get_or_insert(finding)),
                GrantResult::Fail(met, finding) => {
                    if failure.as_ref().is_none_or(|(best, _)| met > *best) {
                        failure = Some((met, finding));
                    }
                }
            }
        }
        match (open, failure) {
            (Some(finding), _) => Verdict::Unknown(finding),
            (None, Some((_, finding))) if is_complete => Verdict::Fail(finding),
            (None, _) => {
                let why = Reason::OverLimit { limit };
                let place = self.policies.first().map_or(self.dependency.declared.header, |policy| policy.span);
                let [_, may_fail] = self.messages;
                Verdict::Unknown(Finding::at(place, may_fail, why.describe()).with_cause(&why).blocked(&why))
            }
        }
    }

    fn sender(&self) -> Sender {
        let DeliverySettings { name, arns, region, is_organization_trail, .. } = &*self.delivery.settings;
        let region = match region {
            Known(region) => Some(region.clone()),
            Unknown(_) => None,
        };
        Sender {
            name: name.clone(),
            arns: arns.clone(),
            region,
            may_be_of_organization: *is_organization_trail != Known(false),
            work: self.delivery.work.clone(),
        }
    }

    fn evaluate_under(&self, documents: &[PolicyDocument], needs: &[RequiredRequest]) -> GrantResult {
        let mut open = None;
        for (met, need) in needs.iter().enumerate() {
            if need.is_sent == Known(false) {
                continue;
            }
            match self.permission(documents, need) {
                Verdict::Pass => {}
                Verdict::Fail(finding) => return GrantResult::Fail(met, finding),
                Verdict::Unknown(finding) => drop(open.get_or_insert(finding)),
            }
        }
        open.map_or(GrantResult::Pass, GrantResult::Unknown)
    }

    fn permission(&self, documents: &[PolicyDocument], need: &RequiredRequest) -> Verdict {
        let [fails, may_fail] = need.downgraded.map_or(self.messages, |(_, messages)| messages);
        let allow = format!("allow {} for `cloudtrail.amazonaws.com`", need.description);
        let (finding, is_open) = match permission(documents, &need.request) {
            Permission::Granted => return Verdict::Pass,
            Permission::Unknown { why, statement } => {
                let finding = of_statement(statement, may_fail, &why.describe());
                return Verdict::Unknown(finding.with_cause(&why).blocked(&why));
            }
            Permission::Denied { statement } => {
                let finding = of_statement(statement, fails, "this statement denies it");
                (finding.help(format!("exclude CloudTrail from this `Deny` statement, and {allow}")), false)
            }
            Permission::Missing { nearest: Some(lack) } => {
                let condition =
                    lack.statement.first_unmet(&need.request).filter(|_| lack.part == StatementPart::Condition);
                let label = condition.map_or_else(
                    || describe_shortfall(&lack, &need.description),
                    |condition| describe_unmet(condition, need),
                );
                let help = condition.and_then(|condition| condition.wildcard_operator(&need.request));
                let help = help.map_or(allow, |operator| format!("use `{operator}`, which supports wildcards"));
                let finding = Finding::at(lack.span, fails, label).with_hops(&lack.statement.hops);
                (finding.help(help), need.optional_reason.is_some())
            }
            Permission::Missing { nearest: None } => {
                (self.nothing_allows(need, fails, &allow), need.optional_reason.is_some())
            }
        };
        let finding = Finding { level: need.downgraded.map(|(level, _)| level), ..finding };
        match (&need.is_sent, need.optional_reason.filter(|_| is_open)) {
            (Unknown(why), _) => {
                let finding = Finding { message: may_fail.to_owned(), ..finding };
                Verdict::Unknown(finding.with_note(why.describe()).blocked(why))
            }
            (Known(_), Some(reason)) => {
                let why = Reason::NotEvaluated { construct: reason.to_owned() };
                let finding = Finding { message: may_fail.to_owned(), ..finding };
                Verdict::Unknown(finding.with_note(why.describe()).blocked(&why))
            }
            (Known(_), None) => Verdict::Fail(finding),
        }
    }

    fn nothing_allows(&self, need: &RequiredRequest, message: &str, allow: &str) -> Finding {
        let header = self.dependency.declared.header;
        let finding = Finding::at(header, message, format!("nothing allows {}", need.description));
        let place = self.policies.first().map(|policy| policy.span);
        let finding = place.into_iter().fold(finding, |finding, span| finding.with_label(span, "the policy"));
        finding.help(format!("{allow} in the policy"))
    }
}

fn of_statement(statement: &Statement, message: &str, label: &str) -> Finding {
    Finding::at(statement.span, message, label).with_hops(&statement.hops)
}

/// Describes the part in which a statement almost allows the request.
fn describe_shortfall(lack: &Shortfall<'_>, what: &str) -> String {
    match lack.part {
        StatementPart::Effect => "`Effect` is neither `Allow` nor `Deny`".to_owned(),
        StatementPart::Condition => "CloudTrail's request doesn't meet this condition".to_owned(),
        StatementPart::Resource => format!("this doesn't cover {what}"),
        StatementPart::Action => format!("{what} isn't among these actions"),
        StatementPart::Principal => "CloudTrail isn't among these principals".to_owned(),
    }
}

/// Describes why a request doesn't satisfy a condition.
fn describe_unmet(condition: &Condition, need: &RequiredRequest) -> String {
    let Condition { operator, key, .. } = condition;
    let action = need.request.action;
    if condition.wildcard_operator(&need.request).is_some() {
        format!("`{operator}` on `{key}` compares `*` and `?` literally")
    } else if need.request.lacks(key) {
        format!("CloudTrail's request for `{action}` has no `{key}`")
    } else if key.eq_ignore_ascii_case("aws:SourceArn") {
        "this isn't the ARN of the trail".to_owned()
    } else {
        format!("CloudTrail's request for `{action}` doesn't meet the condition on `{key}`")
    }
}
