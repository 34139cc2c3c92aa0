//! `[role]`: the role, or several of them, and what is told when one gives no keys.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::error::Error;
use crate::section::Section;
use crate::source::{CredentialSource, credential_source};
use crate::{defaults, form};

/// `[role]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The name of the role and of its instance profile.
    pub name: String,
    /// `[role.credentials]`: where keys come from.
    pub credentials: CredentialSource,
    /// `lifetime`: of keys whose source does not say when they expire.
    pub lifetime: Duration,
    /// `when-exhausted`: what is told when no key is valid any more.
    pub exhausted: Exhausted,
    /// `[role.failure]`: what is told instead of keys.
    pub failure: Option<Failure>,
}

/// `[role.failure]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// EC2's word for it.
    pub code: String,
    /// EC2's sentence about it.
    pub message: String,
}

/// `when-exhausted`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// As EC2 does: 200, and a document with a code and a message in place of keys.
    Message,
    /// An error of the server's, 503.
    Error,
}

/// The roles that are attached, and by the names of local users those of their roles.
pub(crate) fn roles(
    root: &mut Section<'_>,
    file: &Path,
) -> Result<(Vec<Role>, BTreeMap<String, String>), Error> {
    let mut roles: Vec<Role> = Vec::new();
    for section in root.section_or_sections("role")? {
        let Some(role) = role(section, &roles, file)? else { continue };
        roles.push(role);
    }
    let by_user = root.section("by-user")?.texts(|user, role| {
        let names: Vec<String> = roles.iter().map(|role| format!("\"{}\"", role.name)).collect();
        match form::user(user) {
            None => Err("is for the name of a local user, such as \"svc-a\"".to_owned()),
            Some(_) if roles.iter().any(|known| known.name == role) => Ok(()),
            Some(_) if names.is_empty() => Err("needs a role; none is attached".to_owned()),
            Some(_) => Err(format!("must be one of the roles, {}, not \"{role}\"", names.join(" or "))),
        }
    })?;
    Ok((roles, by_user.into_iter().collect()))
}

/// The role, if it is attached.
fn role(mut section: Section<'_>, before: &[Role], file: &Path) -> Result<Option<Role>, Error> {
    let mut credentials = section.section("credentials")?;
    let failure = failure(section.section("failure")?)?;
    let lifetime = "a time from \"5s\" to \"36h\", such as \"6h\"";
    let is_attached = section.value("attached", "true or false", |value| value.as_bool())?.unwrap_or(true);
    let role = Role {
        // What IAM allows in a role's name (IAM API Reference, CreateRole).
        name: section
            .text("name", "1 to 64 letters, digits and + = , . @ - _", |text| {
                form::word(text, 1..=64, "+=,.@-_")
            })?
            .unwrap_or_else(|| defaults::ROLE.to_owned()),
        credentials: credential_source(&mut credentials, file)?,
        lifetime: credentials.text("lifetime", lifetime, form::lifetime)?.unwrap_or(defaults::LIFETIME),
        exhausted: credentials
            .text("when-exhausted", "\"message\" or \"error\"", |text| match text {
                "message" => Some(Exhausted::Message),
                "error" => Some(Exhausted::Error),
                _ => None,
            })?
            .unwrap_or(Exhausted::Message),
        failure,
    };
    if before.iter().any(|other| other.name == role.name) {
        let name = &role.name;
        return Err(section.error("name", format!("is \"{name}\" twice; give each role a name of its own")));
    }
    credentials.finish()?;
    section.finish()?;
    Ok(is_attached.then_some(role))
}

fn failure(mut section: Section<'_>) -> Result<Option<Failure>, Error> {
    let expected = "a word such as \"AssumeRoleUnauthorizedAccess\" or \"InstanceProfileNotFound\"";
    let code = section.text("code", expected, |text| {
        form::word(text, 1..=64, "").filter(|code| !code.eq_ignore_ascii_case("success"))
    })?;
    let message = section.text("message", "a string", |text| Some(text.to_owned()))?;
    if code.is_none() && message.is_some() {
        return Err(section.error("message", "needs code beside it".to_owned()));
    }
    section.finish()?;
    let message = message.unwrap_or_else(|| "This role gives no keys.".to_owned());
    Ok(code.map(|code| Failure { code, message }))
}
