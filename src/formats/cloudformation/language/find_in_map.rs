//! Evaluates `Fn::FindInMap`.

use std::rc::Rc;

use super::call::FunctionArgument;
use super::eval::{Evaluator, TracedValue};
use super::lookup::Lookup;
use super::mapping::{Section, scalar_text};
use super::symbols::{READER, ambiguous_boolean, computed, failed, is_final};
use crate::formats::cloudformation::steps;
use crate::syntax::node::{Entry, Meaning, Node, NodeKind};
use crate::value::{Data, Hop, Known, Maybe, Reason, Traced, Unknown, placeholder};

/// The result of the lookup of a key, which may be unknown.
enum MappingLookup {
    Entry(Entry),
    /// There is no entry with this key.
    Missing,
    /// The result isn't decided.
    Open(Reason),
}

impl<L: Lookup> Evaluator<'_, L> {
    /// `Fn::FindInMap`. An unknown key may be any key of the mapping.
    pub(super) fn find_in_map(&self, argument: FunctionArgument<'_>) -> TracedValue {
        let Some([name, first, second, options @ ..]) = argument.items() else {
            return (failed("`Fn::FindInMap` takes a mapping and two keys"), Vec::new());
        };
        let keys = [self.eval(name), self.eval(first), self.eval(second)];
        let default = options.first().and_then(|options| Some(&options.as_mapping()?.get("DefaultValue")?.value));
        match self.look_up(&keys, default.is_some()) {
            Ok(Some(cell)) => self.cell(&cell.value),
            Ok(None) => match default {
                Some(default) => self.cell(default),
                None => (failed("a mapping has no such key"), Vec::new()),
            },
            Err(why) => (self.any_cell(&keys, default.map(|node| &**node), why), Vec::new()),
        }
    }

    fn look_up(&self, keys: &[Traced<Data>; 3], has_default: bool) -> Result<Option<Entry>, Reason> {
        let [name, first, second] = keys;
        let mut entry = match self.pick(name, &self.lookup.declarations().mappings, has_default) {
            MappingLookup::Entry(entry) => entry,
            MappingLookup::Missing => return Ok(None),
            MappingLookup::Open(why) => return Err(why),
        };
        for key in [first, second] {
            let Some(section) = self.section(&entry.value) else { return Err(Reason::Unreadable) };
            match self.pick(key, &section, has_default) {
                MappingLookup::Entry(next) => entry = next,
                MappingLookup::Missing => return Ok(None),
                MappingLookup::Open(why) => return Err(why),
            }
        }
        Ok(Some(entry))
    }

    /// The entries of a mapping as a section, which is cached.
    fn section(&self, node: &Node) -> Option<Rc<Section>> {
        let mapping = node.as_mapping()?;
        let sections = &self.lookup.caches().sections;
        Some(sections.get_or(node.target().span, || Rc::new(Section::of(self.lookup.entries(mapping)))))
    }

    fn pick(&self, key: &Traced<Data>, section: &Section, has_default: bool) -> MappingLookup {
        let flat = &section.flat;
        let why = match self.text_of(&key.value) {
            Known(text) => return self.find(section, &text),
            Unknown(why) => why,
        };
        if is_final(&why) || flat.unread_reason().is_some() {
            return MappingLookup::Open(why);
        }
        self.world.charge(flat.entries.len());
        let symbol = why.symbol();
        let rows = flat.entries.iter().filter_map(|entry| Some((scalar_text(&entry.key)?, entry.clone())));
        let (keys, entries): (Vec<String>, Vec<Entry>) =
            rows.filter(|(key, _)| !self.is_rejected_value(&symbol, key)).unzip();
        let chosen = if has_default { self.one_or_none(&symbol, &keys) } else { self.one_of(&symbol, &keys) };
        match chosen {
            Some(Some(index)) => {
                MappingLookup::Entry(entries.get(index).expect("the world chooses one of the keys").clone())
            }
            Some(None) => MappingLookup::Missing,
            None => MappingLookup::Open(why),
        }
    }

    /// The entry of a key. Keys are YAML 1.1 scalars like all others, so the key `yes` is `true`.
    fn find(&self, section: &Section, text: &str) -> MappingLookup {
        let entries = &section.flat.entries;
        let mut found = section.get(text).filter(|entry| has_key(entry, text));
        if ["true", "false"].contains(&text)
            || section.get(text).is_some_and(|entry| ambiguous_text(&entry.key).is_some())
        {
            self.world.charge(entries.len());
            let mut ambiguous = entries.iter().filter_map(|entry| ambiguous_text(&entry.key));
            if let Some(key) = ambiguous.find(|key| may_be(key, text)) {
                return MappingLookup::Open(ambiguous_boolean(key));
            }
            found = found.or_else(|| entries.iter().find(|entry| has_key(entry, text)));
        }
        match (found, section.flat.unread_reason()) {
            (Some(entry), _) => MappingLookup::Entry(entry.clone()),
            (None, Some(why)) => MappingLookup::Open(why),
            (None, None) => self.missing(section),
        }
    }

    /// The result for a key without an entry: missing, unless a key of the section is a placeholder that another tool
    /// fills in.
    fn missing(&self, section: &Section) -> MappingLookup {
        self.world.charge(section.flat.entries.len());
        let unfilled = section.flat.entries.iter().find_map(|entry| placeholder(entry.key.as_text()?, READER));
        unfilled.map_or(MappingLookup::Missing, MappingLookup::Open)
    }

    fn cell(&self, cell: &Node) -> TracedValue {
        let value = self.eval(cell);
        let mut hops = vec![Hop { span: cell.span, step: steps::MAPPING_VALUE.of("") }];
        hops.extend(value.hops);
        (value.value, hops)
    }

    /// The value for keys that aren't decided: known if all entries that they may select have the same value.
    fn any_cell(&self, keys: &[Traced<Data>; 3], default: Option<&Node>, why: Reason) -> Maybe<Data> {
        self.common_cell(keys, default).unwrap_or_else(|| {
            let [name, first, second] = keys;
            computed("FindInMap", &[&name.value, &first.value, &second.value, &Unknown(why)], None)
        })
    }

    /// The value of all cells that may be meant, if it is the same.
    fn common_cell(&self, [name, first, second]: &[Traced<Data>; 3], default: Option<&Node>) -> Option<Maybe<Data>> {
        let mut chosen = self.any_entries(&self.lookup.declarations().mappings, name)?;
        for key in [first, second] {
            let mut below = Vec::new();
            for section in chosen.iter().filter_map(|entry| self.section(&entry.value)) {
                below.extend(self.any_entries(&section, key)?);
            }
            chosen = below;
        }
        let cells = chosen.iter().map(|entry| self.eval(&entry.value).value);
        let mut values = cells.chain(default.map(|default| self.eval(default).value));
        let first = values.next().filter(|first| matches!(first, Known(_)))?;
        values.all(|value| value == first).then_some(first)
    }

    /// The entry of a known key, or all entries for an unknown key; `None` if the entries themselves are unknown.
    fn any_entries(&self, section: &Section, key: &Traced<Data>) -> Option<Vec<Entry>> {
        match self.text_of(&key.value) {
            Known(text) => match self.find(section, &text) {
                MappingLookup::Entry(entry) => Some(vec![entry]),
                MappingLookup::Missing => Some(Vec::new()),
                MappingLookup::Open(_) => None,
            },
            Unknown(_) => {
                self.world.charge(section.flat.entries.len());
                Some(section.flat.entries.clone())
            }
        }
    }
}

fn has_key(entry: &Entry, text: &str) -> bool {
    scalar_text(&entry.key).as_deref() == Some(text)
}

/// The text of a key that YAML parsers interpret in two ways.
fn ambiguous_text(key: &Node) -> Option<&str> {
    let NodeKind::Scalar(scalar) = &key.target().kind else { return None };
    (key.target().meaning(scalar) == Meaning::Ambiguous).then_some(&*scalar.text)
}

/// True if an ambiguous key may equal this text.
fn may_be(key: &str, text: &str) -> bool {
    let boolean = if key.eq_ignore_ascii_case("y") { "true" } else { "false" };
    key == text || boolean == text
}
