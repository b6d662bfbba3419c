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
    for program in programs {
        try_out(&program);
    }
}

fn try_out(program: &Path) {
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = false\n}\n";
    let scratch = Scratch::new("neovim", &[("main.tf", text), ("trailint.toml", "")]);
    let mut editor = Command::new(program);
    editor.args(["--headless", "-u", "NONE", "-n", "-c"]);
    editor.arg(format!("luafile {}", package("tests/it/lsp/neovim.lua").display())).current_dir(&scratch.0);
    // A script that fails leaves the editor waiting for somebody.
    editor.args(["-c", "cquit 1"]);
    editor.env_clear().env("TRAILINT", Path::new(env!("CARGO_BIN_EXE_trailint"))).env("LANG", "C.UTF-8");
    // What an editor keeps of its own is not for anyone's home directory.
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        editor.env(name, scratch.path("home"));
    }
    editor.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = editor.output().unwrap();
    let said = format!("{}{}", out(&output), err(&output));
    assert!(output.status.success(), "{}: {said}", program.display());
    assert!(said.contains("done Set `is_multi_region_trail = true`"), "{}: {said}", program.display());
}
