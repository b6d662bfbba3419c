//! Evaluates conditions, and `Fn::If`, which selects a value by a condition.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::call::{self, FunctionArgument, IntrinsicCall};
use super::eval::{Evaluator, MAX_DEPTH, is_absent, with_hop, written};
use super::lookup::Lookup;
use super::mapping::{self, LoopedEntries};
use super::symbols::{READER, computed, depends_on, failed, first_unknown, is_final, symbol};
use crate::source::Span;
use crate::syntax::node::{Entry, Node};
use crate::value::world::Atom;
use crate::value::{Choice, Data, Field, Hop, HopKind, Known, Maybe, Reason, Traced, Unknown, cut, placeholder};

/// The number of operands that `Fn::And` and `Fn::Or` accept:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html>.
const OPERANDS: std::ops::RangeInclusive<usize> = 2..=10;

/// The prefix of a condition of another tool that must not hold.
pub(crate) const NOT: &str = "not ";

impl<L: Lookup> Evaluator<'_, L> {
    /// The value of a condition that the template declares under a name.
    pub(crate) fn condition(&self, name: &str) -> Maybe<bool> {
        if placeholder(name, READER).is_some() {
            return self.statements(name);
        }
        let key = self.lookup.qualify(name);
        let seen = self.conditions.borrow().get(&key).cloned();
        match seen {
            Some(Some(known)) => return known,
            Some(None) => return Unknown(Reason::Cycle { reference: name.to_owned() }),
            None => {}
        }
        self.conditions.borrow_mut().insert(key.clone(), None);
        let holds = self.declared_condition(name);
        self.conditions.borrow_mut().insert(key, Some(holds.clone()));
        holds
    }

    /// The value of conditions of another tool, one in each line, all of which have to hold.
    fn statements(&self, text: &str) -> Maybe<bool> {
        text.lines().fold(Known(true), |all, line| {
            let (holds, condition) = line.strip_prefix(NOT).map_or((true, line), |condition| (false, condition));
            let why = Reason::Placeholder { text: condition.to_owned(), reader: READER };
            let one = self.decide(Atom::Holds { condition: condition.to_owned() }, why);
            all.and(one.map(|one| one == holds))
        })
    }

    fn declared_condition(&self, name: &str) -> Maybe<bool> {
        let declarations = self.lookup.declarations();
        if declarations.is_circular(name) {
            return Unknown(Reason::Cycle { reference: name.to_owned() });
        }
        if let Some(entry) = declarations.conditions.get(name) {
            return self.outside_loops().holds(&entry.value);
        }
        let looped = self.looped_conditions();
        match (looped.by_name.get(name), &looped.unread_reason) {
            (Some(member), _) => self.within(self.lookup.clone(), member.names.clone()).holds(&member.value),
            (None, Some(why)) => Unknown(why.clone()),
            (None, None) => Unknown(Reason::Undeclared { reference: name.to_owned(), is_set: false }),
        }
    }

    /// The conditions that loops generate. If they don't depend on the world, they are generated once for all worlds.
    fn looped_conditions(&self) -> Rc<LoopedEntries> {
        if let Some(looped) = self.lookup.looped_conditions().get() {
            return Rc::clone(looped);
        }
        let looped = self.world.tracked(|| {
            let made = self.outside_loops().generated(&self.lookup.declarations().conditions.flat);
            let by_name = made.all.into_iter().rev().map(|member| (member.key.clone(), member)).collect();
            Rc::new(LoopedEntries { by_name, unread_reason: made.unread_reason })
        });
        if !looped.depends_on_world && self.world.has_steps() {
            self.lookup.looped_conditions().get_or_init(|| Rc::clone(&looped.value));
        }
        looped.value
    }

    /// The value of a node in a place where a condition is expected.
    fn holds(&self, node: &Node) -> Maybe<bool> {
        let target = node.target();
        if let Some(call) = IntrinsicCall::of(target) {
            return self.verdict(call);
        }
        let named = target.as_mapping().filter(|mapping| mapping.entries.len() == 1);
        match named.and_then(|mapping| mapping::text(mapping, "Condition")) {
            Some(name) => self.condition(&self.filled(name)),
            // A template of a service may have another condition in each stage.
            None => self.placeholder(target).map_or_else(|| failed("this isn't a condition"), Unknown),
        }
    }

    /// The value of a call of a condition function.
    pub(crate) fn verdict(&self, call: IntrinsicCall<'_>) -> Maybe<bool> {
        if let Err(limit) = self.world.enter(MAX_DEPTH) {
            return Unknown(Reason::OverLimit { limit });
        }
        let holds = match (call.name, call.argument.items()) {
            ("Condition", _) => match call.argument.text() {
                Some(name) => self.condition(&self.filled(name)),
                None => failed("`!Condition` takes the name of a condition"),
            },
            ("Not", Some([one])) => self.holds(one).map(|holds| !holds),
            ("And", Some(items)) if OPERANDS.contains(&items.len()) => self.all(items.iter().map(|item| &**item)),
            ("Or", Some(items)) if OPERANDS.contains(&items.len()) => self.any(items.iter().map(|item| &**item)),
            ("Equals", Some([left, right])) => self.equal(&self.eval(left), &self.eval(right)),
            (name, _) => failed(format!("`Fn::{name}` isn't a condition, or has a wrong number of arguments")),
        };
        self.world.leave();
        holds
    }

    /// Stops at the first operand that is false, because the operands after it can't change the result. The world then
    /// decides nothing about them.
    fn all<'n>(&self, mut items: impl Iterator<Item = &'n Node>) -> Maybe<bool> {
        items
            .try_fold(Known(true), |all, item| match all.and(self.holds(item)) {
                Known(false) => Err(Known(false)),
                open => Ok(open),
            })
            .unwrap_or_else(|decided| decided)
    }

    fn any<'n>(&self, mut items: impl Iterator<Item = &'n Node>) -> Maybe<bool> {
        items
            .try_fold(Known(false), |any, item| match any.or(self.holds(item)) {
                Known(true) => Err(Known(true)),
                open => Ok(open),
            })
            .unwrap_or_else(|decided| decided)
    }

    /// `Fn::If`. If the condition is known, only the selected branch is evaluated.
    pub(super) fn conditional(&self, argument: FunctionArgument<'_>, span: Span) -> Traced<Data> {
        let Some([condition, then, otherwise]) = argument.items() else {
            return written(failed("`Fn::If` takes a condition and two values"), span);
        };
        let Some(name) = call::plain_text(condition) else {
            return written(failed("`Fn::If` takes the name of a condition"), span);
        };
        let name = self.filled(name);
        match self.condition(&name) {
            Known(true) => self.arm(then, self.choice(&name, true), span),
            Known(false) => self.arm(otherwise, self.choice(&name, false), span),
            Unknown(why) => {
                let (then, otherwise) = (self.eval(then), self.eval(otherwise));
                // Both branches have the same value, so the condition doesn't matter.
                let is_same = then.value == otherwise.value && is_absent(&then) == is_absent(&otherwise);
                if is_same && matches!(then.value, Known(_)) {
                    return then;
                }
                let symbols = [why.symbol(), symbol(&then.value), symbol(&otherwise.value)];
                written(depends_on(format!("If({})", symbols.join(", ")), why, None), span)
            }
        }
    }

    fn arm(&self, chosen: &Node, choice: Choice, span: Span) -> Traced<Data> {
        with_hop(self.eval(chosen), Hop { span: chosen.whole(), step: HopKind::Arm(Some(choice)) }, span)
    }

    /// The condition and its value, for messages, with the value of the first parameter in the operand that determines
    /// the result.
    pub(crate) fn choice(&self, name: &str, holds: bool) -> Choice {
        let declared =
            self.lookup.declarations().conditions.get(name).map(|entry| self.decisive_operand(&entry.value, holds));
        let parameter = declared.and_then(|condition| self.first_parameter(&condition));
        let part = parameter.and_then(|(parameter, declared)| match self.parameter(&parameter, &declared).0 {
            Known(Data::String(value)) => Some((parameter, format!("\"{}\"", cut(&value)))),
            Known(_) | Unknown(_) => None,
        });
        let name = name.replace('\n', " and ");
        Choice { condition: format!("condition `{}`", cut(&name)), holds, part }
    }

    /// The operand that alone determines the value of the condition, found through `Not`, `And` and `Or`; the condition
    /// itself if no single operand does.
    fn decisive_operand(&self, condition: &Arc<Node>, mut holds: bool) -> Arc<Node> {
        /// The search for the operand stops at this depth.
        const MAX_LEVELS: usize = 8;
        let evaluator = self.outside_loops();
        let mut condition = Arc::clone(condition);
        for _ in 0..MAX_LEVELS {
            let Some(call) = IntrinsicCall::of(&condition) else { break };
            let operand = match (call.name, call.argument.items()) {
                ("Not", Some([one])) => {
                    holds = !holds;
                    Some(one)
                }
                ("And", Some(items)) if !holds => items.iter().find(|operand| evaluator.holds(operand) == Known(false)),
                ("Or", Some(items)) if holds => items.iter().find(|operand| evaluator.holds(operand) == Known(true)),
                _ => None,
            };
            let Some(operand) = operand.map(Arc::clone) else { break };
            condition = operand;
        }
        condition
    }

    /// The first parameter that the condition refers to directly, not through another condition.
    fn first_parameter(&self, condition: &Arc<Node>) -> Option<(String, Entry)> {
        /// The search for the parameter stops after this number of nodes.
        const MAX_PARTS: usize = 32;
        let mut pending = vec![Arc::clone(condition)];
        for _ in 0..MAX_PARTS {
            let node = pending.pop()?;
            let Some(call) = IntrinsicCall::of(&node) else { continue };
            match (call.name, call.argument.text(), call.argument.items()) {
                ("Ref", Some(name), _) => {
                    let declared = self.lookup.declarations().parameters.get(name);
                    return declared.map(|declared| (name.to_owned(), declared.clone()));
                }
                (_, _, Some(items)) => pending.extend(items.iter().rev().cloned()),
                (_, _, None) => {}
            }
        }
        None
    }

    /// The world's decision about an unknown value; unknown if the world doesn't decide, or if the reason is final.
    pub(super) fn decide(&self, atom: Atom, why: Reason) -> Maybe<bool> {
        if is_final(&why) {
            return Unknown(why);
        }
        self.world.decide(atom).map_or(Unknown(why), Known)
    }

    /// `Fn::Equals`, which compares texts: booleans and numbers are compared in the form in which they are printed.
    fn equal(&self, left: &Traced<Data>, right: &Traced<Data>) -> Maybe<bool> {
        match (first_unknown(&left.value), first_unknown(&right.value)) {
            (None, None) => match (&left.value, &right.value) {
                (Known(left), Known(right)) => equal_data(left, right),
                (Unknown(why), _) | (_, Unknown(why)) => Unknown(why.clone()),
            },
            (Some(why), None) => self.equals_known(left, why, right),
            (None, Some(why)) => self.equals_known(right, why, left),
            (Some(why), Some(_)) if left.value == right.value && !is_final(&why) => Known(true),
            (Some(_), Some(_)) if KnownEnds::of(&left.value).differ(&KnownEnds::of(&right.value)) => Known(false),
            (Some(why), Some(_)) => {
                let mut sides = [symbol(&left.value), symbol(&right.value)];
                sides.sort_unstable();
                let final_one = [&left.value, &right.value].into_iter().filter_map(first_unknown).find(is_final);
                self.decide(Atom::Holds { condition: sides.join(" == ") }, final_one.unwrap_or(why))
            }
        }
    }

    /// Compares an unknown value with a known one.
    fn equals_known(&self, value: &Traced<Data>, why: Reason, known: &Traced<Data>) -> Maybe<bool> {
        let text = self.text_of(&known.value);
        match (&value.value, text) {
            (Unknown(whole), Known(text)) if text.is_empty() && whole.is_set() => Known(false),
            (Unknown(_), Known(text)) if !KnownEnds::of(&value.value).allow(&text) => Known(false),
            (Unknown(whole), Known(text)) if self.is_rejected_value(&whole.symbol(), &text) => Known(false),
            (Unknown(whole), Known(text)) => {
                self.decide(Atom::Is { subject: whole.symbol(), value: text }, whole.clone())
            }
            (Known(Data::List(_) | Data::Object(_)), Known(_)) => Known(false),
            (_, _) => {
                let condition = format!("{} == {}", symbol(&value.value), symbol(&known.value));
                self.decide(Atom::Holds { condition }, why)
            }
        }
    }
}

/// The known prefix and suffix of a text of which other parts are unknown.
#[derive(Default)]
struct KnownEnds<'v> {
    before: &'v str,
    after: &'v str,
}

impl<'v> KnownEnds<'v> {
    fn of(value: &'v Maybe<Data>) -> Self {
        let Unknown(Reason::Composed { reference, .. }) = value else { return Self::default() };
        let quoted = reference.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let ends = quoted.and_then(|text| Some((text.split_once("${")?.0, text.rsplit_once('}')?.1)));
        let (before, after) = ends.unwrap_or_default();
        // The symbol is in quotes, so a backslash in it is the start of an escape. Such ends are treated as unknown.
        let [before, after] = [before, after].map(|end| if is_plain(end) { end } else { "" });
        Self { before, after }
    }

    /// True if a text has this prefix and this suffix.
    fn allow(&self, text: &str) -> bool {
        let rest = text.strip_prefix(self.before);
        rest.is_some_and(|rest| rest.ends_with(self.after))
    }

    /// True if no text has both pairs of ends.
    fn differ(&self, other: &Self) -> bool {
        let may_begin = self.before.starts_with(other.before) || other.before.starts_with(self.before);
        let may_end = self.after.ends_with(other.after) || other.after.ends_with(self.after);
        !(may_begin && may_end)
    }
}

fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.contains('\\')
}

fn equal_data(left: &Data, right: &Data) -> Maybe<bool> {
    match (left, right) {
        (Data::List(left), Data::List(right)) if left.items.len() != right.items.len() => Known(false),
        (Data::List(left), Data::List(right)) => {
            let pairs = left.items.iter().zip(&right.items);
            pairs.fold(Known(true), |all, (left, right)| all.and(equal_values(&left.value, &right.value)))
        }
        (Data::Object(left), Data::Object(right)) if left.fields.len() != right.fields.len() => Known(false),
        (Data::Object(left), Data::Object(right)) => {
            // For equal keys, the first one counts.
            let others: HashMap<&str, &Field> = right.fields.iter().rev().map(|field| (&*field.key, field)).collect();
            left.fields.iter().fold(Known(true), |all, field| {
                let other = others.get(&*field.key);
                all.and(other.map_or(Known(false), |other| equal_values(&field.value.value, &other.value.value)))
            })
        }
        (Data::Null, Data::Null) => Known(true),
        (Data::Bool(_) | Data::Number(_) | Data::String(_), Data::Bool(_) | Data::Number(_) | Data::String(_)) => {
            equal_texts(&scalar(left), &scalar(right))
        }
        (_, _) => Known(false),
    }
}

fn equal_values(left: &Maybe<Data>, right: &Maybe<Data>) -> Maybe<bool> {
    match (left, right) {
        (Known(left), Known(right)) => equal_data(left, right),
        (Unknown(why), _) | (_, Unknown(why)) => Unknown(why.clone()),
    }
}

fn scalar(data: &Data) -> String {
    match data {
        Data::String(text) => text.clone(),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Object(_) => data.shown(),
    }
}

/// The result is unknown for two spellings of one number: CloudFormation may or may not treat them as the same text.
fn equal_texts(left: &str, right: &str) -> Maybe<bool> {
    match (finite_number(left), finite_number(right)) {
        _ if left == right => Known(true),
        (Some(one), Some(other)) if one == other => {
            let condition = format!("{left:?} == {right:?}");
            computed(&condition, &[&Unknown(Reason::NotEvaluated { construct: "numbers as strings".to_owned() })], None)
        }
        (_, _) => Known(false),
    }
}

fn finite_number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}
