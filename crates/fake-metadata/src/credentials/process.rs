//! What a command prints (AWS SDKs and Tools Reference Guide, "Process credential provider").

use std::process::Stdio;
use std::time::SystemTime;

use rustix::process::{Pid, Signal, kill_process_group};
use settings::Process;
use tokio::io::{AsyncRead, AsyncReadExt};
use zeroize::Zeroizing;

use super::{Given, Obtained, Problem, Source, document, text};

/// What the command must not see: it would ask this very service, or speak to our service manager.
const REMOVED: [&str; 8] = [
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "NOTIFY_SOCKET",
    "STATE_DIRECTORY",
];
/// What every AWS SDK and tool takes for a word not to ask an instance metadata service.
const DISABLED: (&str, &str) = ("AWS_EC2_METADATA_DISABLED", "true");

pub(super) struct Command(pub(super) Process);

impl Source for Command {
    fn obtain(&mut self, _now: SystemTime) -> Obtained {
        Obtained::Later(Box::pin(run(self.0.clone())))
    }
}

async fn run(process: Process) -> Given {
    // Its arguments are nobody's business.
    let command = process.command[0].clone();
    let mut builder = tokio::process::Command::new(&command);
    builder.args(&process.command[1..]).env(DISABLED.0, DISABLED.1).process_group(0).kill_on_drop(true);
    builder.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in REMOVED {
        builder.env_remove(name);
    }
    let start = |source| Problem::Start { command: command.clone(), source };
    let mut child = builder.spawn().map_err(start)?;
    let mut group = Group(child.id());
    let (output, complaint) = (child.stdout.take(), child.stderr.take());
    let ended = tokio::time::timeout(process.timeout, async {
        let (output, complaint) = tokio::try_join!(whole(output), whole(complaint))?;
        Ok((child.wait().await, output, complaint))
    });
    let (status, output, complaint) = match ended.await {
        Err(_) => return Err(Problem::Slow { command, after: process.timeout }),
        Ok(Err(TooMuch)) => return Err(Problem::Flood { command, limit: document::LIMIT }),
        Ok(Ok((status, output, complaint))) => (status.map_err(start)?, output, complaint),
    };
    group.0 = None;
    if !status.success() {
        let said = text::shown(&String::from_utf8_lossy(&complaint));
        return Err(Problem::Failed { command, status: status.to_string(), said });
    }
    document::read(&output).map_err(|reason| Problem::Output { command, reason })
}

struct TooMuch;

/// All that comes out of a pipe.
async fn whole(pipe: Option<impl AsyncRead + Unpin>) -> Result<Zeroizing<Vec<u8>>, TooMuch> {
    // With room for all of it, no copy is left behind.
    let mut text = Zeroizing::new(Vec::with_capacity(document::LIMIT + 1));
    if let Some(pipe) = pipe {
        // What cannot be read any more has ended.
        let _ = pipe.take(document::LIMIT as u64 + 1).read_to_end(&mut text).await;
    }
    if text.len() <= document::LIMIT { Ok(text) } else { Err(TooMuch) }
}

/// The command and all it started, which do not outlive our interest in them.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0.and_then(|id| Pid::from_raw(id.cast_signed())) {
            // Those that have ended meanwhile need no signal.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn of(script: &str, timeout: Duration) -> Given {
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(Process { command, timeout }))
    }

    fn problem(script: &str) -> String {
        of(script, Duration::from_secs(30)).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn keys_and_what_is_wrong_with_them() {
        let keys = r#"{"Version": 1, "AccessKeyId": "ASIAFAKE", "SecretAccessKey": "FakeSecret", "SessionToken": "FakeToken"}"#;
        let given = of(&format!("echo '{keys}'; echo a warning >&2"), Duration::from_secs(30));
        assert_eq!(given.unwrap_or_else(|problem| panic!("{problem}")).access_key_id.reveal(), "ASIAFAKE");
        for (script, said) in [
            (
                "echo 'no such role' >&2; exit 3",
                "the command /bin/sh failed (exit status: 3), saying: no such role",
            ),
            ("exit 1", "the command /bin/sh failed (exit status: 1), saying nothing"),
            ("true", "the command /bin/sh printed no credential-process JSON: there was nothing"),
            (
                "head -c 200000 /dev/zero; sleep 60",
                "the command /bin/sh printed more than 64 KiB, so it was killed",
            ),
            (
                "head -c 200000 /dev/zero >&2",
                "the command /bin/sh printed more than 64 KiB, so it was killed",
            ),
            (
                "echo ASIAFAKEFAKEFAKEFAKE >&2; exit 1",
                "the command /bin/sh failed (exit status: 1), saying: (...)",
            ),
        ] {
            assert_eq!(problem(script), said);
        }
        let missing =
            Process { command: vec!["/nonexistent/keys".to_owned()], timeout: Duration::from_secs(30) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let problem = runtime.block_on(run(missing)).map(|_| ()).unwrap_err().to_string();
        assert!(
            problem.starts_with("the command /nonexistent/keys cannot be started: No such file"),
            "{problem}"
        );
    }

    #[test]
    fn it_cannot_ask_this_service() {
        let script = r#"echo "$AWS_EC2_METADATA_DISABLED-${AWS_EC2_METADATA_SERVICE_ENDPOINT-}" >&2; exit 1"#;
        assert!(problem(script).ends_with("saying: true-"));
    }

    #[test]
    fn one_that_hangs_is_killed_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("sleep 1000 & echo $! >{}/pid; wait", folder.path().display());
        let begun = Instant::now();
        let problem = of(&script, Duration::from_secs(1)).map(|_| ()).unwrap_err().to_string();
        assert!(
            problem.starts_with("the command /bin/sh had not ended after 1s, so it was killed"),
            "{problem}"
        );
        assert!(begun.elapsed() < Duration::from_secs(900));
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        let status = format!("/proc/{}/stat", pid.trim());
        while std::fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z ")) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
