//! The uses of a known module, with the texts about them.

use super::{KnownCode, PIN_VERSION, stubs};
use crate::model::KnownInterface;
use crate::value::Reason;
use crate::value::world::VERSION_OF;

/// A use of a module whose interface is known.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum KnownUse<'a> {
    /// A call, by the names of the calls that lead to the module, separated by dots.
    Call(&'a str),
    /// The source of a Terragrunt unit, by the displayed name of the unit.
    Unit(&'a str),
}

impl KnownUse<'_> {
    /// The use as a reference in code.
    fn reference(self) -> String {
        match self {
            KnownUse::Call(key) => format!("module.{}", key.replace('.', ".module.")),
            KnownUse::Unit(name) => name.to_owned(),
        }
    }

    /// The part of the code that selects the version, in conditions and in reasons.
    fn selecting(self) -> (String, String) {
        match self {
            KnownUse::Call(key) => {
                (format!("module {}", key.replace('.', ".module.")), format!("`{}`", self.reference()))
            }
            KnownUse::Unit(_) => ("source".to_owned(), "`source`".to_owned()),
        }
    }

    /// The advice for a value that depends on the version.
    fn version_advice(self) -> &'static str {
        match self {
            KnownUse::Call(_) => PIN_VERSION,
            KnownUse::Unit(_) => {
                "pin the version in `source`, or set `[[module]]` in the configuration to a copy of the code"
            }
        }
    }

    /// The advice for a value that isn't part of the interface.
    fn code_advice(self) -> &'static str {
        match self {
            KnownUse::Call(_) => "run `terraform init` so that the module's code can be read",
            KnownUse::Unit(_) => "set `[[module]]` in the configuration to a copy of the module's code",
        }
    }

    /// The reason why the code isn't read, for the note of a finding.
    fn absence(self) -> &'static str {
        match self {
            KnownUse::Call(_) => "its code isn't installed (run `terraform init`)",
            KnownUse::Unit(_) => "its code isn't in this tree",
        }
    }
}

impl KnownCode {
    /// The interface for reports.
    pub(in super::super) fn interface(&self, used: KnownUse<'_>) -> KnownInterface {
        let (module, shown_versions) = (self.module.name(), self.shown_versions());
        let note = format!("judged by the known interface of {module} {shown_versions}: {}", used.absence());
        KnownInterface {
            module,
            versions: self.versions(),
            shown_versions,
            call: used.reference(),
            partial_arguments: self.partial_arguments(),
            is_root: matches!(used, KnownUse::Unit(_)),
            has_data_events: self.mentions("dynamic \"data_resource\""),
            has_log_group: self.mentions("cloud_watch_logs_group_arn"),
            note,
            advice: used.version_advice(),
            code_advice: used.code_advice(),
        }
    }

    /// True if the stubs of all versions contain a word.
    fn mentions(&self, word: &str) -> bool {
        self.stubs.iter().all(|stub| stubs::text(stub.path).is_some_and(|text| text.contains(word)))
    }

    /// The conditions of which the first that holds determines the stub; if none does, it is the newest.
    pub(in super::super) fn conditions(&self, used: KnownUse<'_>) -> Vec<String> {
        let (part, _) = used.selecting();
        let bounds = self.stubs.iter().skip(1).filter_map(|stub| stub.versions.first());
        bounds.map(|bound| format!("{VERSION_OF}{part} < {bound}")).collect()
    }

    /// The reason for an unknown value if the stub is unknown.
    pub(in super::super) fn unknown_version(&self, used: KnownUse<'_>) -> Reason {
        let (_, part) = used.selecting();
        let text = format!("it depends on the version of {part}");
        Reason::Worded { subject: used.reference(), text, advice: used.version_advice().into() }
    }
}
