//! What is told: a line a step for people, one object for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::{Error, NOT_IN_PLACE};
use crate::step::{Outcome, State, Step};

/// One run, as told.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    command: &'static str,
    #[serde(rename = "dry-run")]
    dry_run: bool,
    steps: Vec<Line>,
    /// Finished sentences, the one that decides the exit code first.
    errors: Vec<String>,
    #[serde(skip)]
    json: bool,
    #[serde(skip)]
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct Line {
    step: &'static str,
    what: String,
    /// What came of it, of `apply` and `revert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// How it was found, of `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The command that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
    #[serde(skip)]
    text: String,
}

const FIX: &str = "fake-metadata-setup apply";

impl Report {
    pub(crate) fn new(command: &'static str, dry_run: bool, json: bool) -> Report {
        Report { command, dry_run, steps: Vec::new(), errors: Vec::new(), json, exit_code: 0 }
    }

    pub(crate) fn outcome(&mut self, step: &dyn Step, outcome: Outcome) {
        let (changed, already) = match (self.command, self.dry_run) {
            ("apply", false) => ("added", "already there"),
            ("apply", true) => ("would be added", "already there"),
            (_, false) => ("removed", "not there"),
            (_, true) => ("would be removed", "not there"),
        };
        let (outcome, text, reason) = match outcome {
            Outcome::Changed => ("changed", changed, None),
            Outcome::Already => ("already", already, None),
            Outcome::Left(why) => ("left", "left as it is", Some(why)),
            Outcome::NotNeeded(why) => ("not-needed", "not needed", Some(why)),
            Outcome::Cannot(why) => ("cannot", "failed", Some(why)),
        };
        let text = reason.as_ref().map_or_else(|| text.to_owned(), |why| format!("{text}: {why}"));
        let (step, what) = (step.name(), step.what());
        self.steps.push(Line { step, what, outcome: Some(outcome), state: None, reason, fix: None, text });
    }

    /// What was left as it is though it is not one of our own changes, and why.
    pub(crate) fn left(&mut self, step: &'static str, what: String, why: &str) {
        let text = format!("left as it is: {why}");
        let (outcome, reason) = (Some("left"), Some(why.to_owned()));
        self.steps.push(Line { step, what, outcome, state: None, reason, fix: None, text });
    }

    pub(crate) fn state(&mut self, step: &'static str, what: String, state: State) {
        let (state, text, reason, fix) = match state {
            State::InPlace { .. } => ("in-place", "in place".to_owned(), None, None),
            State::NotNeeded(why) => ("not-needed", format!("not needed: {why}"), Some(why), None),
            State::Amiss(why) => {
                ("amiss", format!("amiss: {why}; mend it with: {FIX}"), Some(why), Some(FIX))
            }
            State::Absent => ("absent", format!("absent; add it with: {FIX}"), None, Some(FIX)),
            State::Conflict(why) => ("conflict", format!("in conflict: {why}"), Some(why), None),
        };
        if matches!(state, "absent" | "amiss" | "conflict") && self.exit_code == 0 {
            self.exit_code = NOT_IN_PLACE;
        }
        self.steps.push(Line { step, what, outcome: None, state: Some(state), reason, fix, text });
    }

    pub(crate) fn error(&mut self, error: &Error) {
        if self.errors.is_empty() {
            self.exit_code = error.exit_code();
        }
        self.errors.push(error.to_string());
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// Steps go to standard output, errors to standard error; with `--json`, all to the former.
    pub(crate) fn print(&self) {
        let mut text = String::new();
        if self.json {
            text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        } else {
            for Line { step, what, text: told, .. } in &self.steps {
                text.push_str(&format!("{step:<8} {what}: {told}\n"));
            }
            if self.command == "revert" && self.steps.is_empty() && self.errors.is_empty() {
                text.push_str("nothing to undo\n");
            }
        }
        // A reader that went away has read enough.
        let _ = io::stdout().write_all(text.as_bytes());
        if !self.json {
            for error in &self.errors {
                let _ = writeln!(io::stderr(), "fake-metadata-setup: {error}");
            }
        }
    }
}
