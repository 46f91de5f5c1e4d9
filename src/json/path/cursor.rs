//! A place in the text of a path: looking ahead, stepping on, and saying what stands there instead of what was wanted.

use super::error::PathError;

/// Deepest nesting of filters, parentheses and function calls in one path.
pub(super) const NESTING_LIMIT: usize = 64;

/// How many characters of a wrong word a message shows.
const SHOWN: usize = 40;

/// Where the parser stands.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// The shorthand name read last (`.name`), for `slip`.
    pub(super) name: Option<Name>,
}

/// Where a shorthand name stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// Offset of the query's `$` or `@`.
    pub(super) query: usize,
    /// Offset of the `.` or `..` before the name.
    pub(super) segment: usize,
    /// Offset of the name.
    pub(super) start: usize,
    /// Offset behind the name.
    pub(super) end: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0, name: None }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes to `at`, the start of a character.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn rest(&self) -> &'t str {
        self.slice(self.at, self.text.len())
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over the next character.
    pub(super) fn step(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    pub(super) fn looking_at(&self, token: &str) -> bool {
        self.rest().starts_with(token)
    }

    /// Steps over `token` where it comes next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.looking_at(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Steps over the characters for which `wanted` holds and returns them.
    pub(super) fn run(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let len = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        let start = self.at;
        self.at += len;
        self.slice(start, self.at)
    }

    /// Steps over blank space (RFC 9535 `S`); whether there was any.
    pub(super) fn blank(&mut self) -> bool {
        !self.run(|character| matches!(character, ' ' | '\t' | '\n' | '\r')).is_empty()
    }

    /// Runs `inner` one level deeper; `opener` is the offset of what opens the level.
    pub(super) fn nested<T>(
        &mut self,
        opener: usize,
        inner: impl FnOnce(&mut Self) -> Result<T, PathError>,
    ) -> Result<T, PathError> {
        if self.depth >= NESTING_LIMIT {
            let message = format!("nested deeper than {NESTING_LIMIT} levels");
            return Err(PathError { offset: opener, len: 1, message, help: None });
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// The error that `wanted` should stand here.
    pub(super) fn expected(&self, wanted: &str) -> PathError {
        let token = self.token();
        let found = match token {
            "" => "the end of the text".to_owned(),
            " " => "a space".to_owned(),
            "\t" => "a tab".to_owned(),
            "\n" | "\r" => "a line break".to_owned(),
            "`" => "a backtick".to_owned(),
            word => format!("`{}`", shown(word)),
        };
        PathError {
            offset: self.at,
            len: token.len(),
            message: format!("expected {wanted}, found {found}"),
            help: None,
        }
    }

    /// The word, the run of operator characters, or else the one character that stands here.
    pub(super) fn token(&self) -> &'t str {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return "" };
        let kind: fn(char) -> bool = if is_word(first) {
            is_word
        } else if is_operator(first) {
            is_operator
        } else {
            return rest.get(..first.len_utf8()).unwrap_or_default();
        };
        rest.get(..rest.find(|character| !kind(character)).unwrap_or(rest.len())).unwrap_or_default()
    }
}

/// `text` for a message: control characters escaped, cut where it is long.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(printable).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

fn printable(character: char) -> Vec<char> {
    if character.is_control() { character.escape_unicode().collect() } else { vec![character] }
}

/// Whether it may stand in a word: a superset of shorthand names and function names.
fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn is_operator(character: char) -> bool {
    matches!(character, '=' | '!' | '~' | '<' | '>' | '&' | '|')
}
