//! What the page's script groups and filters by: JSON inside a `<script>` block of data.

use std::collections::HashMap;

use serde::Serialize;

use crate::report::html::group::Groups;

/// The block. Texts stand once; rows name them by their place.
#[derive(Debug, Default, Serialize)]
struct Data {
    rules: Vec<(String, &'static str)>,
    principals: Vec<String>,
    accounts: Vec<String>,
    /// One a row, in the order of their numbers: rule, principal, account.
    rows: Vec<(usize, usize, usize)>,
}

/// The block for `groups`, with nothing in it that could end it or begin a tag.
///
/// # Errors
/// None that can happen: the data is texts and numbers.
pub(super) fn block(groups: &Groups<'_>) -> serde_json::Result<String> {
    let mut data = Data::default();
    let mut principals = HashMap::new();
    let mut accounts = HashMap::new();
    let mut rules = HashMap::new();
    for row in groups.rows() {
        let rule = *rules.entry(&row.violation.rule).or_insert_with(|| {
            data.rules.push((row.rule().into_owned(), row.violation.severity.word()));
            data.rules.len() - 1
        });
        let event = &row.violation.event;
        let principal = *principals.entry(&event.principal).or_insert_with(|| {
            data.principals.push(row.principal().into_owned());
            data.principals.len() - 1
        });
        let account = *accounts.entry(&event.account).or_insert_with(|| {
            data.accounts.push(row.account().map_or_else(|| "unknown account".to_owned(), |name| name.into_owned()));
            data.accounts.len() - 1
        });
        data.rows.push((rule, principal, account));
    }
    serde_json::to_string(&data).map(|json| escape(&json))
}

/// JSON in which no character means anything to HTML. Each of them stands in strings only.
fn escape(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        match character {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_block() {
        let text = "</script><!-- ]]> & \u{2028}\u{2029}\"";
        let safe = escape(&serde_json::to_string(text).unwrap());
        assert_eq!(safe, r#""\u003c/script\u003e\u003c!-- ]]\u003e \u0026 \u2028\u2029\"""#);
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }
}
