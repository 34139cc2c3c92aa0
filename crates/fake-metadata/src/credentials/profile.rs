//! A profile of the files that AWS's tools share (AWS SDKs and Tools Reference Guide, "Shared config
//! and credentials files"), read again when one of them changes.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use settings::{Profile, Secret};
use zeroize::Zeroizing;

use super::{Given, Keys, Obtained, Problem, Source};

/// How long a file that has changed may go unnoticed.
const LOOK: Duration = Duration::from_secs(2);
/// Far more than such a file has, in bytes.
const LIMIT: u64 = 1024 * 1024;
const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKEN: &str = "aws_session_token";
/// What tools that log in write beside the keys they leave (saml2aws, gimme-aws-creds and others).
const EXPIRATION: &str = "x_security_token_expires";
/// What a profile may have in place of keys.
const NOT_KEYS: [&str; 5] =
    ["role_arn", "sso_session", "sso_start_url", "credential_process", "web_identity_token_file"];

/// What tells one state of a file from another; its rights are part of that.
type State = Option<(u64, u64, i64, i64)>;

pub(super) struct Shared {
    profile: Profile,
    seen: Vec<State>,
}

impl Shared {
    pub(super) fn new(profile: &Profile) -> Shared {
        Shared { profile: profile.clone(), seen: Vec::new() }
    }

    fn states(&self) -> Vec<State> {
        let state =
            |metadata: Metadata| (metadata.ino(), metadata.size(), metadata.ctime(), metadata.ctime_nsec());
        let files = files(&self.profile).unwrap_or_default();
        files.iter().map(|(file, _)| fs::metadata(file).ok().map(state)).collect()
    }
}

impl Source for Shared {
    fn obtain(&mut self, _now: SystemTime) -> Obtained {
        self.seen = self.states();
        Obtained::Now(keys(&self.profile))
    }

    fn has_changed(&mut self) -> bool {
        self.states() != self.seen
    }

    fn is_looked_at_every(&self) -> Option<Duration> {
        Some(LOOK)
    }

    fn warning(&self) -> Option<String> {
        let (file, _) = files(&self.profile).ok()?.into_iter().next()?;
        let mode = fs::metadata(&file).ok()?.mode();
        (mode & 0o004 != 0).then(|| {
            format!("{}: everybody on this machine can read the keys in it; use: chmod o-r", file.display())
        })
    }
}

/// The keys of a profile.
pub(crate) fn keys(profile: &Profile) -> Given {
    let name = &profile.name;
    let mut known = Vec::new();
    let files = files(profile)?;
    for (file, is_config) in &files {
        let text = match read(file) {
            Ok(text) => text,
            // One of the two is enough.
            Err(Problem::Unreadable { source, .. })
                if *is_config && source.kind() == io::ErrorKind::NotFound =>
            {
                continue;
            }
            Err(problem) => return Err(problem),
        };
        let members = members(&text, name, *is_config, &mut known);
        let value =
            |key: &str| members.iter().rev().find(|(found, _)| *found == key).map(|(_, value)| *value);
        if value(ID).is_some() || value(SECRET).is_some() {
            let (file, name) = (file.clone(), name.clone());
            return complete(file, name, value);
        }
        if let Some(has) = NOT_KEYS.into_iter().find(|key| value(key).is_some()) {
            return Err(Problem::NotKeys { file: file.clone(), name: name.clone(), has });
        }
    }
    let file = files.into_iter().next().map(|(file, _)| file).unwrap_or_default();
    match known.contains(name) {
        true => Err(Problem::Incomplete { file, name: name.clone(), key: ID }),
        false => Err(Problem::NoProfile { file, name: name.clone(), known }),
    }
}

fn complete<'a>(file: PathBuf, name: String, value: impl Fn(&str) -> Option<&'a str>) -> Given {
    let secret = |key: &'static str| {
        let bad = || Problem::BadValue { file: file.clone(), name: name.clone(), key };
        value(key).map(|text| Secret::token(text.to_owned()).ok_or_else(bad)).transpose()
    };
    let needed =
        |key| secret(key)?.ok_or_else(|| Problem::Incomplete { file: file.clone(), name: name.clone(), key });
    Ok(Keys {
        access_key_id: needed(ID)?,
        secret_access_key: needed(SECRET)?,
        session_token: secret(TOKEN)?,
        expiration: value(EXPIRATION).and_then(super::document::time),
    })
}

/// The credentials file, then the configuration file, which is read where there is one.
fn files(profile: &Profile) -> Result<Vec<(PathBuf, bool)>, Problem> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let in_home =
        |file: &str| variable("HOME").map(|home| home.join(".aws").join(file)).ok_or(Problem::NoHome);
    let credentials = match profile.file.clone().or_else(|| variable("AWS_SHARED_CREDENTIALS_FILE")) {
        Some(file) => file,
        None => in_home("credentials")?,
    };
    let config = match profile.config_file.clone().or_else(|| variable("AWS_CONFIG_FILE")) {
        Some(file) => file,
        None => credentials.with_file_name("config"),
    };
    Ok(vec![(credentials, false), (config, true)])
}

fn read(file: &Path) -> Result<Zeroizing<String>, Problem> {
    let unreadable = |source| Problem::Unreadable { file: file.to_owned(), source };
    let opened = File::open(file).map_err(unreadable)?;
    let size = opened.metadata().map_err(unreadable)?.len();
    if size > LIMIT {
        return Err(Problem::TooLong { file: file.to_owned(), limit: LIMIT });
    }
    // With room for all of it, no copy is left behind.
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(size).unwrap_or_default() + 1));
    opened.take(LIMIT).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// What a profile says, and into `known` the names of all. In a configuration file every profile but
/// `default` has the word `profile` before its name.
fn members<'a>(
    text: &'a str,
    name: &str,
    is_config: bool,
    known: &mut Vec<String>,
) -> Vec<(&'a str, &'a str)> {
    let mut members = Vec::new();
    let mut is_ours = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(header) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let header = header.trim();
            let found = match header.strip_prefix("profile").filter(|rest| rest.starts_with([' ', '\t'])) {
                Some(rest) if is_config => Some(rest.trim()),
                None if !is_config || header == "default" => Some(header),
                _ => None,
            };
            is_ours = found == Some(name);
            if let Some(found) = found.filter(|found| !known.iter().any(|known| known == found)) {
                known.push(found.to_owned());
            }
        // A comment, or a line that goes on with the one before: no key is written so.
        } else if is_ours
            && !trimmed.starts_with(['#', ';'])
            && !line.starts_with([' ', '\t'])
            && let Some((key, value)) = line.split_once('=')
        {
            members.push((key.trim(), value.trim()));
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIALS: &str = "# mine\n[default]\naws_access_key_id = AKIAFAKEDEFAULT\naws_secret_access_key=FakeSecret=/+\n\n\
        [dev]\naws_access_key_id=ASIAFAKEDEV\naws_secret_access_key = FakeDev\naws_session_token = FakeToken==\n\
        x_security_token_expires = 2027-01-15T08:00:00+00:00\n[half]\naws_access_key_id = AKIAFAKE\n\
        [odd]\naws_access_key_id = AKIA FAKE\naws_secret_access_key = FakeOdd\n";
    const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/app\n\
        s3 =\n  aws_access_key_id = AKIANOT\n[profile keys]\naws_access_key_id = AKIAFAKEKEYS\naws_secret_access_key = FakeKeys\n";

    fn of(folder: &Path, name: &str) -> Given {
        keys(&Profile { name: name.to_owned(), file: Some(folder.join("credentials")), config_file: None })
    }

    #[test]
    fn both_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("credentials"), CREDENTIALS).unwrap();
        fs::write(folder.path().join("config"), CONFIG).unwrap();
        let id = |name: &str| of(folder.path(), name).map(|keys| keys.access_key_id.reveal().to_owned());
        assert_eq!(id("default").unwrap(), "AKIAFAKEDEFAULT");
        assert_eq!(id("keys").unwrap(), "AKIAFAKEKEYS");
        let dev = of(folder.path(), "dev").unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(dev.session_token.unwrap().reveal(), "FakeToken==");
        assert_eq!(dev.expiration, super::super::document::time("2027-01-15T08:00:00Z"));
        for (name, part) in [
            ("half", "credentials: the profile \"half\" has no aws_secret_access_key"),
            (
                "odd",
                "credentials: aws_access_key_id of the profile \"odd\" must be one word of visible ASCII characters",
            ),
            ("role", "config: the profile \"role\" has role_arn but no keys; use source = \"process\""),
            ("gone", "credentials: there is no profile \"gone\"; it has default, dev, half, odd, role, keys"),
        ] {
            let problem = id(name).unwrap_err().to_string();
            assert!(problem.contains(part), "{problem}");
        }
        fs::remove_file(folder.path().join("credentials")).unwrap();
        assert!(id("default").unwrap_err().to_string().contains("credentials: cannot be read"));
    }

    #[test]
    fn a_change_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials");
        fs::write(&file, CREDENTIALS).unwrap();
        let profile = Profile { name: "dev".to_owned(), file: Some(file.clone()), config_file: None };
        let mut source = Shared::new(&profile);
        source.obtain(SystemTime::now());
        assert!(!source.has_changed());
        fs::remove_file(&file).unwrap();
        assert!(source.has_changed());
    }
}
