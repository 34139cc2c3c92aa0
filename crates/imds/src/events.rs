//! What EC2 announces to an instance: maintenance, and the end of a spot instance.

use std::time::SystemTime;

use humantime::format_rfc3339_seconds;

use crate::json;

/// Announcements.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// Maintenance that is over.
    pub history: Vec<Event>,
    /// Maintenance to come.
    pub scheduled: Vec<Event>,
    /// When it was recommended to leave this spot instance, if it was.
    pub rebalance: Option<SystemTime>,
}

/// One event; the fields are the members of EC2's document (EC2 User Guide, "View scheduled
/// events").
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the member of that name in EC2's document")]
pub struct Event {
    pub code: String,
    pub description: String,
    pub event_id: String,
    pub not_after: Option<SystemTime>,
    pub not_before: SystemTime,
    pub not_before_deadline: Option<SystemTime>,
    pub state: String,
}

/// A spot interruption (EC2 User Guide, "Spot Instance interruption notices").
#[derive(Clone, Debug)]
pub struct Spot {
    /// `hibernate`, `stop` or `terminate`.
    pub action: String,
    /// When.
    pub time: SystemTime,
}

/// `events/maintenance/*`: a list, `[]` where there is nothing.
pub(crate) fn list(events: &[Event]) -> String {
    let objects: Vec<String> = events
        .iter()
        .map(|event| {
            let not_before = date(event.not_before);
            let not_after = event.not_after.map(date);
            let deadline = event.not_before_deadline.map(date);
            let mut members = vec![
                ("NotBefore", Some(not_before.as_str())),
                ("Code", Some(&event.code)),
                ("Description", Some(&event.description)),
                ("EventId", Some(&event.event_id)),
            ];
            members.extend(not_after.as_deref().map(|time| ("NotAfter", Some(time))));
            members.extend(deadline.as_deref().map(|time| ("NotBeforeDeadline", Some(time))));
            members.push(("State", Some(&event.state)));
            json::object(&members).replace('\n', "\n  ")
        })
        .collect();
    if objects.is_empty() { "[]".to_owned() } else { format!("[\n  {}\n]", objects.join(",\n  ")) }
}

/// `events/recommendations/rebalance`
pub(crate) fn rebalance(time: SystemTime) -> String {
    format!("{{\"noticeTime\": \"{}\"}}", format_rfc3339_seconds(time))
}

/// `spot/instance-action`
pub(crate) fn spot(spot: &Spot) -> String {
    let action = &spot.action;
    format!("{{\"action\": \"{action}\", \"time\": \"{}\"}}", format_rfc3339_seconds(spot.time))
}

/// A time as events have it: `21 Jan 2019 09:00:43 GMT`.
fn date(time: SystemTime) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // `2019-01-21T09:00:43Z`, in other order.
    let text = format_rfc3339_seconds(time).to_string();
    let (year, month, day, clock) = (&text[..4], &text[5..7], &text[8..10], &text[11..19]);
    let month = month.parse().ok().and_then(|month: usize| MONTHS.get(month - 1)).unwrap_or(&"");
    format!("{day} {month} {year} {clock} GMT")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates() {
        assert_eq!(
            date(SystemTime::UNIX_EPOCH + Duration::from_secs(1_548_061_243)),
            "21 Jan 2019 09:00:43 GMT"
        );
    }
}
