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
    #[serde(flatten)]
    told: Told,
    #[serde(skip)]
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Told {
    Outcome(Outcome),
    State(&'static str),
}

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
        let text = match &outcome {
            Outcome::Changed => changed.to_owned(),
            Outcome::Already => already.to_owned(),
            Outcome::Left(why) => format!("left as it is: {why}"),
            Outcome::NotNeeded(why) => format!("not needed: {why}"),
            Outcome::Cannot(why) => format!("failed: {why}"),
        };
        self.steps.push(Line { step: step.name(), what: step.what(), told: Told::Outcome(outcome), text });
    }

    /// What was left as it is though it is not one of our own changes, and why.
    pub(crate) fn left(&mut self, step: &'static str, what: String, why: &str) {
        let text = format!("left as it is: {why}");
        self.steps.push(Line { step, what, told: Told::Outcome(Outcome::Left(why.to_owned())), text });
    }

    pub(crate) fn state(&mut self, step: &'static str, what: String, state: State) {
        let (state, text) = match state {
            State::InPlace { .. } => ("in-place", "in place".to_owned()),
            State::NotNeeded(why) => ("not-needed", format!("not needed: {why}")),
            State::Amiss(why) => ("amiss", format!("amiss: {why}; mend it with: fake-metadata-setup apply")),
            State::Absent => ("absent", "absent; add it with: fake-metadata-setup apply".to_owned()),
            State::Conflict(why) => ("conflict", format!("in conflict: {why}")),
        };
        if matches!(state, "absent" | "amiss" | "conflict") && self.exit_code == 0 {
            self.exit_code = NOT_IN_PLACE;
        }
        self.steps.push(Line { step, what, told: Told::State(state), text });
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
