//! Recognizes documents by their keys: the outputs of the AWS CLI and Terraform states.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::node::{Meaning, Node, NodeKind};

/// A recognized document, or an item of a list of documents.
#[derive(Debug, Clone)]
pub(super) enum Recognized {
    /// `describe-trails`.
    Described(TrailList),
    /// `get-trail`: the trail.
    Trail(Arc<Node>),
    /// `list-trails`: names of trails.
    Listed(TrailList),
    /// `get-trail-status`
    Status(Arc<Node>),
    /// `get-event-selectors`
    Selectors(Arc<Node>),
    /// `get-caller-identity`
    Identity(Arc<Node>),
    /// `list-accounts`: the accounts of an organization.
    Accounts(Vec<Arc<Node>>),
    /// An output without information about trails.
    Ignored,
}

/// A list of trails.
#[derive(Debug, Clone)]
pub(super) struct TrailList {
    /// The list itself.
    pub(super) list: Arc<Node>,
    pub(super) trails: Vec<Arc<Node>>,
    /// True if further pages are missing.
    pub(super) is_cut: bool,
}

impl Recognized {
    /// The document; `None` for one that is ignored.
    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Recognized::Described(list) | Recognized::Listed(list) => Some(list.list.span),
            Recognized::Trail(node)
            | Recognized::Status(node)
            | Recognized::Selectors(node)
            | Recognized::Identity(node) => Some(node.span),
            Recognized::Accounts(_) | Recognized::Ignored => None,
        }
    }
}

/// Keys of outputs that have no information about trails.
const IGNORED: [&str; 4] = ["ResourceTagList", "InsightSelectors", "Regions", "InsightsDestination"];

/// The keys of `get-event-selectors`.
const SELECTORS: [&str; 4] = ["TrailARN", "EventSelectors", "AdvancedEventSelectors", "ResponseMetadata"];

/// Recognizes a document; a list may contain several.
pub(super) fn recognize(document: &Arc<Node>) -> Vec<Recognized> {
    let Some(items) = document.as_sequence() else { return of_object(document).into_iter().collect() };
    if !items.is_empty() && items.iter().all(|item| is_described_trail(item)) {
        let list = TrailList { list: Arc::clone(document), trails: items.to_vec(), is_cut: false };
        return vec![Recognized::Described(list)];
    }
    items.iter().filter_map(of_object).collect()
}

fn of_object(node: &Arc<Node>) -> Option<Recognized> {
    let mapping = node.as_mapping()?;
    let has = |key: &str| mapping.get(key).is_some();
    if let Some(list) = list_of(node, "trailList") {
        return Some(Recognized::Described(list));
    }
    let trail = mapping.get("Trail").map(|entry| &entry.value);
    if let Some(trail) = trail.filter(|trail| text_of(trail, "TrailARN").or(text_of(trail, "Name")).is_some()) {
        return Some(Recognized::Trail(Arc::clone(trail)));
    }
    let listed = list_of(node, "Trails");
    if let Some(list) = listed.filter(|list| list.trails.iter().all(|trail| text_of(trail, "TrailARN").is_some())) {
        return Some(Recognized::Listed(list));
    }
    if mapping.get("IsLogging").is_some_and(|entry| boolean(&entry.value).is_some()) && !has("TrailARN") && !has("Name")
    {
        return Some(Recognized::Status(Arc::clone(node)));
    }
    let is_list = |key: &str| mapping.get(key).is_some_and(|entry| entry.value.as_sequence().is_some());
    let only_selectors =
        mapping.entries.iter().all(|entry| entry.key.as_text().is_some_and(|key| SELECTORS.contains(&key)));
    if only_selectors && (is_list("EventSelectors") || is_list("AdvancedEventSelectors")) {
        return Some(Recognized::Selectors(Arc::clone(node)));
    }
    if has("Account") && has("Arn") && has("UserId") {
        return Some(Recognized::Identity(Arc::clone(node)));
    }
    let accounts = mapping.get("Accounts").and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
    if !accounts.is_empty() && accounts.iter().all(|account| text_of(account, "Id").is_some()) {
        return Some(Recognized::Accounts(accounts.to_vec()));
    }
    IGNORED.into_iter().any(has).then_some(Recognized::Ignored)
}

fn list_of(node: &Node, key: &str) -> Option<TrailList> {
    let mapping = node.as_mapping()?;
    let list = &mapping.get(key)?.value;
    let trails = list.as_sequence()?.to_vec();
    let is_cut = text_of(node, "NextToken").is_some_and(|token| !token.is_empty());
    Some(TrailList { list: Arc::clone(list), trails, is_cut })
}

/// True for an item of a `trailList`.
fn is_described_trail(node: &Node) -> bool {
    node.as_mapping().is_some_and(|trail| {
        trail.get("TrailARN").is_some()
            && (trail.get("S3BucketName").is_some() || trail.get("IsMultiRegionTrail").is_some())
    })
}

/// The text of a field that isn't null.
pub(super) fn text_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    let value = node.as_mapping()?.get(key)?.value.target();
    match &value.kind {
        NodeKind::Scalar(scalar) if value.meaning(scalar) != Meaning::Null => Some(&scalar.text),
        _ => None,
    }
}

/// Converts a boolean, or the text of one.
pub(super) fn boolean(node: &Node) -> Option<bool> {
    let node = node.target();
    let NodeKind::Scalar(scalar) = &node.kind else { return None };
    match (node.meaning(scalar), scalar.text.as_str()) {
        (Meaning::Bool(value), _) => Some(value),
        (_, "true" | "True" | "TRUE" | "1") => Some(true),
        (_, "false" | "False" | "FALSE" | "0") => Some(false),
        _ => None,
    }
}
