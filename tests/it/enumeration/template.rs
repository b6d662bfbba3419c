//! Templates as trees, and how they are written.

use serde_json::{Map, Value as Json, json};

/// Mappings have these rows, and the parameters that are keys have no other values.
pub(super) const ROWS: [&str; 3] = ["dev", "test", "prod"];

pub(super) struct Template {
    pub(super) parameters: Vec<Parameter>,
    pub(super) conditions: Vec<Condition>,
    /// Row by column: what `Fn::FindInMap` finds.
    pub(super) mapping: [[&'static str; 2]; 3],
    pub(super) trails: Vec<Trail>,
}

pub(super) struct Parameter {
    pub(super) allowed: &'static [&'static str],
    pub(super) default: Option<&'static str>,
    pub(super) given: Option<&'static str>,
}

pub(super) enum Condition {
    Equals(Text, Text),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Named(usize),
}

pub(super) enum Text {
    Literal(&'static str),
    Parameter(usize),
}

pub(super) enum Value {
    Literal(Json),
    Absent,
    Ref(usize),
    Sub(usize),
    If(usize, Box<Value>, Box<Value>),
    /// The row is a parameter's value.
    Find(usize, usize),
    /// The index is a parameter's value.
    Select(usize, Vec<Value>),
    Join(&'static str, &'static str),
}

pub(super) struct Trail {
    pub(super) condition: Option<usize>,
    pub(super) multi_region: Option<Value>,
    pub(super) logging: Option<Value>,
    pub(super) selectors: Option<Vec<Selector>>,
}

pub(super) struct Selector {
    pub(super) condition: Option<usize>,
    pub(super) direction: Option<Value>,
    pub(super) management: Option<Value>,
}

/// The template as a tree of JSON, with the long forms of functions.
impl Template {
    pub(super) fn write(&self) -> Json {
        let numbered = |prefix: &str, all: Vec<Json>| {
            let entry = |(index, value)| (format!("{prefix}{index}"), value);
            Json::Object(all.into_iter().enumerate().map(entry).collect())
        };
        let rows = ROWS.iter().zip(&self.mapping).map(|(row, cells)| {
            let cells = json!({"A": cells[0], "B": cells[1]});
            ((*row).to_owned(), cells)
        });
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": numbered("P", self.parameters.iter().map(Parameter::write).collect()),
            "Mappings": {"M": Json::Object(rows.collect())},
            "Conditions": numbered("C", self.conditions.iter().map(Condition::write).collect()),
            "Resources": numbered("T", self.trails.iter().map(Trail::write).collect()),
        })
    }
}

impl Parameter {
    fn write(&self) -> Json {
        let mut written = Map::from_iter([("Type".to_owned(), json!("String"))]);
        if !self.allowed.is_empty() {
            written.insert("AllowedValues".to_owned(), json!(self.allowed));
        }
        if let Some(default) = self.default {
            written.insert("Default".to_owned(), json!(default));
        }
        Json::Object(written)
    }
}

impl Condition {
    fn write(&self) -> Json {
        let all = |all: &[Condition]| all.iter().map(Condition::write).collect::<Vec<_>>();
        match self {
            Condition::Equals(left, right) => json!({"Fn::Equals": [left.write(), right.write()]}),
            Condition::Not(inner) => json!({"Fn::Not": [inner.write()]}),
            Condition::And(conditions) => json!({"Fn::And": all(conditions)}),
            Condition::Or(conditions) => json!({"Fn::Or": all(conditions)}),
            Condition::Named(index) => json!({"Condition": format!("C{index}")}),
        }
    }
}

impl Text {
    fn write(&self) -> Json {
        match self {
            Text::Literal(text) => json!(text),
            Text::Parameter(index) => json!({"Ref": format!("P{index}")}),
        }
    }
}

impl Value {
    fn write(&self) -> Json {
        match self {
            Value::Literal(value) => value.clone(),
            Value::Absent => json!({"Ref": "AWS::NoValue"}),
            Value::Ref(index) => json!({"Ref": format!("P{index}")}),
            Value::Sub(index) => json!({"Fn::Sub": format!("${{P{index}}}")}),
            Value::If(condition, then, otherwise) => {
                json!({"Fn::If": [format!("C{condition}"), then.write(), otherwise.write()]})
            }
            Value::Find(index, column) => {
                let column = ["A", "B"][*column];
                json!({"Fn::FindInMap": ["M", {"Ref": format!("P{index}")}, column]})
            }
            Value::Select(index, items) => {
                let items: Vec<Json> = items.iter().map(Value::write).collect();
                json!({"Fn::Select": [{"Ref": format!("P{index}")}, items]})
            }
            Value::Join(a, b) => json!({"Fn::Join": ["", [a, b]]}),
        }
    }
}

impl Trail {
    fn write(&self) -> Json {
        let mut properties = Map::from_iter([
            ("S3BucketName".to_owned(), json!("example-logs")),
            ("IncludeGlobalServiceEvents".to_owned(), json!(true)),
        ]);
        let mut add = |name: &str, value: Option<Json>| value.map(|value| properties.insert(name.to_owned(), value));
        add("IsMultiRegionTrail", self.multi_region.as_ref().map(Value::write));
        add("IsLogging", self.logging.as_ref().map(Value::write));
        let selectors = self.selectors.as_ref().map(|all| all.iter().map(Selector::write).collect());
        add("EventSelectors", selectors.map(Json::Array));
        let mut trail = json!({"Type": "AWS::CloudTrail::Trail", "Properties": properties});
        if let Some(condition) = self.condition {
            trail["Condition"] = json!(format!("C{condition}"));
        }
        trail
    }
}

impl Selector {
    fn write(&self) -> Json {
        let mut selector = Map::new();
        let mut add = |name: &str, value: &Option<Value>| {
            value.as_ref().map(|value| selector.insert(name.to_owned(), value.write()));
        };
        add("ReadWriteType", &self.direction);
        add("IncludeManagementEvents", &self.management);
        let selector = Json::Object(selector);
        match self.condition {
            Some(condition) => json!({"Fn::If": [format!("C{condition}"), selector, {"Ref": "AWS::NoValue"}]}),
            None => selector,
        }
    }
}
