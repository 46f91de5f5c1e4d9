//! `# trailgate: allow CODE`: a comment that allows what is told of its line, or of the line below where it stands alone.

use crate::policy::error::{Code, Level, PolicyError};
use crate::policy::parse::closest;
use crate::text::{Source, Span};

const MARK: &str = "# trailgate: allow ";

/// Whether a comment allows `error`: an error of a policy is never allowed.
pub(super) fn allowed(error: &PolicyError) -> bool {
    let text = &error.source.text;
    if error.level == Level::Error || error.labels.is_empty() || !text.contains(MARK) {
        return false;
    }
    let (before, after) = text.split_at_checked(error.offset()).unwrap_or((text, ""));
    let mut lines = before.rsplit('\n');
    let own = format!("{}{}", lines.next().unwrap_or_default(), after.lines().next().unwrap_or_default());
    let above = lines.map(str::trim_start).take_while(|line| line.starts_with('#'));
    std::iter::once(own.as_str())
        .chain(above)
        .any(|line| codes(line).iter().any(|(name, _)| *name == error.code.name()))
}

/// The names in an allowing comment on `line`, and their offsets in it. A reason may follow the last: `allow no-tests: too new`.
fn codes(line: &str) -> Vec<(&str, usize)> {
    let Some(start) = line.find(MARK).map(|at| at + MARK.len()) else { return Vec::new() };
    let mut names = Vec::new();
    let mut at = start;
    for part in line.get(start..).unwrap_or_default().split_inclusive(',') {
        let bare = part.trim_start();
        let bare = bare.strip_prefix("policy::").unwrap_or(bare);
        let name = bare.split([' ', ',', ':', '\r', '\n']).next().unwrap_or_default();
        if name.is_empty() {
            break;
        }
        names.push((name, at + part.len() - bare.len()));
        if !bare.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(',')) {
            break;
        }
        at += part.len();
    }
    names
}

/// The warnings about allowing comments of `source` that name no warning.
pub(super) fn unknown(source: &Source) -> Vec<PolicyError> {
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let mut warnings = Vec::new();
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        for (name, offset) in codes(line.trim_end()).into_iter().filter(|(name, _)| !known.contains(name)) {
            let help = closest(name, &known).map_or_else(
                || "`trailgate lint` prints the code above each message".to_owned(),
                |code| format!("did you mean `{code}`?"),
            );
            let span = Span::new(start + offset, start + offset + name.len());
            warnings.push(
                PolicyError::warning(
                    Code::AllowComment,
                    source,
                    format!("no code is called `{name}`: the comment allows nothing"),
                )
                .label(span, "no such code")
                .help(help),
            );
        }
        start += line.len();
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(text: &str, word: &str) -> bool {
        let source = Source::new("p.yaml", text);
        let start = text.find(word).unwrap();
        allowed(&PolicyError::warning(Code::UnknownField, &source, "").label(Span::new(start, start + 1), ""))
    }

    #[test]
    fn allows_its_line_and_the_line_below() {
        for (text, expected) in [
            ("a: 1 # trailgate: allow unknown-field\n", true),
            ("a: 1 # trailgate: allow no-tests, unknown-field\n", true),
            ("a: 1 # trailgate: allow policy::unknown-field because of it\n", true),
            ("# trailgate: allow unknown-field\n  # why\n  a: 1\n", true),
            ("b: 2 # trailgate: allow unknown-field\na: 1\n", false),
            ("# trailgate: allow no-tests\na: 1\n", false),
            ("# trailgate: allow unknown-field\nb: 2\na: 1\n", false),
        ] {
            assert_eq!(is_allowed(text, "a: 1"), expected, "{text}");
        }
    }

    #[test]
    fn tells_of_a_code_that_is_none() {
        let text = "# a\nx: 1 # trailgate: allow unknown-feild, no-tests\n";
        let warnings = unknown(&Source::new("p.yaml", text));
        let told: Vec<_> =
            warnings.iter().map(|warning| (warning.labels[0].span.of(text), warning.help.as_deref())).collect();
        assert_eq!(told, [("unknown-feild", Some("did you mean `unknown-field`?"))]);
    }
}
