"""identity.py ENDPOINT ARN: boto3 finds keys of a role with nothing configured, and the STS at
ENDPOINT says that they are those of ARN."""

import sys

import boto3

endpoint, arn = sys.argv[1:]
session = boto3.Session(region_name="us-east-1")
keys = session.get_credentials()
if keys is None or keys.method != "iam-role":
    sys.exit("no credentials of a role")
found = session.client("sts", endpoint_url=endpoint).get_caller_identity()["Arn"]
if found != arn:
    sys.exit(f"the keys are those of {found}, not of {arn}")
print(f"GetCallerIdentity answers {found}")
