//! The sample logs: read beside the conversation, so that the first diagnostics do not wait for them.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use crate::audit::input::Input;
use crate::audit::walk::inputs;
use crate::cli::lsp::log;
use crate::lsp::sample::Sample;

/// Most bytes of logs that are read, as they are on disk.
const BYTES_LIMIT: usize = 64 * 1024 * 1024;

/// The sample, or who is reading it.
#[derive(Debug, Default)]
pub struct Samples {
    reading: Option<JoinHandle<Sample>>,
    read: Sample,
}

impl Samples {
    /// Begins to read `paths`, which are relative to `folder`.
    pub fn begin(paths: &[String], folder: Option<&Path>) -> Self {
        if paths.is_empty() {
            return Self::default();
        }
        let paths: Vec<String> = paths
            .iter()
            .map(|path| folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path)).display().to_string())
            .collect();
        Self { reading: Some(std::thread::spawn(move || read(&paths))), read: Sample::default() }
    }

    /// The sample; waits for it.
    pub fn wait(&mut self) -> &Sample {
        if let Some(reading) = self.reading.take() {
            match reading.join() {
                Ok(sample) => self.read = sample,
                Err(_) => log("the sample logs could not be read"),
            }
        }
        &self.read
    }

    /// The sample, or an empty one while it is being read.
    pub fn so_far(&mut self) -> &Sample {
        if self.reading.as_ref().is_some_and(|reading| reading.is_finished()) { self.wait() } else { &self.read }
    }
}

fn read(paths: &[String]) -> Sample {
    let mut sample = Sample::default();
    let mut bytes = 0;
    for input in inputs(paths) {
        if input == Input::Stdin {
            continue;
        }
        match input.read() {
            Ok(_) if bytes > BYTES_LIMIT => {
                log(&format!("the sample is longer than {BYTES_LIMIT} bytes: from {} on it is left out", input.name()));
                break;
            }
            Ok(log) => {
                bytes += log.len();
                sample.add(&log);
            }
            Err(cause) => log(&format!("the sample {} cannot be read: {cause}", input.name())),
        }
    }
    log(&format!("{} sample events", sample.events()));
    sample
}
