//! The provider configurations of a module, and the provider sources of local names.

use std::collections::HashMap;

use super::blocks::BlockId;
use crate::syntax::hcl::{Block, Body, Expr, ExprKind, ObjectKey};

use crate::formats::terraform::language::json::REQUIRED_PROVIDERS;

/// The registry hosts that a source may omit.
const REGISTRIES: [&str; 2] = ["registry.terraform.io/", "registry.opentofu.org/"];

/// The configuration of a provider in a module.
pub(crate) enum Configuration<'a> {
    /// The module contains it.
    Block(&'a Block),
    /// It may be in text that can't be read.
    Unreadable,
    /// The module doesn't contain it.
    Nowhere,
}

/// The provider requirements and configurations of a module.
#[derive(Debug, Default)]
pub(super) struct Providers {
    /// The sources of local names; `None` for a source that can't be read.
    sources: HashMap<String, Option<String>>,
    /// The configurations by source and alias.
    pub(super) configurations: HashMap<(String, Option<String>), ConfigurationPlace>,
    /// True if text that can't be read may declare the source of a local name.
    hides_sources: bool,
    /// True if text that can't be read may configure a provider.
    pub(super) hides_configurations: bool,
}

/// The location of a configuration.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConfigurationPlace {
    Base(BlockId),
    /// In an override file, by the index of the block. The default configuration needs no base.
    Override(usize),
}

impl Providers {
    /// Reads the blocks of a module, given by keyword, and those of override files. A block that can't be read is `None`.
    /// Without `is_whole`, there may be more blocks.
    pub(super) fn of<'m, B>(blocks: impl Fn(&'static str) -> B, overrides: &[Block], is_whole: bool) -> Self
    where
        B: Iterator<Item = (BlockId, Option<&'m Block>)>,
    {
        let mut providers = Self { hides_sources: !is_whole, hides_configurations: !is_whole, ..Self::default() };
        for (_, block) in blocks("terraform") {
            match block {
                Some(block) => providers.add_requirements(&block.body),
                None => providers.hides_sources = true,
            }
        }
        for (id, block) in blocks("provider") {
            match block {
                Some(block) => providers.add(block, ConfigurationPlace::Base(id)),
                None => providers.hides_configurations = true,
            }
        }
        for (index, block) in overrides.iter().enumerate().rev() {
            if block.kind.text == "provider" && block.body.attribute("alias").is_none() {
                providers.add(block, ConfigurationPlace::Override(index));
            }
        }
        providers
    }

    fn add_requirements(&mut self, settings: &Body) {
        for requirement in settings.blocks(REQUIRED_PROVIDERS).flat_map(|required| &required.body.attributes) {
            let name = &requirement.name.text;
            let source = match source_in(&requirement.value) {
                ProviderSource::Default => Some(default_source(name)),
                ProviderSource::Written(source) => Some(normal(source)),
                ProviderSource::Unreadable => None,
            };
            self.sources.entry(name.clone()).or_insert(source);
        }
    }

    /// Adds a configuration. The first one wins if there are two.
    fn add(&mut self, block: &Block, place: ConfigurationPlace) {
        match block.labels.first().and_then(|label| self.source(&label.text)) {
            Some(source) => {
                let alias = alias_of(&block.body).map(str::to_owned);
                self.configurations.entry((source, alias)).or_insert(place);
            }
            None => self.hides_configurations = true,
        }
    }

    /// The source of a local name.
    pub(super) fn source(&self, name: &str) -> Option<String> {
        match self.sources.get(name) {
            Some(source) => source.clone(),
            None if self.hides_sources => None,
            None => Some(default_source(name)),
        }
    }
}

/// The source of a local name without a requirement.
fn default_source(name: &str) -> String {
    format!("hashicorp/{name}")
}

/// The source of a provider requirement.
enum ProviderSource<'a> {
    Written(&'a str),
    /// Not set, for example if the requirement is only a version.
    Default,
    Unreadable,
}

fn source_in(requirement: &Expr) -> ProviderSource<'_> {
    let items = match &requirement.kind {
        ExprKind::String(_) => return ProviderSource::Default,
        ExprKind::Object(items) => items,
        _ => return ProviderSource::Unreadable,
    };
    match items.iter().find(|item| is_source(&item.key)).map(|item| &item.value.kind) {
        None => ProviderSource::Default,
        Some(ExprKind::String(source)) => ProviderSource::Written(source),
        Some(_) => ProviderSource::Unreadable,
    }
}

fn is_source(key: &ObjectKey) -> bool {
    match key {
        ObjectKey::Name(name) => name.text == "source",
        ObjectKey::Expr(expr) => expr.kind == ExprKind::String("source".to_owned()),
    }
}

/// A source with its namespace and without the default registry.
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
