//! Terraform's built-in functions, as far as they are pure, and some of the AWS provider.
//!
//! A function takes values that may be unknown or partly unknown, and its result holds for all of their possible
//! values. Functions that depend on the clock or on random numbers aren't evaluated; `try`, `can` and functions of files,
//! keys and compression are part of the evaluator. Source:
//! <https://developer.hashicorp.com/terraform/language/functions>, and the code behind it in Terraform's
//! `internal/lang/funcs` and go-cty's `function/stdlib`.

mod arguments;
mod arns;
mod choice;
mod cidr;
mod conversion;
mod csv;
mod dates;
mod dialect;
mod digests;
mod documents;
mod encoding;
mod format;
mod format_verbs;
pub(crate) mod glob;
pub(crate) mod json;
mod lists;
mod lookups;
mod maps;
mod numeric;
mod patterns;
mod sequences;
mod sets;
mod strings;
mod times;
mod yaml_scalars;
mod yamlencode;

pub(crate) use lookups::found;

use std::cell::Cell;
use std::ops::RangeInclusive;

use super::normal_form;
use crate::source::Span;
use crate::value::{Data, Field, Hop, HopKind, List, ListKind, Object, Reason, Traced};

/// The maximum length of a resulting string, in bytes.
const MAX_STRING: usize = 1024 * 1024;

/// The maximum number of elements in a resulting collection.
const MAX_ELEMENTS: usize = 65_536;

/// The result of a function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FunctionOutcome {
    /// A new value. Its elements keep their hops, or have the location of the call.
    Computed(Data),
    /// One of the arguments or of their elements, possibly converted, with its hops.
    Selected(Traced<Data>),
}

/// The reason why a function has no result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FunctionFailure {
    /// It depends on an unknown value.
    Unknown(Reason),
    /// Terraform fails too, with this message.
    Failed(String),
}

/// A call whose arguments are evaluated.
#[derive(Debug)]
pub(crate) struct EvaluatedCall<'a> {
    /// The location of the whole call.
    pub(crate) span: Span,
    /// The arguments; one with `...` is expanded.
    pub(crate) arguments: &'a [Traced<Data>],
    /// The steps of the call, in addition to copying its arguments and its result.
    steps: Cell<usize>,
}

/// A built-in function.
#[derive(Debug)]
pub(crate) struct Function {
    name: &'static str,
    /// The possible numbers of arguments.
    arity: RangeInclusive<usize>,
    body: FunctionBody,
}

type FunctionResult = Result<FunctionOutcome, FunctionFailure>;
type FunctionBody = fn(&EvaluatedCall<'_>) -> FunctionResult;

/// Finds a function by its name, which may have the prefix `core::`.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let at = FUNCTIONS.binary_search_by_key(&name, |function| function.name).ok()?;
    Some(FUNCTIONS.get(at).expect("the search returns an index of the list"))
}

impl Function {
    /// Checks the number of arguments, calls the function, and limits and normalizes its result.
    pub(crate) fn call(&self, call: &EvaluatedCall<'_>) -> FunctionResult {
        let count = call.arguments.len();
        if !self.arity.contains(&count) {
            return Err(FunctionFailure::Failed(format!("`{}` doesn't take {count} arguments", self.name)));
        }
        match (self.body)(call)? {
            FunctionOutcome::Computed(data) => {
                within_limits(&data)?;
                Ok(FunctionOutcome::Computed(normal_form::of_data(data)))
            }
            picked @ FunctionOutcome::Selected(_) => Ok(picked),
        }
    }
}

fn within_limits(data: &Data) -> Result<(), FunctionFailure> {
    match data {
        Data::String(text) if text.len() > MAX_STRING => Err(FunctionFailure::too_long()),
        Data::List(list) if list.items.len() > MAX_ELEMENTS => Err(FunctionFailure::too_many()),
        Data::Object(object) if object.fields.len() > MAX_ELEMENTS => Err(FunctionFailure::too_many()),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) | Data::Object(_) => Ok(()),
    }
}

impl FunctionFailure {
    fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    fn not_evaluated(construct: &str) -> Self {
        Self::Unknown(Reason::NotEvaluated { construct: construct.to_owned() })
    }

    fn too_long() -> Self {
        Self::Unknown(Reason::OverLimit { limit: "the length of strings" })
    }

    fn too_many() -> Self {
        Self::Unknown(Reason::OverLimit { limit: "the elements of a collection" })
    }
}

impl From<Reason> for FunctionFailure {
    fn from(why: Reason) -> Self {
        match why {
            Reason::Failed { message } => Self::Failed(message),
            why => Self::Unknown(why),
        }
    }
}

impl FunctionOutcome {
    /// One of several arguments, with a hop to it.
    fn chosen(argument: Traced<Data>) -> Self {
        let mut hops = vec![Hop { span: argument.origin.span(), step: HopKind::Argument }];
        hops.extend(argument.hops);
        Self::Selected(Traced { hops, ..argument })
    }

    fn string(text: impl Into<String>) -> FunctionResult {
        Ok(Self::Computed(Data::String(text.into())))
    }

    fn bool(value: bool) -> FunctionResult {
        Ok(Self::Computed(Data::Bool(value)))
    }

    fn number(number: f64) -> FunctionResult {
        Ok(Self::Computed(Data::Number(number)))
    }

    fn list(kind: ListKind, items: Vec<Traced<Data>>) -> FunctionResult {
        Ok(Self::Computed(Data::List(List { kind, items })))
    }

    fn object(object: Object) -> FunctionResult {
        Ok(Self::Computed(Data::Object(object)))
    }
}

impl<'a> EvaluatedCall<'a> {
    pub(crate) fn new(span: Span, arguments: &'a [Traced<Data>]) -> Self {
        Self { span, arguments, steps: Cell::new(0) }
    }

    /// The steps charged so far.
    pub(crate) fn steps(&self) -> usize {
        self.steps.get()
    }

    /// Adds the steps for work on a number of bytes.
    fn charge(&self, bytes: usize, bytes_per_step: usize) {
        self.steps.set(self.steps.get().saturating_add(bytes.checked_div(bytes_per_step).unwrap_or_default()));
    }

    /// A new part of the result, with the location of the call.
    fn computed(&self, data: Data) -> Traced<Data> {
        Traced::written(data, self.span)
    }

    fn field(&self, key: String, value: Traced<Data>) -> Field {
        Field { key, key_span: self.span, value }
    }

    fn strings(&self, texts: impl IntoIterator<Item = String>) -> Vec<Traced<Data>> {
        texts.into_iter().map(|text| self.computed(Data::String(text))).collect()
    }
}

const fn function(name: &'static str, arity: RangeInclusive<usize>, body: FunctionBody) -> Function {
    Function { name, arity, body }
}

/// No limit to the number of arguments.
const ANY: usize = usize::MAX;

/// The functions of Terraform 1.14 and OpenTofu 1.11 whose results don't depend on the context of the call, and three of
/// the AWS provider, sorted by name. `base64gzip`, `base64gunzip`, `rsadecrypt`, `issensitive` and `templatestring` are
/// part of the evaluator.
static FUNCTIONS: &[Function] = &[
    function("abs", 1..=1, numeric::abs),
    function("abspath", 1..=1, strings::abspath),
    function("alltrue", 1..=1, choice::alltrue),
    function("anytrue", 1..=1, choice::anytrue),
    function("base64decode", 1..=1, encoding::base64decode),
    function("base64encode", 1..=1, encoding::base64encode),
    function("base64sha256", 1..=1, digests::base64sha256),
    function("base64sha512", 1..=1, digests::base64sha512),
    function("basename", 1..=1, strings::basename),
    function("ceil", 1..=1, numeric::ceil),
    function("chomp", 1..=1, strings::chomp),
    function("chunklist", 2..=2, sequences::chunklist),
    function("cidrcontains", 2..=2, cidr::cidrcontains),
    function("cidrhost", 2..=2, cidr::cidrhost),
    function("cidrnetmask", 1..=1, cidr::cidrnetmask),
    function("cidrsubnet", 3..=3, cidr::cidrsubnet),
    function("cidrsubnets", 1..=ANY, cidr::cidrsubnets),
    function("coalesce", 0..=ANY, choice::coalesce),
    function("coalescelist", 0..=ANY, choice::coalescelist),
    function("compact", 1..=1, lists::compact),
    function("concat", 0..=ANY, lists::concat),
    function("contains", 2..=2, lookups::contains),
    function("csvdecode", 1..=1, csv::csvdecode),
    function("dirname", 1..=1, strings::dirname),
    function("distinct", 1..=1, lists::distinct),
    function("element", 2..=2, lookups::element),
    function("endswith", 2..=2, strings::endswith),
    // The evaluator calls it only if no value is ephemeral.
    function("ephemeralasnull", 1..=1, conversion::unchanged),
    function("flatten", 1..=1, lists::flatten),
    function("floor", 1..=1, numeric::floor),
    function("format", 1..=ANY, format::format),
    function("formatdate", 2..=2, times::formatdate),
    function("formatlist", 1..=ANY, format::formatlist),
    function("indent", 2..=2, strings::indent),
    function("index", 2..=2, lookups::index),
    function("join", 1..=ANY, strings::join),
    function("jsondecode", 1..=1, documents::jsondecode),
    function("jsonencode", 1..=1, json::jsonencode),
    function("keys", 1..=1, maps::keys),
    function("length", 1..=1, lookups::length),
    function("list", 0..=ANY, choice::removed),
    function("log", 2..=2, numeric::log),
    function("lookup", 2..=3, lookups::lookup),
    function("lower", 1..=1, strings::lower),
    function("map", 0..=ANY, choice::removed),
    function("matchkeys", 3..=3, sequences::matchkeys),
    function("max", 0..=ANY, numeric::max),
    function("md5", 1..=1, digests::md5),
    function("merge", 0..=ANY, maps::merge),
    function("min", 0..=ANY, numeric::min),
    function("nonsensitive", 1..=1, conversion::unchanged),
    function("one", 1..=1, choice::one),
    function("parseint", 2..=2, numeric::parseint),
    function("pathexpand", 1..=1, strings::pathexpand),
    function("pow", 2..=2, numeric::pow),
    function("provider::aws::arn_parse", 1..=1, arns::arn_parse),
    function("provider::aws::trim_iam_role_path", 1..=1, arns::trim_iam_role_path),
    function("range", 1..=3, sequences::range),
    function("regex", 2..=2, patterns::regex),
    function("regexall", 2..=2, patterns::regexall),
    function("replace", 3..=3, patterns::replace),
    function("reverse", 1..=1, sequences::reverse),
    function("sensitive", 1..=1, conversion::unchanged),
    function("setintersection", 1..=ANY, sets::setintersection),
    function("setproduct", 0..=ANY, sets::setproduct),
    function("setsubtract", 2..=2, sets::setsubtract),
    function("setunion", 1..=ANY, sets::setunion),
    function("sha1", 1..=1, digests::sha1),
    function("sha256", 1..=1, digests::sha256),
    function("sha512", 1..=1, digests::sha512),
    function("signum", 1..=1, numeric::signum),
    function("slice", 3..=3, sequences::slice),
    function("sort", 1..=1, sequences::sort),
    function("split", 2..=2, strings::split),
    function("startswith", 2..=2, strings::startswith),
    function("strcontains", 2..=2, strings::strcontains),
    function("strrev", 1..=1, strings::strrev),
    function("substr", 3..=3, strings::substr),
    function("sum", 1..=1, numeric::sum),
    function("textdecodebase64", 2..=2, encoding::textdecodebase64),
    function("textencodebase64", 2..=2, encoding::textencodebase64),
    function("timeadd", 2..=2, times::timeadd),
    function("timecmp", 2..=2, times::timecmp),
    function("title", 1..=1, strings::title),
    function("tobool", 1..=1, conversion::tobool),
    function("tolist", 1..=1, conversion::tolist),
    function("tomap", 1..=1, conversion::tomap),
    function("tonumber", 1..=1, conversion::tonumber),
    function("toset", 1..=1, conversion::toset),
    function("tostring", 1..=1, conversion::tostring),
    function("transpose", 1..=1, maps::transpose),
    function("trim", 2..=2, strings::trim),
    function("trimprefix", 2..=2, strings::trimprefix),
    function("trimspace", 1..=1, strings::trimspace),
    function("trimsuffix", 2..=2, strings::trimsuffix),
    function("upper", 1..=1, strings::upper),
    function("urldecode", 1..=1, encoding::urldecode),
    function("urlencode", 1..=1, encoding::urlencode),
    function("uuidv5", 2..=2, digests::uuidv5),
    function("values", 1..=1, maps::values),
    function("yamldecode", 1..=1, documents::yamldecode),
    function("yamlencode", 1..=1, yamlencode::yamlencode),
    function("zipmap", 2..=2, maps::zipmap),
];

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
