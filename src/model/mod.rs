//! The model that every input format produces: resources, then trails, then deployments.
//!
//! A format produces [`Resource`]s and knows nothing of CloudTrail except the [`ArgumentShape`] that it evaluates. [`dialects`]
//! contains all differences between the three resource types that declare a trail. Rules see only [`Trail`]s and
//! [`Deployment`]s.

pub mod dialects;
pub mod kinds;
pub mod log_delivery;
pub mod policy;
pub mod region;
pub mod selectors;

pub mod address;
mod argument;
mod aws_key;
mod contradiction;
mod event_coverage;
pub mod facts;
mod known_interface;
mod plan_differences;
mod reader;
mod remedy;
mod resolution;
mod resource;
mod setting;
mod trail;
mod tried;
mod unread;

pub use address::MovedBlock;
pub use argument::{Argument, ArgumentShape, Holds, Notation, meant_literal};
pub use aws_key::{is_aws_key, names_aws_key};
pub use contradiction::Contradiction;
pub use dialects::{Booleans, Dialect};
pub use event_coverage::{EventCoverage, selected};
pub use kinds::{ResourceKind, SearchSubject};
pub use known_interface::KnownInterface;
pub use remedy::{Remedy, RemedyKind, SelectorNames};
pub use resolution::{Resolution, ResolvingStep, UnknownValues, shell_quoted, shown_option};
pub use resource::{IgnoredArgument, Macro, Resource};
pub use selectors::Selectors;
pub use setting::{Invalid, SettingRead, TrailSetting};
pub use trail::HIDDEN_SELECTORS;
pub use trail::{Deployment, Trail};
pub use tried::{TriedValue, capitalized_like};
pub use unread::{TrailHint, UnreadPart, last_name, part_name};
