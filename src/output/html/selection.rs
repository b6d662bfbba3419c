//! Selects the findings on the page: all, or the most severe if there are more than a browser can display.

use std::collections::HashSet;

use super::page::HtmlPage;
use super::trail::{self, Instances};
use crate::output::annotation;
use crate::output::summary::{count, enumerate};
use crate::report::{DeploymentResult, Report};

/// The limit of trails on a page. Each takes some kilobytes.
const MAX_TRAILS: usize = 1_000;

/// The limit of findings on a page with the same subject, unless that is a trail.
const MAX_FINDINGS: usize = 1_000;

/// A deployment of the report, by its index, with its trails that are on the page.
pub(super) struct ShownDeployment<'a> {
    pub(super) index: usize,
    pub(super) deployment: &'a DeploymentResult,
    pub(super) trails: Vec<Instances<'a>>,
}

/// Selects the deployments for the page, in their order. Failing ones are preferred if not all fit.
pub(super) fn choose<'a>(page: &HtmlPage<'a>) -> Vec<ShownDeployment<'a>> {
    let mut deployments: Vec<(usize, &DeploymentResult)> = page.report.deployments.iter().enumerate().collect();
    deployments.sort_by_key(|(_, deployment)| annotation::rank_of_verdict(deployment.verdict));
    let mut room = MAX_TRAILS;
    let mut shown = Vec::new();
    for (index, deployment) in deployments {
        if room == 0 {
            break;
        }
        let trails =
            most_severe(trail::instances(deployment), room, |instances| rank_of_trail(instances, deployment, page));
        room = room.saturating_sub(trails.len().max(1));
        shown.push(ShownDeployment { index, deployment, trails });
    }
    shown.sort_by_key(|shown| shown.index);
    shown
}

/// Returns up to `room` items with the lowest ranks, in their order.
fn most_severe<T, R: Ord>(items: Vec<T>, room: usize, rank: impl Fn(&T) -> R) -> Vec<T> {
    if items.len() <= room {
        return items;
    }
    let mut ranked: Vec<(usize, T)> = items.into_iter().enumerate().collect();
    ranked.sort_by_cached_key(|(_, item)| rank(item));
    ranked.truncate(room);
    ranked.sort_by_key(|(index, _)| *index);
    ranked.into_iter().map(|(_, item)| item).collect()
}

/// Ranks a trail by its most severe finding; a trail without findings is last.
fn rank_of_trail<'a>(
    instances: &Instances<'a>,
    deployment: &'a DeploymentResult,
    page: &HtmlPage<'a>,
) -> impl Ord + use<> {
    let findings = instances.iter().flat_map(|trail| page.about(Some(deployment), Some(&trail.address)));
    let worst = findings.map(|numbered| annotation::rank(numbered.diagnostic)).min();
    (worst.is_none(), worst)
}

/// The sentence that names what the page omits, with the number of findings that belong to no trail. `None` if it is
/// complete.
pub(super) fn omission_note(shown: &[ShownDeployment<'_>], findings: usize, report: &Report) -> Option<String> {
    let on_page: usize = shown.iter().flat_map(|shown| &shown.trails).map(Vec::len).sum();
    let all: usize = report.deployments.iter().map(|deployment| deployment.trails.len()).sum();
    let deployments = report.deployments.len().saturating_sub(shown.len());
    let parts = [(all.saturating_sub(on_page), "trail"), (deployments, "deployment"), (findings, "finding")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what)).collect();
    let is_one = parts.len() == 1 && parts.iter().all(|part| part.starts_with("1 "));
    let verb = if is_one { "isn’t" } else { "aren’t" };
    let named = enumerate(&parts);
    (!parts.is_empty())
        .then(|| format!("{named} {verb} on this page, which shows the most severe; `--format json` contains all."))
}

/// Keeps the findings that have a place on the page: those about its trails, and those about no trail. Returns the
/// number of the latter beyond the limit.
pub(super) fn keep_shown<'a>(page: &mut HtmlPage<'a>, shown: &[ShownDeployment<'a>]) -> usize {
    let addresses: HashSet<_> = shown
        .iter()
        .flat_map(|shown| shown.trails.iter().flatten().map(move |trail| (shown.deployment, trail)))
        .map(|(deployment, trail)| {
            (Some(deployment.root.as_str()), deployment.name.as_deref(), Some(trail.address.as_str()))
        })
        .collect();
    page.findings.retain(|subject, _| subject.2.is_none() || addresses.contains(subject));
    let mut left_out = 0_usize;
    for findings in page.findings.values_mut() {
        left_out = left_out.saturating_add(findings.len().saturating_sub(MAX_FINDINGS));
        *findings =
            most_severe(std::mem::take(findings), MAX_FINDINGS, |numbered| annotation::rank(numbered.diagnostic));
    }
    left_out
}
