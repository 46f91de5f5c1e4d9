//! The vocabulary that policies and events share, small so that they meet often.

/// What a path usually leads to, and so what is worth asking of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Name,
    Source,
    Who,
    Text,
    Number,
    /// A number that an f64 holds exactly, so that a filter expression compares it as `jsonpath-rust` does.
    Small,
    Ip,
    Time,
    Bool,
    /// A policy document, as an object or as JSON text.
    Document,
    /// A statement of a policy document.
    Statement,
    Version,
    Effect,
    Action,
    /// An array of texts and other scalars.
    Tags,
    /// An array of [`Kind::Item`].
    Items,
    Item,
    Object,
    Any,
}

pub const NAMES: [&str; 5] = ["GetUser", "DeleteUser", "PutMetricAlarm", "getuser", "Get*"];
pub const SOURCES: [&str; 3] = ["iam.amazonaws.com", "ec2.amazonaws.com", "IAM.amazonaws.com"];
pub const WHO: [&str; 5] = ["Root", "root", "IAMUser", "AssumedRole", "ROOT"];
pub const TEXTS: [&str; 20] = [
    "a",
    "Äpfel",
    "äpfel",
    "A",
    "ab",
    "aB",
    "",
    "5",
    "true",
    "null",
    "1.0",
    "straße",
    "STRASSE",
    "İ",
    "\u{212a}",
    "k",
    "a/b",
    "a\"b\\c\nd",
    "😀",
    "123456789012",
];
pub const IPS: [&str; 12] = [
    "10.0.0.1",
    "10.1.2.3",
    "::ffff:10.0.0.1",
    "::FFFF:0a01:0203",
    "203.0.113.7",
    "2001:db8::1",
    "2001:0DB8:0:0::1",
    "10.0.0.0/8",
    "iam.amazonaws.com",
    "AWS Internal",
    "10.0.0.01",
    "fe80::1%eth0",
];
pub const NETWORKS: [&str; 10] = [
    "10.0.0.0/8",
    "::ffff:10.0.0.0/104",
    "10.1.0.0/16",
    "10.0.0.1/32",
    "10.1.2.3",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "::ffff:10.1.2.3",
    "203.0.113.0/24",
];
pub const TIMES: [&str; 14] = [
    "2026-01-31T10:00:00Z",
    "2026-01-31T11:00:00+01:00",
    "20260131T100000Z",
    "2026-01-31T10:00:00.000Z",
    "2026-01-31T10:00:00.5Z",
    "2026-01-31",
    "2026-01-31T00:00:00Z",
    "2026-01-30T23:59:59-00:00",
    "2026-02-01",
    "2025-12-31T23:59:60Z",
    "2026-01-31T10:00:00",
    "Jan 31, 2026 10:00:00 AM",
    "2026-13-01",
    "20260131",
];
/// How many of [`TIMES`], from the first, are times that a policy may name.
pub const GOOD_TIMES: usize = 9;
/// How many of [`NUMBERS`], from the first, an f64 holds exactly and apart from each other.
pub const SMALL_NUMBERS: usize = 12;
/// Neighbours that are one number to an f64, and one that is none of them.
pub const NEIGHBOURS: [&str; 4] = ["9007199254740993", "9007199254740992", "9007199254740993.0", "1"];
/// Numbers as an event may write them.
pub const NUMBERS: [&str; 22] = [
    "1",
    "22",
    "0",
    "-1",
    "1.0",
    "1e0",
    "22.5",
    "2.2E+1",
    "-0",
    "-0.0",
    "443",
    "2",
    "9007199254740992",
    "9007199254740993",
    "9007199254740993.0",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1.7976931348623157e308",
    "1e-9",
];
pub const EFFECTS: [&str; 3] = ["Allow", "Deny", "allow"];
pub const ACTIONS: [&str; 4] = ["*", "s3:GetObject", "iam:*", "s3:getobject"];
pub const REGEXES: Patterns = Patterns {
    names: &["^Get", "User$", "(?i)getuser", "Alarm"],
    sources: &["^iam", "^(iam|ec2)\\.amazonaws\\.com$", "a.b"],
    who: &["(?i)root", "^Root$", "o{2}", "User|Role"],
    texts: &["[a-z]", "^a", "^$", "[0-9]+", "a.b", "ä|ß", "\\PM"],
};
pub const GLOBS: Patterns = Patterns {
    names: &["Get*", "*User", "Get\\*", "*t*"],
    sources: &["*.amazonaws.com", "iam*", "???.amazonaws.com"],
    who: &["?oot", "*", "IAM*", "Root"],
    texts: &["a*", "?", "??", "", "a?b*", "ä*", "*"],
};
pub const PIECES: Patterns = Patterns {
    names: &["Get", "User", "get", "GetUser"],
    sources: &["iam", "amazonaws.com", ".", "IAM."],
    who: &["Root", "oot", "IAM", "root"],
    texts: &["a", "A", "", "ä", "Ä", "ss", "0", "ß", "s3:"],
};

/// Patterns, or pieces of text, for each kind of text.
pub struct Patterns {
    names: &'static [&'static str],
    sources: &'static [&'static str],
    who: &'static [&'static str],
    texts: &'static [&'static str],
}

impl Patterns {
    pub fn of(&self, kind: Kind) -> &'static [&'static str] {
        match kind {
            Kind::Name => self.names,
            Kind::Source => self.sources,
            Kind::Who => self.who,
            _ => self.texts,
        }
    }
}
