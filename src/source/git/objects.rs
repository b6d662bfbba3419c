//! Reads the content of git's objects, from the working tree where it has the same content.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use sha1::{Digest, Sha1};

use crate::source::{Disk, FileVisitor, stand_in};

/// The number of files that a thread reads before it takes the next ones.
const SHARE: usize = 64;

/// Reads those of the files whose content on the disk is that of their object, and passes them to `visit` from several
/// threads. Returns the others. The content is compared by its id, so filters and changes of the disk don't matter.
pub(super) fn read_from_disk<'f>(
    files: Vec<(&'f Path, &'f str)>,
    disk: &Disk,
    visit: FileVisitor<'_>,
) -> Vec<(&'f Path, &'f str)> {
    let (next, others) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let read_shares = || {
        let (mut buffer, mut own) = (Vec::new(), Vec::new());
        loop {
            let start = next.fetch_add(SHARE, Ordering::Relaxed);
            let Some(share) = files.get(start..files.len().min(start.saturating_add(SHARE))) else { break };
            if share.is_empty() {
                break;
            }
            for (path, name) in share {
                if read_same(path, name, disk, &mut buffer) {
                    visit(path, stand_in(&buffer).map_or(Ok(buffer.as_slice()), Err));
                } else {
                    own.push((*path, *name));
                }
            }
        }
        others.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
    };
    let threads = disk.threads().min(files.len().div_ceil(SHARE));
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(read_shares);
        }
        read_shares();
    });
    let mut others = others.into_inner().unwrap_or_else(PoisonError::into_inner);
    others.sort_unstable();
    others
}

/// Reads a file into the buffer; true if it has the content of the object.
pub(super) fn read_same(path: &Path, name: &str, disk: &Disk, buffer: &mut Vec<u8>) -> bool {
    disk.read_regular(path, buffer).is_ok() && object_name(buffer) == name
}

/// The id of the object with this content, in a repository with SHA-1 ids.
pub(super) fn object_name(text: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digest = Sha1::new();
    digest.update(format!("blob {}\0", text.len()).as_bytes());
    digest.update(text);
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().map_or('0', char::from);
    digest.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn objects_have_the_names_that_git_gives_them() {
        assert_eq!(super::object_name(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(super::object_name(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    }
}
