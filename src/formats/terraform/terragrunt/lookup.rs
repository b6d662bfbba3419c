//! The objects that expressions of Terragrunt can refer to: `local`, `include`, `dependency`, `feature` and `values`.

use std::rc::Rc;

use super::configuration::{Configuration, Include, Part};
use super::functions;
use super::reader::Reader;
use crate::formats::terraform::language::lookup::Lookup;
use crate::formats::terraform::language::types::Type;
use crate::formats::terraform::language::{Evaluator, ValuePath, at_use, failed, with_hop};
use crate::formats::terraform::steps;
use crate::model::TriedValue;
use crate::source::{Sources, Span};
use crate::syntax::hcl::{Attribute, Block, Expr, ExprKind, FunctionCall};
use crate::value::{Data, Field, Hop, HopKind, Known, Object, Reason, Traced, Unknown, World};

/// Evaluates the expressions of a configuration.
pub(super) type ConfigurationEvaluator<'a> = Evaluator<'a, ConfigurationLookup<'a>>;

/// The scope of a configuration's file.
#[derive(Clone, Copy)]
pub(crate) struct ConfigurationLookup<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) configuration: &'a Configuration,
    /// The file that contains the expressions.
    pub(super) part: &'a Part,
    /// The index of that file among the included ones.
    pub(super) include: Option<usize>,
    /// True for the settings of `include`, which Terragrunt evaluates before anything that they could refer to.
    pub(super) is_early: bool,
}

impl<'a> ConfigurationEvaluator<'a> {
    pub(super) fn of(lookup: ConfigurationLookup<'a>, world: &'a World) -> Self {
        let values = lookup.reader.values(lookup.configuration).clone();
        Self::new(lookup, world).with(vec![("values".to_owned(), values)])
    }
}

impl Lookup for ConfigurationLookup<'_> {
    fn variable(self, name: &str, _span: Span, _world: &World) -> Rc<ValuePath> {
        Rc::new(at_use(failed(format!("Terragrunt's configuration has no `var.{name}`"))))
    }

    fn local(self, name: &str, _span: Span, world: &World) -> Rc<ValuePath> {
        if self.is_early {
            return too_early("local");
        }
        let reference = format!("local.{name}");
        self.part.cache.memoize(
            &reference,
            world,
            || self.qualify(&reference),
            || {
                let Some(expr) = self.part.file.local(name) else {
                    let reference = self.qualify(&reference);
                    return (Unknown(Reason::Undeclared { reference, is_set: false }), Vec::new());
                };
                let value = ConfigurationEvaluator::of(self, world).eval(expr);
                with_hop(value, Hop { span: expr.span, step: steps::LOCAL.of(name) })
            },
        )
    }

    fn object(evaluator: &Evaluator<'_, Self>, reference: &Expr) -> Option<Rc<ValuePath>> {
        let names = names_of(reference)?;
        let (root, names) = names.split_first()?;
        if evaluator.named(root).is_some() {
            return None;
        }
        let lookup = evaluator.lookup;
        match *root {
            "include" | "dependency" | "feature" if lookup.is_early => Some(too_early(root)),
            "include" => lookup.include_value(names, evaluator.world),
            "dependency" => lookup.dependency_value(names, evaluator.world),
            "feature" => lookup.feature_value(names, evaluator.world),
            _ if names.len() == 1 => Some(Rc::new(at_use(failed(format!("there is no object `{root}`"))))),
            _ => None,
        }
    }

    fn call(evaluator: &Evaluator<'_, Self>, call: &FunctionCall, span: Span) -> Option<ValuePath> {
        functions::call(evaluator, call, span)
    }

    fn is_certain(_evaluator: &Evaluator<'_, Self>, _expr: &Expr, _why: &Reason) -> bool {
        false
    }

    fn decoded(self, _why: &Reason, _world: &World) -> Option<Data> {
        None
    }

    fn has_type(self, _symbol: &str, _wanted: &Type, _world: &World) -> bool {
        false
    }

    fn rejects(self, _why: &Reason, _value: &Data, _world: &World) -> bool {
        false
    }

    fn qualify(self, name: &str) -> String {
        let is_of_unit = self.include.is_none() && self.configuration.depth == 0;
        match is_of_unit {
            true => name.to_owned(),
            false => format!("{name} in {}", self.sources().file(self.part.file.id).name),
        }
    }

    fn sources(&self) -> &Sources {
        self.reader.context.sources
    }

    fn tried(&self) -> &[TriedValue] {
        self.reader.context.tried
    }
}

impl<'a> ConfigurationLookup<'a> {
    /// The value of `include.LABEL.…`, or of `include.…` if the only block has no label; `None` if the base of the
    /// reference has to be evaluated first.
    fn include_value(self, names: &[&str], world: &World) -> Option<Rc<ValuePath>> {
        // An included file refers to no other one.
        let includes = if self.include.is_some() { &[] } else { self.reader.includes(self.configuration) };
        let is_bare = matches!(includes, [only] if only.label.is_empty());
        let (label, rest) =
            if is_bare { ("", names) } else { names.split_first().map(|(label, rest)| (*label, rest))? };
        let found = includes.iter().enumerate().find(|(_, include)| include.label == label);
        let Some((index, include)) = found else {
            return (names.len() == 1).then(|| Rc::new(at_use(failed(format!("there is no `include.{label}`")))));
        };
        let part = match self.exposed(include, label) {
            Ok(part) => part,
            Err(why) => return (names.len() == 1).then(|| Rc::new(at_use(Unknown(why)))),
        };
        let own = Self { part, include: Some(index), ..self };
        match rest {
            [] => Some(self.reader.part_value(own, world)),
            ["locals", name] => Some(own.local(name, include.header, world)),
            [_] if is_bare => self.reader.part_member(own, rest.first()?, world),
            [_, ..] => None,
        }
    }

    fn exposed<'i>(self, include: &'i Include, label: &str) -> Result<&'i Part, Reason> {
        if !include.is_exposed {
            return Err(Reason::Failed { message: format!("`include.{label}` isn't exposed") });
        }
        include.part.as_ref().map_err(Clone::clone)
    }

    /// The value of `dependency.LABEL.…`: that of its outputs comes from a state, unless the block skips them.
    fn dependency_value(self, names: &[&str], world: &World) -> Option<Rc<ValuePath>> {
        let (label, rest) = names.split_first()?;
        let Some((block, own)) = self.merged_block("dependency", label) else {
            let message = format!("there is no `dependency.{label}`");
            return rest.is_empty().then(|| Rc::new(at_use(failed(message))));
        };
        let is_bool = |name: &str, value: bool| {
            let evaluator = ConfigurationEvaluator::of(own, world);
            let attribute = block.body.attribute(name).map(|attribute| evaluator.eval(&attribute.value).value);
            attribute == Some(Known(Data::Bool(value)))
        };
        match (rest, block.body.attribute("mock_outputs")) {
            ([], _) => None,
            (["outputs"], Some(mock)) if is_bool("skip_outputs", true) || is_bool("enabled", false) => {
                let value = ConfigurationEvaluator::of(own, world).eval(&mock.value);
                Some(Rc::new((value.value, value.hops)))
            }
            (["outputs", _, ..], Some(_)) if is_bool("skip_outputs", true) || is_bool("enabled", false) => None,
            (["outputs", ..], _) => {
                let reference = format!("dependency.{}", names.join("."));
                Some(Rc::new(at_use(Unknown(Reason::AtDeployment { reference, is_set: false }))))
            }
            ([name], _) => {
                let attribute = block.body.attribute(name)?;
                let value = ConfigurationEvaluator::of(own, world).eval(&attribute.value);
                Some(Rc::new((value.value, value.hops)))
            }
            ([_, ..], _) => None,
        }
    }

    /// The outputs of a `dependency` block as a member of the object that represents it; `None` for other blocks.
    fn outputs_of(self, kind: &str, block: &Block, world: &World) -> Option<Field> {
        const OUTPUTS: &str = "outputs";
        let label = block.labels.first().filter(|_| kind == "dependency")?;
        let way = self.dependency_value(&[&label.text, OUTPUTS], world)?;
        let value = Traced { value: way.0.clone(), hops: way.1.clone(), ..Traced::written(Data::Null, block.header) };
        Some(Field { key: OUTPUTS.to_owned(), key_span: label.span, value })
    }

    /// The value of `feature.NAME.value`: its default.
    fn feature_value(self, names: &[&str], world: &World) -> Option<Rc<ValuePath>> {
        let [name, rest @ ..] = names else { return None };
        let Some((block, own)) = self.merged_block("feature", name) else {
            let message = format!("there is no `feature.{name}`");
            return rest.is_empty().then(|| Rc::new(at_use(failed(message))));
        };
        let default = block.body.attribute("default").filter(|_| matches!(rest, ["value"]))?;
        if !self.reader.context.options.uses_defaults() {
            let reference = format!("feature.{name}.value");
            return Some(Rc::new(at_use(Unknown(Reason::AtDeployment { reference, is_set: true }))));
        }
        let value = ConfigurationEvaluator::of(own, world).eval(&default.value);
        Some(Rc::new(with_hop(
            value,
            Hop { span: default.value.span, step: HopKind::Member(default.name.text.clone()) },
        )))
    }

    /// The block with a label that overrides all others, with the scope of its file. The file itself comes first, then
    /// the included ones.
    fn merged_block(self, kind: &str, label: &str) -> Option<(&'a Block, Self)> {
        let of_own = self.part.file.labelled(kind, label).map(|block| (block, self));
        of_own.or_else(|| {
            let parts = self.reader.merged_parts(self.configuration).into_iter().flatten();
            let mut found = parts
                .filter_map(|(include, part)| Some((part.file.labelled(kind, label)?, Self { part, include, ..self })));
            found.next()
        })
    }
}

impl Reader<'_> {
    /// The settings of a file as an object: its locals, inputs, other attributes, and blocks.
    pub(super) fn part_value(&self, lookup: ConfigurationLookup<'_>, world: &World) -> Rc<ValuePath> {
        let name = || lookup.qualify("the configuration");
        lookup.part.cache.memoize("configuration", world, name, || {
            let body = &lookup.part.file.body;
            let mut names: Vec<&str> = vec!["locals", "inputs"];
            names.extend(body.attributes.iter().map(|attribute| attribute.name.text.as_str()));
            names.extend(body.blocks.iter().map(|block| block.kind.text.as_str()));
            let mut fields: Vec<Field> = Vec::new();
            let start = lookup.part.file.start();
            for name in names {
                if fields.iter().any(|field| field.key == name) {
                    continue;
                }
                if let Some(member) = self.part_member(lookup, name, world) {
                    let value = Traced { value: member.0.clone(), hops: member.1.clone(), ..place_of(lookup, name) };
                    fields.push(Field { key: name.to_owned(), key_span: start, value });
                }
            }
            at_use(Known(Data::Object(Object::new(start, fields))))
        })
    }

    /// One member of that object.
    pub(super) fn part_member(
        &self,
        lookup: ConfigurationLookup<'_>,
        name: &str,
        world: &World,
    ) -> Option<Rc<ValuePath>> {
        let evaluator = ConfigurationEvaluator::of(lookup, world);
        let file = &lookup.part.file;
        match name {
            "locals" => {
                let field = |attribute: &Attribute| {
                    let way = lookup.local(&attribute.name.text, attribute.value.span, world);
                    let value = Traced {
                        value: way.0.clone(),
                        hops: way.1.clone(),
                        ..Traced::written(Data::Null, attribute.value.span)
                    };
                    Field { key: attribute.name.text.clone(), key_span: attribute.name.span, value }
                };
                let fields = file.locals().map(field).collect();
                Some(Rc::new(at_use(Known(Data::Object(Object::new(file.start(), fields))))))
            }
            "inputs" => Some(match &self.inputs(lookup, world).0 {
                Known(Data::Object(Object { rest: Some(why), .. })) => Rc::new(at_use(Unknown((**why).clone()))),
                inputs => Rc::new(at_use(inputs.clone())),
            }),
            _ => {
                if let Some(expr) = lookup.part.attribute(name) {
                    let value = evaluator.eval(expr);
                    return Some(Rc::new((value.value, value.hops)));
                }
                let blocks: Vec<&Block> = file.body.blocks(name).collect();
                let first = blocks.first()?;
                if first.labels.is_empty() {
                    return Some(Rc::new(at_use(Known(Data::Object(attributes_of(first, &evaluator))))));
                }
                let fields = blocks.iter().filter_map(|block| {
                    let label = block.labels.first()?;
                    let mut object = attributes_of(block, &evaluator);
                    object.fields.extend(lookup.outputs_of(name, block, world));
                    let value = Traced::written(Data::Object(object), block.header);
                    Some(Field { key: label.text.clone(), key_span: label.span, value })
                });
                Some(Rc::new(at_use(Known(Data::Object(Object::new(first.header, fields.collect()))))))
            }
        }
    }
}

/// A value at the place of a setting.
fn place_of(lookup: ConfigurationLookup<'_>, name: &str) -> Traced<Data> {
    let span = lookup.part.attribute(name).map_or(lookup.part.file.start(), |expr| expr.span);
    Traced::written(Data::Null, span)
}

/// The attributes of a block, without those of the blocks in it.
fn attributes_of(block: &Block, evaluator: &ConfigurationEvaluator<'_>) -> Object {
    let fields = block.body.attributes.iter().map(|attribute| Field {
        key: attribute.name.text.clone(),
        key_span: attribute.name.span,
        value: evaluator.eval(&attribute.value),
    });
    Object::new(block.header, fields.collect())
}

fn too_early(object: &str) -> Rc<ValuePath> {
    Rc::new(at_use(failed(format!("`{object}` can't be used in `include`"))))
}

/// The names of a reference such as `include.root.locals`; `None` for another expression.
fn names_of(reference: &Expr) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut next = reference;
    loop {
        match &next.kind {
            ExprKind::GetAttr(base, name) => {
                names.push(name.text.as_str());
                next = base;
            }
            ExprKind::Variable(root) => {
                names.push(root.as_str());
                names.reverse();
                return Some(names);
            }
            _ => return None,
        }
    }
}
