//! The layers of the program: what a file may know of the others.

use std::collections::{BTreeMap, BTreeSet};

use super::support::{files_below, package};

/// From the bottom to the top. A module may use those before it.
const LAYERS: &[&str] = &[
    "source", "named", "syntax", "value", "model", "formats", "finding", "rules", "error", "edit", "report",
    "suppress", "config", "progress", "scan", "fix", "engine", "gate", "output", "lsp", "mcp", "cli", "api",
];

/// Crates that only some files may name.
const DOORS: &[(&str, &[&str])] = &[
    ("hcl_edit", &["syntax/hcl/"]),
    ("granit_parser", &["syntax/yaml.rs"]),
    ("jsonc_parser", &["syntax/json.rs"]),
    ("clap_complete", &["cli.rs"]),
    ("clap_mangen", &["cli/shell.rs"]),
    ("indicatif", &["cli/progress.rs"]),
    ("ignore::", &["source/disk.rs", "source/exclusions.rs", "source/ignored.rs"]),
    ("md5::", &["formats/terraform/language/functions/digests.rs"]),
    ("sha1::", &["formats/terraform/language/functions/digests.rs", "source/git/objects.rs"]),
    (
        "sha2::",
        &["formats/terraform/language/functions/digests.rs", "engine/deployment_check.rs", "output/provenance.rs"],
    ),
    ("terminal_size::", &["output/stream.rs"]),
    ("unicode_width", &["output/wrap.rs"]),
    ("unicode_normalization", &["formats/terraform/language/normal_form.rs"]),
    (
        "memchr",
        &["formats/", "source/escapes.rs", "source/git/entries.rs", "source/size_limits.rs", "source/wide_text.rs"],
    ),
    ("miette", &["output/snippet.rs"]),
    ("anstream", &["output/stream.rs"]),
    ("rayon", &["engine/threads.rs"]),
    ("regex::", &["formats/terraform/language/functions/patterns.rs", "formats/cloudformation/language/limits.rs"]),
    ("toml::", &["config/"]),
    ("serde_json", &["formats/plan/raw.rs", "formats/terraform/known/mod.rs", "output/", "lsp/", "mcp.rs"]),
    ("similar::", &["output/diff.rs"]),
    ("tempfile", &["source/replacement.rs"]),
    ("lsp_server", &["lsp/"]),
    ("lsp_types", &["lsp/"]),
    ("strsim", &["named.rs", "model/argument.rs"]),
    ("rustix::", &["source/open.rs"]),
    ("TcpListener", &[]),
    ("ToSocketAddrs", &[]),
    ("unix::net", &[]),
    ("rustix::net", &[]),
    ("TcpStream", &[]),
    ("UdpSocket", &[]),
    ("UnixStream", &[]),
    (
        "std::fs",
        &[
            "source/disk.rs",
            "source/walk_ignores.rs",
            "source/open.rs",
            "source/replacement.rs",
            "source/file_states.rs",
            "output/file.rs",
        ],
    ),
    ("Command::new(", &["source/git/command.rs"]),
];

#[test]
fn imports_point_down() {
    for (path, text) in sources() {
        let Some(own) = layer_of(path.split(['/', '.']).next().unwrap()) else { continue };
        assert!(!text.contains("use crate::{"), "`{path}` hides what it uses in braces");
        // A unit test may use the whole program.
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for module in text.split("crate::").skip(1).map(first_word) {
            let Some(other) = layer_of(module) else { continue };
            assert!(other <= own, "`{path}` uses `{module}`, which is in a later line");
        }
    }
}

#[test]
fn every_module_has_its_layer() {
    let modules: BTreeSet<String> = sources()
        .map(|(path, _)| path.split(['/', '.']).next().unwrap().to_owned())
        .filter(|module| module != "main" && module != "lib")
        .collect();
    assert_eq!(modules, LAYERS.iter().map(|module| (*module).to_owned()).collect());
}

/// What a format or a rule uses of another: a plan replaces unknown values of Terraform's code, and single-Region trails
/// satisfy the control together if each passes the other conditions.
const LENT: [(&str, &str); 6] = [
    ("terraform", "InstanceKey"),
    ("terraform", "Plan"),
    ("plan", "PolicyDocument"),
    ("plan", "region_from_environment"),
    ("no_compliant_trail", "missing_global_events"),
    ("no_compliant_trail", "single_region_trail"),
];

/// A format or a rule uses only itself, and what its folder's `mod.rs` or a shared file defines.
#[test]
fn formats_and_rules_do_not_know_each_other() {
    for (folder, shared) in [
        ("formats/", &["called_code", "embedded", "option_reader", "options", "values_files"][..]),
        ("rules/", &["events", "page", "sections"]),
    ] {
        let interface = std::fs::read_to_string(package("src").join(folder).join("mod.rs")).unwrap();
        let prefix = format!("crate::{folder}").replace('/', "::");
        for (path, text) in sources() {
            let Some(own) = path.strip_prefix(folder) else { continue };
            let own = own.split(['/', '.']).next().unwrap();
            if own == "mod" || shared.contains(&own) || path.ends_with("tests.rs") {
                continue;
            }
            for name in text.split(prefix.as_str()).skip(1).flat_map(first_names) {
                let is_known = name == own
                    || shared.contains(&name)
                    || LENT.contains(&(own, name))
                    || is_defined_in(&interface, name, shared);
                assert!(is_known, "`{path}` knows `{name}`");
            }
        }
    }
}

/// True if a text defines a public name, or re-exports it from one of the shared files.
fn is_defined_in(interface: &str, name: &str, shared: &[&str]) -> bool {
    let is_defined = |kind: &&str| interface.contains(&format!("pub {kind} {name}"));
    let is_exported = |file: &&str| {
        let exported = interface.split(&format!("pub use {file}::")).nth(1).and_then(|rest| rest.split(';').next());
        exported.is_some_and(|exported| first_names(exported).contains(&name))
    };
    ["struct", "enum", "trait", "static", "const", "fn", "type"].iter().any(is_defined)
        || shared.iter().any(is_exported)
}

/// The first word of a path, or of each path in braces.
fn first_names(path: &str) -> Vec<&str> {
    match path.strip_prefix('{') {
        Some(names) => names.split('}').next().unwrap().split(',').map(|name| first_word(name.trim())).collect(),
        None => vec![first_word(path)],
    }
}

/// A format knows its options and the commands of its tools; its advice names them. It also words the steps and reasons
/// that only its language has.
#[test]
fn values_and_the_model_name_no_option() {
    const OPTIONS: [&str; 4] = ["`--", " --", "\"--", "terraform init"];
    const LANGUAGES: [&str; 9] =
        ["variable", "parameter", "module", "provider", "stack", "mapping", "YAML", "Terraform", "CloudFormation"];
    for (path, text) in sources().filter(|(path, _)| path.starts_with("value/") || path.starts_with("model/")) {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let names_option = OPTIONS.iter().any(|word| line.contains(word));
            assert!(!names_option, "`{path}` names an option or a command: {line}");
            let text = line.split_once('"').map_or("", |(_, text)| text);
            let names_language = path.starts_with("value/") && LANGUAGES.iter().any(|word| text.contains(word));
            assert!(!names_language, "`{path}` has the words of a language: {line}");
        }
    }
}

/// The formats in two halves: `language`, which evaluates, and `project`, which knows files and modules.
const HALVES: [&str; 2] = ["formats/cloudformation/", "formats/terraform/"];

#[test]
fn a_language_does_not_know_its_project() {
    for format in HALVES {
        let folder = format!("{format}language/");
        let files: Vec<(String, String)> = sources().filter(|(path, _)| path.starts_with(&folder)).collect();
        assert!(!files.is_empty(), "`{folder}` has no files");
        for (path, text) in files {
            let names_project = ["::project", "project::"].into_iter().any(|import| text.contains(import));
            assert!(!names_project, "`{path}` uses the half of the format that uses it");
        }
    }
}

/// The number of files in a folder that may know each other.
const MOST_IN_CYCLE: usize = 4;

#[test]
fn cycles_of_imports_are_small_and_stay_in_a_folder() {
    for cycle in cycles(sources()) {
        assert!(cycle.len() <= MOST_IN_CYCLE, "these files import each other: {cycle:?}");
        assert!(is_in_one_folder(&cycle), "these files of several folders import each other: {cycle:?}");
    }
}

#[test]
fn a_cycle_is_found_through_what_modules_export() {
    let cycles_of =
        |files: &[(&str, &str)]| cycles(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let tree = ("tree/mod.rs", "mod leaf;\nmod stem;\npub use stem::{Stem as Trunk, Wood};");
    let leaf = ("tree/leaf.rs", "use super::{\n    Trunk,\n};");
    let found = cycles_of(&[tree, leaf, ("tree/stem.rs", "fn grow() {\n    crate::tree::leaf::grow();\n}")]);
    assert_eq!(found, [vec!["crate::tree::leaf", "crate::tree::stem"]]);
    assert!(is_in_one_folder(&found[0]));
    assert!(cycles_of(&[tree, leaf, ("tree/stem.rs", "// crate::tree::leaf")]).is_empty());
    let found = cycles_of(&[("tree.rs", "use self::leaf::Leaf;"), ("tree/leaf.rs", "use super::Trunk;")]);
    assert!(is_in_one_folder(&found[0]));
    let found = cycles_of(&[("sun.rs", "use crate::{moon::{Light, Dark}};"), ("moon.rs", "use crate::sun;")]);
    assert!(!is_in_one_folder(&found[0]));
}

/// The groups of modules of which each imports each other one, itself or through others.
fn cycles(files: impl Iterator<Item = (String, String)>) -> Vec<Vec<String>> {
    let imports = imports_of(files);
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        imports.keys().map(|from| (from, reach(from, &imports))).collect();
    let mut cycles = BTreeSet::new();
    for (module, others) in &reached {
        let cycle: Vec<String> =
            others.iter().filter(|other| reached[**other].contains(module)).map(|other| (*other).clone()).collect();
        if cycle.len() > 1 {
            cycles.insert(cycle);
        }
    }
    cycles.into_iter().collect()
}

/// The modules that a module imports, itself or through others.
fn reach<'a>(from: &String, imports: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut pending: Vec<&String> = imports[from].iter().collect();
    while let Some(next) = pending.pop() {
        if reached.insert(next) {
            pending.extend(&imports[next]);
        }
    }
    reached
}

/// The modules that each module imports. An import of an exported name is one of the module that defines the name.
fn imports_of(files: impl Iterator<Item = (String, String)>) -> BTreeMap<String, BTreeSet<String>> {
    let texts: BTreeMap<String, String> = files
        .filter(|(path, _)| path.ends_with(".rs") && !path.ends_with("tests.rs"))
        .filter(|(path, _)| path != "lib.rs" && path != "main.rs")
        .map(|(path, text)| (module_of(&path), text))
        .collect();
    let mut exports = BTreeMap::new();
    let mut paths = Vec::new();
    for (module, text) in &texts {
        for (path, is_export) in paths_in(text) {
            let (path, name) = path.split_once(" as ").unwrap_or((&path, path.rsplit("::").next().unwrap()));
            let Some(path) = absolute(path, module, &texts) else { continue };
            match is_export {
                true => drop(exports.insert(format!("{module}::{name}"), path)),
                false => paths.push((module, path)),
            }
        }
    }
    let mut imports: BTreeMap<String, BTreeSet<String>> =
        texts.keys().map(|module| (module.clone(), BTreeSet::new())).collect();
    for (module, path) in paths {
        let imported = defining_module(path, &exports, &texts).filter(|imported| imported != module);
        imports.get_mut(module).unwrap().extend(imported);
    }
    imports
}

/// `value/reason.rs` becomes `crate::value::reason`.
fn module_of(path: &str) -> String {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    format!("crate::{}", path.replace('/', "::"))
}

/// The paths that the code of a file imports, and whether the file exports what they name.
///
/// Outside `use`, a path counts if it names the crate or a parent: a module may call those that it declares.
fn paths_in(text: &str) -> Vec<(String, bool)> {
    let code = text.split("\nmod tests {").next().unwrap();
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut paths = Vec::new();
    let mut end = 0;
    while let Some(length) = code[end..].find(is_of_word) {
        let (before, rest) = code.split_at(end + length);
        let line = before.rsplit('\n').next().unwrap().trim_start();
        let is_export = line.starts_with("pub") && line.ends_with(" use ");
        let is_use = is_export || line == "use ";
        let tree = match is_use {
            true => rest.split(';').next().unwrap(),
            false => rest.split(|c| c != ':' && !is_of_word(c)).next().unwrap(),
        };
        if is_use || ["crate::", "self::", "super::"].into_iter().any(|root| tree.starts_with(root)) {
            let mut branches = Vec::new();
            expand("", tree, &mut branches);
            paths.extend(branches.into_iter().map(|path| (path, is_export)));
        }
        end = before.len() + tree.len();
    }
    paths
}

/// Adds the paths of a tree with braces.
fn expand(start: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((own, rest)) = tree.split_once('{') else { return paths.push(format!("{start}{}", tree.trim())) };
    let start = format!("{start}{}", own.trim());
    let mut depth = 0;
    let is_end = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    };
    for branch in rest.rsplit_once('}').unwrap().0.split(is_end) {
        expand(&start, branch, paths);
    }
}

/// A path from the crate's root; `None` for one that names neither a module nor a module's item.
fn absolute(path: &str, module: &str, texts: &BTreeMap<String, String>) -> Option<String> {
    let (first, _) = path.split_once("::")?;
    if first == "crate" {
        return Some(path.to_owned());
    }
    let mut rest = path.strip_prefix("self::").unwrap_or(path);
    let mut base = module;
    while let Some(after) = rest.strip_prefix("super::") {
        base = base.rsplit_once("::")?.0;
        rest = after;
    }
    let is_of_crate = rest != path || texts.contains_key(&format!("{module}::{first}"));
    is_of_crate.then(|| format!("{base}::{rest}"))
}

/// The module that defines what a path names.
fn defining_module(
    mut path: String,
    exports: &BTreeMap<String, String>,
    texts: &BTreeMap<String, String>,
) -> Option<String> {
    loop {
        let mut module = path.as_str();
        while !texts.contains_key(module) {
            module = module.rsplit_once("::")?.0;
        }
        let name = path[module.len()..].trim_start_matches("::").split("::").next().unwrap();
        match exports.get(&format!("{module}::{name}")) {
            Some(target) => path = target.clone(),
            None => return Some(module.to_owned()),
        }
    }
}

/// True if one folder contains the modules; the file `x.rs` is part of the folder `x`.
fn is_in_one_folder(cycle: &[String]) -> bool {
    let folder = |module: &str| module.rsplit_once("::").unwrap().0.to_owned();
    let is_within = |own: &str| own != "crate" && cycle.iter().all(|module| module == own || folder(module) == own);
    is_within(&cycle[0]) || is_within(&folder(&cycle[0]))
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn each_dependency_has_its_door() {
    for (path, text) in sources() {
        for (name, doors) in DOORS {
            let is_door =
                doors.iter().any(|door| path.starts_with(door) || path.starts_with(door.trim_end_matches(".rs")));
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let is_test = path.ends_with("tests.rs");
            let names_it = code.into_iter().any(|line| line.contains(name));
            assert!(is_door || is_test || !names_it, "`{path}` names `{name}`");
        }
    }
}

#[test]
fn every_dependency_is_behind_a_door_or_harmless() {
    const HARMLESS: [&str; 4] = ["anstyle", "clap", "serde", "thiserror"];
    let manifest = std::fs::read_to_string(package("Cargo.toml")).unwrap();
    let own = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[dev-dependencies]").next().unwrap();
    let lines = own.lines().filter(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_")));
    for name in names {
        let has_door = DOORS.iter().any(|(door, _)| door.trim_end_matches("::") == name);
        assert!(has_door || HARMLESS.contains(&name.as_str()), "`{name}` may be named everywhere");
    }
    let policy = std::fs::read_to_string(package("deny.toml")).unwrap();
    let locked = std::fs::read_to_string(package("Cargo.lock")).unwrap();
    let banned: Vec<&str> = policy.split("crate = \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(banned.len() > 10);
    for name in banned {
        assert!(!locked.contains(&format!("\nname = \"{name}\"\n")), "`{name}` talks to others");
    }
}

/// The files below `src` with their texts.
fn sources() -> impl Iterator<Item = (String, String)> {
    let files = files_below(&package("src")).into_iter();
    files.map(|(path, bytes)| (path.to_str().unwrap().to_owned(), String::from_utf8(bytes).unwrap()))
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c| !is_of_word(c)).unwrap_or(text.len());
    &text[..end]
}
