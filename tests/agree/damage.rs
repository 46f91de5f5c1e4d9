//! Logs and policies with a few bytes changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::dice::Dice;

/// Small files that mean something; their order is the same everywhere.
struct Seeds(Vec<Vec<u8>>);

impl Seeds {
    fn below(folders: &[&str], wanted: fn(&Path) -> bool) -> Self {
        let mut files = Vec::new();
        for folder in folders {
            let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
            files.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file() && wanted(path)));
        }
        files.sort_by_key(|path: &PathBuf| path.file_name().map(ToOwned::to_owned));
        let seeds: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
        assert!(seeds.len() > 5, "{folders:?}");
        Self(seeds)
    }
}

/// What is worth putting between any two bytes of a log.
const OF_LOGS: [&str; 26] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\u{feff}",
    "\0",
    "1e400",
    "9007199254740993",
    "-0",
    "1E+2",
    "\\ud800",
    "\\u0000",
    "\\u0022",
    "null",
    "{\"Records\":[",
    "\"eventName\":\"GetUser\",",
    "\"event\\u004eame\":\"GetUser\",",
    "\"userIdentity\":{},",
    "\"userIdentity\":{\"type\":\"Root\"},",
    "\"CloudTrailEvent\":\"{}\",",
    "\"detail\":",
];

/// And of a policy.
const OF_POLICIES: [&str; 22] = [
    "\n",
    "  ",
    ": ",
    "- ",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!x ",
    "# trailgate: allow",
    "not: ",
    "any:\n",
    "$.",
    "[*]",
    "[?@.a]",
    "regex: ",
    "{list: a}",
    "\u{feff}",
];

/// Two bytes that choose policies, and a log.
pub fn log(dice: &mut Dice) -> Vec<u8> {
    static SEEDS: LazyLock<Seeds> =
        LazyLock::new(|| Seeds::below(&["fixtures/cloudtrail", "fixtures/bad", "fixtures/other-audit"], |_| true));
    // Few sets of policies, which are compiled once.
    let mut bytes = vec![byte(dice) % 64, 0];
    let seed = dice.pick(&SEEDS.0);
    bytes.extend_from_slice(&damaged(seed, &OF_LOGS, dice));
    bytes
}

/// A policy.
pub fn policy(dice: &mut Dice) -> Vec<u8> {
    static SEEDS: LazyLock<Seeds> = LazyLock::new(|| {
        Seeds::below(&["policies"], |path| path.extension().is_some_and(|extension| extension == "yaml"))
    });
    let whole = dice.pick(&SEEDS.0);
    // Those of its rules that stand in its first few thousand bytes are enough.
    let most = &whole[..whole.len().min(4000 + dice.roll(8000))];
    let rule = b"\n  - id:";
    let cut = most.windows(rule.len()).rposition(|bytes| bytes == rule).map_or(most.len(), |at| at + 1);
    damaged(&whole[..cut], &OF_POLICIES, dice)
}

fn byte(dice: &mut Dice) -> u8 {
    u8::try_from(dice.roll(256)).unwrap()
}

fn damaged(seed: &[u8], words: &[&str], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..dice.weighted(&[(1, 0), (4, 1), (4, 2), (2, 5)]) {
        let at = dice.roll(bytes.len() + 1);
        let end = (at + 1 + dice.roll(40)).min(bytes.len());
        match dice.roll(6) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            2 => bytes.truncate(at.max(bytes.len() / 4 * 3)),
            3 if at < bytes.len() => bytes[at] = byte(dice),
            4 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
            _ => drop(bytes.splice(at..at, dice.pick(words).bytes())),
        }
    }
    bytes
}
