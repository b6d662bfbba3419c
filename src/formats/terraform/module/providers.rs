//! The configurations of providers in a module, and what their local names stand for.

use std::collections::HashMap;

use super::{BlockId, Module};
use crate::model::{Argument, Holds, Shape};
use crate::syntax::hcl::{Block, Body, Expr, ExprKind, ObjectKey};

/// What is read of a `terraform` block.
pub(in crate::formats::terraform) const SETTINGS: Shape = &[Argument { name: REQUIRED, holds: Holds::Blocks(&[]) }];

const REQUIRED: &str = "required_providers";

/// Where a source lies that doesn't say it.
const REGISTRIES: [&str; 2] = ["registry.terraform.io/", "registry.opentofu.org/"];

/// The configuration of a provider in a module.
pub(in crate::formats::terraform) enum Configuration<'a> {
    /// It is written here.
    Block(&'a Block),
    /// It may be in text that can't be read.
    Unreadable,
    /// It isn't here.
    Nowhere,
}

/// What a module says of providers.
#[derive(Debug, Default)]
pub(super) struct Providers {
    /// The sources of local names; nothing for one that can't be read.
    sources: HashMap<String, Option<String>>,
    /// The configurations by their sources and aliases.
    configurations: HashMap<(String, Option<String>), Place>,
    /// Whether there is text that can't be read, which may say more of local names.
    hides_sources: bool,
    /// The same for configurations.
    hides_configurations: bool,
}

/// Where a configuration is written.
#[derive(Debug, Clone, Copy)]
enum Place {
    Base(BlockId),
    /// In an override file, by its index. The default configuration needs no base.
    Override(usize),
}

impl Module {
    /// The source of the provider that a local name stands for, such as `hashicorp/aws`; nothing if that can't be read.
    pub(in crate::formats::terraform) fn provider_source(&self, name: &str) -> Option<String> {
        self.providers().source(name)
    }

    /// The configuration of a provider by its source and its alias; the default one has none.
    pub(in crate::formats::terraform) fn provider(&self, source: &str, alias: Option<&str>) -> Configuration<'_> {
        let providers = self.providers();
        let place = providers.configurations.get(&(source.to_owned(), alias.map(str::to_owned)));
        let block = place.and_then(|place| match *place {
            Place::Base(id) => self.block(id),
            Place::Override(index) => self.overrides.get(index),
        });
        match block {
            Some(block) => Configuration::Block(block),
            None if providers.hides_configurations => Configuration::Unreadable,
            None => Configuration::Nowhere,
        }
    }

    fn providers(&self) -> &Providers {
        self.providers.get_or_init(|| Providers::of(self))
    }
}

impl Providers {
    fn of(module: &Module) -> Self {
        let is_whole = module.unreadable.is_empty();
        let mut providers = Self { hides_sources: !is_whole, hides_configurations: !is_whole, ..Self::default() };
        for id in module.blocks("terraform") {
            match module.block(id) {
                Some(block) => providers.add_requirements(&block.body),
                None => providers.hides_sources = true,
            }
        }
        for id in module.blocks("provider") {
            match module.block(id) {
                Some(block) => providers.add(block, Place::Base(id)),
                None => providers.hides_configurations = true,
            }
        }
        for (index, block) in module.overrides.iter().enumerate().rev() {
            if block.kind.text == "provider" && block.body.attribute("alias").is_none() {
                providers.add(block, Place::Override(index));
            }
        }
        providers
    }

    fn add_requirements(&mut self, settings: &Body) {
        for requirement in settings.blocks(REQUIRED).flat_map(|required| &required.body.attributes) {
            let name = &requirement.name.text;
            let source = match source_in(&requirement.value) {
                Source::Default => Some(default_source(name)),
                Source::Written(source) => Some(normal(source)),
                Source::Unreadable => None,
            };
            self.sources.entry(name.clone()).or_insert(source);
        }
    }

    /// The first one counts, should there be two.
    fn add(&mut self, block: &Block, place: Place) {
        match block.labels.first().and_then(|label| self.source(&label.text)) {
            Some(source) => {
                let alias = alias_of(&block.body).map(str::to_owned);
                self.configurations.entry((source, alias)).or_insert(place);
            }
            None => self.hides_configurations = true,
        }
    }

    fn source(&self, name: &str) -> Option<String> {
        match self.sources.get(name) {
            Some(source) => source.clone(),
            None if self.hides_sources => None,
            None => Some(default_source(name)),
        }
    }
}

/// What a local name stands for that nobody explains.
fn default_source(name: &str) -> String {
    format!("hashicorp/{name}")
}

/// What a requirement says of the provider's source.
enum Source<'a> {
    Written(&'a str),
    /// Nothing: a version alone.
    Default,
    Unreadable,
}

fn source_in(requirement: &Expr) -> Source<'_> {
    let items = match &requirement.kind {
        ExprKind::String(_) => return Source::Default,
        ExprKind::Object(items) => items,
        _ => return Source::Unreadable,
    };
    let is_source = |key: &ObjectKey| match key {
        ObjectKey::Name(name) => name.text == "source",
        ObjectKey::Expr(expr) => expr.kind == ExprKind::String("source".to_owned()),
    };
    match items.iter().find(|item| is_source(&item.key)).map(|item| &item.value.kind) {
        None => Source::Default,
        Some(ExprKind::String(source)) => Source::Written(source),
        Some(_) => Source::Unreadable,
    }
}

/// A source with its namespace and without the registry that is taken for granted.
fn normal(source: &str) -> String {
    let source = source.to_ascii_lowercase();
    let source = REGISTRIES.iter().find_map(|registry| source.strip_prefix(registry)).unwrap_or(&source);
    if source.contains('/') { source.to_owned() } else { format!("hashicorp/{source}") }
}

fn alias_of(body: &Body) -> Option<&str> {
    match &body.attribute("alias")?.value.kind {
        ExprKind::String(alias) => Some(alias),
        _ => None,
    }
}
