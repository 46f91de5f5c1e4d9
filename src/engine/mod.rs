//! Stub.

pub mod reference;
