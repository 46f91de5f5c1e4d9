//! The formats of other programs, each read back by a reader that shares nothing with its writer: JUnit XML, CSV, GitHub's workflow
//! commands, GitLab's Code Quality, Markdown. Made-up runs, runs of the binary, and a run in which every text is hostile.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected fails the test"
)]

mod formats {
    pub mod csv;
    pub mod github;
    pub mod gitlab;
    pub mod junit;
    pub mod markdown;
    pub mod runs;
}
