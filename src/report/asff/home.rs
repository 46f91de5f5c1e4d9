//! Where a finding belongs: the account and the region whose Security Hub takes it.

use crate::report::identity;
use crate::violation::EventIdentity;

/// The account of findings whose event names none. No account has this number.
const NO_ACCOUNT: &str = "000000000000";
/// The region of findings whose event names none.
const NO_REGION: &str = "unknown";
/// Account and region that a finding belongs to. Those that are not known are sorted behind all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home<'a> {
    is_unknown: bool,
    pub(super) account: &'a str,
    region: &'a str,
}

impl<'a> Home<'a> {
    /// Where `event` happened.
    pub(super) fn of(event: &'a EventIdentity) -> Self {
        let (account, region) = (identity::account(event), identity::region(event));
        Self {
            is_unknown: account.is_none() || region.is_none(),
            account: account.unwrap_or(NO_ACCOUNT),
            region: region.unwrap_or(NO_REGION),
        }
    }

    /// The custom integration of the account, which takes findings of its own programs.
    pub(super) fn product_arn(self) -> String {
        let Self { account, region, .. } = self;
        format!("arn:{}:securityhub:{region}:{account}:product/{account}/default", identity::partition(region))
    }
}
