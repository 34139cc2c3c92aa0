//! The lines in `/etc/network/interfaces` that make the other changes again at boot, on machines
//! whose network is brought up by ifupdown.

use std::path::Path;

use crate::Result;
use crate::error::Error;
use crate::replace::{read_if_there, replace};
use crate::stanza;
use crate::step::{Outcome, State, Step};

/// The file with the lines.
pub(crate) const FILE: &str = "/etc/network/interfaces";
/// Where ifupdown's program is, on merged and on older systems.
const IFUP: [&str; 2] = ["/usr/sbin/ifup", "/sbin/ifup"];

/// Our lines below `iface lo inet loopback`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BootLines;

impl Step for BootLines {
    fn name(&self) -> &'static str {
        "boot"
    }

    fn what(&self) -> String {
        format!("lines in {FILE}")
    }

    fn inspect(&self) -> Result<State> {
        if !IFUP.iter().any(|program| Path::new(program).exists()) {
            return Ok(State::NotNeeded("ifupdown is not installed".to_owned()));
        }
        let Some(text) = read()? else {
            let reason =
                format!("{FILE} does not exist although ifupdown is installed; make it, see interfaces(5)");
            return Ok(State::Conflict(reason));
        };
        Ok(match stanza::insert(&text).map_err(problem)? {
            None => State::NotNeeded("there is no `iface lo inet loopback`".to_owned()),
            Some(inserted) if inserted == text => State::InPlace { marked: true },
            Some(_) if stanza::remove(&text).map_err(problem)? != text => {
                State::Amiss("they are from another version".to_owned())
            }
            Some(_) => State::Absent,
        })
    }

    fn apply(&self) -> Result {
        let text = read()?.unwrap_or_default();
        match stanza::insert(&text).map_err(problem)? {
            Some(inserted) => replace(Path::new(FILE), &inserted),
            None => Ok(()),
        }
    }

    fn undo(&self) -> Result<Outcome> {
        let Some(text) = read()? else { return Ok(Outcome::Already) };
        let removed = stanza::remove(&text).map_err(problem)?;
        if removed == text {
            return Ok(Outcome::Already);
        }
        replace(Path::new(FILE), &removed).map(|()| Outcome::Changed)
    }
}

/// The file's bytes, if there is one.
fn read() -> Result<Option<Vec<u8>>> {
    read_if_there(Path::new(FILE))
}

fn problem(problem: stanza::Problem) -> Error {
    Error::Stanza { file: FILE.into(), problem }
}
