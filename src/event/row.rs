//! A row of Athena or CloudTrail Lake becomes the record it was made of: keys in the spelling of CloudTrail, strings that hold JSON
//! opened. Each value of the result still knows its place in the file.

use crate::event::layer::{Layer, decode};
use crate::event::record::{Encoding, Origin, Piece};
use crate::json::scan::{self, Elements, JsonError, Member, Members};

/// How a column of a row becomes a field of an event.
#[derive(Clone, Copy)]
enum Column {
    /// As it is.
    Plain,
    /// `"true"` and `"false"` become booleans.
    Boolean,
    /// A string that holds an object, an array or null becomes that.
    Opened,
    /// As `Opened`, and the keys in it get these spellings.
    Spelled(&'static [&'static str]),
}

/// Source: Athena user guide, table for CloudTrail logs; CloudTrail user guide, record contents.
const COLUMNS: &[(&str, Column)] = &[
    ("eventVersion", Column::Plain),
    ("userIdentity", Column::Spelled(IDENTITY)),
    ("eventTime", Column::Plain),
    ("eventSource", Column::Plain),
    ("eventName", Column::Plain),
    ("awsRegion", Column::Plain),
    ("sourceIPAddress", Column::Plain),
    ("userAgent", Column::Plain),
    ("errorCode", Column::Plain),
    ("errorMessage", Column::Plain),
    ("requestParameters", Column::Opened),
    ("responseElements", Column::Opened),
    ("additionalEventData", Column::Opened),
    ("requestID", Column::Plain),
    ("eventID", Column::Plain),
    ("readOnly", Column::Boolean),
    ("resources", Column::Spelled(RESOURCE)),
    ("eventType", Column::Plain),
    ("apiVersion", Column::Plain),
    ("managementEvent", Column::Boolean),
    ("recipientAccountId", Column::Plain),
    ("serviceEventDetails", Column::Opened),
    ("sharedEventID", Column::Plain),
    ("vpcEndpointId", Column::Plain),
    ("vpcEndpointAccountId", Column::Plain),
    ("eventCategory", Column::Plain),
    ("addendum", Column::Spelled(ADDENDUM)),
    ("sessionCredentialFromConsole", Column::Plain),
    ("edgeDeviceDetails", Column::Opened),
    ("tlsDetails", Column::Spelled(TLS)),
    ("eventContext", Column::Opened),
];

const IDENTITY: &[&str] = &[
    "type",
    "userName",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "sessionContext",
    "invokedBy",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "inScopeOf",
    "sourceArn",
    "sourceAccount",
    "issuerType",
    "credentialsIssuedTo",
    "credentialId",
    "identityProvider",
    "sessionIssuer",
    "webIdFederationData",
    "federatedProvider",
    "attributes",
    "creationDate",
    "mfaAuthenticated",
    "sourceIdentity",
    "ec2RoleDelivery",
    "assumedRoot",
];
const RESOURCE: &[&str] = &["ARN", "ARNPrefix", "accountId", "type"];
const TLS: &[&str] = &["tlsVersion", "cipherSuite", "clientProvidedHostHeader", "keyExchange"];
const ADDENDUM: &[&str] = &["reason", "updatedFields", "originalRequestID", "originalEventID"];

/// The record that the row at `start` of `file` was made of: its text and where that lies. The row was scanned already.
pub(super) fn rebuild(file: &[u8], start: usize) -> (String, Origin) {
    let mut record = Draft { text: String::new(), pieces: Vec::new() };
    // A row that was scanned has no error to tell of.
    let _scanned = record.row(file, start);
    (record.text, Origin::Pieces(record.pieces))
}

/// A record that is being put together.
struct Draft {
    text: String,
    pieces: Vec<Piece>,
}

impl Draft {
    fn row(&mut self, file: &[u8], start: usize) -> Result<(), JsonError> {
        let layer = Layer::File(file);
        let mut members = Members::open(file, start, 0)?;
        self.insert("{", start);
        let mut first = true;
        while let Some(member) = members.next_key()? {
            self.comma(&mut first, member.key.start);
            let key = decode(file, member.key).unwrap_or_default();
            let column = COLUMNS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key));
            self.key(&layer, &member, column.map(|(name, _)| *name));
            let end = scan::value(file, member.value, 1)?;
            self.column(file, member.value, end, column.map_or(Column::Plain, |(_, column)| *column))?;
            members.close_value(end)?;
        }
        self.insert("}", members.end().saturating_sub(1));
        Ok(())
    }

    fn column(&mut self, file: &[u8], start: usize, end: usize, column: Column) -> Result<(), JsonError> {
        let layer = Layer::File(file);
        let spellings = match column {
            Column::Plain => None,
            Column::Boolean => {
                match file.get(start..end) {
                    Some(b"\"true\"" | b"\"false\"") => self.copy(&layer, start + 1, end - 1),
                    _ => self.copy(&layer, start, end),
                }
                return Ok(());
            }
            Column::Opened => Some([].as_slice()),
            Column::Spelled(spellings) => Some(spellings),
        };
        let Some(spellings) = spellings else {
            self.copy(&layer, start, end);
            return Ok(());
        };
        if file.get(start) != Some(&b'"') {
            self.spelled(&layer, start, spellings)?;
            return Ok(());
        }
        let string = scan::string(file, start)?;
        let decoded = decode(file, string).unwrap_or_default();
        match opened(decoded.as_bytes()) {
            Some(inner) => {
                self.spelled(&Layer::inside(file, string, &decoded), inner, spellings)?;
            }
            None => self.copy(&layer, start, end),
        }
        Ok(())
    }

    /// Copies the value at `at` with its keys spelled as in `spellings`; answers where it ends.
    fn spelled<'t: 's, 's>(
        &mut self,
        layer: &Layer<'t, 's>,
        at: usize,
        spellings: &[&'static str],
    ) -> Result<usize, JsonError> {
        let text = layer.bytes();
        let mut first = true;
        match text.get(at) {
            Some(b'{') if !spellings.is_empty() => {
                let mut members = Members::open(text, at, 0)?;
                self.insert("{", layer.advance(at));
                while let Some(member) = members.next_key()? {
                    self.comma(&mut first, layer.advance(member.key.start));
                    let raw = member.key.raw(text);
                    let lower = !raw.iter().any(u8::is_ascii_uppercase);
                    let fits = |name: &&&str| lower && name.as_bytes().eq_ignore_ascii_case(raw);
                    self.key(layer, &member, spellings.iter().find(fits).copied());
                    let end = self.spelled(layer, member.value, spellings)?;
                    members.close_value(end)?;
                }
                self.insert("}", layer.offset(members.end().saturating_sub(1)));
                Ok(members.end())
            }
            Some(b'[') if !spellings.is_empty() => {
                let mut elements = Elements::open(text, at, 0)?;
                self.insert("[", layer.advance(at));
                while let Some(start) = elements.next_start()? {
                    self.comma(&mut first, layer.advance(start));
                    let end = self.spelled(layer, start, spellings)?;
                    elements.close_value(end)?;
                }
                self.insert("]", layer.offset(elements.end().saturating_sub(1)));
                Ok(elements.end())
            }
            _ => {
                let end = scan::skip_value(text, at)?;
                self.copy(layer, at, end);
                Ok(end)
            }
        }
    }

    fn key(&mut self, layer: &Layer<'_, '_>, member: &Member, name: Option<&'static str>) {
        match name {
            Some(name) => {
                let outer = layer.offset(member.key.start);
                self.insert("\"", outer);
                self.insert(name, outer);
                self.insert("\"", outer);
            }
            None => self.copy(layer, member.key.start, member.key.end),
        }
        self.insert(":", layer.offset(member.key.end));
    }

    fn comma(&mut self, first: &mut bool, outer: usize) {
        if !std::mem::take(first) {
            self.insert(",", outer);
        }
    }

    /// Appends text that the file does not hold there; it answers with the place `outer`.
    fn insert(&mut self, text: &str, outer: usize) {
        self.piece(outer, Encoding::Inserted);
        self.text.push_str(text);
    }

    /// Appends the text of `layer` in `start..end`.
    fn copy(&mut self, layer: &Layer<'_, '_>, start: usize, end: usize) {
        let encoding = match layer {
            Layer::File(_) => Encoding::Verbatim,
            Layer::Inside { .. } => Encoding::Escaped,
        };
        self.piece(layer.advance(start), encoding);
        let text = layer.bytes().get(start..end).unwrap_or_default();
        self.text.push_str(std::str::from_utf8(text).unwrap_or_default());
    }

    fn piece(&mut self, outer: usize, encoding: Encoding) {
        let piece = Piece { inner: self.text.len(), outer, encoding };
        match self.pieces.last() {
            Some(last) if last.encoding == Encoding::Inserted && (last.outer, last.encoding) == (outer, encoding) => {}
            _ => self.pieces.push(piece),
        }
    }
}

/// Where in the value of a string the object, array or null begins that is all it holds.
fn opened(text: &[u8]) -> Option<usize> {
    let start = scan::skip_space(text, 0);
    if !matches!(text.get(start), Some(b'{' | b'[' | b'n')) {
        return None;
    }
    // It will lie one level deep in the record.
    let end = scan::value(text, start, 1).ok()?;
    (scan::skip_space(text, end) == text.len()).then_some(start)
}
