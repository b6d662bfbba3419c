//! Why a value isn't known, and what would make it known.

use super::world::Atom;

/// The reason for an unknown value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A variable or parameter that nothing gives a value.
    NoValue {
        /// As the code refers to it: `var.multi_region`, `!Ref Env`.
        reference: String,
    },
    /// A reference to something that isn't declared.
    Undeclared {
        /// As the code refers to it.
        reference: String,
        /// Whether it is certain to be neither null nor empty, if it is declared after all.
        is_set: bool,
    },
    /// A word that refers to nothing, and is no value.
    NoReference {
        /// The word.
        word: String,
        /// The value that it may stand for.
        meant: Option<&'static str>,
    },
    /// A value that Terraform or CloudFormation learns while it deploys.
    AtDeployment {
        /// As the code refers to it.
        reference: String,
        /// Whether it is certain to be neither null nor empty.
        is_set: bool,
    },
    /// A KMS key that AWS manages, by a name that is learned at deployment.
    AwsKey {
        /// As the code refers to it.
        reference: String,
    },
    /// The Region of a provider whose configuration doesn't say it.
    FromEnvironment {
        /// The provider, as the code refers to it.
        provider: String,
    },
    /// A variable that something else may set, which wasn't evaluated.
    SetElsewhere {
        /// As the code refers to it.
        reference: String,
        /// What may set it, and why it isn't known, as the end of "may be set by …".
        setter: String,
    },
    /// A part of the code that isn't here, or can't be read.
    NotHere {
        /// What it is: "module `bucket`".
        part: String,
        /// What makes it readable, as one imperative sentence.
        help: String,
    },
    /// A construct that wasn't evaluated.
    NotEvaluated {
        /// Its name: "the function `coalesce`", "`Fn::If`".
        construct: String,
    },
    /// A value that was worked out from one that isn't known.
    Computed {
        /// The expression, with everything that is known filled in. Two of them that are equal have one value.
        expression: String,
        /// Why the value within isn't known.
        cause: Box<Why>,
        /// The question that decides it, when it is a condition.
        atom: Option<Atom>,
    },
    /// A text made of parts that aren't all known, so that it's neither null nor empty.
    Composed {
        /// As the code refers to it.
        reference: String,
        /// Why the first of these parts isn't known.
        cause: Box<Why>,
    },
    /// An expression that no deployment can evaluate.
    Failed {
        /// What is wrong with it.
        message: String,
    },
    /// A local that depends on itself.
    Cycle {
        /// As the code refers to it.
        reference: String,
    },
    /// A plain `y` or `n` in YAML, which parsers read in two ways.
    Ambiguous {
        /// The text.
        text: String,
    },
    /// A value that another tool fills in before the file is read.
    Placeholder {
        /// As it is written.
        text: String,
        /// The program that reads the file then.
        reader: &'static str,
    },
    /// A combination for which CloudTrail's documentation doesn't say what happens.
    Undocumented {
        /// What it is, as the start of a sentence.
        what: String,
    },
    /// Text that couldn't be read.
    Unreadable,
    /// A limit that keeps hostile input from stalling the program.
    OverLimit {
        /// The limit's name.
        limit: &'static str,
    },
}

/// The advice where a value isn't known before the deployment.
pub const WRITE_HERE: &str = "write the value here, so that this can be checked";

/// A part of the code as code refers to it: `module.audit` for "module `audit`".
pub fn part_name(part: &str) -> String {
    match part.strip_prefix("module `").and_then(|rest| rest.strip_suffix('`')) {
        Some(label) => format!("module.{label}"),
        None => part.replace('`', ""),
    }
}

impl Why {
    /// What stands between the reader and a verdict, for `blocked_by` in reports.
    pub fn blocker(&self) -> String {
        match self {
            Why::NoValue { reference }
            | Why::Undeclared { reference, .. }
            | Why::AtDeployment { reference, .. }
            | Why::AwsKey { reference }
            | Why::SetElsewhere { reference, .. }
            | Why::Cycle { reference } => reference.clone(),
            Why::FromEnvironment { provider } => format!("the Region of {provider}"),
            Why::Computed { cause, .. } | Why::Composed { cause, .. } => cause.blocker(),
            Why::Failed { message } => message.clone(),
            Why::NotEvaluated { construct } => construct.replace('`', ""),
            Why::NotHere { part, .. } => part_name(part),
            Why::Ambiguous { text } | Why::Placeholder { text, .. } | Why::NoReference { word: text, .. } => {
                text.clone()
            }
            Why::Undocumented { what } => what.clone(),
            Why::Unreadable => "unreadable text".to_owned(),
            Why::OverLimit { limit } => (*limit).to_owned(),
        }
    }

    /// The value itself, as text: two unknown values with one symbol are the same.
    pub fn symbol(&self) -> String {
        match self {
            Why::Computed { expression, .. } => expression.clone(),
            Why::Composed { reference, .. } => reference.clone(),
            Why::NotEvaluated { construct } | Why::NotHere { part: construct, .. } => construct.clone(),
            Why::NoValue { .. }
            | Why::Undeclared { .. }
            | Why::NoReference { .. }
            | Why::AtDeployment { .. }
            | Why::AwsKey { .. }
            | Why::FromEnvironment { .. }
            | Why::SetElsewhere { .. }
            | Why::Cycle { .. }
            | Why::Failed { .. }
            | Why::Ambiguous { .. }
            | Why::Placeholder { .. }
            | Why::Undocumented { .. }
            | Why::Unreadable
            | Why::OverLimit { .. } => self.blocker(),
        }
    }

    /// The unknown value as code refers to it, unless it is worked out from others.
    pub fn plain(&self) -> Option<&str> {
        const MAX_SHOWN: usize = 60;
        let is_path =
            |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']' | '"'));
        let reference = match self {
            Why::NoValue { reference } | Why::SetElsewhere { reference, .. } | Why::AtDeployment { reference, .. } => {
                reference
            }
            Why::Computed { expression, .. } if is_path(expression) => expression,
            // A variable that is certain to be set.
            Why::Composed { reference, cause } if matches!(&**cause, Why::NoValue { reference: own } if own == reference) => {
                reference
            }
            _ => return None,
        };
        (reference.len() <= MAX_SHOWN).then_some(reference)
    }

    /// The question that decides it, when it is a condition.
    pub fn atom(&self) -> Option<&Atom> {
        match self {
            Why::Computed { atom, .. } => atom.as_ref(),
            _ => None,
        }
    }

    /// Whether two unknown values with the same symbol are the same value.
    pub fn has_identity(&self) -> bool {
        !matches!(self, Why::NotEvaluated { .. } | Why::NotHere { .. } | Why::Unreadable | Why::OverLimit { .. })
    }

    /// Whether no deployment can evaluate it.
    pub fn is_failure(&self) -> bool {
        self.failure().is_some()
    }

    /// The reason why no deployment can evaluate it.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Why::Failed { message } => Some(message),
            Why::Computed { cause, .. } | Why::Composed { cause, .. } => cause.failure(),
            _ => None,
        }
    }

    /// The reason as the text of a label.
    pub fn describe(&self) -> String {
        match self {
            Why::NoValue { reference } => format!("`{reference}` has no value here"),
            Why::Undeclared { reference, .. } => format!("`{reference}` isn't declared here"),
            Why::NoReference { word, .. } => format!("`{word}` isn't declared here"),
            Why::AtDeployment { reference, .. } => format!("`{reference}` is known only at deployment"),
            Why::AwsKey { reference } => format!("`{reference}` is a key that AWS manages"),
            Why::FromEnvironment { provider } => {
                format!("provider `{provider}` takes its Region from the environment")
            }
            Why::SetElsewhere { reference, setter } => {
                format!("`{reference}` may be set by {setter}")
            }
            Why::NotEvaluated { construct } => format!("{construct} isn't evaluated"),
            Why::NotHere { part, .. } => format!("the code of {part} isn't here"),
            Why::Computed { cause, .. } | Why::Composed { cause, .. } => cause.describe(),
            Why::Failed { message } => format!("this can't be evaluated: {message}"),
            Why::Cycle { reference } => format!("`{reference}` depends on itself"),
            Why::Ambiguous { text } => {
                format!("a plain `{text}` is a boolean to some YAML parsers and a string to others")
            }
            Why::Placeholder { text, reader } => format!("`{text}` is filled in before {reader} reads it"),
            Why::Undocumented { what } => format!("{what}: CloudTrail's documentation doesn't say what happens"),
            Why::Unreadable => "this can't be read".to_owned(),
            Why::OverLimit { limit } => format!("over the limit for {limit}"),
        }
    }

    /// What the user can do about it, as one imperative sentence.
    pub fn advice(&self) -> String {
        match self {
            Why::NoValue { reference } => match reference.strip_prefix("var.") {
                Some(name) => format!("give it a value with `--var {name}=…` or `--var-file`, or a default"),
                None => format!("give it a value with `--parameter {reference}=…`, or a default"),
            },
            // What Terraform refers to has a dot in it, and may lie in another file.
            Why::Undeclared { reference, .. } if reference.contains('.') => {
                format!("declare `{reference}`, or check the directory that does")
            }
            Why::Undeclared { reference, .. } => format!("declare `{reference}` in this template"),
            Why::NoReference { word, meant: Some(value) } => format!("replace `{word}`; did you mean `{value}`?"),
            Why::NoReference { word, meant: None } => format!("replace `{word}` by a value, or by a reference to one"),
            Why::SetElsewhere { .. } => "mend what sets it, so that this can be checked".to_owned(),
            Why::FromEnvironment { .. } => {
                "write `region` in the provider's configuration, or give it with `--region`".to_owned()
            }
            Why::AtDeployment { reference, .. } if reference == "AWS::Region" => {
                "give the stack's Region with `--region`".to_owned()
            }
            Why::AtDeployment { .. } | Why::AwsKey { .. } | Why::NotEvaluated { .. } => WRITE_HERE.to_owned(),
            Why::NotHere { help, .. } => help.clone(),
            Why::Computed { cause, .. } | Why::Composed { cause, .. } => cause.advice(),
            Why::Failed { .. } => "mend the expression, so that this can be checked".to_owned(),
            Why::Cycle { reference } => format!("give `{reference}` a value that doesn't depend on it"),
            Why::Ambiguous { .. } => "write `true` or `false`".to_owned(),
            Why::Placeholder { .. } => "render the file, and check the result".to_owned(),
            Why::Undocumented { .. } => "split it, so that each selector names one thing".to_owned(),
            Why::Unreadable | Why::OverLimit { .. } => {
                "write it in a simpler way, so that this can be checked".to_owned()
            }
        }
    }

    /// The one of two reasons that the user can do something about by giving a value; the first, if that is neither or both.
    pub fn nearer(self, other: Self) -> Self {
        if other.is_for_want_of_value() && !self.is_for_want_of_value() { other } else { self }
    }

    fn is_for_want_of_value(&self) -> bool {
        match self {
            Why::NoValue { .. } => true,
            Why::Computed { cause, .. } | Why::Composed { cause, .. } => cause.is_for_want_of_value(),
            _ => false,
        }
    }

    /// Whether the value is certain to be a text: a template, or an ARN or id that a resource is given.
    pub fn is_text(&self) -> bool {
        match self {
            Why::Composed { reference, .. } => !reference.starts_with("coalesce("),
            Why::AtDeployment { reference, is_set: true } => reference.ends_with(".arn") || reference.ends_with(".id"),
            _ => false,
        }
    }

    /// Whether the value is certain to be neither null nor empty, whatever it is.
    pub fn is_set(&self) -> bool {
        match self {
            Why::AtDeployment { is_set, .. } | Why::Undeclared { is_set, .. } => *is_set,
            Why::Composed { .. } | Why::AwsKey { .. } => true,
            Why::NoValue { .. }
            | Why::FromEnvironment { .. }
            | Why::SetElsewhere { .. }
            | Why::NotEvaluated { .. }
            | Why::NotHere { .. }
            | Why::Computed { .. }
            | Why::Failed { .. }
            | Why::Cycle { .. }
            | Why::Ambiguous { .. }
            | Why::Placeholder { .. }
            | Why::NoReference { .. }
            | Why::Undocumented { .. }
            | Why::Unreadable
            | Why::OverLimit { .. } => false,
        }
    }
}
