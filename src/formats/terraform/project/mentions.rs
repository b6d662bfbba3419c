//! Searches texts for the words that make a file relevant, before anything is parsed.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::formats::Relevance;
use crate::model::dialects;
use crate::model::kinds::CLOUDFORMATION_TRAIL;
use crate::source::has_escaped;

static TRAILS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new(dialects::AWS.kind), Finder::new("awscc_cloudtrail")]);
/// The common part of these words and of those of stacks. Most files don't contain it, so they are searched only once.
static COMMON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("_cloud"));
/// AWS Control Tower creates an organization trail for it. The common part of the types of both providers.
const LANDING_ZONE: &str = "_controltower_landing_zone";
static ZONE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(LANDING_ZONE));
/// The common part of the resource types that deploy a template, including stack sets and those of the `awscc`
/// provider.
pub(super) const STACK: &str = "_cloudformation_stack";
static STACKS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(STACK));
/// The type of a trail in a template, which a stack may contain.
static TEMPLATE_TRAIL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(CLOUDFORMATION_TRAIL.name));
static MODULE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("module"));

/// The relevance of a text.
pub(crate) fn relevance(text: &[u8]) -> Relevance {
    let has_common = COMMON.find(text).is_some();
    let has_stack = has_common && STACKS.find(text).is_some();
    let has_trail = has_common && TRAILS.iter().any(|needle| needle.find(text).is_some());
    if has_trail || has_stack && TEMPLATE_TRAIL.find(text).is_some() {
        Relevance::Trail
    } else if names_module(text) || names_zone(text) || has_stack {
        Relevance::Module
    } else {
        Relevance::None
    }
}

/// True if a text contains one of the words that every declaration of a trail contains.
pub(crate) fn names_trail(text: &[u8]) -> bool {
    COMMON.find(text).is_some() && TRAILS.iter().any(|needle| needle.find(text).is_some())
}

pub(crate) fn names_module(text: &[u8]) -> bool {
    MODULE.find(text).is_some()
}

pub(crate) fn names_landing_zone(text: &[u8]) -> bool {
    has_escaped(text, |text| ZONE.find(text).is_some())
}

/// Like [`names_trail`], including escaped forms.
pub(crate) fn mentions_trail(text: &[u8]) -> bool {
    has_escaped(text, names_trail)
}

/// True if a text mentions a trail, or a stack with a template that does, including in escaped form.
pub(super) fn concerns_trail(text: &[u8]) -> bool {
    has_escaped(text, |text| {
        let has_stack = || STACKS.find(text).is_some() && TEMPLATE_TRAIL.find(text).is_some();
        COMMON.find(text).is_some() && (TRAILS.iter().any(|needle| needle.find(text).is_some()) || has_stack())
    })
}

/// True if a text may call a module.
pub(crate) fn mentions_module(text: &[u8]) -> bool {
    has_escaped(text, names_module)
}

/// True if a text may deploy a template, including in escaped form.
pub(crate) fn mentions_stack(text: &[u8]) -> bool {
    has_escaped(text, |text| COMMON.find(text).is_some() && STACKS.find(text).is_some())
}

/// True if a text may declare a landing zone of AWS Control Tower.
pub(crate) fn names_zone(text: &[u8]) -> bool {
    ZONE.find(text).is_some()
}
