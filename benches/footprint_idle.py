"""What a daemon costs that nobody asks anything: CPU time and wake-ups of each of its threads."""

import os
import time

from footprint_daemon import Daemon, busy


def thread(folder):
    """Name, CPU time in ms, times it went to sleep by itself: as often it was woken."""
    fields = {}
    with open(f"{folder}/status", encoding="ascii", errors="replace") as lines:
        for line in lines:
            key, value = line.split(":", 1)
            fields[key] = value.strip()
    return fields["Name"], busy(folder), int(fields["voluntary_ctxt_switches"])


def threads(pid):
    folder = f"/proc/{pid}/task"
    return {number: thread(f"{folder}/{number}") for number in os.listdir(folder)}


class Idle:
    """Begins at once and lasts until it is asked for, at least `seconds`."""

    def __init__(self, bench, seconds):
        self.bench, self.seconds = bench, seconds
        self.daemon = Daemon(bench)
        self.daemon.first_answer()
        self.daemon.ready()
        # The thread that made the keys is gone, and what there was to do at the start is done.
        time.sleep(3)
        self.begun, self.before = time.monotonic(), threads(self.daemon.pid)

    def finish(self):
        """Seconds, and a row for each thread: its name, CPU time in ms, wake-ups."""
        while (left := self.begun + self.seconds - time.monotonic()) > 0:
            self.bench.progress(f"waiting for the idle daemon: {left:.0f} s left")
            time.sleep(min(left, 30))
        lasted, after = time.monotonic() - self.begun, threads(self.daemon.pid)
        self.memory = self.daemon.memory()
        self.daemon.stop()
        nothing = ("", 0, 0)
        rows = []
        for number, (name, spent, woken) in after.items():
            _, spent_before, woken_before = self.before.get(number, nothing)
            rows.append((name, spent - spent_before, woken - woken_before))
        return lasted, rows
