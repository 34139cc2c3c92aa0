//! A signed message with its content (Cryptographic Message Syntax, RFC 5652; older: PKCS #7), in
//! the form of EC2's: no certificates in it, the signer named by issuer and serial number, the
//! time and CMSAlgorithmProtection (RFC 6211) among the signed attributes.

use std::time::SystemTime;

use der::asn1::{ObjectIdentifier, OctetString, SetOfVec, Uint};
use der::{Any, Encode, EncodeValue, Sequence, Tagged, ValueOrd};
use spki::AlgorithmIdentifierOwned;

use super::certificate::{Certificate, Name, Time};
use super::key::{Failure, Key};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");

#[derive(Sequence)]
struct ContentInfo {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: SignedData,
}

#[derive(Sequence)]
struct SignedData {
    version: u8,
    digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
    content: EncapsulatedContent,
    signers: SetOfVec<Signer>,
}

#[derive(Sequence)]
struct EncapsulatedContent {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: OctetString,
}

#[derive(Clone, Sequence, ValueOrd)]
struct Signer {
    version: u8,
    id: IssuerAndSerial,
    digest_algorithm: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true")]
    attributes: SetOfVec<Attribute>,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: OctetString,
}

#[derive(Clone, Sequence, ValueOrd)]
struct IssuerAndSerial {
    issuer: Name,
    serial: Uint,
}

#[derive(Clone, Sequence, ValueOrd)]
struct Attribute {
    kind: ObjectIdentifier,
    values: SetOfVec<Any>,
}

#[derive(Sequence)]
struct AlgorithmProtection {
    digest_algorithm: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    signature_algorithm: AlgorithmIdentifierOwned,
}

/// The message, as DER.
pub(crate) fn signed(
    content: &[u8],
    key: &Key,
    certificate: &Certificate,
    now: SystemTime,
) -> Result<Vec<u8>, Failure> {
    let (digest_algorithm, signature_algorithm) = (key.digest_algorithm(), key.signature_algorithm());
    let protection = AlgorithmProtection {
        digest_algorithm: digest_algorithm.clone(),
        signature_algorithm: signature_algorithm.clone(),
    };
    // A set: encoded, its members are in the order of their bytes.
    let attributes = SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, &DATA)?,
        attribute(SIGNING_TIME, &Time::new(now)?)?,
        attribute(MESSAGE_DIGEST, &OctetString::new(key.digest(content))?)?,
        attribute(ALGORITHM_PROTECTION, &protection)?,
    ])?;
    let signature = OctetString::new(key.sign(&attributes.to_der()?)?)?;
    let id = IssuerAndSerial {
        issuer: certificate.content.issuer.clone(),
        serial: certificate.content.serial.clone(),
    };
    let signer = Signer {
        version: 1,
        id,
        digest_algorithm: digest_algorithm.clone(),
        attributes,
        signature_algorithm,
        signature,
    };
    let message = ContentInfo {
        kind: SIGNED_DATA,
        content: SignedData {
            version: 1,
            digest_algorithms: SetOfVec::try_from(vec![digest_algorithm])?,
            content: EncapsulatedContent { kind: DATA, content: OctetString::new(content)? },
            signers: SetOfVec::try_from(vec![signer])?,
        },
    };
    Ok(message.to_der()?)
}

fn attribute(kind: ObjectIdentifier, value: &(impl EncodeValue + Tagged)) -> Result<Attribute, Failure> {
    let value = Any::encode_from(value)?;
    Ok(Attribute { kind, values: SetOfVec::try_from(vec![value])? })
}
