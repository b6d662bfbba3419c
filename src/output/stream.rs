//! Standard output and standard error, with or without colours and links.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use crate::report::MIN_WIDTH;

/// When to use colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless the environment overrides it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// When places lead to their files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LinksWhen {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::Args)]
pub struct TerminalStyle {
    /// When to use colors.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "TRAILINT_COLOR",
        value_name = "WHEN",
        help_heading = "Output"
    )]
    pub color: ColorWhen,
    /// When to link locations to their files.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "TRAILINT_LINKS",
        value_name = "WHEN",
        help_heading = "Output"
    )]
    pub links: LinksWhen,
}

/// A standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, for reports.
    Out,
    /// The summary, and what went wrong.
    Error,
}

impl Stream {
    /// The number of columns at which text is wrapped: that of `COLUMNS` or of the terminal, and at least
    /// [`MIN_WIDTH`].
    pub fn width(self) -> usize {
        let own = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        own.or_else(|| self.terminal_width()).unwrap_or(MIN_WIDTH).max(MIN_WIDTH)
    }

    #[cfg(not(target_family = "wasm"))]
    fn terminal_width(self) -> Option<usize> {
        let size = match self {
            Stream::Out => terminal_size::terminal_size_of(io::stdout()),
            Stream::Error => terminal_size::terminal_size_of(io::stderr()),
        };
        size.map(|(width, _)| usize::from(width.0))
    }

    /// A page has no terminal.
    #[cfg(target_family = "wasm")]
    fn terminal_width(self) -> Option<usize> {
        None
    }

    /// Writes a text at once. False if the reader has closed the stream, which is no error.
    ///
    /// # Errors
    ///
    /// The error of the system, such as a full disk.
    pub fn write(self, text: &str, style: TerminalStyle) -> io::Result<bool> {
        let written = match self {
            Stream::Out => write(io::stdout().lock(), text, style),
            Stream::Error => write(io::stderr().lock(), text, style),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            written => written.map(|()| true),
        }
    }
}

/// Writes bytes to standard output unchanged. False if the reader has closed it.
///
/// # Errors
///
/// The error of the system, such as a full disk.
pub fn write_text(text: &[u8]) -> io::Result<bool> {
    let mut stream = io::stdout().lock();
    match stream.write_all(text).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// Clears the terminal, if standard output is one.
///
/// # Errors
///
/// The error of the system, such as a closed terminal.
pub fn clear_screen() -> io::Result<()> {
    const CLEAR: &[u8] = b"\x1b[2J\x1b[3J\x1b[H";
    if !io::stdout().is_terminal() {
        return Ok(());
    }
    let mut terminal = AutoStream::always_ansi(io::stdout().lock());
    terminal.write_all(CLEAR)?;
    terminal.flush()
}

fn write<S: anstream::stream::RawStream + anstream::stream::AsLockedWrite>(
    stream: S,
    text: &str,
    style: TerminalStyle,
) -> io::Result<()> {
    let choice = match style.color.choice() {
        ColorChoice::Auto => AutoStream::choice(&stream),
        ColorChoice::Always | ColorChoice::AlwaysAnsi | ColorChoice::Never => style.color.choice(),
    };
    let has_colors = choice != ColorChoice::Never;
    let has_links = style.links.are_wanted(stream.is_terminal());
    let kept = keep(text, has_colors, has_links);
    // Unwanted sequences are removed already; anstream would remove the links together with the colors, and would
    // search text that has neither.
    let is_done = has_links && !has_colors || !kept.contains(ESCAPE);
    let mut stream = AutoStream::new(stream, if is_done { ColorChoice::AlwaysAnsi } else { choice });
    stream.write_all(kept.as_bytes())?;
    stream.flush()
}

/// The text for a file: without colors and links.
pub(super) fn plain(text: &str) -> String {
    keep(text, false, false).into_owned()
}

/// The first character of each terminal sequence.
const ESCAPE: char = '\u{1b}';

/// The text without colours or without links. All its escape sequences are our own, and one of the two.
fn keep(text: &str, colors: bool, links: bool) -> Cow<'_, str> {
    if colors && links || !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut parts = text.split(ESCAPE);
    kept.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // A link begins with `]`, and the sequence that ends its address is a backslash.
        let (is_wanted, end) = match part.chars().next() {
            Some(']') => (links, None),
            Some('\\') => (links, Some('\\')),
            Some(_) | None => (colors, Some('m')),
        };
        let length = end.and_then(|end| Some(part.find(end)?.saturating_add(1))).unwrap_or(part.len());
        let (sequence, after) = part.split_at_checked(length).unwrap_or((part, ""));
        if is_wanted {
            kept.push(ESCAPE);
            kept.push_str(sequence);
        }
        kept.push_str(after);
    }
    Cow::Owned(kept)
}

impl LinksWhen {
    fn are_wanted(self, is_terminal: bool) -> bool {
        match self {
            LinksWhen::Auto => is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
            LinksWhen::Always => true,
            LinksWhen::Never => false,
        }
    }
}

impl ColorWhen {
    /// `NO_COLOR` and `CLICOLOR_FORCE` are anstream's; `FORCE_COLOR` is Node's and as common.
    fn choice(self) -> ColorChoice {
        match self {
            ColorWhen::Auto if is_set("NO_COLOR") => ColorChoice::Never,
            ColorWhen::Auto if is_set("FORCE_COLOR") => ColorChoice::Always,
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        }
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_and_links_are_taken_out_apart() {
        let text = "a\u{1b}[1mb\u{1b}[0m\u{1b}]8;;file:///m\u{1b}\\c\u{1b}]8;;\u{1b}\\d";
        assert_eq!(keep(text, true, true), text);
        assert_eq!(keep(text, false, true), "ab\u{1b}]8;;file:///m\u{1b}\\c\u{1b}]8;;\u{1b}\\d");
        assert_eq!(keep(text, true, false), "a\u{1b}[1mb\u{1b}[0mcd");
        assert_eq!(plain(text), "abcd");
    }
}
