//! What was read in the files of a run: one that many deployments deploy or include is not parsed for each of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::document::Reading;
use crate::source::{FileId, SourceFile};

/// A file is kept for those who ask after so many. Most files are read once for their links and once for their
/// deployment, so that of a large repository hardly anything is kept.
const KEPT_AFTER: usize = 2;

/// The files that have been asked for. Each text is parsed at most three times in a run.
#[derive(Debug, Default)]
pub struct Readings {
    files: Mutex<HashMap<FileId, Asked>>,
    parsed: AtomicUsize,
}

/// A text, how often it was asked for, and what is kept of it.
#[derive(Debug)]
struct Asked {
    text: Arc<SourceFile>,
    times: usize,
    kept: Arc<OnceLock<Arc<Reading>>>,
}

impl Readings {
    /// How many times a file was parsed.
    pub fn parsed(&self) -> usize {
        self.parsed.load(Ordering::Relaxed)
    }

    /// What is read in a file.
    pub(super) fn read(&self, id: FileId, text: &Arc<SourceFile>) -> Arc<Reading> {
        let parse = || {
            self.parsed.fetch_add(1, Ordering::Relaxed);
            Arc::new(Reading::of(id, text))
        };
        match self.place(id, text) {
            // Others wait for this file only.
            Some(kept) => Arc::clone(kept.get_or_init(parse)),
            None => parse(),
        }
    }

    /// Where a file is kept; nothing for one that few have asked for.
    fn place(&self, id: FileId, text: &Arc<SourceFile>) -> Option<Arc<OnceLock<Arc<Reading>>>> {
        let unasked = || Asked { text: Arc::clone(text), times: 0, kept: Arc::default() };
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = files.entry(id).or_insert_with(unasked);
        // An editor has given the file another text.
        if !Arc::ptr_eq(&asked.text, text) {
            *asked = unasked();
        }
        asked.times = asked.times.saturating_add(1);
        (asked.times > KEPT_AFTER).then(|| Arc::clone(&asked.kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn a_text_is_parsed_three_times_at_most() {
        let sources = Sources::default();
        let id = sources.add("/t.yaml".as_ref(), b"a: 1\n---\nb: 1\n".to_vec());
        let readings = Readings::default();
        let read = || readings.read(id, &sources.file(id));
        let first = read();
        assert_eq!(Arc::strong_count(&first), 1);
        (0..100).for_each(|_| drop(read()));
        let last = read();
        assert_eq!((readings.parsed(), Arc::strong_count(&last)), (3, 2));
        sources.renew("/t.yaml".as_ref(), b"c: 1\n".to_vec());
        assert_eq!((read().tree.documents.len(), readings.parsed()), (1, 4));
        // The old text isn't kept.
        assert_eq!(Arc::strong_count(&last), 1);
    }
}
