//! Takes the identities out of a record: account ids, access keys, principal ids, addresses, mail addresses, and the names of users,
//! roles, sessions and groups, in every text, JSON inside texts included.

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;
use regex::{Captures, Regex};
use serde_json::Value;

use crate::engine::draft::stand_in::{Kind, StandIns};

/// Fields whose values are words of AWS, never names that somebody gave.
const WORDS: &[&str] = &[
    "eventSource",
    "eventName",
    "eventType",
    "eventCategory",
    "eventVersion",
    "errorCode",
    "awsRegion",
    "invokedBy",
    "type",
];

/// Fields that hold a name, and what has it.
const NAMES: &[(&str, Kind)] = &[
    ("username", Kind::User),
    ("newusername", Kind::User),
    ("rolename", Kind::Role),
    ("rolesessionname", Kind::Session),
    ("sessionname", Kind::Session),
    ("groupname", Kind::Group),
    ("newgroupname", Kind::Group),
];

/// Names that say nothing of who has them.
const KEPT: &[&str] = &["root", "default", "admin", "console", "hidden_due_to_security_reasons", "<root_account>"];

static ARN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"arn(?::|%3A)aws[a-z-]*(?::|%3A)(?:iam|sts)(?::|%3A)(?::|%3A)\d{12}(?::|%3A)(user|role|group|instance-profile|assumed-role|federated-user)(?:/|%2F)([\w+=,.@/-]+)").ok()
});
static EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9._+-]+(@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+").ok());
static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(A3T[A-Z0-9]|ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)([A-Z0-9]{8,124})\b").ok()
});
static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"%?[0-9]{12,}").ok());
static V4: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/([0-9]{1,2}))?").ok());
static V6: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[0-9A-Fa-f:]*::?[0-9A-Fa-f:]*[0-9A-Fa-f](?:/([0-9]{1,3}))?").ok());

/// `record` with stand-ins for its identities, the same for the same everywhere in it.
#[must_use]
pub fn without_identities(record: &Value) -> Value {
    let mut mask = Mask { stand_ins: StandIns::default(), names: Vec::new() };
    // The caller first: theirs are the names of the event templates.
    let caller = record.get("userIdentity");
    for account in [record.get("recipientAccountId"), caller.and_then(|caller| caller.get("accountId"))] {
        if let Some(account) = account.and_then(Value::as_str) {
            let _first = mask.text(account);
        }
    }
    if let Some(caller) = caller {
        mask.collect(caller);
        if let Some((_, session)) = caller.get("principalId").and_then(Value::as_str).and_then(|id| id.split_once(':'))
        {
            mask.name(Kind::Session, session);
        }
    }
    mask.collect(record);
    // A name inside another must not take its place.
    mask.names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    mask.value(record)
}

struct Mask {
    stand_ins: StandIns,
    /// Names and their stand-ins.
    names: Vec<(String, String)>,
}

impl Mask {
    /// Finds the names in `value`.
    fn collect(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.collect_arns(text),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(members) => {
                for (key, value) in members {
                    let key = key.to_lowercase();
                    let kind = NAMES.iter().find(|(field, _)| *field == key).map(|(_, kind)| *kind);
                    // The issuer of a session is a role, and its name stands in `userName`.
                    let role = members.get("type").and_then(Value::as_str) == Some("Role");
                    if let (Some(kind), Some(name)) = (kind, value.as_str()) {
                        self.name(if role && kind == Kind::User { Kind::Role } else { kind }, name);
                    }
                    self.collect(value);
                }
            }
            _ => {}
        }
    }

    fn collect_arns(&mut self, text: &str) {
        let Some(arn) = ARN.as_ref() else { return };
        for captures in arn.captures_iter(text) {
            let (Some(kind), Some(names)) = (captures.get(1), captures.get(2)) else { continue };
            let parts: Vec<&str> = names.as_str().split('/').collect();
            match (kind.as_str(), parts.as_slice()) {
                ("assumed-role", [role, session]) => {
                    self.name(Kind::Role, role);
                    self.name(Kind::Session, session);
                }
                ("user" | "federated-user", [.., name]) => self.name(Kind::User, name),
                ("group", [.., name]) => self.name(Kind::Group, name),
                (_, [.., name]) => self.name(Kind::Role, name),
                _ => {}
            }
        }
    }

    fn name(&mut self, kind: Kind, name: &str) {
        let lower = name.to_lowercase();
        let of_aws = name.starts_with("AWSServiceRoleFor") || lower.contains("amazonaws.com");
        let other = name.contains('@') || name.contains(':') || name.bytes().all(|byte| byte.is_ascii_digit());
        if name.len() < 2 || of_aws || other || KEPT.contains(&lower.as_str()) {
            return;
        }
        if self.names.iter().any(|(known, _)| known == name) {
            return;
        }
        let made = if name.starts_with("AWSReservedSSO_") {
            "AWSReservedSSO_AdministratorAccess_0123456789abcdef".to_owned()
        } else {
            self.stand_ins.of(kind, name)
        };
        self.names.push((name.to_owned(), made));
    }

    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number) if number.to_string().len() == 12 && number.is_u64() => {
                self.text(&number.to_string()).parse::<u64>().map_or(Value::Null, Value::from)
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let masked = members.iter().map(|(key, value)| {
                    let masked = match value {
                        Value::String(_) if WORDS.contains(&key.as_str()) => value.clone(),
                        _ => self.value(value),
                    };
                    (self.text(key), masked)
                });
                Value::Object(masked.collect())
            }
            _ => value.clone(),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let text = self.each(&EMAIL, text, |stand_ins, captures, found| {
            let at = captures.get(1).map_or("@", |at| at.as_str());
            Some(stand_ins.of(Kind::Email, &found.to_lowercase()).replace('@', at))
        });
        let text = self.names.iter().fold(text, |text, (name, made)| replaced(&text, name, made));
        let text = self.each(&KEY, &text, |stand_ins, captures, _| {
            let (prefix, id) = (captures.get(1)?.as_str(), captures.get(2)?.as_str());
            // Words in capitals are no ids: those have digits, but for made-up ones.
            let is_id = id.len() >= 12;
            is_id.then(|| format!("{prefix}{}", stand_ins.of(Kind::Key, id)))
        });
        let text = self.each(&DIGITS, &text, |stand_ins, _, found| {
            // `%3A` and the like may end in digits.
            let (before, digits) = match found.strip_prefix('%') {
                Some(_) => found.split_at_checked(3)?,
                None => ("", found),
            };
            (digits.len() == 12).then(|| format!("{before}{}", stand_ins.of(Kind::Account, digits)))
        });
        let text = self.each(&V6, &text, |stand_ins, captures, found| address(stand_ins, captures, found, Kind::V6));
        self.each(&V4, &text, |stand_ins, captures, found| address(stand_ins, captures, found, Kind::V4))
    }

    /// `text` with what `change` makes of each match of `pattern`; `None` leaves it.
    fn each(
        &mut self,
        pattern: &LazyLock<Option<Regex>>,
        text: &str,
        change: impl Fn(&mut StandIns, &Captures<'_>, &str) -> Option<String>,
    ) -> String {
        let Some(pattern) = pattern.as_ref() else { return text.to_owned() };
        let stand_ins = &mut self.stand_ins;
        let changed = pattern.replace_all(text, |captures: &Captures<'_>| {
            let whole = captures.get(0);
            let found = whole.map_or("", |found| found.as_str());
            change(stand_ins, captures, found).unwrap_or_else(|| found.to_owned())
        });
        changed.into_owned()
    }
}

/// The stand-in of the address or network `found`.
fn address(stand_ins: &mut StandIns, captures: &Captures<'_>, found: &str, kind: Kind) -> Option<String> {
    let (written, prefix) = found.split_once('/').map_or((found, None), |(address, _)| (address, captures.get(1)));
    let parsed: IpAddr = written.parse().ok()?;
    if parsed.is_unspecified()
        || parsed.is_loopback()
        || parsed.is_multicast()
        || parsed.is_ipv6() != (kind == Kind::V6)
    {
        return None;
    }
    if parsed == IpAddr::from([169, 254, 169, 254]) || parsed == IpAddr::from([255, 255, 255, 255]) {
        return None;
    }
    let made = stand_ins.of(kind, &parsed.to_string());
    let Some(prefix) = prefix.map(|prefix| prefix.as_str()) else { return Some(made) };
    let network = format!("{made}/{prefix}").parse::<IpNet>().ok();
    Some(network.map_or(made, |network| network.trunc().to_string()))
}

/// `text` with `made` for each `name` that is no part of a longer word.
fn replaced(text: &str, name: &str, made: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, behind) = rest.split_at(at);
        let behind = behind.get(name.len()..).unwrap_or_default();
        out.push_str(before);
        // `%2F` ends a word as `/` does.
        let encoded = out.len().checked_sub(3).and_then(|at| out.get(at..)).is_some_and(|last| {
            last.strip_prefix('%').is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        });
        let begins = encoded || !out.ends_with(|last: char| last.is_alphanumeric());
        let ends = !behind.starts_with(|first: char| first.is_alphanumeric());
        out.push_str(if begins && ends { made } else { name });
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nobody_can_be_recognised() {
        let policy = "%7B%22AWS%22%3A%22arn%3Aaws%3Aiam%3A%3A143434273843%3Auser%2Fchristophe%22%7D";
        let record = json!({
            "eventSource": "iam.amazonaws.com",
            "recipientAccountId": "143434273843",
            "sourceIPAddress": "86.245.153.234",
            "userIdentity": {
                "type": "IAMUser",
                "accountId": "143434273843",
                "arn": "arn:aws:iam::143434273843:user/team/christophe",
                "principalId": "AIDAOC1SYDVN0AF0FMMR",
                "accessKeyId": "AKIAGGWFBBHBE7D3M9WI",
                "userName": "christophe",
            },
            "requestParameters": {
                "userName": "mallory",
                "policyDocument": policy,
                "note": "christophe.x@corp.example.org from 86.245.153.234, 10.1.2.3/24, 0.0.0.0/0, 2a01:4f8::17, account 999988887777",
                "number": 143434273843_u64,
                "bucket": "logs-143434273843-christophe",
            },
        });
        let masked = without_identities(&record);
        assert_eq!(
            masked,
            json!({
                "eventSource": "iam.amazonaws.com",
                "recipientAccountId": "123456789012",
                "sourceIPAddress": "192.0.2.10",
                "userIdentity": {
                    "type": "IAMUser",
                    "accountId": "123456789012",
                    "arn": "arn:aws:iam::123456789012:user/team/alice",
                    "principalId": "AIDAIOSFODN01EXAMPLE",
                    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
                    "userName": "alice",
                },
                "requestParameters": {
                    "userName": "bob",
                    "policyDocument": "%7B%22AWS%22%3A%22arn%3Aaws%3Aiam%3A%3A123456789012%3Auser%2Falice%22%7D",
                    "note": "alice@example.com from 192.0.2.10, 192.0.2.0/24, 0.0.0.0/0, 2001:db8::1, account 210987654321",
                    "number": 123456789012_u64,
                    "bucket": "logs-123456789012-alice",
                },
            })
        );
    }
}
