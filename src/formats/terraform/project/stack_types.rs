//! The resource types that deploy a template: stacks and stack sets.

/// A resource type that deploys a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StackType {
    pub(super) name: &'static str,
    /// The local name of its provider.
    pub(super) provider: &'static str,
    /// True for a stack set.
    pub(super) is_set: bool,
}

static TYPES: [StackType; 4] = [
    StackType { name: "aws_cloudformation_stack", provider: "aws", is_set: false },
    StackType { name: "aws_cloudformation_stack_set", provider: "aws", is_set: true },
    StackType { name: "awscc_cloudformation_stack", provider: "awscc", is_set: false },
    StackType { name: "awscc_cloudformation_stack_set", provider: "awscc", is_set: true },
];

impl StackType {
    /// The type of this name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.name == name)
    }
}
