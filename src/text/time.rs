//! Times as audit logs and policies write them.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// The time that `text` holds: RFC 3339, ISO 8601 basic (`20260131T100000Z`), or a date alone, which is its 00:00 UTC.
///
/// `None` for anything else, also for a time without an offset: it could be any of 26 hours.
/// Source: CloudTrail user guide, `eventTime` and `sessionContext.attributes.creationDate`.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if !matches!(text.len(), 8 | 10) {
        return None;
    }
    let date: Date = text.parse().ok()?;
    format!("{date}T00:00:00Z").parse().ok()
}

/// The day of `time`, in UTC.
#[must_use]
pub fn day(time: Timestamp) -> Date {
    time.to_string().get(..10).and_then(|day| day.parse().ok()).unwrap_or_default()
}

/// A length of time as policies write it, exact to the second: `3m12s`, `1d2h`.
#[must_use]
pub fn length(time: SignedDuration) -> String {
    const UNITS: [(u64, char); 4] = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];
    let mut rest = time.as_secs().unsigned_abs();
    let mut out = String::new();
    for (seconds, unit) in UNITS {
        if rest >= seconds {
            out.push_str(&format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_exact() {
        let of = |seconds| length(SignedDuration::from_secs(seconds));
        let got = [0, 59, 192, 3_600, 93_600, 90_061, 7_776_000].map(of);
        assert_eq!(got, ["0s", "59s", "3m12s", "1h", "1d2h", "1d1h1m1s", "90d"]);
    }

    #[test]
    fn reads_the_forms_of_cloudtrail() {
        let wanted: Timestamp = "2013-11-02T01:06:28Z".parse().unwrap();
        for text in
            ["2013-11-02T01:06:28Z", "20131102T010628Z", "2013-11-02T03:06:28+02:00", "2013-11-02T01:06:28.000Z"]
        {
            assert_eq!(parse(text), Some(wanted), "{text}");
        }
        assert_eq!(parse("2013-11-02"), "2013-11-02T00:00:00Z".parse().ok());
        for text in ["", "Mar 24, 2014 9:11:59 PM", "2013", "2013-13-02", "2013-11-02T01:06:28", "12345678901"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
