//! Generated trees of Terragrunt, with the verdicts that follow from the generator's own model of a tree.
//!
//! The model knows the layers of inputs, files of values and arguments as values, and merges them itself. The text of the
//! tree is written from it in various forms, and nothing reads that text but the checked program.

use std::collections::{BTreeMap, BTreeSet};

use super::random::Random;
use super::support::{check, quick_or_long, word};

/// The number of trees.
const TREES: u64 = 240;

/// The rules that depend on the variables of the module.
const RULES: [&str; 4] = ["stopped-trail", "single-region-trail", "missing-global-events", "unvalidated-logs"];

/// The module: a list decides about global events, and a field of an object about validation.
const MODULE: &str = r#"variable "on" {
  type    = bool
  default = ON
}

variable "everywhere" {
  type    = bool
  default = EVERYWHERE
}

variable "sources" {
  type    = list(string)
  default = []
}

variable "settings" {
  type    = any
  default = {}
}

resource "aws_cloudtrail" "audit" {
  s3_bucket_name                = "logs"
  enable_logging                = var.on
  is_multi_region_trail         = var.everywhere
  include_global_service_events = length(var.sources) == COUNT
  enable_log_file_validation    = try(var.settings.trail.validate, false)
}
"#;

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Bool(bool),
    Text(String),
    List(Vec<Value>),
    Object(BTreeMap<String, Value>),
}

type Values = BTreeMap<String, Value>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Strategy {
    Shallow,
    Deep,
    NoMerge,
}

/// An included file, with its values and arguments.
struct Parent {
    strategy: Strategy,
    inputs: Values,
    arguments: Vec<Arguments>,
}

/// A block of `extra_arguments`.
#[derive(Clone)]
struct Arguments {
    label: String,
    /// The commands include both `apply` and `plan`.
    applies: bool,
    /// `-var` in the command line, and `TF_VAR_…` in the environment.
    variables: Values,
    environment: Values,
    /// The name of a file of values, if it is required or exists.
    file: Option<(String, bool, Values)>,
}

/// One unit, with all that decides its variables.
struct Unit {
    name: String,
    parents: Vec<Parent>,
    inputs: Values,
    arguments: Vec<Arguments>,
    /// The files of values in its directory, by name.
    files: BTreeMap<String, Values>,
    /// A file of values that it generates, with the setting for one of the same name.
    generated: Option<(String, &'static str, Values)>,
}

/// A tree of units that deploy one module.
struct Tree {
    on: bool,
    everywhere: bool,
    count: usize,
    /// The files of values of the module.
    files: BTreeMap<String, Values>,
    units: Vec<Unit>,
}

#[test]
fn generated_units_have_the_verdicts_of_the_model() {
    let seeds: Vec<u64> = (0..quick_or_long(TREES, TREES * 10)).collect();
    let faults: Vec<String> = std::thread::scope(|scope| {
        let parts = seeds.chunks(seeds.len().div_ceil(4));
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().filter_map(|seed| fault(*seed)).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), seeds.len(), faults[..faults.len().min(2)].join("\n"));
}

#[test]
fn generated_units_differ() {
    let trees: Vec<Tree> = (0..TREES).map(tree).collect();
    let verdicts: BTreeSet<String> =
        trees.iter().flat_map(|tree| tree.units.iter().map(|unit| expected(tree, unit))).collect();
    assert_eq!(verdicts.len(), 16);
    let units = || trees.iter().flat_map(|tree| &tree.units);
    let parents = || units().flat_map(|unit| &unit.parents);
    for strategy in [Strategy::Shallow, Strategy::Deep, Strategy::NoMerge] {
        assert!(parents().filter(|parent| parent.strategy == strategy).count() > 50);
    }
    assert!(units().filter(|unit| unit.generated.is_some()).count() > 30);
    assert!(units().filter(|unit| unit.inputs.values().any(|value| *value == Value::Null)).count() > 20);
}

/// The difference between the verdicts and those of the model; `None` if there is none.
fn fault(seed: u64) -> Option<String> {
    let tree = tree(seed);
    let files = tree.files();
    let report = check(files.clone());
    let mut found: Vec<String> = report
        .deployments
        .iter()
        .map(|deployment| {
            let rules = deployment.trails.iter().flat_map(|trail| &trail.rules);
            let outcomes: BTreeMap<&str, &str> = rules.map(|(rule, outcome)| (rule.id(), word(*outcome))).collect();
            let outcomes = RULES.map(|rule| outcomes.get(rule).copied().unwrap_or("none"));
            format!("{} {}", deployment.root, outcomes.join(" "))
        })
        .collect();
    let mut wanted: Vec<String> =
        tree.units.iter().map(|unit| format!("live/{} {}", unit.name, expected(&tree, unit))).collect();
    found.sort();
    wanted.sort();
    (found != wanted).then(|| {
        let text: String = files.iter().map(|(path, text)| format!("--- {path}\n{text}")).collect();
        format!("seed {seed}: {found:#?}, not {wanted:#?}\n{text}")
    })
}

/// The verdicts on the rules, by the values of the variables.
fn expected(tree: &Tree, unit: &Unit) -> String {
    let values = variables(tree, unit);
    let value = |name: &str| values.get(name).cloned();
    // An argument that is null has the provider's default.
    let on = value("on").map_or(Some(tree.on), |value| as_bool(&value)).unwrap_or(true);
    let everywhere = value("everywhere").map_or(Some(tree.everywhere), |value| as_bool(&value)).unwrap_or(false);
    let count = match value("sources") {
        Some(Value::List(items)) => items.len(),
        _ => 0,
    };
    let validate = match value("settings") {
        Some(Value::Object(settings)) => match settings.get("trail") {
            Some(Value::Object(trail)) => trail.get("validate") == Some(&Value::Bool(true)),
            _ => false,
        },
        _ => false,
    };
    [on, everywhere, count == tree.count, validate].map(|passes| if passes { "pass" } else { "fail" }).join(" ")
}

fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Text(text) => Some(text == "true"),
        Value::Null | Value::List(_) | Value::Object(_) => None,
    }
}

/// The values of the variables that something sets, in the order of precedence.
fn variables(tree: &Tree, unit: &Unit) -> Values {
    let mut inputs = unit.inputs.clone();
    let mut arguments: Vec<Arguments> = Vec::new();
    for parent in unit.parents.iter().rev() {
        inputs = match parent.strategy {
            Strategy::NoMerge => inputs,
            Strategy::Shallow => parent.inputs.clone().into_iter().chain(inputs).collect(),
            Strategy::Deep => deep(&parent.inputs, &inputs),
        };
    }
    let merged = unit.parents.iter().filter(|parent| parent.strategy != Strategy::NoMerge);
    for own in merged.flat_map(|parent| &parent.arguments).chain(&unit.arguments) {
        match arguments.iter_mut().find(|known| known.label == own.label) {
            Some(known) => *known = own.clone(),
            None => arguments.push(own.clone()),
        }
    }
    arguments.retain(|own| own.applies);
    let (nulls, set): (Values, Values) = inputs.into_iter().partition(|(_, value)| *value == Value::Null);
    let mut values = set;
    for own in &arguments {
        values.extend(own.environment.clone());
    }
    let mut files = tree.files.clone();
    files.extend(unit.files.clone());
    if let Some((name, if_exists, generated)) = &unit.generated
        && !(*if_exists == "skip" && files.contains_key(name))
    {
        files.insert(name.clone(), generated.clone());
    }
    values.extend(files.remove("terraform.tfvars").unwrap_or_default());
    // Their file begins with a dot, which comes before letters.
    values.extend(nulls);
    values.extend(files.into_iter().filter(|(name, _)| name.ends_with(".auto.tfvars")).flat_map(|(_, own)| own));
    for own in &arguments {
        values.extend(own.variables.clone());
        values.extend(own.file.iter().flat_map(|(_, _, own)| own.clone()));
    }
    values
}

/// Objects by key, lists one after the other, otherwise the overriding value.
fn deep(parent: &Values, child: &Values) -> Values {
    let mut merged = parent.clone();
    for (key, own) in child {
        let value = match (parent.get(key), own) {
            (Some(Value::Object(parent)), Value::Object(own)) => Value::Object(deep(parent, own)),
            (Some(Value::List(parent)), Value::List(own)) => Value::List([parent.clone(), own.clone()].concat()),
            (_, own) => own.clone(),
        };
        merged.insert(key.clone(), value);
    }
    merged
}

/// The tree of a seed.
fn tree(seed: u64) -> Tree {
    let mut random = Random::new(seed + 1);
    let mut files = BTreeMap::new();
    for name in ["terraform.tfvars", "m.auto.tfvars"] {
        if random.chance(15) {
            files.insert(name.to_owned(), values(&mut random, 30));
        }
    }
    let units = (0..=random.below(2)).map(|number| unit(&mut random, number)).collect();
    Tree { on: random.chance(50), everywhere: random.chance(50), count: random.below(3), files, units }
}

fn unit(random: &mut Random, number: usize) -> Unit {
    let mut parents = Vec::new();
    for _ in 0..random.below(4) {
        let strategy = [Strategy::Shallow, Strategy::Deep, Strategy::NoMerge][random.below(3)];
        parents.push(Parent { strategy, inputs: values(random, 50), arguments: arguments(random, "parent", 20) });
    }
    let mut inputs = values(random, 50);
    if parents.iter().all(|parent| parent.strategy != Strategy::Deep) {
        for name in ["on", "everywhere"] {
            if random.chance(20) {
                inputs.insert(name.to_owned(), Value::Null);
            }
        }
    }
    let mut files = BTreeMap::new();
    for name in ["terraform.tfvars", "a.auto.tfvars", "m.auto.tfvars"] {
        if random.chance(12) {
            files.insert(name.to_owned(), values(random, 30));
        }
    }
    let generated = random.chance(25).then(|| {
        let name = ["generated.auto.tfvars", "m.auto.tfvars", "terraform.tfvars"][random.below(3)];
        (name.to_owned(), if random.chance(50) { "overwrite" } else { "skip" }, values(random, 30))
    });
    Unit { name: format!("unit{number}"), parents, inputs, arguments: arguments(random, "unit", 30), files, generated }
}

fn arguments(random: &mut Random, owner: &str, percent: usize) -> Vec<Arguments> {
    let mut all = Vec::new();
    for label in ["shared", owner] {
        if !random.chance(percent) {
            continue;
        }
        let scalars = |random: &mut Random, percent| {
            let own = values(random, percent).into_iter();
            own.filter(|(_, value)| matches!(value, Value::Bool(_) | Value::Text(_))).collect::<Values>()
        };
        let file = random
            .chance(30)
            .then(|| (format!("{label}-{}.tfvars", random.below(1_000_000)), random.chance(50), values(random, 30)));
        let (applies, variables, environment) = (random.chance(75), scalars(random, 30), scalars(random, 30));
        all.push(Arguments { label: label.to_owned(), applies, variables, environment, file });
    }
    all
}

/// Values for some of the variables.
fn values(random: &mut Random, percent: usize) -> Values {
    let mut values = Values::new();
    for name in ["on", "everywhere"] {
        if random.chance(percent) {
            let value = random.chance(50);
            let value = if random.chance(20) { Value::Text(value.to_string()) } else { Value::Bool(value) };
            values.insert(name.to_owned(), value);
        }
    }
    if random.chance(percent) {
        let items = (0..random.below(3)).map(|number| Value::Text(format!("s{number}"))).collect();
        values.insert("sources".to_owned(), Value::List(items));
    }
    if random.chance(percent) {
        let mut trail = Values::new();
        for (name, chance) in [("validate", 60), ("other", 50)] {
            if random.chance(chance) {
                trail.insert(name.to_owned(), Value::Bool(random.chance(60)));
            }
        }
        let mut settings = Values::from([("owner".to_owned(), Value::Text("x".to_owned()))]);
        if random.chance(70) {
            settings.insert("trail".to_owned(), Value::Object(trail));
        }
        values.insert("settings".to_owned(), Value::Object(settings));
    }
    values
}

impl Tree {
    /// The texts of the tree.
    fn files(&self) -> Vec<(String, String)> {
        let module = MODULE
            .replace("EVERYWHERE", &self.everywhere.to_string())
            .replace("ON", &self.on.to_string())
            .replace("COUNT", &self.count.to_string());
        let mut files = vec![("modules/trail/main.tf".to_owned(), module)];
        for (name, values) in &self.files {
            files.push((format!("modules/trail/{name}"), assignments(values)));
        }
        self.units.iter().enumerate().for_each(|(number, unit)| unit.write(number, &mut files));
        files
    }
}

impl Unit {
    fn write(&self, number: usize, files: &mut Vec<(String, String)>) {
        let directory = format!("live/{}", self.name);
        let mut text = String::new();
        let mut written = Writer { locals: Vec::new(), turn: number };
        for (index, parent) in self.parents.iter().enumerate() {
            let path = match index {
                0 => format!("find_in_parent_folders(\"parent-{}-0.hcl\")", self.name),
                _ => format!("\"${{get_terragrunt_dir()}}/../parent-{}-{index}.hcl\"", self.name),
            };
            let strategy = match parent.strategy {
                Strategy::Shallow if index % 2 == 0 => String::new(),
                Strategy::Shallow => "  merge_strategy = \"shallow\"\n".to_owned(),
                Strategy::Deep => "  merge_strategy = \"deep\"\n".to_owned(),
                Strategy::NoMerge => "  merge_strategy = \"no_merge\"\n".to_owned(),
            };
            text.push_str(&format!("include \"p{index}\" {{\n  path = {path}\n{strategy}}}\n\n"));
            let mut own = Writer { locals: Vec::new(), turn: number + index };
            let body = own.body(None, &parent.inputs, &parent.arguments, files, &directory);
            let place = if index == 0 { String::new() } else { "live/".to_owned() };
            files.push((format!("{place}parent-{}-{index}.hcl", self.name), body));
        }
        let body = written.body(Some("../../modules/trail"), &self.inputs, &self.arguments, files, &directory);
        text.push_str(&body);
        if let Some((name, if_exists, values)) = &self.generated {
            let contents = assignments(values);
            text.push_str(&format!(
                "\ngenerate \"values\" {{\n  path      = \"{name}\"\n  if_exists = \"{if_exists}\"\n  contents  = \
                 <<-EOF\n{contents}EOF\n}}\n"
            ));
        }
        files.push((format!("{directory}/terragrunt.hcl"), text));
        for (name, values) in &self.files {
            files.push((format!("{directory}/{name}"), assignments(values)));
        }
    }
}

/// Writes the values of a configuration in different forms.
struct Writer {
    locals: Vec<String>,
    turn: usize,
}

impl Writer {
    fn body(
        &mut self,
        source: Option<&str>,
        inputs: &Values,
        arguments: &[Arguments],
        files: &mut Vec<(String, String)>,
        directory: &str,
    ) -> String {
        let inputs: String =
            inputs.iter().map(|(name, value)| format!("  {name} = {}\n", self.expression(value))).collect();
        let source = source.map(|source| format!("  source = \"{source}\"\n")).unwrap_or_default();
        let blocks: String = arguments.iter().map(|own| block(own, files, directory)).collect();
        let locals: String = self.locals.iter().map(|local| format!("  {local}\n")).collect();
        let terraform = if source.is_empty() && blocks.is_empty() {
            String::new()
        } else {
            format!("terraform {{\n{source}{blocks}}}\n\n")
        };
        format!("locals {{\n{locals}}}\n\n{terraform}inputs = {{\n{inputs}}}\n")
    }

    /// An expression with a value.
    fn expression(&mut self, value: &Value) -> String {
        let literal = literal(value);
        self.turn += 1;
        let name = format!("l{}", self.locals.len());
        match (self.turn % 6, value) {
            (0, _) => {
                self.locals.push(format!("{name} = {literal}"));
                format!("local.{name}")
            }
            (1, Value::Text(text)) => format!("get_env(\"GENERATED_UNIT_VALUE\", \"{text}\")"),
            (2, Value::Bool(value)) => format!("!{}", !value),
            (3, Value::List(_)) => format!("concat([], {literal})"),
            (4, Value::Object(_)) => {
                self.locals.push(format!("{name} = {{ inner = {literal} }}"));
                format!("merge(local.{name}.inner, {{}})")
            }
            (5, _) => {
                self.locals.push(format!("{name} = {{}}"));
                format!("try(local.{name}.missing, {literal})")
            }
            _ => literal,
        }
    }
}

fn block(own: &Arguments, files: &mut Vec<(String, String)>, directory: &str) -> String {
    let commands = if own.applies { "get_terraform_commands_that_need_vars()" } else { "[\"init\", \"validate\"]" };
    let list: Vec<String> = own
        .variables
        .iter()
        .enumerate()
        .flat_map(|(index, (name, value))| {
            let value = literal(value).replace('"', "");
            if index == 0 {
                vec![format!("\"-var\", \"{name}={value}\"")]
            } else {
                vec![format!("\"-var={name}={value}\"")]
            }
        })
        .collect();
    let environment = own
        .environment
        .iter()
        .map(|(name, value)| format!("      TF_VAR_{name} = \"{}\"\n", literal(value).replace('"', "")));
    let environment: String = environment.collect();
    let file = own.file.as_ref().map(|(name, is_required, values)| {
        files.push((format!("{directory}/{name}"), assignments(values)));
        let kind = if *is_required { "required_var_files" } else { "optional_var_files" };
        format!("    {kind} = [\"${{get_terragrunt_dir()}}/{name}\"]\n")
    });
    let missing = "    optional_var_files = [\"none.tfvars\"]\n".to_owned();
    let file = file.unwrap_or(missing);
    format!(
        "  extra_arguments \"{}\" {{\n    commands  = {commands}\n    arguments = [{}]\n    env_vars = \
         {{\n{environment}    }}\n{file}  }}\n",
        own.label,
        list.join(", ")
    )
}

/// The lines of a file of values.
fn assignments(values: &Values) -> String {
    values.iter().map(|(name, value)| format!("{name} = {}\n", literal(value))).collect()
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Text(text) => format!("\"{text}\""),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name} = {}", literal(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}
