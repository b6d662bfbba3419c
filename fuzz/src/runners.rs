//! The programs that run CI jobs, as far as it matters what they take for a command in a log.

/// A command that a runner found in its log.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    pub name: String,
    pub properties: Vec<(String, String)>,
    pub text: String,
}

impl Command {
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What GitHub's runner takes a line for.
pub fn github(line: &str) -> Option<Command> {
    let (head, text) = match line.trim_start().strip_prefix("::") {
        Some(rest) => rest.split_once("::")?,
        None => line.split_once("##[")?.1.split_once(']')?,
    };
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let decode = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    Some(Command { name: name.to_owned(), properties: properties_in(properties, ',', decode), text })
}

/// What the agent of Azure Pipelines takes a line for.
pub fn azure(line: &str) -> Option<Command> {
    let at =
        line.to_ascii_lowercase().find("##vso[").map(|at| at + "##vso[".len()).or(line.find("##[").map(|at| at + 3))?;
    let (head, text) = line[at..].split_once(']')?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let decode = |text: &str| {
        let text = text.replace("%3B", ";").replace("%5D", "]").replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%AZP25", "%")
    };
    let properties = properties_in(properties, ';', decode);
    Some(Command { name: name.to_owned(), properties, text: text.replace("%AZP25", "%") })
}

fn properties_in(text: &str, separator: char, decode: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let properties = text.split(separator).filter_map(|property| property.split_once('='));
    properties.map(|(name, value)| (name.to_owned(), decode(value))).collect()
}

/// Whether TeamCity takes something in a line for a message to it.
pub fn teamcity(line: &str) -> bool {
    line.contains("##teamcity[")
}
