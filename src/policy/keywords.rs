//! Every word of the policy language that is a key: one table a map. The parser refuses what is not in its table, and the schema
//! describes what is.

macro_rules! maps {
    ($($(#[$doc:meta])* $name:ident in $definition:literal: [$($word:literal),* $(,)?];)*) => {
        $($(#[$doc])* pub const $name: &[&str] = &[$($word),*];)*
        /// Every table, with the name of its definition in the schema.
        pub const MAPS: &[(&str, &[&str])] = &[$(($definition, $name)),*];
    };
}

maps! {
    /// A policy file.
    FILE in "policyFile": ["version", "source", "lists", "define", "rules"];
    /// The source of records that are not CloudTrail's.
    SOURCE in "source": ["records", "time", "id"];
    /// A list value that says more than its value.
    LIST_VALUE in "listValue": ["value", "reason", "until"];
    /// A list that stands in a file of its own.
    LIST_FILE in "listFile": ["file"];
    /// A rule.
    RULE in "rule": [
        "id",
        "title",
        "severity",
        "when",
        "forbid",
        "require",
        "threshold",
        "require_followed_by",
        "require_preceded_by",
        "sequence",
        "first_seen",
        "message",
        "rationale",
        "remediation",
        "controls",
        "references",
        "tags",
        "except",
        "waivable",
        "tests",
    ];
    /// An exception of a rule.
    EXCEPTION in "exception": ["name", "reason", "owner", "until", "condition"];
    /// A condition, beside paths.
    CONDITION in "condition": ["all", "any", "not", "use", "where"];
    /// What is asked of the nodes of a path together.
    QUANTIFIERS in "quantifiers": ["some", "every", "none", "count", "distinct"];
    /// What is asked of one node.
    OPERATORS in "operators": [
        "equals",
        "in",
        "glob",
        "regex",
        "starts_with",
        "ends_with",
        "contains",
        "cidr",
        "is_ip",
        "gt",
        "gte",
        "lt",
        "lte",
        "before",
        "after",
        "length",
        "exists",
        "empty",
        "type",
        "not",
        "json",
        "ignore_case",
    ];
    /// A value that is not written out.
    VALUE in "valueReference": ["path", "template"];
    /// A number or time that is not written out.
    PATH in "pathReference": ["path"];
    /// Values that stand in a list.
    LIST in "listReference": ["list"];
    /// A comparison with a whole number.
    COUNT in "countComparison": ["equals", "gt", "gte", "lt", "lte"];
    /// `threshold`.
    THRESHOLD in "threshold": ["count", "distinct", "within", "by"];
    /// `require_followed_by` and `require_preceded_by`.
    FOLLOW in "follow": ["within", "by", "event"];
    /// `sequence`.
    SEQUENCE in "sequence": ["within", "by", "steps", "any_order"];
    /// A step of a sequence.
    STEP in "step": ["name", "event", "not"];
    /// `first_seen`.
    FIRST_SEEN in "firstSeen": ["of", "by", "history"];
    /// One part of a key.
    KEY_PART in "keyPart": ["path", "as"];
    /// A test of a rule.
    TEST in "test": ["name", "event", "events", "file", "record", "expect", "message", "evidence", "now"];
    /// An event made for a test.
    TEST_EVENT in "testEvent": ["from", "set", "each", "unset", "at", "repeat"];
    /// A waivers file.
    WAIVERS_FILE in "waiversFile": ["version", "waivers", "define", "lists"];
    /// A waiver.
    WAIVER in "waiver": ["name", "rule", "fingerprint", "condition", "reason", "owner", "until", "ticket"];
}

/// The obligations among the keys of a rule; it has exactly one.
pub const OBLIGATIONS: &[&str] =
    &["forbid", "require", "threshold", "require_followed_by", "require_preceded_by", "sequence", "first_seen"];

/// What a test runs on, among its keys; it has exactly one.
pub const TEST_INPUTS: &[&str] = &["event", "events", "file"];
