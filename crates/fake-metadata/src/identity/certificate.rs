//! Certificates that a key signs for itself (RFC 5280), in the name under which EC2 signs.

use std::time::{Duration, SystemTime};

use der::asn1::{BitString, GeneralizedTime, ObjectIdentifier, PrintableString, SetOfVec, Uint, UtcTime};
use der::pem::LineEnding;
use der::{Choice, Decode, Encode, Sequence, ValueOrd};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::key::{Failure, Key};

/// Issuer and subject of the certificates AWS publishes for verifying, and one part more: that this
/// is not theirs.
const NAME: [(&str, &str); 5] = [
    ("2.5.4.6", "US"),
    ("2.5.4.8", "Washington State"),
    ("2.5.4.7", "Seattle"),
    ("2.5.4.10", "Amazon Web Services LLC"),
    ("2.5.4.3", "made up by fake-metadata"),
];
/// It is as good as the key, and nobody would know how to renew it.
const LIFETIME: Duration = Duration::from_secs(20 * 365 * 24 * 3600);

#[derive(Clone, Debug, Sequence)]
pub(crate) struct Certificate {
    pub(crate) content: Content,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// `TBSCertificate` of RFC 5280.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct Content {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: u8,
    pub(crate) serial: Uint,
    algorithm: AlgorithmIdentifierOwned,
    pub(crate) issuer: Name,
    validity: Validity,
    subject: Name,
    pub(crate) key: SubjectPublicKeyInfoOwned,
}

pub(crate) type Name = Vec<SetOfVec<NamePart>>;

#[derive(Clone, Debug, PartialEq, Eq, Sequence, ValueOrd)]
pub(crate) struct NamePart {
    kind: ObjectIdentifier,
    value: PrintableString,
}

#[derive(Clone, Debug, Sequence)]
struct Validity {
    not_before: Time,
    not_after: Time,
}

/// Years of two digits until 2049, of four from then on (RFC 5280, section 4.1.2.5).
#[derive(Clone, Copy, Debug, Choice)]
pub(crate) enum Time {
    #[asn1(type = "UTCTime")]
    Utc(UtcTime),
    #[asn1(type = "GeneralizedTime")]
    Generalized(GeneralizedTime),
}

impl Time {
    pub(crate) fn new(time: SystemTime) -> Result<Time, Failure> {
        // Neither form has fractions of a second.
        let since = Duration::from_secs(time.duration_since(SystemTime::UNIX_EPOCH)?.as_secs());
        Ok(match UtcTime::from_unix_duration(since) {
            Ok(time) => Time::Utc(time),
            Err(_) => Time::Generalized(GeneralizedTime::from_unix_duration(since)?),
        })
    }
}

impl Certificate {
    /// A certificate of a key, by that key.
    pub(crate) fn new(key: &Key, serial: [u8; 8], now: SystemTime) -> Result<Certificate, Failure> {
        let part = |(kind, value): (&str, &str)| -> Result<_, Failure> {
            let part = NamePart { kind: ObjectIdentifier::new(kind)?, value: PrintableString::new(value)? };
            Ok(SetOfVec::try_from([part])?)
        };
        let name = NAME.into_iter().map(part).collect::<Result<Name, Failure>>()?;
        let content = Content {
            version: 2, // which means 3
            serial: Uint::new(&serial)?,
            algorithm: key.signature_algorithm(),
            issuer: name.clone(),
            validity: Validity { not_before: Time::new(now)?, not_after: Time::new(now + LIFETIME)? },
            subject: name,
            key: key.public()?,
        };
        let signature = BitString::from_bytes(&key.sign(&content.to_der()?)?)?;
        Ok(Certificate { content, algorithm: key.signature_algorithm(), signature })
    }

    pub(crate) fn from_pem(text: &str) -> Result<Certificate, Failure> {
        let (label, bytes) = der::pem::decode_vec(text.as_bytes())?;
        if label != LABEL {
            return Err(format!("it holds a {label}, no {LABEL}").into());
        }
        Ok(Certificate::from_der(&bytes)?)
    }

    pub(crate) fn to_pem(&self) -> Result<String, Failure> {
        Ok(der::pem::encode_string(LABEL, LineEnding::LF, &self.to_der()?)?)
    }
}

const LABEL: &str = "CERTIFICATE";
