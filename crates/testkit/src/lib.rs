//! What the tests of several crates have in common: development only, never part of a program.
//!
//! - `world`: the configurations tests run in, each as facts and as a configuration file.
//! - `transcript`: requests and the responses expected, kept in files.

mod transcript;
mod world;

pub use transcript::{Transcript, http_request};
pub use world::{World, instance, now};
