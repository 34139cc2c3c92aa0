"""Memory of the daemon: idle, after requests, and with many connections open."""

import time

from footprint_daemon import Connection, Daemon

REQUESTS = 20_000
KEPT = 32
OPEN = 10_000
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


def moments(bench):
    """(what has just happened, what the daemon's memory is then), one after the other in one life."""
    taken = []

    def take(what):
        taken.append((what, daemon.memory()))

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
    take("later start, idle")
    bench.progress(f"{REQUESTS:,} requests")
    load(daemon.port)
    time.sleep(2)
    take(f"after {REQUESTS:,} requests")
    daemon.stop()

    bench.progress(f"{OPEN:,} connections")
    daemon = Daemon(bench, daemon.folder)
    daemon.ready()
    connections = [Connection(daemon.port) for _ in range(OPEN)]
    time.sleep(1)
    take(f"{OPEN:,} connections open, nothing asked")
    for connection in connections:
        connection.ask("/latest/meta-data/instance-id")
    take(f"{OPEN:,} connections open, each has asked")
    for what, memory in taken[-2:]:
        if memory["files"] < OPEN:
            raise RuntimeError(f"{what}: the server held no more than {memory['files']:,} files")
    for connection in connections:
        connection.close()
    time.sleep(2)
    take("after they were closed")
    daemon.stop()
    return taken
