//! A waiver as text: an entry is added to the text of a waivers file, and all else in it stays byte for byte.

use jiff::civil::Date;

use crate::policy::node::{NodeKind, YamlValue};
use crate::policy::scalar::resolve;
use crate::policy::waiver::Waiver;
use crate::policy::yaml;
use crate::text::Source;
use crate::text::sanitize::one_line_cut;

/// Characters of a line of comment.
const COMMENT_LIMIT: usize = 200;

const HEADER: &str = "\
# Violations that are accepted, why, by whom, and until when.
version: 1
waivers:
";

/// A waiver to write.
#[derive(Debug, Clone, Copy)]
pub struct WaiverEntry<'a> {
    /// Lines that stand above it as comments; may hold log text as it is.
    pub comments: &'a [String],
    /// Its name.
    pub name: &'a str,
    /// The rule's id.
    pub rule: &'a str,
    /// The violation's fingerprint.
    pub fingerprint: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Who answers for it.
    pub owner: &'a str,
    /// The last day it holds.
    pub until: Date,
    /// Where it was agreed.
    pub ticket: Option<&'a str>,
}

impl WaiverEntry<'_> {
    /// Whether `waiver` is what the entry says.
    #[must_use]
    pub fn is(&self, waiver: &Waiver) -> bool {
        waiver.name.value == self.name
            && waiver.rules.iter().map(|rule| rule.text.as_str()).eq([self.rule])
            && waiver.fingerprints.iter().map(|fingerprint| fingerprint.value.as_str()).eq([self.fingerprint])
            && waiver.condition.is_none()
            && waiver.reason == self.reason.trim_end_matches('\n')
            && waiver.owner == self.owner.trim_end_matches('\n')
            && waiver.until.value == self.until
            && waiver.ticket.as_deref() == self.ticket.map(|ticket| ticket.trim_end_matches('\n'))
    }

    /// Its lines, each behind `indent`.
    fn lines(&self, indent: &str, line_end: &str) -> String {
        let mut lines: Vec<String> = self
            .comments
            .iter()
            .filter(|comment| !comment.trim().is_empty())
            .map(|comment| format!("# {}", one_line_cut(comment, COMMENT_LIMIT)))
            .collect();
        lines.push(format!("- name: {}", scalar(self.name)));
        let mut entry = |key: &str, value: &str| lines.push(format!("  {key}: {}", scalar(value)));
        entry("rule", self.rule);
        entry("fingerprint", self.fingerprint);
        entry("reason", self.reason.trim_end_matches('\n'));
        entry("owner", self.owner.trim_end_matches('\n'));
        entry("until", &self.until.to_string());
        if let Some(ticket) = self.ticket {
            entry("ticket", ticket.trim_end_matches('\n'));
        }
        lines.into_iter().map(|line| format!("{indent}{line}{line_end}")).collect()
    }
}

/// `text` with `entry` behind its last waiver; a file of its own where there is no text. `None` where the waivers of `text` do
/// not stand one below the other, so that nothing can be added without changing what is there.
#[must_use]
pub fn with_entry(text: Option<&str>, entry: &WaiverEntry<'_>) -> Option<String> {
    let Some(text) = text else { return Some(format!("{HEADER}{}", entry.lines("  ", "\n"))) };
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let root = yaml::parse(&Source::new("", text), &mut Vec::new())?;
    let NodeKind::Mapping(entries) = &root.kind else { return None };
    let waivers = &entries.iter().find(|entry| entry.key == "waivers")?.value;
    let NodeKind::Sequence(items) = &waivers.kind else { return None };
    let Some(last) = items.last() else {
        // `[]` gives way to the first one.
        let (before, after) = (text.get(..waivers.span.start)?, text.get(waivers.span.end..)?);
        let rest = after.strip_prefix(line_end).unwrap_or(after);
        let lines = entry.lines("  ", line_end);
        return Some(format!("{}{line_end}{lines}{rest}", before.trim_end_matches(' ')));
    };
    let first = items.first()?.span.start;
    let line_start = text.get(..first)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = text.get(line_start..first)?.strip_suffix("- ").map(|dash| dash.trim_end_matches(' '));
    let indent = indent.map(|_| text.get(line_start..first).unwrap_or_default().trim_end_matches(['-', ' ']));
    let indent = match indent {
        Some("") => {
            let line = text.get(line_start..first)?;
            line.get(..line.find('-')?)?
        }
        _ => return None,
    };
    // The span of a block text may reach into the lines behind it: begin at the last character that is none.
    let end = text.get(..last.span.end)?.trim_end().len();
    let at = text.get(end..)?.find('\n').map_or(text.len(), |at| end + at + 1);
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    let gap = if before.ends_with('\n') { "" } else { line_end };
    Some(format!("{before}{gap}{}{after}", entry.lines(indent, line_end)))
}

/// `text` as a YAML scalar that is read as the same text: plain where that is safe, else in double quotes.
fn scalar(text: &str) -> String {
    let plain = text.chars().all(|character| character.is_ascii_alphanumeric() || " ._-/@,'()".contains(character))
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !text.ends_with(' ')
        && (resolve(text) == YamlValue::String);
    if plain {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if one_line_cut(character.encode_utf8(&mut [0; 4]), 1).len() == character.len_utf8() => {
                out.push(character);
            }
            _ => out.push_str(&format!("\\U{:08X}", u32::from(character))),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parse_waivers;

    fn entry<'a>(comments: &'a [String], reason: &'a str) -> WaiverEntry<'a> {
        WaiverEntry {
            comments,
            name: "a.b-01234567",
            rule: "a.b",
            fingerprint: "01234567890123456789012345678901",
            reason,
            owner: "team",
            until: jiff::civil::date(2027, 6, 30),
            ticket: None,
        }
    }

    const OLD: &str = "version: 1\nwaivers:\n- {name: n, rule: x, reason: r, owner: o, until: 2027-01-01} # kept\n";

    /// Whether the entry can be read again behind what was there, and nothing else is changed.
    fn survives(old: &str, entry: &WaiverEntry<'_>) {
        let new = with_entry(Some(old), entry).unwrap();
        let waivers = parse_waivers(&Source::new("w", new.as_str()), &|_| Err(String::new()));
        let waivers = waivers.unwrap_or_else(|errors| panic!("{errors}\n{new}")).waivers.unwrap();
        assert!(entry.is(waivers.last().unwrap()), "{new}");
        let mut rest = new.chars();
        assert!(old.replace(" []", "").trim_end().chars().all(|wanted| rest.any(|found| found == wanted)), "{new}");
    }

    #[test]
    fn adds_to_any_form_of_file() {
        let comments = ["evil \u{1b}[31m\n- name: x\u{2028}".to_owned()];
        let entry = entry(&comments, "why: not #1, \"quoted\" \\ é\u{202e}\n\ttab");
        for old in [
            OLD,
            OLD.trim_end(),
            &OLD.replace('\n', "\r\n"),
            &OLD.replace("- {", "   - {"),
            &format!("{OLD}\n# the end\n\ndefine:\n  d: {{$.a: 1}}\n"),
            "version: 1\nwaivers: []\n",
            "version: 1\nwaivers: []\nlists: {a: [x]}\n",
            "version: 1\nwaivers:\n  - name: n\n    rule: x\n    owner: o\n    until: 2027-01-01\n    reason: |\n      text\n\nlists:\n  a: [x]\n",
        ] {
            survives(old, &entry);
        }
        assert!(with_entry(Some("version: 1\nwaivers: [{name: n}]\n"), &entry).is_none());
        assert!(with_entry(None, &entry).unwrap().starts_with(HEADER));
    }

    #[test]
    fn writes_any_text_so_that_it_is_read_as_itself() {
        for text in
            ["yes", "null", "true", "12", "1e3", "0x1", "- a", "a: b", "a #b", " a", "a'b", "@a", "*a", "{", "é"]
        {
            survives(OLD, &entry(&[], text));
        }
    }
}
