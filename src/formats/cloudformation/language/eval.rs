//! Evaluates the values of a template, in a scope and a world.
//!
//! Evaluation doesn't return errors: a value that can't be determined is unknown with a reason, and so is an expression
//! that no deployment accepts. The hops of a value record the references through which it was reached.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::call::{ArgumentForm, FunctionArgument, IntrinsicCall};
use super::lookup::Lookup;
use super::mapping::LoopNames;
use super::symbols::{MAX_SYMBOL, MAX_TEXT, READER, ambiguous_boolean, failed, first_unknown, is_final, symbol};
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Scalar};
use crate::value::world::Atom;
use crate::value::{
    Data, Field, Hop, HopKind, Known, Maybe, Object, Origin, Reason, Traced, Unknown, World, placeholder,
};

/// The maximum depth of nested values, counted through references.
pub(crate) const MAX_DEPTH: usize = 100;

/// The start of dynamic references:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>.
pub(super) const DYNAMIC: &str = "{{resolve:";

/// The name of the limit for the length of a text, in messages.
const TEXT: &str = "the length of a string";

/// The number of bytes of text whose copy costs one step.
const TEXT_OF_A_STEP: usize = 64;

/// A value and the hops through which it was reached.
pub(super) type TracedValue = (Maybe<Data>, Vec<Hop>);

/// The values of conditions by their qualified names; `None` while a condition is being evaluated, which detects
/// cycles.
pub(super) type Memo = RefCell<HashMap<String, Option<Maybe<bool>>>>;

/// Evaluates the expressions of one template.
#[derive(Clone)]
pub(crate) struct Evaluator<'a, L> {
    /// Resolves names.
    pub(crate) lookup: L,
    pub(crate) world: &'a World,
    /// Loop variables with their values. The last of two equal names counts.
    pub(crate) names: LoopNames,
    /// The values of conditions, shared by all scopes.
    pub(crate) conditions: Rc<Memo>,
    /// True while the `Rules` section itself is being evaluated, so that rules don't narrow the parameters in it.
    pub(super) ignores_rules: bool,
}

impl<'a, L: Lookup> Evaluator<'a, L> {
    /// Creates an evaluator without loop variables.
    pub(crate) fn new(lookup: L, world: &'a World) -> Self {
        Self { lookup, world, names: LoopNames::new(), conditions: Rc::default(), ignores_rules: false }
    }

    /// A copy with more loop variables.
    pub(crate) fn with(&self, names: LoopNames) -> Self {
        let mut more = self.clone();
        more.names.extend(names);
        more
    }

    /// A copy for another template, with the loop variables there.
    pub(crate) fn within(&self, lookup: L, names: LoopNames) -> Self {
        Self { lookup, names, ..self.clone() }
    }

    /// A copy outside of all loops.
    pub(super) fn outside_loops(&self) -> Self {
        self.within(self.lookup.clone(), LoopNames::new())
    }

    /// Evaluates a node.
    pub(crate) fn eval(&self, node: &Node) -> Traced<Data> {
        let value = self.deeper(node.whole(), || match (&node.kind, IntrinsicCall::of(node)) {
            (NodeKind::Alias(target), _) => {
                let target = self.eval(target);
                let step = self.lookup.variable_step(node.span).unwrap_or(HopKind::Anchor);
                let mut hops = vec![Hop { span: target.origin.span(), step }];
                hops.extend(target.hops);
                // `AWS::NoValue` behind an alias keeps the place where it is written.
                let origin = match target.origin {
                    absent @ Origin::Null(_) => absent,
                    Origin::Written(_) | Origin::Absent(_) => Origin::Written(node.span),
                };
                Traced { value: target.value, origin, hops }
            }
            (_, Some(call)) => self.call(call),
            (NodeKind::Scalar(scalar), None) => match self.lookup.staged(node.span, &scalar.text) {
                Some(value) => self.staged(&value, node),
                None => {
                    let hops = self.lookup.inserted(node.span).map(|value| value.hops.clone()).unwrap_or_default();
                    Traced { hops, ..written(self.literal(node), node.whole()) }
                }
            },
            (_, None) => written(self.literal(node), node.whole()),
        });
        let Some(tried) = self.lookup.tried(node.whole()) else { return value };
        let old = self.text_of(&value.value);
        let text = tried.text(if let Known(old) = &old { old } else { "" });
        text.map_or(value, |text| written(Known(Data::String(text)), node.whole()))
    }

    /// Evaluates a function's argument.
    pub(super) fn argument(&self, argument: FunctionArgument<'_>) -> Traced<Data> {
        let value = match argument.written() {
            ArgumentForm::Node(node) => return self.eval(node),
            ArgumentForm::Items(items) => Data::tuple(self.items(items.iter().map(|item| &**item))),
            ArgumentForm::Mapping(mapping) => Data::Object(self.object(mapping, argument.span())),
            ArgumentForm::Scalar(scalar) => Data::String(self.filled(&scalar.text)),
        };
        written(Known(value), argument.span())
    }

    /// Evaluates a nested value, one level deeper; unknown if the depth limit is reached.
    pub(super) fn deeper(&self, span: Span, evaluate: impl FnOnce() -> Traced<Data>) -> Traced<Data> {
        match self.world.enter(MAX_DEPTH) {
            Ok(()) => {
                let mut value = evaluate();
                self.world.leave();
                self.world.charge(weight(&value.value));
                if matches!(&value.value, Known(Data::String(text)) if text.len() > MAX_TEXT) {
                    value.value = Unknown(Reason::OverLimit { limit: TEXT });
                }
                self.resolve(value)
            }
            Err(limit) => written(Unknown(Reason::OverLimit { limit }), span),
        }
    }

    /// Replaces dynamic references by an unknown value, and an unknown value by the one that the world has decided for
    /// it.
    pub(crate) fn resolve(&self, mut value: Traced<Data>) -> Traced<Data> {
        if let Known(Data::String(text)) = &value.value
            && text.contains(DYNAMIC)
        {
            value.value = Unknown(match text.len() {
                ..=MAX_SYMBOL => Reason::AtDeployment { reference: text.clone(), is_set: true },
                _ => Reason::OverLimit { limit: "the length of an expression" },
            });
        }
        let Unknown(why) = &value.value else { return value };
        let subject = why.symbol();
        if let Some(text) = self.world.value_of(&subject) {
            value.value = Known(Data::String(text));
        } else if !why.is_set()
            && self.world.decided(&Atom::Is { subject: subject.clone(), value: String::new() }) == Some(false)
        {
            value.value = Unknown(Reason::AtDeployment { reference: subject, is_set: true });
        }
        value
    }

    fn literal(&self, node: &Node) -> Maybe<Data> {
        match &node.kind {
            NodeKind::Scalar(scalar) => self.scalar(node, scalar),
            NodeKind::Sequence(items) => Known(Data::tuple(self.items(items.iter().map(|item| &**item)))),
            NodeKind::Mapping(mapping) => match self.placeholder(node) {
                Some(why) => Unknown(why),
                None if self.is_condition(mapping) => only_in_conditions("Condition"),
                None => Known(Data::Object(self.object(mapping, node.span))),
            },
            NodeKind::Alias(_) => Unknown(Reason::Unreadable),
        }
    }

    /// The items of a list. Items that are `AWS::NoValue` are removed.
    pub(crate) fn items<'n>(&self, items: impl Iterator<Item = &'n Node>) -> Vec<Traced<Data>> {
        items.map(|item| self.eval(item)).filter(|item| !is_absent(item)).collect()
    }

    /// Evaluates a mapping to an object.
    pub(crate) fn object(&self, mapping: &Mapping, span: Span) -> Object {
        let members = self.members(mapping);
        let fields = members.all.into_iter().map(|member| Field {
            key: member.key,
            key_span: member.key_span,
            value: self.with(member.names).eval(&member.value),
        });
        Object { rest: members.unread_reason.map(Box::new), ..Object::new(span, fields.collect()) }
    }

    /// The reason why a node is unknown, if it is a placeholder that another tool fills in.
    pub(crate) fn placeholder(&self, node: &Node) -> Option<Reason> {
        match &node.target().kind {
            NodeKind::Scalar(scalar) => self.replaced(&scalar.text).or_else(|| self.variable(&scalar.text)),
            NodeKind::Mapping(mapping) if is_braced(mapping) => {
                let found = placeholder(&self.lookup.text(node.target().span), READER);
                Some(found.unwrap_or(Reason::Placeholder { text: "{{ … }}".to_owned(), reader: READER }))
            }
            NodeKind::Mapping(_) | NodeKind::Sequence(_) | NodeKind::Alias(_) => None,
        }
    }

    /// The reason why a text with a placeholder is unknown; `None` for any other text. A value that the surrounding code
    /// inserts has its own reason.
    pub(super) fn replaced(&self, text: &str) -> Option<Reason> {
        let why = placeholder(text, READER)?;
        let Some(Unknown(inserted)) = self.lookup.insertion(text).map(|insertion| &insertion.value.value) else {
            return Some(why);
        };
        Some(match why {
            Reason::Composed { .. } if !is_final(inserted) => {
                let reference = format!("a text with `{}`", inserted.symbol());
                Reason::Composed { reference, cause: Box::new(inserted.clone()) }
            }
            _ => inserted.clone(),
        })
    }

    /// True for `Condition: Name`, the long form of `!Condition`, where the template declares a condition of that name.
    fn is_condition(&self, mapping: &Mapping) -> bool {
        let [entry] = mapping.entries.as_slice() else { return false };
        let name = entry.value.as_text().filter(|_| entry.key.as_text() == Some("Condition"));
        name.is_some_and(|name| self.lookup.declarations().conditions.get(name).is_some())
    }

    /// The reason for a text that consists of one shell variable: `$NAME`, `${NAME}` or `${NAME:-default}`. If the name
    /// is that of a parameter, a resource or a loop variable, the text isn't a placeholder: it probably lacks `!Sub`.
    fn variable(&self, text: &str) -> Option<Reason> {
        let inner = text.strip_prefix('$')?;
        let braced = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
        let name = braced.map_or(inner, |inner| inner.split_once(":-").map_or(inner, |(name, _)| name));
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let declared = self.lookup.declarations();
        let is_declared = declared.parameters.get(name).is_some() || declared.resources.get(name).is_some();
        let is_own = is_declared || self.names.iter().any(|(own, _)| own == name);
        (is_name && !is_own).then(|| Reason::Placeholder { text: text.to_owned(), reader: READER })
    }

    fn scalar(&self, node: &Node, scalar: &Scalar) -> Maybe<Data> {
        if scalar.text.len() > MAX_TEXT {
            return Unknown(Reason::OverLimit { limit: TEXT });
        }
        if let Some(why) = self.placeholder(node) {
            return Unknown(why);
        }
        match node.meaning(scalar) {
            Meaning::Null => Known(Data::Null),
            Meaning::Bool(value) => Known(Data::Bool(value)),
            // A number that isn't printed in the form in which it is written, such as `1.0`, is treated as a string.
            Meaning::Number(number) if number.to_string() == scalar.text => Known(Data::Number(number)),
            Meaning::Ambiguous => Unknown(ambiguous_boolean(&scalar.text)),
            Meaning::String | Meaning::Number(_) => Known(Data::String(self.filled(&scalar.text))),
        }
    }

    fn call(&self, call: IntrinsicCall<'_>) -> Traced<Data> {
        let IntrinsicCall { argument, span, .. } = call;
        let (value, hops) = match call.name {
            "Ref" => return self.reference(argument, span),
            "If" => return self.conditional(argument, span),
            "GetAtt" => return self.attribute(argument, span),
            "FindInMap" => self.find_in_map(argument),
            "Sub" => self.sub(argument).traced(),
            "Join" => self.join(argument).traced(),
            "Split" => (self.split(argument, span), Vec::new()),
            "Select" => self.select(argument),
            "Base64" => (self.base64(argument), Vec::new()),
            "ToJsonString" => (self.to_json_string(argument), Vec::new()),
            "Length" => (self.length(argument), Vec::new()),
            "And" | "Or" | "Not" | "Equals" => (only_in_conditions(&format!("Fn::{}", call.name)), Vec::new()),
            "Condition" => (only_in_conditions("Condition"), Vec::new()),
            "ImportValue" => return self.import(argument, span),
            "Transform" => return self.included(argument, span),
            name => (self.opaque(name, argument), Vec::new()),
        };
        Traced { value, origin: Origin::Written(span), hops }
    }

    /// The value of a function that is evaluated during deployment, or that isn't supported.
    fn opaque(&self, name: &str, argument: FunctionArgument<'_>) -> Maybe<Data> {
        let argument = self.argument(argument).value;
        match first_unknown(&argument) {
            Some(why) if is_final(&why) => Unknown(why),
            _ if matches!(name, "GetAZs" | "Cidr") => {
                let reference = self.lookup.qualify(&format!("!{name} {}", symbol(&argument)));
                Unknown(Reason::AtDeployment { reference, is_set: false })
            }
            _ => Unknown(Reason::NotEvaluated { construct: format!("the function `{name}`") }),
        }
    }

    /// `Fn::ImportValue`: the value exported by a template of this run, or an unknown value that is known during deployment.
    fn import(&self, argument: FunctionArgument<'_>, span: Span) -> Traced<Data> {
        let argument = self.argument(argument).value;
        let imported = match &argument {
            Known(Data::String(name)) => L::export(self, name, span),
            Known(_) | Unknown(_) => None,
        };
        imported.unwrap_or_else(|| {
            let reference = self.lookup.qualify(&format!("!ImportValue {}", symbol(&argument)));
            // An export can't be empty.
            let why = Reason::AtDeployment { reference, is_set: true };
            written(Unknown(first_unknown(&argument).filter(is_final).unwrap_or(why)), span)
        })
    }

    /// The value that a macro generates: the content of the file for `AWS::Include`, unknown for other macros.
    fn included(&self, argument: FunctionArgument<'_>, span: Span) -> Traced<Data> {
        match self.lookup.included(argument.mapping_node()) {
            Ok(content) => with_hop(self.eval(&content), Hop { span: content.span, step: HopKind::Anchor }, span),
            Err(why) => written(Unknown(why), span),
        }
    }

    /// Converts a value to a text, as CloudFormation does; an error if it isn't a scalar.
    pub(crate) fn text_of(&self, value: &Maybe<Data>) -> Maybe<String> {
        match value {
            Known(Data::String(text)) => Known(text.clone()),
            Known(data @ (Data::Bool(_) | Data::Number(_))) => Known(data.shown()),
            Known(data @ (Data::Null | Data::List(_) | Data::Object(_))) => {
                failed(format!("{} is used where a string is required", data.shown()))
            }
            Unknown(why) => Unknown(why.clone()),
        }
    }
}

/// The number of steps that a copy of a value costs, without its nested values.
pub(super) fn weight(value: &Maybe<Data>) -> usize {
    match value {
        Known(Data::String(text)) => weight_of_text(text),
        Known(Data::List(list)) => list.items.len(),
        Known(Data::Object(_) | Data::Null | Data::Bool(_) | Data::Number(_)) | Unknown(_) => 0,
    }
}

/// The number of steps that a copy of a text costs.
pub(super) fn weight_of_text(text: &str) -> usize {
    text.len().checked_div(TEXT_OF_A_STEP).unwrap_or_default()
}

/// True for a placeholder in double braces without quotes, which YAML parses as a mapping with a mapping as its only
/// key.
fn is_braced(mapping: &Mapping) -> bool {
    match mapping.entries.as_slice() {
        [Entry { key, value }] => key.as_mapping().is_some() && value.as_text() == Some(""),
        _ => false,
    }
}

/// True if a node is a placeholder that another tool fills in before the deployment.
pub(crate) fn is_filled_in(node: &Node) -> bool {
    node.as_text().is_some_and(|text| placeholder(text, READER).is_some()) || node.as_mapping().is_some_and(is_braced)
}

/// The error for a function that CloudFormation accepts only in conditions.
fn only_in_conditions(name: &str) -> Maybe<Data> {
    failed(format!("`{name}` is valid only in conditions"))
}

/// A value that is written at `span`.
pub(super) fn written(value: Maybe<Data>, span: Span) -> Traced<Data> {
    Traced { value, origin: Origin::Written(span), hops: Vec::new() }
}

/// A value that is declared elsewhere and used at `span`, with the hop to its declaration. `AWS::NoValue` keeps its
/// original place.
pub(crate) fn with_hop(decided: Traced<Data>, hop: Hop, span: Span) -> Traced<Data> {
    if is_absent(&decided) {
        return decided;
    }
    let mut hops = vec![hop];
    hops.extend(decided.hops);
    Traced { value: decided.value, origin: Origin::Written(span), hops }
}

/// True if a value is `AWS::NoValue`, which removes the entry. A literal `null` doesn't.
pub(crate) fn is_absent(value: &Traced<Data>) -> bool {
    matches!((&value.value, value.origin), (Known(Data::Null), Origin::Null(_)))
}
