//! The citation of a control: the benchmark with its version, and the number.

use super::rule_list::benchmark_title;
use crate::rules::{self, Rule};

/// The control of a rule in a benchmark: "CIS AWS Foundations v3.0.0 3.1".
pub(super) fn citation(rule: &'static Rule, benchmark: &str) -> Option<String> {
    let title = match cis_version(benchmark) {
        Some(version) => format!("CIS AWS Foundations v{version}"),
        None => benchmark_title(benchmark),
    };
    let number = rules::number_of(rule, benchmark)?;
    // Security Hub maps its controls to the standard, but they aren't numbers of it.
    let is_foreign = rule.page.control(benchmark).is_none() && rules::basis(benchmark).is_some();
    Some(if is_foreign { format!("{title} (Security Hub {number})") } else { format!("{title} {number}") })
}

/// The version of a benchmark of CIS with its three parts.
pub(super) fn cis_version(benchmark: &str) -> Option<String> {
    let version = benchmark.strip_prefix("cis-aws-")?;
    Some(if version.matches('.').count() < 2 { format!("{version}.0") } else { version.to_owned() })
}
