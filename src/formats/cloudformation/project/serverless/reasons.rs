//! Why the value of a variable, or of an include, isn't known.

use crate::formats::cloudformation::language::package_advice;
use crate::formats::cloudformation::project::needles::INCLUDE_TAG;
use crate::syntax::node::Node;
use crate::value::{Reason, cut};

pub(super) fn unread_include(path: &str, problem: &str, advice: &'static str) -> Reason {
    Reason::Worded {
        text: format!("the included file `{}` {problem}", cut(path)),
        subject: format!("{INCLUDE_TAG} {path}"),
        advice: advice.into(),
    }
}

pub(super) fn replaced(variable: &str) -> Reason {
    let text = format!("${{{}}}", cut(variable));
    Reason::Worded {
        text: format!("`{text}` is replaced before CloudFormation reads the template"),
        subject: format!("${{{variable}}}"),
        advice: package_advice(),
    }
}

/// The reason for a variable that the framework doesn't accept.
pub(super) fn refused(node: &Node) -> Reason {
    refusal(node.as_text().unwrap_or_default())
}

pub(super) fn refusal(text: &str) -> Reason {
    Reason::Worded {
        subject: text.to_owned(),
        text: format!("Serverless refuses this: `{}` has no valid value", cut(text)),
        advice: "set the variable, or add a fallback".into(),
    }
}
