//! The daemon as its users meet it: the real program, over real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod by_user;
mod clock;
mod command_line;
mod control;
mod credentials;
mod extending;
mod get;
mod golden;
mod identity;
mod import;
mod instance;
mod limits;
mod other_machines;
mod protocol;
mod reload;
mod server;
mod shutdown;
mod sources;
