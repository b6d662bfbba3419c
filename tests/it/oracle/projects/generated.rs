//! Writes projects: variables given in several files, two levels of modules, and trails in several instances.

use super::Files;
use crate::random::Random;

/// Where a value may be given, from the weakest to the strongest.
const VALUES: [&str; 5] =
    ["terraform.tfvars", "terraform.tfvars.json", "B.auto.tfvars", "a.auto.tfvars.json", "z.auto.tfvars"];

/// The project of a seed.
pub(super) fn project(seed: u64) -> Files {
    let mut writer = Writer(Random::new(seed));
    let mut files = vec![("main.tf".to_owned(), writer.root()), ("middle/main.tf".to_owned(), writer.middle())];
    files.push(("middle/leaf/main.tf".to_owned(), writer.leaf()));
    files.extend(VALUES.into_iter().filter_map(|path| Some((path.to_owned(), writer.values(path)?))));
    if writer.0.chance(40) {
        let text = format!("module \"middle\" {{\n  multi = {}\n}}\n", writer.boolean("var"));
        files.push(("main_override.tf".to_owned(), text));
    }
    if writer.0.chance(40) {
        files.push(("override.tf".to_owned(), format!("locals {{\n  on = {}\n}}\n", writer.boolean("var"))));
    }
    files
}

struct Writer(Random);

impl Writer {
    fn root(&mut self) -> String {
        let mut text = String::new();
        for name in ["a", "b", "c"] {
            text.push_str(&self.variable(name));
        }
        let shape = self.0.pick(&[
            "object({ on = optional(bool, true), mode = optional(string) })",
            "object({ on = optional(bool), mode = optional(string, \"WriteOnly\") })",
        ]);
        let default = self.0.pick(&["{}", "{ on = false }", "{ on = null, mode = \"All\" }", "{ mode = null }"]);
        text.push_str(&format!("variable \"settings\" {{\n  type    = {shape}\n  default = {default}\n}}\n"));
        text.push_str(&format!("locals {{\n  on = {}\n}}\n", self.boolean("var")));
        let meta = self.meta("local.on");
        let (multi, logging) = (self.boolean("var"), self.boolean("var"));
        text.push_str(&format!(
            "module \"middle\" {{\n  source  = \"./middle\"\n{meta}  multi   = {multi}\n  logging = {logging}\n  modes   = {}\n}}\n",
            self.0.pick(&["[]", "[var.settings.mode]", "coalesce(var.settings.on, true) ? [\"ReadOnly\", \"WriteOnly\"] : [\"All\"]"]),
        ));
        text.push_str(&self.trail("var.a", "var.settings.mode[*]"));
        text
    }

    /// A root variable with a value that every way of giving it can replace.
    fn variable(&mut self, name: &str) -> String {
        let ty = self.0.pick(&["bool", "string", "any"]);
        let default = self.0.pick(&["true", "false", "\"true\""]);
        let nullable = self.0.pick(&["", "  nullable = false\n"]);
        let validation = format!(
            "  validation {{\n    condition     = can(tobool(var.{name}))\n    error_message = \"No.\"\n  }}\n"
        );
        let validation = self.0.pick(&["", validation.as_str()]).to_owned();
        format!("variable \"{name}\" {{\n  type    = {ty}\n  default = {default}\n{nullable}{validation}}}\n")
    }

    /// The text of a file of values; nothing when there is no such file.
    fn values(&mut self, path: &str) -> Option<String> {
        let mut given = Vec::new();
        for name in ["a", "b", "c"] {
            if self.0.chance(30) {
                given.push((name, self.0.pick(&["true", "false", "\"false\"", "\"1\""])));
            }
        }
        if self.0.chance(20) {
            given.push((
                "settings",
                self.0.pick(&["{}", "{ \"on\" : true }", "{ \"mode\" : \"ReadOnly\", \"on\" : null }"]),
            ));
        }
        if given.is_empty() {
            return None;
        }
        let is_json = path.ends_with(".json");
        let entry = |(name, value): &(&str, &str)| match is_json {
            true => format!("\"{name}\": {value}"),
            false => format!("{name} = {value}\n"),
        };
        let entries: Vec<String> = given.iter().map(entry).collect();
        Some(if is_json { format!("{{{}}}", entries.join(", ")) } else { entries.concat() })
    }

    fn middle(&mut self) -> String {
        let default = self.0.pick(&["", "  default  = true\n", "  default  = false\n  nullable = false\n"]);
        let meta = self.meta("var.multi");
        let logging = self.0.pick(&["var.logging", "!var.logging", "null", "var.multi && var.logging"]);
        let keys = self.0.pick(&["null", "\"\"", "\"key\"", "var.logging ? \"key\" : null"]);
        format!(
            "variable \"multi\" {{\n  type     = bool\n{default}}}\nvariable \"logging\" {{\n}}\nvariable \"modes\" {{\n  type = list(string)\n}}\nmodule \"leaf\" {{\n  source  = \"./leaf\"\n{meta}  multi   = var.multi\n  logging = {logging}\n  key     = {keys}\n  modes   = var.modes\n}}\n"
        )
    }

    fn leaf(&mut self) -> String {
        let trail = self.trail("var.multi", "var.modes");
        let nullable = self.0.pick(&["", "  nullable = false\n"]);
        format!(
            "variable \"multi\" {{\n  default = false\n}}\nvariable \"logging\" {{\n  type    = bool\n  default = true\n{nullable}}}\nvariable \"key\" {{\n  default = \"own\"\n}}\nvariable \"modes\" {{\n  type = set(string)\n}}\n{}",
            trail
                .replace("kms_key_id            = null", "kms_key_id            = var.key")
                .replace("var.a", "var.logging")
        )
    }

    fn trail(&mut self, condition: &str, modes: &str) -> String {
        let meta = self.meta(condition);
        let multi = match meta.contains("for_each") {
            true => "each.value",
            false => self.0.pick(&[condition, "!tobool(\"0\")", "null", "\"1\""]),
        };
        let logging = self.0.pick(&["var.a", "null", "\"true\"", "coalesce(var.a, true) ? true : null"]);
        let selectors = self.0.pick(&[
            "",
            "  event_selector {\n    read_write_type = \"ReadOnly\"\n  }\n",
            "  event_selector {\n    exclude_management_event_sources = [\"kms.amazonaws.com\"]\n  }\n",
        ]);
        let dynamic = format!(
            "  dynamic \"event_selector\" {{\n    for_each = {modes}\n    content {{\n      read_write_type = event_selector.value\n    }}\n  }}\n"
        );
        let dynamic = self.0.pick(&["", dynamic.as_str()]).to_owned();
        format!(
            "resource \"aws_cloudtrail\" \"t\" {{\n{meta}  is_multi_region_trail = {multi}\n  enable_logging        = {logging}\n  kms_key_id            = null\n{selectors}{dynamic}}}\n"
        )
    }

    /// What makes instances of a block.
    fn meta(&mut self, condition: &str) -> String {
        let choices = [
            String::new(),
            format!("  count = {condition} ? 1 : 2\n"),
            format!("  count = {condition} ? 1 : 0\n"),
            "  for_each = { a = true, \"b c\" = false }\n".to_owned(),
            format!("  for_each = {condition} ? {{ x = true }} : {{}}\n"),
            format!("  for_each = {{ for k, v in {{ p = true, q = false }} : k => v if v == {condition} }}\n"),
        ];
        self.0.pick(&choices.each_ref().map(String::as_str)).to_owned()
    }

    /// A condition over the variables.
    fn boolean(&mut self, root: &str) -> String {
        let name = self.0.pick(&["a", "b", "c"]);
        let other = self.0.pick(&["a", "b", "c"]);
        match self.0.below(7) {
            0 => format!("{root}.{name}"),
            1 => format!("!{root}.{name}"),
            2 => format!("{root}.{name} && {root}.{other}"),
            3 => format!("tobool({root}.{name}) == tobool({root}.{other})"),
            4 => format!("{root}.{name} ? {root}.{other} : false"),
            5 => format!("{root}.settings.on == null ? {root}.{name} : {root}.settings.on"),
            _ => format!("coalesce({root}.settings.on, {root}.{name})"),
        }
    }
}
