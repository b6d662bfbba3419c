//! Projects that other projects call, and which of them are also deployed by themselves.
//!
//! A call takes over a project if it creates an instance of a trail that the project declares. Only the evaluation of
//! the callers shows which calls do, so callers are evaluated before the projects that they call.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

/// A module directory or template that another project calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledCode {
    /// The directory of a module, or a template.
    pub place: PathBuf,
    /// The number of calls on the longest path to it, so that it is greater than that of each caller.
    pub turn: usize,
}

/// The files of the base of a comparison.
///
/// A directory or template that nothing calls in the base stays a root as long as it exists, so that a new call doesn't
/// hide it.
#[derive(Debug, Default)]
pub struct BaseFiles {
    /// The files and their directories.
    places: HashSet<PathBuf>,
    called: HashSet<PathBuf>,
}

impl BaseFiles {
    /// Takes the files that a scan of the base has met, and the directories and templates that files of the base call.
    pub fn new(files: HashSet<PathBuf>, called: impl IntoIterator<Item = PathBuf>) -> Self {
        let directories: Vec<PathBuf> = files.iter().filter_map(|file| file.parent()).map(Path::to_owned).collect();
        Self { places: files.into_iter().chain(directories).collect(), called: called.into_iter().collect() }
    }

    /// True if a file or directory exists in the base.
    pub fn has(&self, place: &Path) -> bool {
        self.places.contains(place)
    }

    /// True if a directory or template exists in the base and nothing calls it there.
    pub fn is_root(&self, place: &Path) -> bool {
        self.places.contains(place) && !self.called.contains(place)
    }
}

impl CalledCode {
    /// Assigns a turn to each called place, given the indices of the places that each one calls. In a cycle of calls,
    /// the first place has the first turn.
    pub(super) fn turns(calls: &[Vec<usize>]) -> Vec<usize> {
        let mut callers = vec![0_usize; calls.len()];
        for &called in calls.iter().flatten() {
            callers.get_mut(called).into_iter().for_each(|count| *count = count.saturating_add(1));
        }
        let mut turns = vec![0_usize; calls.len()];
        let mut is_done = vec![false; calls.len()];
        let free = callers.iter().enumerate().filter(|(_, count)| **count == 0).map(|(index, _)| index);
        let mut ready: VecDeque<usize> = free.collect();
        let mut others = 0..calls.len();
        while let Some(next) = ready.pop_front().or_else(|| others.next()) {
            let (Some(done @ false), Some(turn)) = (is_done.get_mut(next), turns.get(next).copied()) else { continue };
            *done = true;
            for &called in calls.get(next).into_iter().flatten() {
                let (Some(count), Some(own), Some(false)) =
                    (callers.get_mut(called), turns.get_mut(called), is_done.get(called))
                else {
                    continue;
                };
                *own = (*own).max(turn.saturating_add(1));
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push_back(called);
                }
            }
        }
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_come_before_what_they_call() {
        assert_eq!(CalledCode::turns(&[]), [0_usize; 0]);
        assert_eq!(CalledCode::turns(&[vec![], vec![0], vec![1, 0]]), [2, 1, 0]);
        assert_eq!(CalledCode::turns(&[vec![1], vec![2], vec![0]]), [0, 1, 2]);
        // The cycle is entered before its caller is known to be outside it.
        assert_eq!(CalledCode::turns(&[vec![1], vec![0], vec![0]]), [1, 2, 0]);
    }

    #[test]
    fn a_place_of_the_base_is_a_root_unless_something_called_it() {
        let base = BaseFiles::new(HashSet::from(["/r/a/main.tf".into(), "/r/b.yaml".into()]), ["/r/b.yaml".into()]);
        let places = ["/r/a", "/r/a/main.tf", "/r/b.yaml", "/r/new"];
        assert_eq!(places.map(|place| base.is_root(Path::new(place))), [true, true, false, false]);
    }
}
