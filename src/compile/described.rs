//! The slots of what an event says of itself, so that it can be told without parsing the record.

use crate::compile::program::EventFields;
use crate::event::RecordFormat;
use crate::json::{Path, SlotId, SlotTable, Step};

/// Where an event says who it is; each in the order in which the places are asked.
#[derive(Debug, Clone, Default)]
pub struct DescribedSlots {
    /// Its id.
    pub id: Vec<SlotId>,
    /// Its time.
    pub time: Vec<SlotId>,
    /// What was done.
    pub name: Vec<SlotId>,
    /// The service.
    pub source: Vec<SlotId>,
    /// The account.
    pub account: Vec<SlotId>,
    /// The region.
    pub region: Vec<SlotId>,
    /// Who.
    pub principal: Vec<SlotId>,
    /// From which address.
    pub source_ip: Vec<SlotId>,
}

impl DescribedSlots {
    /// Those of records of `format`, whose time and identity lie at `fields`.
    pub(super) fn new(format: &RecordFormat, fields: &EventFields, slots: &mut SlotTable) -> Self {
        if let RecordFormat::Json { .. } = format {
            let mut at = |path: &Option<Path>| {
                path.as_ref().and_then(Path::definite).map(|steps| slots.slot(steps)).into_iter().collect()
            };
            return Self { id: at(&fields.id), time: at(&fields.time), ..Self::default() };
        }
        let mut at = |paths: &[&str]| {
            let steps = |path: &str| path.split('.').map(|name| Step::Name(name.to_owned())).collect::<Vec<_>>();
            paths.iter().map(|path| slots.slot(&steps(path))).collect()
        };
        Self {
            id: at(&["eventID"]),
            time: at(&["eventTime"]),
            name: at(&["eventName"]),
            source: at(&["eventSource"]),
            account: at(&["recipientAccountId", "userIdentity.accountId"]),
            region: at(&["awsRegion"]),
            principal: at(&[
                "userIdentity.arn",
                "userIdentity.userName",
                "userIdentity.principalId",
                "userIdentity.invokedBy",
                "userIdentity.type",
            ]),
            source_ip: at(&["sourceIPAddress"]),
        }
    }
}
