//! What came of the tests of rules, for programs; `report::human` has it for people.

pub mod json;
pub mod junit;
