//! Times, days and durations of a policy file.

use std::time::Duration;

use jiff::civil::Date;

use crate::policy::error::Code;
use crate::policy::keywords;
use crate::policy::model::Spanned;
use crate::policy::node::{Node, NodeKind};
use crate::policy::operator::TimeOperand;
use crate::policy::parse::lower::{Lower, Scope};
use crate::text::time;

impl Lower<'_> {
    /// A time, or `{path: …}`.
    pub fn time_operand(&mut self, node: &Node, what: &str, scope: Scope) -> Option<TimeOperand> {
        if let NodeKind::Mapping(entries) = &node.kind {
            return match entries.as_slice() {
                [entry] if entry.key == "path" => self.path_operand(&entry.value, scope).map(TimeOperand::Path),
                _ => {
                    self.operand_map(node, entries, what, keywords::PATH);
                    None
                }
            };
        }
        let text = self.word(node, what, "a date, a time or `{path: …}`")?;
        if let Some(time) = time::parse(text) {
            return Some(TimeOperand::Literal { text: text.to_owned(), time });
        }
        let help = if time::parse(&format!("{text}Z")).is_some() {
            format!("did you mean `{text}Z`? a time has an offset")
        } else {
            "write a date `2026-01-31` or a time with its offset `2026-01-31T10:00:00Z`".to_owned()
        };
        self.error(Code::Time, node.span, format!("`{text}` is not a time"), "not a time", help);
        None
    }

    /// A duration: a whole number and a unit.
    pub fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let text = self.word(node, what, "a duration such as `15m`")?;
        match duration(text) {
            Ok(duration) => Some(duration),
            Err(help) => {
                self.error(Code::Duration, node.span, format!("`{text}` is not a duration"), "not a duration", help);
                None
            }
        }
    }

    /// A day.
    pub fn date(&mut self, node: &Node, what: &str) -> Option<Spanned<Date>> {
        let text = self.word(node, what, "a day such as `2027-06-30`")?;
        let parsed = |text: &str| if text.len() == 10 { text.parse::<Date>().ok() } else { None };
        if let Some(day) = parsed(text) {
            return Some(Spanned::new(day, node.span));
        }
        let is_form = text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2]);
        let label = if is_form { "no such day" } else { "not a day" };
        let help = match text.get(..10).filter(|start| parsed(start).is_some()) {
            Some(start) => format!("did you mean `{start}`? it is the last day, without a time"),
            None => "write year, month and day: `2027-06-30`".to_owned(),
        };
        self.error(Code::Time, node.span, format!("`{text}` is not a day"), label, help);
        None
    }
}

/// A duration out of `15m`; else what to write.
fn duration(text: &str) -> Result<Duration, String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text.get(digits.len()..).unwrap_or_default();
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => {
            let short = match unit.trim().to_lowercase().as_str() {
                "sec" | "secs" | "second" | "seconds" => "s",
                "min" | "mins" | "minute" | "minutes" => "m",
                "hr" | "hrs" | "hour" | "hours" => "h",
                "day" | "days" => "d",
                "week" | "weeks" => "w",
                _ => "",
            };
            return Err(if short.is_empty() || digits.is_empty() {
                "write a whole number and a unit: `30s`, `15m`, `12h`, `7d`, `2w`".to_owned()
            } else {
                format!("did you mean `{digits}{short}`?")
            });
        }
    };
    let count: u64 = digits.parse().map_err(|_| "write a whole number and a unit: `15m`".to_owned())?;
    match count.checked_mul(seconds) {
        Some(0) => Err("a duration must be longer than nothing".to_owned()),
        Some(total) if total <= 10 * 366 * 86_400 => Ok(Duration::from_secs(total)),
        _ => Err("no window may be longer than ten years".to_owned()),
    }
}
