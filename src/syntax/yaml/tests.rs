use std::fmt::Write as _;

use super::super::node::{Meaning, NodeKind};
use super::super::{MAX_NODES, render};
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

/// Checks the only problem of a text, on a stack as small as that of a thread.
fn check_refused(text: String, expected: &'static str) {
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let thread = small.spawn(move || {
        let (file, tree) = render::parse(parse, &text);
        let [problem] = tree.problems.try_into().unwrap();
        assert_eq!(problem.message, expected);
        assert!((1..=40).contains(&file.slice(problem.span).len()));
    });
    thread.unwrap().join().unwrap();
}

const TOO_DEEP: &str = "collections are nested more than 200 levels deep";
const TOO_MANY: &str = "the file has more than 250000 values";
const TOO_MANY_REPEATED: &str = "the file has more than 250000 values when its aliases are written out";

#[test]
fn short_cloudformation_tags_stand_before_any_value() {
    check("a: !If [a, !Ref b, {x: !GetAtt c.d}]", "{a: !If [a, !Ref b, {x: !GetAtt c.d}]}");
    check(
        "!Sub\n- a${b}\n- b: !FindInMap\n  - c\n  - !Select [0, d]",
        "!Sub [a${b}, {b: !FindInMap [c, !Select [0, d]]}]",
    );
    check("a: !Sub |\n  x\n  y\nb: !Base64 >-\n  x\n  y", "{a: !Sub |\"x\\ny\\n\", b: !Base64 |\"x y\"}");
    check("a: !Ref\nb: !Condition 'c'\n!Ref c: d", "{a: !Ref , b: !Condition \"c\", !Ref c: d}");
}

#[test]
fn other_tags_are_written_in_full() {
    let text = "%TAG !e! tag:example.com,2000:\n%TAG !f! !Fn-\n---\n[!!str 1, !e!x 2, !f!y 3, !<!Ref> 4, !<tag:a,1:b> 5, ! 6, !%52ef 7]";
    let values = "!Fn-y 3, !Ref 4, tag:a,1:b 5, ! 6, !Ref 7";
    check(text, &format!("[tag:yaml.org,2002:str 1, tag:example.com,2000:x 2, {values}]"));
}

#[test]
fn spans_cover_what_is_written() {
    check_spans(
        "a: !Ref  x\nb: !If [ 'y', {z: \"\\x41\"} ] # c\nc:\n  - 1\n  -  two\n     lines\n\n# end\n",
        &[
            r#""a: !Ref  x\nb: !If [ 'y', {z: \"\\x41\"} ] # c\nc:\n  - 1\n  -  two\n     lines""#,
            r#"  "a""#,
            r#"  !Ref "x""#,
            r#"  "b""#,
            r#"  !If "[ 'y', {z: \"\\x41\"} ]""#,
            r#"    "'y'""#,
            r#"    "{z: \"\\x41\"}""#,
            r#"      "z""#,
            r#"      "\"\\x41\"""#,
            r#"  "c""#,
            r#"  "- 1\n  -  two\n     lines""#,
            r#"    "1""#,
            r#"    "two\n     lines""#,
        ],
    );
}

#[test]
fn spans_are_bytes_of_the_file() {
    check_spans(
        "\u{feff}é: \"ü\"\r\nb:\r\n- {日: 本}\r\n",
        &[
            r#""é: \"ü\"\r\nb:\r\n- {日: 本}""#,
            r#"  "é""#,
            r#"  "\"ü\"""#,
            r#"  "b""#,
            r#"  "- {日: 本}""#,
            r#"    "{日: 本}""#,
            r#"      "日""#,
            r#"      "本""#,
        ],
    );
}

#[test]
fn a_sequence_starts_at_its_first_dash() {
    let text = "a: !X\n# - c\n-  # - d\n   - b: # - e\n     -\n     - 2\n? - k\n: - v\n";
    check_spans(
        text,
        &[
            r#""a: !X\n# - c\n-  # - d\n   - b: # - e\n     -\n     - 2\n? - k\n: - v""#,
            r#"  "a""#,
            r#"  !X "-  # - d\n   - b: # - e\n     -\n     - 2""#,
            r#"    "- b: # - e\n     -\n     - 2""#,
            r#"      "b: # - e\n     -\n     - 2""#,
            r#"        "b""#,
            r#"        "-\n     - 2""#,
            r#"          """#,
            r#"          "2""#,
            r#"  "- k""#,
            r#"    "k""#,
            r#"  "- v""#,
            r#"    "v""#,
        ],
    );
}

#[test]
fn nothing_has_a_place_after_its_colon_or_what_else_announces_it() {
    for (text, places) in [
        ("a:\nb: 1", [2].as_slice()),
        ("a :\n\n\n", &[3]),
        ("a: # c\n", &[2]),
        ("a: !Ref # c\n", &[7]),
        ("a: &x\nb: 1", &[5]),
        ("? a\n? b\n", &[3, 7]),
        ("? a\n::b: 1\n", &[3]),
        ("{a, b: , c: }", &[2, 6, 11]),
        ("[a: ]", &[3]),
        ("-\n-\n", &[1, 3]),
        ("--- # c", &[3]),
        ("a: |+\n\n\nb: 1", &[5]),
    ] {
        let (_, tree) = render::parse(parse, text);
        let mut found = Vec::new();
        push_empty_places(&tree.documents[0], &mut found);
        assert_eq!(found, places, "{text:?}");
    }
}

fn push_empty_places(node: &super::super::node::Node, places: &mut Vec<u32>) {
    match &node.kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) if node.span.range().is_empty() => places.push(node.span.start),
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| push_empty_places(item, places)),
        NodeKind::Mapping(mapping) => {
            let nodes = mapping.entries.iter().flat_map(|entry| [&entry.key, &entry.value]);
            nodes.for_each(|node| push_empty_places(node, places));
        }
    }
}

#[test]
fn scalars_read_as_yaml_1_1_says() {
    use Meaning::*;
    for (text, expected) in [
        ("yes", Bool(true)),
        ("On", Bool(true)),
        ("TRUE", Bool(true)),
        ("no", Bool(false)),
        ("OFF", Bool(false)),
        ("False", Bool(false)),
        ("tRue", String),
        ("y", Ambiguous),
        ("N", Ambiguous),
        ("'yes'", String),
        ("!!str yes", String),
        ("! yes", String),
        ("!!bool 'yes'", Bool(true)),
        ("|\n yes", String),
        ("", Null),
        ("~", Null),
        ("null", Null),
        ("''", String),
        ("!!str", String),
        ("12", Number(12.0)),
        ("-1.5", Number(-1.5)),
        ("1_000", String),
        ("0o7", String),
        ("1:30", String),
        ("2012-10-17", String),
        ("-", String),
        (".", String),
        (".inf", String),
    ] {
        let text = if text == "-" { "a: '-'".to_owned() } else { format!("a: {text}") };
        let (_, tree) = render::parse(parse, &text);
        let entry = tree.documents[0].as_mapping().unwrap().get("a").unwrap().clone();
        let NodeKind::Scalar(scalar) = &entry.value.kind else { panic!("{text}") };
        assert_eq!(entry.value.meaning(scalar), expected, "{text}");
    }
}

#[test]
fn a_file_may_hold_several_documents() {
    check("a: 1\n---\n- 2\n...\n--- 3\n---\n", "{a: 1}\n[2]\n3\n");
    check("", "");
    check("# c\n", "comment \"# c\"");
}

#[test]
fn comments_have_no_line_ending() {
    check(
        "# a\r\nb: | # c\r\n  # text\r\nd: 'x # y' #\r\ne: f#g\t# h",
        "{b: |\"# text\\n\", d: \"x # y\", e: f#g}\ncomment \"# a\"\ncomment \"# c\"\ncomment \"#\"\ncomment \"# h\"",
    );
}

#[test]
fn a_block_ends_where_the_file_ends() {
    check("a: |\n  x", "{a: |\"x\"}");
    check("a: |\n  x  ", "{a: |\"x  \"}");
    check("a: >+\n  x\n", "{a: |\"x\\n\"}");
    check("a: |+\n  x\n\nb: |\n", "{a: |\"x\\n\\n\", b: |\"\"}");
    check_spans(
        "a: |-\n\n  x\n  y\n\nb: 1",
        &[r#""a: |-\n\n  x\n  y\n\nb: 1""#, r#"  "a""#, r#"  "x\n  y""#, r#"  "b""#, r#"  "1""#],
    );
}

#[test]
fn an_alias_shares_its_node() {
    check("a: &x !Ref b\nc: *x\nd: [&x 1, *x]", "{a: !Ref b, c: *!Ref b, d: [1, *1]}");
    check_spans(
        "a: &x [1]\nb: *x # c",
        &[r#""a: &x [1]\nb: *x""#, r#"  "a""#, r#"  "[1]""#, r#"    "1""#, r#"  "b""#, r#"  "*x""#],
    );
    check("- &x a\n- *x : b", "[a, {*a: b}]");
    let (_, tree) = render::parse(parse, "[&x {a: b}, *x]");
    let [node, alias] = tree.documents[0].as_sequence().unwrap() else { panic!() };
    assert!(std::ptr::eq(&raw const **node, alias.target()));
}

#[test]
fn an_alias_without_an_anchor_before_it_costs_the_document() {
    check("- &x 1\n---\n- *x\n---\n- 2", "[1]\n[2]\nproblem \"*x\": no anchor `&x` comes before this alias");
    check("a: &x [1, {b: *x}]", "problem \"*x\": this alias refers to a node that contains it");
}

#[test]
fn merge_keys_are_kept_apart() {
    check("a: &x {b: 1}\nc: {<<: *x, d: 2}", "{a: {b: 1}, c: {d: 2, << *{b: 1}}}");
    check("- &x {a: 1}\n- <<: [*x, {b: 2}]\n  c: 3", "[{a: 1}, {c: 3, << *{a: 1}, << {b: 2}}]");
    check("- &x [{a: 1}]\n- <<: *x", "[[{a: 1}], {<< {a: 1}}]");
    check("{'<<': {a: 1}, !x <<: {b: 2}}", "{\"<<\": {a: 1}, !x <<: {b: 2}}\nrepeated \"<<\": duplicate key `<<`");
    check("<<: {a: 1}\n<<: [{b: 2}, {c: 3}]", "{<< {b: 2}, << {c: 3}, << {a: 1}}\nrepeated \"<<\": duplicate key `<<`");
}

#[test]
fn only_mappings_can_be_merged() {
    let message = "problem \"<<\": `<<` can merge only a mapping or a list of mappings";
    for value in ["1", "", "[{}, 1]", "!If [{}, {}]", "!Transform {a: b}"] {
        check(&format!("{{<<: {value}, a: 1}}"), &format!("{{a: 1}}\n{message}"));
    }
}

#[test]
fn a_key_that_is_written_twice_is_reported_and_kept() {
    check("a: 1\nb: {a: 2}\n'a': 3", "{a: 1, b: {a: 2}, \"a\": 3}\nrepeated \"'a'\": duplicate key `a`");
    check("{[a]: 1, [a]: 2}", "{[a]: 1, [a]: 2}");
}

#[test]
fn what_is_not_yaml_is_refused_at_its_place() {
    for (text, expected) in [
        ("a: [1, 2", r#"problem "[1,": unclosed bracket '['"#),
        ("a: [1, 2\nb: 3", r#"problem ":": illegal placement of ':' indicator"#),
        ("a: 'b\n", r#"problem "b": invalid indentation in multiline quoted scalar"#),
        ("a:\n\t- b", r#"problem "-": tabs disallowed within this context (block indentation)"#),
        ("a: b: c", r#"problem ":": mapping values are not allowed in this context"#),
        ("a: \"\\q\"", r#"problem "\"\\q\"": while parsing a quoted scalar, found unknown escape character"#),
        ("a: @b", r#"problem "@b": unexpected character: `@'"#),
        ("a: 1\n- b", r#"problem "b": expected a key of the mapping"#),
        ("a: !e!x b", r#"problem "!e!x": the handle wasn't declared"#),
        ("{a: 1}}", r#"problem "}": misplaced bracket"#),
    ] {
        let (file, tree) = render::parse(parse, text);
        assert_eq!(render::values(&file, &tree), expected, "{text:?}");
    }
}

#[test]
fn a_broken_document_costs_no_other() {
    check("a: 1\n---\n[b\n---\nc: 3", "{a: 1}\n{c: 3}\nproblem \"[b\": unclosed bracket '['");
    let (_, tree) = render::parse(parse, &"---\n[a\n".repeat(1000));
    assert_eq!(tree.problems.len(), 20);
}

#[test]
fn nesting_is_limited() {
    check(&flow(200), &flow(200));
    assert_eq!(render::parse(parse, &block(200)).1.problems, []);
    check_refused(flow(201), TOO_DEEP);
    check_refused(block(201), TOO_DEEP);
    check_refused(flow(100_000), TOO_DEEP);
    for opening in ["[", "{", "{a: ", "- ", "? ", "[? ", "!x [", "? - "] {
        check_refused(opening.repeat(20_000), TOO_DEEP);
    }
}

fn flow(depth: usize) -> String {
    format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
}

fn block(depth: usize) -> String {
    (0..depth).map(|at| format!("{}a:\n", " ".repeat(at))).collect()
}

#[test]
fn nesting_is_limited_through_aliases() {
    // The list around the chain also counts as a level.
    assert_eq!(render::parse(parse, &chain(199)).1.problems, []);
    check_refused(chain(201), TOO_DEEP);
    check_refused(chain(5000), TOO_DEEP);
}

fn chain(links: usize) -> String {
    let mut text = String::from("- &a0 []\n");
    for link in 1..links {
        writeln!(text, "- &a{link} [*a{}]", link - 1).unwrap();
    }
    text
}

#[test]
fn the_number_of_values_is_limited() {
    let exact = format!("[{}]", "0,".repeat(MAX_NODES - 1));
    assert_eq!(render::parse(parse, &exact).1.problems, []);
    check_refused(format!("[{}]", "0,".repeat(MAX_NODES)), TOO_MANY);
    check_refused("---\n".repeat(MAX_NODES + 1), TOO_MANY);
}

#[test]
fn aliases_count_as_what_they_repeat() {
    let mut bomb = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for level in 1..60 {
        let alias = format!("*a{}", level - 1);
        writeln!(bomb, "a{level}: &a{level} [{}]", [alias.as_str(); 9].join(", ")).unwrap();
    }
    check_refused(bomb, TOO_MANY_REPEATED);
    check_refused(format!("- &a [{}]\n{}", "0,".repeat(1000), "- *a\n".repeat(10_000)), TOO_MANY_REPEATED);
}

#[test]
fn size_alone_is_no_problem() {
    for text in [
        format!("a: {}", "word ".repeat(50_000)),
        format!("a: \"{}\"", "word\n ".repeat(50_000)),
        format!("a: |\n{}", "  line\n".repeat(50_000)),
        format!("{}a: 1", "# comment\n".repeat(90_000)),
        format!("a: 1\n{}", "\n".repeat(200_000)),
        format!("a:\n{}- b", "# - c\n".repeat(50_000)),
        format!("a: {}b", " ".repeat(200_000)),
        lines(|number| format!("key{number}: {number}\n")),
        lines(|number| format!("- &a{number} {number}\n")),
        lines(|number| format!("--- &a{number} {number}\n")),
        lines(|_| "- {? }\n".to_owned()),
    ] {
        let (file, tree) = render::parse(parse, &text);
        let problems = tree.problems.iter().filter(|it| it.kind.loses_text());
        assert_eq!(problems.count(), 0, "{}", file.text.chars().take(40).collect::<String>());
    }
}

fn lines(line: fn(usize) -> String) -> String {
    (0..20_000).map(line).collect()
}

#[test]
fn a_key_may_be_as_long_as_yaml_allows() {
    check(&format!("{}: 1", "k".repeat(1024)), &format!("{{{}: 1}}", "k".repeat(1024)));
    check_refused(format!("{}: 1", "k".repeat(1025)), "mapping values are not allowed in this context");
}
