//! Reads git objects through a single process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};

use super::command::{Git, GitError};
use crate::source::{ReadError, read_sized, stand_in};

/// The number of objects that are requested ahead: enough to keep git busy, but few enough that the requests fit into
/// any pipe buffer.
const AHEAD: usize = 32;

/// The maximum length in bytes of the header that `git cat-file --batch` prints before an object.
const MAX_HEADER: u64 = 256;

/// A `git cat-file` process, which runs until the value is dropped.
#[derive(Debug)]
pub(super) struct CatFile {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl CatFile {
    pub(super) fn start(git: &Git) -> Result<Self, GitError> {
        let mut process = git.start(&["cat-file", "--batch"])?;
        let stdin = process.stdin.take().expect("it was started with a pipe");
        let stdout = BufReader::new(process.stdout.take().expect("it was started with a pipe"));
        Ok(Self { process, stdin, stdout })
    }

    /// Reads blobs and hands each to `visit`, with its position among the names.
    pub(super) fn read(&mut self, names: &[&str], mut visit: impl FnMut(usize, Result<&[u8], ReadError>)) {
        let mut buffer = Vec::new();
        for (round, names) in names.chunks(AHEAD).enumerate() {
            let asked = self.request(names);
            for (index, _) in names.iter().enumerate() {
                let place = round.saturating_mul(AHEAD).saturating_add(index);
                let answered = asked.clone().and_then(|()| self.next_object(&mut buffer));
                visit(place, answered.map(|()| buffer.as_slice()));
            }
        }
    }

    fn request(&mut self, names: &[&str]) -> Result<(), ReadError> {
        let mut text = names.join("\n");
        text.push('\n');
        self.stdin.write_all(text.as_bytes()).and_then(|()| self.stdin.flush()).map_err(|_| ended())
    }

    /// Replaces the buffer's contents by the next object.
    fn next_object(&mut self, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
        buffer.clear();
        (&mut self.stdout).take(MAX_HEADER).read_until(b'\n', buffer).map_err(|_| ended())?;
        // A truncated line could have another size in it.
        let header = buffer
            .strip_suffix(b"\n")
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .ok_or_else(ended_early)?;
        buffer.clear();
        let (kind, size) = match header.split_whitespace().collect::<Vec<_>>().as_slice() {
            [_, "missing"] => return Err(ReadError::Git("it is missing in the clone")),
            [_, kind, size] => (*kind, size.parse::<u64>().map_err(|_| ended_early())?),
            _ => return Err(ended_early()),
        };
        // The content has to be consumed even if it isn't a file: it precedes the next header.
        if kind != "blob" {
            return self.skip_object(size).and(Err(ReadError::NotAFile));
        }
        let mut blob = (&mut self.stdout).take(size);
        let read = read_sized(&mut blob, buffer);
        let rest = blob.limit();
        self.skip_object(rest).and(read)?;
        stand_in(buffer).map_or(Ok(()), Err)
    }

    fn skip_object(&mut self, size: u64) -> Result<(), ReadError> {
        // A line feed follows the bytes.
        let mut bytes = (&mut self.stdout).take(size.saturating_add(1));
        io::copy(&mut bytes, &mut io::sink()).map(drop).map_err(|_| ended())
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // The process only reads, so killing it loses nothing. An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ended() -> ReadError {
    ReadError::Git("git ended early")
}

fn ended_early() -> ReadError {
    ReadError::Git("unexpected output of git")
}
