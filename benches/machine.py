"""The machine: which cores are for what, and what the network namespace needs for much load."""

import os
import platform
import resource
import subprocess
import time

# Both ends of a connection that is closed wait in the kernel for a minute; thousands a second are closed here.
SETTINGS = {
    "net/ipv4/ip_local_port_range": "1024 65535",
    "net/ipv4/tcp_tw_reuse": "1",
    "net/ipv4/tcp_max_tw_buckets": "16384",
    "net/core/somaxconn": "4096",
}
OPEN_FILES = 40_000


def make_ready():
    """Of the namespace that this is in, which has no network yet."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in SETTINGS.items():
        try:
            with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
                file.write(value)
        except OSError as error:
            # Some kernels keep these to themselves; results at 1,000 connections suffer.
            print(f"{name} stays as it is: {error.strerror}", flush=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def siblings(core):
    """Cores that share their circuits with this one."""
    try:
        with open(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list", encoding="ascii") as file:
            text = file.read().strip()
    except OSError:
        return {core}
    ranges = [part.split("-") for part in text.split(",")]
    return {number for part in ranges for number in range(int(part[0]), int(part[-1]) + 1)}


def cores():
    """One for the server and one for the load, not of the same circuits if that can be; the same if there is
    but one."""
    here = sorted(os.sched_getaffinity(0))
    others = [core for core in here[1:] if core not in siblings(here[0])] or here[1:] or here
    return here[0], others[-1]


def description():
    """Names and values for the report."""
    model = "unknown"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    release = platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "processor": f"{model}, {os.cpu_count()} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "system": release,
        "compiler": said("rustc", "--version"),
        "load": " ".join(said("wrk", "-v").split()[:2]),
    }


def said(*command):
    """The first line of it. wrk ends with a failure after telling its version."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return (ran.stdout + ran.stderr).partition("\n")[0]
