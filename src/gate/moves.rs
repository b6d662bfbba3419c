//! Follows moved trails: by `moved` blocks, with their directory or template, or into a module.
//!
//! A trail has moved only if its old place is empty now and its new place was empty before: a copy isn't a move. Each
//! trail moves to one place, and no two trails move to the same place.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::model::MovedBlock;
use crate::model::address::{self, AddressStep};
use crate::report::{DeploymentResult, Fingerprint, Report, TrailResult, decode, decode_path, encode, encode_path};
use crate::source::{SourceFile, Sources};

/// The limit of lookups and comparisons. Trails that remain when it is reached aren't followed.
const MAX_LOOKUPS: usize = 500_000;

/// The maximum number of steps in an address that results from `moved` blocks.
const MAX_ADDRESS: usize = 32;

/// A trail as fingerprints identify it, or a deployment if the address is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrailName {
    /// The root of the deployment, encoded as in fingerprints.
    pub deployment: String,
    /// The deployment's name in the configuration.
    pub name: Option<String>,
    /// The address of the trail, encoded as in fingerprints.
    pub address: String,
}

/// A trail or a deployment, with a digest.
#[derive(Debug, Clone)]
pub struct PlacedTrail {
    pub place: TrailName,
    /// The digest of its declaration, if it was recorded.
    pub digest: Option<String>,
}

/// The new places of trails and deployments.
#[derive(Debug, Default)]
pub struct Moves {
    new_places: HashMap<TrailName, TrailName>,
    /// For trails of a root that is now called but kept as a root, their additional places in the caller.
    called: HashMap<TrailName, TrailName>,
}

/// A deployment as fingerprints identify it: its root and name.
type FingerprintRoot<'a> = (&'a str, Option<&'a str>);

/// The state of the search for moves.
struct MoveSearch<'a> {
    /// The trails that aren't at their old place, ordered by place.
    missing: Vec<&'a PlacedTrail>,
    /// The places that were empty before, in order.
    new_trails: BTreeMap<&'a TrailName, &'a PlacedTrail>,
    /// The current declarations.
    declared: HashSet<(FingerprintRoot<'a>, Vec<String>)>,
    /// The current deployments.
    deployments: HashSet<FingerprintRoot<'a>>,
    /// The deployments with parts that weren't read.
    incomplete_roots: HashSet<FingerprintRoot<'a>>,
    /// The earlier deployments.
    base_roots: HashSet<FingerprintRoot<'a>>,
    moves: Moves,
    /// The remaining number of lookups.
    lookups_left: usize,
}

/// A place to which a trail may have moved.
struct MoveCandidate<'a> {
    placed: &'a PlacedTrail,
    steps: Vec<AddressStep>,
}

/// The source of a `moved` block: the names of the calls that lead to its module, and the `from` address.
type MoveSource<'a> = (Vec<&'a str>, &'a [AddressStep]);

/// A trail from the point of view of a called root: that root, and the address within it.
type Called = (String, Vec<AddressStep>);

/// The `moved` blocks of a deployment, indexed by source.
#[derive(Default)]
struct Blocks<'a> {
    /// The blocks, each with its number.
    by_address: HashMap<MoveSource<'a>, Vec<(usize, &'a MovedBlock)>>,
    /// The numbers of calls and of steps in the sources.
    lengths: BTreeSet<(usize, usize)>,
    number: usize,
}

impl TrailName {
    /// Returns the place of a deployment.
    pub fn of(judged: &DeploymentResult) -> Self {
        let name = judged.name.as_deref().map(encode);
        Self { deployment: encode_path(&judged.root), name, address: String::new() }
    }

    /// Returns the place of a trail of this deployment.
    pub fn with(&self, trail: &TrailResult) -> Self {
        Self { address: encode(&trail.address), ..self.clone() }
    }

    /// Returns the place of a finding; `None` if the fingerprint is invalid.
    pub fn of_fingerprint(fingerprint: &str) -> Option<Self> {
        let Fingerprint { deployment, name, address, .. } = Fingerprint::parse(fingerprint)?;
        Some(Self { deployment, name, address })
    }

    fn deployment(&self) -> FingerprintRoot<'_> {
        (&self.deployment, self.name.as_deref())
    }

    fn steps(&self) -> Vec<AddressStep> {
        address::steps(&decode(&self.address).unwrap_or_default())
    }
}

impl PlacedTrail {
    /// Returns the trails and the deployments of a report.
    pub fn of(report: &Report) -> Vec<Self> {
        let mut placed = Vec::new();
        for judged in &report.deployments {
            let whole = TrailName::of(judged);
            for trail in &judged.trails {
                let place = whole.with(trail);
                placed.push(Self { place, digest: Some(trail.digest.clone()) });
            }
            placed.push(Self { place: whole, digest: digest_of(judged) });
        }
        placed
    }
}

/// Returns a digest that is unchanged if a deployment moves as a whole; `None` if it has no trail.
pub fn digest_of(judged: &DeploymentResult) -> Option<String> {
    judged.trails.first().map(|first| format!("{}+{}", first.digest, judged.trails.len()))
}

impl Moves {
    /// Finds the new places of earlier trails. A place in `others`, which are the trails of the other parents of a
    /// merge, isn't new. `is_there` is true for a deployment that may exist although the report doesn't contain it.
    pub fn find(
        before: &[PlacedTrail],
        others: &[PlacedTrail],
        report: &Report,
        is_there: &dyn Fn(&str) -> bool,
    ) -> Self {
        let now = PlacedTrail::of(report);
        let was: HashSet<&TrailName> = before.iter().chain(others).map(|placed| &placed.place).collect();
        let is: HashSet<&TrailName> = now.iter().map(|placed| &placed.place).collect();
        let new_trails: BTreeMap<&TrailName, &PlacedTrail> =
            now.iter().filter(|placed| !was.contains(&placed.place)).map(|placed| (&placed.place, placed)).collect();
        if new_trails.is_empty() {
            return Self::default();
        }
        let mut missing: Vec<&PlacedTrail> = before.iter().filter(|placed| !is.contains(&placed.place)).collect();
        missing.sort_by(|a, b| a.place.cmp(&b.place));
        missing.dedup_by(|later, earlier| later.place == earlier.place);
        let wholes: Vec<(TrailName, &DeploymentResult)> =
            report.deployments.iter().map(|judged| (TrailName::of(judged), judged)).collect();
        let unread = wholes.iter().filter(|(_, judged)| !judged.unread.is_empty());
        let mut search = MoveSearch {
            missing,
            new_trails,
            declared: now.iter().map(|placed| declaration(&placed.place)).collect(),
            deployments: now.iter().map(|placed| placed.place.deployment()).collect(),
            incomplete_roots: unread.map(|(whole, _)| whole.deployment()).collect(),
            base_roots: before.iter().map(|placed| placed.place.deployment()).collect(),
            moves: Self::default(),
            lookups_left: MAX_LOOKUPS,
        };
        let has_gone = !search.missing.is_empty();
        if has_gone {
            search.follow_blocks(report);
            search.follow_within_deployments();
        }
        search.follow_calls(before, report);
        if has_gone {
            search.follow_deployments(is_there);
            search.follow_declarations(is_there);
        }
        search.follow_wholes(is_there);
        search.moves
    }

    /// Follows renamed files: each file that no longer exists, to a new file with the same text.
    pub fn follow_files(&mut self, before: &Sources, now: &Sources) {
        let (before, now) = (before.all(), now.all());
        let was: HashSet<&str> = before.iter().map(|(_, file)| file.name.as_str()).collect();
        let is: HashSet<&str> = now.iter().map(|(_, file)| file.name.as_str()).collect();
        let gone: Vec<_> = before.iter().filter(|(_, file)| !is.contains(file.name.as_str())).collect();
        if gone.is_empty() {
            return;
        }
        let taken: HashSet<&TrailName> = self.new_places.values().collect();
        let mut new: HashMap<String, VecDeque<TrailName>> = HashMap::new();
        for (_, file) in now.iter().filter(|(_, file)| !was.contains(file.name.as_str())) {
            let to = place_of(&file.name);
            if !taken.contains(&to) {
                new.entry(text_of(file)).or_default().push_back(to);
            }
        }
        new.values_mut().for_each(|places| places.make_contiguous().sort_unstable());
        for (_, file) in gone {
            let from = place_of(&file.name);
            if self.new_places.contains_key(&from) {
                continue;
            }
            if let Some(to) = new.get_mut(&text_of(file)).and_then(VecDeque::pop_front) {
                self.new_places.insert(from, to);
            }
        }
    }

    /// Returns the current fingerprints of an earlier finding. There are two if its root is called now and also kept as
    /// a root.
    pub fn follow(&self, fingerprint: &str) -> Vec<String> {
        let mut names = vec![fingerprint.to_owned()];
        let Some(parsed) = Fingerprint::parse(fingerprint).filter(|_| !self.is_empty()) else { return names };
        let Fingerprint { deployment, name, address, .. } = parsed.clone();
        let place = TrailName { deployment, name, address };
        let name_at = |place: &TrailName| {
            let TrailName { deployment, name, address } = place.clone();
            Fingerprint { deployment, name, address, ..parsed.clone() }.to_string()
        };
        if let Some(to) = self.new_places.get(&place) {
            names = vec![name_at(to)];
        }
        names.extend(self.called.get(&place).map(name_at));
        names
    }

    /// Returns the new place of a trail, if it has moved.
    pub fn of_trail(&self, place: &TrailName) -> Option<&TrailName> {
        self.new_places.get(place)
    }

    /// True if a trail or deployment has moved to this place.
    pub fn has_target(&self, place: &TrailName) -> bool {
        self.new_places.values().any(|to| to == place)
    }

    /// Returns the new place of a deployment, if it has moved.
    pub fn of_deployment(&self, judged: &DeploymentResult) -> Option<&TrailName> {
        self.new_places.get(&TrailName::of(judged))
    }

    /// True if there are no moves.
    pub fn is_empty(&self) -> bool {
        self.new_places.is_empty() && self.called.is_empty()
    }
}

fn place_of(name: &str) -> TrailName {
    TrailName { deployment: encode_path(name), name: None, address: String::new() }
}

fn text_of(file: &SourceFile) -> String {
    file.text.replace('\r', "")
}

impl<'a> MoveSearch<'a> {
    /// Records a move, after which neither place takes part in another one.
    fn note(&mut self, from: &TrailName, to: &TrailName) {
        self.new_trails.remove(to);
        self.moves.new_places.insert(from.clone(), to.clone());
    }

    /// Returns the trails that aren't at their old place and haven't been found elsewhere.
    fn unplaced(&self) -> Vec<&'a PlacedTrail> {
        self.missing.iter().copied().filter(|placed| !self.moves.new_places.contains_key(&placed.place)).collect()
    }

    /// Follows `moved` blocks, and the implicit move between a block without `count` and its first instance.
    fn follow_blocks<'r>(&mut self, report: &'r Report) {
        let blocks: HashMap<TrailName, Blocks<'_>> =
            report.deployments.iter().map(|judged| (TrailName::of(judged), Blocks::of(&judged.moves))).collect();
        let none = Blocks::default();
        let mut free: HashMap<(FingerprintRoot<'a>, Vec<AddressStep>), Vec<&'a TrailName>> = HashMap::new();
        for place in self.new_trails.keys() {
            free.entry((place.deployment(), without_first_keys(&place.steps()))).or_default().push(place);
        }
        for placed in self.unplaced() {
            let whole = TrailName { address: String::new(), ..placed.place.clone() };
            let blocks = blocks.get(&whole).unwrap_or(&none);
            let Some(ways) = blocks.chain(placed.place.steps(), &mut self.lookups_left) else { continue };
            let to = ways.iter().find_map(|steps| {
                let exact = TrailName { address: encode(&address::join(steps)), ..whole.clone() };
                if self.new_trails.contains_key(&exact) {
                    return Some(exact);
                }
                let alike = free.get(&(placed.place.deployment(), without_first_keys(steps)))?;
                alike.iter().find(|place| self.new_trails.contains_key(*place)).map(|place| TrailName::clone(place))
            });
            if let Some(to) = to {
                self.note(&placed.place, &to);
            }
        }
    }

    /// Follows trails that were moved into a module or out of one, within their deployment.
    fn follow_within_deployments(&mut self) {
        let mut free: HashMap<(FingerprintRoot<'a>, AddressStep), VecDeque<MoveCandidate<'a>>> = HashMap::new();
        for placed in self.new_trails.values() {
            let candidate = MoveCandidate::of(placed);
            let Some(last) = candidate.steps.last().cloned() else { continue };
            free.entry((placed.place.deployment(), last)).or_default().push_back(candidate);
        }
        for placed in self.unplaced() {
            let steps = placed.place.steps();
            let Some(last) = steps.last().cloned() else { continue };
            // The declaration still exists, with other instances.
            if self.declared.contains(&declaration(&placed.place)) {
                continue;
            }
            let Some(candidates) = free.get_mut(&(placed.place.deployment(), last)) else { continue };
            let is_wrapped = |other: &MoveCandidate<'_>| is_nested(&steps, &other.steps);
            let same = take(candidates, &mut self.lookups_left, |other| {
                other.placed.digest.is_some() && other.placed.digest == placed.digest && is_wrapped(other)
            });
            let Some(to) = same.or_else(|| take(candidates, &mut self.lookups_left, is_wrapped)) else { continue };
            self.note(&placed.place, &to.place);
        }
    }

    /// Follows trails of roots to the first calls of these roots. A trail of a root that is evaluated only because the
    /// base of a comparison has it stays at its old place, too.
    fn follow_calls(&mut self, before: &'a [PlacedTrail], report: &Report) {
        let mut callable: HashMap<Called, Vec<TrailName>> = HashMap::new();
        let mut kept = HashSet::new();
        for judged in &report.deployments {
            let whole = TrailName::of(judged);
            for trail in &judged.trails {
                let place = whole.with(trail);
                if self.new_trails.contains_key(&place) {
                    for called in called(trail, &report.sources) {
                        callable.entry(called).or_default().push(place.clone());
                    }
                }
            }
            kept.extend(judged.is_root_only_in_base.then_some(whole));
        }
        if callable.is_empty() {
            return;
        }
        for placed in before {
            let TrailName { deployment, address, .. } = &placed.place;
            let whole = TrailName { address: String::new(), ..placed.place.clone() };
            let is_gone = !self.declared.contains(&declaration(&placed.place));
            let is_kept = kept.contains(&whole);
            if address.is_empty() || !(is_gone || is_kept) || self.moves.new_places.contains_key(&placed.place) {
                continue;
            }
            let calls =
                callable.get(&(deployment.clone(), placed.place.steps())).map(Vec::as_slice).unwrap_or_default();
            let Some(to) = calls.iter().find(|place| self.new_trails.contains_key(*place)) else { continue };
            if is_gone {
                self.note(&placed.place, to);
            } else {
                self.new_trails.remove(to);
                self.moves.called.insert(placed.place.clone(), to.clone());
            }
        }
    }

    /// Follows trails of removed deployments to the same declarations in new deployments: first with the same directory
    /// or file name, then at the same address, then anywhere.
    fn follow_deployments(&mut self, is_there: &dyn Fn(&str) -> bool) {
        type Key = (String, Option<String>, Option<String>, String);
        let keys: [fn(&PlacedTrail) -> Option<Key>; 3] = [
            |placed| {
                let TrailName { deployment, name, address } = &placed.place;
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
            let mut free: HashMap<Key, VecDeque<MoveCandidate<'a>>> = HashMap::new();
            let new = self.new_trails.values().filter(|placed| !self.base_roots.contains(&placed.place.deployment()));
            for placed in new {
                let Some(key) = key(placed) else { continue };
                free.entry(key).or_default().push_back(MoveCandidate::of(placed));
            }
            for placed in self.unplaced() {
                let Some(candidates) = key(placed).and_then(|key| free.get_mut(&key)) else { continue };
                if candidates.is_empty() || self.may_exist(&placed.place, is_there) {
                    continue;
                }
                let steps = placed.place.steps();
                let to = take(candidates, &mut self.lookups_left, |other| {
                    other.steps == steps || is_nested(&steps, &other.steps)
                });
                if let Some(to) = to {
                    self.note(&placed.place, &to.place);
                }
            }
        }
    }

    /// Follows removed trails to the same declarations in any deployment, even if their own deployment may still exist.
    fn follow_declarations(&mut self, is_there: &dyn Fn(&str) -> bool) {
        let mut free: HashMap<(Option<String>, AddressStep), VecDeque<MoveCandidate<'a>>> = HashMap::new();
        for placed in self.new_trails.values().filter(|placed| !placed.place.address.is_empty()) {
            let candidate = MoveCandidate::of(placed);
            let Some(last) = candidate.steps.last().cloned() else { continue };
            free.entry((placed.digest.clone(), last)).or_default().push_back(candidate);
        }
        for placed in self.unplaced() {
            let steps = placed.place.steps();
            let Some(last) = steps.last().cloned().filter(|_| placed.digest.is_some()) else { continue };
            let Some(candidates) = free.get_mut(&(placed.digest.clone(), last)) else { continue };
            let has_other_instances = self.declared.contains(&declaration(&placed.place));
            if candidates.is_empty() || has_other_instances || self.may_have(&placed.place, is_there) {
                continue;
            }
            let is_other = |other: &MoveCandidate<'_>| other.placed.place.deployment() != placed.place.deployment();
            let same = take(candidates, &mut self.lookups_left, |other| is_other(other) && other.steps == steps);
            let to = same.or_else(|| {
                take(candidates, &mut self.lookups_left, |other| is_other(other) && is_nested(&steps, &other.steps))
            });
            if let Some(to) = to {
                self.note(&placed.place, &to.place);
            }
        }
    }

    /// Moves each deployment along with its trails.
    fn follow_wholes(&mut self, is_there: &dyn Fn(&str) -> bool) {
        for (from, to) in deployment_pairs(&self.moves.new_places) {
            let is_new = !self.base_roots.contains(&to.deployment()) && self.new_trails.contains_key(&to);
            if from != to && is_new && !self.may_exist(&from, is_there) && !self.moves.new_places.contains_key(&from) {
                self.note(&from, &to);
            }
        }
        for (from, to) in deployment_pairs(&self.moves.called) {
            let is_new = !self.base_roots.contains(&to.deployment()) && self.new_trails.contains_key(&to);
            if is_new && !self.moves.called.contains_key(&from) {
                self.new_trails.remove(&to);
                self.moves.called.insert(from, to);
            }
        }
    }

    /// True if a trail may be at its old place although it wasn't found there.
    fn may_have(&self, place: &TrailName, is_there: &dyn Fn(&str) -> bool) -> bool {
        match self.deployments.contains(&place.deployment()) {
            true => self.incomplete_roots.contains(&place.deployment()),
            false => self.may_exist(place, is_there),
        }
    }

    /// True if a deployment exists, or may exist.
    fn may_exist(&self, place: &TrailName, is_there: &dyn Fn(&str) -> bool) -> bool {
        self.deployments.contains(&place.deployment())
            || decode_path(&place.deployment).is_none_or(|name| is_there(&name))
    }
}

fn deployment_pairs(moves: &HashMap<TrailName, TrailName>) -> Vec<(TrailName, TrailName)> {
    let mut pairs: Vec<_> = moves.iter().map(|(from, to)| (whole(from), whole(to))).collect();
    pairs.sort();
    pairs.dedup();
    pairs
}

fn whole(place: &TrailName) -> TrailName {
    TrailName { address: String::new(), ..place.clone() }
}

impl<'a> MoveCandidate<'a> {
    fn of(placed: &'a PlacedTrail) -> Self {
        Self { placed, steps: placed.place.steps() }
    }
}

impl<'a> Blocks<'a> {
    fn of(blocks: &'a [MovedBlock]) -> Self {
        let mut by_address: HashMap<_, Vec<_>> = HashMap::new();
        let mut lengths = BTreeSet::new();
        for (number, block) in blocks.iter().enumerate() {
            let calls: Vec<&str> = block.module.iter().map(String::as_str).collect();
            by_address.entry((calls, block.from.as_slice())).or_default().push((number, block));
            lengths.insert((block.module.len(), block.from.len()));
        }
        Self { by_address, lengths, number: blocks.len() }
    }

    /// Returns the addresses that the blocks lead to, one after the other, beginning with the given one; `None` if the
    /// lookups are used up.
    fn chain(&self, address: Vec<AddressStep>, left: &mut usize) -> Option<Vec<Vec<AddressStep>>> {
        let mut met = HashSet::from([address.clone()]);
        let mut chain = vec![address];
        while chain.len() <= self.number {
            let Some(next) = self.after(chain.last()?, &met, left)? else { break };
            met.insert(next.clone());
            chain.push(next);
        }
        Some(chain)
    }

    /// Returns the address that the first applicable block leads to, unless it has been met before; the outer `None`
    /// means that the lookups are used up.
    fn after(
        &self,
        address: &[AddressStep],
        met: &HashSet<Vec<AddressStep>>,
        left: &mut usize,
    ) -> Option<Option<Vec<AddressStep>>> {
        let mut blocks = Vec::new();
        for (calls, steps) in &self.lengths {
            spend(1, left)?;
            let Some((calls, within)) = address.split_at_checked(*calls) else { continue };
            let Some((own, _)) = within.split_at_checked(*steps) else { continue };
            // The source of a block is one instance or all of them.
            let mut all = own.to_vec();
            all.last_mut().into_iter().for_each(|last| last.key.clear());
            let names = address::without_keys(calls);
            for from in [own, &all].into_iter().take(if own == all { 1 } else { 2 }) {
                let found = self.by_address.get(&(names.clone(), from)).map(Vec::as_slice).unwrap_or_default();
                spend(found.len(), left)?;
                blocks.extend(found);
            }
        }
        blocks.sort_by_key(|(number, _)| *number);
        let mut next = blocks.iter().filter_map(|(_, block)| block.apply(address));
        Some(next.find(|next| next.len() <= MAX_ADDRESS && !met.contains(next)))
    }
}

/// Removes and returns the first candidate that satisfies a condition, if the lookups suffice.
fn take<'a>(
    candidates: &mut VecDeque<MoveCandidate<'a>>,
    left: &mut usize,
    is_one: impl Fn(&MoveCandidate<'_>) -> bool,
) -> Option<&'a PlacedTrail> {
    for at in 0..candidates.len() {
        spend(1, left)?;
        if candidates.get(at).is_some_and(&is_one) {
            return candidates.remove(at).map(|candidate| candidate.placed);
        }
    }
    None
}

/// Counts lookups; `None` if fewer remain, and then none do.
fn spend(lookups: usize, left: &mut usize) -> Option<()> {
    let rest = left.checked_sub(lookups);
    *left = rest.unwrap_or_default();
    rest.map(drop)
}

/// Returns a trail from the point of view of each called root that contains it, the outermost first.
fn called(trail: &TrailResult, sources: &Sources) -> Vec<Called> {
    let (owners, steps) = (&trail.owners, address::steps(&trail.address));
    // For code that isn't read, the calls may be known but not their modules.
    if owners.len() != steps.len() {
        return Vec::new();
    }
    let inner = owners.iter().zip((0..steps.len()).rev()).take(owners.len().saturating_sub(1));
    let mut called = Vec::new();
    for (owner, start) in inner.rev() {
        let file = sources.file(*owner);
        let directory = file.path.parent().map(|directory| sources.name(directory));
        let within = steps.get(start..).unwrap_or_default();
        // A template is a root by itself; Terraform's root is the directory.
        called.extend(directory.iter().chain([&file.name]).map(|name| (encode_path(name), within.to_vec())));
    }
    called
}

/// Returns the declaration of a trail, which may have several instances.
fn declaration(place: &TrailName) -> (FingerprintRoot<'_>, Vec<String>) {
    (place.deployment(), place.steps().into_iter().map(|step| step.name).collect())
}

/// True if two addresses name the same resource, and one has all calls of the other and more.
fn is_nested(one: &[AddressStep], other: &[AddressStep]) -> bool {
    let (one_calls, other_calls) = (address::calls(one), address::calls(other));
    let (few, many) =
        if one_calls.len() < other_calls.len() { (one_calls, other_calls) } else { (other_calls, one_calls) };
    let mut rest = many.iter();
    one.last() == other.last() && few.len() < many.len() && few.iter().all(|call| rest.any(|other| other == call))
}

/// Returns an address without the keys of first instances, so that the first instance of a block equals the only one.
fn without_first_keys(steps: &[AddressStep]) -> Vec<AddressStep> {
    let mut steps = steps.to_vec();
    for step in steps.iter_mut().filter(|step| step.key == "[0]") {
        step.key = String::new();
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows an address through blocks that each increment its number.
    fn follow(numbers: usize, left: &mut usize) -> Option<Vec<Vec<AddressStep>>> {
        let name = |number: usize| format!("module.m.aws_cloudtrail.t{number}");
        let block =
            |number: usize| MovedBlock::new(Vec::new(), &name(number), &name(number.saturating_add(1))).unwrap();
        let blocks: Vec<MovedBlock> = (0..numbers).map(block).collect();
        Blocks::of(&blocks).chain(address::steps("module.m.aws_cloudtrail.t0[\"a\"]"), left)
    }

    #[test]
    fn blocks_are_followed_one_after_the_other() {
        let chain = follow(12_000, &mut 24_001).unwrap();
        assert_eq!(chain.len(), 12_001);
        assert_eq!(address::join(&chain[12_000]), "module.m.aws_cloudtrail.t12000[\"a\"]");
    }

    #[test]
    fn without_lookups_nothing_is_followed() {
        let mut left = 1_000;
        assert_eq!(follow(12_000, &mut left), None);
        assert_eq!(left, 0);
    }

    #[test]
    fn addresses_end_somewhere() {
        let grow = MovedBlock::new(Vec::new(), "module.a", "module.a.module.a").unwrap();
        let blocks = vec![grow; 100];
        let chain = Blocks::of(&blocks).chain(address::steps("module.a.aws_cloudtrail.t"), &mut 100_000).unwrap();
        assert_eq!(chain.last().map(Vec::len), Some(MAX_ADDRESS));
    }

    #[test]
    fn the_first_block_counts() {
        let blocks = [("a[1]", "b"), ("a", "c"), ("a[1]", "d"), ("b", "a[1]")];
        let name = |name: &str| format!("aws_cloudtrail.{name}");
        let blocks = blocks.map(|(from, to)| MovedBlock::new(Vec::new(), &name(from), &name(to)).unwrap());
        let blocks = Blocks::of(&blocks);
        let follow = |from: &str| {
            let chain = blocks.chain(address::steps(&name(from)), &mut 1_000).unwrap();
            chain.iter().map(|steps| address::join(steps).replace("aws_cloudtrail.", "")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(["a[1]", "a[2]", "a", "c"].map(follow), ["a[1] b", "a[2] c[2]", "a c", "c"]);
    }
}
