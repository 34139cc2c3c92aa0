"""A server that is measured: a process on a core of its own, on a port of loopback."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
# How long a server may go on working on what it was asked before; then it is started anew.
SETTLE = 8


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Runs in `folder`, which is emptied first, and into which it writes what it logs, in files named log*."""

    def __init__(self, name, folder, core, command, environment=None):
        self.name, self.folder, self.core = name, folder, core
        # Called with the port.
        self.command, self.environment = command, environment or {}
        self.process = self.port = None

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.port = free_port()
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "LANG": "C.UTF-8", **self.environment}
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(self.core), *self.command(self.port)], cwd=self.folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as log:
                    said = log.read()[-2000:]
                raise SystemExit(f"{self.name} did not start; it said:\n{said}")
            time.sleep(0.02)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.process is None:
            return
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                # All that it started is in its group.
                os.killpg(self.process.pid, kind)
                self.process.wait(timeout=5)
                break
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.process = None

    def processes(self):
        """The fields of /proc/PID/stat after the name, of each process of its session."""
        for file in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(file, encoding="utf-8", errors="replace") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid:
                yield fields

    def busy(self):
        """CPU time in seconds since it was started."""
        return sum(int(fields[11]) + int(fields[12]) for fields in self.processes()) / TICKS

    def memory(self):
        """Resident, in KiB, of all its processes."""
        return sum(int(fields[21]) for fields in self.processes()) * os.sysconf("SC_PAGESIZE") // 1024

    def settle(self):
        """Waits until it has no more work, so that it takes no time of the next one; and empties its logs, which
        would fill a disk. True if it did not come to an end, or has ended itself, and was started anew."""
        if self.process.poll() is not None:
            self.start()
            return True
        end = time.monotonic() + SETTLE
        before = self.busy()
        while True:
            time.sleep(0.05)
            now = self.busy()
            if now - before < 0.02:
                break
            if time.monotonic() > end:
                self.stop()
                self.start()
                return True
            before = now
        for log in glob.glob(f"{self.folder}/log*"):
            os.truncate(log, 0)
        return False
