//! Runs a command: makes the planned changes or unwinds; undoes all it can.

use std::net::IpAddr;

use settings::Settings;

use crate::Result;
use crate::cli::{Apply, Command, Output, Revert, Scope, Status};
use crate::error::Error;
use crate::health::{self, Finding};
use crate::machine;
use crate::original;
use crate::plan::{self, Change};
use crate::record::Record;
use crate::redirect::Backend;
use crate::report::Report;
use crate::step::{Outcome, State};

/// Runs it to its end, whatever happens on the way.
pub(crate) fn run(command: &Command) -> Report {
    let mut report = match command {
        Command::Apply(Apply { manner, .. }) => Report::new("apply", manner.dry_run, manner.output.json),
        Command::Revert(Revert { manner, .. }) => Report::new("revert", manner.dry_run, manner.output.json),
        Command::Status(options) => Report::new("status", false, options.output.json),
    };
    let done = if !machine::is_root() {
        Err(Error::NotRoot)
    } else {
        match command {
            Command::Apply(options) => apply(options, &mut report),
            Command::Revert(options) => revert(options, &mut report),
            Command::Status(options) => status(options, &mut report),
        }
    };
    if let Err(error) = done {
        report.error(&error);
    }
    report
}

fn configured(output: &Output) -> Result<Settings> {
    Ok(Settings::load(output.config.as_deref())?)
}

/// What the settings ask for, within a scope, in the order in which it is made.
fn planned(settings: &Settings, scope: Scope) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    if scope.runtime() {
        changes = plan::runtime(settings, Backend::of_this_machine)?;
    }
    if scope.persistent() {
        changes.extend(plan::persistent());
    }
    Ok(changes)
}

fn apply(options: &Apply, report: &mut Report) -> Result {
    if let Some(evidence) = machine::ec2_evidence().filter(|_| !options.force) {
        return Err(Error::RealInstance { evidence });
    }
    let dry_run = options.manner.dry_run;
    let changes = planned(&configured(&options.manner.output)?, options.scope)?;
    let mut record = if dry_run { Record::read()? } else { Record::open(true)? };
    if !dry_run {
        original::take_over(options.scope, report)?;
    }
    // Everything is looked at before anything is touched.
    let found: Vec<(&Change, State)> = changes.iter().map(looked_at).collect::<Result<_>>()?;
    if dry_run {
        for (change, state) in found {
            report.outcome(change.step(), would_apply(state));
        }
        return Ok(());
    }
    if options.scope.runtime() {
        undo_outdated(&changes, &mut record)?;
    }
    let mut made = Vec::new();
    for (change, state) in found {
        if state == State::Absent {
            made.push(change);
        }
        match make(change, state, &mut record) {
            Ok(outcome) => report.outcome(change.step(), outcome),
            Err(error) => {
                report.outcome(change.step(), Outcome::Cannot(error.to_string()));
                unwind(&made, &mut record, report);
                return Err(error);
            }
        }
    }
    Ok(())
}

fn looked_at(change: &Change) -> Result<(&Change, State)> {
    let step = change.step();
    match step.inspect()? {
        State::Conflict(reason) => {
            Err(Error::Conflict { what: format!("{} {}", step.name(), step.what()), reason })
        }
        state => Ok((change, state)),
    }
}

/// Undoes what an earlier configuration asked for and this one does not.
fn undo_outdated(changes: &[Change], record: &mut Record) -> Result {
    for change in record.changes().to_vec().iter().rev().filter(|change| !changes.contains(change)) {
        change.step().undo()?;
        record.strike(change)?;
    }
    Ok(())
}

fn make(change: &Change, state: State, record: &mut Record) -> Result<Outcome> {
    match &state {
        State::Absent => {
            record.enter(change)?;
            change.step().apply()?;
        }
        State::Amiss(_) => {
            record.enter(change)?;
            change.step().undo()?;
            change.step().apply()?;
        }
        // Ours by its mark, though the record of it may be lost.
        State::InPlace { marked: true } => record.enter(change)?,
        _ => {}
    }
    Ok(would_apply(state))
}

/// Takes back what was made, the one that failed included: refused, it left nothing, but the answer
/// may have been lost where the deed was done.
fn unwind(made: &[&Change], record: &mut Record, report: &mut Report) {
    for change in made.iter().rev() {
        if change.is_recorded() && !record.has(change) {
            continue; // It could not be entered, so it was not made.
        }
        let undone = change.step().undo().and_then(|outcome| record.strike(change).map(|()| outcome));
        let outcome = match undone {
            Ok(Outcome::Already) => continue,
            Ok(Outcome::Left(why)) => Outcome::Left(why),
            Ok(_) => Outcome::Left("taken back".to_owned()),
            Err(error) => Outcome::Cannot(format!("could not be taken back: {error}")),
        };
        report.outcome(change.step(), outcome);
    }
}

fn revert(options: &Revert, report: &mut Report) -> Result {
    let dry_run = options.manner.dry_run;
    let mut record = if dry_run { Record::read()? } else { Record::open(false)? };
    let recorded = if options.scope.runtime() { record.changes().to_vec() } else { Vec::new() };
    let unrecorded = unrecorded(options, &record)?;
    let mut first_error = None;
    // One failure is no reason to leave the rest in place.
    for change in unrecorded.iter().rev().chain(recorded.iter().rev()) {
        let step = change.step();
        let undone = match step.inspect() {
            Ok(State::InPlace { marked: false }) if !record.has(change) => {
                Ok(Outcome::Left("it was not added by this program".to_owned()))
            }
            state if dry_run => state.map(would_undo),
            _ => step.undo().and_then(|outcome| record.strike(change).map(|()| outcome)),
        };
        match undone {
            Ok(outcome) => report.outcome(step, outcome),
            Err(error) => {
                report.outcome(step, Outcome::Cannot(error.to_string()));
                first_error.get_or_insert(error);
            }
        }
    }
    first_error.map_or(Ok(()), Err)
}

/// What the settings ask for and the record does not know. A machine without iptables, or whose
/// configuration is broken, is left with what the record knows.
fn unrecorded(options: &Revert, record: &Record) -> Result<Vec<Change>> {
    let settings = configured(&options.manner.output);
    let mut changes = match settings.and_then(|settings| planned(&settings, options.scope)) {
        Ok(changes) => changes,
        Err(Error::ToolMissing { .. } | Error::Settings(_) | Error::NothingToRedirectTo { .. }) => {
            if options.scope.persistent() { plan::persistent() } else { Vec::new() }
        }
        Err(error) => return Err(error),
    };
    changes.retain(|change| !record.has(change));
    Ok(changes)
}

fn would_apply(state: State) -> Outcome {
    match state {
        State::Absent | State::Amiss(_) => Outcome::Changed,
        State::InPlace { .. } => Outcome::Already,
        State::NotNeeded(why) => Outcome::NotNeeded(why),
        State::Conflict(why) => Outcome::Cannot(why),
    }
}

fn would_undo(state: State) -> Outcome {
    match state {
        State::InPlace { .. } | State::Amiss(_) => Outcome::Changed,
        State::Absent | State::Conflict(_) => Outcome::Already,
        State::NotNeeded(why) => Outcome::NotNeeded(why),
    }
}

fn status(options: &Status, report: &mut Report) -> Result {
    let settings = configured(&options.output)?;
    // The table comes and goes with the rule; it is no state a user asks for.
    let mut changes = planned(&settings, Scope::ALL)?;
    changes.retain(|change| !matches!(change, Change::NatTable(_)));
    let mut leading_here: Vec<IpAddr> = settings.network.addresses().collect();
    for change in &changes {
        let step = change.step();
        let state = step.inspect().unwrap_or_else(|error| State::Conflict(error.to_string()));
        if !matches!(state, State::InPlace { .. } | State::Amiss(_)) {
            leading_here.retain(|&address| change.address() != Some(address));
        }
        report.state(step.name(), step.what(), state);
    }
    for Finding { name, what, state } in health::findings(&settings, &leading_here) {
        report.state(name, what, state);
    }
    Ok(())
}
