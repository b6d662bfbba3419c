//! Splits resource addresses into steps, and applies `moved` blocks to them.
//!
//! A finding from the baseline or a base revision has the address from before the move.

/// The first word of a module call's address.
const MODULE: &str = "module";

/// A module call or a resource within an address: `module.audit["a"]`, `aws_cloudtrail.t[0]`, or a logical id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressStep {
    /// The name without the instance key: `module.audit`.
    pub name: String,
    /// The instance key with its brackets: `[0]`; empty if there is none.
    pub key: String,
}

/// A `moved` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedBlock {
    /// The module calls that lead to the module with the block, without instance keys.
    pub module: Vec<String>,
    /// The address before the move, relative to the module.
    pub from: Vec<AddressStep>,
    /// The address after the move, relative to the module.
    pub to: Vec<AddressStep>,
}

/// Splits an address into steps, from the outermost call to the resource.
pub fn steps(address: &str) -> Vec<AddressStep> {
    let mut steps = Vec::new();
    let mut words = split(address).into_iter();
    while let Some(first) = words.next() {
        // A nested stack or a template's resource has one word; all other steps have two.
        let text = match words.next() {
            Some(second) => format!("{first}.{second}"),
            None => first,
        };
        let (name, key) = text.split_at_checked(text.find('[').unwrap_or(text.len())).unwrap_or((&text, ""));
        let stacks = name.split('/').map(|name| AddressStep { name: name.to_owned(), key: String::new() });
        steps.extend(stacks);
        if let Some(last) = steps.last_mut() {
            key.clone_into(&mut last.key);
        }
    }
    steps
}

/// Joins steps into an address.
pub fn join(steps: &[AddressStep]) -> String {
    steps.iter().map(|step| format!("{}{}", step.name, step.key)).collect::<Vec<_>>().join(".")
}

/// Splits an address at the dots that aren't part of an instance key.
fn split(address: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for c in address.chars() {
        match c {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '[' if !is_quoted => depth = depth.saturating_add(1),
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            '.' if depth == 0 && !is_quoted => {
                words.push(String::new());
                continue;
            }
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        words.last_mut().into_iter().for_each(|word| word.push(c));
    }
    words
}

/// The names of all steps except the last, which are the module calls.
pub fn calls(steps: &[AddressStep]) -> Vec<&str> {
    steps.iter().take(steps.len().saturating_sub(1)).map(|step| step.name.as_str()).collect()
}

/// The names of all steps.
pub fn without_keys(steps: &[AddressStep]) -> Vec<&str> {
    steps.iter().map(|step| step.name.as_str()).collect()
}

impl MovedBlock {
    /// Creates the move of a block in the module to which these calls lead. Returns `None` if an address is invalid, or
    /// if a module call is moved to a resource or the reverse.
    pub fn new(module: Vec<String>, from: &str, to: &str) -> Option<Self> {
        let (from, to) = (read(from)?, read(to)?);
        (is_call(&from) == is_call(&to)).then_some(Self { module, from, to })
    }

    /// Returns the address after the move; `None` if the block doesn't move this address.
    pub fn apply(&self, address: &[AddressStep]) -> Option<Vec<AddressStep>> {
        let (module, within) = address.split_at_checked(self.module.len())?;
        if !module.iter().zip(&self.module).all(|(step, call)| step.name == *call) {
            return None;
        }
        let (own, rest) = within.split_at_checked(self.from.len())?;
        let (own_last, own_calls) = own.split_last()?;
        let (from_last, from_calls) = self.from.split_last()?;
        if own_calls != from_calls || own_last.name != from_last.name {
            return None;
        }
        let mut to = self.to.clone();
        let last = to.last_mut()?;
        match (from_last.key.is_empty(), last.key.is_empty()) {
            (false, _) if own_last.key != from_last.key => return None,
            // The block moves all instances, each with its key.
            (true, true) => last.key.clone_from(&own_last.key),
            (true, false) if !own_last.key.is_empty() => return None,
            (false, _) | (true, false) => {}
        }
        Some([module, &to, rest].concat())
    }
}

fn read(address: &str) -> Option<Vec<AddressStep>> {
    let steps = steps(address.trim());
    let mut names = steps.iter().map(|step| step.name.split_once('.'));
    let is_valid = !steps.is_empty() && names.all(|name| name.is_some_and(|(_, name)| !name.is_empty()));
    is_valid.then_some(steps)
}

fn is_call(steps: &[AddressStep]) -> bool {
    steps.last().is_some_and(|step| step.name.split('.').next() == Some(MODULE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_steps() {
        for (address, expected) in [
            ("aws_cloudtrail.t", vec![("aws_cloudtrail.t", "")]),
            ("module.a[\"x.y[\"].aws_cloudtrail.t[0]", vec![("module.a", "[\"x.y[\"]"), ("aws_cloudtrail.t", "[0]")]),
            ("Child/Inner/Trail", vec![("Child", ""), ("Inner", ""), ("Trail", "")]),
        ] {
            let steps = steps(address);
            let read: Vec<_> = steps.iter().map(|step| (step.name.as_str(), step.key.as_str())).collect();
            assert_eq!(read, expected);
            assert_eq!(join(&steps).replace('.', "/"), address.replace('.', "/"));
        }
    }

    #[test]
    fn blocks_move_what_they_name() {
        for (from, to, address, expected) in [
            ("aws_cloudtrail.a", "aws_cloudtrail.b", "aws_cloudtrail.a", "aws_cloudtrail.b"),
            ("aws_cloudtrail.a", "aws_cloudtrail.b", "aws_cloudtrail.a[\"x\"]", "aws_cloudtrail.b[\"x\"]"),
            (
                "aws_cloudtrail.a[\"x\"]",
                "aws_cloudtrail.a[\"y\"]",
                "aws_cloudtrail.a[\"x\"]",
                "aws_cloudtrail.a[\"y\"]",
            ),
            ("aws_cloudtrail.a", "aws_cloudtrail.a[\"y\"]", "aws_cloudtrail.a", "aws_cloudtrail.a[\"y\"]"),
            ("aws_cloudtrail.a[0]", "aws_cloudtrail.a", "aws_cloudtrail.a[0]", "aws_cloudtrail.a"),
            ("module.a", "module.b", "module.a[0].aws_cloudtrail.t", "module.b[0].aws_cloudtrail.t"),
            ("aws_cloudtrail.t", "module.b.aws_cloudtrail.t", "aws_cloudtrail.t", "module.b.aws_cloudtrail.t"),
        ] {
            assert_eq!(moved(from, to, address).as_deref(), Some(expected), "{from} {to} {address}");
        }
        for (from, to, address) in [
            ("aws_cloudtrail.a", "aws_cloudtrail.b", "aws_cloudtrail.c"),
            ("aws_cloudtrail.a", "aws_cloudtrail.b", "module.m.aws_cloudtrail.a"),
            ("aws_cloudtrail.a[0]", "aws_cloudtrail.b", "aws_cloudtrail.a[1]"),
            ("aws_cloudtrail.a", "module.b", "aws_cloudtrail.a"),
            ("aws_cloudtrail", "aws_cloudtrail.b", "aws_cloudtrail"),
        ] {
            assert_eq!(moved(from, to, address), None, "{from} {to} {address}");
        }
        let within = MovedBlock::new(vec!["module.m".to_owned()], "aws_cloudtrail.a", "aws_cloudtrail.b").unwrap();
        let address = within.apply(&steps("module.m[\"x\"].aws_cloudtrail.a")).unwrap();
        assert_eq!(join(&address), "module.m[\"x\"].aws_cloudtrail.b");
        assert_eq!(within.apply(&steps("aws_cloudtrail.a")), None);
    }

    fn moved(from: &str, to: &str, address: &str) -> Option<String> {
        let moved = MovedBlock::new(Vec::new(), from, to)?.apply(&steps(address))?;
        Some(join(&moved))
    }
}
