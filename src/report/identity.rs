//! What an event says of itself in the terms of AWS: account, region, who and from where. Log text goes in, and only what has the
//! form of such a thing comes out, so that formats with strict fields never hold anything else.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::text::time;
use crate::violation::{EventIdentity, Violation};

/// The event's account where it is one: 12 digits.
pub(super) fn account(event: &EventIdentity) -> Option<&str> {
    event.account.as_deref().filter(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The event's region where it has the form of one: at most 16 of `a` to `z`, digits and hyphens.
pub(super) fn region(event: &EventIdentity) -> Option<&str> {
    event.region.as_deref().filter(|name| {
        matches!(name.len(), 1..=16)
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

/// The partition that `region` lies in, by its first letters; `aws` for those of no other.
///
/// Source: the AWS partitions as botocore lists them (`partitions.json`, `regionRegex`).
pub(super) fn partition(region: &str) -> &'static str {
    match region {
        name if name.starts_with("cn-") => "aws-cn",
        name if name.starts_with("us-gov-") => "aws-us-gov",
        name if name.starts_with("us-isob-") => "aws-iso-b",
        name if name.starts_with("us-isof-") => "aws-iso-f",
        name if name.starts_with("eu-isoe-") => "aws-iso-e",
        name if name.starts_with("us-iso-") => "aws-iso",
        name if name.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

/// The event's time where it can be read and is not before 1970, as no audit log is.
pub(super) fn event_time(event: &EventIdentity) -> Option<Timestamp> {
    event.time.as_deref().and_then(time::parse).filter(|time| *time >= Timestamp::UNIX_EPOCH)
}

/// When the last event of `violation` happened: that of its timeline, else its own.
pub(super) fn last_time(violation: &Violation) -> Option<Timestamp> {
    let of_timeline = violation.timeline.as_ref().and_then(|timeline| timeline.events.last()).map(|last| last.time);
    of_timeline.filter(|time| *time >= Timestamp::UNIX_EPOCH).or_else(|| event_time(&violation.event))
}

/// Who made a call, by the form of the principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Principal<'a> {
    /// `arn:aws:iam::123456789012:root`.
    Root,
    /// `arn:aws:iam::123456789012:user/path/alice`: `alice`.
    User(&'a str),
    /// `arn:aws:iam::123456789012:role/path/deploy`: `deploy`.
    Role(&'a str),
    /// `arn:aws:sts::123456789012:assumed-role/deploy/session`.
    Session {
        /// The role's name; its path is not told.
        role: &'a str,
        /// The session's name.
        session: &'a str,
    },
    /// A service, a name, or another ARN.
    Other,
}

impl<'a> Principal<'a> {
    /// The form of `principal`.
    pub(super) fn of(principal: &'a str) -> Self {
        let parts: Vec<&str> = principal.splitn(6, ':').collect();
        let ["arn", _, service, _, _, resource] = parts.as_slice() else {
            return Self::Other;
        };
        let (kind, path) = resource.split_once('/').unwrap_or((resource, ""));
        let name = path.rsplit('/').next().filter(|name| !name.is_empty());
        match (*service, kind, name) {
            ("iam", "root", None) => Self::Root,
            ("iam", "user", Some(name)) => Self::User(name),
            ("iam", "role", Some(name)) => Self::Role(name),
            ("sts", "assumed-role", Some(_)) => match path.split_once('/') {
                Some((role, session)) if !role.is_empty() => Self::Session { role, session },
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// From where a call was made, by the form of `sourceIPAddress`, which is not always an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller<'a> {
    /// An address.
    Address(IpAddr),
    /// A domain, as that of a service: `autoscaling.amazonaws.com`.
    Domain(&'a str),
    /// Anything else: `AWS Internal`.
    Name(&'a str),
}

impl<'a> Caller<'a> {
    /// The form of the event's source; `None` where it has none or a blank one.
    pub(super) fn of(event: &'a EventIdentity) -> Option<Self> {
        let source = event.source_ip.as_deref().filter(|source| !source.trim().is_empty())?;
        Some(match source.parse() {
            Ok(address) => Self::Address(address),
            Err(_) if is_domain(source) => Self::Domain(source),
            Err(_) => Self::Name(source),
        })
    }
}

/// Source: RFC 1035 §2.3.1 and §2.3.4, with digits first allowed (RFC 1123 §2.1); the length is that of ASFF's `Domain`.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        matches!(label.len(), 1..=63) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 128 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_what_has_the_form() {
        let event = |account: &str, region: &str, time: &str| EventIdentity {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            time: Some(time.to_owned()),
            ..EventIdentity::default()
        };
        let good = event("123456789012", "us-gov-west-1", "2026-01-31T10:00:00Z");
        assert_eq!((account(&good), region(&good)), (Some("123456789012"), Some("us-gov-west-1")));
        assert_eq!(event_time(&good), "2026-01-31T10:00:00Z".parse().ok());
        for bad in ["", "12345678901", "1234567890123", "12345678901a", "１２３４"] {
            assert_eq!(account(&event(bad, "x", "")), None, "{bad}");
        }
        for bad in ["", "US-EAST-1", "us east", "us-east-1\n", "aaaaaaaaaaaaaaaaa"] {
            assert_eq!(region(&event("x", bad, "")), None, "{bad}");
        }
        for bad in ["", "yesterday", "-000001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(event_time(&event("x", "x", bad)), None, "{bad}");
        }
    }

    #[test]
    fn tells_principals_apart() {
        let of = Principal::of;
        assert_eq!(of("arn:aws:iam::123456789012:root"), Principal::Root);
        assert_eq!(of("arn:aws:iam::123456789012:user/a/alice"), Principal::User("alice"));
        assert_eq!(of("arn:aws-cn:iam::123456789012:role/r"), Principal::Role("r"));
        let session = Principal::Session { role: "deploy", session: "i-1" };
        assert_eq!(of("arn:aws:sts::123456789012:assumed-role/deploy/i-1"), session);
        for other in ["", "alice", "arn:aws:iam::1:user/", "arn:aws:sts::1:assumed-role/x", "arn:aws:s3:::bucket"] {
            assert_eq!(of(other), Principal::Other, "{other}");
        }
    }

    #[test]
    fn tells_callers_apart() {
        let of = |text: &str| {
            let event = EventIdentity { source_ip: Some(text.to_owned()), ..EventIdentity::default() };
            format!("{:?}", Caller::of(&event))
        };
        assert_eq!(of("192.0.2.1"), "Some(Address(192.0.2.1))");
        assert_eq!(of("2001:db8::1"), "Some(Address(2001:db8::1))");
        assert_eq!(of("autoscaling.amazonaws.com"), "Some(Domain(\"autoscaling.amazonaws.com\"))");
        assert_eq!(of("AWS Internal"), "Some(Name(\"AWS Internal\"))");
        assert_eq!(of("a..b"), "Some(Name(\"a..b\"))");
        assert_eq!(of(" "), "None");
    }
}
