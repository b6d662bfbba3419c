use super::*;
use crate::source::{FileId, Sources};
use crate::value::{Data, Known, Maybe, Traced, Unknown, Why};

const STATEMENT: &str = r#"{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "s3:PutObject", "Resource": "${aws_s3_bucket.logs.arn}/AWSLogs/*"}"#;

fn span() -> Span {
    Span::new(file(), 0, 1)
}

fn file() -> FileId {
    Sources::default().add(std::path::Path::new("main.tf"), Vec::new())
}

fn unknown(symbol: &str) -> Why {
    Why::AtDeployment { reference: symbol.to_owned(), is_set: true }
}

fn document(value: Maybe<Data>) -> Result<Document, Why> {
    Document::read(&Traced::written((), span()).map(|_| value))
}

/// A policy as a heredoc gives it.
fn template(statements: &str) -> Document {
    document(Unknown(unknown(&format!("\"{{\"Statement\": {statements}}}\"")))).unwrap()
}

fn bucket() -> Vec<Text> {
    let name = Text::unknown(&unknown("aws_s3_bucket.logs.id"));
    vec![Text::unknown(&unknown("aws_s3_bucket.logs.arn")), Text::exactly("arn:aws:s3:::").then(&name)]
}

/// The answer in short.
fn shown(permission: &Permission<'_>) -> String {
    match permission {
        Permission::Granted => "granted".to_owned(),
        Permission::Missing { nearest: Some(lack), .. } => format!("missing {:?}", lack.part),
        Permission::Missing { nearest: None, .. } => "missing".to_owned(),
        Permission::Denied { .. } => "denied".to_owned(),
        Permission::Unknown { why, .. } => format!("unknown: {}", why.describe()),
    }
}

fn check(request: &Request, statements: &[&str], expected: &str) {
    let documents = [template(&format!("[{}]", statements.join(", ")))];
    assert_eq!(shown(&permission(&documents.each_ref(), request)), expected, "{statements:#?}");
}

/// The statement with some of its text replaced.
fn with(old: &str, new: &str) -> String {
    assert!(STATEMENT.contains(old));
    STATEMENT.replace(old, new)
}

#[test]
fn a_statement_allows_the_logs_when_all_its_parts_fit() {
    let logs = Request::write_logs(&bucket(), None);
    let condition = |condition: &str| with("/AWSLogs/*\"", &format!("/AWSLogs/*\", \"Condition\": {condition}"));
    for (statement, expected) in [
        (STATEMENT.to_owned(), "granted"),
        (with("\"Allow\"", "\"allow\""), "missing Effect"),
        (with("cloudtrail.", "config."), "missing Principal"),
        (with("cloudtrail.", "${var.service}."), "unknown: `var.service` has no value here"),
        (with("{\"Service\": \"cloudtrail.amazonaws.com\"}", "\"*\""), "granted"),
        (with("{\"Service\": \"cloudtrail.amazonaws.com\"}", "{\"AWS\": [\"*\"]}"), "granted"),
        (
            with("{\"Service\": \"cloudtrail.amazonaws.com\"}", "{\"AWS\": \"arn:aws:iam::1:root\"}"),
            "missing Principal",
        ),
        (with("\"Principal\"", "\"NotPrincipal\""), "missing Principal"),
        (with("\"s3:PutObject\"", "[\"S3:put*\"]"), "granted"),
        (with("s3:PutObject", "s3:PutObject?"), "missing Action"),
        (with("\"Action\"", "\"NotAction\""), "missing Action"),
        (with("\"Action\"", "\"action\""), "missing Action"),
        (with("\"Resource\"", "\"NotResource\""), "missing Resource"),
        (with("AWSLogs/*", "AWSLogs/123456789012/*"), "granted"),
        (with("AWSLogs/*", "AWSLogs/123456789012/CloudTrail/*"), "granted"),
        (with("AWSLogs/*", "AWSLogs/"), "missing Resource"),
        (with("AWSLogs/*", "AWSLogs/123456789012"), "missing Resource"),
        (with("AWSLogs/*", "AWSLogs/?"), "missing Resource"),
        (with("AWSLogs/*", "logs/AWSLogs/*"), "missing Resource"),
        (
            with(
                "${aws_s3_bucket.logs.arn}",
                "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}",
            ),
            "granted",
        ),
        (with("${aws_s3_bucket.logs.arn}", "arn:aws-us-gov:s3:::${aws_s3_bucket.logs.id}"), "granted"),
        (with("${aws_s3_bucket.logs.arn}", "arn:*:s3:::${aws_s3_bucket.logs.id}"), "granted"),
        (
            condition(
                r#"{"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "AWS:SourceArn": "${x.arn}"}}"#,
            ),
            "granted",
        ),
        (condition(r#"{"StringEquals": {"s3:x-amz-acl": "private"}}"#), "missing Condition"),
        (condition(r#"{"Bool": {"aws:SecureTransport": false}}"#), "missing Condition"),
        (
            condition(r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#),
            "unknown: the condition `StringEquals` on `aws:PrincipalOrgID` isn't evaluated",
        ),
        (
            condition(r#"{"ArnNotLike": {"aws:SourceArn": "x"}}"#),
            "unknown: the condition `ArnNotLike` on `aws:SourceArn` isn't evaluated",
        ),
    ] {
        let documents = [template(&statement)];
        assert_eq!(shown(&permission(&documents.each_ref(), &logs)), expected, "{statement}");
    }
}

#[test]
fn a_denial_counts_when_it_hits_all_logs() {
    let logs = Request::write_logs(&bucket(), None);
    let deny = |rest: &str| format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", {rest}}}"#);
    let insecure = r#""Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#;
    let uncontrolled =
        r#""Resource": "*", "Condition": {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}"#;
    check(&logs, &[STATEMENT, &deny(r#""Resource": "*""#)], "denied");
    check(&logs, &[STATEMENT, &deny(insecure)], "granted");
    check(&logs, &[STATEMENT, &deny(uncontrolled)], "granted");
    check(&logs, &[STATEMENT, &deny(r#""NotResource": "${aws_s3_bucket.logs.arn}/AWSLogs/*""#)], "granted");
    check(&logs, &[STATEMENT, &deny(r#""NotResource": "${aws_s3_bucket.logs.arn}/other/*""#)], "denied");
    check(&logs, &[&deny(r#""Resource": "x""#)], "missing");
}

#[test]
fn every_action_for_data_keys_is_needed() {
    let key = Request::data_keys(vec![Text::unknown(&unknown("aws_kms_key.logs.arn"))]);
    let allow = |action: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Service": ["cloudtrail.amazonaws.com"]}}, "Action": {action}, "Resource": "*"}}"#
        )
    };
    check(&key, &[&allow(r#""kms:GenerateDataKey*""#)], "granted");
    check(&key, &[&allow(r#""kms:*""#)], "granted");
    check(&key, &[&allow(r#""kms:GenerateDataKey""#)], "missing Action");
    check(
        &key,
        &[&allow(r#"["kms:GenerateDataKey", "kms:GenerateDataKeyW*"]"#), &allow(r#""kms:GenerateDataKeyPair*""#)],
        "granted",
    );
}

#[test]
fn a_prefix_that_may_be_empty_may_be_no_folder() {
    let prefixed = |why: &Why| Request::write_logs(&bucket(), Some(&Text::unknown(why)));
    let no_value = Why::NoValue { reference: "var.prefix".to_owned() };
    let statement = with("AWSLogs", "${var.prefix}/AWSLogs");
    check(&prefixed(&unknown("var.prefix")), &[&statement], "granted");
    let documents = [template(&statement)];
    assert!(matches!(permission(&documents.each_ref(), &prefixed(&no_value)), Permission::Unknown { .. }));
}

#[test]
fn what_is_no_policy_is_unknown() {
    let number = Known(Data::Number(1.0));
    let text = |text: &str| Known(Data::String(text.to_owned()));
    for value in [number, text("{"), text("[]"), text(r#"{"Statement": [], "Statement": []}"#)] {
        assert!(document(value).is_err());
    }
    for symbol in ["var.policy", "\"${var.policy}\"", "\"{\"Statement\": ${var.statement}}\""] {
        assert_eq!(document(Unknown(unknown(symbol))), Err(unknown(symbol)));
    }
    let long = format!("{{\"Statement\": \"{}\"}}", "x".repeat(70_000));
    assert_eq!(document(text(&long)), Err(Why::OverLimit { limit: "the length of a policy" }));
}

#[test]
fn texts_that_are_too_long_are_not_compared() {
    let folder = Text::exactly(&"a".repeat(500));
    let request = |prefix| Request::write_logs(&bucket(), prefix);
    for (pattern, prefix) in [("*a".repeat(1_000), None), ("*a".repeat(400), Some(&folder))] {
        let documents = [template(&with("AWSLogs/*", &pattern))];
        let why = Why::OverLimit { limit: "the length of a text in a policy" };
        let statement = &documents[0].statements[0];
        assert_eq!(permission(&documents.each_ref(), &request(prefix)), Permission::Unknown { why, statement });
    }
}

#[test]
fn a_statement_is_public_unless_it_says_who() {
    let open = |rest: &str| {
        format!(r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"{rest}}}"#)
    };
    let only = |condition: &str| open(&format!(r#", "Condition": {{{condition}}}"#));
    let deny = |rest: &str| format!(r#"{{"Effect": "Deny", "Principal": "*", "Resource": "*", {rest}}}"#);
    for (statements, expected) in [
        (open(""), "public"),
        (open("").replacen("\"*\"", "{\"AWS\": [\"*\"]}", 1), "public"),
        (open("").replace("\"Principal\": \"*\"", "\"NotPrincipal\": {\"AWS\": \"arn:aws:iam::1:root\"}"), "public"),
        (open("").replace("\"Principal\": \"*\"", "\"Principal\": {\"AWS\": \"${aws_iam_role.a.arn}\"}"), "closed"),
        (open("").replace("\"Principal\": \"*\"", "\"Principal\": {\"AWS\": \"${var.reader}\"}"), "unknown"),
        (STATEMENT.to_owned(), "closed"),
        (only(r#""Bool": {"aws:SecureTransport": "true"}"#), "public"),
        (only(r#""StringEquals": {"aws:PrincipalOrgID": "${var.organization}"}"#), "closed"),
        (only(r#""StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}"#), "unknown"),
        (only(r#""StringNotEquals": {"aws:SourceAccount": "1"}"#), "unknown"),
        (only(r#""StringLike": {"s3:prefix": "a"}"#), "unknown"),
        (only(r#""ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:1:trail/*"}"#), "closed"),
        (only(r#""ArnLike": {"aws:SourceArn": "*"}"#), "public"),
        (only(r#""ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}"#), "unknown"),
        (only(r#""IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}"#), "closed"),
        (only(r#""IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/1"]}"#), "public"),
        (only(r#""IpAddress": {"aws:SourceIp": "${var.network}"}"#), "unknown"),
        (format!("{}, {}", open(""), deny(r#""Action": "s3:PutObject""#)), "public"),
        (format!("{}, {}", open(""), deny(r#""Action": "s3:Get*""#)), "unknown"),
        (
            format!(
                "{}, {}",
                open(""),
                deny(r#""Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#)
            ),
            "public",
        ),
        (
            format!(
                "{}, {}",
                open(""),
                deny(r#""Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}"#)
            ),
            "unknown",
        ),
        (format!("{}, {}", open(""), deny(r#""NotAction": "s3:*""#)), "unknown"),
    ] {
        let documents = [template(&format!("[{statements}]"))];
        let shown = match publicity(&documents) {
            Publicity::Closed => "closed",
            Publicity::Public { .. } => "public",
            Publicity::Unknown { .. } => "unknown",
        };
        assert_eq!(shown, expected, "{statements}");
    }
}
