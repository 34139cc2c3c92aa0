//! A running daemon, and bytes sent to it.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes, on however slow a machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: tempfile::TempDir,
}

pub(crate) fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_fake-metadata"));
    // Nothing is kept unless a test has made a folder for it; nobody can make one there.
    program.env_clear().env("STATE_DIRECTORY", "/dev/null");
    program
}

impl Server {
    /// Starts a server with this configuration, on a port of its own.
    pub(crate) fn start(config: &str) -> Server {
        Server::start_with(config, |_| {})
    }

    pub(crate) fn start_with(config: &str, change: impl FnOnce(&mut Command)) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, config).unwrap();
        let mut program = program();
        program.args(["serve", "127.0.0.1:0", "--config"]).arg(file);
        program.env("RUNTIME_DIRECTORY", folder.path());
        program.arg("--log-file").arg(folder.path().join("server.log")).stderr(Stdio::inherit());
        change(&mut program);
        let child = program.spawn().unwrap();
        let address = SocketAddr::from(([0; 4], 0));
        let mut server = Server { child, address, folder };
        let log = server.wait_for_log("listening on http://");
        let address = log.split("http://").nth(1).unwrap().lines().next().unwrap();
        server.address = address.parse().unwrap();
        server
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn configure(&self, config: &str) {
        fs::write(self.path("config.toml"), config).unwrap();
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("server.log")).unwrap_or_default()
    }

    /// The log, once it has this text.
    pub(crate) fn wait_for_log(&self, text: &str) -> String {
        wait_until(&format!("the log says {text:?}"), || Some(self.log()).filter(|log| log.contains(text)))
    }

    /// What the kernel says of the process: a file of proc(5).
    pub(crate) fn process(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.child.id()))
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub(crate) fn stop(&self) {
        self.signal("TERM");
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends these bytes, and gives all that comes back until the server closes the connection.
    pub(crate) fn send(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // A server that refuses early may close before everything is sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    /// The body of a GET, which must succeed.
    pub(crate) fn get(&self, path: &str) -> String {
        let answer = self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// The body of a GET as bytes, whatever the status.
    pub(crate) fn fetch(&self, path: &str) -> Vec<u8> {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        answer.split_off(head + 4)
    }

    pub(crate) fn token(&self) -> String {
        let put = "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n";
        self.send(put.as_bytes()).split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
