//! The words for values, numbers, types and times: the one source of them, for prose and for evidence.

use std::time::Duration;

use crate::policy::model::{PathRef, Template};
use crate::policy::operator::{Comparison, IpKind, JsonType, NumberTest, Scalar, TextPlace, TimeOrder};

/// Whether words say what is asked, or that it must not be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// It must be so.
    Wanted,
    /// It must not be so.
    Forbidden,
}

impl Sense {
    /// The other one.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Wanted => Self::Forbidden,
            Self::Forbidden => Self::Wanted,
        }
    }
}

/// Most values that prose names one by one.
const NAMED: usize = 6;

/// A path as written, in backticks.
#[must_use]
pub fn path(path: &PathRef) -> String {
    format!("`{}`", path.written())
}

/// A template as written, in quotes.
#[must_use]
pub fn template(template: &Template) -> String {
    format!("the text \"{}\"", template.text)
}

/// A value as a reader tells it from another type: a text that could be a number, or that has spaces, stands in quotes.
#[must_use]
pub fn scalar(scalar: &Scalar) -> String {
    let Scalar::String(text) = scalar else { return scalar.to_string() };
    let plain = |character: char| !character.is_whitespace() && !"\"`',".contains(character) && !character.is_control();
    let ambiguous = matches!(text.as_str(), "true" | "false" | "null") || text.parse::<f64>().is_ok();
    let has_letter = text.chars().any(char::is_alphanumeric);
    if !has_letter || ambiguous || !text.chars().all(plain) { format!("{text:?}") } else { text.clone() }
}

/// "a", or "one of a, b, c (+4)"; `none` is the word for "one of" where it must not be so.
#[must_use]
pub fn one_of(items: &[String], sense: Sense) -> String {
    let word = if sense == Sense::Wanted { "one of" } else { "any of" };
    match items {
        [one] => one.clone(),
        many if many.len() <= NAMED => format!("{word} {}", many.join(", ")),
        many => format!("{word} {} (+{})", many.get(..NAMED).unwrap_or_default().join(", "), many.len() - NAMED),
    }
}

/// "at least".
#[must_use]
pub const fn comparison(order: Comparison) -> &'static str {
    match order {
        Comparison::Equal => "exactly",
        Comparison::Greater => "more than",
        Comparison::GreaterOrEqual => "at least",
        Comparison::Less => "less than",
        Comparison::LessOrEqual => "at most",
    }
}

/// "at least 2 and less than 5".
#[must_use]
pub fn number_test(test: &NumberTest) -> String {
    test.0.iter().map(|(order, wanted)| format!("{} {wanted}", comparison(*order))).collect::<Vec<_>>().join(" and ")
}

/// "more than 1 node", "exactly 2 nodes".
#[must_use]
pub fn many(test: &NumberTest, thing: &str) -> String {
    let plural = if matches!(test.0.as_slice(), [.., (_, 1)]) { "" } else { "s" };
    format!("{} {thing}{plural}", number_test(test))
}

/// "string".
#[must_use]
pub const fn json_type(kind: JsonType) -> &'static str {
    match kind {
        JsonType::String => "string",
        JsonType::Number => "number",
        JsonType::Boolean => "boolean",
        JsonType::Null => "null",
        JsonType::Array => "array",
        JsonType::Object => "object",
    }
}

/// "an IPv4 address".
#[must_use]
pub const fn ip(kind: IpKind) -> &'static str {
    match kind {
        IpKind::Any => "an IP address",
        IpKind::None => "a text that is no IP address",
        IpKind::V4 => "an IPv4 address",
        IpKind::V6 => "an IPv6 address",
    }
}

/// "before".
#[must_use]
pub const fn time_order(order: TimeOrder) -> &'static str {
    match order {
        TimeOrder::Before => "before",
        TimeOrder::After => "after",
    }
}

/// "start", as in "starts with" and "does not start with".
#[must_use]
pub const fn text_verb(place: TextPlace) -> (&'static str, &'static str) {
    match place {
        TextPlace::Start => ("starts with", "does not start with"),
        TextPlace::End => ("ends with", "does not end with"),
        TextPlace::Anywhere => ("contains", "does not contain"),
    }
}

/// "90 minutes", in the largest unit that divides it.
#[must_use]
pub fn duration(duration: Duration) -> String {
    const UNITS: [(u64, &str); 5] = [(604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let seconds = duration.as_secs();
    let (length, unit) =
        UNITS.into_iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length)).unwrap_or((1, "second"));
    let number = seconds / length;
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_stands_in_its_largest_unit() {
        for (seconds, words) in
            [(1, "1 second"), (90, "90 seconds"), (5400, "90 minutes"), (3600, "1 hour"), (1_209_600, "2 weeks")]
        {
            assert_eq!(duration(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_text_is_told_from_another_type() {
        for (text, words) in
            [("a.b", "a.b"), ("5", "\"5\""), ("true", "\"true\""), ("", "\"\""), ("*", "\"*\""), ("a b", "\"a b\"")]
        {
            assert_eq!(scalar(&Scalar::String(text.to_owned())), words);
        }
        assert_eq!(scalar(&Scalar::Bool(true)), "true");
    }
}
