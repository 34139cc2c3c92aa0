//! The setup program as its users meet it: the real program against the real kernel, each test in
//! a network and mount namespace of its own that has no way out and vanishes with it.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod apply_and_revert;
mod bad_input;
mod interfaces;
mod ipv6;
mod json;
mod original;
mod others;
mod sandbox;
mod status;
