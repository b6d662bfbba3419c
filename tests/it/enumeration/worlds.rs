//! The verdicts on a template, by trying every value of every parameter.

use serde_json::Value as Json;
use trailint::internal::formats::ParameterPolicy;
use trailint::internal::report::{Diagnostic, Outcome};

use super::super::support::word;
use super::generate::LITERALS;
use super::template::{Condition, Parameter, ROWS, Selector, Template, Text, Trail, Value};

/// What a property says: nothing when it isn't there, and no boolean when no deployment takes it.
type Flag = Option<Result<bool, ()>>;

impl Template {
    /// The verdicts on its trails, in their order, and on the whole.
    pub(super) fn enumerate(&self, policy: ParameterPolicy) -> Vec<String> {
        let worlds = self.worlds(policy);
        let mut said: Vec<String> = self.trails.iter().flat_map(|trail| self.over(&worlds, trail)).collect();
        let exist = |world: &&Vec<&str>| self.trails.iter().any(|trail| self.exists(trail, world));
        let qualify = |world: &Vec<&str>| {
            let complies = |trail: &Trail| self.exists(trail, world) && self.verdicts(trail, world) == [true; 3];
            self.trails.iter().any(complies)
        };
        let verdict = if worlds.iter().filter(exist).count() == 0 {
            "not-applicable"
        } else {
            word(outcome(worlds.iter().map(qualify)))
        };
        said.push(format!("deployment {verdict}"));
        said
    }

    fn worlds(&self, policy: ParameterPolicy) -> Vec<Vec<&'static str>> {
        let mut worlds = vec![Vec::new()];
        for index in 0..self.parameters.len() {
            let domain = self.domain(index, policy);
            worlds = worlds
                .iter()
                .flat_map(|world: &Vec<&str>| domain.iter().map(|value| [&world[..], &[*value]].concat()))
                .collect();
        }
        worlds
    }

    /// The values that a finding about a trail names lead to its verdict, and some world has them.
    pub(super) fn check_witness(&self, diagnostic: &Diagnostic, policy: ParameterPolicy) {
        let rules = ["single-region-trail", "stopped-trail", "missing-management-events"];
        let rule = rules.iter().position(|rule| *rule == diagnostic.rule.id());
        let index = diagnostic.address.as_ref().and_then(|address| address.strip_prefix('T')?.parse::<usize>().ok());
        let (Some(rule), Some(index), Outcome::Unknown) = (rule, index, diagnostic.outcome) else { return };
        let trail = &self.trails[index];
        for (decisions, expected) in [(&diagnostic.fails_when, false), (&diagnostic.passes_when, true)] {
            let mut own = self.worlds(policy);
            own.retain(|world| self.exists(trail, world) && decisions.iter().all(|decision| agrees(decision, world)));
            assert!(!own.is_empty(), "no world has {decisions:?}");
            let has_verdict = |world: &Vec<&str>| self.verdicts(trail, world)[rule] == expected;
            assert!(decisions.is_empty() || own.iter().all(has_verdict), "{decisions:?} isn't enough for {rule}");
        }
    }

    fn over(&self, worlds: &[Vec<&str>], trail: &Trail) -> Vec<String> {
        let created: Vec<&Vec<&str>> = worlds.iter().filter(|world| self.exists(trail, world)).collect();
        if created.is_empty() {
            return vec!["never".to_owned()];
        }
        let exists = if created.len() == worlds.len() { "always" } else { "sometimes" };
        let rules = ["single-region-trail", "stopped-trail", "missing-management-events"];
        let verdict = |(index, rule): (usize, &&str)| {
            let outcome = outcome(created.iter().map(|world| self.verdicts(trail, world)[index]));
            format!("{rule} {}", word(outcome))
        };
        std::iter::once(exists.to_owned()).chain(rules.iter().enumerate().map(verdict)).collect()
    }

    /// The values that a parameter may have, with one for all that no condition names.
    fn domain(&self, index: usize, policy: ParameterPolicy) -> Vec<&'static str> {
        let Parameter { allowed, default, given } = self.parameters[index];
        match given.or(default.filter(|_| policy == ParameterPolicy::Defaults)) {
            Some(value) => vec![value],
            None if allowed.is_empty() => [&LITERALS[..], &["anything else"]].concat(),
            None => allowed.to_vec(),
        }
    }

    fn exists(&self, trail: &Trail, world: &[&str]) -> bool {
        trail.condition.is_none_or(|condition| self.holds(&self.conditions[condition], world))
    }

    fn holds(&self, condition: &Condition, world: &[&str]) -> bool {
        let text = |text: &Text| match text {
            Text::Literal(text) => (*text).to_owned(),
            Text::Parameter(index) => world[*index].to_owned(),
        };
        match condition {
            Condition::Equals(left, right) => text(left) == text(right),
            Condition::Not(inner) => !self.holds(inner, world),
            Condition::And(all) => all.iter().all(|one| self.holds(one, world)),
            Condition::Or(all) => all.iter().any(|one| self.holds(one, world)),
            Condition::Named(index) => self.holds(&self.conditions[*index], world),
        }
    }

    /// Whether the trail has all Regions, is logging, and records all management events.
    fn verdicts(&self, trail: &Trail, world: &[&str]) -> [bool; 3] {
        let is_true = |value: &Option<Value>| self.flag(value.as_ref(), world) == Some(Ok(true));
        [is_true(&trail.multi_region), is_true(&trail.logging), self.records_everything(trail, world)]
    }

    fn records_everything(&self, trail: &Trail, world: &[&str]) -> bool {
        let is_there = |selector: &&Selector| {
            selector.condition.is_none_or(|condition| self.holds(&self.conditions[condition], world))
        };
        let present: Vec<&Selector> = trail.selectors.iter().flatten().filter(is_there).collect();
        let (mut reads, mut writes) = (present.is_empty(), present.is_empty());
        for selector in present {
            if !matches!(self.flag(selector.management.as_ref(), world), None | Some(Ok(true))) {
                continue;
            }
            let direction = selector.direction.as_ref().and_then(|value| self.text(value, world));
            let direction = direction.as_deref().unwrap_or("All");
            reads |= direction == "All" || direction == "ReadOnly";
            writes |= direction == "All" || direction == "WriteOnly";
        }
        reads && writes
    }

    fn flag(&self, value: Option<&Value>, world: &[&str]) -> Flag {
        let text = self.text(value?, world)?;
        Some(match text.as_str() {
            "true" | "True" | "TRUE" => Ok(true),
            "false" | "False" | "FALSE" => Ok(false),
            _ => Err(()),
        })
    }

    /// A value as a text; nothing when it is `AWS::NoValue`.
    fn text(&self, value: &Value, world: &[&str]) -> Option<String> {
        Some(match value {
            Value::Literal(Json::String(text)) => text.clone(),
            Value::Literal(other) => other.to_string(),
            Value::Absent => return None,
            Value::Ref(index) | Value::Sub(index) => world[*index].to_owned(),
            Value::If(condition, then, otherwise) => {
                let holds = self.holds(&self.conditions[*condition], world);
                return self.text(if holds { then } else { otherwise }, world);
            }
            Value::Find(index, column) => {
                let row = ROWS.iter().position(|row| *row == world[*index]).unwrap();
                self.mapping[row][*column].to_owned()
            }
            Value::Select(index, items) => return self.text(&items[world[*index].parse::<usize>().unwrap()], world),
            Value::Join(a, b) => format!("{a}{b}"),
        })
    }
}

/// Whether a decision of a report is true in a world.
fn agrees(decision: &str, world: &[&str]) -> bool {
    let value = |name: &str| match name.strip_prefix('P').and_then(|index| index.parse::<usize>().ok()) {
        Some(index) => world[index].to_owned(),
        None => name.to_owned(),
    };
    if let Some(condition) = decision.strip_prefix("not (") {
        return !agrees(condition.strip_suffix(')').unwrap(), world);
    }
    let parts = [" == ", " != ", " = "].into_iter().find_map(|sign| Some((sign, decision.split_once(sign)?)));
    let Some((sign, (left, right))) = parts else { panic!("{decision}") };
    (value(left) == value(right)) == (sign != " != ")
}

fn outcome(mut worlds: impl Iterator<Item = bool> + Clone) -> Outcome {
    match (worlds.clone().all(|passes| passes), worlds.any(|passes| passes)) {
        (true, _) => Outcome::Pass,
        (false, true) => Outcome::Unknown,
        (false, false) => Outcome::Fail,
    }
}
