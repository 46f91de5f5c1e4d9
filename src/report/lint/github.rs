//! `lint -f github`: workflow commands, which GitHub Actions turns into annotations on the policy files.

use std::io::{self, Write};

use crate::policy::error::{Level, PolicyError};
use crate::report::github::{SHOWN, command};
use crate::report::lint::place::main;
use crate::report::number::{count, grouped};

/// Writes `::error`, `::warning` and `::notice` commands for `errors`, ten of each kind, as many as GitHub shows; the rest is counted.
///
/// # Errors
/// What `out` cannot write.
pub fn github(errors: &[PolicyError], out: &mut dyn Write) -> io::Result<()> {
    let mut rest = Vec::new();
    for (level, word, most) in
        [(Level::Error, "error", SHOWN), (Level::Warning, "warning", SHOWN), (Level::Advice, "notice", SHOWN - 1)]
    {
        let of: Vec<&PolicyError> = errors.iter().filter(|error| error.level == level).collect();
        for error in of.iter().take(most) {
            let place = main(error);
            let end = place
                .filter(|(at, end)| at.line == end.line)
                .map(|(at, end)| end.column.saturating_sub(1).max(at.column));
            let lines: Vec<&str> = std::iter::once(error.message.as_str()).chain(error.help.as_deref()).collect();
            let file = Some(error.source.name.as_ref());
            command(out, word, file, place.map(|(at, _)| at), end, error.code.as_str(), &lines)?;
        }
        if of.len() > most {
            rest.push(format!("{} at {word} level", grouped(of.len() - most)));
        }
    }
    if !rest.is_empty() {
        let message = format!("{}: GitHub shows {} of a kind", rest.join(", "), count(SHOWN, "annotation"));
        command(out, "notice", None, None, None, "not shown", &[&message])?;
    }
    Ok(())
}
