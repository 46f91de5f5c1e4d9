//! What covers a violation over time, and its fingerprint.

use serde_json::Value;
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_128;

use crate::compile::program::EventFields;
use crate::engine::identity;
use crate::engine::reference::window::key::json;
use crate::engine::reference::window::{Court, Group};
use crate::event::RecordFormat;
use crate::policy::WaiverIndex;
use crate::policy::model::RecordSource;
use crate::violation::{CoveredBy, EventIdentity};

impl Court<'_> {
    /// What covers the violation that `events` are: what holds for every one of them.
    pub(super) fn cover(&self, events: &[&Value], fingerprint: &str) -> (Option<CoveredBy>, Option<WaiverIndex>) {
        let exceptions = if self.rule.waivable { self.rule.exceptions.as_slice() } else { &[] };
        let exception =
            exceptions.iter().position(|exception| events.iter().all(|event| self.scope(event).covers(exception)));
        if let Some(place) = exception {
            return (Some(CoveredBy::Exception(place)), None);
        }
        let waiver = self.set.waivers().position(|(home, waiver)| {
            events.iter().all(|event| self.scope(event).waived_by(self.rule, home, waiver, fingerprint))
        });
        match waiver.map(WaiverIndex) {
            Some(index) if self.rule.waivable => (Some(CoveredBy::Waiver(index)), None),
            refused => (None, refused),
        }
    }

    /// 128 bits of SHA-256 of the rule's id, the key, and who the first event is: its id with its time, source and name, or
    /// without an id a hash of its record.
    pub(super) fn fingerprint_of(&self, first: &Value, key: &Group) -> String {
        let mut hash = Sha256::new();
        hash.update(self.rule.id.value.0.as_bytes());
        for part in key {
            hash.update([0xfd]);
            hash.update(part.as_ref().map(json).unwrap_or_default().as_bytes());
        }
        let event = self.identity(first);
        match &event.id {
            None => {
                hash.update([0xfe]);
                hash.update(xxh3_128(first.to_string().as_bytes()).to_be_bytes());
            }
            Some(id) => {
                for part in [Some(id), event.time.as_ref(), event.source.as_ref(), event.name.as_ref()] {
                    hash.update([0xff]);
                    hash.update(part.map_or("", String::as_str).as_bytes());
                }
            }
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What `event` says of itself.
    fn identity(&self, event: &Value) -> EventIdentity {
        let (format, fields) = match self.set.policy(self.policy).map(|policy| &policy.records) {
            Some(RecordSource::Json { records, time, id }) => {
                (RecordFormat::Json { records: records.clone() }, EventFields { time: time.clone(), id: id.clone() })
            }
            Some(RecordSource::Cloudtrail) | None => (RecordFormat::Cloudtrail, EventFields::default()),
        };
        identity::describe(event, &format, &fields)
    }
}
