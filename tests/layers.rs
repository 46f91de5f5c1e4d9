//! Holds the shape of the house: which folder may import which, how long a file may be, what a `mod.rs` may hold, and what
//! the pure layers may not touch.
//!
//! Goes by the text of `src/` (comments, strings and `#[cfg(test)]` items left out), not by what the compiler resolves: a
//! rename such as `use std as s;` would hide from it. The second half of this file shows that every check bites.

#![allow(clippy::unwrap_used, reason = "a file that cannot be read ends the test, which is what it should do")]

use std::fmt;
use std::fs;
use std::path::Path;

/// Each folder of `src/` and the folders it may import from. Imports point down; what stands on one level does not know its
/// neighbour. A new edge is a design change: see `docs/architecture.md`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("json", &["text"]),
    ("policy", &["json", "text"]),
    ("event", &["json", "text"]),
    ("compile", &["policy", "event", "json", "text"]),
    ("violation", &["policy", "event", "json", "text"]),
    ("engine", &["compile", "violation", "policy", "event", "json", "text"]),
    ("report", &["compile", "violation", "policy", "event", "json", "text"]),
    ("lsp", &["compile", "policy", "event", "json", "text"]),
    ("audit", &["engine", "compile", "violation", "policy", "event", "json", "text"]),
    ("cli", &["audit", "report", "lsp", "engine", "compile", "violation", "policy", "event", "json", "text"]),
    ("main", &["cli"]),
];

/// The folders of which bytes and values go in and values come out, nothing else.
const PURE: &[&str] = &["text", "json", "policy", "event", "compile", "violation", "engine", "lsp"];

/// Paths that a pure folder does not mention. `io` and `time` alone are those of `std`, imported as modules.
const IMPURE_PATHS: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "env"],
    &["std", "thread"],
    &["std", "process"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["time", "SystemTime"],
    &["time", "Instant"],
    &["std", "io", "stdin"],
    &["std", "io", "stdout"],
    &["std", "io", "stderr"],
    &["io", "stdin"],
    &["io", "stdout"],
    &["io", "stderr"],
    &["Timestamp", "now"],
    &["jiff", "Timestamp", "now"],
    &["Zoned", "now"],
    &["jiff", "Zoned", "now"],
    &["rayon"],
    &["walkdir"],
    &["ctrlc"],
    &["indicatif"],
];

/// Macros that a pure folder does not call.
const IMPURE_MACROS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

/// Errors without a type of their own: for the command line, which only prints them.
const ONLY_CLI: &[&[&str]] = &[&["anyhow"], &["miette", "Report"], &["miette", "Result"]];

/// Lines a file may have before its tests.
const MOST_LINES: usize = 400;

const SECOND_IDEA: &str = "look for the second idea in the file and give it a file of its own";
const NAMED_FILE: &str = "a `mod.rs` holds docs, `mod` and `use`; move the rest to a file named for it";
const PLACE: &str = "put the code where it belongs, or give the folder a place in MAY_IMPORT and docs/architecture.md";
const DOWN: &str = "imports point down: move what both need to a lower folder, or pass it as an argument";
const FULL_PATH: &str = "import from the file that defines the name: `use crate::policy::model::Rule;`";
const OWN_ERROR: &str = "give the folder an error type of its own with thiserror, in its error.rs";
const ARGUMENT: &str = "take it as an argument; files, clock, environment and threads belong to audit and cli";
const RETURN_TEXT: &str = "return the text; cli prints";

#[test]
fn the_house_keeps_its_shape() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, "", &mut files);
    files.sort();
    assert!(files.len() > 20, "only {} files were found under {}", files.len(), root.display());
    let findings: Vec<_> =
        files.iter().flat_map(|file| inspect(file, &fs::read_to_string(root.join(file)).unwrap())).collect();
    let list: String = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} places break the shape of the house:\n{list}", findings.len());
}

/// Names of the Rust files below `folder`, relative to `src/`, with `/` between parts.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else if name.ends_with(".rs") {
            files.push(name);
        }
    }
}

/// A place that breaks the shape.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    file: String,
    line: usize,
    what: String,
    cure: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what, cure } = self;
        writeln!(f, "  src/{file}:{line}: {what}\n      cure: {cure}")
    }
}

/// Everything that is wrong with the shape of one source file. `file` is its name relative to `src/`.
fn inspect(file: &str, source: &str) -> Vec<Finding> {
    let mut parts: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if parts.contains(&"tests") {
        return Vec::new();
    }
    let is_mod = parts.last() == Some(&"mod");
    if is_mod {
        parts.pop();
    }
    let Some(&layer) = parts.first() else { return Vec::new() };
    let depth = if matches!(file, "lib.rs" | "main.rs") { 0 } else { parts.len() };

    let clean = blank(source);
    let code = Code::of(&clean);
    let mut findings = Vec::new();
    let mut found = |line, what, cure| findings.push(Finding { file: file.to_owned(), line, what, cure });

    if code.lines > MOST_LINES {
        let what = format!("{} lines before the tests, {MOST_LINES} are the most", code.lines);
        found(MOST_LINES + 1, what, SECOND_IDEA);
    }
    if is_mod && let Some(token) = code.first_logic() {
        found(token.line, format!("`{}` in a `mod.rs`", token.text), NAMED_FILE);
    }
    if layer == "lib" {
        return findings;
    }
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == layer) else {
        found(1, format!("the folder `{layer}` has no place in the house"), PLACE);
        return findings;
    };
    for path in code.paths() {
        let written = path.segments.join("::");
        match path.target(depth) {
            Some(target) if target == layer || allowed.contains(&target) => {}
            Some(target) if MAY_IMPORT.iter().any(|(name, _)| *name == target) => {
                found(path.line, format!("`{layer}` imports `{target}` (`{written}`)"), DOWN);
            }
            Some(_) => found(path.line, format!("`{written}` names no folder of the house"), FULL_PATH),
            None => {}
        }
        if layer != "cli" && ONLY_CLI.iter().any(|only| path.begins_with(only)) {
            found(path.line, format!("`{written}` outside `cli`"), OWN_ERROR);
        }
        if PURE.contains(&layer) && IMPURE_PATHS.iter().any(|impure| path.begins_with(impure)) {
            found(path.line, format!("`{written}` in `{layer}`, which is pure"), ARGUMENT);
        }
    }
    for pair in code.tokens.windows(2) {
        if let [name, bang] = pair
            && bang.text == "!"
            && PURE.contains(&layer)
            && IMPURE_MACROS.contains(&name.text)
        {
            found(name.line, format!("`{}!` in `{layer}`, which is pure", name.text), RETURN_TEXT);
        }
    }
    findings
}

/// The tokens of a file outside its `#[cfg(test)]` items.
struct Code<'s> {
    tokens: Vec<Token<'s>>,
    /// Lines before the first test module, or of the whole file.
    lines: usize,
}

#[derive(Clone, Copy)]
struct Token<'s> {
    text: &'s str,
    line: usize,
}

/// A path as it stands in the code, groups taken apart: `a::{b, c}` is `a::b` and `a::c`.
#[derive(Clone)]
struct CodePath<'s> {
    segments: Vec<&'s str>,
    line: usize,
}

impl<'s> CodePath<'s> {
    /// The folder of this crate that the path leads into, for a path in a module `depth` levels below the crate's root.
    fn target(&self, depth: usize) -> Option<&'s str> {
        let supers = self.segments.iter().take_while(|segment| **segment == "super").count();
        let at = match self.segments.first() {
            Some(&"crate" | &"trailgate") => 1,
            Some(&"super") if supers >= depth => supers,
            _ => return None,
        };
        Some(self.segments.get(at).copied().unwrap_or("crate"))
    }

    /// Whether it is `other`, or something below it. A `*` may be anything.
    fn begins_with(&self, other: &[&str]) -> bool {
        for (at, wanted) in other.iter().enumerate() {
            match self.segments.get(at) {
                Some(&"*") => return true,
                Some(segment) if segment == wanted => {}
                _ => return false,
            }
        }
        true
    }
}

impl<'s> Code<'s> {
    /// The code of a source whose comments and strings are blank.
    fn of(clean: &'s str) -> Self {
        let all = tokens(clean);
        let mut code = Self { tokens: Vec::new(), lines: clean.lines().count() };
        let mut tests_begin = None;
        let mut at = 0;
        while let Some(token) = all.get(at) {
            let rest = all.get(at..).unwrap_or_default();
            if let Some(len) = test_item(rest) {
                if tests_begin.is_none() && rest.iter().take(len).any(|token| token.text == "mod") {
                    tests_begin = Some(token.line - 1);
                }
                at += len;
            } else if let Some(len) = restricted_visibility(rest) {
                code.tokens.push(*token);
                at += len;
            } else {
                code.tokens.push(*token);
                at += 1;
            }
        }
        code.lines = tests_begin.unwrap_or(code.lines);
        code
    }

    fn text(&self, at: usize) -> &'s str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    /// The first token of the first item that is neither `mod name;` nor `use …;`.
    fn first_logic(&self) -> Option<Token<'s>> {
        let mut at = 0;
        while at < self.tokens.len() {
            while self.text(at) == "#" {
                let open = if self.text(at + 1) == "!" { at + 2 } else { at + 1 };
                at = open + group_len(self.tokens.get(open..).unwrap_or_default());
            }
            at += usize::from(self.text(at) == "pub");
            let item = at;
            match self.text(at) {
                "mod" if self.text(at + 2) == ";" => at += 3,
                "use" => {
                    while at < self.tokens.len() && self.text(at) != ";" {
                        at += 1;
                    }
                    at += 1;
                }
                _ => return self.tokens.get(item).copied(),
            }
        }
        None
    }

    /// Every path in the code.
    fn paths(&self) -> Vec<CodePath<'s>> {
        let mut paths = Vec::new();
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            if is_word(token.text) {
                at = self.path(at, &[], &mut paths);
            } else {
                at += 1;
            }
        }
        paths
    }

    /// Takes the path apart that begins at `at` and goes on from `prefix`; answers where it ends.
    fn path(&self, mut at: usize, prefix: &[&'s str], paths: &mut Vec<CodePath<'s>>) -> usize {
        let line = self.tokens.get(at).map_or(0, |token| token.line);
        let mut segments = prefix.to_vec();
        loop {
            match self.text(at) {
                "{" => {
                    at += 1;
                    while !matches!(self.text(at), "}" | "") {
                        at = match self.text(at) {
                            "as" => at + 2,
                            word if is_word(word) || word == "*" => self.path(at, &segments, paths),
                            _ => at + 1,
                        };
                    }
                    return at + 1;
                }
                "self" if !segments.is_empty() => {}
                word if is_word(word) || word == "*" => segments.push(word),
                _ => break,
            }
            at += 1;
            if self.text(at) != "::" {
                break;
            }
            at += 1;
        }
        paths.push(CodePath { segments, line });
        at
    }
}

/// How many tokens at the start of `rest` are a `#[cfg(test)]` item.
fn test_item(rest: &[Token<'_>]) -> Option<usize> {
    let attribute = group_len(rest.get(1..)?) + 1;
    let words: Vec<&str> = rest.iter().take(attribute).map(|token| token.text).collect();
    match words.as_slice() {
        ["#", "[", "cfg", "(", "test", ")", "]"] => {}
        ["#", "[", "cfg", "(", "all", "(", all @ ..] if all.contains(&"test") && !all.contains(&"not") => {}
        _ => return None,
    }
    let mut at = attribute;
    while rest.get(at).is_some_and(|token| token.text == "#") {
        at += 1 + group_len(rest.get(at + 1..).unwrap_or_default());
    }
    while let Some(token) = rest.get(at) {
        match token.text {
            ";" => return Some(at + 1),
            "(" | "[" => at += group_len(rest.get(at..).unwrap_or_default()),
            "{" => {
                at += group_len(rest.get(at..).unwrap_or_default());
                return Some(at + usize::from(rest.get(at).is_some_and(|token| token.text == ";")));
            }
            _ => at += 1,
        }
    }
    Some(rest.len())
}

/// How many tokens at the start of `rest` are `pub(crate)` or one of its kind.
fn restricted_visibility(rest: &[Token<'_>]) -> Option<usize> {
    let words: Vec<&str> = rest.iter().take(4).map(|token| token.text).collect();
    match words.as_slice() {
        ["pub", "(", "crate" | "self" | "super", ")"] | ["pub", "(", "in", _] => Some(1 + group_len(rest.get(1..)?)),
        _ => None,
    }
}

/// How many tokens the bracketed group takes that begins `rest`, brackets and all.
fn group_len(rest: &[Token<'_>]) -> usize {
    let mut open = 0_usize;
    for (at, token) in rest.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => open += 1,
            ")" | "]" | "}" => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return at + 1;
        }
    }
    rest.len()
}

fn is_word(text: &str) -> bool {
    text.starts_with(is_word_char)
}

fn is_word_char(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Words, `::`, and every other character that is no white space.
fn tokens(clean: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (index, text) in clean.lines().enumerate() {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let len = if is_word_char(first) {
                rest.find(|character| !is_word_char(character)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, after) = rest.split_at(len);
            tokens.push(Token { text: token, line: index + 1 });
            rest = after.trim_start();
        }
    }
    tokens
}

/// `source` without its comments and the insides of its strings and character literals; lines stay where they are.
fn blank(source: &str) -> String {
    let mut clean = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let after_word = clean.ends_with(is_word_char);
        let len = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment_len(rest),
            '"' => quoted_len(rest, '"'),
            'r' | 'b' | 'c' if !after_word && raw_string_len(rest).is_some() => raw_string_len(rest).unwrap_or(1),
            '\'' if is_character(rest) => quoted_len(rest, '\''),
            _ => {
                clean.push(first);
                rest = rest.split_at(first.len_utf8()).1;
                continue;
            }
        };
        let (gone, after) = rest.split_at(len);
        clean.push(' ');
        clean.extend(gone.chars().filter(|character| *character == '\n'));
        rest = after;
    }
    clean
}

fn block_comment_len(rest: &str) -> usize {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            open += 1;
            at += 2;
        } else if here.starts_with("*/") {
            open -= 1;
            at += 2;
            if open == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Length of the string or character literal that begins `rest`, quotes and all.
fn quoted_len(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// Length of the raw string that begins `rest`: `r"…"`, `br#"…"#` and their kind.
fn raw_string_len(rest: &str) -> Option<usize> {
    let behind = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?;
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    let inside = behind.trim_start_matches('#').strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let closing = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(rest.len() - inside.len() + closing)
}

/// Whether the `'` that begins `rest` opens a character literal rather than a lifetime.
fn is_character(rest: &str) -> bool {
    let mut characters = rest.chars().skip(1);
    characters.next() == Some('\\') || characters.next() == Some('\'')
}

/// Lines and texts of what is found in a made-up file.
fn found(file: &str, source: &str) -> Vec<(usize, String)> {
    inspect(file, source).into_iter().map(|finding| (finding.line, finding.what)).collect()
}

#[test]
fn an_import_upward_or_sideways_is_found() {
    let edge = |from: &str, to: &str, written: &str| vec![(1, format!("`{from}` imports `{to}` (`{written}`)"))];
    let cases = [
        ("text/span.rs", "use crate::json::Path;", edge("text", "json", "crate::json::Path")),
        ("policy/set.rs", "pub use crate::event::Record;", edge("policy", "event", "crate::event::Record")),
        ("event/gzip.rs", "pub(crate) use crate::policy::Rule;", edge("event", "policy", "crate::policy::Rule")),
        ("report/json.rs", "use crate::engine::scan;", edge("report", "engine", "crate::engine::scan")),
        ("report/json.rs", "use crate::audit::{run, walk};", {
            let mut both = edge("report", "audit", "crate::audit::run");
            both.extend(edge("report", "audit", "crate::audit::walk"));
            both
        }),
        (
            "audit/run.rs",
            "fn f(x: &dyn crate::report::Reporter) {}",
            edge("audit", "report", "crate::report::Reporter"),
        ),
        ("compile/index.rs", "use crate::violation;", edge("compile", "violation", "crate::violation")),
        ("main.rs", "fn main() { trailgate::engine::scan::<u8>() }", edge("main", "engine", "trailgate::engine::scan")),
        ("json/path.rs", "use super::super::policy::Rule;", edge("json", "policy", "super::super::policy::Rule")),
        ("json/mod.rs", "use super::engine::scan;", edge("json", "engine", "super::engine::scan")),
        (
            "json/path.rs",
            "use crate::{text::{Span, lines::*}, engine::{self as run}};",
            edge("json", "engine", "crate::engine"),
        ),
        ("json/path.rs", "type A = Vec<crate::engine::Scan>;", edge("json", "engine", "crate::engine::Scan")),
    ];
    for (file, source, expected) in cases {
        assert_eq!(found(file, source), expected, "{file}: {source}");
    }
}

#[test]
fn a_path_past_the_folders_is_found() {
    let past = |written: &str| vec![(1, format!("`{written}` names no folder of the house"))];
    assert_eq!(found("cli/run.rs", "use crate::Rule;"), past("crate::Rule"));
    assert_eq!(found("cli/run.rs", "use crate::*;"), past("crate::*"));
    assert_eq!(found("cli/run.rs", "use crate as house;"), past("crate"));
    assert_eq!(found("utils/strings.rs", ""), [(1, "the folder `utils` has no place in the house".to_owned())]);
}

#[test]
fn what_is_allowed_is_not_found() {
    let source = r##"
        //! Speaks of [`crate::engine`] and std::fs, println!.
        use std::io::{self, Read};
        use crate::{json::{Path, path::Filter}, text as plain};
        use super::model::Rule;
        pub(in crate::policy) struct A<'a>(pub(crate) &'a str, char);
        /* use crate::engine; /* nested */ use crate::cli; */
        const TEXTS: [&str; 3] = ["crate::engine \" std::fs", r#"use crate::cli " println!"#, "'"];
        fn quotes(c: char) -> bool { matches!(c, '"' | '\'' | '\\') && std::time::Duration::ZERO.is_zero() }
        #[cfg(test)]
        use crate::engine::scan;
        #[cfg(test)]
        mod tests { use crate::cli; fn f() { println!("{:?}", std::fs::read("x")); } }
    "##;
    assert_eq!(found("policy/set.rs", source), []);
    assert_eq!(
        found("cli/run.rs", "use miette::Report; use anyhow::Result; fn f() { println!(); std::fs::read(p); }"),
        []
    );
    assert_eq!(found("lib.rs", "pub mod audit; pub use audit::run;"), []);
    assert_eq!(found("policy/tests.rs", "use crate::engine::scan;"), []);
}

#[test]
fn code_behind_a_string_or_a_test_is_still_read() {
    let source = "const A: &str = r#\"\n\"#;\n#[cfg(test)]\nmod tests { fn f() { \"}\"; } }\nuse crate::cli;\n";
    assert_eq!(found("json/path.rs", source), [(5, "`json` imports `cli` (`crate::cli`)".to_owned())]);
    let not_test = "#[cfg(not(test))]\nuse crate::cli;";
    assert_eq!(found("json/path.rs", not_test), [(2, "`json` imports `cli` (`crate::cli`)".to_owned())]);
}

#[test]
fn an_impure_call_below_audit_is_found() {
    let cases = [
        ("use std::fs;", "std::fs"),
        ("use std::{io::stdin, fmt};", "std::io::stdin"),
        ("use std::time::*;", "std::time::*"),
        ("fn f() { let t = std::time::Instant::now(); }", "std::time::Instant::now"),
        ("fn f() { io::stdout().flush() }", "io::stdout"),
        ("fn f() { ::std::env::var(\"A\"); }", "std::env::var"),
        ("fn f() { jiff::Timestamp::now(); }", "jiff::Timestamp::now"),
        ("use rayon::prelude::*;", "rayon::prelude::*"),
    ];
    for (source, written) in cases {
        let expected = format!("`{written}` in `engine`, which is pure");
        assert_eq!(found("engine/scan.rs", source), [(1, expected)], "{source}");
        assert_eq!(found("audit/run.rs", source), [], "{source}");
    }
    let printed = found("event/reader.rs", "\nfn f() { eprintln!(\"x\") }");
    assert_eq!(printed, [(2, "`eprintln!` in `event`, which is pure".to_owned())]);
}

#[test]
fn an_untyped_error_outside_cli_is_found() {
    let outside = |written: &str| vec![(1, format!("`{written}` outside `cli`"))];
    assert_eq!(found("audit/run.rs", "use miette::{Diagnostic, Report};"), outside("miette::Report"));
    assert_eq!(found("policy/parse.rs", "fn f() -> anyhow::Result<()> {}"), outside("anyhow::Result"));
    assert_eq!(found("report/human.rs", "use miette::{Diagnostic, GraphicalReportHandler};"), []);
}

#[test]
fn a_long_file_is_found() {
    let long = "//\n".repeat(MOST_LINES);
    assert_eq!(found("json/path.rs", &format!("{long}#[cfg(test)]\nmod tests {{\n}}\n")), []);
    let what = "401 lines before the tests, 400 are the most".to_owned();
    assert_eq!(found("json/path.rs", &format!("{long}\n#[cfg(test)]\nmod tests {{}}")), [(401, what)]);
}

#[test]
fn logic_in_a_mod_file_is_found() {
    let fine = "//! Docs.\n#![warn(x)]\n\npub mod a;\n#[path = \"c.rs\"]\nmod b;\npub(crate) use a::{self, B};\n\
                #[cfg(test)]\nmod tests { fn f() {} }";
    assert_eq!(found("json/mod.rs", fine), []);
    let logic = |line, word: &str| vec![(line, format!("`{word}` in a `mod.rs`"))];
    assert_eq!(found("json/mod.rs", "mod a;\n/// Docs.\npub fn f() {}"), logic(3, "fn"));
    assert_eq!(found("json/mod.rs", "mod a {\n}"), logic(1, "mod"));
    assert_eq!(found("json/mod.rs", "const A: u8 = 1;"), logic(1, "const"));
}

#[test]
fn a_finding_says_where_and_how_to_mend_it() {
    let message: String = inspect("text/span.rs", "\nuse crate::cli;").iter().map(ToString::to_string).collect();
    assert_eq!(
        message,
        "  src/text/span.rs:2: `text` imports `cli` (`crate::cli`)\n      cure: imports point down: move what both need to a \
         lower folder, or pass it as an argument\n"
    );
}
