"""The service as one would write it in an afternoon: a Flask application and its development server."""

import os
import secrets
import sys
import time

from flask import Flask, Response, abort, request

HERE = os.path.dirname(os.path.abspath(__file__))
ROLE = "iam/security-credentials/BaseIAMRole"
NAMES = {"": "listing", "instance-id": "instance-id", ROLE: "credentials.json"}
BODIES = {}
for path, file_name in NAMES.items():
    with open(f"{HERE}/../bodies/{file_name}", encoding="utf-8") as body:
        BODIES[path] = body.read()
with open(f"{HERE}/../bodies/404.html", encoding="utf-8") as body:
    MISSING = body.read()

application = Flask(__name__)
# When each token ends.
tokens = {}


@application.put("/latest/api/token")
def new_token():
    lifetime = request.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
    if not lifetime.isdigit():
        abort(400)
    token = secrets.token_urlsafe(42)
    tokens[token] = time.monotonic() + int(lifetime)
    return Response(token, mimetype="text/plain", headers={"X-aws-ec2-metadata-token-ttl-seconds": lifetime})


@application.get("/latest/meta-data/")
@application.get("/latest/meta-data/<path:name>")
def entry(name=""):
    token = request.headers.get("X-aws-ec2-metadata-token")
    if token is not None and tokens.get(token, 0) < time.monotonic():
        abort(401)
    if name not in BODIES:
        return Response(MISSING, status=404, mimetype="text/html")
    return Response(BODIES[name], mimetype="text/plain")


application.run("127.0.0.1", int(sys.argv[1]))
