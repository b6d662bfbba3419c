//! Where trails have gone: by `moved` blocks, with their directory or template, or into a module.
//!
//! A trail has moved only if it isn't where it was, and where it is now was none: a copy is no move. Each trail moves to
//! one place, and none moves where another one has.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::Moved;
use crate::model::address::{self, Step};
use crate::report::{Fingerprint, Judged, Report, decode, decode_path, encode, encode_path};
use crate::source::{SourceFile, Sources};

/// A trail by its name in fingerprints, or a deployment if the address is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The deployment.
    pub deployment: String,
    /// What the configuration calls the deployment.
    pub name: Option<String>,
    /// The trail.
    pub address: String,
}

/// A trail in its place.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The place.
    pub place: Place,
    /// The digest of its declaration, where that is on record.
    pub digest: Option<String>,
}

/// Where trails and deployments have gone.
#[derive(Debug, Default)]
pub struct Moves {
    to: HashMap<Place, Place>,
}

/// A deployment, by its name in fingerprints.
type Deployment<'a> = (&'a str, Option<&'a str>);

/// What may have moved, and where to.
struct Search<'a> {
    /// The trails that aren't where they were, in the order of their places.
    gone: Vec<&'a Placed>,
    /// The places where there was none, in their order.
    free: BTreeMap<&'a Place, &'a Placed>,
    /// The declarations of now.
    declared: HashSet<(Deployment<'a>, Vec<String>)>,
    /// The deployments of now.
    deployments: HashSet<Deployment<'a>>,
    /// The deployments that there were.
    before: HashSet<Deployment<'a>>,
    moves: Moves,
}

impl Place {
    /// The place of a deployment.
    pub fn of(judged: &Judged) -> Self {
        let name = judged.name.as_deref().map(encode);
        Self { deployment: encode_path(&judged.root), name, address: String::new() }
    }

    /// The place of a finding; nothing if the name isn't one.
    pub fn of_fingerprint(fingerprint: &str) -> Option<Self> {
        let Fingerprint { deployment, name, address, .. } = Fingerprint::parse(fingerprint)?;
        Some(Self { deployment, name, address })
    }

    fn deployment(&self) -> Deployment<'_> {
        (&self.deployment, self.name.as_deref())
    }

    fn steps(&self) -> Vec<Step> {
        address::steps(&decode(&self.address).unwrap_or_default())
    }
}

impl Placed {
    /// The trails and the deployments of a report.
    pub fn of(report: &Report) -> Vec<Self> {
        let mut placed = Vec::new();
        for judged in &report.deployments {
            let whole = Place::of(judged);
            for trail in &judged.trails {
                let place = Place { address: encode(&trail.address), ..whole.clone() };
                placed.push(Self { place, digest: Some(trail.digest.clone()) });
            }
            placed.push(Self { place: whole, digest: digest_of(judged) });
        }
        placed
    }
}

/// What stays the same when a deployment moves as a whole; nothing if it has no trail.
pub fn digest_of(judged: &Judged) -> Option<String> {
    judged.trails.first().map(|first| format!("{}+{}", first.digest, judged.trails.len()))
}

impl Moves {
    /// Where the trails of another time have gone; `is_there` tells whether a deployment that isn't in the report may be there
    /// all the same.
    pub fn find(before: &[Placed], report: &Report, is_there: &dyn Fn(&str) -> bool) -> Self {
        let now = Placed::of(report);
        let was: HashSet<&Place> = before.iter().map(|placed| &placed.place).collect();
        let is: HashSet<&Place> = now.iter().map(|placed| &placed.place).collect();
        let mut gone: Vec<&Placed> = before.iter().filter(|placed| !is.contains(&placed.place)).collect();
        if gone.is_empty() {
            return Self::default();
        }
        gone.sort_by(|a, b| a.place.cmp(&b.place));
        gone.dedup_by(|later, earlier| later.place == earlier.place);
        let free = now.iter().filter(|placed| !was.contains(&placed.place)).map(|placed| (&placed.place, placed));
        let of_now = || now.iter().map(|placed| placed.place.deployment());
        let mut search = Search {
            gone,
            free: free.collect(),
            declared: now.iter().map(|placed| declaration(&placed.place)).collect(),
            deployments: of_now().collect(),
            before: before.iter().map(|placed| placed.place.deployment()).collect(),
            moves: Self::default(),
        };
        search.follow_blocks(report);
        search.follow_within_deployments();
        search.follow_deployments(is_there);
        search.follow_wholes(is_there);
        search.moves
    }

    /// Follows files to other names: those that aren't there any more, to new ones with the same text.
    pub fn follow_files(&mut self, before: &Sources, now: &Sources) {
        let text = |file: &SourceFile| file.text.replace('\r', "");
        let (before, now) = (before.all(), now.all());
        let was: HashSet<&str> = before.iter().map(|(_, file)| file.name.as_str()).collect();
        let is: HashSet<&str> = now.iter().map(|(_, file)| file.name.as_str()).collect();
        let gone: Vec<_> = before.iter().filter(|(_, file)| !is.contains(file.name.as_str())).collect();
        if gone.is_empty() {
            return;
        }
        let mut new: HashMap<String, Vec<&str>> = HashMap::new();
        for (_, file) in now.iter().filter(|(_, file)| !was.contains(file.name.as_str())) {
            new.entry(text(file)).or_default().push(&file.name);
        }
        new.values_mut().for_each(|names| names.sort_unstable());
        let place = |name: &str| Place { deployment: encode_path(name), name: None, address: String::new() };
        for (_, file) in gone {
            let names = new.get_mut(&text(file)).filter(|names| !names.is_empty());
            if let Some(names) = names {
                self.to.entry(place(&file.name)).or_insert_with(|| place(names.remove(0)));
            }
        }
    }

    /// The name that a finding has now.
    pub fn follow(&self, fingerprint: &str) -> String {
        let moved = Fingerprint::parse(fingerprint).and_then(|parsed| {
            let Fingerprint { deployment, name, address, .. } = parsed.clone();
            let Place { deployment, name, address } = self.to.get(&Place { deployment, name, address })?.clone();
            Some(Fingerprint { deployment, name, address, ..parsed }.to_string())
        });
        moved.unwrap_or_else(|| fingerprint.to_owned())
    }

    /// The place to which a deployment has gone, if it has.
    pub fn of_deployment(&self, judged: &Judged) -> Option<&Place> {
        self.to.get(&Place::of(judged))
    }

    /// True if nothing has moved.
    pub fn is_empty(&self) -> bool {
        self.to.is_empty()
    }
}

impl<'a> Search<'a> {
    /// Notes a move, after which neither place takes part in another.
    fn note(&mut self, from: &Place, to: &Place) {
        self.free.remove(to);
        self.moves.to.insert(from.clone(), to.clone());
    }

    /// The trails that aren't where they were, and of which it isn't known yet where they are.
    fn sought(&self) -> Vec<&'a Placed> {
        self.gone.iter().copied().filter(|placed| !self.moves.to.contains_key(&placed.place)).collect()
    }

    /// Follows `moved` blocks, and the move between a block without `count` and its first instance, which needs none.
    fn follow_blocks(&mut self, report: &Report) {
        let blocks: HashMap<Place, &[Moved]> =
            report.deployments.iter().map(|judged| (Place::of(judged), judged.moves.as_slice())).collect();
        let mut free: HashMap<(Deployment<'a>, Vec<Step>), Vec<&'a Place>> = HashMap::new();
        for place in self.free.keys() {
            free.entry((place.deployment(), without_first_keys(&place.steps()))).or_default().push(place);
        }
        for placed in self.sought() {
            let whole = Place { address: String::new(), ..placed.place.clone() };
            let ways = chain(placed.place.steps(), blocks.get(&whole).copied().unwrap_or_default());
            let to = ways.iter().find_map(|steps| {
                let exact = Place { address: encode(&address::join(steps)), ..whole.clone() };
                if self.free.contains_key(&exact) {
                    return Some(exact);
                }
                let alike = free.get(&(placed.place.deployment(), without_first_keys(steps)))?;
                alike.iter().find(|place| self.free.contains_key(*place)).map(|place| Place::clone(place))
            });
            if let Some(to) = to {
                self.note(&placed.place, &to);
            }
        }
    }

    /// Follows trails that were wrapped into a module, or taken out of one, within their deployment.
    fn follow_within_deployments(&mut self) {
        let mut free: HashMap<(Deployment<'a>, Step), Vec<&'a Placed>> = HashMap::new();
        for (place, placed) in &self.free {
            let Some(last) = place.steps().pop() else { continue };
            free.entry((place.deployment(), last)).or_default().push(placed);
        }
        for placed in self.sought() {
            let steps = placed.place.steps();
            let Some(last) = steps.last().cloned() else { continue };
            // The declaration has other instances now.
            if self.declared.contains(&declaration(&placed.place)) {
                continue;
            }
            let Some(candidates) = free.get_mut(&(placed.place.deployment(), last)) else { continue };
            let is_wrapped = |other: &&Placed| is_nested(&steps, &other.place.steps());
            let is_same =
                |other: &&Placed| is_wrapped(other) && other.digest.is_some() && other.digest == placed.digest;
            let at = candidates.iter().position(is_same);
            let at = at.or_else(|| candidates.iter().position(is_wrapped));
            let Some(to) = at.map(|at| candidates.remove(at)) else { continue };
            self.note(&placed.place, &to.place);
        }
    }

    /// Follows trails whose deployment is gone to the same declarations in new ones: of the same directory or file name
    /// first, then at the same address, then anywhere.
    fn follow_deployments(&mut self, is_there: &dyn Fn(&str) -> bool) {
        type Key = (String, Option<String>, Option<String>, String);
        let keys: [fn(&Placed) -> Option<Key>; 3] = [
            |placed| {
                let Place { deployment, name, address } = &placed.place;
                let last = deployment.rsplit('/').next().unwrap_or_default();
                Some((placed.digest.clone()?, name.clone(), Some(address.clone()), last.to_owned()))
            },
            |placed| {
                Some((
                    placed.digest.clone()?,
                    placed.place.name.clone(),
                    Some(placed.place.address.clone()),
                    String::new(),
                ))
            },
            |placed| {
                let last = placed.place.steps().pop()?;
                Some((placed.digest.clone()?, placed.place.name.clone(), None, format!("{}{}", last.name, last.key)))
            },
        ];
        for key in keys {
            let mut free: HashMap<Key, Vec<&'a Placed>> = HashMap::new();
            let new = self.free.values().filter(|placed| !self.before.contains(&placed.place.deployment()));
            for placed in new {
                key(placed).into_iter().for_each(|key| free.entry(key).or_default().push(placed));
            }
            for placed in self.sought() {
                if self.remains(&placed.place, is_there) {
                    continue;
                }
                let Some(candidates) = key(placed).and_then(|key| free.get_mut(&key)) else { continue };
                let steps = placed.place.steps();
                let is_wrapped = |other: &&&Placed| {
                    let others = other.place.steps();
                    others == steps || is_nested(&steps, &others)
                };
                let Some(at) = candidates.iter().position(|other| is_wrapped(&other)) else { continue };
                let to = candidates.remove(at);
                self.note(&placed.place, &to.place);
            }
        }
    }

    /// Lets deployments follow their trails.
    fn follow_wholes(&mut self, is_there: &dyn Fn(&str) -> bool) {
        let mut trails: Vec<(Place, Place)> =
            self.moves.to.iter().map(|(from, to)| (from.clone(), to.clone())).collect();
        trails.sort();
        for (from, to) in trails {
            let [from, to] = [from, to].map(|place| Place { address: String::new(), ..place });
            let is_taken = self.before.contains(&to.deployment()) || !self.free.contains_key(&to);
            if from != to && !is_taken && !self.remains(&from, is_there) && !self.moves.to.contains_key(&from) {
                self.note(&from, &to);
            }
        }
    }

    /// True if a deployment is there, or may be.
    fn remains(&self, place: &Place, is_there: &dyn Fn(&str) -> bool) -> bool {
        self.deployments.contains(&place.deployment())
            || decode_path(&place.deployment).is_none_or(|name| is_there(&name))
    }
}

/// The addresses that blocks give an address one after the other, itself first.
fn chain(address: Vec<Step>, blocks: &[Moved]) -> Vec<Vec<Step>> {
    let mut chain = vec![address];
    while chain.len() <= blocks.len() {
        let Some(last) = chain.last() else { break };
        let next = blocks.iter().filter_map(|block| block.apply(last)).find(|next| !chain.contains(next));
        let Some(next) = next else { break };
        chain.push(next);
    }
    chain
}

/// A declaration, of which there may be several instances.
fn declaration(place: &Place) -> (Deployment<'_>, Vec<String>) {
    (place.deployment(), place.steps().into_iter().map(|step| step.name).collect())
}

/// True if one of two addresses of the same resource has all calls of the other, and more of them.
fn is_nested(one: &[Step], other: &[Step]) -> bool {
    let (one_calls, other_calls) = (address::calls(one), address::calls(other));
    let (few, many) =
        if one_calls.len() < other_calls.len() { (one_calls, other_calls) } else { (other_calls, one_calls) };
    let mut rest = many.iter();
    one.last() == other.last() && few.len() < many.len() && few.iter().all(|call| rest.any(|other| other == call))
}

/// An address in which the first instance of a block is the same as the only one.
fn without_first_keys(steps: &[Step]) -> Vec<Step> {
    let plain =
        |step: &Step| if step.key == "[0]" { Step { key: String::new(), ..step.clone() } } else { step.clone() };
    steps.iter().map(plain).collect()
}
