//! The constructs that can be open at a position in HCL.

/// A construct that isn't closed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenItem {
    pub(crate) open: OpenKind,
    /// The offset of its start.
    pub(crate) at: usize,
    /// The index in the scanner's list of headers, if this is the body of such a block.
    pub(crate) header: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenKind {
    /// The body of a block.
    Block,
    /// The `{` of an object.
    Object,
    /// The `{` of a `for` expression that results in an object.
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
    /// `<<`, with the position of the marker that ends it.
    Heredoc { end: Marker },
}

/// The end marker of a heredoc, which is alone on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl OpenKind {
    /// The text that opens the construct.
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

    /// True if `}` closes the construct.
    pub(super) fn ends_with_brace(self) -> bool {
        match self {
            Self::Block | Self::Object | Self::ForObject | Self::Interpolation | Self::Directive => true,
            Self::Bracket | Self::Parenthesis | Self::Quoted | Self::Heredoc { .. } => false,
        }
    }
}
