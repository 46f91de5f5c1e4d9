//! The words that authors can write and what they mean in one line, by where they may stand: keys as `policy::keywords` has them, with
//! the descriptions of the schema, and the words that some keys take as their value.

use std::sync::LazyLock;

use serde_json::Value;

use crate::policy::keywords::MAPS;
use crate::policy::schema;

/// A word of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// The word.
    pub word: &'static str,
    /// What it means, in one line of Markdown.
    pub meaning: String,
}

/// The keys of the map that `policy::keywords` and the schema call `definition`: `rule`, `operators`, ….
#[must_use]
pub fn keys(definition: &str) -> Vec<Keyword> {
    let words = MAPS.iter().find(|(name, _)| *name == definition).map(|(_, words)| *words).unwrap_or_default();
    words.iter().map(|word| Keyword { word, meaning: described(definition, word) }).collect()
}

/// Whether the map called `definition` has the key `word`.
#[must_use]
pub fn is_key(definition: &str, word: &str) -> bool {
    MAPS.iter().any(|(name, words)| *name == definition && words.contains(&word))
}

/// The schemas of both kinds of file: what is described in one of them is the same in the other.
static SCHEMAS: LazyLock<[Value; 2]> = LazyLock::new(|| [schema::policy(), schema::waivers()]);

/// What the schema says of the key `word` of `definition`, and whether it must be there; nothing where it says nothing.
fn described(definition: &str, word: &str) -> String {
    // Quantifiers are a table of their own for the parser, and in the schema part of what may be asked of a path.
    let definition = if definition == "quantifiers" { "operatorTest" } else { definition };
    let map = SCHEMAS.iter().find_map(|schema| schema.get("$defs")?.get(definition));
    let Some(property) = map.and_then(|map| map.get("properties")?.get(word)) else { return String::new() };
    let text = |schema: &Value| schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let meaning = text(property).or_else(|| {
        let name = property.get("$ref")?.as_str()?.rsplit('/').next()?;
        SCHEMAS.iter().find_map(|schema| text(schema.get("$defs")?.get(name)?))
    });
    let required = map
        .and_then(|map| map.get("required")?.as_array())
        .is_some_and(|words| words.iter().any(|known| known == word));
    match (meaning, required) {
        (Some(meaning), true) => format!("{meaning} Required."),
        (meaning, _) => meaning.unwrap_or_default(),
    }
}

/// The words that the key `key` takes as its value, where they are a closed list.
#[must_use]
pub fn values(key: &str) -> Vec<Keyword> {
    let words: &[(&str, &str)] = match key {
        "severity" => SEVERITIES,
        "from" => TEMPLATES,
        "expect" => EXPECTATIONS,
        "type" => TYPES,
        "is_ip" => IP_KINDS,
        "waivable" | "any_order" | "exists" | "empty" => BOOLEANS,
        "ignore_case" => &[("true", "Fold case.")],
        "version" => &[("1", "The version of the language.")],
        "as" => &[
            ("basename", "What stands behind the last `/`."),
            ("lower", "In small letters."),
            ("ip_prefix/24", "The network of an address."),
        ],
        _ => &[],
    };
    words.iter().map(|(word, meaning)| Keyword { word, meaning: (*meaning).to_owned() }).collect()
}

const SEVERITIES: &[(&str, &str)] = &[
    ("info", "Worth knowing."),
    ("low", "Worth a look."),
    ("medium", "Should be dealt with."),
    ("high", "Must be dealt with soon."),
    ("critical", "Must be dealt with at once."),
];

const TYPES: &[(&str, &str)] = &[
    ("string", "A text."),
    ("number", "A number."),
    ("boolean", "`true` or `false`."),
    ("null", "Present, and null."),
    ("array", "A list."),
    ("object", "A map."),
];

const IP_KINDS: &[(&str, &str)] =
    &[("true", "An IP address."), ("false", "No IP address."), ("v4", "An IPv4 address."), ("v6", "An IPv6 address.")];

const BOOLEANS: &[(&str, &str)] = &[("true", "Yes."), ("false", "No.")];

const TEMPLATES: &[(&str, &str)] = &[
    ("root", "A call by root, in a console session without MFA."),
    ("iam_user", "A call by the user `alice` with a long-lived key."),
    ("assumed_role", "A call by a session of the role `deploy`."),
    ("sso", "A call by an IAM Identity Center session."),
    ("saml", "`AssumeRoleWithSAML`."),
    ("web_identity", "`AssumeRoleWithWebIdentity`."),
    ("service", "A call by an AWS service."),
    ("login", "A successful console login of `alice` without MFA."),
    ("aws_account", "A call by a principal of another account."),
];

const EXPECTATIONS: &[(&str, &str)] = &[
    ("violation", "The event is a violation."),
    ("ok", "The event is in the population, and no violation or a waived one."),
    ("not_in_scope", "The event is not in the population."),
    ("pending", "The time of the obligation has not run out."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Severity;
    use crate::policy::operator::JsonType;
    use crate::policy::rule_test::{EventTemplate, Expectation};

    #[test]
    fn every_key_has_a_meaning_of_one_line() {
        // What they mean is what the word says.
        let plain = [("valueReference", ""), ("pathReference", "path")];
        for (definition, words) in MAPS {
            assert_eq!(keys(definition).len(), words.len());
            for keyword in keys(definition) {
                let is_plain = plain.contains(&(*definition, keyword.word));
                assert!(is_plain || keyword.meaning.ends_with('.'), "{definition}: {keyword:?}");
                assert!(!keyword.meaning.contains('\n'), "{definition}: {keyword:?}");
            }
        }
        assert!(keys("rule").iter().any(|keyword| keyword.word == "id" && keyword.meaning.ends_with("Required.")));
    }

    #[test]
    fn values_are_those_of_the_parser() {
        let words = |key: &str| values(key).iter().map(|keyword| keyword.word).collect::<Vec<_>>();
        assert_eq!(words("severity"), Severity::ALL.map(Severity::word));
        assert_eq!(words("from"), EventTemplate::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>());
        assert_eq!(words("expect"), Expectation::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>());
        assert_eq!(words("type"), JsonType::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>());
    }
}
