//! All that one deployment declares around its trails, by name.

use std::collections::HashMap;
use std::rc::Rc;

use super::links::{Name, Named};
use super::read::{Attachment, Neighbour, Thing};
use super::{Attached, Declared, Delivery, Dependency, Doubt, Surroundings};
use crate::model::policy::Text;
use crate::value::{Known, Unknown, Why};

/// What begins the ARN of each bucket. The partition doesn't matter.
const BUCKET_ARN: &str = "arn:aws:s3:::";

/// What is declared around trails.
#[derive(Debug, Default)]
pub struct Neighbourhood {
    deliveries: HashMap<String, Rc<Delivery>>,
    buckets: Registry,
    keys: Registry,
    /// What goes for all buckets.
    account: Vec<Attached>,
    /// What isn't read, with the texts that it is given.
    unread: Vec<(Doubt, Vec<String>)>,
    /// What isn't read and may be about anything.
    doubts: Vec<Doubt>,
}

/// Things of one kind by their names, and what is attached to them.
#[derive(Debug, Default)]
struct Registry {
    things: Vec<Registered>,
    by_name: HashMap<Name, usize>,
    /// What may be attached to any of them, as far as its name allows.
    open: Vec<(Named, Attached)>,
}

#[derive(Debug)]
struct Registered {
    declared: Rc<Declared>,
    own: Option<Name>,
    names: Vec<Name>,
    arns: Vec<Name>,
    said: Vec<Attached>,
}

impl Neighbourhood {
    /// What resources declare together; `doubts` are parts of the deployment that aren't read.
    pub fn new<'n>(neighbours: impl Iterator<Item = &'n Neighbour> + Clone, doubts: Vec<Doubt>) -> Self {
        let mut new = Self { doubts, ..Self::default() };
        for neighbour in neighbours.clone() {
            match neighbour {
                Neighbour::Bucket(thing) => new.buckets.add(thing),
                Neighbour::Key(thing) => new.keys.add(thing),
                Neighbour::Delivery(delivery) => {
                    drop(new.deliveries.insert(delivery.trail.clone(), Rc::clone(delivery)))
                }
                Neighbour::OfAccount(said) => new.account.extend(said.iter().cloned()),
                Neighbour::Unread(doubt, given) => new.unread.push((doubt.clone(), given.clone())),
                Neighbour::OfBucket(_) | Neighbour::OfKey(_) => {}
            }
        }
        for neighbour in neighbours {
            match neighbour {
                Neighbour::OfBucket(attachment) => new.buckets.attach(attachment),
                Neighbour::OfKey(attachment) => new.keys.attach(attachment),
                _ => {}
            }
        }
        new
    }

    /// What the trail at an address depends on.
    pub fn of(&self, trail: &str) -> Option<Surroundings> {
        let delivery = self.deliveries.get(trail)?;
        let bucket = self.buckets.find(&Named::by(&delivery.bucket)).map(|thing| self.bucket(thing));
        let key = self.keys.find(&Named::by(&delivery.key)).map(|thing| self.dependency(&self.keys, thing));
        Some(Surroundings { delivery: Rc::clone(delivery), bucket, key })
    }

    fn bucket(&self, thing: &Registered) -> Dependency {
        let mut bucket = self.dependency(&self.buckets, thing);
        let names = thing.own.iter().chain(&thing.names);
        bucket.arns.extend(names.map(|name| Text::exactly(BUCKET_ARN).then(&name.text())));
        bucket.said.extend(self.account.iter().cloned());
        bucket
    }

    fn dependency(&self, registry: &Registry, thing: &Registered) -> Dependency {
        let open = registry.open.iter().filter_map(|(to, attached)| thing.perhaps(to, attached));
        let is_given = |(_, given): &&(Doubt, Vec<String>)| thing.is_named_in(given);
        let unread = self.unread.iter().filter(is_given).map(|(doubt, _)| doubt);
        Dependency {
            declared: Rc::clone(&thing.declared),
            arns: thing.arns.iter().map(Name::text).collect(),
            said: thing.said.iter().cloned().chain(open).collect(),
            doubts: unread.chain(&self.doubts).cloned().collect(),
        }
    }
}

impl Registry {
    fn add(&mut self, thing: &Thing) {
        let position = self.things.len();
        let Thing { declared, own, references, arns, said } = thing;
        for name in references.iter().chain(own) {
            self.by_name.entry(name.clone()).or_insert(position);
        }
        self.things.push(Registered {
            declared: Rc::clone(declared),
            own: own.clone(),
            names: references.clone(),
            arns: arns.clone(),
            said: said.clone(),
        });
    }

    fn attach(&mut self, attachment: &Attachment) {
        let Attachment { to, names, said } = attachment;
        let position = to.name().and_then(|name| self.by_name.get(name)).copied();
        match position.and_then(|position| Some((position, self.things.get_mut(position)?))) {
            Some((position, thing)) => {
                thing.said.extend(said.iter().cloned());
                for name in names {
                    self.by_name.entry(name.clone()).or_insert(position);
                }
            }
            None => self.open.extend(said.iter().map(|said| (to.clone(), said.clone()))),
        }
    }

    fn find(&self, named: &Named) -> Option<&Registered> {
        let name = named.name()?;
        let position = self.by_name.get(name).or_else(|| self.by_name.get(&alias_in(name)?))?;
        self.things.get(*position)
    }
}

/// The alias in the ARN of a key's alias.
fn alias_in(name: &Name) -> Option<Name> {
    let Name::Literal(text) = name else { return None };
    let (_, alias) = text.split_once(":alias/")?;
    Some(Name::Literal(format!("alias/{alias}")))
}

impl Registered {
    /// What is attached to something that may be this, by their names.
    fn perhaps(&self, to: &Named, attached: &Attached) -> Option<Attached> {
        let why = match (to, &self.own) {
            (Named::Nothing, _) => return None,
            // A name that is made at deployment isn't written anywhere.
            (Named::Name(Name::Literal(_), _), None | Some(Name::Literal(_))) => return None,
            (Named::Name(Name::Literal(_), _), Some(Name::Symbol(symbol))) => {
                Why::AtDeployment { reference: symbol.clone(), is_set: true }
            }
            (Named::Name(Name::Symbol(_), value), _) => match value {
                Unknown(why) => why.clone(),
                Known(()) => return None,
            },
            (Named::Anything(why), _) => why.clone(),
        };
        let applies = attached.applies.clone().and(Unknown(why));
        (applies != Known(false)).then(|| Attached { applies, ..attached.clone() })
    }

    /// Whether one of the texts has to do with it.
    fn is_named_in(&self, texts: &[String]) -> bool {
        let resource = (!self.declared.kind.is_cloudformation()).then_some(self.declared.address.as_str());
        let is_it = |text: &String, name: &Name| match name {
            Name::Literal(name) => text == name,
            Name::Symbol(symbol) => text.contains(symbol),
        };
        let names = || self.own.iter().chain(&self.names).chain(&self.arns);
        texts
            .iter()
            .any(|text| names().any(|name| is_it(text, name)) || resource.is_some_and(|address| text.contains(address)))
    }
}
