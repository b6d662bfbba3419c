//! Texts in a configuration that have to name something, or be something: each is checked where it is read,
//! so that a mistake is shown at its place.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::settings::{IgnoreSetting, IgnoredFindings};
use crate::model::region;
use crate::named::closest;
use crate::report::Date;
use crate::rules::{self, Rule};
use crate::source::Exclusions;
use crate::suppress;

/// The group of all rules that are asked by default.
pub const ALL: &str = "all";

/// A rule or a group of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String", extend("enum" = [&groups()[..], &judging(), &reading()].concat())))]
pub struct RuleOrGroup(pub &'static str);

/// A rule that can be disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String", extend("enum" = judging())))]
pub struct SelectableRule(pub &'static str);

/// A rule that can be disabled, or a group of such rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String", extend("enum" = [groups().split_off(1), judging()].concat())))]
pub struct SelectableRules(pub &'static str);

/// A benchmark with controls about CloudTrail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("enum" = rules::stated_benchmarks().collect::<Vec<_>>())))]
pub struct Benchmark(pub String);

/// A pattern in the syntax of `.gitignore`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Glob(pub String);

/// The name of an AWS Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RegionName(pub String);

/// The number of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AccountNumber(pub String);

/// A date, as a TOML date or a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String", extend("format" = "date")))]
pub struct ExpiryDate(pub Date);

impl RuleOrGroup {
    /// All rules that are asked by default.
    pub const ALL: Self = Self(ALL);

    /// True if it is the rule's id, or a group that contains the rule.
    pub fn names(self, rule: &Rule) -> bool {
        is_named(self.0, rule)
    }
}

impl SelectableRules {
    /// True if it is the rule's id, or a group that contains the rule.
    pub fn names(self, rule: &Rule) -> bool {
        is_named(self.0, rule)
    }

    fn of(name: &str) -> Result<Self, String> {
        match rules::group(name).filter(|group| group.name != ALL) {
            Some(group) => Ok(Self(group.name)),
            None => SelectableRule::of(name).map(|rule| Self(rule.0)),
        }
    }
}

fn is_named(name: &str, rule: &Rule) -> bool {
    rules::group(name).map_or(name == rule.id(), |group| (group.has)(rule))
}

/// The names of the groups.
#[cfg(test)]
fn groups() -> Vec<&'static str> {
    rules::GROUPS.iter().map(|group| group.name).collect()
}

/// The names of the rules that can be switched off.
#[cfg(test)]
fn judging() -> Vec<&'static str> {
    rules::RULES.iter().copied().map(Rule::id).filter(|id| SelectableRule::of(id).is_ok()).collect()
}

/// The names of the others.
#[cfg(test)]
fn reading() -> Vec<&'static str> {
    rules::RULES.iter().copied().map(Rule::id).filter(|id| SelectableRule::of(id).is_err()).collect()
}

impl SelectableRule {
    /// The rule with this id, if it can be disabled.
    ///
    /// # Errors
    ///
    /// A message about the id.
    pub fn of(name: &str) -> Result<Self, String> {
        match suppress::rule_here(name) {
            Some(own) => Err(own),
            None => rules::evaluating(name).map(|rule| Self(rule.id())),
        }
    }
}

impl<'de> Deserialize<'de> for RuleOrGroup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        match (rules::group(&name), suppress::rule_here(&name)) {
            (Some(group), _) => Ok(Self(group.name)),
            (None, Some(own)) => Err(D::Error::custom(own)),
            (None, None) => rules::named(&name).map(|rule| Self(rule.id())).map_err(D::Error::custom),
        }
    }
}

impl<'de> Deserialize<'de> for SelectableRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Benchmark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if rules::stated_benchmarks().any(|known| known == name) {
            return Ok(Self(name));
        }
        let suggestion = closest(&name, rules::stated_benchmarks());
        let suggestion = suggestion.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
        Err(D::Error::custom(format!("unknown benchmark `{name}`{suggestion}")))
    }
}

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pattern = String::deserialize(deserializer)?;
        Exclusions::check(&pattern).map_err(D::Error::custom)?;
        Ok(Self(pattern))
    }
}

impl<'de> Deserialize<'de> for RegionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if region::is_name(&name) {
            return Ok(Self(name));
        }
        Err(D::Error::custom(format!("`{name}` isn't a Region name such as `eu-west-1`")))
    }
}

impl<'de> Deserialize<'de> for AccountNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = String::deserialize(deserializer)?;
        if number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(number));
        }
        Err(D::Error::custom(format!("`{number}` isn't the number of an account, such as \"111122223333\"")))
    }
}

impl Default for Benchmark {
    fn default() -> Self {
        Self(rules::DEFAULT_BENCHMARK.to_owned())
    }
}

impl Serialize for ExpiryDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ExpiryDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for IgnoreSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RuleOrFindings)
    }
}

/// Deserializes `select`. An empty list is an error, since it would select all rules.
pub(super) fn selected<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RuleOrGroup>, D::Error> {
    let names = Vec::<RuleOrGroup>::deserialize(deserializer)?;
    if names.is_empty() {
        return Err(D::Error::custom("`select` is empty; remove it to select all rules"));
    }
    Ok(names)
}

/// Deserializes a reason. A last day in it is an error, since it belongs in `until`.
pub(super) fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let reason = Option::<String>::deserialize(deserializer)?;
    if reason.as_deref().is_some_and(suppress::has_last_day) {
        return Err(D::Error::custom("write the date as a separate key: `until = 2027-01-31`"));
    }
    Ok(reason)
}

struct RuleOrFindings;

impl<'de> Visitor<'de> for RuleOrFindings {
    type Value = IgnoreSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a rule or a group, or a table with `rule`")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<IgnoreSetting, E> {
        SelectableRules::of(name).map(IgnoreSetting::Rules).map_err(E::custom)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<IgnoreSetting, M::Error> {
        IgnoredFindings::deserialize(MapAccessDeserializer::new(map)).map(IgnoreSetting::Findings)
    }
}
