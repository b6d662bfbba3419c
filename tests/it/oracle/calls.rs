//! Generated calls of functions whose arguments have a notation of their own: addresses, times, YAML, and the like.

use super::terraform::answers;
use super::{compare, quoted};
use crate::random::Random;

#[test]
fn calls_mean_what_terraform_says() {
    let (seed, count) = match std::env::var("TRAILINT_SEED") {
        Ok(seed) => (seed.parse().unwrap(), 3000),
        Err(_) => (1, 600),
    };
    let mut writer = Writer(Random::new(seed));
    let calls: Vec<String> = (0..count).map(|_| writer.call()).collect();
    let Some(questions) = answers(&format!("calls-{seed}"), &calls) else { return };
    compare(&questions, 85);
}

struct Writer(Random);

impl Writer {
    fn call(&mut self) -> String {
        match self.0.below(16) {
            0 => format!("cidrhost({}, {})", self.block(), self.number()),
            1 => format!("cidrnetmask({})", self.block()),
            2 => format!("cidrsubnet({}, {}, {})", self.block(), self.number(), self.number()),
            3 => {
                let count = self.0.below(5);
                let numbers: Vec<String> = (0..count).map(|_| format!(", {}", self.number())).collect();
                format!("cidrsubnets({}{})", self.block(), numbers.concat())
            }
            4 => format!("timeadd({}, {})", self.time(), self.duration()),
            5 => format!("timecmp({}, {})", self.time(), self.time()),
            6 => format!("formatdate({}, {})", self.format(), self.time()),
            7 | 8 => {
                let text = self.yaml(2, 0);
                format!("yamldecode({})", quoted(&text))
            }
            9 => {
                let text = self.flow(3);
                format!("yamldecode({})", quoted(&text))
            }
            10 => format!("csvdecode({})", self.csv()),
            11 => format!("yamlencode({})", self.value(3)),
            12 => {
                let function =
                    self.pick(&["md5", "sha1", "sha256", "sha512", "base64sha256", "base64sha512", "urlencode"]);
                format!("{function}({})", self.text())
            }
            13 => format!("uuidv5({}, {})", self.namespace(), self.text()),
            14 => {
                let encoding = self.pick(&["UTF-8", "utf-8", "UTF-16LE", "UTF-16BE", "UTF-7"]);
                match self.0.below(2) {
                    0 => format!("textencodebase64({}, \"{encoding}\")", self.text()),
                    _ => format!("textdecodebase64(base64encode({}), \"{encoding}\")", self.text()),
                }
            }
            _ => format!("issensitive({})", self.text()),
        }
    }

    fn block(&mut self) -> String {
        let address = self.pick(&[
            "10.0.0.0",
            "10.1.2.3",
            "192.168.255.1",
            "0.0.0.0",
            "255.255.255.255",
            "010.0.0.1",
            "1.2.3",
            "256.0.0.0",
            "fd00::",
            "2001:db8::1:0:0:1",
            "::",
            "::1",
            "fd00:fd12:3456:7890:a2::",
            "::ffff:1.2.3.4",
            "",
        ]);
        let prefix =
            self.pick(&["/0", "/1", "/8", "/16", "/20", "/24", "/30", "/32", "/33", "/56", "/64", "/128", "", "/x"]);
        format!("\"{address}{prefix}\"")
    }

    fn number(&mut self) -> String {
        self.pick(&[
            "0", "1", "2", "3", "4", "5", "8", "15", "16", "17", "32", "33", "64", "255", "256", "300", "-1", "-2",
            "-5", "1.5", "\"2\"",
        ])
    }

    fn time(&mut self) -> String {
        let date = self.pick(&[
            "2024-02-29",
            "2023-02-29",
            "2000-12-31",
            "1999-01-01",
            "0000-01-01",
            "9999-12-31",
            "2024-1-01",
            "2024-13-01",
            "2024-06-15",
            "1900-02-28",
        ]);
        let time = self.pick(&[
            "T00:00:00",
            "T23:59:59",
            "T12:30:45",
            "T01:02:03.5",
            "T01:02:03.000000001",
            "T24:00:00",
            "t00:00:00",
            "T1:02:03",
        ]);
        let zone = self.pick(&["Z", "Z", "Z", "+00:00", "-00:00", "+02:00", "-08:30", "+0200", "", "z"]);
        format!("\"{date}{time}{zone}\"")
    }

    fn duration(&mut self) -> String {
        let count = 1 + self.0.below(2);
        let part = |writer: &mut Self| {
            let number = writer.pick(&["1", "0", "12", "1.5", ".25", "90", "1000", "", "."]);
            number + &writer.pick(&["h", "m", "s", "ms", "us", "ns", "d", ""])
        };
        let sign = self.pick(&["", "", "", "-", "+"]);
        format!("\"{sign}{}\"", (0..count).map(|_| part(self)).collect::<String>())
    }

    fn format(&mut self) -> String {
        let count = 1 + self.0.below(4);
        let part = |writer: &mut Self| {
            let verb = writer.pick(&[
                "YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "EEEE", "EEE", "hh", "h", "HH", "H", "AA", "aa",
                "mm", "m", "ss", "s", "ZZZZZ", "ZZZZ", "ZZZ", "Z", "'at'", "'it''s'", "é", "1", "YYY", "x", "ZZ", "'",
                "A",
            ]);
            verb + &writer.pick(&["-", " ", "/", ":", ", ", "_"])
        };
        quoted(&(0..count).map(|_| part(self)).collect::<String>())
    }

    fn scalar(&mut self) -> String {
        self.pick(&[
            "a",
            "b c",
            "1",
            "0",
            "-1",
            "+1",
            "1.5",
            "1.50",
            ".5",
            "5.",
            "1e3",
            "0x1F",
            "0o17",
            "017",
            "0b1",
            "1_000",
            "true",
            "True",
            "tRue",
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "Y",
            "null",
            "~",
            "NULL",
            "nULL",
            "\"x\"",
            "'y'",
            "\"1\"",
            "2024-01-02",
            "2024-1-2",
            "2024-02-30",
            "12:30",
            "1.2.3",
            "111122223333",
            "000012345678",
            "-",
            "é",
            "e\u{301}",
            "!!str 5",
            "1e",
            "0x",
            "-.5",
            "1-2",
            "a:b",
            "a#b",
            "1 2",
            "=",
            "2024-01",
        ])
    }

    fn key(&mut self) -> String {
        self.pick(&[
            "a",
            "b",
            "c",
            "1",
            "2",
            "\"1\"",
            "111122223333",
            "012345678901",
            "true",
            "yes",
            "1.50",
            "2024-01-02",
            "é",
            "0x10",
        ])
    }

    /// A value in YAML's block notation, which begins in a new line.
    fn yaml(&mut self, depth: usize, indentation: usize) -> String {
        let pad = " ".repeat(indentation);
        let count = 1 + self.0.below(3);
        if depth == 0 || self.0.chance(10) {
            return format!("{pad}{}\n", self.scalar());
        }
        let line = |writer: &mut Self| match writer.0.below(8) {
            0 => format!("{pad}{}:\n{}", writer.key(), writer.yaml(depth - 1, indentation + 2)),
            1 => format!("{pad}{}: &x\n{}", writer.key(), writer.yaml(depth - 1, indentation + 2)),
            2 => format!("{pad}<<: *x\n"),
            3 => format!("{pad}{}: {}\n", writer.key(), writer.flow(1)),
            _ => format!("{pad}{}: {}\n", writer.key(), writer.scalar()),
        };
        if self.0.chance(25) {
            return (0..count).map(|_| format!("{pad}- {}\n", self.scalar())).collect();
        }
        (0..count).map(|_| line(self)).collect()
    }

    /// A value in YAML's flow notation.
    fn flow(&mut self, depth: usize) -> String {
        let count = self.0.below(4);
        match self.0.below(3) {
            _ if depth == 0 => self.scalar(),
            0 => format!("[{}]", (0..count).map(|_| self.flow(depth - 1)).collect::<Vec<_>>().join(", ")),
            1 => {
                let fields: Vec<String> =
                    (0..count).map(|_| format!("{}: {}", self.key(), self.flow(depth - 1))).collect();
                format!("{{{}}}", fields.join(", "))
            }
            _ => self.scalar(),
        }
    }

    fn csv(&mut self) -> String {
        let cell = |writer: &mut Self| {
            writer.pick(&["a", "b", "", "\"x\"", "\"x,y\"", "\"x\"\"y\"", "\"x\ny\"", " z", "é", "1", "\"", "x\"y"])
        };
        let columns = 1 + self.0.below(3);
        let rows = self.0.below(4);
        let names = ["a", "b", "c"].get(..columns).unwrap().join(",");
        let mut text = names;
        for _ in 0..rows {
            text.push_str(&self.pick(&["\n", "\n", "\r\n", "\n\n"]));
            let cells = if self.0.chance(5) { columns + 1 } else { columns };
            text.push_str(&(0..cells).map(|_| cell(self)).collect::<Vec<_>>().join(","));
        }
        text.push_str(&self.pick(&["", "\n", "\r\n", "\r"]));
        quoted(&text)
    }

    fn value(&mut self, depth: usize) -> String {
        let count = self.0.below(4);
        match self.0.below(4) {
            0 | 1 if depth > 0 => {
                format!("[{}]", (0..count).map(|_| self.value(depth - 1)).collect::<Vec<_>>().join(", "))
            }
            2 if depth > 0 => {
                let fields: Vec<String> = (0..count)
                    .map(|_| format!("{} = {}", self.pick(&["a", "b", "\"c d\"", "\"1\"", "é"]), self.value(depth - 1)))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            _ => match self.0.below(4) {
                0 => self.pick(&["1", "-1.5", "true", "false", "null", "1e20"]),
                _ => self.text(),
            },
        }
    }

    fn text(&mut self) -> String {
        self.pick(&[
            "\"\"",
            "\"a\"",
            "\"a b\"",
            "\"é\"",
            "\"e\\u0301\"",
            "\"日本\"",
            "\"😀\"",
            "\"a\\nb\"",
            "\"a\\tb\"",
            "\"\\\"\\\\\"",
            "\"- a: #\"",
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa\"",
            "\"true\"",
            "\"1\"",
            "\" x \"",
            "\"~\"",
            "1",
            "true",
        ])
    }

    fn namespace(&mut self) -> String {
        self.pick(&[
            "\"dns\"",
            "\"url\"",
            "\"oid\"",
            "\"x500\"",
            "\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"",
            "\"x\"",
            "\"DNS\"",
            "\"6ba7b8109dad11d180b400c04fd430c8\"",
        ])
    }

    fn pick(&mut self, choices: &[&str]) -> String {
        self.0.pick(choices).to_owned()
    }
}
