// The AWS SDK for JavaScript, version 2, finds the instance with nothing configured.
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

import AWS from "aws-sdk";

const instance = "i-0c11e17500c11e175";
const region = "eu-west-1";
const role = "app-role";

function credentials(name, keys) {
  check(keys instanceof AWS.EC2MetadataCredentials, `${name} has keys of another kind`);
  check(keys.accessKeyId.startsWith("ASIAFAKE"), `the access key is ${keys.accessKeyId}`);
  check(keys.secretAccessKey && keys.sessionToken, "the secret key or the session token is missing");
  check(keys.expireTime > new Date(), `the credentials expire ${keys.expireTime}`);
  ok(`${name}: credentials of ${role}`);
}

// The service asks over version 1 of the protocol unless it is handed a token, which it fetches.
async function facts(isTokenLost) {
  const service = new AWS.MetadataService();
  const headers = {};
  if (!isTokenLost) {
    headers["x-aws-ec2-metadata-token"] = await promisify(service.fetchMetadataToken.bind(service))();
  }
  const metadata = (path) => promisify(service.request.bind(service))(`/latest/meta-data/${path}`, { headers });
  same("the instance's id", await metadata("instance-id"), instance);
  same("the region", await metadata("placement/region"), region);
  ok("MetadataService: instance id and region");
}

// Uses one provider until it has given four keys, none of them past its time. An SDK that gets no new keys
// takes the old ones for longer than they are good, so what it said of them first counts.
async function hold(keys) {
  const expires = new Map();
  while (expires.size < 4) {
    const now = new Date();
    await keys.getPromise();
    const { accessKeyId, expireTime } = keys;
    if (!expires.has(accessKeyId)) {
      expires.set(accessKeyId, expireTime);
      console.log(`key ${accessKeyId}`);
    }
    check(now < expires.get(accessKeyId), `${accessKeyId} expired at ${expires.get(accessKeyId)}`);
    await setTimeout(300);
  }
  ok("a provider across three rotations and a restart of the service");
}

function ok(what) {
  console.log(`aws-sdk (JavaScript) ${AWS.VERSION}: ${what}: ok`);
}

function same(what, found, wanted) {
  check(found === wanted, `${what} is ${found}, not ${wanted}`);
}

function check(right, wrong) {
  if (!right) throw new Error(wrong);
}

async function main(round) {
  if (round === "hold") return hold(new AWS.EC2MetadataCredentials());
  const keys = new AWS.EC2MetadataCredentials();
  await keys.getPromise();
  credentials("EC2MetadataCredentials", keys);
  credentials("CredentialProviderChain", await new AWS.CredentialProviderChain().resolvePromise());
  await facts(round === "tokens-lost");
}

main(process.argv[2]).catch((error) => {
  console.error("aws-sdk:", error);
  process.exit(1);
});
