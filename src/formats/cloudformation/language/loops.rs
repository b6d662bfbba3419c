//! Expands `Fn::ForEach` loops in a mapping:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html>.

use std::sync::Arc;

use super::call;
use super::eval::{Evaluator, MAX_DEPTH};
use super::lookup::Lookup;
use super::mapping::{LoopEntries, Member, MergedMapping};
use super::symbols::failed;
use crate::syntax::node::{Entry, Mapping, Node};
use crate::value::budget::STEPS;
use crate::value::{Data, Hop, HopKind, Known, Maybe, Origin, Reason, Traced, Unknown};

/// The maximum number of generated entries; CloudFormation accepts 500 resources.
const MAX_MEMBERS: usize = 2_000;

impl<L: Lookup> Evaluator<'_, L> {
    /// The entries of a mapping. Each entry costs a step, so that a large mapping counts again in each world.
    pub(crate) fn members(&self, mapping: &Mapping) -> LoopEntries {
        let flat = self.lookup.entries(mapping);
        self.world.charge(flat.entries.len());
        let mut members = self.generated(&flat);
        let own = flat.entries.iter().map(|entry| self.member(entry));
        members.all.splice(0..0, own);
        members
    }

    /// Converts an entry that is written in the template.
    pub(crate) fn member(&self, entry: &Entry) -> Member {
        let key = self.filled(entry.key.as_text().unwrap_or_default());
        Member { key, key_span: entry.key.span, value: Arc::clone(&entry.value), names: self.names.clone() }
    }

    /// The entries that loops generate.
    pub(crate) fn generated(&self, flat: &MergedMapping) -> LoopEntries {
        let mut members = LoopEntries { all: Vec::new(), unread_reason: flat.unread_reason() };
        for entry in &flat.loops {
            match self.iterate(entry) {
                Ok(made) => {
                    members.all.extend(made.all);
                    members.unread_reason = members.unread_reason.or(made.unread_reason);
                }
                Err(why) => members.unread_reason = members.unread_reason.or(Some(why)),
            }
            if members.all.len() > MAX_MEMBERS {
                truncate(&mut members);
            }
        }
        members
    }

    /// The entries that one loop generates.
    pub(crate) fn iterate(&self, entry: &Entry) -> Result<LoopEntries, Reason> {
        let (name, values, body) = self.parts(entry)?;
        self.world.enter(MAX_DEPTH).map_err(|limit| Reason::OverLimit { limit })?;
        let mut members = LoopEntries::default();
        for value in values {
            // An iteration costs a step even if it generates nothing.
            self.world.charge(1);
            if !self.world.has_steps() {
                members.unread_reason = Some(Reason::OverLimit { limit: STEPS });
                break;
            }
            let inner = self.with(vec![(name.clone(), value)]).members(body);
            members.all.extend(inner.all);
            members.unread_reason = members.unread_reason.or(inner.unread_reason);
            if members.all.len() > MAX_MEMBERS {
                truncate(&mut members);
                break;
            }
        }
        self.world.leave();
        Ok(members)
    }

    /// The name of the loop variable, its values, and the body of the loop.
    fn parts<'e>(&self, entry: &'e Entry) -> Result<(String, Vec<Traced<String>>, &'e Mapping), Reason> {
        if !self.lookup.declarations().has_extensions {
            let message = "`Fn::ForEach` needs `Transform: AWS::LanguageExtensions`".to_owned();
            return Err(Reason::Failed { message });
        }
        let Some((name, collection, body)) = loop_parts(entry) else {
            let message = "`Fn::ForEach` takes a name, a list and a mapping".to_owned();
            return Err(Reason::Failed { message });
        };
        match self.texts(collection) {
            Known(values) => Ok((name.to_owned(), values, body)),
            Unknown(why) => Err(why),
        }
    }

    /// The texts of a collection, each with its hops.
    fn texts(&self, collection: &Node) -> Maybe<Vec<Traced<String>>> {
        let collection = self.eval(collection);
        match &collection.value {
            Known(Data::List(list)) => {
                let mut texts = Vec::new();
                for item in &list.items {
                    let value = match self.text_of(&item.value) {
                        Known(text) => Known(text),
                        Unknown(why) => return Unknown(why),
                    };
                    let step = Hop { span: item.origin.span(), step: HopKind::Repetition("Fn::ForEach") };
                    let hops = collection.hops.iter().chain([&step]).chain(&item.hops).cloned().collect();
                    texts.push(Traced { value, origin: collection.origin, hops });
                }
                Known(texts)
            }
            Known(other) => failed(format!("{} isn't a list", other.shown())),
            Unknown(why) => Unknown(why.clone()),
        }
    }

    /// The entries for one iteration with an unknown value, for a loop whose collection is unknown.
    pub(crate) fn unknown_iteration(&self, entry: &Entry, why: &Reason) -> Vec<Member> {
        let Some((name, _, body)) = loop_parts(entry) else { return Vec::new() };
        let origin = Origin::Written(entry.key.span);
        let unknown = Traced { value: Unknown(why.clone()), origin, hops: Vec::new() };
        self.with(vec![(name.to_owned(), unknown)]).members(body).all
    }
}

/// Truncates a list to the limit and records the reason.
fn truncate(members: &mut LoopEntries) {
    members.all.truncate(MAX_MEMBERS);
    members.unread_reason = Some(Reason::OverLimit { limit: "the resources of loops" });
}

/// The variable, the collection and the body of a loop; `None` if the loop is malformed.
pub(crate) fn loop_parts(entry: &Entry) -> Option<(&str, &Node, &Mapping)> {
    match call::plain(&entry.value)?.as_sequence()? {
        [name, collection, body] => Some((call::plain_text(name)?, collection, call::plain(body)?.as_mapping()?)),
        _ => None,
    }
}
