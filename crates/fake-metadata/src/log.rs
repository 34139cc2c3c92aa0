//! The log: a line an event and a line a request, written by a thread of its own, so that a slow
//! disk or terminal never delays an answer. Keys and tokens are never handed to it.
//!
//! It goes to standard error, which is the journal under systemd, or to a file that is opened
//! again on request, so that logrotate can move it away.
//!
//! Lines wait in a buffer for a moment and are written together: the writer is woken for the first of
//! them, not for each, and the lock around the buffer is held by others only for as long as it takes
//! to exchange it for an empty one.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use crate::Result;
use crate::error::Error;

/// How long a line may wait for others.
const MOMENT: Duration = Duration::from_millis(50);

/// Bytes that are written without waiting for more.
const ENOUGH: usize = 32 * 1024;

/// Bytes waiting to be written; beyond that lines are counted instead.
const WAITING: usize = 512 * 1024;

#[derive(Clone)]
pub(crate) struct Log {
    shared: Arc<Shared>,
    writer: Arc<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// There is something to write, or enough of it, or something to do.
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    /// The second of the last line, since 1970, and how lines of it begin.
    time: (u64, String),
    left_out: u64,
    /// How much of the text belongs to the file before.
    reopen: Option<usize>,
    close: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Whoever wrote a line and died has at most left half a line.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    /// Opens the file, or standard error, and starts the writer.
    pub(crate) fn open(file: Option<PathBuf>) -> Result<Log> {
        let target = match file {
            None => Target::StandardError,
            Some(path) => {
                let file = open(&path).map_err(|source| Error::LogFile { file: path.clone(), source })?;
                Target::File { path, file }
            }
        };
        let shared = Arc::<Shared>::default();
        let read = shared.clone();
        let writer = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write(target, &read))
            .map_err(|source| Error::System { what: "thread", source })?;
        Ok(Log { shared, writer: Arc::new(writer) })
    }

    /// An event worth knowing.
    pub(crate) fn info(&self, what: fmt::Arguments<'_>) {
        self.event("info ", what);
    }

    /// Something that went wrong.
    pub(crate) fn error(&self, what: fmt::Arguments<'_>) {
        self.event("error ", what);
    }

    /// A request that is none.
    pub(crate) fn request(&self, what: fmt::Arguments<'_>) {
        self.event("", what);
    }

    fn event(&self, kind: &str, what: fmt::Arguments<'_>) {
        self.line(SystemTime::now(), |line| {
            line.extend_from_slice(kind.as_bytes());
            // A buffer takes whatever it is given.
            let _ = line.write_fmt(what);
        });
    }

    /// A line, which is written behind the time of it.
    pub(crate) fn line(&self, now: SystemTime, write: impl FnOnce(&mut Vec<u8>)) {
        let mut waiting = self.shared.lock();
        let before = waiting.text.len();
        if before > WAITING {
            waiting.left_out += 1;
            return;
        }
        let Waiting { text, time, .. } = &mut *waiting;
        let second = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        if time.0 != second || time.1.is_empty() {
            *time = (second, format!("{} ", humantime::format_rfc3339_seconds(now)));
        }
        text.extend_from_slice(time.1.as_bytes());
        write(text);
        text.push(b'\n');
        let is_enough = before < ENOUGH && text.len() >= ENOUGH;
        drop(waiting);
        if before == 0 || is_enough {
            self.shared.changed.notify_one();
        }
    }

    /// Opens the file again under its name, after what was written to the old one so far.
    pub(crate) fn reopen(&self) {
        let mut waiting = self.shared.lock();
        waiting.reopen = Some(waiting.text.len());
        self.shared.changed.notify_one();
    }

    /// Writes what waits and ends the writer.
    pub(crate) fn close(self) {
        self.shared.lock().close = true;
        self.shared.changed.notify_one();
        if let Some(writer) = Arc::into_inner(self.writer) {
            let _ = writer.join();
        }
    }
}

impl Waiting {
    fn is_urgent(&self) -> bool {
        self.close || self.reopen.is_some() || self.text.len() >= ENOUGH
    }
}

enum Target {
    StandardError,
    File { path: PathBuf, file: File },
}

impl Target {
    fn write(&mut self, text: &[u8]) {
        // A log that cannot be written, on a full disk say, is no reason to stop serving.
        let _ = match self {
            Target::StandardError => io::stderr().write_all(text),
            Target::File { file, .. } => file.write_all(text),
        };
    }

    fn reopen(&mut self) {
        if let Target::File { path, file } = self {
            match open(path) {
                Ok(new) => *file = new,
                Err(error) => {
                    eprintln!("fake-metadata: {}: the log stays in the old file: {error}", path.display())
                }
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o644).open(path)
}

/// The writer: all that waits goes out in one write.
fn write(mut target: Target, shared: &Shared) {
    let mut text = Vec::new();
    loop {
        let waiting = shared.lock();
        let is_idle = |waiting: &mut Waiting| waiting.text.is_empty() && !waiting.is_urgent();
        let waiting = shared.changed.wait_while(waiting, is_idle).unwrap_or_else(PoisonError::into_inner);
        let is_calm = |waiting: &mut Waiting| !waiting.is_urgent();
        let waited = shared.changed.wait_timeout_while(waiting, MOMENT, is_calm);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        std::mem::swap(&mut text, &mut waiting.text);
        let (reopen, close) = (waiting.reopen.take(), waiting.close);
        let left_out = std::mem::take(&mut waiting.left_out);
        drop(waiting);

        if left_out > 0 {
            let _ = writeln!(text, "{left_out} lines were left out: the log is slower than the requests");
        }
        let (before, after) = text.split_at(reopen.unwrap_or_default());
        target.write(before);
        if reopen.is_some() {
            target.reopen();
        }
        target.write(after);
        if close {
            return;
        }
        text.clear();
        // What a moment of many requests took is not kept.
        text.shrink_to(ENOUGH);
    }
}
