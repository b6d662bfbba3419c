//! The gate: the findings of a run that count, compared with earlier states.
//!
//! A finding that a [`baseline`] accepts doesn't count, nor does one that the base of a [`comparison`] has, too. Findings
//! are matched with [`earlier`] ones also after [`moves`] of their trails. A [`relaxation`] is a change after which fewer
//! findings count.

pub mod baseline;
mod changed_lines;
pub mod comparison;
pub mod earlier;
pub mod moves;
pub mod relaxation;
