//! `fake-metadata status`: whether the server runs, what keys it has, and who asked last.

use std::io::{self, Write};
use std::time::SystemTime;

use serde_json::Value;

use crate::Result;
use crate::cli::Status;
use crate::control::client;
use crate::error::Error;

pub(crate) fn run(options: &Status) -> Result {
    let status = client::ask("GET", "/status", b"")?;
    let text = if options.json { format!("{status:#}\n") } else { server(&status) + &roles(&status) };
    // A reader that went away has had what it wanted.
    let _ = io::stdout().write_all(text.as_bytes());
    check(&status)
}

/// Whether every role has keys.
pub(crate) fn check(status: &Value) -> Result {
    let without = list(&status["roles"]).find(|role| role["valid"] == Value::Bool(false));
    without.map_or(Ok(()), |role| Err(Error::NoKeys(text(&role["name"]).to_owned())))
}

fn server(status: &Value) -> String {
    let mut lines = format!(
        "fake-metadata {} runs as process {} since {}\n",
        text(&status["version"]),
        status["process"],
        when(&status["started"])
    );
    for address in list(&status["listening"]) {
        lines += &format!("listening on {}\n", text(address));
    }
    lines += &match &status["last-request"] {
        Value::Null => "no requests yet\n".to_owned(),
        last => format!(
            "{} requests, the last by {} at {}\n",
            status["requests"],
            text(&last["client"]),
            when(&last["time"])
        ),
    };
    lines
}

/// A paragraph a role.
pub(crate) fn roles(status: &Value) -> String {
    let paragraphs = list(&status["roles"]).map(|role| {
        let keys = match &role["access-key-id"] {
            Value::Null => "none",
            _ if role["valid"] == Value::Bool(false) => "expired",
            id => text(id),
        };
        let error = match &role["last-error"] {
            Value::Null => "none".to_owned(),
            error => format!("{}: {}", when(&error["time"]), text(&error["message"])),
        };
        let rows = [
            ("source", text(&role["source"]).to_owned()),
            ("key", keys.to_owned()),
            ("last renewal", when(&role["last-renewal"])),
            ("next renewal", when(&role["next-renewal"])),
            ("expiration", when(&role["expiration"])),
            ("last error", error),
        ];
        let rows: String = rows.iter().map(|(name, value)| format!("  {name:<14}{value}\n")).collect();
        format!("role {}\n{rows}", text(&role["name"]))
    });
    let paragraphs: String = paragraphs.collect();
    if paragraphs.is_empty() { "no role is attached\n".to_owned() } else { paragraphs }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A time, and how far that is from now.
fn when(value: &Value) -> String {
    let Some(time) = value.as_str() else { return "none".to_owned() };
    let Ok(at) = humantime::parse_rfc3339(time) else { return time.to_owned() };
    let now = SystemTime::now();
    match at.duration_since(now) {
        Ok(left) => format!("{time} (in {})", about(left.as_secs())),
        Err(past) => format!("{time} ({} ago)", about(past.duration().as_secs())),
    }
}

fn about(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
