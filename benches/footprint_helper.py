"""fake-metadata-setup: how long it takes to change the network and to change it back, and how many system
calls that takes. Each round has network and files of its own.

`python3 footprint_helper.py SETUP BACKEND [traced]` is one round inside of such namespaces; it prints JSON."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

BACKENDS = ("nft", "legacy")
COMMANDS = ("apply", "revert")


def one_round(setup, backend, *traced):
    result = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
         sys.executable, os.path.abspath(__file__), setup, backend, *traced],
        stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(result.stdout)


def rounds(bench, number):
    """{(backend, command): (list of ms, list of ms of CPU time)}, the processes that it starts included"""
    setup = os.path.abspath(f"{bench.programs}/fake-metadata-setup")
    times = {(backend, command): ([], []) for backend in BACKENDS for command in COMMANDS}
    # The first round of each is not counted: the kernel may load modules in it.
    bench.progress(f"apply and revert, {number} rounds")
    for count in range(-1, number):
        for backend in BACKENDS:
            for command, (took, busy) in one_round(setup, backend).items():
                if count >= 0:
                    times[backend, command][0].append(took)
                    times[backend, command][1].append(busy)
    return times


def calls(bench):
    """{(backend, command): (number of processes, of system calls, of those the helper's own)}"""
    setup = os.path.abspath(f"{bench.programs}/fake-metadata-setup")
    counted = {}
    for backend in BACKENDS:
        for command, numbers in one_round(setup, backend, "traced").items():
            counted[backend, command] = tuple(numbers)
    return counted


def traced(command):
    """Runs it under strace; the numbers that `calls` gives."""
    with tempfile.TemporaryDirectory() as folder:
        # A file for each process, a line for each call, and one at its end.
        subprocess.run(["strace", "-qq", "-ff", "-o", f"{folder}/trace", *command],
                       stdout=subprocess.DEVNULL, check=True)
        counts = {}
        for name in os.listdir(folder):
            with open(f"{folder}/{name}", encoding="utf-8", errors="replace") as lines:
                counts[int(name.rsplit(".", 1)[1])] = sum(bool(re.match(r"[a-z_0-9]+\(", line)) for line in lines)
    # It is the first of them; those that it starts have higher numbers in a new namespace.
    return len(counts), sum(counts.values()), counts[min(counts)]


def inside(setup, backend, *how):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if subprocess.run(["ip", "route"], stdout=subprocess.PIPE, check=True).stdout:
        sys.exit("this is no private network")
    for place in ("/run", "/var/lib"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    # The plain command decides which of the two the helper takes.
    os.mkdir("/run/bin")
    os.symlink(shutil.which(f"iptables-{backend}"), "/run/bin/iptables")
    # As systemd sets it: each folder that is looked in vainly is a system call.
    os.environ["PATH"] = "/run/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    open("/run/config.toml", "w").close()
    result = {}
    for name in COMMANDS:
        command = [setup, name, "--runtime", "--config", "/run/config.toml"]
        if how:
            result[name] = traced(command)
            continue
        begun = time.monotonic()
        process = os.posix_spawn(setup, command, os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
        _, status, used = os.wait4(process, 0)
        result[name] = 1000 * (time.monotonic() - begun), 1000 * (used.ru_utime + used.ru_stime)
        if status:
            sys.exit(f"{' '.join(command)} failed")
        rule = subprocess.run([f"iptables-{backend}", "-t", "nat", "-S", "OUTPUT"],
                              stdout=subprocess.PIPE, check=True, text=True).stdout
        if ("fake-metadata" in rule) != (name == "apply"):
            sys.exit(f"{name} has left the rules as: {rule}")
    print(json.dumps(result))


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    inside(*sys.argv[1:])
