//! Conditions as the engine runs them: names resolved, lists taken in, paths turned into slots. Equal ones ask the same in the same
//! words, so that what one says of an event need not be asked again.

use ipnet::IpNet;
use jiff::Timestamp;
use serde_json::Number;

use crate::compile::strings::StringSet;
use crate::json::path::Filter;
use crate::json::{Location, Path, SlotId, SlotTable, Step};
use crate::policy::operator::{
    Case, Comparison, IpKind, JsonType, NumberTest, Pattern, PatternKind, Scalar, TextPlace, TimeOrder,
};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Matcher {
    /// All hold.
    All(Vec<Matcher>),
    /// At least one holds.
    Any(Vec<Matcher>),
    /// It does not hold.
    Not(Box<Matcher>),
    /// The expression holds, `@` being the current element or the event.
    Where(Filter),
    /// The nodes of a path pass.
    Path {
        /// Where the nodes are.
        place: Place,
        /// All of these hold.
        tests: Vec<ListMatcher>,
    },
}

/// Where nodes are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// At most one node of the event, read without parsing the record.
    Slot {
        /// Its slot.
        slot: SlotId,
        /// Its place.
        location: Location,
    },
    /// At most one node below the current element.
    Element(Vec<Step>),
    /// Any path from the event.
    EventPath {
        /// The path.
        path: Path,
        /// The slot of its definite beginning: below it lies every node.
        prefix: SlotId,
        /// How its nodes are found.
        way: Way,
    },
    /// Any path from the current element.
    ElementPath(Path),
}

/// How the nodes of an [`EventPath`](Place::EventPath) are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Way {
    /// They are the values of these slots, in this order.
    Slots(Vec<SlotId>),
    /// In the value of the prefix alone.
    Below,
    /// In the whole record: a filter may look anywhere.
    Whole,
}

impl Place {
    /// Where the nodes of `path`, from the event, are found; `slots` are those of the program.
    #[must_use]
    pub fn of(path: &Path, slots: &mut SlotTable) -> Self {
        /// So many slots are looked at sooner than an object is parsed.
        const FEW: usize = 16;
        if let Some(steps) = path.definite() {
            return Self::Slot { slot: slots.slot(steps), location: Location(steps.to_vec()) };
        }
        let way = match path.choices(FEW) {
            Some(choices) => Way::Slots(choices.iter().map(|steps| slots.slot(steps)).collect()),
            None if path.has_filter() => Way::Whole,
            None => Way::Below,
        };
        Self::EventPath { path: path.clone(), prefix: slots.slot(&path.prefix()), way }
    }
}

/// What is asked of a node list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ListMatcher {
    /// Some node passes; of no node, *missing* passes.
    Default(NodeMatcher),
    /// At least one node passes.
    Some(NodeMatcher),
    /// There is a node, and all pass.
    Every(NodeMatcher),
    /// No node passes.
    None(NodeMatcher),
    /// So many nodes there are.
    Count(NumberTest),
    /// So many different values there are.
    Distinct(NumberTest),
}

/// What is asked of one node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NodeMatcher {
    /// All hold.
    Operators(Vec<OperatorMatcher>),
    /// The condition holds with the node as current element; false of a missing node.
    Element(Box<Matcher>),
}

/// One operator.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OperatorMatcher {
    /// Missing or null.
    MissingOrNull,
    /// Equal to one of the values.
    In(ValueSet),
    /// A string that starts with, ends with or contains one of the values; of an array: contains it.
    Text(TextPlace, ValueSet),
    /// A string that one of the patterns matches. The flag only serves descriptions: glob or regex.
    Pattern(PatternKind, Vec<Pattern>),
    /// An address in one of the networks.
    Cidr(Vec<IpNet>),
    /// An address of this kind.
    IsIp(IpKind),
    /// A number in this order to another.
    Compare(Comparison, NumberSource),
    /// A time in this order to another.
    Time(TimeOrder, TimeSource),
    /// Of such a length.
    Length(NumberTest),
    /// Present or not.
    Exists(bool),
    /// Empty or not.
    Empty(bool),
    /// Of one of these types.
    Type(Vec<JsonType>),
    /// Does not pass.
    Not(Box<NodeMatcher>),
    /// JSON text whose root meets the condition.
    Json(Box<Matcher>),
}

/// Values to compare with: literals sorted out by type, and those that come out of the event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ValueSet {
    /// Strings, lower-cased where case is ignored.
    pub strings: StringSet,
    /// Numbers.
    pub numbers: Vec<Number>,
    /// Whether `true` is among them.
    pub has_true: bool,
    /// Whether `false` is among them.
    pub has_false: bool,
    /// Values out of the event.
    pub dynamic: Vec<DynamicValue>,
    /// Whether case is ignored.
    pub case: Option<Case>,
    /// The literals as written, for descriptions.
    pub literals: Vec<Scalar>,
    /// The list they came from, for descriptions.
    pub list: Option<String>,
}

impl ValueSet {
    /// Whether strings are compared without regard to case.
    #[must_use]
    pub fn ignores_case(&self) -> bool {
        self.case == Some(Case::Ignored)
    }

    /// Whether only its strings can be equal to a value.
    #[must_use]
    pub fn only_strings(&self) -> bool {
        self.dynamic.is_empty() && self.numbers.is_empty() && !self.has_true && !self.has_false
    }
}

/// A value out of the event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DynamicValue {
    /// The node of a path.
    Path(ValuePath),
    /// A string put together.
    Template(Vec<TemplateMatcher>),
}

/// A path to one value, and how the author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ValuePath {
    /// Where it is.
    pub place: Place,
    /// As written.
    pub written: String,
}

/// A part of a template value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TemplateMatcher {
    /// Text as it is.
    Text(String),
    /// The value of a path.
    Path(ValuePath),
}

/// A number to compare with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NumberSource {
    /// This number.
    Literal(Number),
    /// The number of a path.
    Path(ValuePath),
}

/// A time to compare with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TimeSource {
    /// This time; the text is as written.
    Literal(String, Timestamp),
    /// The time of a path.
    Path(ValuePath),
}
