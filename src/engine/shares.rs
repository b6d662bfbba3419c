//! Divides the budget of a run among its deployments.
//!
//! The size of the checked files limits the work of a whole run, whatever the number of deployments. Each deployment
//! first gets the same small share, which suffices for most. The others share the rest and are evaluated again in a
//! fixed order, so that the result doesn't depend on the number of threads.

use std::num::NonZeroUsize;
use std::rc::Rc;

use super::threads::Threads;
use crate::value::Budget;

/// The maximum number of deployments that get a larger share at the same time.
const BATCH: usize = 32;

/// The steps by which a deployment may exceed its share in its last step, since the size of a value is known only
/// afterwards. The shares of the next deployments compensate for this, so fewer are evaluated at once when little is
/// left.
const LAST_STEP: usize = 3 << 14;

/// The minimum of a first share, unless there are too many deployments.
const SMALL_SHARE: usize = 1 << 13;

/// The number of rounds in which deployments over their share are evaluated again.
const ROUNDS: usize = 2;

/// The outcome of work on a deployment, and its cost.
pub(super) struct PaidWork<T> {
    pub(super) outcome: T,
    spent: usize,
    /// True if the work was cut, so that a larger budget may give another outcome.
    pub(super) is_cut: bool,
}

/// The steps that a run may take.
pub(super) struct BudgetShares {
    /// The first share of each deployment.
    first: usize,
    /// The steps that are left.
    remaining: usize,
    /// The number of deployments that haven't been evaluated yet. Many of them never are, because calls create their
    /// trails.
    pending: usize,
}

impl BudgetShares {
    /// Computes the shares for a number of deployments in files of this size.
    pub(super) fn new(bytes: usize, deployments: usize) -> Self {
        let remaining = Budget::steps_for(bytes);
        let (_, each) = portions(remaining, deployments);
        let first = if deployments > 1 { each.min(SMALL_SHARE.max(each / 16)) } else { each };
        Self { first, remaining, pending: deployments }
    }

    /// True if the outcome is the same as with a deployment's first share.
    pub(super) fn is_sufficient<T>(&self, paid: &PaidWork<T>) -> bool {
        !paid.is_cut && paid.spent <= self.first
    }

    /// Does the work on each deployment without a known outcome, and repeats it for those whose share didn't suffice. A
    /// part of the remaining steps is reserved for later deployments.
    pub(super) fn spend<I: Sync, T: Send>(
        &mut self,
        items: &[I],
        known: Vec<Option<PaidWork<T>>>,
        jobs: Option<NonZeroUsize>,
        work: impl Fn(&I, &Rc<Budget>) -> T + Sync,
    ) -> Vec<PaidWork<T>> {
        self.pending = self.pending.saturating_sub(items.len());
        let open: Vec<&I> =
            items.iter().zip(&known).filter_map(|(item, known)| known.is_none().then_some(item)).collect();
        known.iter().flatten().for_each(|paid| self.take(paid));
        let mut done = Vec::new();
        let threads = Threads::new(open.len(), jobs);
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            let (batch, share) = portions(self.remaining, rest.len());
            let (now, later) = rest.split_at(batch);
            rest = later;
            let paid = threads.map(now, |item| run_with_budget(&work, item, share.min(self.first)));
            paid.iter().for_each(|paid| self.take(paid));
            done.extend(paid);
        }
        let mut done = done.into_iter();
        let mut all: Vec<PaidWork<T>> = known.into_iter().filter_map(|known| known.or_else(|| done.next())).collect();
        for _ in 0..ROUNDS {
            let mut cut = all.iter().filter(|paid| paid.is_cut).count();
            for (item, paid) in items.iter().zip(&mut all).filter(|(_, paid)| paid.is_cut) {
                let share = self.for_one_of(cut);
                cut = cut.saturating_sub(1);
                // A little more gives the same result.
                if share > paid.spent.saturating_add((paid.spent / 4).max(LAST_STEP)) {
                    *paid = run_with_budget(&work, item, share);
                    self.take(paid);
                }
            }
        }
        all
    }

    /// Returns the share of each of this many deployments in the remaining steps, without those reserved for later
    /// deployments.
    fn for_one_of(&self, cut: usize) -> usize {
        let kept = self.first.saturating_mul(self.pending).saturating_mul(2).min(self.remaining / 2);
        self.remaining.saturating_sub(kept).checked_div(cut).unwrap_or_default()
    }

    fn take<T>(&mut self, paid: &PaidWork<T>) {
        self.remaining = self.remaining.saturating_sub(paid.spent);
    }
}

fn run_with_budget<I, T>(work: impl Fn(&I, &Rc<Budget>) -> T, item: &I, steps: usize) -> PaidWork<T> {
    let budget = Budget::new(steps);
    let outcome = work(item, &budget);
    PaidWork { outcome, spent: budget.spent(), is_cut: budget.is_exceeded() }
}

/// Returns the number of deployments that get a share of the remaining steps at once, and the share of each.
fn portions(left: usize, deployments: usize) -> (usize, usize) {
    let batch = (left / LAST_STEP / 2).clamp(1, BATCH).min(deployments);
    let reserved = batch.saturating_mul(LAST_STEP).min(left / 2);
    (batch, left.saturating_sub(reserved).checked_div(deployments).unwrap_or(left))
}
