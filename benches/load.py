"""Load by wrk, and what it counted."""

import http.client
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
# Who answers only for the real service's address is asked for it.
HOST = "169.254.169.254"


def one(port, method, path, headers=None):
    """Status and body of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, headers={"Host": HOST, "Connection": "close", **(headers or {})})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def token(port):
    status, body = one(port, "PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "21600"})
    if status != 200:
        raise SystemExit(f"a token was refused with {status}")
    return body.decode("ascii")


def run(server, core, path, *, method="GET", headers=None, kept=True, connections=1, seconds=1, status=200, leaves=0):
    """What wrk counted, and with it "rate", answers a second; "errors", what went wrong or was no such status; and
    "busy", the server's CPU time in microseconds for an answer."""
    all_headers = {"Host": HOST, "Connection": "keep-alive" if kept else "close", **(headers or {})}
    command = ["taskset", "-c", str(core), "wrk", "--threads", "1", "--connections", str(connections),
               "--duration", f"{seconds}s", "--timeout", "5s", "--script", f"{HERE}/wrk.lua",
               f"http://127.0.0.1:{server.port}{path}", "--", method, str(leaves)]
    command += [f"{name}: {value}" for name, value in all_headers.items()]
    before = server.busy()
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    busy = server.busy() - before
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"wrk failed against {server.name}: {ran.stdout}{ran.stderr}")
    counted = json.loads(lines[-1])
    # wrk counts answers of 400 and more.
    wrong = counted["status"] if status < 400 else counted["requests"] - counted["status"]
    counted["errors"] = wrong + sum(counted[key] for key in ("connect", "read", "write", "timeout"))
    good = max(counted["requests"] - wrong, 0)
    counted["rate"] = 1e6 * good / max(counted["microseconds"], 1)
    counted["busy"] = 1e6 * busy / good if good else None
    return counted
