#!/usr/bin/env python3
"""table.py SHOWN: the page of what was shown, from the lines that rounds.sh wrote: folder, round,
versions of the protocol, and "CLIENT VERSION: WHAT", separated by tabs."""

import datetime
import sys

shown, spoken = {}, {}
for line in open(sys.argv[1], encoding="utf-8"):
    folder, round_, versions, said = line.rstrip("\n").split("\t")
    client, what = said.split(": ", 1)
    whats = shown.setdefault((folder, *client.rsplit(" ", 1)), [])
    if what not in whats:
        whats.append(what)
    spoken.setdefault((folder, *client.rsplit(" ", 1)), {})[round_] = versions


def version1(rounds):
    if "v1" in rounds.get("tokens-optional", ""):
        return "yes"
    return "when tokens cannot be had" if rounds.get("tokens-lost") == "v1" else "-"


def version2(rounds):
    return "yes" if any("v2" in versions for versions in rounds.values()) else "-"


print(f"""# Clients

What was shown of real clients on {datetime.date.today()}, by `make test-clients`, which writes this page. Each ran
unmodified, with no AWS setting, no variable and no proxy, as an ordinary user of Debian 13 (or as root, where a file
as-root in its folder says why) in a network namespace with the package installed, and found the instance of
[instance.toml](../tests/clients/instance.toml).
The folder of each is in [tests/clients](../tests/clients). A dash: it does not ask that way, or was not made to.

| client | version | IMDSv2 | IMDSv1 | shown |
| --- | --- | --- | --- | --- |""")
for row, whats in shown.items():
    rounds = spoken[row]
    print(f"| {row[1]} | {row[2]} | {version2(rounds)} | {version1(rounds)} | {'; '.join(whats)} |")
