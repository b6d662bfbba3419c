//! What policies let CloudTrail do, against an enumeration of concrete requests.
//!
//! The model here fills in every symbol and compares one key of an object after the other; it shares
//! nothing with the matching of texts of which parts aren't known.

use std::path::Path;
use std::rc::Rc;

use trailint::internal::model::policy::{
    File, LogPrefix, PartialText, Permission, PolicyDocument, Sender, ServiceRequest, Statement, StatementTerms,
    assumptions, permission,
};
use trailint::internal::source::{Sources, Span};
use trailint::internal::value::{Data, Known, Maybe, Reason, Traced, Unknown};

/// What `${…}` may stand for; that of the bucket goes by the bucket's name.
const SYMBOLS: [(&str, &[&str]); 6] = [
    ("service", &["cloudtrail", "config"]),
    ("verb", &["PutObject", "GetObject", "*"]),
    ("resource", &["*", "arn:aws:s3:::logs/AWSLogs/*", "other"]),
    ("folder", &["AWSLogs", "other", "*"]),
    ("account", &["111111111111", "100000000001", "*"]),
    ("name", &["logs", "else"]),
];

/// The account that is assumed, as there is no policy that names another one.
const ACCOUNT: &str = "100000000001";

/// What CloudTrail writes below the bucket, up to the part that no pattern here is about.
const KEY: &str = "AWSLogs/100000000001/CloudTrail/xx-home-1/file";

const PRINCIPALS: [&str; 9] = [
    r#""Principal": "*""#,
    r#""Principal": {"AWS": ["*"]}"#,
    r#""Principal": {"Service": "cloudtrail.amazonaws.com"}"#,
    r#""Principal": {"Service": ["config.amazonaws.com", "cloudtrail.amazonaws.com"]}"#,
    r#""Principal": {"Service": "config.amazonaws.com"}"#,
    r#""Principal": {"Service": "${service}.amazonaws.com"}"#,
    r#""Principal": {"AWS": "arn:aws:iam::1:root"}"#,
    r#""NotPrincipal": {"Service": "cloudtrail.amazonaws.com"}"#,
    r#""NotPrincipal": {"Service": "config.amazonaws.com"}"#,
];

const ACTIONS: [&str; 9] = [
    r#""Action": "*""#,
    r#""Action": "s3:PutObject""#,
    r#""Action": ["s3:GetObject", "S3:put*"]"#,
    r#""Action": "s3:*Object""#,
    r#""Action": "s3:PutObjectAc?""#,
    r#""Action": "s3:${verb}""#,
    r#""NotAction": "s3:PutObject""#,
    r#""NotAction": "s3:Get*""#,
    r#""NotAction": "s3:${verb}""#,
];

const RESOURCES: [&str; 17] = [
    r#""Resource": "*""#,
    r#""Resource": "${bucket.arn}""#,
    r#""Resource": "${bucket.arn}/*""#,
    r#""Resource": "${bucket.arn}/AWSLogs/*""#,
    r#""Resource": "${bucket.arn}/AWSLogs/100000000001/*""#,
    r#""Resource": ["${bucket.arn}", "${bucket.arn}/AWSLogs/111111111111/*"]"#,
    r#""Resource": "${bucket.arn}/AWSLogs/${account}/*""#,
    r#""Resource": "${bucket.arn}/${folder}/*""#,
    r#""Resource": "${bucket.arn}/other/*""#,
    r#""Resource": "arn:aws:s3:::${bucket.id}/AWSLogs/*""#,
    r#""Resource": "arn:aws:s3:::${name}/AWSLogs/*""#,
    r#""Resource": "arn:aws:s3:::logs/AWSLogs/?*""#,
    r#""Resource": "arn:aws:s3:::other/*""#,
    r#""Resource": "${resource}""#,
    r#""NotResource": "${bucket.arn}/AWSLogs/*""#,
    r#""NotResource": "${bucket.arn}/AWSLogs/100000000001/*""#,
    r#""NotResource": ["${bucket.arn}", "arn:aws:s3:::other/*"]"#,
];

/// Conditions, and if they hold: for a key of which nothing is known, they may or may not.
const CONDITIONS: [(&str, &[bool]); 13] = [
    ("{}", &[true]),
    (r#"{"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}"#, &[true]),
    (r#"{"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}"#, &[false]),
    (r#"{"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:x"}}"#, &[false]),
    (r#"{"StringEquals": {"aws:PrincipalTag/a": "b"}}"#, &[true, false]),
    (r#"{"Bool": {"aws:SecureTransport": "false"}}"#, &[false]),
    (r#"{"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"s3:x-amz-acl": "*-${verb}"}}"#, &[true, false]),
    (r#"{"Null": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalTag/a": "b"}}"#, &[false]),
    (r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}"#, &[true]),
    (r#"{"ForAnyValue:StringLike": {"aws:SourceAccount": ["1000*", "2"]}}"#, &[true]),
    (r#"{"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:100000000001:trail/au?it"}}"#, &[true]),
    (r#"{"ArnNotEquals": {"aws:SourceArn": "arn:*:cloudtrail:*:*:trail/audit"}}"#, &[false]),
    (r#"{"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}"#, &[true]),
];

/// Denials by their parts, as indexes into the lists above.
const DENIALS: [[usize; 4]; 14] = [
    [0, 0, 0, 0],
    [0, 1, 2, 0],
    [0, 0, 0, 5],
    [2, 1, 3, 2],
    [0, 1, 4, 0],
    [0, 1, 13, 0],
    [0, 0, 14, 0],
    [0, 0, 15, 0],
    [7, 0, 0, 0],
    [8, 0, 0, 0],
    [5, 0, 2, 0],
    [0, 5, 2, 0],
    [0, 0, 0, 4],
    [0, 0, 2, 3],
];

/// What is known of the bucket, and its possible names.
fn buckets() -> [(Vec<PartialText>, &'static [&'static str]); 2] {
    let arn = || PartialText::unknown(&unknown("bucket.arn"));
    let by_id = PartialText::unknown(&unknown("\"arn:aws:s3:::${bucket.id}\""));
    [
        (vec![arn(), by_id.clone()], &["logs", "else"]),
        (vec![arn(), by_id, PartialText::exactly("arn:aws:s3:::logs")], &["logs"]),
    ]
}

fn unknown(symbol: &str) -> Reason {
    Reason::AtDeployment { reference: symbol.to_owned(), is_set: true }
}

/// The statement that a policy of just these parts has.
fn statement(effect: &str, parts: &[&str]) -> Statement {
    let text = format!("{{\"Statement\": {{\"Effect\": \"{effect}\", {}}}}}", parts.join(", "));
    let span = Span::new(Sources::default().add(Path::new("p"), Vec::new()), 0, 1);
    let value = match text.contains("${") {
        true => Unknown(unknown(&format!("\"{text}\""))),
        false => Known(Data::String(text)),
    };
    let document = PolicyDocument::read(&Traced::written((), span).map(|_: Maybe<()>| value)).unwrap();
    document.statements.into_iter().next().unwrap()
}

/// A part of a statement: how it reads, and for each name of the bucket whether it may fit and whether it may not.
struct Choice {
    terms: StatementTerms,
    outcomes: Vec<Outcomes>,
}

/// The outcomes that some concrete request has.
#[derive(Clone, Copy, PartialEq, Default)]
struct Outcomes {
    yes: bool,
    no: bool,
}

impl Outcomes {
    fn of(outcomes: impl IntoIterator<Item = bool>) -> Self {
        outcomes.into_iter().fold(Self::default(), |all, yes| Self { yes: all.yes || yes, no: all.no || !yes })
    }

    fn and(self, other: Self) -> Self {
        Self { yes: self.yes && other.yes, no: self.no || other.no }
    }

    fn join(self, other: Self) -> Self {
        Self { yes: self.yes || other.yes, no: self.no || other.no }
    }
}

/// The key, and the texts that are listed under it.
fn listed(part: &str) -> (&str, Vec<&str>) {
    let (key, values) = part.split_once(": ").unwrap();
    let texts = values.split('"').skip(1).step_by(2).filter(|text| !["AWS", "Service"].contains(text));
    (key.trim_matches('"'), texts.collect())
}

/// Every way to fill in the symbols of a part.
fn filled(texts: &[&str], bucket: &str) -> Vec<Vec<String>> {
    let arn = format!("arn:aws:s3:::{bucket}");
    let fill = |text: &&str| text.replace("${bucket.arn}", &arn).replace("${bucket.id}", bucket);
    let mut ways = vec![texts.iter().map(fill).collect::<Vec<String>>()];
    for (symbol, values) in SYMBOLS {
        let placeholder = format!("${{{symbol}}}");
        let with = |way: &Vec<String>, value: &&str| way.iter().map(|text| text.replace(&placeholder, value)).collect();
        if ways.iter().flatten().any(|text| text.contains(&placeholder)) {
            ways = ways.iter().flat_map(|way| values.iter().map(move |value| with(way, value))).collect();
        }
    }
    ways
}

/// Whether a pattern matches, by trying every length for each `*`.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => (0..=text.len()).any(|skipped| matches(&pattern[1..], &text[skipped..])),
        Some('?') => !text.is_empty() && matches(&pattern[1..], &text[1..]),
        Some(c) => text.starts_with(c) && matches(&pattern[1..], &text[1..]),
    }
}

/// Whether a part fits in each way to fill it in.
fn part_outcomes(part: &str, bucket: &str) -> Outcomes {
    let (key, texts) = listed(part);
    let is_negated = key.starts_with("Not");
    let of_way = |way: Vec<String>| {
        let any = |is_it: &dyn Fn(&String) -> bool| way.iter().any(is_it) != is_negated;
        match key.trim_start_matches("Not") {
            "Principal" => any(&|text| text == "*" || text == "cloudtrail.amazonaws.com"),
            "Action" => any(&|text| matches(&text.to_lowercase(), "s3:putobject")),
            _ => any(&|text| matches(text, &format!("arn:aws:s3:::{bucket}/{KEY}"))),
        }
    };
    Outcomes::of(filled(&texts, bucket).into_iter().map(of_way))
}

fn choices(effect: &str, parts: &[&str], names: &[&str]) -> Vec<Choice> {
    let choice = |part: &&str| {
        let Known(terms) = statement(effect, &[part]).terms else { panic!("{part} isn't read") };
        let outcomes = names.iter().map(|name| part_outcomes(part, name)).collect();
        Choice { terms, outcomes }
    };
    parts.iter().map(choice).collect()
}

/// All statements of an effect: as they read, and whether they may apply and may not, for each name of the bucket.
struct Statements {
    parts: [Vec<Choice>; 4],
    /// A statement that says nothing else.
    bare: Statement,
}

impl Statements {
    fn new(effect: &'static str, names: &[&str]) -> Self {
        let condition = |&(text, outcomes): &(&str, &[bool])| {
            let Known(terms) = statement(effect, &[&format!("\"Condition\": {text}")]).terms else { panic!("{text}") };
            let outcomes = Outcomes::of(outcomes.iter().copied());
            Choice { terms, outcomes: vec![outcomes; names.len()] }
        };
        let conditions = CONDITIONS.iter().map(condition).collect();
        let [principals, actions, resources] =
            [&PRINCIPALS[..], &ACTIONS, &RESOURCES].map(|parts| choices(effect, parts, names));
        Self { parts: [principals, actions, resources, conditions], bare: statement(effect, &["\"Sid\": \"s\""]) }
    }

    /// The statement of these parts.
    fn make(&self, indexes: [usize; 4]) -> (Statement, Vec<Outcomes>) {
        let [principal, action, resource, condition] = [0, 1, 2, 3].map(|part| &self.parts[part][indexes[part]]);
        let terms = StatementTerms {
            effect: principal.terms.effect.clone(),
            principal: principal.terms.principal.clone(),
            action: action.terms.action.clone(),
            resource: resource.terms.resource.clone(),
            conditions: condition.terms.conditions.clone(),
        };
        let outcomes = (0..principal.outcomes.len()).map(|name| {
            let others = action.outcomes[name].and(resource.outcomes[name]).and(condition.outcomes[name]);
            principal.outcomes[name].and(others)
        });
        (Statement { terms: Known(terms), ..self.bare.clone() }, outcomes.collect())
    }

    fn indexes(&self) -> impl Iterator<Item = [usize; 4]> {
        let [principals, actions, resources, conditions] = [0, 1, 2, 3].map(|part| self.parts[part].len());
        let pairs = move |of: usize, other: usize| (0..of).flat_map(move |one| (0..other).map(move |two| [one, two]));
        pairs(principals, actions).flat_map(move |[p, a]| pairs(resources, conditions).map(move |[r, c]| [p, a, r, c]))
    }
}

/// How often the answer is known, of all that have one answer for every concrete request.
#[derive(Default)]
struct Score {
    decidable: usize,
    decided: usize,
    undecidable: usize,
}

impl Score {
    /// Holds an answer against the outcomes for each name of the bucket: it may be definite only when all agree.
    fn count(&mut self, answer: &Permission<'_>, allowed: &[Outcomes], denied: &[Outcomes]) {
        let pairs = || allowed.iter().zip(denied);
        let granted = join(pairs().map(|(allowed, denied)| allowed.and(Outcomes { yes: denied.no, no: denied.yes })));
        let (allowed, denied) = (join(allowed.iter().copied()), join(denied.iter().copied()));
        let is_possible = match answer {
            Permission::Granted => !granted.no,
            Permission::Missing { .. } => !allowed.yes,
            Permission::Denied { .. } => !denied.no,
            Permission::Unknown { .. } => true,
        };
        assert!(is_possible, "{answer:#?}");
        if granted.yes != granted.no {
            self.decidable += 1;
            self.decided += usize::from(!matches!(answer, Permission::Unknown { .. }));
        } else {
            self.undecidable += 1;
        }
    }
}

fn join(outcomes: impl Iterator<Item = Outcomes>) -> Outcomes {
    outcomes.fold(Outcomes::default(), Outcomes::join)
}

#[test]
fn answers_agree_with_every_concrete_request() {
    let mut score = Score::default();
    for (arns, names) in buckets() {
        let sender = Sender {
            name: PartialText::exactly("audit"),
            arns: Vec::new(),
            region: None,
            may_be_of_organization: false,
            work: Rc::default(),
        };
        let (all, _) = assumptions(&[], &sender);
        let assumption = all.first().unwrap();
        let place = LogPrefix { organization: None, account: ACCOUNT.to_owned(), region: assumption.region.clone() };
        let request = ServiceRequest::write(&arns, &PartialText::default(), File::Log, &place, assumption);
        let (allows, denies) = (Statements::new("Allow", names), Statements::new("Deny", names));
        let none = vec![Outcomes::of([false]); names.len()];
        // No list is as long as a multiple of five, so that every fifth combination has all pairs of parts.
        for indexes in allows.indexes().step_by(5) {
            let (allow, allowed) = allows.make(indexes);
            // Each statement alone, and beside one denial.
            let beside = DENIALS[indexes.iter().sum::<usize>() % DENIALS.len()];
            let (deny, denied) = denies.make(beside);
            let alone = PolicyDocument { statements: vec![allow] };
            let denial = PolicyDocument { statements: vec![deny] };
            score.count(&permission(std::slice::from_ref(&alone), &request), &allowed, &none);
            score.count(&permission(&[alone, denial], &request), &allowed, &denied);
        }
    }
    let Score { decidable, decided, undecidable } = score;
    assert!(decidable > 5_000 && undecidable > 1_000, "{decidable} can be decided, {undecidable} can't");
    assert!(decided * 100 >= decidable * 95, "{decided} of {decidable} are decided");
}
