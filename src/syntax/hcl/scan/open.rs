//! What can be open at a place in HCL.

/// Something that waits for its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// What it is.
    pub(crate) open: Open,
    /// Where it starts.
    pub(crate) at: usize,
    /// Which of the headers that were met it opens.
    pub(crate) header: Option<usize>,
}

/// What can be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// The body of a block.
    Block,
    /// `{` of an object.
    Object,
    /// `{for` of an object.
    ForObject,
    /// `[`
    Bracket,
    /// `(`
    Parenthesis,
    /// `${`
    Interpolation,
    /// `%{`
    Directive,
    /// `"`
    Quoted,
    /// `<<`, with the place of the marker that ends it.
    Heredoc { end: Marker },
}

/// The word that ends a heredoc, alone on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Open {
    /// How it is written.
    pub(super) fn opening(self) -> &'static str {
        match self {
            Self::Block | Self::Object | Self::ForObject => "{",
            Self::Bracket => "[",
            Self::Parenthesis => "(",
            Self::Interpolation => "${",
            Self::Directive => "%{",
            Self::Quoted => "\"",
            Self::Heredoc { .. } => "<<",
        }
    }

    /// Whether `}` closes it.
    pub(super) fn ends_with_brace(self) -> bool {
        match self {
            Self::Block | Self::Object | Self::ForObject | Self::Interpolation | Self::Directive => true,
            Self::Bracket | Self::Parenthesis | Self::Quoted | Self::Heredoc { .. } => false,
        }
    }
}
