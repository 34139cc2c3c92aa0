"""Measures, inside of the namespaces that scripts/bench.sh makes, and reports."""

import argparse
import hashlib
import importlib
import json
import os
import sys

import contender
import machine
import report

# In this order. A part is a module with measure(bench) -> section; one with begin(bench) as well has something to
# do in the background of the others.
PARTS = ["instructions", "rows", "growth", "footprint"]


class Bench:
    """What the parts are told."""

    def __init__(self, options):
        self.folder = os.path.abspath(options.folder)
        self.programs = os.path.abspath(options.programs)
        self.deb = options.deb and os.path.abspath(options.deb)
        self.rounds, self.seconds = options.rounds, options.seconds
        self.without = options.without
        self.contenders = [name for name in contender.ORDER if name not in options.without]
        self.server_core, self.load_core = machine.cores()

    @staticmethod
    def progress(text):
        print(f"  {text}", file=sys.stderr, flush=True)


def digest(file):
    with open(file, "rb") as program:
        return hashlib.sha256(program.read()).hexdigest()


def earlier(file, program):
    """What was measured of this program; None if it was another or none."""
    try:
        with open(file, encoding="utf-8") as results:
            measured = json.load(results)
    except OSError:
        return None
    return measured["section"] if measured.get("program") == program else None


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--deb")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--only", action="append", default=[])
    return parser.parse_args()


def main():
    options = arguments()
    machine.make_ready()
    bench = Bench(options)
    modules = {part: importlib.import_module(part) for part in PARTS if part in options.only}
    results = f"{bench.folder}/results"
    os.makedirs(results, exist_ok=True)
    for module in modules.values():
        if hasattr(module, "begin"):
            module.begin(bench)
    program = digest(f"{bench.programs}/fake-metadata")
    for part, module in modules.items():
        print(f"== {part}", flush=True)
        section = module.measure(bench)
        with open(f"{results}/{part}.json", "w", encoding="utf-8") as file:
            json.dump({"program": program, "section": section}, file, ensure_ascii=False, indent=1)
        print(report.as_text(section), flush=True)
    # A part that was left out is taken from an earlier run, if that was of the same program.
    sections = {part: earlier(f"{results}/{part}.json", program) for part in PARTS}
    missing = [part for part, section in sections.items() if section is None]
    if missing:
        print(f"docs/performance.md stays as it is, since these were left out: {', '.join(missing)}")
    else:
        report.write("docs", machine.description(), list(sections.values()))
        print("docs/performance.md is new")


if __name__ == "__main__":
    main()
