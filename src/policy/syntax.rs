//! Text that is no YAML: the parser's complaint becomes a place, what is wrong there in an author's words, and what to type.
//!
//! Nothing here decides what is valid. A complaint that is not known is passed on as it is.

use crate::policy::error::{Code, PolicyError};
use crate::text::{Source, Span};

/// Longest word that a label marks, in characters.
const WORD_LIMIT: usize = 24;

const LIMIT_HELP: &str = "no honest policy file needs this: split the file, or look who wrote it";
const HELP: &str = "check the indentation, the colons and the quotes at this place and above";

/// What is wrong, where, and what to do.
struct Slip {
    code: Code,
    span: Span,
    message: String,
    label: &'static str,
    help: String,
}

impl Slip {
    fn new(span: Span, message: impl Into<String>, label: &'static str, help: impl Into<String>) -> Self {
        Self { code: Code::YamlSyntax, span, message: message.into(), label, help: help.into() }
    }
}

/// The error for `complaint` of the YAML parser at byte `offset`.
pub fn syntax_error(source: &Source, offset: usize, complaint: &str) -> PolicyError {
    let place = Place::new(&source.text, offset);
    let slip = place.slip(complaint).unwrap_or_else(|| {
        let limit =
            complaint.contains("recursion limit") || complaint.contains("nesting") || complaint.contains("exceeds");
        if limit {
            let slip = Slip::new(place.characters(1), "nested too deeply", "here", LIMIT_HELP);
            return Slip { code: Code::YamlLimit, ..slip };
        }
        Slip::new(place.word(), format!("not valid YAML: {complaint}"), "here", HELP)
    });
    PolicyError::new(slip.code, source, slip.message).label(slip.span, slip.label).help(slip.help)
}

/// Where the parser stopped.
struct Place<'t> {
    text: &'t str,
    offset: usize,
    /// The text from there on.
    rest: &'t str,
    /// The text of the line before.
    before: &'t str,
}

impl<'t> Place<'t> {
    fn new(text: &'t str, offset: usize) -> Self {
        let (before, rest) = text.split_at_checked(offset).unwrap_or((text, ""));
        Self { text, offset, rest, before: before.rsplit('\n').next().unwrap_or_default() }
    }

    fn slip(&self, complaint: &str) -> Option<Slip> {
        let first = self.rest.chars().next();
        let is = |words: &str| complaint.contains(words);
        if is("tab") {
            return self.tab();
        }
        if let Some(slip) = self.path_in_braces().filter(|_| is("anchor") || is("did not find expected ',' or")) {
            return Some(slip);
        }
        match first {
            Some('*') if is("anchor") => return Some(self.alias()),
            Some('>' | '|') if is("block scalar") || is("unexpected character") => return Some(self.comparison()),
            Some(sign @ ('@' | '%' | '`')) if is("unexpected character") => return Some(self.sign(sign)),
            Some(quote @ ('"' | '\'')) if is("unclosed quote") => return Some(self.quote(quote)),
            Some(open @ ('[' | '{')) if is("unclosed bracket") => return Some(self.bracket(open)),
            Some('"') if is("escape") => return self.escape(),
            _ => {}
        }
        if is("misplaced bracket") {
            let word = self.characters(1);
            let found = word.of(self.text);
            return Some(Slip::new(
                word,
                format!("`{found}` closes nothing"),
                "nothing is open here",
                "remove it, or quote the text that it belongs to",
            ));
        }
        if is("mapping values are not allowed") {
            return Some(self.second_colon());
        }
        if is("simple key expected") {
            return Some(self.no_colon());
        }
        if is("invalid trailing content")
            || (is("did not find expected") && self.before.trim_end().ends_with(['}', ']', '"', '\'']))
        {
            return Some(self.trailing());
        }
        if is("did not find expected ',' or") {
            let close = if is("'}'") { '}' } else { ']' };
            let message = format!("expected `,` or `{close}`");
            let help = format!("put `,` between the entries, and `{close}` behind the last one");
            return Some(Slip::new(self.word(), message, "found this", help));
        }
        if is("did not find expected key") || is("did not find expected '-' indicator") || is("invalid indentation") {
            let message = "this line is indented like nothing above it";
            let help = "begin it in the column of the keys, or of the `-`, that it belongs to";
            return Some(Slip::new(self.word(), message, "begins in no column of the lines above", help));
        }
        None
    }

    /// From here to the next blank.
    fn word(&self) -> Span {
        self.characters(self.rest.chars().take_while(|character| !character.is_whitespace()).take(WORD_LIMIT).count())
    }

    fn characters(&self, count: usize) -> Span {
        let len = self.rest.chars().take(count).map(char::len_utf8).sum::<usize>();
        Span::new(self.offset, self.offset + len)
    }

    /// From here to the end of the line or what closes a `[` or `{` around it.
    fn value(&self) -> Span {
        let line = self.rest.lines().next().unwrap_or_default();
        let value = line.split([',', '}', ']']).next().unwrap_or(line).trim_end();
        Span::new(self.offset, self.offset + value.len())
    }

    /// A path whose `[` begins a YAML list, as it does inside `{…}`.
    fn path_in_braces(&self) -> Option<Slip> {
        let path = self.before.rsplit([' ', ',', '{']).next()?;
        let start = self.offset - path.len();
        let around = self.before.get(..self.before.len() - path.len())?;
        if !path.starts_with(['$', '.']) || !around.contains('{') || !(path.contains('[') || self.rest.starts_with('['))
        {
            return None;
        }
        let line = self.text.get(start..)?.lines().next()?;
        let span = Span::new(start, start + line.find(": ").unwrap_or(path.len()));
        let word = span.of(self.text);
        let quote = if word.contains('"') { '\'' } else { '"' };
        let help = format!("write `{quote}{word}{quote}: …`");
        Some(Slip::new(span, "a path with `[` must be quoted inside `{…}`", "YAML reads a list at the `[`", help))
    }

    fn tab(&self) -> Option<Slip> {
        // The parser names the start of the word that goes on behind the tab, or what follows it.
        let here = self.before.rfind('\t').map(|at| self.offset - self.before.len() + at);
        let at = here.or_else(|| self.rest.find('\t').map(|at| self.offset + at))?;
        let help = "indent with spaces: YAML allows no tabs there";
        Some(Slip::new(Span::new(at, at + 1), "a tab where YAML wants spaces", "this is a tab", help))
    }

    fn alias(&self) -> Slip {
        let span = self.value();
        let word = span.of(self.text);
        let help = format!("quote it: `\"{word}\"`; for a pattern write `{{glob: \"{word}\"}}`");
        if word.contains(char::is_whitespace) || word.len() < 2 || word.ends_with('*') {
            return Slip::new(
                span,
                format!("a text cannot begin with `*` without quotes: `{word}`"),
                "YAML reads an alias",
                help,
            );
        }
        let name = word.trim_start_matches('*');
        let help = format!("write `&{name}` before what it stands for; as a text {help}");
        Slip::new(
            span,
            format!("`{word}` is a YAML alias, and nothing above is marked `&{name}`"),
            "no such mark",
            help,
        )
    }

    fn comparison(&self) -> Slip {
        let span = self.value();
        let word = span.of(self.text);
        let operand = word.trim_start_matches(['>', '|', '=', '-', '+']).trim();
        let operator = if word.starts_with(">=") { "gte" } else { "gt" };
        let message = format!("`{word}` begins a YAML block text, it compares nothing");
        let (label, help) = ("not a comparison", format!("write `{{{operator}: {operand}}}`; as a text, quote it"));
        Slip { code: Code::ComparisonText, ..Slip::new(span, message, label, help) }
    }

    fn sign(&self, sign: char) -> Slip {
        let span = self.value();
        let named = if sign == '`' { "a backtick".to_owned() } else { format!("`{sign}`") };
        let help = format!("quote it: \"{}\"", span.of(self.text));
        Slip::new(span, format!("a text cannot begin with {named} without quotes"), "needs quotes", help)
    }

    fn quote(&self, quote: char) -> Slip {
        let help = format!("put `{quote}` behind the last character of the text");
        Slip::new(self.characters(1), format!("this `{quote}` is never closed"), "opens here", help)
    }

    fn bracket(&self, open: char) -> Slip {
        let close = if open == '[' { ']' } else { '}' };
        let help = format!("put `{close}` behind its last entry; as part of a text, quote the text");
        Slip::new(self.characters(1), format!("this `{open}` is never closed"), "opens here", help)
    }

    fn escape(&self) -> Option<Slip> {
        const KNOWN: &str = "0abt\tnvfre \"/\\N_LPxuU\n\r";
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            if character != '\\' {
                continue;
            }
            let (_, escape) = characters.next()?;
            if !KNOWN.contains(escape) {
                let start = self.offset + at;
                let help = format!("write `\\\\{escape}`, or put the text in single quotes, where `\\` is itself");
                let span = Span::new(start, start + 1 + escape.len_utf8());
                let message = format!("unknown escape `\\{escape}` in double quotes");
                return Some(Slip::new(span, message, "YAML takes this for an escape", help));
            }
        }
        None
    }

    /// A `: ` where the line, or the lines before, leave no room for one.
    fn second_colon(&self) -> Slip {
        let line_start = self.offset - self.before.len();
        let is_second = self.before.contains(": ");
        let above = self.text.get(..line_start).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let last = above.rsplit('\n').next().unwrap_or_default();
        if !is_second && let Some((key, value)) = glued(last.trim_start().trim_start_matches("- ")) {
            let at = above.len() - value.len();
            return Slip::new(
                Span::at(at),
                "no space behind this `:`",
                "put a space here",
                format!("write `{key}: {value}`"),
            );
        }
        let help = "quote the text that holds the `:`, or begin a line of its own for the key";
        Slip::new(self.characters(1), "a `:` where no key can be", "makes a key of what stands before it", help)
    }

    fn no_colon(&self) -> Slip {
        let line = self.rest.lines().next().unwrap_or_default();
        if let Some((key, value)) = glued(line) {
            let at = self.offset + key.len() + 1;
            return Slip::new(
                Span::at(at),
                "no space behind this `:`",
                "put a space here",
                format!("write `{key}: {value}`"),
            );
        }
        let span = self.word();
        let word = span.of(self.text);
        Slip::new(
            span,
            format!("expected a key with `:`, found `{word}`"),
            "no `:` behind it",
            format!("write `{word}: …`"),
        )
    }

    fn trailing(&self) -> Slip {
        let before = self.before.trim_end();
        let close = before.chars().next_back().unwrap_or('"');
        let help = match close {
            '"' | '\'' => format!(
                "put the whole text in quotes; inside them write a `{close}` as `{}`",
                if close == '"' { "\\\"" } else { "''" }
            ),
            _ => {
                let open = if close == '}' { '{' } else { '[' };
                format!("a text that begins with `{open}` must be quoted whole")
            }
        };
        Slip::new(self.word(), format!("more text behind a closing `{close}`"), "not part of it", help)
    }
}

/// Key and value of a line in which no space follows the colon.
fn glued(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key =
        !key.is_empty() && key.chars().all(|character| character.is_alphanumeric() || "$._-".contains(character));
    (is_key && !value.is_empty() && !value.starts_with([' ', '/'])).then_some((key, value.trim_end()))
}
