//! Tests of the HCL parser. The expected trees are S-expressions.

mod render;

use std::sync::Arc;

use super::{Expr, ParsedItem, parse, parse_expr, parse_template, split};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::Problem;
use render::{children, render, render_attribute, render_block, render_problem};

/// Checks the tree of `x = <input>`.
#[track_caller]
fn check(input: &str, expected: &str) {
    assert_eq!(read(&format!("x = {input}\n")), format!("(x {expected})"), "{input}");
}

/// Checks the items of a file, then its problems.
#[track_caller]
fn check_file(input: &str, expected: &str) {
    assert_eq!(read(input), expected);
}

/// Checks the texts at the spans of the expressions in `x = <input>`, outermost first.
#[track_caller]
fn check_spans(input: &str, expected: &[&str]) {
    let (id, file) = file(&format!("é = 1\nx = {input} # c\n"));
    let items = split(id, &file).items;
    let Some(ParsedItem::Attribute(attribute)) = parse(&items[1], &file).0 else { panic!("an attribute was expected") };
    let mut spans = Vec::new();
    let mut waiting = vec![&attribute.value];
    while let Some(expr) = waiting.pop() {
        spans.push(file.slice(expr.span));
        waiting.extend(children(expr).into_iter().rev());
    }
    assert_eq!(spans, expected);
}

/// Checks the two interpretations of a string in Terraform's JSON syntax.
#[track_caller]
fn check_string(text: &str, template: &str, expression: &str) {
    let (id, _) = file(text);
    assert_eq!(shown(parse_template(text, |range| Span::new(id, range.start, range.end))), template);
    assert_eq!(shown(parse_expr(text, |range| Span::new(id, range.start, range.end))), expression);
}

fn shown(read: Result<Expr, Problem>) -> String {
    match read {
        Ok(expr) => render(&expr),
        Err(problem) => format!("! {}..{} {}", problem.span.start, problem.span.end, problem.message),
    }
}

fn read(input: &str) -> String {
    let (id, file) = file(input);
    let outline = split(id, &file);
    let mut problems = outline.problems;
    let mut words = Vec::new();
    for item in &outline.items {
        let (parsed, more) = parse(item, &file);
        problems.extend(more);
        words.extend(parsed.map(|parsed| match parsed {
            ParsedItem::Attribute(attribute) => render_attribute(&attribute),
            ParsedItem::Block(block) => render_block(&block, &file),
        }));
    }
    words.extend(problems.iter().map(|problem| render_problem(problem, &file)));
    words.join(" ")
}

fn file(input: &str) -> (FileId, Arc<SourceFile>) {
    let sources = Sources::default();
    let id = sources.add("/f.tf".as_ref(), input.as_bytes().to_vec());
    (id, sources.file(id))
}

#[test]
fn literals() {
    check("null", "null");
    check("true", "true");
    check("1.50e-3", "1.50e-3");
    check("123456789012345678901234567890", "123456789012345678901234567890");
    check("-1", "-1");
    check("- /* 2 */ 1", "-1");
    check(r#""""#, r#""""#);
    check(r#""a\n\t\"\\\u00e9\U0001F600é""#, r#""a\n\t\"\\é😀é""#);
    check(r#""$${a} %%{b} $ % $$""#, r#""${a} %{b} $ % $$""#);
    check("(((1)))", "1");
}

#[test]
fn collections() {
    check("[]", "[]");
    check("[1, [2],\n # c\n]", "[1 [2]]");
    check("{}", "{}");
    check(
        "{ a = 1, b : 2\n \"c\" = 3\n (d) = 4, \"${e}\" = 5, 6 = 7, null = 8 }",
        "{a=1 b=2 (\"c\")=3 (d)=4 (e)=5 (6)=7 null=8}",
    );
}

#[test]
fn traversals() {
    check("a.b[0].c", "(get (index (get a b) 0) c)");
    check(r#"a["b"]["c d"][e.f]"#, r#"(index (index (get a b) "c d") (get e f))"#);
    check("a.0.b", "(get (index a 0) b)");
    check("a[*].b[0].c", "([*] a (get (index (get _ b) 0) c))");
    check("a[*].b[*].c", "([*] a ([*] (get _ b) (get _ c)))");
    check("a.*.b.0[1].c", "(get (index (.* a (index (get _ b) 0)) 1) c)");
    check("a.*", "(.* a _)");
    check("(a ? b : c).d", "(get (? a b c) d)");
    check("f(a).b", "(get (f: a) b)");
}

#[test]
fn operations() {
    check("a + b * c - d", "(Subtract (Add a (Multiply b c)) d)");
    check("a / b % c", "(Modulo (Divide a b) c)");
    check("!a && b || -c.d < e", "(Or (And (Not a) b) (Less (Negate (get c d)) e))");
    check("a == b != (c <= d)", "(NotEqual (Equal a b) (LessOrEqual c d))");
    check("a > b ? c >= d : e ? f : g", "(? (Greater a b) (GreaterOrEqual c d) (? e f g))");
}

#[test]
fn calls() {
    check("f()", "(f: )");
    check("f(a, [1]...)", "(f: a [1]...)");
    check("provider::aws::arn_parse(a)", "(provider::aws::arn_parse: a)");
}

#[test]
fn for_expressions() {
    check("[for a in b : a]", "(for a in b: a)");
    check("[for k, v in b : v if k]", "(for k,v in b: v if k)");
    check("{for k, v in b : k => v... if c}", "(for k,v in b: k => v... if c)");
    check("{for a in b :\n a => c # d\n ? e\n : f\n}", "(for a in b: a => (? c e f))");
}

#[test]
fn templates() {
    check(r#""${a}""#, "a");
    check(r#""${~ a ~}""#, "a");
    check(r#""a-${b["c"]}-$${d}\n""#, r#"(template "a-" (get b c) "-${d}\n")"#);
    check(r#""a ${~ b ~} c""#, r#"(template "a" b "c")"#);
    check(r#""%{ if a }b%{ else }${c}%{ endif }""#, r#"(template (if a "b" else c))"#);
    check(r#""%{ for k, v in a ~} ${v}, %{~ endfor }""#, r#"(template (for k,v in a: v ","))"#);
}

#[test]
fn heredocs() {
    check("<<E\nE", r#""""#);
    check("<<E\n  a\\n\"\n$${b}\n  E", r#""  a\\n\"\n${b}\n""#);
    check("<<-E\n    a\n\n  \n  b\n  E", r#""  a\n\n  \nb\n""#);
    check("<<-E\n    a ${b}\n  ${c}\n  E", r#"(template "  a " b "\n" c "\n")"#);
    check("<<-E\n${a}\n  b\nE", r#"(template a "\n  b\n")"#);
    check("<<-E\n  %{ if a ~}\n  b\n  %{ endif ~}\n  E", r#"(template (if a "  b\n" else))"#);
    check("<<E\na\r\nE", r#""a\r\n""#);
    check("f(<<E\na\nE\n, 1)", r#"(f: "a\n" 1)"#);
}

#[test]
fn spans_cover_the_expression_and_nothing_else() {
    check_spans("a + (b) * c", &["a + (b) * c", "a", "(b) * c", "b", "c"]);
    check_spans("a . b [ 0 ]", &["a . b [ 0 ]", "a . b", "a", "0"]);
    check_spans("a[*].b", &["a[*].b", "a", "[*].b", "[*]"]);
    check_spans("[ \"é\" , f( x ) ]", &["[ \"é\" , f( x ) ]", "\"é\"", "f( x )", "x"]);
    check_spans("! a ? b : c", &["! a ? b : c", "! a", "a", "b", "c"]);
    check_spans("{ a = b }", &["{ a = b }", "b"]);
    check_spans("\"é ${ a }\"", &["\"é ${ a }\"", "a"]);
    check_spans("<<E\na\nE\n", &["<<E\na\nE"]);
    check_spans("[for a in b : c]", &["[for a in b : c]", "b", "c"]);
}

#[test]
fn blocks() {
    check_file("a {}", "[a]{}");
    check_file("a \"b\" c { x = 1 }", "[a \"b\" c]{(x 1)}");
    check_file("a \"b\\\"\" {\r\n  c {\r\n    x = 1 # d\r\n  }\r\n  y = 2\r\n}\r\n", "[a \"b\\\"\"]{(y 2) [c]{(x 1)}}");
}

#[test]
fn what_is_wrong_costs_only_its_attribute() {
    check_file(
        "a \"b\" {\n  x = 1 +\n  c {\n    y = \"\\q\"\n    z = 1\n  }\n}",
        "[a \"b\"]{(x unreadable) [c]{(y unreadable) (z 1)}} ! 2:9 `+` expected the end of the value ! 4:10 `\\q\"` a string has no such escape sequence",
    );
    check_file("a {\n  x = 1\n  x = 2\n}", "[a]{(x 1) (x 2)} ! 3:3 `x` duplicate key `x`");
    check_file(
        "a {\n  x = 1\n  * 2\n  y = [\n    1\n  ]\n}",
        "[a]{(x 1) (y [1])} ! 3:3 `*` expected the name of a block or of an attribute",
    );
    check_file("a {\n  # b\rc\n  x = 1\n}", "[a]{(x 1)}");
    check_file("a { x = 1\n}", "[a]{(x 1)} ! 1:9 `1` expected a new line or `}`");
    check_file("a \"${b}\" {\n}", "! 1:3 `\"${b}\"` can't be read: expected `{`");
    check_file("a {\n  x\n  y = 1\n}", "[a]{(y 1)} ! 2:3 `x` expected `=` or `{` after `x`");
    check_file("x =\n", "(x unreadable) ! 1:1 `x =` expected a value after `=`");
}

#[test]
fn what_is_too_much_for_the_parser_is_no_problem() {
    check("{ a = 1, a = 2 }", "unreadable");
    check(&format!("{}1{}", "[".repeat(70), "]".repeat(70)), "unreadable");
    check(&format!("a{}", ".b".repeat(300)), "unreadable");
    check_file("a {\n  x = <<E\nE\n  y = <<E\nb\nE\n}", "[a]{(x \"\") (y \"b\\n\")}");
    check_file("a {\n  x = <<E\nE b\nE\n  y = 1\n}", "[a]{(x unreadable) (y 1)}");
    let keys: String = (0..5_000).map(|at| format!("k{at} = 1\n")).collect();
    check_file(&format!("a {{\n  x = {{\n{keys}}}\n  y = 1\n}}"), "[a]{(x unreadable) (y 1)}");
}

#[test]
fn strings_hold_templates_and_expressions() {
    check_string("a", r#""a""#, "a");
    check_string("${a.b}", "(get a b)", "! 0..6 expected an expression");
    check_string("a \"${b}\" \\n", r#"(template "a \"" b "\" \\n")"#, "! 0..1 can't be read: unexpected token");
    check_string("${a", "! 2..3 can't be read: expected `}`", "! 0..3 expected an expression");
    check_string("${<<E\nE\n}", "unreadable", "! 0..5 expected an expression");
    check_string("", r#""""#, "! 0..0 can't be read: unexpected token");
}

/// Parsing must not overflow a small stack, even in a build without optimization.
#[test]
fn deep_trees_fit_a_stack_of_one_megabyte() {
    let mut inputs = vec![nest("a {\n", "}\n", 500), nest("a + ", "", 128), nest("a + ", "", 100_000)];
    for depth in [63, 64, 150, 900] {
        for (open, close) in
            [("(", ")"), ("{a=", "}"), ("f(", ")"), ("a[", "]"), ("\"${", "}\""), ("!", ""), ("a?b:", "")]
        {
            inputs.push(nest(open, close, depth));
        }
        inputs.push(nest("\"${[for a in b : { c = !", "}]}\"", depth / 4));
    }
    let deep = nest("{a=", "}", 60);
    inputs.push(format!("{}y = \"\\q\"\n{deep}{}", "a {\n".repeat(31), "}\n".repeat(31)));
    for length in [150, 250, 100_000] {
        inputs.push(format!("x = a{}\n", ".b".repeat(length)));
        inputs.push(format!("x = a{}\n", "[*]".repeat(length)));
    }
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let thread = small.spawn(move || inputs.iter().for_each(|input| drop(read(input)))).expect("a thread starts");
    thread.join().expect("the stack is large enough");
}

fn nest(open: &str, close: &str, depth: usize) -> String {
    format!("x = {}1{}\n", open.repeat(depth), close.repeat(depth))
}
