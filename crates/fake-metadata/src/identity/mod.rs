//! What signs the instance identity document: three keys with their certificates, made once and kept
//! in a folder. Clients verify the signatures with the certificates, as they would with EC2's own
//! (EC2 User Guide, "Verify the instance identity document").

mod certificate;
mod key;
mod message;
#[cfg(test)]
mod tests;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use self::certificate::Certificate;
use self::key::{Failure, Key, Kind};
use crate::error::Error;
use crate::{Result, state};

/// The entries below `dynamic/instance-identity/` that sign the document, and the files of their keys
/// and certificates: the kinds of keys are EC2's.
pub(crate) const NAMES: [&str; 3] = ["signature", "pkcs7", "rsa2048"];
const KINDS: [Kind; 3] = [Kind::Rsa(1024), Kind::Dsa, Kind::Rsa(2048)];
/// From the instance's launch to its document's signing, as seen on EC2.
const SIGNED_AFTER: Duration = Duration::from_secs(3);
/// Columns of base64; EC2's own.
const COLUMNS: usize = 76;

/// The three signers.
pub(crate) struct Identity {
    signers: [Signer; 3],
    /// What was signed last: most changes of the configuration leave the document as it is, and a
    /// signature takes longer than a thousand answers.
    last: Option<(String, SystemTime, imds::Signatures)>,
}

struct Signer {
    key: Key,
    certificate: Certificate,
}

impl Identity {
    /// Reads the keys from a folder, and makes there what is missing, that folder too. Takes up to some
    /// seconds if there are none yet.
    pub(crate) fn of(folder: &Path, now: SystemTime) -> Result<Identity> {
        // The one around it is the service manager's to make.
        let make = || match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            // Certificates are for everyone, and the service's umask is not.
            done => done.and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o755))),
        };
        make().map_err(|error| Error::Identity { file: folder.to_owned(), source: error.into() })?;
        let signer = |which: usize| Signer::kept(folder, NAMES[which], KINDS[which], now);
        Ok(Identity { signers: [signer(0)?, signer(1)?, signer(2)?], last: None })
    }

    /// The three signatures of a document, as EC2 writes them.
    pub(crate) fn sign(&mut self, document: String, launch_time: SystemTime) -> Result<imds::Signatures> {
        if let Some((of, at, signatures)) = &self.last
            && (of, at) == (&document, &launch_time)
        {
            return Ok(signatures.clone());
        }
        let signatures = self.signatures(document.as_bytes(), launch_time)?;
        self.last = Some((document, launch_time, signatures.clone()));
        Ok(signatures)
    }

    fn signatures(&self, document: &[u8], launch_time: SystemTime) -> Result<imds::Signatures> {
        let [signature, pkcs7, rsa2048] = &self.signers;
        let message = |signer: &Signer| {
            message::signed(document, &signer.key, &signer.certificate, launch_time + SIGNED_AFTER)
        };
        let sign = || -> std::result::Result<_, Failure> {
            Ok(imds::Signatures {
                signature: lines(&signature.key.sign(document)?),
                pkcs7: lines(&message(pkcs7)?),
                rsa2048: lines(&message(rsa2048)?),
            })
        };
        sign().map_err(failed("the signatures of the identity document"))
    }
}

impl Signer {
    fn new(kind: Kind, now: SystemTime) -> std::result::Result<Signer, Failure> {
        let key = Key::generate(kind)?;
        let mut serial = [0; 8];
        getrandom::fill(&mut serial)?;
        let certificate = Certificate::new(&key, serial, now)?;
        Ok(Signer { key, certificate })
    }

    fn kept(folder: &Path, name: &str, kind: Kind, now: SystemTime) -> Result<Signer> {
        let (key_file, certificate_file) =
            (folder.join(format!("{name}.key")), certificate_file(folder, name));
        let unusable = |file: &Path| {
            let file = file.to_owned();
            |source: Failure| Error::Identity { file, source }
        };
        match (fs::read_to_string(&key_file), fs::read_to_string(&certificate_file)) {
            (Ok(key), Ok(certificate)) => {
                let key = Key::from_pem(kind, &key).map_err(unusable(&key_file))?;
                let certificate = Certificate::from_pem(&certificate).map_err(unusable(&certificate_file))?;
                let is_of_key = key.public().is_ok_and(|public| public == certificate.content.key);
                if !is_of_key {
                    return Err(unusable(&certificate_file)("it is of another key".into()));
                }
                Ok(Signer { key, certificate })
            }
            // Never used without its certificate, which is written last.
            (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                let signer = Signer::new(kind, now).map_err(failed("a key"))?;
                let write = || -> std::result::Result<(), Failure> {
                    state::write(&key_file, &signer.key.to_pem()?, 0o600)?;
                    Ok(state::write(&certificate_file, &signer.certificate.to_pem()?, 0o644)?)
                };
                write().map_err(unusable(&key_file))?;
                Ok(signer)
            }
            (Err(error), _) => Err(unusable(&key_file)(error.into())),
            (_, Err(error)) => Err(unusable(&certificate_file)(error.into())),
        }
    }
}

/// The folder of the keys, in that of what outlasts a restart.
pub(crate) fn folder(state: &Path) -> PathBuf {
    state.join("identity")
}

/// For everyone to read.
pub(crate) fn certificate_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.pem"))
}

fn lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<_> = text.as_bytes().chunks(COLUMNS).map(String::from_utf8_lossy).collect();
    lines.join("\n")
}

fn failed(what: &'static str) -> impl FnOnce(Failure) -> Error {
    move |source| Error::Sign { what, source }
}
