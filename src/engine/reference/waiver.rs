//! Whether a waiver covers a violation, by the letter of `docs/dsl.md` §9.

use serde_json::Value;

use crate::compile::program::EventFields;
use crate::engine::identity;
use crate::engine::reference::Scope;
use crate::event::RecordFormat;
use crate::policy::model::{RecordSource, Rule};
use crate::policy::set::PolicyIndex;
use crate::policy::waiver::{Waiver, WaiverIndex};

impl Scope<'_> {
    /// The first waiver that covers the violation of `rule`, whether or not the rule allows it.
    pub(super) fn waiver(self, rule: &Rule) -> Option<WaiverIndex> {
        let fingerprint = self.fingerprint(rule, self.event);
        self.set.waivers().position(|(home, waiver)| self.waived_by(rule, home, waiver, &fingerprint)).map(WaiverIndex)
    }

    /// Whether `waiver`, which stands in `home`, covers the violation of `rule` with this fingerprint.
    pub(in crate::engine) fn waived_by(
        self,
        rule: &Rule,
        home: PolicyIndex,
        waiver: &Waiver,
        fingerprint: &str,
    ) -> bool {
        waiver.until.value >= self.today
            && waiver.names(&rule.id.value)
            && (waiver.fingerprints.is_empty() || waiver.fingerprints.iter().any(|known| known.value == fingerprint))
            && waiver.condition.as_ref().is_none_or(|condition| Scope { policy: home, ..self }.holds(condition))
    }

    /// The fingerprint that a violation of `rule` by the event has.
    pub(in crate::engine) fn fingerprint(self, rule: &Rule, event: &Value) -> String {
        let (format, fields) = match self.set.policy(self.policy).map(|policy| &policy.records) {
            Some(RecordSource::Json { records, time, id }) => {
                (RecordFormat::Json { records: records.clone() }, EventFields { time: time.clone(), id: id.clone() })
            }
            Some(RecordSource::Cloudtrail) | None => (RecordFormat::Cloudtrail, EventFields::default()),
        };
        identity::fingerprint(&rule.id.value, event, &identity::describe(event, &format, &fields))
    }
}
