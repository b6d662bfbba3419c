//! Evaluates policies as objects, before they become text, so that each statement has its location and may be partly
//! known.

use super::program::ModuleEvaluator;
use crate::formats::terraform::language::collections::MAX_ELEMENTS;
use crate::formats::terraform::language::policy_document::{self, replaced};
use crate::formats::terraform::language::{MAX_DEPTH, may_fail, with_hop};
use crate::formats::terraform::steps;
use crate::source::Span;
use crate::syntax::hcl::{Conditional, Expr, ExprKind, FunctionCall, ObjectKey};
use crate::value::{Data, Field, Hop, HopKind, Known, List, Maybe, Origin, Reason, Traced, Unknown};

/// The maximum depth of nested lists that are evaluated item by item.
const MAX_PARTS_DEPTH: usize = 16;

/// Converts an item whose presence in the list is uncertain.
type UncertainItem = fn(Traced<Data>, &Reason) -> Traced<Data>;

impl ModuleEvaluator<'_> {
    /// The value of an expression for a policy: an object if the structure of the text is known, otherwise the text.
    pub(crate) fn document(&self, expr: &Expr) -> Traced<Data> {
        if self.world.enter(MAX_DEPTH).is_err() {
            return self.eval(expr);
        }
        let decoded = self.decoded(expr);
        self.world.leave();
        decoded.unwrap_or_else(|| self.with_policies(self.listed(expr)))
    }

    /// The value of an expression for a list whose order and duplicates are irrelevant. If the whole list is unknown,
    /// the result contains the items that are certain, and an unknown item for each unknown list within.
    pub(crate) fn listed(&self, expr: &Expr) -> Traced<Data> {
        let value = self.eval_deciding(expr);
        let Unknown(why) = &value.value else { return value };
        if why.is_failure() {
            return value;
        }
        match self.parts(expr, 0, unknown) {
            Some(parts) if parts.iter().any(|part| part.value != value.value) => {
                Traced::written(Data::tuple(parts), expr.span)
            }
            Some(_) | None => value,
        }
    }

    fn decoded(&self, expr: &Expr) -> Option<Traced<Data>> {
        match &expr.kind {
            ExprKind::Call(call) => self.decoded_call(call),
            ExprKind::Conditional(conditional) => self.decoded_arm(conditional, expr.span),
            // Several policies.
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| self.document(item)).collect();
                Some(Traced::written(Data::tuple(items), expr.span))
            }
            ExprKind::GetAttr(base, name) => match &base.kind {
                ExprKind::Variable(root) if self.named(root).is_none() && !self.is_outside => {
                    let (value, hop) = self.decoded_name(root, &name.text)?;
                    let (value, hops) = with_hop(value, hop);
                    Some(Traced { value, origin: Origin::Written(expr.span), hops })
                }
                _ => self.decoded_source(base, &name.text, expr.span),
            },
            _ => None,
        }
    }

    fn decoded_call(&self, call: &FunctionCall) -> Option<Traced<Data>> {
        match (call.name.text.as_str(), call.arguments.as_slice()) {
            _ if call.expand_last => None,
            ("jsonencode", [value]) => Some(self.in_parts(value, self.eval(value), 0)),
            // If the first argument can't fail, it is the value.
            ("try", [first, ..]) => {
                let trying = self.trying();
                let tried = trying.eval(first).value;
                let is_certain =
                    trying.possible_failure().is_none() && matches!(tried, Unknown(ref why) if !may_fail(why));
                if is_certain { self.decoded(first) } else { None }
            }
            // Empty texts among several policies are ignored anyway.
            ("compact", [list]) => self.decoded(list),
            ("replace", [policy, search, with]) => {
                let policy = self.decoded(policy)?;
                match self.eval(search).value {
                    Known(Data::String(search)) if is_word(&search) => {
                        Some(replaced(&policy, &search, &self.eval(with).value))
                    }
                    Known(_) | Unknown(_) => None,
                }
            }
            _ => None,
        }
    }

    /// The value of an expression, in which lists that are unknown as a whole are replaced by their known items.
    fn in_parts(&self, expr: &Expr, value: Traced<Data>, depth: usize) -> Traced<Data> {
        if depth > MAX_PARTS_DEPTH {
            return value;
        }
        let depth = depth.saturating_add(1);
        match (&expr.kind, value.value) {
            (ExprKind::Object(items), Known(Data::Object(mut object))) => {
                let mut fields: Vec<Field> = std::mem::take(&mut object.fields).into_iter().collect();
                for item in items {
                    let key = match &item.key {
                        ObjectKey::Name(name) => name.text.clone(),
                        ObjectKey::Expr(Expr { kind: ExprKind::String(text), .. }) => text.clone(),
                        ObjectKey::Expr(_) => continue,
                    };
                    if let Some(field) = fields.iter_mut().find(|field| field.key == key) {
                        field.value = self.in_parts(&item.value, field.value.clone(), depth);
                    }
                }
                object.fields = fields.into();
                Traced { value: Known(Data::Object(object)), origin: value.origin, hops: value.hops }
            }
            (ExprKind::Tuple(exprs), Known(Data::List(List { kind, items }))) => {
                let items = exprs.iter().zip(items).map(|(expr, item)| self.in_parts(expr, item, depth)).collect();
                Traced { value: Known(Data::List(List { kind, items })), origin: value.origin, hops: value.hops }
            }
            (_, Unknown(why)) if why.is_failure() => {
                self.world.fail();
                Traced { value: Unknown(why), origin: value.origin, hops: value.hops }
            }
            (_, Unknown(why)) => {
                match self
                    .is_list(expr)
                    .then(|| self.parts(expr, depth, policy_document::conditional_statement))
                    .flatten()
                {
                    Some(items) => Traced::written(Data::tuple(items), expr.span),
                    None => Traced { value: Unknown(why), origin: value.origin, hops: value.hops },
                }
            }
            (_, other) => Traced { value: other, origin: value.origin, hops: value.hops },
        }
    }

    /// True if the value of an expression is certain to be a list.
    fn is_list(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Call(call) => gives_members(&call.name.text),
            ExprKind::Conditional(conditional) => [&conditional.then, &conditional.otherwise]
                .into_iter()
                .any(|arm| matches!(self.eval(arm).value, Known(Data::List(_)))),
            _ => false,
        }
    }

    /// The items of a list that is unknown as a whole: the certain ones, those of both arms of a conditional (converted
    /// by `doubted`), and an unknown item for each unknown list. Returns `None` if the value isn't a list.
    fn parts(&self, expr: &Expr, depth: usize, doubted: UncertainItem) -> Option<Vec<Traced<Data>>> {
        let value = self.eval_deciding(expr);
        let why = match value.value {
            Known(Data::List(list)) => return Some(list.items),
            Known(_) => return None,
            Unknown(ref why) if why.is_failure() || depth > MAX_PARTS_DEPTH => return Some(vec![value]),
            Unknown(ref why) => why.clone(),
        };
        match &expr.kind {
            ExprKind::Call(call) if gives_members(&call.name.text) && !call.expand_last => {
                self.members(call, depth, doubted)
            }
            ExprKind::Conditional(conditional) => {
                let arms = match self.condition(self.eval(&conditional.condition).value) {
                    Known(chosen) => {
                        let arm = if chosen { &conditional.then } else { &conditional.otherwise };
                        return self.parts(arm, depth.saturating_add(1), doubted);
                    }
                    Unknown(_) => [&conditional.then, &conditional.otherwise],
                };
                let parts = arms.iter().map(|arm| self.parts(arm, depth.saturating_add(1), doubted));
                let parts = parts.collect::<Option<Vec<_>>>()?.concat();
                Some(parts.into_iter().map(|part| doubted(part, &why)).collect())
            }
            ExprKind::GetAttr(base, name) if self.is_local(base) => {
                let expr = self.lookup.scope.module.local(&name.text)?;
                self.fresh().parts(expr, depth.saturating_add(1), doubted)
            }
            _ => Some(vec![value]),
        }
    }

    /// The items of a call's result, for a function that only combines the items of its arguments.
    fn members(&self, call: &FunctionCall, depth: usize, doubted: UncertainItem) -> Option<Vec<Traced<Data>>> {
        let depth = depth.saturating_add(1);
        let is_flat = call.name.text == "flatten";
        let mut members = Vec::new();
        for argument in &call.arguments {
            if is_flat {
                members.extend(self.flat(argument, depth, doubted));
            } else {
                members.extend(self.parts(argument, depth, doubted)?);
            }
            if members.len() > MAX_ELEMENTS {
                return None;
            }
        }
        if call.name.text == "compact" {
            members.retain(|member| !is_blank(member));
        }
        Some(members)
    }

    /// The items of a list and its nested lists; any other value is one item.
    fn flat(&self, expr: &Expr, depth: usize, doubted: UncertainItem) -> Vec<Traced<Data>> {
        let mut items = Vec::new();
        match &expr.kind {
            ExprKind::Tuple(exprs) if depth <= MAX_PARTS_DEPTH => {
                for expr in exprs {
                    items.extend(self.flat(expr, depth.saturating_add(1), doubted));
                }
            }
            _ => {
                let value = self.eval_deciding(expr);
                let parts = match value.value {
                    Unknown(_) => self.parts(expr, depth, doubted).unwrap_or_else(|| vec![value]),
                    Known(_) => vec![value],
                };
                parts.iter().for_each(|part| flatten_into(&mut items, part, depth));
            }
        }
        items
    }

    pub(super) fn is_local(&self, base: &Expr) -> bool {
        base.kind == ExprKind::Variable("local".to_owned()) && self.named("local").is_none() && !self.is_outside
    }

    fn decoded_arm(&self, conditional: &Conditional, span: Span) -> Option<Traced<Data>> {
        let Known(chosen) = self.condition(self.eval(&conditional.condition).value) else { return None };
        let arm = if chosen { &conditional.then } else { &conditional.otherwise };
        let (value, hops) = with_hop(self.document(arm), Hop { span: arm.span, step: HopKind::Arm(None) });
        Some(Traced { value, origin: Origin::Written(span), hops })
    }

    /// A local, or a variable that a module call sets. Other values are evaluated regularly, with conversion and
    /// validation.
    fn decoded_name(&self, root: &str, name: &str) -> Option<(Traced<Data>, Hop)> {
        let (value, hop) = match root {
            "local" => {
                let expr = self.lookup.scope.module.local(name)?;
                let value = self.fresh().document(expr);
                (value, Hop { span: expr.span, step: steps::LOCAL.of(name) })
            }
            "var" => {
                let call = self.lookup.scope.call.as_ref()?;
                let block = self.lookup.scope.call_block()?;
                let expr = &block.body.attribute(name)?.value;
                let module = block.labels.first()?.text.clone();
                let value = ModuleEvaluator::of_call(call, self.lookup.tree, self.world).document(expr);
                (value, Hop { span: expr.span, step: steps::MODULE_ARGUMENT.in_call(name, module) })
            }
            _ => return None,
        };
        matches!(value.value, Known(Data::Object(_))).then_some((value, hop))
    }

    /// The policy of a data source.
    fn decoded_source(&self, base: &Expr, attribute: &str, span: Span) -> Option<Traced<Data>> {
        let source = self.policy_source(base, attribute)?;
        Some(Traced::written(self.remembered_policy(&source)?, span))
    }
}

/// An unknown item.
fn unknown(item: Traced<Data>, why: &Reason) -> Traced<Data> {
    item.map(|_| Unknown(why.clone()))
}

/// Adds the items of a list and its nested lists; lists that are nested too deeply are unknown items.
fn flatten_into(items: &mut Vec<Traced<Data>>, value: &Traced<Data>, depth: usize) {
    match &value.value {
        Known(Data::List(_)) if depth > MAX_PARTS_DEPTH => {
            let why = Reason::OverLimit { limit: "the depth of lists" };
            items.push(value.clone().map(|_: Maybe<Data>| Unknown(why)));
        }
        Known(Data::List(list)) => {
            list.items.iter().for_each(|item| flatten_into(items, item, depth.saturating_add(1)));
        }
        Known(_) | Unknown(_) => items.push(value.clone()),
    }
}

/// True if a function returns exactly the items of its arguments, apart from order and duplicates.
fn gives_members(function: &str) -> bool {
    let function = function.strip_prefix("core::").unwrap_or(function);
    matches!(
        function,
        "compact" | "concat" | "distinct" | "flatten" | "reverse" | "setunion" | "sort" | "tolist" | "toset"
    )
}

/// True if `compact` removes an item.
fn is_blank(item: &Traced<Data>) -> bool {
    match &item.value {
        Known(Data::Null) => true,
        Known(Data::String(text)) => text.is_empty(),
        Known(_) | Unknown(_) => false,
    }
}

/// True if a text can't match across JSON tokens and isn't a regular expression.
fn is_word(search: &str) -> bool {
    !search.is_empty() && search.chars().all(|c| c.is_alphanumeric() || "_-.$<>%#@~".contains(c))
}
