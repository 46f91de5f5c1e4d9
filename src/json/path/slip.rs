//! What authors tend to mean: the help for an error that the strict parser has found. Nothing here decides what is valid.

use super::cursor::{Cursor, shown};
use super::error::PathError;
use super::logical::FUNCTIONS;
use super::model::Reach;
use super::parse;
use crate::json::location::{Location, Step};
use std::ops::Range;

/// A did-you-mean is offered for at most so many wrong letters.
const WRONG_LETTERS: usize = 2;

/// The text does not begin with `$`.
pub(super) fn no_root(cursor: &Cursor<'_>, error: PathError) -> PathError {
    match cursor.peek() {
        Some(' ' | '\t' | '\n' | '\r') => error.help("leave out the blank space before `$`"),
        Some('@') => error.help("`@` stands inside a filter only: begin with `$`"),
        Some('.' | '[') => error.help(format!("write `${}`", shown(cursor.rest()))),
        Some(first) if parse::is_name_char(first) => error.help(format!("write `$.{}`", shown(cursor.rest()))),
        _ => error,
    }
}

/// Something follows a query that is no segment.
pub(super) fn after_segments(cursor: &Cursor<'_>, error: PathError) -> PathError {
    if let Some(help) = odd_name(cursor).or_else(|| spaced_name(cursor)) {
        return error.help(help);
    }
    match cursor.peek() {
        Some('(') => error.help("functions stand inside a filter only: `$[?length(@.a) > 0]`"),
        Some('=' | '<' | '>' | '!' | '&' | '|' | '~') => {
            error.help("a comparison stands inside a filter only: `$[?@.a == 1]`")
        }
        Some('?') => error.help("a filter stands in brackets: `[?@.a == 1]`"),
        Some('\'' | '"') => error.help("write a quoted name as `['a']`"),
        Some(']') => error.help("there is no `[` for it"),
        Some(first) if parse::is_name_char(first) => {
            let root = if cursor.slice(0, cursor.at()) == "$" { "$" } else { "" };
            error.help(format!("write `{root}.{}`", shown(cursor.token())))
        }
        _ => error,
    }
}

/// A name that goes on with a character no shorthand name may have: `$.detail-type`.
fn odd_name(cursor: &Cursor<'_>) -> Option<String> {
    let name = cursor.name.filter(|name| name.end == cursor.at())?;
    let more = word_with_oddities(cursor.rest());
    (!more.is_empty()).then(|| quote(cursor, name.query..name.segment, name.start..name.end + more.len()))
}

/// A name that goes on behind blank space: `$.a b`.
fn spaced_name(cursor: &Cursor<'_>) -> Option<String> {
    let name = cursor.name?;
    let between = cursor.slice(name.end, cursor.at());
    let more = cursor.rest().split(['.', '[']).next().unwrap_or_default().trim_end();
    let is_name = more.starts_with(parse::is_name_char) && more.chars().all(|c| parse::is_name_char(c) || c == ' ');
    let spaced = !between.is_empty() && between.chars().all(|blank| blank == ' ') && is_name;
    spaced.then(|| quote(cursor, name.query..name.segment, name.start..cursor.at() + more.len()))
}

/// The start of `text` up to a character that means something in a path.
fn word_with_oddities(text: &str) -> &str {
    let stops = |character: char| character.is_whitespace() || ".[]()=!<>&|,'\"*?".contains(character);
    text.split(stops).next().unwrap_or_default()
}

fn quote(cursor: &Cursor<'_>, before: Range<usize>, name: Range<usize>) -> String {
    let dots = if cursor.slice(before.end, name.start) == ".." { ".." } else { "" };
    let before = cursor.slice(before.start, before.end);
    let name = quoted(cursor.slice(name.start, name.end));
    format!("write a name with odd characters as `{before}{dots}{name}`")
}

/// `name` as a bracketed selector.
fn quoted(name: &str) -> String {
    Location(vec![Step::Name(name.to_owned())]).to_string().trim_start_matches('$').to_owned()
}

/// No name follows `.` or `..`.
pub(super) fn after_dot(cursor: &Cursor<'_>, reach: Reach, error: PathError) -> PathError {
    let word = word_with_oddities(cursor.rest());
    match cursor.peek() {
        Some('[') => error.help("leave out the `.` before `[`"),
        Some('.') => error.help("write `..` with two dots"),
        Some(' ' | '\t' | '\n' | '\r') => error.help("leave out the blank space behind the `.`"),
        Some('\'' | '"') if reach == Reach::Child => error.help("write a quoted name as `['a']`, without the `.`"),
        Some('\'' | '"') => error.help("write a quoted name as `..['a']`"),
        Some('?' | '(') => error.help("a filter stands in brackets: `[?@.a == 1]`"),
        Some('0'..='9') if word.bytes().all(|byte| byte.is_ascii_digit()) => {
            error.help(format!("write an index as `[{word}]` and a name as `{}`", quoted(word)))
        }
        Some(_) if !word.is_empty() => error.help(format!("write a name with odd characters as `{}`", quoted(word))),
        _ => error,
    }
}

/// No selector follows `[` or `,`.
pub(super) fn no_selector(cursor: &Cursor<'_>, error: PathError) -> PathError {
    match cursor.peek() {
        Some(']') => error.help("`[*]` selects every element"),
        Some('@' | '$' | '!') => error.help("a filter begins with `?`: `[?@.a == 1]`"),
        Some('(') => error.help("a filter begins with `?`: `[?@.a == 1]`; there are no script expressions"),
        Some('+') => error.help("write the index without `+`"),
        Some(first) if parse::is_name_char(first) => {
            let word = shown(word_with_oddities(cursor.rest()));
            error.help(format!("put the name in quotes: `{}`", quoted(&word)))
        }
        _ => error,
    }
}

/// Neither `,` nor `]` follows a selector.
pub(super) fn after_selector(cursor: &Cursor<'_>, error: PathError) -> PathError {
    let before = cursor.slice(0, cursor.at()).chars().next_back();
    match (before, cursor.peek()) {
        (Some(quote @ ('\'' | '"')), Some(next)) if parse::is_name_char(next) => {
            error.help(format!("write a `{quote}` inside the name as `\\{quote}`"))
        }
        (Some('0'..='9'), Some('.')) => error.help("an index is a whole number"),
        (_, Some('=' | '<' | '>')) => error.help("a filter begins with `?`: `[?@.a == 1]`"),
        (_, Some(next)) if next == '\'' || next == '"' || next == '-' || parse::is_name_char(next) => {
            error.help("write `,` between two selectors")
        }
        _ => error,
    }
}

/// Something follows a complete part of a filter that neither joins nor ends it.
pub(super) fn after_operand(cursor: &Cursor<'_>, error: PathError) -> PathError {
    if let Some(help) = odd_name(cursor).or_else(|| operator(cursor)) {
        return error.help(help);
    }
    match cursor.peek() {
        Some('+' | '-' | '*' | '/' | '%' | '^') => error.help("a filter cannot calculate"),
        Some('=' | '!' | '<' | '>') => error.help("join two comparisons with `&&`"),
        Some(')') => error.help("there is no `(` for it"),
        _ => error,
    }
}

/// What to write for an operator of another language that stands here.
pub(super) fn operator(cursor: &Cursor<'_>) -> Option<String> {
    const IN: &str = "there is no `in`: write `@.a == 'x' || @.a == 'y'`";
    const TEXT: &str = "use `match(@.a, 'pattern')` for the whole string or `search(@.a, 'pattern')` for a part of it";
    let token = cursor.token().to_ascii_lowercase();
    let help = match token.as_str() {
        "in" | "nin" | "anyof" | "subsetof" => IN,
        "=~" | "~=" | "~" | "like" | "matches" | "regex" | "contains" | "startswith" | "endswith" => TEXT,
        "=" | "===" | "eq" | "is" | "equals" => "write `==`",
        "<>" | "!==" | "ne" | "~!" => "write `!=`",
        "=>" | "gte" | "ge" => "write `>=`",
        "=<" | "lte" | "le" => "write `<=`",
        "gt" => "write `>`",
        "lt" => "write `<`",
        "and" | "&" => "write `&&`",
        "or" | "|" => "write `||`",
        "not" => "write `!` before the expression: `!(@.a == 1)`",
        _ => return None,
    };
    Some(help.to_owned())
}

/// A comparison operator follows what cannot be compared: a negated part or a function that holds or does not.
pub(super) fn no_comparison(cursor: &Cursor<'_>, negated: bool, function: Option<&str>) -> PathError {
    let error = cursor.expected("`&&` or `||`");
    match function {
        Some(name @ ("match" | "search")) => error.help(holds_or_not(name)),
        _ if negated => error.help("`!` takes the path alone: write `!(@.a == 1)` or `@.a != 1`"),
        _ => error.help("a side of a comparison has no parentheses: `@.a == 1`"),
    }
}

fn holds_or_not(name: &str) -> String {
    format!("`{name}(…)` holds or does not: write it alone or behind `!`")
}

/// A literal, or a function that yields a value, stands where nothing compares it.
pub(super) fn lonely(error: PathError, function: Option<&str>) -> PathError {
    match function {
        Some(name) => error.help(format!("compare what `{name}` yields: `{name}(@.a) == 1`")),
        None => error.help("compare the literal with something: `@.a == 1`"),
    }
}

/// A path with a segment (at `plural`) that may select several nodes stands where one value is wanted.
pub(super) fn plural(plural: Range<usize>) -> PathError {
    PathError {
        offset: plural.start,
        len: plural.len(),
        message: "expected a path to one node, found a segment that may select many".to_owned(),
        help: Some("put the comparison into a filter on them, as in `@.items[?@ == 1]`".to_owned()),
    }
}

/// A function that holds or does not stands where a value is wanted.
pub(super) fn no_value(span: Range<usize>, function: Option<&str>) -> PathError {
    let name = function.unwrap_or_default();
    PathError {
        offset: span.start,
        len: span.len(),
        message: format!("expected a value, found the function `{name}`"),
        help: Some(holds_or_not(name)),
    }
}

/// Something else stands where a function takes a path.
pub(super) fn no_nodes(span: Range<usize>, function: &str) -> PathError {
    PathError {
        offset: span.start,
        len: span.len(),
        message: "expected a path, found a value".to_owned(),
        help: Some(signature(function)),
    }
}

/// How a function is written.
pub(super) fn signature(function: &str) -> String {
    let arguments = match function {
        "length" => "@.a",
        "count" | "value" => "@.a[*]",
        _ => "@.a, 'pattern'",
    };
    format!("write `{function}({arguments})`")
}

/// No path, literal or function begins where one is wanted.
pub(super) fn no_operand(cursor: &Cursor<'_>, error: PathError) -> PathError {
    match cursor.peek() {
        Some('.') if cursor.rest().chars().nth(1).is_some_and(|next| next.is_ascii_digit()) => {
            error.help("write a digit before the `.`: `0.5`")
        }
        Some('.') => error.help("begin the path with `@`: `@.a`"),
        Some('?') => error.help("leave out the `?`"),
        Some('[') if cursor.looking_at("[?") => {
            error.help("write what stands between `[?` and `]` alone, or `@` before it")
        }
        Some('[' | '{') => error.help("only strings, numbers, `true`, `false` and `null` can be written as a value"),
        Some('(') => error.help("a side of a comparison has no parentheses: `@.a == 1`"),
        Some('/') => error.help("write a pattern as `match(@.a, 'pattern')` or `search(@.a, 'pattern')`"),
        Some('+') => error.help("write the number without `+`"),
        Some('!') => error.help("`!` stands once, before a path, a function or `(`"),
        Some('*') => error.help("begin the path with `@`: `@.*`"),
        _ => error,
    }
}

/// A word stands in a filter that is no literal and no function; `called` where `(` follows it.
pub(super) fn unknown_word(cursor: &Cursor<'_>, word: &str, called: bool) -> PathError {
    let shown = shown(word);
    let lower = word.to_lowercase();
    if called && !matches!(lower.as_str(), "not" | "and" | "or") {
        let message = format!("unknown function `{shown}`");
        let help = match meant(&lower) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "the functions are `length`, `count`, `match`, `search` and `value`".to_owned(),
        };
        return PathError { offset: cursor.at(), len: word.len(), message, help: Some(help) };
    }
    let error = cursor.expected("a path, a literal or a function");
    match lower.as_str() {
        "true" | "false" | "null" => error.help(format!("write `{lower}`")),
        "none" | "nil" | "undefined" => error.help("write `null`"),
        "not" => error.help("write `!`"),
        "length" | "count" | "match" | "search" | "value" => error.help(signature(&lower)),
        _ => error.help(format!("write a path as `@.{shown}` and a string as `'{shown}'`")),
    }
}

/// The function that a word (in lower case) is likely to mean.
fn meant(word: &str) -> Option<&'static str> {
    match word {
        "len" | "size" => return Some("length"),
        "contains" | "regex" | "find" => return Some("search"),
        "matches" | "like" => return Some("match"),
        _ => {}
    }
    let distance = |name: &&str| strsim::damerau_levenshtein(word, name);
    FUNCTIONS.into_iter().min_by_key(distance).filter(|name| distance(name) <= WRONG_LETTERS)
}

/// The literal at `span` is no regular expression.
pub(super) fn bad_pattern(cursor: &Cursor<'_>, span: Range<usize>, source: &str) -> PathError {
    let (reason, wrong) = match regex_syntax::Parser::new().parse(source) {
        Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), Some(*error.span())),
        Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), Some(*error.span())),
        _ => ("it is too large".to_owned(), None),
    };
    let message = format!("pattern `{}` is no regular expression: {reason}", shown(source));
    // Without escapes the pattern stands in the text as it is, and the wrong part of it can be shown.
    let begin = span.start + 1;
    match wrong {
        Some(wrong) if cursor.slice(begin, span.end.saturating_sub(1)) == source => {
            let (start, end) = (wrong.start.offset, wrong.end.offset);
            PathError { offset: begin + start, len: end.saturating_sub(start).max(1), message, help: None }
        }
        _ => PathError { offset: span.start, len: span.len(), message, help: None },
    }
}

#[cfg(test)]
mod tests {
    use crate::json::path::{Filter, Path, PathError};

    fn parts(error: &PathError) -> (usize, &str, &str) {
        (error.offset, error.message.as_str(), error.help.as_deref().unwrap_or_default())
    }

    fn path(text: &str, offset: usize, message: &str, help: &str) {
        assert_eq!(parts(&Path::parse(text).unwrap_err()), (offset, message, help), "{text}");
    }

    fn filter(text: &str, offset: usize, message: &str, help: &str) {
        assert_eq!(parts(&Filter::parse(text).unwrap_err()), (offset, message, help), "{text}");
    }

    #[test]
    fn slips_in_names() {
        path("userIdentity.type", 0, "expected `$`, found `userIdentity`", "write `$.userIdentity.type`");
        path(" $.a", 0, "expected `$`, found a space", "leave out the blank space before `$`");
        path("$.a ", 3, "expected the end of the path, found a space", "leave out the blank space at the end");
        path("$a", 1, "expected `.` or `[`, found `a`", "write `$.a`");
        path("$.a b", 4, "expected `.` or `[`, found `b`", "write a name with odd characters as `$['a b']`");
        let odd = "write a name with odd characters as `$['detail-type']`";
        path("$.detail-type", 8, "expected `.` or `[`, found `-`", odd);
        let odd = "write a name with odd characters as `$.a..['b-c']`";
        path("$.a..b-c.d", 6, "expected `.` or `[`, found `-`", odd);
        path("$.a.[0]", 4, "expected a name or `*`, found `[`", "leave out the `.` before `[`");
        path("$.a.0.b", 4, "expected a name or `*`, found `0`", "write an index as `[0]` and a name as `['0']`");
        path("$.'a'", 2, "expected a name or `*`, found `'`", "write a quoted name as `['a']`, without the `.`");
        path("$...a", 3, "expected a name, `*` or `[`, found `.`", "write `..` with two dots");
        path("$.", 2, "expected a name or `*`, found the end of the text", "");
        let call = "functions stand inside a filter only: `$[?length(@.a) > 0]`";
        path("$.a.length()", 10, "expected `.` or `[`, found `(`", call);
        let comparison = "a comparison stands inside a filter only: `$[?@.a == 1]`";
        path("$.a == 1", 4, "expected `.` or `[`, found `==`", comparison);
    }

    #[test]
    fn slips_in_brackets() {
        let wanted = "expected a quoted name, an index, a slice, `*` or `?`, found";
        path("$[a.b]", 2, &format!("{wanted} `a`"), "put the name in quotes: `['a']`");
        path("$[]", 2, &format!("{wanted} `]`"), "`[*]` selects every element");
        path("$[@.a == 1]", 2, &format!("{wanted} `@`"), "a filter begins with `?`: `[?@.a == 1]`");
        path("$['it's']", 6, "expected `,` or `]`, found `s`", "write a `'` inside the name as `\\'`");
        path("$[0 1]", 4, "expected `,` or `]`, found `1`", "write `,` between two selectors");
        path("$[1.5]", 3, "expected `,` or `]`, found `.`", "an index is a whole number");
        let zeros = "write the number without leading zeros";
        path("$[01]", 3, "expected no digit behind a leading `0`, found `1`", zeros);
        let range = "an integer lies between -9007199254740991 and 9007199254740991";
        path("$[9007199254740992]", 2, "integer `9007199254740992` is out of range", range);
        path("$['a", 4, "expected `'`, found the end of the text", "close the string with a quote");
        path("$['a'", 5, "expected `,` or `]`, found the end of the text", "");
        let halves = "write the character itself, or both halves: `\\ud834\\udd1e`";
        path("$[\"\\ud800x\"]", 3, "lone surrogate `\\ud800`", halves);
    }

    #[test]
    fn slips_in_operators() {
        let joins = "expected `&&`, `||` or the end of the expression, found";
        let no_in = "there is no `in`: write `@.a == 'x' || @.a == 'y'`";
        path("$[?@.x in ['a']]", 7, "expected `&&`, `||` or `]`, found `in`", no_in);
        filter("@.x = 1", 4, &format!("{joins} `=`"), "write `==`");
        filter("@.x === 1", 4, "expected a comparison operator, found `===`", "write `==`");
        filter("@.x == 1 and @.y", 9, &format!("{joins} `and`"), "write `&&`");
        filter("@.x | @.y", 4, &format!("{joins} `|`"), "write `||`");
        filter("1 < @.x < 3", 8, &format!("{joins} `<`"), "join two comparisons with `&&`");
        filter("@.x + 1 == 2", 4, &format!("{joins} `+`"), "a filter cannot calculate");
        filter("not @.x", 0, "expected a path, a literal or a function, found `not`", "write `!`");
        let search = "use `match(@.a, 'pattern')` for the whole string or `search(@.a, 'pattern')` for a part of it";
        filter("@.x =~ 'a'", 4, &format!("{joins} `=~`"), search);
        let negated = "`!` takes the path alone: write `!(@.a == 1)` or `@.a != 1`";
        filter("!@.x == 1", 5, "expected `&&` or `||`, found `==`", negated);
        let sides = "a side of a comparison has no parentheses: `@.a == 1`";
        filter("(@.x) == 1", 6, "expected `&&` or `||`, found `==`", sides);
        let odd = "write a name with odd characters as `@['detail-type']`";
        filter("@.detail-type == 'x'", 8, &format!("{joins} `-`"), odd);
    }

    #[test]
    fn slips_in_operands() {
        let wanted = "expected a path, a literal or a function, found";
        filter("@.x == foo", 7, &format!("{wanted} `foo`"), "write a path as `@.foo` and a string as `'foo'`");
        filter("@.x == True", 7, &format!("{wanted} `True`"), "write `true`");
        filter(".x == 1", 0, &format!("{wanted} `.`"), "begin the path with `@`: `@.a`");
        filter("@.x == 1 &&", 11, &format!("{wanted} the end of the text"), "");
        let alone = "compare the literal with something: `@.a == 1`";
        filter("true", 4, "expected a comparison, found the end of the text", alone);
        filter("!'a'", 1, "expected a path, `match(…)`, `search(…)` or `(`, found `'`", alone);
        let many = "expected a path to one node, found a segment that may select many";
        let inside = "put the comparison into a filter on them, as in `@.items[?@ == 1]`";
        filter("@.x[*] == 1", 3, many, inside);
        let blank = "expected no blank space inside the brackets of a compared path";
        filter("@[ 'x' ] == 1", 2, blank, "leave it out: `@['a']`");
    }

    #[test]
    fn slips_in_functions() {
        filter("lenght(@.x) == 1", 0, "unknown function `lenght`", "did you mean `length`?");
        let all = "the functions are `length`, `count`, `match`, `search` and `value`";
        filter("lower(@.x) == 'a'", 0, "unknown function `lower`", all);
        filter("length (@.x) == 1", 6, "expected `(`, found a space", "write `length(` without a space");
        filter("count(1) == 1", 6, "expected a path, found a value", "write `count(@.a[*])`");
        let alone = "`match(…)` holds or does not: write it alone or behind `!`";
        filter("match(@.x, 'a') == true", 16, "expected `&&` or `||`, found `==`", alone);
        filter("true == match(@.x, 'a')", 8, "expected a value, found the function `match`", alone);
        filter("match(@.x, 'a\\.b')", 13, "unknown escape `\\.`", "write `\\\\` for a backslash");
        let class = "pattern `a[` is no regular expression: unclosed character class";
        filter("match(@.x, 'a[')", 13, class, "");
    }

    #[test]
    fn the_length_covers_the_wrong_word() {
        let error = Filter::parse("@.x contains 'y'").unwrap_err();
        assert_eq!((error.offset, error.len), (4, 8));
        let error = Path::parse("$.é é🙂").unwrap_err();
        assert_eq!((error.offset, error.len), (5, 2));
        let error = Path::parse("$.").unwrap_err();
        assert_eq!((error.offset, error.len), (2, 0));
    }
}
