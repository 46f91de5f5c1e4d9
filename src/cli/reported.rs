//! Violations out of a report that an earlier run wrote with `-f json` or `-f ndjson`.

use std::io::Read;

use serde_json::Value;

use crate::audit::input::in_words;

/// A violation as a report shows it. Texts come from logs: sanitize before printing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Its rule.
    pub rule: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its message.
    pub message: String,
    /// What is known of the event, in the order it is told: name, principal, time, account, region, id.
    pub event: Vec<(&'static str, String)>,
}

/// The one violation in the report at `path` (`-` is standard input) whose fingerprint begins with `prefix`.
///
/// # Errors
/// In words: the report cannot be read or is none, or no violation, or several of different fingerprints, are meant.
pub fn find(path: &str, prefix: &str) -> Result<Reported, String> {
    let text = if path == "-" {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| format!("the report `{path}` cannot be read: {}", in_words(&error)))?;
    let all = violations(&text).ok_or_else(|| {
        format!("`{path}` is no report that violations can be found in: write one with `check -f json=report.json`")
    })?;
    let mut meant: Vec<&Reported> = all.iter().filter(|one| one.fingerprint.starts_with(prefix)).collect();
    meant.dedup_by(|one, other| one.fingerprint == other.fingerprint);
    match meant.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(format!("no violation of `{path}` has a fingerprint that begins with `{prefix}`")),
        [first, others @ ..] if others.iter().all(|other| other.fingerprint == first.fingerprint) => {
            Ok((*first).clone())
        }
        several => {
            let fingerprints: Vec<String> =
                several.iter().take(5).map(|one| format!("`{}`", one.fingerprint)).collect();
            Err(format!("`{prefix}` begins several fingerprints: {}", fingerprints.join(", ")))
        }
    }
}

/// The violations of a report, `None` where the text is none.
fn violations(text: &str) -> Option<Vec<Reported>> {
    if let Ok(document) = serde_json::from_str::<Value>(text)
        && let Some(list) = document.get("violations").and_then(Value::as_array)
    {
        return Some(list.iter().filter_map(reported).collect());
    }
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let value: Value = serde_json::from_str(line).ok()?;
        match value.get("type").and_then(Value::as_str) {
            Some("violation") => found.extend(reported(&value)),
            Some(_) => {}
            None => return None,
        }
    }
    (!text.trim().is_empty()).then_some(found)
}

fn reported(value: &Value) -> Option<Reported> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let event = [
        ("", "event_name"),
        ("by", "principal"),
        ("at", "event_time"),
        ("in account", "account"),
        ("in", "region"),
        ("event", "event_id"),
    ];
    Some(Reported {
        rule: text("rule")?,
        fingerprint: text("fingerprint")?,
        message: text("message").unwrap_or_default(),
        event: event.into_iter().filter_map(|(word, name)| Some((word, text(name)?))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_documents_and_lines_and_nothing_else() {
        let one = r#"{"type":"violation","rule":"a.b","fingerprint":"01234567","message":"m","event_name":"X","principal":null}"#;
        let wanted = Reported {
            rule: "a.b".to_owned(),
            fingerprint: "01234567".to_owned(),
            message: "m".to_owned(),
            event: vec![("", "X".to_owned())],
        };
        assert_eq!(violations(&format!("{{\"violations\":[{one}]}}")), Some(vec![wanted.clone()]));
        assert_eq!(violations(&format!("{one}\n\n{{\"type\":\"summary\"}}\n")), Some(vec![wanted]));
        assert_eq!(violations("{\"type\":\"summary\"}\n"), Some(Vec::new()));
        for text in ["", "{}", "x", "[1]\n", "{\"Records\":[]}"] {
            assert_eq!(violations(text), None, "{text}");
        }
    }
}
