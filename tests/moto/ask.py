#!/usr/bin/env python3
"""ask.py QUESTION ...: about the keys on standard input, which are as fake-metadata-aws prints them.

form                 are they one JSON object in AWS's form for a credential_process?
seconds              how long do they hold?
caller ENDPOINT      whose are they, says STS
process ENDPOINT PROFILE   whose are those that botocore finds in a profile, and how
users ENDPOINT       makes a user who may do nothing and one who may assume roles; prints their keys
certificate FOLDER   makes one for 127.0.0.1, and its key
"""

import datetime
import ipaddress
import json
import pathlib
import re
import sys

import boto3
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

REGION = "us-east-1"


def client(service, endpoint, session=None, **keys):
    session = session or boto3.Session(**keys)
    return session.client(service, endpoint_url=endpoint, region_name=REGION,
                          config=Config(retries={"max_attempts": 0}))


def keys():
    text = sys.stdin.read()
    assert text.endswith("}\n") and text.count("\n") == 1, "this is not one line"
    return json.loads(text)


def form():
    found = keys()
    required = {"Version", "AccessKeyId", "SecretAccessKey"}
    assert required <= found.keys() <= required | {"SessionToken", "Expiration"}, sorted(found)
    assert found["Version"] == 1, found["Version"]
    assert all(isinstance(value, str) and value for key, value in found.items() if key != "Version")
    if "Expiration" in found:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["Expiration"]), found["Expiration"]


def seconds():
    expires = datetime.datetime.fromisoformat(keys()["Expiration"].replace("Z", "+00:00"))
    print(round((expires - datetime.datetime.now(datetime.timezone.utc)).total_seconds()))


def caller(endpoint):
    found = keys()
    sts = client("sts", endpoint, aws_access_key_id=found["AccessKeyId"],
                 aws_secret_access_key=found["SecretAccessKey"],
                 aws_session_token=found.get("SessionToken"))
    print(sts.get_caller_identity()["Arn"])


def process(endpoint, profile):
    session = boto3.Session(profile_name=profile)
    print(session.get_credentials().method, client("sts", endpoint, session).get_caller_identity()["Arn"])


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    pathlib.Path(folder, "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pathlib.Path(folder, "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def allow(action, **what):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action} | what})


def users(endpoint):
    iam = client("iam", endpoint, aws_access_key_id="AKIAMADEUP0000000000",
                 aws_secret_access_key="made-up")
    for name in ["somebody", "worker"]:
        iam.create_user(UserName=name)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        print(made["AccessKeyId"], made["SecretAccessKey"], end=" ")
    iam.put_user_policy(UserName="worker", PolicyName="roles", PolicyDocument=allow("sts:*", Resource="*"))
    trust = allow("sts:AssumeRole", Principal={"AWS": "arn:aws:iam::123456789012:user/worker"})
    iam.create_role(RoleName="guarded", AssumeRolePolicyDocument=trust)
    print()


question, *arguments = sys.argv[1:]
QUESTIONS = [form, seconds, caller, process, users, certificate]
{known.__name__: known for known in QUESTIONS}[question](*arguments)
