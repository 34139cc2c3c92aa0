"""Instructions a request, counted by valgrind's callgrind: the same on a busy machine and on a quiet one, so that
a slow-down is noticed where times cannot be trusted. The bare hyper server, with the same library, is the measure.

Alone, in namespaces as scripts/test-instructions.sh makes them: instructions.py --programs FOLDER --hyper FOLDER
--folder FOLDER, with --check FILE to compare with what was recorded, or --record FILE to record."""

import argparse
import glob
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from types import SimpleNamespace

from server import Server

# Of the same request: what is done once in a while weighs little.
REQUESTS = 1000
WARM_UP = 50
# How much more than recorded is a slow-down.
MARGIN = 0.05
ROLE = "/latest/meta-data/iam/security-credentials/BaseIAMRole"
LEAF = "/latest/meta-data/instance-id"
TOKEN = "/latest/api/token"

# Name, method, path, whether with a token, whether connections are kept.
ROWS = [
    ("a leaf, with a token", "GET", LEAF, True, True),
    ("a leaf, without", "GET", LEAF, False, True),
    ("a listing", "GET", "/latest/meta-data/", True, True),
    ("a token", "PUT", TOKEN, False, True),
    ("the role's keys", "GET", ROLE, True, True),
    ("what is not there", "GET", "/latest/meta-data/nonsense", True, True),
    ("a leaf, each on its own connection", "GET", LEAF, True, False),
]

HEADER = """\
# Instructions a request, as callgrind counts them; `make test-instructions` compares with these, and
# `scripts/test-instructions.sh --record` writes them.
"""


class Client:
    """Asks a server over a socket, with what an SDK would send."""

    def __init__(self, port):
        self.port, self.stream = port, None

    def ask(self, method, path, token, kept):
        if self.stream is None:
            self.stream = socket.create_connection(("127.0.0.1", self.port)).makefile("rwb")
        extra = f"X-aws-ec2-metadata-token: {token}\r\n" if token else ""
        if method == "PUT":
            extra = "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: 0\r\n"
        kind = "keep-alive" if kept else "close"
        self.stream.write(f"{method} {path} HTTP/1.1\r\nHost: 169.254.169.254\r\nUser-Agent: bench\r\nAccept: */*\r\n"
                          f"Connection: {kind}\r\n{extra}\r\n".encode("ascii"))
        self.stream.flush()
        status = int(self.stream.readline().split()[1])
        head = iter(self.stream.readline, b"\r\n")
        length = next((int(line.split(b":")[1]) for line in list(head) if line.lower().startswith(b"content-length")), 0)
        body = self.stream.read(length)
        if not kept:
            self.stream.close()
            self.stream = None
        return status, body


def callgrind(core, folder, name, command, is_ready):
    """Instructions a request of this server, by row."""
    out = f"{folder}/out"
    valgrind = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}"]
    server = Server(name, folder, core, lambda port: valgrind + command(port),
                    {"STATE_DIRECTORY": folder, "RUNTIME_DIRECTORY": folder})
    server.start()

    def dump():
        # The log is written a moment later.
        time.sleep(0.3)
        subprocess.run(["callgrind_control", "--dump", str(server.process.pid)], check=True, capture_output=True)
        newest = max(glob.glob(f"{out}.*"), key=lambda file: int(file.rsplit(".", 1)[1]))
        with open(newest, encoding="utf-8") as dumped:
            return sum(int(total) for total in re.findall(r"^totals: (\d+)$", dumped.read(), re.MULTILINE))

    counts = {}
    try:
        client = Client(server.port)
        while not is_ready(client):
            time.sleep(0.5)
        token = client.ask("PUT", TOKEN, None, True)[1].decode("ascii")
        for row, method, path, with_token, kept in ROWS:
            for repeat in (WARM_UP, REQUESTS):
                dump()
                statuses = {client.ask(method, path, token if with_token else None, kept)[0] for _ in range(repeat)}
            if statuses != {404 if "nonsense" in path else 200}:
                raise SystemExit(f"{name}: {row}: answered with {statuses}")
            counts[row] = round(dump() / REQUESTS)
    finally:
        server.stop()
    return counts


def count(bench):
    """The daemon's instructions a request, and the bare hyper server's."""
    here = os.path.dirname(os.path.abspath(__file__))
    config = f"{here}/contenders/fake-metadata/config.toml"
    folder = f"{bench.folder}/callgrind"
    daemon = [f"{bench.programs}/fake-metadata", "serve", "--config", config, "--log-file", f"{folder}/fake-metadata/access"]
    # Its keys are made by then, and their making is not counted.
    signed = "/latest/dynamic/instance-identity/rsa2048"
    bench.progress("the daemon's instructions are counted")
    ours = callgrind(bench.server_core, f"{folder}/fake-metadata", "fake-metadata",
                     lambda port: [*daemon, f"127.0.0.1:{port}"],
                     lambda client: client.ask("GET", signed, None, True)[0] == 200)
    bench.progress("the bare hyper server's instructions are counted")
    bare = callgrind(bench.server_core, f"{folder}/hyper", "hyper",
                     lambda port: [f"{bench.hyper}/bench-hyper", f"127.0.0.1:{port}"], lambda client: True)
    return ours, bare


def measure(bench):
    bench.hyper = f"{bench.folder}/contenders/hyper"
    ours, bare = count(bench)
    rows = [[row, f"{ours[row]:,}", f"{bare[row]:,}", f"{ours[row] / bare[row]:.2f}"] for row, *_ in ROWS]
    leaf = ours[ROWS[0][0]] / bare[ROWS[0][0]]
    return {
        "title": "Instructions",
        "text": "In user space, for a request, counted by valgrind's callgrind over "
                f"{REQUESTS:,} requests one after the other; they hardly depend on the machine. The bare server answers "
                "with constants and the same headers, and neither looks at a token nor writes a log.",
        "tables": [{"caption": "Instructions a request",
                    "head": ["request", "fake-metadata", "bare hyper", "ratio"], "rows": rows}],
        "charts": [],
        "headline": [f"A leaf with a token takes {leaf:.2f} times the instructions of a bare hyper server."],
    }


def compiler():
    said = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout
    return said.split()[1]


def record(file, ours, bare):
    with open(file, "w", encoding="utf-8") as recorded:
        recorded.write(f'{HEADER}\nrustc = "{compiler()}"\n')
        for name, counts in (("fake-metadata", ours), ("bare-hyper", bare)):
            recorded.write(f"\n[{name}]\n" + "".join(f'"{row}" = {number}\n' for row, number in counts.items()))


def check(file, ours, bare):
    """Prints a line a row; True if none is slower than recorded."""
    with open(file, "rb") as recorded:
        before = tomllib.load(recorded)
    failed = 0
    print(f"instructions a request, and those recorded with rustc {before['rustc']}; this is {compiler()}")
    for row, number in ours.items():
        was = before["fake-metadata"][row]
        change = number / was - 1
        verdict = "ok" if change <= MARGIN else "FAILED"
        note = "; record that: scripts/test-instructions.sh --record" if change < -MARGIN else ""
        print(f"{verdict}: {row}: {number}, recorded {was} ({change:+.1%}); {number / bare[row]:.2f} times bare hyper's{note}")
        failed += verdict != "ok"
    print(f"{len(ours) - failed} passed, {failed} failed")
    return failed == 0


def main():
    parser = argparse.ArgumentParser()
    for name in ("--programs", "--hyper", "--folder"):
        parser.add_argument(name, required=True)
    parser.add_argument("--check")
    parser.add_argument("--record")
    options = parser.parse_args()
    bench = SimpleNamespace(programs=options.programs, hyper=options.hyper, folder=os.path.abspath(options.folder),
                            server_core=0, progress=lambda text: print(text, file=sys.stderr, flush=True))
    ours, bare = count(bench)
    if options.record:
        record(options.record, ours, bare)
    if options.check:
        sys.exit(0 if check(options.check, ours, bare) else 1)


if __name__ == "__main__":
    main()
