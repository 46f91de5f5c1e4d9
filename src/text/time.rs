//! Times as audit logs and policies write them.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// The time that `text` holds: RFC 3339, ISO 8601 basic (`20260131T100000Z`), or a date alone, which is its 00:00 UTC.
///
/// `None` for anything else, also for a time without an offset: it could be any of 26 hours.
/// Source: CloudTrail user guide, `eventTime` and `sessionContext.attributes.creationDate`.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    if let Some(time) = digits(text).and_then(at_digits) {
        return Some(time);
    }
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

/// The digits of `text` as one number, where it is a time as CloudTrail writes them (`2026-01-31T10:00:00Z`) of a day that exists:
/// such numbers sort as the times do. Nothing is parsed for it.
#[must_use]
pub fn digits(text: &str) -> Option<u64> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] = *bytes else {
        return None;
    };
    let pairs = [[y1, y2], [y3, y4], [m1, m2], [d1, d2], [h1, h2], [n1, n2], [s1, s2]];
    if !pairs.as_flattened().iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add = |number, [tens, ones]: [u8; 2]| 100 * number + 10 * u64::from(tens & 0xf) + u64::from(ones & 0xf);
    let number = pairs.into_iter().fold(0, add);
    let exists = date_of(number).is_some() && time_of(number).is_some();
    exists.then_some(number)
}

/// The time whose [`digits`] these are, as CloudTrail writes it.
#[must_use]
pub fn of_digits(digits: u64) -> String {
    let pair = |place: u64| digits / place % 100;
    let year = digits / 10_000_000_000;
    let (month, day) = (pair(100_000_000), pair(1_000_000));
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", pair(10_000), pair(100), pair(1))
}

/// The time whose [`digits`] these are.
#[must_use]
pub fn at_digits(digits: u64) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(date_of(digits)?.to_datetime(time_of(digits)?)).ok()
}

fn date_of(digits: u64) -> Option<Date> {
    let year = i16::try_from(digits / 10_000_000_000).ok()?;
    Date::new(year, pair(digits, 100_000_000)?, pair(digits, 1_000_000)?).ok()
}

fn time_of(digits: u64) -> Option<Time> {
    Time::new(pair(digits, 10_000)?, pair(digits, 100)?, pair(digits, 1)?, 0).ok()
}

/// The two digits at `place`, a power of ten.
fn pair(digits: u64, place: u64) -> Option<i8> {
    i8::try_from(digits / place % 100).ok()
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
    fn digits_are_those_of_times_that_exist() {
        for text in [
            "2026-01-31T10:00:00Z",
            "2024-02-29T23:59:59Z",
            "2000-02-29T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(digits(text).map(of_digits).as_deref(), Some(text));
            assert_eq!(digits(text).and_then(at_digits), text.parse().ok(), "{text}");
        }
        assert!(digits("2026-01-31T10:00:00Z") < digits("2026-02-01T00:00:00Z"));
        for text in [
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01T00:00:00.0Z",
            "2026-1-001T00:00:00Z",
            "",
        ] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

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
