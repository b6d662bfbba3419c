//! Words that show which files are relevant before they are parsed.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::formats::Relevance;
use crate::model::dialects;
use crate::source::has_escaped;

pub(super) const STACK: &str = "AWS::CloudFormation::Stack";
pub(super) const APPLICATION: &str = "AWS::Serverless::Application";
/// The suffix of resource types that refer to a registered module.
pub(super) const MODULE: &str = "::MODULE";

/// The transform that includes a file.
pub(super) const INCLUDE: &str = "AWS::Include";

/// The format version of org-formation templates.
pub(super) const ORGANIZATION_FORMAT: &str = "2010-09-09-OC";

/// The tag of a path in an org-formation template whose file replaces it.
pub(super) const INCLUDE_TAG: &str = "!Include";

static TRAIL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(dialects::CLOUDFORMATION.kind));

/// A loop may generate the type of a trail.
static LOOP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("Fn::ForEach"));

/// A variable of the Serverless Framework that includes a file.
static FILE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("${file("));

/// The sections of a service of the Serverless Framework.
static SERVICE: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["service", "provider", "resources"].map(Finder::new));

/// Words of an org-formation template that includes a file.
static ORGANIZATION: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [ORGANIZATION_FORMAT, INCLUDE_TAG].map(Finder::new));

/// The common part of all these words. Few files in other languages contain it, so it is a fast first test.
static COMMON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("::"));

/// Words of templates that refer to other templates.
static REFERRING: LazyLock<[Finder<'static>; 5]> = LazyLock::new(|| {
    [STACK, APPLICATION, MODULE, dialects::CLOUDFORMATION_LANDING_ZONE.kind, INCLUDE].map(Finder::new)
});

/// Words that every template with exports contains.
static EXPORTING: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["Outputs", "Export"].map(Finder::new));

/// The relevance of a file.
pub(crate) fn relevance(bytes: &[u8]) -> Relevance {
    if COMMON.find(bytes).is_none() {
        if may_include(bytes) { Relevance::Module } else { Relevance::None }
    } else if may_declare_trail(bytes) {
        Relevance::Trail
    } else if may_refer(bytes) || may_export(bytes) || may_include(bytes) {
        Relevance::Module
    } else {
        Relevance::None
    }
}

/// True if a text contains the type of a trail, or a loop that may generate it.
fn may_declare_trail(text: &[u8]) -> bool {
    TRAIL.find(text).is_some() || LOOP.find(text).is_some()
}

/// True if a text contains the type of a trail, including in escaped form.
pub(super) fn names_trail(text: &[u8]) -> bool {
    has_escaped(text, |text| TRAIL.find(text).is_some())
}

/// True if a text may refer to another template.
fn may_refer(text: &[u8]) -> bool {
    REFERRING.iter().any(|needle| needle.find(text).is_some())
}

/// True if a text may be a service of the Serverless Framework, or an org-formation template, that includes files.
fn may_include(text: &[u8]) -> bool {
    ORGANIZATION.iter().all(|needle| needle.find(text).is_some()) || is_including_service(text)
}

fn is_including_service(text: &[u8]) -> bool {
    FILE.find(text).is_some() && SERVICE.iter().all(|needle| needle.find(text).is_some())
}

/// True if a text may export values that other templates import.
pub(super) fn may_export(text: &[u8]) -> bool {
    EXPORTING.iter().all(|needle| needle.find(text).is_some())
}

/// True if a text mentions a trail, including in escaped form.
pub(super) fn mentions_trail(text: &str) -> bool {
    has_escaped(text.as_bytes(), may_declare_trail)
}

/// True if a text mentions another template, including in escaped form.
pub(super) fn mentions_template(text: &str) -> bool {
    has_escaped(text.as_bytes(), |text| may_refer(text) || may_include(text))
}
