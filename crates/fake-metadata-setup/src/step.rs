//! The one shape of every change to the host.

use crate::Result;

/// One change: something that can be there or not.
pub(crate) trait Step {
    /// What kind of change, in a word.
    fn name(&self) -> &'static str;
    /// Exactly what it is.
    fn what(&self) -> String;
    /// Looks, and changes nothing.
    fn inspect(&self) -> Result<State>;
    /// Makes it. Called only where it was found absent.
    fn apply(&self) -> Result;
    /// Takes it away. Called only where it is ours to take; absent is no error.
    fn undo(&self) -> Result<Outcome>;
}

/// What `inspect` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Absent,
    /// It is there; `marked` if it bears a mark that only this program makes.
    InPlace {
        marked: bool,
    },
    /// It is there and ours, but not as it should be, and why.
    Amiss(String),
    /// This machine has no use for it, and why.
    NotNeeded(String),
    /// Something stands in its way, and what.
    Conflict(String),
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was made, or taken away.
    Changed,
    /// It was as wanted before.
    Already,
    /// It was not taken away, and why.
    Left(String),
    /// This machine has no use for it, and why.
    NotNeeded(String),
    /// It could not be done, and why.
    Cannot(String),
}
