use std::fmt::Write as _;

use super::super::node::NodeKind;
use super::super::render;
use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let (file, tree) = render::parse(parse, text);
    assert_eq!(render::values(&file, &tree), expected);
}

#[track_caller]
fn check_spans(text: &str, expected: &[&str]) {
    let (file, tree) = render::parse(parse, text);
    assert_eq!(render::spans(&file, &tree).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn strings_are_quoted_and_all_else_is_plain() {
    check(
        r#"{"a": ["b", 1, -2.5e3, true, false, null, {}, []]}"#,
        r#"{"a": ["b", 1, -2.5e3, true, false, null, {}, []]}"#,
    );
    check(" \"a\\u00e9\\ud83d\\ude00\\n\\/\" ", r#""aé😀\n/""#);
    check(r#"{"<<": {"a": 1}, "!Ref": "*x"}"#, r#"{"<<": {"a": 1}, "!Ref": "*x"}"#);
}

#[test]
fn spans_are_bytes_of_the_file() {
    check_spans(
        "\u{feff}{\r\n\"é\": [1 , \"x\\\"y\"],\r\n\"b\":null}\r\n",
        &[
            r#""{\r\n\"é\": [1 , \"x\\\"y\"],\r\n\"b\":null}""#,
            r#"  "\"é\"""#,
            r#"  "[1 , \"x\\\"y\"]""#,
            r#"    "1""#,
            r#"    "\"x\\\"y\"""#,
            r#"  "\"b\"""#,
            r#"  "null""#,
        ],
    );
}

#[test]
fn a_key_that_is_written_twice_is_reported_and_kept() {
    let message = "duplicate key `a`";
    check(
        r#"{"a": 1, "b": {"b": 1}, "\u0061": 2}"#,
        &format!("{{\"a\": 1, \"b\": {{\"b\": 1}}, \"a\": 2}}\nrepeated {:?}: {message}", r#""\u0061""#),
    );
}

#[test]
fn what_is_not_json_is_refused() {
    for (text, expected) in [
        ("", r#"problem "": expected a JSON value"#),
        (" \n", r#"problem "": expected a JSON value"#),
        ("{} []", r#"problem "[": text cannot contain more than one JSON value"#),
        ("// a\n{}", r#"problem "// a": comments are not allowed"#),
        (r#"{"a": 1,}"#, r#"problem ",": trailing commas are not allowed"#),
        (r#"{"a": 1 "b": 2}"#, r#"problem "1": expected comma"#),
        ("[1 2]", r#"problem "1": expected comma"#),
        ("[1,,2]", r#"problem ",": unexpected comma"#),
        ("[1", r#"problem "[1": unterminated array"#),
        ("{\"a\": {\n\"b\": 1", r#"problem "{": unterminated object"#),
        ("{'a': 1}", r#"problem "'": single-quoted strings are not allowed"#),
        ("{a: 1}", r#"problem "a": expected string for object property"#),
        (r#"{"a"}"#, r#"problem "}": expected colon after the string or word in object property"#),
        (r#"{"a": }"#, r#"problem "}": unexpected close brace"#),
        ("[0x1F]", r#"problem "0": hexadecimal numbers are not allowed"#),
        ("[+1]", r#"problem "+": unary plus on numbers is not allowed"#),
        ("[1.]", r#"problem "1.": leading or trailing decimal points on numbers are not allowed"#),
        ("[.5]", r#"problem ".": leading or trailing decimal points on numbers are not allowed"#),
        ("[01]", r#"problem "1]": expected comma"#),
        ("[NaN]", r#"problem "NaN": unexpected token"#),
        ("[-Infinity]", r#"problem "-Infinity": infinity and NaN are not allowed"#),
        ("[True]", r#"problem "True": unexpected token"#),
        (r#"["\x41"]"#, r#"problem "\\x": invalid escape"#),
        ("[\"abc\n]", r#"problem "\"abc": unterminated string literal"#),
        ("Resources:\n  a: 1", r#"problem "Resources": unexpected word"#),
    ] {
        let (file, tree) = render::parse(parse, text);
        assert_eq!(render::values(&file, &tree), expected, "{text:?}");
    }
}

#[test]
fn characters_that_json_lacks_are_reported_beside_the_tree() {
    check("[\"a\tb\"]", "[\"a\\tb\"]\nproblem \"\\t\": a control character in a string must be escaped");
    check("[\"a\nb\"]", "[\"a\\nb\"]\nproblem \"a\": a control character in a string must be escaped");
    check("[1,\u{a0}2]", "[1, 2]\nproblem \"\\u{a0}\": this white space isn't allowed in JSON");
}

/// Nests arrays and objects alternately.
fn nested(depth: usize) -> String {
    let open: String = (0..depth).map(|at| if at % 2 == 0 { "[" } else { "{\"a\":" }).collect();
    let close: String = (0..depth).rev().map(|at| if at % 2 == 0 { "]" } else { "}" }).collect();
    format!("{open}1{close}")
}

#[test]
fn nesting_is_limited_on_a_small_stack() {
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(check_nesting).unwrap().join().unwrap();
}

fn check_nesting() {
    assert_eq!(render::parse(parse, &nested(200)).1.problems, []);
    for text in [nested(201), nested(300), nested(100_000), "[".repeat(200_000), "{\"a\":".repeat(200_000)] {
        let [problem] = render::parse(parse, &text).1.problems.try_into().unwrap();
        assert_eq!(problem.message, "collections are nested more than 200 levels deep");
        assert!(!problem.span.range().is_empty());
    }
}

#[test]
fn the_number_of_values_is_limited() {
    let (file, tree) = render::parse(parse, &format!("[{}0]", "0,".repeat(300_000)));
    let message = "the file has more than 250000 values";
    assert_eq!(render::values(&file, &tree), format!("problem \",\": {message}"));
}

#[test]
fn many_keys_take_no_longer_each() {
    let mut text = String::from("{");
    (0..100_000).for_each(|number| write!(text, "\"key{number}\": 0, ").unwrap());
    text.push_str("\"key5\": 0}");
    let (_, tree) = render::parse(parse, &text);
    assert_eq!(tree.problems.len(), 1);
    let NodeKind::Mapping(mapping) = &tree.documents[0].kind else { panic!() };
    assert_eq!(mapping.entries.len(), 100_001);
}
