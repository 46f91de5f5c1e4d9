//! What is written in place of an identity: made-up ones, each original with one of its own.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an original is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An account id.
    Account,
    /// The name of a user.
    User,
    /// The name of a role.
    Role,
    /// The name of a role's session.
    Session,
    /// The name of a group.
    Group,
    /// A mail address.
    Email,
    /// An IPv4 address.
    V4,
    /// An IPv6 address.
    V6,
    /// An access key or a principal's unique id, without its prefix.
    Key,
}

/// Gives each original its stand-in. The first of a kind is the one that the event templates have.
#[derive(Debug, Default)]
pub struct StandIns {
    given: HashMap<(Kind, String), String>,
    counts: HashMap<Kind, usize>,
}

impl StandIns {
    /// The stand-in of `original`, the same each time.
    pub fn of(&mut self, kind: Kind, original: &str) -> String {
        let key = (kind, original.to_owned());
        if let Some(known) = self.given.get(&key) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        let made = made(kind, original, *count);
        *count += 1;
        self.given.insert(key, made.clone());
        made
    }
}

/// The stand-in number `count`.
fn made(kind: Kind, original: &str, count: usize) -> String {
    let word = |words: &[&str], more: &str| {
        words.get(count).map_or_else(|| format!("{more}-{}", count + 1), |word| (*word).to_owned())
    };
    match kind {
        // The accounts of AWS's documentation.
        Kind::Account => match count {
            0 => "123456789012".to_owned(),
            1 => "210987654321".to_owned(),
            2..=8 => format!("{0}{0}{0}{0}{1}{1}{1}{1}{2}{2}{2}{2}", count - 1, count, count + 1),
            _ => format!("1000000{count:05}"),
        },
        Kind::User => word(&["alice", "bob", "carol", "dave"], "user"),
        Kind::Role => word(&["deploy", "admin", "audit"], "role"),
        Kind::Session if original.starts_with("i-") => format!("i-0123456789abcdef{count:x}"),
        Kind::Session => word(&["session"], "session"),
        Kind::Group => word(&["developers"], "group"),
        Kind::Email => format!("{}@example.com", word(&["alice", "bob", "carol", "dave"], "user")),
        Kind::V4 => {
            // The networks of RFC 5737.
            let host = u8::try_from(10 + count % 240).unwrap_or(10);
            let network = match count / 240 {
                0 => [192, 0, 2],
                1 => [198, 51, 100],
                _ => [203, 0, 113],
            };
            let [a, b, c] = network;
            IpAddr::V4(Ipv4Addr::new(a, b, c, host)).to_string()
        }
        // The network of RFC 3849.
        Kind::V6 => {
            let host = u16::try_from(1 + count).unwrap_or(u16::MAX);
            IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host)).to_string()
        }
        Kind::Key => match count {
            0 => "IOSFODNN7EXAMPLE".to_owned(),
            _ => format!("IOSFODN{count:0>2}EXAMPLE"),
        },
    }
}
