//! What made-up facts come from: a seed and a time of launch, drawn when the service first starts
//! and kept in its folder, so that they outlive restarts and upgrades.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::{Result, state};

#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) seed: String,
    pub(crate) launch_time: SystemTime,
    /// Nobody else knows the seed, as they do where it comes from the machine's id.
    is_secret: bool,
}

impl Origin {
    /// What was kept, and else what can be told of this machine without writing anything.
    pub(crate) fn look(folder: &Path, now: SystemTime) -> Origin {
        read(&file(folder)).unwrap_or_else(|_| of_this_machine(now))
    }

    /// What was kept; at the first start, what is kept from now on. Where nothing can be kept, a
    /// sentence says so.
    pub(crate) fn keep(folder: &Path, now: SystemTime) -> Result<(Origin, Option<String>)> {
        let file = file(folder);
        let kept = match read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut seed = [0; 16];
                getrandom::fill(&mut seed).map_err(Error::Random)?;
                let origin = Origin { seed: hexadecimal(&seed), launch_time: now, is_secret: true };
                write(&file, &origin).map(|()| origin)
            }
            kept => kept,
        };
        Ok(match kept {
            Ok(origin) => (origin, None),
            Err(error) => {
                let notice = format!(
                    "{}: nothing can be kept there ({error}), so ids and addresses are derived from /etc/machine-id",
                    file.display()
                );
                (of_this_machine(now), Some(notice))
            }
        })
    }

    /// The key of session tokens. It stays the same, since clients may hold on to a token until it
    /// expires, and on EC2 nothing makes it invalid before; but a key that others could know is none.
    pub(crate) fn token_key(&self) -> Result<[u8; 16]> {
        let mut key = [0; 16];
        if self.is_secret {
            let digest = Sha256::new().chain_update("session tokens ").chain_update(&self.seed).finalize();
            key.copy_from_slice(&digest[..16]);
        } else {
            getrandom::fill(&mut key).map_err(Error::Random)?;
        }
        Ok(key)
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("origin")
}

/// One line: the seed, and when it was drawn.
fn read(file: &Path) -> io::Result<Origin> {
    let text = fs::read_to_string(file)?;
    let origin = text.split_once(' ').and_then(|(seed, time)| {
        let launch_time = humantime::parse_rfc3339(time.trim_end()).ok()?;
        let good = seed.len() == 32 && seed.bytes().all(|byte| byte.is_ascii_hexdigit());
        good.then(|| Origin { seed: seed.to_owned(), launch_time, is_secret: true })
    });
    origin.ok_or_else(|| io::Error::other("it is not what this program wrote; remove it"))
}

fn write(file: &Path, origin: &Origin) -> io::Result<()> {
    let launch_time = humantime::format_rfc3339_seconds(origin.launch_time);
    state::write(file, &format!("{} {launch_time}\n", origin.seed), 0o600)
}

/// The same for one machine as long as it has one id (machine-id(5) asks not to show it itself).
fn of_this_machine(now: SystemTime) -> Origin {
    let id = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let digest = Sha256::new().chain_update("fake-metadata ").chain_update(id.trim()).finalize();
    Origin { seed: hexadecimal(&digest[..16]), launch_time: now, is_secret: false }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn drawn_once() {
        let folder = tempfile::tempdir().unwrap();
        let (first, then) = (SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000), SystemTime::now());
        let (origin, notice) = Origin::keep(folder.path(), first).unwrap();
        assert_eq!(notice, None);
        for later in [Origin::keep(folder.path(), then).unwrap().0, Origin::look(folder.path(), then)] {
            assert_eq!((&later.seed, later.launch_time), (&origin.seed, first));
        }
        fs::write(folder.path().join("origin"), "nonsense").unwrap();
        let (other, notice) = Origin::keep(folder.path(), then).unwrap();
        assert_ne!(other.seed, origin.seed);
        assert!(notice.unwrap().contains("not what this program wrote; remove it"));
        assert_eq!(fs::read_to_string(folder.path().join("origin")).unwrap(), "nonsense", "left for a look");
    }

    #[test]
    fn where_nothing_can_be_kept_the_machine_decides() {
        let now = SystemTime::now();
        let (origin, notice) = Origin::keep(Path::new("/dev/null"), now).unwrap();
        assert!(notice.unwrap().starts_with("/dev/null/origin: nothing can be kept there"));
        assert_eq!(origin.seed, Origin::look(Path::new("/dev/null"), now).seed);
    }
}
