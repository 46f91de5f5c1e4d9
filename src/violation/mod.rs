//! What a scan finds: violations with their evidence, counts, and what could not be read. The one thing that `engine` and
//! `report` both know.

pub mod baseline;
pub mod card;
pub mod correlated;
pub mod difference;
pub mod extent;
pub mod fact;
pub mod file_report;
pub mod history;
pub mod summary;
pub mod tested;
pub mod timeline;
pub mod trace;
pub mod verdict;
#[allow(clippy::module_inception)]
pub mod violation;

pub use baseline::{Baseline, BaselineError, Comparison, Known};
pub use card::RuleCard;
pub use correlated::{Correlated, CorrelatedViolation};
pub use difference::{Difference, difference};
pub use extent::Extent;
pub use fact::{Fact, Reach, Roles};
pub use file_report::{
    CoveredBy, FileReport, FoundViolation, JoinedInput, PartReport, PopulationIndex, Position, RuleIndex,
    ScannedRecord, Stretch,
};
pub use history::{History, Occurrences, RuleHistory};
pub use summary::{RuleStatus, RuleSummary, Summary};
pub use tested::{
    Decider, Least, Mutation, Open, Owner, Reached, RuleTests, Share, TestCounts, TestFailure, TestOutcome, TestReport,
    TestResult,
};
pub use timeline::{NearMissOverTime, Timeline, TimelineEvent};
pub use verdict::Verdict;
pub use violation::{EventIdentity, Evidence, PolicyPlace, Standing, Violation, Waived};
