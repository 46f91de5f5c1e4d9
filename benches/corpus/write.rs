//! Files of events.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;

use crate::event::{self, Clock};
use crate::{LogArguments, Shape};

/// Writes the logs.
pub fn logs(arguments: &LogArguments) -> io::Result<()> {
    match arguments.shape {
        Shape::Gz | Shape::Json => folder(arguments),
        Shape::Ndjson if arguments.to == Path::new("-") => lines(arguments, &mut BufWriter::new(io::stdout().lock())),
        Shape::Ndjson => {
            let mut file = BufWriter::with_capacity(1 << 20, File::create(&arguments.to)?);
            lines(arguments, &mut file)?;
            file.flush()
        }
        Shape::NdjsonGz => {
            let file = BufWriter::with_capacity(1 << 20, File::create(&arguments.to)?);
            let mut encoder = GzEncoder::new(file, Compression::new(6));
            lines(arguments, &mut encoder)?;
            encoder.finish()?.flush()
        }
    }
}

fn folder(arguments: &LogArguments) -> io::Result<()> {
    let folders = arguments.files.div_ceil(1000);
    for folder in 0..folders {
        std::fs::create_dir_all(arguments.to.join(format!("{folder:03}")))?;
    }
    let share = arguments.bytes / arguments.files.max(1);
    (0..arguments.files).into_par_iter().try_for_each(|number| {
        let text = document(arguments, number, share);
        let end = if arguments.shape == Shape::Gz { "json.gz" } else { "json" };
        let name = format!("{:03}/111122223333_CloudTrail_us-east-1_{number:06}.{end}", number / 1000);
        let path = arguments.to.join(name);
        if arguments.shape == Shape::Json {
            return std::fs::write(path, text);
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&text)?;
        std::fs::write(path, encoder.finish()?)
    })
}

/// One file with about `share` bytes; at least one event.
fn document(arguments: &LogArguments, number: u64, share: u64) -> Vec<u8> {
    let mut random = Rng::with_seed(arguments.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number));
    let mut clock = Clock::at(number);
    let share = usize::try_from(share).unwrap_or(usize::MAX);
    let mut text = String::with_capacity(share.saturating_add(4096));
    text.push_str("{\"Records\":[");
    loop {
        event::write(&mut text, &mut random, &mut clock, arguments.violating);
        if text.len() + 2 >= share {
            break;
        }
        text.push(',');
    }
    text.push_str("]}");
    text.into_bytes()
}

fn lines(arguments: &LogArguments, out: &mut dyn Write) -> io::Result<()> {
    let mut random = Rng::with_seed(arguments.seed);
    let mut clock = Clock::at(0);
    let mut written = 0;
    let mut line = String::new();
    while written < arguments.bytes {
        line.clear();
        event::write(&mut line, &mut random, &mut clock, arguments.violating);
        line.push('\n');
        out.write_all(line.as_bytes())?;
        written += u64::try_from(line.len()).unwrap_or_default();
    }
    Ok(())
}
