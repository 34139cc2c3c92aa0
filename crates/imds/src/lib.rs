//! The EC2 instance metadata service (IMDS) as a pure function.
//!
//! [`Service::handle`] is the only door: what was asked and what time it is go in, the answer
//! comes out. Nothing here opens a socket or a file, reads a clock or the environment, or waits.
//!
//! # Layout
//!
//! - `service`: the door, and the order in which a request is judged.
//! - `request`, `response`: what goes in and what comes out, without an HTTP library.
//! - `path`, `version`: which entry of which dated version a path names.
//! - `access`: who may ask at all.
//! - `guard`, `token`: who may ask (IMDSv1 and IMDSv2).
//! - `refusal`: every reason to say no, and its status, in one table.
//! - `instance`, `interface` → `catalog` → `tree`: facts, the entries derived from them (a file a
//!   group of categories), look-up and listing.
//! - `credentials`, `events`, `identity`, `json`: the documents, in the layout EC2 prints.

mod access;
mod catalog;
mod credentials;
mod events;
mod guard;
mod identity;
mod instance;
mod interface;
mod json;
mod path;
mod refusal;
mod request;
mod response;
mod service;
mod token;
mod tree;
mod version;

pub use access::Access;
pub use credentials::{Credentials, Exhausted, Failure, IdentityDocuments, RoleDocuments};
pub use events::{Event, Events, Spot};
pub use guard::TokenPolicy;
pub use identity::{Signatures, document};
pub use instance::Instance;
pub use interface::Interface;
pub use refusal::Refusal;
pub use request::{Method, Request};
pub use response::{Name, Response, Status, Value};
pub use service::{ErrorBodies, Service};
pub use token::Tokens;
pub use tree::{BadEntry, Tree};
pub use version::Version;
