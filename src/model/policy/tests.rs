use std::rc::Rc;

use super::*;
use crate::source::{FileId, Sources};
use crate::value::{Budget, Data, Known, Maybe, Reason, Traced, Unknown};

const STATEMENT: &str = r#"{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "s3:PutObject", "Resource": "${aws_s3_bucket.logs.arn}/AWSLogs/*"}"#;

fn span() -> Span {
    Span::new(file(), 0, 1)
}

fn file() -> FileId {
    Sources::default().add(std::path::Path::new("main.tf"), Vec::new())
}

fn unknown(symbol: &str) -> Reason {
    Reason::AtDeployment { reference: symbol.to_owned(), is_set: true }
}

fn document(value: Maybe<Data>) -> Result<PolicyDocument, Reason> {
    PolicyDocument::read(&Traced::written((), span()).map(|_| value))
}

/// Creates the policy of a heredoc.
fn template(statements: &str) -> PolicyDocument {
    document(Unknown(unknown(&format!("\"{{\"Statement\": {statements}}}\"")))).unwrap()
}

fn bucket() -> Vec<PartialText> {
    let name = PartialText::unknown(&unknown("aws_s3_bucket.logs.id"));
    vec![PartialText::unknown(&unknown("aws_s3_bucket.logs.arn")), PartialText::exactly("arn:aws:s3:::").then(&name)]
}

/// A short form of the answer.
fn shown(permission: &Permission<'_>) -> String {
    match permission {
        Permission::Granted => "granted".to_owned(),
        Permission::Missing { nearest: Some(lack) } => format!("missing {:?}", lack.part),
        Permission::Missing { nearest: None } => "missing".to_owned(),
        Permission::Denied { .. } => "denied".to_owned(),
        Permission::Unknown { why, .. } => format!("unknown: {}", why.describe()),
    }
}

/// A trail that writes only logs, no digests.
fn sender() -> Sender {
    Sender {
        name: PartialText::exactly("audit"),
        arns: vec!["aws_cloudtrail.audit.arn".to_owned()],
        region: None,
        may_be_of_organization: false,
        work: Rc::default(),
    }
}

/// The request to write a log of the trail's account and Region to a folder.
fn logs(folder: &'static str) -> impl Fn(&Assumption) -> ServiceRequest {
    move |assumption| {
        let place =
            LogPrefix { organization: None, account: assumption.account.clone(), region: assumption.region.clone() };
        ServiceRequest::write(&bucket(), &PartialText::exactly(folder), File::Log, &place, assumption)
    }
}

/// The answer under the best assumption: granted if any assumption leads to that, otherwise the last one.
fn best(documents: &[PolicyDocument], request: impl Fn(&Assumption) -> ServiceRequest) -> String {
    let all: Vec<&PolicyDocument> = documents.iter().collect();
    let mut answers = Vec::new();
    for assumption in &assumptions(&all, &sender()).0 {
        let bound = assumption.apply(&all);
        answers.push(shown(&permission(&bound, &request(assumption))));
    }
    answers.iter().find(|answer| *answer == "granted").or(answers.last()).unwrap().clone()
}

fn check(request: impl Fn(&Assumption) -> ServiceRequest, statements: &[&str], expected: &str) {
    let documents = [template(&format!("[{}]", statements.join(", ")))];
    assert_eq!(best(&documents, request), expected, "{statements:#?}");
}

/// The statement with some of its text replaced.
fn with(old: &str, new: &str) -> String {
    assert!(STATEMENT.contains(old));
    STATEMENT.replace(old, new)
}

#[test]
fn a_statement_allows_the_logs_when_all_its_parts_fit() {
    fn condition(condition: &str) -> String {
        with("/AWSLogs/*\"", &format!("/AWSLogs/*\", \"Condition\": {condition}"))
    }
    for (statement, expected) in [
        (STATEMENT.to_owned(), "granted"),
        (with("\"Allow\"", "\"allow\""), "missing Effect"),
        (with("cloudtrail.", "config."), "missing Principal"),
        (with("cloudtrail.", "${var.service}."), "unknown: `var.service` has no value"),
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
        (condition(r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#), "missing Condition"),
        (condition(r#"{"ArnNotLike": {"aws:SourceArn": "x"}}"#), "granted"),
        (
            condition(r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#),
            "unknown: the condition `IpAddress` on `aws:SourceIp` isn't evaluated",
        ),
    ] {
        let documents = [template(&statement)];
        assert_eq!(best(&documents, logs("")), expected, "{statement}");
    }
}

#[test]
fn a_denial_counts_when_it_hits_all_logs() {
    fn deny(rest: &str) -> String {
        format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", {rest}}}"#)
    }
    let insecure = r#""Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#;
    let uncontrolled =
        r#""Resource": "*", "Condition": {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}"#;
    check(logs(""), &[STATEMENT, &deny(r#""Resource": "*""#)], "denied");
    check(logs(""), &[STATEMENT, &deny(insecure)], "granted");
    check(logs(""), &[STATEMENT, &deny(uncontrolled)], "granted");
    check(logs(""), &[STATEMENT, &deny(r#""NotResource": "${aws_s3_bucket.logs.arn}/AWSLogs/*""#)], "granted");
    check(logs(""), &[STATEMENT, &deny(r#""NotResource": "${aws_s3_bucket.logs.arn}/other/*""#)], "denied");
    check(logs(""), &[&deny(r#""Resource": "x""#)], "missing");
}

/// Each condition, and whether it holds for a request: to read the ACL, to write, to generate a data key and to
/// describe a key.
#[test]
fn conditions_hold_for_what_is_known_of_the_request() {
    fn is(operator: &str, key: &str, value: &str) -> String {
        format!(r#"{{"{operator}": {{"{key}": {value}}}}}"#)
    }
    fn quoted(text: &str) -> String {
        format!("\"{text}\"")
    }
    let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";
    for (condition, expected) in [
        (is("StringEquals", "s3:x-amz-acl", &quoted("bucket-owner-full-control")), "nynn"),
        (is("StringNotEquals", "s3:x-amz-acl", &quoted("bucket-owner-full-control")), "ynyy"),
        (is("StringEqualsIfExists", "s3:x-amz-acl", &quoted("bucket-owner-full-control")), "yyyy"),
        (is("Null", "s3:x-amz-acl", "true"), "ynyy"),
        (is("Null", "s3:x-amz-acl", "\"false\""), "nynn"),
        (is("StringEquals", "aws:SourceAccount", &quoted("111122223333")), "yyyy"),
        (is("StringEquals", "aws:SourceAccount", &quoted("*")), "nnnn"),
        (is("StringLike", "aws:SourceAccount", &quoted("*")), "yyyy"),
        (is("StringEquals", "aws:SourceAccount", &quoted("${var.account}")), "yyyy"),
        (is("StringEquals", "AWS:SourceArn", &quoted(arn)), "yyyy"),
        (is("StringEquals", "aws:SourceArn", &quoted("${aws_cloudtrail.audit.arn}")), "yyyy"),
        (is("StringEquals", "aws:SourceArn", &quoted("${aws_cloudtrail.other.arn}")), "nnnn"),
        (is("StringEquals", "aws:SourceArn", &quoted("${aws_s3_bucket.logs.arn}")), "nnnn"),
        (is("StringEquals", "aws:SourceArn", &quoted("${var.trail_arn}")), "yyyy"),
        (is("StringEquals", "aws:SourceArn", &quoted(&arn.replace("audit", "*"))), "nnnn"),
        (is("ArnEquals", "aws:SourceArn", &quoted(&arn.replace("audit", "*"))), "yyyy"),
        (is("ArnLike", "aws:SourceArn", &quoted(&arn.replace("eu-west-1:111122223333", "*"))), "????"),
        (is("StringLike", "aws:SourceArn", &quoted(&arn.replace("eu-west-1:111122223333", "*"))), "yyyy"),
        (is("ArnLike", "aws:SourceArn", &quoted(&arn.replace("audit", "other"))), "nnnn"),
        (is("ArnNotLike", "aws:SourceArn", &quoted(&arn.replace("audit", "other"))), "yyyy"),
        (is("ForAnyValue:ArnLike", "aws:SourceArn", &quoted(arn)), "yyyy"),
        (is("StringEquals", "aws:SourceOrgID", &quoted("${data.aws_organizations_organization.a.id}")), "yyyy"),
        (is("StringEquals", "aws:PrincipalOrgID", &quoted("o-abcdefghij")), "nnnn"),
        (is("StringNotEquals", "aws:PrincipalOrgID", &quoted("o-abcdefghij")), "yyyy"),
        (is("ForAnyValue:StringNotEquals", "aws:PrincipalOrgID", &quoted("o-abcdefghij")), "nnnn"),
        (is("ForAllValues:StringEquals", "aws:PrincipalOrgID", &quoted("o-abcdefghij")), "yyyy"),
        (is("StringNotEqualsIfExists", "aws:SourceVpce", &quoted("vpce-1")), "yyyy"),
        (is("Bool", "aws:MultiFactorAuthPresent", "false"), "nnnn"),
        (is("BoolIfExists", "aws:MultiFactorAuthPresent", "false"), "yyyy"),
        (is("NumericGreaterThan", "aws:MultiFactorAuthAge", "3600"), "nnnn"),
        (is("Bool", "aws:PrincipalIsAWSService", "true"), "yyyy"),
        (is("Bool", "aws:SecureTransport", "[\"true\", \"false\"]"), "yyyy"),
        (is("NumericLessThan", "s3:TlsVersion", "1.2"), "nn??"),
        (is("NumericLessThan", "s3:TlsVersion", "1.3"), "????"),
        (is("StringEquals", "kms:EncryptionContext:aws:cloudtrail:arn", &quoted(arn)), "??yn"),
        (is("Null", "kms:EncryptionContext:aws:cloudtrail:arn", "false"), "??yn"),
        (is("StringEquals", "aws:PrincipalTag/team", &quoted("a")), "????"),
        (is("StringMatches", "aws:SourceAccount", &quoted("a")), "????"),
    ] {
        let statement = format!(
            r#"[{{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {condition}}}]"#
        );
        let documents = [template(&statement)];
        let answers = [
            best(&documents, |assumption| ServiceRequest::bucket_acl(&bucket(), assumption)),
            best(&documents, logs("")),
            best(&documents, |assumption| ServiceRequest::data_key(&bucket(), assumption)),
            best(&documents, |assumption| ServiceRequest::describe_key(&bucket(), assumption)),
        ];
        let short = answers.map(|answer| match answer.as_str() {
            "granted" => 'y',
            "missing Condition" => 'n',
            _ => '?',
        });
        assert_eq!(String::from_iter(short), expected, "{condition}");
    }
}

#[test]
fn the_action_for_data_keys_is_one() {
    fn key(assumption: &Assumption) -> ServiceRequest {
        ServiceRequest::data_key(&[PartialText::unknown(&unknown("aws_kms_key.logs.arn"))], assumption)
    }
    fn allow(action: &str) -> String {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Service": ["cloudtrail.amazonaws.com"]}}, "Action": {action}, "Resource": "*"}}"#
        )
    }
    check(key, &[&allow(r#""kms:GenerateDataKey*""#)], "granted");
    check(key, &[&allow(r#""kms:*""#)], "granted");
    check(key, &[&allow(r#""kms:GenerateDataKey""#)], "granted");
    check(key, &[&allow(r#""kms:GenerateDataKeyPair*""#)], "missing Action");
}

#[test]
fn what_is_no_policy_is_unknown() {
    fn text(text: &str) -> Maybe<Data> {
        Known(Data::String(text.to_owned()))
    }
    let number = Known(Data::Number(1.0));
    for value in [number, text("{"), text("[]"), text(r#"{"Statement": [], "Statement": []}"#)] {
        assert!(document(value).is_err());
    }
    for symbol in ["var.policy", "\"${var.policy}\"", "\"{\"Statement\": ${var.statement}}\""] {
        assert_eq!(document(Unknown(unknown(symbol))), Err(unknown(symbol)));
    }
    let long = format!("{{\"Statement\": \"{}\"}}", "x".repeat(70_000));
    assert_eq!(document(text(&long)), Err(Reason::OverLimit { limit: "the length of a policy" }));
}

#[test]
fn texts_that_are_too_long_are_not_compared() {
    let folder: &'static str = Box::leak("a".repeat(500).into_boxed_str());
    for (pattern, folder) in [("*a".repeat(1_000), ""), ("*a".repeat(400), folder)] {
        check(
            logs(folder),
            &[&with("AWSLogs/*", &pattern)],
            "unknown: exceeds the limit for the length of a string in a policy",
        );
    }
}

#[test]
fn a_deployment_has_a_limit_for_what_is_compared() {
    let documents = [template(&with("AWSLogs/*", &"*a".repeat(200)))];
    let all: Vec<&PolicyDocument> = documents.iter().collect();
    let sender = Sender { work: Rc::new(Work::new(&Budget::new(100_000))), ..sender() };
    let assumption = &assumptions(&all, &sender).0[0];
    let answers: Vec<String> = (0..5_000).map(|_| shown(&permission(&documents, &logs("")(assumption)))).collect();
    assert_eq!(answers[0], "missing Resource");
    assert_eq!(answers[4_999], "unknown: exceeds the limit for evaluation steps");
}

#[test]
fn a_statement_is_public_unless_it_says_who() {
    fn open(rest: &str) -> String {
        format!(r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"{rest}}}"#)
    }
    fn only(condition: &str) -> String {
        open(&format!(r#", "Condition": {{{condition}}}"#))
    }
    fn deny(rest: &str) -> String {
        format!(r#"{{"Effect": "Deny", "Principal": "*", "Resource": "*", {rest}}}"#)
    }
    for (statements, expected) in [
        (open(""), "public"),
        (open("").replacen("\"*\"", "{\"AWS\": [\"*\"]}", 1), "public"),
        (open("").replace("\"Principal\": \"*\"", "\"NotPrincipal\": {\"AWS\": \"arn:aws:iam::1:root\"}"), "public"),
        (open("").replace("\"Principal\": \"*\"", "\"Principal\": {\"AWS\": \"${aws_iam_role.a.arn}\"}"), "closed"),
        (open("").replace("\"Principal\": \"*\"", "\"Principal\": {\"AWS\": \"${var.reader}\"}"), "unknown"),
        (STATEMENT.to_owned(), "closed"),
        (only(r#""Bool": {"aws:SecureTransport": "true"}"#), "public"),
        (only(r#""StringEquals": {"aws:PrincipalOrgID": "${var.organization}"}"#), "closed"),
        (only(r#""StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}"#), "public"),
        (only(r#""StringNotEquals": {"aws:SourceAccount": "1"}"#), "public"),
        (only(r#""StringLike": {"s3:prefix": "a"}"#), "public"),
        (only(r#""StringEquals": {"s3:x-amz-acl": "private"}"#), "public"),
        (only(r#""StringLike": {"aws:PrincipalOrgID": "o-*"}"#), "public"),
        (only(r#""ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}"#), "public"),
        (only(r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}"#), "closed"),
        (only(r#""ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:1:trail/*"}"#), "closed"),
        (only(r#""ArnLike": {"aws:SourceArn": "*"}"#), "public"),
        (only(r#""ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}"#), "public"),
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
        let shown = match publicity(&documents, &Work::default()) {
            Publicity::Closed => "closed",
            Publicity::Public { .. } => "public",
            Publicity::Unknown { .. } => "unknown",
        };
        assert_eq!(shown, expected, "{statements}");
    }
}

#[test]
fn more_accounts_than_can_be_tried_are_said_to_be() {
    for (number, is_complete) in [(255, true), (256, false)] {
        let names: Vec<String> = (0..number).map(|n: u64| format!("\"{}\"", 111_111_000_000 + n)).collect();
        let accounts = format!("{{\"StringEquals\": {{\"aws:SourceAccount\": [{}]}}}}", names.join(", "));
        let condition = with("/AWSLogs/*\"", &format!("/AWSLogs/*\", \"Condition\": {accounts}"));
        let document = template(&condition);
        let (all, complete) = assumptions(&[&document], &sender());
        assert_eq!((all.len(), complete), (256, is_complete));
    }
}

#[test]
fn more_regions_than_any_partition_has_are_not_tried() {
    for (number, is_tried) in [(64, true), (65, false)] {
        let paths: Vec<String> = (0..number).map(|n| format!("\"x/AWSLogs/*/CloudTrail/us-east-{n}/*\"")).collect();
        let document = template(&with("\"${aws_s3_bucket.logs.arn}/AWSLogs/*\"", &format!("[{}]", paths.join(", "))));
        let (all, is_complete) = assumptions(&[&document], &sender());
        assert_eq!((!all.is_empty(), is_complete), (is_tried, is_tried));
    }
}

/// A short form of the tampering with logs that another account is allowed.
fn opened(statements: &str, is_shut: Maybe<bool>) -> String {
    let document = template(statements);
    match tampering(&[&document], &bucket(), &PartialText::exactly("trails/"), &is_shut, &Rc::default()) {
        Known(None) => "closed".to_owned(),
        Known(Some(OpenGrant { action, principal: OutsidePrincipal::Everybody, .. })) => format!("everybody {action}"),
        Known(Some(OpenGrant { action, principal: OutsidePrincipal::Account(account), .. })) => {
            format!("{account} {action}")
        }
        Known(Some(OpenGrant { action, principal: OutsidePrincipal::CanonicalUser(_), .. })) => {
            format!("canonical user {action}")
        }
        Unknown(_) => "unknown".to_owned(),
    }
}

#[test]
fn another_account_that_may_change_logs_is_found() {
    fn allow(principal: &str, action: &str, resource: &str, rest: &str) -> String {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "{action}", "Resource": "{resource}"{rest}}}"#
        )
    }
    fn deny(principal: &str, action: &str, rest: &str) -> String {
        let resource = "${aws_s3_bucket.logs.arn}/*";
        format!(r#"{{"Effect": "Deny", {principal}, "Action": "{action}", "Resource": "{resource}"{rest}}}"#)
    }
    fn condition(operator: &str, key: &str, value: &str) -> String {
        format!(r#", "Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#)
    }
    let (bucket, objects) = ("${aws_s3_bucket.logs.arn}", "${aws_s3_bucket.logs.arn}/*");
    let other = r#"{"AWS": "arn:aws:iam::444455556666:role/admin"}"#;
    let in_organization = condition("StringEquals", "aws:PrincipalOrgID", "o-exampleorgid");
    let own = r#"{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "${aws_s3_bucket.logs.arn}/trails/AWSLogs/444455556666/*"}"#;
    let whole = allow(other, "s3:DeleteObject*", objects, "");
    const LOG_DELIVERY: &str =
        r#"{"CanonicalUser": "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"}"#;
    let canonical = format!(r#"{{"CanonicalUser": "{}"}}"#, "79a5".repeat(16));
    let outside = condition("StringNotEquals", "aws:PrincipalAccount", "111122223333");
    let cases = [
        (whole.clone(), "444455556666 s3:DeleteObject"),
        (allow("\"*\"", "*", objects, ""), "everybody s3:DeleteObject"),
        (allow("\"*\"", "*", bucket, ""), "everybody s3:PutBucketPolicy"),
        (allow(other, "s3:PutLifecycleConfiguration", bucket, ""), "444455556666 s3:PutLifecycleConfiguration"),
        (allow(r#"{"AWS": "444455556666"}"#, "s3:PutObject", objects, ""), "444455556666 s3:PutObject"),
        (allow(&canonical, "s3:DeleteObject", objects, ""), "canonical user s3:DeleteObject"),
        (allow(&canonical, "s3:GetObject", objects, ""), "closed"),
        (allow(&canonical, "s3:DeleteObject", objects, &in_organization), "closed"),
        (allow(LOG_DELIVERY, "s3:PutObject", objects, ""), "closed"),
        (allow(r#"{"CanonicalUser": "${data.aws_canonical_user_id.own.id}"}"#, "s3:*", objects, ""), "closed"),
        (allow(r#"{"CanonicalUser": "${var.user}"}"#, "s3:*", objects, ""), "unknown"),
        (
            allow(r#"{"Federated": "arn:aws:iam::444455556666:saml-provider/p"}"#, "s3:DeleteObject", objects, ""),
            "444455556666 s3:DeleteObject",
        ),
        (allow(r#"{"Federated": "accounts.google.com"}"#, "s3:DeleteObject", objects, ""), "unknown"),
        (allow(r#"{"Federated": "accounts.google.com"}"#, "s3:GetObject", objects, ""), "closed"),
        (
            allow(&canonical, "s3:DeleteObject", objects, "")
                + ", "
                + &deny(&format!("\"Principal\": {canonical}"), "s3:Delete*", ""),
            "closed",
        ),
        // Only reads, or other objects.
        (allow(other, "s3:Get*", objects, ""), "closed"),
        (allow(other, "s3:PutObject", "${aws_s3_bucket.logs.arn}/reports/*", ""), "closed"),
        (
            allow(other, "s3:PutObject", "${aws_s3_bucket.logs.arn}/trails/AWSLogs/*/elasticloadbalancing/*", ""),
            "closed",
        ),
        (
            allow(other, "s3:PutObject", "${aws_s3_bucket.logs.arn}/trails/AWSLogs/777788889999/*", ""),
            "444455556666 s3:PutObject",
        ),
        (allow(other, "s3:DeleteObject", "arn:aws:s3:::another-bucket/*", ""), "unknown"),
        // A condition limits the principals, or doesn't.
        (allow("\"*\"", "s3:*", objects, &in_organization), "closed"),
        (
            allow(other, "s3:*", objects, &condition("Bool", "aws:SecureTransport", "true")),
            "444455556666 s3:DeleteObject",
        ),
        (
            allow(other, "s3:*", objects, &condition("StringLike", "aws:PrincipalArn", "*")),
            "444455556666 s3:DeleteObject",
        ),
        // No other account.
        (allow(r#"{"Service": "logging.s3.amazonaws.com"}"#, "s3:PutObject", objects, ""), "closed"),
        (allow(r#"{"AWS": "arn:aws:iam::127311923021:root"}"#, "s3:PutObject", objects, ""), "closed"),
        (allow(r#"{"AWS": "${data.aws_caller_identity.current.account_id}"}"#, "s3:*", objects, ""), "closed"),
        (allow(r#"{"AWS": "${aws_iam_role.admin.arn}"}"#, "s3:*", objects, ""), "closed"),
        (allow(r#"{"AWS": "${var.archive}"}"#, "s3:*", objects, ""), "unknown"),
        (format!("{own}, {whole}"), "closed"),
        // Denials.
        (format!("{whole}, {}", deny("\"Principal\": \"*\"", "s3:Delete*", "")), "closed"),
        (
            format!("{whole}, {}", deny("\"Principal\": \"*\"", "s3:DeleteObject", "")),
            "444455556666 s3:DeleteObjectVersion",
        ),
        (format!("{whole}, {}", deny("\"Principal\": \"*\"", "s3:*", &outside)), "closed"),
        (
            format!(
                "{whole}, {}",
                deny("\"Principal\": \"*\"", "s3:*", &condition("Bool", "aws:SecureTransport", "false"))
            ),
            "444455556666 s3:DeleteObject",
        ),
        (
            format!(
                "{whole}, {}",
                deny("\"Principal\": \"*\"", "s3:*", &condition("Bool", "aws:MultiFactorAuthPresent", "false"))
            ),
            "unknown",
        ),
        (
            format!("{whole}, {}", deny(r#""NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}"#, "s3:*", "")),
            "closed",
        ),
    ];
    for (statements, expected) in cases {
        // The text is that of a heredoc, in which quotes aren't escaped.
        assert_eq!(opened(&format!("[{statements}]"), Known(false)), expected, "{statements}");
    }
    let everybody = format!("[{}]", allow("\"*\"", "s3:*", objects, ""));
    assert_eq!(opened(&everybody, Known(true)), "closed");
    assert_eq!(opened(&format!("[{whole}]"), Known(true)), "444455556666 s3:DeleteObject");
}
