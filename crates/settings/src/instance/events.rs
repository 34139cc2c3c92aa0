//! `[instance.events]` and `[instance.spot]`: what EC2 announces to an instance.

use std::time::SystemTime;

use crate::error::Error;
use crate::form;
use crate::section::Section;

/// `[instance.events]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// `[[instance.events.history]]`: maintenance that is over.
    pub history: Vec<Event>,
    /// `[[instance.events.scheduled]]`: maintenance to come.
    pub scheduled: Vec<Event>,
    /// `rebalance`: when it was recommended to leave this spot instance.
    pub rebalance: Option<SystemTime>,
}

/// One event (EC2 User Guide, "View scheduled events").
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the member of that name in EC2's document")]
pub struct Event {
    pub code: String,
    pub description: String,
    pub event_id: Option<String>,
    pub not_after: Option<SystemTime>,
    pub not_before: SystemTime,
    pub not_before_deadline: Option<SystemTime>,
    pub state: String,
}

/// `[instance.spot]`: an interruption that was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// `action`: `hibernate`, `stop` or `terminate`.
    pub action: String,
    /// `time`: when.
    pub time: SystemTime,
}

const TIME: &str = "a time such as \"2027-01-15T08:00:00Z\"";
const CODES: &[&str] =
    &["instance-reboot", "system-reboot", "system-maintenance", "instance-retirement", "instance-stop"];

pub(crate) fn events(mut section: Section<'_>) -> Result<Events, Error> {
    let mut list = |key| section.sections(key)?.into_iter().map(event).collect::<Result<Vec<_>, Error>>();
    let (history, scheduled) = (list("history")?, list("scheduled")?);
    let rebalance = section.text("rebalance", TIME, form::time)?;
    section.finish()?;
    Ok(Events { history, scheduled, rebalance })
}

fn event(mut section: Section<'_>) -> Result<Event, Error> {
    let code = section
        .text("code", "a code such as \"system-reboot\"", form::one_of(CODES))?
        .unwrap_or_else(|| "system-reboot".to_owned());
    let event = Event {
        description: section
            .text("description", "one line of text", form::line)?
            .unwrap_or_else(|| format!("scheduled {code}")),
        event_id: section.text("event-id", "an id such as \"instance-event-0123456789abcdef0\"", |text| {
            form::word(text, 1..=64, "-")
        })?,
        not_after: section.text("not-after", TIME, form::time)?,
        not_before: section
            .text("not-before", TIME, form::time)?
            .ok_or_else(|| section.error("not-before", format!("is missing: when it begins, {TIME}")))?,
        not_before_deadline: section.text("not-before-deadline", TIME, form::time)?,
        state: section
            .text(
                "state",
                "\"active\", \"completed\" or \"canceled\"",
                form::one_of(&["active", "completed", "canceled"]),
            )?
            .unwrap_or_else(|| "active".to_owned()),
        code,
    };
    section.finish()?;
    Ok(event)
}

pub(crate) fn spot(mut section: Section<'_>) -> Result<Option<Spot>, Error> {
    let action = section.text(
        "action",
        "\"hibernate\", \"stop\" or \"terminate\"",
        form::one_of(&["hibernate", "stop", "terminate"]),
    )?;
    let time = section.text("time", TIME, form::time)?;
    let spot = match (action, time) {
        (action, Some(time)) => Some(Spot { action: action.unwrap_or_else(|| "terminate".to_owned()), time }),
        (Some(_), None) => return Err(section.error("action", format!("needs instance.spot.time, {TIME}"))),
        (None, None) => None,
    };
    section.finish()?;
    Ok(spot)
}
