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

/// Measures a page in a frame of each width, since the window of a browser has a minimum width. A word is a part of the
/// text without separators; it is broken if its rectangles are in several lines.
const MEASURE: &str = r#"<!doctype html><body><script>
const found = [];
const measure = (width) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.style.cssText = `border:0;width:${width}px;height:2000px`;
  frame.onload = () => {
    const page = frame.contentDocument;
    if (page.documentElement.scrollWidth > width) found.push(`${width}: as wide as ${page.documentElement.scrollWidth}`);
    const cells = page.querySelectorAll(".overview th, .overview td, .controls th, .controls td:nth-child(2), h2");
    if (cells.length === 0) found.push("no cells");
    for (const cell of cells) {
      // The heads of the tables are for screen readers only in a narrow window.
      if (cell.closest("thead")?.getBoundingClientRect().width <= 1) continue;
      const walker = page.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const word of node.data.matchAll(/[^\s\/-]+/g)) {
          const range = page.createRange();
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top)));
          if (lines.size > 1) found.push(`${width}: ${word[0]}`);
        }
      }
    }
    done();
  };
  frame.srcdoc = PAGE;
  document.body.append(frame);
});
measure(390).then(() => measure(768)).then(() => measure(1280)).then(() => {
  document.body.textContent = found.length ? found.join("\n") : "nothing is broken";
});
</script>"#;

#[test]
fn no_word_is_broken_and_nothing_is_wider_than_the_window() {
    let Some(browser) = find() else {
        let why = "no chromium, chromium-browser or google-chrome on PATH";
        return skipped("no_word_is_broken_and_nothing_is_wider_than_the_window", why);
    };
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html-words");
    std::fs::create_dir_all(&home).unwrap();
    for benchmark in ["cis-aws-3.0", "pci-dss-4.0.1"] {
        let view = View { benchmark: Some(benchmark.to_owned()), cited: benchmark.to_owned(), ..View::default() };
        let text = OutputFormat::Html.render(&demo(), &view);
        // The policy of the page allows no script, but only the harness has one.
        let script = format!("const PAGE = {};", serde_json::to_string(&text).unwrap().replace("</", "<\\/"));
        let page = home.join(format!("{benchmark}.html"));
        std::fs::write(&page, MEASURE.replacen("const found", &format!("{script}\nconst found"), 1)).unwrap();
        let output = run(&browser, &home.join("profile"), &page, &["--dump-dom", "--virtual-time-budget=20000"]);
        let dom = String::from_utf8(output.stdout).unwrap();
        assert!(dom.contains("nothing is broken"), "{benchmark}: {dom:.2000}");
    }
}

fn assert_is_silent(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let fault = said.lines().find(|line| FAULTS.iter().any(|fault| line.contains(fault)));
    assert_eq!(fault, None);
}
