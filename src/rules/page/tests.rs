//! The texts of the pages, compared with their YAML.

use super::*;
use crate::rules::RULES;

#[test]
fn the_texts_of_pages_are_those_of_their_yaml() {
    for rule in RULES {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{}.md", rule.id()));
        let page = std::fs::read_to_string(file).unwrap();
        let (front, _) = page.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
        let document = parse_front_matter(front);
        let entries = &document.as_mapping().unwrap().entries;
        for key in ["id", "level", "summary", "requires", "auditor", "fix", "group"] {
            let entry = entries.iter().find(|entry| entry.key.as_text() == Some(key));
            let expected = entry.map(|entry| entry.value.as_text().unwrap().to_owned());
            assert_eq!(text_at(front, key), expected.as_deref(), "{}: {key}", rule.id());
        }
    }
}
