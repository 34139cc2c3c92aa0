//! The two kinds of keys behind EC2's three signatures, and what they have in common.
//!
//! Sizes and digests are those of EC2 (EC2 User Guide, "Verify the instance identity document"):
//! weak ones among them, because clients verify just these. Nothing else is ever signed with them.

use der::asn1::ObjectIdentifier;
use der::pem::LineEnding;
use der::{Any, Decode, Encode};
use dsa::signature::SignatureEncoding;
use getrandom::SysRng;
use pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use rand_core::UnwrapErr;
use rsa::pkcs1v15;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use zeroize::Zeroizing;

const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const DSA_WITH_SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.3");
const RSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// RSA with a modulus of so many bits; digests are SHA-256.
    Rsa(usize),
    /// DSA of 1024 bits; digests are SHA-1.
    Dsa,
}

pub(crate) enum Key {
    Rsa(pkcs1v15::SigningKey<Sha256>),
    Dsa(dsa::SigningKey),
}

/// What cannot be: the system has no random bytes, or a key cannot be read or encoded.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Key {
    /// Makes a key; takes up to some seconds, until the primes are found.
    pub(crate) fn generate(kind: Kind) -> Result<Key, Failure> {
        let random = &mut UnwrapErr(SysRng);
        Ok(match kind {
            Kind::Rsa(bits) => Key::Rsa(rsa::RsaPrivateKey::new(random, bits)?.into()),
            Kind::Dsa => {
                #[expect(deprecated, reason = "EC2's own size, which clients verify")]
                let size = dsa::KeySize::DSA_1024_160;
                let components = dsa::Components::try_generate_from_rng_with_key_size(random, size)?;
                Key::Dsa(dsa::SigningKey::try_generate_from_rng_with_components(random, components)?)
            }
        })
    }

    /// Reads what `to_pem` wrote.
    pub(crate) fn from_pem(kind: Kind, text: &str) -> Result<Key, Failure> {
        Ok(match kind {
            Kind::Rsa(_) => Key::Rsa(rsa::RsaPrivateKey::from_pkcs8_pem(text)?.into()),
            Kind::Dsa => Key::Dsa(dsa::SigningKey::from_pkcs8_pem(text)?),
        })
    }

    /// As PKCS #8 (RFC 5958).
    pub(crate) fn to_pem(&self) -> Result<Zeroizing<String>, Failure> {
        Ok(match self {
            Key::Rsa(key) => key.to_pkcs8_pem(LineEnding::LF)?,
            Key::Dsa(key) => key.to_pkcs8_pem(LineEnding::LF)?,
        })
    }

    pub(crate) fn public(&self) -> Result<SubjectPublicKeyInfoOwned, Failure> {
        let document = match self {
            Key::Rsa(key) => key.as_ref().to_public_key().to_public_key_der()?,
            Key::Dsa(key) => key.verifying_key().to_public_key_der()?,
        };
        Ok(SubjectPublicKeyInfoOwned::from_der(document.as_bytes())?)
    }

    /// The name of the digests that go with the key.
    pub(crate) fn digest_algorithm(&self) -> AlgorithmIdentifierOwned {
        let oid = match self {
            Key::Rsa(_) => SHA_256,
            Key::Dsa(_) => SHA_1,
        };
        AlgorithmIdentifierOwned { oid, parameters: Some(Any::null()) }
    }

    /// The name of the signatures.
    pub(crate) fn signature_algorithm(&self) -> AlgorithmIdentifierOwned {
        match self {
            Key::Rsa(_) => AlgorithmIdentifierOwned { oid: RSA_WITH_SHA_256, parameters: Some(Any::null()) },
            // RFC 3370, section 3.1: without parameters.
            Key::Dsa(_) => AlgorithmIdentifierOwned { oid: DSA_WITH_SHA_1, parameters: None },
        }
    }

    pub(crate) fn digest(&self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Key::Rsa(_) => Sha256::digest(bytes).to_vec(),
            Key::Dsa(_) => Sha1::digest(bytes).to_vec(),
        }
    }

    /// Signs; the same bytes have the same signature each time (RFC 8017, section 8.2; RFC 6979).
    pub(crate) fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(match self {
            Key::Rsa(key) => rsa::signature::Signer::try_sign(key, bytes)?.to_vec(),
            Key::Dsa(key) => key.sign_prehashed_rfc6979::<Sha1>(&self.digest(bytes))?.to_der()?,
        })
    }
}
