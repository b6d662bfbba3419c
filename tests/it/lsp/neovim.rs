//! The server in a real editor, where Neovim is installed.

use std::path::Path;
use std::process::Command;

use crate::cli::{Scratch, err, out};
use crate::support::{package, skipped};

#[test]
fn neovim_shows_a_finding_and_its_fix_makes_it_go() {
    if Command::new("nvim").arg("--version").output().is_err() {
        return skipped("neovim", "nvim isn't installed");
    }
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = false\n}\n";
    let scratch = Scratch::new("neovim", &[("main.tf", text)]);
    let mut editor = Command::new("nvim");
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
    assert!(output.status.success(), "{said}");
    assert!(said.contains("done Set `is_multi_region_trail = true`"), "{said}");
}
