"""Memory of the daemon: idle, after requests, and with many connections open."""

import time

from footprint_daemon import Connection, Daemon

REQUESTS = 20_000
KEPT = 32
OPEN = 10_000
IDLE = "later start, idle"
PATHS = (
    "/latest/meta-data/", "/latest/meta-data/instance-id", "/latest/meta-data/placement/region",
    "/latest/dynamic/instance-identity/document", "/latest/dynamic/instance-identity/pkcs7",
    "/latest/meta-data/iam/security-credentials/", "/latest/meta-data/iam/security-credentials/BaseIAMRole",
)


def load(port):
    """So many requests as SDKs send them, over connections that are kept: a token now and then, the rest with it."""
    connections = [Connection(port) for _ in range(KEPT)]
    header = ""
    for number in range(REQUESTS):
        connection = connections[number % KEPT]
        if number % 100 == 0:
            lifetime = "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"
            header = f"X-aws-ec2-metadata-token: {connection.ask('/latest/api/token', 'PUT', lifetime).decode()}\r\n"
        else:
            connection.ask(PATHS[number % len(PATHS)], headers=header)
    for connection in connections:
        connection.close()


def opened(daemon, asking):
    """Connections that are left open, each after a question or none."""
    connections = []
    for number in range(1, OPEN + 1):
        connections.append(Connection(daemon.port))
        if asking:
            connections[-1].ask("/latest/meta-data/instance-id")
        elif number % 100 == 0:
            # No more than the kernel keeps for a server that is slow to take them: for each beyond these, a second
            # passes, and the server waits only so long for a question.
            until = time.monotonic() + 5
            while daemon.memory()["files"] < number and time.monotonic() < until:
                time.sleep(0.001)
    return connections


def moments(bench):
    """(what has just happened, what the daemon's memory is then, budget), in four lives of a daemon."""
    taken = []

    def take(what, budget=""):
        taken.append((what, daemon.memory(), budget))

    daemon = Daemon(bench)
    daemon.first_answer()
    take("first start, first answer given")
    daemon.ready()
    time.sleep(2)
    take("first start, its keys made")
    daemon.stop()

    daemon = Daemon(bench, daemon.folder)
    daemon.first_answer()
    take("later start, first answer given")
    daemon.ready()
    time.sleep(2)
    take(IDLE, "at most 8 MiB, target 5")
    bench.progress(f"{REQUESTS:,} requests")
    load(daemon.port)
    time.sleep(2)
    take(f"after {REQUESTS:,} requests")
    daemon.stop()

    for how, asking in (("nothing asked", False), ("each has asked", True)):
        bench.progress(f"{OPEN:,} connections, {how}")
        daemon = Daemon(bench, daemon.folder)
        daemon.first_answer()
        daemon.ready()
        time.sleep(1)
        before = daemon.memory()["files"]
        connections = opened(daemon, asking)
        # On a very slow machine the server has given up some of them.
        count = daemon.memory()["files"] - before
        take(f"{OPEN:,} connections, {how}, {count:,} stay open", "at most 64 MiB")
        for connection in connections:
            connection.close()
        time.sleep(2)
        take("after they were closed")
        daemon.stop()
    return taken
