//! A run over files: paths become inputs, inputs are scanned on all threads, reports are merged in the order of the inputs, and a
//! verdict is reached. The first layer that touches files and threads.

mod batch;
pub mod cards;
pub mod facts;
mod firsts;
mod folder;
pub mod gate;
mod held;
pub mod input;
pub mod keep;
mod lanes;
pub mod notes;
mod populations;
mod positioned;
pub mod profile;
pub mod rule_tests;
pub mod run;
mod scanned;
mod seen;
pub mod source;
pub mod state;
mod stream;
pub mod tally;
pub mod waivers;
pub mod walk;

pub use gate::{Gate, verdict, verdict_against};
pub use input::Input;
pub use keep::{Keep, Limit};
pub use profile::{Profile, RunCosts, Step, timed};
pub use run::{Progress, RunOptions, Task, run, run_all};
pub use tally::{Outcome, Tally};
