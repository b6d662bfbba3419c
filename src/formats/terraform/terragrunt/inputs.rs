//! The inputs of a configuration, merged with those of the files that it includes.

use std::rc::Rc;

use super::configuration::{Include, MergeStrategy};
use super::lookup::{ConfigurationEvaluator, ConfigurationLookup};
use super::merge;
use super::reader::Reader;
use crate::formats::terraform::language::lookup::Lookup;
use crate::formats::terraform::language::{ValuePath, at_use};
use crate::source::Span;
use crate::value::{Data, Known, Object, Reason, Traced, Unknown, World};

impl Reader<'_> {
    /// The inputs of a file, as an object whose further fields may be unknown: those of a configuration's own file are
    /// merged with the included ones.
    pub(super) fn inputs(&self, lookup: ConfigurationLookup<'_>, world: &World) -> Rc<ValuePath> {
        let name = || lookup.qualify("inputs");
        lookup.part.cache.memoize("inputs", world, name, || {
            let mut merged = own_inputs(lookup, world);
            if lookup.include.is_none() {
                for (index, include) in self.includes(lookup.configuration).iter().enumerate().rev() {
                    merged = self.with_included(merged, lookup, (index, include), world);
                }
            }
            at_use(Known(Data::Object(merged)))
        })
    }

    /// Inputs that override those of an included file, merged with these.
    fn with_included(
        &self,
        child: Object,
        lookup: ConfigurationLookup<'_>,
        (index, include): (usize, &Include),
        world: &World,
    ) -> Object {
        let part = match (&include.strategy, &include.part) {
            (Ok(MergeStrategy::None), _) => return child,
            (Ok(_), Ok(part)) => part,
            (Err(why), _) | (_, Err(why)) => return with_unknown(child, why),
        };
        let parent = self.inputs(ConfigurationLookup { part, include: Some(index), ..lookup }, world);
        let Known(Data::Object(parent)) = &parent.0 else { return child };
        match include.strategy {
            Ok(MergeStrategy::Deep) => merge::objects(parent, &child),
            Ok(MergeStrategy::Shallow | MergeStrategy::None) | Err(_) => merge::shallow(parent, &child),
        }
    }
}

/// The inputs of one file.
fn own_inputs(lookup: ConfigurationLookup<'_>, world: &World) -> Object {
    let file = &lookup.part.file;
    let Some(expr) = lookup.part.attribute("inputs") else {
        let none = Object::new(file.start(), Vec::new());
        return if file.is_complete() { none } else { with_unknown(none, &Reason::Unreadable) };
    };
    let value = ConfigurationEvaluator::of(lookup, world).eval(expr);
    object_of(&value, expr.span)
}

/// The fields of a value with their hops; of an unknown value, an object of unknown fields.
fn object_of(value: &Traced<Data>, span: Span) -> Object {
    match &value.with_hops_on_members().value {
        Known(Data::Object(object)) => object.clone(),
        Known(Data::Null) => Object::new(span, Vec::new()),
        Known(_) => {
            let why = Reason::Failed { message: "`inputs` isn't an object".to_owned() };
            with_unknown(Object::new(span, Vec::new()), &why)
        }
        Unknown(why) => with_unknown(Object::new(span, Vec::new()), why),
    }
}

/// An object that may have further fields.
fn with_unknown(object: Object, why: &Reason) -> Object {
    let rest = object.rest.clone().or_else(|| Some(Box::new(why.clone())));
    Object { rest, ..object }
}
