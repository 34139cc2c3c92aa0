"""How many requests a second, and how long they take: the daemon and the others, for each kind of request."""

import load
import rows_tables
from contender import Contender

LEAF = "/latest/meta-data/instance-id"
# Name, what is asked, method, path, whether with a token, the right status. "missing" has to begin like this for
# the bare server, which knows it by its first letter.
ROWS = [
    ("leaf", "a value, with a token", "GET", LEAF, True, 200),
    ("leaf-v1", "a value, without a token", "GET", LEAF, False, 200),
    ("listing", "a listing, with a token", "GET", "/latest/meta-data/", True, 200),
    ("token", "a new token", "PUT", "/latest/api/token", False, 200),
    ("credentials", "a role's keys, with a token", "GET", None, True, 200),
    ("missing", "what does not exist, with a token", "GET", "/latest/meta-data/nonsense", True, 404),
]
KINDS = [("kept", True), ("closed", False)]
CONNECTIONS = [1, 32, 1000]


def request(contender, row):
    """Path and headers."""
    _, _, method, path, with_token, _ = row
    headers = {}
    if with_token:
        headers["X-aws-ec2-metadata-token"] = contender.token
    if method == "PUT":
        headers["X-aws-ec2-metadata-token-ttl-seconds"] = "21600"
    return path or contender.about["credentials"], headers


def can(contender, row):
    return row[0] not in contender.about["cannot"]


def check(contender):
    """Its answers are what they should be, or else the numbers would be of something else."""
    contender.token = load.token(contender.port)
    for row in ROWS:
        path, headers = request(contender, row)
        status, body = load.one(contender.port, row[2], path, headers)
        if can(contender, row) and (status != row[5] or not body):
            raise SystemExit(f"{contender.name} answers {status} to {row[2]} {path}, which should be {row[5]}")


def rounds(bench, contenders):
    """What was counted in each round, by row, kind, connections and contender."""
    counted = {}
    for number in range(bench.rounds):
        # The order changes from round to round.
        order = contenders[number % len(contenders):] + contenders[:number % len(contenders)]
        for row in ROWS:
            bench.progress(f"round {number + 1} of {bench.rounds}: {row[1]}")
            for kind, kept in KINDS:
                for connections in CONNECTIONS:
                    for contender in order:
                        if not can(contender, row):
                            continue
                        path, headers = request(contender, row)
                        result = load.run(
                            contender, bench.load_core, path, method=row[2], headers=headers, kept=kept,
                            connections=connections, seconds=bench.seconds, status=row[5])
                        counted.setdefault((row[0], kind, connections, contender.name), []).append(result)
                        if contender.settle():
                            # It was started anew, and may know nothing of the token.
                            check(contender)
    return counted


def measure(bench):
    contenders = [Contender(bench, name) for name in bench.contenders]
    try:
        for contender in contenders:
            bench.progress(f"starting {contender.name}")
            contender.start()
            check(contender)
            # What is done only once is not of the first row alone.
            path, headers = request(contender, ROWS[0])
            load.run(contender, bench.load_core, path, headers=headers, connections=32)
            contender.settle()
        counted = rounds(bench, contenders)
    finally:
        for contender in contenders:
            contender.stop()
    return rows_tables.section(bench, contenders, counted)
