//! Enumerates the possible outcomes of what is unknown.
//!
//! An evaluation runs in one [`World`]. At an unknown condition it asks [`World::decide`], which answers the same
//! question in the same way each time. [`explore`] repeats the evaluation until every combination of answers has been
//! tried.

mod work;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Budget;
use work::Work;

/// The limit on the number of worlds; beyond it, the evaluation falls back to three-valued logic.
pub const MAX_WORLDS: usize = 4096;

/// The cost of storing an answer with its texts.
const STEPS_OF_ANSWER: usize = 2;

/// The first words of a condition on a version: `version of x < 1.0.0`.
pub const VERSION_OF: &str = "version of ";

/// A question that the code doesn't answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Atom {
    /// Does an unknown value equal this one? At most one such question about a subject has the answer yes.
    Is {
        /// The unknown value as it appears in code.
        subject: String,
        /// The value as messages show it.
        value: String,
    },
    /// Does an unknown condition hold?
    Holds {
        /// The condition, with all known values substituted.
        condition: String,
    },
}

impl Atom {
    pub fn is(subject: &str, value: &str) -> Self {
        Self::Is { subject: subject.to_owned(), value: value.to_owned() }
    }
}

/// The answer of a world to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub atom: Atom,
    pub yes: bool,
    /// True if the answer follows from earlier ones, so that no world has the opposite answer.
    is_forced: bool,
}

/// Answers in the order of the questions, and indexed by subject.
#[derive(Debug, Clone, Default)]
struct Decisions {
    all: Vec<Decision>,
    by_subject: HashMap<String, AtomDecisions>,
}

/// The answers about one subject.
#[derive(Debug, Clone, Default)]
struct AtomDecisions {
    /// The subject's value as a condition.
    holds: Option<bool>,
    /// The value that the subject has; the first one counts.
    value: Option<String>,
    /// The values that the subject was decided to have or not to have.
    values: HashMap<String, bool>,
}

/// The result of an evaluation.
#[derive(Debug)]
pub struct Tracked<T> {
    pub value: T,
    /// False if the result is the same in every world.
    pub depends_on_world: bool,
}

/// One combination of answers, in which an evaluation runs.
#[derive(Debug)]
pub struct World {
    /// The answers to the first questions, in order; every later answer is yes.
    prefix: Vec<bool>,
    /// True if new questions stay unanswered, so that conditions remain unknown.
    is_open: bool,
    decisions: RefCell<Decisions>,
    /// The number of questions, including repeated ones. A world with the same decisions shares it, so that it also
    /// identifies the decisions.
    queries: Rc<Cell<usize>>,
    work: Work,
    is_rejected: Cell<bool>,
    has_failed: Cell<bool>,
    /// The subjects of all questions, if they are recorded.
    recorded: Option<RefCell<HashSet<String>>>,
}

impl World {
    fn new(prefix: Vec<bool>, max_steps: usize, budget: &Rc<Budget>) -> Self {
        Self {
            prefix,
            is_open: false,
            decisions: RefCell::default(),
            queries: Rc::default(),
            work: Work::new(max_steps, budget),
            is_rejected: Cell::new(false),
            has_failed: Cell::new(false),
            recorded: None,
        }
    }

    /// Creates the world that answers no question: unknown values stay unknown.
    pub fn open(budget: &Rc<Budget>) -> Self {
        Self { is_open: true, ..Self::new(Vec::new(), budget.remaining(), budget) }
    }

    /// Creates the world that answers no question and records the subjects of all questions.
    pub fn recording(budget: &Rc<Budget>) -> Self {
        Self { recorded: Some(RefCell::default()), ..Self::open(budget) }
    }

    /// Returns the recorded subjects. An evaluation has the same result in any world that decides none of them.
    pub fn recorded(self) -> HashSet<String> {
        self.recorded.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Returns an open world with the decisions of this one: new questions stay unanswered.
    pub fn frozen(&self) -> Self {
        let queries = Rc::clone(&self.queries);
        Self { decisions: self.decisions.clone(), queries, ..Self::open(self.work.budget()) }
    }

    /// The identity of the decisions, by its address.
    pub(super) fn identity(&self) -> &Rc<Cell<usize>> {
        &self.queries
    }

    /// Answers a question; `None` in an open world that hasn't decided it.
    pub fn decide(&self, atom: Atom) -> Option<bool> {
        let known = self.decided(&atom);
        if self.is_open {
            return known;
        }
        Some(known.unwrap_or_else(|| {
            let mut decisions = self.decisions.borrow_mut();
            let yes = self.prefix.get(decisions.all.len()).copied().unwrap_or(true);
            decisions.push(Decision { atom, yes, is_forced: false });
            // Every world stores its answers, so they are charged like any other work.
            self.charge(STEPS_OF_ANSWER);
            yes
        }))
    }

    /// Returns the answer to a question if this world has decided it, without deciding it.
    pub fn decided(&self, atom: &Atom) -> Option<bool> {
        self.record_subject(atom.subject());
        self.decisions.borrow().by_subject.get(atom.subject())?.answer(atom)
    }

    /// Decides which of several values an unknown one has, and returns its index; `None` in an open world.
    pub fn choose(&self, subject: &str, values: &[String]) -> Option<usize> {
        let (last, others) = values.split_last()?;
        for (index, value) in others.iter().enumerate() {
            if self.decide(Atom::is(subject, value))? {
                return Some(index);
            }
        }
        // If an earlier answer excludes this last value too, the world is impossible.
        if self.decided(&Atom::is(subject, last)) == Some(false) {
            self.reject();
        }
        // Only the last value remains. It isn't a question, but the conclusion is recorded for later questions.
        self.conclude(Atom::is(subject, last))?;
        Some(others.len())
    }

    /// Decides which of several conditions is the first that holds, each of which implies those after it, and returns
    /// its index, or their number if none holds; `None` in an open world.
    pub fn choose_below(&self, conditions: &[String]) -> Option<usize> {
        for (index, condition) in conditions.iter().enumerate() {
            if self.decide(Atom::Holds { condition: condition.clone() })? {
                for implied in conditions.iter().skip(index) {
                    self.conclude(Atom::Holds { condition: implied.clone() })?;
                }
                return Some(index);
            }
        }
        Some(conditions.len())
    }

    /// Returns the value that an unknown one was decided to have.
    pub fn value_of(&self, subject: &str) -> Option<String> {
        self.record_subject(subject);
        self.decisions.borrow().by_subject.get(subject)?.value.clone()
    }

    /// Records an answer that follows from earlier ones.
    fn conclude(&self, atom: Atom) -> Option<()> {
        self.record_subject(atom.subject());
        let mut decisions = self.decisions.borrow_mut();
        let is_noted = decisions.by_subject.get(atom.subject()).is_some_and(|answers| answers.has(&atom));
        if !is_noted && !self.is_open {
            decisions.push(Decision { atom, yes: true, is_forced: true });
        }
        (is_noted || !self.is_open).then_some(())
    }
}

impl World {
    /// Records that the current evaluation depends on the world.
    pub fn mark_dependent(&self) {
        self.queries.set(self.queries.get().saturating_add(1));
    }

    fn record_subject(&self, subject: &str) {
        self.mark_dependent();
        if let Some(heard) = self.recorded.as_ref().filter(|heard| !heard.borrow().contains(subject)) {
            heard.borrow_mut().insert(subject.to_owned());
        }
    }

    /// Runs an evaluation, and reports if its result depends on the world: if it asked any question.
    pub fn tracked<T>(&self, evaluate: impl FnOnce() -> T) -> Tracked<T> {
        let before = self.queries.get();
        let value = evaluate();
        Tracked { value, depends_on_world: self.queries.get() != before }
    }

    /// Marks this world as impossible: its decisions contradict known values.
    pub fn reject(&self) {
        self.is_rejected.set(true);
    }

    /// True if the decisions of this world contradict known values.
    pub fn is_rejected(&self) -> bool {
        self.is_rejected.get() && !self.decisions.borrow().all.is_empty()
    }

    /// Marks this world as one in which the deployment fails, because the evaluation of a value is an error.
    pub fn fail(&self) {
        self.has_failed.set(true);
    }

    /// True if the evaluation of a value was an error in this world.
    pub fn has_failed(&self) -> bool {
        self.has_failed.get()
    }

    /// The answers that were given, in the order of the questions.
    pub fn decisions(&self) -> Vec<Decision> {
        self.decisions.borrow().all.clone()
    }

    /// The number of answers that were given.
    pub fn decision_count(&self) -> usize {
        self.decisions.borrow().all.len()
    }
}

impl Decisions {
    /// Returns the same answers, marked as forced: worlds within this one don't flip them.
    fn as_forced(&self) -> Self {
        let all = self.all.iter().cloned().map(|decision| Decision { is_forced: true, ..decision }).collect();
        Self { all, by_subject: self.by_subject.clone() }
    }

    fn push(&mut self, decision: Decision) {
        let answers = self.by_subject.entry(decision.atom.subject().to_owned()).or_default();
        match &decision.atom {
            Atom::Holds { .. } => answers.holds = answers.holds.or(Some(decision.yes)),
            Atom::Is { value, .. } => {
                answers.values.entry(value.clone()).or_insert(decision.yes);
                if decision.yes {
                    answers.value.get_or_insert_with(|| value.clone());
                }
            }
        }
        self.all.push(decision);
    }
}

impl AtomDecisions {
    /// Answers a question about the subject if these answers imply it: a value that equals one value doesn't equal
    /// another.
    fn answer(&self, atom: &Atom) -> Option<bool> {
        match atom {
            Atom::Holds { .. } => self.holds.or_else(|| self.value.as_deref().and_then(truth)),
            Atom::Is { value, .. } => match &self.value {
                Some(own) => Some(own == value),
                None => self.values.get(value).copied().or_else(|| refuted(self.holds?, value)),
            },
        }
    }

    /// True if this question was answered explicitly.
    fn has(&self, atom: &Atom) -> bool {
        match atom {
            Atom::Holds { .. } => self.holds.is_some(),
            Atom::Is { value, .. } => self.values.contains_key(value),
        }
    }
}

/// Converts a value to a boolean, as a condition does.
fn truth(value: &str) -> Option<bool> {
    match value.trim_matches('"') {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Given a condition's result, answers no if the subject can't have this value, and `None` if it may.
fn refuted(holds: bool, value: &str) -> Option<bool> {
    (truth(value) != Some(holds)).then_some(false)
}

impl Decision {
    /// Answers a question if this decision implies the answer: a value that equals one value doesn't equal another.
    fn answers(&self, asked: &Atom) -> Option<bool> {
        match (&self.atom, asked) {
            (own, asked) if own == asked => Some(self.yes),
            (Atom::Is { subject: own, .. }, Atom::Is { subject: asked, .. }) if own == asked && self.yes => Some(false),
            (Atom::Is { subject, value }, Atom::Holds { condition }) if subject == condition && self.yes => {
                truth(value)
            }
            (Atom::Holds { condition }, Atom::Is { subject, value }) if subject == condition => {
                refuted(self.yes, value)
            }
            (Atom::Is { .. } | Atom::Holds { .. }, _) => None,
        }
    }
}

impl Decision {
    /// The subject and its value, if the decision determines the value.
    pub fn value(&self) -> Option<(String, String)> {
        match &self.atom {
            Atom::Is { subject, value } if self.yes => Some((subject.clone(), value.clone())),
            Atom::Is { .. } => None,
            Atom::Holds { condition } => Some((condition.clone(), self.yes.to_string())),
        }
    }

    /// True if no world contains both decisions.
    pub fn contradicts(&self, other: &Decision) -> bool {
        self.answers(&other.atom).is_some_and(|yes| yes != other.yes)
            || other.answers(&self.atom).is_some_and(|yes| yes != self.yes)
    }
}

impl Atom {
    /// The unknown value or the condition that the question is about.
    pub fn subject(&self) -> &str {
        match self {
            Atom::Is { subject, .. } => subject,
            Atom::Holds { condition } => condition,
        }
    }
}

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.atom, self.yes) {
            (Atom::Is { subject, value }, true) if value.is_empty() => write!(f, "{subject} = \"\""),
            (Atom::Is { subject, value }, false) if value.is_empty() => write!(f, "{subject} != \"\""),
            (Atom::Is { subject, value }, true) => write!(f, "{subject} = {value}"),
            (Atom::Is { subject, value }, false) => write!(f, "{subject} != {value}"),
            (Atom::Holds { condition }, true) => write!(f, "{condition}"),
            (Atom::Holds { condition }, false) => {
                match condition.strip_prefix(VERSION_OF).and_then(|of| of.split_once(" < ")) {
                    Some((of, bound)) => write!(f, "{VERSION_OF}{of} >= {bound}"),
                    None => write!(f, "not ({condition})"),
                }
            }
        }
    }
}

/// Runs an evaluation in every world, depth first: each run repeats the answers of the previous one, up to its last
/// yes, which becomes a no. If there are more than [`MAX_WORLDS`], or the runs take half of the remaining budget, all
/// results are discarded and the evaluation runs once in the open world.
pub fn explore<T>(budget: &Rc<Budget>, mut evaluate: impl FnMut(&World) -> T) -> Vec<(T, World)> {
    let mut found = Vec::new();
    let mut prefix = Vec::new();
    let mut steps_left = budget.remaining() / 2;
    loop {
        let world = World::new(prefix, steps_left, budget);
        let outcome = evaluate(&world);
        steps_left = steps_left.saturating_sub(world.steps());
        let next = next_prefix(&world.decisions.borrow().all);
        found.push((outcome, world));
        match next {
            None => return found,
            Some(_) if found.len() >= MAX_WORLDS || steps_left == 0 => {
                let world = World::open(budget);
                return vec![(evaluate(&world), world)];
            }
            Some(next) => prefix = next,
        }
    }
}

impl World {
    /// Runs an evaluation in every world that has the answers of this one. Returns `None` if there are more than `max`
    /// such worlds, if they take more than a fraction of the remaining budget, or if this world is open.
    pub fn explore_within<T>(&self, max: usize, mut evaluate: impl FnMut(&World) -> T) -> Option<Vec<(T, World)>> {
        /// The divisor of the remaining budget that gives this fraction.
        const PART: usize = 32;
        if self.is_open {
            return None;
        }
        let given = self.decisions.borrow().as_forced();
        let mut prefix: Vec<bool> = given.all.iter().map(|decision| decision.yes).collect();
        let budget = self.work.budget();
        let mut steps_left = budget.remaining() / PART;
        let mut found = Vec::new();
        loop {
            let new = World::new(prefix, budget.remaining(), budget);
            let world = World { decisions: RefCell::new(given.clone()), ..new };
            let outcome = evaluate(&world);
            steps_left = steps_left.saturating_sub(world.steps());
            let next = next_prefix(&world.decisions.borrow().all);
            found.push((outcome, world));
            match next {
                None => return Some(found),
                Some(_) if found.len() >= max || steps_left == 0 => return None,
                Some(next) => prefix = next,
            }
        }
    }
}

/// Returns the answers up to the last yes that isn't forced, with that one flipped.
fn next_prefix(decisions: &[Decision]) -> Option<Vec<bool>> {
    let last_yes = decisions.iter().rposition(|decision| decision.yes && !decision.is_forced)?;
    let before = decisions.iter().take(last_yes).map(|decision| decision.yes);
    Some(before.chain([false]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str) -> Atom {
        Atom::Holds { condition: condition.to_owned() }
    }

    fn worlds<T>(evaluate: impl FnMut(&World) -> T) -> Vec<T> {
        explore(&Budget::new(1_000_000), evaluate).into_iter().map(|(outcome, _)| outcome).collect()
    }

    #[test]
    fn without_a_question_there_is_one_world() {
        assert_eq!(worlds(|_| 1), [1]);
    }

    #[test]
    fn a_question_is_answered_both_ways_and_once_per_world() {
        let outcomes = worlds(|world| (world.decide(holds("a")), world.decide(holds("b")), world.decide(holds("a"))));
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(outcomes, [(yes, yes, yes), (yes, no, yes), (no, yes, no), (no, no, no)]);
    }

    #[test]
    fn a_value_that_is_one_is_no_other() {
        let values = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(worlds(|world| world.choose("x", &values)), [Some(0), Some(1), Some(2)]);
        let outcomes = worlds(|world| (world.choose("x", &values), world.decide(Atom::is("x", "b"))));
        assert_eq!(outcomes, [(Some(0), Some(false)), (Some(1), Some(true)), (Some(2), Some(false))]);
    }

    #[test]
    fn what_was_decided_can_be_looked_up() {
        let (a, b) = (Atom::is("x", "a"), Atom::is("x", "b"));
        let outcomes = worlds(|world| {
            let before = world.decided(&a);
            world.decide(a.clone());
            (before, world.decided(&a), world.decided(&b), world.value_of("x"))
        });
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(outcomes, [(None, yes, no, Some("a".to_owned())), (None, no, None, None)]);
    }

    #[test]
    fn worlds_within_one_give_its_answers() {
        let found = explore(&Budget::new(1_000_000), |world| world.decide(holds("a")));
        let (yes, no) = (Some(true), Some(false));
        for (answer, world) in found {
            let within = world.explore_within(2, decide_both).unwrap();
            let outcomes: Vec<_> = within.into_iter().map(|(outcome, _)| outcome).collect();
            assert_eq!(outcomes, [(answer, yes), (answer, no)]);
            assert!(world.explore_within(1, decide_both).is_none());
        }
    }

    fn decide_both(world: &World) -> (Option<bool>, Option<bool>) {
        (world.decide(holds("a")), world.decide(holds("b")))
    }

    #[test]
    fn too_many_worlds_leave_every_question_open() {
        let outcomes = worlds(|world| (0..20).map(|n| world.decide(holds(&n.to_string()))).collect::<Vec<_>>());
        assert_eq!(outcomes, [vec![None; 20]]);
    }
}
