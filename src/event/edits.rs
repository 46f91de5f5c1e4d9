//! Tests only, also those outside of the library: what damages a log at a few places.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A place, a byte, and what is done with them.
type Edit = (Index, u8, i32);

/// A few edits, that like the bytes which mean something in JSON.
pub fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let byte = prop_oneof![any::<u8>(), select(b"\"{}[],:\\ \n01e".to_vec())];
    proptest::collection::vec((any::<Index>(), byte, 0..4), 0..6)
}

/// `text`, which is not empty, with `edits`, one after the other.
pub fn edited(mut text: Vec<u8>, edits: Vec<Edit>) -> Vec<u8> {
    for (place, byte, edit) in edits {
        let at = place.index(text.len());
        match edit {
            0 => text.insert(at, byte),
            1 => {
                text.remove(at);
            }
            2 => {
                text.drain(at..(at + 40).min(text.len()));
            }
            _ => text[at] = byte,
        }
    }
    text
}
