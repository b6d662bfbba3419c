//! Splits a file into its top-level blocks and attributes, without parsing their content.
//!
//! An invalid statement doesn't affect the others. Scanning resumes at the next line that starts a statement and isn't
//! indented more. Blocks that seemed to be part of the invalid statement, but by their indentation aren't, become items
//! of their own.

use std::collections::HashSet;
use std::ops::Range;

use super::scan::{self, BrokenStatement, OpenKind, Scanner};
use super::{FileOutline, ItemKind, Label, MAX_ITEMS, MAX_PARTS, MAX_PROBLEMS, UnparsedItem};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::Problem;

/// Finds the top-level blocks, attributes and comments of a file, and reports all other text.
pub fn split(id: FileId, file: &SourceFile) -> FileOutline {
    let (start, body) = file.body();
    let mut outline = split_range(id, &file.text, scan::range_of(start, body.len()), MAX_ITEMS);
    let undecodable = outside_of_comments(file.replaced.iter().copied(), "this byte isn't UTF-8", id, &outline);
    outline.problems.extend(undecodable);
    let lone = outside_of_comments(lone_returns(&file.text), "no line feed follows this carriage return", id, &outline);
    outline.problems.extend(lone);
    let repeated = repeated(&outline.items);
    outline.problems.extend(repeated);
    outline
}

/// Splits the body of a block.
pub fn split_body(block: &UnparsedItem, text: &str) -> FileOutline {
    split_range(block.span.file, text, block.inside.range(), MAX_PARTS)
}

fn split_range(id: FileId, text: &str, range: Range<usize>, limit: usize) -> FileOutline {
    let mut splitter = Splitter { id, scanner: Scanner::new(text, range), outline: FileOutline::default(), limit };
    while splitter.scanner.peek().is_some() {
        if splitter.is_full() {
            splitter.give_up();
            break;
        }
        if let Err(broken) = splitter.advance() {
            splitter.recover(broken);
        }
    }
    let comments = splitter.scanner.scanned.comments.drain(..);
    splitter.outline.comments = comments.map(|range| Span::new(id, range.start, range.end)).collect();
    splitter.outline
}

/// Scans the statement in `range`.
pub(super) fn scan_statement(text: &str, range: Range<usize>) -> Result<scan::ScannedText, BrokenStatement> {
    let mut scanner = Scanner::new(text, range);
    statement(&mut scanner)?;
    Ok(scanner.scanned)
}

struct Splitter<'a> {
    id: FileId,
    scanner: Scanner<'a>,
    outline: FileOutline,
    /// The maximum number of statements and comments.
    limit: usize,
}

impl Splitter<'_> {
    /// Scans to the next statement, and through it.
    fn advance(&mut self) -> Result<(), BrokenStatement> {
        self.scanner.skip_lines()?;
        if self.scanner.peek().is_none() {
            return Ok(());
        }
        let statement = statement(&mut self.scanner)?;
        let item = self.item(statement);
        self.outline.items.push(item);
        self.scanner.reset();
        self.end_line()
    }

    fn is_full(&self) -> bool {
        self.outline.items.len().saturating_add(self.scanner.scanned.comments.len()) >= self.limit
    }

    /// Reports that the limit is reached. This problem is kept even if there are too many others.
    fn give_up(&mut self) {
        self.outline.problems.truncate(MAX_PROBLEMS - 1);
        let at = self.scanner.at;
        self.report(BrokenStatement::limit(
            scan::range_of(at, 1),
            format!("there are more than {} blocks, attributes and comments", self.limit),
        ));
    }

    fn item(&self, statement: SplitStatement) -> UnparsedItem {
        let text = self.scanner.text.get(statement.keyword.clone()).unwrap_or_default();
        UnparsedItem {
            kind: statement.kind,
            span: self.span(statement.keyword.start..statement.end),
            inside: self.span(statement.inside),
            keyword: Label { text: text.to_owned(), span: self.span(statement.keyword) },
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.id, range.start, range.end)
    }

    /// Checks that only a comment follows a statement on its line.
    fn end_line(&mut self) -> Result<(), BrokenStatement> {
        self.scanner.skip_spaces()?;
        let ends = matches!(self.scanner.peek(), Some(b'\n') | None) || self.scanner.is_at_line_comment();
        if !ends {
            let at = self.scanner.at;
            self.report(BrokenStatement::new(scan::range_of(at, 1), "expected a new line after the block"));
        }
        Ok(())
    }

    fn recover(&mut self, broken: BrokenStatement) {
        let in_block = self.scanner.open.first().is_some_and(|frame| frame.open == OpenKind::Block);
        self.report(broken);
        self.give_back_blocks();
        let (text, indent) = (self.scanner.text, self.scanner.indent);
        let mut line = scan::next_line(text, self.scanner.at);
        while line < text.len() {
            let start = line.saturating_add(scan::indent_at(text, line, indent));
            if scan::header_at(text, start).is_some() || (!in_block && starts_attribute(text, start)) {
                break;
            }
            line = scan::next_line(text, line);
        }
        self.scanner.at = line;
        self.scanner.reset();
    }

    /// Adds the blocks that seemed to be within the invalid statement, but aren't indented more than it.
    fn give_back_blocks(&mut self) {
        let headers = std::mem::take(&mut self.scanner.scanned.headers);
        let mut last_end = 0;
        for header in headers {
            let Some(end) = header.end.filter(|_| header.keyword.start >= last_end) else { continue };
            last_end = end;
            let inside = header.brace.saturating_add(1)..end.saturating_sub(1);
            let item = self.item(SplitStatement { kind: ItemKind::Block, keyword: header.keyword, inside, end });
            self.outline.items.push(item);
        }
    }

    fn report(&mut self, broken: BrokenStatement) {
        if self.outline.problems.len() < MAX_PROBLEMS {
            let text = self.scanner.text;
            self.outline.problems.push(broken.problem(text, |range| Span::new(self.id, range.start, range.end)));
        }
    }
}

/// The positions of a block or an attribute.
struct SplitStatement {
    kind: ItemKind,
    keyword: Range<usize>,
    inside: Range<usize>,
    end: usize,
}

fn statement(scanner: &mut Scanner<'_>) -> Result<SplitStatement, BrokenStatement> {
    scanner.begin();
    let Some(keyword) = scanner.word() else { return Err(no_statement(scanner)) };
    let mut has_labels = false;
    loop {
        scanner.skip_spaces()?;
        match scanner.peek() {
            Some(b'=') if !has_labels => return attribute(scanner, keyword),
            Some(b'{') => return block(scanner, keyword),
            Some(b'"') => label(scanner)?,
            Some(_) | None => {
                if scanner.word().is_none() {
                    return Err(no_body(scanner, keyword, has_labels));
                }
            }
        }
        has_labels = true;
    }
}

fn attribute(scanner: &mut Scanner<'_>, keyword: Range<usize>) -> Result<SplitStatement, BrokenStatement> {
    scanner.assign();
    scanner.skip_spaces()?;
    let value = scanner.at;
    while !(scanner.open.is_empty() && matches!(scanner.peek(), Some(b'\n') | None)) {
        scanner.step()?;
    }
    let end = scanner.code_end;
    Ok(SplitStatement { kind: ItemKind::Attribute, keyword, inside: value.min(end)..end, end })
}

fn block(scanner: &mut Scanner<'_>, keyword: Range<usize>) -> Result<SplitStatement, BrokenStatement> {
    let body = scanner.at.saturating_add(1);
    scanner.step()?;
    while !scanner.open.is_empty() {
        scanner.step()?;
    }
    let end = scanner.at;
    Ok(SplitStatement { kind: ItemKind::Block, keyword, inside: body..end.saturating_sub(1), end })
}

fn label(scanner: &mut Scanner<'_>) -> Result<(), BrokenStatement> {
    scanner.step()?;
    while !scanner.open.is_empty() {
        scanner.step()?;
    }
    Ok(())
}

fn no_statement(scanner: &Scanner<'_>) -> BrokenStatement {
    let message = match scanner.peek() {
        Some(b'}') => "no `{` matches this `}`",
        Some(_) | None => "expected the name of a block or of an attribute",
    };
    BrokenStatement::new(scan::range_of(scanner.at, 1), message)
}

fn no_body(scanner: &Scanner<'_>, keyword: Range<usize>, has_labels: bool) -> BrokenStatement {
    let name = scanner.text.get(keyword.clone()).unwrap_or_default();
    let expected = if has_labels { "`{` on the same line" } else { "`=` or `{`" };
    BrokenStatement::new(keyword.start..scanner.code_end, format!("expected {expected} after `{name}`"))
}

fn starts_attribute(text: &str, at: usize) -> bool {
    let after = scan::word_at(text, at).and_then(|word| text.get(word.end..)).unwrap_or_default();
    let rest = after.trim_start_matches([' ', '\t']);
    rest.starts_with('=') && !rest.starts_with("==")
}

/// The carriage returns without a line feed, which HCL allows in comments only. One at the end of the file is ignored.
fn lone_returns(text: &str) -> impl Iterator<Item = u32> {
    let returns = text.match_indices('\r').map(|(at, _)| at);
    let lone = returns.filter(|at| text.as_bytes().get(at.saturating_add(1)).is_some_and(|next| *next != b'\n'));
    lone.filter_map(|at| u32::try_from(at).ok())
}

/// The problems for bytes that are allowed in comments only, one for each item.
fn outside_of_comments(
    offsets: impl Iterator<Item = u32>,
    message: &str,
    id: FileId,
    outline: &FileOutline,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    let mut last_item = None;
    for offset in offsets {
        let comment = outline.comments.get(outline.comments.partition_point(|span| span.end <= offset));
        let item = outline.items.partition_point(|item| item.span.end <= offset);
        let is_commented = comment.is_some_and(|comment| comment.start <= offset);
        if !is_commented && last_item.replace(item) != Some(item) && problems.len() < MAX_PROBLEMS {
            let span = Span { file: id, start: offset, end: offset.saturating_add(1) };
            problems.push(Problem::syntax(span, message));
        }
    }
    problems
}

/// The problems for repeated attribute names at the top level, for example in a `.tfvars` file.
fn repeated(items: &[UnparsedItem]) -> Vec<Problem> {
    let mut met = HashSet::new();
    let names = items.iter().filter(|item| item.kind == ItemKind::Attribute).map(|item| &item.keyword);
    let repeated = names.filter(|name| !met.insert(&name.text));
    repeated.take(MAX_PROBLEMS).map(|name| Problem::duplicate_key(name.span, &name.text)).collect()
}

#[cfg(test)]
mod tests {
    use crate::source::Sources;
    use crate::syntax::hcl::{ItemKind, split};

    /// Checks the items, the comments and the problems, each on a line, in this order.
    #[track_caller]
    fn check(input: impl AsRef<[u8]>, expected: &[&str]) {
        let sources = Sources::default();
        let id = sources.add("/f.tf".as_ref(), input.as_ref().to_vec());
        let file = sources.file(id);
        let outline = split(id, &file);
        let mut lines: Vec<String> = Vec::new();
        for item in &outline.items {
            assert_eq!(file.slice(item.keyword.span), item.keyword.text);
            let kind = match item.kind {
                ItemKind::Block => "block",
                ItemKind::Attribute => "attribute",
            };
            lines.push(format!("{kind} {} [{}]", file.slice(item.span), file.slice(item.inside)));
        }
        lines.extend(outline.comments.iter().map(|&comment| format!("comment {}", file.slice(comment))));
        for problem in &outline.problems {
            let place = file.position(problem.span.start);
            let text = file.slice(problem.span);
            lines.push(format!("{}:{} `{text}`: {}", place.line, place.column, problem.message));
        }
        assert_eq!(lines, expected);
    }

    fn problems(input: &str) -> usize {
        let sources = Sources::default();
        let id = sources.add("/f.tf".as_ref(), input.as_bytes().to_vec());
        split(id, &sources.file(id)).problems.len()
    }

    #[test]
    fn blocks_and_attributes_have_exact_spans() {
        check("", &[]);
        check("a {}", &["block a {} []"]);
        check("a \"b\" c {\n  x = 1\n}\n", &["block a \"b\" c {\n  x = 1\n} [\n  x = 1\n]"]);
        check("\ta { x = 1 }  \n\n  b=2 \n", &["block a { x = 1 } [ x = 1 ]", "attribute b=2 [2]"]);
        check("a = [\n  1,\n]\nb = 2", &["attribute a = [\n  1,\n] [[\n  1,\n]]", "attribute b = 2 [2]"]);
        check("a =\nb = 1\n", &["attribute a = []", "attribute b = 1 [1]"]);
        check("a {}\r\nb = 1\r\n", &["block a {} []", "attribute b = 1 [1]"]);
        check("\u{feff}a {}\n", &["block a {} []"]);
        check("é = \"ü\"\n", &["attribute é = \"ü\" [\"ü\"]"]);
    }

    #[test]
    fn a_carriage_return_ends_a_line_or_stands_in_a_comment() {
        assert_eq!(problems("a {\r\n}\r\n# b\rc\r\n/* d\re */\n# f\r"), 0);
        for lone in ["a {\n\r}\n", "a = \"b\rc\"\n", "a = <<E\nb\rc\nE\n", "a = 1\r\r\n", "\r#\n"] {
            assert_eq!(problems(lone), 1, "{lone:?}");
        }
    }

    #[test]
    fn an_attribute_is_written_once() {
        assert_eq!(problems("a = 1\nb = 1\na {}\na = 2\na = 3\n"), 2);
    }

    #[test]
    fn braces_in_strings_are_text() {
        check(r#"a { x = "}" }"#, &[r#"block a { x = "}" } [ x = "}" ]"#]);
        check(r#"a = "${b["}"]}\"}""#, &[r#"attribute a = "${b["}"]}\"}" ["${b["}"]}\"}"]"#]);
        check(r#"a = "$${" "#, &[r#"attribute a = "$${" ["$${"]"#]);
        check(
            r#"a = "$$${b}%%{%{if b}}%{endif}" "#,
            &[r#"attribute a = "$$${b}%%{%{if b}}%{endif}" ["$$${b}%%{%{if b}}%{endif}"]"#],
        );
        check("a = \"${\nb # }\n}\"\n", &["attribute a = \"${\nb # }\n}\" [\"${\nb # }\n}\"]", "comment # }"]);
    }

    #[test]
    fn heredocs_are_text() {
        check(
            "a = <<E\n}\nresource \"b\" \"c\" {\n# \"\nE\nd {}\n",
            &[
                "attribute a = <<E\n}\nresource \"b\" \"c\" {\n# \"\nE [<<E\n}\nresource \"b\" \"c\" {\n# \"\nE]",
                "block d {} []",
            ],
        );
        check(
            "a {\n  b = <<-E\n    ${c[\"}\"]}\nEE\n  E x\n  E\n}\n",
            &[
                "block a {\n  b = <<-E\n    ${c[\"}\"]}\nEE\n  E x\n  E\n} [\n  b = <<-E\n    ${c[\"}\"]}\nEE\n  E x\n  E\n]",
            ],
        );
        check(
            "a = <<E\n${<<E\nE\n}\nE\nb = 1\n",
            &["attribute a = <<E\n${<<E\nE\n}\nE [<<E\n${<<E\nE\n}\nE]", "attribute b = 1 [1]"],
        );
        check("a = <<E\r\n}\r\nE\r\n", &["attribute a = <<E\r\n}\r\nE [<<E\r\n}\r\nE]"]);
        check("a = 1 << 2\n", &["attribute a = 1 << 2 [1 << 2]"]);
    }

    #[test]
    fn comments_are_collected_wherever_they_are() {
        check(
            "# a }\r\n/* b\n} */ c { // d }\n  x = [ # e ]\n  ]\n} # f",
            &[
                "block c { // d }\n  x = [ # e ]\n  ]\n} [ // d }\n  x = [ # e ]\n  ]\n]",
                "comment # a }",
                "comment /* b\n} */",
                "comment // d }",
                "comment # e ]",
                "comment # f",
            ],
        );
        check(
            "a /* { */ \"b\" {}\nc = 1 // d",
            &["block a /* { */ \"b\" {} []", "attribute c = 1 [1]", "comment /* { */", "comment // d"],
        );
        check("a = \"# b\"\n", &["attribute a = \"# b\" [\"# b\"]"]);
    }

    #[test]
    fn a_broken_statement_costs_no_other() {
        check("a {\n  b = \"c\n}\nd {}\n", &["block d {} []", "2:7 `\"c`: this string isn't closed on its line"]);
        check("a {\n  b = (\n}\nd {}\n", &["block d {} []", "3:1 `}`: this `}` doesn't match the `(` before it"]);
        check("a {\n  b = <<E\n}\nd {}\n", &["block d {} []", "2:7 `<<`: no line with only `E` ends this heredoc"]);
        check(
            "a {\n  b = <<E\n${c\nE\n}\nd {}\n",
            &["block d {} []", "2:7 `<<`: no line with only `E` ends this heredoc"],
        );
        check("a {\n/* b\n}\nd {}\n", &["block d {} []", "2:1 `/*`: this comment is never closed"]);
        check("a {\nb {}\n} /* c", &["block a {\nb {}\n} [\nb {}\n]", "3:3 `/*`: this comment is never closed"]);
        check("}\na {}\n", &["block a {} []", "1:1 `}`: no `{` matches this `}`"]);
        check("a b\nc {}\n", &["block c {} []", "1:1 `a b`: expected `{` on the same line after `a`"]);
        check("a = [\n1\n]]\nc = 2\n", &["attribute c = 2 [2]", "3:2 `]`: no opening bracket matches this `]`"]);
        check("a {} b {}\n", &["block a {} []", "block b {} []", "1:6 `b`: expected a new line after the block"]);
        check(
            "1\n\"a\" = 2\nb = 3\n",
            &["attribute b = 3 [3]", "1:1 `1`: expected the name of a block or of an attribute"],
        );
    }

    #[test]
    fn a_block_that_is_never_closed_hides_no_other() {
        check(
            "a {\n  b {\n  }\nc \"d\" {\n  x = \"}\"\n}\ne {}\n",
            &[
                "block c \"d\" {\n  x = \"}\"\n} [\n  x = \"}\"\n]",
                "block e {} []",
                "1:3 `{`: this `{` is never closed",
            ],
        );
        check("a {\nb {\nc {}\n}\n", &["block b {\nc {}\n} [\nc {}\n]", "1:3 `{`: this `{` is never closed"]);
        check("a {\n  b = {\nc {}\n", &["block c {} []", "2:7 `{`: this `{` is never closed"]);
        check("a {\nb {}\n}\n", &["block a {\nb {}\n} [\nb {}\n]"]);
    }

    #[test]
    fn an_indented_file_recovers_as_well() {
        check(
            "  a {\n    b = (\n  }\n  c {\n    d {}\n  }\n",
            &["block c {\n    d {}\n  } [\n    d {}\n  ]", "3:3 `}`: this `}` doesn't match the `(` before it"],
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_problems_outside_of_comments() {
        check(
            b"a = \"\xff\xff\" # \xff\nb = 1\n",
            &["attribute a = \"??\" [\"??\"]", "attribute b = 1 [1]", "comment # ?", "1:6 `?`: this byte isn't UTF-8"],
        );
    }

    #[test]
    fn characters_that_the_language_does_not_have_are_passed() {
        for character in (0..=0x7f_u8).map(char::from).filter(|c| !" \t\n\r\"()[]{}#/".contains(*c)) {
            let input = format!("a = 1 {character} 2\nb = {character}\n");
            let first = format!("attribute a = 1 {character} 2 [1 {character} 2]");
            check(input, &[&first, &format!("attribute b = {character} [{character}]")]);
        }
    }

    #[test]
    fn hostile_text_takes_linear_time() {
        assert_eq!(problems(&"a {\n".repeat(300_000)), 100);
        let heredocs: String = (0..100_000).map(|at| format!("a {{\nx = <<E{at}\n${{)\n")).collect();
        let ends: String = (0..100_000).map(|at| format!("E{at}\n")).collect();
        assert_eq!(problems(&(heredocs + &ends)), 100);
        assert_eq!(problems(&"a {\n/*\n".repeat(200_000)), 100);
        assert_eq!(problems(&"a{".repeat(500_000)), 1);
    }
}
