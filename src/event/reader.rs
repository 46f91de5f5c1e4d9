//! The bytes of a log file become records: see [`read`].

use std::sync::Arc;

use crate::event::envelope::looks_like_log;
use crate::event::ledger::Ledger;
use crate::event::plain::Fields;
use crate::event::problem::Problem;
use crate::event::record::Record;
use crate::event::seam::{Left, Piece};
use crate::event::walk::Walk;
use crate::json::{Path, SlotTable, Slots};

/// Which records a file holds and how they are wrapped.
#[derive(Debug, Clone)]
pub enum RecordFormat {
    /// CloudTrail events, in any wrapper: recognised by content.
    Cloudtrail,
    /// Records of another audit log, selected by a path in each JSON document of the file.
    Json {
        /// Where the records lie in a document: `$` (it is one), `$[*]`, `$.items[*]`, or any other path.
        records: Path,
    },
}

/// Whether the text that is read is all of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It is; an unfinished record at its end is a problem of its own.
    Whole,
    /// It was cut (a damaged gzip stream, a limit), and a problem says so already.
    Cut,
    /// It goes on behind what is known of it: only for a [`Piece`].
    Open,
}

/// What [`read`] hands out, in the order of the file.
#[derive(Debug)]
pub enum Item<'t> {
    /// A record that is valid JSON.
    Record(Record<'t>),
    /// Something that could not be read.
    Problem(Problem),
}

/// What a file held.
///
/// `records = records handed out + malformed + insights`, always. `malformed` is the number of problems handed out whose kind
/// [is of a record](crate::event::ProblemKind::is_of_a_record), and one more where the text is [`Ending::Cut`] inside a record: the
/// problem of the cut stream, which the caller has, stands for that one. All other kinds of problem are about no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Records met: handed out, malformed, and left out as insight events.
    pub records: usize,
    /// Records that could not be read or are no events.
    pub malformed: usize,
    /// Insight events, which are no audit events: counted and left out.
    pub insights: usize,
    /// Digest documents (log file integrity), which hold no events: counted and left out.
    pub digests: usize,
    /// CloudWatch Logs control messages, which hold no events: counted and left out.
    pub control_messages: usize,
}

impl Census {
    /// Adds what another piece of the same file held.
    pub fn add(&mut self, other: Self) {
        self.records += other.records;
        self.malformed += other.malformed;
        self.insights += other.insights;
        self.digests += other.digests;
        self.control_messages += other.control_messages;
    }
}

/// Reads the records of `text`, the decompressed content of the file called `name`, and hands each to `sink`.
///
/// The text is a sequence of JSON values with white space or nothing between them, and a byte order mark where it likes. Each is
/// recognised by its content: an event; an object or array of events (`Records`, `Events`, `events`, `logEvents`, a bare array);
/// an envelope of EventBridge; a string that holds an event (`CloudTrailEvent`, `message`, `eventJson`); a row of Athena or Lake.
/// Wrappers may lie in each other a few levels deep.
///
/// Damage costs the record it lies in, which becomes one problem; reading goes on at the next record. With many damaged records and
/// little between them it stops after work in proportion to the text, and a problem says how much was given up. For a plain file it
/// costs one strict scan and allocates nothing for a record.
///
/// Text without any record yields one problem of kind `NotALog` if it does not even [look like a log](looks_like_log), an empty
/// text nothing at all.
pub fn read<'t>(
    name: &str,
    text: &'t [u8],
    format: &RecordFormat,
    ending: Ending,
    sink: &mut dyn FnMut(Item<'t>),
) -> Census {
    read_filled(name, text, format, ending, &Fields::new(&mut SlotTable::default(), &[]), &mut |item, _| sink(item))
}

/// As [`read`], with the slots of `fields` filled in the same pass for the records that lie in the file as they are and in which
/// nothing is unusual: nearly all. For the others there are no slots.
pub fn read_filled<'t>(
    name: &str,
    text: &'t [u8],
    format: &RecordFormat,
    ending: Ending,
    fields: &Fields,
    sink: &mut dyn FnMut(Item<'t>, Option<&Slots>),
) -> Census {
    let ledger = Ledger::new(name, text, ending, sink);
    let mut slots = Slots::default();
    let mut walk = Walk::new(ledger, format, text, fields, &mut slots);
    walk.documents(looks_like_log(text));
    walk.finish()
}

/// As [`read_filled`], of one piece of the file called `name`: says where reading left off. Ordinals and places count from the
/// beginning of the piece, behind its head; those in the text of a record's [`Origin`](crate::event::record::Origin) with it.
///
/// `slots` is room for those of a record, from one piece to the next.
///
/// What is handed out, piece after piece, is what [`read_filled`] hands out of the text in one go; only where so much of a piece
/// is damaged that the rest of it is given up, a further piece is read nevertheless.
pub fn read_piece<'t>(
    name: &Arc<str>,
    piece: &Piece<'t>,
    format: &RecordFormat,
    fields: &Fields,
    slots: &mut Slots,
    sink: &mut dyn FnMut(Item<'t>, Option<&Slots>),
) -> Left {
    let mut walk = Walk::new(Ledger::of_piece(name, piece, sink), format, piece.text, fields, slots);
    walk.piece(piece);
    walk.left()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::problem::ProblemKind;
    use crate::event::reading::{Reading, cloudtrail, reading};

    const A: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventName":"A","eventID":"é\"1\""}"#;
    const B: &str = r#"{"awsRegion":"x","eventName":"B","requestParameters":{"a":[{"b":null}]}}"#;

    fn string(text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    fn gives(text: &str, wanted: &[&str]) -> Reading {
        let read = cloudtrail(text);
        assert_eq!(read.texts(), wanted, "{text}");
        assert_eq!(read.problems, [], "{text}");
        read
    }

    #[test]
    fn reads_every_sequence_of_values() {
        for text in [
            format!("{{\"Records\":[{A},{B}]}}"),
            format!("{{ \"x\" : {{\"y\":[1]}} , \"Records\" : [ {A} , {B} ] , \"z\" : null }}\n"),
            format!("[{A},{B}]"),
            format!("\u{feff}[\r\n{A},\r\n{B}\r\n]\r\n"),
            format!("{A}\n{B}\n"),
            format!("\u{feff}{A}\r\n\r\n{B}\r\n"),
            format!("\n\n{A}\n \n\t\n{B}"),
            format!("{A}{B}"),
            format!("{{\"Records\":[{A}]}}\n\u{feff}{{\"Records\":[{B}]}}"),
            format!("[{A}][{B}]"),
            format!("[{{\"Records\":[{A}]}},{B}]"),
            format!("2026-01-02T03:04:05.678Z {A}\n2026-01-02T03:04:05+00:00 \t{B}\n"),
        ] {
            gives(&text, &[A, B]);
        }
        for text in ["", " \n", "\u{feff}", "[]", "{\"Records\":[]}", "{\"Records\": [ ]}[ ]", "{\"events\":[]}"] {
            gives(text, &[]);
        }
        let pretty = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(A).unwrap()).unwrap();
        gives(&format!("{pretty}\n{pretty}\n"), &[&pretty, &pretty]);
    }

    #[test]
    fn reads_events_out_of_strings() {
        let (a, b) = (string(A), string(B));
        let lookup = |text: &str| {
            format!(
                "{{\"EventId\":\"1\",\"EventName\":\"A\",\"ReadOnly\":\"false\",\"EventTime\":1.5,\"Resources\":[],\"CloudTrailEvent\":{text}}}"
            )
        };
        let logged = |text: &str| format!("{{\"id\":\"1\",\"timestamp\":1,\"message\":{text}}}");
        for text in [
            format!("{{\"Events\":[{},{}],\"NextToken\":\"x\"}}", lookup(&a), lookup(&b)),
            format!("{}\n{}", lookup(&a), lookup(&b)),
            format!("[{},{}]", lookup(&a), lookup(&b)),
            format!(
                "{{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"g\",\"logEvents\":[{},{}]}}",
                logged(&a),
                logged(&b)
            ),
            format!("{{\"logEvents\":[{},{}],\"messageType\":\"DATA_MESSAGE\"}}", logged(&a), logged(&b)),
            format!("{{\"searchedLogStreams\":[],\"events\":[{},{}]}}", logged(&a), logged(&b)),
            format!("{}{}", logged(&a), logged(&b)),
            format!("{{\"eventid\":\"1\",\"eventjson\":{a}}}\n{{\"eventJson\":{b},\"eventID\":\"2\"}}"),
            format!("{}\n{b}", lookup(&string(&format!(" {A}\n")))).replace(&format!("\n{b}"), &format!("\n{B}")),
            lookup(&string(&format!("{{\"Records\":[{A},{B}]}}"))),
            lookup(&string(&format!("[{A},{{\"detail-type\":\"x\",\"detail\":{B}}}]"))),
        ] {
            gives(&text, &[A, B]);
        }
        let unicode = A.chars().map(|character| format!("\\u{:04x}", u32::from(character))).collect::<String>();
        gives(&lookup(&format!("\"{unicode}\"")), &[A]);
    }

    #[test]
    fn reads_envelopes() {
        let envelope = format!(
            "{{\"version\":\"0\",\"id\":\"1\",\"detail-type\":\"AWS API Call via CloudTrail\",\"source\":\"aws.iam\",\"resources\":[],\"detail\":{A}}}"
        );
        gives(&envelope, &[A]);
        gives(&format!("{{\"Records\":[{envelope},{B}]}}"), &[A, B]);
        gives(
            &format!("{{\"detail\":{A},\"detail-type\":\"x\"}}\n{{\"detail-type\":\"x\",\"detail\":{B}}}\n"),
            &[A, B],
        );
    }

    #[test]
    fn counts_what_holds_no_events() {
        let control = "{\"messageType\":\"CONTROL_MESSAGE\",\"logEvents\":[{\"id\":\"\",\"message\":\"CWL CONTROL MESSAGE: x\"}]}";
        let late = "{\"logEvents\":[{\"message\":\"CWL\"}],\"messageType\":\"CONTROL_MESSAGE\"}";
        let digest = "{\"awsAccountId\":\"1\",\"digestStartTime\":\"x\",\"digestS3Object\":\"y\",\"logFiles\":[{\"s3Object\":\"z\"}]}";
        let insights = [
            "{\"eventVersion\":\"1.08\",\"eventType\":\"AwsCloudTrailInsight\"}",
            "{\"eventVersion\":\"1.08\",\"eventCategory\":\"Insight\"}",
            "{\"eventVersion\":\"1.08\",\"insightDetails\":{\"state\":\"Start\"}}",
            "{\"eventversion\":\"1.08\",\"insightdetails\":{\"state\":\"Start\"},\"eventtime\":null}",
            "{\"eventType\":\"AwsCloudTrailIns\\u0069ght\"}",
        ];
        let read = gives(&format!("{control}{A}{late}{digest}[{}]", insights.join(",")), &[A]);
        let census = Census { records: 6, malformed: 0, insights: 5, digests: 1, control_messages: 2 };
        assert_eq!(read.census, census);
        gives("{\"eventName\":\"x\",\"insightDetails\":null}", &["{\"eventName\":\"x\",\"insightDetails\":null}"]);
    }

    #[test]
    fn duplicate_keys_count_as_their_last() {
        let read = gives(
            "{\"eventType\":\"AwsCloudTrailInsight\",\"eventType\":\"AwsApiCall\"}",
            &["{\"eventType\":\"AwsCloudTrailInsight\",\"eventType\":\"AwsApiCall\"}"],
        );
        assert_eq!(read.census.insights, 0);
        let twice = format!("{{\"CloudTrailEvent\":{},\"CloudTrailEvent\":{}}}", string(A), string(B));
        gives(&twice, &[B]);
        gives(&format!("{{\"Records\":[{A}],\"Records\":[{B}]}}"), &[A, B]);
        gives("{\"event\\u004eame\":\"x\"}", &["{\"event\\u004eame\":\"x\"}"]);
    }

    #[test]
    fn rows_become_records() {
        let row = r#"{"eventversion":"1.08", "useridentity": {"type":"AssumedRole","principalid":"P","arn":"a","accountid":"1","accesskeyid":"K","username":"u","invokedby":null,"sessioncontext":{"attributes":{"mfaauthenticated":"true","creationdate":"d"},"sessionissuer":{"username":"r"}}},"eventname":"A","eventsource":"s","sourceipaddress":"1.2.3.4","requestparameters":"{\"a\": \"b\\\"\u00e9\", \"accountid\":1}","responseelements":"null","additionaleventdata":"","errormessage":"{\"not\":\"opened\"}","readonly":"true","managementevent":false,"resources":[{"arn":"x","accountid":"1","type":null}],"tlsdetails":"{\"tlsversion\":\"1.2\",\"ciphersuite\":\"c\"}","requestid":"r","eventid":"i","vpcendpointid":"v","year":"2026","serviceeventdetails":"{\"cut"}"#;
        let wanted = r#"{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"P","arn":"a","accountId":"1","accessKeyId":"K","userName":"u","invokedBy":null,"sessionContext":{"attributes":{"mfaAuthenticated":"true","creationDate":"d"},"sessionIssuer":{"userName":"r"}}},"eventName":"A","eventSource":"s","sourceIPAddress":"1.2.3.4","requestParameters":{"a": "b\"é", "accountid":1},"responseElements":null,"additionalEventData":"","errorMessage":"{\"not\":\"opened\"}","readOnly":true,"managementEvent":false,"resources":[{"ARN":"x","accountId":"1","type":null}],"tlsDetails":{"tlsVersion":"1.2","cipherSuite":"c"},"requestID":"r","eventID":"i","vpcEndpointId":"v","year":"2026","serviceEventDetails":"{\"cut"}"#;
        let text = format!("{row}\n{row}\n");
        let read = gives(&text, &[wanted, wanted]);
        let (record, origin) = &read.records[1];
        for (inner, outer) in [
            ("\"P\"", "\"P\""),
            ("\"r\"}", "\"r\"}"),
            ("true,\"man", "true\""),
            ("\"b\\", "\\\"b"),
            ("null,\"add", "null\""),
            ("\"1.2\"", "\\\"1.2"),
            ("{\"tls", "{\\\"tls"),
            ("\"userName\"", "\"username\""),
            ("[{\"ARN", "[{\"arn"),
        ] {
            let offset = origin.offset(record.find(inner).unwrap(), text.as_bytes());
            assert!(offset > row.len() && text[offset..].starts_with(outer), "{inner}: {}", &text[offset..]);
        }
    }

    #[test]
    fn says_what_is_no_event() {
        let held = "{\"CloudTrailEvent\":\"START RequestId\"}";
        let nested = string(&format!("{{\"CloudTrailEvent\":{}}}", string(A)));
        let text = format!(
            "[1,\"x\",null,[2],{{}},{{\"a\":1}},{held},{{\"CloudTrailEvent\":{nested}}},{B}]\n{{\"doc\":2}}\n5\n"
        );
        let read = cloudtrail(&text);
        assert_eq!(read.texts(), [B]);
        assert_eq!(read.kinds(), [ProblemKind::NotAnEvent; 10]);
        assert_eq!(read.census.records, 11);
        let last = &read.problems[8];
        assert_eq!((last.record, last.offset, last.at.unwrap().line), (Some(9), text.find("{\"doc"), 2));
        assert_eq!(
            last.message,
            "found an object that begins with `\"doc\":2}`, expected an event (with `eventName`, `eventSource`, …) or a known wrapper"
        );
        let read = cloudtrail(format!("[[{A}],{B}]"));
        assert_eq!((read.texts(), read.kinds()), (vec![A, B], vec![ProblemKind::MalformedEnvelope]));
        let mut deep = A.to_owned();
        for _ in 0..9 {
            deep = format!("{{\"Records\":[{deep}]}}");
        }
        assert_eq!(cloudtrail(&deep).kinds(), [ProblemKind::NotAnEvent]);
        assert_eq!(cloudtrail("[".repeat(100_000)).records.len(), 0);
        assert_eq!(cloudtrail("{\"Records\":[".repeat(100_000)).records.len(), 0);
        assert_eq!(cloudtrail("{\"detail-type\":1,\"detail\":".repeat(100_000)).records.len(), 0);
    }

    #[test]
    fn text_that_is_no_log_is_one_problem() {
        for text in ["# Notes\n\nNothing {here}.\n", "a,b\n1,2\n", "\u{1}\u{2}", "%PDF-1.4 {}"] {
            assert!(!looks_like_log(text.as_bytes()));
            assert_eq!(cloudtrail(text).kinds(), [ProblemKind::NotALog], "{text}");
        }
        for text in ["{", " \r\n[", "\u{feff} {", "2026-01-01T00:00:00Z {"] {
            assert!(looks_like_log(text.as_bytes()), "{text}");
        }
        let read = cloudtrail(format!("# exported\n{A}\n{B}\n"));
        assert_eq!((read.texts(), read.kinds()), (vec![A, B], vec![ProblemKind::MalformedEnvelope]));
    }

    #[test]
    fn a_cut_text_is_accounted_for_once() {
        let whole = format!("{{\"Records\":[{A},{B},{A}]}}");
        let lines = format!("{A}\n{B}\n{A}");
        let exported = format!("2026-01-02T03:04:05.678Z {A}\n2026-01-02T03:04:05.678Z {B}\n");
        for cut in 1..exported.len() {
            let read = reading(&exported.as_bytes()[..cut], &RecordFormat::Cloudtrail, Ending::Cut);
            assert_eq!(read.problems, [], "{cut}");
        }
        let emoji = r#"{"eventName":"\ud83d\ude00"}"#;
        for cut in 1..emoji.len() {
            let read = reading(&emoji.as_bytes()[..cut], &RecordFormat::Cloudtrail, Ending::Cut);
            assert_eq!((read.problems.len(), read.census.malformed), (0, 1), "{cut}");
        }
        for text in [whole.as_str(), lines.as_str()] {
            for cut in 1..text.len() {
                let cut = &text.as_bytes()[..cut];
                let full = reading(cut, &RecordFormat::Cloudtrail, Ending::Whole);
                let read = reading(cut, &RecordFormat::Cloudtrail, Ending::Cut);
                assert_eq!(read.problems, [], "{}", String::from_utf8_lossy(cut));
                assert!(full.problems.len() <= 1, "{}", String::from_utf8_lossy(cut));
                assert_eq!(full.texts(), read.texts());
                assert_eq!(full.census, read.census);
                let ends = |record: &str| memchr::memmem::find_iter(cut, record.as_bytes()).count();
                assert_eq!(read.records.len(), ends(A) + ends(B));
            }
        }
        let cut = reading(&lines.as_bytes()[..A.len() + 5], &RecordFormat::Cloudtrail, Ending::Cut);
        assert_eq!(cut.census, Census { records: 2, malformed: 1, ..Census::default() });
    }
}
