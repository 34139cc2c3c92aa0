#!/usr/bin/env python3
"""ask.py QUESTION ...: about the keys on standard input, which are as fake-metadata-aws prints them.

form              are they one JSON object in AWS's form for a credential_process?
seconds           how long do they hold?
caller ENDPOINT   whose are they, says STS
process ENDPOINT PROFILE   whose are those that botocore finds in a profile, and how
users ENDPOINT    makes a user who may do nothing and one who may assume roles; prints their keys
"""

import datetime
import json
import re
import sys

import boto3
from botocore.config import Config

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
{"form": form, "seconds": seconds, "caller": caller, "process": process, "users": users}[question](*arguments)
