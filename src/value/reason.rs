//! The reasons why a value is unknown, and how to make it known.

use std::borrow::Cow;

use super::world::Atom;

/// The reason why a value is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A variable or parameter without a value.
    NoValue {
        /// The reference as it appears in code: `var.multi_region`, `!Ref Env`.
        reference: String,
    },
    /// A reference to something that isn't declared.
    Undeclared {
        /// The reference as it appears in code.
        reference: String,
        /// True if the value is neither null nor empty, provided that it is declared after all.
        is_set: bool,
    },
    /// A value that is known only at deployment.
    AtDeployment {
        /// The reference as it appears in code.
        reference: String,
        /// True if the value is certain to be neither null nor empty.
        is_set: bool,
    },
    /// An AWS managed KMS key whose ARN or id is known only at deployment.
    AwsKey {
        /// The reference as it appears in code.
        reference: String,
    },
    /// A setting that the code leaves to the environment of the deployment, in the words of its language.
    FromEnvironment {
        /// The setting as a noun phrase, for `blocked_by` in reports.
        setting: String,
        /// The text of a label.
        text: String,
    },
    /// A variable or parameter that may be set by something that wasn't evaluated.
    SetElsewhere {
        /// The reference as it appears in code.
        reference: String,
        /// The construct that may set it, and why that is unknown; completes "may be set by …".
        setter: String,
    },
    /// A part of the code that isn't available or can't be parsed.
    NotHere {
        /// The part as a noun phrase.
        part: String,
        /// Its name as it appears in code, for `blocked_by` in reports.
        name: String,
        /// How to make the part available, as one imperative sentence.
        help: String,
    },
    /// A construct that trailint doesn't evaluate.
    NotEvaluated {
        /// The construct's name: "the function `coalesce`", "`Fn::If`".
        construct: String,
    },
    /// A value that is computed from an unknown one.
    Computed {
        /// The expression, with all known values substituted. Equal expressions have the same value.
        expression: String,
        /// The reason why the operand is unknown.
        cause: Box<Reason>,
        /// The undecided question on which the value depends, if it is a condition.
        atom: Option<Atom>,
    },
    /// A text with some unknown parts; it is neither null nor empty.
    Composed {
        /// The expression as it appears in code.
        reference: String,
        /// The reason why the first unknown part is unknown.
        cause: Box<Reason>,
    },
    /// An expression whose evaluation is an error in every deployment.
    Failed { message: String },
    /// A local or a condition that depends on itself.
    Cycle {
        /// The reference as it appears in code.
        reference: String,
    },
    /// A placeholder that another tool replaces before the file is read.
    Placeholder {
        /// The placeholder as it appears in the file.
        text: String,
        /// The program that reads the file after the replacement.
        reader: &'static str,
    },
    /// A reason that only one language has, in its words.
    Worded {
        /// The cause as it appears in code, for `blocked_by` in reports.
        subject: String,
        /// The text of a label.
        text: String,
        /// How to make the value known by changing the code, as one imperative sentence.
        advice: Cow<'static, str>,
    },
    /// Text that can't be parsed.
    Unreadable,
    /// A limit that prevents hostile input from stalling the program.
    OverLimit { limit: &'static str },
}

impl Reason {
    /// Returns the reference, construct or part that is the cause, for `blocked_by` in reports.
    pub fn blocker(&self) -> String {
        match self {
            Reason::NoValue { reference }
            | Reason::Undeclared { reference, .. }
            | Reason::AtDeployment { reference, .. }
            | Reason::AwsKey { reference }
            | Reason::SetElsewhere { reference, .. }
            | Reason::Cycle { reference }
            | Reason::NotHere { name: reference, .. } => reference.clone(),
            Reason::FromEnvironment { setting: cause, .. } | Reason::Worded { subject: cause, .. } => cause.clone(),
            Reason::Computed { cause, .. } | Reason::Composed { cause, .. } => cause.blocker(),
            Reason::Failed { message } => message.clone(),
            Reason::NotEvaluated { construct } => construct.replace('`', ""),
            Reason::Placeholder { text, .. } => text.clone(),
            Reason::Unreadable => "unreadable text".to_owned(),
            Reason::OverLimit { limit } => (*limit).to_owned(),
        }
    }

    /// Identifies the unknown value: if [`has_identity`](Self::has_identity) is true, equal symbols mean equal values.
    pub fn symbol(&self) -> String {
        match self {
            Reason::Computed { expression, .. } => expression.clone(),
            Reason::Composed { reference, .. } => reference.clone(),
            Reason::NotEvaluated { construct } | Reason::NotHere { part: construct, .. } => construct.clone(),
            Reason::NoValue { .. }
            | Reason::Undeclared { .. }
            | Reason::AtDeployment { .. }
            | Reason::AwsKey { .. }
            | Reason::FromEnvironment { .. }
            | Reason::SetElsewhere { .. }
            | Reason::Cycle { .. }
            | Reason::Failed { .. }
            | Reason::Placeholder { .. }
            | Reason::Worded { .. }
            | Reason::Unreadable
            | Reason::OverLimit { .. } => self.blocker(),
        }
    }

    /// The reference as it appears in code, unless the value is computed from others.
    pub fn plain(&self) -> Option<&str> {
        const MAX_SHOWN: usize = 60;
        let is_path =
            |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']' | '"'));
        // A string that is converted to a boolean is shown without the conversion.
        fn converted(expression: &str) -> &str {
            expression.strip_prefix("tobool(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(expression)
        }
        let reference = match self {
            Reason::NoValue { reference }
            | Reason::SetElsewhere { reference, .. }
            | Reason::AtDeployment { reference, .. } => reference.as_str(),
            Reason::Computed { expression, .. } if is_path(converted(expression)) => converted(expression),
            // A variable that is certain to be set.
            Reason::Composed { reference, cause } if matches!(&**cause, Reason::NoValue { reference: own } if own == reference) => {
                reference
            }
            _ => return None,
        };
        (reference.len() <= MAX_SHOWN).then_some(reference)
    }

    /// The undecided question on which the value depends, if it is a condition.
    pub fn atom(&self) -> Option<&Atom> {
        match self {
            Reason::Computed { atom, .. } => atom.as_ref(),
            _ => None,
        }
    }

    /// True if two unknown values with the same symbol are the same value.
    pub fn has_identity(&self) -> bool {
        !matches!(
            self,
            Reason::NotEvaluated { .. } | Reason::NotHere { .. } | Reason::Unreadable | Reason::OverLimit { .. }
        )
    }

    /// True if the evaluation is an error in every deployment.
    pub fn is_failure(&self) -> bool {
        self.failure().is_some()
    }

    /// The error, if the evaluation is an error in every deployment.
    pub fn failure(&self) -> Option<&str> {
        match self.root() {
            Reason::Failed { message } => Some(message),
            _ => None,
        }
    }

    /// Describes the reason as the text of a label.
    pub fn describe(&self) -> String {
        match self {
            Reason::NoValue { reference } => format!("`{reference}` has no value"),
            Reason::Undeclared { reference, .. } => format!("`{reference}` isn't declared"),
            Reason::AtDeployment { reference, .. } => format!("`{reference}` is known only at deployment"),
            Reason::AwsKey { reference } => format!("`{reference}` is an AWS managed key"),
            Reason::FromEnvironment { text, .. } | Reason::Worded { text, .. } => text.clone(),
            Reason::SetElsewhere { reference, setter } => {
                format!("`{reference}` may be set by {setter}")
            }
            Reason::NotEvaluated { construct } => format!("{construct} isn't evaluated"),
            Reason::NotHere { part, .. } => format!("the code of {part} isn't available"),
            Reason::Computed { cause, .. } | Reason::Composed { cause, .. } => cause.describe(),
            Reason::Failed { message } => format!("this can't be evaluated: {message}"),
            Reason::Cycle { reference } => format!("`{reference}` depends on itself"),
            Reason::Placeholder { text, reader } => format!("`{text}` is replaced before {reader} reads the file"),
            Reason::Unreadable => "this can't be parsed".to_owned(),
            Reason::OverLimit { limit } => format!("exceeds the limit for {limit}"),
        }
    }

    /// The reason why the first operand or part is unknown; the reason itself, if the value isn't computed from others.
    pub fn root(&self) -> &Reason {
        match self {
            Reason::Computed { cause, .. } | Reason::Composed { cause, .. } => cause.root(),
            _ => self,
        }
    }

    /// Describes how to make the value known by changing the code, as one imperative sentence; `None` if no small
    /// change does. A format may know another way, such as an option.
    pub fn advice(&self) -> Option<String> {
        Some(match self {
            Reason::NoValue { .. }
            | Reason::FromEnvironment { .. }
            | Reason::AtDeployment { .. }
            | Reason::AwsKey { .. }
            | Reason::NotEvaluated { .. } => return None,
            // The declaration may be in another file.
            Reason::Undeclared { reference, .. } => {
                format!("declare `{reference}`, or check the directory that declares it")
            }
            Reason::SetElsewhere { .. } => "fix its source so that it can be evaluated".to_owned(),
            Reason::NotHere { help, .. } => help.clone(),
            Reason::Computed { cause, .. } | Reason::Composed { cause, .. } => return cause.advice(),
            Reason::Failed { .. } => "fix the expression so that it can be evaluated".to_owned(),
            Reason::Cycle { reference } => format!("set `{reference}` to a value that doesn't depend on it"),
            Reason::Placeholder { .. } => "render the file and check the result".to_owned(),
            Reason::Worded { advice, .. } => advice.clone().into_owned(),
            Reason::Unreadable | Reason::OverLimit { .. } => "simplify it so that it can be checked".to_owned(),
        })
    }

    /// Returns the one of two reasons that the user can resolve by setting a variable or parameter; the first, if that
    /// applies to both or neither.
    pub fn more_actionable(self, other: Self) -> Self {
        if other.is_for_want_of_value() && !self.is_for_want_of_value() { other } else { self }
    }

    fn is_for_want_of_value(&self) -> bool {
        matches!(self.root(), Reason::NoValue { .. })
    }

    /// True if the value is certain to be neither null nor empty.
    pub fn is_set(&self) -> bool {
        match self {
            Reason::AtDeployment { is_set, .. } | Reason::Undeclared { is_set, .. } => *is_set,
            Reason::Composed { .. } | Reason::AwsKey { .. } => true,
            Reason::NoValue { .. }
            | Reason::FromEnvironment { .. }
            | Reason::SetElsewhere { .. }
            | Reason::NotEvaluated { .. }
            | Reason::NotHere { .. }
            | Reason::Computed { .. }
            | Reason::Failed { .. }
            | Reason::Cycle { .. }
            | Reason::Placeholder { .. }
            | Reason::Worded { .. }
            | Reason::Unreadable
            | Reason::OverLimit { .. } => false,
        }
    }
}
