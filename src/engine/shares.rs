//! Divides the work that a run may do among its deployments.
//!
//! The size of what is checked bounds the work of a whole run, however many deployments lie in it. Each deployment gets an
//! equal share first. One that needs more gets what the others have left, in the order of the deployments, so that the
//! result doesn't depend on the number of threads.

use std::num::NonZeroUsize;
use std::rc::Rc;

use super::on_threads;
use crate::value::Budget;

/// The largest number of deployments that get their shares at once.
const BATCH: usize = 32;

/// The last step of a deployment may cost so much more than is left of its share: it is known afterwards how large a value is.
/// The shares of the next deployments make up for it, so fewer are evaluated at once when little is left.
const LAST_STEP: usize = 1 << 14;

/// The outcome of work on a deployment, and its cost.
pub(super) struct Paid<T> {
    pub(super) outcome: T,
    spent: usize,
    /// True if the work was cut, so that a larger budget may give another outcome.
    pub(super) is_cut: bool,
}

/// The steps of a run.
pub(super) struct Shares {
    /// The share of each deployment.
    each: usize,
    /// The steps that no deployment has spent.
    left: usize,
}

impl Shares {
    /// The shares of a number of deployments in files of so many bytes.
    pub(super) fn new(bytes: usize, deployments: usize) -> Self {
        let left = Budget::steps_for(bytes);
        let (_, each) = portions(left, deployments);
        Self { each, left }
    }

    /// True if the outcome is the one that a deployment's share gives.
    pub(super) fn suffice_for<T>(&self, paid: &Paid<T>) -> bool {
        !paid.is_cut && paid.spent <= self.each
    }

    /// Does the work on each deployment whose outcome isn't known yet, and again where its share wasn't enough. At most
    /// half of what is left is spent on that, so that later deployments have their part.
    pub(super) fn spend<I: Sync, T: Send>(
        &mut self,
        items: &[I],
        known: Vec<Option<Paid<T>>>,
        jobs: Option<NonZeroUsize>,
        work: impl Fn(&I, &Rc<Budget>) -> T + Sync,
    ) -> Vec<Paid<T>> {
        let pay = |item: &I, steps| {
            let budget = Budget::new(steps);
            let outcome = work(item, &budget);
            Paid { outcome, spent: budget.spent(), is_cut: budget.is_exceeded() }
        };
        let is_open = |(item, known): (_, &Option<Paid<T>>)| known.is_none().then_some(item);
        let open: Vec<&I> = items.iter().zip(&known).filter_map(is_open).collect();
        known.iter().flatten().for_each(|paid| self.take(paid));
        let mut done = Vec::new();
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            let (batch, share) = portions(self.left, rest.len());
            let (now, later) = rest.split_at(batch);
            rest = later;
            let paid = on_threads(now, jobs, |item| pay(item, share.min(self.each)));
            paid.iter().for_each(|paid| self.take(paid));
            done.extend(paid);
        }
        let mut done = done.into_iter();
        let mut all: Vec<Paid<T>> = known.into_iter().filter_map(|known| known.or_else(|| done.next())).collect();
        let reserve = self.left / 2;
        for (item, paid) in items.iter().zip(&mut all) {
            let more = self.left.saturating_sub(reserve);
            if paid.is_cut && more > self.each {
                *paid = pay(item, more);
                self.take(paid);
            }
        }
        all
    }

    fn take<T>(&mut self, paid: &Paid<T>) {
        self.left = self.left.saturating_sub(paid.spent);
    }
}

/// The number of deployments that get their shares at once of what is left, and the share of each.
fn portions(left: usize, deployments: usize) -> (usize, usize) {
    let batch = (left / LAST_STEP / 2).clamp(1, BATCH).min(deployments);
    let reserved = batch.saturating_mul(LAST_STEP).min(left / 2);
    (batch, left.saturating_sub(reserved).checked_div(deployments).unwrap_or(left))
}
