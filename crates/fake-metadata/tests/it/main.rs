//! The daemon as its users meet it: the real program, over real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command_line;
mod credentials;
mod golden;
mod import;
mod instance;
mod limits;
mod protocol;
mod reload;
mod server;
mod shutdown;
