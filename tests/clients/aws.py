#!/usr/bin/env python3
"""aws.py ENDPOINT: makes a bucket and a role in the moto that listens there, has it look from then on
who asks, and for what, and prints the keys of a session of the role, as the server's configuration
takes them."""

import json
import sys
import time
import urllib.request

import boto3
from botocore.exceptions import EndpointConnectionError

ENDPOINT = sys.argv[1]
ROLE, SESSION = "app-role", "i-0c11e17500c11e175"


def client(service, id="AKIAMADEUP0000000000", secret="made-up"):
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-west-1",
                        aws_access_key_id=id, aws_secret_access_key=secret)


def allow(action, **what):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action} | what})


def wait():
    for _ in range(300):
        try:
            return urllib.request.urlopen(ENDPOINT + "/moto-api/data.json").read()
        except OSError:
            time.sleep(0.1)
    sys.exit(f"moto does not answer at {ENDPOINT}")


wait()
s3, iam = client("s3"), client("iam")
s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
s3.put_object(Bucket="bucket", Key="greeting", Body=b"it works")
iam.create_user(UserName="launcher")
made = iam.create_access_key(UserName="launcher")["AccessKey"]
iam.put_user_policy(UserName="launcher", PolicyName="roles", PolicyDocument=allow("sts:*", Resource="*"))
arn = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=allow("sts:AssumeRole", Principal={"AWS": "*"}))["Role"]["Arn"]
iam.put_role_policy(RoleName=ROLE, PolicyName="work", PolicyDocument=allow(["s3:*", "sts:*"], Resource="*"))
# Not as a form, which is what urllib takes a body for.
urllib.request.urlopen(urllib.request.Request(ENDPOINT + "/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}))
sts = client("sts", made["AccessKeyId"], made["SecretAccessKey"])
keys = sts.assume_role(RoleArn=arn, RoleSessionName=SESSION)["Credentials"]
print(f"""[role.credentials]
source = "static"
access-key-id = "{keys['AccessKeyId']}"
secret-access-key = "{keys['SecretAccessKey']}"
session-token = "{keys['SessionToken']}"
""")
