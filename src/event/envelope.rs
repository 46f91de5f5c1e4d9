//! What a JSON object of a log is, told by its keys: an event, one of the wrappers that events come in, or something else.

use crate::event::layer::decode;
use crate::json::scan::{self, JsonError, Member, Members, StringSpan};

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An event as CloudTrail writes it.
    Event,
    /// An insight event.
    Insight,
    /// A wrapper whose records were, or can be, read out of its array.
    Wrapper,
    /// The event is the value of this string: `CloudTrailEvent`, `message`, `eventJson`.
    Held(StringSpan),
    /// An EventBridge envelope; its `detail` begins here.
    Detail(usize),
    /// A CloudWatch Logs data message; its `logEvents` begin here.
    LogEvents(usize),
    /// A CloudWatch Logs control message.
    Control,
    /// A digest of log files.
    Digest,
    /// A row of Athena or CloudTrail Lake.
    Row,
    /// None of these.
    Unknown,
}

/// What the keys of one object told so far. With duplicate keys the last one counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Survey {
    /// Offset of the `{`.
    pub start: usize,
    /// Offset behind the `}`, once it was reached.
    pub end: usize,
    /// Whether records were streamed out of an array of it.
    pub streamed: bool,
    /// Offset behind the last such array.
    pub read: Option<usize>,
    events: u8,
    rows: u8,
    digests: u8,
    insight_type: bool,
    insight_category: bool,
    insight_details: bool,
    held: Option<StringSpan>,
    message: Option<StringSpan>,
    detail_type: bool,
    detail: Option<usize>,
    message_type: Option<bool>,
    log_events: Option<usize>,
    array: bool,
}

impl Survey {
    /// Nothing known yet of the object at `start`.
    pub fn new(start: usize) -> Self {
        Self { start, ..Self::default() }
    }

    /// Surveys the whole object at `at`, which is scanned strictly.
    ///
    /// # Errors
    /// Where it is no valid JSON object.
    pub fn of(text: &[u8], at: usize) -> Result<Self, JsonError> {
        let mut survey = Self::new(at);
        let mut members = Members::open(text, at, 0)?;
        while let Some(member) = members.next_key()? {
            let end = scan::value(text, member.value, 1)?;
            survey.note(text, &member, end);
            members.close_value(end)?;
        }
        survey.end = members.end();
        Ok(survey)
    }

    /// Whether any key of an event was met.
    pub fn is_event(&self) -> bool {
        self.events != 0
    }

    /// Whether a string was met that may hold an event.
    pub fn holds_event(&self) -> bool {
        self.held.is_some()
    }

    /// How many of the seven keys of an event were met.
    pub fn event_keys(&self) -> u32 {
        self.events.count_ones().max(self.rows.count_ones())
    }

    /// Whether the value of `member` is an array of records to be read element by element, before the rest of the object is known.
    ///
    /// `logEvents` waits until `messageType` was met: those of a control message are no events.
    pub fn streams(&self, text: &[u8], member: &Member) -> bool {
        if self.is_event() || text.get(member.value) != Some(&b'[') {
            return false;
        }
        match member.key.raw(text) {
            b"Records" | b"Events" | b"events" => true,
            b"logEvents" => self.message_type == Some(true),
            _ => false,
        }
    }

    /// Notes a member whose value ends at `end`.
    pub fn note(&mut self, text: &[u8], member: &Member, end: usize) {
        if member.key.escaped {
            if let Some(key) = decode(text, member.key) {
                self.note_key(key.as_bytes(), text, member.value, end);
            }
        } else {
            self.note_key(member.key.raw(text), text, member.value, end);
        }
    }

    fn note_key(&mut self, key: &[u8], text: &[u8], value: usize, end: usize) {
        let first = text.get(value).copied().unwrap_or_default();
        match key {
            b"eventVersion" => self.events |= 1,
            b"eventName" => self.events |= 2,
            b"eventSource" => self.events |= 4,
            b"eventID" => self.events |= 8,
            b"userIdentity" => self.events |= 16,
            b"eventTime" => self.events |= 32,
            b"eventType" => {
                self.events |= 64;
                self.insight_type = is_string(text, value, "AwsCloudTrailInsight");
            }
            b"eventversion" => self.rows |= 1,
            b"eventname" => self.rows |= 2,
            b"eventsource" => self.rows |= 4,
            b"eventid" => self.rows |= 8,
            b"useridentity" => self.rows |= 16,
            b"eventtime" => self.rows |= 32,
            b"eventtype" => {
                self.rows |= 64;
                self.insight_type = is_string(text, value, "AwsCloudTrailInsight");
            }
            b"eventCategory" | b"eventcategory" => self.insight_category = is_string(text, value, "Insight"),
            b"insightDetails" | b"insightdetails" => self.insight_details = first != b'n',
            b"CloudTrailEvent" | b"eventJson" | b"eventjson" => self.held = string(text, value),
            b"message" => self.message = string(text, value).filter(|span| opens_object(text, *span)),
            b"detail-type" => self.detail_type = true,
            b"detail" => self.detail = (first == b'{').then_some(value),
            b"messageType" => {
                self.message_type = match text.get(value..end) {
                    Some(b"\"DATA_MESSAGE\"") => Some(true),
                    Some(b"\"CONTROL_MESSAGE\"") => Some(false),
                    _ => None,
                };
            }
            b"logEvents" => {
                self.log_events = (first == b'[').then_some(value);
                self.array |= first == b'[';
            }
            b"Records" | b"Events" | b"events" => self.array |= first == b'[',
            b"digestStartTime" => self.digests |= 1,
            b"digestS3Object" | b"logFiles" => self.digests |= 2,
            _ => {}
        }
    }

    /// What the object is, by the keys noted.
    pub fn kind(&self) -> Kind {
        let insight = self.insight_type || self.insight_category || self.insight_details;
        match *self {
            Self { held: Some(string), .. } => Kind::Held(string),
            Self { streamed: true, .. } => Kind::Wrapper,
            Self { message_type: Some(false), .. } => Kind::Control,
            Self { events: 0, detail_type: true, detail: Some(at), .. } => Kind::Detail(at),
            Self { message_type: Some(true), log_events: Some(at), .. } => Kind::LogEvents(at),
            _ if insight => Kind::Insight,
            Self { events: 1.., .. } => Kind::Event,
            Self { message: Some(string), .. } => Kind::Held(string),
            Self { digests: 3, .. } => Kind::Digest,
            Self { rows: 1.., .. } => Kind::Row,
            Self { array: true, .. } => Kind::Wrapper,
            _ => Kind::Unknown,
        }
    }
}

/// Whether `key`, quotes included, is one that only events have.
pub(super) fn is_event_key(key: &[u8]) -> bool {
    let mut survey = Survey::default();
    let name = key.get(1..key.len().saturating_sub(1)).unwrap_or_default();
    survey.note_key(name, b"", 0, 0);
    survey.event_keys() > 0
}

/// The string that is the value at `value`, if it is one.
fn string(text: &[u8], value: usize) -> Option<StringSpan> {
    scan::string(text, value).ok()
}

fn is_string(text: &[u8], value: usize, wanted: &str) -> bool {
    if text.get(value) != Some(&b'"') {
        return false;
    }
    string(text, value).is_some_and(|span| {
        span.raw(text) == wanted.as_bytes() || span.escaped && decode(text, span).as_deref() == Some(wanted)
    })
}

/// Whether the value of the string begins as an object does.
fn opens_object(text: &[u8], span: StringSpan) -> bool {
    let raw = span.raw(text);
    let mut at = 0;
    loop {
        match (raw.get(at), raw.get(at + 1)) {
            (Some(b' '), _) => at += 1,
            (Some(b'\\'), Some(b'n' | b'r' | b't')) => at += 2,
            (first, _) => return first == Some(&b'{'),
        }
    }
}

/// Whether the first bytes of `text` are those of a log: after a byte order mark and white space `{`, `[`, or a timestamp and `{`.
///
/// Tells nothing of what follows; a caller that walks a folder uses it to leave out what is no log at all.
#[must_use]
pub fn looks_like_log(text: &[u8]) -> bool {
    let start = skip_blank(text, 0);
    matches!(text.get(start), Some(b'{' | b'[')) || behind_timestamp(text, start).is_some()
}

/// First offset at or after `at` that is neither white space nor part of a byte order mark.
pub(super) fn skip_blank(text: &[u8], at: usize) -> usize {
    let mut at = scan::skip_space(text, at);
    while text.get(at..).is_some_and(|rest| rest.starts_with(b"\xef\xbb\xbf")) {
        at = scan::skip_space(text, at + 3);
    }
    at
}

/// Where the object begins in `<ISO timestamp> <object>`, a line as the export of CloudWatch Logs to S3 writes it.
pub(super) fn behind_timestamp(text: &[u8], at: usize) -> Option<usize> {
    let pattern = b"dddd-dd-ddT";
    let head = text.get(at..at + pattern.len())?;
    let fits = |(byte, wanted): (&u8, &u8)| if *wanted == b'd' { byte.is_ascii_digit() } else { byte == wanted };
    if !head.iter().zip(pattern).all(fits) {
        return None;
    }
    let rest = text.get(at + pattern.len()..)?;
    let rest = rest.get(..40.min(rest.len()))?;
    let length = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b':' | b'.' | b'Z' | b'+' | b'-'))?;
    let blanks = rest.get(length..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let brace = at + pattern.len() + length + blanks;
    (blanks > 0 && text.get(brace) == Some(&b'{')).then_some(brace)
}
