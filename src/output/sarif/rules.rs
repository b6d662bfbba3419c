//! The rules of a SARIF run and the CIS controls to which they belong.

use serde::Serialize;

use super::SarifText;
use crate::finding::Level;
use crate::output::rule_list::with_plain_links;
use crate::report::Report;
use crate::rules::{self, ADDRESSES, Check, Control, Rule};

/// Prefix of the ids of the CIS AWS Foundations versions.
const CIS: &str = "cis-aws-";

/// The version of the program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The address of the benchmark.
const CIS_ADDRESS: &str = "https://www.cisecurity.org/benchmark/amazon_web_services";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor<'a>>,
    supported_taxonomies: Vec<Component>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    short_description: SarifText,
    full_description: SarifText,
    help: Help<'a>,
    default_configuration: RuleConfiguration,
    properties: RuleProperties,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relationships: Vec<Relationship<'a>>,
}

#[derive(Serialize)]
struct Help<'a> {
    text: String,
    markdown: &'a str,
}

#[derive(Serialize)]
struct RuleConfiguration {
    level: Level,
}

/// Properties that GitHub reads in addition to the standard ones.
#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    precision: &'static str,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
}

#[derive(Serialize)]
struct Relationship<'a> {
    target: RuleTarget<'a>,
    kinds: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleTarget<'a> {
    id: &'a str,
    index: usize,
    tool_component: Component,
}

/// A taxonomy by its name and its place in the list.
#[derive(Serialize, Clone)]
struct Component {
    name: String,
    index: usize,
}

/// A version of the benchmark.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Taxonomy<'a> {
    name: &'a str,
    version: &'a str,
    organization: &'static str,
    information_uri: &'static str,
    short_description: SarifText,
    taxa: Vec<Taxon<'a>>,
}

#[derive(Serialize)]
struct Taxon<'a> {
    id: &'a str,
}

impl<'a> Driver<'a> {
    pub(super) fn of(report: &Report, benchmark: Option<&str>, taxonomies: &[Taxonomy<'a>]) -> Self {
        let supported_taxonomies: Vec<Component> = taxonomies
            .iter()
            .enumerate()
            .map(|(index, taxonomy)| Component { name: taxonomy.name.to_owned(), index })
            .collect();
        Self {
            name: env!("CARGO_PKG_NAME"),
            information_uri: ADDRESSES.project(),
            version: VERSION,
            semantic_version: VERSION,
            rules: report.rules.iter().map(|rule| Descriptor::of(rule, benchmark, taxonomies)).collect(),
            supported_taxonomies,
        }
    }
}

impl<'a> Descriptor<'a> {
    fn of(rule: &'static Rule, benchmark: Option<&str>, taxonomies: &[Taxonomy<'a>]) -> Self {
        let page = &rule.page;
        Self {
            id: page.id,
            name: name_of(page.id),
            help_uri: ADDRESSES.rule(page.id),
            short_description: SarifText::new(&page.summary),
            full_description: SarifText::new(first_sentences(page.text).unwrap_or(&page.summary)),
            help: Help { text: with_plain_links(page.text), markdown: page.text },
            default_configuration: RuleConfiguration { level: page.level },
            properties: RuleProperties::of(rule, benchmark),
            relationships: page.controls.iter().filter_map(|control| Relationship::to(control, taxonomies)).collect(),
        }
    }
}

/// The words of an id as one, as viewers show it: `SingleRegionTrail`.
fn name_of(id: &str) -> String {
    let mut name = String::new();
    for word in id.split('-') {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        name.push_str(&first.to_uppercase());
        name.push_str(rest);
    }
    name
}

/// The first line of a page that isn't a heading.
fn first_sentences(page: &'static str) -> Option<&'static str> {
    page.lines().find(|line| !line.is_empty() && !line.starts_with('#'))
}

impl RuleProperties {
    fn of(rule: &'static Rule, benchmark: Option<&str>) -> Self {
        let kind = if matches!(rule.check, Check::Reading) { "correctness" } else { "security" };
        // GitHub shows ten tags, so the requested benchmark and the newest versions come first.
        let controls = rule.page.controls.iter().rev().filter(|control| control.benchmark.starts_with(CIS));
        let controls = controls.filter(|control| Some(control.benchmark.as_str()) != benchmark);
        let controls = controls.map(|control| format!("{}/{}", control.benchmark, control.id));
        let requested = benchmark.and_then(|name| Some(format!("{name}/{}", rules::number_of(rule, name)?)));
        let kinds = [kind.to_owned(), "cloudtrail".to_owned()].into_iter();
        Self {
            tags: kinds.chain(requested).chain(controls).collect(),
            precision: "very-high",
            // GitHub calls these high, medium and low.
            security_severity: match rule.page.level {
                Level::Error => "8.0",
                Level::Warning => "5.0",
                Level::Note => "2.0",
            },
        }
    }
}

impl<'a> Relationship<'a> {
    fn to(control: &'static Control, taxonomies: &[Taxonomy<'a>]) -> Option<Self> {
        let place = taxonomies.iter().position(|taxonomy| taxonomy.name == control.benchmark)?;
        let index = taxonomies.get(place)?.taxa.iter().position(|taxon| taxon.id == control.id)?;
        let tool_component = Component { name: control.benchmark.clone(), index: place };
        Some(Self { target: RuleTarget { id: &control.id, index, tool_component }, kinds: ["relevant"] })
    }
}

/// The versions of CIS to which rules of the report belong.
pub(super) fn taxonomies(report: &Report) -> Vec<Taxonomy<'static>> {
    let versions = rules::benchmarks().into_iter().filter_map(|name| Some((name, name.strip_prefix(CIS)?)));
    let taxonomies = versions.map(|(name, version)| Taxonomy {
        name,
        version,
        organization: "Center for Internet Security",
        information_uri: CIS_ADDRESS,
        short_description: SarifText::new(&format!("CIS Amazon Web Services Foundations Benchmark v{version}.0")),
        taxa: taxa(name, report),
    });
    taxonomies.filter(|taxonomy| !taxonomy.taxa.is_empty()).collect()
}

fn taxa(benchmark: &str, report: &Report) -> Vec<Taxon<'static>> {
    let mut ids: Vec<&str> = report.rules.iter().filter_map(|rule| rule.page.control(benchmark)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| Taxon { id }).collect()
}
