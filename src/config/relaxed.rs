//! Compares two configurations and lists the settings that can only reduce the findings.

use super::{Config, IgnoreSetting, RootSetting, Settings};
use crate::finding::Level;
use crate::formats::ParameterPolicy;
use crate::model::selectors::SelectorPolicy;
use crate::report::{FailOn, OnUnknown};
use crate::rules::{RULES, Rule};
use crate::source::Span;

/// A setting that is less strict than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relaxed {
    /// The key; `table.key` within a table.
    pub key: String,
    /// The change, which follows "this change".
    pub change: String,
    /// The location of the setting; `None` if it was removed.
    pub span: Option<Span>,
    /// The file that has the setting, or had it.
    pub file: String,
}

impl Config {
    /// The settings that are less strict than in another configuration.
    pub fn relaxed_since(&self, before: &Self) -> Vec<Relaxed> {
        let (now, was) = (&self.settings, &before.settings);
        let mut relaxed = Vec::new();
        let mut add = |key: &str, change: String| {
            let origin = self.origins.get(key);
            let file = origin.map_or(&before.name, |origin| &origin.name).clone();
            relaxed.push(Relaxed { key: key.to_owned(), change, span: origin.map(|origin| origin.span), file });
        };
        for rule in RULES.iter().copied() {
            if enables(was, rule) && !enables(now, rule) {
                let key = if ignores(now, rule) { "ignore" } else { "select" };
                add(key, format!("disables `{}`", rule.id()));
            }
            let levels = [now, was].map(|settings| level(settings, rule));
            if let [now, was] = levels
                && now < was
            {
                add(&format!("levels.{}", rule.id()), format!("lowers the level of `{}`", rule.id()));
            }
        }
        for (key, is_less) in relaxed_settings(now, was) {
            if is_less {
                add(key, format!("relaxes `{key}`"));
            }
        }
        for glob in now.exclude.iter().filter(|glob| !was.exclude.contains(glob)) {
            add("exclude", format!("excludes `{}`", glob.0));
        }
        for tool in now.honor.iter().filter(|tool| !was.honor.contains(tool)) {
            add("honor", format!("honors the comments of {}", tool.name()));
        }
        for rule in was.enforce.iter().filter(|named| !now.enforce.contains(named)) {
            add("enforce", format!("allows findings of `{}` to be suppressed", rule.0));
        }
        for root in was.root.iter().filter(|root| !now.root.iter().any(|other| is_same(other, root))) {
            let name = root.name.as_deref().unwrap_or(&root.path);
            add("root", format!("removes the deployment `{name}`"));
        }
        for root in &now.root {
            let before = was.root.iter().find(|other| is_same(other, root)).map(values).unwrap_or_default();
            if values(root) != before {
                let name = root.name.as_deref().unwrap_or(&root.path);
                add("root", format!("changes the values of the deployment `{name}`"));
            }
        }
        for evidence in was.evidence.iter().filter(|evidence| !now.evidence.contains(evidence)) {
            add("evidence", format!("removes the evidence `{evidence}`"));
        }
        for module in now.module.iter().filter(|module| !was.module.contains(module)) {
            add("module", format!("reads the module `{}` from `{}`", module.source, module.path));
        }
        relaxed.extend(self.newly_suppressed(before));
        relaxed
    }

    /// Returns the accepted findings that the other configuration doesn't accept, or not for as long.
    fn newly_suppressed(&self, before: &Self) -> Vec<Relaxed> {
        let known = before.accepted();
        let mut relaxed = Vec::new();
        for new in self.accepted().iter().filter(|new| !is_known(new, &known)) {
            relaxed.push(Relaxed {
                key: "ignore".to_owned(),
                change: format!("suppresses findings of `{}`", new.rule),
                span: new.suppression.span,
                file: self.origins.get("ignore").map_or(&before.name, |origin| &origin.name).clone(),
            });
        }
        relaxed
    }
}

fn is_known(new: &crate::suppress::SuppressedFindings, known: &[crate::suppress::SuppressedFindings]) -> bool {
    known.iter().any(|old| {
        let is_longer = new.suppression.ends_after(old.suppression.until);
        (new.rule, &new.address) == (old.rule, &old.address) && !is_longer
    })
}

/// Returns settings with a value that is less strict than another one. A change of `parameter-policy` in either
/// direction counts, since it turns failures into unknown results or the other way round.
fn relaxed_settings(now: &Settings, was: &Settings) -> [(&'static str, bool); 8] {
    let (now_regions, was_regions) = (regions_of(now), regions_of(was));
    let is_dropped = was_regions.iter().any(|region| !now_regions.contains(region));
    [
        ("fail-on", fail_on_rank(now.fail_on) < fail_on_rank(was.fail_on)),
        ("unknown", unknown_rank(now.unknown) < unknown_rank(was.unknown)),
        ("require-trail", was.require_trail && !now.require_trail),
        ("every-trail", was.every_trail && !now.every_trail),
        (
            "selector-policy",
            (was.selector_policy, now.selector_policy) == (SelectorPolicy::Literal, SelectorPolicy::Coverage),
        ),
        ("min-retention-days", now.min_retention_days < was.min_retention_days),
        ("parameter-policy", policy(now.parameter_policy) != policy(was.parameter_policy)),
        ("regions", !now_regions.is_empty() && (was_regions.is_empty() || is_dropped)),
    ]
}

fn regions_of(settings: &Settings) -> Vec<String> {
    settings.regions.iter().map(|region| region.0.clone()).collect()
}

fn policy(policy: ParameterPolicy) -> bool {
    matches!(policy, ParameterPolicy::Any)
}

/// Orders the values of `fail-on` by strictness.
fn fail_on_rank(fail_on: FailOn) -> u8 {
    match fail_on {
        FailOn::Never => 0,
        FailOn::Error => 1,
        FailOn::Warning => 2,
        FailOn::Note => 3,
    }
}

fn unknown_rank(unknown: OnUnknown) -> u8 {
    match unknown {
        OnUnknown::Ignore => 0,
        OnUnknown::Warn => 1,
        OnUnknown::Fail => 2,
    }
}

fn enables(settings: &Settings, rule: &Rule) -> bool {
    let is_selected = settings.select.iter().chain(&settings.extend_select).any(|named| named.names(rule));
    let is_enforced = settings.enforce.iter().any(|named| named.names(rule));
    is_enforced || is_selected && !ignores(settings, rule)
}

fn ignores(settings: &Settings, rule: &Rule) -> bool {
    settings.ignore.iter().any(|ignore| matches!(ignore, IgnoreSetting::Rules(ignored) if ignored.names(rule)))
}

fn level(settings: &Settings, rule: &Rule) -> Level {
    let said = settings.levels.iter().find(|(named, _)| named.0 == rule.id());
    said.map_or(rule.page.level, |(_, level)| *level)
}

fn is_same(one: &RootSetting, other: &RootSetting) -> bool {
    (&one.name, &one.path) == (&other.name, &other.path)
}

/// Returns the files with a deployment's values.
fn values(root: &RootSetting) -> (&[String], &[String]) {
    (&root.var_files, &root.parameter_files)
}
