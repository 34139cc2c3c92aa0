"""The daemon in different sizes: what it is configured with, and what it has been asked for before."""

import json
import os
import subprocess
import sys

import load
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
DIRECTORY = "meta-data/bench/"
ROLE = "/latest/meta-data/iam/security-credentials/role-0"
# If tokens are made as slowly as this, there will be fewer of them than wanted.
TOKENS_SECONDS = 90


def daemon(bench, name, config="", files=None, log=None):
    """With this configuration; `files` has others by their names, to which it may refer."""
    folder = f"{bench.folder}/running/growth-{name}"
    beside = f"{bench.folder}/running/growth-{name}.config"
    os.makedirs(beside, exist_ok=True)
    for file_name, text in {"config.toml": config, **(files or {})}.items():
        with open(f"{beside}/{file_name}", "w", encoding="utf-8") as file:
            file.write(text)

    def command(port):
        return [f"{bench.programs}/fake-metadata", "serve", "--config", f"{beside}/config.toml",
                "--log-file", log or f"{folder}/log.access", f"127.0.0.1:{port}"]

    return Server(f"fake-metadata, {name}", folder, bench.server_core, command,
                  {"STATE_DIRECTORY": folder, "RUNTIME_DIRECTORY": folder})


def leaves(bench, count):
    """Has so many more entries, a hundred in each directory."""
    groups = {}
    for number in range(count):
        groups.setdefault(str(number // 100), {})[str(number)] = f"value-{number}"
    tree = json.dumps({"meta-data": {"bench": groups}})
    return daemon(bench, f"{count} leaves", 'paths-file = "tree.json"\n', {"tree.json": tree})


def roles(bench, count):
    return daemon(bench, f"{count} roles", "".join(f'[[role]]\nname = "role-{n}"\n' for n in range(count)))


def issue(bench, server, count):
    """Has it make so many tokens, or as many as it can in a bounded time; how many it made."""
    made, begun = 0, 0
    while made < count and begun < TOKENS_SECONDS:
        counted = load.run(server, bench.load_core, "/latest/api/token", method="PUT", connections=32, seconds=1,
                           headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"})
        made, begun = made + counted["requests"], begun + 1
    return made


class Crowd:
    """So many connections that lie idle, opened by a process of their own."""

    def __init__(self, bench, server, count):
        command = ["taskset", "-c", str(bench.load_core), sys.executable, "-B", f"{HERE}/crowd.py",
                   str(server.port), str(count)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # The server has taken all of them once it says so.
        said = self.process.stdout.readline().strip()
        if said != "open":
            self.process.wait()
            raise SystemExit(f"{count} connections could not be opened: {said or 'see above'}")

    def leave(self):
        """How many of them the server had kept until now."""
        kept, _ = self.process.communicate("\n", timeout=60)
        return int(kept)
