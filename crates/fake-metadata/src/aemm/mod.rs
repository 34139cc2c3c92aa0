//! From the JSON configuration of aws/amazon-ec2-metadata-mock ("AEMM") to ours. What cannot be
//! carried over is named with the reason, never dropped.

mod draft;
mod keys;

use serde_json::{Map, Value};

use self::draft::{Draft, Entry};
use self::keys::{Form, LEFT_OUT, Place, USUAL, VALUES};

/// What became of a configuration.
pub(crate) struct Imported {
    /// Ours, which `settings` takes.
    pub(crate) toml: String,
    /// What could not be carried over: a sentence each, beginning with the key.
    pub(crate) left_out: Vec<String>,
}

/// Reads AEMM's configuration.
///
/// The error says why the text is none.
pub(crate) fn import(text: &str) -> Result<Imported, String> {
    let config: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("this is not a JSON object: {error}"))?;
    let mut draft = Draft::default();
    for (key, value) in &config {
        match (key.as_str(), value) {
            ("imdsv2", Value::Bool(required)) => {
                draft.add(Entry::new(key, "tokens", "required", required.to_string()));
            }
            ("server" | "spot" | "events", Value::Object(members)) => top_level(&mut draft, key, members),
            ("metadata" | "dynamic" | "userdata", Value::Object(group)) => tree(&mut draft, key, group),
            _ => draft.leave_out(key, reason(key)),
        }
    }
    Ok(draft.finish())
}

/// Why a key has no place here.
fn reason(key: &str) -> &'static str {
    let known = LEFT_OUT.iter().find(|(left_out, _)| *left_out == key);
    known.map_or("is no key of AEMM's, or has another kind of value there", |(_, reason)| reason)
}

/// `server`, `spot` and `events`.
fn top_level(draft: &mut Draft, group: &str, members: &Map<String, Value>) {
    let member = |name: &str| members.get(name).and_then(text);
    if group == "server" {
        let port = member("port").unwrap_or_else(|| "1338".to_owned());
        let host = member("hostname").unwrap_or_else(|| "0.0.0.0".to_owned());
        let listen = Value::from(vec![format!("{host}:{port}")]).to_string();
        draft.add(Entry::new("server", "", "listen", listen));
    }
    for (name, value) in members {
        let source = format!("{group}.{name}");
        let place = match (group, name.as_str()) {
            ("server", "hostname" | "port") => continue,
            ("spot", "action" | "time") => Some(("instance.spot", name.as_str())),
            ("spot", "rebalance-rec-time") => Some(("instance.events", "rebalance")),
            ("events", "code" | "state" | "not-before" | "not-after" | "not-before-deadline") => {
                Some(("[instance.events.scheduled]", name.as_str()))
            }
            _ => None,
        };
        match (place, text(value)) {
            (Some((section, key)), Some(value)) => {
                draft.add(Entry::new(&source, section, key, Value::from(value).to_string()));
            }
            _ => draft.leave_out(&source, reason(&source)),
        }
    }
}

/// `metadata`, `dynamic` and `userdata`, each with `paths` and `values`.
fn tree(draft: &mut Draft, group: &str, members: &Map<String, Value>) {
    let empty = Map::new();
    let object = |name: &str| members.get(name).and_then(Value::as_object).unwrap_or(&empty);
    let (paths, values) = (object("paths"), object("values"));
    // A few paths have the MAC in them.
    let mac = values.get("mac").or(values.get("mac-mac")).and_then(text).unwrap_or_default();
    for (name, value) in values {
        let source = format!("{group}.values.{name}");
        let moved = paths.get(name).and_then(Value::as_str).filter(|path| !is_usual(name, path));
        match (VALUES.iter().find(|place| place.name == name), text(value)) {
            (Some(place), Some(value)) if moved.is_none() => draft.add(entry(&source, place, &value, &mac)),
            (Some(_), Some(value)) => at(draft, &source, moved.unwrap_or_default(), &value),
            _ if name == "tags-instance" => tags(draft, &source, value),
            _ if name == "instance-identity-document" => document(draft, &source, value),
            _ if name == "elastic-inference-accelerator" => accelerator(draft, &source, value),
            _ => draft.leave_out(&source, reason(&source)),
        }
    }
    let moves = |(name, path): (&String, &Value)| !path.as_str().is_some_and(|path| is_usual(name, path));
    for (name, _) in paths.iter().filter(|(name, path)| !values.contains_key(*name) && moves((name, path))) {
        draft.leave_out(
            &format!("{group}.paths.{name}"),
            "moves an entry without giving its value; add it to [paths] with the value it is to have",
        );
    }
    for name in members.keys().filter(|name| !["paths", "values"].contains(&name.as_str())) {
        draft.leave_out(&format!("{group}.{name}"), reason(name));
    }
}

/// Whether AEMM has the entry there anyway, as the files that it saves say of all entries.
fn is_usual(name: &str, path: &str) -> bool {
    let path = path.trim_start_matches("/latest").trim_matches('/');
    // Below an interface, whatever its MAC is.
    let path = match path.split_once("/macs/") {
        Some((before, rest)) => {
            format!("{before}/macs/MAC/{}", rest.split_once('/').map_or("", |(_, leaf)| leaf))
        }
        None => path.to_owned(),
    };
    let places = VALUES.iter().filter(|place| place.name == name);
    let mut usual = places.flat_map(|place| [place.path, place.key]);
    let otherwise = USUAL.iter().filter(|(known, _)| *known == name);
    usual.any(|usual| usual == path) || otherwise.into_iter().any(|(_, usual)| path.starts_with(usual))
}

fn tags(draft: &mut Draft, source: &str, value: &Value) {
    for (key, value) in value.as_object().into_iter().flatten() {
        draft.add(Entry::new(&format!("{source}.{key}"), "instance.tags", key, value.to_string()));
    }
}

/// A value under its key of ours; should `settings` refuse it there, under its path.
fn entry(source: &str, place: &Place, value: &str, mac: &str) -> Entry {
    let written = match place.form {
        Form::Text => Value::from(value).to_string(),
        Form::Number => value.to_owned(),
        Form::Lines => Value::from(value.lines().collect::<Vec<_>>()).to_string(),
    };
    // Below an interface, there is no path without knowing which one.
    let path = place.path.replace("MAC", mac);
    let path = (!path.is_empty() && !path.contains("//")).then_some((path, value.to_owned()));
    Entry::new(source, place.section, place.key, written).or_at(path)
}

/// A value at a path of the user's own.
fn at(draft: &mut Draft, source: &str, path: &str, value: &str) {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let path = segments.strip_prefix(&["latest"]).unwrap_or(&segments).join("/");
    if path.starts_with("meta-data/") || path.starts_with("dynamic/") {
        draft.add(Entry::new(source, "paths", &path, Value::from(value).to_string()));
    } else {
        draft.leave_out(source, "is moved to a path outside meta-data/ and dynamic/");
    }
}

/// Of the document, the facts that are written nowhere else.
fn document(draft: &mut Draft, source: &str, value: &Value) {
    for (member, value) in value.as_object().into_iter().flatten() {
        let source = format!("{source}.{member}");
        let key = match member.as_str() {
            "accountId" => "account-id",
            "architecture" => "architecture",
            "pendingTime" => "pending-time",
            _ => {
                if !value.is_null() {
                    draft.leave_out(&source, "is derived from the instance's other facts here");
                }
                continue;
            }
        };
        draft.add(Entry::new(&source, "instance", key, value.to_string()));
    }
}

/// `{"version_...": {"elastic-inference-accelerator-id": ID, "...-type": TYPE}}`
fn accelerator(draft: &mut Draft, source: &str, value: &Value) {
    let inner = value.as_object().and_then(|object| object.values().next());
    let member =
        |name: &str| inner?.get(format!("elastic-inference-accelerator-{name}"))?.as_str().map(str::to_owned);
    match (member("id"), member("type")) {
        (Some(id), Some(kind)) => {
            draft.add(Entry::new(source, "instance.elastic-inference", &id, Value::from(kind).to_string()));
        }
        _ => draft.leave_out(source, "has no id and type in it"),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
