//! Recognizes services of the Serverless Framework, which merges their `resources` into the deployed template:
//! <https://www.serverless.com/framework/docs/providers/aws/guide/resources>.

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::cloudformation::language::text;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// The template in a service that is deployed to AWS. A list of templates is merged; later ones override earlier ones.
pub(super) fn resources(root: &Node) -> Option<Arc<Node>> {
    let service = root.as_mapping()?;
    service.get("service")?;
    let provider = &service.get("provider")?.value;
    let name = provider.as_text().or_else(|| text(provider.as_mapping()?, "name"));
    let written = &service.get("resources").filter(|_| name == Some("aws"))?.value;
    match written.as_sequence() {
        Some(items) => {
            items.iter().filter(|item| item.as_mapping().is_some()).cloned().reduce(|all, item| merge(&all, &item))
        }
        None => Some(Arc::clone(written)),
    }
}

/// Merges mappings by key and lists by index. Recursion is bounded by the depth limit of the parsers.
fn merge(earlier: &Arc<Node>, later: &Arc<Node>) -> Arc<Node> {
    let is_tagged = earlier.target().tag.is_some() || later.target().tag.is_some();
    let kind = match (&earlier.target().kind, &later.target().kind) {
        _ if is_tagged => return Arc::clone(later),
        (NodeKind::Mapping(one), NodeKind::Mapping(other)) => NodeKind::Mapping(merge_mappings(one, other)),
        (NodeKind::Sequence(one), NodeKind::Sequence(other)) => {
            let pairs = one.iter().zip(other).map(|(one, other)| merge(one, other));
            let rest =
                if one.len() > other.len() { one.iter().skip(other.len()) } else { other.iter().skip(one.len()) };
            NodeKind::Sequence(pairs.chain(rest.cloned()).collect())
        }
        _ => return Arc::clone(later),
    };
    Arc::new(Node { span: later.span, tag: None, kind })
}

fn merge_mappings(earlier: &Mapping, later: &Mapping) -> Mapping {
    let mut entries = earlier.entries.clone();
    let keys = earlier.entries.iter().enumerate();
    let positions: HashMap<&str, usize> =
        keys.filter_map(|(index, entry)| Some((entry.key.as_text()?, index))).collect();
    for entry in &later.entries {
        let known = entry.key.as_text().and_then(|key| positions.get(key)).and_then(|index| entries.get_mut(*index));
        match known {
            Some(known) => *known = Entry { key: Arc::clone(&entry.key), value: merge(&known.value, &entry.value) },
            None => entries.push(entry.clone()),
        }
    }
    Mapping { entries, merged: later.merged.iter().chain(&earlier.merged).cloned().collect() }
}
