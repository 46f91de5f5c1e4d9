//! A progress bar on standard error, on a terminal only.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::audit::Progress;

/// The bar of a run.
#[derive(Debug)]
pub struct Bar {
    /// Where it is seen.
    bar: Option<ProgressBar>,
    bytes: u64,
}

impl Bar {
    /// A bar over `inputs` inputs; hidden where standard error is no terminal or it is not wanted.
    #[must_use]
    pub fn new(inputs: usize, wanted: bool) -> Self {
        let shown = wanted && std::io::stderr().is_terminal();
        Self { bar: shown.then(|| shown_bar(inputs)), bytes: 0 }
    }

    /// Takes the bar off the screen.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn shown_bar(inputs: usize) -> ProgressBar {
    let length = u64::try_from(inputs).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} files {wide_bar} {msg} {eta}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

impl Progress for Bar {
    fn advanced(&mut self, done: usize, bytes: u64) {
        let Some(bar) = &self.bar else { return };
        self.bytes = self.bytes.saturating_add(bytes);
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        bar.set_message(HumanBytes(self.bytes).to_string());
    }
}
