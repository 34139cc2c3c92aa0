//! The program as its users meet it, over sockets on loopback. Against an STS that is not ours it is
//! tested by `scripts/test-aws.sh`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command_line;
mod metadata;
mod request;
mod shared_files;
mod sts;

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A user's home, with nothing else in the environment.
struct Home(TempDir);

/// What the program did.
#[derive(Debug)]
struct Done {
    code: i32,
    output: String,
    errors: String,
}

impl Home {
    fn new(config: &str) -> Home {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        fs::write(home.path().join(".aws/config"), config).unwrap();
        Home(home)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(&[], arguments)
    }

    /// No default address is ever asked: what the environment does not say leads to a closed port.
    fn run_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Done {
        let output = Command::new(env!("CARGO_BIN_EXE_fake-metadata-aws"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.path())
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9")
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .envs(environment.iter().copied())
            .args(arguments)
            .output()
            .unwrap();
        Done {
            code: output.status.code().unwrap(),
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Done {
    /// It ended with this code and one sentence that has all of these in it, and no key.
    fn says(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.output, "");
        assert_eq!(self.errors.lines().count(), 1, "{self:?}");
        assert!(self.errors.starts_with("fake-metadata-aws: "), "{self:?}");
        for part in parts {
            assert!(self.errors.contains(part), "{part} is not in {self:?}");
        }
        assert!(!self.errors.contains("MADEUP") && !self.errors.contains("made-up"), "{self:?}");
    }

    fn prints(&self, output: &str) {
        assert_eq!((self.code, self.output.trim_end(), self.errors.as_str()), (0, output, ""));
    }
}
