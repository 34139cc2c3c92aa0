//! Text that is shown nowhere and leaves nothing behind in memory.

use std::fmt;

use zeroize::Zeroizing;

/// A part of somebody's keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A part of keys as all issuers make them: one word of visible ASCII characters.
    pub fn token(text: String) -> Option<Secret> {
        let secret = Secret::from(text);
        let is_token = !secret.0.is_empty() && secret.0.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then_some(secret)
    }

    /// The text itself, for whoever is to have it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}
