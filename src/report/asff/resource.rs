//! What a finding is about: the account, and who acted in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::asff::home::Home;
use crate::report::asff::text::fit;
use crate::report::identity::{self, Principal};
use crate::violation::EventIdentity;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Resource<'a> {
    r#type: &'static str,
    id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    resource_role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details<'a> {
    other: BTreeMap<&'static str, Cow<'a, str>>,
}

/// The account, and who acted in it. There is always one: a finding without resources is none.
pub(super) fn resources<'a>(home: Home<'a>, event: &'a EventIdentity) -> Vec<Resource<'a>> {
    let region = identity::region(event);
    let resource = |r#type, id, resource_role, details| Resource {
        r#type,
        id,
        // The format knows no other partitions.
        partition: region.map(identity::partition).filter(|name| matches!(*name, "aws" | "aws-cn" | "aws-us-gov")),
        region,
        resource_role,
        details,
    };
    let account = Cow::Owned(format!("AWS::::Account:{}", home.account));
    let mut resources = vec![resource("AwsAccount", account, "Target", None)];
    let principal = event.principal.as_deref().and_then(|id| Some((Principal::of(id), fit(id, 512)?)));
    match principal {
        Some((Principal::User(_), id)) => resources.push(resource("AwsIamUser", id, "Actor", None)),
        Some((Principal::Role(_), id)) => resources.push(resource("AwsIamRole", id, "Actor", None)),
        // The role's own ARN has a path that the session's does not tell: an `AwsIamRole` made of it might be another's.
        Some((Principal::Session { role, session }, id)) => {
            let named = [("Role", role), ("Session", session)];
            let other = named.into_iter().filter_map(|(name, value)| Some((name, fit(value, 1024)?))).collect();
            resources.push(resource("Other", id, "Actor", Some(Details { other })));
        }
        Some((Principal::Root | Principal::Other, id)) => resources.push(resource("Other", id, "Actor", None)),
        None => {}
    }
    resources
}
