//! Writes expressions: mostly sound ones, with a wrong type here and there.

use crate::random::Random;

/// Writes expressions, each from those before it in the sequence of random numbers.
pub(crate) struct Writer {
    random: Random,
    /// The names that `for` has made, from the outside to the inside.
    names: Vec<String>,
}

impl Writer {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), names: Vec::new() }
    }

    /// An expression of any type, with expressions in it to a depth.
    pub(super) fn any(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0..3 => self.boolean(depth),
            3..5 => self.number(depth),
            5..8 => self.string(depth),
            8..10 => self.list(depth),
            _ => self.object(depth),
        }
    }

    fn any_or_null(&mut self, depth: usize) -> String {
        if self.random.chance(15) { "null".to_owned() } else { self.any(depth) }
    }

    /// What may stand where a type is wanted: seldom something else, null, or a name.
    fn other(&mut self, depth: usize) -> Option<String> {
        if self.random.chance(3) && depth > 0 {
            return Some(self.any(depth - 1));
        }
        if self.random.chance(25) && !self.names.is_empty() {
            let at = self.random.below(self.names.len());
            return self.names.get(at).cloned();
        }
        (self.random.chance(15) && depth > 0).then(|| self.chosen(depth - 1))
    }

    /// An expression that picks a value of any type out of others.
    fn chosen(&mut self, depth: usize) -> String {
        match self.random.below(14) {
            0 | 1 => format!("({} ? {} : {})", self.boolean(depth), self.any_or_null(depth), self.any(depth)),
            2 => format!("{}[{}]", self.list(depth), self.number(depth)),
            3 => format!("({}).a", self.object(depth)),
            4 => format!("{}[{}]", self.object(depth), self.key(depth)),
            5 => format!("try({}, {})", self.any(depth), self.any(depth)),
            6 => format!("coalesce({}, {})", self.any_or_null(depth), self.any(depth)),
            7 => format!("lookup({}, {}, {})", self.object(depth), self.key(depth), self.any(depth)),
            8 => format!("element({}, {})", self.list(depth), self.number(depth)),
            9 => format!("one({})", self.list(depth)),
            10 => format!("({}).0", self.list(depth)),
            11 => format!("jsondecode(jsonencode({}))", self.any(depth)),
            12 => format!("({})", self.any(depth)),
            _ => format!("{}[*]", self.any(depth)),
        }
    }

    /// An expression that is meant to be a boolean.
    pub(crate) fn boolean(&mut self, depth: usize) -> String {
        if let Some(other) = self.other(depth) {
            return other;
        }
        if depth == 0 {
            return self.random.pick(&["true", "false"]).to_owned();
        }
        let depth = depth - 1;
        match self.random.below(14) {
            0 => format!("!{}", self.boolean(depth)),
            1 | 2 => {
                // Versions differ in what they make of a failure on the right.
                let operator = self.random.pick(&["&&", "||"]);
                format!("({} {operator} try(tobool({}), false))", self.boolean(depth), self.boolean(depth))
            }
            3 | 4 => format!("({} == {})", self.any(depth), self.any_or_null(depth)),
            5 => format!("({} != {})", self.any(depth), self.any(depth)),
            6 | 7 => {
                let operator = self.random.pick(&["<", "<=", ">", ">="]);
                format!("({} {operator} {})", self.number(depth), self.number(depth))
            }
            8 => format!("contains({}, {})", self.list(depth), self.any(depth)),
            9 => format!("can({})", self.any(depth)),
            10 => format!("{}([{}, {}])", self.pick(&["alltrue", "anytrue"]), self.boolean(depth), self.boolean(depth)),
            11 => format!("tobool({})", self.any(depth)),
            12 => {
                let function = self.pick(&["startswith", "endswith", "strcontains"]);
                format!("{function}({}, {})", self.string(depth), self.string(depth))
            }
            _ => self.random.pick(&["true", "false", "\"true\""]).to_owned(),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if let Some(other) = self.other(depth) {
            return other;
        }
        if depth == 0 {
            return self.pick(&["0", "1", "2", "3", "10", "1.5", "(-1)", "0.25", "\"1\"", "1e3"]);
        }
        let depth = depth - 1;
        match self.random.below(13) {
            0..=3 => {
                let operator = self.random.pick(&["+", "-", "*", "/", "%"]);
                format!("({} {operator} {})", self.number(depth), self.number(depth))
            }
            4 => format!("(-({}))", self.number(depth)),
            5 => format!("length({})", self.any(depth)),
            6 => format!("{}({}, {})", self.pick(&["min", "max"]), self.number(depth), self.number(depth)),
            7 => format!("{}({})", self.pick(&["floor", "ceil", "abs", "signum"]), self.number(depth)),
            8 => format!("tonumber({})", self.any(depth)),
            9 => format!("sum({})", self.list(depth)),
            10 => format!("index({}, {})", self.list(depth), self.any(depth)),
            11 => format!("parseint({}, {})", self.string(depth), self.pick(&["10", "2", "16"])),
            _ => self.number(0),
        }
    }

    fn string(&mut self, depth: usize) -> String {
        if let Some(other) = self.other(depth) {
            return other;
        }
        if depth == 0 {
            const LITERALS: [&str; 14] = [
                "\"\"",
                "\"a\"",
                "\"b\"",
                "\"ab\"",
                "\"1\"",
                "\"true\"",
                "\"a,b\"",
                "\" x y \"",
                "\"A-b\"",
                "\"1.50\"",
                "\"é\"",
                "\"<&>\"",
                "\"a\\\"b\\n\"",
                "\"$${a}\"",
            ];
            return self.random.pick(&LITERALS).to_owned();
        }
        let depth = depth - 1;
        match self.random.below(15) {
            0 | 1 => format!("\"{}${{{}}}{}\"", self.pick(&["", "a-"]), self.any(depth), self.pick(&["", "-b"])),
            2 => format!(
                "\"%{{ if {} }}{}%{{ else }}${{{}}}%{{ endif }}\"",
                self.boolean(depth),
                self.pick(&["x", " y "]),
                self.any(depth)
            ),
            3 => {
                let list = self.list(depth);
                let body = self.named(&["v"], |writer| writer.string(depth));
                format!("\"%{{ for v in {list} ~}} ${{{body}}} %{{~ endfor }}\"")
            }
            4 => {
                let function = self.pick(&["upper", "lower", "title", "trimspace", "chomp", "strrev", "base64encode"]);
                format!("{function}({})", self.string(depth))
            }
            5 => format!("join({}, {})", self.string(depth), self.list(depth)),
            6 => {
                let verbs =
                    self.pick(&["\"%s-%s\"", "\"%v/%d\"", "\"%5s|%-3d\"", "\"%q %t\"", "\"%#v%%%s\"", "\"%03d%.1f\""]);
                format!("format({verbs}, {}, {})", self.any(depth), self.any(depth))
            }
            7 => format!("replace({}, {}, {})", self.string(depth), self.string(depth), self.string(depth)),
            8 => format!("substr({}, {}, {})", self.string(depth), self.number(depth), self.number(depth)),
            9 => format!("tostring({})", self.any(depth)),
            10 => format!("jsonencode({})", self.any(depth)),
            11 => {
                let function = self.pick(&["trimprefix", "trimsuffix", "trim"]);
                format!("{function}({}, {})", self.string(depth), self.string(depth))
            }
            12 => format!(
                "regex({}, {})",
                self.pick(&["\"[a-z]+\"", "\"^(.)(.*)$\"", "\"(?P<x>.)\""]),
                self.string(depth)
            ),
            _ => self.string(0),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        if let Some(other) = self.other(depth) {
            return other;
        }
        if depth == 0 {
            return self.pick(&["[]", "[1, 2]", "[\"a\", \"b\"]", "[true, \"a\", null]", "[3, 1, 2]", "[[1], [2]]"]);
        }
        let depth = depth - 1;
        match self.random.below(18) {
            0..=2 => {
                let count = self.random.below(4);
                let items: Vec<String> = (0..count).map(|_| self.any(depth)).collect();
                format!("[{}]", items.join(", "))
            }
            3..=5 => self.list_for(depth),
            6 => format!("[for v in {} : {{ a = v }}][*].a", self.list(depth)),
            7 => format!("concat({}, {})", self.list(depth), self.list(depth)),
            8..=10 => {
                let function =
                    self.pick(&["tolist", "toset", "distinct", "flatten", "sort", "reverse", "compact", "toset"]);
                format!("{function}({})", self.list(depth))
            }
            11 => format!("{}({})", self.pick(&["keys", "values"]), self.object(depth)),
            12 => format!("slice({}, {}, {})", self.list(depth), self.number(depth), self.number(depth)),
            13 => format!("range({})", self.number(depth)),
            14 => {
                let function = self.pick(&["setunion", "setintersection", "setsubtract", "setproduct", "coalescelist"]);
                format!("{function}({}, {})", self.list(depth), self.list(depth))
            }
            15 => format!("split({}, {})", self.string(depth), self.string(depth)),
            16 => format!("chunklist({}, {})", self.list(depth), self.number(depth)),
            _ => self.list(0),
        }
    }

    fn list_for(&mut self, depth: usize) -> String {
        let from = if self.random.chance(60) { self.list(depth) } else { self.object(depth) };
        let names = if self.random.chance(50) { &["k", "v"][..] } else { &["v"][..] };
        let (body, filter) = self.named(names, |writer| {
            let filter = writer.random.chance(40).then(|| format!(" if {}", writer.boolean(depth)));
            (writer.any(depth), filter.unwrap_or_default())
        });
        format!("[for {} in {from} : {body}{filter}]", names.join(", "))
    }

    fn object(&mut self, depth: usize) -> String {
        if let Some(other) = self.other(depth) {
            return other;
        }
        if depth == 0 {
            return self.pick(&[
                "{}",
                "{ a = 1 }",
                "{ a = \"x\", b = true }",
                "{ \"b\" = [1], a = true }",
                "{ b : \"y\" }",
            ]);
        }
        let depth = depth - 1;
        match self.random.below(10) {
            0..=3 => {
                let count = self.random.below(3);
                let items: Vec<String> =
                    (0..count).map(|_| format!("{} = {}", self.key(depth), self.any(depth))).collect();
                format!("{{ {} }}", items.join(", "))
            }
            4 | 5 => {
                let from = if self.random.chance(50) { self.list(depth) } else { self.object(depth) };
                let (key, value) = self.named(&["k", "v"], |writer| (writer.string(depth), writer.any(depth)));
                let group = if self.random.chance(25) { "..." } else { "" };
                format!("{{ for k, v in {from} : {key} => {value}{group} }}")
            }
            6 => format!("merge({}, {})", self.object(depth), self.object(depth)),
            7 => format!("tomap({})", self.object(depth)),
            8 => format!("zipmap({}, {})", self.list(depth), self.list(depth)),
            _ => self.object(0),
        }
    }

    /// A key of an object.
    fn key(&mut self, depth: usize) -> String {
        if self.random.chance(15) {
            format!("({})", self.string(depth))
        } else {
            self.pick(&["\"a\"", "\"b\"", "\"c\""])
        }
    }

    /// Something that may use more names.
    fn named<T>(&mut self, names: &[&str], write: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.names.len();
        self.names.extend(names.iter().map(|name| (*name).to_owned()));
        let written = write(self);
        self.names.truncate(before);
        written
    }

    fn pick(&mut self, choices: &[&str]) -> String {
        self.random.pick(choices).to_owned()
    }
}
