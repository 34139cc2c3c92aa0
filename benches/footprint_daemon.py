"""One daemon under observation, and what is measured of it alone: time to its first answer, memory."""

import functools
import os
import resource
import select
import signal
import socket
import tempfile
import time

OPEN_FILES = 32768  # as LimitNOFILE of the unit says


@functools.cache
def scratch():
    """State is kept on a disk, as it is usually; and the name of a socket must be short. Gone when Python ends."""
    return tempfile.TemporaryDirectory(prefix="fake-metadata-bench.", dir="/var/tmp")


def allow_many_files():
    """For 10,000 connections, at both ends: what is started inherits it. Not even root may always ask for more
    than is allowed already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def busy(folder):
    """CPU time of a thread in ms, from its folder in /proc."""
    try:
        with open(f"{folder}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e6
    except (OSError, IndexError):
        # Where the kernel counts no nanoseconds, it counts hundredths of a second.
        with open(f"{folder}/stat", encoding="ascii") as file:
            ticks = file.read().rsplit(")", 1)[1].split()[11:13]
        return 1000 * sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


class Connection:
    """Kept alive, one request at a time. http.client would take most of the time itself."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path, method="GET", headers=""):
        """The body of the answer, which has to be a 200."""
        # Without these words the server closes after each answer, as EC2's does.
        kept = "Host: 169.254.169.254\r\nConnection: keep-alive\r\n"
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{kept}{headers}\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, body = answer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{method} {path}: {head.decode(errors='replace')}")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(body) < length:
            body += self.receive()
        return body

    def receive(self):
        part = self.socket.recv(65536)
        if not part:
            raise RuntimeError("the server closed a connection")
        return part

    def close(self):
        self.socket.close()


class Daemon:
    """A server on a free port of loopback, with all defaults but what `folder` keeps from earlier starts."""

    def __init__(self, bench, folder=None):
        self.folder = folder or tempfile.mkdtemp(dir=scratch().name)
        self.port = free_port()
        # What systemd does for a unit with Type=notify, so that it can be told when the keys are made.
        self.word = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = f"{self.folder}/notify"
        if os.path.exists(address):
            os.unlink(address)
        self.word.bind(address)
        config = f"{self.folder}/config.toml"
        open(config, "w").close()
        program = f"{bench.programs}/fake-metadata"
        arguments = [program, "serve", "--config", config, f"127.0.0.1:{self.port}"]
        environment = {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": address,
                       "STATE_DIRECTORY": self.folder, "RUNTIME_DIRECTORY": self.folder}
        log = (os.POSIX_SPAWN_OPEN, 2, f"{self.folder}/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        # Not subprocess, which takes a good part of a millisecond of its own. This returns after the exec.
        self.started = time.clock_gettime(time.CLOCK_MONOTONIC)
        self.pid = os.posix_spawn(program, arguments, environment, file_actions=[log])

    def first_answer(self, path="/latest/meta-data/instance-id"):
        """Milliseconds from the start to the first answer, asking again every 0.1 ms."""
        while True:
            try:
                connection = Connection(self.port)
                break
            except ConnectionRefusedError:
                if self.since_start() > 30_000 or os.waitpid(self.pid, os.WNOHANG)[0]:
                    raise RuntimeError(f"the server did not start: see {self.folder}/log") from None
                time.sleep(0.0001)
        connection.ask(path)
        took = self.since_start()
        connection.close()
        return took

    def ready(self):
        """Milliseconds from the start until it tells systemd that it is ready, which is after its keys."""
        if not select.select([self.word], [], [], 60)[0] or b"READY=1" not in self.word.recv(4096):
            raise RuntimeError(f"the server did not become ready: see {self.folder}/log")
        return self.since_start()

    def since_start(self):
        return 1000 * (time.clock_gettime(time.CLOCK_MONOTONIC) - self.started)

    def memory(self):
        """In KiB: what is resident, of that what no file backs, and the share that is its own."""
        wanted = {}
        for name in ("status", "smaps_rollup"):
            with open(f"/proc/{self.pid}/{name}", encoding="ascii", errors="replace") as lines:
                wanted.update(line.split(":", 1) for line in lines if ":" in line)
        numbers = {key: int(wanted[key].split()[0]) for key in ("VmRSS", "RssAnon", "Pss", "Threads")}
        numbers["files"] = len(os.listdir(f"/proc/{self.pid}/fd"))
        return numbers

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        self.word.close()


def starts(bench, rounds):
    """Lists of milliseconds by what they tell."""
    times = {what: [] for what in ("first", "keys made", "later", "CPU time")}
    bench.progress(f"{rounds} starts of two kinds")
    for _ in range(rounds):
        daemon = Daemon(bench)
        times["first"].append(daemon.first_answer())
        times["keys made"].append(daemon.ready())
        daemon.stop()
        daemon = Daemon(bench, daemon.folder)
        times["later"].append(daemon.first_answer())
        times["CPU time"].append(busy(f"/proc/{daemon.pid}/task/{daemon.pid}"))
        daemon.ready()
        daemon.stop()
    return times
