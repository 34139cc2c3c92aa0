"""What becomes of the daemon when there is more of something: entries, tokens, connections, roles, lines of log."""

import growth_servers as servers
import growth_tables
import load

LEAVES = [100, 10_000, 100_000]
TOKENS = [1, 1_000_000]
IDLE = [1, 100, 1_000, 10_000]
ROLES = [1, 10, 50]
# Differences are small here, and a time is short.
TIMES = 3
LOGS = ["a file", "/dev/null"]
LEAF = "/latest/meta-data/instance-id"


def alternate(bench, sizes, ask):
    """Asks in turn, so that whatever else the machine does hits all alike. `sizes` are daemons by their size; `ask`
    gets one of them and says what wrk counted. All results by size."""
    counted = {size: [] for size in sizes}
    # The first time is for what is done only once.
    for number in range(-1, TIMES * bench.rounds):
        order = list(sizes.items())
        order = order[number % len(order):] + order[:number % len(order)]
        for size, server in order:
            result = ask(size, server)
            if number >= 0:
                counted[size].append({"memory": server.memory(), **result})
            server.settle()
    return counted


def with_daemons(sizes, measure):
    """Runs them while they are measured."""
    try:
        for server in sizes.values():
            server.start()
        for server in sizes.values():
            server.settle()
        return measure()
    finally:
        for server in sizes.values():
            server.stop()


def leaves(bench):
    sizes = {size: servers.leaves(bench, size) for size in LEAVES}

    def ask(size, server):
        token = {"X-aws-ec2-metadata-token": load.token(server.port)}
        return load.run(server, bench.load_core, f"/latest/{servers.DIRECTORY}", headers=token, connections=32,
                        seconds=bench.seconds, leaves=size)

    return with_daemons(sizes, lambda: alternate(bench, sizes, ask))


def tokens(bench):
    sizes = {size: servers.daemon(bench, f"{size} tokens") for size in TOKENS}

    def measure():
        first = {size: load.token(server.port) for size, server in sizes.items()}
        made = servers.issue(bench, sizes[TOKENS[-1]], TOKENS[-1] - 1)
        bench.progress(f"{made:,} tokens were made")
        sizes[TOKENS[-1]].settle()

        def ask(size, server):
            return load.run(server, bench.load_core, LEAF, headers={"X-aws-ec2-metadata-token": first[size]},
                            connections=32, seconds=bench.seconds)

        counted = alternate(bench, sizes, ask)
        # Where the time was too short for all of them, the table says so.
        counted[min(made + 1, TOKENS[-1])] = counted.pop(TOKENS[-1])
        return counted

    return with_daemons(sizes, measure)


def idle(bench):
    sizes = {size: servers.daemon(bench, f"{size} idle") for size in IDLE}

    def ask(size, server):
        # Anew, or what it keeps of an earlier crowd's memory would be counted as this one's.
        server.stop()
        server.start()
        # The keys of its first start are made beside all else.
        server.settle()
        token = {"X-aws-ec2-metadata-token": load.token(server.port)}
        crowd = servers.Crowd(bench, server, size)
        counted = load.run(server, bench.load_core, LEAF, headers=token, connections=1, seconds=bench.seconds)
        counted["memory"] = server.memory()
        kept = crowd.leave()
        # It may close what has been idle for too long, which would be a mistake of ours.
        if kept != size:
            bench.progress(f"only {kept:,} of {size:,} connections were still open at the end")
        return counted

    return with_daemons(sizes, lambda: alternate(bench, sizes, ask))


def roles(bench):
    sizes = {size: servers.roles(bench, size) for size in ROLES}

    def ask(_, server):
        token = {"X-aws-ec2-metadata-token": load.token(server.port)}
        return load.run(server, bench.load_core, servers.ROLE, headers=token, connections=32, seconds=bench.seconds)

    return with_daemons(sizes, lambda: alternate(bench, sizes, ask))


def logs(bench):
    sizes = {LOGS[0]: servers.daemon(bench, "log in a file"),
             LOGS[1]: servers.daemon(bench, "log nowhere", log="/dev/null")}

    def ask(_, server):
        token = {"X-aws-ec2-metadata-token": load.token(server.port)}
        return load.run(server, bench.load_core, LEAF, headers=token, connections=32, seconds=bench.seconds)

    return with_daemons(sizes, lambda: alternate(bench, sizes, ask))


PARTS = [
    ("entries added", leaves, "A value, one of a thousand that are spread over all; 32 connections"),
    ("tokens outstanding", tokens, "A value with a token that is valid; 32 connections"),
    ("idle connections", idle, "A value for one more client"),
    ("roles", roles, "The keys of the first role; 32 connections"),
    ("log goes to", logs, "A value with a token; 32 connections"),
]


def measure(bench):
    measured = {}
    for what, part, caption in PARTS:
        bench.progress(what)
        measured[what] = caption, part(bench)
    return growth_tables.section(bench, measured, TIMES * bench.rounds)
