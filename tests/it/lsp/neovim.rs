//! The server in a real editor: each Neovim on the path, of which there may be an older and a newer one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::{Scratch, err, out};
use crate::support::{package, skipped};

#[test]
fn neovim_shows_a_finding_and_its_fix_makes_it_go() {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).filter_map(|directory| directory.join("nvim").canonicalize().ok());
    let programs: BTreeSet<PathBuf> = found.collect();
    if programs.is_empty() {
        return skipped("neovim", "nvim isn't installed");
    }
    let snippets = snippets();
    let [current, since_8, since_7] = snippets.as_slice() else { panic!("{snippets:?}") };
    for program in programs {
        let own = match minor_version(&program) {
            ..7 => Vec::new(),
            7 => vec![since_7],
            8..11 => vec![since_8],
            11.. => vec![current, since_8],
        };
        assert!(!own.is_empty(), "the documentation has nothing for {}", program.display());
        own.into_iter().for_each(|snippet| try_out(&program, snippet));
    }
}

/// The settings that the documentation shows for Neovim, the ones for the newest version first.
fn snippets() -> Vec<String> {
    let page = std::fs::read_to_string(package("docs/editors.md")).unwrap();
    let section = page.split("\n### ").find_map(|section| section.strip_prefix("Neovim\n")).unwrap();
    section.split("```\n").skip(1).step_by(2).map(str::to_owned).collect()
}

/// The second number of a version such as `0.11.4`.
fn minor_version(program: &Path) -> u32 {
    let output = Command::new(program).arg("--version").output().unwrap();
    let said = out(&output);
    let version = said.lines().next().unwrap().strip_prefix("NVIM v0.").unwrap_or("99.0");
    version.split('.').next().unwrap().parse().unwrap()
}

fn try_out(program: &Path, snippet: &str) {
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = false\n}\n";
    let files = [("infra/main.tf", text), ("trailint.toml", ""), (".git/HEAD", ""), ("snippet.lua", snippet)];
    let scratch = Scratch::new("neovim", &files);
    let mut editor = Command::new(program);
    editor.args(["--headless", "-u", "NONE", "-n", "-c"]);
    editor.arg(format!("luafile {}", package("tests/it/lsp/neovim.lua").display())).current_dir(scratch.path("infra"));
    // A script that fails leaves the editor waiting for somebody.
    editor.args(["-c", "cquit 1"]);
    editor.env_clear().env("SNIPPET", scratch.path("snippet.lua")).env("ROOT", &scratch.0).env("LANG", "C.UTF-8");
    // What an editor keeps of its own is not for anyone's home directory.
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        editor.env(name, scratch.path("home"));
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_trailint")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    editor.env("PATH", std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path))).unwrap());
    let output = editor.output().unwrap();
    let said = format!("{}{}", out(&output), err(&output));
    assert!(output.status.success(), "{}: {said}", program.display());
    assert!(said.contains("done Set `is_multi_region_trail = true`"), "{}: {said}", program.display());
}
