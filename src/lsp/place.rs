//! What may stand at a place of a policy file: the grammar of `docs/dsl.md`, as far as an editor needs it to offer words.
//!
//! What is allowed is decided in `policy::parse`; here a word too many or too few costs an offer, no more.

use crate::lsp::cursor::{Crumb, Cursor};
use crate::lsp::keyword::{Keyword, keys};

/// Where a path starts, in words: `$` at the event; the path of the current element, where there is one.
pub type Base = Option<String>;

/// What is expected at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A policy file, or a waivers file.
    File,
    /// The map that `policy::keywords` calls so.
    Map(&'static str),
    /// A list of such maps: `rules`, `except`, `tests`, ….
    ListOf(&'static str),
    /// `lists`: names with values.
    Lists,
    /// The values of a list.
    List,
    /// `define`: names with conditions.
    Defines,
    /// A condition; with a base, on the element there.
    Condition(Base),
    /// A list of conditions.
    Conditions(Base),
    /// What is asked of the nodes of this path.
    Test(String),
    /// What is asked of one node of this path.
    NodeTest(String),
    /// The operand of this operator on this path.
    Operand(&'static str, String),
    /// The name of a definition.
    DefineName,
    /// The name of a list.
    ListName,
    /// The id of a rule.
    RuleName,
    /// A path; with a base, also one from the element there.
    Path(Base),
    /// A path, or a list or map of paths, that events are grouped by.
    Key,
    /// A text with paths in braces.
    Template(Base),
    /// `set` of a test: definite paths with values.
    Set,
    /// One of the words that this key takes.
    Word(&'static str),
    /// An RFC 9535 expression.
    Where,
    /// Anything: nothing is offered.
    Free,
}

impl Place {
    /// The place of `cursor`: of the map whose key it is, or of the value that it is.
    #[must_use]
    pub fn of(cursor: &Cursor) -> Self {
        cursor.crumbs().iter().fold(Self::File, |place, crumb| match crumb {
            Crumb::Entry(entry) => place.entry(&entry.key),
            Crumb::Item => place.item(),
        })
    }

    /// The place of an item, where a list stands here.
    fn item(self) -> Self {
        match self {
            Self::ListOf(keys) => Self::Map(keys),
            Self::Conditions(base) => Self::Condition(base),
            Self::List => Self::Map("listValue"),
            Self::Test(path) | Self::NodeTest(path) => Self::Operand("in", path),
            Self::Map("testEvent" | "exception")
            | Self::Operand(..)
            | Self::DefineName
            | Self::RuleName
            | Self::Path(_)
            | Self::Word(_) => self,
            Self::Key => Self::Path(None),
            _ => Self::Free,
        }
    }

    /// The place of the value of `key`, where a map stands here.
    fn entry(self, key: &str) -> Self {
        match self {
            Self::File | Self::Map(_) => self.of_keyword(key),
            Self::Lists => Self::List,
            Self::List if key == "file" => Self::Free,
            Self::Defines => Self::Condition(None),
            Self::Condition(base) => of_condition(base, key),
            Self::Test(path) => match keyword("quantifiers", key) {
                Some("some" | "every" | "none") => Self::NodeTest(path),
                Some(_) => Self::Map("countComparison"),
                None => of_test(path, key),
            },
            Self::NodeTest(path) => of_test(path, key),
            Self::Operand("length", _) => Self::Free,
            Self::Operand(..) => match key {
                "list" => Self::ListName,
                "path" => Self::Path(None),
                "template" => Self::Template(None),
                _ => Self::Free,
            },
            Self::Key if key == "path" => Self::Path(None),
            Self::Key if key == "as" => Self::Word("as"),
            Self::Key => Self::Path(None),
            Self::Set => Self::Operand("set", key.to_owned()),
            _ => Self::Free,
        }
    }

    fn of_keyword(self, key: &str) -> Self {
        let is = |keys: &'static str| self == Self::Map(keys);
        match key {
            "rules" if self == Self::File => Self::ListOf("rule"),
            "waivers" if self == Self::File => Self::ListOf("waiver"),
            "define" if self == Self::File => Self::Defines,
            "lists" if self == Self::File => Self::Lists,
            "source" if self == Self::File => Self::Map("source"),
            "version" => Self::Word("version"),
            "when" | "forbid" | "require" | "condition" => Self::Condition(None),
            "threshold" => Self::Map("threshold"),
            "require_followed_by" | "require_preceded_by" => Self::Map("follow"),
            "sequence" => Self::Map("sequence"),
            "first_seen" => Self::Map("firstSeen"),
            "steps" => Self::ListOf("step"),
            "not" if is("step") => Self::Condition(None),
            "event" if is("follow") || is("step") => Self::Condition(None),
            "event" | "events" => Self::Map("testEvent"),
            "by" | "of" => Self::Key,
            "distinct" => Self::Key,
            "except" => Self::ListOf("exception"),
            "tests" => Self::ListOf("test"),
            "message" if is("rule") => Self::Template(None),
            "set" | "each" => Self::Set,
            "unset" | "evidence" => Self::Path(None),
            "rule" => Self::RuleName,
            "severity" => Self::Word("severity"),
            "waivable" => Self::Word("waivable"),
            "any_order" => Self::Word("any_order"),
            "from" => Self::Word("from"),
            "expect" => Self::Word("expect"),
            "path" if is("keyPart") => Self::Path(None),
            _ => Self::Free,
        }
    }

    /// The keywords that may be keys of a map here.
    #[must_use]
    pub fn keys(&self, is_waivers_file: bool) -> Vec<Keyword> {
        let maps: &[&str] = match self {
            Self::File if is_waivers_file => &["waiversFile"],
            Self::File => &["policyFile"],
            Self::Map(keys) => &[keys],
            Self::List => &["listFile"],
            Self::Condition(_) => &["condition"],
            Self::Test(_) => &["operators", "quantifiers", "condition"],
            Self::NodeTest(_) => &["operators", "condition"],
            Self::Operand("in" | "glob" | "regex" | "cidr", _) => &["listReference", "valueReference"],
            Self::Operand("equals" | "starts_with" | "ends_with" | "contains", _) => {
                &["valueReference", "listReference"]
            }
            Self::Operand("gt" | "gte" | "lt" | "lte" | "before" | "after", _) => &["pathReference"],
            Self::Operand("length", _) => &["countComparison"],
            Self::Key => &["keyPart"],
            _ => &[],
        };
        let mut offered: Vec<Keyword> = Vec::new();
        for keyword in maps.iter().flat_map(|map| keys(map)) {
            // `not` is an operator and a keyword of conditions: the first meaning is that of the place.
            if !offered.iter().any(|other| other.word == keyword.word) {
                offered.push(keyword);
            }
        }
        offered
    }

    /// Where a path that is a key here starts; `None` where no path may be a key.
    #[must_use]
    pub fn path_keys(&self) -> Option<Base> {
        match self {
            Self::Condition(base) => Some(base.clone()),
            Self::Test(path) | Self::NodeTest(path) => Some(Some(path.clone())),
            Self::Set => Some(None),
            _ => None,
        }
    }
}

fn of_condition(base: Base, key: &str) -> Place {
    match key {
        "all" | "any" => Place::Conditions(base),
        "not" => Place::Condition(base),
        "use" => Place::DefineName,
        "where" => Place::Where,
        path => match path.strip_prefix('.') {
            Some(_) => Place::Test(below(base.as_deref().unwrap_or("$"), path)),
            None if path.starts_with('$') => Place::Test(path.to_owned()),
            None => Place::Free,
        },
    }
}

fn of_test(path: String, key: &str) -> Place {
    match keyword("operators", key) {
        Some("not") => Place::NodeTest(path),
        Some("json") => Place::Condition(Some(format!("{path}<json>"))),
        Some(operator @ ("exists" | "empty" | "ignore_case" | "type" | "is_ip")) => Place::Word(operator),
        Some(operator) => Place::Operand(operator, path),
        None => of_condition(Some(path), key),
    }
}

/// The key `word` of the map called `definition`, where it has that.
fn keyword(definition: &str, word: &str) -> Option<&'static str> {
    keys(definition).into_iter().find(|keyword| keyword.word == word).map(|keyword| keyword.word)
}

/// The path from the event of `path`, one from the element at `base`.
#[must_use]
pub fn below(base: &str, path: &str) -> String {
    match path.strip_prefix('.') {
        Some("") => base.to_owned(),
        Some(rest) if rest.starts_with('[') => format!("{base}{rest}"),
        _ => format!("{base}{path}"),
    }
}
