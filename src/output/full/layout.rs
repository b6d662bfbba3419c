//! The arrangement of findings: groups by deployment, and blocks of findings about one resource.

use std::collections::HashMap;

use crate::finding::Level;
use crate::report::{Deployment, Diagnostic, Outcome, View};
use crate::source::Span;

/// The findings in the order in which they are shown.
pub(super) struct Layout<'r> {
    /// The group with the most severe finding comes first.
    pub(super) groups: Vec<FindingGroup<'r>>,
    /// The number of notes that aren't shown because of a limit.
    pub(super) hidden_notes: usize,
    /// The number of deployments, or sets of deployments, with findings.
    deployments: usize,
}

/// The findings in the same deployments.
pub(super) struct FindingGroup<'r> {
    /// Errors come first, then warnings, unknowns and notes.
    pub(super) blocks: Vec<Block<'r>>,
}

/// A finding, and the others about the same bucket or key.
pub(super) struct Block<'r> {
    pub(super) first: &'r Diagnostic,
    pub(super) others: Vec<&'r Diagnostic>,
    /// The number of its source lines; 0 if each finding takes one line.
    pub(super) source_lines: usize,
    /// The number of source lines that are shown.
    pub(super) shown_lines: usize,
}

/// The deployments in the message of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// The heading names them, so that no message does.
    InHeading,
    /// Each message names them.
    Always,
    /// A message names them if it is about several, or if another finding looks the same.
    IfAmbiguous,
}

impl<'r> Layout<'r> {
    /// Arranges findings, as far as `view` doesn't show all details of each, and shows all their source lines.
    pub(super) fn new(findings: Vec<&'r Diagnostic>, view: &View) -> Self {
        let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
        let mut indices: HashMap<Vec<Deployment>, usize> = HashMap::new();
        for diagnostic in &findings {
            let at = *indices.entry(diagnostic.deployments()).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len().saturating_sub(1)
            });
            groups.get_mut(at).expect("each key has the index of its group").push(diagnostic);
        }
        let deployments = indices.keys().filter(|deployments| !deployments.is_empty()).count();
        if deployments < 2 {
            groups = vec![findings];
        }
        groups.sort_by_key(|group| group.iter().map(|diagnostic| severity_rank(diagnostic)).min());
        let groups = groups.into_iter().map(|findings| FindingGroup { blocks: blocks(findings, view) }).collect();
        Self { groups, hidden_notes: 0, deployments }
    }

    /// Shows at most `left` source lines.
    pub(super) fn limit(&mut self, mut left: usize) {
        for block in self.groups.iter_mut().flat_map(|group| &mut group.blocks) {
            block.shown_lines = block.source_lines.min(left);
            left = left.saturating_sub(block.source_lines);
        }
    }

    /// Shows at most `lines` source lines of a block, and returns the number of its source lines.
    pub(super) fn show(&mut self, group: usize, block: usize, lines: usize) -> usize {
        let block = self.groups.get_mut(group).and_then(|group| group.blocks.get_mut(block));
        let Some(block) = block else { return 0 };
        block.shown_lines = lines.min(block.source_lines);
        block.source_lines
    }

    /// The number of source lines that aren't shown because of a limit.
    pub(super) fn omitted(&self) -> usize {
        let blocks = self.groups.iter().flat_map(|group| &group.blocks);
        blocks.map(|block| block.source_lines.saturating_sub(block.shown_lines)).fold(0, usize::saturating_add)
    }

    /// True if a group has a heading, if source lines of it are shown.
    pub(super) fn has_headings(&self) -> bool {
        self.deployments > 1
    }

    /// The deployments that messages without a heading name.
    pub(super) fn names(&self) -> Names {
        if self.has_headings() { Names::Always } else { Names::IfAmbiguous }
    }

    /// The findings of the groups without source lines, the most severe first.
    pub(super) fn apart(&self) -> Vec<&'r Diagnostic> {
        let groups = self.groups.iter().filter(|group| !group.is_drawn());
        let mut findings: Vec<&Diagnostic> = groups.flat_map(|group| &group.blocks).flat_map(Block::findings).collect();
        findings.sort_by_key(|diagnostic| severity_rank(diagnostic));
        findings
    }
}

impl FindingGroup<'_> {
    /// True if source lines are shown.
    pub(super) fn is_drawn(&self) -> bool {
        self.blocks.iter().any(|block| block.shown_lines > 0)
    }
}

impl<'r> Block<'r> {
    /// The findings, the most severe first.
    pub(super) fn findings(&self) -> impl Iterator<Item = &'r Diagnostic> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// A property that the findings of a block share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shared<'r> {
    /// The unknown values on which unknown outcomes depend.
    Causes(&'r [String]),
    /// The declaration of a bucket or key.
    Resource(Span),
}

/// Puts findings about the same bucket or key, and unknown ones that depend on the same unknown values, behind the first
/// of them, the most severe first.
fn blocks<'r>(mut findings: Vec<&'r Diagnostic>, view: &View) -> Vec<Block<'r>> {
    findings.sort_by_key(|diagnostic| severity_rank(diagnostic));
    let mut blocks: Vec<Block<'r>> = Vec::new();
    let mut indices: HashMap<Shared<'r>, usize> = HashMap::new();
    for diagnostic in findings {
        let shared = if view.is_verbose { Vec::new() } else { shared(diagnostic) };
        let at = shared.iter().find_map(|shared| indices.get(shared));
        if let Some(block) = at.and_then(|at| blocks.get_mut(*at)) {
            block.add(diagnostic);
            continue;
        }
        let source_lines = if takes_one_line(diagnostic, view) { 0 } else { lines_of(diagnostic) };
        if source_lines > 0 {
            indices.extend(shared.into_iter().map(|shared| (shared, blocks.len())));
        }
        blocks.push(Block { first: diagnostic, others: Vec::new(), source_lines, shown_lines: source_lines });
    }
    blocks
}

/// The properties by which a finding may belong to a block.
fn shared(diagnostic: &Diagnostic) -> Vec<Shared<'_>> {
    if diagnostic.suppressed.is_some() {
        return Vec::new();
    }
    let causes = diagnostic.finding.blocked_by.as_slice();
    let is_open = severity_rank(diagnostic) == UNKNOWN_RANK && !diagnostic.is_unresolvable() && !causes.is_empty();
    let causes = is_open.then_some(Shared::Causes(causes));
    causes.into_iter().chain(diagnostic.finding.resource.map(Shared::Resource)).collect()
}

/// True for unknown findings that depend on the same unknown values.
pub(super) fn depend_on_same(one: &Diagnostic, other: &Diagnostic) -> bool {
    let is_open = |own: &Diagnostic| severity_rank(own) == UNKNOWN_RANK && !own.finding.blocked_by.is_empty();
    is_open(one) && is_open(other) && one.finding.blocked_by == other.finding.blocked_by
}

impl<'r> Block<'r> {
    /// Adds a finding. The block of several findings about a resource has one source line, unless the first one is an
    /// error.
    fn add(&mut self, diagnostic: &'r Diagnostic) {
        self.others.push(diagnostic);
        if severity_rank(self.first) > 0 && !depend_on_same(self.first, diagnostic) {
            (self.source_lines, self.shown_lines) = (1, 1);
        }
    }
}

fn lines_of(diagnostic: &Diagnostic) -> usize {
    diagnostic.finding.related.len().saturating_add(1)
}

/// Orders errors before warnings, unknowns, notes, findings that aren't evaluated, and suppressed ones.
pub(super) fn severity_rank(diagnostic: &Diagnostic) -> u8 {
    match (diagnostic.outcome, diagnostic.level) {
        _ if diagnostic.suppressed.is_some() => 5,
        (Outcome::Unknown, _) if diagnostic.finding.is_declared_elsewhere => 4,
        (Outcome::Unknown, _) => UNKNOWN_RANK,
        (Outcome::Pass | Outcome::Fail, Level::Error) => 0,
        (Outcome::Pass | Outcome::Fail, Level::Warning) => 1,
        (Outcome::Pass | Outcome::Fail, Level::Note) => NOTE_RANK,
    }
}

/// The rank of unknown findings among the others.
const UNKNOWN_RANK: u8 = 2;

/// The rank of notes among the others.
pub(super) const NOTE_RANK: u8 = 3;

/// True for a note, for a finding that isn't evaluated, and for an unknown that nothing resolves, unless all details
/// are requested.
pub(super) fn takes_one_line(diagnostic: &Diagnostic, view: &View) -> bool {
    let is_minor = matches!(severity_rank(diagnostic), NOTE_RANK | 4);
    !view.is_verbose && (is_minor || diagnostic.suppressed.is_none() && diagnostic.is_unresolvable())
}
