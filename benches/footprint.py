"""What the package costs the machine that it is installed on: disk, memory, time to start, CPU while nobody
asks, changes of the network, installation.

In a run of all benches, `begin` comes first, so that a daemon idles in the background meanwhile, and `measure`
last. Alone, as root: footprint.py --programs FOLDER --deb FILE [--idle SECONDS] [--rounds NUMBER]"""

import argparse
import os
import shutil
import subprocess
import sys

import footprint_daemon
import footprint_helper
import footprint_idle
import footprint_memory
import footprint_package
from footprint_tables import as_text, bytes_of, kib, median, rounded, spread

IDLE_SECONDS = 600
# Fewer of what takes only some milliseconds would say little about the spread.
LEAST_ROUNDS = 20

# The daemon that `begin` started.
idle = None


def begin(bench, seconds=IDLE_SECONDS):
    """Starts the daemon that nobody asks anything."""
    global idle
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    footprint_daemon.allow_many_files()
    bench.progress("a daemon begins to idle")
    idle = footprint_idle.Idle(bench, seconds)


def measure(bench):
    if idle is None:
        begin(bench)
    many = max(bench.rounds, LEAST_ROUNDS)
    tables, headline = [], []
    for part in (size, memory, lambda bench: start(bench, many), lambda bench: helper(bench, many),
                 installation, idling):
        table, sentences = part(bench)
        tables.append(table)
        headline += sentences
    text = (
        "What the package costs the machine it runs on. The budgets are the project's own; nothing fails if one is "
        "missed. Times are of this machine, and of everything else that ran on it meanwhile; sizes and numbers of "
        "system calls are much the same everywhere."
    )
    return {"title": "Footprint", "text": text, "tables": tables, "charts": [], "headline": headline}


def size(bench):
    deb, said, files, programs = footprint_package.sizes(bench)
    rows = [["the .deb", bytes_of(deb), "at most 2 MiB, target 1.5"],
            ["installed, as it says itself", bytes_of(said), ""],
            ["installed, the sum of its files", bytes_of(files), ""]]
    rows += [[f"/usr/{name}", bytes_of(number), ""] for name, number in programs.items()]
    return ({"caption": "Size", "head": ["", "size", "budget"], "rows": rows},
            [f"The package is {bytes_of(deb)} to fetch and {bytes_of(files)} installed."])


def memory(bench):
    moments = footprint_memory.moments(bench)
    rows = [[what, *(kib(numbers[key]) for key in ("VmRSS", "RssAnon", "Pss")), str(numbers["Threads"]), budget]
            for what, numbers, budget in moments]
    resident = {what: kib(numbers["VmRSS"]) for what, numbers, _ in moments}
    sentences = [f"The server takes {resident[footprint_memory.IDLE]} of memory when idle."]
    sentences += [f"With {what}: {taken}." for what, taken in resident.items() if "connections" in what]
    head = ["when", "resident", "of that anonymous", "proportional share", "threads", "budget"]
    return {"caption": "Memory of the server", "head": head, "rows": rows}, sentences


def start(bench, rounds):
    times = footprint_daemon.starts(bench, rounds)
    budget = "at most 10 ms, target 5"
    rows = [["first start ever, to the first answer", *spread(times["first"], "ms"), budget],
            ["first start ever, until its keys are made", *spread(times["keys made"], "ms"), ""],
            ["later start, to the first answer", *spread(times["later"], "ms"), budget],
            ["of that CPU time of its first thread", *spread(times["CPU time"], "ms"), ""]]
    caption = f"From the exec of `fake-metadata serve` to the first 200, in {rounds} rounds"
    return ({"caption": caption, "head": ["", "lowest", "median", "highest", "budget"], "rows": rows},
            [f"The server answers {median(times['later'], 'ms')} after it was started, of which its CPU time is "
             f"{median(times['CPU time'], 'ms')}."])


def helper(bench, rounds):
    times = footprint_helper.rounds(bench, rounds)
    counted = footprint_helper.calls(bench) if shutil.which("strace") else {}
    rows = []
    for (backend, command), (took, busy) in times.items():
        numbers = [f"{number:,}" for number in counted.get((backend, command), ())] or ["no strace"] * 3
        rows.append([f"{command}, {backend}", *spread(took, "ms"), median(busy, "ms"), *numbers,
                     "at most 50 ms" if command == "apply" else ""])
    head = ["", "lowest", "median", "highest", "median CPU time", "processes", "system calls", "of these its own",
            "budget"]
    caption = f"`fake-metadata-setup apply --runtime` and `revert --runtime`, in {rounds} rounds"
    return ({"caption": caption, "head": head, "rows": rows},
            [f"The network is changed in {median(times['nft', 'apply'][0], 'ms')} and changed back in "
             f"{median(times['nft', 'revert'][0], 'ms')}."])


def installation(bench):
    head = ["package", "install: lowest", "median", "highest", "purge: lowest", "median", "highest"]
    times = footprint_package.installs(bench, bench.rounds)
    if times is None:
        caption = "Installation: not measured, since scripts/bench-tree.sh was not run before"
        return {"caption": caption, "head": head, "rows": []}, []
    rows = [[name, *spread(took, "ms"), *spread(gone, "ms")] for name, (took, gone) in times.items()]
    caption = f"dpkg in a chroot of Debian 12 whose changes are kept in memory, in {bench.rounds} rounds"
    return ({"caption": caption, "head": head, "rows": rows},
            [f"dpkg installs it in {median(times['fake-metadata'][0], 'ms')}; a package with nothing in it takes "
             f"{median(times['empty'][0], 'ms')}."])


def idling(bench):
    """Last, since it has to last long."""
    lasted, threads = idle.finish()
    minutes = lasted / 60
    threads.append(("all", sum(busy for _, busy, _ in threads), sum(woken for _, _, woken in threads)))
    rows = [[name, f"{rounded(busy)} ms", f"{rounded(busy / minutes)} ms", str(woken), rounded(woken / minutes)]
            for name, busy, woken in threads]
    _, busy, woken = threads[-1]
    head = ["thread", "CPU time", "per minute", "wake-ups", "per minute"]
    resident = kib(idle.memory["VmRSS"])
    caption = f"The server while nobody asked, for {lasted:.0f} s; {resident} resident at the end"
    return ({"caption": caption, "head": head, "rows": rows},
            [f"A minute in which nobody asks costs {rounded(busy / minutes)} ms of CPU and "
             f"{rounded(woken / minutes)} wake-ups."])


def main():
    parser = argparse.ArgumentParser(description="the footprint alone; as root")
    parser.add_argument("--programs", required=True)
    parser.add_argument("--deb", required=True)
    parser.add_argument("--folder", default="target/bench")
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS)
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        # The registries are reached only from outside.
        here = os.path.dirname(os.path.abspath(__file__))
        subprocess.run([f"{here}/../scripts/bench-tree.sh"], check=True)
        unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        os.execvp(unshare[0], [*unshare, sys.executable, os.path.abspath(__file__), "--inside", *sys.argv[1:]])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    options.progress = lambda text: print(f"  {text}", file=sys.stderr, flush=True)
    begin(options, options.idle)
    print(as_text(measure(options)))


if __name__ == "__main__":
    main()
