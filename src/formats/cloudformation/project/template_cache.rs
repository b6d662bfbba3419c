//! A cache of parsed files for a run, so that a file that many deployments share isn't parsed for each of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::files::TemplateReading;
use super::parameter_values::ParameterValues;
use crate::formats::Variables;
use crate::source::{FileId, SourceFile, Sources};

/// A file is cached after this number of uses. Most files are read once for their links and once for their deployment,
/// so almost none of the files of a large repository are cached.
const KEPT_AFTER: usize = 2;

/// The files that have been read. Each text is parsed at most three times in a run.
#[derive(Debug, Default)]
pub struct FileCache {
    files: Mutex<HashMap<FileId, CachedReading>>,
    /// The parameter values by the options that set them.
    given: Mutex<HashMap<Vec<Variables>, ParameterFiles>>,
    parsed: AtomicUsize,
}

/// Parameter values, with the texts that they were read from.
#[derive(Debug)]
struct ParameterFiles {
    texts: Vec<Arc<SourceFile>>,
    given: Arc<ParameterValues>,
}

/// A text, the number of its uses, and the parsed file if it is cached.
#[derive(Debug)]
struct CachedReading {
    text: Arc<SourceFile>,
    times: usize,
    cached: Arc<OnceLock<Arc<TemplateReading>>>,
}

impl CachedReading {
    fn new(text: &Arc<SourceFile>) -> Self {
        Self { text: Arc::clone(text), times: 0, cached: Arc::default() }
    }
}

impl FileCache {
    /// The number of times that a file was parsed.
    pub fn parsed(&self) -> usize {
        self.parsed.load(Ordering::Relaxed)
    }

    /// The parsed file, from the cache if it has been used often enough.
    pub(super) fn read(&self, id: FileId, text: &Arc<SourceFile>) -> Arc<TemplateReading> {
        match self.place(id, text) {
            // Only threads that need the same file wait here.
            Some(kept) => Arc::clone(kept.get_or_init(|| self.parse(id, text))),
            None => self.parse(id, text),
        }
    }

    fn parse(&self, id: FileId, text: &Arc<SourceFile>) -> Arc<TemplateReading> {
        self.parsed.fetch_add(1, Ordering::Relaxed);
        Arc::new(TemplateReading::of(id, text))
    }

    /// The parameter values from the options, which are read once for all deployments with the same options.
    pub(super) fn given(&self, parameters: &[Variables], sources: &Sources) -> Arc<ParameterValues> {
        if parameters.is_empty() {
            return Arc::default();
        }
        let mut texts = Vec::new();
        for parameters in parameters {
            let (Variables::File(id) | Variables::Assignment(id)) = *parameters;
            texts.push(sources.file(id));
        }
        let mut all = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(parameters).filter(|known| known.texts.iter().zip(&texts).all(|(a, b)| Arc::ptr_eq(a, b)));
        if let Some(known) = known {
            return Arc::clone(&known.given);
        }
        let given = Arc::new(ParameterValues::read(parameters, &texts));
        all.insert(parameters.to_vec(), ParameterFiles { texts, given: Arc::clone(&given) });
        given
    }

    /// The cache cell of a file; `None` if the file hasn't been used often enough. Counts a use.
    fn place(&self, id: FileId, text: &Arc<SourceFile>) -> Option<Arc<OnceLock<Arc<TemplateReading>>>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = files.entry(id).or_insert_with(|| CachedReading::new(text));
        // The text of the file has changed in an editor.
        if !Arc::ptr_eq(&asked.text, text) {
            *asked = CachedReading::new(text);
        }
        asked.times = asked.times.saturating_add(1);
        (asked.times > KEPT_AFTER).then(|| Arc::clone(&asked.cached))
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
        let caches = FileCache::default();
        let read = || caches.read(id, &sources.file(id));
        let first = read();
        assert_eq!(Arc::strong_count(&first), 1);
        (0..100).for_each(|_| drop(read()));
        let last = read();
        assert_eq!((caches.parsed(), Arc::strong_count(&last)), (3, 2));
        sources.renew("/t.yaml".as_ref(), b"c: 1\n".to_vec());
        assert_eq!((read().tree.documents.len(), caches.parsed()), (1, 4));
        // The cache has dropped the old text.
        assert_eq!(Arc::strong_count(&last), 1);
    }

    #[test]
    fn values_are_read_once_as_long_as_their_text_is_the_same() {
        let sources = Sources::default();
        let file = Variables::File(sources.add("/p.json".as_ref(), b"{\"P\": \"a\"}".to_vec()));
        let caches = FileCache::default();
        let given = || caches.given(&[file], &sources);
        let first = given();
        assert!(Arc::ptr_eq(&first, &given()));
        assert!(!Arc::ptr_eq(&first, &caches.given(&[file, file], &sources)));
        sources.renew("/p.json".as_ref(), b"{\"Q\": \"a\"}".to_vec());
        assert!(given().get("P").is_none() && given().get("Q").is_some());
    }
}
