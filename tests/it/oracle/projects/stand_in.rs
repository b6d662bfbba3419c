//! Writes a `terraform_data` for each trail of a formatted text.

/// The text of a file with stand-ins for its trails.
pub(super) fn rewrite(path: &str, text: &str) -> String {
    if !path.ends_with(".tf") {
        return text.to_owned();
    }
    let mut written = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("resource \"aws_cloudtrail\"") {
            Some(rest) => {
                written.push_str(&format!("resource \"terraform_data\"{rest}\n"));
                let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
                written.push_str(&stand_in(&items(&body)));
                written.push_str("}\n");
            }
            None => written.push_str(&format!("{line}\n")),
        }
    }
    written
}

/// The arguments and blocks of a body, each with the lines that belong to it.
fn items(body: &[&str]) -> Vec<Vec<String>> {
    let mut items: Vec<Vec<String>> = Vec::new();
    for line in body {
        let begins = line.strip_prefix("  ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        match items.last_mut() {
            Some(last) if !begins => last.push((*line).to_owned()),
            _ => items.push(vec![(*line).to_owned()]),
        }
    }
    items
}

fn stand_in(items: &[Vec<String>]) -> String {
    let mut written = String::new();
    let mut arguments = String::new();
    let mut selectors = Vec::new();
    for item in items {
        let text = item.join("\n") + "\n";
        match item[0].split_whitespace().next() {
            Some("count" | "for_each" | "lifecycle" | "depends_on") => written.push_str(&text),
            Some("event_selector") => selectors.push(format!("[{{\n{}}}]", inside(item))),
            Some("dynamic") => selectors.push(comprehension(item)),
            _ => arguments.push_str(&text),
        }
    }
    if !selectors.is_empty() {
        arguments.push_str(&format!("event_selector = concat({})\n", selectors.join(", ")));
    }
    if !arguments.is_empty() {
        written.push_str(&format!("  input = {{\n{arguments}  }}\n"));
    }
    written
}

/// The lines between the first and the last.
fn inside(block: &[String]) -> String {
    block[1..block.len() - 1].iter().map(|line| format!("{line}\n")).collect()
}

/// A `dynamic` block as the list of its blocks.
fn comprehension(block: &[String]) -> String {
    let argument = |name: &str| {
        let assigned = block.iter().find_map(|line| line.trim().strip_prefix(name)?.trim().strip_prefix('='));
        assigned.map(|value| value.trim().to_owned())
    };
    let iterator = argument("iterator").unwrap_or_else(|| "event_selector".to_owned());
    let each = format!("[for key, value in {} : {{ key = key, value = value }}]", argument("for_each").unwrap());
    let start = block.iter().position(|line| line.trim() == "content {").unwrap();
    format!("[for {iterator} in {each} : {{\n{}}}]", inside(&block[start..block.len() - 1]))
}
