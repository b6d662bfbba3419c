//! The page in a browser, where one is installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use trailint::internal::output::OutputFormat;
use trailint::internal::report::View;

use super::super::support::skipped;
use super::tree::Tree;
use super::{demo, hostile};

/// Told by the browser of each fault on a page: what the policy keeps out, and what can't be fetched.
const FAULTS: [&str; 4] = ["Refused", "violates", "CONSOLE", "ERR_"];

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|directory| names.map(|name| directory.join(name)))
        .find(|path| path.is_file())
}

/// Runs the browser on a page with a home of its own, without network.
fn run(browser: &Path, home: &Path, page: &Path, arguments: &[&str]) -> Output {
    Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0"])
        .arg(format!("--user-data-dir={}", home.display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap()
}

#[test]
fn a_browser_shows_the_page_without_complaint() {
    let Some(browser) = find() else {
        let why = "no chromium, chromium-browser or google-chrome on PATH";
        return skipped("a_browser_shows_the_page_without_complaint", why);
    };
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
    std::fs::create_dir_all(&home).unwrap();
    for (name, report) in [("demo", demo()), ("hostile", hostile())] {
        let page = home.join(format!("{name}.html"));
        let text = OutputFormat::Html.render(&report, &View::default());
        std::fs::write(&page, &text).unwrap();
        for width in [390, 1280] {
            let picture = home.join(format!("{name}-{width}.png"));
            let (size, target) = (format!("--window-size={width},2400"), format!("--screenshot={}", picture.display()));
            let output = run(&browser, &home.join("profile"), &page, &[&size, &target, "--hide-scrollbars"]);
            assert_is_silent(&output);
            assert!(std::fs::metadata(&picture).unwrap().len() > 20_000, "{} is empty", picture.display());
        }
        let output = run(&browser, &home.join("profile"), &page, &["--dump-dom"]);
        assert_is_silent(&output);
        let dom = String::from_utf8(output.stdout).unwrap();
        // The parser of the browser finds the elements that were written, and no others.
        let count = |text: &str| text.matches("</").count();
        assert_eq!(count(&dom), count(&text), "{name}");
        assert_eq!(Tree::parse(&text).unwrap().all("script").count(), 0);
    }
}

fn assert_is_silent(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let fault = said.lines().find(|line| FAULTS.iter().any(|fault| line.contains(fault)));
    assert_eq!(fault, None);
}
