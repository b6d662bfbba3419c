//! Sources of modules: their forms, and the code that the configuration has for them.

mod address;
mod mapped;

pub(super) use address::Address;
pub use mapped::MappedModule;
pub(super) use mapped::directory_of;

/// True if a source is a path relative to the caller's directory.
pub(super) fn is_local(source: &str) -> bool {
    ["./", "../", ".\\", "..\\"].iter().any(|prefix| source.starts_with(prefix))
}
