//! What a run is measured against: the same files on the same threads, only inflated, or only parsed.
//!
//! `cargo run --release --example baseline -- inflate target/corpus/gz`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Parser, ValueEnum};
use rayon::prelude::*;
use serde_json::Value;

/// Measures a run's floor: prints the bytes that came out.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to do with each file.
    what: What,
    /// Files, and folders of files two levels deep.
    paths: Vec<PathBuf>,
    /// Threads.
    #[arg(short = 'j', long, default_value_t = 2)]
    threads: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Read and inflate with libdeflate, a buffer for each thread.
    Inflate,
    /// Parse each whole file into `serde_json::Value`.
    Value,
    /// Parse each line of NDJSON into `serde_json::Value`.
    Lines,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build() else {
        return ExitCode::FAILURE;
    };
    let mut files = Vec::new();
    arguments.paths.iter().for_each(|path| collect(path, &mut files));
    let bytes = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    pool.install(|| {
        files.par_iter().for_each_init(Vec::new, |buffer, file| match read(arguments.what, file, buffer) {
            Some(read) => {
                bytes.fetch_add(read, Ordering::Relaxed);
            }
            None => {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        });
    });
    println!("{} bytes of {} files", bytes.into_inner(), files.len());
    if failed.into_inner() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| collect(&entry.path(), files)),
        Err(_) => files.push(path.to_owned()),
    }
}

/// The bytes of JSON that `file` held.
fn read(what: What, file: &Path, buffer: &mut Vec<u8>) -> Option<usize> {
    match what {
        What::Inflate => {
            let bytes = std::fs::read(file).ok()?;
            let size = bytes.last_chunk::<4>().map(|size| u32::from_le_bytes(*size))?;
            buffer.resize(usize::try_from(size).ok()?, 0);
            libdeflater::Decompressor::new().gzip_decompress(&bytes, buffer).ok()
        }
        What::Value => {
            let bytes = std::fs::read(file).ok()?;
            let value: Value = serde_json::from_slice(&bytes).ok()?;
            value.get("Records").and_then(Value::as_array).filter(|records| !records.is_empty()).map(|_| bytes.len())
        }
        What::Lines => {
            let mut lines = BufReader::with_capacity(1 << 20, File::open(file).ok()?);
            let mut line = Vec::new();
            let mut total = 0;
            loop {
                line.clear();
                let read = lines.read_until(b'\n', &mut line).ok()?;
                if read == 0 {
                    return Some(total);
                }
                total += read;
                serde_json::from_slice::<Value>(&line).ok()?;
            }
        }
    }
}
