//! Standard output and standard error, with or without colours.

use std::io::{self, ErrorKind, Write};

use anstream::{AutoStream, ColorChoice};

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Reports.
    Out,
    /// The summary, and what went wrong.
    Error,
}

impl Stream {
    /// Writes a text in one go. A reader that has gone away is no error.
    ///
    /// # Errors
    ///
    /// What the operating system says of a full disk and the like.
    pub fn write(self, text: &str, color: ColorWhen) -> io::Result<()> {
        let written = match self {
            Stream::Out => write(io::stdout().lock(), text, color),
            Stream::Error => write(io::stderr().lock(), text, color),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

fn write<S: anstream::stream::RawStream + anstream::stream::AsLockedWrite>(
    stream: S,
    text: &str,
    color: ColorWhen,
) -> io::Result<()> {
    let mut stream = AutoStream::new(stream, color.choice());
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

impl ColorWhen {
    /// `NO_COLOR` and `CLICOLOR_FORCE` are anstream's; `FORCE_COLOR` is Node's and as common.
    fn choice(self) -> ColorChoice {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            ColorWhen::Auto if is_set("NO_COLOR") => ColorChoice::Never,
            ColorWhen::Auto if is_set("FORCE_COLOR") => ColorChoice::Always,
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        }
    }
}
