//! The settings of a configuration that are about CloudTrail.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind};
use crate::value::{Data, Hop, HopKind, Known, Maybe, Origin, Reason, Traced, Unknown, cut, placeholder};

/// The program that reads the file after it has replaced its variables.
const READER: &str = "the Landing Zone Accelerator";

/// The parts of a configuration.
pub(super) struct Settings {
    /// The key `cloudtrail`, or `logging` if there is none.
    pub(super) header: Span,
    pub(super) home_region: Traced<Data>,
    /// The section `logging.cloudtrail`.
    pub(super) cloudtrail: Option<Entry>,
    /// The section `controlTower`.
    pub(super) control_tower: Option<Entry>,
}

impl Settings {
    /// The settings in a document; `None` if it is no configuration of the solution.
    pub(super) fn of(root: &Arc<Node>) -> Option<Self> {
        let top = root.as_mapping()?;
        let (region, logging) = (top.get("homeRegion")?, top.get("logging")?);
        let cloudtrail = logging.value.as_mapping().and_then(|logging| logging.get("cloudtrail")).cloned();
        Some(Self {
            header: cloudtrail.as_ref().map_or(logging.key.span, |cloudtrail| cloudtrail.key.span),
            home_region: value(&region.value),
            cloudtrail,
            control_tower: top.get("controlTower").cloned(),
        })
    }
}

/// True if a place is the value of a setting of a trail.
pub fn is_setting_of_trail(root: &Node, place: Span) -> bool {
    let section = |mapping: &Mapping, key: &str| Some(Arc::clone(&mapping.get(key)?.value));
    let Some(top) = root.as_mapping().filter(|top| top.get("homeRegion").is_some()) else { return false };
    let logging = section(top, "logging");
    let cloudtrail = logging.and_then(|logging| section(logging.as_mapping()?, "cloudtrail"));
    cloudtrail.is_some_and(|cloudtrail| cloudtrail.span.holds(place))
}

/// The value of a setting; `null` if it isn't set.
pub(super) fn setting(settings: Option<&Mapping>, name: &str, header: Span) -> Traced<Data> {
    match settings.and_then(|settings| settings.get(name)) {
        Some(entry) => value(&entry.value),
        None => Traced { value: Known(Data::Null), origin: Origin::Absent(header), hops: Vec::new() },
    }
}

/// The value of a switch, with its default.
pub(super) fn switch(settings: Option<&Mapping>, name: &str, default: bool, header: Span) -> Traced<bool> {
    setting(settings, name, header).map(|value| match value {
        Known(Data::Null) => Known(default),
        Known(Data::Bool(value)) => Known(value),
        Known(other) => Unknown(Reason::Failed { message: format!("{} isn't a boolean", other.shown()) }),
        Unknown(why) => Unknown(why),
    })
}

/// The value of a scalar. `{{ Name }}` is a variable of `replacements-config.yaml`, which may also be stored in AWS.
pub(super) fn value(node: &Node) -> Traced<Data> {
    let target = node.target();
    let value = match &target.kind {
        NodeKind::Scalar(scalar) => match placeholder(&scalar.text, READER) {
            Some(_) => Unknown(variable(&scalar.text)),
            None => scalar_value(target.meaning(scalar), &scalar.text),
        },
        NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => Unknown(Reason::Unreadable),
    };
    let is_alias = matches!(node.kind, NodeKind::Alias(_));
    let hops = is_alias.then_some(Hop { span: target.span, step: HopKind::Anchor }).into_iter().collect();
    Traced { value, origin: Origin::Written(node.span), hops }
}

fn scalar_value(meaning: Meaning, text: &str) -> Maybe<Data> {
    match meaning {
        Meaning::Null => Known(Data::Null),
        Meaning::Bool(value) => Known(Data::Bool(value)),
        Meaning::Number(number) => Known(Data::Number(number)),
        Meaning::String | Meaning::Ambiguous => Known(Data::String(text.to_owned())),
    }
}

fn variable(text: &str) -> Reason {
    Reason::Worded {
        subject: text.to_owned(),
        text: format!("`{}` is replaced before {READER} reads the file", cut(text)),
        advice: "set a literal value here so that it can be checked".into(),
    }
}
