//! The log: a line an event and a line a request, written by a thread of its own, so that a slow
//! disk or terminal never delays an answer. Keys and tokens are never handed to it.
//!
//! It goes to standard error, which is the journal under systemd, or to a file that is opened
//! again on request, so that logrotate can move it away.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::SystemTime;

use crate::Result;
use crate::error::Error;

/// Lines waiting to be written; beyond that they are counted instead.
const WAITING: usize = 8192;

#[derive(Clone)]
pub(crate) struct Log {
    sender: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
    writer: Arc<JoinHandle<()>>,
}

enum Message {
    Line(String),
    Reopen,
    Close,
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
        let (sender, receiver) = sync_channel(WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = dropped.clone();
        let writer = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write(target, &receiver, &counted))
            .map_err(|source| Error::System { what: "thread", source })?;
        Ok(Log { sender, dropped, writer: Arc::new(writer) })
    }

    /// An event worth knowing.
    pub(crate) fn info(&self, what: fmt::Arguments<'_>) {
        self.line(format_args!("info {what}"));
    }

    /// Something that went wrong.
    pub(crate) fn error(&self, what: fmt::Arguments<'_>) {
        self.line(format_args!("error {what}"));
    }

    /// A request.
    pub(crate) fn access(&self, what: fmt::Arguments<'_>) {
        self.line(what);
    }

    /// Opens the file again under its name, after what was written to the old one so far.
    pub(crate) fn reopen(&self) {
        let _ = self.sender.send(Message::Reopen);
    }

    /// Writes what waits and ends the writer.
    pub(crate) fn close(self) {
        let _ = self.sender.send(Message::Close);
        if let Some(writer) = Arc::into_inner(self.writer) {
            let _ = writer.join();
        }
    }

    fn line(&self, what: fmt::Arguments<'_>) {
        let now = humantime::format_rfc3339_seconds(SystemTime::now());
        if let Err(TrySendError::Full(_)) = self.sender.try_send(Message::Line(format!("{now} {what}\n"))) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
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
fn write(mut target: Target, receiver: &Receiver<Message>, dropped: &AtomicU64) {
    let mut text = String::new();
    while let Ok(first) = receiver.recv() {
        for message in std::iter::once(first).chain(receiver.try_iter()) {
            match message {
                Message::Line(line) => text.push_str(&line),
                Message::Reopen => {
                    target.write(text.as_bytes());
                    text.clear();
                    target.reopen();
                }
                Message::Close => return target.write(text.as_bytes()),
            }
        }
        match dropped.swap(0, Ordering::Relaxed) {
            0 => {}
            lost => {
                text.push_str(&format!("{lost} lines were left out: the log is slower than the requests\n"))
            }
        }
        target.write(text.as_bytes());
        text.clear();
    }
}
